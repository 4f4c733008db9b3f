"""A duty: one row of work, with its times as written, its breaks, its paid minutes, and what is wrong with the row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from cslib.core.horizon import Horizon
from cslib.core.shifts import LEAVE, REST, WORK, Shift, read_breaks, span_text
from cslib.core.units import MINUTES_PER_DAY
from cslib.roster.audit.rows import Cell
from cslib.roster.audit.spans import Minutes, common, length, minus

_NONE = float("nan")


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty, times in minutes from the first midnight of the month.

    Attributes
    ----------
    shift : its definition; None if the code is unknown
    start, end : presence as written, where that makes a duty (starts on its date, lasts up to 24 h); else as the definition says,
        so that one wrong cell is reported once and not as a string of consequences; NaN if neither is known
    due : start as defined, what the windows of the breaks count from; NaN if the shift is unknown
    written : True if start and end are those of the row
    breaks : as written; ``readable`` is False if the text could not be read
    faults : what is wrong with code, times or post, as ``name: given, expected`` (rule shift_definition)
    """

    cell: Cell
    date: dt.date
    shift: Shift | None
    start: float
    end: float
    due: float
    written: bool
    breaks: tuple[Minutes, ...]
    readable: bool
    planned: bool
    faults: tuple[tuple[str, str, str], ...]

    @property
    def timed(self) -> bool:
        """True if start and end are known."""
        return self.end > self.start

    @property
    def employee_id(self) -> str:
        """Who."""
        return self.cell.employee_id

    @property
    def code(self) -> str:
        """Shift code as written."""
        return self.cell.code

    @property
    def home(self) -> str:
        """Home post; empty for pooled agents."""
        return self.cell.queue

    @property
    def span(self) -> Minutes:
        """Presence."""
        return self.start, self.end

    @property
    def presence_min(self) -> float:
        """Length of presence."""
        return self.end - self.start

    @property
    def paid_spans(self) -> list[Minutes]:
        """Presence without unpaid breaks; the i-th break is paid if the i-th break of the definition is, breaks without one are not.

        Standby is no working time: nothing of it is paid by the hour.
        """
        if self.shift is not None and self.shift.standby:
            return []
        paid = [b.paid for b in self.shift.breaks] if self.shift else []
        unpaid = [span for i, span in enumerate(self.breaks) if not (paid[i] if i < len(paid) else False)]
        return minus([self.span], unpaid)

    @property
    def paid_min(self) -> float:
        """Paid minutes: as defined where the times are the definition's, so that a missing break is not reported as overtime too."""
        if self.shift is not None and (not self.timed or self.presence_min == self.shift.length_min):
            return float(self.shift.paid_min)
        return length(self.paid_spans) if self.timed else 0.0

    @property
    def longest_rest_min(self) -> float:
        """Longest break that is a rest; training and coaching are none."""
        known = [b.rests for b in self.shift.breaks] if self.shift and len(self.shift.breaks) == len(self.breaks) else [True] * len(self.breaks)
        return max((high - low for (low, high), rests in zip(self.breaks, known, strict=True) if rests), default=0.0)

    def break_faults(self) -> list[tuple[str, str, str]]:
        """Where the breaks differ from the definition in number, length or place."""
        if self.shift is None:
            outside = length(self.breaks) - length(common(self.breaks, [self.span]))
            return [("break_outside", self.cell.breaks, "")] if outside > 0 else []
        if len(self.breaks) != len(self.shift.breaks):
            return [("break_count", str(len(self.breaks)), str(len(self.shift.breaks)))]
        found = []
        for (low, high), rule in zip(self.breaks, self.shift.breaks, strict=True):
            if high - low != rule.length_min:
                found.append(("break_length", f"{high - low:g}", f"{rule.length_min}"))
            if not rule.earliest_min <= low - self.due <= rule.latest_min:
                found.append(("break_place", f"{low - self.due:g}", f"{rule.earliest_min}..{rule.latest_min}"))
        return found


def is_work(cell: Cell) -> bool:
    """True if the row rosters work: its kind says so, or its kind is unknown and it names a shift."""
    return cell.kind == WORK or (cell.kind not in {REST, LEAVE} and bool(cell.code))


def duty_of(cell: Cell, shifts: dict[str, Shift], horizon: Horizon, *, planned: bool) -> Duty:
    """Read one row of work (its date is known)."""
    assert cell.date is not None  # callers pass rows of known days
    shift = shifts.get(cell.code)
    start, end, written, faults = _times(cell, cell.date, shift, horizon)
    breaks, readable = _breaks(cell, start, end, horizon)
    faults += _home_faults(cell, shift)
    due = (cell.date - horizon.start).days * MINUTES_PER_DAY + shift.start_min if shift else _NONE
    return Duty(cell, cell.date, shift, start, end, due, written, breaks, readable, planned, tuple(faults))


def _times(cell: Cell, day: dt.date, shift: Shift | None, horizon: Horizon) -> tuple[float, float, bool, list[tuple[str, str, str]]]:
    """Start and end to judge by, whether they are those written, and what is wrong with those."""
    midnight = (day - horizon.start).days * MINUTES_PER_DAY
    written = [_NONE if t is None else (t - pd.Timestamp(horizon.start)).total_seconds() / 60 for t in (cell.start, cell.end)]
    usable = 0 <= written[0] - midnight < MINUTES_PER_DAY and 0 < written[1] - written[0] <= MINUTES_PER_DAY
    given = span_text((cell.start, cell.end)) if cell.start and cell.end else ""
    if shift is None:
        faults = [("unknown_shift", cell.code, "")]
        return (written[0], written[1], True, faults) if usable else (_NONE, _NONE, False, faults)
    defined = (float(midnight + shift.start_min), float(midnight + shift.end_min))
    faults = [] if tuple(written) == defined else [("times", given, span_text(shift.span(day)))]
    return (written[0], written[1], True, faults) if usable else (*defined, False, faults)


def _breaks(cell: Cell, start: float, end: float, horizon: Horizon) -> tuple[tuple[Minutes, ...], bool]:
    if not end > start:
        return (), True
    origin = pd.Timestamp(horizon.start)
    try:
        spans = read_breaks(cell.breaks, origin + pd.Timedelta(minutes=start))
    except ValueError:
        return (), False
    return tuple(sorted(((a - origin).total_seconds() / 60, (b - origin).total_seconds() / 60) for a, b in spans)), True


def _home_faults(cell: Cell, shift: Shift | None) -> list[tuple[str, str, str]]:
    if shift is None or cell.queue in shift.queues or (not shift.queues and not cell.queue):
        return []
    return [("home", cell.queue, ", ".join(shift.queues))]
