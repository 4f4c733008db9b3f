"""What planners know beforehand, with a planted truth: campaigns, closures, Spring Festival, new queues; and histories with faults."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from demand_series import OFF_KINDS, daily, days_of, series, split

from cslib import demand
from cslib.core.errors import CslibError, ForecastError, ParamError
from cslib.core.streams import stream
from cslib.demand import engine
from cslib.demand.borrowing import borrowed, found_share

DAYS = days_of("2024-09-01", "2026-12-31")
DATES = pd.DatetimeIndex(DAYS["date"])
ALONE = {"  mail:\n": "  mail:\n    aht_s: 300\n", "model: deferred": "model: heads\n    heads: [{heads: 1}]"}


def _on(*spans: tuple[str, str]) -> np.ndarray:
    return np.any([(pd.Timestamp(a) <= DATES) & (pd.Timestamp(b) >= DATES) for a, b in spans], axis=0)


def _study(study_of, totals: np.ndarray, month: str, more: str = "", noise: str = "events"):
    past = split(series(totals, DAYS, noise=noise), f"{month}-01")[0]
    return study_of({"phone": past[past.index >= "2025-06-01"]}, month, change={**ALONE, "files:\n": f"{more}files:\n"})


def _by_day(forecast: pd.DataFrame) -> pd.Series:
    return forecast.groupby(forecast["interval_start"].dt.normalize())["contacts"].sum()


CAMPAIGN = """events:
  sale:
    name: {{zh: 大促, en: sale}}
    spans: [{{first: 2025-11-10, last: 2025-11-14}}, {{first: 2026-03-16, last: 2026-03-20}}, {{first: 2026-06-08, last: 2026-06-12}}]
{given}"""


@pytest.mark.parametrize("given", ["", "    effect_share: 0.3\n"])
def test_a_campaign_of_30_percent_is_recovered(study_of, given: str) -> None:
    """Planted twice in the past, +30 %, and in the month to plan: learned from the past, or given by the planner."""
    on = _on(("2025-11-10", "2025-11-14"), ("2026-03-16", "2026-03-20"), ("2026-06-08", "2026-06-12"))
    totals = daily(DAYS) * np.where(on, 1.3, 1.0)
    found = _by_day(demand.forecast(_study(study_of, totals, "2026-06", CAMPAIGN.format(given=given))))
    blind = _by_day(demand.forecast(_study(study_of, totals, "2026-06")))
    week = pd.date_range("2026-06-08", "2026-06-12")
    truth = pd.Series(totals, DATES)[week]
    assert (found[week] / truth).mean() == pytest.approx(1.0, abs=0.05)
    assert (blind[week] / truth).mean() < 0.85
    after = pd.date_range("2026-06-22", "2026-06-28")
    assert (found[after] / pd.Series(totals, DATES)[after]).mean() == pytest.approx(1.0, abs=0.05)


def test_one_small_campaign_is_shrunk(study_of) -> None:
    """One past day of +30 % among noise says less than ten: the learned effect stays below it, above nothing."""
    spans = "spans: [{first: 2026-03-18, last: 2026-03-18}, {first: 2026-06-10, last: 2026-06-10}]"
    totals = daily(DAYS) * np.where(_on(("2026-03-18", "2026-03-18")), 1.3, 1.0)
    study = _study(study_of, totals, "2026-06", f"events:\n  sale:\n    name: {{zh: 促销, en: sale}}\n    {spans}\n")
    effects = demand.effects(study).set_index("item")
    assert 0.1 < effects.loc["event_sale", "effect_share"] < 0.3
    assert effects.loc["event_sale", "days"] == 1


def test_a_closure_is_closed_and_what_piled_up_comes_after(study_of) -> None:
    """Closed for two days in March: no zero that spoils the level. Closed again in June: nothing forecast there."""
    spans = "spans: [{first: 2026-03-11, last: 2026-03-12}, {first: 2026-06-10, last: 2026-06-11}]"
    shut = _on(("2026-03-11", "2026-03-12"))
    totals = np.where(shut, 0.0, daily(DAYS))
    study = _study(study_of, totals, "2026-06", f"events:\n  move:\n    name: {{zh: 搬迁停业, en: moving}}\n    kind: closure\n    {spans}\n")
    forecast = demand.forecast(study)
    found = _by_day(forecast)
    assert (found[["2026-06-10", "2026-06-11"]] == 0).all()
    assert set(forecast.loc[forecast["interval_start"].dt.normalize() == "2026-06-10", "method"]) == {"closed"}
    truth = pd.Series(daily(DAYS), DATES)
    assert (found["2026-06-15":"2026-06-18"] / truth["2026-06-15":"2026-06-18"]).mean() == pytest.approx(1.0, abs=0.04)
    assert "2026-03-11" not in set(demand.anomalies(study)["date"].astype(str))


def test_spring_festival_with_two_make_up_saturdays(study_of) -> None:
    """February 2026: days off at a third of a weekday, make-up Saturdays like weekdays. Known from earlier holidays, recovered."""
    totals = daily(DAYS, holiday=0.35, make_up=1.0)
    past = split(series(totals, DAYS, noise="festival"), "2026-02-01")[0]
    study = study_of({"phone": past}, "2026-02", change=ALONE)
    found, truth = _by_day(demand.forecast(study)), pd.Series(totals, DATES)["2026-02"]
    kinds = DAYS.set_index("date")["kind"]["2026-02"]
    off, make_up = kinds.isin(OFF_KINDS), kinds == "make_up_workday"
    assert off.sum() >= 8 and make_up.sum() == 2
    assert np.abs(found - truth)[off].sum() <= 0.15 * truth[off].sum()
    assert np.abs(found - truth)[make_up].sum() <= 0.1 * truth[make_up].sum()
    assert np.abs(found - truth).sum() <= 0.06 * truth.sum()


def test_a_new_queue_borrows_a_history(study_of) -> None:
    """Three weeks old, a tenth of the other one's size, planned at a fifth: it gets the other's weekdays and hours at its own size."""
    past = split(series(daily(DAYS), DAYS, noise="lender"), "2026-07-01")[0]
    past = past[past.index >= "2025-12-01"]
    young = past[past.index >= "2026-06-10"]
    own = pd.Series(stream(2, "own").poisson(young * 0.1).astype(float), young.index)
    hours = '    opening: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}]\n    deadline_h: 4\n'
    change = {
        "model: deferred": "model: erlang_c\n    service: {level_share: 0.8, target_s: 20}",
        hours: '    opening: [{from: "08:00", to: "20:00"}]\n',
        "  history_days_min: 28\n": "  history_days_min: 28\n  borrow: {mail: {from: phone, contacts_share: 0.2}}\n",
    }
    aht = {"phone": past * 0 + 240.0, "mail": own * 0 + 600.0}
    forecast = demand.forecast(study_of({"phone": past, "mail": own}, "2026-07", change=change, aht_s=aht)).set_index(["queue", "interval_start"])
    ratio = forecast.loc["mail", "contacts"].sum() / forecast.loc["phone", "contacts"].sum()
    assert 0.1 < ratio < 0.14
    mail = forecast.loc["mail", "contacts"]
    hours = mail.groupby(mail.index.hour).sum() / mail.sum()
    phone = forecast.loc["phone", "contacts"]
    np.testing.assert_allclose(hours, phone.groupby(phone.index.hour).sum() / phone.sum(), atol=0.01)


def test_the_borrowed_share_leans_on_what_came() -> None:
    index = pd.date_range("2026-05-01", periods=24 * 30, freq="h", unit="us")
    lender = pd.DataFrame({"offered": 10.0}, index=index)
    nothing = lender.iloc[:0]
    assert found_share(nothing, lender, 0.2) == pytest.approx(0.2)
    own = pd.DataFrame({"offered": 1.0}, index=index[-24 * 15 :])
    assert 0.1 < found_share(own, lender, 0.2) < 0.13
    filled = borrowed(own, lender, 0.2, stream(1, "thin"))
    assert len(filled) == len(lender) and (filled["offered"].iloc[-24 * 15 :] == 1).all()
    assert 0.5 < filled["offered"].iloc[: -24 * 15].mean() < 1.5


def test_outliers_and_level_shifts_are_flagged(study_of) -> None:
    totals = daily(DAYS) * np.where(_on(("2026-04-15", "2026-12-31")), 1.5, 1.0)
    totals[_on(("2026-03-03", "2026-03-03"))] *= 3.0
    found = demand.anomalies(_study(study_of, totals, "2026-06")).set_index("kind")
    outlier = found.loc[["outlier"]].set_index("date")
    assert outlier.loc["2026-03-03", "change_share"] == pytest.approx(2.0, abs=0.25)
    assert outlier.loc["2026-03-03", "weight_share"] < 0.3
    shift = found.loc[["level_shift"]]
    assert len(shift) == 1
    assert abs((shift["date"].iloc[0] - pd.Timestamp("2026-04-15")).days) <= 2
    assert shift["change_share"].iloc[0] == pytest.approx(0.5, abs=0.07)


def test_a_quiet_history_has_no_anomalies(study_of) -> None:
    found = demand.anomalies(_study(study_of, daily(DAYS), "2026-06"))
    assert len(found[found["kind"] != "outlier"]) == 0
    assert len(found) <= 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("queues: [fax]\n    spans: [{first: 2026-06-01, last: 2026-06-02}]", "fax"),
        ("spans: [{first: 2026-06-05, last: 2026-06-02}]", "last"),
        ("kind: closure\n    effect_share: 0.2\n    spans: [{first: 2026-06-01, last: 2026-06-02}]", "effect_share"),
        ("effect_share: -1.5\n    spans: [{first: 2026-06-01, last: 2026-06-02}]", "effect_share"),
        ("spans: []", "spans"),
    ],
)
def test_wrong_events_are_refused(study_of, text: str, words: str) -> None:
    with pytest.raises(ParamError, match=words):
        _study(study_of, daily(DAYS), "2026-06", f"events:\n  sale:\n    name: {{zh: 促销, en: sale}}\n    {text}\n")


def test_a_fifth_of_the_intervals_missing_is_sound(study_of) -> None:
    past = split(series(daily(DAYS), DAYS, noise="holes"), "2026-06-01")[0]
    past = past[past.index >= "2025-10-01"].copy()
    past[stream(3, "holes").random(len(past)) < 0.2] = np.nan
    found = _by_day(demand.forecast(study_of({"phone": past}, "2026-06", change=ALONE)))
    truth = pd.Series(daily(DAYS), DATES)["2026-06"]
    assert np.abs(found - truth).sum() <= 0.05 * truth.sum()


def test_all_zeros_are_forecast_as_nothing(study_of) -> None:
    past = split(series(daily(DAYS), DAYS), "2026-06-01")[0] * 0
    found = demand.forecast(study_of({"phone": past[past.index >= "2026-01-01"]}, "2026-06", change=ALONE))
    assert (found[["contacts", "p10", "p90"]] == 0).all(axis=None)
    assert {"no_contacts", "closed"} == set(found["method"])


def test_a_single_day_is_refused_in_words(study_of) -> None:
    past = split(series(daily(DAYS), DAYS), "2026-06-01")[0]
    with pytest.raises(ForecastError) as caught:
        demand.forecast(study_of({"phone": past[past.index >= "2026-05-31"]}, "2026-06", change=ALONE))
    assert caught.value.keys == ["demand.short_history"]


def test_duplicates_and_negatives_are_refused_in_words() -> None:
    past = split(series(daily(DAYS), DAYS), "2026-06-01")[0]["2026-03":]
    days = DAYS.set_index("date")
    with pytest.raises(ForecastError) as caught:
        engine.fit(pd.concat([past, past.iloc[:3]]), days, 60)
    assert caught.value.keys == ["demand.twice"]
    with pytest.raises(ForecastError) as caught:
        engine.fit(past.where(past.index != past.index[5], -4.0), days, 60)
    assert caught.value.keys == ["demand.negative"]
    assert issubclass(ForecastError, CslibError) and "2026-03-01" in str(caught.value)


def test_named_days_of_the_calendar_are_learned(study_of) -> None:
    """A day that the site's calendar names, +80 % a year ago: the same name this year gets most of it back, without any event in the params."""
    on = _on(("2025-06-18", "2025-06-18"), ("2026-06-18", "2026-06-18"))
    study = _study(study_of, daily(DAYS) * np.where(on, 1.8, 1.0), "2026-06")
    named = study.calendar.assign(event=lambda days: np.where(days["date"].isin(DATES[on]), "mid_year", None))
    tabled = replace(study, _tables={**study._tables, "calendar": named})
    found, blind = _by_day(demand.forecast(tabled)), _by_day(demand.forecast(study))
    assert 1.5 < found["2026-06-18"] / blind["2026-06-18"] < 1.9
    assert found["2026-06-24"] == pytest.approx(blind["2026-06-24"], rel=0.02)
