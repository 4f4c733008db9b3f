"""Hours of the month against contract, person by person (S003-I1)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cslib.core.errors import RosterError
from cslib.roster.audit.facts import Facts, Person

NOISE_H = 1e-6
LEGAL_WORKDAYS = ("workday", "make_up_workday")


@dataclass(frozen=True)
class Balance:
    """Paid hours of the duties that start in the month, hours that leave counts for, contract hours [h]."""

    worked_h: float
    leave_h: float
    contract_h: float

    @property
    def overtime_h(self) -> float:
        """Hours above contract, negative below: worked + leave - contract."""
        return self.worked_h + self.leave_h - self.contract_h


def balance(person: Person, facts: Facts) -> Balance:
    """Worked, leave and contract hours of one person.

    Leave of a day on which the person is rostered to work does not count twice (the work itself is reported by leave_honoured).

    Raises
    ------
    RosterError  if the calendar lacks a day of the month.
    """
    worked = sum(d.paid_min for d in person.duties) / 60
    return Balance(worked, sum(h for _, h in leave_days(person, facts).values()), contract_h(person, facts))


def leave_days(person: Person, facts: Facts) -> dict[dt.date, tuple[str, float]]:
    """Granted leave that is taken: days of the month, in employment, without a duty -> (pay class, hours)."""
    worked = {d.date for d in person.duties}
    days = (d for d in facts.horizon.dates if d in person.leave and d not in worked and person.employed(d))
    return {d: person.leave[d] for d in days}


def contract_h(person: Person, facts: Facts) -> float:
    """fte_share x normal day hours x legal workdays of the month within employment [h].

    Raises
    ------
    RosterError  if the calendar lacks a day of the month.
    """
    days = [d for d in facts.horizon.dates if kind_of_day(d, facts) in LEGAL_WORKDAYS and person.employed(d)]
    return person.fte_share * sum(facts.value("normal_day_hours", d) for d in days)


def kind_of_day(day: dt.date, facts: Facts) -> str:
    """Kind of a calendar day.

    Raises
    ------
    RosterError  if the calendar lacks it.
    """
    if day not in facts.kinds:
        raise RosterError("audit.calendar_gap", where="calendar", given=day.isoformat(), month=facts.horizon.label)
    return facts.kinds[day]
