"""Attendance sheets (考勤, as DingTalk or WeCom export them): who was there from when to when, as a roster of actual duties.

A row a person and day: employee number, date, shift, first and last punch. Names and accounts are dropped at the door like everywhere.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.core.paths import shown
from cslib.core.shifts import LEAVE, OFF, WORK, Shift, write_breaks
from cslib.core.words import say
from cslib.intake import aliases, privacy
from cslib.intake.people import Desk, allowed_shifts, shift_words
from cslib.intake.pseudonym import site_key
from cslib.intake.sheets import fingerprint
from cslib.intake.source import Source, open_sources
from cslib.intake.staff import read_staff
from cslib.intake.study import Study
from cslib.intake.values import clock, date, plain, text

OVERSTAY_MIN = 30  # a later punch counts as work from here on; below, the way to the clock
GRACE_MIN = 5  # so late, or so early away, is on time
MOST_ROLLED_H = 16  # presence past midnight that two bare times may mean [h]; more is a punch in the wrong column
MOST_PRESENCE_H = 24  # presence between two dated punches [h]
_DAY = re.compile(r"\s*(?:星期|周|週).*$|\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*$", re.I)
_DATED = re.compile(r"\s*\d{4}[-/]")
_NEXT_DAY = re.compile(r"^\s*(?:次日|第二天|\+1)\s*")
Moment = pd.Timestamp


@dataclass(frozen=True)
class Attendance:
    """What a sheet says.

    Attributes
    ----------
    roster : table ``roster``, duties as worked, and the granted leave of the month
    absences : employee_id, date of shifts that nobody came to and no leave covers
    overstay_h : hours after the shift's end that count as work [h]; without approval they stay payable, which the notes say (S003-I2)
    days : person and day of every row of the month, rest days and absences included;  file : the sheet as shown to a reader
    """

    roster: pd.DataFrame
    absences: pd.DataFrame
    overstay_h: float
    notes: tuple[str, ...]
    days: frozenset[tuple[str, dt.date]] = frozenset()
    file: str = ""


@dataclass
class _Found:
    """What the rows give while they are read; ``rolled``: rows [from 1] whose second punch was put on the next day."""

    duties: list[dict[str, Any]] = field(default_factory=list)
    absent: list[tuple[str, dt.date]] = field(default_factory=list)
    overstay_h: float = 0.0
    rolled: list[int] = field(default_factory=list)


def read_attendance(study: Study, path: Path) -> Attendance:
    """Read an attendance sheet of the study's month.

    Presence counts from the shift's start (or the later punch) to its end (or the earlier punch); five minutes are forgiven; a punch half an hour
    or more after the end is work. Breaks stand at the earliest place the shift allows; an unpaid one that was not reached is put after the last
    punch, where it changes nothing.

    Raises
    ------
    IntakeError  for unknown people and shifts, one punch without the other, dates and times that can't be right, two equal punches, a punch
        days away from its date, a day given twice, a sheet without a row of the month.

    Source: catalogue S003-I2: overtime is reported and approved beforehand; hours knowingly accepted stay payable.
    """
    desk = desk_of(study)
    source = open_sources(path, "attendance", [["staff_no", "date", "clock_in", "clock_out"]])[0]
    codes, found = shift_words(study.params), _Found()
    leave = {(row.employee_id, row.date.date()) for row in study.leave.itertuples()}
    seen, others = dict[tuple[str, dt.date], int](), list[str]()
    for row, day in zip(source.rows, source.column("date", _day, "date", needed=True), strict=True):
        person = desk.person(source, row)
        if day is not None and not study.horizon.start <= day < study.horizon.end:
            others.append(f"{day:%Y-%m}")
        elif person is None or day is None:
            continue
        elif seen.setdefault((person, day), row) != row:
            source.add("intake.day_twice", row, "date", day=day.isoformat(), first=seen[person, day] + 1)
        else:
            _read_row(source, row, (person, day), (person, day) in leave, codes, study, found)
    if not seen and not source.findings:
        raise IntakeError("intake.attendance_month", where=source.sheet.file, month=study.month, given=", ".join(sorted(set(others))) or "-")
    source.refuse()
    notes = [*source.notes, *desk.notes, *_notes(source.sheet.file, found, len(others), study.month)]
    absences = pd.DataFrame(found.absent, columns=["employee_id", "date"])
    return Attendance(_with_leave(found.duties, study), absences, found.overstay_h, tuple(notes), frozenset(seen), source.sheet.file)


def _read_row(
    source: Source, row: int, key: tuple[str, dt.date], on_leave: bool, codes: Mapping[str, str], study: Study, found: _Found
) -> None:  # fmt: skip
    """One row: a duty, an absence, nothing, or findings."""
    day, before = key[1], len(source.findings)
    first, last = _punch(source, row, "clock_in", day), _punch(source, row, "clock_out", day)
    unread = len(source.findings) > before  # a time that can't be read is no missing punch
    shift = _shift(source, row, first, codes, study)
    if unread:
        return
    if first is None and last is None:
        if shift is not None and not on_leave:
            found.absent.append(key)
    elif first is None or last is None:
        source.add("intake.one_punch", row, "clock_out" if last is None else "clock_in")
    elif (second := _second_punch(source, row, first, last, found)) is not None and shift is not None:
        start, end, over = _presence(shift, day, first, second)
        found.overstay_h += over
        found.duties.append(_duty(*key, shift, start, end))


def _second_punch(source: Source, row: int, first: Moment, last: Moment, found: _Found) -> Moment | None:
    """The later punch: a bare time before the first one is of the next day, which a note says; None and a finding where neither can be."""
    shown_times = {"first": f"{first:%H:%M}", "given": privacy.masked(source.raw(row, "clock_out"))}
    if first == last:
        source.add("intake.same_punch", row, "clock_out", **shown_times)
        return None
    most, moved = MOST_PRESENCE_H, last
    if last < first and not _is_dated(source.raw(row, "clock_out")):
        most, moved = MOST_ROLLED_H, last + pd.Timedelta(days=1)
    presence = (moved - first).total_seconds() / 3600
    if not 0 < presence <= most:
        source.add("intake.presence", row, "clock_out", **shown_times, hours=f"{presence:.1f}", most=most)
        return None
    if moved != last:
        found.rolled.append(row + 1)
    return moved


def _notes(file: str, found: _Found, others: int, month: str) -> list[str]:
    """Remarks about the rows; no person in them."""
    notes = []
    if others:
        notes.append(say("intake.note.other_month_rows", file=file, count=others, month=month))
    if found.rolled:
        rows = ", ".join(map(str, found.rolled[:20])) + (" ..." if len(found.rolled) > 20 else "")
        notes.append(say("intake.note.next_day", file=file, count=len(found.rolled), rows=rows))
    if found.overstay_h:
        notes.append(say("intake.note.overstay", file=file, hours=f"{found.overstay_h:.1f}"))
    if found.absent:
        notes.append(say("intake.note.absent", file=file, count=len(found.absent)))
    return notes


def desk_of(study: Study) -> Desk:
    """The desk of an open study, for sheets that name people by employee number: the staff list is read anew and never kept.

    Raises
    ------
    IntakeError  if the staff list changed since the study was opened.
    """
    staff_file = study.params.folder / study.params.site.files.staff
    if study.files.get(shown(staff_file)) not in (None, fingerprint(staff_file)):
        raise IntakeError("intake.changed", where=shown(staff_file))
    staff = read_staff(staff_file, study.params, study.horizon, site_key(study.site, study.params.site.synthetic))
    return Desk(study.params, study.horizon, staff.ids, study.employees, study.calendar)


def _day(cell: Any) -> dt.date | None:
    """A date, also as DingTalk and WeCom write it: 26-12-01 星期二, 2026/12/01 星期二."""
    found = _DAY.sub("", plain(cell)) if isinstance(cell, str) else cell
    if isinstance(found, str) and re.fullmatch(r"\d\d-\d\d-\d\d", found):
        found = f"20{found}"
    return date(found)


def _is_dated(cell: Any) -> bool:
    """True for a punch whose cell names its day: a date and time, or 次日."""
    if isinstance(cell, str):
        return _NEXT_DAY.search(cell) is not None or _DATED.match(cell) is not None
    return isinstance(cell, dt.datetime) and cell.year > 1904


def _punch(source: Source, row: int, column: str, day: dt.date) -> Moment | None:
    """A punch as a moment; 次日 06:03 is on the next day. One that is more than a day away from the row's date is a finding."""
    cell = source.raw(row, column)
    try:
        later = isinstance(cell, str) and _NEXT_DAY.search(cell) is not None
        written = _NEXT_DAY.sub("", cell) if isinstance(cell, str) else cell
        if _is_dated(written):
            moment = pd.Timestamp(written)
            if abs((moment.date() - day).days) > 1:
                source.add("intake.punch_far", row, column, given=f"{moment:%Y-%m-%d %H:%M}", day=day.isoformat())
                return None
            return moment
        minute = None if written is None or plain(written) in {"", "-", "--", "未打卡", "缺卡"} else clock(written)
    except (ValueError, OverflowError):
        source.add("intake.cell", row, column, given=privacy.masked(cell), allowed=say("intake.allowed.clock"))
        return None
    return None if minute is None else pd.Timestamp(day) + pd.Timedelta(minutes=minute + (1440 if later else 0))


