"""Changes worth trying after an absence, and the descent over them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

import pandas as pd

from cslib.core.shifts import Shift
from cslib.roster.audit.spans import common
from cslib.roster.life.board import OFF_DUTY, Board, Change, Entry

Cells = dict[tuple[str, dt.date], Entry]
_TRIED = 60  # best changes that are tried in full, of each kind
SWAP_DAYS = 6  # days before and after within which another day off is looked for
_PEOPLE = 10  # people for whom another day off is looked for
_NOISE = 1e-6


def change_yuan(board: Board) -> float:
    """Price of a changed cell (price ``moved_shift``); 0 where the study knows the published roster, for then the month's own price has it."""
    return board.prices["moved_shift"] if board.study.published.empty else 0.0


def descend(board: Board, days: list[dt.date], now: pd.Timestamp, absent: set[str], start: float, reach: int = SWAP_DAYS) -> None:
    """Change cells of some days for the better until the month costs ``start`` yuan, as before the absence, or nothing helps."""
    search = Search(board, days, now, absent, reach)
    above = board.priced_yuan - start
    while above > _NOISE and (best := search.best()) is not None:
        board.apply(best)
        above += best.delta_yuan


class Search:
    """Changes worth trying on some days; another day off for one of them is looked for ``reach`` days around it."""

    def __init__(self, board: Board, days: list[dt.date], now: pd.Timestamp, absent: set[str], reach: int = SWAP_DAYS) -> None:
        self.board, self.days, self.now, self.absent, self.reach = board, days, now, absent, reach
        self.change_yuan = change_yuan(board)
        self.published = {(who, day): board.entry(who, day) for who in board.people for day in board.days}
        self.most = board.study.params.site.repair.max_changes

    def best(self) -> Change | None:
        """The legal change that lowers priced cost and price of changes most; None if none does."""
        board = self.board
        if len(board.changed) >= self.most:
            return None
        ranked: list[tuple[float, int, Change]] = []
        order = itertools.count()
        singles = sorted(self._singles(), key=lambda pair: pair[0])
        for _, cells in singles[:_TRIED]:
            self._rank(ranked, order, cells)
        for cells in self._swaps([cells for _, cells in singles]):
            self._rank(ranked, order, cells)
        for value, _, change in sorted(ranked, key=lambda r: r[:2]):
            if value >= -_NOISE:
                return None
            if not board.broken(change):
                return change
        return None

    def _rank(self, ranked: list[tuple[float, int, Change]], order: Iterator[int], cells: Cells) -> None:
        change, published = self.board.trial(cells), self.published
        more = sum((published[key] != entry) - (published[key] != self.board.entry(*key)) for key, entry in cells.items())
        ranked.append((change.delta_yuan + self.change_yuan * more, next(order), change))

    def starts(self, shift: Shift, day: dt.date) -> pd.Timestamp:
        """When a duty starts."""
        return pd.Timestamp(day) + pd.Timedelta(minutes=shift.start_min)

    def free(self, who: str, day: dt.date) -> bool:
        """True if a cell may change: not in the past, not pinned, not of somebody absent."""
        board = self.board
        if who in self.absent or not board.may_change(who, day):
            return False
        entry = board.entry(who, day)
        start = pd.Timestamp(day) + pd.Timedelta(minutes=board.facts.shifts[entry.code].start_min if entry and entry.code else 0)
        return start >= self.now if entry and entry.code else pd.Timestamp(day) + pd.Timedelta(days=1) > self.now

    def _singles(self) -> Iterator[tuple[float, Cells]]:
        """One cell changed, with a first guess of its value: coverage once for people who can serve the same."""
        board, guess = self.board, {}
        for day in self.days:
            for who in board.people:
                if not self.free(who, day):
                    continue
                old = board.entry(who, day)
                group = self._group(who, day)
                for entry in self._entries(who, day):
                    if entry == old:
                        continue
                    key = (day, group, old, entry)
                    if key not in guess:
                        guess[key] = board.trial({(who, day): entry}).delta_yuan
                    yield guess[key], {(who, day): entry}

    def _group(self, who: str, day: dt.date) -> frozenset[str]:
        person = self.board.people[who]
        return frozenset(skill for skill in person.skills if person.holds(skill, day))

    def _entries(self, who: str, day: dt.date) -> Iterator[Entry]:
        """Duties worth a try: those whose presence meets an hour that lacks people, at each place of their breaks."""
        board = self.board
        queues = board.study.params.site.queues
        for shift in board.facts.shifts.values():
            start = pd.Timestamp(day) + pd.Timedelta(minutes=shift.start_min)
            if start < self.now or not self.meets(shift, day):
                continue
            homes = [q for q in shift.queues if q in queues and board.people[who].holds(queues[q].skill, day)] if shift.queues else [""]
            for home in homes:
                for breaks in break_places(shift, board.facts.horizon.interval_min):
                    yield Entry(shift.code, home, breaks)

    def meets(self, shift: Shift, day: dt.date) -> bool:
        """True if a duty shares time with an absence."""
        first = (day - self.board.facts.horizon.start).days * 1440 + shift.start_min
        spans = [span for who in self.absent for span in self.board.facts.absences.get(who, ())]
        return bool(common([(first, first + shift.length_min)], spans))

    def _swaps(self, singles: list[Cells]) -> Iterator[Cells]:
        """Somebody off takes a duty and gets another day off for it."""
        board, used = self.board, {}
        for cells in singles:
            (((who, day), entry),) = cells.items()
            old = board.entry(who, day)
            if who in used or old is None or old.code:
                continue
            used[who] = True
            for other in (day + dt.timedelta(days=n) for n in range(-self.reach, self.reach + 1) if n):
                there = board.entry(who, other) if other in board.people[who].cells else None
                if there is not None and there.code and self.free(who, other):
                    yield {(who, day): entry, (who, other): OFF_DUTY}
            if len(used) >= _PEOPLE:
                return


def break_places(shift: Shift, interval_min: int) -> Iterator[tuple[int, ...]]:
    """Every place of a shift's breaks on the grid that keeps them in order [min after the shift's start]."""
    return iter(itertools.product(*(b.positions(interval_min) for b in shift.breaks)))
