"""Training, coaching and meetings to be placed in the month: who, how long, between which days; never why."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.words import Word
from cslib.intake import aliases
from cslib.intake.people import Desk
from cslib.intake.source import open_sources
from cslib.intake.values import flag, is_empty, number, text

LONGEST_H = 8.0  # a session is at most a normal day


def read_off_queue(path: Path, desk: Desk) -> pd.DataFrame:
    """Sessions whose window lies in the planned month as table ``off_queue``; others are counted in a note.

    Raises
    ------
    IntakeError  for an unknown person or activity, a length or day that can't be right, a person twice in one session, a window that passes
        the month's end.
    """
    source = open_sources(path, "off_queue", [["staff_no", "session", "hours_h", "earliest", "latest"]])[0]
    day, horizon = desk.day_reader(source), desk.horizon
    hours = source.column("hours_h", _hours, "session_hours", needed=True)
    firsts, lasts = source.column("earliest", day, "date", needed=True), source.column("latest", day, "date", needed=True)
    activities = source.column("activity", _activity, "activity", default="training")
    together = source.column("together", lambda cell: None if is_empty(cell) else flag(cell), "flag", default=False)
    rows, others = [], 0
    seen: dict[tuple[str, str], int] = {}
    for row, length, first, last, activity, at_once in zip(source.rows, hours, firsts, lasts, activities, together, strict=True):
        person, session = desk.person(source, row), source.text(row, "session", needed=Word("intake.allowed.text"))
        if person is None or session is None or length is None or first is None or last is None or activity is None:
            continue
        if seen.setdefault((session, person), row) != row:
            source.add("intake.session_twice", row, "session", given=session, first=seen[session, person] + 1)
        if last < first or (last >= horizon.end and first < horizon.end):
            source.add("intake.session_window", row, "latest", given=last.isoformat(), first=first.isoformat(), end=_last(horizon.end))
        elif last < horizon.start or first >= horizon.end:
            others += 1
        else:
            rows.append(
                {"session": session, "employee_id": person, "activity": activity, "hours_h": length, "earliest": max(first, horizon.start),
                 "latest": last, "together": bool(at_once)}
            )  # fmt: skip
    source.refuse()
    desk.notes += source.notes
    desk._note("intake.note.other_months", source, others)
    here = set(desk.employees["employee_id"])
    rows = [row for row in rows if row["employee_id"] in here]
    return tables.check("off_queue", pd.DataFrame(rows), source=source.sheet.file) if rows else tables.empty("off_queue")


def _last(end: dt.date) -> str:
    return (end - dt.timedelta(days=1)).isoformat()


def _hours(cell: Any) -> float | None:
    found = number(cell)
    if found is not None and not 0 < found <= LONGEST_H:
        raise ValueError(f"{found:g}")
    return found


def _activity(cell: Any) -> str | None:
    given = text(cell)
    if given is None:
        return None
    known = aliases.words("activities")
    for part in aliases.candidates(given):
        if part in known:
            return known[part]
    raise ValueError(given)
