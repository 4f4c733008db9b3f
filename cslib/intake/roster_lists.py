"""The lists beside the month's grid of a workbook that comes back: the breaks and post of every duty, and the cover ledger 顶岗台账.

What the grid says of a shift counts; the lists add what it has no room for. A list with a cell that can't be read changes no cover.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cslib.core.errors import Finding
from cslib.core.shifts import Shift, read_breaks, write_breaks
from cslib.core.units import MINUTES_PER_DAY, clock, minute_of
from cslib.intake import aliases, privacy
from cslib.intake.people import allowed_shifts
from cslib.intake.sheets import Sheet
from cslib.intake.source import Source, beside
from cslib.intake.study import Study
from cslib.intake.values import date, plain

Key = tuple[str, dt.date]
_DUTY_COLUMNS = ("date", "person", "shift", "start", "end", "meals")
_COVER_COLUMNS = ("post", "absent_id", "stand_in_id", "date", "from", "to")
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*[-–—~至]\s*(\d{1,2}:\d{2})")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_BESIDE_TIMES = re.compile(r"\+1 day|次日|[\s;；,，、]")  # what may stand beside the times of a cell


@dataclass(frozen=True)
class ListedDuty:
    """A duty of the list: shift code, post (empty if not said), breaks as in table ``roster``, cell of the breaks."""

    shift: str
    queue: str
    breaks: str
    where: str


@dataclass(frozen=True)
class ListedCover:
    """A cover of the ledger, as a row of table ``covers``."""

    post: str
    absent_id: str
    stand_in_id: str
    start: pd.Timestamp
    end: pd.Timestamp
    where: str


@dataclass(frozen=True)
class Lists:
    """What the lists say; ``covers`` None where there is no ledger, or one that can't be read whole."""

    duties: Mapping[Key, ListedDuty]
    covers: tuple[ListedCover, ...] | None
    faults: tuple[Finding, ...]


def read_lists(sheets: list[Sheet], study: Study, people: Mapping[str, str], codes: Mapping[str, str], posts: Mapping[str, str]) -> Lists:
    """Read both lists of a workbook, where it has them.

    Parameters
    ----------
    sheets : of the file;  people : person as written -> employee_id;  codes, posts : squeezed spelling -> shift code, queue
    """
    reader = _Lists(study, people, codes, posts)
    duties: dict[Key, ListedDuty] = {}
    faults: list[Finding] = []
    if (source := beside(sheets, "roster_duties", _DUTY_COLUMNS)) is not None:
        if _short_rests(study) and not source.has("rests"):  # else breaks without them would pass for breaks that somebody took out
            source.add("intake.lost_rests", source.header_row, None, given=", ".join(c.header for c in source.columns.values()))
        else:
            for row in source.rows:
                if (found := reader.duty(source, row)) is not None:
                    duties.setdefault(*found)
        faults += source.findings
    covers: list[ListedCover] | None = None
    if (source := beside(sheets, "roster_covers", _COVER_COLUMNS)) is not None:
        read = [reader.cover(source, row) for row in source.rows if plain(source.raw(row, "absent_id")) or plain(source.raw(row, "stand_in_id"))]
        covers = [cover for cover in read if cover is not None] if not source.findings else None
        faults += source.findings
    return Lists(duties, tuple(covers) if covers is not None else None, tuple(faults))


def _short_rests(study: Study) -> bool:
    """True if some shift has breaks too short for a meal, which the list keeps in a column of their own."""
    meal = study.params.law.number("meal_break_length", study.horizon.start)
    return any(b.length_min < meal for shift in study.params.shifts for b in shift.breaks)


