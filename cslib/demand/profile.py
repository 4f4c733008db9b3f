"""Intraday profile: share of the day's contacts in each interval, by type of day, recency-weighted, shrunk, robust, seasonal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cslib.demand.grid import Array
from cslib.demand.settings import Settings

TYPES = 9  # weekday 0-6, 7 = weekday off, 8 = make-up workday
_GROUP = np.array([0, 0, 0, 0, 0, 1, 1, 1, 0])  # working days, days off
_ROBUST = 2.0  # a day twice as far from its type as the median day loses weight
_RECENT = 26  # days of a type that its median profile is taken from
_EXACT = 1e-4  # distance below which profiles count as equal [share]
_LOUDEST = 3.0  # no day speaks louder than this many usual days
_LEAST = 0.5  # least weight of the parent profile [days]


def day_weights(shares: Array, types: npt.NDArray[np.int64]) -> Array:
    """Robust weight of each day by its distance from the median profile of its type, n; odd days (outages, doubled files) lose weight."""
    distance = np.zeros(len(shares))
    for kind in range(TYPES):
        mine = types == kind
        if mine.any():
            recent = shares[mine][-_RECENT:]
            seen = ~np.isnan(recent).all(axis=0)
            distance[mine] = np.nansum(np.abs(shares[mine][:, seen] - np.nanmedian(recent[:, seen], axis=0)), axis=1)
    usual = max(float(np.median(distance)), _EXACT)
    return np.minimum(1.0, _ROBUST * usual / np.maximum(distance, _EXACT))


def season_weights(dates: pd.DatetimeIndex, target: pd.Timestamp, settings: Settings) -> Array:
    """Weight of each day by its distance from ``target`` within the year, n."""
    apart = np.abs((dates.day_of_year.to_numpy() - target.day_of_year + 182.6) % 365.25 - 182.6)
    return np.asarray(settings.season_floor + np.exp(-0.5 * (apart / settings.season_width_d) ** 2))


def profile(shares: Array, totals: Array, types: npt.NDArray[np.int64], weights: Array, settings: Settings, lasting: Array | None = None) -> Array:
    """Share of the day in each interval by type of day, TYPES x slots; every row adds up to 1.

    Parameters
    ----------
    shares : each day's contacts over its total, n x slots; NaN where missing or closed
    totals : contacts a day, n;  types : type of each day, n;  weights : recency x season x robustness, n
    lasting : profile by type over the whole history, TYPES x slots, where there is one: what a type keeps beside the others

    A type is shrunk to its parent: its group (working days, days off), itself shrunk to all days; or the lasting profile of the type, moved
    interval by interval as all days have moved. The weight of the parent is estimated from the variance within and between types. Intervals
    with few contacts lean on their neighbours.
    """
    seen = ~np.isnan(shares)
    filled = np.where(seen, shares, 0.0)
    usual = max(float(np.median(totals[totals > 0])), 1e-12) if (totals > 0).any() else 1.0
    load = weights * np.minimum(totals / usual, _LOUDEST)
    load = load * load.sum() / max(float((load**2).sum()), 1e-12)  # adds up to the days that it is worth: half the weight is not half the evidence
    days = _by_type(seen * load[:, None], types)
    sums = _by_type(filled * load[:, None], types)
    parent = _groups(sums, days) if lasting is None else _moved(sums, days, lasting, usual, settings.moved_spread)
    parent_days = _parent_days(filled, seen, types, load, sums, days, parent, settings.type_spread)
    shape = _mean(sums, days, parent, parent_days)
    own = np.bincount(types, load * totals, minlength=TYPES)
    lent = np.array([own[group == _GROUP].sum() for group in _GROUP])[:, None] * parent_days / (days + parent_days)
    shape = _smoothed(shape, (own[:, None] + lent) * shape, settings.smooth_contacts)
    return np.asarray(shape / np.maximum(shape.sum(axis=1, keepdims=True), 1e-12))


def _groups(sums: Array, days: Array) -> Array:
    """Profile of each type's group, TYPES x slots."""
    overall = sums.sum(axis=0) / np.maximum(days.sum(axis=0), 1e-12)
    members = [group == _GROUP for group in range(2)]
    return np.stack([_mean(sums[mine].sum(axis=0), days[mine].sum(axis=0), overall, 1.0) for mine in members])[_GROUP]


def _moved(sums: Array, days: Array, lasting: Array, usual: float, spread: float) -> Array:
    """Lasting profile of each type, every interval moved by what the days at hand brought over what they would have by it; TYPES x slots.

    usual : contacts of a usual day;  spread : prior spread of the move [share]: it weighs like the 1 / spread^2 contacts that tell as much
    """
    expected, found, prior = usual * (days * lasting).sum(axis=0), usual * sums.sum(axis=0), 1 / spread**2
    parent = lasting * (found + prior) / (expected + prior)
    return np.asarray(parent / np.maximum(parent.sum(axis=1, keepdims=True), 1e-12))


def _by_type(values: Array, types: npt.NDArray[np.int64]) -> Array:
    """Sums over the days of each type, TYPES x slots."""
    return np.stack([values[types == kind].sum(axis=0) for kind in range(TYPES)])


def _mean(sums: Array, days: Array, parent: Array, parent_days: float) -> Array:
    return np.asarray((sums + parent_days * parent) / (days + parent_days))


def _parent_days(
    filled: Array, seen: npt.NDArray[np.bool_], types: npt.NDArray[np.int64], load: Array, sums: Array, days: Array, parent: Array, spread: float
) -> float:
    """Days of evidence that the parent profile is worth: variance within a type over variance between types.

    spread : usual difference between types [share of an interval], the least that is believed: the fewer the contacts, the more days it takes
    """
    own = sums / np.maximum(days, 1e-12)
    scatter = (np.where(seen, filled - own[types], 0.0) ** 2).sum(axis=1)
    count = np.bincount(types, load, minlength=TYPES)
    enough = count >= 1.0
    within = float((load * scatter).sum() / max(load.sum(), 1e-12))
    if within <= 0 or not enough.any():
        return _LEAST
    between = float((((own - parent) ** 2).sum(axis=1) - within / np.maximum(count, 1.0))[enough].mean())
    least = spread**2 * float((parent[enough] ** 2).sum(axis=1).mean())
    return float(max(within / max(between, least, 1e-15), _LEAST))


def _smoothed(shape: Array, contacts: Array, borrowed: float) -> Array:
    """Each interval as if ``borrowed`` contacts had fallen like the mean of it and its neighbours; open intervals only."""
    edges = np.pad(shape, ((0, 0), (1, 1)), mode="edge")
    near = (edges[:, :-2] + 2 * edges[:, 1:-1] + edges[:, 2:]) / 4
    mixed = (contacts * shape + borrowed * near) / (contacts + borrowed)
    return np.asarray(np.where(shape > 0, mixed, 0.0))
