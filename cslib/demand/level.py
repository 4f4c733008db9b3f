"""Robust calendar regression on the log daily total, with a level that moves: the day part of the forecast.

    log total = level(t) + trend + sum of calendar effects

The level is a drift and a random walk on knots, its mobility given as a half-life: how fast old days lose weight for today. The
effects are shrunk towards zero by their prior spread (ridge), days weigh by recency, and outliers lose weight (Huber). Counts enter
by their working response, so small totals and single zeros need no special case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve, solveh_banded

from cslib.demand.features import Design
from cslib.demand.grid import Array, Flags
from cslib.demand.settings import Settings

_KNOTS = ((14, 182), (28, 730), (112, 10**6))  # spacing [days] up to an age [days]: fine where it matters
_ROUNDS = 8
_AROUND = 4  # weeks before and after that a day is first compared with
_SMALLEST = 0.01  # floor of the day-to-day spread [log units]
_STEP = 1.5  # largest move of the working response [log units]


@dataclass(frozen=True)
class DayFit:
    """Fitted day part, one per half-life of the level.

    level : log level on the last day of history;  slope : of the level [log units a day];  effects : k, by column of the design;
    spread : robust standard deviation of a day around its expectation [log units];  weights : n, robust weight of each day (1 = full)
    covariance : k x k, what the history leaves open about the effects [log units squared]
    """

    level: float
    slope: float
    effects: Array
    spread: float
    weights: Array
    covariance: Array

    def doubt(self, features: Array, opened: Flags) -> Array:
        """How unsure the effects of each day are beside those of the other open days, as a factor on ``spread``: 1 = not at all; n.

        A weekday seen often adds next to nothing; the first day after a holiday that the history never held adds much. What all days share
        (the level) is left out.

        Parameters
        ----------
        features : n x k;  opened : n, days that are open

        Source: predictive variance of a Bayesian ridge regression, s^2 + x' V x (Gelman et al. 2013, ch. 14.3).
        """
        apart = features - (features[opened] if opened.any() else features).mean(axis=0)
        return np.asarray(np.sqrt(1 + ((apart @ self.covariance) * apart).sum(axis=1) / self.spread**2))


def fit_days(totals: Array, known: Array, features: Design, age: Array, half_life_d: float, settings: Settings) -> DayFit:
    """Fit the day part.

    Parameters
    ----------
    totals : contacts of each day, n (scaled up where intervals are missing)
    known : share of the day that was recorded, n
    features : design of the same days;  age : days before the last day of history, n
    half_life_d : half-life of the level [days]

    Source: random-walk level as a penalised spline; gain of the local level model k = 1 - 0.5^(1/half-life), mobility k^2/(1-k) times
    the day's variance (Harvey 1989, ch. 4); weights by Huber.
    """
    knots = _knots(float(age.max()))
    basis = np.concatenate([_hats(age, knots), -age[:, None] / 365.25], axis=1)
    matrix = sparse.csr_array(np.concatenate([basis, features.values], axis=1))  # about 12 of 100 columns are not zero in a row
    across = matrix.T.tocsr()
    count = len(knots)
    gain = 1 - 0.5 ** (1 / half_life_d)
    recency = 0.5 ** (age / settings.effect_half_life_d) * np.clip(known, 0.05, 1.0)
    steps = np.diff(np.eye(count), axis=0)
    rough = steps.T @ (steps / np.diff(knots)[:, None])
    ridge = np.concatenate([np.full(count, 1e-9), [1 / _drift_spread(age, settings) ** 2], 1 / features.spreads(settings.spreads) ** 2])
    working, variance = np.log(totals + 0.5), np.full(len(totals), 0.05**2)
    robust = first_weights(working, age, settings.huber)
    solution, covariance = np.zeros(matrix.shape[1]), np.zeros((0, 0))
    for _ in range(_ROUNDS):
        weights = recency * robust / variance
        penalty = np.diag(ridge)
        penalty[:count, :count] += rough * (1 - gain) / gain**2 / float(np.median(variance))
        gram = (across @ _weighted(matrix, weights)).toarray()
        solution, covariance = _solve(gram + penalty, across @ (weights * working), count)
        expected = matrix @ solution
        error = np.clip(totals / np.exp(expected) - 1, -1.0, _STEP)
        working = expected + error
        variance = _variance(error, expected, known)
        robust = np.minimum(1.0, settings.huber * np.sqrt(variance) / np.maximum(np.abs(error), 1e-12))
    slope = float(solution[0] - solution[2]) / float(knots[2] - knots[0]) if count > 2 else 0.0
    slope += float(solution[count]) / 365.25
    return DayFit(float(solution[0]), slope, solution[count + 1 :], float(np.sqrt(np.median(variance))), robust, covariance[1:, 1:])


def _drift_spread(age: Array, settings: Settings) -> float:
    """Prior spread of the yearly growth: next to none in the first half year, and more as a history gets long enough to tell it from season."""
    share = (float(age.max()) - settings.drift_from_d) / (settings.season_span_d - settings.drift_from_d)
    return settings.drift_spread * float(np.clip(share, 1e-6, 1.0))


def first_weights(working: Array, age: Array, huber: float) -> Array:
    """Weights to start from, so that outliers don't get to set the level: distance from the median of the same weekday around.

    working : log totals, n, oldest first;  age : days before the last day of history, n
    """
    distance = np.zeros(len(working))
    for weekday in range(7):
        mine = np.flatnonzero(age.astype(int) % 7 == weekday)
        if len(mine):
            around = np.lib.stride_tricks.sliding_window_view(np.pad(working[mine], _AROUND, constant_values=np.nan), 2 * _AROUND + 1)
            distance[mine] = np.abs(working[mine] - np.nanmedian(around, axis=1))
    usual = max(1.4826 * float(np.median(distance)), _SMALLEST)
    return np.asarray(np.minimum(1.0, huber * usual / np.maximum(distance, 1e-12)) ** 2)


def trend(slope: float, ahead: Array, settings: Settings) -> Array:
    """Damped continuation of the level's slope ``ahead`` days after the last day of history [log units]."""
    reach = np.clip(settings.trend_share * slope * settings.trend_days, -settings.trend_limit, settings.trend_limit)
    return np.asarray(reach * (1 - np.exp(-ahead / settings.trend_days)))


