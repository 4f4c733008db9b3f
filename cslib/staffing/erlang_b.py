"""Erlang B (M/M/n/n): contacts that find every line busy are lost.

Source: A. K. Erlang 1917; continuation to real n after Jagerman, Some properties of the Erlang loss function (1974).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cslib.core.units import ceil_people
from cslib.staffing.limits import numbers
from cslib.staffing.poisson import Array, below
from cslib.staffing.search import NOISE, Whole, smallest


def erlang_b(load: Any, lines: Any) -> Array:
    """Share of contacts blocked.

    Parameters
    ----------
    load : offered load a = arrival rate x holding time [Erlang], >= 0
    lines : lines n, whole or not, >= 0; arrays of one shape or scalars

    Returns
    -------
    array [share]: 1 / (sum over k <= n of p_k / p_n); 0 where nothing is offered.

    Raises
    ------
    StaffingError  if a number is outside its limits.

    Examples
    --------
    >>> round(float(erlang_b(1, 2)), 12)
    0.2
    """
    a, n = numbers(load=load, lines=lines)
    return np.where(a > 0, 1 / below(n, np.where(a > 0, a, 1.0)), 0.0)[()]


def lines_b(load: Any, blocking_share: Any, max_occupancy_share: Any = 1.0) -> Any:
    """Smallest number of lines that blocks at most a share of the contacts, with the lines busy at most a share of the time.

    Parameters
    ----------
    load : offered load [Erlang]; blocking_share : target, 0 to 1; max_occupancy_share : cap on carried load / lines, 0 < cap <= 1

    Returns
    -------
    whole numbers. A target of 0 gives the first number whose blocking is below the smallest double (about 1e-308).

    Raises
    ------
    StaffingError  if a number is outside its limits.
    """
    shape = np.broadcast(load, blocking_share, max_occupancy_share).shape
    a, target, cap = (x.ravel() for x in numbers(load=load, blocking_share=blocking_share, max_occupancy_share=max_occupancy_share))
    positive = np.where(a > 0, a, 1.0)

    def _meets(cells: Whole, n: Whole) -> Any:
        blocked = 1 / below(n.astype(float), positive[cells])
        busy = a[cells] * (1 - blocked) <= n * cap[cells] * (1 + NOISE)
        return (a[cells] == 0) | ((blocked <= target[cells] * (1 + NOISE)) & busy)

    carried = ceil_people(a * (1 - target))  # n lines carry at most n Erlang
    found = smallest(_meets, np.maximum(carried, a), np.where(a > 0, carried, 0))
    return found.reshape(shape)[()]
