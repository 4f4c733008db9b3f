"""The stretch of days that is planned, and its grid of intervals."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import pandas as pd

from cslib.core.errors import ParamError


@dataclass(frozen=True)
class Horizon:
    """Days ``start`` .. ``start + days - 1`` on a grid of ``interval_min`` minutes, local site time."""

    start: dt.date
    days: int
    interval_min: int

    @classmethod
    def month(cls, month: str, interval_min: int) -> Horizon:
        """Horizon of a calendar month ``YYYY-MM``.

        Raises
        ------
        ParamError  if the text is not a month of the years 1990 to 2099.
        """
        if not re.fullmatch(r"(199[0-9]|20[0-9][0-9])-(0[1-9]|1[0-2])", str(month)):
            raise ParamError("horizon.month", where="month", given=month)
        first = dt.date(int(month[:4]), int(month[5:]), 1)
        following = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        return cls(first, (following - first).days, interval_min)

    @property
    def label(self) -> str:
        """``YYYY-MM`` of the first day."""
        return f"{self.start:%Y-%m}"

    @property
    def end(self) -> dt.date:
        """First day after the horizon."""
        return self.start + dt.timedelta(days=self.days)

    @property
    def dates(self) -> list[dt.date]:
        """The days, in order."""
        return [self.start + dt.timedelta(days=i) for i in range(self.days)]

    @property
    def last(self) -> dt.date:
        """The last day."""
        return self.end - dt.timedelta(days=1)

    @property
    def slots_per_day(self) -> int:
        """Intervals a day."""
        return 1440 // self.interval_min

    @property
    def intervals(self) -> pd.DatetimeIndex:
        """Start of every interval, ``days * slots_per_day`` long."""
        return pd.date_range(self.start, periods=self.days * self.slots_per_day, freq=f"{self.interval_min}min", unit="us")

    def morning(self, slots: int) -> pd.DatetimeIndex:
        """Starts of the first intervals after the horizon, ``slots`` long: the morning that the last day's night duties serve."""
        return pd.date_range(self.end, periods=slots, freq=f"{self.interval_min}min", unit="us")

    def slot(self, moment: pd.Timestamp) -> int:
        """Index of the interval that holds ``moment``; negative before the horizon, past the last one after it."""
        minutes = (pd.Timestamp(moment) - pd.Timestamp(self.start)).total_seconds() / 60
        return int(minutes // self.interval_min)
