"""What the engine of large sites leaves open: breaks and stand-ins of a plan of shifts and posts, settled day by day, and the plan's price.

Both use the integer programme's own rows with all shifts and posts fixed. Days are settled in order, each together with the next, into which its
nights reach; then the day stands. So stand-ins are the best ones day by day; the price is that of the whole month.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np
import pulp

from cslib.core.errors import SolverError
from cslib.core.units import MINUTES_PER_DAY
from cslib.roster.columns.model import OFF
from cslib.roster.engine_answer import Answer
from cslib.roster.engine_build import add_hours, add_wishes
from cslib.roster.engine_goals import GOALS
from cslib.roster.engine_highs import Limits, solve_mip
from cslib.roster.engine_model import BreakKey, Group, HeadKey, Model, ReliefKey, Sum, add_heads, periods
from cslib.roster.engine_posts import POST_RULES, add_coverage, add_relief, never_empty
from cslib.roster.engine_teams import TEAM_RULES
from cslib.roster.lookback import Duty
from cslib.roster.problem import POOL, Problem, Spill

NODES = 200  # of a day
SAFE_S = 3600.0  # no day comes near: it has a few hundred people and two dozen periods
KEPT = {"never_empty", "cover_duration", "cover_stand_in", "cover_peak_guard", "skill_held", "shift_definition", "team_post"}
Kinds = tuple[tuple[int, int], ...]


def counted(problem: Problem, kinds: Kinds, plan: np.ndarray, at: np.ndarray, cost: float, bound: float, ended_by: str) -> Answer:
    """A plan (person, day) of kinds with its breaks [intervals] as an answer without stand-ins; classes as the problem numbers them."""
    work: dict[tuple[int, int], int] = {}
    heads: dict[HeadKey, int] = {}
    breaks: dict[BreakKey, int] = {}
    for p, d in zip(*np.nonzero(plan != OFF), strict=True):
        s, home = kinds[int(plan[p, d])]
        work[int(p), int(d)] = s
        key = int(problem.class_of[p, d]), int(d), s, home
        heads[key] = heads.get(key, 0) + 1
        for number in range(len(problem.shifts[s].breaks)):
            place = (*key, number, int(at[p, d, number]) * problem.interval_min)
            breaks[place] = breaks.get(place, 0) + 1
    return Answer(work, heads, breaks, {}, cost, bound, ended_by, "columns", int(problem.allowed.sum()), problem.need.size)


def finished(problem: Problem, kinds: Kinds, plan: np.ndarray, at: np.ndarray, bound: float, ended_by: str, settle: bool) -> Answer:
    """The answer of a plan at its true price; ``settle``: breaks and stand-ins are chosen anew.

    Raises
    ------
    SolverError  if a day with fixed shifts and posts has no solution.
    """
    answer = counted(problem, kinds, plan, at, 0.0, bound, ended_by)
    if settle:
        answer = _settled(problem, answer)
    priced = _price(problem, answer)
    return dataclasses.replace(answer, priced_yuan=priced, bound_yuan=min(bound, priced))


def _settled(problem: Problem, answer: Answer) -> Answer:
    """The answer with the best breaks and stand-ins of each day."""
    breaks: dict[BreakKey, int] = {}
    relief: dict[ReliefKey, int] = {}
    past = [s for s in problem.spill if s.duty.end > 0]
    for day in range(problem.days):
        window = _window(problem, day, past)
        model = _model(window, problem, answer, day)
        outcome = solve_mip(model.lp, Limits(1e-6, 1e-3, NODES, SAFE_S))
        if not outcome.found:
            raise SolverError("roster.no_point", where=problem.study.site, engine="columns", ended_by=outcome.ended_by)
        number = {cls: i for i, cls in enumerate(problem.classes)}
        mine = {
            (number[window.classes[cls]], d + day, *rest): round(v.varValue)
            for (cls, d, *rest), v in model.breaks.items()
            if d == 0 and v.varValue > 0.5
        }
        breaks |= mine  # type: ignore[arg-type]
        first = day * problem.slots_per_day
        for (group, post, k), v in model.relief.items():
            for slot in model.periods[k] if v.varValue > 0.5 else ():
                if slot < problem.slots_per_day or day == problem.days - 1:
                    relief[group, post, first + slot] = round(v.varValue)
        past = [s for s in past if s.duty.end > (day + 1) * MINUTES_PER_DAY] + _spilling(problem, answer, mine, day)  # type: ignore[arg-type]
    return dataclasses.replace(answer, breaks=breaks, relief=relief)


def _window(problem: Problem, day: int, past: list[Spill]) -> Problem:
    """A day and the next as a problem of their own: posts, needs and stand-ins only; earlier duties that reach into them stand."""
    last = min(day + 2, problem.days)
    days, slots = slice(day, last), slice(day * problem.slots_per_day, None if last == problem.days else last * problem.slots_per_day)
    people = tuple(
        dataclasses.replace(who, skills=who.skills[days], history=(), leave_h={}, first_day=who.first_day - day, last_day=who.last_day - day)
        for who in problem.people
    )  # fmt: skip
    return dataclasses.replace(
        problem, start=problem.date(day), days=last - day, people=people, need=problem.need[:, slots], peak=problem.peak[:, slots],
        opened=problem.opened[:, slots],
        limits={rule: limits[days] if rule in KEPT else (None,) * (last - day) for rule, limits in problem.limits.items()},
        pins={(p, d - day): pin for (p, d), pin in problem.pins.items() if day <= d < last}, spill=tuple(_moved(s, -day) for s in past),
        wishes=(), published={}, weekends=(), week_h={}, week_extra_days={},
    )  # fmt: skip


def _moved(spill: Spill, days: int) -> Spill:
    """A duty of earlier days as seen from another first day."""
    duty, by = spill.duty, days * MINUTES_PER_DAY
    moved = dataclasses.replace(
        duty, day=duty.day + days, start=duty.start + by, end=duty.end + by, breaks=tuple((a + by, b + by) for a, b in duty.breaks)
    )
    return dataclasses.replace(spill, duty=moved)


def _model(window: Problem, problem: Problem, answer: Answer, day: int) -> Model:
    """Posts, breaks and stand-ins of the window with shifts and head counts fixed."""
    model = Model(window)
    for (p, d), s in answer.work.items():
        if 0 <= d - day < window.days:
            model.x[p, d - day, s] = _fixed(model, 1, "x", p, d - day, s)
    add_heads(model)
    number = {cls: i for i, cls in enumerate(problem.classes)}
    for (cls, d, s, home), heads in model.heads.items():
        heads.lowBound = heads.upBound = answer.heads.get((number[window.classes[cls]], d + day, s, home), 0)
    add_relief(model)
    for rule in POST_RULES.values():
        rule(model)
    add_coverage(model)
    model.finish()
    return model


def _fixed(model: Model, value: float, name: str, *key: object) -> pulp.LpVariable:
    variable = model.variable(name, *key)
    variable.lowBound = variable.upBound = value
    return variable


def _spilling(problem: Problem, answer: Answer, breaks: dict[BreakKey, int], day: int) -> list[Spill]:
    """Duties of a day that reach into the next, with their breaks; counted, so that any person of a count will do."""
    found = []
    for (cls, d, s, home), count in answer.heads.items():
        begin, end = problem.span(d, s)
        if d != day or end <= (day + 1) * MINUTES_PER_DAY:
            continue
        spans: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        for number, pause in enumerate(problem.shifts[s].breaks):
            places = [key[5] for key, n in sorted(breaks.items()) if key[:5] == (cls, d, s, home, number) for _ in range(n)]
            for own, place in zip(spans, places, strict=True):
                own.append((begin + place, begin + place + pause.length_min))
        skills, name = problem.classes[cls].skills, "" if home == POOL else problem.posts[home].name
        found += [Spill("", skills, Duty(d, begin, end, tuple(own), name, 0.0, problem.night[s]), skills) for own in spans]
    return found


def _price(problem: Problem, answer: Answer) -> float:
    """Price of an answer by the rows of the integer programme, everything that is decided being a number."""
    only = dataclasses.replace(problem)
    mask = np.zeros_like(problem.allowed)
    for (p, d), s in answer.work.items():
        mask[p, d, s] = True
    only.__dict__["allowed"] = mask  # goals ask which cells have a variable
    model = Model(only)
    for (p, d), s in answer.work.items():
        model.x[p, d, s] = _fixed(model, 1, "x", p, d, s)
    for p in range(len(problem.people)):
        add_hours(model, p)
    add_wishes(model)
    model.periods = periods(problem, {(int(problem.class_of[p, d]), d, s) for (p, d), s in answer.work.items()})
    _attendance(model, answer)
    never_empty(model)
    add_coverage(model)
    for rule in TEAM_RULES.values():
        rule(model)
    for price, goal in GOALS.items():
        if problem.prices[price] > 0:
            goal(model)
    model.finish()
    if not solve_mip(model.lp, Limits(0.0, 1e-6, 10**6, SAFE_S)).found:
        raise SolverError("roster.no_point", where=problem.study.site, engine="columns", ended_by="contradiction")
    return model.priced_yuan()


def _attendance(model: Model, answer: Answer) -> None:
    """Who is there, on a break or away on a cover, as numbers."""
    problem = model.problem
    for (cls, d, s, home), count in answer.heads.items():
        _count(model.present, (problem.classes[cls].skills, home), model.within(*problem.span(d, s)), count)
    for (cls, d, s, home, number, at), count in answer.breaks.items():
        begin = problem.span(d, s)[0] + at
        pause = problem.shifts[s].breaks[number]
        if home != POOL and begin >= problem.days * MINUTES_PER_DAY:
            continue  # relieved by the next month
        _count(model.resting, (problem.classes[cls].skills, home), model.within(begin, begin + pause.length_min), count)
    for spill in problem.spill:
        group = spill.skills, problem.home_of(spill)
        _count(model.present, group, model.within(spill.duty.start, spill.duty.end), 1)
        for begin, end in spill.duty.breaks:
            _count(model.resting, group, model.within(begin, end), 1)
    for group, _ in model.present:
        model.groups.setdefault(group, len(model.groups))
    period = {slots.start: k for k, slots in enumerate(model.periods)}
    for (group, post, slot), count in answer.relief.items():
        if (k := period.get(slot)) is not None:
            model.relief[group, post, k] = _fixed(model, count, "r", model.groups[group], post, k)


def _count(into: dict[tuple[Group, int], Sum], group: Group, within: Iterable[int], count: int) -> None:
    for k in within:
        into.setdefault((group, k), Sum()).constant += count
