"""The search's inner loops, compiled: price of an interval, gain of one more person, take people's days out and put them back best."""

from __future__ import annotations

import numpy as np
from numba import njit

from cslib.roster.engine_dp import INFINITE, best_days, month_cost


@njit(cache=True)
def interval_cost(g, r, part, t):
    """Price of one interval of one component: the best assignment of its people to its queues.

    Needs are met dearest first: sets of needs that can be met together form a matroid, so that is optimal. As many can be met in a set of
    queues as the least over its subsets A of (need outside A + people who can serve A).
    """
    order = np.empty(g.part_queues.shape[1], dtype=np.int64)
    size = 0
    for q in g.part_queues[part]:
        if q >= 0 and g.need[q, t] > 0:
            at = size
            while at > 0 and g.rate[order[at - 1], t] < g.rate[q, t]:
                order[at] = order[at - 1]
                at -= 1
            order[at] = q
            size += 1
    total = 0
    for lane in g.part_lanes[part]:
        if lane >= 0:
            total += r.count[lane, t]
    cost, met = 0.0, 0
    for i in range(size):
        least = np.int64(1) << 60
        for subset in range(1 << (i + 1)):
            bits, value = 0, 0
            for j in range(i + 1):
                if subset >> j & 1:
                    bits |= 1 << order[j]
                else:
                    value += g.need[order[j], t]
            for lane in g.part_lanes[part]:
                if lane >= 0 and g.mask[lane] & bits:
                    value += r.count[lane, t]
            least = min(least, value)
        cost += g.rate[order[i], t] * (g.need[order[i], t] - (least - met))
        met = least
    return cost + g.over_yuan * (total - met)


@njit(cache=True)
def update(g, r, first_day, last_day):
    """Prices and gains of the intervals that duties of days ``first_day .. last_day - 1`` can touch; their total price."""
    total = 0.0
    for t in range(first_day * g.slots, min((last_day + 1) * g.slots, r.count.shape[1])):
        for part in range(g.part_queues.shape[0]):
            here = interval_cost(g, r, part, t)
            r.price[part, t] = here
            total += here
            for lane in g.part_lanes[part]:
                if lane >= 0:
                    r.count[lane, t] += 1
                    r.gain[lane, t] = interval_cost(g, r, part, t) - here
                    r.count[lane, t] -= 1
    return total


@njit(cache=True)
def price_of(g, r, first_day, last_day):
    """Total price of the intervals that duties of the days can touch, as last updated."""
    return r.price[:, first_day * g.slots : min((last_day + 1) * g.slots, r.price.shape[1])].sum()


@njit(cache=True)
def place(g, r, c, day, shift, starts):
    """Cheapest lane of a duty and, into ``starts``, its best break positions: (cost, lane)."""
    best, chosen = INFINITE, -1
    trial = np.full(starts.shape[0], -1, dtype=np.int64)
    base, most = day * g.slots + g.begin[shift], r.gain.shape[1]
    for lane in g.lanes_of[c, shift]:
        if lane < 0:
            continue
        cost = 0.0
        for t in range(base, min(base + g.length[shift], most)):
            cost += r.gain[lane, t]
        for b in range(starts.shape[0]):
            trial[b] = -1
            length = g.break_length[c, shift, b]
            if not g.rests[lane] or length == 0:
                continue
            saved = -INFINITE
            for at in range(g.break_first[c, shift, b], g.break_last[c, shift, b] + 1):
                lost = 0.0
                for t in range(base + at, min(base + at + length, most)):
                    lost += r.gain[lane, t]
                if lost > saved + 1e-12:
                    saved = lost
                    trial[b] = at
            cost -= saved
        if cost < best - 1e-12:
            best, chosen = cost, lane
            starts[:] = trial
    return best, chosen


@njit(cache=True)
def book(g, r, p, first, last, amount):
    """Add ``amount`` (1 or -1) people to the lanes of a person's duties on days ``first .. last - 1``."""
    most = r.count.shape[1]
    for d in range(first, last):
        if r.choice[p, d] > 0:
            shift, lane = r.choice[p, d] - 1, r.lane[p, d]
            base = d * g.slots + g.begin[shift]
            for t in range(base, min(base + g.length[shift], most)):
                r.count[lane, t] += amount
            for b in range(r.starts.shape[2]):
                if r.starts[p, d, b] >= 0:
                    at = base + r.starts[p, d, b]
                    for t in range(at, min(at + g.break_length[g.cls[p, d], shift, b], most)):
                        r.count[lane, t] -= amount


@njit(cache=True)
def own_cost(g, choice, p):
    """A person's wishes, hours and nights [yuan]; infinite if a hard limit of the month is passed or a pin is left."""
    cost, minutes, nights = 0.0, g.leave_min[p], 0
    for d in range(choice.shape[0]):
        if choice[d] > 0:
            cost += g.cell[p, d, choice[d] - 1]
            minutes += g.paid_min[choice[d] - 1]
            nights += g.night[choice[d] - 1]
        else:
            cost += g.off[p, d]
    return cost + month_cost(minutes, g.month[p]) + g.night_yuan * max(0, nights - g.nights_free)


