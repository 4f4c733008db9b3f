"""States with more contacts in service than people, after their number fell: layers above the ordinary states, compiled.

Layer e holds, by the number q of contacts waiting, the probability that e contacts more than there are people are in service. Nobody starts a
new one, so a layer only loses to the layer below, at rate people + e, while q grows by arrivals and shrinks by giving up. From
layer 1 the queue returns to the ordinary states, with k = people + q contacts.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_ALPHA = 1 - np.sqrt(0.5)  # half of gamma = 2 - sqrt(2): both stages of TR-BDF2 share one matrix
_GAMMA = 2 - np.sqrt(2.0)
_NEW = 1 / (_GAMMA * (2 - _GAMMA))
_OLD = (1 - _GAMMA) ** 2 / (_GAMMA * (2 - _GAMMA))
_GONE = 1e-13  # probability at which a layer no longer counts


@njit(cache=True, nogil=True)
def border(p, layer, at, servers):  # type: ignore[no-untyped-def]
    """The number of servers changes from ``at[5]`` to ``servers``: states move between the ordinary ones and the layers."""
    if servers > at[5] and at[2] > 0:
        _more(p, layer, at, servers - at[5])
    elif servers < at[5] and (at[2] > 0 or at[1] > servers):
        _fewer(p, layer, at, servers)


@njit(cache=True, nogil=True)
def _more(p, layer, at, more):  # type: ignore[no-untyped-def]
    """More people: the lowest layers become ordinary states."""
    back = min(more, at[2])
    reach = min(at[5] + back + at[4], len(p) - 2)
    p[at[1] + 1 : reach + 1] = 0.0
    lowest = min(at[0], at[5] + 1 + at[3])
    p[lowest : at[0]] = 0.0
    at[0], at[1] = lowest, max(at[1], reach)
    for e in range(1, at[2] + 1):
        for q in range(at[3], at[4] + 1):
            if e <= more:
                p[min(at[5] + e + q, reach)] += layer[e, q]
            else:
                layer[e - more, q] = layer[e, q]
    at[2] -= back


@njit(cache=True, nogil=True)
def _fewer(p, layer, at, servers):  # type: ignore[no-untyped-def]
    """Fewer people: layers move up, ordinary states with more contacts in service than people become layers."""
    lo, hi, count, before, most = at[0], at[1], at[2], at[5], layer.shape[0] - 1
    gone = before - servers
    q_lo, q_hi = max(lo - before, 0), max(hi - before, 0)
    if count > 0:
        q_lo, q_hi = min(q_lo, at[3]), max(q_hi, at[4])
        layer[1 : count + 1, q_lo : at[3]] = 0.0
        layer[1 : count + 1, at[4] + 1 : q_hi + 1] = 0.0
    top = min(max(count + gone if count > 0 else 0, min(hi, before) - servers), most)
    layer[count + 1 : top + 1, q_lo : q_hi + 1] = 0.0
    for e in range(count, 0, -1):
        to = min(e + gone, most)
        for q in range(q_lo, q_hi + 1):
            mass = layer[e, q]
            layer[e, q] = 0.0
            layer[to, q] += mass
    for k in range(max(lo, servers + 1), hi + 1):
        layer[min(min(k, before) - servers, most), max(k - before, 0)] += p[k]
        p[k] = 0.0
    at[0], at[1], at[2], at[3], at[4] = min(lo, servers), min(hi, servers), top, q_lo, q_hi
    if lo > servers:
        p[servers] = 0.0


@njit(cache=True, nogil=True)
def trimmed(layer, at, tail):  # type: ignore[no-untyped-def]
    """Drop layers and waiting numbers whose probability no longer counts; what the rest sums to."""
    while at[2] > 0 and np.abs(layer[at[2], at[3] : at[4] + 1]).sum() < _GONE:
        at[2] -= 1
    while at[2] > 0 and at[4] > at[3] and np.abs(layer[1 : at[2] + 1, at[4]]).sum() < tail / 10:
        at[4] -= 1
    while at[2] > 0 and at[3] < at[4] and np.abs(layer[1 : at[2] + 1, at[3]]).sum() < tail / 10:
        at[3] += 1
    return layer[1 : at[2] + 1, at[3] : at[4] + 1].sum()


@njit(cache=True, nogil=True)
def step(p, layer, at, h, b, theta, d, work, rhs, mid):  # type: ignore[no-untyped-def]
    """One TR-BDF2 step of length h, in place: layers from the top, then the ordinary states that the lowest one feeds."""
    lo, hi, count, q_lo, q_hi, servers = at
    ah = _ALPHA * h
    target = work[0]
    for k in range(lo, hi + 1):
        out = (b if k < hi else 0.0) + (d[k] if k > lo else 0.0)
        came = (b * p[k - 1] if k > lo else 0.0) + (d[k + 1] * p[k + 1] if k < hi else 0.0)
        target[k] = p[k] + ah * (came - out * p[k])
    if count > 0:
        for q in range(q_lo, q_hi + 1):
            target[servers + q] += ah * (servers + 1) * layer[1, q]
        _explicit(layer, rhs, count, q_lo, q_hi, servers, ah, b, theta)
        _implicit(rhs, mid, count, q_lo, q_hi, servers, ah, b, theta, work[2])
        for q in range(q_lo, q_hi + 1):
            target[servers + q] += ah * (servers + 1) * mid[1, q]
    _solve(work[1], target, lo, hi, b, d, ah, work[2])
    for k in range(lo, hi + 1):
        target[k] = _NEW * work[1][k] - _OLD * p[k]
    if count > 0:
        for e in range(1, count + 1):
            for q in range(q_lo, q_hi + 1):
                rhs[e, q] = _NEW * mid[e, q] - _OLD * layer[e, q]
        _implicit(rhs, layer, count, q_lo, q_hi, servers, ah, b, theta, work[2])
        for q in range(q_lo, q_hi + 1):
            target[servers + q] += ah * (servers + 1) * layer[1, q]
    _solve(p, target, lo, hi, b, d, ah, work[2])


@njit(cache=True, nogil=True)
def _explicit(layer, rhs, count, q_lo, q_hi, servers, ah, b, theta):  # type: ignore[no-untyped-def]
    """rhs = (I + ah A) layer."""
    for e in range(1, count + 1):
        for q in range(q_lo, q_hi + 1):
            out = servers + e + (b if q < q_hi else 0.0) + (q * theta if q > q_lo else 0.0)
            came = (b * layer[e, q - 1] if q > q_lo else 0.0) + ((q + 1) * theta * layer[e, q + 1] if q < q_hi else 0.0)
            if e < count:
                came += (servers + e + 1) * layer[e + 1, q]
            rhs[e, q] = layer[e, q] + ah * (came - out * layer[e, q])


@njit(cache=True, nogil=True)
def _implicit(rhs, x, count, q_lo, q_hi, servers, ah, b, theta, cp):  # type: ignore[no-untyped-def]
    """x = (I - ah A)^-1 rhs, layer by layer from the top."""
    for e in range(count, 0, -1):
        before = 0.0
        for q in range(q_lo, q_hi + 1):
            value = rhs[e, q]
            if e < count:
                value += ah * (servers + e + 1) * x[e + 1, q]
            diagonal = 1 + ah * (servers + e + (b if q < q_hi else 0.0) + (q * theta if q > q_lo else 0.0))
            if q > q_lo:
                diagonal -= ah * b * cp[q - 1]
                value += ah * b * before
            cp[q] = ah * (q + 1) * theta / diagonal if q < q_hi else 0.0
            before = value / diagonal
            x[e, q] = before
        for q in range(q_hi - 1, q_lo - 1, -1):
            x[e, q] += cp[q] * x[e, q + 1]


@njit(cache=True, nogil=True)
def _solve(x, rhs, lo, hi, b, d, ah, cp):  # type: ignore[no-untyped-def]
    """x = (I - ah A)^-1 rhs for the ordinary states."""
    before = 0.0
    for k in range(lo, hi + 1):
        value, diagonal = rhs[k], 1 + ah * ((b if k < hi else 0.0) + (d[k] if k > lo else 0.0))
        if k > lo:
            diagonal -= ah * b * cp[k - 1]
            value += ah * b * before
        cp[k] = ah * d[k + 1] / diagonal if k < hi else 0.0
        before = value / diagonal
        x[k] = before
    for k in range(hi - 1, lo - 1, -1):
        x[k] += cp[k] * x[k + 1]
