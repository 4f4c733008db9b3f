"""All legal months of one person inside a window of days, as a layered graph without duplicates: built once, swept at any prices.

A node stands for everything the past leaves open (mode, units, counters); nodes of one layer with the same futures are merged, so a sweep
costs a few nanoseconds an arc. Days outside the window stay as planned. Limits that are not part of the state ("loose", see ``kit``) are
carried as counts by the searches of ``paths``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from cslib.roster.columns.kit import NEVER, Kit
from cslib.roster.columns.pricing import ANY, Scratch, reach

MIX = -7046029254386353131  # odd multiplier of the hash (2**64 / golden ratio)


class Graph(NamedTuple):
    """Months of a person in a window.

    Attributes
    ----------
    first : first day of the window; begin, end : (layers,) nodes of each layer, one layer a day and one after the last
    acts : (actions,) kinds he may work, then a day off (-1)
    succ : (nodes, actions) next node or -1; step : (nodes, actions) price of the counters; close : (nodes,) price at the end (last layer)
    left, hits : (limits,) what the days outside leave of each loose limit, (limits, actions) whether an action counts
    """

    first: int
    begin: np.ndarray
    end: np.ndarray
    acts: np.ndarray
    succ: np.ndarray
    step: np.ndarray
    close: np.ndarray
    left: np.ndarray
    hits: np.ndarray


def graph_of(p: int, first: int, last: int, month: np.ndarray, kit: Kit, scratch: Scratch) -> Graph | None:
    """Graph of person ``p`` for days ``first`` .. ``last``, the other days as in ``month``; None if no legal month is left."""
    kinds = kit.work.shape[2]
    able = (kit.work[p, first : last + 1] < NEVER).any(axis=0)
    acts = np.append(np.flatnonzero(able), kinds).astype(np.int64)
    fixed = month.astype(np.int64).copy()
    fixed[first : last + 1] = ANY
    succ, step, close, begin = _unfold(p, first, last, fixed, acts, kit, scratch)
    if len(succ) == 0:
        return None
    if not kit.step[kit.table[p]].any() and not kit.week_price[kit.table[p]].any():
        step[:] = 0.0
    succ, step, close, begin, end = _fold(succ, step, close, begin)
    if len(succ) == 0:
        return None
    left, hits = _limits(p, fixed, acts, kit)
    acts[-1] = -1
    return Graph(first, begin, end, acts, succ, step, close, left, hits)


def _limits(p: int, fixed: np.ndarray, acts: np.ndarray, kit: Kit) -> tuple[np.ndarray, np.ndarray]:
    """Loose limits that the window could pass, less what the other days use."""
    outside = fixed[fixed >= 0]
    room = int((fixed == ANY).sum())
    left = kit.loose_free[p] - kit.loose[p][:, outside].sum(axis=1) if kit.loose.shape[1] else np.zeros(0, dtype=np.int64)
    binding = [j for j in range(len(left)) if left[j] < room and kit.loose[p, j, acts[:-1]].any()]
    hits = np.zeros((len(binding), len(acts)), dtype=np.int64)
    for row, j in enumerate(binding):
        hits[row, :-1] = kit.loose[p, j, acts[:-1]]
    return np.asarray(left, dtype=np.int64)[binding], hits


@njit(cache=True, nogil=True)
def _walk(p, mode, u, g, d, k, kit):  # type: ignore[no-untyped-def]
    """State after day ``d`` with action ``k`` (kinds: a day off): mode (-1: not allowed), units, joint counter, price of counters."""
    kinds = kit.work.shape[2]
    a, b = kit.automaton[p], kit.table[p]
    after = kit.follow[a, mode, k if k < kinds else kit.rest[p, d]]
    if after < 0:
        return -1, u, g, 0.0
    h, v, price = g, u, 0.0
    if kit.new_week[d]:
        price = kit.week_price[b, kit.week[d], g]
        h = kit.monday[b, kit.week[d], g]
    if k < kinds:
        price += kit.step[b, h, k]
        h = kit.count[b, h, k]
        if h < 0:
            return -1, u, g, 0.0
        v += kit.units[p, k]
    worked = k < kinds or (kit.weekend_end[d] == 1 and kit.working[a, mode])
    if kit.weekend_kind[b] > 0 and kit.weekend_end[d] > 0 and worked == (kit.weekend_kind[b] == 1):
        h = kit.weekend[b, h]
        if h < 0:
            return -1, u, g, 0.0
    if v > kit.most[p]:
        return -1, u, g, 0.0
    return after, v, h, price


@njit(cache=True, nogil=True)
def _close(p, mode, u, g, last, fixed, kit):  # type: ignore[no-untyped-def]
    """Price of the days after ``last`` (counters only) and of the whole month's totals; NEVER if they do not fit."""
    kinds = kit.work.shape[2]
    total = 0.0
    for d in range(last + 1, len(fixed)):
        mode, u, g, price = _walk(p, mode, u, g, d, fixed[d] if fixed[d] >= 0 else kinds, kit)
        if mode < 0:
            return NEVER
        total += price
    total += kit.total[p, u] + kit.end[kit.table[p], g]
    return min(total, NEVER)


