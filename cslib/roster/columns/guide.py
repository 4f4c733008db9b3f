"""A plan from head counts: the whole numbers of people per (team, day, kind) become a need, and columns find the months that meet it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cslib.roster.columns.heads import WholeHeads
from cslib.roster.columns.intervals import Cover, IntervalCover, Presence
from cslib.roster.columns.limits import Limits, Stop, never
from cslib.roster.columns.model import OFF, Staff
from cslib.roster.columns.shiftwise import solve_shiftwise


def plan_from_heads(
    staff: Staff, cover: Cover, heads: WholeHeads, begin: np.ndarray, limits: Limits, *, seed: int, threads: int, pinned: np.ndarray,
    clock: Callable[[], float] = time.perf_counter, stop: Stop = never,
) -> tuple[np.ndarray, np.ndarray] | None:  # fmt: skip
    """Plan (people, days) close to the head counts and its breaks (people, days, breaks); None if there are no counts. ``begin``: a legal plan."""
    if heads.duties is None:
        return None
    need = _need(staff, cover, heads)
    nothing = np.zeros((*begin.shape, 1), dtype=np.int64)
    way = {"seed": seed, "threads": threads, "pinned": pinned, "begin": (begin, nothing), "prove": False, "clock": clock, "stop": stop}
    found = solve_shiftwise(staff, need, replace(limits, gap=0.0), **way)
    return found.plan, breaks_of(staff, cover, heads, found.plan)


def _need(staff: Staff, cover: Cover, heads: WholeHeads) -> IntervalCover:
    """Each (day, kind) as an interval, each team as a skill; a duty too few or too many costs about what it does in the real coverage."""
    teams, slots = cover.hit.shape[1], staff.days * staff.kinds
    need = np.zeros((slots, teams), dtype=np.int64)
    for (team, d, k), people in (heads.duties or {}).items():
        need[d * staff.kinds + k, team] = people
    surplus = float(np.ceil(cover.over.mean() * cover.length.mean()))
    short = np.full((slots, teams), float(np.ceil(2 * cover.rise.sum())))
    presence = tuple(Presence(k, 1) for k in range(staff.kinds))
    return IntervalCover(
        staff.kinds, need, short, np.full(slots, max(surplus, 1.0)), np.eye(teams, dtype=bool), presence, np.zeros((slots, teams), dtype=np.int64)
    )


def breaks_of(staff: Staff, cover: Cover, heads: WholeHeads, plan: np.ndarray) -> np.ndarray:
    """Breaks of a plan: the counted ones are given to a team's people in order, who is left over takes the first."""
    at = np.zeros((*plan.shape, cover.breaks.shape[1]), dtype=np.int64)
    left = {key: dict(counts) for key, counts in heads.rests.items()}
    for p, d in zip(*np.nonzero(plan != OFF), strict=True):
        k = int(plan[p, d])
        for j in range(cover.breaks.shape[1]):
            length, first = int(cover.breaks[k, j, 0]), int(cover.breaks[k, j, 1])
            counts = left.get((staff.people[p].team, int(d), k, j), {})
            free = [begin for begin, people in counts.items() if people > 0]
            if length:
                at[p, d, j] = free[0] if free else first
                counts[int(at[p, d, j])] = counts.get(int(at[p, d, j]), 0) - 1
    return at
