"""Measures of a forecast against what came."""

from __future__ import annotations

import numpy as np

from cslib.demand.grid import Array, Grid


def wape(actual: Array, expected: Array) -> float:
    """Weighted absolute percentage error [share]: sum of absolute errors over sum of actuals; NaN where nothing came."""
    total = float(actual.sum())
    return float(np.abs(actual - expected).sum()) / total if total > 0 else float("nan")


def bias(actual: Array, expected: Array) -> float:
    """(expected - actual) / actual, in total [share]; NaN where nothing came."""
    total = float(actual.sum())
    return float(expected.sum() - total) / total if total > 0 else float("nan")


def covered(actual: Array, low: Array, high: Array) -> float:
    """Share of actuals inside the band, its edges included."""
    return float(((actual >= low) & (actual <= high)).mean()) if len(actual) else float("nan")


def pinball(actual: Array, quantiles: Array, levels: tuple[float, ...]) -> float:
    """Mean pinball loss over cells and levels [contacts]; ``quantiles`` cells x levels."""
    error = actual[:, None] - quantiles
    shares = np.array(levels)
    return float(np.maximum(shares * error, (shares - 1) * error).mean())


def naive_scale(grid: Grid) -> float:
    """Mean absolute error of the same interval a week before, inside the history [contacts]: what MASE is measured in."""
    week = np.abs(grid.values[7:] - grid.values[:-7])
    known = week[~np.isnan(week)]
    return float(known.mean()) if len(known) and known.mean() > 0 else float("nan")
