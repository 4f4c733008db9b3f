"""Tiny made-up months for the engine's tests."""

from __future__ import annotations

from itertools import product

import numpy as np

from cslib.roster.columns.intervals import Break, IntervalCover, Presence
from cslib.roster.columns.model import FORBIDDEN, OFF, Counter, History, Person, Sequence, Staff, findings, own_cost


def sequence(rng: np.random.Generator, kinds: int) -> Sequence:
    """Random order rules; the last kind is night work."""
    gap = rng.integers(0, 3, (kinds, kinds)) * (rng.random((kinds, kinds)) < 0.4)
    night = np.arange(kinds) == kinds - 1
    return Sequence(gap, night, int(rng.integers(2, 5)), int(rng.integers(1, 3)), int(rng.integers(1, 3)), int(rng.integers(1, 4)))


def person(rng: np.random.Generator, days: int, kinds: int, team: int = 0) -> Person:
    """A random person."""
    rules = sequence(rng, kinds)
    work = rng.integers(-3, 6, (days, kinds)).astype(float)
    work[rng.random((days, kinds)) < 0.2] = FORBIDDEN
    off = np.where(rng.random(days) < 0.1, FORBIDDEN, rng.integers(0, 3, days).astype(float))
    total = np.abs(np.arange(2 * days + 1) - days) * 1.5
    total[: int(rng.integers(0, 3))] = FORBIDDEN
    counters = (Counter(rules.night, 1, 4.0), Counter(np.arange(kinds) == 0, int(rng.integers(1, 4))))
    past = History(1, 1, kinds - 1) if rng.random() < 0.5 else History()
    return Person(rules, work, off, total, counters, int(rng.integers(0, 3)), (int(rng.integers(3, 9)), int(rng.integers(2, 7))), past, team)


def staff(rng: np.random.Generator, people: int, days: int = 8, kinds: int = 3, teams: int = 1) -> Staff:
    """Random people; days 3 and 4 are a weekend, then a new week begins."""
    units = np.array([1, 2, 2])[:kinds]
    group = tuple(person(rng, days, kinds, i % teams) for i in range(people))
    return Staff(group, units, np.arange(days) == 4, (np.arange(days) >= 5).astype(int))


def cover(rng: np.random.Generator, days: int) -> IntervalCover:
    """Six intervals a day, two skills of different prices, three kinds; the second has a break, the third works over midnight."""
    need = rng.integers(0, 3, (6 * days, 2))
    short = np.where(rng.random((6 * days, 2)) < 0.4, 9.0, 5.0)
    over = np.full(6 * days, 1.0)
    presence = Presence(0, 2), Presence(1, 4, (Break(1, 1, 2),)), Presence(4, 4)
    base = np.zeros((6 * days, 2), dtype=int)
    base[0, 1] = 1
    return IntervalCover(6, need, short, over, np.array([[True, False], [True, True]]), presence, base)


def cheapest(team: Staff, p: int) -> float:
    """Price of the cheapest legal month by trying all."""
    months = product(range(OFF, team.kinds), repeat=team.days)
    return min((own_cost(team, p, np.array(m)) for m in months if not findings(team, p, np.array(m))), default=np.inf)
