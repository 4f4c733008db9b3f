"""Engine for large sites: the problem as an abstract month for ``cslib.roster.columns``, and its answer back as counts.

It takes problems in which people meet only in coverage, at queues, at home posts or as leads (``engine_places``): shifts on the interval grid,
limits that are the same all month. All others stay with the integer programme. Where people may relieve one another, or a goal on several
people's months is priced, the plan's shifts and posts are kept and the rest is settled and priced by ``engine_finish``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np

from cslib.core.errors import SolverError
from cslib.core.units import floor_count
from cslib.roster.columns.intervals import Break, IntervalCover, Presence
from cslib.roster.columns.limits import Stop, never
from cslib.roster.columns.model import FORBIDDEN, OFF, Counter, Person, Staff
from cslib.roster.columns.nearest import nearest_plan
from cslib.roster.columns.search import Found, Limits, solve_intervals
from cslib.roster.engine_answer import Answer
from cslib.roster.engine_cells import CELL_RULES
from cslib.roster.engine_finish import counted, finished
from cslib.roster.engine_goals import like_people
from cslib.roster.engine_highs import Progress
from cslib.roster.engine_order import (
    away_days,
    counters_of,
    history_of,
    nights_of,
    order_of,
    starts_of,
    week_counts,
    week_least,
    weekends_of,
)
from cslib.roster.engine_places import Kind, Placed, Places, kinds_of, needs_rows, rows_of, too_many_pooled
from cslib.roster.lookback import Duty
from cslib.roster.problem import Problem

WEEKS = 2000  # states of a week (sets of start times x units of time) that a month can hold


def unfit_for_columns(problem: Problem) -> str:
    """Why this engine does not take a problem; empty if it does."""
    grid, breaks = problem.interval_min, [b for s in problem.shifts for b in s.breaks]
    pooled = any(not s.queues for s in problem.shifts)
    guarded = any(post.never_empty for post in problem.posts) and problem.limit("never_empty", 0) is not None
    if guarded and not any(s.queues for s in problem.shifts):
        return "posts that may never be empty"
    if any(s.start_min % grid or s.length_min % grid for s in problem.shifts) or any((b.length_min % grid or b.earliest_min % grid) for b in breaks):
        return "shifts or breaks off the interval grid"
    if any(b.earliest_min < a.latest_min + a.length_min for s in problem.shifts for a, b in pairwise(s.breaks)):
        return "shifts whose breaks may overlap"
    if any(len(set(limits)) > 1 for rule, limits in problem.limits.items() if rule not in CELL_RULES) or problem.limit("one_duty_per_day", 0) is None:
        return "limits that change within the month"
    if pooled and any(pin.breaks is not None for pin in problem.pins.values()):
        return "pinned breaks"
    if pooled and any(len({skills & problem.site_skills for skills in who.skills}) > 1 for who in problem.people):
        return "skills that change within the month"
    if any(None in problem.limits[rule] for rule in ("employment", "leave_honoured")):
        return "work on leave or out of employment"
    if needs_rows(problem) and too_many_pooled(problem):
        return "too many posts served by people without a home post"
    if problem.prices["start_change"] > 0 and _states_of_a_week(problem) > WEEKS:
        return "too many start times"
    return ""


def _states_of_a_week(problem: Problem) -> float:
    """Sets of start times x units of time that a week may hold, at most."""
    counted = any(problem.limit(rule, 0) is not None for rule in ("weekly_hours", "part_time_week_hours", "week_hours_least"))
    unit = max(math.gcd(*[s.paid_min for s in problem.shifts]), 1)
    starts = len({s.start_min for s in problem.shifts})
    return float(2**starts) * (7 * max(s.paid_min for s in problem.shifts) / unit + 1 if counted else 1)


def solve_columns(
    problem: Problem, gap: float, work: float, seconds: float, progress: Progress | None, *, stop: Stop = never,
    begin: tuple[np.ndarray, ...] | None = None,
) -> Answer:  # fmt: skip
    """Best roster found within gap, work or the safety clock, and its bound.

    Parameters
    ----------
    stop : asked often; once true the search ends with the best roster so far and its bound
    begin : shifts (person, day), breaks [min] and, if known, home posts to start from (``engine_begin``). Who breaks a rule gets the legal
        month nearest to it; the answer is never worse than a legal start

    Raises
    ------
    SolverError  if somebody has no legal month.
    """
    placed = rows_of(Places(problem)) if needs_rows(problem) else None
    staff, teams, constant = abstract_staff(problem, placed)
    limits = Limits(gap, problem.peak_hour_yuan, work, seconds, constant=constant + (placed.constant if placed else 0.0))
    cover, start = _cover(problem, teams, placed), _begin(problem, staff, begin)
    way = {"seed": problem.study.params.site.seed, "watch": progress, "stop": stop}
    before, ended = -math.inf, ""
    if placed is not None and not any(s.queues for s in problem.shifts):  # months of pooled people first: leads and levels are little beside them
        plain = abstract_staff(problem, None)[0]
        rough = solve_intervals(plain, _cover(problem, teams, None), limits, begin=start, **way)
        if rough.blocked < 0:
            start, before, ended = (rough.plan, rough.at), rough.bound, rough.ended_by if rough.ended_by in ("clock", "stop") else ""
    found = solve_intervals(staff, cover, limits, begin=start, **way)
    found = replace(found, bound=min(max(found.bound, before), found.cost), ended_by=ended or found.ended_by)
    if found.blocked >= 0:
        raise SolverError("roster.no_point", where=problem.study.site, engine="columns", ended_by=problem.people[found.blocked].employee_id)
    if all(_as_priced(problem)):
        return counted(problem, kinds_of(problem), found.plan, found.at, found.cost, found.bound, found.ended_by)
    plans = [(found.plan, found.at), *([start] if start is not None and begin is not None else [])]
    if problem.prices["night_spread"] > 0 and found.ended_by in ("gap", "work"):
        fairer = solve_intervals(_fair_nights(problem, staff, found), cover, limits, begin=plans[0], **way)
        plans.append((fairer.plan, fairer.at))
    pinned = any(pin.breaks is not None for pin in problem.pins.values())
    settle = any(s.queues for s in problem.shifts) and (pinned or not Places(problem).exact)
    answers = [finished(problem, kinds_of(problem), *plan, found.bound, found.ended_by, settle) for plan in plans]
    return min(answers, key=lambda answer: answer.priced_yuan)


def _as_priced(problem: Problem) -> Iterator[bool]:
    """Whether the search's prices are those of the roster: of places, of pinned breaks, of fairness."""
    yield not needs_rows(problem) or Places(problem).exact
    yield all(pin.breaks is None for pin in problem.pins.values())
    yield problem.prices["night_spread"] == 0


