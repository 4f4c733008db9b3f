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
class Rows:
    """Shortage where a duty's place depends on its kind too (posts), and where it counts twice: at work, and present or on its breaks.
    A level is short by the most of its sets of rows, a set by the sum of what its rows lack; that costs ``rise`` an interval.

    Attributes
    ----------
    need, hit : (intervals, rows); (rows, classes) how often a person of a class counts
    level, group : (rows,) level and set of a row, rows in the order of both; rise, final : (levels,)
    final, counted : whether shortage leaves fewer people over; (classes,) whether people are over where they serve nothing
    duty, whole : (teams, kinds) class in which a duty counts except on its breaks, and the one in which it counts all the time (-1: none)
    base, places : (intervals, classes) people who are there anyway; (intervals,) places whose filling leaves nobody over
    """

    need: np.ndarray
    hit: np.ndarray
    level: np.ndarray
    group: np.ndarray
    rise: np.ndarray
    final: np.ndarray
    counted: np.ndarray
    base: np.ndarray
    duty: np.ndarray
    whole: np.ndarray
    places: np.ndarray


@dataclass(frozen=True)
class IntervalCover:
    """Need per interval and skill, and prices.

    Attributes
    ----------
    need : (intervals, skills) places; short : (intervals, skills) price of an empty place; over : (intervals,) price of an unused person
    skills : (teams, skills) flags of what a team holds; presence : one per kind of work
    base : (intervals, teams) people who are there anyway (last month's night shifts)
    rows : what is short, where that isn't for skills to say (posts); need, short, skills and base are not used then
    """

    slots_per_day: int
    need: np.ndarray
    short: np.ndarray
    over: np.ndarray
    skills: np.ndarray
    presence: tuple[Presence, ...]
    base: np.ndarray
    rows: Rows | None = None

    @property
    def slots(self) -> int:
        """Intervals of the horizon."""
        return len(self.need)


