"""The audit is quick enough to run after every change a planner makes: processor time, not the clock."""

from __future__ import annotations

import time
from typing import Any

import build
import numpy as np
import pandas as pd
import pytest
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


@pytest.mark.parametrize(("people", "seconds"), [(60, 3.0), (300, 15.0)])
def test_processor_time(people: int, seconds: float) -> None:
    given = centre(people)
    start = time.process_time()
    violations = audit(*given)
    audited = time.process_time() - start
    coverage, _ = recount(*given)
    both = time.process_time() - start
    assert audited < seconds
    assert both < 2 * seconds
    assert violations.empty
    assert np.isclose(coverage["over"].sum() - coverage["short"].sum(), coverage["rostered"].sum() - coverage["needed"].sum())
