"""Evening out nights, weekends and holidays over the months: two people exchange some of their days of a month.

Steepest descent on the sum of squared points above and below the fair share, carried over the months: what somebody carries in makes an
exchange in his favour worth more. An exchange is made only where the audit's rules find nothing against it, and where it costs no more than
the site allows; the need at every post is met as before.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core.units import MINUTES_PER_DAY
from cslib.roster.audit.facts import Cover
from cslib.roster.life.board import Board, Change, Entry
from cslib.roster.life.evening_moves import Move, around, ranked
from cslib.roster.life.fairness import KINDS, balances, load, points_of, spread

_TRIED = 300  # exchanges that are tried in full before a step is given up
_STEPS = 200
_NOISE = 1e-6


@dataclass(frozen=True)
class Exchange:
    """Two people took each other's cells of some days; ``yuan``: change of the priced cost."""

    one: str
    other: str
    days: tuple[dt.date, ...]
    yuan: float


@dataclass(frozen=True)
class Point:
    """A point of the price-of-fairness curve: spread per kind of ``KINDS`` [duties] at a priced cost above the plan's own [yuan].

    ``planned_again``: it is of the month planned again after the ledger, not of the one as solved.
    """

    budget_yuan: float
    yuan: float
    spread: tuple[float, ...]
    planned_again: bool = False


@dataclass(frozen=True)
class Evened:
    """What evening out came to: exchanges in order (of the month planned again, where it was) and the curve, which starts at the plan as solved."""

    exchanges: tuple[Exchange, ...]
    curve: tuple[Point, ...]

    @property
    def yuan(self) -> float:
        """Change of the priced cost; below 0 where an exchange happened to serve both [yuan]."""
        return self.curve[-1].yuan

    @property
    def planned_again(self) -> bool:
        """True if the month was planned again after the ledger."""
        return self.curve[-1].planned_again

    def swaps(self, who: str) -> int:
        """Exchanges that a person took part in."""
        return Counter(w for e in self.exchanges for w in (e.one, e.other))[who]


def even(board: Board, carried: pd.DataFrame | None = None, *, budgets: Sequence[float] | None = None) -> Evened:
    """Even out a month on the board, after what was carried in.

    Parameters
    ----------
    board : the month; it is changed
    carried : table ``fairness_ledger`` of the month before
    budgets : rising limits of the priced cost, a point of the curve each [yuan]; default: the site's ``fairness.month_yuan``, 0 if it names none
    """
    search = _Search(board, carried)
    made: list[Exchange] = []
    total, curve = 0.0, [Point(0.0, 0.0, search.spread())]
    for budget in [board.study.params.site.fairness.month_yuan or 0.0] if budgets is None else budgets:
        while len(made) < _STEPS and (best := search.best(budget - total)) is not None:
            made.append(best)
            total += best.yuan
        curve.append(Point(budget, round(total, 2), search.spread()))
    return Evened(tuple(made), tuple(curve))


