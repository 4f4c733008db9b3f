"""The header of a planner's sheet: the row, or two, whose cells name the columns of a kind of input."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from cslib.intake import aliases
from cslib.intake.sheets import Sheet
from cslib.intake.values import plain

Extra = Callable[[Any], Any]  # raw header -> key of a wide column (a time, a day, a skill) or None
LOOK = 30  # rows in which a header may stand


@dataclass(frozen=True)
class Column:
    """Where a column stands: index from 0, header as written, factor from its unit to the dictionary's."""

    index: int
    header: str
    factor: float = 1.0


@dataclass
class Head:
    """A candidate for the header: its rows, the columns and wide columns found, what repeats, units unknown."""

    first: int = 0
    last: int = 0
    columns: dict[str, Column] = field(default_factory=dict)
    wide: dict[Any, Column] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)
    findings: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)

    @property
    def score(self) -> int:
        """Columns that the row of headers names [count]: the row that names most is the header."""
        return len(self.columns) + len(self.wide)


def score_of(kind: str, row: Sequence[Any], extra: Extra) -> int:
    """Cells of a row that name a column of a kind [count]."""
    return sum(1 for cell in row if plain(cell) and (aliases.match(kind, plain_header(cell)) or extra(cell) is not None))


def plain_header(cell: Any) -> str:
    """A header as text, line breaks kept (they part the two languages); a date without its midnight."""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    return str(cell).strip() if isinstance(cell, str) else plain(cell)


def complete(option: Sequence[str], header: Head) -> bool:
    """Whether a header has all columns of a way of writing the input; ``*``: at least one wide column."""
    return all(bool(header.wide) if column == "*" else column in header.columns for column in option)


def header_of(sheet: Sheet, kind: str, extra: Extra) -> Head:
    """The best header of one row, or of two where the second adds columns; ties go to the higher row and the single row."""
    pairs = [(row, row + extra_rows) for extra_rows in (0, 1) for row in range(min(LOOK, len(sheet.rows) - extra_rows))]
    heads = (read_header(sheet, kind, extra, first, last) for first, last in pairs if _may_pair(sheet, kind, extra, first, last))
    return max(heads, key=lambda head: head.score, default=Head())


def _may_pair(sheet: Sheet, kind: str, extra: Extra, first: int, last: int) -> bool:
    """Whether the lower of two rows can belong to a header: under a known header it has nothing, the same, or a known header."""
    if first == last:
        return True
    for index, top in enumerate(sheet.rows[first]):
        bottom = _at(sheet, last, index)
        if plain(top) and plain(bottom) and plain(top) != plain(bottom) and score_of(kind, [top], extra) and not score_of(kind, [bottom], extra):
            return False
    return True


def read_header(sheet: Sheet, kind: str, extra: Extra, first: int, last: int) -> Head:
    """The header of one row, or of two neighbours read together."""
    head = Head(first, last)
    width = max(len(sheet.rows[first]), len(sheet.rows[last]))
    for index in range(width):
        top, bottom = _at(sheet, first, index), _at(sheet, last, index)
        if (last, index) in sheet.across and plain(bottom) and (first == last or plain(top) == plain(bottom)):
            continue
        joined = f"{plain(top)}{plain(bottom)}" if first != last and plain(top) != plain(bottom) else None
        _claim(head, kind, extra, index, [cell for cell in (bottom, joined, top) if plain(cell)])
    return head


def _at(sheet: Sheet, row: int, index: int) -> Any:
    return sheet.rows[row][index] if index < len(sheet.rows[row]) else None


def _claim(head: Head, kind: str, extra: Extra, index: int, cells: list[Any]) -> None:
    """Name one column of the header by the first of its texts that is known."""
    for cell in cells:
        header = plain_header(cell)
        key = extra(cell)
        if key is not None and aliases.match(kind, header) is None:
            _put(head, head.wide, key, Column(index, header))
            return
        found = aliases.match(kind, header)
        if found is not None:
            if found.unit_unknown:
                allowed = ", ".join(aliases.table()["units"][found.column])
                head.findings.append(("intake.unit", index, {"column": header, "given": found.unit_unknown, "allowed": allowed}))
            _put(head, head.columns, found.column, Column(index, header, found.factor))
            return
    if cells:
        head.unknown[index] = plain(cells[0])


def _put(head: Head, place: dict[Any, Column], key: Any, column: Column) -> None:
    if key in place:
        first = get_column_letter(place[key].index + 1)
        head.findings.append(("intake.header_twice", column.index, {"column": column.header, "first": f"{first}{head.last + 1}"}))
    else:
        place[key] = column
