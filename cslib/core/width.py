"""Room that texts take where a Chinese character is as wide as two letters: columns of terminals and of spreadsheets."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def units_of(text: str) -> int:
    """Room that a text takes [characters]: a full-width character such as 班 counts as two.

    >>> units_of("Name"), units_of("姓名")
    (4, 4)
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def aligned(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table for a terminal: titles, a rule, a line a row, columns two characters apart.

    >>> aligned(["Site", "Name"], [["desk", "前台"]])
    ['Site  Name', '----------', 'desk  前台']
    """
    widths = [max(map(units_of, column)) for column in zip(titles, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        """One row, cells filled up with spaces."""
        return "  ".join(cell + " " * (width - units_of(cell)) for cell, width in zip(cells, widths, strict=True)).rstrip()

    return [line(titles), "-" * (sum(widths) + 2 * (len(widths) - 1)), *map(line, rows)]
