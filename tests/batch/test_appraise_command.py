"""The command ``cslib appraise``: options reach the notebooks, pages and tables are named, errors are one sentence with exit code 2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner, Result

from cslib.batch import appraisal
from cslib.batch.cli import main
from cslib.core import words

MONTH = ("front_desk", "--month", "2026-12")


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Notebook -> parameters it was started with; in place of a run it writes one page of one sentence."""
    found: dict[str, dict[str, Any]] = {}

    def execute(name: str, parameters: dict[str, Any], output: Path) -> None:
        found[name] = parameters
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# {name}")]), output)

    monkeypatch.setattr(appraisal, "execute", execute)
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path / "out"))
    monkeypatch.setenv("CSLIB_PROTECTED", str(tmp_path / "kept"))
    return found


def appraise(*arguments: str, language: str = "en") -> Result:
    before = words.language()
    try:
        return CliRunner().invoke(main, ["appraise", *arguments, "--language", language])
    finally:
        words.use(before)


def test_options_reach_the_grade_page_and_the_pages_are_written(given: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    done = appraise(*MONTH, "--ladder", "Q_quarter_80_70_50", "--setting", "review_window=from_entry", "--setting", "exactly_70=down")
    assert done.exit_code == 0, done.output
    assert list(given) == ["40_kpi", "45_grades"] and given["40_kpi"]["language"] == "en"
    assert given["45_grades"]["ladder"] == "Q_quarter_80_70_50" and given["45_grades"]["reading"] == "review_window=from_entry, exactly_70=down"
    pages = sorted(path.name for path in (tmp_path / "out").rglob("*.html"))
    assert {"40_kpi.html", "45_grades.html"} <= set(pages) and all(name in done.output for name in ("40_kpi.html", "45_grades.html", "off_queue"))


@pytest.mark.parametrize(
    ("arguments", "part"),
    [(("--ladder", "nope"), "H_star_ladder"), (("--reading", "repaired", "--setting", "floor"), "name=option"),
     (("--setting", "floor=cellar"), "trial_pay"), (("--reading", "nope"), "as_written")],
)  # fmt: skip
def test_a_wrong_option_is_one_sentence_and_exit_code_2(arguments: tuple[str, ...], part: str, given: dict[str, dict[str, Any]]) -> None:
    done = appraise(*MONTH, *arguments)
    assert done.exit_code == 2 and part in done.output and "Traceback" not in done.output and not given


def test_help_speaks_both_languages_and_a_missing_month_is_asked_for() -> None:
    assert appraise("--help").exit_code == 0 and "--setting" in appraise("--help").output
    assert appraise("front_desk").exit_code == 2
