"""Quantiles of the forecast from its own past errors: rolling folds, actual over expected, by size of the interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import norm as normal
from scipy.stats import t as student

from cslib.demand import engine
from cslib.demand.grid import Array, Flags, Grid
from cslib.demand.settings import Settings

LEVELS = (0.1, 0.5, 0.9)
_CLASSES_MAX = 6
_COMMON_POINTS = 15  # points that stand for the normal of the common error
_CLASS_LEAST, _DAY_CLASS_LEAST = 300, 100  # observations that a class of intervals, and of days, needs
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
        """Contacts by day and slot (dates x slots), 0 where closed; fitted on the grid alone."""
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


@dataclass(frozen=True)
class Fold:
    """One rolling fold: days with what was expected of them and what came, days x slots; ``actual`` is NaN where closed or not recorded."""

    dates: pd.DatetimeIndex
    expected: Array
    actual: Array

    @property
    def known(self) -> Flags:
        """Cells that can be compared."""
        return ~np.isnan(self.actual)

    @property
    def common(self) -> float:
        """What the whole fold was off by: actual / expected."""
        return float(self.actual[self.known].sum() / self.expected[self.known].sum())


def rolling(grid: Grid, forecaster: Forecaster, settings: Settings, *, lead_d: int = 0, starts: Sequence[pd.Timestamp] | None = None) -> list[Fold]:
    """Rolling folds on the last part of a history, latest first; a fold without anything to compare is left out.

    Parameters
    ----------
    grid : the history;  forecaster : what is judged, refitted at every fold on the days before it
    lead_d : days between the end of the history and the first day to forecast
    starts : first day of every fold; default: ``fold_ends``
    """
    days = len(grid.dates)
    lead = min(lead_d, days // 4)
    first = [end + lead for end in fold_ends(days, lead, settings)] if starts is None else [(day - grid.dates[0]).days for day in starts]
    found = []
    for begin in first:
        rows = slice(begin, min(begin + settings.fold_days, days))
        if begin - lead < 1 or rows.start >= days:
            continue
        past = grid.until(begin - lead)
        actual = np.where(grid.open[rows], grid.values[rows], np.nan)
        if not engine.usable_days(past, settings).any() or np.isnan(actual).all():
            continue
        fold = Fold(grid.dates[rows], forecaster(past, grid.dates[rows], grid.open[rows]), actual)
        if fold.expected[fold.known].sum() > 0 and fold.actual[fold.known].sum() > 0:
            found.append(fold)
    return found


def spread(grid: Grid, forecaster: Forecaster, settings: Settings, *, lead_d: int = 0, levels: Sequence[float] = LEVELS) -> Spread:
    """Error quantiles of a forecaster on the last part of a history; see ``rolling`` and ``cell_spread``."""
    return cell_spread(rolling(grid, forecaster, settings, lead_d=lead_d), settings, levels)


def cell_spread(folds: Sequence[Fold], settings: Settings, levels: Sequence[float] = LEVELS) -> Spread:
    """Error quantiles of single intervals, by size.

    Parameters
    ----------
    folds : latest first;  levels : quantiles wanted, ascending

    The error that a fold has in common (a level too high or too low) is taken out of its cells and put back as a normal of the spread that
    the folds show (``common_spread``): whichever sign it had, it may as well have had the other. Later folds count more.
    """
    return _spread([(fold.expected[fold.known], fold.actual[fold.known]) for fold in folds], folds, settings, levels, _CLASS_LEAST)


def day_spread(folds: Sequence[Fold], settings: Settings, levels: Sequence[float] = LEVELS) -> Spread:
    """Error quantiles of day totals (of the intervals that can be compared), made like those of ``cell_spread``."""
    pairs = []
    for fold in folds:
        expected, actual = (np.where(fold.known, values, 0.0).sum(axis=1) for values in (fold.expected, fold.actual))
        counted = fold.known.any(axis=1)
        pairs.append((expected[counted], actual[counted]))
    return _spread(pairs, folds, settings, levels, _DAY_CLASS_LEAST)


def span_spread(folds: Sequence[Fold], settings: Settings, levels: Sequence[float] = LEVELS) -> Spread:
    """Error quantiles of the total of a month: Student's t on the log of what whole folds were off by.

    A month's error is no sum of its intervals' errors: they share the level.

    Source: posterior predictive of a normal with known mean and scaled inverse chi-square prior (Gelman et al. 2013, ch. 2.6).
    """
    if not folds:
        return _certain(levels)
    scale, freedom = common_spread(folds, settings)
    return Spread(np.ones(1), np.exp(scale * student.ppf(np.array([levels]), freedom)), tuple(levels), len(folds))


def common_spread(folds: Sequence[Fold], settings: Settings) -> tuple[float, float]:
    """Spread of what whole folds are off by [log units], and the folds' worth of evidence behind it.

    Few folds tell little about it, so it leans on a usual one (``month_spread``, worth ``month_prior`` folds). Folds lose half of their
    weight every ``fold_half_life`` folds, and overlapping ones count by the part that is their own.
    """
    weights = _weights(len(folds), settings)
    steps = [min(1.0, (after.dates[0] - before.dates[0]).days / len(after.dates)) for after, before in pairwise(folds)]
    own = float(weights.sum() ** 2 / (weights**2).sum() * np.mean([1.0, *steps]))
    squares = float((weights * np.array([np.log(fold.common) ** 2 for fold in folds])).sum() / weights.sum())
    worth = settings.month_prior + own
    return float(np.sqrt((settings.month_prior * settings.month_spread**2 + own * squares) / worth)), worth


def _weights(count: int, settings: Settings) -> Array:
    return np.asarray(0.5 ** (np.arange(count) / settings.fold_half_life))


def _certain(levels: Sequence[float]) -> Spread:
    """No width: there was nothing to learn it from."""
    return Spread(np.ones(1), np.ones((1, len(levels))), tuple(levels), 0)


def _spread(pairs: Sequence[tuple[Array, Array]], folds: Sequence[Fold], settings: Settings, levels: Sequence[float], least: int) -> Spread:
    weights = _weights(len(folds), settings)
    expected = [np.maximum(guess, _NOTHING) for guess, _ in pairs]
    ratios = [truth / guess / fold.common for guess, (_, truth), fold in zip(expected, pairs, folds, strict=True)]
    if not expected or not np.concatenate(expected).size:
        return _certain(levels)
    weight = np.concatenate([np.full(len(values), w) for values, w in zip(expected, weights, strict=True)])
    scale, _ = common_spread(folds, settings)
    common = np.exp(scale * normal.ppf((np.arange(_COMMON_POINTS) + 0.5) / _COMMON_POINTS))
    return _by_size(np.concatenate(expected), np.concatenate(ratios), weight, common, tuple(levels), len(folds), least)


def _by_size(expected: Array, ratios: Array, weights: Array, common: Array, levels: tuple[float, ...], folds: int, least: int) -> Spread:
    counted = expected > _NOTHING
    expected, ratios, weights = expected[counted], ratios[counted], weights[counted]
    if not len(expected):
        return _certain(levels)
    order = np.argsort(expected, kind="stable")
    parts = np.array_split(order, int(np.clip(len(order) // least, 1, _CLASSES_MAX)))
    sizes = np.array([float(np.median(expected[part])) for part in parts])
    found = np.array([_quantiles(np.outer(common, ratios[part]).ravel(), np.tile(weights[part], len(common)), levels) for part in parts])
    distinct = np.concatenate([[True], np.diff(sizes) > _NOTHING])
    return Spread(sizes[distinct], found[distinct], levels, folds)


def _quantiles(values: Array, weights: Array, levels: Sequence[float]) -> Array:
    """Weighted quantiles."""
    order = np.argsort(values, kind="stable")
    place = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
    return np.interp(np.asarray(levels), place, values[order])
