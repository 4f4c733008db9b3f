"""Calendar features of a day, as multiplicative effects on its total: weekday, holidays and their neighbours, reopening, month edge, season.

Weekdays may differ through the year (a summer Sunday is no winter Sunday), and the days beside a holiday by which holiday it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cslib.demand.grid import OFF_KINDS, Array, Flags

PAD_DAYS = 45
EVENT = "event_"  # columns of the calendar with this beginning are events; EVENT_GIVEN holds effects given by the planner [log units]
EVENT_GIVEN = "event_given"
_REST_MIX = 0.5  # a day off behaves half like its weekday, half like a Sunday, before its own effect is estimated
_EDGE_FIRST, _EDGE_LAST, _MID = 4, 3, 2
_REOPEN_LAGS = 3
_SEASON_WAVES = 3


@dataclass(frozen=True)
class Design:
    """Features of days: ``values`` n x k; ``groups`` names the group of each column, ``columns`` the column."""

    columns: tuple[str, ...]
    groups: tuple[str, ...]
    values: Array

    def spreads(self, spreads: Mapping[str, float]) -> Array:
        """Prior spread of every column [log units], k."""
        return np.array([spreads[group] for group in self.groups])


def padded(calendar: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> pd.DataFrame:
    """Calendar indexed by date from ``PAD_DAYS`` before ``first`` to ``PAD_DAYS`` after ``last``; days it lacks are plain weekdays."""
    days = pd.date_range(first - pd.Timedelta(days=PAD_DAYS), last + pd.Timedelta(days=PAD_DAYS), freq="D", unit="us")
    indexed = calendar.set_index("date") if "date" in calendar else calendar
    frame = indexed.reindex(days)
    plain = np.where(days.day_of_week >= 5, "rest_day", "workday")
    return frame.assign(kind=frame["kind"].where(frame["kind"].notna(), plain))


def design(dates: pd.DatetimeIndex, calendar: pd.DataFrame, open_day: pd.Series, holidays: tuple[str, ...], *, season: bool) -> Design:
    """Features of ``dates``.

    Parameters
    ----------
    dates : days, n, inside ``calendar``
    calendar : padded calendar, indexed by date
    open_day : bool for every day of ``calendar``: the queue is open
    holidays : keys with an effect of their own; season : with waves of the year, and weekdays that go along with the first of them
    """
    days = pd.DatetimeIndex(calendar.index)
    opened = open_day.reindex(days).to_numpy(dtype=bool)
    weekday = days.day_of_week.to_numpy()
    kinds = calendar["kind"].to_numpy()
    off = np.isin(kinds, OFF_KINDS)
    make_up = kinds == "make_up_workday"
    usual = np.array([opened[(weekday == day) & ~off].mean() >= 0.5 if (weekday == day).any() else False for day in range(7)])
    blocks: list[tuple[str, list[str], Array]] = [
        ("weekday", [f"weekday_{day}" for day in range(7)], _weekdays(weekday, off, make_up, usual)),
        ("holiday", ["day_off", "statutory", "day_off_weekend"], _columns(off & (weekday < 5), kinds == "statutory_holiday", off & (weekday >= 5))),
        ("holiday_name", [f"holiday_{key}" for key in holidays], _named(calendar, off, holidays)),
        ("near_name", [f"{side}_{key}" for key in holidays for side in ("before", "after")], _beside(calendar, off, holidays)),
        ("near_holiday", ["day_before", "day_after", "second_before", "second_after"], _near(off)),
        ("bridge", ["bridge"], _columns(_bridge(kinds))),
        ("make_up", ["make_up"], _columns(make_up)),
        ("reopen", [f"reopen_{lag + 1}" for lag in range(_REOPEN_LAGS)], _reopen(opened, usual[weekday])),
        ("month_edge", [f"first_{i + 1}" for i in range(_EDGE_FIRST)] + [f"last_{i + 1}" for i in range(_EDGE_LAST)], _edge(days, opened)),
        ("mid_month", [f"mid_{i + 1}" for i in range(_MID)], _middle(days, opened)),
    ]
    events = event_columns(calendar)
    if events:
        blocks.append(("event", events, calendar[events].fillna(0.0).to_numpy(dtype=float)))
    if season:
        waves, on = _waves(days), np.eye(7)[weekday]
        names = [f"weekday_{day}_wave_{i}" for i in range(2) for day in range(7)]
        blocks.append(("season", [f"wave_{i}" for i in range(2 * _SEASON_WAVES)], waves))
        blocks.append(("weekday_season", names, np.concatenate([on * waves[:, [i]] for i in range(2)], axis=1)))
    rows = days.get_indexer(dates)
    columns = tuple(name for _, names, _ in blocks for name in names)
    groups = tuple(group for group, names, _ in blocks for _ in names)
    return Design(columns, groups, np.concatenate([block[rows] for _, _, block in blocks], axis=1))


def event_columns(calendar: pd.DataFrame) -> list[str]:
    """Columns of events whose effect is learned."""
    return [str(column) for column in calendar if str(column).startswith(EVENT) and column != EVENT_GIVEN]


def given_effects(calendar: pd.DataFrame, dates: pd.DatetimeIndex) -> Array:
    """Effects of events given by the planner on the log total of each day, n."""
    if EVENT_GIVEN not in calendar:
        return np.zeros(len(dates))
    return calendar[EVENT_GIVEN].reindex(dates).fillna(0.0).to_numpy(dtype=float)


def day_types(dates: pd.DatetimeIndex, calendar: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Type of day for the intraday profile: weekday 0-6, 7 = weekday off, 8 = make-up workday."""
    kinds = calendar["kind"].reindex(dates).to_numpy()
    weekday = dates.day_of_week.to_numpy()
    types = np.where(np.isin(kinds, OFF_KINDS) & (weekday < 5), 7, weekday)
    return np.where(kinds == "make_up_workday", 8, types).astype(np.int64)


