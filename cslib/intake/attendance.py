"""Attendance sheets (考勤, as DingTalk or WeCom export them): who was there from when to when, as a roster of actual duties.

A row a person and day: employee number, date, shift, first and last punch. Names and accounts are dropped at the door like everywhere.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
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
_DAY = re.compile(r"\s*(?:星期|周|週).*$|\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*$", re.I)
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
    """

    roster: pd.DataFrame
    absences: pd.DataFrame
    overstay_h: float
    notes: tuple[str, ...]


def read_attendance(study: Study, path: Path) -> Attendance:
    """Read an attendance sheet of the study's month.

    Presence counts from the shift's start (or the later punch) to its end (or the earlier punch); five minutes are forgiven; a punch half an hour
    or more after the end is work. Breaks stand at the earliest place the shift allows; an unpaid one that was not reached is put after the last
    punch, where it changes nothing.

    Raises
    ------
    IntakeError  for unknown people and shifts, one punch without the other, dates and times that can't be right, a day given twice.

    Source: catalogue S003-I2: overtime is reported and approved beforehand; hours knowingly accepted stay payable.
    """
    desk = desk_of(study)
    source = open_sources(path, "attendance", [["staff_no", "date", "clock_in", "clock_out"]])[0]
    codes, rows, absent, overstay = shift_words(study.params), [], [], 0.0
    leave = {(row.employee_id, row.date.date()) for row in study.leave.itertuples()}
    seen: dict[tuple[str, dt.date], int] = {}
    for row, day in zip(source.rows, source.column("date", _day, "date", needed=True), strict=True):
        person = desk.person(source, row)
        if person is None or day is None or not study.horizon.start <= day < study.horizon.end:
            continue
        if seen.setdefault((person, day), row) != row:
            source.add("intake.day_twice", row, "date", day=day.isoformat(), first=seen[person, day] + 1)
            continue
        punches = _punch(source, row, "clock_in", day), _punch(source, row, "clock_out", day)
        shift = _shift(source, row, punches[0], codes, study)
        if punches[0] is None and punches[1] is None:
            if shift is not None and (person, day) not in leave:
                absent.append((person, day))
        elif punches[0] is None or punches[1] is None:
            source.add("intake.one_punch", row, "clock_out" if punches[1] is None else "clock_in")
        elif shift is not None:
            start, end, over = _presence(shift, day, punches[0], punches[1])
            overstay += over
            rows.append(_duty(person, day, shift, start, end))
    source.refuse()
    frame = _with_leave(rows, study)
    notes = [*source.notes, *desk.notes]
    if overstay:
        notes.append(say("intake.note.overstay", file=source.sheet.file, hours=f"{overstay:.1f}"))
    if absent:
        notes.append(say("intake.note.absent", file=source.sheet.file, count=len(absent)))
    return Attendance(frame, pd.DataFrame(absent, columns=["employee_id", "date"]), overstay, tuple(notes))


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


def _punch(source: Source, row: int, column: str, day: dt.date) -> Moment | None:
    """A punch as a moment; 次日 06:03 is on the next day."""
    cell = source.raw(row, column)
    try:
        if isinstance(cell, dt.datetime) and cell.year > 1904:
            return pd.Timestamp(cell)
        later = isinstance(cell, str) and _NEXT_DAY.search(cell) is not None
        written = _NEXT_DAY.sub("", cell) if isinstance(cell, str) else cell
        if isinstance(written, str) and re.match(r"\d{4}[-/]", written):
            return pd.Timestamp(written)
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
    while last <= first:
        last += pd.Timedelta(days=1)
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
