"""The forecast of a site's horizon: engine, quantiles, handle time and growth for every queue. Table ``forecast``."""

from __future__ import annotations

import pandas as pd

from cslib.core import tables
from cslib.demand import engine
from cslib.demand.grid import future_open
from cslib.demand.history import QueueHistory, all_histories
from cslib.demand.intervals import Fold, cell_spread
from cslib.demand.method import judged, predict
from cslib.intake.study import Study

METHOD, NO_CONTACTS, CLOSED = "engine", "no_contacts", "closed"


def forecast(study: Study) -> pd.DataFrame:
    """Expected contacts, quantiles and handle time of every queue with arriving contacts or deferred work.

    Parameters
    ----------
    study : its contacts before the horizon are the history; ``site.demand.growth_share`` is put on top of the forecast

    Returns
    -------
    DataFrame, table ``forecast``; every queue x interval of the horizon. Zero outside the opening hours and on holidays on which the
    queue was closed every time before. ``method``: engine, closed, or no_contacts (a history of zeros only).

    Raises
    ------
    ForecastError  with one finding per queue whose history is missing, shorter than ``demand.history_days_min``, or has no handle time.

    Source: calendar regression on the log daily total x intraday profile, see ``engine.py``; quantiles of rolling folds, ``intervals.py``.
    """
    parts = [queue_forecast(history, study)[0] for history in all_histories(study)]
    frame = pd.concat(parts, ignore_index=True) if parts else tables.empty("forecast")
    return tables.check("forecast", frame, source="forecast")


def horizon_days(study: Study) -> pd.DatetimeIndex:
    """Days of the horizon."""
    return pd.date_range(study.horizon.start, periods=study.horizon.days, freq="D", unit="us")


def queue_forecast(history: QueueHistory, study: Study) -> tuple[pd.DataFrame, tuple[Fold, ...], float]:
    """Rows of one queue, the folds behind their quantiles, and the weight of the engine on plain days."""
    days = horizon_days(study)
    model = engine.fit_grid(history.grid, history.calendar, history.settings)
    opened = future_open(history.grid, history.calendar, days)
    growth = 1 + study.params.site.demand.growth_share
    method = judged(history.grid, history.calendar, history.settings, lead_d=history.lead_d)
    expected = predict(method, history.grid, history.calendar, history.settings, days, opened)
    quantiles = cell_spread(method.folds, history.settings).quantiles(expected) * growth
    times = study.horizon.intervals
    frame = pd.DataFrame({"queue": history.queue, "interval_start": times, "contacts": expected.ravel() * growth})
    for i, name in enumerate(("p10", "p50", "p90")):
        frame[name] = quantiles[..., i].ravel()
    frame["aht_s"] = history.handle_time.at(times)
    frame["method"] = NO_CONTACTS if model.silent else METHOD
    hours = history.grid.week_open[days.day_of_week.to_numpy()] if model.silent else opened
    frame.loc[~hours.ravel(), "method"] = CLOSED
    return frame, method.folds, method.weight
