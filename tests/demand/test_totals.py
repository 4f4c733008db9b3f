"""Totals of days and months: they add up, and their quantiles hold what they say."""

from __future__ import annotations

from dataclasses import replace

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


LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


@pytest.mark.parametrize("level", [0.05, 0.1])
def test_month_totals_are_covered_as_they_say(level: float) -> None:
    """500 series of known truth: eight folds to learn from, then a month whose level errs likewise."""
    rng = stream(5, "months", str(level))
    months = []
    for _ in range(500):
        folds, (ahead,) = _folds(rng, level, 0.04), _folds(rng, level, 0.04, 1)
        low, _, high = intervals.span_spread(folds, Settings()).quantiles(np.array([ahead.expected.sum()]))[0]
        months.append(low <= ahead.actual.sum() <= high)
    assert 0.75 <= np.mean(months) <= 0.85


@pytest.mark.parametrize("level", [0.01, 0.03, 0.1])
def test_day_totals_are_covered_as_they_say(level: float) -> None:
    """200 series of known truth, whether the level errs less than the days, about as much, or more."""
    rng = stream(5, "days", str(level))
    near, far = [], []
    for _ in range(200):
        folds, (ahead,) = _folds(rng, level, 0.04), _folds(rng, level, 0.04, 1)
        band = intervals.day_spread(folds, Settings(), LEVELS).quantiles(ahead.expected.sum(axis=1))
        actual = ahead.actual.sum(axis=1)
        near.append(((actual >= band[:, 1]) & (actual <= band[:, 3])).mean())
        far.append(((actual >= band[:, 0]) & (actual <= band[:, 4])).mean())
    assert 0.75 <= np.mean(near) <= 0.85
    assert 0.92 <= np.mean(far) <= 0.98


def test_a_doubtful_day_is_wider_and_tells_nothing_about_plain_days() -> None:
    """One day in seven is four times as unsure: plain days keep the width that they would have alone, doubtful ones get their own."""
    rng = stream(5, "doubt")
    doubt = np.where(np.arange(28) % 7 == 3, 4.0, 1.0)
    folds = []
    for fold in _folds(rng, 0.0, 0.0):
        noise = np.exp(rng.normal(0, 0.04, 28) * doubt)
        folds.append(replace(fold, actual=fold.expected * noise[:, None], doubt=doubt))
    found = intervals.day_spread(folds, Settings(), LEVELS).quantiles(np.full(2, 1000.0), np.array([1.0, 4.0]))
    blind = intervals.day_spread([replace(fold, doubt=None) for fold in folds], Settings(), LEVELS).quantiles(np.full(1, 1000.0))
    plain, doubtful = (np.log(row[3] / row[1]) for row in found)
    assert 2.5 < doubtful / plain < 4
    assert np.log(found[0, 4] / found[0, 0]) < 0.8 * np.log(blind[0, 4] / blind[0, 0])


def test_the_first_holiday_of_a_history_is_doubtful(study_of) -> None:
    """A site without a Spring Festival in its history: its days get a wide band, those of plain weeks don't."""
    days = days_of("2026-03-02", "2027-03-31")
    past = split(series(daily(days, level=2000), days, noise="first"), "2027-02-01")[0]
    change = {"  mail:\n": "  mail:\n    aht_s: 300\n", "model: deferred": "model: heads\n    heads: [{heads: 1}]"}
    study = study_of({"phone": past}, "2027-02", change=change)
    found = demand.totals(study).query("queue == 'phone' and period == 'day'").set_index("start")
    width = np.log(found["p90"] / found["p10"])
    kinds = study.calendar.set_index("date")["kind"].reindex(found.index)
    assert width[kinds == "statutory_holiday"].min() > 1.5 * width[kinds == "workday"].median()


def test_folds_of_a_site_are_sums_of_the_same_days() -> None:
    rng = stream(5, "joined")
    first, second = _folds(rng, 0.02, 0.04), _folds(rng, 0.02, 0.04)[:5]
    found = joined([first, second])
    assert [fold.dates[0] for fold in found] == [fold.dates[0] for fold in second]
    np.testing.assert_allclose(found[0].actual[:, 0], first[0].actual.sum(axis=1) + second[0].actual.sum(axis=1))


def test_no_folds_no_width() -> None:
    assert intervals.span_spread([], Settings()).quantiles(np.array([7.0])).tolist() == [[7.0, 7.0, 7.0]]
