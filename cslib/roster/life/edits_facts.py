"""What a review of an edited roster finds: edits, rules they break, ways out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from cslib.core.errors import Finding
from cslib.roster.life.board import Board
from cslib.roster.life.board_cells import Entry

CELL_KINDS, COVER_KINDS = ("changed", "breaks"), ("cover_added", "cover_removed")  # edits that change the roster or its covers


@dataclass(frozen=True)
class Edit:
    """One thing that differs from the published roster.

    Attributes
    ----------
    kind : ``changed`` (shift or post) | ``breaks`` | ``cover_added`` | ``cover_removed`` (of the stand-in ``employee_id``)
        | ``alias`` (another spelling of the same) | ``merged`` (the same in a merged cell) | ``row_missing`` | ``row_moved``
        | ``leave`` (an absence nobody granted, or one taken away) | ``not_published`` (a day with two duties)
        | ``text_day`` (a day header typed as text) | ``days_missing`` (days without a column, whose published duties stay)
    day : None for a whole row;  where : cell or row of the file (empty for a row that is gone);  before, after : texts of the cells
    delta_yuan : priced cost of this edit alone, for the first four
    """

    kind: str
    employee_id: str
    day: dt.date | None
    where: str
    before: str
    after: str
    delta_yuan: float = 0.0


@dataclass(frozen=True)
class Broken:
    """A rule that the edited roster breaks; ``cells`` are the edits that stand behind it."""

    violation: pd.Series
    cells: tuple[str, ...]


@dataclass(frozen=True)
class WayOut:
    """The smallest legal fix of one person's edits: ``undo`` the edit at ``where``, or change ``day`` to ``entry`` as well."""

    employee_id: str
    undo: str
    day: dt.date | None
    entry: Entry | None
    delta_yuan: float


@dataclass(frozen=True)
class Review:
    """What an edited roster came to.

    Attributes
    ----------
    board : carries every edit that was understood;  faults : cells that were not
    broken : rules broken by the edits;  standing : table ``violations`` of what the published month breaks itself, and no edit mends
    """

    board: Board
    edits: tuple[Edit, ...]
    faults: tuple[Finding, ...]
    broken: tuple[Broken, ...]
    standing: pd.DataFrame
    ways_out: tuple[WayOut, ...]
    delta_yuan: float

    @property
    def changes(self) -> list[tuple[str, dt.date]]:
        """Whose duty or cover changes, and the day."""
        return [(e.employee_id, e.day) for e in self.edits if e.kind in (*CELL_KINDS, *COVER_KINDS) and e.day is not None]

    @property
    def pins(self) -> pd.DataFrame:
        """Table ``roster`` of the changed cells, to be fixed before the month is solved again."""
        roster = self.board.roster()
        keys = {(e.employee_id, pd.Timestamp(e.day)) for e in self.edits if e.kind in CELL_KINDS}
        kept = [key in keys for key in zip(roster["employee_id"], roster["date"], strict=True)]
        return roster[kept].assign(pinned=True).reset_index(drop=True)
