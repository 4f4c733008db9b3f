"""What stops a run from outside: Ctrl-C, a polite kill, folders that are missing; nothing half-done is left, and a sentence says what happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cslib.batch.month import _writing
from cslib.batch.notebooks import CHAIN, notebook_path, refuse_missing
from cslib.core.errors import RunError
from cslib.core.paths import project_root
from cslib.report import clean_partials

PATIENCE_S = 300


def command(outputs: Path, *arguments: str, **surroundings: str) -> subprocess.Popen[str]:
    places = {"CSLIB_OUTPUTS": str(outputs), "CSLIB_PROTECTED": str(outputs.parent / "protected")}
    return subprocess.Popen(
        [sys.executable, "-m", "cslib", *arguments], cwd=project_root(), env={**os.environ, **places, **surroundings}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_stopped_cleans_up_and_leaves_without_a_traceback(tmp_path: Path, number: signal.Signals, code: int) -> None:
    outputs = tmp_path / "outputs"
    process = command(outputs, "run", "front_desk", "--month", "2026-12", "--language", "en")
    end = time.monotonic() + PATIENCE_S
    while not list(outputs.glob("*/*/.partial-*/notebooks")) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(1.0)  # into the start of the first kernel
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code, said
    assert "Traceback" not in said
    assert ("Interrupted" in said) == (number == signal.SIGINT)
    assert not list(outputs.glob("*/*/*"))


LOST_TASK = """
import asyncio, gc, os, signal
from cslib.batch import cli
async def fail():
    raise RuntimeError("kernel died")
async def leave():
    task = asyncio.ensure_future(fail())
    await asyncio.sleep(0)
    if {stopped}:
        try:
            cli.{handler}(15, None)
        except (KeyboardInterrupt, SystemExit):
            pass
asyncio.new_event_loop().run_until_complete(leave())
gc.collect()
"""


@pytest.mark.parametrize("handler", ["_terminated", "_interrupted"])
@pytest.mark.parametrize("stopped", [False, True])
def test_tasks_that_a_stop_leaves_behind_have_no_last_words(handler: str, stopped: bool) -> None:
    code = LOST_TASK.format(handler=handler, stopped=stopped)
    done = subprocess.run([sys.executable, "-c", code], cwd=project_root(), capture_output=True, text=True, check=True)
    assert ("never retrieved" in done.stderr) != stopped


def test_a_project_that_is_not_there_is_told_in_both_languages(tmp_path: Path) -> None:
    process = command(tmp_path / "outputs", "sites", CSLIB_ROOT=str(tmp_path / "没有 nowhere"))
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2 and "Traceback" not in said and "CSLIB_ROOT" in said and "不是项目文件夹" in said and "no project folder" in said


@pytest.mark.parametrize("place", ["file", "file/below/it"])
def test_a_new_site_where_nothing_can_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    process = command(tmp_path / "outputs", "new", "lobby", "--folder", str(tmp_path / place), "--language", "en")
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2 and "Traceback" not in said and "file" in said
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_missing_notebook_is_named_with_those_there_are() -> None:
    refuse_missing(notebook_path(step.name) for step in CHAIN)
    with pytest.raises(RunError, match="nine") as caught:
        refuse_missing([notebook_path("10_demand"), project_root() / "notebooks" / "nine.ipynb"])
    assert caught.value.keys == ["batch.no_notebook"] and "10_demand.ipynb" in str(caught.value)


def test_what_the_disk_refuses_half_way_is_a_sentence() -> None:
    with pytest.raises(RunError, match="No space left") as caught, _writing():
        raise OSError(28, "No space left on device", "roster.xlsx")
    assert caught.value.keys == ["batch.not_writable"] and caught.value.findings[0].where == "roster.xlsx"


def test_folders_of_dead_processes_go_and_those_of_living_ones_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    month = tmp_path / "desk" / "2026-12"
    for name in (f".partial-base-1a2b3c4d-{gone.pid}", f".partial-old-base-1a2b3c4d-{gone.pid}", f".partial-base-1a2b3c4d-{os.getpid()}"):
        (month / name / "tables").mkdir(parents=True)
    assert len(clean_partials()) == 2
    assert [path.name for path in month.iterdir()] == [f".partial-base-1a2b3c4d-{os.getpid()}"]
