"""Handle time: level x trend x weekday x hour of the day, weighted by the contacts behind each value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cslib.demand.grid import Array

HALF_LIFE_D = 60.0
_TREND_HALF_LIFE_D = 180.0  # the slope needs a longer memory than the level
_TREND_SPREAD = 0.3  # usual change of the handle time a year [log units]: what the slope is shrunk by
_TREND_DAMP_D = 90.0  # the slope dies away so fast in the future
_WEEKDAY_WORTH = 400.0  # contacts at which a weekday's own mean counts as much as no effect: handle times vary by their mean (cv 1), weekdays by 5 %
_HOUR_WORTH = 150.0  # likewise, hours vary by about 8 %
_CLIP = 4.0  # an interval's mean beyond this many times the median is cut there (forgotten wrap-up, test calls)
_PASSES = 3  # trend, weekday and hour take turns


@dataclass(frozen=True)
class HandleTime:
    """Factors of the handle time.

    level_s : mean of today [s];  weekday : 7 factors;  hour : 24 factors;  source : where the level comes from, ``history`` or ``site``
    slope : change of the log a day;  today : the moment that the level belongs to
    """

    level_s: float
    weekday: Array
    hour: Array
    source: str
    slope: float = 0.0
    today: pd.Timestamp | None = None

    def at(self, times: pd.DatetimeIndex) -> Array:
        """Expected handle time of intervals starting at ``times`` [s]."""
        factor = self.weekday[times.day_of_week.to_numpy()] * self.hour[times.hour.to_numpy()]
        if self.today is None or self.slope == 0:
            return np.asarray(self.level_s * factor)
        ahead = (times - self.today).total_seconds().to_numpy() / 86400
        reach = np.where(ahead > 0, _TREND_DAMP_D * (1 - np.exp(-np.maximum(ahead, 0.0) / _TREND_DAMP_D)), ahead)
        return np.asarray(self.level_s * factor * np.exp(self.slope * reach))


def fit_handle_time(aht_s: pd.Series, contacts: pd.Series, fallback_s: float | None) -> HandleTime | None:
    """Fit the handle time of a queue.

    Parameters
    ----------
    aht_s, contacts : per interval, same index (starts);  fallback_s : the site's own figure, used where the history has none [s]

    Returns
    -------
    None where neither the history nor the site knows it.
    """
    known = (aht_s > 0) & (contacts > 0)
    if not known.any():
        return None if fallback_s is None else HandleTime(fallback_s, np.ones(7), np.ones(24), "site")
    times = pd.DatetimeIndex(aht_s.index[known])
    values, counts = aht_s[known].to_numpy(dtype=float), contacts[known].to_numpy(dtype=float)
    middle = _weighted_median(values, counts)
    values = np.clip(values, middle / _CLIP, middle * _CLIP)
    age = (times.max() - times).total_seconds().to_numpy() / 86400
    day, clock = times.day_of_week.to_numpy(), times.hour.to_numpy()
    weekday, hour, slope, level = np.ones(7), np.ones(24), 0.0, middle
    for _ in range(_PASSES):
        plain = values / weekday[day] / hour[clock]
        slope = _slope(plain, counts, age)
        weights = counts * 0.5 ** (age / HALF_LIFE_D)
        moved = np.exp(-slope * age)
        level = float((weights * plain / moved).sum() / weights.sum())
        weekday = _factors(values / level / moved / hour[clock], weights, day, 7, _WEEKDAY_WORTH)
        hour = _factors(values / level / moved / weekday[day], weights, clock, 24, _HOUR_WORTH)
    return HandleTime(level, weekday, hour, "history", slope, times.max())


def _slope(values: Array, counts: Array, age: Array) -> float:
    """Change of the log handle time a day: weighted regression, shrunk by its usual spread.

    Each interval's mean has the variance 1 / contacts (handle times have cv 1), so the prior is worth 1 / spread^2 in the same unit.
    """
    weights = counts * 0.5 ** (age / _TREND_HALF_LIFE_D)
    mean = float((weights * values).sum() / weights.sum())
    late = -(age - float((weights * age).sum() / weights.sum())) / 365.25
    return float((weights * late * (values / mean - 1)).sum() / ((weights * late**2).sum() + 1 / _TREND_SPREAD**2)) / 365.25


def _factors(ratios: Array, weights: Array, kind: npt.NDArray[np.integer], count: int, worth: float) -> Array:
    """Weighted mean ratio of each kind, shrunk to 1 by ``worth`` contacts."""
    load = np.bincount(kind, weights, minlength=count)
    return np.asarray((np.bincount(kind, weights * ratios, minlength=count) + worth) / (load + worth))


def _weighted_median(values: Array, weights: Array) -> float:
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulated, cumulated[-1] / 2)])
