"""Every figure of a run can be seen: each file that a notebook saves is also drawn on its page."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_every_saved_figure_is_shown_on_its_page(path: Path) -> None:
    """A figure is shown if its call is the last expression of its cell, or is handed to ``display``."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        lines = [line.strip() for line in "".join(cell["source"]).splitlines() if line.strip()]
        saved = [line for line in lines if cell["cell_type"] == "code" and "run.figure(" in line]
        hidden = [line for line in saved if not line.startswith("display(run.figure(") and not _is_shown(line, lines)]
        assert not hidden, (path.name, hidden)


def _is_shown(line: str, lines: list[str]) -> bool:
    """The value of the last line of a cell is shown; a notebook drops the value of any line before it."""
    return line.startswith("run.figure(") and line == lines[-1]


def test_the_package_carries_the_files_of_its_pages() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    files = (p.relative_to(ROOT / "cslib") for p in (ROOT / "cslib").rglob("*") if p.is_file())
    others = [p for p in files if p.suffix != ".py" and "__pycache__" not in p.parts]
    left = [str(p) for p in others if not any(_carried(p, package, pattern) for package, patterns in data.items() for pattern in patterns)]
    assert not left, "setuptools would leave these out of the package"


def _carried(path: Path, package: str, pattern: str) -> bool:
    folder = Path(*package.split(".")[1:])
    if package == "*":
        return re.fullmatch(pattern.replace(".", r"\.").replace("*", ".*"), path.name) is not None
    return path.match(str(folder / pattern))