@dataclass(frozen=True)
class _Lists:
    """Rows of the lists, one after the other; what can't be read is a finding of its source."""

    study: Study
    people: Mapping[str, str]
    codes: Mapping[str, str]
    posts: Mapping[str, str]

    def duty(self, source: Source, row: int) -> tuple[Key, ListedDuty] | None:
        """One duty; None where the row is not of the month, or not understood."""
        before = len(source.findings)
        day, who = self._day(source, row), self._person(source, row, "person")
        word = plain(source.raw(row, "shift"))
        code = self.codes.get(aliases.squeeze(word)) or self.codes.get(aliases.squeeze(word.split(" ")[0]))
        shift = next((s for s in self.study.params.shifts if s.code == code), None)
        if shift is None:
            source.add("intake.unknown_shift", row, "shift", given=privacy.masked(word), allowed=allowed_shifts(self.codes))
        if shift is None or day is None or who is None:
            return None
        self._as_defined(source, row, shift, f"{who} {day}")
        breaks = self._breaks(source, row, pd.Timestamp(day) + pd.Timedelta(minutes=shift.start_min))
        post = self._post(source, row) if source.has("post") and plain(source.raw(row, "post")) else ""
        if len(source.findings) > before:
            return None
        return (who, day), ListedDuty(shift.code, post, breaks, source.where(row, "meals"))

    def cover(self, source: Source, row: int) -> ListedCover | None:
        """One cover; None where a cell is not understood."""
        before = len(source.findings)
        post, day = self._post(source, row), self._day(source, row, within=False)
        people = [self._person(source, row, column) for column in ("absent_id", "stand_in_id")]
        low, high = (self._clock(source, row, column) for column in ("from", "to"))
        if len(source.findings) > before or day is None or low is None or high is None:
            return None
        start, end = (pd.Timestamp(day) + pd.Timedelta(minutes=m) for m in (low, high if high > low else high + MINUTES_PER_DAY))
        return ListedCover(post, str(people[0]), str(people[1]), start, end, source.where(row, "stand_in_id"))

    def _as_defined(self, source: Source, row: int, shift: Shift, whose: str) -> None:
        """Start and end follow from the shift: other times are not what the shift list defines (rule ``shift_definition``)."""
        for column, minute in (("start", shift.start_min), ("end", shift.end_min)):
            found = self._clock(source, row, column)
            if found is not None and found != minute % MINUTES_PER_DAY:
                facts = {"given": clock(found), "shift": shift.code, "allowed": clock(minute % MINUTES_PER_DAY), "whose": whose}
                source.add("intake.duty_times", row, column, **facts)

    def _breaks(self, source: Source, row: int, start: pd.Timestamp) -> str:
        found = []
        for column in ("meals", "rests"):
            text = str(source.raw(row, column) or "")
            spans = _SPAN.findall(text)
            try:
                if _BESIDE_TIMES.sub("", _SPAN.sub("", text)):
                    raise ValueError(text)
                found += read_breaks(";".join(f"{a}-{b}" for a, b in spans), start)
            except ValueError:
                source.add("intake.breaks_cell", row, column, given=privacy.masked(text))
        return write_breaks(found)

    def _clock(self, source: Source, row: int, column: str) -> int | None:
        """Minute of the day in a cell: a time of Excel, or ``07:00`` with the word for the next day."""
        raw = source.raw(row, column)
        text = f"{raw:%H:%M}" if isinstance(raw, dt.time | dt.datetime) else str(raw or "")
        found = _CLOCK.findall(text)
        try:
            if len(found) != 1 or _BESIDE_TIMES.sub("", _CLOCK.sub("", text)):
                raise ValueError(text)
            return minute_of(found[0])
        except ValueError:
            source.add("intake.clock_cell", row, column, given=privacy.masked(text))
            return None

    def _day(self, source: Source, row: int, *, within: bool = True) -> dt.date | None:
        horizon, raw = self.study.horizon, source.raw(row, "date")
        try:
            day = date(raw, epoch_1904=source.sheet.epoch_1904)
        except (ValueError, OverflowError):
            day = None
        last = horizon.end if within else horizon.end + dt.timedelta(days=1)
        if day is None or not horizon.start <= day < last:
            source.add("intake.day_of_month", row, "date", given=privacy.masked(raw), month=self.study.month)
            return None
        return day

    def _person(self, source: Source, row: int, column: str) -> str | None:
        given = plain(source.raw(row, column))
        who = self.people.get(given) or self.people.get(given.rpartition(" ")[2])  # name and number in the tier with names
        if who is None:
            facts = {"given": privacy.masked(given), "count": len(set(self.people.values())), "hint": ""}
            source.add("intake.unknown_person", row, column, **facts)
        return who

    def _post(self, source: Source, row: int) -> str:
        given = plain(source.raw(row, "post"))
        found = self.posts.get(aliases.squeeze(given), "")
        if not found:
            allowed = ", ".join(self.study.params.site.queues)
            source.add("intake.list_post", row, "post", given=privacy.masked(given), allowed=allowed)
        return found
