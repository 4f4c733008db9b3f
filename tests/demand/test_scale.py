"""Processor time: a year of half hours, four years of hours, and many queues in one call."""

from __future__ import annotations

import time
from statistics import median

import numpy as np
import pandas as pd
import pytest
from demand_series import daily, days_of, series, split

from cslib import demand
from cslib.demand.features import padded
from cslib.demand.grid import future_open, to_grid
from cslib.demand.intervals import cell_spread
from cslib.demand.method import judged, predict
from cslib.demand.settings import Settings

ALONE = {"  mail:\n": "  mail:\n    aht_s: 300\n", "model: deferred": "model: heads\n    heads: [{heads: 1}]"}
QUEUE = """  {name}:
    name: {{zh: {name}, en: {name}}}
    channel: phone
    model: erlang_c
    skill: phone
    opening: [{{from: "08:00", to: "20:00"}}]
    service: {{level_share: 0.8, target_s: 20}}
    aht_s: 240
"""


@pytest.mark.parametrize(("first", "interval_min", "limit_s"), [("2025-06-01", 30, 2.0), ("2022-06-01", 60, 5.0)])
def test_fit_and_predict_within_their_time(first: str, interval_min: int, limit_s: float) -> None:
    """With quantiles from rolling folds; the median of five runs."""
    days = days_of(first, "2026-07-31")
    past = split(series(daily(days), days, interval_min=interval_min, opens=0, closes=24, noise="time"), "2026-06-01")[0]
    wide = padded(days, past.index[0], pd.Timestamp("2026-07-31"))
    dates = pd.date_range("2026-06-01", periods=30, freq="D", unit="us")
    spent = []
    for _ in range(5):
        started = time.process_time()
        grid = to_grid(past, wide, interval_min)
        method = judged(grid, wide, Settings())
        expected = predict(method, grid, wide, Settings(), dates, future_open(grid, wide, dates))
        assert (cell_spread(method.folds, Settings()).quantiles(expected) >= 0).all()
        spent.append(time.process_time() - started)
    assert median(spent) <= limit_s


def _cpu(study_of, count: int) -> float:
    days = days_of("2026-04-01", "2026-07-31")
    past = split(series(daily(days), days), "2026-07-01")[0]
    names = [f"q{i:03d}" for i in range(count)]
    more = "".join(QUEUE.format(name=name) for name in names)
    study = study_of(
        {"phone": past, **{name: np.floor(past * (0.2 + i / count)) for i, name in enumerate(names)}},
        "2026-07",
        change={**ALONE, "files:\n": f"{more}files:\n"},
    )
    started = time.process_time()
    found = demand.forecast(study)
    spent = time.process_time() - started
    assert found["queue"].nunique() == count + 1
    return spent / (count + 1)


def test_many_queues_cost_no_more_each(study_of) -> None:
    few, many = _cpu(study_of, 4), _cpu(study_of, 16)
    assert many <= 1.4 * few
