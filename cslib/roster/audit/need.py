"""The requirement as arrays: people to roster and peak intervals, by queue and interval; open minutes of the posts.

A requirement may reach on into the next month's first morning, which only the last day's night duties can serve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.errors import Finding, RosterError
from cslib.core.units import MINUTES_PER_DAY, minute_of
from cslib.intake.study import Study
from cslib.params.site import Queue


@dataclass(frozen=True)
class Need:
    """People to roster. ``needed`` [persons] and ``peak`` have shape (queues, intervals of the month and of the morning after it), queues in
    the order of the site file."""

    queues: tuple[str, ...]
    needed: np.ndarray
    peak: np.ndarray


def read_need(need: pd.DataFrame | None, study: Study) -> Need:
    """The requirement on the month's grid and on the morning after it, as far as ``need`` reaches; nothing is needed where it is None.

    Raises
    ------
    TableError   if ``need`` breaks its schema.
    RosterError  if it names a queue the site does not have, or a time off the month's grid, or leaves intervals out.
    """
    queues = tuple(study.params.site.queues)
    horizon = study.horizon
    month = horizon.days * horizon.slots_per_day
    if need is None:
        return Need(queues, np.zeros((len(queues), month), dtype=np.int64), np.zeros((len(queues), month), dtype=bool))
    frame = tables.check("requirement", need, source="requirement")
    number = {name: i for i, name in enumerate(queues)}
    unknown = sorted(set(frame["queue"]) - set(queues))
    slots = (frame["interval_start"] - pd.Timestamp(horizon.start)) / pd.Timedelta(minutes=horizon.interval_min)
    off_grid = frame.loc[(slots % 1 != 0) | (slots < 0) | (slots >= month + horizon.slots_per_day), "interval_start"]
    shape = len(queues), max(month, 0 if frame.empty or len(off_grid) else int(slots.max()) + 1)
    needed, peak = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
    findings = [Finding("audit.unknown_queue", "requirement", {"given": name, "allowed": ", ".join(queues)}) for name in unknown]
    if len(off_grid):
        given = {"given": f"{off_grid.iloc[0]:%Y-%m-%d %H:%M}", "month": horizon.label, "grid": horizon.interval_min, "count": len(off_grid)}
        findings.append(Finding("audit.off_grid", "requirement", given))
    elif not unknown and len(frame) < shape[0] * shape[1]:
        findings.append(Finding("audit.need_incomplete", "requirement", {"given": len(frame), "allowed": shape[0] * shape[1]}))
    if findings:
        raise RosterError(findings=findings)
    place = (frame["queue"].map(number).to_numpy(dtype=np.int64), slots.to_numpy().astype(np.int64))
    needed[place] = frame["scheduled"].to_numpy()
    peak[place] = frame["peak"].to_numpy()
    return Need(queues, needed, peak)


def open_minutes(queue: Queue, study: Study, minutes: int) -> np.ndarray:
    """Flags of the minutes, from the month's first midnight on, at which a queue is open."""
    day = np.zeros((7, MINUTES_PER_DAY), dtype=bool)
    for window in queue.opening:
        begin, end = minute_of(window.begin), minute_of(window.end)
        for weekday in range(7):
            day[weekday, begin:end] |= window.holds(weekday, begin)
    return np.concatenate([day[date.weekday()] for date in (*study.horizon.dates, study.horizon.end)])[:minutes]
