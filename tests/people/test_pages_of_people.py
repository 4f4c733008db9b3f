"""The appraisal and grade pages as a reader sees them: no person of the site is named, numbered or ranked anywhere, with own figures and without."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from matplotlib.text import Text
from test_own_figures import STUDY, own

from cslib import intake
from cslib.core.words import speaking
from cslib.report.run import Run

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def shown(name: str, language: str, brought: bool, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Everything that the cells of a notebook put on the page: sentences, tables, and the texts of its pictures."""
    found: list[str] = []

    def show(*things: Any) -> None:
        found.extend(getattr(thing, "data", None) or str(thing) for thing in things)

    def figure(_run: Run, picture: Any, _name: str) -> str:
        found.extend(text.get_text() for text in picture.findobj(Text))
        return ""

    monkeypatch.setenv("CSLIB_OUTPUTS", str(folder))
    monkeypatch.setattr(import_module("cslib.report.tell"), "display", show)
    monkeypatch.setattr(Run, "figure", figure)
    if brought:
        monkeypatch.setattr(intake, "figures", lambda _study: own(104.0))
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    space: dict[str, Any] = {"display": show, "print": show}
    with speaking(language):
        for cell in cells:
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), name, "exec"), space)
                if "parameters" in cell["metadata"].get("tags", []):
                    space |= {"site": "online_shop", "language": language}
    return "\n".join(found)


@pytest.mark.parametrize(("name", "language", "brought"), [("40_kpi", "zh", True), ("40_kpi", "en", False), ("45_grades", "en", True)])
def test_a_named_ranking_never_appears(name: str, language: str, brought: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S001-17, privacy requirement P06 and P14."""
    text = shown(name, language, brought, tmp_path, monkeypatch)
    people = [*STUDY.employees["employee_id"], *intake.names(STUDY)["display_name"], *intake.names(STUDY)["staff_no"]]
    assert len(text) > 3000 and not [person for person in people if person and re.search(rf"(?<![\w.,]){re.escape(person)}(?![\w.,])", text)]
    assert not re.search(r"SYN-\d", text)
    for word in ("rank", "名次", "第 1 名"):
        lines = [line for line in text.splitlines() if word in line.lower()]
        assert all(not re.search(r"[A-Z]-\d{3}", line) for line in lines)
    assert ("SYNTHETIC (seed" in text) != brought
