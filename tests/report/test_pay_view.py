"""The pay page: a static answer without a live kernel, payslips only on request and only into the protected folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

from cslib import pay, people, report
from cslib.core import tables
from cslib.core.errors import RunError

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pay"))
from paid_people import person, study

AT = study(*[person(f"A-{k:03d}") for k in range(12)])


def slips() -> pd.DataFrame:
    return pay.payslips(tables.empty("hours"), people.grades(AT), AT)


def test_nothing_is_written_unless_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("CSLIB_PROTECTED", str(tmp_path / "safe"))
    assert report.protected_payslips(slips(), AT, "") is None and not (tmp_path / "safe").exists()
    one = report.protected_payslips(slips(), AT, "A-003")
    assert one is not None and one.is_relative_to(tmp_path / "safe") and set(pd.read_csv(one).iloc[:, 0]) == {"A-003"}
    everybody = report.protected_payslips(slips(), AT, "all")
    assert everybody is not None and pd.read_csv(everybody).iloc[:, 0].nunique() == 12
    with pytest.raises(RunError, match="B-1"):
        report.protected_payslips(slips(), AT, "B-1")


def test_the_answer_is_static_and_sliders_need_a_live_kernel(monkeypatch):
    shown: list[object] = []
    for module in ("cslib.report.pay_view", "cslib.report.tell"):
        monkeypatch.setattr(sys.modules[module], "display", lambda *things: shown.extend(things))
    report.pay_answer(AT, people.grades(AT), months=6, runs=10)
    assert any(isinstance(thing, report.figures.Picture) for thing in shown) and len(shown) >= 4
    before = len(shown)
    report.pay_sliders(AT, people.grades(AT), live=False)
    assert len(shown) == before
