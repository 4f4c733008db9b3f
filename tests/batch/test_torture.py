"""The long run: a month is killed at 20 seeded moments; nothing that is left looks complete, and the same command then gives the same result.

The moments follow one another over the same folder, so every attempt also meets what the one before left behind. Not part of
``make test``: ``make torture`` runs it (some ten times the length of one run).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from torture_kill import POINTS

from cslib.core.paths import project_root
from cslib.core.streams import stream
from cslib.report import Finished, changed_files, finished_runs

SITE, MONTH, KILLS, SEED = "front_desk", "2026-12", 20, 20261122
ASK = ["run", SITE, "--month", MONTH, "--language", "en", "--again"]
TIMED = KILLS - len(POINTS)
pytestmark = pytest.mark.torture


@dataclass(frozen=True)
class Undisturbed:
    """What a run gives that nobody disturbs: its length, its folder, hashes of its tables."""

    seconds: float
    folder: Path
    tables: dict[str, str]


def start(outputs: Path, command: Sequence[str]) -> subprocess.Popen[bytes]:
    """The command in a process group of its own."""
    surroundings = {**os.environ, "CSLIB_OUTPUTS": str(outputs), "CSLIB_PROTECTED": str(outputs.parent / "protected")}
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, *command], cwd=project_root(), env=surroundings, stdout=quiet, stderr=quiet, start_new_session=True)


def tables_of(run: Finished) -> dict[str, str]:
    return {name: entry["sha256"] for name, entry in run.manifest["tables"].items()}


def leftovers(outputs: Path) -> list[Path]:
    return list(outputs.glob("*/*/.partial-*"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    outputs = tmp_path_factory.mktemp("undisturbed") / "outputs"
    begin = time.monotonic()
    assert start(outputs, ["-m", "cslib", *ASK]).wait() == 0
    seconds = time.monotonic() - begin
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSLIB_OUTPUTS", str(outputs))
        (run,) = finished_runs()
    return Undisturbed(seconds, run.folder, tables_of(run))


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all attempts."""
    return tmp_path_factory.mktemp("tortured") / "outputs"


def nothing_false(outputs: Path, expected: Undisturbed, patch: pytest.MonkeyPatch) -> int:
    """Number of finished runs, after making sure that each of them is whole and right."""
    patch.setenv("CSLIB_OUTPUTS", str(outputs))
    left = finished_runs()
    assert all(tables_of(run) == expected.tables and not changed_files(run.folder) for run in left)
    assert not [path for path in outputs.glob("*/*/*") if not path.name.startswith(".") and path not in {run.folder for run in left}]
    return len(left)


@pytest.mark.parametrize("number", range(TIMED))
def test_killed_at_a_moment(number: int, undisturbed: Undisturbed, outputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = undisturbed.seconds * (number + float(stream(SEED, "kill", number).uniform())) / TIMED
    process = start(outputs, ["-m", "cslib", *ASK])
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    left = nothing_false(outputs, undisturbed, monkeypatch)
    assert left or process.returncode != 0
    assert len(leftovers(outputs)) <= 2, "the attempt before left a folder that was not cleaned"
    print(f"killed at {moment:6.1f} s of {undisturbed.seconds:.1f} s: {left} finished folders, {len(leftovers(outputs))} leftovers")


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_the_end(point: str, undisturbed: Undisturbed, outputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = str(Path(__file__).with_name("torture_kill.py"))
    process = start(outputs, [script, point, str(undisturbed.folder), *ASK])
    assert process.wait() == -signal.SIGKILL, "the point was never reached"
    left = nothing_false(outputs, undisturbed, monkeypatch)
    assert left == 1 or point not in {"index", "workbook_with_names"}  # after the rename the run is there, and right
    print(f"killed at {point}: {left} finished folders, {len(leftovers(outputs))} leftovers")


def test_the_same_command_then_gives_the_same_result(undisturbed: Undisturbed, outputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert start(outputs, ["-m", "cslib", *ASK]).wait() == 0
    assert nothing_false(outputs, undisturbed, monkeypatch) == 1
    assert not leftovers(outputs)
