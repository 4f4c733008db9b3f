"""The benchmark command on tiny made-up instances: engine and peers agree, a start is never made worse, the table is written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.roster import __main__ as command
from benchmarks.roster import table
from benchmarks.roster.compact import compact
from benchmarks.roster.hotline import read_hotline
from benchmarks.roster.shifts import read_shifts
from cslib.roster.columns import pricing

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def ward(tmp_path: Path) -> Path:
    """Six people, fourteen days, two shifts."""
    rng = np.random.default_rng(3)
    names = "ABCDEF"
    lines = ["SECTION_HORIZON", "14", "SECTION_SHIFTS", "E,480,", "L,480,E", "SECTION_STAFF"]
    lines += [f"{n},E=14|L={rng.integers(2, 9)},4320,3360,5,2,2,1" for n in names]
    lines += ["SECTION_DAYS_OFF", *[f"{n},{rng.integers(14)}" for n in names], "SECTION_SHIFT_ON_REQUESTS"]
    lines += [f"{n},{rng.integers(14)},E,2" for n in names] + ["SECTION_SHIFT_OFF_REQUESTS"]
    lines += [f"{n},{rng.integers(14)},L,3" for n in names] + ["SECTION_COVER"]
    lines += [f"{d},{s},{rng.integers(1, 3)},100,1" for d in range(14) for s in "EL"]
    path = tmp_path / "Ward.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def hotline(tmp_path: Path) -> Path:
    """Four people, four days of six intervals, two skills, one shift with a break and one over midnight."""
    rng = np.random.default_rng(5)
    shifts = [
        {"id": "D", "start": 1, "len": 4, "paid_min": 180, "night": False, "brk": {"len": 1, "first": 1, "last": 2}},
        {"id": "N", "start": 4, "len": 3, "paid_min": 180, "night": True, "brk": None},
    ]
    people = [
        {
            "id": f"P{i}", "skills": ["a"] if i % 2 else ["a", "b"], "shifts": ["D", "N"], "min_paid_min": 180, "max_paid_min": 540,
            "leave": [], "wishes": [{"day": i, "shift": "OFF"}], "hist": {"run": 1, "nights": 0, "last": "D"},
        } for i in range(4)
    ]  # fmt: skip
    need = rng.integers(0, 2, (4, 6, 2))
    need[0, 0] = 0
    data = {
        "days": 4, "slots": 6, "slot_min": 60, "first_weekday": 0, "skills": ["a", "b"], "shifts": shifts, "people": people,
        "rules": {"min_rest_min": 120, "max_run": 3, "max_night_run": 2, "day_off_after_nights": 1, "min_free_weekends": 0},
        "costs": {"short": 60, "short_peak": 120, "over": 10, "wish": 20, "nights_free": 1, "night_over": 30},
        "need": need.tolist(), "peak": (rng.random((4, 6)) < 0.3).tolist(),
    }  # fmt: skip
    path = tmp_path / "Hotline.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def run(instance: Path, out: Path, *more: str) -> dict:
    """The last line of the command."""
    command = [sys.executable, "-m", "benchmarks.roster", str(instance), "--seconds", "600", "--out", str(out), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_engine_and_peers_agree_on_a_ward(ward, tmp_path):
    engine = run(ward, tmp_path / "engine.csv", "--work", "20")
    assert engine["objective"] == engine["bound"] and engine["gap"] == 0 and engine["ended_by"] == "gap"
    for solver in ("cpsat", "highs", "cbc"):
        peer = run(ward, tmp_path / f"{solver}.csv", "--solver", solver, "--threads", "1")
        assert peer["objective"] == pytest.approx(engine["objective"]), solver
        assert peer["bound"] == pytest.approx(engine["bound"], abs=1.0), solver
    again = run(ward, tmp_path / "again.csv", "--work", "0.01", "--start", str(tmp_path / "cbc.csv"))
    assert again["objective"] <= engine["objective"]


def test_engine_and_a_peer_agree_on_a_hotline(hotline, tmp_path):
    peer = run(hotline, tmp_path / "highs.csv", "--solver", "highs")
    engine = run(hotline, tmp_path / "engine.csv", "--work", "0.2")
    assert engine["bound"] <= peer["objective"] + 1e-6 <= engine["objective"] + 2e-6
    assert engine["objective"] == pytest.approx(peer["objective"])
    warm = run(hotline, tmp_path / "warm.csv", "--work", "0.001", "--start", str(tmp_path / "highs.csv"))
    assert warm["objective"] == pytest.approx(peer["objective"])


def test_the_natural_programme_has_a_row_for_every_kind_of_rule(ward, hotline):
    one, two = read_shifts(ward), read_hotline(hotline)
    small, other = compact(one.staff, one.cover), compact(two.staff, two.cover)
    assert small.x and not small.rest and other.rest
    assert len(small.rows) > 6 * 14 and len(other.rows) > 4 * 4


def test_table_and_curves_from_runs_in_the_folder(tmp_path, ward):
    for solver, value in (("engine", 607), ("highs", None)):
        line = {"objective": value, "bound": 600, "cpu_s": 3.0, "seconds": 2.0}
        (tmp_path / f"Ward_{solver}.json").write_text(json.dumps(line), encoding="utf-8")
    (tmp_path / "Ward_engine_trail.json").write_text("[[0.5, 900, 600], [1.0, 607, 600]]", encoding="utf-8")
    assert table.main([str(ward), "--solvers", "engine", "highs", "--folder", str(tmp_path)]) == 0
    text = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert "| Ward | 607 / 600 (3) | no plan / 600 (3) |" in text
    assert (tmp_path / "anytime.png").exists()


def test_a_person_with_more_futures_than_memory_is_no_plan_and_no_traceback(ward, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pricing, "MOST_STATES", 20)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # the test's own process keeps its handlers
    assert command.main([str(ward), "--seconds", "5", "--out", str(tmp_path / "none.csv")]) == 1
    told = capsys.readouterr()
    line = json.loads(told.out.strip().splitlines()[-1])
    assert (line["objective"], line["ended_by"]) == (None, "memory")
    assert "Ward.txt" in told.err and not (tmp_path / "none.csv").exists()
