"""The whole chain through the command line: what a planner types, what is left behind, and what wrong input leaves (nothing)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook

from cslib.core import tables
from cslib.core.paths import project_root
from cslib.report import finished_runs

SHORT_PEAK_MOST_H = 0.0


def cslib(outputs: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "CSLIB_OUTPUTS": str(outputs), "CSLIB_PROTECTED": str(outputs.parent / "protected")}
    command = [sys.executable, "-m", "cslib", *arguments]
    return subprocess.run(command, cwd=project_root(), env=surroundings, capture_output=True, text=True, timeout=900, check=False)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The front desk's month, planned once for all tests of this file."""
    outputs = tmp_path_factory.mktemp("front_desk") / "输出 文件夹"  # blanks and Chinese characters all the way through
    return outputs, cslib(outputs, ["run", "front_desk", "--month", "2026-12", "--language", "en"])


def test_the_front_desk_is_planned_legally_with_no_peak_hour_short(planned: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    outputs, done = planned
    assert done.returncode == 0, done.stderr
    (manifest,) = outputs.glob("front_desk/2026-12/base-*/manifest.json")
    verdict = json.loads(manifest.read_text(encoding="utf-8"))["verdict"]
    assert verdict["violations"] == 0
    assert verdict["short_peak_h"] == SHORT_PEAK_MOST_H
    assert verdict["gap_share"] <= 0.02
    assert verdict["replayable"] is True


def test_the_last_line_names_a_page_that_exists(planned: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    outputs, done = planned
    path = done.stdout.strip().splitlines()[-1].removeprefix("Open: ")
    assert Path(path).is_file()
    assert Path(path).is_relative_to(outputs)


def test_workbooks_names_only_in_the_protected_folder(planned: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    outputs, _ = planned
    (full,) = (outputs.parent / "protected").glob("front_desk/2026-12/*.xlsx")
    (work,) = outputs.glob("front_desk/2026-12/base-*/roster.xlsx")
    texts = {path: {str(cell.value) for row in load_workbook(path).worksheets[0].iter_rows() for cell in row if cell.value} for path in (full, work)}
    people = {text for text in texts[full] if text.startswith(("示例员工", "Sample"))}
    assert people
    assert not people & texts[work]


def test_nothing_half_done_is_left(planned: tuple[Path, subprocess.CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    outputs, _ = planned
    monkeypatch.setenv("CSLIB_OUTPUTS", str(outputs))
    assert [run.manifest["site"] for run in finished_runs()] == ["front_desk"]
    assert not list(outputs.glob("*/*/.partial-*"))


def test_no_pay_by_person_is_stored(planned: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    outputs, _ = planned
    stored = {path.stem for path in outputs.glob("*/*/*/tables/*.csv")}
    assert {"accuracy", "cost_split", "coverage", "covers", "forecast", "hours", "requirement", "roster", "violations", "wage_cost"} <= stored
    assert {tables.spec(name).privacy for name in stored} <= {"open", "pseudonym"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "hotlin", "--month", "2026-12"], ["hotlin", "hotline"]),
        (["run", "../sites/front_desk", "--month", "2026-12"], ["../sites/front_desk", "front_desk"]),
        (["run", "front_desk", "--month", "2026-13"], ["2026-13", "YYYY-MM"]),
        (["run", "front_desk", "--month", "9999-12"], ["9999-12", "2099"]),
        (["run", "front_desk", "--month", "2026-12", "--scenario", "../scenarios/base"], ["../scenarios/base", "base"]),
        (["run", "front_desk", "--month", "2026-12", "--scenario", "nothing"], ["nothing.yml", "base"]),
        (["run", "bank", "--month", "2026-12", "--contacts", "no_such.csv"], ["no_such.csv"]),
    ],
)
def test_wrong_input_is_refused_in_one_sentence_and_leaves_nothing(arguments: list[str], words: list[str], tmp_path: Path) -> None:
    done = cslib(tmp_path / "outputs", [*arguments, "--language", "en"])
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    assert not (tmp_path / "outputs").exists() or not list((tmp_path / "outputs").rglob("*"))


def test_an_outputs_folder_inside_a_file_is_refused_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    done = cslib(tmp_path / "file" / "outputs", ["run", "front_desk", "--month", "2026-12", "--language", "en"])
    assert done.returncode == 2
    assert "CSLIB_OUTPUTS" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_speaks_both_languages() -> None:
    english = subprocess.run([sys.executable, "-m", "cslib", "run", "--help", "--language", "en"], capture_output=True, text=True, check=True)
    chinese = subprocess.run([sys.executable, "-m", "cslib", "run", "--help", "--language", "zh"], capture_output=True, text=True, check=True)
    assert "Plan a month" in english.stdout
    assert "编制一个月的排班" in chinese.stdout
