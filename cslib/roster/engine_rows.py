"""Hard rules over several days of one person, as rows  sum(coefficient * x[day, shift]) <= limit.

Except for pins, every coefficient of this module is positive and every limit is at least 0: taking work away never breaks a rule.
Rules about the shape of a month are in ``engine_patterns``; some of them have negative coefficients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from cslib.core.units import MINUTES_PER_DAY, floor_count
from cslib.roster.engine_patterns import PATTERN_RULES, Aux, Cell, Row
from cslib.roster.problem import Problem

RowRule = Callable[[Problem, int], Iterator["Row"]]


def one_duty_per_day(problem: Problem, person: int) -> Iterator[Row]:
    """At most one duty starts on a day (a roster has one line a day), and no two duties overlap."""
    for day in range(problem.days):
        if problem.limit("one_duty_per_day", day) is not None:
            yield Row("one_duty_per_day", day, _cells(problem, person, [day]), 1.0)
    yield from _successions(problem, person, "one_duty_per_day")


def rest_between_shifts(problem: Problem, person: int) -> Iterator[Row]:
    """Least hours from the end of a duty to the start of the next."""
    yield from _successions(problem, person, "rest_between_shifts")


def rest_after_nights(problem: Problem, person: int) -> Iterator[Row]:
    """Least hours from the end of a block of nights to the next duty that is not a night."""
    yield from _successions(problem, person, "rest_after_nights", nights_only=True)


def consecutive_work_days(problem: Problem, person: int) -> Iterator[Row]:
    """Longest run of days with a duty, looking back into the month before."""
    yield from _runs(problem, person, "consecutive_work_days", [True] * len(problem.shifts), {d.day for d in problem.people[person].history})


def consecutive_nights(problem: Problem, person: int) -> Iterator[Row]:
    """Longest run of days with a night duty, looking back into the month before."""
    yield from _runs(problem, person, "consecutive_nights", list(problem.night), {d.day for d in problem.people[person].history if d.night})


def weekly_hours(problem: Problem, person: int) -> Iterator[Row]:
    """Paid hours of duties that start Mon - Sun, standard hours scheme; make-up workdays on top (S003-I1)."""
    if problem.people[person].scheme == "standard":
        yield from _weeks(problem, person, "weekly_hours", problem.week_h)


def part_time_week_hours(problem: Problem, person: int) -> Iterator[Row]:
    """Paid hours of duties that start Mon - Sun, part-time scheme."""
    if problem.people[person].scheme == "part_time":
        yield from _weeks(problem, person, "part_time_week_hours", dict.fromkeys(problem.week_h, 0.0))


def month_overtime(problem: Problem, person: int) -> Iterator[Row]:
    """Statutory limit of the month's hours above contract."""
    yield from _month(problem, person, "month_overtime", problem.limit("month_overtime", 0))


def overtime_approval(problem: Problem, person: int) -> Iterator[Row]:
    """Overtime only as approved beforehand (S003-I2)."""
    yield from _month(problem, person, "overtime_approval", problem.people[person].overtime_max_h)


def overtime_protection(problem: Problem, person: int) -> Iterator[Row]:
    """No overtime for people who may not work any."""
    if problem.people[person].overtime_protected:
        yield from _month(problem, person, "overtime_protection", 0.0)


def cycle_overtime(problem: Problem, person: int) -> Iterator[Row]:
    """Hours above contract since the cycle of a comprehensive contract began."""
    who, limit = problem.people[person], problem.limit("cycle_overtime", 0)
    if who.scheme == "comprehensive" and limit is not None:
        yield from _month(problem, person, "cycle_overtime", limit - who.cycle_balance_h)


def pinned_kept(problem: Problem, person: int) -> Iterator[Row]:
    """A pinned shift is worked (the cell rule of the same name forbids all others)."""
    for (p, day), pin in problem.pins.items():
        if p == person and pin.shift is not None and problem.limit("pinned_kept", day) is not None:
            yield Row("pinned_kept", day, {(day, pin.shift): -1.0}, -1.0)


ROW_RULES: dict[str, RowRule] = {
    "one_duty_per_day": one_duty_per_day,
    "rest_between_shifts": rest_between_shifts,
    "rest_after_nights": rest_after_nights,
    "consecutive_work_days": consecutive_work_days,
    "consecutive_nights": consecutive_nights,
    "weekly_hours": weekly_hours,
    "part_time_week_hours": part_time_week_hours,
    "month_overtime": month_overtime,
    "overtime_approval": overtime_approval,
    "overtime_protection": overtime_protection,
    "cycle_overtime": cycle_overtime,
    "pinned_kept": pinned_kept,
    **PATTERN_RULES,
}


