"""The tables that flow between parts: checked against the data dictionary ``core/tables.yml`` at every border.

``check("contacts", frame, source="contacts.csv")`` returns the frame with the dictionary's types, column order and key order, or
raises ``TableError`` with one sentence per finding (file, row, column, value, what is allowed).
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import yaml

from cslib.core.errors import Finding, TableError
from cslib.core.words import say, speaking

DTYPES = {"text": "str", "integer": "int64", "number": "float64", "flag": "bool", "time": "datetime64[us]", "date": "datetime64[us]"}
_NULLABLE = {**DTYPES, "integer": "Int64", "flag": "boolean"}
_SHOWN = 20
_ISO = re.compile(r"\s*\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?\s*")


@dataclass(frozen=True)
class Column:
    """A column of the dictionary; ``limits`` holds ge/gt/le/lt/in as given there."""

    name: str
    type: str
    meaning: Mapping[str, str]
    unit: str = ""
    optional: bool = False
    empty: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)

    @property
    def nullable(self) -> bool:
        """True where single cells may be empty."""
        return self.optional or self.empty

    @property
    def dtype(self) -> str:
        """pandas dtype; nullable variants only where integers or flags may be empty."""
        return (_NULLABLE if self.nullable else DTYPES)[self.type]

    def allowed(self) -> str:
        """What the column takes, for a message: type, unit, limits."""
        return ", ".join([self.kind(), *self._limits()])

    def kind(self) -> str:
        """Type and unit: ``number [h]``."""
        return self.type + (f" [{self.unit}]" if self.unit else "")

    def limits_text(self) -> str:
        """Limits and whether it must be filled, for the page of the dictionary."""
        must = "optional" if self.optional else "empty" if self.empty else "required"
        return ", ".join([*self._limits(), say(f"tables.cell.{must}")])

    def _limits(self) -> list[str]:
        signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "in": "in"}
        return [f"{signs[name]} {', '.join(map(str, value)) if name == 'in' else value}" for name, value in self.limits.items()]


@dataclass(frozen=True)
class Table:
    """A table of the dictionary: meaning, privacy class, key columns, columns."""

    name: str
    meaning: Mapping[str, str]
    privacy: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]


@cache
def dictionary() -> dict[str, Table]:
    """All tables of ``core/tables.yml`` by name."""
    raw = yaml.safe_load((Path(__file__).parent / "tables.yml").read_text(encoding="utf-8"))
    tables = {}
    for name, spec in raw.items():
        columns = {}
        for column, entry in spec["columns"].items():
            limits = {k: entry[k] for k in ("ge", "gt", "le", "lt", "in") if k in entry}
            rest = {k: v for k, v in entry.items() if k not in limits}
            columns[column] = Column(name=column, limits=limits, **rest)
        tables[name] = Table(name, spec["meaning"], spec["privacy"], tuple(spec["key"]), columns)
    return tables


def spec(name: str) -> Table:
    """One table of the dictionary."""
    return dictionary()[name]


def empty(name: str) -> pd.DataFrame:
    """A table without rows."""
    return pd.DataFrame({c.name: pd.Series(dtype=c.dtype) for c in spec(name).columns.values()})


def markdown(language: str) -> str:
    """The dictionary as a page, ``docs/tables.md``: a section a table, a row a column, meanings in both languages.

    Raises
    ------
    ValueError  if the language of the headings is neither ``zh`` nor ``en``.
    """
    with speaking(language):
        lines = [f"# {say('tables.title')}", "", say("tables.intro"), ""]
        heads = [say("tables.column"), say("tables.type"), say("tables.limits"), say("tables.chinese"), say("tables.english")]
        for table in dictionary().values():
            lines += [f"## {table.name}", "", f"{table.meaning['zh']} · {table.meaning['en']}  "]
            lines += [f"{say('tables.key')}: {', '.join(f'`{name}`' for name in table.key)}  ", say(f"tables.privacy.{table.privacy}"), ""]
            lines += [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
            lines += [f"| `{c.name}` | {c.kind()} | {c.limits_text()} | {c.meaning['zh']} | {c.meaning['en']} |" for c in table.columns.values()]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def check(name: str, frame: pd.DataFrame, *, source: str = "", rows: pd.Series | None = None) -> pd.DataFrame:
    """Check a frame against the dictionary.

    Parameters
    ----------
    name : table of the dictionary
    frame : the data; column order and row order don't matter
    source : file or stage it comes from, for messages
    rows : row labels of the source (same index as ``frame``), for messages; default: position counted from 1

    Returns
    -------
    DataFrame with the dictionary's columns, order and types, sorted by key, fresh index.

    Raises
    ------
    TableError  on a missing or unlisted column, a value of wrong type or outside its limits, an empty or repeated key.
    """
    table = spec(name)
    where = source or name
    _check_columns(table, frame, where)
    labels = (rows if rows is not None else pd.Series(range(1, len(frame) + 1), index=frame.index)).reset_index(drop=True)
    raw = frame.reset_index(drop=True)
    typed = pd.DataFrame({c.name: _convert(c, raw[c.name]) if c.name in raw else _nothing(c, len(raw)) for c in table.columns.values()})
    given = [c for c in table.columns.values() if c.name in raw]
    findings = [_cell("table.type", where, labels, i, c, raw[c.name]) for c in given for i in _unusable(c, raw, typed)]
    if findings:
        raise TableError(findings=_shortened(findings, where))
    typed = typed.astype({c.name: c.dtype for c in table.columns.values()})
    try:
        _schema(name).validate(typed, lazy=True)
    except pandera.errors.SchemaErrors as error:
        raise TableError(findings=_shortened(_sentences(table, error.failure_cases, typed, labels, where), where)) from None
    return typed.sort_values(list(table.key), kind="stable").reset_index(drop=True)


def _unusable(column: Column, raw: pd.DataFrame, typed: pd.DataFrame) -> pd.Index:
    """Rows whose cell did not convert, or is empty where it may not be."""
    lost = typed[column.name].isna()
    return typed.index[lost & raw[column.name].notna() if column.nullable else lost]


@cache
def _schema(name: str) -> pandera.DataFrameSchema:
    """The pandera schema of a dictionary table; types are made beforehand (pandera would turn [us] times into [ns])."""
    makers: dict[str, Callable[[Any], pandera.Check]]
    makers = {"ge": pandera.Check.ge, "gt": pandera.Check.gt, "le": pandera.Check.le, "lt": pandera.Check.lt, "in": pandera.Check.isin}
    table = spec(name)
    columns = {
        c.name: pandera.Column(None, [makers[limit](value) for limit, value in c.limits.items()], nullable=c.nullable) for c in table.columns.values()
    }
    return pandera.DataFrameSchema(columns, strict=True, unique=list(table.key), report_duplicates="exclude_first")


def _check_columns(table: Table, frame: pd.DataFrame, where: str) -> None:
    allowed = ", ".join(table.columns)
    unknown = [c for c in frame.columns if c not in table.columns]
    missing = [c for c in table.columns.values() if c.name not in frame.columns and not c.optional]
    findings = [Finding("table.unknown_column", where, {"column": c, "table": table.name, "allowed": allowed}) for c in unknown]
    findings += [Finding("table.missing_column", where, {"column": c.name, "table": table.name, "allowed": c.allowed()}) for c in missing]
    if findings:
        raise TableError(findings=findings)


def _nothing(column: Column, rows: int) -> pd.Series:
    return _convert(column, pd.Series([None] * rows, dtype=object))


def _convert(column: Column, raw: pd.Series) -> pd.Series:
    """Values in the column's type (nullable variant); what doesn't fit becomes empty."""
    match column.type:
        case "text":
            texts = raw.astype("str").where(raw.notna(), None)
            return texts if column.nullable else texts.where(texts.astype("str").str.strip().ne(""), None)
        case "integer":
            numbers = pd.to_numeric(raw, errors="coerce").astype("Float64")
            return numbers.where((numbers % 1 == 0).fillna(False)).astype("Int64")
        case "number":
            floats = pd.to_numeric(raw, errors="coerce").astype("float64")
            return floats.where(np.isfinite(floats))
        case "flag":
            return raw.astype(object).map({True: True, False: False}).astype("boolean")  # 1 and 0 are the same keys
        case _:
            times = _times(raw)
            return times.dt.normalize() if column.type == "date" else times


def _times(raw: pd.Series) -> pd.Series:
    """Naive times from time values and ISO texts; a bare number, a time with a zone and any other spelling become empty."""
    if pd.api.types.is_datetime64_dtype(raw):
        return raw.astype("datetime64[us]")
    usable = raw.map(_is_naive_time).astype(bool)
    return pd.to_datetime(raw.astype(object).where(usable, None), format="ISO8601", errors="coerce").astype("datetime64[us]")


def _is_naive_time(value: object) -> bool:
    if isinstance(value, str):
        return bool(_ISO.fullmatch(value))
    return isinstance(value, dt.date | np.datetime64) and not getattr(value, "tzinfo", None)


def _sentences(table: Table, cases: pd.DataFrame, typed: pd.DataFrame, labels: pd.Series, where: str) -> list[Finding]:
    """pandera's failure cases as findings: one a cell, one a repeated key."""
    findings: list[Finding] = []
    repeated: set[int] = set()
    for check, column, i in zip(cases["check"], cases["column"], cases["index"], strict=True):
        if check == "multiple_fields_uniqueness":
            repeated.add(int(i))
        else:
            findings.append(_cell("table.limit", where, labels, int(i), table.columns[column], typed[column]))
    key = list(table.key)
    group = typed.groupby(key, dropna=False).ngroup() if repeated else pd.Series(dtype="int64")  # an empty cell repeats an empty cell
    for i in sorted(repeated):
        first = group.index[group == group[i]][0]
        facts = {"row": labels[i], "first": labels[first], "key": ", ".join(f"{k} = {_plain(typed.loc[i, k])}" for k in key)}
        findings.append(Finding("table.duplicate", where, facts))
    return findings


def _shortened(findings: list[Finding], where: str) -> list[Finding]:
    if len(findings) <= _SHOWN:
        return findings
    return [*findings[:_SHOWN], Finding("table.more", where, {"count": len(findings) - _SHOWN})]


def _plain(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def _cell(key: str, where: str, labels: pd.Series, i: Any, column: Column, values: pd.Series) -> Finding:
    given = "" if pd.isna(values[i]) else _plain(values[i])
    return Finding(key, where, {"row": labels[i], "column": column.name, "given": given, "allowed": column.allowed()})


if __name__ == "__main__":
    sys.stdout.write(markdown("en"))