@njit(cache=True, nogil=True)
def _unfold(p, first, last, fixed, acts, kit, s):  # type: ignore[no-untyped-def]
    """Nodes that can be reached from the days before, layer after layer."""
    kinds = kit.work.shape[2]
    joint, units = kit.counters[kit.table[p]], kit.most[p] + 1
    begin = np.zeros(last - first + 3, dtype=np.int64)
    none = np.empty((0, len(acts)), dtype=np.int32), np.empty((0, len(acts))), np.empty(0), begin
    reach(p, kit.work[p], kit.off[p], fixed, kit, s)
    low = 0
    while low < units and kit.total[p, low] >= NEVER:
        low += 1
    mode, u, g = 0, 0, 0
    for d in range(first):
        mode, u, g, _ = _walk(p, mode, u, g, d, fixed[d] if fixed[d] >= 0 else kinds, kit)
        if mode < 0:
            return none
    room = 4096
    state = np.empty(room, dtype=np.int64)
    succ = np.full((room, len(acts)), -1, dtype=np.int32)
    step = np.zeros((room, len(acts)))
    state[0] = (mode * units + u) * joint + g
    begin[1], free = 1, 1
    for d in range(first, last + 1):
        layer = d - first
        for i in range(begin[layer], begin[layer + 1]):
            g, u, mode = state[i] % joint, (state[i] // joint) % units, state[i] // joint // units
            for x in range(len(acts)):
                k = acts[x]
                if (k < kinds and kit.work[p, d, k] >= NEVER) or (k == kinds and kit.off[p, d] >= NEVER):
                    continue
                after, v, h, price = _walk(p, mode, u, g, d, k, kit)
                if after < 0 or v + s.least[d + 1] >= units or v + s.most[d + 1] < low:
                    continue
                target = (after * units + v) * joint + h
                if s.place[target] < 0:
                    if free >= room:
                        state, succ, step = _twice(state), _twice_rows(succ, -1), _twice_rows(step, 0.0)
                        room *= 2
                    s.place[target] = free
                    state[free] = target
                    free += 1
                succ[i, x], step[i, x] = s.place[target], price
        begin[layer + 2] = free
        for i in range(begin[layer + 1], free):
            s.place[state[i]] = -1
        if begin[layer + 1] == free:
            return none
    close = np.full(free, NEVER)
    for i in range(begin[last - first + 1], free):
        close[i] = _close(p, state[i] // joint // units, (state[i] // joint) % units, state[i] % joint, last, fixed, kit)
    return succ[:free], step[:free], close, begin


@njit(cache=True, nogil=True)
def _twice(old):  # type: ignore[no-untyped-def]
    out = np.empty(2 * len(old), dtype=old.dtype)
    out[: len(old)] = old
    return out


@njit(cache=True, nogil=True)
def _twice_rows(old, fill):  # type: ignore[no-untyped-def]
    out = np.full((2 * len(old), old.shape[1]), fill, dtype=old.dtype)
    out[: len(old)] = old
    return out


@njit(cache=True, nogil=True)
def _fold(succ, step, close, begin):  # type: ignore[no-untyped-def]
    """Merge nodes with equal futures, from the last layer to the first; nodes without a future fall away."""
    nodes, actions = succ.shape
    layers = len(begin) - 1
    size = 4
    while size < 2 * nodes:
        size *= 2
    table = np.full(size, -1, dtype=np.int32)
    name = np.full(nodes, -1, dtype=np.int32)
    rows, prices = np.full((nodes, actions), -1, dtype=np.int32), np.zeros((nodes, actions))
    closing = np.full(nodes, NEVER)
    first, end = np.zeros(layers, dtype=np.int64), np.zeros(layers, dtype=np.int64)
    free = 0
    for layer in range(layers - 1, -1, -1):
        first[layer] = free
        for i in range(begin[layer], begin[layer + 1]):
            alive = close[i] < NEVER
            key = np.int64(close[i] * 8) if alive else np.int64(layer)
            for x in range(actions):
                rows[free, x] = name[succ[i, x]] if succ[i, x] >= 0 else -1
                prices[free, x] = step[i, x] if rows[free, x] >= 0 else 0.0
                alive = alive or rows[free, x] >= 0
                key = (key ^ np.int64(rows[free, x] + 2 + prices[free, x] * 8)) * MIX
                key ^= key >> 29
            if not alive:
                continue
            closing[free] = close[i]
            at = key & (size - 1)
            while table[at] >= 0 and not _equal(table[at], free, first[layer], rows, prices, closing):
                at = (at + 1) & (size - 1)
            if table[at] < 0:
                table[at] = free
                free += 1
            name[i] = table[at]
        end[layer] = free
    if end[0] == first[0]:
        free = 0
    return rows[:free].copy(), prices[:free].copy(), closing[:free].copy(), first, end


@njit(cache=True, nogil=True)
def _equal(a, b, least, rows, prices, closing):  # type: ignore[no-untyped-def]
    """Whether nodes a and b of one layer have the same futures."""
    if a < least or closing[a] != closing[b]:
        return False
    same = True
    for x in range(rows.shape[1]):
        same = same and rows[a, x] == rows[b, x] and prices[a, x] == prices[b, x]
    return same
