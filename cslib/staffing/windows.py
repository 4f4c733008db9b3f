"""Several kinds of work with deadlines of their own, done by one team: the smoothest staffing that meets all of them.

Each piece of work (arrived in one interval, due some intervals later) is an interval of time in which it must be done. A staffing is enough just
if, for every stretch of time, it covers the work that must be done inside it (Hall). Among these the one with the least peak,
then the least second level and so on, is found by halves: the mean staffing of a stretch is tried by serving the earliest deadline
first; if work is missed, the cut that proves it splits the stretch into a busier and a calmer part. Time that people of other queues would sit
idle can be given as capacity; the team then staffs the rest.

Source: Yao, Demers & Shenker, A scheduling model for reduced CPU energy (1995); Fujishige 1980 (decomposition); Glover 1967 (earliest deadline).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cslib.core.units import ceil_people, floor_count
from cslib.staffing.poisson import Array
from cslib.staffing.search import Whole
from cslib.staffing.simulation_kernel import pop, push

_NOISE = 1e-9


@dataclass(frozen=True)
class Window:
    """One kind of work: work arriving in each interval [person-intervals], and its deadline [intervals, at least 1]."""

    work: Array
    deadline: int


@dataclass(frozen=True)
class Staffing:
    """People of each interval: the smooth staffing [persons, fractional] and whole people that also meet every deadline."""

    smooth: Array
    people: Whole


def smoothest(windows: Sequence[Window], is_open: NDArray[np.bool_], idle: Array | None = None) -> Staffing:
    """Staffing of one team for several kinds of work.

    Parameters
    ----------
    windows : kinds of work; what arrives in an interval is finished by the end of the ``deadline``-th interval counted from and including
        it. Work that arrives while closed counts as arriving at opening; what comes due while closed is finished before closing.
    is_open : whether the team works; idle : capacity that is there anyway [persons]
    """
    slots = np.flatnonzero(is_open)
    free = np.zeros(len(slots)) if idle is None else np.asarray(idle, dtype=float)[slots]
    release, due, work = _jobs(windows, slots)
    smooth = np.zeros(len(slots))
    todo = [(np.arange(len(slots)), np.arange(len(work)), release, due)]
    while todo:
        part, jobs, first, last = todo.pop()
        level = max((work[jobs].sum() - free[part].sum()) / max(len(part), 1), 0.0)
        missed, inside = _served(first, last, work[jobs], level + free[part], True)
        if missed <= _NOISE * max(work[jobs].sum(), 1.0) or inside.all() or not inside.any():
            smooth[part] = level
            continue
        border = np.concatenate([[0], np.cumsum(inside)])
        within = border[last] - border[first] == last - first
        todo.append((part[inside], jobs[within], border[first[within]], border[last[within]]))
        rest = np.arange(len(inside) + 1) - border
        todo.append((part[~inside], jobs[~within], rest[first[~within]], rest[last[~within]]))
    people = _whole(smooth, free, release, due, work)
    full_smooth, full_people = np.zeros(len(is_open)), np.zeros(len(is_open), dtype=np.int64)
    full_smooth[slots], full_people[slots] = smooth, people
    return Staffing(full_smooth, full_people)


def missed_work(windows: Sequence[Window], is_open: NDArray[np.bool_], people: Array, idle: Array | None = None) -> float:
    """Work [person-intervals] that misses its deadline if the earliest deadline is always served first."""
    slots = np.flatnonzero(is_open)
    capacity = np.asarray(people, dtype=float)[slots] + (0.0 if idle is None else np.asarray(idle, dtype=float)[slots])
    return float(_served(*_jobs(windows, slots), capacity, False)[0])


def played(windows: Sequence[Window], is_open: NDArray[np.bool_], capacity: Array) -> tuple[Array, list[Array]]:
    """Work done by serving the earliest deadline first, overdue work too.

    Parameters
    ----------
    windows, is_open : as for ``smoothest``;  capacity : of all who work [persons]

    Returns
    -------
    work done by interval and kind [person-intervals], shape (intervals, kinds); and of each kind, by interval of arrival, the work that was
    finished in time.
    """
    slots = np.flatnonzero(is_open)
    done, in_time = np.zeros((len(is_open), len(windows))), [np.zeros(len(is_open)) for _ in windows]
    parts = [_jobs([window], slots, True) for window in windows]
    first, last, work, came = (np.concatenate(column) for column in zip(*parts, strict=True))
    kind = np.repeat(np.arange(len(windows)), [len(part[0]) for part in parts])
    order = np.lexsort((last, first))
    first, last, work, came, kind = (x[order] for x in (first, last, work, came, kind))
    amounts, kept = _played(first, last, work, kind, np.asarray(capacity, dtype=float)[slots], len(windows))
    done[slots] = amounts
    for k, found in enumerate(in_time):
        np.add.at(found, came[kind == k], kept[kind == k])
    return done, in_time


@njit(cache=True, nogil=True)
def _played(first, last, work, kind, capacity, kinds):  # type: ignore[no-untyped-def]
    """Work done by slot and kind, and of each piece the part done in time."""
    count, slots = len(work), len(capacity)
    keys, what = np.empty(count + 1), np.empty(count + 1, np.int64)
    left, kept, done = work.copy(), np.zeros(count), np.zeros((slots, kinds))
    waiting, upcoming = 0, 0
    for slot in range(slots):
        while upcoming < count and first[upcoming] <= slot:
            waiting = push(keys, what, waiting, float(last[upcoming]), upcoming)
            upcoming += 1
        room = capacity[slot]
        while waiting > 0 and room > 0:
            job = what[0]
            part = min(room, left[job])
            room -= part
            left[job] -= part
            done[slot, kind[job]] += part
            if slot < last[job]:
                kept[job] += part
            if left[job] <= 0:
                waiting = pop(keys, what, waiting)
    return done, kept


def _jobs(windows: Sequence[Window], slots: Whole, with_arrival: bool = False) -> tuple[Whole, ...]:
    """Pieces of work by release: first open interval, end of the last one, amount (and arrival); what falls due after the end is due at the end."""
    parts = []
    for window in windows:
        arrived = np.flatnonzero(window.work > 0)
        first = np.searchsorted(slots, arrived)
        known = first < len(slots)
        arrived, first = arrived[known], first[known]
        last = np.searchsorted(slots, slots[first] + window.deadline)
        parts.append((first, np.maximum(last, first + 1), window.work[arrived], arrived))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    return tuple(column[order] for column in (columns if with_arrival else columns[:3]))


@njit(cache=True, nogil=True)
def _served(first, last, work, capacity, want_cut):  # type: ignore[no-untyped-def]
    """Work missed by serving the earliest deadline first, and the intervals of the cut that proves it."""
    count, slots = len(work), len(capacity)
    keys, what = np.empty(count + 1), np.empty(count + 1, np.int64)
    left = work.copy()
    by_slot, by_job = np.empty(count + slots, np.int64), np.empty(count + slots, np.int64)
    waiting, upcoming, flows = 0, 0, 0
    for slot in range(slots):
        while upcoming < count and first[upcoming] <= slot:
            waiting = push(keys, what, waiting, float(last[upcoming]), upcoming)
            upcoming += 1
        room = capacity[slot]
        while waiting > 0 and (keys[0] <= slot or room > 0):
            job = what[0]
            if keys[0] > slot:
                done = min(room, left[job])
                room -= done
                left[job] -= done
                by_slot[flows], by_job[flows] = slot, job
                flows += 1
            if keys[0] <= slot or left[job] <= 0:
                waiting = pop(keys, what, waiting)
    missed = left.sum()
    inside = np.zeros(slots, np.bool_)
    if want_cut and missed > 0:
        _reach(first, last, left, by_slot[:flows], by_job[:flows], inside)
    return missed, inside


@njit(cache=True, nogil=True)
def _reach(first, last, left, by_slot, by_job, inside):  # type: ignore[no-untyped-def]
    """Intervals that missed work could use if others made way, directly or in turn: their staffing is too low on average."""
    slots, count = len(inside), len(left)
    following = np.arange(slots + 1)  # next interval not reached yet
    begin = np.searchsorted(by_slot, np.arange(slots + 1))
    stack, seen, height = np.empty(count, np.int64), np.zeros(count, np.bool_), 0
    tolerance = 1e-9 * (1 + left.sum())
    for job in range(count):
        if left[job] > tolerance:
            stack[height], seen[job] = job, True
            height += 1
    while height > 0:
        height -= 1
        job = stack[height]
        slot = first[job]
        while True:
            while following[slot] != slot:
                following[slot] = following[following[slot]]
                slot = following[slot]
            if slot >= last[job] or slot >= slots:
                break
            inside[slot] = True
            following[slot] = slot + 1
            for flow in range(begin[slot], begin[slot + 1]):
                other = by_job[flow]
                if not seen[other]:
                    seen[other] = True
                    stack[height] = other
                    height += 1


def _whole(smooth: Array, free: Array, release: Whole, due: Whole, work: Array) -> Whole:
    """Whole people: the smooth staffing rounded so that its sum keeps step, and one more where work would still be missed."""
    total = np.concatenate([[0], ceil_people(np.cumsum(smooth))])
    low, high = floor_count(smooth), ceil_people(smooth)
    people = np.clip(np.diff(total), low, high)
    for _ in range(int((high - people).sum()) + 1):
        missed, cut = _served(release, due, work, people + free, True)
        if missed <= _NOISE * max(work.sum(), 1.0):
            return people
        more = np.flatnonzero(cut & (people < high))
        people[more[: max(int(missed), 1)]] += 1
    return high
