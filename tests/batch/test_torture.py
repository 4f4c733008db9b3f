"""The long run: a month is killed at 20 seeded moments; nothing that is left looks complete, and the same command then gives the same result.

Not part of ``make test``: it plans the same month some 40 times. ``make torture`` runs it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cslib.core.paths import project_root
from cslib.core.streams import stream
from cslib.report import Finished, changed_files, finished_runs

SITE, MONTH, KILLS, SEED = "front_desk", "2026-12", 20, 20261122
pytestmark = pytest.mark.torture


def start(outputs: Path) -> subprocess.Popen[bytes]:
    """The command in a process group of its own, kernels included."""
    surroundings = {**os.environ, "CSLIB_OUTPUTS": str(outputs), "CSLIB_PROTECTED": str(outputs.parent / "protected")}
    command = [sys.executable, "-m", "cslib", "run", SITE, "--month", MONTH, "--language", "en", "--again"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=project_root(), env=surroundings, stdout=quiet, stderr=quiet, start_new_session=True)


def results(run: Finished) -> dict[str, str]:
    return {name: entry["sha256"] for name, entry in run.manifest["tables"].items()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[float, dict[str, str]]:
    """Seconds and table hashes of a run that nobody disturbs."""
    outputs = tmp_path_factory.mktemp("undisturbed") / "outputs"
    begin = time.monotonic()
    assert start(outputs).wait() == 0
    seconds = time.monotonic() - begin
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CSLIB_OUTPUTS", str(outputs))
        (run,) = finished_runs()
    return seconds, results(run)


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_and_run_again(number: int, undisturbed: tuple[float, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, expected = undisturbed
    outputs = tmp_path / "outputs"
    monkeypatch.setenv("CSLIB_OUTPUTS", str(outputs))
    moment = seconds * (number + float(stream(SEED, "kill", number).uniform())) / KILLS
    process = start(outputs)
    try:
        process.wait(timeout=moment)
        finished = True
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        finished = False
    left = finished_runs()  # killed after the rename, the folder is complete and right; before it, there is none
    assert finished or all(results(run) == expected and not changed_files(run.folder) for run in left), f"killed at {moment:.1f} s of {seconds:.1f} s"
    print(f"killed at {moment:6.1f} s of {seconds:.1f} s: {len(left)} finished folders")
    assert start(outputs).wait() == 0
    (run,) = finished_runs()
    assert results(run) == expected
    assert not list(outputs.glob("*/*/.partial-*"))
