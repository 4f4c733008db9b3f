"""The day part: level, half-lives, robustness, trend."""

from __future__ import annotations

import numpy as np
import pytest

from cslib.core.streams import stream
from cslib.demand import level
from cslib.demand.features import Design
from cslib.demand.level import first_weights, fit_days, trend
from cslib.demand.settings import Settings

NOTHING = Design((), (), np.zeros((200, 0)))
AGE = np.arange(199, -1, -1, dtype=float)
KNOWN = np.ones(200)
STEP = np.where(np.arange(200) < 180, 1000.0, 1200.0)
NOISE = np.exp(stream(3, "level").normal(0, 0.05, 200))


def _level(totals: np.ndarray, half_life_d: float) -> float:
    return float(np.exp(fit_days(totals, KNOWN, NOTHING, AGE, half_life_d, Settings()).level))


def test_a_constant_is_found() -> None:
    assert _level(np.full(200, 730.0), 20.0) == pytest.approx(730, rel=1e-3)


def test_a_shorter_half_life_follows_a_step_sooner() -> None:
    levels = [_level(STEP * NOISE, half_life) for half_life in (10.0, 40.0, 160.0)]
    assert levels[0] > levels[1] > levels[2]
    assert levels[0] == pytest.approx(1200, rel=0.06)
    assert levels[2] < 1130


def test_half_life_is_the_half_life() -> None:
    """After one half-life of a small step the level has moved half of the way (local level model, steady state)."""
    noise = stream(4, "half-life").normal(0, 0.05, (40, 200))
    step = np.where(AGE < 28, 0.05, 0.0)
    moved = [fit_days(np.exp(10 + step + row), KNOWN, NOTHING, AGE, 28.0, Settings()).level - 10 for row in noise]
    assert np.mean(moved) == pytest.approx(0.025, abs=0.008)


def test_an_outlier_loses_its_weight() -> None:
    totals = 1000.0 * NOISE
    totals[195] *= 5
    fitted = fit_days(totals, KNOWN, NOTHING, AGE, 20.0, Settings())
    assert fitted.weights[195] < 0.15
    assert np.median(fitted.weights) == 1.0
    assert np.exp(fitted.level) == pytest.approx(_level(1000.0 * NOISE, 20.0), rel=0.02)


def test_spread_is_the_day_to_day_noise() -> None:
    fitted = fit_days(1e6 * NOISE, KNOWN, NOTHING, AGE, 80.0, Settings())
    assert fitted.spread == pytest.approx(0.05, rel=0.2)


def test_partly_recorded_days_count_less() -> None:
    totals = np.where(np.arange(200) >= 190, 1100.0, 1000.0) * NOISE
    known = np.where(np.arange(200) >= 190, 0.1, 1.0)
    partly = fit_days(totals, known, NOTHING, AGE, 20.0, Settings()).level
    assert partly < fit_days(totals, KNOWN, NOTHING, AGE, 20.0, Settings()).level


def test_small_counts_keep_their_mean() -> None:
    counts = stream(5, "counts").poisson(3.0, 200).astype(float)
    assert _level(counts, 80.0) == pytest.approx(counts[-120:].mean(), rel=0.12)


def test_growth_needs_a_long_history() -> None:
    age = np.arange(799, -1, -1, dtype=float)
    totals = 1000 * np.exp(-0.001 * age)
    long = fit_days(totals, np.ones(800), Design((), (), np.zeros((800, 0))), age, 40.0, Settings())
    assert np.exp(long.level) == pytest.approx(1000, rel=0.01)
    assert long.slope == pytest.approx(0.001, rel=0.1)
    short = fit_days(totals[-170:], np.ones(170), Design((), (), np.zeros((170, 0))), age[-170:], 40.0, Settings())
    assert np.exp(short.level) < 985


def test_trend_is_damped_and_limited() -> None:
    ahead = np.array([1.0, 30.0, 10_000.0])
    carried = trend(0.001, ahead, Settings())
    np.testing.assert_allclose(carried, 0.03 * (1 - np.exp(-ahead / 30)))
    assert trend(0.5, ahead, Settings())[-1] == pytest.approx(0.15)
    assert trend(-0.5, ahead, Settings())[-1] == pytest.approx(-0.15)


def test_first_weights_see_outliers_of_a_weekday() -> None:
    working = np.log(np.tile([1000.0, 900, 900, 900, 950, 300, 200], 29)[:200])
    working[150] += 1.0
    weights = first_weights(working, AGE, 2.0)
    assert weights[150] < 0.01
    assert np.delete(weights, 150).min() == 1.0


def test_block_solution_is_the_plain_one() -> None:
    rng = stream(9, "blocks")
    count, more, days = 12, 7, 300
    place = rng.integers(0, count - 1, days)
    hats = np.zeros((days, count))
    part = rng.random(days)
    hats[np.arange(days), place], hats[np.arange(days), place + 1] = 1 - part, part
    matrix = np.concatenate([hats, rng.normal(size=(days, more))], axis=1)
    gram, right = matrix.T @ matrix + 0.01 * np.eye(count + more), rng.normal(size=count + more)
    solution, covariance = level._solve(gram, right, count)
    np.testing.assert_allclose(solution, np.linalg.solve(gram, right), rtol=1e-8)
    np.testing.assert_allclose(covariance, np.linalg.inv(gram)[count:, count:], rtol=1e-8, atol=1e-12)
