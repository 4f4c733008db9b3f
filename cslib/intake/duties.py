"""Rosters that planners bring: the one before the month (for look-back) and pinned cells; one row a duty, or a month grid."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.horizon import Horizon
from cslib.core.shifts import LEAVE, OFF, REST, WORK, Shift, read_breaks, write_breaks
from cslib.core.words import Word, say
from cslib.intake import aliases, privacy
from cslib.intake.breaks import Duty, allowed_breaks, fitting, spread
from cslib.intake.people import Desk, allowed_shifts, shift_words
from cslib.intake.source import Source, open_sources
from cslib.intake.values import date, plain, text

Places = Mapping[tuple[str, dt.date], str]  # (person, day) -> place in the file, for messages
Judge = Callable[[Source, tuple[int, Any], str, dt.date, Mapping[str, Any]], None]
LOOK_BACK_DAYS = 31
_NEEDED = (["staff_no", "date", "shift"], ["staff_no", "*"])
POSTED = re.compile(r"(.+?)\s*(?:@\s*(.+)|\(\s*(.+?)\s*\))$")  # a cell that names the post as well: 夜@北大堂, 夜(北大堂)
_MONTH_DAY = re.compile(r"(?:(\d{1,2})[月/-])?(\d{1,2})[日号號]?(?:\s*\(?(?:星期|周|週)?[一二三四五六日天]?\)?)?")


def read_last_roster(path: Path, desk: Desk, skills: pd.DataFrame) -> pd.DataFrame:
    """The roster before the month as table ``roster``: duties that start in the 31 days before the first.

    Breaks that the file doesn't give are spread over the places that their shift allows, so that the holders of a skill (table
    ``skills``) or the people of a post take them one after the other.

    Raises
    ------
    IntakeError  for unknown people, shifts and posts, dates that can't be right, two entries of a person for one day.
    """
    months = Horizon(desk.horizon.start - dt.timedelta(days=LOOK_BACK_DAYS), LOOK_BACK_DAYS, desk.horizon.interval_min)
    frame = _spread(_read(path, desk, months, pinned=False)[0], desk, skills)
    late = frame[(frame["kind"] == WORK) & (frame["end"] > pd.Timestamp(desk.horizon.start)) & frame["queue"].isna()]
    homes = {shift.code: bool(shift.queues) for shift in desk.params.shifts}
    unknown = int(late["shift"].map(homes).fillna(False).astype(bool).sum())
    if unknown:
        desk.notes.append(say("intake.note.post_unknown", file=path.name, count=unknown))
    return frame


def read_pins(path: Path, desk: Desk, skills: pd.DataFrame, leave: pd.DataFrame) -> tuple[pd.DataFrame, Places]:
    """Cells fixed before solving as table ``roster`` with ``pinned``, and where each stands in the file.

    Where no post or break is given the solver chooses it.

    Raises
    ------
    IntakeError  as ``read_last_roster``; also for a day on which the person is not employed, an absence that was not granted, a post
        whose skill the person lacks, and breaks that are not those of the shift.
    """
    held = set(zip(skills["employee_id"], skills["skill"], strict=True))
    away = set(zip(leave["employee_id"], leave["date"].dt.date, strict=True))
    employed = {row.employee_id: (row.hired, row.left) for row in desk.employees.itertuples(index=False)}

    def judge(source: Source, place: tuple[int, Any], person: str, day: dt.date, entry: Mapping[str, Any]) -> None:
        """Findings about a pin that no roster can keep."""
        first, last = employed.get(person, (pd.NaT, pd.NaT))
        if not (first <= pd.Timestamp(day) and (pd.isna(last) or pd.Timestamp(day) <= last)):  # NaT: gone before the month
            source.add("intake.pin_not_employed", *place, day=day.isoformat())
        elif entry["kind"] == LEAVE and (person, day) not in away:
            source.add("intake.pin_leave", *place, day=day.isoformat())
        if entry["breaks"] is not None:
            shift = desk.params.shift(entry["shift"])
            if not fitting(shift, entry["start"], read_breaks(entry["breaks"], entry["start"]), desk.horizon.interval_min):
                source.add("intake.pin_breaks", place[0], "breaks", given=entry["breaks"], shift=shift.code, allowed=allowed_breaks(shift))
        if entry["queue"] is not None and (person, desk.params.site.queues[entry["queue"]].skill) not in held:
            source.add("intake.pin_skill", *place, post=entry["queue"], skill=desk.params.site.queues[entry["queue"]].skill)

    return _read(path, desk, desk.horizon, pinned=True, judge=judge)


def _spread(frame: pd.DataFrame, desk: Desk, skills: pd.DataFrame) -> pd.DataFrame:
    """Breaks for the duties without any, people in the order of the file."""
    held = skills.groupby("employee_id")["skill"].agg(frozenset).to_dict()
    open_rows = frame.index[(frame["kind"] == WORK) & frame["breaks"].isna()]
    order = {person: i for i, person in enumerate(desk.ids.values())}  # the staff list's order, whatever the pseudonyms
    open_rows = sorted(open_rows, key=lambda i: (frame["date"][i], order[frame["employee_id"][i]]))
    duties = []
    for i in open_rows:
        post = frame["queue"][i]
        serves = frozenset({str(post)}) if pd.notna(post) else held.get(frame["employee_id"][i], frozenset())
        duties.append(Duty(desk.params.shift(str(frame["shift"][i])), frame["start"][i], serves))
    texts = pd.Series(spread(duties, desk.horizon.interval_min), index=pd.Index(open_rows, dtype="int64"), dtype="str")
    return frame.assign(breaks=frame["breaks"].fillna(texts))


def _read(path: Path, desk: Desk, span: Horizon, *, pinned: bool, judge: Judge | None = None) -> tuple[pd.DataFrame, Places]:
    """Duties that start inside ``span``, and where they stand."""
    source = open_sources(path, "duties", _NEEDED, extra=lambda cell: day_header(cell, span))[0]
    cells = _long(source, desk) if source.has("date") and source.has("shift") else _grid(source)
    codes, rows, outside = shift_words(desk.params), [], 0
    seen: dict[tuple[str, dt.date], int] = {}
    places: dict[tuple[str, dt.date], str] = {}
    for row, column, day, given in cells:
        person = desk.person(source, row)
        if person is None or day is None or given is None:
            continue
        entry = _entry(source, (row, column), day, given, desk, codes)
        if entry is None:
            continue
        if not span.start <= day < span.end:
            outside += 1
            continue
        if seen.setdefault((person, day), row) != row:
            source.add("intake.day_twice", row, column, day=day.isoformat(), first=seen[(person, day)] + 1)
        if judge is not None:
            judge(source, (row, column), person, day, entry)
        places[person, day] = source.where(row, column)
        rows.append({"employee_id": person, "date": day, "pinned": pinned, **entry})
    source.refuse()
    desk.notes += source.notes
    if outside:
        first, last = span.start.isoformat(), span.dates[-1].isoformat()
        desk.notes.append(say("intake.note.days_outside", file=source.sheet.file, count=outside, first=first, last=last))
    return tables.check("roster", pd.DataFrame(rows), source=source.sheet.file) if rows else tables.empty("roster"), places


def day_header(cell: Any, span: Horizon) -> dt.date | None:
    """The day of a grid's column: a date, 12/1, 12月1日, or the bare day of the month in which the span ends."""
    last = span.last
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


def _entry(source: Source, place: tuple[int, Any], day: dt.date, given: str, desk: Desk, codes: dict[str, str]) -> dict[str, Any] | None:
    """Kind, shift, times, breaks and queue of the cell at ``place`` (row, column); None with a finding if it can't be read."""
    row, column = place
    word, post = given, source.text(row, "queue")
    posted = POSTED.fullmatch(plain(given))
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
    breaks = _breaks(source, row, start, end)
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


def _breaks(source: Source, row: int, start: pd.Timestamp, end: pd.Timestamp) -> str | None:
    """Breaks as given, None if they aren't; what was worked may differ from the shift list, but lies inside the duty."""
    given = source.text(row, "breaks")
    if given is None:
        return None
    try:
        spans = read_breaks(given, start)
    except ValueError:
        spans = []
    if not spans or any(low < start or high > end for low, high in spans):
        source.add("intake.cell", row, "breaks", given=privacy.masked(given), allowed=Word("intake.allowed.breaks"))
        return None
    return write_breaks(spans)
