"""A bound that no plan can beat: coverage relaxed into interval prices, every person's month then exactly the cheapest (Lagrange).

For any duals y >= 0 of the cover's rows whose sum per price level stays below the level's price the bound is valid, however they were found.
Duals are improved by subgradient steps towards a known plan's cost (Polyak 1969), keeping the best bound.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from cslib.roster.columns.intervals import Cover, cell_price, sum_up
from cslib.roster.columns.kit import NEVER, Kit
from cslib.roster.columns.pricing import ANY, Scratch, best_month


def within_prices(cover: Cover, duals: np.ndarray) -> np.ndarray:
    """Duals (slots, rows) brought to the nearest that are valid: not negative, and per level not above the level's price (projection)."""
    out = np.maximum(duals, 0.0)
    out[cover.need <= 0] = 0.0
    for level, rise in enumerate(cover.rise):
        rows = np.flatnonzero(cover.level == level)
        top = rise + (cover.over if cover.final[level] else np.zeros(len(cover.over)))
        part = out[:, rows]
        sets = np.unique(cover.group[rows], return_index=True)[1]
        if len(sets) < len(rows):  # rows of one set lack together: each of their duals may be as high as the set's
            total = np.maximum.reduceat(part, sets, axis=1).sum(axis=1)
            out[:, rows] = part * np.minimum(1.0, top / np.maximum(total, 1e-12))[:, None]
            continue
        for t in np.flatnonzero(part.sum(axis=1) > top):
            part[t] = _onto_simplex(part[t], float(top[t]))
        out[:, rows] = part
    return out


def _onto_simplex(values: np.ndarray, total: float) -> np.ndarray:
    """Nearest point of {y >= 0, sum y = total} (Held, Wolfe and Crowder 1974)."""
    falling = np.sort(values)[::-1]
    excess = (np.cumsum(falling) - total) / np.arange(1, len(values) + 1)
    keep = np.flatnonzero(falling > excess)[-1]
    return np.maximum(values - excess[keep], 0.0)


@njit(cache=True, nogil=True)
def _people(prices, team, kit, cover, scratch, n, months):  # type: ignore[no-untyped-def]
    """Cheapest months at interval prices (modes, slots): their total price; people on duty are counted into ``n`` (slots, classes)."""
    people, days = kit.off.shape
    kinds, (teams, slots) = kit.work.shape[2], (cover.duty.shape[0], len(cover.total))
    fixed = np.full(days, ANY)
    work = np.empty((days, kinds))
    at = np.zeros((days, kinds, cover.breaks.shape[1]), dtype=np.int64)
    total = 0.0
    cells = np.empty((teams, days, kinds))
    pauses = np.zeros((teams, days, kinds, cover.breaks.shape[1]), dtype=np.int64)
    sums = np.zeros((prices.shape[0], slots + 1))
    saves = np.zeros_like(sums)
    for mode in range(prices.shape[0]):
        sum_up(prices, mode, 0, slots, cover, sums, saves)
    for c in range(teams):
        for d in range(days):
            for k in range(kinds):
                cells[c, d, k] = cell_price(d, k, cover.mode[c, k], sums, saves, cover, pauses[c, d, k])
    for p in range(people):
        c = team[p]
        for d in range(days):
            for k in range(kinds):
                work[d, k] = kit.work[p, d, k] if kit.work[p, d, k] >= NEVER else kit.work[p, d, k] + cells[c, d, k]
        value = best_month(p, work, kit.off[p], fixed, kit, scratch, months[p])
        if value >= NEVER:
            return NEVER
        total += value
        for d in range(days):
            k = months[p, d]
            if k >= 0:
                at[d, k] = pauses[c, d, k]
                first = d * cover.slots_per_day + cover.start[k]
                for i in range(cover.length[k]):
                    resting = False
                    for j in range(cover.breaks.shape[1]):
                        resting = resting or (cover.breaks[k, j, 0] > 0 and at[d, k, j] <= i < at[d, k, j] + cover.breaks[k, j, 0])
                    if first + i < slots:
                        if not resting:
                            n[first + i, cover.duty[c, k]] += 1
                        if cover.whole[c, k] >= 0:
                            n[first + i, cover.whole[c, k]] += 1
    return total


def lagrangian(cover: Cover, kit: Kit, team: np.ndarray, duals: np.ndarray, scratch: Scratch) -> tuple[float, np.ndarray, np.ndarray]:
    """Bound at valid duals, its subgradient (slots, rows), and the months that attain it."""
    prices = cover.over[:, None] * cover.counted - duals @ cover.hit
    n = np.zeros(cover.base.shape, dtype=np.int64)
    months = np.empty(kit.off.shape, dtype=np.int64)
    none = np.append(prices, np.zeros((len(prices), 1)), axis=1)  # the last column, class -1, is nobody
    by_mode = none[:, cover.mode_duty] + none[:, cover.mode_whole] if (cover.mode_whole >= 0).any() else prices[:, cover.mode_duty]
    value = _people(np.ascontiguousarray(by_mode.T), team, kit, cover, scratch, n, months)
    constant = float((duals * cover.need).sum() - (cover.over * cover.total).sum() + (prices * cover.base).sum())
    return value + constant, cover.need - (n + cover.base) @ cover.hit.T, months


def improve(cover: Cover, kit: Kit, team: np.ndarray, duals: np.ndarray, target: float, steps: int, scratch: Scratch) -> tuple[float, np.ndarray]:
    """Best bound, and its duals, after ``steps`` subgradient steps from ``duals`` towards ``target`` (the cost of a known plan)."""
    best, best_duals = -NEVER, duals
    here, share, stale, direction = duals, 0.5, 0, np.zeros(duals.shape)
    for _ in range(steps):
        bound, slope, _ = lagrangian(cover, kit, team, here, scratch)
        if bound > best + 1e-9:
            best, best_duals, stale = bound, here, 0
        else:
            stale += 1
            if stale >= 3:
                share, stale, here = share / 2, 0, best_duals
                bound, slope, _ = lagrangian(cover, kit, team, here, scratch)
        direction = 0.3 * direction + 0.7 * np.where(cover.need > 0, slope, 0)
        size = float((direction**2).sum())
        if size == 0 or target - bound <= 0:
            break
        here = within_prices(cover, here + share * (target - bound) / size * direction)
    return best, best_duals
