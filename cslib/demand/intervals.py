"""Quantiles of the forecast from its own past errors: rolling folds, actual over expected, by size of the interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm as normal
from scipy.stats import t as student

from cslib.demand import engine
from cslib.demand.grid import Array, Flags, Grid
from cslib.demand.settings import Settings

LEVELS = (0.1, 0.5, 0.9)
_CLASSES_MAX = 6
# Points that stand for the distribution of the common error: in a day's total it weighs more, and has longer tails, than in an interval.
_POINTS, _DAY_POINTS = ((np.arange(count) + 0.5) / count for count in (15, 41))
_NOTHING = 1e-9

# A point forecaster: history, days to come and their opening -> expected contacts, days x slots.
Forecaster = Callable[[Grid, pd.DatetimeIndex, Flags], Array]
# History, calendar, settings -> fitted engine.
Fitter = Callable[[Grid, pd.DataFrame, Settings], engine.Model]


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


@dataclass(frozen=True)
class DaySpread:
    """Errors of day totals: by size of the expectation the ratios actual / expected, each as of a day without doubt about its effects.

    sizes : class centres [contacts/day], ascending;  ratios, weights : of each class, one a past day
    common : points of what a fold has in common;  levels : the quantiles
    """

    sizes: Array
    ratios: tuple[Array, ...]
    weights: tuple[Array, ...]
    common: Array
    levels: tuple[float, ...]

    def quantiles(self, expected: Array, doubt: Array | float = 1.0) -> Array:
        """Quantiles of each day, days x levels; ``doubt`` widens a day's own error, not the common one (``DayFit.doubt``)."""
        widths = np.broadcast_to(np.asarray(doubt, dtype=float), expected.shape)
        found = np.zeros((len(expected), len(self.levels)))
        for i in np.flatnonzero(expected > _NOTHING):
            rows = np.array([_joint(self.common, r ** widths[i], w, self.levels) for r, w in zip(self.ratios, self.weights, strict=True)])
            size = np.log(expected[i])
            found[i] = [expected[i] * np.interp(size, np.log(self.sizes), rows[:, level]) for level in range(len(self.levels))]
        return found


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
    """One rolling fold: days with what was expected of them and what came, days x slots; ``actual`` is NaN where closed or not recorded.

    doubt : how unsure each day's effects were (``DayFit.doubt``), days; None where the forecaster does not say
    """

    dates: pd.DatetimeIndex
    expected: Array
    actual: Array
    doubt: Array | None = None

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
    found = [
        Fold(grid.dates[rows], forecaster(past, grid.dates[rows], grid.open[rows]), actual)
        for past, rows, actual in _cuts(grid, settings, lead_d, starts)
    ]
    return [fold for fold in found if _tells(fold)]


def engine_rolling(
    grid: Grid, calendar: pd.DataFrame, settings: Settings, *, lead_d: int = 0, starts: Sequence[pd.Timestamp] | None = None,
    fit: Fitter = engine.fit_grid,
) -> list[Fold]:  # fmt: skip
    """Rolling folds of the engine, with the doubt that it has about each day; see ``rolling``."""
    found = []
    for past, rows, actual in _cuts(grid, settings, lead_d, starts):
        factors = engine.factors(fit(past, calendar, settings), grid.dates[rows], grid.open[rows])
        found.append(Fold(grid.dates[rows], factors.contacts, actual, factors.doubt))
    return [fold for fold in found if _tells(fold)]


