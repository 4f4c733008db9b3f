"""Bands of day and month totals on forecasts whose errors are known: do they hold what they say?

    python -m benchmarks.forecast_truth

prints a JSON line for each size of the level's error: share of actuals inside the 80 % band of month totals, and inside the 80 and 95 % bands of
day totals. A series here is eight folds of four weeks to learn from and one to foretell; its level errs by a normal, anew in each fold, its
days by another, its intervals by a third [log units]. No real series is in it.
"""

from __future__ import annotations

import json

import click
import numpy as np
import pandas as pd

from cslib.core.streams import stream
from cslib.demand.grid import Array
from cslib.demand.intervals import Fold, day_spread, span_spread
from cslib.demand.settings import Settings

LEVEL_ERRORS, DAY_ERROR, INTERVAL_ERROR = (0.01, 0.03, 0.05, 0.1), 0.04, 0.05
FOLDS, DAYS, SLOTS, LEVELS = 8, 28, 4, (0.025, 0.1, 0.5, 0.9, 0.975)
HOLDS80, HOLDS95 = (0.75, 0.85), (0.92, 0.98)
SPARE = 0.01  # so much inside these limits a share must be to hold for sure


def folds(rng: np.random.Generator, level_error: float) -> list[Fold]:
    """Folds of a forecaster whose level errs by ``level_error`` [log units], the one to foretell first."""
    found = []
    for i in range(FOLDS + 1):
        days = pd.date_range("2026-01-05", periods=DAYS, freq="D", unit="us") - pd.Timedelta(days=DAYS * i)
        expected = np.full((DAYS, SLOTS), 250.0)
        error = rng.normal(0, level_error) + rng.normal(0, DAY_ERROR, (DAYS, 1)) + rng.normal(0, INTERVAL_ERROR, (DAYS, SLOTS))
        found.append(Fold(days, expected, expected * np.exp(error)))
    return found


def covers(settings: Settings, level_error: float, count: int) -> Array:
    """Share of ``count`` months inside their 80 % band, and of their days inside their 80 and 95 % bands."""
    rng, inside = stream(5, "truth", str(level_error)), np.zeros((count, 3))
    for i in range(count):
        ahead, *past = folds(rng, level_error)
        month = span_spread(past, settings, LEVELS).quantiles(np.array([ahead.expected.sum()]))[0]
        days = day_spread(past, settings, LEVELS).quantiles(ahead.expected.sum(axis=1)[:1])[0]  # all days are expected alike
        actual = ahead.actual.sum(axis=1)
        inside[i] = (
            month[1] <= ahead.actual.sum() <= month[3],
            ((actual >= days[1]) & (actual <= days[3])).mean(),
            ((actual >= days[0]) & (actual <= days[4])).mean(),
        )
    return np.asarray(inside.mean(axis=0))


def holds(settings: Settings, count: int = 2000) -> bool:
    """Whether all bands hold what they say for sure, whatever the level's error."""
    for level_error in LEVEL_ERRORS[::-1]:  # the largest first: it is the hardest
        month, days80, days95 = covers(settings, level_error, count)
        asked = [(days80, HOLDS80), (days95, HOLDS95), (month, HOLDS80)]
        if any(not low + SPARE <= share <= high - SPARE for share, (low, high) in asked):
            return False
    return True


@click.command(help="Share of day and month totals inside their bands, on forecasts whose errors are known.")
@click.option("--count", default=500, show_default=True, type=click.IntRange(10), help="Series.")
def main(count: int) -> None:
    """Print one JSON line per size of the level's error."""
    for level_error in LEVEL_ERRORS:
        month, days80, days95 = covers(Settings(), level_error, count)
        figures = {"month_cov80": round(float(month), 3), "day_cov80": round(float(days80), 3), "day_cov95": round(float(days95), 3)}
        click.echo(json.dumps({"level_error": level_error, "series": count, **figures}))


if __name__ == "__main__":
    main()
