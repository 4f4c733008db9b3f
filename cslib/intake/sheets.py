"""Files as sheets of raw cells: CSV in the encodings and separators that planners have, and Excel with merged cells.

Nothing is interpreted here but what would be lost later: encoding, leading zeros kept by a number format, merged cells, hidden
sheets, the date system of the workbook.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import hashlib
import io
import lzma
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cslib.core.errors import IntakeError
from cslib.core.paths import shown

SEPARATORS = (",", ";", "\t")
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 600_000, 2_000, 6_000_000  # five queues by quarter hours over three years are 530,000 rows
MOST_BYTES, MOST_UNPACKED = 200 * 2**20, 1000 * 2**20
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Za-z0-9:$]+)[\"']")
_COMMON_HAN_SHARE = 0.6
_ZEROS = re.compile(r"0{2,}")
# What zipfile, the XML parser (its ParseError is a SyntaxError) and openpyxl raise on truncated or altered parts of a workbook.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(InvalidFileException, SyntaxError, AttributeError, TypeError, ValueError, LookupError, OverflowError),
    RuntimeError,  # a protected archive, or an unknown compression
)


@dataclass(frozen=True)
class Sheet:
    """Raw cells of one sheet. ``rows[i]`` is row i + 1 as the planner sees it; ``across`` marks cells filled from a merge to their left.

    ``unsolved`` marks formulas without a stored result, whose cells are read as empty.
    """

    file: str
    name: str
    rows: list[list[Any]]
    across: frozenset[tuple[int, int]] = frozenset()
    epoch_1904: bool = False
    notes: list[str] = field(default_factory=list)
    unsolved: frozenset[tuple[int, int]] = frozenset()

    def where(self, row: int, column: int | None = None) -> str:
        """Place of a cell or row (both counted from 0) for a message: ``staff.xlsx [名单] C5``."""
        sheet = f" [{self.name}]" if self.name else ""
        cell = f"{get_column_letter(column + 1)}{row + 1}" if column is not None else f"{row + 1}:{row + 1}"
        return f"{self.file}{sheet} {cell}"


def fingerprint(path: Path) -> str:
    """sha256 of the file's bytes."""
    refuse_missing(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refuse_missing(path: Path) -> None:
    """Raise for a path that is no file.

    Raises
    ------
    IntakeError  naming the files with names like it.
    """
    if path.is_dir():
        raise IntakeError("intake.folder", where=shown(path), allowed=", ".join(sorted(p.name for p in path.iterdir())[:12]) or "-")
    if not path.is_file():
        near = difflib.get_close_matches(path.name, sorted(p.name for p in path.parent.iterdir()), 3) if path.parent.is_dir() else []
        raise IntakeError("intake.no_file", where=shown(path), allowed=", ".join(near) or "-")


def read_sheets(path: Path, fits: Callable[[list[list[str]]], int], *, blank_formulas: bool = False) -> list[Sheet]:
    """All visible sheets of a file; a CSV has one, without name.

    Parameters
    ----------
    fits : number of known headers among the given rows of texts; decides the separator of a CSV
    blank_formulas : read a formula without a stored result as an empty cell instead of refusing the file

    Raises
    ------
    IntakeError  if the file is missing, of another kind, damaged, protected, or in an encoding that can't be told for sure.
    """
    refuse_missing(path)
    suffix = path.suffix.casefold()
    if path.stat().st_size > MOST_BYTES:
        raise IntakeError("intake.file_size", where=shown(path), given=path.stat().st_size // 2**20, allowed=MOST_BYTES // 2**20)
    if suffix in {".xlsx", ".xlsm"}:
        return _excel(path, blank_formulas)
    if suffix in {".csv", ".txt", ".tsv"}:
        return [_csv(path, fits)]
    if suffix == ".xls":
        raise IntakeError("intake.old_excel", where=shown(path))
    raise IntakeError("intake.file_kind", where=shown(path), given=suffix or path.name, allowed=".csv, .txt, .tsv, .xlsx, .xlsm")


def _csv(path: Path, fits: Callable[[list[list[str]]], int]) -> Sheet:
    text = decode(path.read_bytes(), shown(path))
    tables = {separator: _split(text, separator, shown(path)) for separator in SEPARATORS}
    heads = {separator: [row[:MOST_COLUMNS] for row in rows[:40]] for separator, rows in tables.items()}
    best = max(tables, key=lambda s: (fits(heads[s]), max((len(row) for row in heads[s]), default=0)))
    wide = next((i for i, row in enumerate(tables[best]) if len(row) > MOST_COLUMNS), None)
    if wide is not None or len(tables[best]) > MOST_ROWS:
        raise _too_large(f"{shown(path)} {(wide if wide is not None else MOST_ROWS) + 1}:{(wide if wide is not None else MOST_ROWS) + 1}")
    return Sheet(shown(path), "", [[cell if cell.strip() else None for cell in row] for row in tables[best]])


def _split(text: str, separator: str, where: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise IntakeError("intake.damaged", where=where, problem=str(error)) from None


def decode(raw: bytes, where: str) -> str:
    """Bytes to text: a byte-order mark, strict UTF-8, or GBK/GB18030 if the result reads like Chinese; anything else is refused.

    Raises
    ------
    IntakeError  if no encoding fits, or GBK fits only formally (Big5, Latin-1: the text would be garbled).
    """
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if raw.startswith(mark):
            return _decoded(raw, name, where)
    if b"\x00" in raw:
        raise IntakeError("intake.encoding", where=where)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        text = _decoded(raw, "gb18030", where)
    beyond_ascii = [c for c in text if ord(c) > 127]
    if sum(_common(c) for c in beyond_ascii) < _COMMON_HAN_SHARE * len(beyond_ascii):
        raise IntakeError("intake.encoding", where=where)
    return text


def _decoded(raw: bytes, name: str, where: str) -> str:
    try:
        return raw.decode(name)
    except UnicodeDecodeError:
        raise IntakeError("intake.encoding", where=where) from None


def _common(character: str) -> bool:
    """True for hanzi of GB2312, and Chinese or full-width punctuation."""
    try:
        lead = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return lead in (0xA1, 0xA3) or 0xB0 <= lead <= 0xF7


def _excel(path: Path, blank_formulas: bool) -> list[Sheet]:
    try:
        return _visible(path, blank_formulas)
    except IntakeError:  # a ValueError itself
        raise
    except _DAMAGE as error:
        raise IntakeError("intake.damaged", where=shown(path), problem=type(error).__name__) from None


def _visible(path: Path, blank_formulas: bool) -> list[Sheet]:
    """The visible sheets with cells (sheets of charts have none); formulas by their stored results."""
    _refuse_bloated(path)
    book = _open(path, values=False)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    sizes = {sheet.title: _used(sheet, shown(path)) for sheet in visible}
    cells = ((sheet.title, cell) for sheet in visible for row in sheet.iter_rows(**sizes[sheet.title]) for cell in row)
    formulas = [(title, cell.row, cell.column) for title, cell in cells if cell.data_type == "f"]
    unsolved: dict[str, set[tuple[int, int]]] = {title: set() for title in sizes}
    if formulas:
        book = _open(path, values=True)
        for title, row, column in formulas:
            if book[title].cell(row, column).value is None:
                if not blank_formulas:
                    raise IntakeError("intake.formula", where=f"{shown(path)} [{title}] {get_column_letter(column)}{row}")
                unsolved[title].add((row - 1, column - 1))
    return [_sheet(book[title], size, shown(path), book.epoch == CALENDAR_MAC_1904, frozenset(unsolved[title])) for title, size in sizes.items()]


def _used(sheet: Worksheet, where: str) -> dict[str, int]:
    """The part of a sheet that holds values, as bounds for ``iter_rows``; formats alone don't count.

    Raises
    ------
    IntakeError  naming the cell, if a value lies beyond what a planner's table can need: the rows between would have to be read.
    """
    filled = [place for place, cell in sheet._cells.items() if cell.value is not None]  # iter_rows would make every cell of the rectangle
    rows, columns = (max((place[axis] for place in filled), default=1) for axis in (0, 1))
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        row, column = max(filled, key=lambda place: (place[0] / MOST_ROWS + place[1] / MOST_COLUMNS, place))
        raise _too_large(f"{where} [{sheet.title}] {get_column_letter(column)}{row}")
    return {"min_row": 1, "max_row": rows, "max_col": columns}


def _refuse_bloated(path: Path) -> None:
    """A workbook is an archive: what it unpacks to and the areas it merges are looked at before they are built."""
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
            raise IntakeError("intake.file_size", where=shown(path), given=MOST_UNPACKED // 2**20, allowed=MOST_UNPACKED // 2**20)
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            for match in _MERGED.finditer(archive.read(name)):
                area = match[1].decode("ascii", "replace")
                left, top, right, bottom = (edge or 1 for edge in range_boundaries(area))
                if (right - left + 1) * (bottom - top + 1) > MOST_CELLS:
                    raise _too_large(f"{shown(path)} {area}")


def _too_large(where: str) -> IntakeError:
    return IntakeError("intake.too_large", where=where, rows=MOST_ROWS, columns=MOST_COLUMNS, cells=MOST_CELLS)


def _open(path: Path, *, values: bool) -> Workbook:
    with warnings.catch_warnings(), path.open("rb") as file:  # opened here, because openpyxl leaves a damaged file open
        warnings.simplefilter("ignore", UserWarning)  # openpyxl reports layout that it doesn't keep; only cells matter here
        return load_workbook(file, data_only=values)


def _sheet(sheet: Worksheet, size: dict[str, int], file: str, epoch_1904: bool, unsolved: frozenset[tuple[int, int]]) -> Sheet:
    rows = [[_cell_value(cell) for cell in row] for row in sheet.iter_rows(**size)]
    across = set()
    for merged in sheet.merged_cells.ranges:
        top, left = merged.min_row - 1, merged.min_col - 1
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for row in range(top, min(merged.max_row, len(rows))):
            for column in range(left, min(merged.max_col, len(rows[row]))):
                rows[row][column] = rows[top][left]
                if column > left:
                    across.add((row, column))
    return Sheet(file, sheet.title, rows, frozenset(across), epoch_1904, unsolved=unsolved)


def _cell_value(cell: Any) -> Any:
    """Value of a cell; a whole number shown with leading zeros by its format (000000) stays as shown."""
    value = cell.value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and float(value).is_integer() and value >= 0:
        zeros = _ZEROS.fullmatch(str(cell.number_format).strip('"'))
        return str(int(value)).zfill(len(zeros[0])) if zeros else value
    return value if not isinstance(value, str) or value.strip() else None
