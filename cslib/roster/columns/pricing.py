"""The cheapest legal month of one person, exactly: dynamic programming over days and states (mode, units, counters), compiled.

Only states that can be reached and can still get to an allowed total are kept. A day may be fixed; a window of a month costs little
more than its own days.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from cslib.roster.columns.kit import NEVER, Kit

ANY = -2  # a day that is not fixed
MOST_STATES = 60_000_000  # of one person over all days: a good gigabyte


class Scratch(NamedTuple):
    """Working memory of one thread: place of a state in the layer (-1: none), and all layers one after another."""

    place: np.ndarray
    state: np.ndarray
    value: np.ndarray
    parent: np.ndarray
    action: np.ndarray
    least: np.ndarray
    most: np.ndarray


def scratch_for(kit: Kit) -> Scratch:
    """Memory that is enough for any person of a kit."""
    states = int(max(kit.sizes[a] * (m + 1) * kit.counters[b] for a, m, b in zip(kit.automaton, kit.most, kit.table, strict=True)))
    days = kit.off.shape[1]
    room = min(states * (days + 1), MOST_STATES) + 1
    return Scratch(
        np.full(states, -1, dtype=np.int32), np.empty(room, dtype=np.int32), np.empty(room), np.empty(room, dtype=np.int32),
        np.empty(room, dtype=np.int16), np.empty(days + 1, dtype=np.int64), np.empty(days + 1, dtype=np.int64),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def reach(p, work, off, fixed, kit, s):  # type: ignore[no-untyped-def]
    """Least and most units that the days from d on can add, into s.least and s.most."""
    days = len(off)
    s.least[days] = 0
    s.most[days] = 0
    for d in range(days - 1, -1, -1):
        low, high = 1 << 40, 0
        if fixed[d] == -1 or (fixed[d] == ANY and off[d] < NEVER):
            low = 0
        for x in range(kit.many[p]):
            k = kit.acts[p, x]
            if fixed[d] == k or (fixed[d] == ANY and work[d, k] < NEVER):
                low = min(low, kit.units[p, k])
                high = max(high, kit.units[p, k])
        if low == 1 << 40:
            low = 0
        s.least[d] = s.least[d + 1] + low
        s.most[d] = s.most[d + 1] + high


@njit(cache=True, nogil=True)
def _grow(p, d, begin, end, choice, low, work, off, kit, s):  # type: ignore[no-untyped-def]
    """States after day ``d`` from those in ``begin`` .. ``end``; returns where they end. ``low``: least allowed total."""
    kinds = work.shape[1]
    a, b = kit.automaton[p], kit.table[p]
    joint, units = kit.counters[b], kit.most[p] + 1
    many = kit.many[p] + 1 if choice == ANY else 1
    sunday = kit.weekend_kind[b] > 0 and kit.weekend_end[d] > 0
    free = end
    for i in range(begin, end):
        g, rest = s.state[i] % joint, s.state[i] // joint
        u, mode = rest % units, rest // units
        behind = 0.0
        if kit.new_week[d]:
            behind = kit.week_price[b, kit.week[d], g]
            g = kit.monday[b, kit.week[d], g]
        for x in range(many):
            k = choice if choice >= 0 else kit.acts[p, x] if x < many - 1 else kinds
            after = kit.follow[a, mode, k if k < kinds else kit.rest[p, d]]
            price = work[d, k] if k < kinds else off[d]
            if after < 0 or price >= NEVER:
                continue
            value, v, h = s.value[i] + behind + price, u, g
            if k < kinds:
                h = kit.count[b, g, k]
                if h < 0:
                    continue
                v += kit.units[p, k]
                value += kit.step[b, g, k]
            if v + s.least[d + 1] >= units or v + s.most[d + 1] < low:
                continue
            if sunday and ((kit.weekend_end[d] == 1 and kit.working[a, mode]) or k < kinds) == (kit.weekend_kind[b] == 1):
                h = kit.weekend[b, h]
                if h < 0:
                    continue
            target = (after * units + v) * joint + h
            at = s.place[target]
            if at < 0:
                if free >= len(s.state):
                    raise MemoryError("states of one person exceed the working memory")
                s.place[target] = free
                s.state[free], s.value[free], s.parent[free], s.action[free] = target, value, i, k
                free += 1
            elif value < s.value[at]:
                s.value[at], s.parent[at], s.action[at] = value, i, k
    for i in range(end, free):
        s.place[s.state[i]] = -1
    return free


@njit(cache=True, nogil=True)
def best_month(p, work, off, fixed, kit, s, month):  # type: ignore[no-untyped-def]
    """Cheapest month of person ``p`` at cell prices ``work`` (days, kinds) and ``off`` (days,), with days fixed to a kind, -1 (off) or ANY.

    Writes the month and returns its price including totals and counters (NEVER if there is none).
    """
    days, kinds = work.shape
    b = kit.table[p]
    joint, units = kit.counters[b], kit.most[p] + 1
    low = 0
    while low < units and kit.total[p, low] >= NEVER:
        low += 1
    reach(p, work, off, fixed, kit, s)
    s.state[0], s.value[0], s.parent[0] = 0, 0.0, -1
    begin, end = 0, 1
    for d in range(days):
        begin, end = end, _grow(p, d, begin, end, fixed[d], low, work, off, kit, s)
        if begin == end:
            return NEVER
    best, at = NEVER, -1
    for i in range(begin, end):
        value = s.value[i] + kit.total[p, (s.state[i] // joint) % units] + kit.end[b, s.state[i] % joint]
        if value < best:
            best, at = value, i
    if at < 0:
        return NEVER
    for d in range(days - 1, -1, -1):
        month[d] = s.action[at] if s.action[at] < kinds else -1
        at = s.parent[at]
    return best


@njit(cache=True, nogil=True)
def best_fixed(p, kit, s, month):  # type: ignore[no-untyped-def]
    """Cheapest month of a person by himself, into ``month``; whether he has one that also keeps the limits outside the state."""
    days = kit.off.shape[1]
    fixed = np.full(days, ANY)
    work = kit.work[p].copy()
    limits = kit.loose.shape[1]
    for _ in range(40 * limits + 1):
        if best_month(p, work, kit.off[p], fixed, kit, s, month) >= NEVER:
            return False
        broken = -1
        for j in range(limits):
            count = 0
            for d in range(days):
                count += month[d] >= 0 and kit.loose[p, j, month[d]]
            if count > kit.loose_free[p, j]:
                broken = j
        if broken < 0:
            return True
        for d in range(days):  # dearer every time, until the limit is kept
            for k in range(work.shape[1]):
                if kit.loose[p, broken, k] and work[d, k] < NEVER:
                    work[d, k] += 4.0
    return False


@njit(cache=True, nogil=True)
def price_all(work, off, kit, s, months):  # type: ignore[no-untyped-def]
    """Cheapest months of all people at cell prices (people, days, kinds) and (people, days); writes them, returns their prices."""
    people, days = off.shape
    fixed = np.full(days, ANY)
    values = np.empty(people)
    for p in range(people):
        values[p] = best_month(p, work[p], off[p], fixed, kit, s, months[p])
    return values
