"""The smallest number of agents for many intervals at once, compiled: Erlang C and A in blocks of cells, so that the processor works on several.

Within a block all cells take the same step of a recursion together; a cell whose recursion has ended keeps its value. Loads above
``MOST_LOAD`` (where a recursion from nothing is long) and cells in which overload would be looked at are left to the general search.
"""

from __future__ import annotations

import numpy as np
from numba import njit

MOST_LOAD = 1000.0  # Erlang
LEFT = -1  # mark of a cell that is left to the general search
_BLOCK = 64
_SMALL = 1e-17


@njit(cache=True, nogil=True)
def _inverse_b(load, agents, size, x):  # type: ignore[no-untyped-def]
    """x = inverse of Erlang's B at ``agents`` by x <- 1 + (k / a) x."""
    top, low = 0.0, 1e18
    for j in range(size):
        top, low = max(top, agents[j]), min(low, agents[j])
        x[j] = 1.0
    inverse = 1 / load[:size]
    for k in range(1, int(low) + 1):
        number = float(k)
        for j in range(size):
            x[j] = 1 + number * inverse[j] * x[j]
    for k in range(int(low) + 1, int(top) + 1):
        number = float(k)
        for j in range(size):
            x[j] = 1 + number * inverse[j] * x[j] if number <= agents[j] else x[j]


@njit(cache=True, nogil=True)
def by_load(load):  # type: ignore[no-untyped-def]
    """Cells in order of their whole Erlangs, the large ones last, so that the cells of a block take about as many steps."""
    most = int(MOST_LOAD) + 1
    start = np.zeros(most + 2, np.int64)
    for i in range(len(load)):
        start[int(min(load[i], MOST_LOAD + 1.0)) + 1] += 1
    for k in range(most + 1):
        start[k + 1] += start[k]
    order = np.empty(len(load), np.int64)
    for i in range(len(load)):
        k = int(min(load[i], MOST_LOAD + 1.0))
        order[start[k]] = i
        start[k] += 1
    return order


@njit(cache=True, nogil=True)
def fewest_c(load, rate, may_miss, order, out):  # type: ignore[no-untyped-def]
    """Agents for the service level (Erlang C); ``rate`` = target / aht; ``order`` from ``by_load``; cells in blocks that reach MOST_LOAD are LEFT."""
    x, a, first = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    last_rate, last_step = -1.0, 1.0
    for begin in range(0, len(load), _BLOCK):
        size = min(_BLOCK, len(load) - begin)
        if load[order[begin + size - 1]] >= MOST_LOAD:
            for j in range(size):
                out[order[begin + j]] = LEFT
            continue
        for j in range(size):
            a[j] = load[order[begin + j]]
            first[j] = np.floor(a[j]) + 1
        _inverse_b(a, first, size, x)
        for j in range(size):
            cell = order[begin + j]
            if rate[cell] != last_rate:
                last_rate, last_step = rate[cell], np.exp(-rate[cell])
            n, inverse, y, miss = first[j], 1 / a[j], x[j], may_miss[cell]
            early = np.exp(-(n - a[j]) * last_rate)
            while n * early > miss * ((n - a[j]) * y + a[j]):
                n += 1
                y = 1 + n * inverse * y
                early *= last_step
            out[cell] = int(n)


@njit(cache=True, nogil=True)
def _sums(c, r, size, term, total, tail):  # type: ignore[no-untyped-def]
    """Sum of r^k / ((c + 1) ... (c + k)) over k >= 0, and of k times it, in blocks until no cell changes."""
    for j in range(size):
        term[j], total[j], tail[j] = 1.0, 1.0, 0.0
    k = 0.0
    while True:
        open_cells = 0
        for _ in range(8):
            k += 1.0
            for j in range(size):
                term[j] *= r[j] / (c[j] + k)
                total[j] += term[j]
                tail[j] += k * term[j]
        for j in range(size):
            open_cells += term[j] * k > _SMALL * total[j]
        if open_cells == 0:
            break


@njit(cache=True, nogil=True)
def _early_share(u):  # type: ignore[no-untyped-def]
    """1 - (1 - e^-u) / u, without cancellation."""
    if u >= 0.5:
        return 1 + np.expm1(-u) / u
    series = 0.0
    for k in range(14, 1, -1):
        series = u / k * (1 - series)
    return series


@njit(cache=True, nogil=True)
def fewest_a(load, ratio, target, may_miss, occupancy, lost, least, order, noise, out):  # type: ignore[no-untyped-def]
    """Agents for service level and both caps (Erlang A); ``ratio`` = patience / aht, ``target`` in handle times, ``least`` a lower limit."""
    a, n, x = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    c, r, c_late, r_late = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    term, total, tail, late, unused = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK)
    low, high, cells = np.empty(_BLOCK), np.empty(_BLOCK), np.empty(_BLOCK, np.int64)
    beta = 0.25  # agents above the load in square roots of it: learnt from the cells before, so that few steps are needed
    for begin in range(0, len(load), _BLOCK):
        size = min(_BLOCK, len(load) - begin)
        for j in range(size):
            cell = order[begin + j]
            cells[j], a[j], low[j], high[j] = cell, load[cell], least[cell] - 1.0, 1e18
            n[j] = max(np.ceil(a[j] + beta * np.sqrt(a[j])), least[cell])
        if a[size - 1] >= MOST_LOAD:
            for j in range(size):
                out[cells[j]] = LEFT
            continue
        _inverse_b(a, n, size, x)
        done, learnt = size, 0.0
        while size > 0:
            for j in range(size):
                y = np.exp(-target[cells[j]] / ratio[cells[j]])
                c[j], r[j] = n[j] * ratio[cells[j]], a[j] * ratio[cells[j]]
                c_late[j], r_late[j] = c[j] + 1, r[j] * y
            _sums(c, r, size, term, total, tail)
            _sums(c_late, r_late, size, term, late, unused)
            kept = 0
            for j in range(size):
                cell = cells[j]
                waiting = 1 / (1 + (x[j] - 1) / total[j])
                abandoned = waiting * tail[j] / total[j] / r[j]
                u = target[cell] / ratio[cell]
                exponent = -(n[j] - a[j]) * target[cell] - a[j] * target[cell] * _early_share(u)
                beyond = waiting * np.exp(exponent) * (r_late[j] / r[j]) * c[j] / (c[j] + 1) / total[j] * late[j]
                enough = abandoned + beyond <= may_miss[cell] * (1 + noise) and abandoned <= lost[cell] * (1 + noise)
                if enough and a[j] * (1 - abandoned) <= n[j] * occupancy[cell] * (1 + noise):
                    high[j] = n[j]
                else:
                    low[j] = n[j]
                if high[j] - low[j] <= 1:
                    out[cell] = int(high[j])
                    learnt += (high[j] - a[j]) / np.sqrt(a[j])
                    continue
                up = high[j] > 1e17
                if not up and r[j] > 60 and (n[j] - 1) < a[j]:
                    out[cell] = LEFT  # overload would be looked at
                    continue
                x[kept] = 1 + (n[j] + 1) / a[j] * x[j] if up else (x[j] - 1) * a[j] / n[j]
                n[kept], a[kept], cells[kept], low[kept], high[kept] = n[j] + (1.0 if up else -1.0), a[j], cell, low[j], high[j]
                kept += 1
            size = kept
        beta = learnt / done
