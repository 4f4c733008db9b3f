"""Files of a run folder: written aside and renamed, so that a reader finds the whole file or none; tables as CSV that Excel opens."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.errors import RunError
from cslib.core.paths import shown

_FLAGS = {"True": True, "False": False}


def sync(path: Path) -> None:
    """Force a file, or the entries of a folder, onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file aside and rename it into place; a crash leaves the old file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with aside.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    aside.replace(path)
    return path


def write_json(path: Path, value: Any) -> Path:
    """Plain data as readable JSON, keys in order; NaN is refused, because it is not JSON.

    Raises
    ------
    ValueError  on NaN or infinity;  TypeError  on what is not plain data.
    """
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False, default=_plain)
    return write_whole(path, (text + "\n").encode())


def _plain(value: Any) -> Any:
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:  # a numpy scalar
        return value.item()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not plain data")


def read_json(path: Path) -> Any:
    """Content of a JSON file; None if it is missing or cut short."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError, json.JSONDecodeError):
        return None


def sha256(content: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(content).hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return sha256(path.read_bytes())


def table_bytes(name: str, frame: pd.DataFrame) -> bytes:
    """A checked table as CSV: UTF-8 with BOM, so that Excel shows Chinese; numbers at full precision.

    A text that is empty and one that is missing are written alike, and both come back as missing.
    """
    written = pd.DataFrame({c.name: _texts(c, frame[c.name]) for c in tables.spec(name).columns.values()})
    stream = io.StringIO()
    written.to_csv(stream, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _texts(column: tables.Column, values: pd.Series) -> list[str]:
    if column.type == "date":
        return ["" if pd.isna(v) else f"{v:%Y-%m-%d}" for v in values]
    if column.type == "time":
        return ["" if pd.isna(v) else str(v) if v.second or v.microsecond else f"{v:%Y-%m-%d %H:%M}" for v in values]
    if column.type == "number":
        return ["" if pd.isna(v) else repr(float(v)) for v in values]
    return ["" if pd.isna(v) else str(v) for v in values]


def read_table(name: str, path: Path) -> pd.DataFrame:
    """A table that ``table_bytes`` wrote, with the dictionary's types.

    Raises
    ------
    TableError  if the file was changed into something that the dictionary refuses.
    RunError  if it is not such a file at all.
    """
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError):
        raise RunError("report.not_a_table", where=shown(path), table=name) from None
    known = tables.spec(name).columns
    typed = {c: _values(known[c], raw[c]) if c in known else raw[c] for c in raw.columns}
    return tables.check(name, pd.DataFrame(typed), source=shown(path))


def _values(column: tables.Column, raw: pd.Series) -> pd.Series:
    present = raw.where(raw.ne(""), None)
    if column.type == "flag":
        return present.map(lambda v: _FLAGS.get(v, v), na_action="ignore").astype(object)
    if column.type == "number":
        return pd.Series([_number(v) for v in present], dtype=object)
    return present


def _number(text: Any) -> Any:
    """Python's own reading, which returns exactly the number that was written; a text that is none is left for the check to name."""
    if text is None or pd.isna(text):
        return None
    try:
        return float(text)
    except ValueError:
        return text
