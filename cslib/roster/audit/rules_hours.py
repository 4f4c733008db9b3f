"""Rules about hours: weeks (standard and part-time scheme) and the overtime of the month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import accumulate

import pandas as pd

from cslib.roster.audit.balance import NOISE_H, balance
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Facts, Person
from cslib.roster.audit.registry import Violation, details, rule

OVERTIME_RULES = ("overtime_protection", "overtime_approval", "month_overtime")  # the tightest first


@rule("weekly_hours")
def weekly_hours(facts: Facts) -> Iterator[Violation]:
    """Paid hours of duties that start Mon-Sun, standard hours: limit + a normal day per make-up workday (S003-I1)."""
    for person in facts.people.values():
        if person.scheme == "standard":
            for monday, duties in _weeks(person, facts):
                day = max(monday, facts.horizon.start)
                limit = facts.limit("weekly_hours", day)
                if limit is not None:
                    yield from _long_week("weekly_hours", person, duties, limit + make_up_h(monday, facts), day, facts)


@rule("part_time_week_hours")
def part_time_week_hours(facts: Facts) -> Iterator[Violation]:
    """Paid hours of duties that start Mon-Sun, part-time."""
    for person in facts.people.values():
        if person.scheme == "part_time":
            for monday, duties in _weeks(person, facts):
                day = max(monday, facts.horizon.start)
                limit = facts.limit("part_time_week_hours", day)
                if limit is not None:
                    yield from _long_week("part_time_week_hours", person, duties, limit, day, facts)


@rule("month_overtime")
def month_overtime(facts: Facts) -> Iterator[Violation]:
    """Overtime of the month above the general limit, where it was approved and nothing protects the person from it."""
    yield from _overtime("month_overtime", facts)


@rule("overtime_approval")
def overtime_approval(facts: Facts) -> Iterator[Violation]:
    """Overtime of the month above what was approved beforehand (S003-I2)."""
    yield from _overtime("overtime_approval", facts)


@rule("overtime_protection")
def overtime_protection(facts: Facts) -> Iterator[Violation]:
    """Any overtime of a person who may work none for at least the first day of the month."""
    yield from _overtime("overtime_protection", facts)


@rule("cycle_overtime")
def cycle_overtime(facts: Facts) -> Iterator[Violation]:
    """Hours above contract since the cycle began, comprehensive hours: balance of the earlier months and this month's."""
    first = facts.horizon.start
    limit = facts.limit("cycle_overtime", first)
    for person in facts.people.values() if limit is not None else ():
        total = person.cycle_balance_h + balance(person, facts).overtime_h
        if person.scheme == "comprehensive" and limit is not None and total > limit + NOISE_H and person.duties:
            shown = details(balance_h=person.cycle_balance_h)
            yield Violation("cycle_overtime", person.employee_id, pd.Timestamp(first), first, total, limit, detail=shown)


def make_up_h(monday: dt.date, facts: Facts) -> float:
    """Normal hours that the make-up workdays of a week add [h]; days that no calendar holds add none."""
    week = (monday + dt.timedelta(days=i) for i in range(7))
    return sum(facts.value("normal_day_hours", d) for d in week if facts.kinds.get(d) == "make_up_workday")


def _weeks(person: Person, facts: Facts) -> Iterator[tuple[dt.date, list[Duty]]]:
    """Weeks with a duty of this month: Monday, duties of both months by date."""
    weeks: dict[dt.date, list[Duty]] = {}
    for duty in sorted((*person.history, *person.duties), key=lambda d: (d.date, facts.start_of(d))):
        weeks.setdefault(duty.date - dt.timedelta(days=duty.date.weekday()), []).append(duty)
    for monday, duties in weeks.items():
        if any(d.planned for d in duties):
            yield monday, duties


def _long_week(code: str, person: Person, duties: list[Duty], allowed: float, day: dt.date, facts: Facts) -> Iterator[Violation]:
    """One violation if the week's hours pass what is allowed, at the duty of this month that passes it."""
    total = sum(d.paid_min for d in duties) / 60
    if total <= allowed + NOISE_H:
        return
    sums = accumulate(d.paid_min / 60 for d in duties)
    duty = next(d for d, so_far in zip(duties, sums, strict=True) if so_far > allowed + NOISE_H and d.planned)
    week = duty.date - dt.timedelta(days=duty.date.weekday())
    yield Violation(code, person.employee_id, facts.start_of(duty), day, total, allowed, detail=details(week=week))


def _overtime(code: str, facts: Facts) -> Iterator[Violation]:
    """Each excess is reported by the tightest rule that it breaks."""
    first = facts.horizon.start
    for person in facts.people.values():
        own = balance(person, facts)
        for rule_code in OVERTIME_RULES:
            allowed = _allowed(rule_code, person, facts)
            if allowed is not None and own.overtime_h > allowed + NOISE_H:
                if rule_code == code:
                    shown = details(worked_h=own.worked_h, leave_h=own.leave_h, contract_h=own.contract_h)
                    yield Violation(code, person.employee_id, pd.Timestamp(first), first, own.overtime_h, allowed, "h", shown)
                break


def _allowed(code: str, person: Person, facts: Facts) -> float | None:
    """Hours of overtime that a rule allows a person; None where the rule does not concern that person."""
    first = facts.horizon.start
    limit = facts.limit(code, first)
    if limit is None:
        return None
    if code == "overtime_protection":
        return 0.0 if person.no_overtime_until and person.no_overtime_until >= first else None
    return person.overtime_max_h if code == "overtime_approval" else limit
