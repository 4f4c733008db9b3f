"""Which days two people could exchange to even out, the most helpful first: one stretch of days, or two short ones against each other."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

_SHORT = 3  # longest of two stretches that are exchanged together [days]: a weekend against days of the week, hours staying as they are
_PER_PAIR = 40  # best exchanges of two people that are looked at
_NOISE = 1e-6


@dataclass(frozen=True)
class Move:
    """Two people (by number) take each other's cells of some days of the month; ``gain`` [squared points]."""

    one: int
    other: int
    days: tuple[int, ...]
    gain: float

    @property
    def key(self) -> tuple[int, int, tuple[int, ...]]:
        """What is exchanged, whatever it gains."""
        return self.one, self.other, self.days


@lru_cache(maxsize=4)
def stretches(size: int) -> np.ndarray:
    """Days that are exchanged together, a row a choice, 0 and 1: every stretch of the month, and every two short ones apart."""
    first, last = np.triu_indices(size + 1, 1)
    day = np.arange(size)
    one = ((day >= first[:, None]) & (day < last[:, None])).astype(np.float32)
    short = np.flatnonzero(last - first <= _SHORT)
    a, b = (short[n] for n in np.triu_indices(len(short), 1))
    swapped = first[a] > first[b]
    a, b = np.where(swapped, b, a), np.where(swapped, a, b)
    apart = last[a] < first[b]
    return np.vstack([one, one[a[apart]] + one[b[apart]]])


def ranked(days: np.ndarray, hours: np.ndarray, balance: np.ndarray, weights: np.ndarray, barred: np.ndarray) -> list[Move]:
    """Moves by the squared points that they take away; among equals those that leave hours as they are, then the shortest.

    Parameters
    ----------
    days : (people, days, kinds) duties of each kind;  hours : (people, days) paid hours
    balance : (people, kinds) duties above the fair share;  weights : (kinds,) points of each
    barred : (people, people, days) days that the two can't exchange
    """
    choices = stretches(days.shape[1])
    size = choices.sum(axis=1)
    found: list[tuple[float, float, float, Move]] = []
    for i, j in itertools.combinations(range(len(days)), 2):
        part = np.column_stack([days[j] - days[i], hours[j] - hours[i], barred[i, j]]).astype(np.float32)
        sums = choices @ part
        moved, shift = sums[:, :-2], np.abs(sums[:, -2])
        gain = -2 * ((moved * (balance[i] - balance[j]) + moved**2) * weights**2).sum(axis=1)
        gain[sums[:, -1] > 0] = 0
        fit = np.flatnonzero(gain > _NOISE)
        for n in fit[np.lexsort((size[fit], shift[fit], -gain[fit]))][:_PER_PAIR].tolist():
            move = Move(i, j, tuple(np.flatnonzero(choices[n]).tolist()), float(gain[n]))
            found.append((-round(move.gain, 6), float(shift[n]), float(size[n]), move))
    found.sort(key=lambda row: (row[0], row[1], row[2], row[3].key))
    return [move for *_, move in found]


def around(days: Sequence[int], reach: int) -> Iterator[int]:
    """The days of a move and those near it."""
    return iter(sorted({d + n for d in days for n in range(-reach, reach + 1)}))
