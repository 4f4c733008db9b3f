"""Rosters that planners bring: the one before the month (for look-back) and pinned cells; one row a duty, or a month grid."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.horizon import Horizon
from cslib.core.shifts import LEAVE, OFF, REST, WORK, Shift, read_breaks, write_breaks
from cslib.core.words import say
from cslib.intake import aliases, privacy
from cslib.intake.people import Desk, allowed_shifts, shift_words
from cslib.intake.source import Source, open_sources
from cslib.intake.values import date, plain, text

LOOK_BACK_DAYS = 31
_NEEDED = (["staff_no", "date", "shift"], ["staff_no", "*"])
_POSTED = re.compile(r"(.+?)\s*(?:@\s*(.+)|\(\s*(.+?)\s*\))$")  # a cell that names the post as well: 夜@北大堂, 夜(北大堂)
_MONTH_DAY = re.compile(r"(?:(\d{1,2})[月/-])?(\d{1,2})[日号號]?(?:\s*\(?(?:星期|周|週)?[一二三四五六日天]?\)?)?")


def read_last_roster(path: Path, desk: Desk) -> pd.DataFrame:
    """The roster before the month as table ``roster``: duties that start in the 31 days before the first.

    Breaks that the file doesn't give are put at the earliest place their shift allows.

    Raises
    ------
    IntakeError  for unknown people, shifts and posts, dates that can't be right, two entries of a person for one day.
    """
    months = Horizon(desk.horizon.start - dt.timedelta(days=LOOK_BACK_DAYS), LOOK_BACK_DAYS, desk.horizon.interval_min)
    frame = _read(path, desk, months, pinned=False)
    late = frame[(frame["kind"] == WORK) & (frame["end"] > pd.Timestamp(desk.horizon.start)) & frame["queue"].isna()]
    homes = {shift.code: bool(shift.queues) for shift in desk.params.shifts}
    unknown = int(late["shift"].map(homes).fillna(False).astype(bool).sum())
    if unknown:
        desk.notes.append(say("intake.note.post_unknown", file=path.name, count=unknown))
    return frame


def read_pins(path: Path, desk: Desk) -> pd.DataFrame:
    """Cells fixed before solving as table ``roster`` with ``pinned``; where no post or break is given the solver chooses it.

    Raises
    ------
    IntakeError  as ``read_last_roster``.
    """
    return _read(path, desk, desk.horizon, pinned=True)


def _read(path: Path, desk: Desk, span: Horizon, *, pinned: bool) -> pd.DataFrame:
    """Duties that start inside ``span``."""
    source = open_sources(path, "duties", _NEEDED, extra=lambda cell: _day_header(cell, span))[0]
    cells = _long(source, desk) if source.has("date") and source.has("shift") else _grid(source)
    codes, rows, outside = shift_words(desk.params), [], 0
    seen: dict[tuple[str, dt.date], int] = {}
    for row, column, day, given in cells:
        person = desk.person(source, row)
        if person is None or day is None or given is None:
            continue
        entry = _entry(source, (row, column), day, given, desk, codes, not pinned)
        if entry is None:
            continue
        if not span.start <= day < span.end:
            outside += 1
            continue
        if seen.setdefault((person, day), row) != row:
            source.add("intake.day_twice", row, column, day=day.isoformat(), first=seen[(person, day)] + 1)
        rows.append({"employee_id": person, "date": day, "pinned": pinned, **entry})
    source.refuse()
    desk.notes += source.notes
    if outside:
        first, last = span.start.isoformat(), span.dates[-1].isoformat()
        desk.notes.append(say("intake.note.days_outside", file=source.sheet.file, count=outside, first=first, last=last))
    return tables.check("roster", pd.DataFrame(rows), source=source.sheet.file) if rows else tables.empty("roster")


def _day_header(cell: Any, span: Horizon) -> dt.date | None:
    """The day of a grid's column: a date, 12/1, 12月1日, or the bare day of the month in which the span ends."""
    last = span.dates[-1]
    try:
        found = date(cell)
    except ValueError:
        found = None
    if found is not None:
        return found
    match = _MONTH_DAY.fullmatch(plain(cell).splitlines()[0] if plain(cell) else "")
    if match is None:
        return None
    month, day = int(match[1] or last.month), int(match[2])
    year = last.year - (month > last.month)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _long(source: Source, desk: Desk) -> list[tuple[int, Any, dt.date | None, str | None]]:
    days = source.column("date", desk.day_reader(source), "date", needed=True)
    shifts = source.column("shift", text, "text", needed=True)
    return [(row, "shift", day, given) for row, day, given in zip(source.rows, days, shifts, strict=True)]