def _solve(gram: Array, right: Array, count: int) -> tuple[Array, Array]:
    """Solve the normal equations, whose first ``count`` unknowns (knots) touch only their neighbours: those first, then the others.

    Returns the unknowns, and the covariance of all but the knots (the inverse of the Schur complement).

    Small blocks on purpose: larger ones make the linear algebra library start threads that cost more than they bring.
    """
    band = np.stack([np.concatenate([[0.0], np.diag(gram[:count, :count], 1)]), np.diag(gram[:count, :count])])
    cross = gram[:count, count:]
    part = solveh_banded(band, np.column_stack([cross, right[:count]]), check_finite=False)
    rest = cho_factor(gram[count:, count:] - cross.T @ part[:, :-1], check_finite=False)
    effects = cho_solve(rest, right[count:] - cross.T @ part[:, -1], check_finite=False)
    covariance = cho_solve(rest, np.eye(len(effects)), check_finite=False)
    return np.concatenate([part[:, -1] - part[:, :-1] @ effects, effects]), np.asarray(covariance)


def _weighted(matrix: sparse.csr_array, weights: Array) -> sparse.csr_array:
    """Rows times their weights."""
    return sparse.csr_array((matrix.data * np.repeat(weights, np.diff(matrix.indptr)), matrix.indices, matrix.indptr), matrix.shape)


def _variance(error: Array, expected: Array, known: Array) -> Array:
    """Variance of a day's relative error: Poisson part of its size plus a common part from the median absolute error."""
    poisson = np.exp(-np.clip(expected, -3.0, 30.0)) / np.clip(known, 0.05, 1.0)
    common = (1.4826 * float(np.median(np.abs(error)))) ** 2 - float(np.median(poisson))
    return np.asarray(max(common, _SMALLEST**2) + poisson)


def _knots(oldest: float) -> Array:
    """Ages of the knots [days], from 0 to beyond the oldest day."""
    ages = [0.0]
    for spacing, until in _KNOTS:
        while ages[-1] < min(until, oldest):
            ages.append(ages[-1] + spacing)
    return np.array(ages if len(ages) > 1 else [0.0, 14.0])


def _hats(age: Array, knots: Array) -> Array:
    """Linear interpolation weights of each day between its two knots, n x knots."""
    left = np.clip(np.searchsorted(knots, age, side="right") - 1, 0, len(knots) - 2)
    part = (age - knots[left]) / (knots[left + 1] - knots[left])
    basis = np.zeros((len(age), len(knots)))
    basis[np.arange(len(age)), left] = 1 - part
    basis[np.arange(len(age)), left + 1] = part
    return basis
