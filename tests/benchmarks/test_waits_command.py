"""The command of waits: one JSON line a wait, for any site."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks import waits


def test_a_line_for_each_wait(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Callable[[], Any]] = []

    def measured(call: Callable[[], Any]) -> float:
        seen.append(call)
        return 0.25

    monkeypatch.setattr(waits, "cpu", measured)
    monkeypatch.setattr("cslib.demand.forecast", lambda _: None)
    monkeypatch.setattr("cslib.staffing.requirement", lambda *_: None)
    assert waits.main(["--site", "front_desk"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["wait"] for line in lines] == ["help", "requirement", "audit", "recount"] and len(seen) == 4
    assert all(line["site"] == "front_desk" and line["people"] > 0 and line["cpu_s"] == 0.25 for line in lines)
