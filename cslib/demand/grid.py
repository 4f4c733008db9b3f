"""A history as a grid of days and intervals, cleaned: what was closed, what is missing, what counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cslib.core.errors import Finding, ForecastError
from cslib.core.units import MINUTES_PER_DAY

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
OFF_KINDS = ("statutory_holiday", "arranged_off")
CLOSURE = "closure"  # column of the calendar: the site closes on this day
_PATTERN_WEEKS = 13


@dataclass(frozen=True)
class Grid:
    """One series, a row a day without a gap in the days, a column an interval of the day.

    Attributes
    ----------
    dates : the days, n;  interval_min : length of an interval [min]
    values : contacts, n x slots; NaN where not recorded or closed
    open : n x slots, True where the queue was open
    week_open : 7 x slots, the opening hours by weekday (Mon = 0)
    """

    dates: pd.DatetimeIndex
    interval_min: int
    values: Array
    open: Flags
    week_open: Flags

    @property
    def slots(self) -> int:
        """Intervals a day."""
        return int(self.values.shape[1])

    @property
    def open_days(self) -> Flags:
        """Days on which the queue was open at all, n."""
        return np.asarray(self.open.any(axis=1))

    def until(self, days: int) -> Grid:
        """The first ``days`` days."""
        return Grid(self.dates[:days], self.interval_min, self.values[:days], self.open[:days], self.week_open)

    def last(self, days: int) -> Grid:
        """The last ``days`` days."""
        return Grid(self.dates[-days:], self.interval_min, self.values[-days:], self.open[-days:], self.week_open)


def to_grid(
    history: pd.Series, calendar: pd.DataFrame, interval_min: int, *, week_open: Flags | None = None, closed: pd.Series | None = None
) -> Grid:
    """Lay a series out by day and interval.

    Parameters
    ----------
    history : contacts per interval, index = start of the interval (any order); NaN = not recorded
    calendar : table ``calendar``, indexed by date; may be wider than the history
    interval_min : grid [min], a divisor of 1440
    week_open : opening hours, 7 x slots; default: where the last 13 weeks of history have records
    closed : same index as ``history``, True where the queue was closed

    A day without a record that the opening hours would have open is closed if the calendar has it off, else missing. Neither is zero.

    Raises
    ------
    ForecastError  if a time is off the grid or stands twice, a count is below zero, or the history is empty.
    """
    slots = MINUTES_PER_DAY // interval_min
    if history.notna().sum() == 0:
        raise ForecastError("demand.no_history", where="contacts")
    times = pd.DatetimeIndex(history.index)
    minutes = np.asarray(times.hour * 60 + times.minute)
    refuse_times(times, (history < 0).to_numpy(), interval_min)
    recorded = times[history.notna().to_numpy()].normalize()
    dates = pd.date_range(recorded.min(), recorded.max(), freq="D", unit="us")
    rows = np.asarray((times.normalize() - dates[0]).days)
    inside = (rows >= 0) & (rows < len(dates))
    place = (rows[inside], minutes[inside] // interval_min)
    values = np.full((len(dates), slots), np.nan)
    values[place] = history.to_numpy(dtype=float)[inside]
    week = _week_pattern(dates, values) if week_open is None else week_open
    opened = week[dates.day_of_week].copy()
    if closed is not None:
        flagged = np.zeros((len(dates), slots), dtype=bool)
        flagged[place] = closed.fillna(False).to_numpy(dtype=bool)[inside]
        opened &= ~flagged
    opened[planned_closures(calendar, dates)] = False
    off = calendar["kind"].reindex(dates).isin(OFF_KINDS).to_numpy()
    opened[off & np.isnan(values).all(axis=1)] = False
    values[~opened] = np.nan
    return Grid(dates, interval_min, values, opened, week)


def planned_closures(calendar: pd.DataFrame, dates: pd.DatetimeIndex) -> Flags:
    """Days on which the site said it closes, n."""
    if CLOSURE not in calendar:
        return np.zeros(len(dates), dtype=bool)
    return np.asarray(calendar[CLOSURE].reindex(dates).fillna(0.0).to_numpy(dtype=float) > 0)


def refuse_times(times: pd.DatetimeIndex, negative: Flags, interval_min: int, *, where: str = "contacts") -> None:
    """Refuse intervals that are off the grid, stand twice or have a count below zero.

    Raises
    ------
    ForecastError  with a finding for each of the three.
    """
    off_grid = np.asarray((times - times.normalize()) % pd.Timedelta(minutes=interval_min) != pd.Timedelta(0))
    wrong = {"demand.off_grid": off_grid, "demand.twice": np.asarray(times.duplicated()), "demand.negative": np.asarray(negative)}
    findings = [
        Finding(key, where, {"given": f"{times[bad][0]:%Y-%m-%d %H:%M}", "count": int(bad.sum()), "allowed": interval_min})
        for key, bad in wrong.items()
        if bad.any()
    ]
    if findings:
        raise ForecastError(findings=findings)


def _week_pattern(dates: pd.DatetimeIndex, values: Array) -> Flags:
    """Opening hours read off the records: slots that at least half of the recorded recent days of a weekday have."""
    slots = values.shape[1]
    week = np.zeros((7, slots), dtype=bool)
    recorded = ~np.isnan(values)
    recent = np.arange(len(dates)) >= len(dates) - 7 * _PATTERN_WEEKS
    for weekday in range(7):
        mine = recorded[(dates.day_of_week == weekday) & recent & recorded.any(axis=1)]
        if len(mine):
            week[weekday] = mine.mean(axis=0) >= 0.5
    return week


def silent_weekdays(grid: Grid) -> Flags:
    """Weekdays, 7, that are open by their hours but never brought a contact in at least four days: nothing to forecast there."""
    silent = np.zeros(7, dtype=bool)
    for weekday in range(7):
        days = grid.values[grid.dates.day_of_week == weekday]
        known = days[~np.isnan(days).all(axis=1)]
        silent[weekday] = len(known) >= 4 and float(np.nansum(known)) == 0.0
    return silent


def closed_holidays(grid: Grid, calendar: pd.DataFrame) -> frozenset[str]:
    """Holidays on whose statutory days the queue was closed every time, although the weekday is open. Others count as open."""
    days = calendar.reindex(grid.dates)
    due = (days["kind"] == "statutory_holiday").to_numpy() & np.asarray(grid.week_open.any(axis=1))[grid.dates.day_of_week]
    names = days["holiday"].to_numpy()
    opened = {names[i] for i in np.flatnonzero(due & grid.open_days)}
    shut = {names[i] for i in np.flatnonzero(due & ~grid.open_days)}
    return frozenset(str(name) for name in shut - opened if isinstance(name, str))


def future_open(grid: Grid, calendar: pd.DataFrame, dates: pd.DatetimeIndex) -> Flags:
    """Opening of days to come, len(dates) x slots: the weekly hours, without silent weekdays and holidays that were always closed.

    calendar : indexed by date, over the history and ``dates``
    """
    week = grid.week_open & ~silent_weekdays(grid)[:, None]
    opened = week[dates.day_of_week].copy()
    days = calendar.reindex(dates)
    shut = days["holiday"].isin(closed_holidays(grid, calendar)) & (days["kind"] == "statutory_holiday")
    opened[shut.to_numpy()] = False
    opened[planned_closures(calendar, dates)] = False
    return opened
