"""Evening out nights, weekends and holidays over the months: two people exchange their days of a stretch of the month.

Steepest descent on the sum of squared points above and below the fair share, carried over the months. An exchange is made only where the
audit's rules find nothing against it, and where it costs no more than the site allows; the need at every post is met as before.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.roster.audit.facts import Cover
from cslib.roster.life.board import Board, Change, Entry
from cslib.roster.life.fairness import BALANCED, balances, load, spread

_TRIED = 250  # best exchanges that are tried in full before a step is given up
_PER_PAIR = 12  # best exchanges of two people that are looked at
_STEPS = 200
_NOISE = 1e-6
Window = tuple[int, int, int, int]  # two people, first day, last day excluded


@dataclass(frozen=True)
class Exchange:
    """Two people took each other's days from ``first`` to ``last``; ``yuan``: change of the priced cost."""

    one: str
    other: str
    first: dt.date
    last: dt.date
    yuan: float


@dataclass(frozen=True)
class Point:
    """A point of the price-of-fairness curve: spread per kind of ``BALANCED`` [duties] at a priced cost above the plan's own [yuan]."""

    budget_yuan: float
    yuan: float
    spread: tuple[float, ...]


@dataclass(frozen=True)
class Evened:
    """What evening out came to: exchanges in order and the curve, whose first point is the plan as solved."""

    exchanges: tuple[Exchange, ...]
    curve: tuple[Point, ...]

    @property
    def yuan(self) -> float:
        """Change of the priced cost; below 0 where an exchange happened to serve both [yuan]."""
        return self.curve[-1].yuan

    def swaps(self, who: str) -> int:
        """Exchanges that a person took part in."""
        return Counter(w for e in self.exchanges for w in (e.one, e.other))[who]


def even(board: Board, carried: pd.DataFrame | None = None, *, budgets: Sequence[float] | None = None) -> Evened:
    """Even out a month on the board, after what was carried in.

    Parameters
    ----------
    board : the month; it is changed
    carried : table ``fairness_ledger`` of the month before
    budgets : rising limits of the priced cost, a point of the curve each [yuan]; default: the site's ``fairness.month_yuan``
    """
    search = _Search(board, carried)
    made: list[Exchange] = []
    total, curve = 0.0, [Point(0.0, 0.0, search.spread())]
    for budget in [board.study.params.site.fairness.month_yuan] if budgets is None else budgets:
        while len(made) < _STEPS and (best := search.best(budget - total)) is not None:
            made.append(best)
            total += best.yuan
        curve.append(Point(budget, round(total, 2), search.spread()))
        search.failed.clear()
    return Evened(tuple(made), tuple(curve))


