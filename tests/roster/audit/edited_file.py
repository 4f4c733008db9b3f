"""A roster broken by hand as the file a planner would hand in: the changed duties as a list, beside it the cover ledger, or the list of duties."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pandas as pd
from front_desk import Month

DUTY = ("employee_id", "date", "shift", "queue", "breaks")
LISTED = ("date", "person", "shift", "post", "start", "end", "meals")
COVER = ("post", "absent_id", "stand_in_id", "date", "from", "to")


@dataclass(frozen=True)
class Case:
    """A published month and the same broken by hand; ``ledger``, ``duties``: write these lists even if covers and shifts are the same."""

    published: Month
    broken: Month
    ledger: bool = False
    duties: bool = False


def write_file(made: Case, path: Path) -> Path:
    """The workbook; where no duty differs, it holds one of the published rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(DUTY)
    rows = changed(made)
    for row in rows.itertuples():
        word = row.shift if row.kind == "work" else "休" if row.kind == "rest" else "假"
        sheet.append([row.employee_id, row.date.strftime("%Y-%m-%d"), word, *(_text(x) for x in (row.queue, row.breaks))])
    if made.duties:
        sheet.delete_rows(2, sheet.max_row)
        kept = made.published.roster.merge(rows[["employee_id", "date"]], on=["employee_id", "date"])
        for row in kept.itertuples():
            sheet.append([row.employee_id, row.date.strftime("%Y-%m-%d"), row.shift, _text(row.queue), _text(row.breaks)])
        listed = book.create_sheet("duties")
        listed.append(LISTED)
        for row in rows.itertuples():
            times = [f"{t:%H:%M}" for t in (row.start, row.end)]
            listed.append([row.date.strftime("%Y-%m-%d"), row.employee_id, row.shift, _text(row.queue), *times, _text(row.breaks)])
    if made.ledger or _covers(made.published) != _covers(made.broken):
        ledger = book.create_sheet("covers")
        ledger.append(COVER)
        for post, absent, stand_in, start, end in sorted(_covers(made.broken)):
            ledger.append([post, absent, stand_in, f"{start:%Y-%m-%d}", f"{start:%H:%M}", f"{end:%H:%M}"])
    book.save(path)
    return path


def changed(made: Case) -> pd.DataFrame:
    """Rows of the broken roster that the published one does not have."""
    columns = ["employee_id", "date", "kind", "shift", "start", "end", "breaks", "queue"]
    known = {tuple(map(str, row)) for row in made.published.roster[columns].itertuples(index=False)}
    rows = made.broken.roster.assign(date=pd.to_datetime(made.broken.roster["date"]))
    found = rows[[tuple(map(str, row)) not in known for row in _like(rows[columns])]]
    return found if len(found) else rows.head(1)


def _like(rows: pd.DataFrame) -> list[tuple[object, ...]]:
    """Rows with the missing values of a checked table."""
    return [tuple(float("nan") if x is None else x for x in row) for row in rows.itertuples(index=False)]


def _covers(month: Month) -> set[tuple[object, ...]]:
    return set(month.covers[["post", "absent_id", "stand_in_id", "start", "end"]].itertuples(index=False, name=None))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
