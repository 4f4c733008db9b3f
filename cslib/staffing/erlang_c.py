"""Erlang C (M/M/n): everybody waits until answered. In overload (load >= agents) the queue grows without end, which is defined
here: everybody waits, nobody is answered in time, the mean wait is infinite.

Source: A. K. Erlang 1917; C = n / ((n - a) / B + a), P(wait > t) = C exp(-(n - a) t / aht).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cslib.core.errors import StaffingError
from cslib.core.units import ceil_people
from cslib.staffing.compiled_search import LEFT, by_load, fewest_c
from cslib.staffing.limits import MOST_AGENTS, numbers
from cslib.staffing.performance import Performance
from cslib.staffing.poisson import Array, below
from cslib.staffing.search import NOISE, Whole


def wait_c(load: Array, agents: Array) -> Array:
    """Probability of waiting, for checked arrays of one shape."""
    stable = (load > 0) & (agents > load)
    a, n = np.where(stable, load, 1.0), np.where(stable, agents, 2.0)
    with np.errstate(over="ignore"):
        waiting = n / ((n - a) * below(n, a) + a)
    return np.where(stable, waiting, np.where(load > 0, 1.0, 0.0))


def erlang_c(load: Any, agents: Any, aht_s: Any, target_s: Any = 0.0) -> Performance:
    """Steady state of an Erlang C queue.

    Parameters
    ----------
    load : offered load a = contacts per second x aht_s [Erlang], 0 to 5,000,000
    agents : agents n [persons], whole or not
    aht_s : average handle time [s]; target_s : answer-time target [s]; arrays of one shape or scalars

    Returns
    -------
    Performance. Without contacts: nobody waits, service level 1, occupancy 0. In overload: wait 1, service level 0, ASA inf.

    Raises
    ------
    StaffingError  if a number is outside its limits.

    Examples
    --------
    >>> round(float(erlang_c(10, 14, 180, 20).service_level_share), 5)
    0.88835
    """
    a, n, aht, target = numbers(load=load, agents=agents, aht_s=aht_s, target_s=target_s)
    waiting, stable = wait_c(a, n), (n > a) | (a == 0)
    spare = np.where(stable & (n > a), n - a, 1.0)
    level = np.where(stable, 1 - waiting * np.exp(-spare * target / aht), 0.0)
    asa = np.where(stable, waiting * aht / spare, np.inf)
    occupancy = np.where(stable, a / np.where(n > 0, n, 1.0), 1.0)
    return Performance(*(x[()] for x in (waiting, level, asa, occupancy, np.zeros_like(a))))


def wait_percentile_c(load: Any, agents: Any, aht_s: Any, wait_share: Any) -> Array:
    """Wait [s] that a share ``wait_share`` of the contacts does not exceed (Erlang C); inf in overload.

    Raises
    ------
    StaffingError  if a number is outside its limits.
    """
    a, n, aht, share = numbers(load=load, agents=agents, aht_s=aht_s, wait_share=wait_share)
    waiting, stable = wait_c(a, n), (n > a) | (a == 0)
    spare = np.where(stable & (n > a), n - a, 1.0)
    over = np.log(np.maximum(waiting / (1 - share), 1.0))
    return np.where(stable, over * aht / spare, np.inf)[()]


def agents_c(load: Any, aht_s: Any, target_s: Any, level_share: Any, max_occupancy_share: Any = 1.0) -> Any:
    """Smallest number of agents that answers ``level_share`` of the contacts within ``target_s`` and keeps below the occupancy cap.

    Parameters
    ----------
    load [Erlang], aht_s [s], target_s [s], level_share [0 <= share < 1], max_occupancy_share [0 < share <= 1]

    Returns
    -------
    whole numbers [persons]; 0 without contacts. A target missed by less than 1e-9 of what may be missed counts as met.

    Raises
    ------
    StaffingError  if a number is outside its limits, or 5,000,000 agents are not enough.

    Examples
    --------
    >>> int(agents_c(10, 180, 20, 0.80, 0.85))
    14
    """
    shape = np.broadcast(load, aht_s, target_s, level_share, max_occupancy_share).shape
    given = numbers(load=load, aht_s=aht_s, target_s=target_s, level_share=level_share, max_occupancy_share=max_occupancy_share)
    a, aht, target, level, cap = (x.ravel() for x in given)
    found = np.maximum(level_agents_c(a, aht, target, level), ceil_people(a / cap))
    _refuse_beyond_cap(found)
    return found.reshape(shape)[()]


def level_agents_c(a: Array, aht: Array, target: Array, level: Array) -> Whole:
    """Agents for the service level alone, for checked flat arrays; compiled where the load is at most 1,000 Erlang."""
    found = np.zeros(a.shape, dtype=np.int64)
    cells = np.flatnonzero(a > 0)
    if not cells.size:
        return found
    load = a if cells.size == a.size else a[cells]
    out = np.empty(cells.size, dtype=np.int64)
    order = by_load(load)
    rate, may_miss = (target / aht)[cells], ((1 - level) * (1 + NOISE))[cells]
    fewest_c(np.ascontiguousarray(load), rate, may_miss, order, out)
    found[cells] = out
    left = cells[out == LEFT]
    if left.size:
        found[left] = _stepwise(a[left], aht[left], target[left], level[left])
    return found


def _stepwise(a: Array, aht: Array, target: Array, level: Array) -> Whole:
    """One agent more, step by step, until the level is met; any load > 0.

    The first candidate is the first stable number; the sum of Erlang B goes up by x <- 1 + (n / a) x.
    """
    found = (np.floor(a) + 1).astype(np.int64)
    cells = np.arange(len(a))
    n, load = found[cells].astype(float), a[cells]
    x = below(n, load)
    rate, may_miss = target[cells] / aht[cells], (1 - level[cells]) * (1 + NOISE)
    while cells.size:
        with np.errstate(over="ignore"):
            missed = n / ((n - load) * x + load) * np.exp(-(n - load) * rate)
        short = missed > may_miss
        found[cells[~short]] = n[~short].astype(np.int64)
        cells, n, load, rate, may_miss = cells[short], n[short] + 1, load[short], rate[short], may_miss[short]
        with np.errstate(over="ignore"):
            x = 1 + n / load * x[short]
        _refuse_beyond_cap(n)
    return found


def _refuse_beyond_cap(n: Any) -> None:
    if n.size and n.max() > MOST_AGENTS:
        raise StaffingError("staffing.search_cap", most=MOST_AGENTS)


def agents_fractional_c(load: Any, aht_s: Any, target_s: Any, level_share: Any) -> Array:
    """Real number of agents at which the service level is met exactly (continuous extension of Erlang C); for averaging, not for rosters.

    Raises
    ------
    StaffingError  if a number is outside its limits, or 5,000,000 agents are not enough.
    """
    shape = np.broadcast(load, aht_s, target_s, level_share).shape
    given = numbers(load=load, aht_s=aht_s, target_s=target_s, level_share=level_share)
    a, aht, target, level = (x.ravel() for x in given)
    high = level_agents_c(a, aht, target, level).astype(float)
    low = np.minimum(np.maximum(high - 1, a), high)
    for _ in range(60):
        middle = (low + high) / 2
        missed = wait_c(a, middle) * np.exp(-np.maximum(middle - a, 0) * target / aht)
        enough = missed <= 1 - level
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(a > 0, high, 0.0).reshape(shape)[()]
