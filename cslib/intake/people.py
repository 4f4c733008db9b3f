"""What people ask for and what is granted: leave, wishes, approved overtime; by employee number in, under pseudonyms out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.horizon import Horizon
from cslib.core.shifts import OFF
from cslib.core.words import Word, say
from cslib.intake import aliases, privacy
from cslib.intake.source import Source, open_sources
from cslib.intake.values import date, is_empty, number, plain, text
from cslib.params import Params
from cslib.params.calendar import LEGAL_WORK

_LONGEST_LEAVE = 400  # days in one row; more is a typing error


@dataclass
class Desk:
    """What the readers of person tables share: site, month, pseudonyms, employed people, legal days; collects notes."""

    params: Params
    horizon: Horizon
    ids: Mapping[str, str]
    employees: pd.DataFrame
    calendar: pd.DataFrame
    notes: list[str] = field(default_factory=list)

    def person(self, source: Source, row: int) -> str | None:
        """Pseudonym of a row's person; an unknown number becomes a finding."""
        given = source.text(row, "staff_no", needed=Word("intake.allowed.staff_no"))
        if given is None:
            return None
        if given in self.ids:
            return self.ids[given]
        if given in self.ids.values():  # a file of our own, such as accepted pins, names people by pseudonym
            return given
        near = [number for number in self.ids if number.lstrip("0") == given.lstrip("0")]
        hint = Word("intake.leading_zeros", {"number": near[0]}) if near else ""
        source.add("intake.unknown_person", row, "staff_no", given=privacy.masked(given), count=len(self.ids), hint=hint)
        return None

    def day_reader(self, source: Source) -> Callable[[Any], dt.date | None]:
        """Reader of dates in the workbook's date system."""
        return lambda cell: date(cell, epoch_1904=source.sheet.epoch_1904)

    def kept(self, frame: pd.DataFrame, source: Source) -> pd.DataFrame:
        """Rows of the planned month in which the person is employed; the others are counted in a note."""
        person = self.employees.set_index("employee_id")
        # reindex and not map, which can't take a table without rows; the cast is for columns without dates
        hired, left = (person[c].astype("datetime64[us]").reindex(frame["employee_id"]).set_axis(frame.index) for c in ("hired", "left"))
        day = pd.to_datetime(frame["date"])
        inside = (day >= pd.Timestamp(self.horizon.start)) & (day < pd.Timestamp(self.horizon.end))
        employed = hired.notna() & (day >= hired) & (left.isna() | (day <= left))
        self._note("intake.note.other_months", source, int((~inside).sum()))
        self._note("intake.note.not_employed_days", source, int((inside & ~employed).sum()))
        return frame[inside & employed]

    def _note(self, key: str, source: Source, count: int) -> None:
        if count:
            self.notes.append(say(key, file=source.sheet.file, count=count))

    @cached_property
    def _workdays(self) -> frozenset[dt.date]:
        return frozenset(self.calendar.loc[self.calendar["kind"].isin(LEGAL_WORK), "date"].dt.date)

    @cached_property
    def _fte(self) -> dict[str, float]:
        return dict(zip(self.employees["employee_id"], self.employees["fte_share"], strict=True))

    def normal_hours(self, day: dt.date, employee_id: str) -> float:
        """Contract hours a day counts for: normal hours x fte on legal workdays, else 0 [h]."""
        if day not in self._workdays:
            return 0.0
        return float(self.params.law.value("normal_day_hours", day)) * self._fte[employee_id]


def read_leave(path: Path, desk: Desk) -> pd.DataFrame:
    """Granted leave of the month as table ``leave``: pay class only, never the reason.

    Hours of a day that the file doesn't give: normal day x fte on legal workdays; 0 on other days (the person is away, but no
    contract hours fall on the day).

    Raises
    ------
    IntakeError  for unknown people and kinds, dates that can't be right, days given twice.
    """
    source = open_sources(path, "leave", [["staff_no", "date", "kind"], ["staff_no", "begin", "end", "kind"]])[0]
    day, rows = desk.day_reader(source), []
    kinds = source.column("kind", _kind, "leave_kind", needed=True)
    hours = source.column("hours_h", _day_hours, "day_hours")
    starts = source.column("begin" if source.has("begin") else "date", day, "date", needed=True)
    ends = source.column("end", day, "date")
    for row, first, last, kind, given in zip(source.rows, starts, ends, kinds, hours, strict=True):
        person = desk.person(source, row)
        last = last or first
        if first is None or last is None or kind is None or person is None:
            continue
        if not 0 <= (last - first).days < _LONGEST_LEAVE:
            source.add("intake.leave_span", row, "end", given=last.isoformat(), first=first.isoformat(), allowed=_LONGEST_LEAVE)
            continue
        if given is not None and last != first:
            source.add("intake.leave_hours_span", row, "hours_h", given=f"{given:g}")
            continue
        for shift in range((last - first).days + 1):
            rows.append((person, first + dt.timedelta(days=shift), kind, given, row))
    return _days(rows, ["employee_id", "date", "kind", "hours_h", "row"], "leave", source, desk)


def _kind(cell: Any) -> str | None:
    found = text(cell)
    if found is None:
        return None
    known = aliases.words("leave_kinds")
    for part in aliases.candidates(found):
        if part in known:
            return known[part]
    raise ValueError(found)


def _day_hours(cell: Any) -> float | None:
    found = number(cell)
    if found is not None and not 0 <= found <= 24:
        raise ValueError(f"{found:g}")
    return found


