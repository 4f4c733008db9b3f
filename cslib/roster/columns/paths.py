"""Searches in the graph of one person's months: cheapest month, price of every cell, all months below a price; loose limits kept.

``price`` is (days, actions) in the order of ``graph.acts``. A month is written as actions per day of the window (kind, -1 = off).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from cslib.roster.columns.graph import MIX
from cslib.roster.columns.kit import NEVER

LABELS = 200_000  # labels of one search at most; beyond, the answer is a bound only


@njit(cache=True, nogil=True)
def to_go(graph, price, h):  # type: ignore[no-untyped-def]
    """Price from every node to the end, into ``h``; returns the cheapest month's (loose limits left out)."""
    last = len(graph.begin) - 1
    for i in range(graph.begin[last], graph.end[last]):
        h[i] = graph.close[i]
    for layer in range(last - 1, -1, -1):
        for i in range(graph.begin[layer], graph.end[layer]):
            best = NEVER
            for x in range(graph.succ.shape[1]):
                j = graph.succ[i, x]
                if j >= 0:
                    value = price[layer, x] + graph.step[i, x] + h[j]
                    if value < best:
                        best = value
            h[i] = best
    return h[graph.begin[0]]


@njit(cache=True, nogil=True)
def follow(graph, price, h, month):  # type: ignore[no-untyped-def]
    """Cheapest month by ``h``, into ``month``; returns the excess over the loose limits (0: none)."""
    i = graph.begin[0]
    used = np.zeros(len(graph.left), dtype=np.int64)
    for layer in range(len(graph.begin) - 1):
        best, at = 2 * NEVER, -1
        for x in range(graph.succ.shape[1]):
            j = graph.succ[i, x]
            if j >= 0:
                value = price[layer, x] + graph.step[i, x] + h[j]
                if value < best:
                    best, at = value, x
        month[layer] = graph.acts[at]
        for r in range(len(used)):
            used[r] += graph.hits[r, at]
        i = graph.succ[i, at]
    excess = 0
    for r in range(len(used)):
        excess += max(used[r] - graph.left[r], 0)
    return excess


@njit(cache=True, nogil=True)
def through(graph, price, h, f, cells):  # type: ignore[no-untyped-def]
    """Price of the cheapest month through every cell (days, actions), into ``cells``; ``f`` takes prices from the start."""
    f[:] = NEVER
    f[graph.begin[0]] = 0.0
    cells[:] = NEVER
    for layer in range(len(graph.begin) - 1):
        for i in range(graph.begin[layer], graph.end[layer]):
            if f[i] >= NEVER:
                continue
            for x in range(graph.succ.shape[1]):
                j = graph.succ[i, x]
                if j >= 0:
                    value = f[i] + price[layer, x] + graph.step[i, x]
                    f[j] = min(f[j], value)
                    cells[layer, x] = min(cells[layer, x], value + h[j])


@njit(cache=True, nogil=True)
def months_below(graph, price, h, most, room):  # type: ignore[no-untyped-def]
    """All months of price <= ``most`` that keep the loose limits: (count, months (count, days), prices); count -1 if more than ``room``."""
    days, actions = len(graph.begin) - 1, graph.succ.shape[1]
    found = np.empty((room, days), dtype=np.int16)
    prices = np.empty(room)
    node, act = np.empty(days + 1, dtype=np.int64), np.full(days + 1, -1, dtype=np.int64)
    value = np.zeros(days + 1)
    used = np.zeros(len(graph.left), dtype=np.int64)
    node[0] = graph.begin[0]
    depth, count = 0, 0
    steps = 0
    while depth >= 0:
        if depth == days or act[depth] == actions - 1:
            if depth == days:
                if count == room:
                    return -1, found, prices
                for d in range(days):
                    found[count, d] = graph.acts[act[d]]
                prices[count] = value[days] + graph.close[node[days]]
                count += 1
            act[depth] = -1
            depth -= 1
            if depth >= 0:
                for r in range(len(used)):
                    used[r] -= graph.hits[r, act[depth]]
            continue
        act[depth] += 1
        x = act[depth]
        j = graph.succ[node[depth], x]
        if j < 0:
            continue
        here = value[depth] + price[depth, x] + graph.step[node[depth], x]
        if here + h[j] > most:
            continue
        fits = True
        for r in range(len(used)):
            fits = fits and used[r] + graph.hits[r, x] <= graph.left[r]
        steps += 1
        if steps > 400 * room:
            return -1, found, prices
        if not fits:
            continue
        for r in range(len(used)):
            used[r] += graph.hits[r, x]
        depth += 1
        node[depth], value[depth] = j, here
    return count, found, prices


@njit(cache=True, nogil=True)
def within_limits(graph, price, h, most, month):  # type: ignore[no-untyped-def]
    """Cheapest month that keeps the loose limits, if below ``most``: (lower bound of its price, whether a month was written).

    Labels (node, counts) layer by layer, those that cannot come below ``most`` dropped; too many labels leave the bound of the graph.
    """
    layers = len(graph.begin)
    limits = len(graph.left)
    relaxed = h[graph.begin[0]]
    if relaxed >= most:
        return relaxed, False
    room, size = LABELS, 1 << 19
    node, count = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    value, parent, act = np.empty(room), np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    table = np.full(size, -1, dtype=np.int64)
    stride = np.ones(limits + 1, dtype=np.int64)
    for r in range(limits):
        stride[r + 1] = stride[r] * (max(graph.left[r], 0) + 1)
    node[0], count[0], value[0], parent[0], act[0] = graph.begin[0], 0, 0.0, -1, -1
    begin, free = 0, 1
    for layer in range(layers - 1):
        end = free
        for i in range(begin, end):
            for x in range(graph.succ.shape[1]):
                j = graph.succ[node[i], x]
                if j < 0:
                    continue
                here = value[i] + price[layer, x] + graph.step[node[i], x]
                if here + h[j] >= most:
                    continue
                c, fits = count[i], True
                for r in range(limits):
                    if graph.hits[r, x]:
                        fits = fits and (count[i] // stride[r]) % (max(graph.left[r], 0) + 1) < graph.left[r]
                        c += stride[r]
                if not fits:
                    continue
                at = ((j * stride[limits] + c) * MIX >> 20) & (size - 1)
                while table[at] >= end and (node[table[at]] != j or count[table[at]] != c):
                    at = (at + 1) & (size - 1)
                if table[at] < end:
                    if free == room:
                        return relaxed, False
                    table[at] = free
                    node[free], count[free], value[free], parent[free], act[free] = j, c, here, i, x
                    free += 1
                elif here < value[table[at]]:
                    value[table[at]], parent[table[at]], act[table[at]] = here, i, x
        begin = end
        if begin == free:
            return most, False
    best = _cheapest_label(graph, begin, free, (node, value, parent, act), most, month)
    return min(best, most), best < most


@njit(cache=True, nogil=True)
def _cheapest_label(graph, begin, free, labels, most, month):  # type: ignore[no-untyped-def]
    """Price of the cheapest label of the last layer; its month is written if below ``most``."""
    node, value, parent, act = labels
    best, at = NEVER, -1
    for i in range(begin, free):
        total = value[i] + graph.close[node[i]]
        if total < best:
            best, at = total, i
    if best < most:
        for layer in range(len(graph.begin) - 2, -1, -1):
            month[layer] = graph.acts[act[at]]
            at = parent[at]
    return best
