"""The smallest whole number that meets a condition, for many cells at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cslib.core.errors import StaffingError
from cslib.staffing.limits import MOST_AGENTS
from cslib.staffing.poisson import Array

Whole = NDArray[np.int64]
NOISE = 1e-9  # relative: a target missed by less than this is met (rounding of the inputs, not of the formulas)


def smallest(meets: Callable[[Whole, Whole], NDArray[np.bool_]], guess: Array, floor: Array) -> Whole:
    """Smallest n >= ``floor`` with ``meets``, cell by cell, by strides from ``guess`` and then by halving.

    Parameters
    ----------
    meets : (indices of cells, n of those cells) -> True where n is enough; must stay True for all larger n
    guess : where to look first [persons]; any value gives the same result
    floor : smallest n allowed [persons]

    Raises
    ------
    StaffingError  where 5,000,000 are not enough.
    """
    least = np.asarray(floor, dtype=np.int64)
    low, high = least - 1, np.full(least.shape, MOST_AGENTS + 1)
    probe = np.clip(np.asarray(guess).astype(np.int64), least, MOST_AGENTS)
    stride = 1
    while (open_cells := np.flatnonzero(high - low > 1)).size:
        n = probe[open_cells]
        enough = meets(open_cells, n)
        high[open_cells[enough]] = n[enough]
        low[open_cells[~enough]] = n[~enough]
        bounded = (low[open_cells] >= least[open_cells]) & (high[open_cells] <= MOST_AGENTS)
        middle = (low[open_cells] + high[open_cells]) // 2
        away = np.where(enough, n - stride, n + stride)
        probe[open_cells] = np.where(bounded, middle, np.clip(away, low[open_cells] + 1, np.maximum(high[open_cells] - 1, low[open_cells] + 1)))
        stride *= 2
    if (high > MOST_AGENTS).any():
        raise StaffingError("staffing.search_cap", most=MOST_AGENTS)
    return high
