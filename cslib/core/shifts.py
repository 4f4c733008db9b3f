"""Shift arithmetic: the one place that knows when a shift starts, ends, pauses, counts as night and splits at midnight.

Solver and audit share this module and the rules' data, nothing else (DECISIONS.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from cslib.core.units import MINUTES_PER_DAY, clock, minute_of

Span = tuple[pd.Timestamp, pd.Timestamp]
REST, LEAVE, WORK = "rest", "leave", "work"
OFF = "OFF"


@dataclass(frozen=True)
class Break:
    """A time off the queue inside a shift: ``length_min`` long, starting ``earliest_min`` .. ``latest_min`` after the shift's start.

    A meal or pause; or (``split``) the hours at home between the two stretches of a split shift 两头班; or (``session``: its name) training
    or coaching, paid and placed like a break.
    """

    length_min: int
    earliest_min: int
    latest_min: int
    paid: bool = False
    split: bool = False
    session: str = ""

    @property
    def rests(self) -> bool:
        """True for a time of rest, on which a meal can be had: any but a session."""
        return not self.session

    def positions(self, interval_min: int) -> list[int]:
        """Possible starts [min after the shift's start] on the site's grid."""
        return list(range(self.earliest_min, self.latest_min + 1, interval_min))


@dataclass(frozen=True)
class Pattern:
    """What a shift type asks of the days around it; 0 and empty ask nothing.

    Attributes
    ----------
    run_most, run_least : days in a row on which this shift is worked
    not_before : shifts that may not start on the day after it
    followed_by : what the day after it must be, shift codes and OFF (a day without a duty)
    """

    run_most: int = 0
    run_least: int = 0
    not_before: tuple[str, ...] = ()
    followed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shift:
    """A shift type: presence from ``start_min`` (minute of the day) for ``length_min`` minutes, breaks included.

    standby : the person is on call 备班, at no post in person, and the hours are no working hours
    """

    code: str
    start_min: int
    length_min: int
    breaks: tuple[Break, ...] = ()
    name: Mapping[str, str] | None = None
    mark: Mapping[str, str] | None = None  # one or two characters for the workbook, such as 早 / E
    colour: str = "#d9d9d9"
    queues: tuple[str, ...] = ()  # home posts this shift may serve; empty = pooled over all queues
    standby: bool = False
    pattern: Pattern = Pattern()

    @property
    def split(self) -> bool:
        """True for a split shift: two stretches of work with hours off between them."""
        return any(b.split for b in self.breaks)

    @property
    def paid_min(self) -> int:
        """Paid minutes: presence less unpaid breaks; none on standby."""
        return 0 if self.standby else self.length_min - sum(b.length_min for b in self.breaks if not b.paid)

    @property
    def end_min(self) -> int:
        """End as minutes after midnight of the start day; may pass 1440."""
        return self.start_min + self.length_min

    def span(self, day: dt.date) -> Span:
        """Start and end of presence when the shift is worked on ``day``."""
        start = pd.Timestamp(day) + pd.Timedelta(minutes=self.start_min)
        return start, start + pd.Timedelta(minutes=self.length_min)

    def night_min(self, window: tuple[int, int]) -> int:
        """Minutes of presence inside the night window (minutes of the day; may pass midnight)."""
        return minutes_in_window(self.start_min, self.end_min, window)

    def is_night(self, window: tuple[int, int], least_min: int) -> bool:
        """True if at least ``least_min`` minutes lie inside the night window."""
        return self.night_min(window) >= least_min


def minutes_in_window(start_min: int, end_min: int, window: tuple[int, int]) -> int:
    """Minutes of [start, end) that lie in a daily window; all in minutes after midnight of the start day.

    >>> minutes_in_window(23 * 60, 31 * 60, (22 * 60, 6 * 60))
    420
    """
    low, high = window
    length = (high - low) % MINUTES_PER_DAY or MINUTES_PER_DAY
    total = 0
    for day in range(-1, end_min // MINUTES_PER_DAY + 1):
        opens = low + day * MINUTES_PER_DAY
        total += max(0, min(end_min, opens + length) - max(start_min, opens))
    return total


def rest_h(before: Span, after: Span) -> float:
    """Hours of rest between two duties, the first of which starts first; negative if they overlap."""
    return (after[0] - before[1]).total_seconds() / 3600


def overlap_min(a: Span, b: Span) -> float:
    """Minutes that two spans share."""
    return max(0.0, (min(a[1], b[1]) - max(a[0], b[0])).total_seconds() / 60)


def split_at_midnight(span: Span) -> list[tuple[dt.date, Span]]:
    """The parts of a span by calendar day, in order."""
    parts, start = [], span[0]
    while start < span[1]:
        end = min(span[1], start.normalize() + pd.Timedelta(days=1))
        parts.append((start.date(), (start, end)))
        start = end
    return parts


def without(span: Span, gaps: Iterable[Span]) -> list[Span]:
    """What is left of ``span`` when the gaps are cut out, in order."""
    left, start = [], span[0]
    for low, high in sorted(gaps):
        if low > start:
            left.append((start, min(low, span[1])))
        start = max(start, high)
    if start < span[1]:
        left.append((start, span[1]))
    return [(a, b) for a, b in left if b > a]


def write_breaks(spans: Iterable[Span]) -> str:
    """Breaks as text for the roster table: ``12:00-12:30;16:00-16:15``."""
    return ";".join(f"{a:%H:%M}-{b:%H:%M}" for a, b in sorted(spans))


def read_breaks(text: str | None, start: pd.Timestamp) -> list[Span]:
    """Break spans from the roster's text; a clock time before the shift's start belongs to the next day.

    Raises
    ------
    ValueError  if the text is not of the form ``HH:MM-HH:MM;...``.

    >>> read_breaks("02:00-02:30", pd.Timestamp("2026-12-31 23:00"))[0][0]
    Timestamp('2027-01-01 02:00:00')
    """
    if text is None or pd.isna(text) or not str(text).strip():
        return []
    spans, day, first = [], start.normalize(), start.hour * 60 + start.minute
    for part in str(text).split(";"):
        low_text, _, high_text = part.partition("-")
        low = minute_of(low_text)
        low += MINUTES_PER_DAY if low < first else 0
        high = minute_of(high_text)
        while high <= low:
            high += MINUTES_PER_DAY
        spans.append((day + pd.Timedelta(minutes=low), day + pd.Timedelta(minutes=high)))
    return spans


def span_text(span: Span) -> str:
    """A span for a reader: ``2026-12-01 23:00-07:00``."""
    return f"{span[0]:%Y-%m-%d %H:%M}-{span[1]:%H:%M}"


def shift_text(shift: Shift) -> str:
    """A shift type for a reader: ``D 09:00-18:00``."""
    return f"{shift.code} {clock(shift.start_min)}-{clock(shift.end_min)}"
