"""Calendar features of known days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from demand_series import days_of

from cslib.demand.features import Design, day_types, design, padded
from cslib.demand.settings import SPREADS


def _design(
    first: str, last: str, country: str = "CN", *, weekdays_only: bool = False, shut: tuple[str, ...] = ()
) -> tuple[Design, pd.DatetimeIndex]:
    days = days_of(first, last, country)
    wide = padded(days, pd.Timestamp(first), pd.Timestamp(last))
    opened = pd.Series(True, index=wide.index)
    if weekdays_only:
        opened = pd.Series(wide.index.day_of_week < 5, index=wide.index)
    opened[pd.DatetimeIndex(shut)] = False
    dates = pd.DatetimeIndex(days["date"])
    return design(dates, wide, opened, ("national_day", "spring_festival"), season=True), dates


def _value(found: Design, dates: pd.DatetimeIndex, column: str, day: str) -> float:
    return float(found.values[dates.get_loc(pd.Timestamp(day)), found.columns.index(column)])


def test_every_group_has_a_spread() -> None:
    found, _ = _design("2026-01-01", "2026-12-31")
    assert set(found.groups) == set(SPREADS) - {"event"}
    assert found.values.shape == (365, len(found.columns))
    assert np.isfinite(found.values).all()
    assert (found.spreads(SPREADS) > 0).all()


def test_make_up_saturday_counts_as_the_mean_workday() -> None:
    found, dates = _design("2026-09-01", "2026-10-31")
    assert [_value(found, dates, f"weekday_{d}", "2026-10-10") for d in range(7)] == [0.2] * 5 + [0.0] * 2
    assert _value(found, dates, "make_up", "2026-10-10") == 1
    assert _value(found, dates, "weekday_5", "2026-10-17") == 1


def test_holiday_and_its_neighbours() -> None:
    found, dates = _design("2026-09-01", "2026-10-31")
    assert _value(found, dates, "statutory", "2026-10-02") == 1
    assert _value(found, dates, "statutory", "2026-10-06") == 0
    assert _value(found, dates, "day_off", "2026-10-06") == 1
    assert _value(found, dates, "day_off_weekend", "2026-10-04") == 1
    assert _value(found, dates, "holiday_national_day", "2026-10-06") == 1
    assert _value(found, dates, "holiday_spring_festival", "2026-10-06") == 0
    assert _value(found, dates, "day_before", "2026-09-30") == 1
    assert _value(found, dates, "second_before", "2026-09-29") == 1
    assert _value(found, dates, "day_after", "2026-10-08") == 1
    assert _value(found, dates, "day_after", "2026-10-07") == 0


def test_bridge_day() -> None:
    found, dates = _design("2026-11-01", "2026-11-30", "US")
    assert _value(found, dates, "bridge", "2026-11-27") == 1  # Friday after Thanksgiving
    assert found.values[:, found.columns.index("bridge")].sum() == 1


def test_reopening_grows_with_the_days_shut() -> None:
    found, dates = _design("2026-05-01", "2026-07-31", "US", weekdays_only=True, shut=("2026-05-25", "2026-07-03"))
    assert _value(found, dates, "reopen_1", "2026-05-26") == pytest.approx(np.log(4))  # Tuesday after Saturday to Monday
    assert _value(found, dates, "reopen_2", "2026-05-27") == pytest.approx(np.log(4))
    assert _value(found, dates, "reopen_1", "2026-07-06") == pytest.approx(np.log(4) - np.log(3))  # Monday after Friday to Sunday
    assert _value(found, dates, "reopen_1", "2026-06-08") == 0  # a plain Monday


def test_month_edge_counts_open_days() -> None:
    found, dates = _design("2026-08-01", "2026-08-31", weekdays_only=True)
    assert _value(found, dates, "first_1", "2026-08-03") == 1
    assert _value(found, dates, "first_1", "2026-08-01") == 0
    assert _value(found, dates, "last_1", "2026-08-31") == 1
    assert _value(found, dates, "last_2", "2026-08-28") == 1
    assert _value(found, dates, "mid_1", "2026-08-17") == 1


def test_day_types() -> None:
    days = days_of("2026-09-30", "2026-10-10").set_index("date")
    types = day_types(pd.DatetimeIndex(days.index), days)
    assert list(types) == [2, 7, 7, 5, 6, 7, 7, 7, 3, 4, 8]


def test_padded_calendar_has_plain_days_outside() -> None:
    days = days_of("2026-10-01", "2026-10-07")
    wide = padded(days, pd.Timestamp("2026-10-01"), pd.Timestamp("2026-10-07"))
    assert wide.loc["2026-09-30", "kind"] == "workday"
    assert wide.loc["2026-10-10", "kind"] == "rest_day"
    assert wide.loc["2026-10-01", "kind"] == "statutory_holiday"
    assert len(wide) == 7 + 90


def test_the_days_beside_a_holiday_are_its_own() -> None:
    found, dates = _design("2026-09-01", "2026-10-31")
    assert _value(found, dates, "before_national_day", "2026-09-30") == 1
    assert _value(found, dates, "after_national_day", "2026-10-08") == 1
    assert found.values[:, found.columns.index("before_national_day")].sum() == found.values[:, found.columns.index("after_national_day")].sum() == 1
    assert not found.values[:, found.columns.index("before_spring_festival")].any()


def test_weekdays_go_along_with_the_season() -> None:
    found, dates = _design("2026-01-01", "2026-12-31")
    mine = [i for i, group in enumerate(found.groups) if group == "weekday_season"]
    assert len(mine) == 14
    sundays = found.values[:, [found.columns.index("weekday_6_wave_0"), found.columns.index("weekday_6_wave_1")]]
    np.testing.assert_allclose((sundays**2).sum(axis=1), (dates.day_of_week == 6).astype(float), atol=1e-12)
