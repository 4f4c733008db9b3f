"""The re-forecast: a lasting deviation is followed, a passing one is not, and bad input is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from demand_series import daily, days_of, series, shape, split

from cslib import demand
from cslib.core.errors import ForecastError
from cslib.core.streams import stream
from cslib.demand.intervals import Fold
from cslib.demand.intraday import learned_beta, ratio

DAYS = days_of("2026-01-01", "2026-07-31")


def _folds(common: float, alone: float, size: float = 2000.0) -> list[Fold]:
    """Eight weeks of days whose intervals err in common and alone [log units]."""
    rng = stream(9, "folds", str(common), str(alone))
    found = []
    for i in range(2):
        days = pd.date_range("2026-05-04", periods=28, freq="D", unit="us") - pd.Timedelta(days=28 * i)
        expected = np.tile(size * shape(24, 8, 20), (28, 1))
        actual = expected * np.exp(rng.normal(0, common, (28, 1)) + rng.normal(0, alone, expected.shape)) if common + alone else expected.copy()
        found.append(Fold(days, expected, np.where(expected > 0, actual, np.nan)))
    return found


def test_a_lasting_deviation_carries_over_and_a_passing_one_does_not() -> None:
    assert learned_beta(_folds(0.1, 0.02), 12) > 0.65
    assert learned_beta(_folds(0.0, 0.3), 12) < 0.15
    assert learned_beta(_folds(0.1, 0.02)[:0], 12) == 0.0


def test_few_contacts_are_no_sign() -> None:
    assert ratio(3.0, 1.0) < 1.1
    assert ratio(3000.0, 1000.0) > 2.9
    assert ratio(1e9, 10.0) == 5.0


@pytest.fixture
def study(study_of):
    past = series(daily(DAYS, level=3000.0), DAYS)
    factor = pd.Series(np.exp(stream(4, "day").normal(0, 0.08, len(DAYS))), index=pd.DatetimeIndex(DAYS["date"]))
    past = split(past * factor.reindex(past.index.normalize()).to_numpy(), "2026-07-01")[0]
    return study_of(
        {"phone": past}, "2026-07", change={"  mail:\n": "  mail:\n    aht_s: 300\n", "model: deferred": "model: heads\n    heads: [{heads: 1}]"}
    )


def test_a_busy_morning_lifts_the_afternoon(study) -> None:
    base = demand.forecast(study)
    day = base[(base["queue"] == "phone") & (base["interval_start"].dt.normalize() == "2026-07-15")].set_index("interval_start")
    today = day["contacts"] * 1.2
    found = demand.reforecast(study, "phone", "2026-07-15 12:00", today).set_index("interval_start")
    assert found.index[0] == pd.Timestamp("2026-07-15 12:00")
    opened = found["contacts"] > 0
    assert set(found.loc[opened, "method"]) == {"reforecast"}
    assert set(found.loc[~opened, "method"]) == {"closed"}
    lifted = (found["contacts"] / day["contacts"]).dropna()
    assert 1.1 < lifted.min() <= lifted.max() <= 1.2
    before = day.loc[found.index]
    assert ((found["p90"] - found["p10"]) <= 1.2 * (before["p90"] - before["p10"]) + 1e-9).all()
    assert (found.loc[opened, "p90"] - found.loc[opened, "p10"]).sum() < 0.8 * (before["p90"] - before["p10"]).sum()
    assert (found["p10"] <= found["p90"]).all()


def test_nothing_seen_nothing_changed(study) -> None:
    base = demand.forecast(study)
    day = base[(base["queue"] == "phone") & (base["interval_start"].dt.normalize() == "2026-07-15")].reset_index(drop=True)
    nothing = pd.Series(dtype=float, index=pd.DatetimeIndex([]))
    pd.testing.assert_frame_equal(demand.reforecast(study, "phone", "2026-07-15 00:00", nothing), day)
    later = pd.Series([9999.0], index=pd.DatetimeIndex(["2026-07-15 15:00"]))
    found = demand.reforecast(study, "phone", "2026-07-15 14:30", later)
    assert found["interval_start"].iloc[0] == pd.Timestamp("2026-07-15 14:00")  # the running hour is not over
    np.testing.assert_allclose(found["contacts"], day["contacts"].iloc[14:])


@pytest.mark.parametrize(
    ("queue", "now", "times", "counts", "keys"),
    [
        ("fax", "2026-07-15 12:00", [], [], ["demand.unknown_queue"]),
        ("phone", "2026-08-15 12:00", [], [], ["demand.outside"]),
        ("phone", "2026-07-15 12:00", ["2026-07-15 09:10"], [3.0], ["demand.off_grid"]),
        ("phone", "2026-07-15 12:00", ["2026-07-15 09:00", "2026-07-15 09:00"], [3.0, -2.0], ["demand.twice", "demand.negative"]),
    ],
)
def test_impossible_questions_are_refused(study, queue, now, times, counts, keys) -> None:
    with pytest.raises(ForecastError) as caught:
        demand.reforecast(study, queue, now, pd.Series(counts, index=pd.DatetimeIndex(times), dtype=float))
    assert caught.value.keys == keys
    assert str(caught.value)
