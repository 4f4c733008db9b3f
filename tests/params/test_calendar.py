"""The calendar: facts of the law file against the packages, kinds, overrides, workdays."""

from __future__ import annotations

import datetime as dt
import shutil

import chinese_calendar
import holidays
import pandas as pd
import pytest

from cslib.core import words
from cslib.core.errors import ParamError
from cslib.core.paths import params_dir
from cslib.params.calendar import calendar, holiday_name, legal_workdays
from cslib.params.cn_calendar import special_days


def _year(year: int, country: str = "CN") -> pd.DataFrame:
    return calendar(dt.date(year, 1, 1), dt.date(year, 12, 31), country)


def _days(frame: pd.DataFrame, *kinds: str) -> set[dt.date]:
    return set(frame.loc[frame["kind"].isin(kinds), "date"].dt.date)


@pytest.mark.parametrize("year", [2025, 2026])
def test_file_agrees_with_chinesecalendar(year: int) -> None:
    frame = _year(year)
    package_off = {d for d in chinese_calendar.constants.holidays if d.year == year}
    package_work = {d for d in chinese_calendar.constants.workdays if d.year == year}
    assert _days(frame, "statutory_holiday", "arranged_off") == package_off
    assert _days(frame, "make_up_workday") == package_work
    assert all(chinese_calendar.is_workday(d) == (d in _days(frame, "workday", "make_up_workday")) for d in frame["date"].dt.date)


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_statutory_dates_agree_with_holidays(year: int) -> None:
    """S003-B8: the announced calendar counts."""
    package = holidays.country_holidays("CN", years=[year], language="en_US")
    statutory = {d for d, name in package.items() if "Day off" not in name and "observed" not in name}
    assert _days(_year(year), "statutory_holiday") == statutory
    assert len(statutory) == 13


@pytest.mark.parametrize("year", range(2010, 2025))
def test_eleven_statutory_days_before_2025(year: int) -> None:
    extra = {2015: 1, 2020: -1}.get(year, 0)  # a single anniversary; Mid-Autumn on National Day
    assert len(_days(_year(year), "statutory_holiday")) == 11 + extra


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_248_legal_workdays_a_year(year: int) -> None:
    """人社部发〔2025〕2号: 365 - 104 - 13 = 248."""
    assert legal_workdays(_year(year), dt.date(year, 1, 1), dt.date(year, 12, 31)) == 248


def test_provisional_only_where_no_notice_is_out() -> None:
    frame = calendar(dt.date(2026, 12, 30), dt.date(2027, 1, 3), "CN")
    assert list(frame["provisional"]) == [False, False, True, True, True]
    assert _days(_year(2027), "make_up_workday") == set()


def test_national_day_2026_day_by_day() -> None:
    frame = calendar(dt.date(2026, 9, 19), dt.date(2026, 10, 11), "CN").set_index("date")
    assert frame.loc["2026-09-20", "kind"] == "make_up_workday"
    assert list(frame.loc["2026-10-01":"2026-10-08", "kind"]) == ["statutory_holiday"] * 3 + ["arranged_off"] * 4 + ["workday"]
    assert set(frame.loc["2026-10-01":"2026-10-07", "holiday"]) == {"national_day"}
    assert frame.loc["2026-10-10", "kind"] == "make_up_workday"
    assert frame.loc["2026-10-11", "kind"] == "rest_day"
    assert pd.isna(frame.loc["2026-10-11", "holiday"])


def test_united_states() -> None:
    frame = calendar(dt.date(2026, 7, 1), dt.date(2026, 7, 5), "US")
    assert list(frame["kind"]) == ["workday", "workday", "arranged_off", "statutory_holiday", "rest_day"]
    assert not frame["provisional"].any()
    assert frame["holiday"].dropna().unique().tolist() == ["independence_day"]


