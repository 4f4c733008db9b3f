"""The run folder: whole or absent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import made_up
import numpy as np
import pandas as pd
import pytest

from cslib import report
from cslib.core import words
from cslib.core.errors import RunError, TableError
from cslib.intake.study import Study
from cslib.report import index, manifest, store

FRAMES = ("forecast", "requirement", "roster", "covers", "coverage", "hours", "cost_split", "wage_cost", "violations")


MAKERS = {"coverage": made_up.coverage, "hours": lambda study: made_up.hours(study, made_up.roster(study))}


def filled(study: Study, *names: str) -> report.Run:
    opened = report.start_run(study)
    for name in names:
        opened.save(name, MAKERS[name](study))
    return opened


@pytest.mark.parametrize("name", FRAMES)
def test_a_saved_table_comes_back_as_it_was(desk: Study, name: str) -> None:
    opened, frame = report.start_run(desk), made_up.frames(desk)[name]
    assert not opened.has(name)
    path = opened.save(name, frame)
    assert opened.has(name)
    pd.testing.assert_frame_equal(opened.load(name), frame)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the mark to show Chinese"


def test_numbers_come_back_to_the_last_digit(desk: Study) -> None:
    values = [0.1 + 0.2, 1 / 3, 1e-17, 123456789.123456789, 5e-324, 1.7976931348623157e308]
    frame = pd.DataFrame({"price": [f"p{i}" for i in range(6)], "quantity": values, "unit": "h", "rate_yuan": 1.0, "priced_yuan": values})
    opened = report.start_run(desk)
    opened.save("cost_split", frame)
    assert list(opened.load("cost_split")["quantity"]) == values


def test_texts_that_look_like_something_else_stay_texts(desk: Study) -> None:
    texts = ["007", "NA", "null", "True", "1e3", '带"引号", 和逗号', "two\nlines", "=1+1"]
    frame = pd.DataFrame({"queue": texts, "method": "m", "folds": 1, "wape_share": np.nan, "bias_share": 0.5})
    opened = report.start_run(desk)
    opened.save("accuracy", frame)
    loaded = opened.load("accuracy")
    assert sorted(loaded["queue"]) == sorted(texts)
    assert loaded["wape_share"].isna().all()
    assert loaded["cover80_share"].isna().all()


def test_a_table_that_someone_edited_badly_is_refused_with_its_place(desk: Study) -> None:
    opened = filled(desk, "coverage")
    path = opened.path / "tables" / "coverage.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("lobby,2026-10-01 00:00,2,", "lobby,2026-10-01 00:00,two,", 1), encoding="utf-8-sig")
    with pytest.raises(TableError) as caught:
        opened.load("coverage")
    assert caught.value.keys == ["table.type"]
    assert "coverage.csv" in str(caught.value)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RunError) as caught:
        opened.load("coverage")
    assert caught.value.keys == ["report.not_a_table"]


def test_saving_refuses_pay_by_person_unknown_tables_and_unlisted_columns(desk: Study) -> None:
    opened = report.start_run(desk)
    for name, key in (
        ("payslips", "report.pay_table"),
        ("grades", "report.pay_table"),
        ("staff_grades", "report.pay_table"),
        ("phone_list", "report.unknown_table"),
    ):
        with pytest.raises(RunError) as caught:
            opened.save(name, pd.DataFrame())
        assert caught.value.keys == [key]
    with pytest.raises(TableError) as table_error:
        opened.save("roster", made_up.roster(desk).assign(illness="x"))
    assert table_error.value.keys == ["table.unknown_column"]
    assert not list((opened.path).glob("tables/*"))


def test_loading_what_is_not_there_names_what_is(desk: Study) -> None:
    opened = filled(desk, "coverage", "hours")
    with pytest.raises(RunError) as caught:
        opened.load("roster")
    assert caught.value.keys == ["report.no_table"]
    assert "coverage, hours" in str(caught.value)


def test_a_finished_run_is_found_with_all_its_facts(desk: Study) -> None:
    opened = report.start_run(desk, {"gap": 0.01})
    frames = made_up.frames(desk)
    for name, frame in frames.items():
        opened.save(name, frame)
    opened.note("solver", made_up.SOLVER)
    opened.note("verdict", {"coverage_share": 0.98})
    opened.note("remark", [1, "two", {"three": None}])
    assert report.finished_runs() == []
    staging = opened.path
    final = opened.publish()
    assert not staging.exists()
    assert final.name == opened.name == f"base-{opened.record['hash8']}"
    (found,) = report.finished_runs("desk", made_up.MONTH)
    assert (found.folder, report.finished_runs("line")) == (final, [])
    content = found.manifest
    assert content["complete"] is True
    assert {name: entry["rows"] for name, entry in content["tables"].items()} == {name: len(frame) for name, frame in frames.items()}
    assert content["tables"]["roster"]["sha256"] == store.file_hash(final / "tables/roster.csv")
    assert content["verdict"] == {"coverage_share": 0.98}
    assert content["solver"] == made_up.SOLVER
    assert content["notes"] == {"remark": [1, "two", {"three": None}]}
    assert (content["seed"], content["synthetic"], content["settings"]) == (7, True, {"gap": 0.01})
    assert set(content["versions"]) == {"python", *manifest.PACKAGES}
    assert content["params"] == dict(desk.params.files)
    assert content["data"] == dict(desk.files)
    assert content["started"] <= content["ended"]
    assert report.changed_files(final) == []


def test_a_changed_file_of_a_finished_run_is_noticed(desk: Study) -> None:
    final = filled(desk, "coverage", "hours").publish()
    (final / "tables" / "hours.csv").write_bytes((final / "tables" / "hours.csv").read_bytes().replace(b"8.0", b"9.0", 1))
    assert report.changed_files(final) == ["tables/hours.csv"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda f: (f / "manifest.json").unlink(),
        lambda f: (f / "manifest.json").write_bytes((f / "manifest.json").read_bytes()[:-40]),
        lambda f: (f / "manifest.json").write_text("[]", encoding="utf-8"),
        lambda f: (f / "manifest.json").write_text(
            (f / "manifest.json").read_text(encoding="utf-8").replace('"complete": true', '"complete": false'), encoding="utf-8"
        ),
        lambda f: (f / "tables" / "hours.csv").unlink(),
        lambda f: f.rename(f.with_name("base-00000000")),
    ],
    ids=["no manifest", "cut short", "not a mapping", "not complete", "a table is missing", "another name"],
)
def test_a_folder_without_a_valid_manifest_is_absent(desk: Study, damage) -> None:
    final = filled(desk, "coverage", "hours").publish()
    assert len(report.finished_runs()) == 1
    damage(final)
    assert report.finished_runs() == []


class Crash(BaseException):
    """The power goes off."""


def crash_at(step: int, patch: pytest.MonkeyPatch) -> None:
    """Let the process die before the ``step``-th thing that changes the disk."""
    done = [0]

    def counted(function):
        def wrapper(*args, **kwargs):
            done[0] += 1
            if done[0] == step:
                raise Crash
            return function(*args, **kwargs)

        return wrapper

    patch.setattr(Path, "rename", counted(Path.rename))
    patch.setattr(Path, "replace", counted(Path.replace))
    patch.setattr(Path, "unlink", counted(Path.unlink))
    patch.setattr(os, "fsync", counted(os.fsync))
    patch.setattr(shutil, "rmtree", counted(shutil.rmtree))


@pytest.mark.parametrize("replaces", [False, True], ids=["first", "replaces an older run"])
def test_a_crash_at_any_step_leaves_nothing_that_only_looks_complete(desk: Study, replaces: bool) -> None:
    frames = {"cost_split": made_up.cost_split(), "wage_cost": made_up.wage_cost(18)}
    outcomes, step = [], 0
    while not outcomes or outcomes[-1] != "published":
        step += 1
        report.clean_outputs()
        if replaces:
            older = report.start_run(desk)
            older.save("cost_split", frames["cost_split"])
            older.publish()
        opened = report.start_run(desk)
        with pytest.MonkeyPatch.context() as patch:
            crash_at(step, patch)
            try:
                for name, frame in frames.items():
                    opened.save(name, frame)
                opened.publish()
                outcomes.append("published")
            except Crash:
                outcomes.append("crashed")
        for found in report.finished_runs():
            assert report.changed_files(found.folder) == []
            assert set(found.manifest["tables"]) in ([{"cost_split"}, set(frames)] if replaces else [set(frames)])
        if outcomes[-1] == "published":
            assert len(report.finished_runs()) == 1
    assert step > 12, "saving, syncing, manifest and renaming are steps"
    assert outcomes.count("crashed") == step - 1


def test_staging_folders_of_dead_processes_are_removed_and_others_kept(desk: Study) -> None:
    mine = report.start_run(desk)
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True).stdout.strip()
    left = mine.path.with_name(f".partial-base-12345678-{dead}")
    shutil.copytree(mine.path, left)
    assert report.clean_partials() == [left]
    assert not left.exists()
    assert mine.path.is_dir()


def test_what_a_process_of_the_same_number_left_is_not_mixed_in(desk: Study) -> None:
    filled(desk, "coverage")
    again = report.start_run(desk)
    assert not again.has("coverage")


def test_a_notebook_joins_the_run_that_batch_opened(desk: Study) -> None:
    opened = report.start_run(desk, {"gap": 0.02})
    joined = report.open_run(desk, str(opened.path))
    assert (joined.path, joined.name, joined.draft) == (opened.path, opened.name, False)
    assert joined.shown == "outputs/desk/2026-10/" + opened.name


def test_a_notebook_can_join_in_another_language_than_the_environment(desk: Study) -> None:
    with words.speaking("en"):
        opened = report.start_run(desk)
    assert report.open_run(desk, str(opened.path)).name == opened.name


def test_inputs_that_changed_meanwhile_are_refused_by_name(desk: Study, project: Path) -> None:
    opened = report.start_run(desk)
    with (project / "params" / "words.yml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    with pytest.raises(RunError) as caught:
        report.open_run(desk, str(opened.path))
    assert caught.value.keys == ["report.other_inputs"]
    assert "words" in str(caught.value)
    assert "params" not in caught.value.findings[0].facts["changed"]


def test_a_folder_that_is_no_open_run_is_refused(desk: Study, tmp_path: Path) -> None:
    final = filled(desk, "coverage").publish()
    for folder in (tmp_path, final, tmp_path / "nowhere"):
        with pytest.raises(RunError) as caught:
            report.open_run(desk, str(folder))
        assert caught.value.keys == ["report.no_folder"]


def test_a_draft_keeps_its_tables_and_never_looks_complete(desk: Study, project: Path) -> None:
    draft = report.open_run(desk)
    draft.save("coverage", made_up.coverage(desk))
    assert draft.draft
    assert draft.path.name.startswith("draft-base-")
    assert draft.shown == draft.path.relative_to(project).as_posix()
    with pytest.raises(RunError) as caught:
        draft.publish()
    assert caught.value.keys == ["report.draft"]
    assert report.finished_runs() == []
    (project / "notebooks" / "10_demand.ipynb").write_text("{}", encoding="utf-8")
    assert report.open_run(desk).has("coverage"), "editing a notebook must not lose the tables before it"


def test_a_draft_renamed_and_given_a_manifest_is_still_no_result(desk: Study) -> None:
    draft = report.open_run(desk)
    store.write_json(draft.path / "manifest.json", manifest.build(draft.path, draft.record, {}))
    draft.path.rename(draft.path.with_name(draft.name))
    assert report.finished_runs() == []


def test_notes_are_plain_data(desk: Study) -> None:
    opened = report.start_run(desk)
    opened.note("numbers", {"a": np.float64(0.5), "b": np.int64(3), "day": pd.Timestamp("2026-10-01")})
    assert opened.notes() == {"numbers": {"a": 0.5, "b": 3, "day": "2026-10-01T00:00:00"}}
    for bad in (float("nan"), {"x": float("inf")}, object()):
        with pytest.raises(RunError) as caught:
            opened.note("bad", bad)
        assert caught.value.keys == ["report.note"]
    for name in ("../escape", "", ".hidden", "a/b", "a b"):
        with pytest.raises(RunError) as caught:
            opened.note(name, 1)
        assert caught.value.keys == ["report.file_name"]
    assert set(opened.notes()) == {"numbers"}


def test_personal_data_stop_the_publication(desk: Study) -> None:
    opened = filled(desk, "coverage")
    opened.note("contact", "call 13912345678")
    with pytest.raises(RunError) as caught:
        opened.publish()
    assert caught.value.keys == ["report.leak.phone"]
    assert "13912345678" not in str(caught.value)
    assert report.finished_runs() == []


def test_a_new_run_of_the_same_question_replaces_the_old_one(desk: Study) -> None:
    first = filled(desk, "coverage").publish()
    second = filled(desk, "coverage", "hours").publish()
    assert first == second
    (found,) = report.finished_runs()
    assert set(found.manifest["tables"]) == {"coverage", "hours"}
    assert not list(first.parent.glob(".partial-*"))


def test_outputs_are_cleaned_without_touching_other_files(desk: Study, project: Path) -> None:
    final = filled(desk, "coverage").publish()
    draft = report.open_run(desk)
    index.write_index()
    own = project / "outputs" / "README.md"
    own.write_text("mine", encoding="utf-8")
    assert set(report.clean_outputs()) == {final, draft.path, project / "outputs" / "index.html"}
    assert [p.name for p in (project / "outputs").rglob("*")] == ["README.md"]


def test_the_protected_folder_is_its_owners_alone_and_outside(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = report.protected_folder("desk", made_up.MONTH)
    assert folder == tmp_path / "protected" / "desk" / made_up.MONTH
    for path in (folder, folder.parent, folder.parent.parent):
        assert path.stat().st_mode & 0o777 == 0o700
    for inside in (project / "names", project / "outputs" / "names"):
        monkeypatch.setenv("CSLIB_PROTECTED", str(inside))
        with pytest.raises(RunError) as caught:
            report.protected_folder("desk", made_up.MONTH)
        assert caught.value.keys == ["report.not_protected"]
        assert not inside.exists()
