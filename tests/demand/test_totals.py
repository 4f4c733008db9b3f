"""Totals of days and months: they add up, and their quantiles hold what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from demand_series import daily, days_of, series, split

from cslib import demand
from cslib.core.streams import stream
from cslib.demand import intervals
from cslib.demand.intervals import Fold
from cslib.demand.settings import Settings
from cslib.demand.totals import joined

DAYS = days_of("2025-10-01", "2026-07-31")


@pytest.fixture
def study(study_of):
    contacts = {}
    for name, level in (("phone", 900.0), ("mail", 90.0)):
        past = split(series(daily(DAYS, level=level), DAYS, noise=name), "2026-07-01")[0]
        weekdays = past.index.day_of_week < 5
        contacts[name] = past if name == "phone" else past[weekdays & (past.index.hour >= 9) & (past.index.hour < 18)]
    return study_of(contacts, "2026-07", aht_s={name: found * 0 + 240.0 for name, found in contacts.items()})


def test_intervals_days_month_and_queues_add_up(study) -> None:
    forecast, found = demand.forecast(study), demand.totals(study).set_index(["queue", "period", "start"])
    by_day = forecast.groupby(["queue", forecast["interval_start"].dt.normalize()])["contacts"].sum()
    for queue in ("phone", "mail"):
        days = found.loc[(queue, "day"), "contacts"]
        np.testing.assert_allclose(days, by_day[queue], rtol=1e-9)
        assert found.loc[(queue, "month"), "contacts"].iloc[0] == pytest.approx(days.sum())
    total = found.loc["total", "contacts"]
    np.testing.assert_allclose(total, found.loc["phone", "contacts"] + found.loc["mail", "contacts"])


def test_a_month_is_surer_than_its_intervals_but_not_as_sure_as_if_they_erred_alone(study) -> None:
    forecast, found = demand.forecast(study), demand.totals(study).set_index(["queue", "period"]).drop(columns="start")
    month, mine = found.loc[[("phone", "month")]].iloc[0], forecast[forecast["queue"] == "phone"]
    width = month["p90"] - month["p10"]
    assert width < 0.7 * (mine["p90"] - mine["p10"]).sum()
    assert width > 1.5 * np.sqrt(((mine["p90"] - mine["p10"]) ** 2).sum())
    assert month["p10"] < month["p50"] < month["p90"]
    assert (found["p10"] <= found["p90"]).all()


def _folds(rng: np.random.Generator, level: float, day: float, count: int = 8) -> list[Fold]:
    """Folds of a forecaster whose level errs by ``level`` and whose days err by ``day`` [log units]."""
    folds = []
    for i in range(count):
        days = pd.date_range("2026-01-05", periods=28, freq="D", unit="us") - pd.Timedelta(days=28 * i)
        expected = np.full((28, 4), 250.0)
        error = rng.normal(0, level) + rng.normal(0, day, (28, 1))
        folds.append(Fold(days, expected, expected * np.exp(error + rng.normal(0, 0.05, (28, 4)))))
    return folds


@pytest.mark.parametrize("level", [0.05, 0.1])
def test_month_and_day_totals_are_covered_as_they_say(level: float) -> None:
    """500 series of known truth: eight folds to learn from, then a month whose level errs likewise."""
    rng = stream(5, "months", str(level))
    months, days = [], []
    for _ in range(500):
        folds, (ahead,) = _folds(rng, level, 0.04), _folds(rng, level, 0.04, 1)
        low, _, high = intervals.span_spread(folds, Settings()).quantiles(np.array([ahead.expected.sum()]))[0]
        months.append(low <= ahead.actual.sum() <= high)
        band = intervals.day_spread(folds, Settings()).quantiles(ahead.expected.sum(axis=1))
        actual = ahead.actual.sum(axis=1)
        days.append(((actual >= band[:, 0]) & (actual <= band[:, 2])).mean())
    assert 0.75 <= np.mean(months) <= 0.85
    assert 0.75 <= np.mean(days) <= 0.85


def test_folds_of_a_site_are_sums_of_the_same_days() -> None:
    rng = stream(5, "joined")
    first, second = _folds(rng, 0.02, 0.04), _folds(rng, 0.02, 0.04)[:5]
    found = joined([first, second])
    assert [fold.dates[0] for fold in found] == [fold.dates[0] for fold in second]
    np.testing.assert_allclose(found[0].actual[:, 0], first[0].actual.sum(axis=1) + second[0].actual.sum(axis=1))


def test_no_folds_no_width() -> None:
    assert intervals.span_spread([], Settings()).quantiles(np.array([7.0])).tolist() == [[7.0, 7.0, 7.0]]