def test_other_countries_have_their_holidays_and_weekends() -> None:
    france = calendar(dt.date(2026, 7, 13), dt.date(2026, 7, 14), "FR")
    assert list(france["kind"]) == ["workday", "statutory_holiday"]
    egypt = calendar(dt.date(2026, 5, 8), dt.date(2026, 5, 10), "EG")
    assert list(egypt["kind"]) == ["rest_day", "rest_day", "workday"]


def test_own_table_overrides_single_days() -> None:
    own = pd.DataFrame({"date": ["2027-02-20", "2027-02-11", "2030-01-01"], "kind": ["make_up_workday", "arranged_off", "workday"]})
    frame = calendar(dt.date(2027, 2, 1), dt.date(2027, 2, 28), "CN", own).set_index("date")
    assert frame.loc["2027-02-20", "kind"] == "make_up_workday"
    assert frame.loc["2027-02-11", "kind"] == "arranged_off"
    assert not frame.loc["2027-02-20", "provisional"]
    assert frame.loc["2027-02-21", "provisional"]
    assert len(frame) == 28


def test_legal_workdays_wants_the_whole_span() -> None:
    frame = calendar(dt.date(2026, 2, 1), dt.date(2026, 2, 28), "CN")
    assert legal_workdays(frame, dt.date(2026, 2, 1), dt.date(2026, 2, 28)) == 16
    with pytest.raises(ParamError) as caught:
        legal_workdays(frame, dt.date(2026, 2, 1), dt.date(2026, 3, 1))
    assert caught.value.keys == ["calendar.missing_days"]


def test_unknown_country_and_reversed_span_are_refused() -> None:
    with pytest.raises(ParamError, match="XX"):
        calendar(dt.date(2026, 1, 1), dt.date(2026, 1, 2), "XX")
    with pytest.raises(ParamError) as caught:
        calendar(dt.date(2026, 1, 2), dt.date(2026, 1, 1), "CN")
    assert caught.value.keys == ["calendar.span"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("labour_day: [2026-05-01, 2026-05-02]", "labour_day: [2026-05-01]"),
        ("new_year: [2026-01-01]", "new_year: [2025-01-02]"),
        ("new_year: [2026-01-04]", "new_year: [2026-01-05]"),
        ("new_year: [2026-01-04]", "new_yeer: [2026-01-04]"),
        ("labour_day: [2026-05-09]", "labour_day: [2026-05-09, 2026-05-09]"),
    ],
)
def test_wrong_facts_are_refused_with_file_and_line(before: str, after: str, tmp_path, monkeypatch) -> None:
    shutil.copytree(params_dir(), tmp_path / "params")
    file = tmp_path / "params" / "law" / "cn_calendar.yml"
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")
    monkeypatch.setenv("CSLIB_ROOT", str(tmp_path))
    with pytest.raises(ParamError, match=r"cn_calendar.yml:\d+"):
        special_days(range(2026, 2027))


def test_a_new_notice_in_the_file_makes_the_year_firm(tmp_path, monkeypatch) -> None:
    shutil.copytree(params_dir(), tmp_path / "params")
    file = tmp_path / "params" / "law" / "cn_calendar.yml"
    text = file.read_text(encoding="utf-8")
    notice = "    make_up_workdays: {spring_festival: [2027-02-20]}\n    arranged_off: {spring_festival: [2027-02-09, 2027-02-10, 2027-02-11]}"
    file.write_text(text.replace("    make_up_workdays: null", notice), encoding="utf-8")
    monkeypatch.setenv("CSLIB_ROOT", str(tmp_path))
    frame = calendar(dt.date(2027, 2, 9), dt.date(2027, 2, 20), "CN")
    assert not frame["provisional"].any()
    assert list(frame["kind"])[:3] == ["arranged_off"] * 3
    assert frame["kind"].iloc[-1] == "make_up_workday"


def test_holidays_have_names_in_both_languages() -> None:
    for country in ("CN", "US"):
        frame = pd.concat([_year(year, country) for year in (2015, 2026)])
        for key in frame["holiday"].dropna().unique():
            with words.speaking("zh"):
                assert holiday_name(key) != key.replace("_", " "), key
    assert holiday_name("founders_day") == "founders day"
