"""Reading rows that may be wrong: a hand-made or imported roster is read as far as it can be read, and never raises for its content."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass

import pandas as pd

from cslib.core import tables
from cslib.core.errors import Finding, RosterError

_WRITTEN_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")  # pandas would fill "12:00" up with today's date


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of a roster; texts are empty and times None where the row has nothing readable."""

    row: int
    employee_id: str
    date: dt.date | None
    kind: str
    code: str
    start: pd.Timestamp | None
    end: pd.Timestamp | None
    breaks: str
    queue: str


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A row of the covers table."""

    row: int
    post: str
    absent_id: str
    stand_in_id: str
    start: pd.Timestamp | None
    end: pd.Timestamp | None
    hours_h: float | None


def cells(roster: pd.DataFrame) -> list[Cell]:
    """Every row of a roster.

    Raises
    ------
    RosterError  if a column of the table is missing.
    """
    _demand_columns("roster", roster)
    columns = ("employee_id", "date", "kind", "shift", "start", "end", "breaks", "queue")
    found = []
    for i, (who, date, kind, code, start, end, breaks, queue) in enumerate(zip(*(roster[c] for c in columns), strict=True), start=1):
        day = moment(date)
        times = moment(start), moment(end)
        found.append(Cell(i, text(who), day.date() if day else None, text(kind).lower(), text(code), *times, text(breaks), text(queue)))
    return found


def cover_rows(covers: pd.DataFrame) -> list[CoverRow]:
    """Every row of a covers table.

    Raises
    ------
    RosterError  if a column of the table is missing.
    """
    _demand_columns("covers", covers)
    columns = ("post", "absent_id", "stand_in_id", "start", "end", "hours_h")
    found = []
    for i, (post, absent, stand_in, start, end, hours) in enumerate(zip(*(covers[c] for c in columns), strict=True), start=1):
        found.append(CoverRow(i, text(post), text(absent), text(stand_in), moment(start), moment(end), number(hours)))
    return found


def text(value: object) -> str:
    """The cell as text; empty where there is nothing."""
    if isinstance(value, str):
        return value.strip()
    nothing = value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    return "" if nothing else str(value).strip()


def moment(value: object) -> pd.Timestamp | None:
    """The cell as local time; None where it is not a time between the years 1900 and 2200."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, str) and not _WRITTEN_DATE.match(value.strip())):
        return None
    try:
        found = pd.Timestamp(value)  # type: ignore[arg-type]
    except (ValueError, TypeError, OverflowError):
        return None
    if found is pd.NaT or not 1900 <= found.year <= 2200:
        return None
    return (found.tz_localize(None) if found.tzinfo else found).as_unit("us")


def number(value: object) -> float | None:
    """The cell as a finite number; None where it is none."""
    try:
        found = float(value)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return None
    return found if abs(found) < float("inf") else None


def _demand_columns(table: str, frame: pd.DataFrame) -> None:
    unread = {"roster": {"pinned"}, "covers": {"kind"}}[table]
    missing = [c for c in tables.spec(table).columns if c not in unread and c not in frame.columns]
    if missing:
        findings = [Finding("audit.missing_column", table, {"column": c, "allowed": tables.spec(table).columns[c].allowed()}) for c in missing]
        raise RosterError(findings=findings)
