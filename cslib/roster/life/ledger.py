"""The cover ledger 顶岗台账 of a month: planned relief of breaks, stand-ins for absences, and what stayed open, each priced (S002-19)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pandas as pd

from cslib.core import tables
from cslib.roster.audit.facts import Cover
from cslib.roster.audit.presence import covers_of
from cslib.roster.audit.spans import Minutes, common
from cslib.roster.life.board import Board, Steps
from cslib.roster.life.stand_ins import holes

Reasons = dict[str, list[tuple[Minutes, str]]]  # person -> absences with the class of their reason


def cover_ledger(board: Board, absences: pd.DataFrame | None = None) -> pd.DataFrame:
    """Every cover of a month and every stretch at a post without one.

    Parameters
    ----------
    board : the month as it stands, made with the same absences
    absences : table ``absences``; its classes of reasons are carried over, nothing else about an absence is known

    Returns
    -------
    Table ``cover_ledger``. ``priced_yuan``: for a cover what leaving costs where the stand-in comes from, for an open stretch what the
    missing person costs at the post; never below 0, because somebody who is not needed at his own post costs nothing.

    Raises
    ------
    TableError  if ``absences`` breaks the dictionary.
    """
    reasons = _reasons(board, absences)
    rows = []
    for cover in board.covers:
        if cover.timed:
            row = cover.row
            rows.append((row.post, row.absent_id, row.stand_in_id, cover.span, leaving_yuan(board, cover)))
    for hole in holes(board, board.days):
        rows += [(hole.post, hole.absent_id, None, span, open_yuan(board, hole.post, span)) for span in hole.spans]
    moment = board.facts.moment
    made = []
    for post, absent, stand_in, span, yuan in sorted(rows, key=lambda r: (r[3], r[0], r[1])):
        reason = next((given for away, given in reasons.get(absent, ()) if common([away], [span])), None)
        kind = "break_relief" if reason is None else "absence"
        made.append((post, absent, stand_in, moment(span[0]), moment(span[1]), (span[1] - span[0]) / 60, kind, reason, max(0.0, round(yuan, 2))))
    return tables.check("cover_ledger", pd.DataFrame(made, columns=list(tables.spec("cover_ledger").columns)), source="cover_ledger")


def leaving_yuan(board: Board, cover: Cover) -> float:
    """Priced cost of a cover at the place its stand-in comes from, the post that he covers left out [yuan]."""
    who = cover.row.stand_in_id
    if who not in board.people:
        return 0.0
    person, own = board.people[who], covers_of(board.covers).get(who, {})
    without = {post: [s for s in spans if (post, s) != (cover.row.post, cover.span)] for post, spans in own.items()}
    steps: Steps = defaultdict(list)
    near = [d for d in person.timed if common([d.span], [cover.span])]
    board.collect(steps, person, near, own, -1)
    board.collect(steps, person, near, without, 1)
    return -board.coverage_delta({key: found for key, found in steps.items() if key[0] != "stand"})


def open_yuan(board: Board, post: str, span: Minutes) -> float:
    """Priced cost of one person more that a post lacks over a span [yuan]."""
    number = board.facts.need.queues.index(post)
    first, last = max(0, int(span[0]) // board.tick), min(board.ticks, -(-int(span[1]) // board.tick))
    return -board.coverage_delta({("stand", number): [(first, last, 1)]})


def cover_load(ledger: pd.DataFrame, people: Iterable[str]) -> pd.Series:
    """Hours covered by each person, 0 where he covered none; pseudonyms only, no reasons [h]."""
    return ledger.groupby("stand_in_id")["hours_h"].sum().reindex(list(people), fill_value=0.0)


def _reasons(board: Board, absences: pd.DataFrame | None) -> Reasons:
    found: Reasons = defaultdict(list)
    if absences is not None:
        origin = board.facts.origin
        for row in tables.check("absences", absences, source="absences").itertuples(index=False):
            span = (row.start - origin).total_seconds() / 60, (row.end - origin).total_seconds() / 60
            found[row.employee_id].append((span, row.reason_class))
    return found
