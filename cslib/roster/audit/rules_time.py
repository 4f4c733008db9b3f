"""Rules about the duties of one person in time: number a day, rest between them, runs of work days and nights, breaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from cslib.core.shifts import span_text
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Facts, Person
from cslib.roster.audit.registry import Violation, details, rule

ONE_DAY = dt.timedelta(days=1)


@rule("one_duty_per_day")
def one_duty_per_day(facts: Facts) -> Iterator[Violation]:
    """More duties than allowed start on one date, or two duties overlap in time."""
    for person in facts.people.values():
        by_date: dict[dt.date, list[Duty]] = {}
        for duty in person.duties:
            by_date.setdefault(duty.date, []).append(duty)
        for day, duties in by_date.items():
            limit = facts.limit("one_duty_per_day", day)
            if limit is not None and len(duties) > limit:
                last = max(duties, key=facts.start_of)
                shown = details(fault="too_many", shifts=" ".join(d.code for d in duties))
                yield Violation("one_duty_per_day", person.employee_id, facts.start_of(last), day, float(len(duties)), limit, detail=shown)
        for before, after in _overlapping(person):
            limit = facts.limit("one_duty_per_day", after.date)
            told = limit is not None and before.date == after.date and len(by_date[after.date]) > limit
            if limit is not None and not told:
                shown = details(fault="overlap", shift=after.code, before=_span(before, facts))
                yield Violation("one_duty_per_day", person.employee_id, facts.start_of(after), after.date, 2.0, 1.0, detail=shown)


@rule("rest_between_shifts")
def rest_between_shifts(facts: Facts) -> Iterator[Violation]:
    """Hours from the end of a duty to the next one on another date; overlapping duties are judged by one_duty_per_day."""
    for person, before, after, rest_h in _rests(facts):
        limit = facts.limit("rest_between_shifts", after.date)
        if limit is not None and rest_h < limit:
            shown = details(before=_span(before, facts), shift=after.code)
            yield Violation("rest_between_shifts", person.employee_id, facts.start_of(after), after.date, rest_h, limit, detail=shown)


@rule("rest_after_nights")
def rest_after_nights(facts: Facts) -> Iterator[Violation]:
    """Hours from the end of a block of nights to the next duty that is none, where rest_between_shifts is kept."""
    for person, before, after, rest_h in _rests(facts):
        limit, daily = facts.limit("rest_after_nights", after.date), facts.limit("rest_between_shifts", after.date)
        told = daily is not None and rest_h < daily
        if limit is not None and rest_h < limit and not told and facts.is_night(before) and not facts.is_night(after):
            shown = details(before=_span(before, facts), shift=after.code)
            yield Violation("rest_after_nights", person.employee_id, facts.start_of(after), after.date, rest_h, limit, detail=shown)


@rule("consecutive_work_days")
def consecutive_work_days(facts: Facts) -> Iterator[Violation]:
    """Runs of dates with work; rest and leave end a run. One violation a run, at its first day too many in this month."""
    for person in facts.people.values():
        yield from _long_runs("consecutive_work_days", person, (*person.history, *person.duties), facts)


@rule("consecutive_nights")
def consecutive_nights(facts: Facts) -> Iterator[Violation]:
    """Runs of dates on which a night shift starts."""
    for person in facts.people.values():
        yield from _long_runs("consecutive_nights", person, [d for d in person.timed if facts.is_night(d)], facts)


@rule("daily_hours")
def daily_hours(facts: Facts) -> Iterator[Violation]:
    """Paid hours of one duty."""
    for person in facts.people.values():
        for duty in person.duties:
            limit, paid_h = facts.limit("daily_hours", duty.date), duty.paid_min / 60
            if limit is not None and paid_h > limit:
                yield Violation("daily_hours", person.employee_id, facts.start_of(duty), duty.date, paid_h, limit, detail=details(shift=duty.code))


@rule("meal_break")
def meal_break(facts: Facts) -> Iterator[Violation]:
    """Long presence needs the breaks of its definition (number, length, place), one of them a meal break (S003-P1)."""
    for person in facts.people.values():
        for duty in person.duties:
            limit = facts.limit("meal_break", duty.date)
            if limit is None or not duty.timed or not duty.readable or duty.presence_min <= limit * 60:
                continue
            least, longest = facts.value("meal_break_length", duty.date), duty.longest_rest_min
            faults = duty.break_faults()
            if longest < least and not faults:
                faults = [("break_length", f"{longest:g}", f"{least:g}")]
            for fault, given, expected in faults:
                shown = details(fault=fault, shift=duty.code, given=given, expected=expected, breaks=duty.cell.breaks)
                yield Violation("meal_break", person.employee_id, facts.start_of(duty), duty.date, duty.presence_min / 60, limit, detail=shown)


def _rests(facts: Facts) -> Iterator[tuple[Person, Duty, Duty, float]]:
    """Each duty of the month with the one of another date that ended last before it: person, before, after, hours between (>= 0)."""
    for person in facts.people.values():
        timed = person.timed
        for i, after in enumerate(timed):
            earlier = [d for d in timed[:i] if d.date != after.date]
            if after.planned and earlier:
                before = max(earlier, key=lambda d: d.end)
                if before.end <= after.start:
                    yield person, before, after, (after.start - before.end) / 60


def _overlapping(person: Person) -> Iterator[tuple[Duty, Duty]]:
    timed = person.timed
    for i, after in enumerate(timed):
        before = max(timed[:i], key=lambda d: d.end, default=None)
        if before is not None and after.planned and before.end > after.start:
            yield before, after


def _long_runs(code: str, person: Person, duties: Iterable[Duty], facts: Facts) -> Iterator[Violation]:
    """Runs of days longer than the limit of the day on which they pass it."""
    by_date = {d.date: d for d in sorted(duties, key=lambda d: d.date)}
    for run in runs(by_date):
        for length, day in enumerate(run, start=1):
            limit = facts.limit(code, day)
            if limit is not None and length > limit and by_date[day].planned:
                shown = details(first=run[0], last=run[-1])
                yield Violation(code, person.employee_id, facts.start_of(by_date[day]), day, float(len(run)), limit, detail=shown)
                break


def runs(days: Iterable[dt.date]) -> Iterator[list[dt.date]]:
    """Sorted days in stretches without a gap."""
    run: list[dt.date] = []
    for day in days:
        if run and day - run[-1] != ONE_DAY:
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def _span(duty: Duty, facts: Facts) -> str:
    return f"{duty.code} {span_text((facts.moment(duty.start), facts.moment(duty.end)))}"
