"""A site's rules on the order of one person's days, in the terms of ``cslib.roster.columns``: gaps, runs, follow-ons, weeks, weekends."""

from __future__ import annotations

import numpy as np

from cslib.core import shifts as core
from cslib.core.units import MINUTES_PER_DAY, floor_count
from cslib.roster.columns.model import FORBIDDEN, FREE, OFF, Counter, History, Sequence, Starts, WeekCount, WeekLeast
from cslib.roster.problem import Problem

Kinds = tuple[tuple[int, int], ...]  # shift and home post of each kind of work


def order_of(problem: Problem, kinds: Kinds) -> Sequence:
    """Least days off between shifts from the rest rules, runs, and what shifts ask of the days around them."""
    run, nights = (problem.limit(rule, 0) for rule in ("consecutive_work_days", "consecutive_nights"))
    work, rest = (floor_count(problem.limit(rule, 0) or 1) for rule in ("work_run_least", "rest_run_least"))
    site = [problem.shifts[s] for s, _ in kinds]
    most = tuple(s.pattern.run_most if problem.limit("shift_run_most", 0) is not None else 0 for s in site)
    least = tuple(s.pattern.run_least if problem.limit("shift_run_least", 0) is not None else 0 for s in site)
    alike = tuple([s for s, _ in kinds].index(s) for s, _ in kinds)
    return Sequence(
        _gaps(problem, kinds), nights_of(problem, kinds), FREE if run is None else floor_count(run), max(work, 1), max(rest, 1),
        FREE if nights is None else floor_count(nights), most if any(most) else (), least if any(least) else (), _after(problem, kinds),
        () if alike == tuple(range(len(kinds))) else alike,
    )  # fmt: skip


def nights_of(problem: Problem, kinds: Kinds) -> np.ndarray:
    """Flags of night work."""
    return np.array([problem.night[s] for s, _ in kinds], dtype=bool)


def _gaps(problem: Problem, kinds: Kinds) -> np.ndarray:
    rest, after = ((problem.limit(rule, 0) or 0.0) * 60 for rule in ("rest_between_shifts", "rest_after_nights"))
    site = problem.shifts
    gap = np.zeros((len(site), len(site)), dtype=np.int64)
    for a, b in np.ndindex(gap.shape):
        least = max(rest, after if problem.night[a] and not problem.night[b] else 0.0)
        while site[b].start_min + (gap[a, b] + 1) * MINUTES_PER_DAY - site[a].end_min < least - 1e-6:
            gap[a, b] += 1
    shift = [s for s, _ in kinds]
    return np.ascontiguousarray(gap[np.ix_(shift, shift)])


def _after(problem: Problem, kinds: Kinds) -> np.ndarray | None:
    """What may be worked on the day after a shift; the last column is a day off."""
    site = [problem.shifts[s] for s, _ in kinds]
    codes = [s.code for s in site]
    out = np.ones((len(codes), len(codes) + 1), dtype=bool)
    for k, shift in enumerate(site):
        if problem.limit("forbidden_follow_on", 0) is not None:
            out[k, :-1] &= [code not in shift.pattern.not_before for code in codes]
        if problem.limit("required_follow_on", 0) is not None and shift.pattern.followed_by:
            out[k] &= [code in shift.pattern.followed_by for code in [*codes, core.OFF]]
    return None if out.all() else out


def history_of(problem: Problem, kinds: Kinds, p: int) -> History:
    """What a person's month before leaves open; gaps are not among it, they come from the times of his duties."""
    duties = problem.people[p].history
    eve = [
        s
        for s, shift in enumerate(problem.shifts)
        for duty in duties
        if duty.day == -1 and duty.code == shift.code and shift.pattern != core.Pattern()
    ]
    kind = [s for s, _ in kinds].index(eve[0]) if eve else OFF
    alike = run_to_eve({duty.day for duty in duties if eve and duty.code == problem.shifts[eve[0]].code})
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


def counters_of(problem: Problem, night: np.ndarray) -> tuple[Counter, ...]:
    """Nights (flags of kinds) above the free number are priced, above the month's most forbidden."""
    most = problem.limit("month_nights", 0)
    priced = Counter(night, problem.nights_free, problem.prices["night_over"])
    return (priced,) if most is None else (priced, Counter(night, floor_count(most), FORBIDDEN))


def week_counts(problem: Problem, kinds: Kinds, p: int) -> tuple[WeekCount, ...]:
    """Duties, and split shifts, that a person may work in each week, less those before the month; make-up workdays allow duties more."""
    found = []
    site = [problem.shifts[s] for s, _ in kinds]
    split = np.array([s.split for s in site])
    for rule, chosen in (("week_work_days", np.ones(len(split), dtype=bool)), ("week_split_shifts", split)):
        limit = problem.limit(rule, 0)
        if limit is not None and chosen.any():
            codes = {s.code for s, counted in zip(site, chosen, strict=True) if counted}
            most = []
            for monday in sorted(problem.week_h):
                days = range(monday, monday + 7)
                extra = problem.week_extra_days.get(monday, 0) if rule == "week_work_days" else 0
                past = sum(duty.day in days and duty.code in codes for duty in problem.people[p].history)
                most.append(floor_count(max(0.0, limit + extra - past)))
            found.append(WeekCount(chosen, tuple(most)))
    return tuple(found)


def weekends_of(problem: Problem) -> tuple[np.ndarray, int]:
    """Last days of weekends (1 with the day before, 2 alone), and the most weekends with work."""
    limit = problem.limit("weekends_most", 0)
    ends = np.zeros(problem.days, dtype=np.int64)
    for days in problem.weekends if limit is not None else ():
        ends[days[-1]] = 1 if len(days) > 1 else 2
    return ends, FREE if limit is None else floor_count(limit)


def week_least(problem: Problem, p: int, unit: int) -> WeekLeast | None:
    """Units that a person should have in each whole week of the month in employment; leave counts as hours."""
    who, price = problem.people[p], problem.prices["week_under"]
    limit = problem.limit("week_hours_least", 0)
    if limit is None or price <= 0:
        return None
    least = []
    for monday in sorted(problem.week_h):
        inside = monday >= 0 and monday + 7 <= problem.days and who.first_day <= monday and monday + 6 <= who.last_day
        leave_h = sum(h for d, h in who.leave_h.items() if d in range(monday, monday + 7))
        least.append(max(0.0, limit * who.fte_share - leave_h) * 60 / unit if inside else 0.0)
    return WeekLeast(tuple(least), price * unit / 60)


def starts_of(problem: Problem, kinds: Kinds) -> Starts | None:
    """Start times of kinds, if a change within a week is priced."""
    price = problem.prices["start_change"]
    return Starts(tuple(problem.shifts[s].start_min for s, _ in kinds), price) if price > 0 else None
