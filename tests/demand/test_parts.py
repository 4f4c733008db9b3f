"""Parts of the day with regressions of their own: what they see that a profile by type of day does not, and where they keep quiet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from demand_series import daily, days_of, series, shape, split

from cslib import demand
from cslib.demand import engine
from cslib.demand.settings import Settings

DAYS = days_of("2025-06-01", "2026-07-31")
ORIGIN = "2026-06-29"
NONE = replace(Settings(), parts=0)


def _moved(level: float, noise: str) -> tuple[pd.Series, pd.Series]:
    """Contacts whose first open day of the month comes early in the day: a third more before 13:00, that much less after."""
    totals = daily(DAYS, level)
    past = series(totals, DAYS, noise=noise)
    dates = past.index.normalize()
    first = dates.isin(_firsts())
    move = np.where(first, np.where(past.index.hour < 13, 4 / 3, 2 / 3), 1.0)
    return split((past * move).round(), ORIGIN)


def _firsts() -> pd.DatetimeIndex:
    """First days of the months: the queue is open every day."""
    return pd.DatetimeIndex(DAYS["date"][pd.DatetimeIndex(DAYS["date"]).day == 1])


def _early(past: pd.Series, settings: Settings, day: str) -> float:
    """Share of a day's forecast that falls before 13:00."""
    model = engine.fit(past, DAYS, 60, settings=settings)
    found = engine.predict(model, pd.DatetimeIndex([day]))[0]
    return float(found[:13].sum() / found.sum())


def test_a_part_of_the_day_with_an_effect_of_its_own_is_seen() -> None:
    past, _ = _moved(3000.0, "moved")
    usual = float(shape(24, 8, 20)[:13].sum())
    truth = usual * 4 / 3 / (usual * 4 / 3 + (1 - usual) * 2 / 3)
    without, found = (_early(past, settings, "2026-07-01") for settings in (NONE, Settings()))
    assert without == pytest.approx(usual, abs=0.02)
    assert found > without + 0.3 * (truth - without)
    assert found < truth + 0.02
    assert _early(past, Settings(), "2026-07-08") == pytest.approx(usual, abs=0.02)


def test_the_day_s_total_is_not_the_parts() -> None:
    past, _ = _moved(3000.0, "moved")
    dates = pd.date_range(ORIGIN, periods=14, freq="D", unit="us")
    sums = [engine.predict(engine.fit(past, DAYS, 60, settings=settings), dates).sum(axis=1) for settings in (NONE, Settings())]
    np.testing.assert_allclose(*sums)


def test_few_contacts_or_days_tell_no_parts_apart() -> None:
    past, _ = _moved(3000.0, "moved")
    assert len(engine.fit(past, DAYS, 60).parts.fits) == 4
    assert engine.fit(past[past.index >= "2026-06-05"], DAYS, 60).parts is None
    few, _ = split(series(daily(DAYS, 15.0), DAYS, noise="few"), ORIGIN)
    assert engine.fit(few, DAYS, 60).parts is None
    some, _ = split(series(daily(DAYS, 34.0), DAYS, noise="some"), ORIGIN)
    assert len(engine.fit(some, DAYS, 60).parts.fits) in (2, 3)


def test_no_interval_moves_by_more_than_the_limit() -> None:
    past, _ = _moved(3000.0, "moved")
    settings = replace(Settings(), part_limit=0.02, part_trust=1.0)
    found = engine.factors(engine.fit(past, DAYS, 60, settings=settings), pd.date_range(ORIGIN, periods=7, freq="D", unit="us"))
    assert np.abs(np.log(found.moves)).max() == pytest.approx(0.02)


def test_a_part_that_is_closed_on_some_weekdays_stays_closed_there() -> None:
    past, _ = _moved(3000.0, "moved")
    past = past[~((past.index.day_of_week >= 5) & (past.index.hour >= 13))]
    dates = pd.date_range(ORIGIN, periods=7, freq="D", unit="us")
    found = engine.factors(engine.fit(past, DAYS, 60), dates)
    assert (found.contacts[5:, 13:] == 0).all() and (found.contacts[5:, 8:13] > 0).all()
    np.testing.assert_allclose(found.shares.sum(axis=1), 1.0)


def test_missing_intervals_don_t_empty_a_part() -> None:
    """Every third day lacks two hours of the last part of the day."""
    past, _ = split(series(daily(DAYS, 3000.0), DAYS), ORIGIN)
    holes = past.copy()
    holes[(past.index.day_of_year % 3 == 0) & past.index.hour.isin([16, 17])] = np.nan
    dates = pd.date_range(ORIGIN, periods=7, freq="D", unit="us")
    whole, found = (engine.factors(engine.fit(known, DAYS, 60), dates) for known in (past, holes))
    np.testing.assert_allclose(found.part_contacts, whole.part_contacts, rtol=0.03)


def test_a_moved_share_is_traced(study_of) -> None:
    past, _ = _moved(3000.0, "moved")
    change = {"  mail:\n": "  mail:\n    aht_s: 300\n", "model: deferred": "model: heads\n    heads: [{heads: 1}]"}
    study = study_of({"phone": past}, "2026-07", change=change)
    found = demand.forecast(study).set_index("interval_start")
    trace = demand.trace(study, "phone", "2026-07-01 09:00")
    (part,) = {part for _, part in trace.walk() if part.name == "part_factor"}
    assert trace.holds() and part.formula and part.value > 1.02
    assert trace.value == pytest.approx(found.loc["2026-07-01 09:00", "contacts"])
