"""Breaks as head counts: how many people of a team rest where. A month only owes its breaks; who takes which is settled last.

Counts are arrays (teams, days, breaks, places): a break here is one of a kind of work, a place one of its starts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from cslib.roster.columns.intervals import Cover
from cslib.roster.columns.model import OFF


@dataclass(frozen=True)
class Rests:
    """Compiled breaks.

    Attributes
    ----------
    kind, number : (breaks,) kind of work of a break, and its number within the kind
    start : (breaks, places) intervals after the duty's start, -1 where a break has fewer places
    saved : (days, breaks, places) price of surplus that a person at rest is not
    rows : per team (days * breaks * places, slots * rows of the cover) 1 where a break takes a person of the team from a row
    """

    kind: np.ndarray
    number: np.ndarray
    start: np.ndarray
    saved: np.ndarray
    rows: list[sparse.csr_array]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Days, breaks, places."""
        days, breaks, places = self.saved.shape
        return days, breaks, places


def rests_of(cover: Cover, days: int, spread: list[sparse.csr_array]) -> Rests:
    """Breaks of a cover; ``spread`` : per team (slots, slots * rows) from an interval to the rows that the team serves in it."""
    found = [(k, j) for k in range(len(cover.start)) for j in range(cover.breaks.shape[1]) if cover.breaks[k, j, 0]]
    places = [list(range(int(first), int(last) + 1, int(step))) for first, last, step in (cover.breaks[k, j, 1:] for k, j in found)]
    most = max((len(p) for p in places), default=0)
    start = np.full((len(found), most), -1, dtype=np.int64)
    saved = np.zeros((days, len(found), most))
    at, where = [], []
    for r, (k, j) in enumerate(found):
        start[r, : len(places[r])] = places[r]
        for d, (x, begin) in ((d, place) for d in range(days) for place in enumerate(places[r])):
            first = d * cover.slots_per_day + int(cover.start[k]) + begin
            inside = range(first, min(first + int(cover.breaks[k, j, 0]), len(cover.total)))
            saved[d, r, x] = cover.over[inside.start : inside.stop].sum()
            at += [(d * len(found) + r) * most + x] * len(inside)
            where += inside
    pause = sparse.csr_array((np.ones(len(at)), (at, where)), shape=(saved.size, len(cover.total)))
    kind, number = (np.array([pair[i] for pair in found], dtype=np.int64) for i in range(2))
    return Rests(kind, number, start, saved, [sparse.csr_array(pause @ s) for s in spread])


def counted(rests: Rests, team: np.ndarray, teams: int, plan: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Counts of a plan (people, days) with breaks ``at`` (people, days, number) in intervals after the duty's start."""
    days, breaks, places = rests.shape
    out = np.zeros((teams, days, breaks, places), dtype=np.int64)
    for r in range(breaks):
        who, day = np.nonzero(plan == rests.kind[r])
        place = (rests.start[r][None, :] == at[who, day, rests.number[r]][:, None]).argmax(axis=1)
        np.add.at(out, (team[who], day, r, place), 1)
    return out


def handed_out(rests: Rests, team: np.ndarray, plan: np.ndarray, counts: np.ndarray, numbers: int) -> np.ndarray:
    """Breaks (people, days, numbers) of a plan: a team's people take the counted places in order."""
    at = np.zeros((*plan.shape, numbers), dtype=np.int64)
    left = counts.copy()
    for p, d in zip(*np.nonzero(plan != OFF), strict=True):
        for r in np.flatnonzero(rests.kind == plan[p, d]):
            x = int((left[team[p], d, r] > 0).argmax())
            left[team[p], d, r, x] -= 1
            at[p, d, rests.number[r]] = rests.start[r, x]
    return at


def paused(rests: Rests, counts: np.ndarray) -> np.ndarray:
    """People at rest per row (slots * rows,)."""
    flat = counts.reshape(len(counts), -1)
    total = rests.rows[0].T @ flat[0].astype(float)
    for rows, mine in zip(rests.rows[1:], flat[1:], strict=True):
        total = total + rows.T @ mine.astype(float)
    return np.asarray(total)
