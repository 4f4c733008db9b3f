"""A site's rules on the order of one person's days, in the terms of ``cslib.roster.columns``: gaps, runs, follow-ons, weeks, weekends."""

from __future__ import annotations

import numpy as np

from cslib.core import shifts as core
from cslib.core.units import MINUTES_PER_DAY, floor_count
from cslib.roster.columns.model import FORBIDDEN, FREE, OFF, Counter, History, Sequence, WeekCount
from cslib.roster.problem import Problem


def order_of(problem: Problem) -> Sequence:
    """Least days off between shifts from the rest rules, runs, and what shifts ask of the days around them."""
    run, nights = (problem.limit(rule, 0) for rule in ("consecutive_work_days", "consecutive_nights"))
    work, rest = (floor_count(problem.limit(rule, 0) or 1) for rule in ("work_run_least", "rest_run_least"))
    most = tuple(s.pattern.run_most if problem.limit("shift_run_most", 0) is not None else 0 for s in problem.shifts)
    least = tuple(s.pattern.run_least if problem.limit("shift_run_least", 0) is not None else 0 for s in problem.shifts)
    return Sequence(
        _gaps(problem), np.array(problem.night), FREE if run is None else floor_count(run), max(work, 1), max(rest, 1),
        FREE if nights is None else floor_count(nights), most if any(most) else (), least if any(least) else (), _after(problem),
    )  # fmt: skip


def _gaps(problem: Problem) -> np.ndarray:
    rest, after = ((problem.limit(rule, 0) or 0.0) * 60 for rule in ("rest_between_shifts", "rest_after_nights"))
    site = problem.shifts
    gap = np.zeros((len(site), len(site)), dtype=np.int64)
    for a, b in np.ndindex(gap.shape):
        least = max(rest, after if problem.night[a] and not problem.night[b] else 0.0)
        while site[b].start_min + (gap[a, b] + 1) * MINUTES_PER_DAY - site[a].end_min < least - 1e-6:
            gap[a, b] += 1
    return gap


def _after(problem: Problem) -> np.ndarray | None:
    """What may be worked on the day after a shift; the last column is a day off."""
    codes = [s.code for s in problem.shifts]
    out = np.ones((len(codes), len(codes) + 1), dtype=bool)
    for s, shift in enumerate(problem.shifts):
        if problem.limit("forbidden_follow_on", 0) is not None:
            out[s, :-1] &= [code not in shift.pattern.not_before for code in codes]
        if problem.limit("required_follow_on", 0) is not None and shift.pattern.followed_by:
            out[s] &= [code in shift.pattern.followed_by for code in [*codes, core.OFF]]
    return None if out.all() else out


def history_of(problem: Problem, p: int) -> History:
    """What a person's month before leaves open; gaps are not among it, they come from the times of his duties."""
    duties = problem.people[p].history
    eve = [
        s
        for s, shift in enumerate(problem.shifts)
        for duty in duties
        if duty.day == -1 and duty.code == shift.code and shift.pattern != core.Pattern()
    ]
    kind = eve[0] if eve else OFF
    alike = run_to_eve({duty.day for duty in duties if eve and duty.code == problem.shifts[kind].code})
    nights = run_to_eve({duty.day for duty in duties if duty.night})
    return History(run_to_eve({duty.day for duty in duties}), nights, OFF, True, _days_off_owed(problem, p), kind, alike)


def _days_off_owed(problem: Problem, p: int) -> int:
    """Days off that a run of days off begun before the month still owes."""
    who, least = problem.people[p], problem.limit("rest_run_least", 0)
    last = max((duty.day for duty in who.history if duty.day < 0), default=None)
    if least is None or last is None or last == -1:
        return 0
    excused = any(d in who.leave_h or not who.first_day <= d <= who.last_day for d in range(last + 1, 0))
    return 0 if excused else max(floor_count(least) + 1 + last, 0)


def run_to_eve(days: set[int]) -> int:
    """Days in a row up to the eve."""
    count = 0
    while -count - 1 in days:
        count += 1
    return count


def away_days(problem: Problem, p: int) -> frozenset[int]:
    """Days of leave and out of employment."""
    who = problem.people[p]
    return frozenset(d for d in range(problem.days) if d in who.leave_h or not who.first_day <= d <= who.last_day)


def counters_of(problem: Problem) -> tuple[Counter, ...]:
    """Nights above the free number are priced, above the month's most forbidden."""
    night, most = np.array(problem.night), problem.limit("month_nights", 0)
    priced = Counter(night, problem.nights_free, problem.prices["night_over"])
    return (priced,) if most is None else (priced, Counter(night, floor_count(most), FORBIDDEN))


def week_counts(problem: Problem, p: int) -> tuple[WeekCount, ...]:
    """Duties, and split shifts, that a person may work in each week, less those before the month; make-up workdays allow duties more."""
    found = []
    split = np.array([s.split for s in problem.shifts])
    for rule, kinds in (("week_work_days", np.ones(len(split), dtype=bool)), ("week_split_shifts", split)):
        limit = problem.limit(rule, 0)
        if limit is not None and kinds.any():
            codes = {s.code for s, counted in zip(problem.shifts, kinds, strict=True) if counted}
            most = []
            for monday in sorted(problem.week_h):
                days = range(monday, monday + 7)
                extra = problem.week_extra_days.get(monday, 0) if rule == "week_work_days" else 0
                past = sum(duty.day in days and duty.code in codes for duty in problem.people[p].history)
                most.append(floor_count(max(0.0, limit + extra - past)))
            found.append(WeekCount(kinds, tuple(most)))
    return tuple(found)


def weekends_of(problem: Problem) -> tuple[np.ndarray, int]:
    """Last days of weekends (1 with the day before, 2 alone), and the most weekends with work."""
    limit = problem.limit("weekends_most", 0)
    ends = np.zeros(problem.days, dtype=np.int64)
    for days in problem.weekends if limit is not None else ():
        ends[days[-1]] = 1 if len(days) > 1 else 2
    return ends, FREE if limit is None else floor_count(limit)