def rows(problem: Problem, person: int) -> Iterator[Row]:
    """All rows of a person that can bind, each once."""
    seen: set[tuple[frozenset[tuple[Cell | Aux, float]], float]] = set()
    for rule in ROW_RULES.values():
        for row in rule(problem, person):
            if (row.rule, person, row.day) in problem.waived:
                continue
            mark = (frozenset(row.terms.items()), row.limit)
            if mark not in seen and sum(max(0.0, factor) for factor in row.terms.values()) > row.limit + 1e-9:
                seen.add(mark)
                yield row


def _cells(problem: Problem, person: int, days: list[int] | range, shifts: list[bool] | None = None) -> dict[Cell | Aux, float]:
    """Weight 1 for each allowed cell of the days that lie in the horizon."""
    free = problem.allowed[person]
    use = shifts or [True] * len(problem.shifts)
    return {(d, s): 1.0 for d in days if 0 <= d < problem.days for s in range(len(problem.shifts)) if use[s] and free[d, s]}


def _runs(problem: Problem, person: int, rule: str, shifts: list[bool], past: set[int]) -> Iterator[Row]:
    """At most ``limit`` marked days in any ``limit + 1`` days in a row."""
    for day in range(problem.days):
        limit = problem.limit(rule, day)
        if limit is not None:
            most = floor_count(limit)
            window = range(day - most, day + 1)
            yield Row(rule, day, _cells(problem, person, window, shifts), float(most - len(past & set(window))))


def _weeks(problem: Problem, person: int, rule: str, extra_h: dict[int, float]) -> Iterator[Row]:
    for monday, extra in extra_h.items():
        limit = problem.limit(rule, monday)
        if limit is not None:
            days = range(monday, monday + 7)
            worked = sum(duty.paid_h for duty in problem.people[person].history if duty.day in days)
            terms = {(d, s): problem.paid_h[s] for d, s in _cells(problem, person, days)}
            yield Row(rule, max(monday, 0), terms, max(0.0, limit + extra - worked))


def _month(problem: Problem, person: int, rule: str, overtime_h: float | None) -> Iterator[Row]:
    who = problem.people[person]
    if overtime_h is not None and problem.limit(rule, 0) is not None:
        terms = {(d, s): problem.paid_h[s] for d, s in _cells(problem, person, range(problem.days))}
        yield Row(rule, 0, terms, max(0.0, who.contract_h + overtime_h - sum(who.leave_h.values())))


def _successions(problem: Problem, person: int, rule: str, nights_only: bool = False) -> Iterator[Row]:
    """Pairs of duties closer than the limit, as cliques: if shift ``a`` rules out all that ``b`` rules out, both join the row of ``b``.

    ``nights_only``: only from a night shift to a shift that is not one.
    """
    free = problem.allowed[person]
    times = tuple((s.start_min, s.end_min, night) for s, night in zip(problem.shifts, problem.night, strict=True))
    for day in range(problem.days):
        limit = problem.limit(rule, day)
        if limit is None:
            continue
        least_min = 0.0 if rule == "one_duty_per_day" else limit * 60
        banned = _after_history(problem, person, day, least_min, nights_only)
        if banned:
            yield Row(rule, day, {(day, s): 1.0 for s in banned}, 0.0)
        reach = int(max(end for _, end, _ in times) + least_min) // MINUTES_PER_DAY
        for gap in range(1, min(day, reach) + 1):
            pairs = _clashes(times, gap, least_min, nights_only)
            clash = {a: frozenset(b for b in later if free[day, b]) for a, later in pairs if free[day - gap, a]}
            for out in sorted({tuple(sorted(c)) for c in clash.values() if c}):
                terms = {(day - gap, a): 1.0 for a, c in clash.items() if c.issuperset(out)} | {(day, b): 1.0 for b in out}
                yield Row(rule, day, terms, 1.0)


@lru_cache(maxsize=64)
def _clashes(times: tuple[tuple[int, int, bool], ...], gap: int, least_min: float, nights_only: bool) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """For each shift (start, end, night), the shifts that start less than ``least_min`` after its end, ``gap`` days later."""
    found = []
    for a, (_, end, night) in enumerate(times):
        close = [b for b, (start, _, _) in enumerate(times) if start + gap * MINUTES_PER_DAY - end < least_min - 1e-6]
        found.append((a, tuple(b for b in close if not nights_only or (night and not times[b][2]))))
    return tuple(found)


def _after_history(problem: Problem, person: int, day: int, least_min: float, nights_only: bool) -> list[int]:
    """Allowed shifts of a day that come too soon after a duty of the month before."""
    found = []
    for s in range(len(problem.shifts)):
        past = [d for d in problem.people[person].history if not nights_only or (d.night and not problem.night[s])]
        if problem.allowed[person, day, s] and any(problem.span(day, s)[0] - d.end < least_min - 1e-6 for d in past):
            found.append(s)
    return found
