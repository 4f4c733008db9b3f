"""The hash of a run changes with everything that can change its outputs, and with nothing else."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import made_up
import pytest

import cslib
from cslib import report
from cslib.core import words
from cslib.intake.study import Study
from cslib.report import identity, manifest


def notebook(folder: Path) -> Path:
    return folder / "notebooks" / "10_demand.ipynb"


def append(path: Path, text: str = "\n# changed\n") -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


@pytest.mark.parametrize("name", ["params/words.yml", "requirements.lock"])
def test_a_changed_file_changes_the_hash(desk: Study, project: Path, name: str) -> None:
    before = report.identify(desk)
    append(project / name)
    after = report.identify(desk)
    assert after.hash8 != before.hash8
    assert after.question8 == before.question8


@pytest.mark.parametrize(
    "name",
    ["params/prices.yml", "params/law/cn_labour.yml", "params/sites/desk/site.yml", "params/sites/desk/shifts.yml", "params/scenarios/base.yml"],
)
def test_a_changed_parameter_file_changes_hash_and_question(desk: Study, project: Path, name: str) -> None:
    append(project / name)
    assert report.identify(made_up.study("desk", 18)).hash8 != report.identify(desk).hash8
    assert report.identify(made_up.study("desk", 18)).question8 != report.identify(desk).question8


@pytest.mark.parametrize(
    "change",
    [
        lambda study: replace(study, files={**study.files, "contacts.csv": "1" * 64}),
        lambda study: replace(study, files=dict.fromkeys(study.files, "2" * 64)),
        lambda _: made_up.study("desk", 17),
        lambda _: made_up.study("desk", 18, "2026-11"),
        lambda _: made_up.study("line", 18),
        lambda study: made_up.scenario(study, "more"),
    ],
    ids=["another data file", "other bytes", "people", "month", "site", "scenario"],
)
def test_a_changed_question_changes_the_hash(desk: Study, change) -> None:
    assert report.identify(change(desk)).hash8 != report.identify(desk).hash8
    assert report.identify(change(desk)).question8 != report.identify(desk).question8


def test_language_changes_the_folder_but_not_the_question(desk: Study) -> None:
    zh = report.identify(desk)
    with words.speaking("en"):
        en = report.identify(desk)
    assert zh.hash8 != en.hash8
    assert (zh.question8, zh.draft8) == (en.question8, en.draft8)


def test_settings_change_the_hash(desk: Study) -> None:
    assert len({report.identify(desk, s).hash8 for s in ({}, {"gap": 0.01}, {"gap": 0.02})}) == 3


def test_code_of_a_notebook_counts_and_its_outputs_do_not(desk: Study, project: Path) -> None:
    before = report.identify(desk)
    content = json.loads(notebook(project).read_text(encoding="utf-8"))
    content["cells"][0] |= {"outputs": [{"output_type": "stream", "text": "1"}], "execution_count": 3}
    notebook(project).write_text(json.dumps(content, indent=2), encoding="utf-8")
    assert report.identify(desk).hash8 == before.hash8
    content["cells"][0]["source"] = ["x = 2"]
    notebook(project).write_text(json.dumps(content), encoding="utf-8")
    changed = report.identify(desk)
    assert changed.hash8 != before.hash8
    assert changed.draft8 == before.draft8
    (project / "notebooks" / "20_more.ipynb").write_text("{}", encoding="utf-8")
    assert report.identify(desk).hash8 != changed.hash8


def test_every_source_file_counts(desk: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "cslib"
    (package / "room" / "__pycache__").mkdir(parents=True)
    for name in ("__init__.py", "room/work.py", "room/tables.yml", "room/page.css"):
        (package / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(cslib, "__file__", str(package / "__init__.py"))
    seen = {report.identify(desk).hash8}
    for name in ("room/work.py", "room/tables.yml", "room/page.css"):
        append(package / name)
        seen.add(report.identify(desk).hash8)
    assert len(seen) == 4
    (package / "room" / "__pycache__" / "work.pyc").write_bytes(b"x")
    assert report.identify(desk).hash8 in seen


def test_order_of_people_counts_through_their_position_only(desk: Study) -> None:
    shuffled = desk.employees.sample(frac=1, random_state=3)
    other = replace(desk, _tables={**desk._tables, "employees": shuffled})
    assert report.identify(other).hash8 == report.identify(desk).hash8


def test_a_path_outside_the_project_is_published_by_its_last_part() -> None:
    assert identity.portable("/some/where/else/staff.xlsx") == "staff.xlsx"
    assert identity.portable("params/sites/desk/staff.csv") == "params/sites/desk/staff.csv"


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t.invalid", "-c", "commit.gpgsign=false", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture
def committed(project: Path) -> Path:
    """The test project as a clean git checkout."""
    (project / ".gitignore").write_text("outputs/\n", encoding="utf-8")
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "all")
    return project


def finished(study: Study) -> Path:
    opened = report.start_run(study)
    opened.save("coverage", made_up.coverage(study))
    return opened.publish()


def test_commit_and_dirty_flag_are_recorded(desk: Study, committed: Path) -> None:
    state = identity.checkout()
    assert len(state.commit) == 40
    assert not state.dirty
    assert manifest.read_manifest(finished(desk))["dirty"] is False
    append(committed / "requirements.lock")
    assert identity.checkout().dirty
    assert manifest.read_manifest(finished(desk))["dirty"] is True


def test_a_clean_tree_reuses_its_run_and_a_dirty_one_never_does(desk: Study, committed: Path) -> None:
    assert report.reusable(desk) is None
    final = finished(desk)
    assert report.reusable(desk).folder == final
    assert report.reusable(desk, {"gap": 0.5}) is None
    (committed / "notes.txt").write_text("not committed", encoding="utf-8")
    assert report.identify(desk).hash8 == final.name.removeprefix("base-")
    assert report.reusable(desk) is None, "the hash is the same, the tree is dirty"
    (committed / "notes.txt").unlink()
    assert report.reusable(desk).folder == final
    (final / "tables" / "coverage.csv").write_bytes(b"changed")
    assert report.reusable(desk) is None


def test_a_run_from_a_dirty_tree_is_not_reused_by_a_clean_one(desk: Study, committed: Path) -> None:
    (committed / "notes.txt").write_text("not committed", encoding="utf-8")
    finished(desk)
    (committed / "notes.txt").unlink()
    assert report.reusable(desk) is None


def test_without_git_the_tree_counts_as_dirty(desk: Study, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    assert identity.checkout() == identity.Checkout("", True)
    finished(desk)
    assert report.reusable(desk) is None
