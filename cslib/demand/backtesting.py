"""Back-test on the site's own history: the forecast against what planners do in a spreadsheet. Table ``accuracy``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.demand import engine, scores
from cslib.demand.grid import Array, Flags, Grid
from cslib.demand.history import QueueHistory, all_histories
from cslib.demand.intervals import Fold, cell_spread, rolling
from cslib.demand.method import judged, predict, remembered
from cslib.demand.peers import PEERS
from cslib.intake.study import Study

ENGINE = "engine"
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)

# History, days to come and their opening -> expected contacts, and the folds that the quantiles come from.
Judge = Callable[[Grid, pd.DatetimeIndex, Flags], tuple[Array, list[Fold]]]


def backtest(study: Study) -> pd.DataFrame:
    """Rolling-origin back-test: four-week folds at the end of the history, as far before as the horizon lies behind it.

    Parameters
    ----------
    study : ``site.demand.backtest_folds`` folds at most, as many as leave ``site.demand.history_days_min`` days to learn from

    Returns
    -------
    DataFrame, table ``accuracy``: the methods engine (what ``forecast`` does), seasonal_naive (the same weekday of the week before), mean_4,
    mean_8 and median_6 (of the last same weekdays), scored on the same cells; every method's quantiles come from its own past errors.
    A queue whose history is too short for one fold has no row.

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


@dataclass
class _Scored:
    """What a method said at all origins: expected contacts and quantiles of every cell."""

    expected: list[Array] = field(default_factory=list)
    quantiles: list[Array] = field(default_factory=list)


def _judges(history: QueueHistory) -> dict[str, Judge]:
    calendar, settings, lead, fit = history.calendar, history.settings, history.lead_d, remembered()

    def own(past: Grid, dates: pd.DatetimeIndex, opened: Flags) -> tuple[Array, list[Fold]]:
        """What the forecast does."""
        method = judged(past, calendar, settings, lead_d=lead, fit=fit)
        return predict(method, past, calendar, settings, dates, opened), list(method.folds)

    def peer(name: str) -> Judge:
        """What a planner does instead."""
        return lambda past, dates, opened: (PEERS[name](past, dates, opened), rolling(past, PEERS[name], settings, lead_d=lead))

    return {ENGINE: own, **{name: peer(name) for name in PEERS}}


def _queue(history: QueueHistory, folds: int, history_days_min: int) -> list[dict[str, object]]:
    judges = _judges(history)
    scored = {name: _Scored() for name in judges}
    actual: list[Array] = []
    aht: list[Array] = []
    grid, settings, lead = history.grid, history.settings, history.lead_d
    for end in origins(history, folds, history_days_min):
        past = grid.until(end)
        if not engine.usable_days(past, settings).any():
            continue
        rows = slice(end + lead, end + lead + settings.fold_days)
        known = grid.open[rows] & ~np.isnan(grid.values[rows])
        actual.append(grid.values[rows][known])
        aht.append(_handle_times(history, grid.dates[rows])[known])
        for name, judge in judges.items():
            expected, behind = judge(past, grid.dates[rows], grid.open[rows])
            scored[name].expected.append(expected[known])
            scored[name].quantiles.append(cell_spread(behind, settings, LEVELS).quantiles(expected[known]))
    if not actual:
        return []
    scale, weeks = scores.naive_scale(grid), len(actual) * settings.fold_days / 7
    truth, seconds = np.concatenate(actual), np.concatenate(aht)
    return [
        {"queue": history.queue, "method": name, "folds": len(actual), **_figures(truth, found, scale, seconds / weeks)}
        for name, found in scored.items()
    ]


def _handle_times(history: QueueHistory, dates: pd.DatetimeIndex) -> Array:
    """Handle time of every interval of the days [s], days x slots."""
    slots = history.grid.slots
    times = dates.repeat(slots) + pd.to_timedelta(np.tile(np.arange(slots), len(dates)) * history.grid.interval_min, unit="min")
    return history.handle_time.at(times).reshape(len(dates), slots)


def _figures(truth: Array, found: _Scored, scale: float, seconds_a_week: Array) -> dict[str, float]:
    guess, band = np.concatenate(found.expected), np.concatenate(found.quantiles)
    error = np.abs(truth - guess)
    return {
        "wape_share": scores.wape(truth, guess),
        "bias_share": scores.bias(truth, guess),
        "cover80_share": scores.covered(truth, band[:, 1], band[:, 3]),
        "cover95_share": scores.covered(truth, band[:, 0], band[:, 4]),
        "mase": float(error.mean()) / scale if len(error) else float("nan"),
        "pinball": scores.pinball(truth, band[:, 1:4], LEVELS[1:4]) if len(truth) else float("nan"),
        "staff_h": float((error * seconds_a_week).sum()) / 3600,
    }
