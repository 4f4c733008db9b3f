"""Times and durations of call logs, to the second, column by column."""

from __future__ import annotations

import pandas as pd

_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\.\d+)?\s*$"
_MOMENT = r"^\s*(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?[ T]*" + _TIME
_CLOCK = r"^\s*" + _TIME
_LENGTH = r"^\s*(?:(?P<hours>\d+):)?(?P<minutes>\d{1,3}):(?P<seconds>\d{2})(?:\.\d+)?\s*$"


def moments(cells: pd.Series, start: pd.Series | None) -> pd.Series:
    """Moments of a column of texts; NaT where empty or unreadable.

    Parameters
    ----------
    cells : such as ``2026-11-02 09:03:07``, ``2026/11/2 9:03``, ``2026年11月2日 09:03:07``
    start : start of each call; a clock time alone then belongs to its day, or to the next one if it lies before the start
    """
    parts = cells.str.extract(_MOMENT)
    whole = parts["year"].notna()
    parts["second"] = parts["second"].fillna("0")
    found = pd.to_datetime(parts.where(whole).astype(float), errors="coerce").astype("datetime64[us]")
    if start is None:
        return found
    clock = cells.str.extract(_CLOCK)
    alone = clock["hour"].notna()
    if not alone.any():
        return found
    clock["second"] = clock["second"].fillna("0")
    seconds = clock["hour"].astype(float) * 3600 + clock["minute"].astype(float) * 60 + clock["second"].astype(float)
    same_day = (start.dt.normalize() + pd.to_timedelta(seconds, unit="s")).astype("datetime64[us]")
    after = same_day.where(same_day >= start, same_day + pd.Timedelta(days=1))
    return found.where(~alone, after)


def durations(cells: pd.Series) -> pd.Series:
    """Lengths of time [s] of a column of texts: seconds, ``mm:ss`` or ``h:mm:ss``; NaN where empty or unreadable."""
    parts = cells.str.extract(_LENGTH).astype(float)
    clock = parts["hours"].fillna(0.0) * 3600 + parts["minutes"] * 60 + parts["seconds"]
    return pd.to_numeric(cells, errors="coerce").astype(float).fillna(clock)