def _columns(*flags: npt.ArrayLike) -> Array:
    return np.stack([np.asarray(f, dtype=float) for f in flags], axis=1)


def _weekdays(weekday: npt.NDArray[np.int64], off: Flags, make_up: Flags, usual: Flags) -> Array:
    """Weekday indicator; a day off leans to the rest day that is open, a make-up workday counts as the mean workday."""
    own = np.eye(7)[weekday]
    rest = [day for day in (6, 5) if usual[day]]
    if rest:
        leaning = off & (weekday < 5)
        own[leaning] = (1 - _REST_MIX) * own[leaning] + _REST_MIX * np.eye(7)[rest[0]]
    own[make_up] = np.repeat([1.0, 0.0], [5, 2]) / 5
    return own


def _named(calendar: pd.DataFrame, off: Flags, holidays: tuple[str, ...]) -> Array:
    names = calendar["holiday"].to_numpy()
    return np.stack([off & (names == key) for key in holidays], axis=1).astype(float) if holidays else np.zeros((len(names), 0))


def _beside(calendar: pd.DataFrame, off: Flags, holidays: tuple[str, ...]) -> Array:
    """Of each holiday: the day before and the day after its days off, themselves not off; n x 2 holidays."""
    mine = _named(calendar, off, holidays)
    sides = [_shifted(mine[:, i], days) * ~off for i in range(len(holidays)) for days in (-1, 1)]
    return np.stack(sides, axis=1) if sides else np.zeros((len(off), 0))


def _shifted(flags: npt.NDArray[np.generic], days: int) -> Array:
    """Value of the day ``days`` earlier (later if negative); 0 beyond the edge."""
    out = np.zeros(len(flags))
    if days >= 0:
        out[days:] = flags[: len(flags) - days]
    else:
        out[:days] = flags[-days:]
    return out


def _near(off: Flags) -> Array:
    """One and two days before and after a day off, itself not off."""
    on = ~off
    one_before, one_after = _shifted(off, -1) * on, _shifted(off, 1) * on
    return np.stack([one_before, one_after, _shifted(one_before, -1) * on, _shifted(one_after, 1) * on], axis=1)


def _bridge(kinds: npt.NDArray[np.object_]) -> Array:
    """A single workday between days off or rest days."""
    work = np.isin(kinds, ("workday", "make_up_workday"))
    return work * (1 - _shifted(work, 1)) * (1 - _shifted(work, -1))


def _runs(shut: Flags) -> Array:
    """Number of shut days directly before each day."""
    run = np.zeros(len(shut))
    for i in range(1, len(shut)):
        run[i] = run[i - 1] + 1 if shut[i - 1] else 0
    return run


def _reopen(opened: Flags, usual: Flags) -> Array:
    """Work piled up before an open day: log of days shut beyond the weekday's usual, on the first open days after.

    log(1 + shut) - log(1 + usually shut): zero on a plain Monday, log 4 on a Tuesday after a shut Monday (Saturday to Monday).
    """
    piled = np.where(opened, np.log1p(_runs(~opened)) - np.log1p(_runs(~usual)), 0.0)
    piled = np.maximum(piled, 0.0)
    columns = np.zeros((len(opened), _REOPEN_LAGS))
    places = np.flatnonzero(opened)
    for lag in range(_REOPEN_LAGS):
        columns[places[lag:], lag] = piled[places[: len(places) - lag]]
    return columns


def _edge(days: pd.DatetimeIndex, opened: Flags) -> Array:
    """First and last open days of the month."""
    month = pd.Series((days.year * 12 + days.month).to_numpy())
    count = pd.Series(opened.astype(float))
    from_first = count.groupby(month).cumsum().to_numpy()
    from_last = count[::-1].groupby(month[::-1]).cumsum()[::-1].to_numpy()
    first = [(from_first == i + 1) & opened for i in range(_EDGE_FIRST)]
    last = [(from_last == i + 1) & opened for i in range(_EDGE_LAST)]
    return _columns(*first, *last)


def _middle(days: pd.DatetimeIndex, opened: Flags) -> Array:
    """First open days from the 15th on: pay and bill days."""
    month = pd.Series((days.year * 12 + days.month).to_numpy())
    late = opened & (days.day >= 15)
    order = pd.Series(late.astype(float)).groupby(month).cumsum().to_numpy()
    return _columns(*[(order == i + 1) & late for i in range(_MID)])


def _waves(days: pd.DatetimeIndex) -> Array:
    """Sine and cosine waves of the year."""
    angle = 2 * np.pi * days.day_of_year.to_numpy() / 365.25
    return np.stack([wave(k * angle) for k in range(1, _SEASON_WAVES + 1) for wave in (np.sin, np.cos)], axis=1)
