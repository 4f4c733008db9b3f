"""The abstract month that the large-scale engine solves: people, days, kinds of work, and what each choice costs. No tables, no names.

A plan is an integer array (people, days): the kind worked, or ``OFF``. Everything about one person is in ``Person``; people meet only in
the coverage, which is either a number of people per (day, kind) (``ShiftCover``) or people on duty per interval with skills and breaks
(``cslib.roster.columns.intervals.IntervalCover``). ``findings`` and ``own_cost`` recount a plan by the plain wording of the rules and share
nothing with the optimiser.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

OFF = -1
FREE = 10**6  # a limit that never binds
FORBIDDEN = np.inf


@dataclass(frozen=True)
class Sequence:
    """Rules about the order of days.

    Attributes
    ----------
    gap : (kinds, kinds) least days off between a kind and the next kind worked; 0 = may follow on the next day
    night : (kinds,) flags of night work; ``max_night_run`` limits nights on days in a row
    max_run, min_run : days worked in a row; min_off : days off in a row. Runs that touch an edge of the horizon may be shorter than a
        minimum; a run carried over from the month before counts with the days it already has.
    kind_most, kind_least : (kinds,) days in a row of one kind, 0 = no limit; empty if no kind has one. The last day excuses a short run
    alike : (kinds,) first kind that is the same for the rules about days in a row of one kind and about what follows; empty: each is its own
    after : (kinds, kinds + 1) flags of what may be worked on the day after a kind, the last column a day off; None if anything may
    """

    gap: np.ndarray
    night: np.ndarray
    max_run: int = FREE
    min_run: int = 1
    min_off: int = 1
    max_night_run: int = FREE
    kind_most: tuple[int, ...] = ()
    kind_least: tuple[int, ...] = ()
    after: np.ndarray | None = None
    alike: tuple[int, ...] = ()


@dataclass(frozen=True)
class History:
    """What the month before left: days worked in a row and nights among them up to the eve, and the kind worked on the eve (``OFF``: none).

    ``known``: the month before is complete, so that a run or days off that touch the first day owe what is left of their minimum:
    of days off ``off_owed``. ``kind``, ``kind_run``: kind of the eve and its days in a row, for rules about one kind; gaps don't use them.
    """

    run: int = 0
    nights: int = 0
    last: int = OFF
    known: bool = False
    off_owed: int = 0
    kind: int = OFF
    kind_run: int = 0


@dataclass(frozen=True)
class Counter:
    """Days on which one of ``kinds`` (flags) is worked: up to ``free`` of them cost nothing, each further one ``price`` (infinite: forbidden)."""

    kinds: np.ndarray
    free: int
    price: float = FORBIDDEN


@dataclass(frozen=True)
class WeekCount:
    """Most days of each week on which one of ``kinds`` (flags) is worked."""

    kinds: np.ndarray
    most: tuple[int, ...]


@dataclass(frozen=True)
class WeekLeast:
    """Units that each week of the model should have at least; each one below costs ``price``."""

    least: tuple[float, ...]
    price: float


@dataclass(frozen=True)
class Starts:
    """``of`` : (kinds,) number of a kind's start time, equal times alike; each further one of a week costs ``price``."""

    of: tuple[int, ...]
    price: float


@dataclass(frozen=True)
class Person:
    """One person's month.

    Attributes
    ----------
    work_cost : (days, kinds) price of working a kind on a day, infinite where it is not allowed; off_cost : (days,) of a day off
    total_cost : (units + 1,) price of the units worked in the whole horizon, infinite where not allowed; more units are not allowed
    max_weekends : weekends with work on at least one day
    week_max : units allowed per week of the model, empty if unlimited
    team : class of people who hold the same skills (interval coverage)
    away : days of leave or out of employment: off then, he owes no least run, no days off and nothing that should follow
    """

    sequence: Sequence
    work_cost: np.ndarray
    off_cost: np.ndarray
    total_cost: np.ndarray
    counters: tuple[Counter, ...] = ()
    max_weekends: int = FREE
    week_max: tuple[int, ...] = ()
    history: History = field(default_factory=History)
    team: int = 0
    away: frozenset[int] = frozenset()
    week_counts: tuple[WeekCount, ...] = ()
    week_least: WeekLeast | None = None
    starts: Starts | None = None


@dataclass(frozen=True)
class Staff:
    """People and the calendar they share.

    Attributes
    ----------
    units : (kinds,) whole units of paid time of a kind (minutes over a common divisor)
    weekend_end : (days,) last days of weekends: 1 with the day before, 2 alone (the other day lies outside the horizon), else 0
    week : (days,) number of the week of a day
    """

    people: tuple[Person, ...]
    units: np.ndarray
    weekend_end: np.ndarray
    week: np.ndarray

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return len(self.week)

    @property
    def kinds(self) -> int:
        """Kinds of work."""
        return len(self.units)


