"""The hours table: paid hours of a roster by calendar day worked and premium class. The only thing pay takes from the roster.

All hours of a duty that starts in the month are in this month's table, dated by the calendar day on which they are worked: the last
night's hours after midnight carry the date of the next month (and its holiday premium, if that day is one).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from cslib.core import tables
from cslib.core.errors import Finding, RosterError
from cslib.core.shifts import LEAVE
from cslib.core.units import MINUTES_PER_DAY
from cslib.intake.study import Study
from cslib.roster.audit.balance import balance, contract_h, kind_of_day, leave_days
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Facts, Person, read
from cslib.roster.audit.rules_hours import make_up_h
from cslib.roster.audit.spans import Minutes, by_day, in_window, length

NORMAL, WORKDAY, REST_DAY, HOLIDAY = "normal", "overtime_workday", "overtime_rest_day", "overtime_holiday"
NIGHT, HOLIDAY_OFF = "night", "holiday_off"
LEAVE_CLASS = {"paid": "paid_leave", "part_paid": "part_paid_leave", "time_off_in_lieu": "time_off_in_lieu", "unpaid": "unpaid_leave"}
WORK_DAYS_A_WEEK = 5  # S003-I1
_SHOWN = 20


@dataclass(frozen=True)
class Piece:
    """Paid minutes of one duty on one calendar day, without a break between."""

    duty: Duty
    date: dt.date
    span: Minutes

    @property
    def minutes(self) -> float:
        """Length."""
        return self.span[1] - self.span[0]


Classed = tuple[dt.date, str, float]  # calendar day worked, premium class, minutes


def hours(roster: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Planned hours by person, calendar day worked and premium class.

    Parameters
    ----------
    roster : table ``roster`` of the month; every duty as the shift list knows it (``audit`` finds what is not)
    study : staff, leave, calendar (through the day after the month), last roster, law

    Returns
    -------
    DataFrame, table ``hours``.
        overtime_holiday : hours of a statutory holiday (劳动法 art. 44 (3), S003-B8); they enter no count below
        overtime_workday : comprehensive scheme: hours beyond contract, leave counting as hours, the latest first; standard scheme: hours
            of a duty day beyond normal_day_hours
        overtime_rest_day : standard scheme: hours of a sixth or later work day of a Mon-Sun week, as far as they lie beyond the week's
            normal hours (five normal days, S003-I1, and one per make-up workday)
        night : hours in the night window, counted a second time
        paid_leave, part_paid_leave, unpaid_leave, time_off_in_lieu : hours of granted leave on days without a duty
        holiday_off : a statutory holiday on which a monthly paid person does not work, normal_day_hours x fte_share
        shifts : duties by the day they start, on the night row if the duty is a night shift, else on the first other row of that day

    Raises
    ------
    RosterError  if a row can't be paid: unknown person or shift, no usable times, breaks that can't be read or matched to the shift's,
        a date outside the month, leave that nobody granted, a day that the calendar lacks.
    """
    facts = read(roster, None, None, study)
    _demand_payable(facts)
    rows = [row for person in facts.people.values() for row in _rows(person, facts)]
    return tables.check("hours", pd.DataFrame(rows, columns=list(tables.spec("hours").columns)), source="hours")


def unused_hours(roster: pd.DataFrame, study: Study) -> pd.Series:
    """Contract hours of the month that the roster leaves unplanned, of those for whom they pass ``contract_band_h`` of the site (S003-I1).

    Parameters
    ----------
    roster, study : as for ``hours``

    Returns
    -------
    Series of hours [h] by employee_id, in the order of the staff list: contract hours less worked hours and hours of granted leave.

    Raises
    ------
    RosterError  as ``hours``.
    """
    facts = read(roster, None, None, study)
    _demand_payable(facts)
    left = {name: -balance(person, facts).overtime_h for name, person in facts.people.items()}
    order = study.employees.sort_values("position")["employee_id"]
    found = {name: left[name] for name in order if left.get(name, 0.0) > study.params.site.roster.contract_band_h}
    return pd.Series(found, name="unused_h", dtype=float)


