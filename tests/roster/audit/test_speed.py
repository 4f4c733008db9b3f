"""The audit is quick enough to run after every change a planner makes: its work grows with the people, counted in calls."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import build
import numpy as np
import pandas as pd
from build import queue, work

from cslib.core import tables
from cslib.roster.audit import audit, recount

PATTERN = [("Q", 180), ("Q", 240), ("Q", 300), ("R", 180), ("R", 300), ("W", 180)]


def centre(people: int) -> tuple[Any, ...]:
    """A call centre of pooled agents: five duties a week, two queues, every sixth agent on nights."""
    queues = {"zh": queue("zh", {"heads": people // 8}, channel="phone"), "en": queue("en", {"heads": people // 40}, channel="phone")}
    staff = {f"P{i:03d}": {"skills": ["zh", "en"] if i % 4 == 0 else ["zh"], "overtime_max_h": 36.0} for i in range(people)}
    base = build.study(build.params(queues), staff)
    days = pd.date_range("2026-11-17", "2026-12-31")
    rows = []
    for i, who in enumerate(staff):
        code, at = PATTERN[i % 6]
        rows += [work(who, day, code, at=at) for n, day in enumerate(days) if (n + i) % 7 < (4 if code == "W" else 5)]
    past = tables.check("roster", build.rows(*(r for r in rows if r["date"] < pd.Timestamp("2026-12-01"))))
    base = build.changed(base, last_roster=past)
    return build.rest_of_month(base, [r for r in rows if r["date"] >= pd.Timestamp("2026-12-01")]), build.covers(), build.need(base), base


def calls(run: Callable[..., Any], *given: Any) -> tuple[int, Any]:
    """Functions of the product that a run calls, counted, and what it returns."""
    count = 0

    def counted(frame: FrameType, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and "cslib" in frame.f_code.co_filename

    sys.setprofile(counted)
    try:
        found = run(*given)
    finally:
        sys.setprofile(None)
    return count, found


def test_work_grows_with_the_people_and_no_faster() -> None:
    small, large = centre(40), centre(120)
    for run in (audit, recount):
        (few, _), (many, _) = calls(run, *small), calls(run, *large)
        assert few < many < 3.3 * few, run


def test_the_month_is_clean_and_adds_up() -> None:
    given = centre(60)
    coverage, _ = recount(*given)
    assert audit(*given).empty
    assert np.isclose(coverage["over"].sum() - coverage["short"].sum(), coverage["rostered"].sum() - coverage["needed"].sum())
