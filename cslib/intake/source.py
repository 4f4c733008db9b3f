"""A planner's sheet as a source of typed columns: header row found, columns named, blank and total rows dropped, every cell addressable.

``open_source`` does the finding; ``Source.column`` reads a column with one of the readers of ``values`` and collects what can't be
read, so that all findings of a file are reported together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from cslib.core.errors import Finding, IntakeError
from cslib.core.words import Joined, Word, say
from cslib.intake import aliases, privacy
from cslib.intake.headers import LOOK, Column, Extra, Head, complete, header_of, plain_header, read_header, score_of
from cslib.intake.sheets import Sheet, read_sheets
from cslib.intake.values import plain, text

Value = TypeVar("Value")
_SHOWN = 20


@dataclass
class Source:
    """One sheet read for one kind of input. ``rows`` are indices of data rows in ``sheet.rows``; ``wide`` maps keys of wide columns."""

    kind: str
    sheet: Sheet
    columns: dict[str, Column]
    wide: dict[Any, Column]
    rows: list[int]
    header_row: int = 0
    notes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def has(self, column: str) -> bool:
        """True if the sheet has the column."""
        return column in self.columns

    def raw(self, row: int, column: Any) -> Any:
        """A raw cell of a column or wide column; None where it is missing."""
        place = self.columns.get(column) or self.wide.get(column)
        return None if place is None else self._cell(row, place.index)

    def _cell(self, row: int, index: int) -> Any:
        cells = self.sheet.rows[row]
        return cells[index] if index < len(cells) else None

    def where(self, row: int, column: Any = None) -> str:
        """Place of a cell for a message."""
        place = self.columns.get(column) or self.wide.get(column)
        return self.sheet.where(row, place.index if place else None)

    def add(self, key: str, row: int, column: Any = None, **facts: Any) -> None:
        """Collect a finding about a cell; ``row`` and ``column`` are told to the reader as in Excel."""
        place = self.columns.get(column) or self.wide.get(column)
        self.findings.append(Finding(key, self.where(row, column), {"row": row + 1, "column": place.header if place else "", **facts}))

    def add_at(self, key: str, row: int, index: int, **facts: Any) -> None:
        """Collect a finding about a cell of a column that is not read, by its index."""
        self.findings.append(Finding(key, self.sheet.where(row, index), {"row": row + 1, **facts}))

    def column(
        self, column: str, read: Callable[[Any], Value | None], allowed: str | Word, *, default: Value | None = None, needed: bool = False
    ) -> list[Value | None]:
        """A column read row by row (aligned with ``rows``); ``allowed`` names the words ``intake.allowed.<allowed>``, or is the words."""
        place = self.columns.get(column)
        if place is None:
            return [default] * len(self.rows)
        values, words = list[Value | None](), allowed if isinstance(allowed, Word) else Word(f"intake.allowed.{allowed}")
        for row in self.rows:
            before = len(self.findings)
            value = self._read(row, column, place, read, words)
            if needed and value is None and len(self.findings) == before:
                self.add("intake.cell_empty", row, column, allowed=words)
            values.append(default if value is None else value)
        return values

    def wide_column(self, key: Any, read: Callable[[Any], Value | None], allowed: str) -> list[Value | None]:
        """A wide column read row by row."""
        return [self._read(row, key, self.wide[key], read, Word(f"intake.allowed.{allowed}")) for row in self.rows]

    def text(self, row: int, column: str, *, needed: Any = "") -> str | None:
        """One cell as text; an error of Excel in it, and with ``needed`` (what the cell takes) an empty one, become findings."""
        place, before = self.columns.get(column), len(self.findings)
        found = None if place is None else self._read(row, column, place, text, Word("intake.allowed.text"))
        if found is None and needed and len(self.findings) == before:
            self.add("intake.cell_empty", row, column, allowed=needed)
        return found

    def _read(self, row: int, column: Any, place: Column, read: Callable[[Any], Value | None], allowed: Word) -> Value | None:
        cell = self._cell(row, place.index)
        try:
            text(cell)  # an error of Excel such as #N/A is refused whatever the column
            found = read(cell)
        except (ValueError, OverflowError):
            self.add("intake.cell", row, column, given=privacy.masked(cell), allowed=allowed)
            return None
        if isinstance(found, str) and privacy.looks_personal(found):
            self.add("intake.personal_cell", row, column)
            return None
        return found

    def refuse(self) -> None:
        """Raise what was collected.

        Raises
        ------
        IntakeError  with up to 20 findings and the number of the others.
        """
        refuse(self.findings)


def refuse(findings: list[Finding]) -> None:
    """Raise collected findings, if there are any.

    Raises
    ------
    IntakeError  with up to 20 findings and the number of the others.
    """
    if findings:
        rest = [Finding("intake.more", "", {"count": len(findings) - _SHOWN})] if len(findings) > _SHOWN else []
        raise IntakeError(findings=[*findings[:_SHOWN], *rest])


def open_sources(
    path: Path, kind: str, needed: Sequence[Sequence[str]], *, extra: Extra = lambda _: None, several: bool = False, workbook: bool = False,
    every: list[Sheet] | None = None,
) -> list[Source]:  # fmt: skip
    """The sheets of a file that hold one kind of input.

    Parameters
    ----------
    kind : kind of input in ``aliases.yml``
    needed : sets of columns, one of which must be complete (``*`` stands for at least one wide column)
    extra : recognises the header of a wide column
    several : whether the input may be spread over several sheets
    workbook : a workbook of our own that comes back: the month's grid is meant where lists stand beside it, and formulas without stored
        results (the grid's totals, after a program saved it) are empty cells
    every : the file's sheets, if they were read before (``sheets_of``)

    Raises
    ------
    IntakeError  if no sheet has the needed columns, several have but may not, or a header is repeated or of an unknown unit.
    """
    every = sheets_of(path, kind, extra, workbook=workbook) if every is None else every
    sheets = [sheet for sheet in every if not aliases.word_set("help_sheets").intersection(map(aliases.squeeze, sheet.name.split()))] or every
    found = [(sheet, header_of(sheet, kind, extra)) for sheet in sheets]
    fitting = [(sheet, header) for sheet, header in found if any(complete(option, header) for option in needed)]
    if not fitting:
        sheet, header = max(found, key=lambda pair: len(pair[1].columns) + len(pair[1].wide), default=(Sheet(path.name, "", []), Head()))
        raise _missing(sheet, header, kind, needed)
    if workbook:
        fitting = [pair for pair in fitting if pair[1].wide][:1] or fitting[:1]
    if len(fitting) > 1 and not several:
        raise IntakeError("intake.two_sheets", where=fitting[0][0].file, given=", ".join(sheet.name for sheet, _ in fitting))
    sources = [_source(sheet, header, kind) for sheet, header in fitting]
    used = [id(sheet) for sheet, _ in fitting]
    left_out = [sheet.name for sheet in sheets if id(sheet) not in used and any(cell is not None for row in sheet.rows for cell in row)]
    if left_out:
        sources[0].notes.append(say("intake.note.sheets", file=sheets[0].file, sheets=", ".join(left_out)))
    return sources


def sheets_of(path: Path, kind: str, extra: Extra = lambda _: None, *, workbook: bool = False) -> list[Sheet]:
    """The sheets of a file, for ``open_sources`` and ``beside``.

    Raises
    ------
    IntakeError  if the file can't be read.
    """
    return read_sheets(path, lambda rows: max((score_of(kind, row, extra) for row in rows), default=0), blank_formulas=workbook)


def beside(sheets: Sequence[Sheet], kind: str, needed: Sequence[str]) -> Source | None:
    """The first sheet whose header, in one row, has all needed columns of a kind; None if there is none.

    Raises
    ------
    IntakeError  if a header is repeated.
    """
    for sheet in sheets:
        for row in range(min(LOOK, len(sheet.rows))):
            if score_of(kind, sheet.rows[row], lambda _: None) >= len(needed):
                header = read_header(sheet, kind, lambda _: None, row, row)
                if complete(needed, header):
                    return _source(sheet, header, kind)
    return None


def _missing(sheet: Sheet, header: Head, kind: str, needed: Sequence[Sequence[str]]) -> IntakeError:
    """The error for a sheet without the columns needed: what was found in the best row, what each way of writing it needs."""
    ways = [Joined(tuple(Word("intake.wide_columns") if c == "*" else aliases.shown(kind, c) for c in option), " + ") for option in needed]
    given = ", ".join(column.header for column in [*header.columns.values(), *list(header.wide.values())[:3]]) or "-"
    where = sheet.where(header.first) if header.score else f"{sheet.file}" + (f" [{sheet.name}]" if sheet.name else "")
    return IntakeError("intake.no_header", where=where, given=given, allowed=Joined(tuple(ways), " | "), kind=Word(f"intake.kind.{kind}"))


def _source(sheet: Sheet, header: Head, kind: str) -> Source:
    """The source behind a header: repeated headers refused, private and unused columns noted, empty and total rows dropped."""
    if header.findings:
        raise IntakeError(findings=[Finding(key, sheet.where(header.last, index), facts) for key, index, facts in header.findings])
    source = Source(kind, sheet, header.columns, header.wide, [], header.last)
    source.notes += privacy.screen_headers(sheet, header.last, header.unknown)
    known = {column.index for column in [*header.columns.values(), *header.wide.values()]}
    blank, examples, dropped = 0, 0, []
    for row in range(header.last + 1, len(sheet.rows)):
        cells = [cell for index, cell in enumerate(sheet.rows[row]) if index in known and plain(cell)]
        if not cells:
            blank += any(True for cell in sheet.rows[row] if plain(cell))
        elif _is_total(sheet.rows[row], known) or _is_second_header(source, row):
            dropped.append(row + 1)
        elif _is_example(source, row):
            examples += 1
        else:
            source.rows.append(row)
    if blank:
        source.notes.append(say("intake.note.rows_without_data", file=sheet.file, count=blank))
    if dropped:
        source.notes.append(say("intake.note.rows_dropped", file=sheet.file, rows=_listed(dropped)))
    if examples:
        source.notes.append(say("intake.note.example", file=sheet.file, count=examples))
    _refuse_overlong(source)
    return source


def _is_example(source: Source, row: int) -> bool:
    """The example row of a template, left in: its employee number, queue or KPI says so."""
    marks = aliases.word_set("example_marks")
    return any(marks.intersection(aliases.candidates(plain(source.raw(row, column)))) for column in ("staff_no", "queue", "kpi"))


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:10])) + (" ..." if len(numbers) > 10 else "")


def _is_total(cells: Sequence[Any], known: set[int]) -> bool:
    """A row of sums, or a line of remarks under the table: told by its first filled cell."""
    first = next((plain(cell) for cell in cells if plain(cell)), "")
    squeezed = aliases.squeeze(first)
    filled = sum(1 for index in known if index < len(cells) and plain(cells[index]))
    totals = any(aliases.squeeze(cell) in aliases.word_set("total_words") for cell in cells[:4] if isinstance(cell, str))
    return totals or (filled <= 2 and any(squeezed.startswith(word) for word in aliases.word_set("footer_starts")))


def _is_second_header(source: Source, row: int) -> bool:
    """A header repeated inside the table (pages pasted under each other), or a line of weekdays under the days of a month."""
    found = {name: aliases.match(source.kind, plain_header(source._cell(row, c.index))) for name, c in source.columns.items()}
    if all(header is not None and header.column == name for name, header in found.items()):
        return True
    days = [plain(source._cell(row, c.index)) for c in source.wide.values()]
    filled = [day for day in days if day]
    return bool(filled) and all(_is_weekday(day) for day in filled) and not plain(source.raw(row, "staff_no"))


def _is_weekday(day: str) -> bool:
    return day in set("一二三四五六日天") or day.casefold()[:3] in {"mon", "tue", "wed", "thu", "fri", "sat", "sun"} or day[:1] in "周週星"


def _refuse_overlong(source: Source) -> None:
    """A CSV row with more cells than the header: an unquoted comma has shifted its values."""
    if source.sheet.name:
        return
    width = len(source.sheet.rows[source.header_row])
    for row in source.rows:
        cells = source.sheet.rows[row]
        if any(plain(cell) for cell in cells[width:]):
            source.add("intake.row_too_long", row, None, given=len(cells), allowed=width)
    source.refuse()
