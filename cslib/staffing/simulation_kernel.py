"""One replication of a contact centre, event by event, compiled. Contacts are drawn beforehand, so that plans can be compared on the same ones.

Groups of people hold classes of contacts, each with a rank (0 = most urgent). A contact goes to the first group of its class's list that
has somebody free; else it waits. A freed person takes the waiting contact of the lowest rank it holds, among equals the one that came
first; a class that escalates counts at its second rank once its first contact has waited long enough. At the border of an
interval the people change: idle ones go first; busy ones finish the contact in hand, and whoever is free first goes, until the number fits.
"""

from __future__ import annotations

import numpy as np
from numba import njit

# outcome of a contact: still waiting at the end, answered, gave up, turned away at closing time
WAITING, SERVED, GONE, TURNED_AWAY = 0, 1, 2, 3


@njit(cache=True, nogil=True)
def push(times, what, count, time, item):  # type: ignore[no-untyped-def]
    """Add an entry to a heap of ``count`` entries ordered by time; the new length."""
    i = count
    while i > 0 and times[(i - 1) // 2] > time:
        times[i], what[i] = times[(i - 1) // 2], what[(i - 1) // 2]
        i = (i - 1) // 2
    times[i], what[i] = time, item
    return count + 1


@njit(cache=True, nogil=True)
def pop(times, what, count):  # type: ignore[no-untyped-def]
    """Remove the first entry of the heap; the new length."""
    last = count - 1
    time, item, i = times[last], what[last], 0
    while 2 * i + 1 < last:
        child = 2 * i + 1
        if child + 1 < last and times[child + 1] < times[child]:
            child += 1
        if time <= times[child]:
            break
        times[i], what[i] = times[child], what[child]
        i = child
    times[i], what[i] = time, item
    return last


@njit(cache=True, nogil=True)
def _settle(now, c, first, following, arrival, patience, wait, outcome, closing):  # type: ignore[no-untyped-def]
    """Take those who have given up from the head of class ``c``; at closing time, everybody."""
    while first[c] >= 0:
        i = first[c]
        if now - arrival[i] >= patience[i]:
            outcome[i], wait[i] = GONE, patience[i]
        elif closing:
            outcome[i], wait[i] = TURNED_AWAY, now - arrival[i]
        else:
            break
        first[c] = following[i]


@njit(cache=True, nogil=True)
def _most_urgent(now, g, first, following, arrival, patience, wait, outcome, rank, escalated, after):  # type: ignore[no-untyped-def]
    """Class that group ``g`` takes next; -1 if nobody waits for it."""
    best, urgency, since = -1, 1 << 30, np.inf
    for c in range(len(first)):
        if rank[g, c] < 0 or first[c] < 0:
            continue
        _settle(now, c, first, following, arrival, patience, wait, outcome, False)
        if first[c] < 0:
            continue
        came = arrival[first[c]]
        level = escalated[c] if now - came >= after[c] else rank[g, c]
        if level < urgency or (level == urgency and came < since):
            best, urgency, since = c, level, came
    return best


@njit(cache=True, nogil=True)
def _border(free, extra, before, after):  # type: ignore[no-untyped-def]
    """People of every group change; busy ones who leave count as extra until they finish."""
    for g in range(len(free)):
        free[g] += after[g] - before[g]
        if free[g] < 0:
            extra[g] -= free[g]
            free[g] = 0


@njit(cache=True, nogil=True)
def replicate(arrival, work, patience, kind, people, is_open, interval_s, rank, order, escalated, after, wait, outcome, by):  # type: ignore[no-untyped-def]
    """Run one replication.

    arrival, work, patience : moment, handle time, patience of each contact [s], in order of arrival; kind : its class
    people : (intervals, groups); is_open : (intervals, classes); rank : (groups, classes), -1 where a group does not hold the class
    order : (classes, groups) groups to try, -1 ends the list; escalated, after : (classes,) second rank, and the wait [s] that gives it
    wait, outcome, by : (contacts,) filled: wait [s], how it ended, group that answered (-1 nobody)
    """
    contacts, (intervals, groups), classes = len(arrival), people.shape, is_open.shape[1]
    times, what = np.empty(contacts + 1), np.empty(contacts + 1, np.int64)
    first, last, following = np.full(classes, -1), np.full(classes, -1), np.full(contacts, -1)
    free, extra = people[0].copy(), np.zeros(groups, np.int64)
    upcoming, running, slot, end = 0, 0, 0, intervals * interval_s
    by[:] = -1
    while True:
        t_arrival = arrival[upcoming] if upcoming < contacts else np.inf
        t_done = times[0] if running > 0 else np.inf
        now = min(t_arrival, t_done, (slot + 1) * interval_s)
        if now >= end:
            break
        begin, stop = 0, groups
        if (slot + 1) * interval_s <= now:
            slot += 1
            _border(free, extra, people[slot - 1], people[slot])
            for c in range(classes):
                if not is_open[slot, c]:
                    _settle(now, c, first, following, arrival, patience, wait, outcome, True)
        elif t_done <= now:
            begin, stop = what[0], what[0] + 1
            running = pop(times, what, running)
            if extra[begin] > 0:
                extra[begin] -= 1
            else:
                free[begin] += 1
        else:
            c = kind[upcoming]
            outcome[upcoming], wait[upcoming] = WAITING, 0.0
            _settle(now, c, first, following, arrival, patience, wait, outcome, False)
            if first[c] < 0:
                first[c] = upcoming
            else:
                following[last[c]] = upcoming
            last[c], upcoming, begin, stop = upcoming, upcoming + 1, 0, 0
            for j in range(groups):
                if order[c, j] >= 0 and free[order[c, j]] > 0:
                    begin, stop = order[c, j], order[c, j] + 1
                    break
        for g in range(begin, stop):
            while free[g] > 0:
                c = _most_urgent(now, g, first, following, arrival, patience, wait, outcome, rank, escalated, after)
                if c < 0:
                    break
                i = first[c]
                first[c] = following[i]
                wait[i], outcome[i], by[i] = now - arrival[i], SERVED, g
                free[g] -= 1
                running = push(times, what, running, now + work[i], g)
    for c in range(classes):
        _leftover(end, first[c], following, arrival, patience, wait, outcome)


@njit(cache=True, nogil=True)
def _leftover(end, i, following, arrival, patience, wait, outcome):  # type: ignore[no-untyped-def]
    """What became, by the end of the time looked at, of those who still wait."""
    while i >= 0:
        waited = end - arrival[i]
        outcome[i], wait[i] = (GONE, patience[i]) if waited >= patience[i] else (WAITING, waited)
        i = following[i]


@njit(cache=True, nogil=True)
def _refresh(a, now, left, count, since, due, slow):  # type: ignore[no-untyped-def]
    """Work off what person ``a`` did since it last changed."""
    if count[a] > 0:
        done = (now - since[a]) / (1 + slow * (count[a] - 1))
        for j in range(count[a]):
            left[a, j] -= done
    since[a] = now
    due[a] = np.inf


@njit(cache=True, nogil=True)
def _plan_next(a, now, left, count, due, slow):  # type: ignore[no-untyped-def]
    """Moment of the next completion of person ``a``."""
    least = np.inf
    for j in range(count[a]):
        least = min(least, left[a, j])
    due[a] = now + max(least, 0.0) * (1 + slow * (count[a] - 1)) if count[a] > 0 else np.inf


@njit(cache=True, nogil=True)
def _least_busy(count, people, slots):  # type: ignore[no-untyped-def]
    """Person on duty with the fewest contacts and a free slot; -1 if none."""
    best = -1
    for a in range(people):
        if count[a] < slots and (best < 0 or count[a] < count[best]):
            best = a
    return best


@njit(cache=True, nogil=True)
def replicate_chat(arrival, work, patience, people, is_open, interval_s, slots, slow, wait, outcome):  # type: ignore[no-untyped-def]
    """One replication of a queue whose people handle several contacts at a time; ``work`` is the handle time of a contact alone [s].

    people, is_open : (intervals,). Contacts in hand of people who leave are finished by them.
    """
    contacts, intervals, most = len(arrival), len(people), people.max()
    left, count = np.zeros((most, slots)), np.zeros(most, np.int64)
    since, due = np.zeros(most), np.full(most, np.inf)
    head, upcoming, slot, end = 0, 0, 0, intervals * interval_s
    outcome[:] = WAITING
    while True:
        t_arrival = arrival[upcoming] if upcoming < contacts else np.inf
        a = np.argmin(due) if most > 0 else 0
        t_done = due[a] if most > 0 else np.inf
        now = min(t_arrival, t_done, (slot + 1) * interval_s)
        if now >= end:
            break
        if (slot + 1) * interval_s <= now:
            slot += 1
            for b in range(people[slot], most):  # whoever goes takes his contacts along
                count[b], due[b] = 0, np.inf
            while not is_open[slot] and head < upcoming:
                if outcome[head] == WAITING:
                    waited = now - arrival[head]
                    outcome[head], wait[head] = (GONE, patience[head]) if waited >= patience[head] else (TURNED_AWAY, waited)
                head += 1
        elif t_done <= now:
            _refresh(a, now, left, count, since, due, slow)
            j = np.argmin(left[a, : count[a]])
            left[a, j] = left[a, count[a] - 1]
            count[a] -= 1
            _plan_next(a, now, left, count, due, slow)
        else:
            upcoming += 1
        while head < upcoming:
            if now - arrival[head] >= patience[head]:
                outcome[head], wait[head] = GONE, patience[head]
                head += 1
                continue
            a = _least_busy(count, people[slot], slots)
            if a < 0:
                break
            _refresh(a, now, left, count, since, due, slow)
            left[a, count[a]] = work[head]
            count[a] += 1
            _plan_next(a, now, left, count, due, slow)
            outcome[head], wait[head] = SERVED, now - arrival[head]
            head += 1
