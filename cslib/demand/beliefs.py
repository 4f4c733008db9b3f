"""What the forecast believes about a queue, as tables: calendar effects, the level through time, and the days that it does not believe."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.demand import engine
from cslib.demand.grid import Array
from cslib.demand.history import QueueHistory, all_histories
from cslib.intake.study import Study

_ODD = 4.0  # a day this many usual spreads from its expectation is an outlier
_SHIFT = 6.0  # a step this many standard errors high is a shift of the level
_SHIFT_LEAST = 0.10  # and at least so large [share]
_SIDE = 14  # days compared on either side of a step
_SIDE_LEAST = 7
_YEARLY = ("season", "weekday_season")  # waves: no single number tells what they do


def effects(study: Study) -> pd.DataFrame:
    """Learned effects on the contacts of a day, the mean over the levels' half-lives.

    Returns
    -------
    DataFrame, table ``effects``; weekdays are relative to their mean, others to a plain day. Effects that no day of the history tells
    anything about are left out.

    Raises
    ------
    ForecastError  as ``forecast``.
    """
    parts = [_effects(history) for history in all_histories(study)]
    frame = pd.concat(parts, ignore_index=True) if parts else tables.empty("effects")
    return tables.check("effects", frame, source="effects")


def anomalies(study: Study) -> pd.DataFrame:
    """Days of the history that the fit does not believe, and steps of the level.

    Returns
    -------
    DataFrame, table ``anomalies``: outliers (more than four usual spreads from what the other days let expect), level shifts (the two weeks
    after differ from the two weeks before by more than 10 % and six standard errors), days missing.

    Raises
    ------
    ForecastError  as ``forecast``.
    """
    parts = [_anomalies(history) for history in all_histories(study)]
    frame = pd.concat(parts, ignore_index=True) if parts else tables.empty("anomalies")
    return tables.check("anomalies", frame, source="anomalies")


def _fitted(history: QueueHistory) -> engine.Model:
    return engine.fit_grid(history.grid, history.calendar, history.settings)


def _effects(history: QueueHistory) -> pd.DataFrame:
    model = _fitted(history)
    if model.silent:
        return tables.empty("effects")
    found = engine.past_design(model)
    logs = np.mean([day.effects for day in model.days], axis=0)
    weekdays = np.array([group == "weekday" for group in found.groups])
    seen = np.abs(found.values).sum(axis=0) > 0
    logs = np.where(weekdays, logs - logs[weekdays & seen].mean(), logs)
    days = (np.abs(found.values) > 0).sum(axis=0)
    kept = np.flatnonzero(seen & np.array([group not in _YEARLY for group in found.groups]))
    rows = [(history.queue, found.groups[i], found.columns[i], float(np.expm1(logs[i])), int(days[i])) for i in kept]
    return pd.DataFrame(rows, columns=["queue", "group", "item", "effect_share", "days"])


def _anomalies(history: QueueHistory) -> pd.DataFrame:
    model = _fitted(history)
    rows = _missing(history, model)
    if not model.silent:
        found = engine.past_design(model)
        effect = np.mean([found.values @ day.effects for day in model.days], axis=0)
        rows += _outliers(history.queue, model, effect) + _shifts(history.queue, model, effect)
    return pd.DataFrame(rows, columns=["queue", "date", "kind", "actual", "expected", "change_share", "weight_share"])


def _missing(history: QueueHistory, model: engine.Model) -> list[tuple[object, ...]]:
    """Open days without enough records to be used."""
    grid = model.grid
    lost = grid.dates[grid.open_days & ~model.used]
    return [(history.queue, day, "missing", np.nan, np.nan, np.nan, 0.0) for day in lost]


def _outliers(queue: str, model: engine.Model, effect: Array) -> list[tuple[object, ...]]:
    """Days far from the level of the days around them, calendar effects taken out."""
    plain = np.log(model.totals + 0.5) - effect
    around = _around(plain)
    spread = np.sqrt(np.median([day.spread for day in model.days]) ** 2 + np.exp(-np.clip(around + effect, -3.0, 30.0)))
    odd = np.flatnonzero(np.abs(plain - around) > _ODD * spread)
    weights = np.mean([day.weights for day in model.days], axis=0)
    rows: list[tuple[object, ...]] = []
    for i in odd:
        expected = float(np.exp(around[i] + effect[i]))
        rows.append((queue, model.dates[i], "outlier", float(model.totals[i]), expected, float(model.totals[i] / expected - 1), float(weights[i])))
    return rows


def _around(plain: Array) -> Array:
    """Median of the week before and after each day, itself left out."""
    padded_days = np.pad(plain, 7, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded_days, 15).copy()
    windows[:, 7] = np.nan
    known = ~np.isnan(windows).all(axis=1)
    return np.where(known, np.nanmedian(np.where(known[:, None], windows, 0.0), axis=1), plain)


def _shifts(queue: str, model: engine.Model, effect: Array) -> list[tuple[object, ...]]:
    """Steps between the days before and after, one per stretch: where the step is largest."""
    plain = np.log(model.totals + 0.5) - effect
    count = len(plain)
    step, error = np.zeros(count), np.full(count, np.inf)
    for i in range(_SIDE_LEAST, count - _SIDE_LEAST + 1):
        before, after = plain[max(0, i - _SIDE) : i], plain[i : i + _SIDE]
        step[i if i < count else -1] = np.median(after) - np.median(before)
        scatter = 1.4826 * np.median(np.abs(np.concatenate([before - np.median(before), after - np.median(after)])))
        error[i if i < count else -1] = 1.2533 * max(scatter, 0.01) * np.sqrt(1 / len(before) + 1 / len(after))
    high = (np.abs(step) > _SHIFT * error) & (np.abs(np.expm1(step)) > _SHIFT_LEAST)
    rows: list[tuple[object, ...]] = []
    last = -_SIDE
    for i in np.flatnonzero(high):
        stretch = slice(max(0, i - _SIDE), i + _SIDE)
        if i - last >= _SIDE and abs(step[i]) >= np.abs(step[stretch]).max() - 1e-12:
            before = float(np.exp(np.median(plain[max(0, i - _SIDE) : i])))
            after = float(np.exp(np.median(plain[i : i + _SIDE])))
            rows.append((queue, model.dates[i], "level_shift", after, before, after / before - 1, np.nan))
            last = i
    return rows
