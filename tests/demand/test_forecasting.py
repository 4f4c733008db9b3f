"""The room's outermost functions on a study: table, growth, hours, errors, trace, back-test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from demand_series import daily, days_of, series, split

from cslib import demand
from cslib.core import tables, words
from cslib.core.errors import ForecastError

DAYS = days_of("2025-10-01", "2026-07-31")
PHONE, FUTURE = split(series(daily(DAYS), DAYS, noise="phone"), "2026-07-01")
MAIL = split(series(daily(DAYS, level=120), DAYS, opens=0, closes=24, noise="mail"), "2026-07-01")[0]
BOTH = {"phone": PHONE, "mail": MAIL}
AHT = {"mail": pd.Series(300.0, index=MAIL.index)}
GROWTH = "growth_share: 0.0"


@pytest.fixture
def study(study_of):
    return study_of(BOTH, "2026-07", aht_s=AHT)


def test_every_queue_and_interval_of_the_horizon(study) -> None:
    found = demand.forecast(study)
    assert len(found) == 2 * 31 * 24
    assert list(found.columns) == list(tables.spec("forecast").columns)
    assert set(found["queue"]) == {"phone", "mail"}
    pd.testing.assert_frame_equal(found, tables.check("forecast", found))
    assert (found["p10"] <= found["p50"]).all()
    assert (found["p50"] <= found["p90"]).all()


def test_zero_outside_the_opening_hours(study) -> None:
    found = demand.forecast(study)
    hour, weekday = found["interval_start"].dt.hour, found["interval_start"].dt.day_of_week
    opened = np.where(found["queue"] == "phone", hour.between(8, 19), hour.between(9, 17) & (weekday < 5))
    shut = found[~opened]
    assert (shut[["contacts", "p10", "p50", "p90"]] == 0).all(axis=None)
    assert set(shut["method"]) == {"closed"}
    assert set(found.loc[opened, "method"]) == {"engine"}
    assert (found.loc[opened, "contacts"] > 0).all()


def test_accuracy_on_the_planted_month(study) -> None:
    found = demand.forecast(study).query("queue == 'phone'").set_index("interval_start")["contacts"]
    truth = split(series(daily(DAYS), DAYS), "2026-07-01")[1]
    assert (found[truth.index] - truth).abs().sum() / truth.sum() < 0.04


def test_deferred_work_of_the_night_waits_for_the_opening(study) -> None:
    """Nothing is lost: mail around the clock is answered in the 45 open hours of a week."""
    found = demand.forecast(study).query("queue == 'mail'")
    a_day = MAIL.sum() / ((MAIL.index[-1] - MAIL.index[0]).days + 1)
    assert found["contacts"].sum() == pytest.approx(31 * a_day, rel=0.1)
    first = found[(found["interval_start"].dt.hour == 9) & (found["interval_start"].dt.day_of_week < 5)]
    assert first["contacts"].mean() > 2 * found.loc[found["contacts"] > 0, "contacts"].mean()


def test_growth_is_exactly_its_factor(study, study_of) -> None:
    plain = demand.forecast(study)
    grown = demand.forecast(study_of(BOTH, "2026-07", aht_s=AHT, change={GROWTH: "growth_share: 0.2"}))
    for column in ("contacts", "p10", "p50", "p90"):
        np.testing.assert_allclose(grown[column], 1.2 * plain[column], rtol=1e-12)
    pd.testing.assert_series_equal(grown["aht_s"], plain["aht_s"])


def test_rows_in_any_order_and_twice_the_same_bytes(study, study_of) -> None:
    shuffled = {name: found.sample(frac=1.0, random_state=4) for name, found in BOTH.items()}
    again = demand.forecast(study_of(shuffled, "2026-07", aht_s=AHT))
    assert demand.forecast(study).to_csv() == again.to_csv()


def test_nothing_after_the_horizon_begins_is_used(study, study_of) -> None:
    longer = {**BOTH, "phone": pd.concat([PHONE, FUTURE * 10])}
    pd.testing.assert_frame_equal(demand.forecast(study), demand.forecast(study_of(longer, "2026-07", aht_s=AHT)))


def test_history_may_end_before_the_horizon(study_of) -> None:
    early = {name: found[found.index < "2026-06-10"] for name, found in BOTH.items()}
    aht = {"mail": pd.Series(300.0, index=early["mail"].index)}
    found = demand.forecast(study_of(early, "2026-07", aht_s=aht)).query("queue == 'phone'").set_index("interval_start")["contacts"]
    truth = split(series(daily(DAYS), DAYS), "2026-07-01")[1]
    assert (found[truth.index] - truth).abs().sum() / truth.sum() < 0.05


def test_handle_time_of_history_or_site(study) -> None:
    found = demand.forecast(study)
    assert set(found.loc[found["queue"] == "phone", "aht_s"]) == {240.0}
    assert found.loc[found["queue"] == "mail", "aht_s"].to_numpy() == pytest.approx(300.0)


def test_a_history_of_zeros_forecasts_zero(study_of) -> None:
    found = demand.forecast(study_of({**BOTH, "phone": PHONE * 0}, "2026-07", aht_s=AHT)).query("queue == 'phone'")
    assert found["contacts"].sum() == 0
    assert set(found["method"]) == {"no_contacts", "closed"}


def test_all_findings_of_all_queues_at_once(study_of) -> None:
    new = {"phone": PHONE[PHONE.index >= "2026-06-15"], "mail": MAIL}
    with pytest.raises(ForecastError) as caught:
        demand.forecast(study_of(new, "2026-07"))
    assert caught.value.keys == ["demand.short_history", "demand.no_handle_time"]
    for language in words.LANGUAGES:
        with words.speaking(language):
            text = str(caught.value)
        assert "history_days_min" in text
        assert "28" in text
        assert "16" in text
        assert "queues.mail.aht_s" in text


def test_a_queue_without_history_is_named(study_of) -> None:
    with pytest.raises(ForecastError, match="mail") as caught:
        demand.forecast(study_of({"phone": PHONE}, "2026-07"))
    assert caught.value.keys == ["demand.no_history_of_queue"]


def test_history_days_min_is_the_site_s(study_of) -> None:
    new = {"phone": PHONE[PHONE.index >= "2026-06-15"], "mail": MAIL}
    found = demand.forecast(study_of(new, "2026-07", aht_s=AHT, change={"history_days_min: 28": "history_days_min: 14"}))
    assert found.query("queue == 'phone'")["contacts"].sum() > 0


@pytest.mark.parametrize("when", ["2026-07-01 10:00", "2026-07-18 19:30", "2026-07-31 12:00"])
def test_trace_holds_and_is_the_forecast(study_of, when: str) -> None:
    study = study_of(BOTH, "2026-07", aht_s=AHT, change={GROWTH: "growth_share: 0.1"})
    found = demand.forecast(study).set_index(["queue", "interval_start"])["contacts"]
    trace = demand.trace(study, "phone", when)
    assert trace.holds()
    assert trace.value == pytest.approx(found["phone", pd.Timestamp(when).floor("60min")], rel=1e-12)
    assert "growth" in trace.text()
    names = {part.name for _, part in trace.walk()}
    assert {"level_contacts", "weekday_factor", "day_share", "growth_share"} <= names
    for language in words.LANGUAGES:
        with words.speaking(language):
            assert all(not line.strip().startswith(part.name) for line, (_, part) in zip(trace.text().splitlines(), trace.walk(), strict=True))


def test_trace_of_a_closed_interval_is_zero(study) -> None:
    trace = demand.trace(study, "phone", "2026-07-01 03:00")
    assert trace.value == 0
    assert trace.rule == "closed"
    assert trace.holds()


@pytest.mark.parametrize(("queue", "when", "key"), [("desk", "2026-07-01", "demand.unknown_queue"), ("phone", "2026-08-01", "demand.outside")])
def test_trace_refuses_what_has_no_forecast(study, queue: str, when: str, key: str) -> None:
    with pytest.raises(ForecastError) as caught:
        demand.trace(study, queue, when)
    assert caught.value.keys == [key]


def test_backtest_engine_beats_the_spreadsheet(study) -> None:
    found = demand.backtest(study).set_index(["queue", "method"])
    assert set(found.index) == {(queue, method) for queue in BOTH for method in ("engine", "seasonal_naive", "mean_4", "mean_8", "median_6")}
    assert set(found["folds"]) == {4}
    for queue in BOTH:
        errors = found.loc[queue, "wape_share"]
        assert errors["engine"] < errors["mean_4"] < errors["seasonal_naive"]
        assert 0.7 < found.loc[(queue, "engine"), "cover80_share"] < 0.9
    assert found["bias_share"].abs().max() < 0.15


def test_backtest_of_a_short_history_has_fewer_folds(study_of) -> None:
    short = {name: found[found.index >= "2026-04-20"] for name, found in BOTH.items()}
    aht = {"mail": pd.Series(300.0, index=short["mail"].index)}
    assert set(demand.backtest(study_of(short, "2026-07", aht_s=aht))["folds"]) == {1}
    shorter = {name: found[found.index >= "2026-05-25"] for name, found in BOTH.items()}
    aht = {"mail": pd.Series(300.0, index=shorter["mail"].index)}
    assert demand.backtest(study_of(shorter, "2026-07", aht_s=aht)).empty
