"""Hard rules about the shape of one person's month: follow-ons, runs, rest, weekends, weeks. Rows as in ``engine_rows``.

Rows of least runs and of required follow-ons have negative coefficients: taking work away may break them. They ask only for what the
person could still do: leave and days out of employment excuse, and what would lie after the month is not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cslib.core.shifts import OFF
from cslib.core.units import floor_count
from cslib.roster.problem import Problem

Cell = tuple[int, int]
Aux = tuple[str, int]  # an on-off variable of the person by name and number


@dataclass(frozen=True)
class Row:
    """``sum(terms[day, shift] * x) <= limit`` for one person; ``day`` is where a breach would be reported."""

    rule: str
    day: int
    terms: dict[Cell | Aux, float]
    limit: float


PatternRule = Callable[[Problem, int], Iterator[Row]]


def forbidden_follow_on(problem: Problem, person: int) -> Iterator[Row]:
    """Shifts that may not start on the day after another (``not_before``)."""
    for s, shift in enumerate(problem.shifts):
        banned = [i for i, other in enumerate(problem.shifts) if other.code in shift.pattern.not_before]
        for day in _days(problem, "forbidden_follow_on") if banned else ():
            after = {(day, b): 1.0 for b in banned if problem.allowed[person, day, b]}
            if day == 0 and shift.code in _last_codes(problem, person):
                yield Row("forbidden_follow_on", day, after, 0.0)
            elif day > 0 and problem.allowed[person, day - 1, s]:
                yield Row("forbidden_follow_on", day, {(day - 1, s): 1.0, **after}, 1.0)


def required_follow_on(problem: Problem, person: int) -> Iterator[Row]:
    """What the day after a shift must be (``followed_by``): one of some shifts, or a day without a duty (OFF)."""
    for s, shift in enumerate(problem.shifts):
        wanted = shift.pattern.followed_by
        for day in _days(problem, "required_follow_on") if wanted else ():
            before: dict[Cell | Aux, float] = {(day - 1, s): 1.0} if day > 0 and problem.allowed[person, day - 1, s] else {}
            past = float(day == 0 and shift.code in _last_codes(problem, person))
            if not (before or past) or _excused(problem, person, day):
                continue
            cells = {i: (day, i) for i in range(len(problem.shifts)) if problem.allowed[person, day, i]}
            if OFF in wanted:
                others = {cell: 1.0 for i, cell in cells.items() if problem.shifts[i].code not in wanted}
                yield Row("required_follow_on", day, {**before, **others}, 1.0 - past)
            else:
                able = {cell: -1.0 for i, cell in cells.items() if problem.shifts[i].code in wanted}
                yield Row("required_follow_on", day, {**before, **able}, -past)


def shift_run_most(problem: Problem, person: int) -> Iterator[Row]:
    """Longest run of days on one shift."""
    for s, shift in enumerate(problem.shifts):
        most, past = shift.pattern.run_most, _past(problem, person, shift.code)
        for day in _days(problem, "shift_run_most") if most else ():
            window = range(day - most, day + 1)
            terms = {(d, s): 1.0 for d in window if d >= 0 and problem.allowed[person, d, s]}
            yield Row("shift_run_most", day, terms, float(most - len(past & set(window))))


def shift_run_least(problem: Problem, person: int) -> Iterator[Row]:
    """Shortest run of days on one shift."""
    for s, shift in enumerate(problem.shifts):
        if shift.pattern.run_least > 1:
            past = _past(problem, person, shift.code)
            yield from _least_run(problem, person, "shift_run_least", [s], [shift.pattern.run_least] * problem.days, past)


def work_run_least(problem: Problem, person: int) -> Iterator[Row]:
    """Shortest run of days with a duty."""
    past = {duty.day for duty in problem.people[person].history}
    least = [floor_count(problem.limit("work_run_least", d) or 0) for d in range(problem.days)]
    yield from _least_run(problem, person, "work_run_least", list(range(len(problem.shifts))), least, past)


def rest_run_least(problem: Problem, person: int) -> Iterator[Row]:
    """Shortest run of days off between duties; a run with a day of leave in it is free."""
    worked, who = {duty.day for duty in problem.people[person].history}, problem.people[person]
    for day in range(-31, problem.days):
        last_work, limit = day - 1, problem.limit("rest_run_least", max(day, 0))
        if limit is None or (last_work < 0 and last_work not in worked):
            continue
        for back in range(day + 1, day + floor_count(limit)):  # days off from ``day`` on, work again on ``back``
            off = range(day, back)
            gone = any(d in who.leave_h or d in worked or not who.first_day <= d <= who.last_day for d in off)
            if 0 <= back < problem.days and not gone:
                inside = {cell: -1.0 for d in off if d >= 0 for cell in _cells(problem, person, d)}
                ends = {cell: 1.0 for d in (last_work, back) if d >= 0 for cell in _cells(problem, person, d)}
                yield Row("rest_run_least", back, {**ends, **inside}, 1.0 - float(last_work < 0))


def week_work_days(problem: Problem, person: int) -> Iterator[Row]:
    """Days with a duty from Monday to Sunday; one more for each make-up workday (S003-I1)."""
    for monday, extra in problem.week_extra_days.items():
        limit = problem.limit("week_work_days", monday)
        if limit is not None:
            yield _week(problem, person, "week_work_days", monday, list(range(len(problem.shifts))), limit + extra)


def weekends_most(problem: Problem, person: int) -> Iterator[Row]:
    """Weekends of the month on which a duty starts."""
    limit = problem.limit("weekends_most", 0)
    if limit is not None:
        for number, days in enumerate(problem.weekends):
            yield from weekend_worked(problem, person, number, days)
        yield Row("weekends_most", 0, {("weekend", number): 1.0 for number in range(len(problem.weekends))}, limit)


def weekend_worked(problem: Problem, person: int, number: int, days: tuple[int, ...]) -> Iterator[Row]:
    """The variable of a weekend is 1 if any of its days has a duty."""
    for day in days:
        yield Row("weekends_most", day, {**dict.fromkeys(_cells(problem, person, day), 1.0), ("weekend", number): -1.0}, 0.0)


def month_nights(problem: Problem, person: int) -> Iterator[Row]:
    """Night shifts of the month."""
    limit = problem.limit("month_nights", 0)
    if limit is not None:
        nights = {(d, s): 1.0 for d in range(problem.days) for d, s in _cells(problem, person, d) if problem.night[s]}
        yield Row("month_nights", 0, nights, limit)


def week_split_shifts(problem: Problem, person: int) -> Iterator[Row]:
    """Split shifts from Monday to Sunday."""
    split = [s for s, shift in enumerate(problem.shifts) if shift.split]
    for monday in problem.week_h if split else ():
        limit = problem.limit("week_split_shifts", monday)
        if limit is not None:
            yield _week(problem, person, "week_split_shifts", monday, split, limit)


PATTERN_RULES: dict[str, PatternRule] = {
    "forbidden_follow_on": forbidden_follow_on,
    "required_follow_on": required_follow_on,
    "shift_run_most": shift_run_most,
    "shift_run_least": shift_run_least,
    "work_run_least": work_run_least,
    "rest_run_least": rest_run_least,
    "week_work_days": week_work_days,
    "weekends_most": weekends_most,
    "month_nights": month_nights,
    "week_split_shifts": week_split_shifts,
}


def _days(problem: Problem, rule: str) -> list[int]:
    return [d for d in range(problem.days) if problem.limit(rule, d) is not None]


def _cells(problem: Problem, person: int, day: int) -> list[Cell]:
    return [(day, s) for s in range(len(problem.shifts)) if problem.allowed[person, day, s]]


def _past(problem: Problem, person: int, code: str) -> set[int]:
    return {duty.day for duty in problem.people[person].history if duty.code == code}


def _last_codes(problem: Problem, person: int) -> set[str]:
    """Shifts of the eve of the month."""
    return {duty.code for duty in problem.people[person].history if duty.day == -1}


def _excused(problem: Problem, person: int, day: int) -> bool:
    """True on leave and out of employment: nothing can be asked of that day."""
    who = problem.people[person]
    return day in who.leave_h or not who.first_day <= day <= who.last_day


def _least_run(problem: Problem, person: int, rule: str, shifts: list[int], least: list[int], past: set[int]) -> Iterator[Row]:
    """A run that starts on a day goes on for the least number of days: ``x[day] - x[day - 1] <= x[day + i]``."""

    def on(day: int, sign: float) -> dict[Cell | Aux, float]:
        """Terms of the rule's shifts on a day; none before the month."""
        return {(day, s): sign for s in shifts if day >= 0 and problem.allowed[person, day, s]}

    for start in range(1 - max(least, default=0), problem.days):
        n, begun, before = least[max(start, 0)], start in past, start - 1 in past
        if problem.limit(rule, max(start, 0)) is None or (start < 0 and (not begun or before)) or (start == 0 and before):
            continue
        for day in range(max(start + 1, 0), min(start + n, problem.days)):
            if start < 0 and not all(d in past for d in range(start, min(day, 0))):
                break  # the run ended before the month
            if any(_excused(problem, person, d) for d in range(max(start + 1, 0), day + 1)):
                break
            yield Row(rule, day, {**on(day, -1.0), **on(start, 1.0), **on(start - 1, -1.0)}, -1.0 if start < 0 else 0.0)


def _week(problem: Problem, person: int, rule: str, monday: int, shifts: list[int], limit: float) -> Row:
    days, codes = range(monday, monday + 7), {problem.shifts[s].code for s in shifts}
    past = sum(duty.day in days and duty.code in codes for duty in problem.people[person].history)
    terms: dict[Cell | Aux, float] = {
        (d, s): 1.0 for d in days if 0 <= d < problem.days for s in shifts if problem.allowed[person, d, s]
    }  # fmt: skip
    return Row(rule, max(monday, 0), terms, max(0.0, limit - past))
