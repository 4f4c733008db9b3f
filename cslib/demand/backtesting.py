"""Back-test on the site's own history: engine against what planners do in a spreadsheet. Table ``accuracy``."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.demand import engine, scores
from cslib.demand.grid import Array
from cslib.demand.history import QueueHistory, all_histories
from cslib.demand.intervals import Forecaster, engine_forecaster, spread
from cslib.demand.peers import PEERS
from cslib.intake.study import Study

ENGINE = "engine"
COMPARED = ("seasonal_naive", "mean_4")


def backtest(study: Study) -> pd.DataFrame:
    """Rolling-origin back-test: four-week folds at the end of the history, as far before as the horizon lies behind it.

    Parameters
    ----------
    study : ``site.demand.backtest_folds`` folds at most, as many as leave ``site.demand.history_days_min`` days to learn from

    Returns
    -------
    DataFrame, table ``accuracy``: methods engine, seasonal_naive (the same weekday of the week before) and mean_4 (mean of the last four
    same weekdays), scored on the same cells. A queue whose history is too short for one fold has no row.

    Raises
    ------
    ForecastError  as ``forecast``.
    """
    demand = study.params.site.demand
    rows = [row for history in all_histories(study) for row in _queue(history, demand.backtest_folds, demand.history_days_min)]
    frame = pd.DataFrame(rows) if rows else tables.empty("accuracy")
    return tables.check("accuracy", frame, source="backtest")


def origins(history: QueueHistory, folds: int, history_days_min: int) -> list[int]:
    """History lengths [days] at the origins, earliest first; folds don't overlap."""
    length, days, lead = history.settings.fold_days, len(history.grid.dates), history.lead_d
    ends = [days - lead - length * (i + 1) for i in range(folds)]
    return [end for end in reversed(ends) if end >= history_days_min]


def _queue(history: QueueHistory, folds: int, history_days_min: int) -> list[dict[str, object]]:
    methods: dict[str, Forecaster] = {ENGINE: engine_forecaster(history.calendar, history.settings), **{name: PEERS[name] for name in COMPARED}}
    actual: list[Array] = []
    expected: dict[str, list[Array]] = {name: [] for name in methods}
    inside: list[Array] = []
    grid, settings, lead = history.grid, history.settings, history.lead_d
    for end in origins(history, folds, history_days_min):
        past = grid.until(end)
        if not engine.usable_days(past, settings).any():
            continue
        rows = slice(end + lead, end + lead + settings.fold_days)
        known = grid.open[rows] & ~np.isnan(grid.values[rows])
        truth = grid.values[rows][known]
        actual.append(truth)
        for name, method in methods.items():
            expected[name].append(method(past, grid.dates[rows], grid.open[rows])[known])
        band = spread(past, methods[ENGINE], settings, lead_d=lead).quantiles(expected[ENGINE][-1])
        inside.append(((truth >= band[:, 0]) & (truth <= band[:, 2])).astype(float))
    if not actual:
        return []
    truth = np.concatenate(actual)
    result: list[dict[str, object]] = []
    for name, parts in expected.items():
        guess = np.concatenate(parts)
        cover = float(np.concatenate(inside).mean()) if name == ENGINE and len(truth) else np.nan
        figures = {"wape_share": scores.wape(truth, guess), "bias_share": scores.bias(truth, guess), "cover80_share": cover}
        result.append({"queue": history.queue, "method": name, "folds": len(actual), **figures})
    return result