def read_wishes(path: Path, desk: Desk) -> pd.DataFrame:
    """Wishes of the month as table ``wishes``: a shift code or OFF, and the weight on the list price (1 if not given).

    Raises
    ------
    IntakeError  for unknown people and shifts, dates that can't be right, two wishes of a person for one day.
    """
    source = open_sources(path, "wishes", [["staff_no", "date", "wish"]])[0]
    days = source.column("date", desk.day_reader(source), "date", needed=True)
    weights = source.column("weight", _weight, "weight", default=1.0)
    codes = shift_words(desk.params)
    rows = []
    for row, day, weight in zip(source.rows, days, weights, strict=True):
        person, wish = desk.person(source, row), _wish(source, row, codes)
        if None not in (person, day, wish, weight):
            rows.append((person, day, wish, weight, row))
    return _days(rows, ["employee_id", "date", "wish", "weight", "row"], "wishes", source, desk)


def _weight(cell: Any) -> float | None:
    found = number(cell)
    if found is not None and found <= 0:
        raise ValueError(f"{found:g}")
    return found


def _wish(source: Source, row: int, codes: Mapping[str, str]) -> str | None:
    given = source.text(row, "wish", needed=allowed_shifts(codes))
    if given is None:
        return None
    found = codes.get(aliases.squeeze(given))
    if found is None:
        source.add("intake.unknown_shift", row, "wish", given=privacy.masked(given), allowed=allowed_shifts(codes))
    return found


def shift_words(params: Params) -> dict[str, str]:
    """Squeezed spelling -> shift code, or OFF for the words of a rest day; spellings of the site come before the general words.

    The marks of the workbook count as spellings where they belong to one shift alone and nothing else is spelled like them.
    """
    found = {aliases.squeeze(spelling): code for spelling, code in params.shift_aliases.items()}
    marks = [(aliases.squeeze(mark), shift.code) for shift in params.shifts for mark in set((shift.mark or {}).values())]
    often = Counter(mark for mark, _ in marks)
    rest = dict.fromkeys(aliases.word_set("rest_words"), OFF)
    return {**{mark: code for mark, code in marks if often[mark] == 1}, **rest, **found}


def allowed_shifts(codes: Mapping[str, str]) -> str:
    """Shift codes with their spellings, for a message."""
    spelled: dict[str, list[str]] = {}
    for spelling, code in codes.items():
        spelled.setdefault(code, []).append(spelling)
    return "; ".join(f"{code} ({', '.join(sorted(texts)[:6])})" for code, texts in sorted(spelled.items()))


def _days(rows: list[tuple[Any, ...]], columns: list[str], name: str, source: Source, desk: Desk) -> pd.DataFrame:
    """Rows as a checked table of one row a person and day; repeated days become findings, everything collected is raised."""
    seen: dict[tuple[str, dt.date], int] = {}
    for person, day, *_, row in rows:
        if seen.setdefault((person, day), row) != row:
            source.add("intake.day_twice", row, None, day=day.isoformat(), first=seen[(person, day)] + 1)
    source.refuse()
    desk.notes += source.notes
    frame = pd.DataFrame(rows, columns=columns)
    if frame.empty:
        return tables.empty(name)
    kept = desk.kept(frame, source)
    if kept.empty:
        return tables.empty(name)
    if "hours_h" in columns:
        defaults = [desk.normal_hours(day, person) for person, day in zip(kept["employee_id"], kept["date"], strict=True)]
        kept = kept.assign(hours_h=pd.to_numeric(kept["hours_h"]).astype("float64").fillna(pd.Series(defaults, index=kept.index, dtype="float64")))
    return tables.check(name, kept.drop(columns="row"), source=source.sheet.file, rows=kept["row"] + 1)


def read_overtime(path: Path, desk: Desk) -> dict[str, float]:
    """Overtime approved beforehand for the month: pseudonym -> hours [h].

    Raises
    ------
    IntakeError  for unknown people, hours that can't be right, people given twice.
    """
    source = open_sources(path, "overtime", [["staff_no", "hours_h"]])[0]
    hours = source.column("hours_h", _month_hours, "hours", needed=True)
    months = source.column("month", month, "month", default=desk.horizon.label)
    found: dict[str, float] = {}
    rows: dict[str, int] = {}
    for row, amount, label in zip(source.rows, hours, months, strict=True):
        person = desk.person(source, row)
        if person is None or amount is None or label != desk.horizon.label:
            continue
        if rows.setdefault(person, row) != row:
            source.add("intake.person_twice", row, "staff_no", given=plain(source.raw(row, "staff_no")), first=rows[person] + 1)
        found[person] = amount
    source.refuse()
    desk.notes += source.notes
    return found


def _month_hours(cell: Any) -> float | None:
    found = number(cell)
    if found is not None and not 0 <= found <= 744:
        raise ValueError(f"{found:g}")
    return found


def month(cell: Any) -> str | None:
    """A month: 2026-12, 2026/12, 2026年12月, 202612, or any date in it."""
    if is_empty(cell):
        return None
    given = plain(cell).replace("年", "-").replace("/", "-").replace(".", "-").rstrip("月")
    year, _, rest = given.partition("-")
    if len(given) == 6 and given.isdigit():
        year, rest = given[:4], given[4:]
    if year.isdigit() and rest.isdigit() and len(year) == 4 and 1 <= int(rest) <= 12:
        return f"{year}-{int(rest):02d}"
    found = date(cell)
    return None if found is None else f"{found:%Y-%m}"
