"""What the engine is compared with, and by what measure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cslib.demand import scores
from cslib.demand.grid import Grid
from cslib.demand.peers import PEERS

DATES = pd.date_range("2026-03-02", periods=70, freq="D", unit="us")
WEEKS = (np.arange(70) // 7 + 1).astype(float)
OPEN = np.ones((7, 2), dtype=bool)
AHEAD = pd.date_range("2026-05-11", periods=7, freq="D", unit="us")


def _grid(values: np.ndarray) -> Grid:
    return Grid(DATES, 720, values, np.ones((70, 2), dtype=bool), OPEN)


@pytest.mark.parametrize(("name", "expected"), [("seasonal_naive", 10.0), ("mean_4", 8.5), ("mean_8", 6.5), ("median_6", 7.5)])
def test_peers_take_the_last_same_weekdays(name: str, expected: float) -> None:
    values = np.stack([WEEKS, 2 * WEEKS], axis=1)
    found = PEERS[name](_grid(values), AHEAD, OPEN)
    np.testing.assert_allclose(found, np.tile([expected, 2 * expected], (7, 1)))


def test_peers_skip_days_without_a_record_and_closed_intervals() -> None:
    values = np.stack([WEEKS, WEEKS], axis=1)
    values[63] = np.nan
    opened = OPEN.copy()
    opened[2, 1] = False
    found = PEERS["seasonal_naive"](_grid(values), AHEAD, opened)
    assert found[0, 0] == 9.0
    assert found[1, 0] == 10.0
    assert found[2, 1] == 0.0


def test_measures_by_hand() -> None:
    actual, expected = np.array([10.0, 0.0, 30.0]), np.array([12.0, 1.0, 27.0])
    assert scores.wape(actual, expected) == pytest.approx(6 / 40)
    assert scores.bias(actual, expected) == pytest.approx(0.0)
    assert scores.covered(actual, np.array([9.0, 1.0, 30.0]), np.array([11.0, 2.0, 31.0])) == pytest.approx(2 / 3)
    quantiles = np.array([[8.0, 13.0]])
    assert scores.pinball(np.array([10.0]), quantiles, (0.1, 0.9)) == pytest.approx((0.1 * 2 + 0.1 * 3) / 2)
    assert scores.naive_scale(_grid(np.stack([WEEKS, 2 * WEEKS], axis=1))) == pytest.approx(1.5)


def test_nothing_came_gives_no_percentage() -> None:
    assert np.isnan(scores.wape(np.zeros(3), np.ones(3)))
    assert np.isnan(scores.bias(np.zeros(3), np.ones(3)))