class Cover(NamedTuple):
    """Compiled coverage; rows r are (price level, set of skills). Without ``Rows`` a class is a team, and a mode too.

    Attributes
    ----------
    need : (slots, r); hit : (r, classes); level : (r,) level of a row; rise : (levels,) price of a level above the next
    total : (slots,) all places; over, base : as in ``IntervalCover``
    group, final, counted, duty, whole : as in ``Rows``; row_begin : (levels + 1,) first row of a level
    hit_begin, hit_class : classes of each row one after another; counts : classes that are ``counted``
    mode : (teams, kinds) pair of classes of a duty at work; mode_duty, mode_whole : its classes, -1 for none
    mode_rest : (modes,) mode of the duty on a break, -1 if it counts nowhere then
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
    group: np.ndarray
    final: np.ndarray
    counted: np.ndarray
    duty: np.ndarray
    whole: np.ndarray
    row_begin: np.ndarray
    hit_begin: np.ndarray
    hit_class: np.ndarray
    counts: np.ndarray
    mode: np.ndarray
    mode_duty: np.ndarray
    mode_whole: np.ndarray
    mode_rest: np.ndarray


def compile_cover(cover: IntervalCover) -> Cover:
    """Hall rows of a coverage, or the rows that it gives."""
    rows = cover.rows if cover.rows is not None else _hall_rows(cover)
    most = max((len(p.breaks) for p in cover.presence), default=0)
    breaks = np.zeros((len(cover.presence), max(most, 1), 4), dtype=np.int64)
    for k, presence in enumerate(cover.presence):
        for j, b in enumerate(presence.breaks):
            breaks[k, j] = b.length, b.first, b.last, b.step
    row_begin = np.searchsorted(rows.level, np.arange(len(rows.rise) + 1)).astype(np.int64)
    classes = [np.flatnonzero(hit) for hit in rows.hit]
    pairs = list(dict.fromkeys(zip(rows.duty.ravel().tolist(), rows.whole.ravel().tolist(), strict=True)))
    pairs += [rest for rest in dict.fromkeys((-1, f) for _, f in pairs if f >= 0) if rest not in pairs]
    number = {pair: m for m, pair in enumerate(pairs)}
    mode = np.array([number[pair] for pair in zip(rows.duty.ravel().tolist(), rows.whole.ravel().tolist(), strict=True)], dtype=np.int64)
    return Cover(
        np.ascontiguousarray(rows.need, dtype=np.int64), rows.hit.astype(np.int64), rows.level.astype(np.int64), rows.rise.astype(np.float64),
        rows.places.astype(np.int64), cover.over.astype(np.float64), rows.base.astype(np.int64), cover.slots_per_day,
        np.array([p.start for p in cover.presence], dtype=np.int64), np.array([p.length for p in cover.presence], dtype=np.int64), breaks,
        rows.group.astype(np.int64), rows.final.astype(np.bool_), rows.counted.astype(np.int64), rows.duty.astype(np.int64),
        rows.whole.astype(np.int64), row_begin, np.cumsum([0, *map(len, classes)]).astype(np.int64),
        np.concatenate(classes).astype(np.int64), np.flatnonzero(rows.counted).astype(np.int64), mode.reshape(rows.duty.shape),
        np.array([a for a, _ in pairs], dtype=np.int64), np.array([f for _, f in pairs], dtype=np.int64),
        np.array([number.get((-1, f), -1) if f >= 0 else -1 for _, f in pairs], dtype=np.int64),
    )  # fmt: skip


def _hall_rows(cover: IntervalCover) -> Rows:
    """Hall rows of a coverage by skills; rows that another one covers everywhere are left out."""
    prices = sorted({float(x) for x in cover.short[cover.need > 0]}, reverse=True) or [0.0]
    rows, hits, levels = [], [], []
    for level, price in enumerate(prices):
        wanted = np.where(cover.short >= price - 1e-12, cover.need, 0)
        for mask, need in _hall(wanted, cover.skills):
            rows.append(need)
            hits.append(mask)
            levels.append(level)
    rise = np.array(prices) - np.array([*prices[1:], 0.0])
    final, (teams, kinds) = np.arange(len(rise)) == len(rise) - 1, (len(cover.skills), len(cover.presence))
    duty = np.repeat(np.arange(teams)[:, None], kinds, axis=1)
    return Rows(
        np.array(rows, dtype=np.int64).T, np.array(hits), np.array(levels), np.arange(len(rows)), rise, final, np.ones(teams, dtype=bool),
        cover.base, duty, np.full_like(duty, -1), cover.need.sum(axis=1),
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
def _lacking(t, n, c, left):  # type: ignore[no-untyped-def]
    """What each row lacks in interval ``t``, into ``left``; returns the people who are over where they serve nothing."""
    for r in range(len(left)):
        x = c.need[t, r]
        for i in range(c.hit_begin[r], c.hit_begin[r + 1]):
            x -= c.hit[r, c.hit_class[i]] * n[t, c.hit_class[i]]
        left[r] = x
    here = 0
    for cls in c.counts:
        here += n[t, cls]
    return here


@njit(cache=True, nogil=True)
def _priced(t, left, here, a, f, c):  # type: ignore[no-untyped-def]
    """Price of an interval that lacks ``left``, with one more person of classes ``a`` and ``f`` (-1: none)."""
    price, unfilled = 0.0, 0
    for level in range(len(c.rise)):
        short = 0
        row, end = c.row_begin[level], c.row_begin[level + 1]
        while row < end:
            group, lacking = c.group[row], 0
            while row < end and c.group[row] == group:
                x = left[row]
                if a >= 0:
                    x -= c.hit[row, a]
                if f >= 0:
                    x -= c.hit[row, f]
                if x > 0:
                    lacking += x
                row += 1
            if lacking > short:
                short = lacking
        price += c.rise[level] * short
        if c.final[level]:
            unfilled += short
    if a >= 0 and c.counted[a]:
        here += 1
    return price + c.over[t] * (here - c.total[t] + unfilled)


@njit(cache=True, nogil=True)
def slot_price(t, n, extra, c):  # type: ignore[no-untyped-def]
    """Price of interval ``t`` with people ``n`` (slots, classes) and one more of mode ``extra`` (-1: nobody)."""
    left = np.empty(len(c.level), dtype=np.int64)
    here = _lacking(t, n, c, left)
    if extra < 0:
        return _priced(t, left, here, -1, -1, c)
    return _priced(t, left, here, c.mode_duty[extra], c.mode_whole[extra], c)


@njit(cache=True, nogil=True)
def refresh(t, n, now, add, c):  # type: ignore[no-untyped-def]
    """Bring price ``now`` (slots,) and the price of one more person ``add`` (modes, slots) of an interval up to date."""
    left = np.empty(len(c.level), dtype=np.int64)
    here = _lacking(t, n, c, left)
    now[t] = _priced(t, left, here, -1, -1, c)
    for mode in range(len(c.mode_duty)):
        add[mode, t] = _priced(t, left, here, c.mode_duty[mode], c.mode_whole[mode], c) - now[t]


@njit(cache=True, nogil=True)
def book(day, kind, at, team, sign, n, now, add, c):  # type: ignore[no-untyped-def]
    """Put a person of a team on duty (sign 1) or take him off (-1); ``at`` (breaks,) are his breaks' starts in intervals after the shift's start."""
    first, duty, whole = day * c.slots_per_day + c.start[kind], c.duty[team, kind], c.whole[team, kind]
    for i in range(c.length[kind]):
        t = first + i
        if t >= len(now):
            break
        resting = False
        for j in range(c.breaks.shape[1]):
            if c.breaks[kind, j, 0] and at[j] <= i < at[j] + c.breaks[kind, j, 0]:
                resting = True
        if not resting:
            n[t, duty] += sign
        if whole >= 0:
            n[t, whole] += sign
        if not resting or whole >= 0:
            refresh(t, n, now, add, c)


@njit(cache=True, nogil=True)
def sum_up(price, mode, begin, end, c, sums, saves):  # type: ignore[no-untyped-def]
    """Running sums over intervals ``begin`` .. ``end`` of a mode's prices (modes, slots), and of what a break saves, into rows of both."""
    rest = c.mode_rest[mode]
    sums[mode, begin] = 0.0
    for t in range(begin, end):
        sums[mode, t + 1] = sums[mode, t] + price[mode, t]
    if rest >= 0:
        saves[mode, begin] = 0.0
        for t in range(begin, end):
            saves[mode, t + 1] = saves[mode, t] + price[mode, t] - price[rest, t]


@njit(cache=True, nogil=True)
def cell_price(day, kind, mode, sums, saves, c, at):  # type: ignore[no-untyped-def]
    """Price of a duty of a mode at summed interval prices (``sum_up``), with its best breaks, which are written to ``at``."""
    last, first = sums.shape[1] - 1, day * c.slots_per_day + c.start[kind]
    price = sums[mode, min(first + c.length[kind], last)] - sums[mode, min(first, last)]
    gain = saves if c.mode_rest[mode] >= 0 else sums
    for j in range(c.breaks.shape[1]):
        if c.breaks[kind, j, 0]:
            best, where = -NEVER, c.breaks[kind, j, 1]
            for x in range(c.breaks[kind, j, 1], c.breaks[kind, j, 2] + 1, c.breaks[kind, j, 3]):
                begin = first + x
                saved = gain[mode, min(begin + c.breaks[kind, j, 0], last)] - gain[mode, min(begin, last)]
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
