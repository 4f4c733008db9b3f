"""Quantiles of the forecast from its own past errors: rolling folds, actual over expected, by size of the interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.demand import engine
from cslib.demand.grid import Array, Flags, Grid
from cslib.demand.settings import Settings

LEVELS = (0.1, 0.5, 0.9)
_CLASSES_MAX = 6
_CLASS_LEAST = 300  # observations a class needs
_NOTHING = 1e-9

# A point forecaster: history, days to come and their opening -> expected contacts, days x slots.
Forecaster = Callable[[Grid, pd.DatetimeIndex, Flags], Array]


@dataclass(frozen=True)
class Spread:
    """Ratio actual / expected by size of the expectation.

    sizes : class centres [contacts/interval], ascending;  ratios : classes x levels;  levels : the quantiles;  folds : behind them
    """

    sizes: Array
    ratios: Array
    levels: tuple[float, ...]
    folds: int

    def quantiles(self, expected: Array) -> Array:
        """Quantiles of each expectation, shape of ``expected`` + (levels,); never negative, never crossing, zero where nothing is expected."""
        size = np.log(np.maximum(expected, _NOTHING))
        centres = np.log(self.sizes)
        ratios = np.stack([np.interp(size, centres, self.ratios[:, i]) for i in range(len(self.levels))], axis=-1)
        return np.asarray(np.where(expected[..., None] > _NOTHING, expected[..., None] * ratios, 0.0))


def engine_forecaster(calendar: pd.DataFrame, settings: Settings) -> Forecaster:
    """The engine as a point forecaster."""

    def forecast(grid: Grid, dates: pd.DatetimeIndex, opened: Flags) -> Array:
        return engine.predict(engine.fit_grid(grid, calendar, settings), dates, opened)

    return forecast


def fold_ends(days: int, lead_d: int, settings: Settings) -> list[int]:
    """History lengths [days] at which the folds start, latest first: each leaves ``lead_d`` days unused and then has days to predict.

    A fold keeps at least half of the history to learn from, as errors of a barely fitted model say little about a well fitted one; a
    history too short for one such fold is cut in the middle.
    """
    step = int(np.clip(days // 26, 7, settings.fold_step_max_d))
    ends = [days - lead_d - settings.fold_days - i * step for i in range(settings.folds_max)]
    return [end for end in ends if end >= max(settings.train_days_min, days // 2)] or [max(1, days // 2)]


def spread(grid: Grid, forecaster: Forecaster, settings: Settings, *, lead_d: int = 0, levels: Sequence[float] = LEVELS) -> Spread:
    """Error quantiles of a forecaster on the last part of a history.

    Parameters
    ----------
    grid : the history;  forecaster : what is judged, refitted at every fold on the days before it
    lead_d : days between the end of the history and the first day to forecast
    levels : quantiles wanted, ascending

    The error that a whole fold has in common (a level too high or too low) may as well have had the other sign: each fold counts twice,
    with its common error as it was and mirrored. So the band is centred on the forecast and as wide as levels were wrong.
    """
    days = len(grid.dates)
    lead = min(lead_d, days // 4)
    expected, actual, folds = [], [], 0
    for end in fold_ends(days, lead, settings):
        past = grid.until(end)
        rows = slice(end + lead, min(end + lead + settings.fold_days, days))
        known = grid.open[rows] & ~np.isnan(grid.values[rows])
        if not (engine.usable_days(past, settings).any() and known.any()):
            continue
        guess, truth = forecaster(past, grid.dates[rows], grid.open[rows])[known], grid.values[rows][known]
        if guess.sum() > 0 and truth.sum() > 0:
            common = truth.sum() / guess.sum()
            expected += [guess, guess]
            actual += [truth, truth / common**2]
            folds += 1
    if not folds:
        return Spread(np.ones(1), np.ones((1, len(levels))), tuple(levels), 0)
    return _by_size(np.concatenate(expected), np.concatenate(actual), tuple(levels), folds)


def _by_size(expected: Array, actual: Array, levels: tuple[float, ...], folds: int) -> Spread:
    counted = np.isfinite(expected) & (expected > _NOTHING)
    expected, actual = expected[counted], actual[counted]
    order = np.argsort(expected, kind="stable")
    parts = np.array_split(order, int(np.clip(len(order) // _CLASS_LEAST, 1, _CLASSES_MAX)))
    sizes = np.array([float(np.median(expected[part])) for part in parts])
    ratios = np.array([np.quantile(actual[part] / expected[part], levels) for part in parts])
    distinct = np.concatenate([[True], np.diff(sizes) > _NOTHING])
    return Spread(sizes[distinct], ratios[distinct], levels, folds)
