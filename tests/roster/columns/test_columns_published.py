"""The engine for large pooled sites prices changes to a published roster as the recount does."""

from __future__ import annotations

import dataclasses

import pytest
import small

from cslib.core.shifts import Shift
from cslib.roster import plan as plans
from cslib.roster import problem, recount, solve

DAY, LATE = Shift("D", 9 * 60, 480), Shift("L", 13 * 60, 480)


def month(monkeypatch: pytest.MonkeyPatch, published=None):
    """A week of four people who all serve one queue, solved by columns."""
    monkeypatch.setattr(plans, "EXACT_CELLS", 0)
    study = small.study([small.person(name) for name in "abcd"], (DAY, LATE), {"q": small.queue()}, days=7, law={"meal_break": 24.0})
    if published is not None:
        study = dataclasses.replace(study, _tables={**study._tables, "published": published})
    need = small.need(study, {"q": lambda _day, m: 2 if 780 <= m < 1020 else int(540 <= m < 1260)})
    return study, need, solve(problem(need, study), work=0.05)


def test_a_published_roster_is_kept_and_each_change_is_priced(monkeypatch: pytest.MonkeyPatch) -> None:
    _, need, first = month(monkeypatch)
    assert first.report.engine == "columns"
    again = month(monkeypatch, first.roster)[2]
    assert again.report.priced_yuan <= first.report.priced_yuan + 1e-6
    work = first.roster[first.roster["kind"].eq("work")]
    shifted = first.roster.copy()  # as published, two people had each other's days
    shifted["employee_id"] = shifted["employee_id"].replace({"a": "b", "b": "a"})
    other = month(monkeypatch, shifted)
    lines = recount(other[2].roster, other[2].covers, need, other[0])[1].set_index("price")
    assert other[2].report.engine == "columns"
    assert lines["priced_yuan"].sum() == pytest.approx(other[2].report.priced_yuan)
    key = ["employee_id", "date"]
    codes = [frame.set_index(key)["shift"].fillna("") for frame in (shifted, other[2].roster)]
    assert lines.loc["moved_shift", "quantity"] == (codes[0] != codes[1].loc[codes[0].index]).sum() < len(work)