@njit(cache=True)
def replan(g, r, p, first, last, cell):
    """Cheapest legal choices of a person on days ``first .. last - 1`` (all other days stay), given ``cell[day, shift]``; writes ``choice`` only."""
    days, path = r.choice.shape[1], r.choice[p]
    minutes, nights, state = g.leave_min[p], 0, g.state[p]
    worked = np.zeros(g.week_min.shape[1])
    for d in range(days):
        if d < first:
            state = g.step[state, path[d]]
        if (d < first or d >= last) and path[d] > 0:
            minutes += g.paid_min[path[d] - 1]
            nights += g.night[path[d] - 1]
            worked[g.week_of[d]] += g.paid_min[path[d] - 1]
    room = np.full(g.week_min.shape[1], -1, dtype=np.int64)
    for w in range(room.shape[0]):
        if g.week_min[p, w] >= 0:
            room[w] = max(0, int((g.week_min[p, w] - worked[w] + 1e-6) // g.unit_min[p]))
    left = max(0, g.nights_free - nights)
    if g.night_yuan == 0 or left >= last - first:
        left = -1
    end = min(days, last + g.memory_days)
    return best_days(
        first, last, end, state, g.step, cell, g.off[p], g.units[p], g.night, room, g.week_of, minutes, g.unit_min[p], g.month[p],
        left, g.night_yuan, path,
    )  # fmt: skip


@njit(cache=True)
def put_back(g, r, p, first, last):
    """Give a person, whose days were taken out, the cheapest ones at the gains of now; gains of these days are stale afterwards."""
    days, shifts, breaks = r.choice.shape[1], g.units.shape[1], r.starts.shape[2]
    cell = np.full((days, shifts), INFINITE)
    lane = np.full((days, shifts), -1, dtype=np.int64)
    starts = np.full((days, shifts, breaks), -1, dtype=np.int64)
    for d in range(first, last):
        for s in range(shifts):
            if g.cell[p, d, s] < INFINITE:
                cost, lane[d, s] = place(g, r, g.cls[p, d], d, s, starts[d, s])
                cell[d, s] = cost + g.cell[p, d, s] if lane[d, s] >= 0 else INFINITE
    replan(g, r, p, first, last, cell)
    for d in range(first, last):
        if r.choice[p, d] > 0:
            s = r.choice[p, d] - 1
            r.lane[p, d] = lane[d, s]
            r.starts[p, d] = starts[d, s]
    book(g, r, p, first, last, 1)


@njit(cache=True)
def draw(seed):
    """Next number in [0, 1) of a 64-bit generator (splitmix64); ``seed[0]`` is its state."""
    seed[0] += np.uint64(0x9E3779B97F4A7C15)
    z = seed[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True)
def anneal(g, r, best, seed, moves, heat_from, heat_to, people_most, days_most, cost, best_cost):
    """Moves: take a few days of a few people out, put them back one after the other, keep if not much worse.

    Parameters
    ----------
    best : choices of the best roster, updated; cost, best_cost : total price of ``r`` and of ``best``
    heat_from, heat_to : temperature [yuan] at the first and the last move

    Returns
    -------
    cost, best_cost
    """
    count, days = r.choice.shape
    chosen = np.empty(people_most, dtype=np.int64)
    saved = np.empty((3 + r.starts.shape[2], people_most, days), dtype=np.int64)
    for move in range(moves):
        heat = heat_from * (heat_to / heat_from) ** (move / moves)
        size = 1 + int(draw(seed) * min(people_most, count))
        length = 1 + int(draw(seed) * min(days_most, days))
        first = int(draw(seed) * (days - length + 1))
        last = first + length
        for i in range(size):
            again = True
            while again:
                chosen[i] = int(draw(seed) * count)
                again = False
                for j in range(i):
                    again = again or chosen[j] == chosen[i]
        before = price_of(g, r, first, last)
        for i in range(size):
            p = chosen[i]
            before += own_cost(g, r.choice[p], p)
            saved[0, i] = r.choice[p]
            saved[1, i] = r.lane[p]
            for b in range(r.starts.shape[2]):
                saved[2 + b, i] = r.starts[p, :, b]
            book(g, r, p, first, last, -1)
        update(g, r, first, last)
        after = 0.0
        for i in range(size):
            put_back(g, r, chosen[i], first, last)
            if i + 1 < size:
                update(g, r, first, last)
            after += own_cost(g, r.choice[chosen[i]], chosen[i])
        after += update(g, r, first, last)
        if after <= before - heat * np.log(max(draw(seed), 1e-12)):
            cost += after - before
            if cost < best_cost - 1e-6:
                best_cost = cost
                best[:, :] = r.choice
            continue
        for i in range(size):
            p = chosen[i]
            book(g, r, p, first, last, -1)
            r.choice[p] = saved[0, i]
            r.lane[p] = saved[1, i]
            for b in range(r.starts.shape[2]):
                r.starts[p, :, b] = saved[2 + b, i]
            book(g, r, p, first, last, 1)
        update(g, r, first, last)
    return cost, best_cost
