"""Interval coverage: people on duty per interval, teams of equal skills, breaks placed inside shifts, shortage and surplus priced.

Who serves what in an interval is the best assignment of teams to skills. By Hall's theorem (König's form) the places left empty are
max over sets S of skills of (need of S - people who hold a skill of S), at least 0. Where skills differ in price, the assignment that
serves the dearest first also serves the most (matching matroid), so the price is a sum over price levels of such terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numba import njit

from cslib.roster.columns.kit import NEVER
from cslib.roster.columns.model import OFF


@dataclass(frozen=True)
class Break:
    """A break of ``length`` intervals that starts ``first`` .. ``last`` intervals after the shift's start, every ``step``."""

    length: int
    first: int
    last: int
    step: int = 1


@dataclass(frozen=True)
class Presence:
    """When a kind of work is present: start (intervals after midnight), length with breaks, and the breaks (windows do not overlap)."""

    start: int
    length: int
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True)
class IntervalCover:
    """Need per interval and skill, and prices.

    Attributes
    ----------
    need : (intervals, skills) places; short : (intervals, skills) price of an empty place; over : (intervals,) price of an unused person
    skills : (teams, skills) flags of what a team holds; presence : one per kind of work
    base : (intervals, teams) people who are there anyway (last month's night shifts)
    """

    slots_per_day: int
    need: np.ndarray
    short: np.ndarray
    over: np.ndarray
    skills: np.ndarray
    presence: tuple[Presence, ...]
    base: np.ndarray

    @property
    def slots(self) -> int:
        """Intervals of the horizon."""
        return len(self.need)


class Cover(NamedTuple):
    """Compiled coverage; rows r are (price level, set of skills).

    Attributes
    ----------
    need : (slots, r); hit : (r, teams); level : (r,) level of a row; rise : (levels,) price of a level above the next
    total : (slots,) all places; over, base : as in ``IntervalCover``
    start, length : (kinds,); breaks : (kinds, number, 4) length (0: none), first, last, step
    """

    need: np.ndarray
    hit: np.ndarray
    level: np.ndarray
    rise: np.ndarray
    total: np.ndarray
    over: np.ndarray
    base: np.ndarray
    slots_per_day: int
    start: np.ndarray
    length: np.ndarray
    breaks: np.ndarray


def compile_cover(cover: IntervalCover) -> Cover:
    """Hall rows of a coverage; rows that another one covers everywhere are left out."""
    prices = sorted({float(x) for x in cover.short[cover.need > 0]}, reverse=True) or [0.0]
    rows, hits, levels = [], [], []
    for level, price in enumerate(prices):
        wanted = np.where(cover.short >= price - 1e-12, cover.need, 0)
        for mask, need in _hall(wanted, cover.skills):
            rows.append(need)
            hits.append(mask)
            levels.append(level)
    rise = np.array(prices) - np.array([*prices[1:], 0.0])
    most = max((len(p.breaks) for p in cover.presence), default=0)
    breaks = np.zeros((len(cover.presence), max(most, 1), 4), dtype=np.int64)
    for k, presence in enumerate(cover.presence):
        for j, b in enumerate(presence.breaks):
            breaks[k, j] = b.length, b.first, b.last, b.step
    return Cover(
        np.ascontiguousarray(np.array(rows, dtype=np.int64).T), np.array(hits, dtype=np.int64), np.array(levels, dtype=np.int64), rise,
        cover.need.sum(axis=1).astype(np.int64), cover.over.astype(np.float64), cover.base.astype(np.int64), cover.slots_per_day,
        np.array([p.start for p in cover.presence], dtype=np.int64), np.array([p.length for p in cover.presence], dtype=np.int64), breaks,
    )  # fmt: skip


