"""Work with a deadline (e-mail, call-backs): the smoothest plan between two cumulative curves, then whole people.

W(t) is the work that has arrived by t, D(t) the work done, both in person-intervals. D may not pass W (no work before it is
there) and not fall behind W(t - deadline) (all that has arrived by t is finished by t + deadline). Nothing is done while closed, so
work that comes due in closed hours is finished before closing; work that arrives in closed hours counts as arriving in the first
open interval. The deadline is rounded down to the grid.

The smooth plan is the shortest path between both curves over open time ("taut string"). Among all feasible plans it has the
least peak, the least sum of squares, the least of every convex measure of its staffing, and unlike the vertex of a linear programme it is unique.
Source: Dantzig 1971, A control problem of Bellman; Veinott 1971, Least d-majorized network flows (Management Science 17).

The days before and after the horizon are taken to be like its first and last week, so that the first morning starts with
the work that an ordinary evening leaves behind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cslib.core.units import ceil_people, floor_count
from cslib.staffing.poisson import Array
from cslib.staffing.search import Whole
from cslib.staffing.workload import Work

SLACK_KEPT_SHARE = 0.5  # people are added when half of the time that the smooth plan leaves before the deadline is used up (policy)
_LOOK_AHEAD = 64


@dataclass(frozen=True)
class DeferredPlan:
    """People and work of a deferred queue, an entry per interval of the horizon (zero in closed intervals).

    Attributes
    ----------
    people : whole people working [persons]
    smooth : people of the smooth plan [persons, fractional]
    smooth_done, latest_done : work that the smooth plan has done by the end of the interval, and the least that must be done by
        then so that ``ceil(smooth)`` people can still keep every deadline [person-intervals]
    done_before : work done by the start of the interval by ``people``; done : by its end; counted from the first open interval on
    waiting : work arrived by the end of the interval and not done before it
    level_before : people in the interval before (0 at opening)
    """

    people: Whole
    smooth: Array
    smooth_done: Array
    latest_done: Array
    done_before: Array
    done: Array
    waiting: Array
    level_before: Array


def plan_deferred(work: Work) -> DeferredPlan:
    """Plan a deferred queue over the horizon.

    Parameters
    ----------
    work : the queue's work; its parameters give ``deadline_h`` and ``min_heads``
    """
    days, per_day = work.horizon.days, work.horizon.slots_per_day
    deadline_h = work.queue.deadline_h or 0.0
    chosen, before = padded_days(days, deadline_h)
    load = np.where(work.contacts > 0, work.load, 0.0).reshape(days, per_day)[chosen].ravel()
    is_open = work.open.reshape(days, per_day)[chosen].ravel()
    slots = np.flatnonzero(is_open)
    least, most = _curves(load, slots, int(floor_count(deadline_h * 60 / work.horizon.interval_min)))
    string = taut_string(least, most)
    columns = _whole_people(string, least, most, slots, work.queue.min_heads)
    inside = slice(before * per_day, (before + days) * per_day)
    full = {name: np.zeros(len(load)) for name in columns}
    for name, values in columns.items():
        full[name][slots] = values
    arrays = {name: values[inside] for name, values in full.items()}
    opening = arrays["done_before"][work.open][:1].sum()  # counted from the month's start, not from the days laid before it
    for name in ("smooth_done", "latest_done", "done_before", "done"):
        arrays[name][work.open] -= opening
    return DeferredPlan(people=arrays.pop("people").astype(np.int64), **arrays)


def padded_days(days: int, deadline_h: float) -> tuple[NDArray[np.int64], int]:
    """Days of the horizon to lay before, in and after it, weekday upon weekday, and how many come before."""
    pad = 7 * int(np.ceil(2 * max(deadline_h, 1) / 24 / 7))
    week = min(days, 7)
    numbers = np.arange(-pad, days + pad)
    chosen = np.where(numbers < 0, numbers % week, np.where(numbers >= days, days - week + (numbers - days) % week, numbers))
    return chosen, pad


def _curves(load: Array, slots: NDArray[np.int64], deadline: int) -> tuple[Array, Array]:
    """Least and most work done at the borders of the open intervals ``slots`` (one more border than intervals)."""
    arrived = np.concatenate([[0.0], np.cumsum(load)])
    following = np.searchsorted(slots, np.arange(len(load)))  # open interval in which the work of each interval counts as arrived
    reached = following < len(slots)
    counted = np.zeros(len(load))
    np.add.at(counted, slots[following[reached]], load[reached])
    due = np.concatenate([[0.0], np.cumsum(counted)])
    most = np.concatenate([[0.0], arrived[slots + 1]])
    # Nothing is done while closed: what comes due in a gap is done at its start, so the border looks ahead to the next opening.
    least = np.concatenate([due[np.maximum(slots - deadline, 0)], most[-1:]])
    return np.minimum(least, most), most


def taut_string(least: Array, most: Array) -> Array:
    """Shortest path from the first to the last border between two rising curves that meet at both ends.

    Parameters
    ----------
    least, most : lower and upper curve, least <= most, of equal length; equal at both ends

    Returns
    -------
    array: the path at every border; straight between the borders where it bends around a curve.
    """
    path = np.array(most, dtype=float)
    knot, height, last = 0, float(most[0]), len(most) - 1
    while knot < last:
        reach = _LOOK_AHEAD
        while True:
            stop = min(knot + reach, last)
            run = np.arange(1, stop - knot + 1)
            highest, lowest = (most[knot + 1 : stop + 1] - height) / run, (least[knot + 1 : stop + 1] - height) / run
            roof, floor = np.minimum.accumulate(highest), np.maximum.accumulate(lowest)
            crossed = np.flatnonzero(floor >= roof)
            if crossed.size or stop == last:
                break
            reach *= 4
        end = int(crossed[0]) if crossed.size else len(run) - 1
        # Where the roof dips under the highest floor the path bends around that floor, else around the lowest roof.
        on_roof = highest[end] >= floor[end]
        slopes, slope = (highest, roof[end]) if on_roof else (lowest, floor[end])
        bend = int(np.flatnonzero(slopes[: end + 1] == slope)[-1])
        path[knot + 1 : knot + bend + 2] = height + slope * run[: bend + 1]
        knot += bend + 1
        height = float(most[knot] if on_roof else least[knot])
        path[knot] = height
    return path


def _whole_people(string: Array, least: Array, most: Array, slots: NDArray[np.int64], min_heads: int) -> dict[str, Array]:
    """Whole people that never fall behind half-way between the smooth plan and the latest one, and work while there is a whole person's work.

    In each interval: as many as that needs; else as many as in the interval before, between the smooth plan rounded down and up,
    as long as work waits for all of them. The latest plan assumes the smooth plan rounded up from then on, so the need never exceeds that.
    """
    smooth = np.maximum(np.diff(string), 0.0)
    low, high = floor_count(smooth), ceil_people(smooth)
    latest = np.array(least, dtype=float)
    for k in range(len(slots) - 1, -1, -1):
        latest[k] = max(latest[k], latest[k + 1] - high[k])
    needed_by = SLACK_KEPT_SHARE * string[1:] + (1 - SLACK_KEPT_SHARE) * latest[1:]
    resumed = np.diff(slots, prepend=-2) > 1
    people, before, waiting, level = (np.zeros(len(slots)) for _ in range(4))
    done = now = 0.0
    for k in range(len(slots)):
        before[k], waiting[k], level[k] = done, most[k + 1] - done, 0.0 if resumed[k] else now
        keep = min(max(level[k], low[k]), high[k], floor_count(waiting[k]))
        now = max(ceil_people(max(needed_by[k] - done, 0.0)), keep, min_heads)
        people[k] = now
        done = min(done + now, most[k + 1])
    after = np.append(before[1:], done)
    return {
        "people": people, "smooth": smooth, "smooth_done": string[1:], "latest_done": latest[1:],
        "done_before": before, "done": after, "waiting": waiting, "level_before": level,
    }  # fmt: skip
