"""Rules about the shape of a person's month: what may follow, runs of days, days off, weekends and weeks.

Leave and days out of employment excuse a run or a follow-on that they cut short; what would lie after the month is not judged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pandas as pd

from cslib.core.shifts import OFF
from cslib.roster.audit.balance import NOISE_H, leave_days
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Facts, Person
from cslib.roster.audit.registry import Violation, details, rule
from cslib.roster.audit.rules_time import ONE_DAY, runs

SATURDAY = 5


@rule("forbidden_follow_on")
def forbidden_follow_on(facts: Facts) -> Iterator[Violation]:
    """A shift that may not start on the day after the one before (``not_before`` of the shift list)."""
    for person in facts.people.values():
        by_date = _by_date(person)
        for day, duties in by_date.items():
            for before in by_date.get(day - ONE_DAY, []):
                for after in duties:
                    banned = before.shift is not None and after.code in before.shift.pattern.not_before
                    if banned and after.planned and facts.limit("forbidden_follow_on", day) is not None:
                        shown = details(before=before.code, shift=after.code)
                        yield Violation("forbidden_follow_on", person.employee_id, facts.start_of(after), day, detail=shown)


@rule("required_follow_on")
def required_follow_on(facts: Facts) -> Iterator[Violation]:
    """A day after a shift that is not what the shift list asks for (``followed_by``)."""
    for person in facts.people.values():
        by_date = _by_date(person)
        for duty in (*person.history, *person.duties):
            day, wanted = duty.date + ONE_DAY, duty.shift.pattern.followed_by if duty.shift is not None else ()
            if not wanted or not _judged(person, day, facts) or facts.limit("required_follow_on", day) is None:
                continue
            codes = [d.code for d in by_date.get(day, [])] or [OFF]
            if not set(codes) & set(wanted):
                shown = details(shift=duty.code, given=" ".join(codes), expected=" ".join(wanted))
                yield Violation("required_follow_on", person.employee_id, facts.start_of(duty), day, detail=shown)


@rule("shift_run_most")
def shift_run_most(facts: Facts) -> Iterator[Violation]:
    """More days in a row on one shift than its definition allows."""
    for person, code, days in _runs_of_shifts(facts):
        most = facts.shifts[code].pattern.run_most
        first_over = days[most] if most and len(days) > most else None
        over = next((d for d in days[most:] if facts.horizon.start <= d), None) if first_over else None
        if over is not None and facts.limit("shift_run_most", over) is not None:
            shown = details(shift=code, first=days[0], last=days[-1])
            yield Violation("shift_run_most", person.employee_id, _start(person, over, facts), over, float(len(days)), float(most), "days", shown)


@rule("shift_run_least")
def shift_run_least(facts: Facts) -> Iterator[Violation]:
    """Fewer days in a row on one shift than its definition asks for."""
    for person, code, days in _runs_of_shifts(facts):
        least = facts.shifts[code].pattern.run_least
        if len(days) < least and _judged(person, days[-1] + ONE_DAY, facts) and facts.limit("shift_run_least", days[-1] + ONE_DAY) is not None:
            shown, start = details(shift=code, first=days[0], last=days[-1]), _start(person, days[0], facts)
            yield Violation("shift_run_least", person.employee_id, start, days[-1] + ONE_DAY, float(len(days)), float(least), "days", shown)


@rule("work_run_least")
def work_run_least(facts: Facts) -> Iterator[Violation]:
    """Fewer work days in a row than asked for."""
    for person in facts.people.values():
        for days in runs(sorted(_by_date(person))):
            after = days[-1] + ONE_DAY
            limit = facts.limit("work_run_least", after) if _judged(person, after, facts) else None
            if limit is not None and len(days) < limit:
                shown, start = details(first=days[0], last=days[-1]), _start(person, days[0], facts)
                yield Violation("work_run_least", person.employee_id, start, after, float(len(days)), limit, detail=shown)


@rule("rest_run_least")
def rest_run_least(facts: Facts) -> Iterator[Violation]:
    """Fewer days off between two work days than asked for; a stretch with leave in it is free."""
    for person in facts.people.values():
        dates = sorted(_by_date(person))
        for before, after in pairwise(dates):
            off = [before + dt.timedelta(days=i) for i in range(1, (after - before).days)]
            limit = facts.limit("rest_run_least", max(off[0], facts.horizon.start)) if off and after >= facts.horizon.start else None
            free = any((d in person.leave and d >= facts.horizon.start) or not person.employed(d) for d in off)
            if limit is not None and len(off) < limit and not free:
                shown = details(first=off[0], last=off[-1])
                yield Violation("rest_run_least", person.employee_id, pd.Timestamp(off[0]), off[0], float(len(off)), limit, detail=shown)


@rule("week_work_days")
def week_work_days(facts: Facts) -> Iterator[Violation]:
    """More work days from Monday to Sunday than allowed and one for each make-up workday (S003-I1)."""
    for person in facts.people.values():
        for monday, dates in _weeks(sorted(_by_date(person))):
            limit = facts.limit("week_work_days", max(monday, facts.horizon.start))
            if limit is not None:
                extra = sum(facts.kinds.get(monday + dt.timedelta(days=i)) == "make_up_workday" for i in range(7))
                yield from _too_many("week_work_days", person, dates, limit + extra, facts)


@rule("weekends_most")
def weekends_most(facts: Facts) -> Iterator[Violation]:
    """More weekends of the month with a duty than allowed."""
    for person in facts.people.values():
        weekends: dict[dt.date, dt.date] = {}
        for duty in sorted(person.duties, key=lambda d: d.date):
            if duty.date.weekday() >= SATURDAY:
                weekends.setdefault(duty.date - dt.timedelta(days=duty.date.weekday()), duty.date)
        limit = facts.limit("weekends_most", facts.horizon.start)
        if limit is not None:
            yield from _too_many("weekends_most", person, list(weekends.values()), limit, facts)


@rule("month_nights")
def month_nights(facts: Facts) -> Iterator[Violation]:
    """More night shifts in the month than allowed."""
    for person in facts.people.values():
        limit = facts.limit("month_nights", facts.horizon.start)
        if limit is not None:
            yield from _too_many("month_nights", person, sorted(d.date for d in person.duties if facts.is_night(d)), limit, facts)


@rule("week_split_shifts")
def week_split_shifts(facts: Facts) -> Iterator[Violation]:
    """More split shifts from Monday to Sunday than allowed."""
    for person in facts.people.values():
        split = sorted(d.date for d in (*person.history, *person.duties) if d.shift is not None and d.shift.split)
        for monday, dates in _weeks(split):
            limit = facts.limit("week_split_shifts", max(monday, facts.horizon.start))
            if limit is not None:
                yield from _too_many("week_split_shifts", person, dates, limit, facts)


@rule("week_hours_least")
def week_hours_least(facts: Facts) -> Iterator[Violation]:
    """Whole weeks of the month with fewer hours than asked for; leave counts as hours."""
    for person in facts.people.values():
        for monday, hours, least in short_weeks(person, facts):
            yield Violation("week_hours_least", person.employee_id, pd.Timestamp(monday), monday, hours, least)


def short_weeks(person: Person, facts: Facts) -> Iterator[tuple[dt.date, float, float]]:
    """Whole weeks of the month in employment that have too few hours: Monday, hours, least hours (full-time equivalents)."""
    limits = {day: facts.limit("week_hours_least", day) for day in facts.horizon.dates if not day.weekday()}
    leave = leave_days(person, facts) if any(limit is not None for limit in limits.values()) else {}
    for monday, limit in limits.items():
        week = [monday + dt.timedelta(days=i) for i in range(7)]
        if limit is None or week[-1] >= facts.horizon.end or not all(map(person.employed, week)):
            continue
        hours = sum(d.paid_min for d in person.duties if d.date in week) / 60 + sum(leave[d][1] for d in week if d in leave)
        if hours < limit * person.fte_share - NOISE_H:
            yield monday, hours, limit * person.fte_share


def _by_date(person: Person) -> dict[dt.date, list[Duty]]:
    """Duties of both months by date."""
    found: dict[dt.date, list[Duty]] = {}
    for duty in (*person.history, *person.duties):
        found.setdefault(duty.date, []).append(duty)
    return found


def _runs_of_shifts(facts: Facts) -> Iterator[tuple[Person, str, list[dt.date]]]:
    """Runs of days on one shift, for shifts with a pattern."""
    for person in facts.people.values():
        for code, shift in facts.shifts.items():
            if shift.pattern.run_most or shift.pattern.run_least:
                for run in runs(sorted({d.date for d in (*person.history, *person.duties) if d.code == code})):
                    yield person, code, run


def _judged(person: Person, day: dt.date, facts: Facts) -> bool:
    """True for a day of the month on which something may be asked of the person."""
    return facts.horizon.start <= day < facts.horizon.end and person.employed(day) and day not in person.leave


def _start(person: Person, day: dt.date, facts: Facts) -> pd.Timestamp:
    """Start of the first duty of a day."""
    return min(facts.start_of(d) for d in _by_date(person)[day])


def _weeks(dates: Sequence[dt.date]) -> Iterator[tuple[dt.date, list[dt.date]]]:
    """Dates by week: Monday, dates."""
    weeks: dict[dt.date, list[dt.date]] = {}
    for day in dates:
        weeks.setdefault(day - dt.timedelta(days=day.weekday()), []).append(day)
    yield from weeks.items()


def _too_many(code: str, person: Person, dates: list[dt.date], limit: float, facts: Facts) -> Iterator[Violation]:
    """One violation if there are more dates than allowed, at the first of this month that is one too many."""
    over = next((d for number, d in enumerate(dates, start=1) if number > limit and d >= facts.horizon.start), None)
    if over is not None:
        yield Violation(code, person.employee_id, _start(person, over, facts), over, float(len(dates)), limit)