def _rows(person: Person, facts: Facts) -> Iterator[dict[str, object]]:
    """Rows of one person."""
    pieces = [piece for duty in person.duties for piece in _pieces(duty, facts)]
    minutes: dict[tuple[dt.date, str], float] = {}
    for day, premium, amount in (*_premiums(person, pieces, facts), *_nights(pieces, facts), *_absences(person, facts)):
        minutes[day, premium] = minutes.get((day, premium), 0.0) + amount
    starts = _starts(person, minutes, facts)
    for (day, premium), amount in sorted(minutes.items()):
        if amount > 0:
            yield {
                "employee_id": person.employee_id, "date": day, "premium": premium, "hours_h": amount / 60, "shifts": starts.get((day, premium), 0),
                "basis": "planned",
            }  # fmt: skip


def _premiums(person: Person, pieces: list[Piece], facts: Facts) -> Iterator[Classed]:
    """Each paid minute once, in its premium class."""
    ordinary = [p for p in pieces if kind_of_day(p.date, facts) != "statutory_holiday"]
    yield from ((p.date, HOLIDAY, p.minutes) for p in pieces if kind_of_day(p.date, facts) == "statutory_holiday")
    if person.scheme == "comprehensive":
        yield from _comprehensive(person, ordinary, facts)
    elif person.scheme == "standard":
        yield from _standard(person, ordinary, facts)
    else:
        yield from ((p.date, NORMAL, p.minutes) for p in ordinary)


def _comprehensive(person: Person, pieces: list[Piece], facts: Facts) -> Iterator[Classed]:
    """Hours beyond contract are overtime, taken from the latest hours of the month back (劳部发〔1997〕271号 art. 5)."""
    leave_h = sum(h for _, h in leave_days(person, facts).values())
    excess = max(0.0, sum(p.minutes for p in pieces) + (leave_h - contract_h(person, facts)) * 60)
    for piece in sorted(pieces, key=lambda p: p.span, reverse=True):
        over = min(excess, piece.minutes)
        excess -= over
        yield piece.date, WORKDAY, over
        yield piece.date, NORMAL, piece.minutes - over


def _standard(person: Person, pieces: list[Piece], facts: Facts) -> Iterator[Classed]:
    """Day by day through each week; days of the month before count, but only this month's are put out (劳动法 art. 44 (1), (2))."""
    before = [p for d in person.history if d.timed for p in _pieces(d, facts) if facts.kinds.get(p.date) != "statutory_holiday"]
    weeks: dict[dt.date, dict[dt.date, list[Piece]]] = {}
    for piece in sorted((*before, *pieces), key=lambda p: (p.duty.date, p.span)):
        day = piece.duty.date
        weeks.setdefault(day - dt.timedelta(days=day.weekday()), {}).setdefault(day, []).append(piece)
    for monday, days in weeks.items():
        used = 0.0
        week_min = (WORK_DAYS_A_WEEK * facts.value("normal_day_hours", monday) + make_up_h(monday, facts)) * 60
        for number, (day, parts) in enumerate(days.items(), start=1):
            total = sum(p.minutes for p in parts)
            normal_day = facts.value("normal_day_hours", day) * 60
            beyond_week = number >= 6 and total > week_min - used + 1e-6
            normal = max(0.0, min(total, normal_day, week_min - used if beyond_week else normal_day))
            used += normal
            if parts[0].duty.planned:
                yield from _split(parts, normal, REST_DAY if beyond_week else WORKDAY)


def _split(parts: Iterable[Piece], normal: float, premium: str) -> Iterator[Classed]:
    """The first ``normal`` minutes of a day's work, and the rest at a premium."""
    for piece in parts:
        first = min(normal, piece.minutes)
        normal -= first
        yield piece.date, NORMAL, first
        yield piece.date, premium, piece.minutes - first


