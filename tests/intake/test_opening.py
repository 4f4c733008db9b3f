"""open_study: parameters, tables and provenance together; a study can't be changed."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import pickle

import pandas as pd
import pytest
from tiny_site import STAFF, TinySite

from cslib import intake
from cslib.core import tables
from cslib.core.errors import IntakeError, ParamError
from cslib.intake.study import TABLES

pytestmark = pytest.mark.usefixtures("tiny")


def test_a_clean_site_opens() -> None:
    study = intake.open_study("tiny", month="2026-12")
    assert (study.site, study.month, study.horizon.days) == ("tiny", "2026-12", 31)
    assert set(study.employees["position"]) == {1, 2, 3}  # the fourth left on the last day of November
    names = {"last_roster": "roster", "pins": "roster"}
    for name in TABLES:
        frame = study.table(name)
        assert tables.check(names.get(name, name), frame).equals(frame), name


def test_the_calendar_reaches_from_before_the_history_to_after_the_month(tiny: TinySite) -> None:
    days = intake.open_study("tiny", month="2026-12").calendar["date"]
    assert (days.min(), days.max()) == (pd.Timestamp("2026-09-30"), pd.Timestamp("2027-02-01"))
    tiny.use("contacts", "[calls.csv]", "队列,时段开始,呼入量\nphone_zh,2026-03-02 08:00,1\n")
    assert intake.open_study("tiny", month="2026-12").calendar["date"].min() == pd.Timestamp("2026-03-02")


def test_a_calendar_of_the_site_replaces_single_days(tiny: TinySite) -> None:
    tiny.use("calendar", "calendar.csv", "日期,日类型,节日\n2026-12-09,放假,店庆\n2026-12-12,补班,\n")
    study = intake.open_study("tiny", month="2026-12")
    kinds = study.calendar.set_index("date")["kind"]
    assert kinds[pd.Timestamp("2026-12-09")] == "arranged_off" and kinds[pd.Timestamp("2026-12-12")] == "make_up_workday"
    assert kinds[pd.Timestamp("2026-12-10")] == "workday"
    for content, key in (("日期,类型\n2026-12-09,狂欢\n", "intake.cell"), ("日期,类型\n2026-12-09,放假\n2026-12-09,补班\n", "intake.day_twice")):
        tiny.use("calendar", "calendar.csv", content)
        with pytest.raises(IntakeError) as caught:
            intake.open_study("tiny", month="2026-12")
        assert caught.value.keys == [key]


def test_a_named_day_keeps_its_kind_and_carries_its_event(tiny: TinySite) -> None:
    tiny.use("calendar", "calendar.csv", "日期,日类型,活动\n2026-12-12,,双十二\n2026-12-11,,双十二\n2026-12-09,放假,店庆\n2035-01-01,,远\n")
    days = intake.open_study("tiny", month="2026-12").calendar.set_index("date")
    assert days.loc["2026-12-12", "kind"] == "rest_day" and days.loc["2026-12-11", "kind"] == "workday"
    assert list(days["event"].dropna()) == ["店庆", "双十二", "双十二"] and days.loc["2026-12-09", "kind"] == "arranged_off"
    tiny.use("calendar", "calendar.csv", "日期,活动\n2026-12-12,\n")
    with pytest.raises(IntakeError) as caught:
        intake.open_study("tiny", month="2026-12")
    assert caught.value.keys == ["intake.cell_empty"]


def test_the_shops_campaign_days_reach_its_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CSLIB_ROOT")
    days = intake.open_study("online_shop", month="2026-12").calendar.set_index("date")["event"]
    assert days[pd.Timestamp("2026-12-12")] == days[pd.Timestamp("2025-12-12")] == "double_12" and days[pd.Timestamp("2026-11-11")] == "double_11"


def test_leave_follows_the_sites_calendar(tiny: TinySite) -> None:
    tiny.use("calendar", "calendar.csv", "日期,日类型\n2026-12-12,补班\n2026-12-14,休息日\n")
    tiny.use("leave", "leave.csv", "工号,开始,结束,假别\n00127,2026-12-12,2026-12-14,年假\n")
    assert list(intake.open_study("tiny", month="2026-12").leave["hours_h"]) == [8, 0, 0]


@pytest.mark.parametrize("month", ["2026-13", "2026", "26-12", "", "2026-12-01", "2026-1"])
def test_a_wrong_month_is_refused(month: str) -> None:
    with pytest.raises(ParamError) as caught:
        intake.open_study("tiny", month=month)
    assert caught.value.keys == ["horizon.month"]


@pytest.mark.parametrize("path", ["~nobodyx/a.csv", "a" * 5000 + ".csv", "/" + "a" * 5000, "a/" * 2500, "nul\0.csv", "nowhere.csv"])
def test_a_path_that_cannot_be_is_a_missing_file(path: str) -> None:
    with pytest.raises(IntakeError) as caught:
        intake.open_study("tiny", month="2026-12", contacts=path)
    assert caught.value.keys == ["intake.no_file"] and len(str(caught.value)) < 500


def test_files_carry_their_fingerprint() -> None:
    files = intake.open_study("tiny", month="2026-12").files
    assert files == {"params/sites/tiny/staff.csv": hashlib.sha256(STAFF.encode()).hexdigest()}


def test_callers_cannot_change_a_study() -> None:
    study = intake.open_study("tiny", month="2026-12")
    before = {name: study.table(name) for name in TABLES}
    for name in TABLES:
        handed = getattr(study, name)
        handed["extra"] = 1
        handed.iloc[:, 0] = None
    assert all(study.table(name).equals(before[name]) for name in TABLES)
    with pytest.raises(dataclasses.FrozenInstanceError):
        study.notes = ()  # type: ignore[misc]
    with pytest.raises(AttributeError):
        study.salaries  # noqa: B018


def test_a_study_can_be_sent_to_another_process() -> None:
    study = intake.open_study("tiny", month="2026-12")
    for twin in (pickle.loads(pickle.dumps(study)), copy.deepcopy(study)):
        assert twin.employees.equals(study.employees) and twin.files == study.files


def test_the_order_of_rows_changes_positions_only(tiny: TinySite) -> None:
    first = intake.open_study("tiny", month="2026-12").employees
    head, *people = STAFF.splitlines()
    tiny.put("staff.csv", "\n".join([head, *reversed(people)]) + "\n")
    second = intake.open_study("tiny", month="2026-12").employees
    assert first.drop(columns="position").equals(second.drop(columns="position")) and set(second["position"]) == {2, 3, 4}