class _Search:
    """The board, the points above the fair share, and exchanges that were found to be against the rules."""

    def __init__(self, board: Board, carried: pd.DataFrame | None) -> None:
        rule = board.study.params.site.fairness
        self.board, self.yuan_per_point = board, rule.yuan_per_point
        self.weights = np.array([rule.night_points, rule.weekend_points, rule.holiday_points])
        found = load(board)
        self.people = found.people
        self.days = found.days[:, :, : len(BALANCED)]
        self.balance = balances(found, carried)
        self.failed: set[Window] = set()

    def spread(self) -> tuple[float, ...]:
        """Spread of each balance among the people [points], rounded."""
        return tuple(round(spread(self.balance[:, k]), 6) for k in range(len(BALANCED)))

    def best(self, budget: float) -> Exchange | None:
        """Make the exchange that gains most among those that are legal and cost no more than allowed."""
        for gain, window in itertools.islice(self._ranked(), _TRIED):
            change = self._legal(window)
            if change is not None and change.delta_yuan <= min(budget, self.yuan_per_point * gain) + _NOISE:
                return self._made(window, change)
            self.failed.add(window)
        return None

    def _ranked(self) -> Iterator[tuple[float, Window]]:
        """Exchanges by the squared points that they take away, the shortest first among equals."""
        found: list[tuple[float, int, Window]] = []
        size = self.days.shape[1]
        first, last = np.triu_indices(size + 1, 1)
        run = np.concatenate([np.zeros((len(self.people), 1, len(BALANCED))), np.cumsum(self.days, axis=1)], axis=1)
        entries = [[self._entry(who, day) for day in self.board.days] for who in self.people]
        for i, j in itertools.combinations(range(len(self.people)), 2):
            barred = np.concatenate([[0], np.cumsum([self._barred(i, j, d, entries) for d in range(size)])])
            moved = (run[j] - run[i])[last] - (run[j] - run[i])[first]
            gain = -2 * ((moved * (self.balance[i] - self.balance[j]) + moved**2) * self.weights**2).sum(axis=1)
            gain[barred[last] > barred[first]] = 0
            for n in np.argsort(-gain, kind="stable")[:_PER_PAIR].tolist():
                window = (i, j, int(first[n]), int(last[n]))
                if gain[n] > _NOISE and window not in self.failed:
                    found.append((float(gain[n]), window[3] - window[2], window))
        found.sort(key=lambda x: (-x[0], x[1], x[2]))
        return ((gain, window) for gain, _, window in found)

    def _entry(self, who: str, day: dt.date) -> Entry | None:
        """What a cell says if it may change."""
        return self.board.entry(who, day) if day in self.board.people[who].cells and self.board.may_change(who, day) else None

    def _barred(self, i: int, j: int, d: int, entries: list[list[Entry | None]]) -> bool:
        """True if the two can't take each other's cell of a day: fixed, or without the skill of the post."""
        one, other, day = entries[i][d], entries[j][d], self.board.days[d]
        if one is None or other is None:
            return True
        queues = self.board.study.params.site.queues
        pairs = ((one, self.people[j]), (other, self.people[i]))
        return any(e.home in queues and not self.board.people[who].holds(queues[e.home].skill, day) for e, who in pairs)

    def _legal(self, window: Window) -> Change | None:
        """The exchange as a change, None if a rule is against it."""
        board, (i, j, first, last) = self.board, window
        one, other = self.people[i], self.people[j]
        cells: dict[tuple[str, dt.date], Entry] = {}
        for day in board.days[first:last]:
            a, b = board.entry(one, day), board.entry(other, day)
            if a is None or b is None:
                return None
            if a != b:
                cells |= {(one, day): b, (other, day): a}
        covers = self._renamed(one, other, board.days[first], board.days[last - 1])
        change = board.trial(cells, covers)
        if board.broken(change):
            return None
        touched = [c for c in covers if {c.row.stand_in_id, c.row.absent_id} & {one, other}]
        return None if board.cover_faults(touched, change.people) else change

    def _renamed(self, one: str, other: str, first: dt.date, last: dt.date) -> tuple[Cover, ...]:
        """Covers with the two in each other's place on duties of a stretch of days."""
        board, places = self.board, {one: other, other: one}

        def place(who: str, at: float) -> str:
            """Who is there after the exchange where ``who`` was at a moment [min]."""
            if who not in places:
                return who
            duty = next((d for d in board.people[who].duties if d.timed and d.start <= at < d.end), None)
            return places[who] if duty is not None and first <= duty.date <= last else who

        found = []
        for c in board.covers:
            absent, stand_in = place(c.row.absent_id, c.start), place(c.row.stand_in_id, c.start)
            same = (absent, stand_in) == (c.row.absent_id, c.row.stand_in_id)
            found.append(c if same else board.cover(c.row.post, absent, stand_in, c.start, c.end))
        return tuple(found)

    def _made(self, window: Window, change: Change) -> Exchange:
        i, j, first, last = window
        self.board.apply(change)
        moved = (self.days[j, first:last] - self.days[i, first:last]).sum(axis=0)
        self.balance[i] += moved
        self.balance[j] -= moved
        self.days[[i, j], first:last] = self.days[[j, i], first:last]
        self.failed = {w for w in self.failed if not {w[0], w[1]} & {i, j}}
        days = self.board.days
        return Exchange(self.people[i], self.people[j], days[first], days[last - 1], change.delta_yuan)
