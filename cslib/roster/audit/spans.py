"""Arithmetic on sets of time spans. A span is (start, end) in minutes, end excluded; a set is sorted and disjoint."""

from __future__ import annotations

from collections.abc import Iterable

from cslib.core.shifts import minutes_in_window
from cslib.core.units import MINUTES_PER_DAY

Minutes = tuple[float, float]


def union(spans: Iterable[Minutes]) -> list[Minutes]:
    """The spans as a set: sorted, overlapping and touching ones joined, empty ones dropped.

    >>> union([(60, 90), (0, 30), (30, 45)])
    [(0, 45), (60, 90)]
    """
    joined: list[Minutes] = []
    for low, high in sorted(spans):
        if high <= low:
            continue
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return joined


def common(spans: Iterable[Minutes], others: Iterable[Minutes]) -> list[Minutes]:
    """What lies in both sets."""
    cuts = union(others)
    return union((max(a, c), min(b, d)) for a, b in spans for c, d in cuts if max(a, c) < min(b, d))


def minus(spans: Iterable[Minutes], cuts: Iterable[Minutes]) -> list[Minutes]:
    """What is left of the spans when the cuts are taken out.

    >>> minus([(0, 100)], [(20, 30), (90, 120)])
    [(0, 20), (30, 90)]
    """
    gaps, left = union(cuts), []
    for low, high in union(spans):
        for a, b in gaps:
            if a > low:
                left.append((low, min(a, high)))
            low = max(low, b)
        left.append((low, high))
    return [(a, b) for a, b in left if b > a]


def length(spans: Iterable[Minutes]) -> float:
    """Minutes in the spans; overlapping spans count each time."""
    return sum(b - a for a, b in spans)


def by_day(span: Minutes) -> list[tuple[int, Minutes]]:
    """Parts of a span by day number (day 0 starts at minute 0).

    >>> by_day((1380, 1860))
    [(0, (1380, 1440)), (1, (1440, 1860))]
    """
    parts, low = [], span[0]
    while low < span[1]:
        day = int(low // MINUTES_PER_DAY)
        high = min(span[1], (day + 1) * MINUTES_PER_DAY)
        parts.append((day, (low, high)))
        low = high
    return parts


def in_window(span: Minutes, window: tuple[int, int]) -> int:
    """Whole minutes of a span of one day (day 0) that lie in a daily window such as 22:00-06:00 (minutes of the day)."""
    return minutes_in_window(int(span[0]), int(span[1]), window)
