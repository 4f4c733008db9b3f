"""Ruin and recreate: take a few people's days out of a window, put each back with his exact cheapest month at true marginal prices.

A move is kept if it is cheaper, or by chance as long as the temperature allows (annealing). All that is drawn comes from one stream of the
chain, so the same seed and work give the same plan.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from cslib.roster.columns.intervals import Cover, book, cell_price, refresh, sum_up
from cslib.roster.columns.kit import NEVER, Kit
from cslib.roster.columns.pricing import ANY, best_month


class State(NamedTuple):
    """A plan in work.

    Attributes
    ----------
    plan : (people, days) kinds; at : (people, days, breaks); own : (people,) own prices; n : people per (slot, class)
    now : (slots,) prices; add : (modes, slots) price of one more; best, best_at : best plan so far
    figures : current price, best price, moves made, moves kept; draw : state of the random stream
    """

    plan: np.ndarray
    at: np.ndarray
    own: np.ndarray
    n: np.ndarray
    now: np.ndarray
    add: np.ndarray
    best: np.ndarray
    best_at: np.ndarray
    figures: np.ndarray
    draw: np.ndarray


def new_state(people: int, days: int, cover: Cover, seed: int) -> State:
    """An empty plan: nobody placed yet (kind ``ANY`` everywhere)."""
    modes, slots, breaks = len(cover.mode_duty), len(cover.total), cover.breaks.shape[1]
    plan = np.full((people, days), ANY, dtype=np.int64)
    at = np.zeros((people, days, breaks), dtype=np.int64)
    draw = np.array([seed * 2 + 1], dtype=np.uint64)
    s = State(plan, at, np.zeros(people), cover.base.copy(), np.zeros(slots), np.zeros((modes, slots)), plan.copy(), at.copy(), np.zeros(4), draw)
    s.figures[1] = NEVER
    _refresh_all(s, cover)
    return s


def load(into: State, other: State) -> None:
    """Make ``into`` stand where ``other`` stands; its own best plan stays if it is cheaper."""
    for name in ("plan", "at", "own", "n", "now", "add"):
        getattr(into, name)[...] = getattr(other, name)
    into.figures[0] = other.figures[0]
    if other.figures[0] < into.figures[1]:
        into.figures[1] = other.figures[0]
        into.best[...], into.best_at[...] = other.plan, other.at


def install(s: State, plan: np.ndarray, at: np.ndarray, team: np.ndarray, kit: Kit, cover: Cover) -> None:
    """Make a chain stand at a legal plan with its breaks; its own best plan stays if it is cheaper."""
    s.plan[...], s.at[...], s.n[...] = plan, at, cover.base
    _count_in(s, team, kit, cover)
    if s.figures[0] < s.figures[1]:
        _keep_best(s, s.figures[0])


@njit(cache=True, nogil=True)
def _count_in(s, team, kit, cover):  # type: ignore[no-untyped-def]
    _refresh_all(s, cover)
    for p in range(s.plan.shape[0]):
        s.own[p] = own_price(p, s.plan[p], kit)
        for d in range(s.plan.shape[1]):
            if s.plan[p, d] >= 0:
                book(d, s.plan[p, d], s.at[p, d], team[p], 1, s.n, s.now, s.add, cover)
    s.figures[0] = s.own.sum() + s.now.sum()


@njit(cache=True, nogil=True)
def _refresh_all(s, cover):  # type: ignore[no-untyped-def]
    for t in range(len(s.now)):
        refresh(t, s.n, s.now, s.add, cover)


@njit(cache=True, nogil=True)
def _random(draw):  # type: ignore[no-untyped-def]
    """Next number in [0, 1) of a splitmix64 stream (Steele et al. 2014)."""
    draw[0] += np.uint64(0x9E3779B97F4A7C15)
    z = draw[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True)
def _cells(p, team, first, last, s, kit, cover, pinned, noise, work, off, fixed, at, sums, saves):  # type: ignore[no-untyped-def]
    """Prices of the cells of a window for a person; days outside stay as planned. Fills work, off, fixed and the best breaks ``at``."""
    days, kinds = work.shape
    begin = first * cover.slots_per_day
    end = min(len(s.now), (last + 3) * cover.slots_per_day)
    done = np.zeros(len(cover.mode_duty), dtype=np.bool_)
    for x in range(kit.many[p]):
        mode = cover.mode[team, kit.acts[p, x]]
        if not done[mode]:
            sum_up(s.add, mode, begin, end, cover, sums, saves)
            done[mode] = True
    for d in range(days):
        off[d] = kit.off[p, d]
        fixed[d] = ANY if first <= d <= last else s.plan[p, d]
        for k in range(kinds):
            work[d, k] = kit.work[p, d, k]
            if first <= d <= last and work[d, k] < NEVER:
                work[d, k] += cell_price(d, k, cover.mode[team, k], sums, saves, cover, at[d, k])
                if noise > 0:
                    work[d, k] += noise * _random(s.draw)
        if pinned[p, d] != ANY:
            fixed[d] = pinned[p, d]


@njit(cache=True, nogil=True)
def _place(p, team, first, last, s, kit, cover, pinned, noise, scratch, memory):  # type: ignore[no-untyped-def]
    """Give a person his cheapest days of a window; his days there are empty now. Returns False if there is no legal month."""
    work, off, fixed, at, month, sums, saves = memory
    _cells(p, team, first, last, s, kit, cover, pinned, noise, work, off, fixed, at, sums, saves)
    if not _month_within_limits(p, first, last, work, off, fixed, kit, scratch, month):
        return False
    for d in range(first, last + 1):
        s.plan[p, d] = month[d]
        if month[d] >= 0:
            s.at[p, d] = at[d, month[d]]
            book(d, month[d], s.at[p, d], team, 1, s.n, s.now, s.add, cover)
    s.own[p] = own_price(p, s.plan[p], kit)
    return True


@njit(cache=True, nogil=True)
def _month_within_limits(p, first, last, work, off, fixed, kit, scratch, month):  # type: ignore[no-untyped-def]
    """Cheapest month; a kind beyond a limit that is not part of the state is made dearer in the window, in the end forbidden there."""
    limits = kit.loose.shape[1]
    tried = np.zeros(limits, dtype=np.int64)
    for _ in range(4 * limits + 1):
        if best_month(p, work, off, fixed, kit, scratch, month) >= NEVER:
            return False
        broken = -1
        for j in range(limits):
            count = 0
            for d in range(len(month)):
                count += month[d] >= 0 and kit.loose[p, j, month[d]]
            if count > kit.loose_free[p, j]:
                broken = j
        if broken < 0:
            return True
        tried[broken] += 1
        for d in range(first, last + 1):
            for k in range(work.shape[1]):
                if kit.loose[p, broken, k] and work[d, k] < NEVER:
                    work[d, k] = NEVER if tried[broken] > 3 else work[d, k] + 4.0 ** tried[broken]
    return False


@njit(cache=True, nogil=True)
def own_price(p, month, kit):  # type: ignore[no-untyped-def]
    """Own price of a legal month: cells, counters, weeks and total."""
    a, b = kit.automaton[p], kit.table[p]
    g, units, price, mode = 0, 0, 0.0, 0
    for d in range(len(month)):
        if kit.new_week[d]:
            price += kit.week_price[b, kit.week[d], g]
            g = kit.monday[b, kit.week[d], g]
        on = month[d] >= 0
        if on:
            price += kit.work[p, d, month[d]] + kit.step[b, g, month[d]]
            g = kit.count[b, g, month[d]]
            units += kit.units[p, month[d]]
        else:
            price += kit.off[p, d]
        worked = on or (kit.weekend_end[d] == 1 and kit.working[a, mode])
        if kit.weekend_kind[b] > 0 and kit.weekend_end[d] > 0 and worked == (kit.weekend_kind[b] == 1):
            g = kit.weekend[b, g]
        mode = kit.follow[a, mode, month[d] if on else kit.rest[p, d]]
    return price + kit.total[p, units] + kit.end[b, g]


@njit(cache=True, nogil=True)
def _take_out(p, team, first, last, s, cover):  # type: ignore[no-untyped-def]
    for d in range(first, last + 1):
        if s.plan[p, d] >= 0:
            book(d, s.plan[p, d], s.at[p, d], team, -1, s.n, s.now, s.add, cover)
            s.plan[p, d] = ANY


@njit(cache=True, nogil=True)
def _memory(kit, cover):  # type: ignore[no-untyped-def]
    days, kinds = kit.work.shape[1], kit.work.shape[2]
    at = np.zeros((days, kinds, cover.breaks.shape[1]), dtype=np.int64)
    sums = np.zeros((len(cover.mode_duty), len(cover.total) + 1))
    month = np.empty(days, dtype=np.int64)
    return np.empty((days, kinds)), np.empty(days), np.empty(days, dtype=np.int64), at, month, sums, np.zeros_like(sums)


@njit(cache=True, nogil=True)
def _keep_best(s, total):  # type: ignore[no-untyped-def]
    s.figures[1] = total
    s.best[:] = s.plan
    s.best_at[:] = s.at


@njit(cache=True, nogil=True)
def construct(s, order, team, kit, cover, pinned, scratch):  # type: ignore[no-untyped-def]
    """First plan: people one after another, each with his cheapest month. Returns the first person without a legal month, or -1."""
    days = kit.off.shape[1]
    memory = _memory(kit, cover)
    for p in order:
        if not _place(p, team[p], 0, days - 1, s, kit, cover, pinned, 0.0, scratch, memory):
            return p
    s.figures[0] = s.own.sum() + s.now.sum()
    _keep_best(s, s.figures[0])
    return -1


@njit(cache=True, nogil=True)
def anneal(s, moves, hot, cold, most_people, widths, team, kit, cover, pinned, scratch):  # type: ignore[no-untyped-def]
    """Make ``moves`` moves while the temperature falls from ``hot`` to ``cold``; ``widths``: least and most days of a window."""
    people, days = s.plan.shape
    memory = _memory(kit, cover)
    chosen = np.empty(most_people, dtype=np.int64)
    old = np.empty((most_people, days), dtype=np.int64)
    old_at = np.empty((most_people, days, s.at.shape[2]), dtype=np.int64)
    old_own = np.empty(most_people)
    s.figures[0] = s.own.sum() + s.now.sum()
    for move in range(moves):
        heat = hot * (cold / hot) ** (move / moves)
        many = _draw_people(s, chosen, min(people, 1 + int(_random(s.draw) * most_people)))
        first, last = _draw_window(s, days, widths)
        begin, end = first * cover.slots_per_day, min(len(s.now), (last + 3) * cover.slots_per_day)
        change = -s.now[begin:end].sum()
        for i in range(many):
            p = chosen[i]
            old[i], old_at[i], old_own[i] = s.plan[p], s.at[p], s.own[p]
            change -= s.own[p]
            _take_out(p, team[p], first, last, s, cover)
        placed = True
        for i in range(many):
            p = chosen[i]
            placed = placed and _place(p, team[p], first, last, s, kit, cover, pinned, heat, scratch, memory)
            change += s.own[p]
        change += s.now[begin:end].sum()
        s.figures[2] += 1
        if placed and change <= -heat * np.log(1.0 - _random(s.draw)):
            s.figures[0] += change
            s.figures[3] += 1
            if s.figures[0] < s.figures[1] - 1e-6:
                _keep_best(s, s.figures[0])
            continue
        for i in range(many):
            p = chosen[i]
            _take_out(p, team[p], first, last, s, cover)
            s.plan[p], s.at[p], s.own[p] = old[i], old_at[i], old_own[i]
            for d in range(first, last + 1):
                if s.plan[p, d] >= 0:
                    book(d, s.plan[p, d], s.at[p, d], team[p], 1, s.n, s.now, s.add, cover)


@njit(cache=True, nogil=True)
def _draw_people(s, chosen, many):  # type: ignore[no-untyped-def]
    """Draw ``many`` different people into ``chosen``."""
    people = s.plan.shape[0]
    for i in range(many):
        again = True
        while again:
            chosen[i] = int(_random(s.draw) * people)
            again = False
            for j in range(i):
                again = again or chosen[j] == chosen[i]
    return many


@njit(cache=True, nogil=True)
def _draw_window(s, days, widths):  # type: ignore[no-untyped-def]
    """First and last day of a window; every day is as likely to be in one."""
    width = min(days, widths[0] + int(_random(s.draw) * (widths[1] - widths[0] + 1)))
    first = int(_random(s.draw) * (days + width - 1)) - width + 1
    return max(first, 0), min(first + width - 1, days - 1)
