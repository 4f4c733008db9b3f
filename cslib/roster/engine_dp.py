"""The cheapest legal days of one person, exactly: a compiled dynamic programme over days.

State: automaton state, hours and nights added so far, hours of the week so far. Hours count in the person's own unit.
"""

from __future__ import annotations

import numpy as np
from numba import njit

INFINITE = 1e15


@njit(cache=True)
def month_cost(minutes: float, terms: np.ndarray) -> float:
    """Overtime and hours below contract, priced; infinite above the hard limit.

    terms : contract [min], least without price [min], hard limit [min], overtime [yuan/min], under_hours [yuan/min]
    """
    if minutes > terms[2] + 1e-6:
        return INFINITE
    return max(0.0, minutes - terms[0]) * terms[3] + max(0.0, terms[1] - minutes) * terms[4]


@njit(cache=True)
def best_days(  # noqa: PLR0913
    first, last, end, state, step, cell, off, units, night, room, week_of, fixed_min, unit_min, month, nights_left, night_yuan, path
):
    """Fill ``path[first:last]`` with the cheapest legal choices (0 off, s + 1 shift); days ``last .. end - 1`` stay as they are in ``path``.

    Parameters
    ----------
    state : automaton state before ``first``; cell[day, shift] : cost, infinite if forbidden; off[day] : cost of a day off
    room[week] : units that may be added in the week (negative: no limit); fixed_min : minutes of the month outside the days
    nights_left : nights that may be added before each costs ``night_yuan`` (negative: nights are free)

    Returns
    -------
    cost, INFINITE if no legal path exists (``path`` is then unchanged)
    """
    count, states = units.shape[0], step.shape[0]
    most, widest = 0, -1
    for s in range(count):
        most = max(most, units[s])
    for d in range(first, last):
        widest = max(widest, min(room[week_of[d]], 7 * most))
    limited = widest >= 0
    hours = (last - first) * most + 1
    nights = min(nights_left, last - first) + 1 if nights_left >= 0 else 1
    weeks = widest + 1 if limited else 1
    size = hours * nights * weeks * states
    value = np.full(size, INFINITE)
    value[state] = 0.0
    came = np.full((end - first, size), -1, dtype=np.int64)
    stride_n, stride_h = weeks * states, nights * weeks * states
    for d in range(first, end):
        following = np.full(size, INFINITE)
        fresh = d > first and week_of[d] != week_of[d - 1]
        for h in range(min(hours, (d - first) * most + 1)):
            for n in range(nights):
                base = h * stride_h + n * stride_n
                for w in range(weeks):
                    for q in range(states):
                        here = base + w * states + q
                        if value[here] >= INFINITE:
                            continue
                        w0 = 0 if fresh else w
                        low, high = (0, count) if d < last else (path[d], path[d])
                        for c in range(low, high + 1):
                            q1 = step[q, c]
                            if q1 < 0:
                                continue
                            if d >= last:
                                to, cost = base + w0 * states + q1, value[here]
                            elif c == 0:
                                if off[d] >= INFINITE:
                                    continue
                                to, cost = base + w0 * states + q1, value[here] + off[d]
                            else:
                                s = c - 1
                                if cell[d, s] >= INFINITE or (room[week_of[d]] >= 0 and w0 + units[s] > room[week_of[d]]):
                                    continue
                                cost = value[here] + cell[d, s]
                                n1, w1 = n, w0 + units[s] if limited else 0
                                if night[s] and nights_left >= 0:
                                    if n == nights_left:
                                        cost += night_yuan
                                    elif n + 1 < nights:
                                        n1 = n + 1
                                to = (h + units[s]) * stride_h + n1 * stride_n + w1 * states + q1
                            if cost < following[to] - 1e-12:
                                following[to] = cost
                                came[d - first, to] = here * (count + 1) + c
        value = following
    best, at = INFINITE, -1
    for here in range(size):
        if value[here] < INFINITE:
            cost = value[here] + month_cost(fixed_min + (here // stride_h) * unit_min, month)
            if cost < best - 1e-9:
                best, at = cost, here
    if at < 0:
        return INFINITE
    for d in range(end - 1, first - 1, -1):
        packed = came[d - first, at]
        if d < last:
            path[d] = packed % (count + 1)
        at = packed // (count + 1)
    return best
