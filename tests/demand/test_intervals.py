"""Quantiles: coverage of a known noise, order, folds that see no future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from demand_series import daily, days_of, series, split

from cslib.core.streams import stream
from cslib.demand import engine, intervals, scores
from cslib.demand.grid import Grid, to_grid
from cslib.demand.settings import Settings

DAYS = days_of("2025-06-01", "2026-07-31")
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


def _noisy() -> pd.Series:
    clean = series(daily(DAYS, level=3000), DAYS)
    day = pd.Series(stream(6, "days").normal(0, 0.05, len(DAYS)), index=pd.DatetimeIndex(DAYS["date"]))
    within = stream(6, "within").normal(0, 0.08, len(clean))
    return clean * np.exp(day.reindex(clean.index.normalize()).to_numpy() + within)


def _grid(found: pd.Series) -> Grid:
    return to_grid(found, DAYS.set_index("date"), 60)


def test_bands_cover_what_they_say() -> None:
    past, future = split(_noisy(), "2026-06-01")
    grid = _grid(past)
    dates = pd.date_range("2026-06-01", periods=56, freq="D", unit="us")
    expected = engine.predict(engine.fit_grid(grid, DAYS, Settings()), dates)
    quantiles = intervals.spread(grid, intervals.engine_forecaster(DAYS, Settings()), Settings(), levels=LEVELS).quantiles(expected)
    cells = expected > 0
    actual = future[future.index < "2026-07-27"].to_numpy()
    found = quantiles[cells]
    assert 0.72 < scores.covered(actual, found[:, 1], found[:, 3]) < 0.88
    assert 0.90 < scores.covered(actual, found[:, 0], found[:, 4]) <= 1.0
    assert (np.diff(found, axis=1) >= 0).all()
    assert (found[:, 0] >= 0).all()
    assert (quantiles[~cells] == 0).all()


def test_more_noise_wider_bands() -> None:
    past, _ = split(series(daily(DAYS), DAYS), "2026-06-01")
    loud, _ = split(_noisy(), "2026-06-01")
    widths = []
    for found in (past, loud):
        ratios = intervals.spread(_grid(found), intervals.engine_forecaster(DAYS, Settings()), Settings()).ratios
        widths.append(float((ratios[:, 2] - ratios[:, 0]).mean()))
    assert widths[0] < 0.5 * widths[1]


def test_small_intervals_have_wider_bands() -> None:
    past, _ = split(series(daily(DAYS, level=60), DAYS, noise="small"), "2026-06-01")
    found = intervals.spread(_grid(past), intervals.engine_forecaster(DAYS, Settings()), Settings())
    assert found.sizes[0] < found.sizes[-1]
    assert found.ratios[0, 2] - found.ratios[0, 0] > 1.3 * (found.ratios[-1, 2] - found.ratios[-1, 0])


def test_a_common_error_of_a_fold_counts_in_both_directions() -> None:
    past, _ = split(series(daily(DAYS, level=1e6), DAYS), "2026-06-01")

    def a_tenth_too_low(grid: Grid, dates: pd.DatetimeIndex, opened: np.ndarray) -> np.ndarray:
        return 0.9 * engine.predict(engine.fit_grid(grid, DAYS, Settings()), dates, opened)

    found = intervals.spread(_grid(past), a_tenth_too_low, Settings())
    assert found.ratios[:, 0] == pytest.approx(np.full(6, 0.9), abs=0.05)
    assert found.ratios[:, 2] == pytest.approx(np.full(6, 1 / 0.9), abs=0.05)


def test_folds_see_no_future_and_keep_the_lead() -> None:
    grid = _grid(split(series(daily(DAYS), DAYS), "2026-06-01")[0])
    seen: list[tuple[pd.Timestamp, pd.Timestamp]] = []

    def watching(past: Grid, dates: pd.DatetimeIndex, opened: np.ndarray) -> np.ndarray:
        seen.append((past.dates[-1], dates[0]))
        return np.where(opened, 100.0, 0.0)

    intervals.spread(grid, watching, Settings(), lead_d=10)
    assert len(seen) == Settings().folds_max
    assert {(first - last).days for last, first in seen} == {11}
    assert max(first for _, first in seen) == pd.Timestamp("2026-06-01") - pd.Timedelta(days=28)


@pytest.mark.parametrize(("days", "ends"), [(28, [14]), (60, [32]), (119, [91, 84, 77, 70, 63]), (14, [7])])
def test_fold_ends(days: int, ends: list[int]) -> None:
    assert intervals.fold_ends(days, 0, Settings()) == ends


def test_nothing_expected_nothing_in_the_band() -> None:
    found = intervals.Spread(np.ones(1), np.array([[0.8, 1.0, 1.2]]), intervals.LEVELS, 1)
    np.testing.assert_allclose(found.quantiles(np.array([0.0, 10.0])), [[0, 0, 0], [8, 10, 12]])
