"""The engine against series whose truth is known, and the directions it must follow."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from demand_series import WEEKDAY, daily, days_of, series, shape, split
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cslib.core.errors import ForecastError
from cslib.core.streams import stream
from cslib.demand import engine, scores

DAYS = days_of("2025-09-01", "2026-07-31")
ORIGIN = "2026-07-01"


def _forecast(history: pd.Series, calendar: pd.DataFrame, days: int = 28, interval_min: int = 60, **more) -> pd.Series:
    """Forecast of the days after the history, as a series over the open intervals."""
    model = engine.fit(history, calendar, interval_min, **more)
    first = pd.DatetimeIndex(history.index).max().normalize() + pd.Timedelta(days=1)
    dates = pd.date_range(first, periods=days, freq="D", unit="us")
    found = engine.predict(model, dates)
    return pd.Series(found.ravel(), index=pd.date_range(first, periods=found.size, freq=f"{interval_min}min", unit="us"))


def _error(forecast: pd.Series, truth: pd.Series) -> float:
    both = truth[truth.index.isin(forecast.index)]
    return scores.wape(both.to_numpy(), forecast[both.index].to_numpy())


def test_weekday_and_profile_are_found_without_noise() -> None:
    past, future = split(series(daily(DAYS), DAYS), ORIGIN)
    assert _error(_forecast(past, DAYS), future) < 0.005


def test_weekday_and_profile_are_found_under_noise() -> None:
    truth = series(daily(DAYS), DAYS)
    past, _ = split(series(daily(DAYS), DAYS, noise="engine"), ORIGIN)
    assert _error(_forecast(past, DAYS), split(truth, ORIGIN)[1]) < 0.04


def test_half_hours_and_quarter_hours() -> None:
    for interval_min in (15, 30):
        past, future = split(series(daily(DAYS), DAYS, interval_min=interval_min), ORIGIN)
        assert _error(_forecast(past, DAYS, interval_min=interval_min), future) < 0.01


def test_a_planted_holiday_is_expected_again() -> None:
    days = days_of("2024-09-01", "2026-10-31")
    past, future = split(series(daily(days), days), "2026-09-20")
    forecast = _forecast(past, days, 42)
    holiday = future[(future.index >= "2026-10-01") & (future.index < "2026-10-08")]
    assert _error(forecast, holiday) < 0.06
    assert forecast["2026-10-01"].sum() < 0.5 * forecast["2026-10-15"].sum()


def test_a_make_up_saturday_is_a_workday_before_one_was_seen() -> None:
    days = days_of("2026-05-11", "2026-10-31")
    past, _ = split(series(daily(days[days["date"] < "2026-09-14"]), days[days["date"] < "2026-09-14"]), "2026-09-14")
    forecast = _forecast(past, days, 35)
    workday = 1000 * np.mean(WEEKDAY[:5])
    assert forecast["2026-09-20"].sum() == pytest.approx(workday, rel=0.1)
    assert forecast["2026-10-10"].sum() == pytest.approx(workday, rel=0.2)
    assert forecast["2026-10-17"].sum() == pytest.approx(600, rel=0.1)


def test_reopening_after_closure_is_learned() -> None:
    days = days_of("2024-09-01", "2026-07-31", "US")
    totals = daily(days, holiday=0.0)
    dates = pd.DatetimeIndex(days["date"])
    off = days["kind"].isin(["statutory_holiday", "arranged_off"]).to_numpy()
    after = np.concatenate([[False], off[:-1]]) & ~off & (dates.day_of_week < 5)
    totals[after] *= 1.3
    found = series(totals, days)
    found = found[(found.index.day_of_week < 5) & ~pd.Series(found.index.normalize()).isin(dates[off]).to_numpy()]
    past, _ = split(found, "2026-05-11")
    forecast = _forecast(past, days, 28)
    assert forecast["2026-05-25"].sum() == 0  # Memorial Day was closed before
    assert forecast["2026-05-26"].sum() == pytest.approx(1300, rel=0.05)
    assert forecast["2026-06-02"].sum() == pytest.approx(1000, rel=0.05)


def test_month_edge_is_learned() -> None:
    totals = daily(DAYS) * np.where(pd.DatetimeIndex(DAYS["date"]).day <= 2, 1.25, 1.0)
    past, future = split(series(totals, DAYS), ORIGIN)
    assert _error(_forecast(past, DAYS), future) < 0.015


def test_missing_intervals_are_not_zeros() -> None:
    past, future = split(series(daily(DAYS), DAYS), ORIGIN)
    lost = stream(5, "lost").random(len(past)) < 0.08
    holes = past.mask(lost)
    assert _error(_forecast(holes, DAYS), future) < 0.01
    assert _error(_forecast(holes.dropna(), DAYS), future) < 0.01
    assert _forecast(past.mask(lost, 0.0), DAYS).sum() < 0.97 * _forecast(holes, DAYS).sum()


def test_no_day_recorded_well_enough_is_refused() -> None:
    past, _ = split(series(daily(DAYS), DAYS), ORIGIN)
    hours = np.zeros((7, 24), dtype=bool)
    hours[:, 4:23] = True
    for history, key in ((past, "demand.no_usable_day"), (past.iloc[:0], "demand.no_history")):
        with pytest.raises(ForecastError) as caught:
            engine.fit(history, DAYS, 60, week_open=hours)
        assert caught.value.keys == [key]
        assert str(caught.value)


def test_half_recorded_days_are_left_out() -> None:
    past, future = split(series(daily(DAYS), DAYS), ORIGIN)
    half = past.copy()
    half[(half.index.day == 12) & (half.index.hour >= 13)] = np.nan
    assert _error(_forecast(half, DAYS), future) < 0.01
    model = engine.fit(half, DAYS, 60)
    assert 12 not in model.dates.day


def test_closed_days_are_not_zeros() -> None:
    past, future = split(series(daily(DAYS), DAYS), ORIGIN)
    shut = pd.Series(past.index.normalize().isin(pd.date_range("2026-05-11", "2026-05-24")), index=past.index)
    zeros = past.mask(shut, 0.0)
    forecast = _forecast(zeros, DAYS, closed=shut)
    assert _error(forecast, future) < 0.02
    assert forecast.sum() > _forecast(zeros, DAYS).sum()  # as zeros they pull, though as outliers only a little


def test_outliers_hardly_move_the_forecast() -> None:
    past, future = split(series(daily(DAYS), DAYS), ORIGIN)
    wild = past.copy()
    for day in ("2026-04-14", "2026-05-20", "2026-06-16", "2026-06-25"):
        wild[wild.index.normalize() == pd.Timestamp(day)] *= 8
    wild[pd.Timestamp("2026-06-23 10:00")] = 9000.0
    assert _error(_forecast(wild, DAYS), future) < 0.025


def test_all_zeros_give_zero() -> None:
    past, _ = split(series(daily(DAYS) * 0, DAYS), ORIGIN)
    assert _forecast(past, DAYS).abs().sum() == 0


def test_rare_contacts_keep_their_mean() -> None:
    past, _ = split(series(daily(DAYS, level=4.0), DAYS, noise="rare"), ORIGIN)
    forecast = _forecast(past, DAYS)
    recent = past[past.index >= "2026-05-01"]
    assert forecast.sum() / 28 == pytest.approx(recent.sum() / 61, rel=0.2)


def test_twice_the_history_is_twice_the_forecast() -> None:
    past, _ = split(series(daily(DAYS), DAYS, noise="scale"), ORIGIN)
    assert _forecast(past * 2, DAYS).sum() == pytest.approx(2 * _forecast(past, DAYS).sum(), rel=0.01)


def test_a_growing_series_is_followed() -> None:
    days = days_of("2024-12-01", "2026-07-31")
    past, future = split(series(daily(days, growth=0.0015), days), ORIGIN)
    forecast = _forecast(past, DAYS)
    assert forecast.sum() == pytest.approx(future[future.index.isin(forecast.index)].sum(), rel=0.04)


def test_a_new_level_is_taken_up() -> None:
    totals = daily(DAYS) * np.where(pd.DatetimeIndex(DAYS["date"]) >= "2026-04-15", 1.5, 1.0)
    past, future = split(series(totals, DAYS), ORIGIN)
    assert _error(_forecast(past, DAYS), future) < 0.08


def test_nothing_outside_the_opening_hours() -> None:
    past, _ = split(series(daily(DAYS), DAYS), ORIGIN)
    hours = np.zeros((7, 24), dtype=bool)
    hours[:5, 9:18] = True
    forecast = _forecast(past, DAYS, week_open=hours)
    inside = (forecast.index.day_of_week < 5) & (forecast.index.hour >= 9) & (forecast.index.hour < 18)
    assert (forecast[~inside] == 0).all()
    assert (forecast[inside] > 0).all()


def test_order_of_rows_does_not_matter() -> None:
    past, _ = split(series(daily(DAYS), DAYS, noise="order"), ORIGIN)
    shuffled = past.sample(frac=1.0, random_state=8)
    pd.testing.assert_series_equal(_forecast(past, DAYS), _forecast(shuffled, DAYS), check_exact=True)


def test_factors_multiply_to_the_forecast() -> None:
    past, _ = split(series(daily(DAYS), DAYS, noise="factors"), ORIGIN)
    model = engine.fit(past, DAYS, 60)
    dates = pd.date_range(ORIGIN, periods=10, freq="D", unit="us")
    found = engine.factors(model, dates)
    np.testing.assert_allclose(found.shares.sum(axis=1), 1.0)
    np.testing.assert_allclose(engine.predict(model, dates).sum(axis=1), np.exp(found.logs.sum(axis=1)))


def test_a_day_of_the_horizon_can_be_closed_by_the_caller() -> None:
    past, _ = split(series(daily(DAYS), DAYS), ORIGIN)
    model = engine.fit(past, DAYS, 60)
    dates = pd.date_range(ORIGIN, periods=7, freq="D", unit="us")
    opened = np.zeros((7, 24), dtype=bool)
    opened[:, 8:20] = True
    opened[2] = False
    found = engine.predict(model, dates, opened)
    assert found[2].sum() == 0
    assert found[3].sum() > 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    counts=st.lists(st.integers(0, 30), min_size=35 * 4, max_size=35 * 4),
    lost=st.sets(st.integers(0, 35 * 4 - 1), max_size=30),
)
def test_any_history_gives_finite_numbers_not_below_zero(counts: list[int], lost: set[int]) -> None:
    values = np.array(counts, dtype=float)
    values[list(lost)] = np.nan
    times = pd.date_range("2026-03-02", periods=35 * 24, freq="60min", unit="us")
    history = pd.Series(values, index=times[(times.hour >= 9) & (times.hour < 13)])
    found = engine.predict(engine.fit(history, DAYS, 60), pd.date_range("2026-04-06", periods=14, freq="D", unit="us"))
    assert np.isfinite(found).all()
    assert (found >= 0).all()


def test_profile_shape_is_the_planted_one() -> None:
    past, _ = split(series(daily(DAYS), DAYS), ORIGIN)
    model = engine.fit(past, DAYS, 60)
    found = engine.factors(model, pd.DatetimeIndex([ORIGIN])).shares[0]
    np.testing.assert_allclose(found, shape(24, 8, 20), atol=0.001)
