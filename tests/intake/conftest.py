"""A tiny site in a folder of its own: project root with the real words, law, prices and pay, and data made by the tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny_site import ROOT, TinySite

from cslib.core import words


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TinySite]:
    """A project root with one small site."""
    root = tmp_path / "root"
    (root / "params").mkdir(parents=True)
    for name in ("law", "pay", "scenarios", "kpi", "ladders"):
        shutil.copytree(ROOT / "params" / name, root / "params" / name)
    for name in ("prices.yml", "words.yml", "excluded.yml"):
        shutil.copy(ROOT / "params" / name, root / "params" / name)
    monkeypatch.setenv("CSLIB_ROOT", str(root))
    monkeypatch.setenv("CSLIB_KEY_FILE", str(tmp_path / "secret" / "pseudonym.key"))
    with words.speaking("en"):
        yield TinySite(root)


@pytest.fixture
def workbook() -> Callable[..., Any]:
    """Write rows into an Excel file: ``workbook(path, {"sheet": rows}, merge={"sheet": ["A1:C1"]}, formats={"sheet": {"A2": "000000"}})``."""
    from openpyxl import Workbook

    def write(path: Path, sheets: dict[str, list[list[Any]]], merge: Any = None, formats: Any = None) -> Path:
        book = Workbook()
        book.remove(book.worksheets[0])
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
            for area in (merge or {}).get(name, []):
                sheet.merge_cells(area)
            for cell, number_format in (formats or {}).get(name, {}).items():
                sheet[cell].number_format = number_format
        book.save(path)
        return path

    return write
