"""Engine for large pooled sites: the problem as an abstract month for ``cslib.roster.columns``, and its answer back as counts.

It takes problems in which people meet only in coverage: pooled shifts on the interval grid, no post that may never be empty, limits that
are the same all month, skills that do not change inside it. All others stay with the integer programme.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from cslib.core.errors import SolverError
from cslib.core.units import floor_count
from cslib.roster.columns.intervals import Break, IntervalCover, Presence
from cslib.roster.columns.limits import Stop, never
from cslib.roster.columns.model import FORBIDDEN, OFF, Person, Staff
from cslib.roster.columns.nearest import nearest_plan
from cslib.roster.columns.search import Found, Limits, solve_intervals
from cslib.roster.engine_answer import Answer
from cslib.roster.engine_cells import CELL_RULES
from cslib.roster.engine_highs import Progress
from cslib.roster.engine_order import away_days, counters_of, history_of, order_of, week_counts, weekends_of
from cslib.roster.lookback import Duty
from cslib.roster.problem import POOL, Problem


def unfit_for_columns(problem: Problem) -> str:
    """Why this engine does not take a problem; empty if it does."""
    grid, breaks = problem.interval_min, [b for s in problem.shifts for b in s.breaks]
    if any(s.queues for s in problem.shifts):
        return "shifts with a home post"
    if any(post.never_empty for post in problem.posts) and problem.limit("never_empty", 0) is not None:
        return "posts that may never be empty"
    if any(s.start_min % grid or s.length_min % grid for s in problem.shifts) or any((b.length_min % grid or b.earliest_min % grid) for b in breaks):
        return "shifts or breaks off the interval grid"
    if any(b.earliest_min < a.latest_min + a.length_min for s in problem.shifts for a, b in pairwise(s.breaks)):
        return "shifts whose breaks may overlap"
    if any(len(set(limits)) > 1 for rule, limits in problem.limits.items() if rule not in CELL_RULES) or problem.limit("one_duty_per_day", 0) is None:
        return "limits that change within the month"
    if any(pin.breaks is not None for pin in problem.pins.values()):
        return "pinned breaks"
    if any(len({skills & problem.site_skills for skills in who.skills}) > 1 for who in problem.people):
        return "skills that change within the month"
    if any(None in problem.limits[rule] for rule in ("employment", "leave_honoured")):
        return "work on leave or out of employment"
    return ""


def solve_columns(
    problem: Problem, gap: float, work: float, seconds: float, progress: Progress | None, *, stop: Stop = never,
    begin: tuple[np.ndarray, np.ndarray] | None = None,
) -> Answer:  # fmt: skip
    """Best roster found within gap, work or the safety clock, and its bound.

    Parameters
    ----------
    stop : asked often; once true the search ends with the best roster so far and its bound
    begin : shifts (person, day) and breaks [min] to start from (``engine_begin``). Who breaks a rule gets the legal month nearest to it;
        the answer is never worse than a legal start

    Raises
    ------
    SolverError  if somebody has no legal month.
    """
    staff, teams, constant = abstract_staff(problem)
    limits = Limits(gap, problem.peak_hour_yuan, work, seconds, constant=constant)
    way = {"seed": problem.study.params.site.seed, "watch": progress, "stop": stop}
    found = solve_intervals(staff, _cover(problem, teams), limits, begin=_begin(problem, staff, begin), **way)
    if found.blocked >= 0:
        raise SolverError("roster.no_point", where=problem.study.site, engine="columns", ended_by=problem.people[found.blocked].employee_id)
    return _answer(problem, found)


def abstract_staff(problem: Problem) -> tuple[Staff, list[frozenset[str]], float]:
    """People of the abstract month, skills of its teams, and the price of wishes that no plan changes."""
    held = [who.skills[0] & problem.site_skills for who in problem.people]
    teams = list(dict.fromkeys(held + [s.skills & problem.site_skills for s in problem.spill]))
    unit = math.gcd(*[s.paid_min for s in problem.shifts])
    people, constant = [], 0.0
    for p, skills in enumerate(held):
        person, fixed = _person(problem, p, teams.index(skills), unit)
        people.append(person)
        constant += fixed
    weekday = (problem.start.weekday() + np.arange(problem.days)) // 7
    return Staff(tuple(people), np.array([s.paid_min // unit for s in problem.shifts]), weekends_of(problem)[0], weekday), teams, constant


def _begin(problem: Problem, staff: Staff, begin: tuple[np.ndarray, np.ndarray] | None) -> tuple[np.ndarray, np.ndarray] | None:
    """A legal start on the grid, or None."""
    if begin is None:
        return None
    plan, at = nearest_plan(staff, begin[0]), begin[1] // problem.interval_min
    for p, d in zip(*np.nonzero(plan != begin[0]), strict=True) if plan is not None else ():
        for j, pause in enumerate(problem.shifts[plan[p, d]].breaks if plan is not None and plan[p, d] != OFF else ()):
            at[p, d, j] = pause.positions(problem.interval_min)[0] // problem.interval_min
    return None if plan is None else (plan, at)


def _person(problem: Problem, p: int, team: int, unit: int) -> tuple[Person, float]:
    """A person of the abstract month, and the price of wishes that cells cannot carry."""
    who, yuan = problem.people[p], problem.prices["wish_refused"]
    work = np.where(problem.allowed[p], [problem.prices["split_duty"] * s.split for s in problem.shifts], FORBIDDEN)
    off = np.zeros(problem.days)
    constant = 0.0
    for d, s in zip(*np.nonzero(problem.allowed[p]), strict=True):
        if any(_too_soon(problem, duty, int(d), int(s)) for duty in who.history):
            work[d, s] = FORBIDDEN
    for wish in problem.wishes:
        if wish.person == p and wish.shift is None:
            constant += wish.weight * yuan if wish.day in who.leave_h else 0.0
            work[wish.day] += 0.0 if wish.day in who.leave_h else wish.weight * yuan
        elif wish.person == p:
            constant += wish.weight * yuan
            work[wish.day, wish.shift] -= wish.weight * yuan
    for (q, day), known in problem.published.items():
        if q == p:
            changed = np.arange(len(problem.shifts)) != (OFF if known is None else known)
            work[day, changed] += problem.prices["moved_shift"]
            off[day] += 0.0 if known is None else problem.prices["moved_shift"]
    for (q, day), pin in problem.pins.items():
        if q == p and pin.shift is not None and problem.limit("pinned_kept", day) is not None:
            off[day] = FORBIDDEN
    totals, weeks, counts = _totals(problem, p, unit), _weeks(problem, p, unit), week_counts(problem, p)
    way = counters_of(problem), weekends_of(problem)[1], weeks, history_of(problem, p), team, away_days(problem, p), counts
    return Person(order_of(problem), work, off, totals, *way), constant


def _too_soon(problem: Problem, duty: Duty, day: int, shift: int) -> bool:
    pause = problem.span(day, shift)[0] - duty.end
    rest, after = ((problem.limit(rule, day) or 0.0) * 60 for rule in ("rest_between_shifts", "rest_after_nights"))
    return pause < (max(rest, after) if duty.night and not problem.night[shift] else rest) - 1e-6


def _totals(problem: Problem, p: int, unit: int) -> np.ndarray:
    """Price of the units worked: overtime and hours below contract; only as many as the overtime rules allow (leave counts as hours)."""
    who = problem.people[p]
    leave_h = sum(who.leave_h.values())
    most = float(sum(problem.paid_h[s] for _, s in zip(range(problem.days), [int(np.argmax(problem.paid_h))] * problem.days, strict=True)))
    rules = {"month_overtime": problem.limit("month_overtime", 0), "overtime_approval": who.overtime_max_h}
    if who.overtime_protected:
        rules["overtime_protection"] = 0.0
    cycle = problem.limit("cycle_overtime", 0)
    if who.scheme == "comprehensive" and cycle is not None:
        rules["cycle_overtime"] = cycle - who.cycle_balance_h
    for rule, overtime_h in rules.items():
        if overtime_h is not None and problem.limit(rule, 0) is not None:
            most = min(most, max(0.0, who.contract_h + overtime_h - leave_h))
    hours = np.arange(floor_count(most * 60 / unit) + 1) * unit / 60 + leave_h
    over, under = np.maximum(hours - who.contract_h, 0), np.maximum(who.contract_h - problem.contract_band_h - hours, 0)
    return np.asarray(over * problem.prices["overtime"] + under * problem.prices["under_hours"])


def _weeks(problem: Problem, p: int, unit: int) -> tuple[int, ...]:
    """Units a person may work in each week (rules of his hours scheme), less what he worked in it before the month."""
    who = problem.people[p]
    rule = {"standard": "weekly_hours", "part_time": "part_time_week_hours"}.get(who.scheme)
    limit = problem.limit(rule, 0) if rule else None
    if rule is None or limit is None:
        return ()
    found = []
    for monday, extra in sorted(problem.week_h.items()):
        worked = sum(duty.paid_h for duty in who.history if duty.day in range(monday, monday + 7))
        more = extra if rule == "weekly_hours" else 0.0
        found.append(floor_count(max(0.0, limit + more - worked) * 60 / unit))
    return tuple(found)


def _cover(problem: Problem, teams: list[frozenset[str]]) -> IntervalCover:
    grid, prices = problem.interval_min, problem.prices
    short = np.where(problem.peak, prices["short_peak"], prices["short"]).T * problem.interval_h
    presence = []
    for s in problem.shifts:
        breaks = [b.positions(grid) for b in s.breaks]
        rests = tuple(Break(b.length_min // grid, at[0] // grid, at[-1] // grid) for b, at in zip(s.breaks, breaks, strict=True))
        presence.append(Presence(s.start_min // grid, s.length_min // grid, rests))
    base = np.zeros((problem.slots, len(teams)), dtype=np.int64)
    for spill in problem.spill:
        team = teams.index(spill.skills & problem.site_skills)
        for t in range(max(spill.duty.start // grid, 0), min(spill.duty.end // grid, problem.slots)):
            base[t, team] += not any(a <= t * grid < b for a, b in spill.duty.breaks)
    skills = np.array([[post.skill in team for post in problem.posts] for team in teams])
    over = np.full(problem.slots, prices["over"] * problem.interval_h)
    return IntervalCover(problem.slots_per_day, problem.need.T, short, over, skills, tuple(presence), base)


def _answer(problem: Problem, found: Found) -> Answer:
    """Counts of a plan; classes as the problem numbers them."""
    work: dict[tuple[int, int], int] = {}
    heads: dict[tuple[int, int, int, int], int] = {}
    breaks: dict[tuple[int, int, int, int, int, int], int] = {}
    for p, d in zip(*np.nonzero(found.plan != OFF), strict=True):
        s = int(found.plan[p, d])
        work[int(p), int(d)] = s
        key = int(problem.class_of[p, d]), int(d), s, POOL
        heads[key] = heads.get(key, 0) + 1
        for number in range(len(problem.shifts[s].breaks)):
            place = (*key, number, int(found.at[p, d, number]) * problem.interval_min)
            breaks[place] = breaks.get(place, 0) + 1
    size = int(problem.allowed.sum()), problem.need.size
    return Answer(work, heads, breaks, {}, found.cost, found.bound, found.ended_by, "columns", *size)
