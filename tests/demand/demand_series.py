"""Series with a known truth: level x weekday x kind of day x intraday profile, with or without noise."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from cslib.core.streams import stream
from cslib.params.calendar import calendar

WEEKDAY = (1.2, 1.0, 0.95, 0.95, 1.05, 0.6, 0.5)
OFF_KINDS = ("statutory_holiday", "arranged_off")


def days_of(first: str, last: str, country: str = "CN") -> pd.DataFrame:
    """Table calendar of a span."""
    return calendar(dt.date.fromisoformat(first), dt.date.fromisoformat(last), country)


def shape(slots: int, opens: int, closes: int) -> np.ndarray:
    """A day's profile with two humps between two slots, adding up to 1."""
    at = np.arange(slots)
    humps = np.exp(-0.5 * ((at - slots * 0.42) / (slots * 0.08)) ** 2) + 0.8 * np.exp(-0.5 * ((at - slots * 0.63) / (slots * 0.08)) ** 2)
    humps = np.where((at >= opens) & (at < closes), humps + 0.05, 0.0)
    return humps / humps.sum()


def daily(days: pd.DataFrame, level: float = 1000.0, *, holiday: float = 0.4, make_up: float | None = None, growth: float = 0.0) -> np.ndarray:
    """Expected total of each day: ``holiday`` is the factor of a day off (in place of the weekday's), ``growth`` a day [log units]."""
    dates = pd.DatetimeIndex(days["date"])
    factor = np.array(WEEKDAY)[dates.day_of_week]
    factor = np.where(days["kind"].isin(OFF_KINDS), holiday, factor)
    if make_up is not None:
        factor = np.where(days["kind"] == "make_up_workday", make_up, factor)
    return level * factor * np.exp(growth * np.arange(len(days)))


def series(totals: np.ndarray, days: pd.DataFrame, *, interval_min: int = 60, opens: int = 8, closes: int = 20, noise: str = "") -> pd.Series:
    """The series of expected totals; ``noise`` names a stream of Poisson counts with a common day factor of 3 %, empty = none."""
    slots = 1440 // interval_min
    expected = totals[:, None] * shape(slots, opens * 60 // interval_min, closes * 60 // interval_min)
    if noise:
        rng = stream(11, "planted", noise)
        expected = rng.poisson(expected * np.exp(rng.normal(0, 0.03, (len(totals), 1)))).astype(float)
    index = pd.date_range(days["date"].iloc[0], periods=expected.size, freq=f"{interval_min}min", unit="us")
    found = pd.Series(expected.ravel(), index=index)
    return found[(index.hour >= opens) & (index.hour < closes)]


def split(found: pd.Series, origin: str) -> tuple[pd.Series, pd.Series]:
    """The series before a day, and from it on."""
    at = pd.Timestamp(origin)
    return found[found.index < at], found[found.index >= at]
