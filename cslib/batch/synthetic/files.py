"""The files of a synthetic site, written so that the same content gives the same bytes. Each says in its first line that it is synthetic (P01)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

NOTE = "合成数据，人物、数量均为虚构 / synthetic data: people and figures are invented"
CREATED = dt.datetime(2026, 1, 1)


def write_csv(path: Path, rows: Iterable[Sequence[Any]], *, encoding: str = "utf-8") -> Path:
    """CSV with the note as first line (``# ...``); ``utf-8-sig`` and ``gbk`` as planners' programs write them."""
    text = io.StringIO(newline="")
    text.write(f"# {NOTE}\n")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, sheet: str, title: str, rows: Sequence[Sequence[Any]], *, widths: Sequence[int] = ()) -> Path:
    """Workbook with one sheet: a merged title row that carries the note, then the rows; every cell as text or date as given."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": title, "comments": NOTE, "created": CREATED})
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True, "align": "center"})
        page.merge_range(0, 0, 0, len(rows[0]) - 1, f"{title}（{NOTE}）", bold)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        for r, row in enumerate(rows, start=1):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(r, c, value)
                elif value is not None:
                    page.write(r, c, value)
    return path


def contact_rows(frame: pd.DataFrame, layout: str, names: dict[str, str]) -> list[list[Any]]:
    """Header and rows of a contact file.

    Parameters
    ----------
    frame : table ``contacts``
    layout : ``wide`` (Chinese headers, a row a day and queue), ``long`` (English headers) or ``series`` (timestamp, series, volume)
    names : what each queue is called in the file
    """
    if layout == "wide":
        return _wide(frame, names)
    stamp = frame["interval_start"].dt.strftime("%Y-%m-%d %H:%M")
    if layout == "series":
        counts = zip(stamp, frame["queue"], frame["offered"], strict=True)
        return [["timestamp", "series", "volume"], *([time, names[queue], _count(volume)] for time, queue, volume in counts)]
    values = zip(stamp, frame["queue"], frame["offered"], frame["handled"], frame["aht_s"], strict=True)
    rows = [[t, names[q], _count(offered), _count(handled), _count(aht)] for t, q, offered, handled, aht in values]
    return [["interval_start", "queue", "offered", "handled", "aht_s"], *rows]


def _wide(frame: pd.DataFrame, names: dict[str, str]) -> list[list[Any]]:
    pieces = frame.assign(date=frame["interval_start"].dt.strftime("%Y/%m/%d"), clock=frame["interval_start"].dt.strftime("%H:%M"))
    wide = pieces.pivot_table(index=["date", "queue"], columns="clock", values="offered", aggfunc="first")
    rows = [[day, names[queue], *map(_count, line)] for (day, queue), line in zip(wide.index, wide.to_numpy(), strict=True)]
    return [["日期", "队列", *wide.columns], *rows]


def _count(value: float) -> int | str:
    return "" if pd.isna(value) else int(value)
