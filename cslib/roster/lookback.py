"""What the month before left behind: its duties, for the rules that look back and for the first morning's coverage."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from cslib.core.shifts import Shift, minutes_in_window, read_breaks
from cslib.core.units import MINUTES_PER_DAY


@dataclass(frozen=True)
class Duty:
    """A duty of the month before, of shift ``code``. ``day`` is its day number (< 0); start, end, breaks in minutes from the first midnight."""

    day: int
    start: int
    end: int
    breaks: tuple[tuple[int, int], ...]
    home: str
    paid_h: float
    night: bool
    code: str = ""


def duties(last_roster: pd.DataFrame, start: dt.date, shifts: tuple[Shift, ...], window: tuple[int, int], least_min: int) -> dict[str, list[Duty]]:
    """Duties before ``start`` by employee, in order of time.

    Parameters
    ----------
    last_roster : table ``roster`` of the month before; rows from ``start`` on are ignored
    window, least_min : night window (minutes of the day) and the minutes in it that make a night shift
    """
    found: dict[str, list[Duty]] = {}
    rows = last_roster[(last_roster["kind"] == "work") & (last_roster["date"] < pd.Timestamp(start))]
    paid = {s.code: s.paid_min / 60 for s in shifts}
    for row in rows.sort_values(["date", "employee_id"]).itertuples(index=False):
        begin, end = _minute(row.start, start), _minute(row.end, start)
        breaks = tuple((_minute(a, start), _minute(b, start)) for a, b in read_breaks(row.breaks, row.start))
        day = (row.date.date() - start).days
        midnight = day * MINUTES_PER_DAY
        night = minutes_in_window(begin - midnight, end - midnight, window) >= least_min
        home = "" if pd.isna(row.queue) else str(row.queue)
        duty = Duty(day, begin, end, breaks, home, paid.get(str(row.shift), (end - begin) / 60), night, str(row.shift))
        found.setdefault(str(row.employee_id), []).append(duty)
    return found


def _minute(moment: pd.Timestamp, start: dt.date) -> int:
    return int((moment - pd.Timestamp(start)) // pd.Timedelta(minutes=1))
