"""Generated months of growing staffs: the same for equal seeds, readable, short of nothing but by design; curves from kept lines."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks.roster import growth
from benchmarks.roster.hotline import read_hotline


def test_generated_months_are_repeatable_and_hold_what_the_format_asks(tmp_path: Path) -> None:
    month = growth.hotline_month(40, 3)
    assert json.dumps(month) == json.dumps(growth.hotline_month(40, 3)) != json.dumps(growth.hotline_month(40, 4))
    path = tmp_path / "m.json"
    path.write_text(json.dumps(month), encoding="utf-8")
    read = read_hotline(path)
    assert len(read.staff.people) == 40 and read.staff.days == growth.DAYS
    need, peak = np.array(month["need"]), np.array(month["peak"])
    supply = sum(p["max_paid_min"] for p in month["people"]) / 60
    assert 1.0 < supply / (need.sum() / 2) < 1.2
    assert 0 < peak.sum() < peak.size / 8
    assert all(p["min_paid_min"] < p["max_paid_min"] and not set(p["leave"]) & {w["day"] for w in p["wishes"]} for p in month["people"])


def test_sizes_in_the_folder_are_kept_and_drawn(tmp_path: Path, capsys) -> None:
    lines = [dict.fromkeys(growth.COLUMNS, 1.0) | {"people": n, "bound_s": None} for n in (60, 300)]
    (tmp_path / "growth.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert growth.main(["--people", "300", "60", "--folder", str(tmp_path)]) == 0
    assert [json.loads(line)["people"] for line in capsys.readouterr().out.splitlines()] == [300, 60]
    assert (tmp_path / "growth.png").stat().st_size > 1000
