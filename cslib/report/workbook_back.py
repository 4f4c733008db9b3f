"""A workbook that came back: cells of the sheets for reading that say something else than the published month. Nobody reads edits there."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from typing import Any

import openpyxl
import pandas as pd

from cslib.core.words import LANGUAGES, say, speaking
from cslib.intake.sheets import Sheet
from cslib.intake.study import Study
from cslib.report.workbook import content

_DIGITS = 6


def unread(
    sheets: Sequence[Sheet], roster: pd.DataFrame, covers: pd.DataFrame, coverage: pd.DataFrame, study: Study, names: pd.DataFrame
) -> list[str]:  # fmt: skip
    """Places of cells that differ from the published month on the sheets of posts and of coverage: file, sheet and cell.

    Parameters
    ----------
    sheets : of the file, those that hold neither roster nor lists;  roster, covers, coverage : the published month
    names : DataFrame employee_id, display_name, staff_no: the file may be of either tier
    """
    found: list[str] = []
    for language in LANGUAGES:
        with speaking(language):
            titles = {say("report.sheet.posts"), say("report.sheet.coverage")}
            mine = [sheet for sheet in sheets if sheet.name in titles]
            if mine:
                books = [openpyxl.load_workbook(io.BytesIO(content(roster, covers, coverage, study, some, ""))) for some in (None, names)]
                for sheet in mine:
                    pages = [list(book[sheet.name].iter_rows(values_only=True)) for book in books if sheet.name in book.sheetnames]
                    found += min((list(_unlike(sheet, page)) for page in pages), key=len, default=[])
    return found


def _unlike(sheet: Sheet, page: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Cells of the days' rows that differ; formulas follow from other cells and are passed over."""
    for r, row in enumerate(page):
        if not row or not isinstance(row[0], dt.datetime):
            continue
        given = sheet.rows[r] if r < len(sheet.rows) else []
        for c, value in enumerate(row):
            formula = isinstance(value, str) and value.startswith("=")
            if not formula and _plain(value) != _plain(given[c] if c < len(given) else None):
                yield sheet.where(r, c)


def _plain(value: Any) -> Any:
    """A cell as it compares: dates without a time, numbers without noise, texts without space around them."""
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return round(float(value), _DIGITS)
    return "" if value is None else str(value).strip()
