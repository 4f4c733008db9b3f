"""Breaks and their relief at posts: for the duties of one day, break times and stand-ins such that no post is short for a break.

A small search in depth: the person with the fewest ways to go on break comes first, the earliest legal way is tried first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cslib.core.errors import RosterError
from cslib.core.shifts import Shift, Span, overlap_min

Need = Callable[[str, pd.Timestamp], int]


@dataclass(frozen=True)
class Posted:
    """A person on a post for a shift; ``mobile`` if he may cover other posts meanwhile; ``skilled`` posts he may cover."""

    person: str
    queue: str
    shift: Shift
    skilled: frozenset[str]
    mobile: bool

    def earliest(self, day: dt.date) -> list[Span]:
        """The breaks of the shift at the earliest time each allows."""
        start = self.shift.span(day)[0]
        lows = [start + pd.Timedelta(minutes=pause.earliest_min) for pause in self.shift.breaks]
        return [(low, low + pd.Timedelta(minutes=pause.length_min)) for low, pause in zip(lows, self.shift.breaks, strict=True)]


@dataclass(frozen=True)
class Pause:
    """A break of a person at a post, and who stands in for him (empty if the post does without)."""

    queue: str
    person: str
    span: Span
    stand_in: str


def relieve(day: dt.date, people: Sequence[Posted], need: Need, grid_min: int) -> list[Pause]:
    """Breaks of all people who start on a day.

    Parameters
    ----------
    people : everybody on duty on a post
    need : people needed at a post at a moment
    grid_min : grid of break starts [min]

    Raises
    ------
    RosterError  if there is no way to relieve everybody.
    """
    ways: dict[tuple[str, int], list[Pause]] = {}
    for who in people:
        for number, pause in enumerate(who.shift.breaks):
            starts = [who.shift.span(day)[0] + pd.Timedelta(minutes=m) for m in pause.positions(grid_min)]
            spans = [(start, start + pd.Timedelta(minutes=pause.length_min)) for start in starts]
            ways[(who.person, number)] = [way for span in spans for way in _ways(day, who, span, people, need, grid_min)]
    found = _search(sorted(ways, key=lambda key: (len(ways[key]), key)), ways, [])
    if found is None:
        raise RosterError("synthetic.no_relief", where=day.isoformat())
    return sorted(found, key=lambda pause: (pause.span, pause.person))


def _ways(day: dt.date, who: Posted, span: Span, people: Sequence[Posted], need: Need, grid_min: int) -> list[Pause]:
    """Ways to take one break: without relief where enough others are there, or with each possible stand-in."""
    moments = pd.date_range(span[0], span[1], freq=f"{grid_min}min", inclusive="left")
    home = [other for other in people if other.queue == who.queue and other.person != who.person]
    spare = all(need(who.queue, m) <= sum(_present(day, other, (m, m + pd.Timedelta(minutes=grid_min))) for other in home) for m in moments)
    able = [other for other in people if other.person != who.person and other.mobile and who.queue in other.skilled and _present(day, other, span)]
    return ([Pause(who.queue, who.person, span, "")] if spare else []) + [Pause(who.queue, who.person, span, other.person) for other in able]


def _present(day: dt.date, who: Posted, span: Span) -> bool:
    start, end = who.shift.span(day)
    return start <= span[0] and span[1] <= end


def _search(keys: list[tuple[str, int]], ways: Mapping[tuple[str, int], list[Pause]], chosen: list[Pause]) -> list[Pause] | None:
    if len(chosen) == len(keys):
        return chosen
    for way in ways[keys[len(chosen)]]:
        if all(_compatible(way, other) for other in chosen):
            found = _search(keys, ways, [*chosen, way])
            if found is not None:
                return found
    return None


def _compatible(a: Pause, b: Pause) -> bool:
    """Nobody is in two places at once: on break and standing in, or standing in twice; a post does without one person at a time."""
    if overlap_min(a.span, b.span) == 0:
        return True
    busy_a, busy_b = {a.person, a.stand_in} - {""}, {b.person, b.stand_in} - {""}
    return not busy_a & busy_b and (a.queue != b.queue or bool(a.stand_in or b.stand_in))
