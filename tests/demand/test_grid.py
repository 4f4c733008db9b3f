"""Cleaning: closed is not missing, missing is not zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from demand_series import daily, days_of, series

from cslib.core.errors import ForecastError
from cslib.demand.grid import closed_holidays, future_open, silent_weekdays, to_grid

DAYS = days_of("2026-01-01", "2026-06-30")
BY_DATE = DAYS.set_index("date")


def _grid(found: pd.Series, **more):
    return to_grid(found, BY_DATE, 60, **more)


def test_layout_by_day_and_interval() -> None:
    found = series(daily(DAYS), DAYS)
    grid = _grid(found)
    assert grid.values.shape == (181, 24)
    assert grid.values[3, 10] == found[pd.Timestamp("2026-01-04 10:00")]
    assert np.isnan(grid.values[3, 7])
    assert not grid.open[3, 7]
    assert grid.week_open.sum() == 7 * 12


def test_row_order_does_not_matter() -> None:
    found = series(daily(DAYS), DAYS)
    shuffled = found.sample(frac=1.0, random_state=3)
    np.testing.assert_array_equal(_grid(found).values, _grid(shuffled).values)


def test_missing_interval_is_open_but_not_a_number() -> None:
    found = series(daily(DAYS), DAYS)
    found[pd.Timestamp("2026-03-03 10:00")] = np.nan
    grid = _grid(found.drop(pd.Timestamp("2026-03-04 10:00")))
    for day in ("2026-03-03", "2026-03-04"):
        row = grid.dates.get_loc(pd.Timestamp(day))
        assert grid.open[row, 10]
        assert np.isnan(grid.values[row, 10])


def test_day_without_records_is_closed_on_a_day_off_and_missing_on_a_workday() -> None:
    found = series(daily(DAYS), DAYS)
    day = found.index.normalize()
    grid = _grid(found[(day != pd.Timestamp("2026-05-01")) & (day != pd.Timestamp("2026-05-20"))])
    assert not grid.open_days[grid.dates.get_loc(pd.Timestamp("2026-05-01"))]
    assert grid.open_days[grid.dates.get_loc(pd.Timestamp("2026-05-20"))]


def test_closed_flag_closes() -> None:
    found = series(daily(DAYS), DAYS)
    flags = pd.Series(found.index.normalize() == pd.Timestamp("2026-03-03"), index=found.index)
    grid = _grid(found, closed=flags)
    row = grid.dates.get_loc(pd.Timestamp("2026-03-03"))
    assert not grid.open_days[row]
    assert np.isnan(grid.values[row]).all()


def test_counts_outside_the_opening_hours_are_left_out() -> None:
    found = series(daily(DAYS), DAYS)
    hours = np.zeros((7, 24), dtype=bool)
    hours[:5, 9:18] = True
    grid = _grid(found, week_open=hours)
    assert np.nansum(grid.values[:, :9]) == 0
    assert np.nansum(grid.values[grid.dates.day_of_week >= 5]) == 0


def test_opening_hours_are_read_off_recent_records() -> None:
    found = series(daily(DAYS), DAYS)
    weekdays = found[(found.index.day_of_week < 5)]
    grid = _grid(weekdays)
    assert list(grid.week_open.any(axis=1)) == [True] * 5 + [False] * 2


def test_weekday_of_zeros_is_silent() -> None:
    found = series(daily(DAYS), DAYS)
    found[found.index.day_of_week == 6] = 0.0
    grid = _grid(found)
    assert list(silent_weekdays(grid)) == [False] * 6 + [True]
    sunday = pd.DatetimeIndex([pd.Timestamp("2026-07-05")])
    assert not future_open(grid, days_of("2026-01-01", "2026-07-31").set_index("date"), sunday).any()


def test_a_holiday_always_closed_stays_closed_and_others_open() -> None:
    days = days_of("2025-01-01", "2026-12-31")
    found = series(daily(days), days)
    off = pd.Series(found.index.normalize(), index=found.index).map(days.set_index("date")["holiday"]) == "new_year"
    grid = to_grid(found[~off.to_numpy()], days.set_index("date"), 60)
    assert closed_holidays(grid, days.set_index("date")) == {"new_year"}
    ahead = pd.DatetimeIndex(["2027-01-01", "2027-02-08"])
    opened = future_open(grid, days_of("2025-01-01", "2027-12-31").set_index("date"), ahead)
    assert list(opened.any(axis=1)) == [False, True]


@pytest.mark.parametrize(("at", "key"), [("2026-02-01 10:20", "demand.off_grid"), ("2026-02-01 10:00", "demand.twice")])
def test_wrong_times_are_refused(at: str, key: str) -> None:
    found = series(daily(DAYS), DAYS)
    extra = pd.Series([1.0], index=pd.DatetimeIndex([at]))
    with pytest.raises(ForecastError, match=at) as caught:
        _grid(pd.concat([found, extra]))
    assert caught.value.keys == [key]


def test_nothing_recorded_is_refused() -> None:
    found = series(daily(DAYS), DAYS) * np.nan
    with pytest.raises(ForecastError) as caught:
        _grid(found)
    assert caught.value.keys == ["demand.no_history"]
