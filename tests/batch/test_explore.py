"""Growth tried out, and what a re-forecast changes in the people needed."""

from __future__ import annotations

import pytest

from cslib import batch, demand, intake, report
from cslib.core import words


@pytest.fixture(scope="module")
def study():
    with words.speaking("en"):
        return intake.open_study("bank", month="2026-12")


def test_growth_and_an_event_in_sentences(study, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path))
    with words.speaking("en"):
        run = report.open_run(study)
        plain = batch.demand_change(study, run)
        more = batch.demand_change(study, run, growth_share=0.2, effect_share=0.3, days=tuple(study.horizon.dates[:2]))
    before, after = (line.split(": ")[1].split(" -> ") for line in (plain[1], more[1]))
    assert before[0] == before[1] == after[0]
    assert int(after[1].replace(",", "")) > 1.2 * int(after[0].replace(",", ""))
    assert "+20%" in more[0] and "2 days" in more[0]


def test_the_widgets_show_the_same_sentences(study, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path))
    with words.speaking("en"):
        run = report.open_run(study)
        growth, _, _, shown = batch.explore_demand(study, run).children
        assert shown.outputs[0]["text"] == "\n".join(batch.demand_change(study, run, growth_share=0.1))
        growth.value = 0.5
        assert shown.outputs[0]["text"] == "\n".join(batch.demand_change(study, run, growth_share=0.5))


def test_a_busy_morning_changes_the_rest_of_the_day_only(study, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path))
    run = report.open_run(study)
    forecast, need = batch.table("forecast", study, run), batch.table("requirement", study, run)
    day = forecast[forecast["interval_start"].dt.normalize() == "2026-12-09"].set_index("interval_start")
    rest = demand.reforecast(study, "calls", "2026-12-09 11:00", day["contacts"] * 1.4)
    found = batch.intraday_change(study, forecast, need, rest)
    assert found["interval_start"].min().hour == 11
    assert (found["scheduled_after"] >= found["scheduled_before"]).all()
    assert found["scheduled_after"].sum() > found["scheduled_before"].sum()
    same = batch.intraday_change(study, forecast, need, day.reset_index())
    assert (same["scheduled_after"] == same["scheduled_before"]).all()
