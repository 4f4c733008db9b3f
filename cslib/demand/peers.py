"""What planners and textbooks do instead: the last same weekday, or the mean or median of the last few. For comparison only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from cslib.demand.grid import Array, Flags, Grid
from cslib.demand.intervals import Forecaster


def same_weekday(count: int, middle: Callable[[Array], Array]) -> Forecaster:
    """Forecaster from the last ``count`` recorded days of the same weekday; ``middle`` maps days x slots to slots.

    A weekday never recorded takes the last days of any weekday; an interval never recorded on them counts as nothing.
    """

    def forecast(grid: Grid, dates: pd.DatetimeIndex, opened: Flags) -> Array:
        """Contacts by day and slot (dates x slots), 0 where closed or never recorded."""
        known = ~np.isnan(grid.values).all(axis=1)
        weekdays = grid.dates.day_of_week.to_numpy()
        shapes = np.zeros((7, grid.slots))
        for weekday in range(7):
            rows = np.flatnonzero(known & (weekdays == weekday))
            days = grid.values[(rows if len(rows) else np.flatnonzero(known))[-count:]]
            seen = ~np.isnan(days).all(axis=0)
            shapes[weekday, seen] = middle(days[:, seen])
        return np.asarray(np.where(opened, shapes[dates.day_of_week.to_numpy()], 0.0))

    return forecast


def _mean(days: Array) -> Array:
    return np.asarray(np.nanmean(days, axis=0))


def _median(days: Array) -> Array:
    return np.asarray(np.nanmedian(days, axis=0))


PEERS: Mapping[str, Forecaster] = MappingProxyType(
    {
        "seasonal_naive": same_weekday(1, _mean),
        "mean_4": same_weekday(4, _mean),
        "mean_8": same_weekday(8, _mean),
        "median_6": same_weekday(6, _median),
    }
)
SPREADSHEET = ("mean_4", "mean_8", "median_6")
