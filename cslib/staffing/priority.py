"""Priority classes of one queue: each with its own limit, the more urgent answered first, nobody interrupted (S004-04, S000-19).

With a common handle time the chance to wait is Erlang C's for every class. Ahead of who waits is a geometric number of contacts of its own and more
urgent classes, and is overtaken by more urgent ones that come later: the wait is the time in which a one-server queue, fed by those
alone and served at the rate of all people, falls by that number plus one. It is computed exactly by uniformisation.
Contacts that give up are counted as waiting on, which errs on the safe side; escalation is for the simulation to show.

Source: Cobham 1954; Kella & Yechiali, Waiting times in the non-preemptive priority M/M/c queue (1985).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from cslib.core.errors import StaffingError
from cslib.staffing.erlang_c import wait_c
from cslib.staffing.limits import MOST_AGENTS, numbers
from cslib.staffing.poisson import Array

_NEGLIGIBLE = 1e-12


@njit(cache=True, nogil=True)
def _still_waiting(ahead, overtaking, time):  # type: ignore[no-untyped-def]
    """P(wait > time | wait): ``ahead`` is the geometric ratio, ``overtaking`` the rate of more urgent contacts, in completions of the team."""
    rate = 1 + overtaking
    down, mean = 1 / rate, rate * time
    steps = int(mean + 8 * np.sqrt(mean) + 30)
    first = int(np.log(_NEGLIGIBLE) / np.log(ahead)) + 2 if ahead > 0 else 1
    size = first + steps + 2
    p, q = np.zeros(size), np.zeros(size)
    for j in range(first):
        p[j + 1] = (1 - ahead) * ahead**j
    weight, total, seen = np.exp(-mean), 0.0, 0.0
    log_weight = -mean
    for step in range(steps + 1):
        if step > 0:
            log_weight += np.log(mean / step) if mean > 0 else -np.inf
            weight = np.exp(log_weight)
            q[:] = 0.0
            for k in range(1, min(first + step, size - 1) + 1):
                if k + 1 < size:
                    q[k + 1] += p[k] * (1 - down)
                if k > 1:
                    q[k - 1] += p[k] * down
            p, q = q, p
        total += weight * p.sum()
        seen += weight
        if seen > 1 - _NEGLIGIBLE:
            break
    return total


def priority_levels(load: float, agents: int, aht_s: float, shares: Any, targets_s: Any) -> Array:
    """Service level of each class, most urgent first.

    Parameters
    ----------
    load : offered load of all classes [Erlang]; agents [persons]; aht_s : common handle time [s]
    shares : share of the contacts in each class, most urgent first, summing to 1; targets_s : answer-time target of each [s]

    Returns
    -------
    array [share]; in overload (load >= agents) a class is still answered while it and all more urgent ones load the team below its capacity.

    Raises
    ------
    StaffingError  if a number is outside its limits.
    """
    a, n, aht = (float(x) for x in numbers(load=load, agents=agents, aht_s=aht_s))
    shares_, (targets,) = np.asarray(shares, dtype=float), numbers(target_s=targets_s)
    if a == 0:
        return np.ones(len(shares_))
    waiting = float(wait_c(np.array(a), np.array(n)))
    until = np.cumsum(shares_) * a
    levels = np.zeros(len(shares_))
    for k, target in enumerate(targets):
        if until[k] < n:
            levels[k] = 1 - waiting * _still_waiting(until[k] / n, (until[k] - shares_[k] * a) / n, target * n / aht)
    return levels


def priority_agents(load: float, aht_s: float, shares: Any, targets_s: Any, levels_share: Any, least: int = 0) -> int:
    """Smallest number of people, at least ``least``, with which every class keeps its own level.

    Raises
    ------
    StaffingError  if a number is outside its limits, or 5,000,000 people are not enough.
    """
    wanted = np.asarray(levels_share, dtype=float)
    n = max(int(least), int(load) + 1 if load > 0 else 0)
    while (priority_levels(load, n, aht_s, shares, targets_s) < wanted - 1e-9).any():
        n += 1
        if n > MOST_AGENTS:
            raise StaffingError("staffing.search_cap", most=MOST_AGENTS)
    return n