def _fair_nights(problem: Problem, staff: Staff, found: Found) -> Staff:
    """The staff with a price on nights above the average of like people in a plan: an upper price of what their spread costs."""
    night = staff.people[0].sequence.night
    nights = (night[found.plan] & (found.plan != OFF)).sum(axis=1)
    people = list(staff.people)
    for group in like_people(problem):
        members = [p for p in group if problem.people[p].no_night_through < 0]
        fair = math.ceil(float(nights[members].mean()) - 1e-9) if members else 0
        for p in members:
            counters = (*people[p].counters, Counter(night, fair, problem.prices["night_spread"]))
            people[p] = replace(people[p], counters=counters)
    return replace(staff, people=tuple(people))


def abstract_staff(problem: Problem, placed: Placed | None = None) -> tuple[Staff, list[frozenset[str]], float]:
    """People of the abstract month, skills of pooled teams, and the price of wishes that no plan changes; ``placed``: whose teams people are in."""
    kinds, posts = kinds_of(problem), Places(problem)
    held = [who.skills[0] & problem.site_skills for who in problem.people]
    teams = list(dict.fromkeys(held + [s.skills & problem.site_skills for s in problem.spill]))
    unit = max(math.gcd(*[s.paid_min for s in problem.shifts]), 1)
    number = placed.team_of if placed is not None else np.array([teams.index(skills) for skills in held], dtype=np.int64)
    people, constant = [], 0.0
    for p in range(len(held)):
        person, fixed = _person(problem, kinds, posts.able[p], p, int(number[p]), unit)
        people.append(person)
        constant += fixed
    weekday = (problem.start.weekday() + np.arange(problem.days)) // 7
    units = np.array([problem.shifts[s].paid_min // unit for s, _ in kinds])
    return Staff(tuple(people), units, weekends_of(problem)[0], weekday), teams, constant


def _begin(problem: Problem, staff: Staff, begin: tuple[np.ndarray, ...] | None) -> tuple[np.ndarray, np.ndarray] | None:
    """A legal start on the grid, or None."""
    if begin is None:
        return None
    kinds = kinds_of(problem)
    wanted = begin[0].copy()
    for p, d in zip(*np.nonzero(begin[0] != OFF), strict=True):
        able = [k for k, (s, _) in enumerate(kinds) if s == begin[0][p, d] and np.isfinite(staff.people[p].work_cost[d, k])]
        at_home = [k for k in able if len(begin) > 2 and kinds[k][1] == begin[2][p, d]]
        wanted[p, d] = (at_home or able or [OFF])[0]
    plan, at = nearest_plan(staff, wanted), begin[1] // problem.interval_min
    for p, d in zip(*np.nonzero(plan != wanted), strict=True) if plan is not None else ():
        for j, pause in enumerate(problem.shifts[kinds[plan[p, d]][0]].breaks if plan is not None and plan[p, d] != OFF else ()):
            at[p, d, j] = pause.positions(problem.interval_min)[0] // problem.interval_min
    return None if plan is None else (plan, at)


def _person(problem: Problem, kinds: tuple[Kind, ...], able: np.ndarray, p: int, team: int, unit: int) -> tuple[Person, float]:
    """A person of the abstract month, and the price of wishes that cells cannot carry."""
    who, yuan = problem.people[p], problem.prices["wish_refused"]
    shift = np.array([s for s, _ in kinds], dtype=np.int64)
    by_duty = [problem.prices["split_duty"] * s.split + problem.prices["standby_duty"] * s.standby for s in problem.shifts]
    work = np.where(able, np.array(by_duty, dtype=np.float64)[shift], FORBIDDEN)
    off = np.zeros(problem.days)
    constant = 0.0
    for d, k in zip(*np.nonzero(able), strict=True):
        if any(_too_soon(problem, duty, int(d), int(shift[k])) for duty in who.history):
            work[d, k] = FORBIDDEN
    for wish in problem.wishes:
        if wish.person == p and wish.shift is None:
            constant += wish.weight * yuan if wish.day in who.leave_h else 0.0
            work[wish.day] += 0.0 if wish.day in who.leave_h else wish.weight * yuan
        elif wish.person == p:
            constant += wish.weight * yuan
            work[wish.day, shift == wish.shift] -= wish.weight * yuan
    for (q, day), known in problem.published.items():
        if q == p:
            changed = shift != (OFF if known is None else known)
            work[day, changed] += problem.prices["moved_shift"]
            off[day] += 0.0 if known is None else problem.prices["moved_shift"]
    for (q, day), pin in problem.pins.items():
        if q == p and pin.shift is not None and problem.limit("pinned_kept", day) is not None:
            off[day] = FORBIDDEN
    totals, weeks, counts = _totals(problem, p, unit), _weeks(problem, p, unit), week_counts(problem, kinds, p)
    night = nights_of(problem, kinds)
    way = counters_of(problem, night), weekends_of(problem)[1], weeks, history_of(problem, kinds, p), team, away_days(problem, p), counts
    return Person(order_of(problem, kinds), work, off, totals, *way, week_least(problem, p, unit), starts_of(problem, kinds)), constant


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


def _cover(problem: Problem, teams: list[frozenset[str]], placed: Placed | None) -> IntervalCover:
    grid, prices = problem.interval_min, problem.prices
    short = np.where(problem.peak, prices["short_peak"], prices["short"]).T * problem.interval_h
    presence = []
    for s in (problem.shifts[shift] for shift, _ in kinds_of(problem)):
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
    return IntervalCover(problem.slots_per_day, problem.need.T, short, over, skills, tuple(presence), base, placed.rows if placed else None)
