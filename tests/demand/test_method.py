"""The mix of engine and habit: whoever was right in the folds, and the engine alone on days that are not plain."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from demand_series import daily, days_of, series, split

from cslib import demand
from cslib.core.streams import stream
from cslib.demand import engine, method
from cslib.demand.features import padded
from cslib.demand.grid import to_grid
from cslib.demand.settings import Settings

DAYS = days_of("2025-09-01", "2026-07-31")
FAST = Settings(folds_max=4)


def _calendar(past: pd.Series) -> pd.DataFrame:
    return padded(DAYS, past.index[0].normalize(), pd.Timestamp("2026-07-31"))


def test_a_series_that_the_engine_understands_is_the_engine_s() -> None:
    past, _ = split(series(daily(DAYS, growth=0.002), DAYS, noise="clear"), "2026-06-01")
    found = method.judged(to_grid(past, DAYS.set_index("date"), 60), _calendar(past), FAST)
    assert found.weight >= 0.9
    assert len(found.folds) == 4


def test_a_series_with_odd_days_leans_on_the_habit() -> None:
    """Days that jump by themselves, three of ten: the median of six weekdays is calmer than a level that follows them."""
    jump = np.where(stream(3, "odd").random(len(DAYS)) < 0.3, 0.45, 1.0)
    past, _ = split(series(daily(DAYS) * jump, DAYS), "2026-06-01")
    assert 0.5 <= method.judged(to_grid(past, DAYS.set_index("date"), 60), _calendar(past), FAST).weight < 1


def test_holidays_and_events_are_the_engine_s_alone() -> None:
    past, _ = split(series(daily(DAYS), DAYS, noise="mix"), "2026-06-01")
    grid, wide = to_grid(past, DAYS.set_index("date"), 60), _calendar(past)
    wide["event_sale"] = (pd.DatetimeIndex(wide.index) == pd.Timestamp("2026-06-10")).astype(float)
    dates = pd.date_range("2026-06-01", periods=28, freq="D", unit="us")
    opened = np.tile(grid.week_open[0], (28, 1))
    own = engine.predict(engine.fit_grid(grid, wide, FAST), dates, opened)
    found = method.predict(method.Method(0.5, ()), grid, wide, FAST, dates, opened)
    plain = method.plain_days(wide, dates)
    assert set(dates[~plain].strftime("%m-%d")) == {"06-10", "06-19", "06-20", "06-21"}
    np.testing.assert_allclose(found[~plain], own[~plain])
    habit = method.habit(wide)(grid, dates, opened)
    np.testing.assert_allclose(found[plain], (own[plain] + habit[plain]) / 2)
    assert not np.allclose(found[plain], own[plain])


def test_the_habit_skips_holidays() -> None:
    """Labour Day fell on a Friday: the Fridays after it look back over it."""
    past, _ = split(series(daily(DAYS, holiday=0.01), DAYS), "2026-05-15")
    grid, wide = to_grid(past, DAYS.set_index("date"), 60), _calendar(past)
    friday = pd.DatetimeIndex(["2026-05-15"])
    found = method.habit(wide)(grid, friday, np.ones((1, 24), dtype=bool))
    assert found.sum() == pytest.approx(daily(DAYS)[DAYS["date"].eq("2026-05-15")][0], rel=1e-6)


def test_a_mixed_forecast_is_traced_to_both(study_of) -> None:
    jump = np.where(stream(3, "odd").random(len(DAYS)) < 0.3, 0.45, 1.0)
    past, _ = split(series(daily(DAYS) * jump, DAYS), "2026-06-01")
    change = {"  mail:\n": "  mail:\n    aht_s: 300\n", "model: deferred": "model: heads\n    heads: [{heads: 1}]"}
    study = study_of({"phone": past}, "2026-06", change=change)
    found = demand.forecast(study).set_index("interval_start")
    trace = demand.trace(study, "phone", "2026-06-10 11:20")
    assert "habit_contacts" in trace.formula and trace.holds()
    assert trace.value == pytest.approx(found.loc["2026-06-10 11:00", "contacts"])
    weekdays = {pd.Timestamp(part.source).day_of_week for _, part in trace.walk() if part.name.startswith("same_weekday")}
    assert weekdays == {2}
    assert "habit_contacts" not in demand.trace(study, "phone", "2026-06-19 11:00").formula  # Dragon Boat Festival


def test_a_fit_that_is_remembered_changes_nothing_but_the_time(monkeypatch) -> None:
    past, _ = split(series(daily(DAYS), DAYS, noise="mix"), "2026-06-01")
    grid, wide, fits = to_grid(past, DAYS.set_index("date"), 60), _calendar(past), []
    plain = [method.judged(grid.until(len(grid.dates) - 10 * i), wide, FAST) for i in (0, 1)]
    whole = engine.fit_grid
    monkeypatch.setattr(engine, "fit_grid", lambda *given: fits.append(len(given[0].dates)) or whole(*given))
    fit = method.remembered()
    again = [method.judged(grid.until(len(grid.dates) - 10 * i), wide, FAST, fit=fit) for i in (0, 1)]
    for one, other in zip(plain, again, strict=True):
        assert one.weight == other.weight
        assert all(np.array_equal(a.expected, b.expected) for a, b in zip(one.folds, other.folds, strict=True))
    assert len(fits) == len(set(fits)) < 8
