"""Repair after an absence: the smallest set of changed cells that brings the month back to a good price, legal by the audit's rules.

Steepest descent on priced cost plus a price per changed cell (``site.repair.change_yuan``): somebody off takes a duty, somebody on duty
takes another one, or somebody off takes a duty and gets another day off for it. The past and pinned cells stay as they are.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from cslib.core.shifts import Shift
from cslib.intake.study import Study
from cslib.roster.audit.spans import common
from cslib.roster.life.board import OFF_DUTY, Board, Change, Entry
from cslib.roster.life.stand_ins import Chain, relieve, void_covers

Cells = dict[tuple[str, dt.date], Entry]
_TRIED = 60  # best changes that are tried in full, of each kind
_SWAP_DAYS = 6  # days before and after within which another day off is looked for
_PEOPLE = 10  # people for whom another day off is looked for
_NOISE = 1e-6


@dataclass(frozen=True)
class Move:
    """One cell that changes: whose, when, from what to what."""

    employee_id: str
    day: dt.date
    before: Entry
    after: Entry


@dataclass(frozen=True)
class Repair:
    """What a repair came to.

    Attributes
    ----------
    board : the repaired month; ``moves`` : cells changed; ``chains`` : stand-ins found for the holes at posts
    gap_yuan : priced cost with the hole left as it is, repaired_yuan : after the repair, both above the month before the absence
    """

    board: Board
    moves: tuple[Move, ...]
    chains: tuple[Chain, ...]
    gap_yuan: float
    repaired_yuan: float


def absence(employee_id: str, start: pd.Timestamp, end: pd.Timestamp, reason_class: str = "sudden") -> pd.DataFrame:
    """Table ``absences`` of one row."""
    return pd.DataFrame({"employee_id": [employee_id], "start": [start], "end": [end], "reason_class": [reason_class]}).astype(
        {"start": "datetime64[us]", "end": "datetime64[us]"}
    )


def repair(
    roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study, absences: pd.DataFrame, *, now: pd.Timestamp | None = None,
    known: pd.DataFrame | None = None,
) -> Repair:  # fmt: skip
    """Mend the days on which somebody is absent.

    Parameters
    ----------
    roster, covers, need, study : the published month
    absences : table ``absences``
    now : cells of duties that start before this moment stay as they are; default: the first of the absences
    known : table ``absences`` that the month was mended for before; they stay in force

    Returns
    -------
    Repair; its board's tables are legal wherever the published month was, with the absences recorded.
    """
    calm = Board(roster, covers, need, study, known)
    everyone = absences if known is None or known.empty else pd.concat([known, absences], ignore_index=True)
    start = calm.window_yuan(0, calm.ticks) + sum(map(calm.own_yuan, calm.people))
    now = absences["start"].min() if now is None else now
    gone = {(r.employee_id, r.start, r.end) for r in absences.itertuples(index=False)}
    days = sorted({d for _, begin, end in gone for d in _days(calm, begin, end)})
    found = []
    for by_cells in (False, True):  # stand-ins on duty alone, or people moved first
        board = Board(roster, covers, need, study, everyone)
        void = void_covers(board)
        board.apply(board.trial({}, tuple(c for c in board.covers if c not in void)))
        gap = _total(board) - start
        chains = relieve(board, days)
        if by_cells:
            board, chains = _by_cells(board, chains, days, now, {who for who, _, _ in gone}, start)
        found.append(Repair(board, _moves(board, calm), tuple(chains), gap, _total(board) - start))
    change = study.params.site.repair.change_yuan
    return min(found, key=lambda r: r.repaired_yuan + change * len(r.moves))


def _by_cells(
    board: Board, chains: list[Chain], days: list[dt.date], now: pd.Timestamp, absent: set[str], start: float
) -> tuple[Board, list[Chain]]:  # fmt: skip
    """Move people until the month costs what it did, first without the stand-ins of the absent, then give stand-ins to what is left."""
    mine = {c for made in chains if made.hole.absent_id in absent for c in made.covers}
    board.apply(board.trial({}, tuple(c for c in board.covers if c not in mine)))
    published = {(who, day): board.entry(who, day) for who in board.people for day in board.days}
    search = _Search(board, days, now, absent)
    above = _total(board) - start
    while above > _NOISE and (best := search.best(published)) is not None:
        board.apply(best)
        above += best.delta_yuan
    void = void_covers(board)
    board.apply(board.trial({}, tuple(c for c in board.covers if c not in void)))
    kept = [made for made in chains if made.hole.absent_id not in absent and not set(made.covers) & set(void)]
    return board, [*kept, *relieve(board, days)]


def _total(board: Board) -> float:
    return board.window_yuan(0, board.ticks) + sum(map(board.own_yuan, board.people))


def _moves(board: Board, before: Board) -> tuple[Move, ...]:
    pairs = [(key, before.entry(*key) or OFF_DUTY, board.entry(*key) or OFF_DUTY) for key in sorted(board.changed)]
    return tuple(Move(*key, old, new) for key, old, new in pairs if old != new)


def _days(board: Board, start: pd.Timestamp, end: pd.Timestamp) -> Iterator[dt.date]:
    """Days of the month on which something is missing between two moments: the day before too, for duties that reach over midnight."""
    first, last = start.date() - dt.timedelta(days=1), (end - pd.Timedelta(microseconds=1)).date()
    return (day for day in board.days if first <= day <= last)


class _Search:
    """Changes worth trying on some days."""

    def __init__(self, board: Board, days: list[dt.date], now: pd.Timestamp, absent: set[str]) -> None:
        self.board, self.days, self.now, self.absent = board, days, now, absent
        self.change_yuan = board.study.params.site.repair.change_yuan
        self.most = board.study.params.site.repair.max_changes

    def best(self, published: Mapping[tuple[str, dt.date], Entry | None]) -> Change | None:
        """The legal change that lowers priced cost and price of changes most; None if none does."""
        board = self.board
        if len(board.changed) >= self.most:
            return None
        ranked: list[tuple[float, int, Change]] = []
        order = itertools.count()
        singles = sorted(self._singles(), key=lambda pair: pair[0])
        for _, cells in singles[:_TRIED]:
            self._rank(ranked, order, cells, published)
        for cells in self._swaps([cells for _, cells in singles]):
            self._rank(ranked, order, cells, published)
        for value, _, change in sorted(ranked, key=lambda r: r[:2]):
            if value >= -_NOISE:
                return None
            if not board.broken(change):
                return change
        return None

    def _rank(
        self, ranked: list[tuple[float, int, Change]], order: Iterator[int], cells: Cells, published: Mapping[tuple[str, dt.date], Entry | None]
    ) -> None:  # fmt: skip
        change = self.board.trial(cells)
        more = sum((published[key] != entry) - (published[key] != self.board.entry(*key)) for key, entry in cells.items())
        ranked.append((change.delta_yuan + self.change_yuan * more, next(order), change))

    def _free(self, who: str, day: dt.date) -> bool:
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
                if not self._free(who, day):
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
            if start < self.now or not self._meets(shift, day):
                continue
            homes = [q for q in shift.queues if q in queues and board.people[who].holds(queues[q].skill, day)] if shift.queues else [""]
            for home in homes:
                for breaks in break_places(shift, board.facts.horizon.interval_min):
                    yield Entry(shift.code, home, breaks)

    def _meets(self, shift: Shift, day: dt.date) -> bool:
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
            for other in (day + dt.timedelta(days=n) for n in range(-_SWAP_DAYS, _SWAP_DAYS + 1) if n):
                there = board.entry(who, other) if other in board.people[who].cells else None
                if there is not None and there.code and self._free(who, other):
                    yield {(who, day): entry, (who, other): OFF_DUTY}
            if len(used) >= _PEOPLE:
                return


def break_places(shift: Shift, interval_min: int) -> Iterator[tuple[int, ...]]:
    """Every place of a shift's breaks on the grid that keeps them in order [min after the shift's start]."""
    return iter(itertools.product(*(b.positions(interval_min) for b in shift.breaks)))
