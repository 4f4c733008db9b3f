"""Several contacts at a time (chat, social media): steady state of people who slow down with every further contact.

With k contacts spread evenly over n people, somebody with j of them completes j / (1 + slowdown x (j - 1)) of them per handle time. The number
of contacts is a birth-death process with these rates, and with giving up beyond n x slots. With one slot this is Erlang A (or C).

Source: Luo & Zhang, Staffing and control of instant messaging contact centers (2013), for service rates that depend on concurrency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from cslib.core.errors import StaffingError
from cslib.staffing import transient_kernel as kernel
from cslib.staffing.limits import MOST_AGENTS, numbers
from cslib.staffing.poisson import Array
from cslib.staffing.search import NOISE

_NEGLIGIBLE = 1e-16


@dataclass(frozen=True)
class Slots:
    """How a person handles contacts: how many at a time, how much each further one lengthens all, the mean patience (times in s)."""

    aht_s: float
    patience_s: float
    target_s: float
    slots: int
    slowdown_share: float


@njit(cache=True, nogil=True)
def _steady(load, people, slots, slow, theta, target, out):  # type: ignore[no-untyped-def]
    """Service level, waiting share, mean queue and mean in service into ``out``; all contacts wait for ever if nothing ends the queue."""
    servers = people * slots
    full = kernel.completions(servers, people, slots, slow)
    out[0], out[1], out[2], out[3] = 0.0, 1.0, np.inf, float(servers)
    if theta == 0 and full <= load:
        return
    size = 64
    weights = np.empty(size)
    kernel.answered(weights, size, full, theta, target)
    log_p, top = 0.0, 0.0  # probabilities relative to the empty queue, in logarithms
    for k in range(1, servers + 1):
        log_p += np.log(load / kernel.completions(k, people, slots, slow))
        top = max(top, log_p)
    total, level, waiting, queue, busy, log_p, k = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0
    while True:
        p = np.exp(log_p - top)
        total += p
        if k < servers:
            level += p
            busy += p * k
            log_p += np.log(load / kernel.completions(k + 1, people, slots, slow))
        else:
            j = k - servers
            if j >= size:
                size *= 2
                weights = np.empty(size)
                kernel.answered(weights, size, full, theta, target)
            level += p * weights[j]
            waiting += p
            queue += p * j
            busy += p * servers
            down = full + (j + 1) * theta
            if down <= 0 or (down > load and p * load / (down - load) < _NEGLIGIBLE * total):
                break
            log_p += np.log(load / down)
        k += 1
    out[0], out[1], out[2], out[3] = level / total, waiting / total, queue / total, busy / total


@njit(cache=True, nogil=True)
def _fewest(loads, slots, slow, theta, target, may_miss, occupancy, lost, most):  # type: ignore[no-untyped-def]
    """Smallest number of people for each load, and which limit one person fewer would break (0 level, 1 abandonment, 2 occupancy)."""
    people, binds = np.zeros(len(loads), np.int64), np.zeros(len(loads), np.int64)
    out = np.zeros(4)
    for i in range(len(loads)):
        if loads[i] <= 0:
            continue
        low, high, n = -1, -1, int(loads[i] / slots)
        stride = 1
        while high < 0 or high - low > 1:
            _steady(loads[i], n, slots, slow, theta, target, out)
            broken = -1
            if out[3] > n * slots * occupancy * (1 + NOISE):
                broken = 2
            if theta * out[2] > loads[i] * lost * (1 + NOISE):
                broken = 1
            if 1 - out[0] > may_miss * (1 + NOISE):
                broken = 0
            if broken < 0:
                high = n
            else:
                low, binds[i] = n, broken
            if high < 0:
                n = low + stride
            elif low < 0:
                n = max(high - stride, 0)
            else:
                n = (low + high) // 2
            stride *= 2
            if low > most:
                break
        people[i] = high
    return people, binds


def _theta(case: Slots) -> float:
    return 0.0 if np.isinf(case.patience_s) else case.aht_s / case.patience_s


def chat_people(load: Array, case: Slots, level_share: float, max_occupancy_share: float, max_abandonment_share: float) -> tuple[Array, Array]:
    """Smallest number of people that keep the service level and both caps, in steady state.

    Parameters
    ----------
    load : offered load [Erlang] at the handle time of a contact handled alone, one-dimensional
    case : how a person handles contacts; the occupancy cap is on slots in use

    Returns
    -------
    people [persons], and which limit one fewer would break: 0 service level, 1 abandonment, 2 occupancy

    Raises
    ------
    StaffingError  if a number is outside its limits, or 5,000,000 people are not enough.
    """
    loads, *_ = numbers(load=load, aht_s=case.aht_s, target_s=case.target_s, level_share=level_share, max_occupancy_share=max_occupancy_share)
    people, binds = _fewest(
        np.ascontiguousarray(loads), case.slots, case.slowdown_share, _theta(case), case.target_s / case.aht_s,
        1 - level_share, max_occupancy_share, max_abandonment_share, MOST_AGENTS,
    )  # fmt: skip
    if (people < 0).any():
        raise StaffingError("staffing.search_cap", most=MOST_AGENTS)
    return people, binds


def chat_state(load: float, people: int, case: Slots) -> tuple[float, float, float, float]:
    """Service level, share that waits, mean wait [s] (who gives up included) and share of the slots in use, in steady state."""
    out = np.zeros(4)
    _steady(float(load), int(people), case.slots, case.slowdown_share, _theta(case), case.target_s / case.aht_s, out)
    level, waiting, queue, busy = out
    return float(level), float(waiting), float(queue / load * case.aht_s), float(busy / max(people * case.slots, 1))
