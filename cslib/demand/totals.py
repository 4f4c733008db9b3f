"""Totals of a day and of the month, queue by queue and for the site, with quantiles of their own. Table ``forecast_totals``.

The totals are sums of the interval forecasts, so queues, days and month agree. Their quantiles are not sums: intervals of a day, days of
a month and queues of a site err together, so each kind of total gets its quantiles from the past errors of just that kind of total.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.demand.forecasting import horizon_days
from cslib.demand.grid import Array, future_open
from cslib.demand.history import QueueHistory, all_histories
from cslib.demand.intervals import Fold, day_spread, fold_ends, span_spread
from cslib.demand.method import judged, predict_doubting
from cslib.demand.settings import Settings
from cslib.intake.study import Study

ALL = "total"


def totals(study: Study) -> pd.DataFrame:
    """Contacts of every day and of the month, with quantiles.

    Returns
    -------
    DataFrame, table ``forecast_totals``: period ``day`` or ``month``, start = its first day; queue ``total`` is the sum of all queues (only
    where there are several).

    Raises
    ------
    ForecastError  as ``forecast``.
    """
    histories, days = all_histories(study), horizon_days(study)
    growth = 1 + study.params.site.demand.growth_share
    starts = common_starts(histories)
    parts, folds, sums, doubts = [], [], [], []
    for history in histories:
        grid, calendar, settings = history.grid, history.calendar, history.settings
        method = judged(grid, calendar, settings, lead_d=history.lead_d, starts=starts)
        contacts, doubt = predict_doubting(method, grid, calendar, settings, days, future_open(grid, calendar, days))
        expected = contacts.sum(axis=1) * growth
        parts.append(_rows(history.queue, days, expected, doubt, method.folds, settings))
        folds.append(method.folds)
        sums.append(expected)
        doubts.append(doubt)
    if len(parts) > 1:
        doubt = _mean_doubt(np.stack(doubts), np.stack(sums))
        parts.append(_rows(ALL, days, np.sum(sums, axis=0), doubt, joined(folds), histories[0].settings))
    frame = pd.concat(parts, ignore_index=True) if parts else tables.empty("forecast_totals")
    return tables.check("forecast_totals", frame, source="totals")


def common_starts(histories: Sequence[QueueHistory]) -> list[pd.Timestamp]:
    """First days of folds that all queues can have, from the shortest history, as far before the end as the horizon lies behind it."""
    if not histories:
        return []
    shortest = min(histories, key=lambda history: len(history.grid.dates))
    ends = fold_ends(len(shortest.grid.dates), shortest.lead_d, shortest.settings)
    return [shortest.grid.dates[0] + pd.Timedelta(days=end + shortest.lead_d) for end in ends]


def joined(folds: Sequence[Sequence[Fold]]) -> list[Fold]:
    """Folds of the sum of several queues, by day: only folds that every queue has; a day counts where every open queue has a record."""
    by_start = [{fold.dates[0]: fold for fold in mine} for mine in folds]
    shared = set.intersection(*(set(mine) for mine in by_start)) if by_start else set()
    found = []
    for start in sorted(shared, reverse=True):
        group = [mine[start] for mine in by_start]
        length = min(len(fold.dates) for fold in group)
        whole = [(_day_sums(fold.expected, fold, length), _day_sums(fold.actual, fold, length)) for fold in group]
        expected, actual = (np.sum([pair[i] for pair in whole], axis=0)[:, None] for i in range(2))
        if actual.sum() > 0 and expected.sum() > 0:
            doubts = np.stack([np.ones(length) if fold.doubt is None else fold.doubt[:length] for fold in group])
            doubt = _mean_doubt(doubts, np.stack([pair[0] for pair in whole]))
            found.append(Fold(group[0].dates[:length], expected, np.where(expected > 0, actual, np.nan), doubt))
    return found


def _mean_doubt(doubts: Array, expected: Array) -> Array:
    """Doubt about a sum: that of its parts, by size, as they err together; both queues x days."""
    whole = expected.sum(axis=0)
    return np.asarray(np.where(whole > 0, (doubts * expected).sum(axis=0) / np.where(whole > 0, whole, 1.0), 1.0))


def _day_sums(values: Array, fold: Fold, length: int) -> Array:
    return np.asarray(np.where(fold.known, values, 0.0).sum(axis=1)[:length])


def _rows(queue: str, days: pd.DatetimeIndex, expected: Array, doubt: Array, folds: Sequence[Fold], settings: Settings) -> pd.DataFrame:
    by_day = day_spread(folds, settings).quantiles(expected, doubt)
    month = span_spread(folds, settings).quantiles(np.array([expected.sum()]))
    frame = pd.DataFrame({"queue": queue, "period": "day", "start": days, "contacts": expected})
    whole = pd.DataFrame({"queue": [queue], "period": ["month"], "start": [days[0]], "contacts": [expected.sum()]})
    for i, name in enumerate(("p10", "p50", "p90")):
        frame[name], whole[name] = by_day[:, i], month[:, i]
    return pd.concat([frame, whole], ignore_index=True)
