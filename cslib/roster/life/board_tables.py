"""A board's people and covers as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable

import pandas as pd

from cslib.core import tables
from cslib.core.shifts import WORK
from cslib.roster.audit.facts import Cover, Person


def roster_table(people: Iterable[Person], pinned: Collection[tuple[str, dt.date]]) -> pd.DataFrame:
    """Table ``roster`` of people's cells."""
    rows = []
    for person in people:
        for day in sorted(person.cells):
            for c in person.cells[day]:
                values = c.code or None, c.start, c.end, c.breaks or None, c.queue or None
                key = person.employee_id, day
                rows.append((key[0], pd.Timestamp(day), c.kind, *(values if c.kind == WORK else (None,) * 5), key in pinned))
    return tables.check("roster", pd.DataFrame(rows, columns=list(tables.spec("roster").columns)), source="roster")


def covers_table(covers: Iterable[Cover], moment: Callable[[float], pd.Timestamp], kind_of: Callable[[Cover], str]) -> pd.DataFrame:
    """Table ``covers`` by start; ``moment``: time of a minute of the month."""
    rows = [
        (c.row.post, c.row.absent_id, c.row.stand_in_id, moment(c.start), moment(c.end), (c.end - c.start) / 60, kind_of(c))
        for c in sorted(covers, key=lambda c: (c.start, c.row.post, c.row.absent_id))
    ]
    return tables.check("covers", pd.DataFrame(rows, columns=list(tables.spec("covers").columns)), source="covers")