def _shift(source: Source, row: int, punch: Moment | None, codes: Mapping[str, str], study: Study) -> Shift | None:
    """The shift as written (its first word counts: 早班 07:00-15:00), else the one that starts nearest to the first punch."""
    given = text(source.raw(row, "shift"))
    if given is None:
        if punch is None:
            return None
        return _shift_near(punch, study)
    for word in (given, re.split(r"[\s:：(（]", given.strip())[0]):
        code = codes.get(aliases.squeeze(word))
        if code == OFF:
            return None if punch is None else _shift_near(punch, study)
        if code is not None:
            return study.params.shift(code)
    if aliases.squeeze(given) in aliases.word_set("leave_words") | set(aliases.words("leave_kinds")):
        return None
    source.add("intake.unknown_shift", row, "shift", given=privacy.masked(given), allowed=allowed_shifts(codes))
    return None


def _shift_near(punch: Moment, study: Study) -> Shift:
    minute = punch.hour * 60 + punch.minute
    return min(study.params.shifts, key=lambda shift: min((shift.start_min - minute) % 1440, (minute - shift.start_min) % 1440))


def _presence(shift: Shift, day: dt.date, first: Moment, last: Moment) -> tuple[Moment, Moment, float]:
    """Start and end that count, and hours after the shift's end."""
    begin, finish = shift.span(day)
    grace, over = pd.Timedelta(minutes=GRACE_MIN), pd.Timedelta(minutes=OVERSTAY_MIN)
    start = begin if first <= begin + grace else first
    end = last if last >= finish + over or last < finish - grace else finish
    return start.floor("min"), end.floor("min"), max(0.0, (end - finish).total_seconds() / 3600)