class _Search:
    """The board, the points above the fair share, and what exchanges were found to cost."""

    def __init__(self, board: Board, carried: pd.DataFrame | None) -> None:
        rule = board.study.params.site.fairness
        self.board, self.yuan_per_point, self.month = board, rule.yuan_per_point, board.days
        self.weights = np.array(points_of(rule))
        found = load(board)
        self.people = found.people
        self.days = found.days.copy()
        self.balance = balances(found, carried)
        self.entries = [[self._entry(who, day) for day in self.month] for who in self.people]
        self.cost: dict[tuple[int, int, tuple[int, ...]], float] = {}  # yuan of exchanges tried, infinite if a rule is against them

    def spread(self) -> tuple[float, ...]:
        """Spread of each balance among the people [points], rounded."""
        return tuple(round(spread(self.balance[:, k]), 6) for k in range(len(KINDS)))

    def best(self, budget: float) -> Exchange | None:
        """Make the exchange that gains most among those that are legal and cost no more than allowed."""
        tried = 0
        for move in ranked(self.days, self._hours(), self.balance, self.weights, self._barred()):
            limit = min(budget, self.yuan_per_point * move.gain) + _NOISE
            if self.cost.get(move.key, -math.inf) <= limit:
                change, tried = self._legal(move, limit), tried + 1
                if change is not None:
                    return self._made(move, change)
            if tried >= _TRIED:
                break
        return None

    def _entry(self, who: str, day: dt.date) -> Entry | None:
        """What a cell says if it may change."""
        return self.board.entry(who, day) if day in self.board.people[who].cells and self.board.may_change(who, day) else None

    def _hours(self) -> np.ndarray:
        """Paid hours of each person and day."""
        paid = {code: shift.paid_min / 60 for code, shift in self.board.facts.shifts.items()}
        return np.array([[paid.get(e.code, 0.0) if e else 0.0 for e in row] for row in self.entries])

    def _barred(self) -> np.ndarray:
        """Flags (person, person, day): the two can't take each other's cell, which is fixed, or at a post whose skill the other lacks."""
        queues, size = self.board.study.params.site.queues, len(self.people)
        fixed = np.array([[e is None for e in row] for row in self.entries])
        lacks = np.zeros((size, size, len(self.month)), dtype=bool)  # person, taker, day
        for i, row in enumerate(self.entries):
            for d, entry in enumerate(row):
                if entry is not None and entry.home in queues:
                    skill = queues[entry.home].skill
                    lacks[i, :, d] = [not self.board.people[who].holds(skill, self.month[d]) for who in self.people]
        return np.asarray(fixed[:, None] | fixed[None] | lacks | lacks.transpose(1, 0, 2))

    def _legal(self, move: Move, limit: float) -> Change | None:
        """The exchange as a change, None if a rule is against it or it costs more than the limit."""
        board, one, other = self.board, self.people[move.one], self.people[move.other]
        cells: dict[tuple[str, dt.date], Entry] = {}
        for d in move.days:
            a, b = self.entries[move.one][d], self.entries[move.other][d]
            if a is not None and b is not None and a != b:
                cells |= {(one, self.month[d]): b, (other, self.month[d]): a}
        covers = self._renamed(one, other, {day for _, day in cells})
        change = board.trial(cells, covers)
        self.cost[move.key] = change.delta_yuan
        if change.delta_yuan > limit:
            return None
        near = set(around([(day - self.month[0]).days for _, day in cells], 1))
        touched = [c for c in covers if {c.row.stand_in_id, c.row.absent_id} & {one, other} and c.start // MINUTES_PER_DAY in near]
        if board.broken(change) or board.cover_faults(touched, change.people):
            self.cost[move.key] = math.inf
            return None
        return change

    def _renamed(self, one: str, other: str, days: set[dt.date]) -> tuple[Cover, ...]:
        """Covers with the two in each other's place on duties of some days."""
        board, places = self.board, {one: other, other: one}

        def place(who: str, at: float) -> str:
            """Who is there after the exchange where ``who`` was at a moment [min]."""
            if who not in places:
                return who
            duty = next((d for d in board.people[who].duties if d.timed and d.start <= at < d.end), None)
            return places[who] if duty is not None and duty.date in days else who

        found = []
        for c in board.covers:
            absent, stand_in = place(c.row.absent_id, c.start), place(c.row.stand_in_id, c.start)
            same = (absent, stand_in) == (c.row.absent_id, c.row.stand_in_id)
            found.append(c if same else board.cover(c.row.post, absent, stand_in, c.start, c.end))
        return tuple(found)

    def _made(self, move: Move, change: Change) -> Exchange:
        i, j, days = move.one, move.other, list(move.days)
        self.board.apply(change)
        moved = (self.days[j, days] - self.days[i, days]).sum(axis=0)
        self.balance[i] += moved
        self.balance[j] -= moved
        for d in days:
            self.days[[i, j], d] = self.days[[j, i], d]
            self.entries[i][d], self.entries[j][d] = self.entries[j][d], self.entries[i][d]
        self.cost = {key: yuan for key, yuan in self.cost.items() if not {key[0], key[1]} & {i, j}}
        return Exchange(self.people[i], self.people[j], tuple(self.month[d] for d in days), change.delta_yuan)
