"""Workload drivers: every default statement of the catalogue has its value, its volume and its window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from demand_series import daily, days_of, series, split

from cslib import demand
from cslib.core.errors import ParamError
from cslib.core.paths import params_dir
from cslib.demand.drivers import spread_quantile
from cslib.demand.placing import filled
from cslib.params.drivers import read_drivers

DAYS = days_of("2026-01-01", "2026-12-31")
FILE, _ = read_drivers()
ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / ".." / "shared" / "rules" / "seed_catalogue.yaml"
AREAS = {"workload", "service-standard"}
COUNTS = "workload:\n  counts: {households: 1010, gate_visits: 6200, convenience_services: 88, duty_records: 250, people: 20}\n"


def _study(study_of, month: str = "2026-05", more: str = ""):
    past = split(series(daily(DAYS, level=1000.0), DAYS), f"{month}-01")[0]
    change = {
        "  mail:\n": "  mail:\n    aht_s: 300\n",
        "model: deferred": "model: heads\n    heads: [{heads: 1}]",
        "files:\n": COUNTS + more + "files:\n",
    }
    return study_of({"phone": past}, month, change=change)


def _found(study) -> tuple[pd.DataFrame, pd.DataFrame]:
    forecast = demand.forecast(study)
    return forecast, demand.drivers(study, forecast).set_index("driver")


@pytest.mark.parametrize(
    ("standard", "ids", "values"),
    [
        ("measures", {"S000-04"}, {"response_time", "resolution_rate", "csat"}),
        ("channels", {"S001-10", "S004-02"}, {"phone", "email", "chat", "walk_in", "social"}),
        ("skill_groups", {"S001-01"}, {"customer_service", "technical_support", "after_sales", "on_site"}),
        ("task_types", {"S003-A2"}, {"phone", "email", "chat", "complaint", "relation", "coordination", "customer_training"}),
        ("levels", {"S003-L4"}, {"junior", "middle", "senior"}),
        ("flow", {"S003-F1"}, {"answer", "record", "handle", "track", "callback"}),
        ("off_queue", {"S004-13"}, {"meeting", "training", "knowledge_base"}),
        ("quality_sources", {"S000-05"}, {"call_recording", "chat_log", "customer_feedback"}),
    ],
)
def test_lists_of_the_catalogue(standard: str, ids: set[str], values: set[str]) -> None:
    assert set(FILE.standards[standard].ids) == ids
    assert set(FILE.standards[standard].values) == values


@pytest.mark.parametrize(
    ("code", "ids", "figures"),
    [
        ("after_contact_work", {"S004-12", "S003-F1"}, {"share": 1.0, "step": "record"}),
        ("complex_reply", {"S001-11", "S000-03", "S003-L4"}, {"expected_reply_given": True, "on_time_share": 0.95, "step": "track"}),
        ("complaint_handling", {"S000-06", "S003-A2"}, {"step": "handle", "task": "complaint", "level": "senior"}),
        ("valid_complaint_reply", {"S002-09"}, {"window.within_h": 2.0, "window.around_the_clock": True, "measure": "response_time"}),
        ("invalid_complaint_reply", {"S002-10"}, {"window.within_h": 2.0, "window.around_the_clock": True}),
        ("complaint_callback", {"S002-11"}, {"share": 1.0, "basis": "valid_complaint_reply"}),
        ("issue_callback", {"S001-14"}, {"basis": "contacts", "step": "callback"}),
        ("quality_check", {"S000-05"}, {"sources": ("call_recording", "chat_log", "customer_feedback"), "per": "month"}),
        ("gate_registration", {"S002-01"}, {"standard_max_s": 60.0, "standard_min": 1.0}),
        ("convenience_callback", {"S002-14"}, {"window.within_workdays": 2, "share": 1.0}),
        ("household_visits", {"S002-12", "S002-13"}, {"share": 0.05, "per": "month", "use": "optional"}),
        ("survey", {"S002-15"}, {"share": 1.0, "before_months": (6, 12)}),
        ("spot_check", {"S002-06"}, {"share": 0.2, "per": "month"}),
        ("community_event", {"S002-23"}, {"times": 6.0, "per": "year", "use": "optional"}),
        ("fee_reminder", {"S002-31"}, {"use": "optional"}),
        ("meeting", {"S004-13"}, {"per": "week", "activity": "meeting"}),
        ("training", {"S004-13", "S002-24"}, {"per": "month", "times": 1.0}),
        ("weekly_training", {"S002-26"}, {"per": "week", "times": 1.0, "use": "optional"}),
        ("knowledge_base", {"S004-13"}, {"activity": "knowledge_base"}),
        ("coaching", {"S001-18", "S003-C3", "S003-M2"}, {"level": "senior", "basis": "people"}),
        ("customer_training", {"S003-A2"}, {"task": "customer_training"}),
        ("team_activity", {"S000-17"}, {"use": "optional"}),
        ("rework", {"S001-12"}, {"use": "optional", "basis": "issue_callback", "measure": "csat"}),
        ("complaint_redress", {"S004-14"}, {"use": "optional", "basis": "valid_complaint_reply", "task": "complaint"}),
        ("incident_report", {"S002-38"}, {"use": "optional", "basis": "complaint_handling", "step": "record"}),
        ("process_review", {"S000-20"}, {"use": "optional", "per": "month"}),
        ("release_slip", {"S002-02"}, {"use": "optional", "basis": "gate_visits", "channel": "walk_in"}),
        ("visitor_consent", {"S002-03"}, {"use": "optional", "basis": "gate_visits", "channel": "walk_in"}),
        ("appearance_check", {"S001-27", "S002-35"}, {"use": "optional", "basis": "people"}),
    ],
)
def test_values_of_the_catalogue(code: str, ids: set[str], figures: dict[str, object]) -> None:
    driver = FILE.drivers[code]
    assert set(driver.ids) == ids
    for path, value in figures.items():
        node = driver
        for part in path.split("."):
            node = getattr(node, part)
        assert node == value, path


def test_every_driver_is_tested() -> None:
    assert len(FILE.drivers) == 29


# Statements of the two areas that are kept by another part: which file says so, and what in it must stay.
ELSEWHERE = {
    "S004-03": ("cslib/staffing/requirement.py", "S004-03"),  # targets queue by queue
    "S004-04": ("cslib/staffing/priority.py", "S004-04"),  # priority classes
    "S000-19": ("cslib/staffing/priority.py", "S000-19"),
    "S003-P2": ("cslib/params/site.py", "deadline_h"),  # promptness of mail is a deadline that the site sets
    "S003-T12": ("params/ladders/T_eleven_criteria.yml", "S003-T12"),
}


@pytest.mark.skipif(not CATALOGUE.exists(), reason="needs the catalogue beside the checkout")
def test_every_statement_of_the_two_areas_is_kept() -> None:
    """Default statements hold without a word of the site, optional ones are off until it says so; the rest is context."""
    entries = [entry for entry in yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["entries"] if entry["area"] in AREAS]
    assert len(entries) > 40
    listed = {name for standard in FILE.standards.values() for name in standard.ids}
    by_default = listed | {name for driver in FILE.drivers.values() if driver.use == "default" for name in driver.ids}
    known = by_default | {name for driver in FILE.drivers.values() for name in driver.ids}
    for entry in entries:
        if entry["id"] in ELSEWHERE:
            path, text = ELSEWHERE[entry["id"]]
            assert text in (ROOT / path).read_text(encoding="utf-8"), entry["id"]
        elif entry["use"] in {"default", "optional"}:
            assert entry["id"] in (by_default if entry["use"] == "default" else known), entry["id"]
        else:
            assert entry["id"] not in by_default, entry["id"]


def test_a_changed_file_of_drivers_is_another_question(study_of) -> None:
    """Its hash stands with those of the other parameter files, so a finished run is not taken for the answer any more."""
    before = _study(study_of)
    path = params_dir() / "drivers.yml"
    text = path.read_text(encoding="utf-8")
    assert "standard_min: 0.5" in text
    path.write_text(text.replace("standard_min: 0.5", "standard_min: 0.75"), encoding="utf-8")
    after = _study(study_of)
    changed = {name for name in after.params.files if after.params.files[name] != before.params.files[name]}
    assert changed == {"params/drivers.yml"}


def test_volumes_of_a_month(study_of) -> None:
    study = _study(study_of)
    forecast, found = _found(study)
    contacts = forecast["contacts"].sum()
    tasks = found.groupby("driver")["tasks"].sum()
    assert tasks["after_contact_work"] == pytest.approx(contacts)
    assert tasks["valid_complaint_reply"] == pytest.approx(contacts * 0.01 * 0.7)
    assert tasks["valid_complaint_reply"] + tasks["invalid_complaint_reply"] == pytest.approx(tasks["complaint_handling"])
    assert tasks["spot_check"] == 50 and tasks["survey"] == 1010 and tasks["convenience_callback"] == pytest.approx(88)
    assert tasks["gate_registration"] == pytest.approx(6200)
    assert found.loc[["gate_registration"], "hours_h"].sum() == pytest.approx(6200 / 60)
    assert tasks["meeting"] == pytest.approx(20 * 28 / 7)  # 1 to 3 May, all holidays, is no week for meetings
    assert tasks["training"] == 20 and tasks["customer_training"] == 1
    assert not {"household_visits", "community_event", "weekly_training", "fee_reminder", "team_activity"} & set(tasks.index)


def test_call_backs_follow_all_valid_complaints(study_of) -> None:
    """Each valid complaint replied to in the month is called back, from the moment its reply is due on."""
    _, found = _found(_study(study_of))
    replies = found.loc["valid_complaint_reply"]
    inside = replies["due"] < "2026-06-01"
    assert found.loc["complaint_callback", "tasks"].sum() == pytest.approx(replies.loc[inside, "tasks"].sum())
    assert set(found.loc["complaint_callback", "start"]) == set(replies.loc[inside, "due"])


def test_optional_drivers_are_settings(study_of) -> None:
    more = "  drivers:\n    household_visits: {on: true, share: 0.07}\n    community_event: {on: true}\n    fee_reminder: {on: true}\n"
    _, found = _found(_study(study_of, "2026-06", more + "    meeting: {on: false}\n"))
    tasks = found.groupby("driver")["tasks"].sum()
    assert tasks["household_visits"] == 71  # 7 % of 1010 homes is 70.7: at least 71 visits
    assert tasks["community_event"] == 1  # six a year: every second month
    assert tasks["fee_reminder"] == pytest.approx(50.5)
    assert "meeting" not in tasks.index
    assert "survey" not in tasks.index  # before June and December, not in June


def test_windows_are_kept(study_of) -> None:
    study = _study(study_of)
    _, found = _found(study)
    reply = found.loc["valid_complaint_reply"]
    assert ((reply["due"] - reply["start"]) == pd.Timedelta(hours=2)).all()
    after = found.loc["convenience_callback"]
    friday = after[after["start"].dt.normalize() == "2026-05-15"]
    assert set(friday["due"]) == {pd.Timestamp("2026-05-20")}  # Monday and Tuesday are the two working days
    before = after[after["start"].dt.normalize() == "2026-05-08"]
    assert set(before["due"]) == {pd.Timestamp("2026-05-12")}  # Saturday 9 May is a make-up workday, so it counts
    placed = demand.workload(study, demand.forecast(study)).set_index("driver")
    minutes = placed["interval_start"].dt.hour * 60
    assert minutes.loc["customer_training"].between(9 * 60, 17 * 60).all()
    workdays = set(study.calendar.loc[study.calendar["kind"].isin(["workday", "make_up_workday"]), "date"])
    assert set(placed.loc["meeting", "interval_start"].dt.normalize()) <= workdays


def test_work_placed_is_work_asked_for(study_of) -> None:
    study = _study(study_of)
    forecast, found = _found(study)
    placed = demand.workload(study, forecast).groupby("driver")["hours_h"].sum()
    asked = found.groupby("driver")["hours_h"].sum()
    for code in ("after_contact_work", "spot_check", "survey", "meeting", "training", "gate_registration"):
        assert placed[code] == pytest.approx(asked[code])
    assert (placed <= asked.reindex(placed.index) + 1e-9).all()


def test_tasks_fill_the_valleys() -> None:
    np.testing.assert_allclose(filled(np.array([5.0, 1.0, 3.0]), 4.0), [0, 3, 1])
    np.testing.assert_allclose(filled(np.array([2.0, 2.0]), 4.0), [2, 2])
    np.testing.assert_allclose(filled(np.array([0.0]), 1.5), [1.5])
    assert filled(np.array([9.0, 0.0]), 2.0).tolist() == [0.0, 2.0]


def test_spread_of_counts() -> None:
    found = spread_quantile(np.array([10.0, 50.5, 50.0]), np.array([10.0, 50.5 * 0.95, 0.0]), np.array([True, True, False]), 0.9)
    assert found.tolist() == [14, 59, 50]  # Poisson(10); binomial(1010, 0.05); a set number


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("  drivers:\n    tea: {on: true}\n", "tea"),
        ("  drivers:\n    meeting: {share: 2}\n", "share"),
        ("  drivers:\n    meeting: {times: -1}\n", "times"),
    ],
)
def test_wrong_settings_are_refused(study_of, more: str, words: str) -> None:
    with pytest.raises(ParamError, match=words):
        _found(_study(study_of, "2026-05", more))


def test_what_is_on_needs_its_count(study_of) -> None:
    past = split(series(daily(DAYS), DAYS), "2026-05-01")[0]
    text = "workload:\n  drivers:\n    household_visits: {on: true}\nfiles:\n"
    change = {"  mail:\n": "  mail:\n    aht_s: 300\n", "model: deferred": "model: heads\n    heads: [{heads: 1}]", "files:\n": text}
    study = study_of({"phone": past}, "2026-05", change=change)
    with pytest.raises(ParamError, match="household_visits"):
        _found(study)
