"""Bands of month and day totals on whole series of known truth, forecast from end to end.

    python -m benchmarks.forecast_months --count 500

prints a JSON line a walk: share of month totals inside their 80 % band, of day totals inside their 80 and 95 % bands, and of intervals inside
their 80 % band. A series is ``WEEKS`` weeks of hours from 08:00 to 20:00 and four more to foretell: level x weekday x shape of the day, a level
that walks from day to day and days that stray from it by normals [log units], counts by Poisson. Levels of 100 to 3,000 contacts a day.
"""

from __future__ import annotations

import json

import click
import numpy as np
import pandas as pd

from cslib.core.streams import stream
from cslib.demand.features import padded
from cslib.demand.grid import Array, to_grid
from cslib.demand.intervals import cell_spread, day_spread, span_spread
from cslib.demand.method import judged, predict_doubting
from cslib.demand.settings import Settings
from cslib.params.calendar import calendar

FIRST, WEEKS, AHEAD_D, INTERVAL_MIN = pd.Timestamp("2025-03-03"), 40, 28, 60
WALKS, DAY_ERROR, LEVELS = (0.004, 0.01), 0.04, (0.025, 0.1, 0.5, 0.9, 0.975)
OPENS, CLOSES, WEEKDAY = 8, 20, (1.2, 1.0, 0.95, 0.95, 1.05, 0.6, 0.5)


def planted(rng: np.random.Generator, walk: float) -> pd.Series:
    """One series with the weeks to foretell at its end."""
    dates = pd.date_range(FIRST, periods=7 * WEEKS + AHEAD_D, freq="D", unit="us")
    level = np.log(rng.uniform(100, 3000)) + np.cumsum(rng.normal(0, walk, len(dates))) + rng.normal(0, DAY_ERROR, len(dates))
    hours = np.arange(OPENS, CLOSES)
    shape = 1 + np.sin(np.pi * (hours - OPENS) / 6) ** 2
    expected = (np.exp(level) * np.array(WEEKDAY)[dates.day_of_week])[:, None] * shape / shape.sum()
    times = (dates.to_numpy()[:, None] + hours * np.timedelta64(1, "h")).ravel()
    return pd.Series(rng.poisson(expected).astype(float).ravel(), index=pd.DatetimeIndex(times).as_unit("us"))


def inside(series: pd.Series, days: pd.DataFrame) -> Array:
    """Of one series: month total inside 80 %, share of day totals inside 80 and 95 %, of intervals inside 80 %."""
    settings, end = Settings(), FIRST + pd.Timedelta(weeks=WEEKS)
    dates = pd.date_range(end, periods=AHEAD_D, freq="D", unit="us")
    grid = to_grid(series[series.index < end], days, INTERVAL_MIN)
    truth = to_grid(series[series.index >= end], days, INTERVAL_MIN, week_open=grid.week_open)
    method = judged(grid, days, settings)
    expected, doubt = predict_doubting(method, grid, days, settings, dates, truth.open)
    actual, known = np.nan_to_num(truth.values), truth.open
    month = span_spread(method.folds, settings, LEVELS).quantiles(np.array([expected.sum()]))[0]
    by_day = day_spread(method.folds, settings, LEVELS).quantiles(expected.sum(axis=1), doubt)
    cells = cell_spread(method.folds, settings, LEVELS).quantiles(expected)[known]
    totals = actual.sum(axis=1)
    return np.array(
        [
            float(month[1] <= actual.sum() <= month[3]),
            ((totals >= by_day[:, 1]) & (totals <= by_day[:, 3])).mean(),
            ((totals >= by_day[:, 0]) & (totals <= by_day[:, 4])).mean(),
            ((actual[known] >= cells[:, 1]) & (actual[known] <= cells[:, 3])).mean(),
        ]
    )


def shares(walk: float, count: int) -> dict[str, float]:
    """Mean of ``inside`` over ``count`` series."""
    rng = stream(5, "months", str(walk))
    none = calendar(FIRST.date(), FIRST.date(), "CN").iloc[:0]  # plain weeks: no holidays to learn
    days = padded(none, FIRST, FIRST + pd.Timedelta(days=7 * WEEKS + AHEAD_D))
    found = np.mean([inside(planted(rng, walk), days) for _ in range(count)], axis=0)
    return {name: round(float(share), 4) for name, share in zip(("month_cov80", "day_cov80", "day_cov95", "cov80"), found, strict=True)}


@click.command(help="Share of totals inside their bands on series of known truth.")
@click.option("--count", default=500, show_default=True, type=click.IntRange(5), help="Series a walk.")
@click.option("--walk", "walks", multiple=True, type=click.FloatRange(0.0, 0.1), default=WALKS, show_default=True, help="Walk a day [log units].")
def main(count: int, walks: tuple[float, ...]) -> None:
    """Print one JSON line per walk."""
    for walk in walks:
        click.echo(json.dumps({"walk": walk, "series": count, **shares(walk, count)}))


if __name__ == "__main__":
    main()
