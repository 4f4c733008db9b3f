"""Re-forecast of the rest of a day from what came so far: the day's deviation carries over, by a share that past days teach.

rest of the day = forecast x (so far actual / so far expected) ^ beta
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.errors import ForecastError
from cslib.demand.forecasting import queue_forecast
from cslib.demand.grid import Array, refuse_times
from cslib.demand.history import forecast_queues, queue_history
from cslib.demand.intervals import Fold
from cslib.intake.study import Study

METHOD = "reforecast"
_BETAS = np.linspace(0.0, 1.0, 21)
_RATIO_LEAST, _RATIO_MOST = 0.2, 5.0  # a deviation beyond is an outage or a flood, not a level
_WORTH = 25.0  # contacts that the deviation so far is shrunk by: three calls instead of one are no sign
_PRIOR_DAYS = 10.0  # days of evidence that no update at all is worth
_DAYS_LEAST = 10


def reforecast(study: Study, queue: str, now: pd.Timestamp | dt.datetime | str, today: pd.Series) -> pd.DataFrame:
    """Forecast of the rest of a day, after what came so far.

    Parameters
    ----------
    queue : a queue of the forecast;  now : a moment inside the horizon; intervals that end at or before it have been
    today : contacts by start of the interval (of this day; later ones are not looked at)

    Returns
    -------
    DataFrame, table ``forecast``: the intervals of this day from ``now`` on; method ``reforecast``, or that of the forecast where the queue
    is closed. Quantiles narrow as the day goes on.

    Raises
    ------
    ForecastError  if the queue or the moment is unknown, or ``today`` repeats an interval, is off the grid or below zero; as ``forecast``.
    """
    moment = pd.Timestamp(now)
    _refuse(study, queue, moment, today)
    history = queue_history(study, queue)
    frame, folds, _ = queue_forecast(history, study)
    step = pd.Timedelta(minutes=study.horizon.interval_min)
    day = frame[frame["interval_start"].dt.normalize() == moment.normalize()]
    seen = day[day["interval_start"] + step <= moment]
    actual = today.reindex(pd.DatetimeIndex(seen["interval_start"]))
    counted = actual.notna().to_numpy() & (seen["contacts"].to_numpy() > 0)
    rest = day[day["interval_start"] + step > moment].reset_index(drop=True)
    if counted.any():
        slot = len(seen)
        beta = learned_beta(folds, slot)
        so_far = float(actual[counted].sum()), float(seen["contacts"][counted].sum())
        rest = _updated(rest, ratio(*so_far) ** beta, _narrowing(folds, slot, beta))
    return tables.check("forecast", rest, source="reforecast")


def ratio(actual: float | Array, expected: float | Array) -> Array:
    """Today's deviation: actual over expected so far, shrunk to 1 by a few contacts and limited."""
    return np.clip((actual + _WORTH) / (np.asarray(expected, dtype=float) + _WORTH), _RATIO_LEAST, _RATIO_MOST)


def learned_beta(folds: Sequence[Fold], slot: int) -> float:
    """Share (exponent) of the deviation up to interval ``slot`` that carried over to the rest of past days; 0 with too few days.

    The exponent with the least absolute error of the rest of the day, intervals added up by their WAPE, shrunk to no update by
    ``_PRIOR_DAYS`` days.
    """
    cases = [case for fold in folds for case in _cases(fold, slot)]
    if len(cases) < _DAYS_LEAST:
        return 0.0
    errors = [sum(float(np.abs(actual - expected * deviation**beta).sum()) for deviation, expected, actual in cases) for beta in _BETAS]
    return float(_BETAS[int(np.argmin(errors))]) * len(cases) / (len(cases) + _PRIOR_DAYS)


def _cases(fold: Fold, slot: int) -> list[tuple[float, Array, Array]]:
    """Of every day that can be judged: the deviation so far, and what was expected of and came in the rest."""
    found = []
    for expected, actual, known in zip(fold.expected, fold.actual, fold.known, strict=True):
        early, late = known[:slot], known[slot:]
        if early.any() and late.any() and expected[:slot][early].sum() > 0:
            deviation = float(ratio(float(actual[:slot][early].sum()), float(expected[:slot][early].sum())))
            found.append((deviation, expected[slot:][late], actual[slot:][late]))
    return found


def _narrowing(folds: Sequence[Fold], slot: int, beta: float) -> float:
    """Width of the band after the update over the width before: mean absolute errors of past days, at most 1."""
    cases = [case for fold in folds for case in _cases(fold, slot)]
    before = sum(float(np.abs(actual - expected).sum()) for _, expected, actual in cases)
    after = sum(float(np.abs(actual - expected * deviation**beta).sum()) for deviation, expected, actual in cases)
    return min(1.0, after / before) if before > 0 else 1.0


def _updated(rest: pd.DataFrame, factor: float, narrowing: float) -> pd.DataFrame:
    found = rest.copy()
    opened = rest["contacts"] > 0
    found["contacts"] = rest["contacts"] * factor
    quantiles = rest[["p10", "p50", "p90"]].to_numpy()
    middle = quantiles[:, [1]]
    found[["p10", "p50", "p90"]] = np.maximum(middle + (quantiles - middle) * narrowing, 0.0) * factor
    found.loc[opened, "method"] = METHOD
    return found


def _refuse(study: Study, queue: str, moment: pd.Timestamp, today: pd.Series) -> None:
    if queue not in forecast_queues(study):
        raise ForecastError("demand.unknown_queue", where="reforecast", given=queue, allowed=", ".join(forecast_queues(study)))
    first, last = study.horizon.dates[0], study.horizon.dates[-1]
    if not first <= moment.date() <= last:
        raise ForecastError("demand.outside", where="reforecast", given=moment, allowed=f"{first} .. {last}")
    refuse_times(pd.DatetimeIndex(today.index), (today < 0).to_numpy(), study.horizon.interval_min, where="today")