def _cuts(grid: Grid, settings: Settings, lead_d: int, starts: Sequence[pd.Timestamp] | None) -> Iterator[tuple[Grid, slice, Array]]:
    """Of every fold: the history before it, its days, and what came in them."""
    days = len(grid.dates)
    lead = min(lead_d, days // 4)
    first = [end + lead for end in fold_ends(days, lead, settings)] if starts is None else [(day - grid.dates[0]).days for day in starts]
    for begin in first:
        rows = slice(begin, min(begin + settings.fold_days, days))
        if begin - lead < 1 or rows.start >= days:
            continue
        past = grid.until(begin - lead)
        actual = np.where(grid.open[rows], grid.values[rows], np.nan)
        if engine.usable_days(past, settings).any() and not np.isnan(actual).all():
            yield past, rows, actual


def _tells(fold: Fold) -> bool:
    """Whether anything can be learned from a fold."""
    return bool(fold.expected[fold.known].sum() > 0 and fold.actual[fold.known].sum() > 0)


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
    if not folds:
        return _certain(levels)
    expected = np.maximum(np.concatenate([fold.expected[fold.known] for fold in folds]), _NOTHING)
    ratios = np.concatenate([fold.actual[fold.known] / fold.common for fold in folds]) / expected
    weights = np.concatenate([np.full(int(fold.known.sum()), w) for fold, w in zip(folds, _weights(len(folds), settings), strict=True)])
    counted = expected > _NOTHING
    expected, ratios, weights = expected[counted], ratios[counted], weights[counted]
    sizes, parts = _classes(expected, settings.cell_class_least)
    if not parts:
        return _certain(levels)
    common = np.exp(common_spread(folds, settings)[0] * normal.ppf(_POINTS))
    found = np.array([_joint(common, ratios[part], weights[part], tuple(levels)) for part in parts])
    return Spread(sizes, found, tuple(levels), len(folds))


def day_spread(folds: Sequence[Fold], settings: Settings, levels: Sequence[float] = LEVELS) -> DaySpread:
    """Errors of day totals (of the intervals that can be compared), the folds' common error taken out as in ``cell_spread``.

    Each error counts by the doubt there was about its day: one first Tuesday after a long weekend says little about a plain Wednesday. The
    common error is Student's t as in ``span_spread``: its spread is known from few folds, and in a day's total it weighs as much as the
    day's own error (in a single interval it does not).
    """
    expected, ratios, weights = [], [], []
    for fold, weight in zip(folds, _weights(len(folds), settings), strict=True):
        guess, actual = (np.where(fold.known, values, 0.0).sum(axis=1) for values in (fold.expected, fold.actual))
        counted = fold.known.any(axis=1) & (guess > _NOTHING)
        doubt = np.ones(len(guess)) if fold.doubt is None else fold.doubt
        expected.append(guess[counted])
        ratios.append((actual[counted] / guess[counted] / fold.common) ** (1 / doubt[counted]))
        weights.append(np.full(int(counted.sum()), weight))
    sizes, parts = _classes(np.concatenate(expected) if expected else np.zeros(0), settings.day_class_least)
    if not parts:
        return DaySpread(np.ones(1), (np.ones(1),), (np.ones(1),), np.ones(1), tuple(levels))
    every, behind = np.concatenate(ratios), np.concatenate(weights)
    scale, freedom = common_spread(folds, settings)
    common = np.exp(scale * (student.ppf(_DAY_POINTS, freedom) if settings.day_long_tails else normal.ppf(_DAY_POINTS)))
    return DaySpread(sizes, tuple(every[part] for part in parts), tuple(behind[part] for part in parts), common, tuple(levels))


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


def _classes(expected: Array, least: int) -> tuple[Array, list[npt.NDArray[np.intp]]]:
    """Classes of like size, each of ``least`` members or more: their centres, ascending and distinct, and the places of their members."""
    if not len(expected):
        return np.ones(1), []
    parts = np.array_split(np.argsort(expected, kind="stable"), int(np.clip(len(expected) // least, 1, _CLASSES_MAX)))
    sizes = np.array([float(np.median(expected[part])) for part in parts])
    distinct = np.concatenate([[True], np.diff(sizes) > _NOTHING])
    return sizes[distinct], [part for part, kept in zip(parts, distinct, strict=True) if kept]


def _joint(common: Array, ratios: Array, weights: Array, levels: tuple[float, ...]) -> Array:
    """Quantiles of common error x own error."""
    return _quantiles(np.outer(common, ratios).ravel(), np.tile(weights, len(common)), levels)


def _quantiles(values: Array, weights: Array, levels: Sequence[float]) -> Array:
    """Weighted quantiles."""
    order = np.argsort(values, kind="stable")
    place = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
    return np.interp(np.asarray(levels), place, values[order])
