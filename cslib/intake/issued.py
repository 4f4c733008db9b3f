"""Published rosters of a month, version by version: what the next month and every change start from.

A version is a folder ``v<number>`` of tables with a record, written once and never changed. The record holds the SHA-256 of each table and the
seal of the version before; its own seal is the SHA-256 of all that, so that a change of any version breaks the chain from there on.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.core.paths import issues_dir, shown

RECORD = "record.json"
TABLES = ("roster", "covers", "requirement")
LEDGER = "fairness_ledger"  # stands beside them since rosters are evened out over the months
ISSUED = "published"  # in place of a file name: the published roster itself


@dataclass(frozen=True)
class Issue:
    """A published version: its number, folder and record."""

    version: int
    folder: Path
    record: Mapping[str, Any]

    @property
    def label(self) -> str:
        """How a run names the version among its inputs."""
        return f"{ISSUED} {self.record['month']} v{self.version}"

    @property
    def seal(self) -> str:
        """SHA-256 over the record: tables, date, reason and the seal before."""
        return str(self.record["seal"])

    @property
    def ledger(self) -> pd.DataFrame:
        """What everybody carries into the next month (table ``fairness_ledger``); empty for a version from before there were ledgers."""
        return self.table(LEDGER) if LEDGER in self.record["tables"] else tables.empty(LEDGER)

    def table(self, name: str) -> pd.DataFrame:
        """A table of the version, with the dictionary's types.

        Raises
        ------
        TableError  if it breaks the dictionary.
        """
        return read_issued(name, self.folder / f"{name}.csv")


def seal_of(record: Mapping[str, Any]) -> str:
    """SHA-256 of a record without its seal."""
    plain = {key: value for key, value in record.items() if key != "seal"}
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def issues(site: str, month: str) -> list[Issue]:
    """Published versions of a month, the first one first; empty if nothing was published.

    Raises
    ------
    IntakeError  if a version was changed after it was published, or one is missing in between.
    """
    folder, found, before = issues_dir(site, month), [], ""
    numbers = sorted(int(p.name[1:]) for p in folder.glob("v*") if p.is_dir() and p.name[1:].isdigit())
    for expected, number in enumerate(numbers, 1):
        path = folder / f"v{number}"
        record = _record(path)
        whole = number == expected and record.get("previous") == before and record.get("seal") == seal_of(record)
        names = [*TABLES, *([LEDGER] if (path / f"{LEDGER}.csv").exists() or LEDGER in (record.get("tables") or {}) else [])]
        if not whole or record.get("tables") != {name: _hash(path / f"{name}.csv") for name in names}:
            raise IntakeError("intake.issue_changed", where=shown(path))
        found.append(Issue(number, path, record))
        before = str(record["seal"])
    return found


def newest_issue(site: str, month: str) -> Issue:
    """The version in force.

    Raises
    ------
    IntakeError  if nothing is published for the month, or the chain is broken.
    """
    found = issues(site, month)
    if not found:
        raise IntakeError("intake.no_issue", where=shown(issues_dir(site, month)), site=site, month=month)
    return found[-1]


def read_issued(name: str, path: Path) -> pd.DataFrame:
    """A table as it was published.

    Raises
    ------
    IntakeError  if the file is gone or no text;  TableError  if it breaks the dictionary.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise IntakeError("intake.issue_changed", where=shown(path)) from None
    columns = tables.spec(name).columns
    typed = {c: [_value(columns[c].type, row.get(c) or None) for row in rows] for c in columns if rows and c in rows[0]}
    return tables.check(name, pd.DataFrame(typed), source=shown(path)) if rows else tables.empty(name)


def _value(kind: str, text: str | None) -> Any:
    if text is None:
        return None
    if kind == "flag":
        return {"True": True, "False": False}.get(text, text)
    if kind in ("number", "integer"):
        return float(text) if kind == "number" else int(text)
    return text


def _record(path: Path) -> dict[str, Any]:
    try:
        found = json.loads((path / RECORD).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
