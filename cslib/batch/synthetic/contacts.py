"""Contact histories with the habits of real ones: weekday, time of day, holidays, re-opening, edges of the month, growth, noise."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from cslib.batch.synthetic.recipe import History, Recipe, Volume
from cslib.core import tables
from cslib.core.streams import stream
from cslib.params import Params
from cslib.params.calendar import calendar
from cslib.params.site import DAYS, Queue

EDGE_DAYS = 3
OFF_KINDS = ("statutory_holiday", "arranged_off")
DAYS_PER_YEAR = 365.25


def contacts(recipe: Recipe, params: Params, seed: int) -> pd.DataFrame:
    """History of every queue of the recipe.

    Parameters
    ----------
    recipe : with ``history``
    params : site, for grid, opening hours, handle times and country
    seed : root of the random streams ``(seed, site, "contacts", queue)``

    Returns
    -------
    DataFrame, table ``contacts``; open intervals only. ``offered`` is empty in the missing ones.
    """
    assert recipe.history is not None
    days = calendar(recipe.history.first, recipe.history.last, params.site.country)
    parts = [
        _queue(name, params.site.queues[name], volume, recipe.history, days, params.site.interval_min, stream(seed, params.name, "contacts", name))
        for name, volume in recipe.queues.items()
    ]
    return tables.check("contacts", pd.concat(parts, ignore_index=True), source="synthetic")


def day_factors(volume: Volume, days: pd.DataFrame) -> np.ndarray:
    """Expected contacts of each day of a calendar, without noise, events and outliers included [contacts/day]."""
    dates = [day.date() for day in days["date"]]
    special = {event.day: event.factor for event in (*volume.events, *volume.outliers)}
    kinds = list(days["kind"])
    last = dates[-1]
    level = np.empty(len(dates))
    for i, (day, kind) in enumerate(zip(dates, kinds, strict=True)):
        factor = volume.kind.get(kind, volume.weekday[DAYS[day.weekday()]])
        if i >= 2 and kind not in OFF_KINDS and kind != "rest_day" and kinds[i - 1] in OFF_KINDS and kinds[i - 2] in (*OFF_KINDS, "rest_day"):
            factor *= 1 + volume.reopen_share
        left = ((day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - day).days
        factor *= 1 + volume.first_days_share * max(0, 1 - (day.day - 1) / EDGE_DAYS)
        factor *= 1 + volume.last_days_share * max(0, 1 - (left - 1) / EDGE_DAYS)
        factor *= (1 + volume.growth_year_share) ** ((day - last).days / DAYS_PER_YEAR)
        level[i] = volume.day_contacts * factor * special.get(day, 1.0)
    return level


def _queue(
    name: str, queue: Queue, volume: Volume, history: History, days: pd.DataFrame, interval_min: int, rng: np.random.Generator
) -> pd.DataFrame:
    minutes = np.arange(0, 1440, interval_min)
    rate = np.array([volume.rate(int(minute)) for minute in minutes])
    day_noise = np.exp(rng.normal(0, volume.day_noise_share, len(days)) - volume.day_noise_share**2 / 2)
    level = day_factors(volume, days) * day_noise
    is_open = np.array([[queue.open_at(day.weekday(), int(minute)) for minute in minutes] for day in days["date"]])
    is_open[[volume.kind.get(kind) == 0.0 for kind in days["kind"]]] = False
    share = rate / rate[is_open.any(axis=0)].sum()
    expected = level[:, None] * share[None, :] * np.exp(rng.normal(0, volume.interval_noise_share, is_open.shape))
    offered = rng.poisson(expected).astype(float)
    missing = rng.choice(np.flatnonzero(is_open.ravel()), size=history.missing, replace=False)
    aht, handled = _handling(offered, queue, expected, rng)
    frame = pd.DataFrame(
        {
            "queue": name,
            "interval_start": (pd.to_datetime(days["date"]).to_numpy()[:, None] + minutes[None, :].astype("timedelta64[m]")).ravel(),
            "offered": offered.ravel(),
        }
    )
    if history.layout == "long":
        frame["handled"], frame["aht_s"] = handled.ravel(), aht.ravel()
    frame.loc[missing, [c for c in ("offered", "handled", "aht_s") if c in frame]] = np.nan
    return frame[is_open.ravel()]


def _handling(offered: np.ndarray, queue: Queue, expected: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Handle time of each interval [s] and contacts handled: a few leave unanswered, more of them when it is busy (not in e-mail)."""
    lost_share = np.where(queue.channel == "email", 0.0, 0.01 + 0.03 * expected / expected.max())
    handled = offered - rng.binomial(offered.astype(int), lost_share)
    spread = rng.gamma(np.maximum(handled, 1.0) * 2.0) / (np.maximum(handled, 1.0) * 2.0)
    return np.where(handled > 0, np.round((queue.aht_s or 0.0) * spread), np.nan), handled
