"""Several kinds of work with their own deadlines: least peak as a linear programme finds it, all deadlines kept, idle time used, quick."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from cslib.core.streams import stream
from cslib.staffing.windows import Window, missed_work, smoothest

TOLERANCE = 1e-6


def month(days=31, seed=1, slots=96):
    """Four kinds of work on a quarter-hour grid, open 08:00 to 20:00: call-backs within 2 h, mail in 4 and 8 h, letters in a day."""
    rng = stream(seed, "staffing", "windows")
    hour = np.arange(days * slots) % slots / slots
    shape = np.sin(np.pi * hour) ** 2 + 0.1
    is_open = (hour >= 8 / 24) & (hour < 20 / 24)
    windows = [Window(share * shape * rng.gamma(4, 0.25, days * slots), deadline) for share, deadline in ((0.8, 8), (2.0, 16), (1.5, 32), (1.0, 96))]
    return windows, is_open


def least_peak(windows, is_open, idle):
    """Smallest peak by a linear programme: work done of each piece in each interval of its window."""
    slots = np.flatnonzero(is_open)
    rows, columns, pieces, amounts = [], [], 0, []
    variable = 0
    for window in windows:
        for i in np.flatnonzero(window.work > 0):
            first = np.searchsorted(slots, i)
            if first == len(slots):
                continue
            last = max(np.searchsorted(slots, slots[first] + window.deadline), first + 1)
            for slot in range(first, last):
                rows.append((pieces, variable))
                columns.append((slot, variable))
                variable += 1
            amounts.append(window.work[i])
            pieces += 1
    done = sparse.csr_matrix((np.ones(len(rows)), np.array(rows).T), shape=(pieces, variable + 1))
    used = sparse.csr_matrix((np.ones(len(columns)), np.array(columns).T), shape=(len(slots), variable + 1)).tolil()
    used[:, variable] = -1
    cost = np.append(np.zeros(variable), 1.0)
    found = linprog(cost, A_eq=done, b_eq=amounts, A_ub=used.tocsr(), b_ub=idle[slots], method="highs")
    return found.fun


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    work=st.lists(st.lists(st.just(0.0) | st.floats(0.1, 5), min_size=14, max_size=14), min_size=1, max_size=4), data=st.data(),
    shut=st.integers(0, 5), spare=st.sampled_from([0.0, 0.7]),
)  # fmt: skip
def test_the_peak_is_the_least_possible_and_nothing_is_late(work, data, shut, spare):
    is_open = np.arange(14) % 7 >= shut
    idle = np.where(np.arange(14) % 3 == 0, spare, 0.0)
    windows = [Window(np.array(w), data.draw(st.integers(1, 8))) for w in work]
    if not any(w.work[: 1 + np.flatnonzero(is_open)[-1]].any() for w in windows):
        return
    found = smoothest(windows, is_open, idle)
    assert (found.smooth[~is_open] == 0).all() and (found.people[~is_open] == 0).all()
    assert found.smooth.max() == pytest.approx(max(least_peak(windows, is_open, idle), 0.0), abs=1e-6)
    assert missed_work(windows, is_open, found.smooth + TOLERANCE, idle) < 1e-4
    assert missed_work(windows, is_open, found.people, idle) < 1e-6
    assert (found.people <= np.ceil(found.smooth - 1e-9)).all()


def test_a_month_of_four_windows_meets_every_deadline_minute_by_minute():
    windows, is_open = month()
    found = smoothest(windows, is_open)
    assert len(is_open) == 2976 and found.people.max() == int(np.ceil(found.smooth.max() - 1e-9))
    total = sum(w.work.sum() for w in windows)
    assert found.people.sum() <= 1.1 * total
    late, left = replayed(windows, is_open, found.people, 15)
    assert late < 1e-9 and left < 60


def replayed(windows, is_open, people, minutes):
    """Work arrives evenly minute by minute; earliest deadline first; work finished after its moment by the clock, and work left at the end."""
    opens, pieces, late = np.flatnonzero(is_open), [], 0.0
    for now in range(len(is_open) * minutes):
        slot = now // minutes
        for number, window in enumerate(windows):
            following = np.searchsorted(opens, slot)
            if window.work[slot] > 0 and following < len(opens):
                counted = now if is_open[slot] else opens[following] * minutes
                due = counted + window.deadline * minutes
                if due < len(is_open) * minutes and not is_open[due // minutes]:
                    due = (opens[opens * minutes < due][-1] + 1) * minutes  # due while closed: finished before closing
                heapq.heappush(pieces, [due, number, now, window.work[slot] / minutes])
        capacity = people[slot] / minutes
        while pieces and capacity > 1e-12:
            done = min(capacity, pieces[0][3])
            capacity -= done
            pieces[0][3] -= done
            late += done if now >= pieces[0][0] else 0.0
            if pieces[0][3] > 1e-12:
                break
            heapq.heappop(pieces)
    return late, sum(piece[3] for piece in pieces)


def test_idle_time_of_other_queues_is_used_first():
    windows, is_open = month(7)
    alone = smoothest(windows, is_open)
    idle = np.where(np.arange(len(is_open)) % 96 > 56, 1.5, 0.0)
    helped = smoothest(windows, is_open, idle)
    assert helped.people.sum() < alone.people.sum() - 50
    assert missed_work(windows, is_open, helped.people, idle) < 1e-6


def test_a_call_back_within_two_hours_is_a_window_and_a_later_one_needs_fewer():
    """S004-03: each kind of work has its own answer time."""
    windows, is_open = month(7)
    peaks = [smoothest([Window(windows[0].work * 4, deadline)], is_open).smooth.max() for deadline in (1, 8, 32)]
    assert peaks == sorted(peaks, reverse=True) and peaks[-1] < peaks[0]
