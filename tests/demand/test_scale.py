"""Work, not time: how often and on how much a year of half hours, four years of hours, and many queues in one call are fitted.

Processor time is measured by ``benchmarks.forecast_time``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from demand_series import daily, days_of, series, split

from cslib import demand
from cslib.demand import engine, history
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


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Days in each fit of the day part, in the order of the calls."""
    days, fit_days = list[int](), engine.fit_days

    def counted(totals: np.ndarray, *rest: object) -> object:
        days.append(len(totals))
        return fit_days(totals, *rest)

    monkeypatch.setattr(engine, "fit_days", counted)
    return days


@pytest.mark.parametrize(("first", "interval_min"), [("2025-06-01", 30), ("2022-06-01", 60)])
def test_a_long_series_is_fitted_once_a_fold_and_once_for_the_forecast(fits: list[int], first: str, interval_min: int) -> None:
    days = days_of(first, "2026-07-31")
    past = split(series(daily(days), days, interval_min=interval_min, opens=0, closes=24, noise="time"), "2026-06-01")[0]
    wide = padded(days, past.index[0], pd.Timestamp("2026-07-31"))
    dates = pd.date_range("2026-06-01", periods=30, freq="D", unit="us")
    settings = Settings()
    grid = to_grid(past, wide, interval_min)
    method = judged(grid, wide, settings)
    expected = predict(method, grid, wide, settings, dates, future_open(grid, wide, dates))
    assert (cell_spread(method.folds, settings).quantiles(expected) >= 0).all()
    assert len(method.folds) == settings.folds_max
    assert len(fits) == (len(method.folds) + 1) * len(settings.level_half_lives_d)
    assert max(fits) == len(grid.dates) and min(fits) >= len(grid.dates) // 2


def _work(study_of, fits: list[int], count: int) -> tuple[int, int]:
    days = days_of("2026-04-01", "2026-07-31")
    past = split(series(daily(days), days), "2026-07-01")[0]
    names = [f"q{i:03d}" for i in range(count)]
    more = "".join(QUEUE.format(name=name) for name in names)
    study = study_of(
        {"phone": past, **{name: np.floor(past * (0.2 + i / count)) for i, name in enumerate(names)}},
        "2026-07",
        change={**ALONE, "files:\n": f"{more}files:\n"},
    )
    fits.clear()
    found = demand.forecast(study)
    assert found["queue"].nunique() == count + 1
    return len(fits), sum(fits)


def test_many_queues_cost_no_more_each(study_of, fits: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Fits and days in them grow with the number of queues, and the table of contacts is gone through once however many there are."""
    passes, by_queue = list[int](), history.contacts_by_queue
    monkeypatch.setattr(history, "contacts_by_queue", lambda study: passes.append(1) or by_queue(study))
    few, many = _work(study_of, fits, 3), _work(study_of, fits, 11)
    assert many == (3 * few[0], 3 * few[1])  # 12 queues, 4 queues: all of the same length
    assert len(passes) == 2
