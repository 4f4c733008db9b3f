"""Repair after an absence: the smallest set of changed cells that brings the month back to a good price, legal by the audit's rules.

Priced cost plus the list price ``moved_shift`` of each changed cell goes down: somebody off takes a duty, somebody on duty takes another
one, or somebody off takes a duty and gets another day off for it; where agents are pooled, breaks move too. Pooled agents are moved by a
small integer programme, people with posts of their own by steepest descent. The past and pinned cells stay as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from cslib.intake.study import Study
from cslib.roster.life.board import OFF_DUTY, Board, Entry
from cslib.roster.life.repair_search import SWAP_DAYS, Cells, change_yuan, descend
from cslib.roster.life.repair_window import mend_pool, pooled
from cslib.roster.life.stand_ins import Chain, kept_covers, relieve


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
    gap_yuan : priced cost with the hole left as it is, repaired_yuan : after the repair, both above the month before the absence;
        changed cells are left out of both (``moved_shift`` prices them in the search)
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
    known: pd.DataFrame | None = None, reach: int = SWAP_DAYS, first: Sequence[Cells] = (),
) -> Repair:  # fmt: skip
    """Mend the days on which somebody is absent.

    Parameters
    ----------
    roster, covers, need, study : the published month
    absences : table ``absences``
    now : duties that start before this moment stay as they are, and so do covers up to it; default: the first of the absences
    known : table ``absences`` that the month was mended for before; they stay in force
    reach : days around a duty taken within which its new holder may get another day off (people with posts of their own)
    first : sets of changed cells, of which the cheapest legal one is taken before anything else

    Returns
    -------
    Repair; its board's tables are legal wherever the published month was, with the absences recorded.
    """
    calm = Board(roster, covers, need, study, known)
    everyone = absences if known is None or known.empty else pd.concat([known, absences], ignore_index=True)
    start = calm.priced_yuan
    now = absences["start"].min() if now is None else now
    gone = {(r.employee_id, r.start, r.end) for r in absences.itertuples(index=False)}
    days = sorted({d for _, begin, end in gone for d in _days(calm, begin, end)})
    found = []
    for by_cells in (False, True):  # stand-ins on duty alone, or people moved first
        board = calm.with_absences(everyone)
        since = _minute(board, now)
        board.apply(board.trial({}, kept_covers(board, since)))
        gap = board.priced_yuan - start
        tried = sorted((board.trial(cells) for cells in first), key=lambda change: change.delta_yuan)
        if (best := next((change for change in tried if not board.broken(change)), None)) is not None:
            board.apply(best)
        chains = relieve(board, days, since)
        if by_cells:
            who = {who for who, _, _ in gone}
            board, chains = _by_cells(board, chains, days, now, who, set(everyone["employee_id"]), start, reach)
        found.append(Repair(board, _moves(board, calm), tuple(chains), gap, board.priced_yuan - start))
    change = change_yuan(calm)
    return min(found, key=lambda r: r.repaired_yuan + change * len(r.moves))


def _by_cells(
    board: Board, chains: list[Chain], days: list[dt.date], now: pd.Timestamp, absent: set[str], away: set[str], start: float, reach: int
) -> tuple[Board, list[Chain]]:  # fmt: skip
    """Move people until the month costs what it did, first without the stand-ins of the absent, then give stand-ins to what is left.

    ``away``: the absent and those recorded before, whose holes somebody moved may close as well.
    """
    since = _minute(board, now)
    mine = {c for made in chains if made.hole.absent_id in away for c in made.covers}
    board.apply(board.trial({}, tuple(c for c in board.covers if c not in mine)))
    if pooled(board, days, absent):
        mend_pool(board, days, now, absent, start)
    else:
        descend(board, days, now, absent, start, reach)
    before = set(board.covers)
    board.apply(board.trial({}, kept_covers(board, since)))
    void = before - set(board.covers)
    kept = [made for made in chains if made.hole.absent_id not in away and not set(made.covers) & void]
    return board, [*kept, *relieve(board, days, since)]


def _minute(board: Board, now: pd.Timestamp) -> float:
    """A moment in minutes of the month."""
    return (now - board.facts.origin).total_seconds() / 60


def _moves(board: Board, before: Board) -> tuple[Move, ...]:
    pairs = [(key, before.entry(*key) or OFF_DUTY, board.entry(*key) or OFF_DUTY) for key in sorted(board.changed)]
    return tuple(Move(*key, old, new) for key, old, new in pairs if old != new)


def _days(board: Board, start: pd.Timestamp, end: pd.Timestamp) -> Iterator[dt.date]:
    """Days of the month on which something is missing between two moments: the day before too, for duties that reach over midnight."""
    first, last = start.date() - dt.timedelta(days=1), (end - pd.Timedelta(microseconds=1)).date()
    return (day for day in board.days if first <= day <= last)
