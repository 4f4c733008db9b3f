"""The command for a day that runs otherwise than forecast: counts or a call log in, the rest of the day and its people out."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from click.testing import CliRunner

from cslib import batch, demand, intake, report
from cslib.batch.cli import main
from cslib.batch.today import today
from cslib.core import words
from cslib.core.errors import ForecastError, RunError

NOW = "2026-12-09T11:00"


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Study and forecast of the bank in a folder of drafts that all tests share."""
    patch = pytest.MonkeyPatch()
    patch.setenv("CSLIB_OUTPUTS", str(tmp_path_factory.mktemp("outputs")))
    with words.speaking("en"):
        study = intake.open_study("bank", month="2026-12")
        run = report.open_run(study)
        yield study, run, batch.table("forecast", study, run), batch.table("requirement", study, run)
    patch.undo()


def _day(forecast: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Whole counts of the day's intervals before now, ``factor`` times the forecast."""
    rows = forecast[(forecast["interval_start"] >= "2026-12-09") & (forecast["interval_start"] < NOW) & (forecast["contacts"] > 0)]
    return pd.DataFrame({"timestamp": rows["interval_start"], "series": rows["queue"], "volume": (rows["contacts"] * factor).round().astype(int)})


def test_a_busy_morning_takes_more_people(plan, tmp_path) -> None:
    study, _, forecast, need = plan
    counts = _day(forecast, 1.3)
    counts.to_csv(tmp_path / "counts.csv", index=False)
    result = CliRunner().invoke(main, ["today", "bank", str(tmp_path / "counts.csv"), "--month", "2026-12", "--now", NOW, "--language", "en"])
    assert result.exit_code == 0, result.output
    assert "(+30%)" in result.output and "by 11:00" in result.output
    series = counts.set_index("timestamp")["volume"].astype(float)
    rest = demand.reforecast(study, "calls", NOW, series)
    update = batch.intraday_change(study, forecast, need, rest)
    assert f"{update['contacts_before'].sum():,.0f} -> {update['contacts_after'].sum():,.0f}" in result.output
    more = update[update["scheduled_after"] > update["scheduled_before"]]
    first = more.iloc[0]
    assert f"People to roster: {first['interval_start']:%H:%M}-" in result.output
    assert f" {first['scheduled_before']} -> {first['scheduled_after']}" in result.output


def test_a_call_log_says_the_same_as_its_counts(plan, tmp_path) -> None:
    _, _, forecast, _ = plan
    counts = _day(forecast, 0.8)
    counts.to_csv(tmp_path / "counts.csv", index=False)
    starts = counts["timestamp"].repeat(counts["volume"]) + pd.Timedelta(seconds=5)
    calls = pd.DataFrame({"来电时间": starts, "应答时间": starts + pd.Timedelta(seconds=8), "挂断时间": starts + pd.Timedelta(seconds=200)})
    calls.to_csv(tmp_path / "calls.csv", index=False)
    now = dt.datetime.fromisoformat(NOW)
    by_counts = today("bank", "2026-12", tmp_path / "counts.csv", now)
    by_calls = today("bank", "2026-12", tmp_path / "calls.csv", now, calls=True)
    pd.testing.assert_frame_equal(by_counts.update, by_calls.update)
    assert by_counts.update["contacts_after"].sum() < by_counts.update["contacts_before"].sum()


def test_a_page_without_a_day_supposes_one(plan) -> None:
    study, run, forecast, _ = plan
    found = batch.supposed(study, run, deviation_share=0.2)
    busiest = forecast.groupby(forecast["interval_start"].dt.normalize())["contacts"].sum().idxmax()
    assert set(found.update["interval_start"].dt.normalize()) == {busiest}
    assert "(+20%)" in found.lines[0]
    assert found.update["contacts_after"].sum() > found.update["contacts_before"].sum()
    none = batch.supposed(study, run, deviation_share=0.0)
    assert none.update["contacts_after"].sum() == pytest.approx(none.update["contacts_before"].sum())
    assert none.lines[-1].strip() == "No interval needs another number of people."


def test_another_day_and_another_month_are_refused(plan, tmp_path) -> None:
    _, _, forecast, _ = plan
    _day(forecast, 1.0).to_csv(tmp_path / "counts.csv", index=False)
    with pytest.raises(RunError, match="2026-12-10"):
        today("bank", "2026-12", tmp_path / "counts.csv", dt.datetime(2026, 12, 10, 11))
    later = _day(forecast, 1.0)
    later["timestamp"] += pd.Timedelta(days=31)
    later.to_csv(tmp_path / "later.csv", index=False)
    with pytest.raises(ForecastError):
        today("bank", "2026-12", tmp_path / "later.csv", dt.datetime(2027, 1, 9, 11))


def test_a_site_of_fixed_posts_has_no_day_to_suppose(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path))
    with words.speaking("en"):
        study = intake.open_study("front_desk", month="2026-12")
        found = batch.supposed(study, report.open_run(study))
    assert found.lines == ("This site has fixed posts only; there are no contacts to forecast.",) and found.update.empty
