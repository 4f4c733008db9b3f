"""Handle time: level, weekday, hour, weights, fallback."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cslib.core.streams import stream
from cslib.demand.handle_time import fit_handle_time

TIMES = pd.date_range("2026-01-05", periods=24 * 7 * 20, freq="60min", unit="us")
COUNTS = pd.Series(50.0, index=TIMES)


def _planted() -> pd.Series:
    weekday = np.where(TIMES.day_of_week >= 5, 1.1, 1.0)
    hour = np.where(TIMES.hour >= 18, 1.2, 1.0)
    return pd.Series(240 * weekday * hour, index=TIMES)


def test_weekday_and_hour_are_found() -> None:
    ahead = pd.DatetimeIndex(["2026-06-01 10:00", "2026-06-01 20:00", "2026-06-06 10:00", "2026-06-06 20:00"])
    fitted = fit_handle_time(_planted(), COUNTS, None)
    assert fitted is not None
    assert fitted.source == "history"
    np.testing.assert_allclose(fitted.at(ahead), [240, 288, 264, 316.8], rtol=0.02)


def test_values_weigh_by_their_contacts() -> None:
    aht = pd.Series(np.where(TIMES.hour % 2 == 0, 200.0, 300.0), index=TIMES)
    few = pd.Series(np.where(TIMES.hour % 2 == 0, 90.0, 10.0), index=TIMES)
    fitted = fit_handle_time(aht, few, None)
    assert fitted is not None
    assert fitted.level_s == pytest.approx(210, rel=0.01)  # shrunk hours leave a little in the level


def test_few_contacts_say_little_about_an_hour() -> None:
    noisy = pd.Series(240 * stream(1, "aht").exponential(1.0, len(TIMES)), index=TIMES)
    fitted = fit_handle_time(noisy, pd.Series(1.0, index=TIMES), None)
    assert fitted is not None
    assert 0.85 < fitted.hour.min() < fitted.hour.max() < 1.15


def test_recent_weeks_count_more() -> None:
    aht = pd.Series(np.where(TIMES >= "2026-03-16", 300.0, 200.0), index=TIMES)
    fitted = fit_handle_time(aht, COUNTS, None)
    assert fitted is not None
    assert fitted.level_s > 265  # the plain mean is 250


def test_absurd_values_are_cut() -> None:
    aht = _planted()
    aht.iloc[100] = 90_000.0
    fitted, clean = fit_handle_time(aht, COUNTS, None), fit_handle_time(_planted(), COUNTS, None)
    assert fitted is not None
    assert clean is not None
    assert fitted.level_s == pytest.approx(clean.level_s, rel=0.002)


def test_no_history_falls_back_to_the_site() -> None:
    empty = pd.Series(np.nan, index=TIMES)
    fitted = fit_handle_time(empty, COUNTS, 260.0)
    assert fitted is not None
    assert fitted.source == "site"
    assert set(fitted.at(TIMES[:30])) == {260.0}
    assert fit_handle_time(empty, COUNTS, None) is None
    zeros = fit_handle_time(pd.Series(0.0, index=TIMES), COUNTS, 260.0)
    assert zeros is not None
    assert zeros.level_s == 260.0


def test_weekday_hour_and_trend_are_found_close_to_the_noise() -> None:
    """Planted: 300 s, weekdays of 10 %, hours of 15 %, 12 % more a year, exponential handle times. Four weeks ahead, the forecast's WAPE is
    within 5 % of that of the truth itself."""
    times = pd.date_range("2025-06-02", "2026-06-28 23:00", freq="h", unit="us")
    times = times[(times.hour >= 8) & (times.hour < 20)]
    rng = stream(8, "planted handle time")
    years = (times - times[0]).total_seconds().to_numpy() / 86400 / 365.25
    weekday, hour = 1 + 0.1 * np.cos(times.day_of_week.to_numpy()), 1 + 0.15 * np.sin(times.hour.to_numpy() / 3)
    truth = 300 * weekday * hour * np.exp(0.12 * years)
    contacts = rng.poisson(40, len(times)).astype(float)
    seen = truth * rng.gamma(contacts, 1 / contacts)
    past = times < "2026-06-01"
    found = fit_handle_time(pd.Series(seen[past], times[past]), pd.Series(contacts[past], times[past]), None)
    assert found is not None
    future = ~past
    expected, actual, weight = found.at(times[future]), seen[future], contacts[future]
    floor = (weight * np.abs(actual - truth[future])).sum() / (weight * actual).sum()
    own = (weight * np.abs(actual - expected)).sum() / (weight * actual).sum()
    assert own <= 1.05 * floor
    assert found.slope * 365.25 == pytest.approx(0.12, abs=0.03)
    flat = (weight * np.abs(actual - np.average(seen[past], weights=contacts[past]))).sum() / (weight * actual).sum()
    assert flat > 1.2 * floor
