"""What a notebook shows a reader: sentences and small tables in the language in use, the same live, headless and in HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd
from IPython.display import HTML, Markdown, display

from cslib.core.words import say
from cslib.report.titles import heading

ROWS = 20  # privacy requirement P08: no previews of more than 20 rows unless a page asks for a table without people


def tell(key: str, /, **facts: object) -> None:
    """Show a sentence of ``params/words.yml``."""
    display(Markdown(say(key, **facts)))


def tell_each(lines: Iterable[str]) -> None:
    """Show lines that are already in words, as a list."""
    text = "\n".join(f"- {line}" for line in lines)
    if text:
        display(Markdown(text))

_DAY_CELL = re.compile(r"<td>(\d{4}-\d{2}(?:-\d{2})?)</td>")  # a month or day, which the page keeps on one line


def show(frame: pd.DataFrame, rows: int = ROWS, table: str = "") -> None:
    """Show the first rows of a frame with titles in words (those of ``table`` of the dictionary), and say how many rows there are."""
    if frame.empty:
        tell("report.table.empty")
        return
    small = frame.head(rows).rename(columns=lambda column: heading(column, table))
    for column in small.columns:
        if pd.api.types.is_float_dtype(small[column]):
            small[column] = small[column].map(lambda value: "" if pd.isna(value) else f"{value:,.2f}")
        elif pd.api.types.is_datetime64_dtype(small[column]):
            whole_days = small[column].dropna().eq(small[column].dropna().dt.normalize()).all()
            small[column] = small[column].dt.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%d %H:%M")
    page = small.fillna("").to_html(index=False, border=0, classes="cslib", escape=True)
    display(HTML(_DAY_CELL.sub(r'<td class="day">\1</td>', page)))
    if len(frame) > rows:
        tell("report.table.more", shown=rows, total=len(frame))
