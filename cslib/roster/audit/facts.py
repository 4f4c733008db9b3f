"""What a roster says, person by person: duties with their spans, look-back into the month before, capabilities, leave, covers.

Times are minutes from the first midnight of the month (negative before it); duties of the month before reach in from there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.horizon import Horizon
from cslib.core.shifts import WORK, Shift
from cslib.core.units import MINUTES_PER_DAY, minute_of
from cslib.intake.study import Study
from cslib.params.law import Law
from cslib.roster.audit.duties import Duty, duty_of, is_work
from cslib.roster.audit.need import Need, read_need
from cslib.roster.audit.rows import Cell, CoverRow, cells, cover_rows
from cslib.roster.audit.spans import Minutes, in_window, minus, union

Made = TypeVar("Made")
LEADS = ("lead", "supervisor")


@dataclass(frozen=True)
class Person:
    """A person of the staff list.

    Attributes
    ----------
    cells : rows of the month by date; ``duties`` of the month and ``history`` of the month before, each by start
    skills : skill -> first day on which it counts (None = always); leave : day -> (pay class, hours the day counts for)
    lead : leads a team (role lead or supervisor)
    """

    employee_id: str
    hired: dt.date
    left: dt.date | None
    scheme: str
    fte_share: float
    no_night_until: dt.date | None
    no_overtime_until: dt.date | None
    overtime_max_h: float
    skills: Mapping[str, dt.date | None]
    leave: Mapping[dt.date, tuple[str, float]]
    cells: Mapping[dt.date, tuple[Cell, ...]]
    duties: tuple[Duty, ...]
    history: tuple[Duty, ...]
    lead: bool = False
    team: str = ""
    cycle_balance_h: float = 0.0

    @cached_property
    def timed(self) -> list[Duty]:
        """Duties of both months whose times are known, by start."""
        return sorted((d for d in (*self.history, *self.duties) if d.timed), key=lambda d: (d.start, d.end))

    def employed(self, day: dt.date) -> bool:
        """True from the first to the last day of employment."""
        return self.hired <= day and (self.left is None or day <= self.left)

    def holds(self, skill: str, day: dt.date) -> bool:
        """True if the skill counts on a day."""
        since = self.skills.get(skill, dt.date.max)
        return since is None or since <= day


@dataclass(frozen=True)
class Cover:
    """A row of the covers table; ``start`` and ``end`` are NaN where they don't make a span."""

    row: CoverRow
    start: float
    end: float

    @property
    def timed(self) -> bool:
        """True if the row says from when to when."""
        return self.end > self.start

    @property
    def span(self) -> Minutes:
        """From when to when."""
        return self.start, self.end


