"""What a board's cells say, and a set of changed cells with what it does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from cslib.roster.audit.facts import Cover, Person
from cslib.roster.audit.presence import Skills

Key = tuple[str, int | Skills]
Steps = dict[Key, list[tuple[int, int, int]]]  # where -> (first tick, last tick, +1 or -1)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a cell of the board says. ``code`` empty: off. ``breaks``: starts in minutes after the shift's start.

    ``written`` : breaks as somebody wrote them, in place of the definition's at ``breaks``; not None only for edits to be judged.
    """

    code: str = ""
    home: str = ""
    breaks: tuple[int, ...] = ()
    written: str | None = None


OFF_DUTY = Entry()


@dataclass(frozen=True)
class Change:
    """A set of changed cells, tried: ``delta_yuan`` on the priced cost; ``broken`` are the violations that it adds."""

    cells: Mapping[tuple[str, dt.date], Entry]
    covers: tuple[Cover, ...]
    delta_yuan: float
    people: Mapping[str, Person]
    steps: Steps