def _nights(pieces: Iterable[Piece], facts: Facts) -> Iterator[Classed]:
    """Paid minutes inside the night window in force on the day worked."""
    for piece in pieces:
        midnight = (piece.date - facts.horizon.start).days * MINUTES_PER_DAY
        yield piece.date, NIGHT, float(in_window((piece.span[0] - midnight, piece.span[1] - midnight), facts.night_window(piece.date)))


def _absences(person: Person, facts: Facts) -> Iterator[Classed]:
    """Leave that is taken, and statutory holidays on which a monthly paid person neither works nor is on leave."""
    leave = leave_days(person, facts)
    for day, (kind, amount) in leave.items():
        yield day, LEAVE_CLASS[kind], amount * 60
    worked = {facts.day(part[0]) for duty in person.timed for span in duty.paid_spans for _, part in by_day(span)}
    for day in facts.horizon.dates:
        free = kind_of_day(day, facts) == "statutory_holiday" and day not in worked and day not in leave
        if free and person.scheme != "part_time" and person.employed(day):
            yield day, HOLIDAY_OFF, facts.value("normal_day_hours", day) * 60 * person.fte_share


def _starts(person: Person, minutes: dict[tuple[dt.date, str], float], facts: Facts) -> dict[tuple[dt.date, str], int]:
    """Duties that start on a day, each on one row of that day."""
    found: dict[tuple[dt.date, str], int] = {}
    for duty in person.duties:
        rows = [premium for premium in (NIGHT, NORMAL, WORKDAY, REST_DAY, HOLIDAY) if minutes.get((duty.date, premium), 0.0) > 0]
        if not facts.is_night(duty) and rows[:1] == [NIGHT]:
            rows = rows[1:]
        if rows:
            found[duty.date, rows[0]] = found.get((duty.date, rows[0]), 0) + 1
    return found


def _pieces(duty: Duty, facts: Facts) -> list[Piece]:
    return [Piece(duty, facts.horizon.start + dt.timedelta(days=day), part) for span in duty.paid_spans for day, part in by_day(span)]


def _demand_payable(facts: Facts) -> None:
    """Refuse what can't be paid, all findings together."""
    strangers = [who or "-" for who, rows in {"": facts.nameless, **facts.strangers}.items() if rows]
    findings = [Finding("audit.unknown_person", "roster", {"given": ", ".join(strangers)})] if strangers else []
    for person in facts.people.values():
        for day, cells in person.cells.items():
            where = f"roster: {person.employee_id}, {day}"
            if not facts.horizon.start <= day < facts.horizon.end:
                findings.append(Finding("audit.outside_month", where, {"month": facts.horizon.label}))
            elif any(c.kind == LEAVE for c in cells) and day not in person.leave:
                findings.append(Finding("audit.leave_not_granted", where, {}))
        findings += [Finding(key, f"roster: {person.employee_id}, {duty.date}", given) for duty in person.duties for key, given in _unpayable(duty)]
    if findings:
        more = [Finding("audit.more", "roster", {"count": len(findings) - _SHOWN})] if len(findings) > _SHOWN else []
        raise RosterError(findings=findings[:_SHOWN] + more)


def _unpayable(duty: Duty) -> Iterator[tuple[str, dict[str, object]]]:
    """Why the paid minutes of a duty can't be told."""
    shift = duty.shift
    if shift is None:
        yield "audit.unknown_shift", {"given": duty.code}
    elif not duty.written:
        yield "audit.no_times", {"shift": duty.code}
    elif not duty.readable:
        yield "audit.breaks_unreadable", {"given": duty.cell.breaks}
    elif len(duty.breaks) > len(shift.breaks) or (len(duty.breaks) < len(shift.breaks) and any(not b.paid for b in shift.breaks)):
        yield "audit.breaks_missing", {"given": len(duty.breaks), "allowed": len(shift.breaks), "shift": duty.code}
    elif length(duty.paid_spans) <= 0 and not shift.standby:
        yield "audit.no_times", {"shift": duty.code}