@dataclass(frozen=True)
class Facts:
    """A roster, read. ``people`` in the order of the staff list; ``strangers`` are rostered ids that no staff list knows.

    ``absences``: spans in which a rostered person is not there, by person.
    """

    study: Study
    need: Need
    people: Mapping[str, Person]
    strangers: Mapping[str, tuple[Cell, ...]]
    strangers_duties: Mapping[str, tuple[Duty, ...]]
    nameless: tuple[Cell, ...]
    covers: tuple[Cover, ...]
    kinds: Mapping[dt.date, str]
    absences: Mapping[str, tuple[Minutes, ...]] = field(default_factory=dict)
    _law: dict[tuple[str, dt.date], float | None] = field(default_factory=dict, repr=False, compare=False)
    _made: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def law(self) -> Law:
        """The rule pack, site overrides included."""
        return self.study.params.law

    @property
    def horizon(self) -> Horizon:
        """The month."""
        return self.study.horizon

    @cached_property
    def origin(self) -> pd.Timestamp:
        """Minute 0."""
        return pd.Timestamp(self.horizon.start)

    @property
    def minutes(self) -> int:
        """Minutes looked at: those of the month, and of the morning after it as far as the need reaches on."""
        return self.need.needed.shape[1] * self.horizon.interval_min

    @property
    def month_minutes(self) -> int:
        """Minutes of the month."""
        return self.horizon.days * MINUTES_PER_DAY

    def by_minute(self, of_day: Callable[[dt.date], float]) -> np.ndarray:
        """A value of each day, by minute."""
        return np.repeat([of_day(day) for day in (*self.horizon.dates, self.horizon.end)], MINUTES_PER_DAY)[: self.minutes]

    @cached_property
    def shifts(self) -> dict[str, Shift]:
        """Shift types by code."""
        return {s.code: s for s in self.study.params.shifts}

    def moment(self, minute: float) -> pd.Timestamp:
        """Time of a minute."""
        return self.origin + pd.Timedelta(minutes=minute)

    def day(self, minute: float) -> dt.date:
        """Calendar day of a minute."""
        return self.horizon.start + dt.timedelta(days=int(minute // MINUTES_PER_DAY))

    def start_of(self, duty: Duty) -> pd.Timestamp:
        """When a duty starts; midnight of its day if its row doesn't say."""
        return self.moment(duty.start) if duty.timed else pd.Timestamp(duty.date)

    def limit(self, rule: str, day: dt.date) -> float | None:
        """Limit of a rule in force on a day; None where the rule is not in force."""
        key = (rule, day)
        if key not in self._law:
            self._law[key] = self.law.limit(rule, day) if self.law.active(rule, day) else None
        return self._law[key]

    def value(self, name: str, day: dt.date) -> float:
        """Legal value in force on a day; a clock time as minute of the day."""
        key = (name, day)
        found = self._law.get(key)
        if found is None:
            given = self.law.value(name, day)
            found = float(minute_of(given)) if isinstance(given, str) else float(given)
            self._law[key] = found
        return found

    def night_window(self, day: dt.date) -> tuple[int, int]:
        """Night window in force on a day [minutes of the day]."""
        return int(self.value("night_window_start", day)), int(self.value("night_window_end", day))

    def is_night(self, duty: Duty) -> bool:
        """True if at least ``night_least`` hours of the duty lie in the night window."""
        if not duty.timed:
            return False
        midnight = (duty.date - self.horizon.start).days * MINUTES_PER_DAY
        inside = in_window((duty.start - midnight, duty.end - midnight), self.night_window(duty.date))
        return inside >= self.value("night_least", duty.date) * 60

    def at_work(self, duty: Duty) -> list[Minutes]:
        """Presence on a duty without breaks and recorded absences."""
        return minus([duty.span], [*duty.breaks, *self.absences.get(duty.employee_id, ())])

    def at_home(self, duty: Duty) -> list[Minutes]:
        """When a duty holds its home post. Breaks after the month's end take nobody away: the next month plans their relief, as it does for
        every duty that reaches into it."""
        rests = [b for b in duty.breaks if b[0] < self.month_minutes]
        return minus([duty.span], [*rests, *self.absences.get(duty.employee_id, ())])

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What ``make`` gives, made once for these facts."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def everyone(self) -> Iterator[tuple[str, Person | None, list[Duty]]]:
        """Everyone at work: id, the person if the staff list knows him, duties with known times of both months."""
        for person in self.people.values():
            yield person.employee_id, person, person.timed
        for who, duties in self.strangers_duties.items():
            yield who, None, [d for d in duties if d.timed]


def read(
    roster: pd.DataFrame, covers: pd.DataFrame | None, need: pd.DataFrame | None, study: Study, absences: pd.DataFrame | None = None
) -> Facts:  # fmt: skip
    """Read a roster with its covers and absences; content that can't be read is kept as such for the rules to report.

    Raises
    ------
    RosterError  if a column is missing, or the need names a queue or a time that the study does not have.
    """
    shifts = {s.code: s for s in study.params.shifts}
    horizon = study.horizon
    this = _by_person(cells(roster))
    last = {who: [c for c in own if c.date and c.date < horizon.start] for who, own in _by_person(cells(study.last_roster)).items()}
    nameless = tuple(this.pop("", []))
    people = {}
    for row, skills, leave in _staff(study):
        who = row.employee_id
        own, before = this.pop(who, []), last.pop(who, [])
        duties = tuple(duty_of(c, shifts, horizon, planned=True) for c in own if is_work(c) and _inside(c, horizon))
        history = tuple(duty_of(c, shifts, horizon, planned=False) for c in before if c.kind == WORK)
        people[who] = Person(
            who, row.hired.date(), _date(row.left), row.hours_scheme, float(row.fte_share), _date(row.no_night_until), _date(row.no_overtime_until),
            _number(row.overtime_max_h), skills, leave, _by_day(own), duties, history,
            row.role in LEADS, row.team if isinstance(row.team, str) else "", _number(row.cycle_balance_h),
        )  # fmt: skip
    strangers = {who: tuple(rows) for who, rows in this.items()}
    others = {who: [duty_of(c, shifts, horizon, planned=False) for c in own if c.kind == WORK] for who, own in last.items()}
    for who, rows in strangers.items():
        others[who] = [*others.get(who, []), *(duty_of(c, shifts, horizon, planned=True) for c in rows if is_work(c) and _inside(c, horizon))]
    found = tuple(_cover(row, horizon) for row in cover_rows(covers)) if covers is not None else ()
    kinds = {row.date.date(): row.kind for row in study.calendar.itertuples(index=False)}
    known = {w: tuple(d) for w, d in others.items() if d}
    return Facts(study, read_need(need, study), people, strangers, known, nameless, found, kinds, absence_spans(absences, horizon))


def _staff(study: Study) -> Iterator[tuple[Any, dict[str, dt.date | None], dict[dt.date, tuple[str, float]]]]:
    """Rows of the staff list in its order, with skills and leave of the person."""
    skills: dict[str, dict[str, dt.date | None]] = {}
    for row in study.skills.itertuples(index=False):
        skills.setdefault(row.employee_id, {})[row.skill] = _date(row.since)
    leave: dict[str, dict[dt.date, tuple[str, float]]] = {}
    for row in study.leave.itertuples(index=False):
        leave.setdefault(row.employee_id, {})[row.date.date()] = (row.kind, float(row.hours_h))
    for row in study.employees.sort_values("position").itertuples(index=False):
        yield row, skills.get(row.employee_id, {}), leave.get(row.employee_id, {})


def absence_spans(frame: pd.DataFrame | None, horizon: Horizon) -> dict[str, tuple[Minutes, ...]]:
    """Spans by person from table ``absences``."""
    found: dict[str, list[Minutes]] = {}
    if frame is not None:
        origin = pd.Timestamp(horizon.start)
        for row in tables.check("absences", frame, source="absences").itertuples(index=False):
            span = (row.start - origin).total_seconds() / 60, (row.end - origin).total_seconds() / 60
            found.setdefault(row.employee_id, []).append(span)
    return {who: tuple(union(spans)) for who, spans in found.items()}


def _by_person(rows: list[Cell]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for cell in rows:
        found.setdefault(cell.employee_id, []).append(cell)
    return found


def _by_day(rows: list[Cell]) -> dict[dt.date, tuple[Cell, ...]]:
    found: dict[dt.date, tuple[Cell, ...]] = {}
    for cell in rows:
        day = cell.date or dt.date.min
        found[day] = (*found.get(day, ()), cell)
    return found


def _inside(cell: Cell, horizon: Horizon) -> bool:
    return cell.date is not None and horizon.start <= cell.date < horizon.end


def _number(value: float) -> float:
    """The cell as a number; 0 where it is empty."""
    return 0.0 if pd.isna(value) else float(value)


def _date(value: object) -> dt.date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[arg-type]


def _cover(row: CoverRow, horizon: Horizon) -> Cover:
    if row.start is None or row.end is None:
        return Cover(row, float("nan"), float("nan"))
    origin = pd.Timestamp(horizon.start)
    return Cover(row, (row.start - origin).total_seconds() / 60, (row.end - origin).total_seconds() / 60)
