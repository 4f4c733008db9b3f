"""Covers of an edited workbook against the published ones: which were taken out, which were put in, and what each does."""

from __future__ import annotations

from collections.abc import Iterable

from cslib.intake.roster_lists import ListedCover
from cslib.roster.audit.facts import Cover
from cslib.roster.life.board import Board
from cslib.roster.life.edits_facts import Edit

CoverKey = tuple[str, str, str, float, float]


def covers_edited(listed: Iterable[ListedCover] | None, board: Board) -> tuple[list[Cover], list[tuple[Cover, str]]]:
    """Covers that the ledger lacks, and those it has more, with the cell of each; nothing of either where there is no ledger.

    Parameters
    ----------
    listed : covers as read, None where the file has no ledger or one that can't be read whole
    """
    if listed is None:
        return [], []
    written: dict[CoverKey, tuple[Cover, str]] = {}
    for one in listed:
        low, high = ((moment - board.facts.origin).total_seconds() / 60 for moment in (one.start, one.end))
        cover = board.cover(one.post, one.absent_id, one.stand_in_id, low, high)
        written.setdefault(_key(cover), (cover, one.where))
    published = {_key(c) for c in board.covers}
    gone = [c for c in board.covers if _key(c) not in written]
    return gone, [pair for key, pair in written.items() if key not in published]


def cover_edits(gone: list[Cover], put: list[tuple[Cover, str]], board: Board) -> list[Edit]:
    """Covers taken out and put in as edits, each with its price alone."""

    def edit(kind: str, cover: Cover, where: str, covers: tuple[Cover, ...]) -> Edit:
        """One of them; ``covers`` as they are with it alone."""
        start, end = (board.facts.moment(m) for m in cover.span)
        text = f"{cover.row.post} {cover.row.absent_id} {start:%H:%M}-{end:%H:%M}"
        texts = ("", text) if kind == "cover_added" else (text, "")
        return Edit(kind, cover.row.stand_in_id, start.date(), where, *texts, round(board.trial({}, covers).delta_yuan, 2))

    found = [edit("cover_removed", c, "", tuple(other for other in board.covers if other != c)) for c in gone]
    return found + [edit("cover_added", c, where, (*board.covers, c)) for c, where in put]


def _key(cover: Cover) -> CoverKey:
    return cover.row.post, cover.row.absent_id, cover.row.stand_in_id, cover.start, cover.end