@dataclass(frozen=True)
class ShiftCover:
    """People wanted per (day, kind): each missing one costs ``under``, each one too many ``over``; all arrays (days, kinds)."""

    need: np.ndarray
    under: np.ndarray
    over: np.ndarray

    def cost(self, plan: np.ndarray) -> float:
        """Price of what a plan leaves short or has too many."""
        days, kinds = self.need.shape
        count = np.array([[np.count_nonzero(plan[:, d] == k) for k in range(kinds)] for d in range(days)])
        short, many = np.maximum(self.need - count, 0), np.maximum(count - self.need, 0)
        return float((short * self.under).sum() + (many * self.over).sum())


def own_cost(staff: Staff, person: int, month: np.ndarray) -> float:
    """What one person's month costs by itself: cells, units, counters. Infinite where a priced cell or total is not allowed."""
    who = staff.people[person]
    cells = sum(float(who.off_cost[d] if k == OFF else who.work_cost[d, k]) for d, k in enumerate(month))
    units = int(staff.units[month[month != OFF]].sum())
    total = float(who.total_cost[units]) if units < len(who.total_cost) else FORBIDDEN
    extra = 0.0
    for counter in who.counters:
        above = int(counter.kinds[month[month != OFF]].sum()) - counter.free
        extra += above * counter.price if above > 0 else 0.0
    return cells + total + extra + _weekly_cost(staff, who, month)


def _weekly_cost(staff: Staff, who: Person, month: np.ndarray) -> float:
    """Units below a week's least, and start times of a week but for one."""
    price, worked = 0.0, month != OFF
    for week in np.unique(staff.week):
        inside = month[worked & (staff.week == week)]
        if who.week_least is not None:
            price += who.week_least.price * max(0.0, who.week_least.least[week] - int(staff.units[inside].sum()))
        if who.starts is not None:
            price += who.starts.price * max(0, len({who.starts.of[k] for k in inside}) - 1)
    return price


def findings(staff: Staff, person: int, month: np.ndarray) -> list[str]:
    """Names of the rules that a month breaks, by their plain wording."""
    who, broken = staff.people[person], []
    if not np.isfinite(own_cost(staff, person, month)):
        broken.append("cell, total or count")
    broken += _broken_order(who, month)
    broken += _broken_kinds(who, month)
    worked = month != OFF
    weekends = sum(bool(worked[d] or (staff.weekend_end[d] == 1 and worked[d - 1])) for d in np.flatnonzero(staff.weekend_end))
    if weekends > who.max_weekends:
        broken.append("weekends")
    for week, most in enumerate(who.week_max):
        inside = worked & (staff.week == week)
        if staff.units[month[inside]].sum() > most:
            broken.append("week hours")
    for count in who.week_counts:
        for week, most in enumerate(count.most):
            if count.kinds[month[worked & (staff.week == week)]].sum() > most:
                broken.append("week count")
    return broken


def _broken_order(who: Person, month: np.ndarray) -> list[str]:
    rules, past, broken = who.sequence, who.history, []
    last, off, days = past.last, 0, len(month)
    run, nights, run_open, off_open, free = past.run, past.nights, not past.known, True, False
    for d, kind in enumerate(month):
        if kind == OFF:
            free = free or d in who.away
            if run > 0 and off == 0:
                if run < rules.min_run and not run_open and not free:
                    broken.append("least run")
                off_open = False
            off, run, nights = off + 1, 0, 0
            continue
        if last != OFF and off < rules.gap[last, kind]:
            broken.append("succession")
        if not free and (off < past.off_owed if off_open else 0 < off < rules.min_off):
            broken.append("least days off")
        if off > 0:
            run_open = False
        off_open = free = False
        run, nights, off, last = run + 1, nights + 1 if rules.night[kind] else 0, 0, kind
        if run > rules.max_run:
            broken.append("longest run")
        if nights > rules.max_night_run:
            broken.append("nights in a row")
    return broken if days else []


def _broken_kinds(who: Person, month: np.ndarray) -> list[str]:
    """Rules about days in a row of one kind, and about what may follow one on the next day."""
    rules, broken = who.sequence, []
    last, run = who.history.kind, who.history.kind_run
    for d, given in enumerate(month):
        kind = rules.alike[given] if rules.alike and given != OFF else given
        off = kind == OFF and d in who.away
        if last != OFF and rules.after is not None and not off and not rules.after[last, kind]:  # the last column is a day off, as OFF is -1
            broken.append("follow-on")
        if last not in (OFF, kind) and rules.kind_least and not off and run < rules.kind_least[last]:
            broken.append("least run of a kind")
        last, run = kind, run + 1 if kind == last else 1
        if kind != OFF and rules.kind_most and 0 < rules.kind_most[kind] < run:
            broken.append("longest run of a kind")
    return broken


def plan_findings(staff: Staff, plan: np.ndarray) -> list[tuple[int, str]]:
    """All broken rules of a plan as (person, rule)."""
    return [(p, rule) for p in range(len(staff.people)) for rule in findings(staff, p, plan[p])]


def people_cost(staff: Staff, plan: np.ndarray) -> float:
    """What all months cost without coverage."""
    return float(sum(own_cost(staff, p, plan[p]) for p in range(len(staff.people))))