def _grid(source: Source) -> list[tuple[int, Any, dt.date | None, str | None]]:
    """Cells of a month grid; an empty cell says nothing."""
    columns = {day: source.wide_column(day, text, "text") for day in sorted(source.wide)}
    return [(row, day, day, columns[day][i]) for i, row in enumerate(source.rows) for day in columns]


def _entry(
    source: Source, place: tuple[int, Any], day: dt.date, given: str, desk: Desk, codes: dict[str, str], earliest: bool
) -> dict[str, Any] | None:
    """Kind, shift, times, breaks and queue of the cell at ``place`` (row, column); None with a finding if it can't be read."""
    row, column = place
    word, post = given, text(source.raw(row, "queue"))
    posted = _POSTED.fullmatch(plain(given))
    if aliases.squeeze(given) not in codes and posted:
        word, post = posted[1], posted[2] or posted[3]
    code = codes.get(aliases.squeeze(word))
    empty = {"shift": None, "start": pd.NaT, "end": pd.NaT, "breaks": None, "queue": None}
    if code == OFF:
        return {"kind": REST, **empty}
    if code is None:
        if aliases.squeeze(word) in aliases.word_set("leave_words") | set(aliases.words("leave_kinds")):
            return {"kind": LEAVE, **empty}
        source.add("intake.unknown_shift", row, column, given=privacy.masked(given), allowed=allowed_shifts(codes))
        return None
    shift = desk.params.shift(code)
    start, end = shift.span(day)
    queue = _post(source, row, column, post, shift, desk)
    breaks = _breaks(source, row, shift, start, end, earliest=earliest)
    return {"kind": WORK, "shift": code, "start": start, "end": end, "breaks": breaks, "queue": queue}


def _post(source: Source, row: int, column: Any, post: str | None, shift: Shift, desk: Desk) -> str | None:
    """Queue of a duty: as written, or the only one of its shift; None for pooled shifts and where it isn't said."""
    if post is None:
        return shift.queues[0] if len(shift.queues) == 1 else None
    names = {aliases.squeeze(s): key for key, queue in desk.params.site.queues.items() for s in (key, queue.name.zh, queue.name.en)}
    found = names.get(aliases.squeeze(post))
    if found is None or found not in shift.queues:
        facts = {"given": privacy.masked(post), "shift": shift.code, "allowed": ", ".join(shift.queues) or "-"}
        source.add("intake.unknown_post", row, "queue" if source.has("queue") else column, **facts)
        return None
    return found


def _breaks(source: Source, row: int, shift: Shift, start: pd.Timestamp, end: pd.Timestamp, *, earliest: bool) -> str | None:
    given = text(source.raw(row, "breaks"))
    if given is None:
        spans = [(start + pd.Timedelta(minutes=b.earliest_min), start + pd.Timedelta(minutes=b.earliest_min + b.length_min)) for b in shift.breaks]
        return write_breaks(spans) or None if earliest else None
    try:
        spans = read_breaks(given, start)
    except ValueError:
        spans = []
    if not spans or any(low < start or high > end for low, high in spans):
        source.add("intake.cell", row, "breaks", given=privacy.masked(given), allowed=say("intake.allowed.breaks"))
        return None
    return write_breaks(spans)
