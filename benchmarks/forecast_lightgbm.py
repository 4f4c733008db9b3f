"""LightGBM as a challenger of the forecast engine: gradient-boosted trees on calendar features and lagged means, four weeks ahead.

Direct: every lagged value is as old as the longest way ahead, so that one model serves all days of the test.
"""

from __future__ import annotations

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd

from cslib.demand.features import padded
from cslib.demand.grid import OFF_KINDS, Array, Flags, Grid
from cslib.demand.intervals import Forecaster

TREES = 250
PARAMETERS = {
    "objective": "regression_l1", "learning_rate": 0.06, "num_leaves": 31, "min_data_in_leaf": 40, "feature_fraction": 0.8, "bagging_fraction": 0.8,
    "bagging_freq": 1, "lambda_l2": 1.0, "num_threads": 1, "seed": 11, "deterministic": True, "force_row_wise": True, "verbosity": -1,
}  # fmt: skip
HISTORY_D = 1826  # five years: older ones cost time and bring nothing
LAG_WEEKS = (4, 5, 6, 7)  # same weekdays, at least as old as the test is long
_FAR = 10.0  # days to the next day off beyond which it doesn't matter


def lightgbm_forecaster(calendar: pd.DataFrame) -> Forecaster:
    """LightGBM as a point forecaster.

    calendar : table ``calendar``, indexed by date, around the history and the days to come
    """

    def forecast(grid: Grid, dates: pd.DatetimeIndex, opened: Flags) -> Array:
        past = grid.last(HISTORY_D)
        ahead = pd.date_range(past.dates[-1] + pd.Timedelta(days=1), dates[-1], freq="D", unit="us")
        days = past.dates.append(ahead)
        values = np.concatenate([past.values, np.full((len(ahead), past.slots), np.nan)])
        scale = max(float(np.nanmean(past.values)), 1e-9)
        features = _features(days, values / scale, calendar, max(1, len(ahead)))
        known = ~np.isnan(past.values)
        data = lightgbm.Dataset(features[: len(past.dates)][known], past.values[known] / scale)
        model = lightgbm.train(PARAMETERS, data, num_boost_round=TREES)
        found = np.zeros((len(days), past.slots))
        rows = np.flatnonzero(days.isin(dates))
        found[rows] = np.maximum(np.asarray(model.predict(features[rows].reshape(-1, features.shape[2]))).reshape(len(rows), -1), 0.0) * scale
        return np.where(opened, found[rows], 0.0)

    return forecast


def _features(days: pd.DatetimeIndex, values: Array, calendar: pd.DataFrame, ahead: int) -> Array:
    """Features of every interval, days x slots x k."""
    slots = values.shape[1]
    wide = padded(calendar, days[0], days[-1])
    kinds = wide["kind"].reindex(days).to_numpy()
    names = wide["holiday"].astype("category").cat.codes.reindex(days).to_numpy()
    off = np.isin(wide["kind"].to_numpy(), OFF_KINDS)
    after, before = _distance(off), _distance(off[::-1])[::-1]
    place = pd.DatetimeIndex(wide.index).get_indexer(days)
    month_end = days.days_in_month.to_numpy() - days.day.to_numpy()
    by_day = [
        *(days.day_of_week.to_numpy(), days.day.to_numpy(), month_end, days.day_of_year.to_numpy(), np.arange(len(days))),
        *(np.isin(kinds, OFF_KINDS), kinds == "make_up_workday", names, after[place], before[place], days.day_of_week.to_numpy() >= 5),
    ]
    shift = 7 * int(np.ceil(ahead / 7)) - 28
    lags = np.stack([_lagged(values, 7 * weeks + max(shift, 0)) for weeks in LAG_WEEKS])
    known = ~np.isnan(lags)
    mean = np.where(known.any(axis=0), np.where(known, lags, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1), np.nan)
    columns = [np.broadcast_to(np.asarray(column, dtype=float)[:, None], values.shape) for column in by_day]
    return np.stack([*columns, np.broadcast_to(np.arange(slots, dtype=float), values.shape), mean, lags[0]], axis=2)


def _lagged(values: Array, days: int) -> Array:
    lagged = np.full(values.shape, np.nan)
    lagged[days:] = values[: max(0, len(values) - days)]
    return lagged


def _distance(off: npt.NDArray[np.bool_]) -> Array:
    """Days since the last day off, capped."""
    distance = np.full(len(off), _FAR)
    for i in range(len(off)):
        distance[i] = 0.0 if off[i] else min(_FAR, distance[i - 1] + 1 if i else _FAR)
    return distance