def _hall(wanted: np.ndarray, skills: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """(teams hit, need) per set of skills; of sets hit by the same teams only the largest need counts, and it is that of their union."""
    found: dict[bytes, tuple[np.ndarray, np.ndarray]] = {}
    asked = [q for q in range(skills.shape[1]) if wanted[:, q].any()]
    for size in range(1, len(asked) + 1):
        for chosen in combinations(asked, size):
            mask = skills[:, list(chosen)].any(axis=1)
            need = wanted[:, list(chosen)].sum(axis=1)
            key = mask.tobytes()
            if key not in found or (need >= found[key][1]).all():
                found[key] = mask, need
    if not found:
        found[b""] = np.ones(len(skills), dtype=bool), np.zeros(len(wanted))
    return list(found.values())


@njit(cache=True, nogil=True)
def slot_price(t, n, extra, c):  # type: ignore[no-untyped-def]
    """Price of interval ``t`` with people ``n`` (slots, teams) and one more of team ``extra`` (-1: nobody)."""
    levels = len(c.rise)
    price, here, short = 0.0, 0, 0
    row = 0
    for level in range(levels):
        short = 0
        while row < len(c.level) and c.level[row] == level:
            left = c.need[t, row]
            for team in range(n.shape[1]):
                if c.hit[row, team]:
                    left -= n[t, team] + (team == extra)
            if left > short:
                short = left
            row += 1
        price += c.rise[level] * short
    for team in range(n.shape[1]):
        here += n[t, team] + (team == extra)
    return price + c.over[t] * (here - c.total[t] + short)


@njit(cache=True, nogil=True)
def refresh(t, n, now, add, c):  # type: ignore[no-untyped-def]
    """Bring price ``now`` (slots,) and the price of one more person ``add`` (teams, slots) of an interval up to date."""
    now[t] = slot_price(t, n, -1, c)
    for team in range(n.shape[1]):
        add[team, t] = slot_price(t, n, team, c) - now[t]


@njit(cache=True, nogil=True)
def book(day, kind, at, team, sign, n, now, add, c):  # type: ignore[no-untyped-def]
    """Put a person of a team on duty (sign 1) or take him off (-1); ``at`` (breaks,) are his breaks' starts in intervals after the shift's start."""
    first = day * c.slots_per_day + c.start[kind]
    for i in range(c.length[kind]):
        t = first + i
        if t >= len(now):
            break
        resting = False
        for j in range(c.breaks.shape[1]):
            if c.breaks[kind, j, 0] and at[j] <= i < at[j] + c.breaks[kind, j, 0]:
                resting = True
        if not resting:
            n[t, team] += sign
            refresh(t, n, now, add, c)


@njit(cache=True, nogil=True)
def cell_price(day, kind, sums, c, at):  # type: ignore[no-untyped-def]
    """Price of a duty at interval prices whose running sums are ``sums`` (slots + 1,), with its best breaks, which are written to ``at``."""
    last = len(sums) - 1
    first = day * c.slots_per_day + c.start[kind]
    price = sums[min(first + c.length[kind], last)] - sums[min(first, last)]
    for j in range(c.breaks.shape[1]):
        if c.breaks[kind, j, 0]:
            best, where = -NEVER, c.breaks[kind, j, 1]
            for x in range(c.breaks[kind, j, 1], c.breaks[kind, j, 2] + 1, c.breaks[kind, j, 3]):
                begin = first + x
                saved = sums[min(begin + c.breaks[kind, j, 0], last)] - sums[min(begin, last)]
                if saved > best + 1e-9:
                    best, where = saved, x
            price -= best
            at[j] = where
    return price


def head_counts(cover: IntervalCover, plan: np.ndarray, at: np.ndarray, team: np.ndarray) -> np.ndarray:
    """People per (interval, team) of a plan with breaks ``at`` (people, days, breaks), in plain counting."""
    n = cover.base.astype(np.int64).copy()
    for p, d in zip(*np.nonzero(plan != OFF), strict=True):
        presence = cover.presence[plan[p, d]]
        here = np.ones(presence.length, dtype=bool)
        for j, rest in enumerate(presence.breaks):
            here[at[p, d, j] : at[p, d, j] + rest.length] = False
        slots = d * cover.slots_per_day + presence.start + np.flatnonzero(here)
        n[slots[slots < cover.slots], team[p]] += 1
    return n


def interval_cost(cover: IntervalCover, n: np.ndarray) -> float:
    """Price of head counts (intervals, teams) by augmenting paths on (team, skill), dearest skills first; shares nothing with Hall's rows."""
    total = 0.0
    for t in range(cover.slots):
        left = [int(x) for x in n[t]]
        flow = np.zeros(cover.skills.shape, dtype=np.int64)
        missing = 0.0
        for q in sorted(range(cover.skills.shape[1]), key=lambda q, t=t: (-cover.short[t, q], q)):
            served = sum(_augment(q, left, flow, cover.skills, set()) for _ in range(int(cover.need[t, q])))
            missing += float(cover.short[t, q]) * (int(cover.need[t, q]) - served)
        total += missing + float(cover.over[t]) * sum(left)
    return total


def _augment(q: int, left: list[int], flow: np.ndarray, skills: np.ndarray, seen: set[int]) -> bool:
    """Serve one more place of skill ``q``, moving people of other skills if needed."""
    for team in np.flatnonzero(skills[:, q]):
        if left[team]:
            left[team] -= 1
            flow[team, q] += 1
            return True
    seen.add(q)
    for team in np.flatnonzero(skills[:, q]):
        for other in np.flatnonzero(flow[team]):
            if int(other) not in seen and _augment(int(other), left, flow, skills, seen):
                flow[team, other] -= 1
                flow[team, q] += 1
                return True
    return False
