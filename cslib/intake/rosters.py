"""A roster file that comes back: the workbook after a planner edited it, or any list or month grid of people and shifts.

Reading never repairs in silence: what was understood, how it was written and what was not understood are told apart, each with its cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cslib.core.errors import Finding, IntakeError
from cslib.core.horizon import Horizon
from cslib.core.shifts import LEAVE, OFF, REST, WORK, read_breaks, write_breaks
from cslib.intake import aliases, privacy
from cslib.intake.duties import POSTED, day_header
from cslib.intake.headers import LOOK
from cslib.intake.opening import names
from cslib.intake.people import allowed_shifts, shift_words
from cslib.intake.roster_lists import ListedCover, ListedDuty, read_lists
from cslib.intake.sheets import Sheet
from cslib.intake.source import Source, open_sources, sheets_of
from cslib.intake.study import Study
from cslib.intake.values import date, plain, text

Key = tuple[str, dt.date]
_GRID = 5  # days in a row of headers from which on it is taken for a grid's
_NEEDED = (["employee_id", "*"], ["staff_no", "*"], ["employee_id", "date", "shift"], ["staff_no", "date", "shift"])


@dataclass(frozen=True)
class Written:
    """One cell as understood.

    Attributes
    ----------
    kind : ``work`` | ``rest`` | ``leave``;  shift, queue : code and post, empty where there is none or it isn't said
    text : as written;  where : file, sheet and cell;  merged : filled from a merged cell;  empty : nothing stood there
    breaks : as in table ``roster``, where the file says them beside the shift; else None
    """

    kind: str
    shift: str
    queue: str
    text: str
    where: str
    merged: bool = False
    empty: bool = False
    breaks: str | None = None


@dataclass(frozen=True)
class Returned:
    """A roster file, read.

    Attributes
    ----------
    cells : what was understood, by person and day
    faults : what was not, each with its cell; these cells are in no other list
    unread : people and days of ``faults`` where both are known
    people : people in the order of the file;  rows : place of each
    text_days : day headers that are texts and not dates, with their places
    missing_days : days of the month for which a grid has no column
    duties, covers : what the lists beside the grid say (``roster_lists``); covers None where there is no list that can be read whole
    others : the sheets beside that of the roster
    """

    cells: Mapping[Key, Written]
    faults: tuple[Finding, ...]
    unread: frozenset[Key]
    people: tuple[str, ...]
    rows: Mapping[str, str]
    text_days: Mapping[dt.date, str] = field(default_factory=dict)
    missing_days: tuple[dt.date, ...] = ()
    duties: Mapping[Key, ListedDuty] = field(default_factory=dict)
    covers: tuple[ListedCover, ...] | None = None
    others: tuple[Sheet, ...] = ()


def read_roster(path: Path, study: Study) -> Returned:
    """Read a roster file for the study's month.

    Parameters
    ----------
    path : the published workbook (either tier) as edited, or a CSV or Excel file with a row a duty or a column a day, people by employee
        number or pseudonym, shifts by code, mark, name or alias, ``夜@北大堂`` for a duty at a post

    Raises
    ------
    IntakeError  if the file can't be read at all, holds no roster, or one of another month. Single cells that can't be read are faults of
        the result.
    """
    horizon = study.horizon
    every = sheets_of(path, "roster", lambda cell: _day(cell, horizon), workbook=True)
    try:
        (source,) = open_sources(path, "roster", _NEEDED, extra=lambda cell: _day(cell, horizon), workbook=True, every=every)
    except IntakeError as error:
        raise _other_month(every, study) or error from None
    staff = names(study)
    ids = {**dict(zip(staff["staff_no"], staff["employee_id"], strict=True)), **{who: who for who in staff["employee_id"]}}
    reader = _Reader(source, study, ids)
    for row in source.rows:
        reader.row(row)
    reader.lost_days()
    strangers = [f for f in source.findings if f.key == "intake.unknown_person"]
    if strangers and not reader.rows:
        raise IntakeError("intake.nobody_known", where=strangers[0].where, given=len(strangers), count=len(staff), site=study.site)
    others = [sheet for sheet in every if sheet is not source.sheet]
    lists = read_lists(others, study, ids, reader.codes, reader.posts)
    faults = (*source.findings, *lists.faults)
    missing = tuple(day for day in horizon.dates if day not in source.wide) if source.wide else ()
    return Returned(
        reader.cells, faults, frozenset(reader.unread), tuple(reader.rows), reader.rows, _text_days(source), missing, lists.duties, lists.covers,
        tuple(others),
    )  # fmt: skip


def _day(cell: Any, horizon: Horizon) -> dt.date | None:
    found = day_header(cell, horizon)
    return found if found is not None and horizon.start <= found < horizon.end else None


def _other_month(sheets: Sequence[Sheet], study: Study) -> IntakeError | None:
    """The error for a grid whose days are all of other months; None if there is no such grid."""
    for sheet in sheets:
        for row, cells in enumerate(sheet.rows[:LOOK]):
            days = [day for day in (day_header(cell, study.horizon) for cell in cells) if day is not None]
            if len(days) >= _GRID and not any(study.horizon.start <= day < study.horizon.end for day in days):
                months = sorted({f"{day:%Y-%m}" for day in days})
                return IntakeError("intake.other_month", where=sheet.where(row), given=", ".join(months), month=study.month)
    return None


def _text_days(source: Source) -> dict[dt.date, str]:
    """Day headers written as texts."""
    row, found = source.sheet.rows[source.header_row], {}
    for day, column in source.wide.items():
        value = row[column.index] if column.index < len(row) else None
        if isinstance(value, str) and len(value.strip()) > 2:
            found[day] = source.sheet.where(source.header_row, column.index)
    return found


class _Reader:
    """Rows of a source, one after the other."""

    def __init__(self, source: Source, study: Study, ids: Mapping[str, str]) -> None:
        self.source, self.study, self.ids = source, study, ids
        self.codes = shift_words(study.params)
        self.posts = {
            aliases.squeeze(name): key for key, queue in study.params.site.queues.items() for name in (key, queue.name.zh, queue.name.en)
        }  # fmt: skip
        self.leave = aliases.word_set("leave_words") | set(aliases.words("leave_kinds"))
        self.cells: dict[Key, Written] = {}
        self.unread: set[Key] = set()
        self.rows: dict[str, str] = {}
        self.ended = False  # below the table: totals and head counts
        self.last = self._table_end()

    def row(self, row: int) -> None:
        """Read one row."""
        if row >= self.last:
            return
        who = self._person(row)
        if who is None:
            return
        long = self.source.has("date") and self.source.has("shift")
        if not long and who in self.rows:
            self.source.add("intake.row_twice", row, "employee_id" if self.source.has("employee_id") else "staff_no", first=self.rows[who])
            return
        self.rows.setdefault(who, self.source.sheet.where(row))
        if long:
            self._listed(row, who)
        else:
            for day in sorted(self.source.wide):
                self._cell(row, who, day, day)

    def _table_end(self) -> int:
        """First row of sums under the table."""
        totals, rows = aliases.word_set("total_words"), self.source.sheet.rows
        for row in range(self.source.header_row + 1, len(rows)):
            if any(aliases.squeeze(plain(cell).split("(")[0]) in totals for cell in rows[row][:6] if isinstance(cell, str)):
                return row
        return len(rows)

    def lost_days(self) -> None:
        """Find shifts under a header that is no day of the month, among or beside the days: they would be lost without a word."""
        source = self.source
        days, known = [c.index for c in source.wide.values()], {c.index for c in (*source.columns.values(), *source.wide.values())}
        for index in range(min(days, default=1) - 1, max(days, default=0) + 2):
            texts = [_text(source.sheet.rows[row][index]) for row in source.rows if row < self.last and index < len(source.sheet.rows[row])]
            if index not in known and any(aliases.squeeze(text) in self.codes for text in texts if text):
                header = source.sheet.rows[source.header_row]
                given = privacy.masked(header[index]) if index < len(header) and plain(header[index]) else "-"
                source.add_at("intake.lost_day", source.header_row, index, given=given, month=self.study.month)

    def _person(self, row: int) -> str | None:
        for column in ("employee_id", "staff_no"):
            given = _text(self.source.raw(row, column))
            if given:
                if given in self.ids:
                    return self.ids[given]
                facts = {"given": privacy.masked(given), "count": len(set(self.ids.values())), "hint": ""}
                self.source.add("intake.unknown_person", row, column, **facts)
                return None
        filled = any(plain(self.source.sheet.rows[row][c.index]) for c in self.source.wide.values() if c.index < len(self.source.sheet.rows[row]))
        if filled:
            self.source.add("intake.row_without_person", row, None)
        return None

    def _listed(self, row: int, who: str) -> None:
        try:
            day = date(self.source.raw(row, "date"), epoch_1904=self.source.sheet.epoch_1904)
        except (ValueError, OverflowError):
            day = None
        if day is None or not self.study.horizon.start <= day < self.study.horizon.end:
            given = privacy.masked(self.source.raw(row, "date"))
            self.source.add("intake.day_of_month", row, "date", given=given, month=self.study.month)
            return
        if (who, day) in self.cells or (who, day) in self.unread:
            first = self.cells[who, day].where if (who, day) in self.cells else "-"
            self.source.add("intake.duty_twice", row, "shift", day=day.isoformat(), first=first)
            return
        self._cell(row, who, day, "shift")

    def _cell(self, row: int, who: str, day: dt.date, column: Any) -> None:
        source = self.source
        place = source.columns.get(column) or source.wide[column]
        raw = source.sheet.rows[row][place.index] if place.index < len(source.sheet.rows[row]) else None
        given = _text(raw)
        where, merged = source.sheet.where(row, place.index), (row, place.index) in source.sheet.across
        word, post = given or "", _text(source.raw(row, "queue")) or ""
        if (row, place.index) in source.sheet.unsolved:
            self.unread.add((who, day))
            source.add("intake.formula_cell", row, column)
            return
        match = POSTED.fullmatch(plain(given or ""))
        if match and aliases.squeeze(word) not in self.codes:
            word, post = match[1], match[2] or match[3]
        code = self.codes.get(aliases.squeeze(word)) if word else OFF
        if code == OFF:
            self.cells[who, day] = Written(REST, "", "", given or "", where, merged, not given)
        elif code is None and aliases.squeeze(word) in self.leave:
            self.cells[who, day] = Written(LEAVE, "", "", given or "", where, merged)
        elif code is None:
            self.unread.add((who, day))
            source.add("intake.unknown_shift", row, column, given=privacy.masked(given), allowed=allowed_shifts(self.codes))
        else:
            queues = self.study.params.shift(code).queues
            home = self.posts.get(aliases.squeeze(post), "") if post else ""
            if post and home not in queues:
                self.unread.add((who, day))
                facts = {"given": privacy.masked(post), "shift": code, "allowed": ", ".join(queues) or "-"}
                source.add("intake.unknown_post", row, column, **facts)
                return
            self.cells[who, day] = Written(WORK, code, home, given or "", where, merged, breaks=self._breaks(row, code, day))

    def _breaks(self, row: int, code: str, day: dt.date) -> str | None:
        """Breaks of a list with a column for them; None where they are not said or not understood (a finding)."""
        if not self.source.has("breaks"):
            return None
        given, start = _text(self.source.raw(row, "breaks")) or "", self.study.params.shift(code).span(day)[0]
        try:
            return write_breaks(read_breaks(given.replace(",", ";"), start))
        except ValueError:
            self.source.add("intake.breaks_cell", row, "breaks", given=privacy.masked(given))
            return None


def _text(value: Any) -> str:
    """A cell as text; an error of Excel such as ``#N/A`` as it is shown."""
    try:
        return text(value) or ""
    except ValueError:
        return plain(value)
