"""Erlang A (M/M/n+M): contacts wait, and give up after an exponential patience. Stable under any load.

With c = agents x patience / aht and r = load x patience / aht, the sum of the states above n is the Poisson sum above(c, r), the
sum below is Erlang B's below(n, a); both are taken relative to state n, so nothing under- or overflows. Infinite patience is
Erlang C, no patience is Erlang B.

Source: Palm 1946; Zeltyn & Mandelbaum, Call centers with impatient customers (2005): waiting-time integrals in closed form
by the incomplete gamma function.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.optimize import elementwise

from cslib.core.units import ceil_people
from cslib.staffing.compiled_search import LEFT, by_load, fewest_a
from cslib.staffing.erlang_c import erlang_c, level_agents_c
from cslib.staffing.limits import numbers
from cslib.staffing.performance import Performance
from cslib.staffing.poisson import Array, above, below
from cslib.staffing.search import NOISE, Whole, smallest

Flags = NDArray[np.bool_]


class _State(NamedTuple):
    """Parts of the steady state that every figure is made of (load > 0, patience finite)."""

    waiting: Array  # probability that all agents are busy on arrival
    abandoned: Array  # share of the contacts that give up
    inverse: Array  # 1 / above(c, r)


def _steady(a: Array, n: Array, ratio: Array) -> _State:
    """Steady state for load ``a`` > 0, agents ``n`` and patience / aht = ``ratio`` < inf."""
    inverse, excess = above(n * ratio, a * ratio)
    with np.errstate(over="ignore", invalid="ignore"):
        idle = (below(n, a) - 1) * inverse  # states below n relative to those from n on; 0 * inf only where nobody ever queues
    waiting = 1 / (1 + np.where(np.isnan(idle), np.inf, idle))
    return _State(waiting, waiting * excess, inverse)


def _later_than(state: _State, a: Array, n: Array, ratio: Array, t: Array, plus: int) -> Array:
    """Share of contacts whose offered wait exceeds ``t`` [in handle times]; ``plus`` = 1: and who are still there to be served.

    P(wait) gamma(c + plus, r e^(-t / ratio)) / (r^plus gamma(c, r)): as a ratio of sums above where they can be taken term by
    term, as a ratio of regularised gamma functions in overload.
    """
    c, r = n * ratio, a * ratio
    with np.errstate(divide="ignore", invalid="ignore"):
        u = np.where(t > 0, t / ratio, 0.0)
    kept = np.exp(-u)
    overload = (r > c) & (r > 60)
    out = np.empty_like(r)
    m, mean, y, early = c[overload], r[overload], kept[overload], np.where(plus, c / np.maximum(r, 1e-300), 1.0)[overload]
    out[overload] = early * special.gammainc(m + plus, np.maximum(mean * y, 1e-300)) / special.gammainc(m, mean)
    calm = ~overload
    m, mean, y = c[calm], r[calm], kept[calm]
    sum_inverse, _ = above(m + plus, mean * y)
    # r (1 - y) - c u, written so that large terms don't cancel
    exponent = -(n[calm] - a[calm]) * t[calm] - a[calm] * t[calm] * _early_share(u[calm])
    share = np.where(plus, y * m / (m + 1), 1.0)
    out[calm] = np.where(y > 0, np.exp(exponent) * share * state.inverse[calm] / sum_inverse, 0.0)
    return state.waiting * np.where(c + plus > 0, out, 1.0)  # without agents the offered wait never ends


def _early_share(u: Array) -> Array:
    """1 - (1 - e^-u) / u for u >= 0, without cancellation."""
    series = np.zeros_like(u)
    small = np.minimum(u, 1.0)
    for k in range(20, 1, -1):
        series = small / k * (1 - series)
    with np.errstate(divide="ignore", invalid="ignore"):
        direct = 1 + np.expm1(-u) / u
    return np.where(u < 1, series, np.where(np.isinf(u), 1.0, direct))


def erlang_a(load: Any, agents: Any, aht_s: Any, patience_s: Any, target_s: Any = 0.0) -> Performance:
    """Steady state of an Erlang A queue.

    Parameters
    ----------
    load : offered load [Erlang]; agents : agents n [persons]; aht_s, target_s : handle time and answer-time target [s]
    patience_s : mean time [s] until a waiting contact gives up, 0 to inf; arrays of one shape or scalars

    Returns
    -------
    Performance. The service level counts contacts answered within ``target_s`` over all contacts offered.

    Raises
    ------
    StaffingError  if a number is outside its limits.

    Examples
    --------
    >>> round(float(erlang_a(10, 14, 180, 300, 20).abandonment_share), 6)
    0.013984
    """
    a, n, aht, patience, target = numbers(load=load, agents=agents, aht_s=aht_s, patience_s=patience_s, target_s=target_s)
    busy, finite = (a > 0), np.isfinite(patience)
    load_, ratio = np.where(busy, a, 1.0), np.where(finite, patience, aht) / aht
    state = _steady(load_, n, ratio)
    missed = state.abandoned + _later_than(state, load_, n, ratio, target / aht, 1)
    occupancy = load_ * (1 - state.abandoned) / np.where(n > 0, n, 1.0)
    figures = {
        "wait_probability": state.waiting,
        "service_level_share": np.clip(1 - missed, 0.0, 1.0),
        "asa_s": state.abandoned * np.where(finite, patience, 0.0),
        "occupancy_share": np.where(n > 0, np.minimum(occupancy, 1.0), 1.0),
        "abandonment_share": np.minimum(state.abandoned, 1.0),
    }
    endless = erlang_c(a, n, aht, target)
    return Performance(**{name: np.where(busy & finite, value, getattr(endless, name))[()] for name, value in figures.items()})


def agents_a(
    load: Any, aht_s: Any, patience_s: Any, target_s: Any, level_share: Any, max_occupancy_share: Any = 1.0, max_abandonment_share: Any = 1.0
) -> Any:
    """Smallest number of agents that meets the service level and both caps (Erlang A).

    Erlang A alone accepts deep overload, because those who give up empty the queue: set both caps.

    Parameters
    ----------
    load [Erlang], aht_s, patience_s, target_s [s], level_share [0 <= share < 1], max_occupancy_share, max_abandonment_share [share]

    Returns
    -------
    whole numbers [persons]; 0 without contacts. A limit missed by less than 1e-9 of itself counts as met.

    Raises
    ------
    StaffingError  if a number is outside its limits, or 5,000,000 agents are not enough.

    Examples
    --------
    >>> int(agents_a(10, 180, 300, 20, 0.80, 0.85, 0.05))
    13
    """
    names = ("load", "aht_s", "patience_s", "target_s", "level_share", "max_occupancy_share", "max_abandonment_share")
    given = (load, aht_s, patience_s, target_s, level_share, max_occupancy_share, max_abandonment_share)
    shape = np.broadcast(*given).shape
    a, aht, patience, target, level, cap, lost = (x.ravel() for x in numbers(**dict(zip(names, given, strict=True))))
    found = np.zeros(a.shape, dtype=np.int64)
    endless = np.isinf(patience)
    found[endless] = np.maximum(level_agents_c(a[endless], aht[endless], target[endless], level[endless]), ceil_people(a[endless] / cap[endless]))
    cells = np.flatnonzero((a > 0) & ~endless)
    limits = Limits(a[cells], patience[cells] / aht[cells], target[cells] / aht[cells], level[cells], cap[cells], lost[cells])
    found[cells] = limits.agents()
    return found.reshape(shape)[()]


@dataclass(frozen=True)
class Limits:
    """Service level and caps of cells with contacts and finite patience: flat arrays, times in handle times."""

    load: Array
    ratio: Array
    target: Array
    level: Array
    occupancy: Array
    abandonment: Array

    def kept(self, cells: Whole, n: Whole) -> tuple[Flags, Flags, Flags]:
        """Whether ``n`` agents keep the service level, the occupancy cap and the abandonment cap in these cells."""
        a, ratio, agents = self.load[cells], self.ratio[cells], n.astype(float)
        state = _steady(a, agents, ratio)
        missed = state.abandoned + _later_than(state, a, agents, ratio, self.target[cells], 1)
        level = missed <= (1 - self.level[cells]) * (1 + NOISE)
        occupancy = a * (1 - state.abandoned) <= agents * self.occupancy[cells] * (1 + NOISE)
        return level, occupancy, state.abandoned <= self.abandonment[cells] * (1 + NOISE)

    def agents(self) -> Whole:
        """Smallest number of agents that keeps all three."""
        # n agents carry at most n Erlang: whoever may lose a share x needs at least load (1 - x) / occupancy of them
        may_lose = np.minimum(self.abandonment, 1 - self.level)
        least = ceil_people(self.load * (1 - may_lose) / self.occupancy)
        found = np.full(len(self.load), LEFT, dtype=np.int64)
        # Compiled where no candidate is in overload, and the sums are short; else by the general search.
        plain = np.flatnonzero((self.load > 0) & (self.ratio > 1e-3) & (self.ratio < 50) & ((least >= self.load) | (self.load * self.ratio <= 60)))
        if plain.size:
            columns = (self.load, self.ratio, self.target, 1 - self.level, self.occupancy, self.abandonment, least.astype(float))
            quick = np.empty(plain.size, dtype=np.int64)
            fewest_a(*(np.ascontiguousarray(x[plain]) for x in columns), by_load(self.load[plain]), NOISE, quick)
            found[plain] = quick
        left = np.flatnonzero(found == LEFT)
        if left.size:
            found[left] = self._searched(left, least[left])
        return found

    def _searched(self, left: Whole, least: Whole) -> Whole:
        """Some cells by strides and halving."""
        part = Limits(*(getattr(self, field.name)[left] for field in fields(self)))
        return smallest(lambda cells, n: np.logical_and.reduce(part.kept(cells, n)), least + np.sqrt(part.load) / 4, least)


def offered_wait_a(load: Any, agents: Any, aht_s: Any, patience_s: Any, target_s: Any) -> Array:
    """Share of contacts whose *offered* wait, the wait of somebody who never gives up, is at most ``target_s`` (Erlang A).

    Raises
    ------
    StaffingError  if a number is outside its limits.
    """
    a, n, aht, patience, target = numbers(load=load, agents=agents, aht_s=aht_s, patience_s=patience_s, target_s=target_s)
    busy, finite = (a > 0), np.isfinite(patience) & (patience > 0)
    load_, ratio = np.where(busy, a, 1.0), np.where(finite, patience, aht) / aht
    state = _steady(load_, n, ratio)
    within = 1 - _later_than(state, load_, n, ratio, target / aht, 0)
    # without patience nobody ever queues, so the offered wait is the rest of a service: P(wait) exp(-n t / aht)
    lost = 1 - _steady(load_, n, np.zeros_like(a)).waiting * np.exp(-n * target / aht)
    other = np.where(np.isfinite(patience), lost, erlang_c(a, n, aht, target).service_level_share)
    return np.where(busy, np.where(finite, np.clip(within, 0.0, 1.0), other), 1.0)[()]


def wait_percentile_a(load: Any, agents: Any, aht_s: Any, patience_s: Any, wait_share: Any) -> Array:
    """Offered wait [s] that a share ``wait_share`` of the contacts does not exceed (Erlang A), to 1e-12 of itself (Chandrupatla's method).

    Raises
    ------
    StaffingError  if a number is outside its limits.
    """
    given = numbers(load=load, agents=agents, aht_s=aht_s, patience_s=patience_s, wait_share=wait_share)
    shape, (a, n, aht, patience, share) = given[0].shape, (x.ravel() for x in given)
    within = offered_wait_a(a, n, aht, patience, np.zeros_like(a))
    forever = (a > 0) & (within < share) & ((n == 0) | (np.isinf(patience) & (n <= a)))
    found = np.where(forever, np.inf, 0.0)
    some = np.flatnonzero(~forever & (within < share))
    if some.size:
        cells = tuple(x[some] for x in (a, n, aht, patience, share))
        high = aht[some].copy()
        while (grow := _beyond(high, *cells) < 0).any():
            high = np.where(grow, high * 2, high)
        found[some] = elementwise.find_root(_beyond, (np.zeros_like(high), high), args=cells, tolerances={"xrtol": 1e-13, "xatol": 0.0}).x
    return found.reshape(shape)[()]


def _beyond(wait: Array, a: Array, n: Array, aht: Array, patience: Array, share: Array) -> Array:
    """Share of contacts whose offered wait is at most ``wait``, less the share wanted."""
    return np.asarray(offered_wait_a(a, n, aht, patience, wait) - share)
