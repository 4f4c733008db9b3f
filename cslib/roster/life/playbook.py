"""The absence playbook: for every duty of the month who would stand in if it were missed, and how likely each peak interval holds.

Stand-ins are worked out beforehand against the month as it stands: people on duty elsewhere who may leave there, and people on a day off who
may legally be called in. They are conservative: somebody on duty never leaves a post at its peak, and covers no more than the rule's hours a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.presence import Watch
from cslib.roster.audit.recount import Assigned, count
from cslib.roster.life.board import Board, Steps
from cslib.roster.life.options import Option, Options, Place, joined

_SMALL = 40  # people of a site whose whole month is worked out unasked
_FEW = 3  # days of a larger one


@dataclass(frozen=True)
class Playbook:
    """``table``: ``playbook``, stand-ins by rank for every duty; ``peaks``: ``playbook_peaks``, the share of sampled months that hold.

    options : the same stand-ins by day, post and shift, with the hours that each would cover
    """

    table: pd.DataFrame
    peaks: pd.DataFrame
    options: Mapping[Place, tuple[Option, ...]]

    def weakest(self, days: int = 5) -> pd.DataFrame:
        """Days whose weakest peak interval holds least: date, queue and interval_start of that interval, held_share, mended_share."""
        first = self.peaks.sort_values(["mended_share", "held_share", "interval_start"], kind="stable")
        named = first.assign(date=first["interval_start"].dt.normalize()).drop_duplicates("date")
        return named.head(days)[["date", "queue", "interval_start", "held_share", "mended_share"]].reset_index(drop=True)


def playbook(board: Board, days: Iterable[dt.date] | None = None) -> Playbook:
    """Work out the playbook of a month.

    Parameters
    ----------
    board : the month without absences;  days : days of the month to work out; default: all

    Returns
    -------
    Playbook; absences are sampled from the stream ``playbook`` under the settings ``playbook`` of the site.
    """
    made, wanted = Options(board), sorted(set(board.days) & set(board.days if days is None else days))
    rows = []
    for (day, queue, shift), duty in made.duties.items():
        if day not in wanted:
            continue
        found = made.of(day, queue, shift)
        gap = round(board.coverage_delta(made.missing(duty)), 2)
        facts = [(o.employee_id, o.way, o.off_instead, o.hours_h, round(o.left_yuan, 2)) for o in found] or [(None, None, None, 0.0, gap)]
        rows += [(queue, pd.Timestamp(day), shift, rank, *known, gap, left) for rank, (*known, left) in enumerate(facts, 1)]
    table = tables.check("playbook", pd.DataFrame(rows, columns=list(tables.spec("playbook").columns)), source="playbook")
    options = {place: tuple(made.of(*place)) for place in made.duties if place[0] in wanted}
    return Playbook(table, _Sample(board, made).peaks(wanted), options)


def playbook_days(coverage: pd.DataFrame, people: int, asked: int = 0) -> list[dt.date]:
    """Days that a page works out: those with the fewest people to spare at their peaks, in the order of the calendar.

    Parameters
    ----------
    coverage : table ``coverage``;  people : people of the site;  asked : how many days; 0: all, of a large site a handful
    """
    peak = coverage.assign(day=coverage["interval_start"].dt.normalize(), spare=coverage["over"] - coverage["short"])
    busy = peak[peak["peak"].astype(bool)]
    order = busy.groupby("day")["spare"].mean().reindex(peak["day"].unique()).sort_values(kind="stable", na_position="last")
    count = asked or (len(order) if people <= _SMALL else _FEW)
    return sorted(day.date() for day in order.index[:count])


class _Sample:
    """Months with sampled absences, day by day: days with the same duties missed are looked at once."""

    def __init__(self, board: Board, made: Options) -> None:
        self.board, self.made = board, made
        self.duties = [d for person in board.people.values() for d in person.duties if d.timed and d.shift is not None]
        rule = board.study.params.site.playbook
        self.missed = board.study.rng("playbook").random((rule.draws, len(self.duties))) < rule.absence_share
        self.known: Assigned = {}

    def peaks(self, wanted: list[dt.date]) -> pd.DataFrame:
        """Table ``playbook_peaks`` of some days."""
        facts = self.board.facts
        per_day = facts.horizon.slots_per_day
        parts = []
        for n in range(len(self.board.days)):
            slots = slice(n * per_day, (n + 1) * per_day)
            peak = facts.need.peak[:, slots]
            if peak.any() and self.board.days[n] in wanted:
                held, mended = self._day(n)
                for q, i in np.argwhere(peak).tolist():
                    parts.append((facts.need.queues[q], facts.horizon.intervals[slots][i], held[q, i], mended[q, i]))
        frame = pd.DataFrame(parts, columns=list(tables.spec("playbook_peaks").columns))
        return tables.check("playbook_peaks", frame, source="playbook_peaks")

    def _day(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Shares of months in which intervals of a day hold, as they come and by the playbook, arrays (queues, intervals of the day)."""
        near = [i for i, d in enumerate(self.duties) if d.start < (n + 1) * 1440 and d.end > n * 1440]
        rows, times = np.unique(self.missed[:, near], axis=0, return_counts=True)
        held = mended = np.zeros((len(self.made.names), self.board.facts.horizon.slots_per_day))
        for row, weight in zip(rows, times / len(self.missed), strict=True):
            gone = [self.duties[near[k]] for k in np.flatnonzero(row)]
            steps: Steps = {}
            for duty in gone:
                steps = joined(steps, self.made.missing(duty))
            plain = self._holds(n, steps)
            held = held + weight * plain
            mended = mended + weight * (self._holds(n, self._helped(gone, steps)) if gone else plain)
        return np.clip(held, 0, 1), np.clip(mended, 0, 1)

    def _helped(self, gone: list[Duty], steps: Steps) -> Steps:
        """The same with the first stand-in of each duty's page who is neither absent nor taken."""
        taken = {duty.employee_id for duty in gone}
        for duty in gone:
            option = next((o for o in self.made.of(*self.made.place(duty)) if o.employee_id not in taken), None)
            if option is not None:
                taken.add(option.employee_id)
                steps = joined(steps, option.steps)
        return steps

    def _holds(self, n: int, steps: Steps) -> np.ndarray:
        """1 where nobody is missing in an interval of a day."""
        board = self.board
        per_day, step = board.facts.horizon.slots_per_day, board.facts.horizon.interval_min // board.tick
        first, last = n * per_day * step, (n + 1) * per_day * step
        watched = [Watch(w.queue, w.number, w.limit[first:last]) for w in board.by_tick]
        need, slots = board.facts.need, slice(n * per_day, (n + 1) * per_day)
        found = count(board.presence(first, last, steps), need.needed[:, slots], need.peak[:, slots], watched, step, self.known)
        return (found.short.reshape(len(need.queues), per_day, step).max(axis=2) == 0).astype(float)
