"""Breaks of duties that planners bring: checked against the shift list where they are pinned, spread where the file gives none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cslib.core.shifts import Break, Shift, Span, write_breaks
from cslib.core.units import clock


@dataclass(frozen=True)
class Duty:
    """A duty whose breaks aren't known: shift, start, and what its person serves (skills, or the post)."""

    shift: Shift
    start: pd.Timestamp
    serves: frozenset[str]


def fitting(shift: Shift, start: pd.Timestamp, spans: Sequence[Span], interval_min: int) -> bool:
    """True if the breaks are those of the shift: as many, each of its length, beginning at a place that the definition allows."""
    if len(spans) != len(shift.breaks):
        return False
    pairs = zip(shift.breaks, sorted(spans), strict=True)
    return all(high - low == _minutes(b.length_min) and (low - start) / _minutes(1) in b.positions(interval_min) for b, (low, high) in pairs)


def allowed_breaks(shift: Shift) -> str:
    """The breaks of a shift for a message: ``60 min, 11:00-13:00``; the times are those at which it may begin."""
    windows = (f"{b.length_min} min, {clock(shift.start_min + b.earliest_min)}-{clock(shift.start_min + b.latest_min)}" for b in shift.breaks)
    return "; ".join(windows) or "-"


def spread(duties: Sequence[Duty], interval_min: int) -> list[str | None]:
    """Breaks for duties whose file gives none, as a team would take them: one after the other.

    In the order given, each break goes where the largest share of the people on duty for one of the person's skills (or post) that
    is on break is least, then where fewest are on break, then to the earliest place.

    Returns
    -------
    Text of the breaks of each duty, as in table ``roster``; None for a shift without breaks.
    """
    present: Counter[tuple[str, pd.Timestamp]] = Counter()
    for duty in duties:
        present.update((name, slot) for slot in _slots(duty.start, duty.shift.length_min, interval_min) for name in duty.serves)
    away: Counter[tuple[str, pd.Timestamp]] = Counter()
    everywhere: Counter[pd.Timestamp] = Counter()
    found: list[str | None] = []
    for duty in duties:
        spans = []
        for b in duty.shift.breaks:
            low = min(_places(duty, b, interval_min), key=lambda at: _cost(at, b, duty, interval_min, present, away, everywhere))
            slots = _slots(low, b.length_min, interval_min)
            away.update((name, slot) for slot in slots for name in duty.serves)
            everywhere.update(slots)
            spans.append((low, low + _minutes(b.length_min)))
        found.append(write_breaks(spans) or None)
    return found


def _cost(
    at: pd.Timestamp, b: Break, duty: Duty, interval_min: int,
    present: Mapping[tuple[str, pd.Timestamp], int], away: Mapping[tuple[str, pd.Timestamp], int], everywhere: Mapping[pd.Timestamp, int],
) -> tuple[float, int, pd.Timestamp]:  # fmt: skip
    slots = _slots(at, b.length_min, interval_min)
    shares = [(away[name, slot] + 1) / present[name, slot] for slot in slots for name in duty.serves]
    return max(shares, default=0.0), max(everywhere[slot] for slot in slots), at


def _places(duty: Duty, b: Break, interval_min: int) -> Iterable[pd.Timestamp]:
    return (duty.start + _minutes(minute) for minute in b.positions(interval_min))


def _slots(start: pd.Timestamp, length_min: int, interval_min: int) -> list[pd.Timestamp]:
    return [start + _minutes(minute) for minute in range(0, length_min, interval_min)]


def _minutes(count: float) -> pd.Timedelta:
    return pd.Timedelta(minutes=count)
