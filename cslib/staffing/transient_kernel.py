"""The state of a queue over time, compiled: distribution of the number of contacts, interval by interval.

Contacts arrive at a constant rate within an interval, are served by the people of the interval, and give up after an exponential patience.
The probabilities p_k of k contacts follow Kolmogorov's forward equations p' = A p (A tridiagonal), solved on a moving window of states by
TR-BDF2, an implicit method that damps what is faster than its step. Times are in handle times of a contact handled alone.

When the number of people falls, a contact in hand is finished; whoever is free first goes, until the number fits, and meanwhile nobody takes
a new contact (exhaustive discipline). Those states, with more contacts in service than people, are kept as layers of their own
(``transient_layers``). People who handle several contacts at a time take them along when they go.

Source: Kolmogorov 1931; Bank et al. 1985 (TR-BDF2); Ingolfsson, Modeling the M(t)/M/s(t) queue with an exhaustive discipline (2005).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cslib.staffing import transient_layers as layers
from cslib.staffing.poisson import Array

_TAIL = 1e-11  # probability that a window may leave out at each end
_FIRST_STEP, _GROWTH, _LONGEST_STEP = 0.01, 1.5, 1.0  # steps after a change [handle times]
_NOISE = 1e-6  # a limit missed by less than this is met: what the steps are off by
_LAYER_CELLS = 1 << 20

# figures of an interval, columns of ``figures``
LEVEL, WAITING, QUEUE, BUSY, BACKLOG = 0, 1, 2, 3, 4
FIGURES = 5


class State(NamedTuple):
    """Distribution of the queue: ``p`` over contacts there, ``layer`` (see ``transient_layers``), ``at`` = window and layers in use, servers."""

    p: Array
    layer: Array
    at: NDArray[np.int64]  # lo, hi of p; number of layers; lo, hi of the contacts waiting in them; servers


class Scratch(NamedTuple):
    """Room to work in: completions and giving up by state, chances of an answer, vectors and layers of a step."""

    d: Array
    weights: Array
    work: Array
    rhs: Array
    mid: Array


LO, HI, LAYERS, Q_LO, Q_HI, SERVERS = 0, 1, 2, 3, 4, 5


@njit(cache=True, nogil=True)
def _room(size, most):  # type: ignore[no-untyped-def]
    """Empty scratch and the sizes of a state."""
    deep = max(2, min(_LAYER_CELLS // size, most + 2))
    return Scratch(np.zeros(size), np.zeros(size), np.zeros((3, size)), np.zeros((deep, size)), np.zeros((deep, size)))


@njit(cache=True, nogil=True)
def _state(size, most):  # type: ignore[no-untyped-def]
    """A queue without contacts."""
    deep = max(2, min(_LAYER_CELLS // size, most + 2))
    state = State(np.zeros(size), np.zeros((deep, size)), np.zeros(6, np.int64))
    state.p[0] = 1.0
    return state


@njit(cache=True, nogil=True)
def _emptied(state):  # type: ignore[no-untyped-def]
    """Closing time: whoever waits is turned away."""
    state.at[:] = 0
    state.p[0] = 1.0


@njit(cache=True, nogil=True)
def _copied(source, target):  # type: ignore[no-untyped-def]
    at = source.at
    target.at[:] = at
    target.p[at[LO] : at[HI] + 1] = source.p[at[LO] : at[HI] + 1]
    if at[LAYERS] > 0:
        target.layer[1 : at[LAYERS] + 1, at[Q_LO] : at[Q_HI] + 1] = source.layer[1 : at[LAYERS] + 1, at[Q_LO] : at[Q_HI] + 1]


@njit(cache=True, nogil=True)
def completions(k, people, slots, slow):  # type: ignore[no-untyped-def]
    """Contacts completed per handle time with ``k`` there, spread evenly over people with ``slots`` each, slower the more a person has."""
    if people <= 0:
        return 0.0
    if k >= people * slots:
        return people * slots / (1 + slow * (slots - 1))
    if slots == 1:
        return float(k)
    low, more = k // people, k % people
    rate = more * (low + 1) / (1 + slow * low)
    if low > 0:
        rate += (people - more) * low / (1 + slow * (low - 1))
    return rate


@njit(cache=True, nogil=True)
def _deaths(d, lo, hi, people, slots, slow, theta):  # type: ignore[no-untyped-def]
    servers = people * slots
    full = completions(servers, people, slots, slow)
    for k in range(lo, hi + 1):
        d[k] = full + (k - servers) * theta if k >= servers else completions(k, people, slots, slow)


@njit(cache=True, nogil=True)
def answered(weights, count, full, theta, target):  # type: ignore[no-untyped-def]
    """Chance to be answered within ``target`` and before giving up, with j = 0, 1, ... contacts waiting ahead.

    The j + 1 departures ahead come at rates full + m theta: their sum is at most t with a negative binomial probability
    (regularised incomplete beta function), and the contact itself is still there with chance full / (full + (j + 1) theta).
    """
    y = target if theta == 0 else -np.expm1(-theta * target) / theta
    log_term, total = -(full + theta) * target, 0.0
    for j in range(count):
        if j > 0:
            log_term += np.log((full + j * theta) * y / j) if y > 0 and full + j * theta > 0 else -np.inf
        total += np.exp(log_term)
        share = full / (full + (j + 1) * theta) if full > 0 else 0.0
        weights[j] = share * max(1 - total, 0.0)


@njit(cache=True, nogil=True)
def hand_over(p, lo, hi, servers, fewer):  # type: ignore[no-untyped-def]
    """State after the number of servers fell from ``servers`` to ``fewer``: leavers take the contacts in hand along."""
    gone = servers - fewer
    if gone <= 0 or hi <= fewer:
        return lo, hi
    for k in range(max(lo, fewer + 1), hi + 1):
        to = max(fewer, k - gone)
        mass = p[k]
        p[k] = 0.0
        if to < lo:
            for j in range(to, lo):
                p[j] = 0.0
            lo = to
        p[to] += mass
    return lo, max(fewer, hi - gone)


@njit(cache=True, nogil=True)
def _widened(state, h, b, full, theta):  # type: ignore[no-untyped-def]
    """Windows that the distribution may spread to within a step, the new parts set to zero."""
    p, layer, at, size = state.p, state.layer, state.at, len(state.p)
    lo, hi = at[LO], at[HI]
    if at[LAYERS] > 0:
        q_lo, q_hi = at[Q_LO], at[Q_HI]
        spread = 7 * np.sqrt((b + q_hi * theta) * h) + 8
        at[Q_LO], at[Q_HI] = max(0, int(q_lo - spread - q_hi * theta * h)), min(size - at[SERVERS] - 3, int(q_hi + spread + b * h))
        layer[1 : at[LAYERS] + 1, at[Q_LO] : q_lo] = 0.0
        layer[1 : at[LAYERS] + 1, q_hi + 1 : at[Q_HI] + 1] = 0.0
    down = full + hi * theta
    spread = 7 * np.sqrt((b + min(down, hi + 1.0)) * h) + 8
    at[LO], at[HI] = max(0, int(lo - spread - down * h)), min(size - 2, int(hi + spread + b * h))
    if at[LAYERS] > 0:
        at[LO], at[HI] = min(at[LO], at[SERVERS] + at[Q_LO]), max(at[HI], at[SERVERS] + at[Q_HI])
    p[at[LO] : lo] = 0.0
    p[hi + 1 : at[HI] + 1] = 0.0


@njit(cache=True, nogil=True)
def _trimmed(state):  # type: ignore[no-untyped-def]
    """Windows without their negligible ends; what is left sums to one."""
    p, at = state.p, state.at
    lo, hi, tail = at[LO], at[HI], 0.0
    while lo < hi and tail + abs(p[lo]) < _TAIL:
        tail += abs(p[lo])
        lo += 1
    tail = 0.0
    while hi > lo and tail + abs(p[hi]) < _TAIL:
        tail += abs(p[hi])
        hi -= 1
    at[LO], at[HI] = lo, hi
    total = p[lo : hi + 1].sum()
    if at[LAYERS] > 0:
        total += layers.trimmed(state.layer, at, _TAIL)
        state.layer[1 : at[LAYERS] + 1, at[Q_LO] : at[Q_HI] + 1] /= total
    p[lo : hi + 1] /= total


@njit(cache=True, nogil=True)
def _look(state, weights, out):  # type: ignore[no-untyped-def]
    """What a contact that arrives now meets: chance of an answer in time, of waiting; contacts waiting and in service."""
    p, at = state.p, state.at
    servers = at[SERVERS]
    level, waiting, queue, busy = 0.0, 0.0, 0.0, 0.0
    for k in range(at[LO], at[HI] + 1):
        if k < servers:
            level += p[k]
            busy += p[k] * k
        else:
            level += p[k] * weights[k - servers]
            waiting += p[k]
            queue += p[k] * (k - servers)
            busy += p[k] * servers
    for e in range(1, at[LAYERS] + 1):
        for q in range(at[Q_LO], at[Q_HI] + 1):
            mass = state.layer[e, q]
            level += mass * weights[min(e + q, len(weights) - 1)]
            waiting += mass
            queue += mass * q
            busy += mass * servers
    out[0], out[1], out[2], out[3] = level, waiting, queue, busy


@njit(cache=True, nogil=True)
def _changed(state, people, slots):  # type: ignore[no-untyped-def]
    """The people of the next interval take over."""
    at, servers = state.at, people * slots
    if slots == 1:
        layers.border(state.p, state.layer, at, servers)
    elif servers < at[SERVERS]:
        at[LO], at[HI] = hand_over(state.p, at[LO], at[HI], at[SERVERS], servers)
    at[SERVERS] = servers


@njit(cache=True, nogil=True)
def interval(state, b, theta, people, slots, slow, target, length, room, row):  # type: ignore[no-untyped-def]
    """Carry a state through one interval, in place; fill ``row`` with the interval's figures (means over its arrivals; backlog at its end).

    b : arrivals, theta : giving up, per handle time; target, length [handle times]
    """
    _changed(state, people, slots)
    at, servers = state.at, people * slots
    full = completions(servers, people, slots, slow)
    known = 0
    now, then = np.zeros(4), np.zeros(4)
    row[:] = 0.0
    done, h = 0.0, 0.0
    while True:
        reach = max(at[HI] - servers, at[LAYERS] + at[Q_HI] if at[LAYERS] > 0 else 0) + 1
        if reach > known:
            known = min(2 * max(reach, 16), len(room.weights))
            answered(room.weights, known, full, theta, target)
        _look(state, room.weights, then)
        if h > 0:
            for i in range(4):
                row[i] += (now[i] + then[i]) / 2 * h / length
        now[:] = then
        if done >= length * (1 - 1e-12):
            break
        h = min(_FIRST_STEP if h == 0 else h * _GROWTH, _LONGEST_STEP, length / 4, length - done)
        _widened(state, h, b, full, theta)
        _deaths(room.d, at[LO], at[HI] + 1, people, slots, slow, theta)
        layers.step(state.p, state.layer, at, h, b, theta, room.d, room.work, room.rhs, room.mid)
        _trimmed(state)
        done += h
    row[BACKLOG] = now[2]


@njit(cache=True, nogil=True)
def course(b, theta, people, is_open, slots, slow, target, length, size):  # type: ignore[no-untyped-def]
    """Figures of every interval under given people; arrays of one entry an interval, rates per handle time of the interval."""
    figures = np.zeros((len(b), FIGURES))
    state, room = _state(size, people.max()), _room(size, people.max())
    for i in range(len(b)):
        if is_open[i]:
            interval(state, b[i], theta[i], people[i], slots, slow, target[i], length[i], room, figures[i])
        else:
            _emptied(state)
    return figures


@njit(cache=True, nogil=True)
def _meets(row, b, theta, servers, may_miss, occupancy, lost):  # type: ignore[no-untyped-def]
    """Whether the figures of an interval keep service level, occupancy cap and abandonment cap."""
    level, busy = 1 - row[LEVEL] <= may_miss + _NOISE, row[BUSY] <= servers * occupancy * (1 + _NOISE)
    return b == 0 or (level and busy and theta * row[QUEUE] <= b * (lost + _NOISE))


@njit(cache=True, nogil=True)
def staffed(b, theta, guess, least, is_open, slots, slow, target, length, may_miss, occupancy, lost, size):  # type: ignore[no-untyped-def]
    """Smallest number of people, interval by interval from the state that the intervals before leave, that keeps all limits.

    guess : people to try first; least : lower limit. Returns people, figures, and the figures with one person fewer.
    """
    count, most = len(b), 2 * guess.max() + least.max() + 8
    people, figures, fewer = np.zeros(count, np.int64), np.zeros((count, FIGURES)), np.zeros((count, FIGURES))
    state, tried, best, room = _state(size, most), _state(size, most), _state(size, most), _room(size, most)
    row, off = np.zeros(FIGURES), 0
    for i in range(count):
        if not is_open[i]:
            _emptied(state)
            off = 0
            continue
        n = max(guess[i] + off, least[i])
        low, high, stride = least[i] - 1, -1, 1
        while high < 0 or high - low > 1:
            _copied(state, tried)
            interval(tried, b[i], theta[i], n, slots, slow, target[i], length[i], room, row)
            if _meets(row, b[i], theta[i], n * slots, may_miss[i], occupancy[i], lost[i]):
                high = n
                figures[i] = row
                _copied(tried, best)
            else:
                low = n
                fewer[i] = row
            if high < 0:
                n = low + stride
            elif low < least[i]:
                n = max(high - stride, least[i])
            else:
                n = (low + high) // 2
            stride *= 2
        people[i] = high
        off = high - guess[i] if guess[i] > 0 else 0
        _copied(best, state)
    return people, figures, fewer