def _duty(person: str, day: dt.date, shift: Shift, start: Moment, end: Moment) -> dict[str, Any]:
    spans, begin = [], shift.span(day)[0]
    for one in shift.breaks:
        low = begin + pd.Timedelta(minutes=one.earliest_min)
        length = pd.Timedelta(minutes=one.length_min)
        reached = start <= low and low + length <= end
        if not reached and one.paid:
            low = max(start, end - length)  # paid: its place changes nothing
        elif not reached:
            low, end = end, end + length  # not reached: after the last punch, so that the time paid is the time there
        spans.append((low, low + length))
    queue = shift.queues[0] if len(shift.queues) >= 1 else None
    return {
        "employee_id": person, "date": day, "kind": WORK, "shift": shift.code, "start": start, "end": end, "breaks": write_breaks(spans) or None,
        "queue": queue, "pinned": False,
    }  # fmt: skip


def _with_leave(rows: list[dict[str, Any]], study: Study) -> pd.DataFrame:
    """Duties and the granted leave of days without one, as table ``roster``."""
    worked = {(row["employee_id"], row["date"]) for row in rows}
    for row in study.leave.itertuples():
        if (row.employee_id, row.date.date()) not in worked:
            empty = {"shift": None, "start": pd.NaT, "end": pd.NaT, "breaks": None, "queue": None, "pinned": False}
            rows.append({"employee_id": row.employee_id, "date": row.date.date(), "kind": LEAVE, **empty})
    return tables.check("roster", pd.DataFrame(rows), source="attendance") if rows else tables.empty("roster")
