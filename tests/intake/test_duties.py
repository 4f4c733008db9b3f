"""The roster before the month, and pins: one row a duty or a month grid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tiny_site import STAFF, TinySite

from cslib import intake
from cslib.core.errors import IntakeError
from cslib.core.shifts import Break, Shift
from cslib.intake.breaks import Duty, spread


def opened(tiny: TinySite, entry: str, content: str) -> intake.Study:
    tiny.use(entry, f"{entry}.csv", content)
    return intake.open_study("tiny", month="2026-12")


def refused(tiny: TinySite, entry: str, content: str) -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        opened(tiny, entry, content)
    return caught.value


def test_long_form_with_posts_and_breaks(tiny: TinySite) -> None:
    rows = "00127,2026-11-30,夜,前台,\n00128,2026-11-30,白,,12:00-13:00\n00129,2026-11-30,休,,\n00130,2026-11-30,年假,,\n"
    study = opened(tiny, "last_roster", "工号,日期,班次,岗位,休息时段\n" + rows)
    by_kind = study.last_roster.set_index("shift")
    night = by_kind.loc["P"]
    assert (night["start"], night["end"], night["queue"], night["kind"]) == (
        pd.Timestamp("2026-11-30 20:00"),
        pd.Timestamp("2026-12-01 08:00"),
        "desk",
        "work",
    )
    assert night["breaks"] == "00:00-00:30" and by_kind.loc["D", "breaks"] == "12:00-13:00" and pd.isna(by_kind.loc["D", "queue"])
    assert sorted(study.last_roster["kind"]) == ["leave", "rest", "work", "work"] and not study.last_roster["pinned"].any()
    assert len(set(study.last_roster["employee_id"]) - set(study.employees["employee_id"])) == 1  # who left on 30 November is still looked back to


def test_month_grid_in_excel_with_weekdays_and_totals(tiny: TinySite, workbook: Callable[..., Any]) -> None:
    days = list(range(1, 31))
    weekdays = ["一二三四五六日"[dt.date(2026, 11, d).weekday()] for d in days]
    codes = ["白" if d % 3 else "休" for d in days]
    rows = [
        ["2026年11月排班表", *[None] * 32],
        ["工号", "姓名", *days, "合计"],
        [None, None, *weekdays, None],
        ["00127", "甲一", *codes, 20],
        ["00129", "丙三", *["夜@门岗" if d == 30 else None for d in days], 1],
        ["合计", None, *[2] * 30, 21],
    ]
    workbook(tiny.folder / "last.xlsx", {"排班": rows}, merge={"排班": ["A1:AG1", "A2:A3", "B2:B3"]})
    tiny.use("last_roster", "last.xlsx")
    study = intake.open_study("tiny", month="2026-12")
    assert len(study.last_roster) == 31 and (study.last_roster["kind"] == "work").sum() == 21
    assert study.last_roster["date"].min() == pd.Timestamp("2026-11-01")
    assert set(study.last_roster["queue"].dropna()) == {"gate"}
    assert not any("丙三" in note for note in study.notes)


@pytest.mark.parametrize("heads", [["2026-12-01", "2026/12/2"], ["1日", "2日"], ["12月1日", "12/2"], ["1", "2"], ["1\n周二", "2\n周三"]])
def test_days_of_a_grid_in_every_form(tiny: TinySite, heads: list[str]) -> None:
    quoted = ",".join(f'"{head}"' for head in heads)
    pins = opened(tiny, "pins", f"工号,{quoted}\n00127,白,\n00128,,休\n").pins
    assert list(zip(pins["date"].dt.day, pins["kind"], strict=True)) in ([(1, "work"), (2, "rest")], [(2, "rest"), (1, "work")])
    assert pins["pinned"].all() and pins["breaks"].isna().all()


def test_a_pin_leaves_post_and_break_to_the_solver_unless_given(tiny: TinySite) -> None:
    pins = opened(tiny, "pins", "工号,日期,班次,岗位\n00127,2026-12-05,P,\n00129,2026-12-05,P,门岗\n00128,2026-12-05,D,\n").pins
    people = intake.names(intake.open_study("tiny", month="2026-12")).set_index("staff_no")["employee_id"]
    found = pins.set_index("employee_id")["queue"]
    assert pd.isna(found[people["00127"]]) and found[people["00129"]] == "gate" and pd.isna(found[people["00128"]])


def test_what_lies_outside_the_span_is_left_out_and_counted(tiny: TinySite) -> None:
    study = opened(tiny, "last_roster", "工号,日期,班次\n00127,2026-09-30,D\n00127,2026-10-31,D\n00127,2026-11-30,D\n00127,2026-12-01,D\n")
    assert list(study.last_roster["date"].dt.day) == [31, 30]
    assert any("2 entries outside 2026-10-31 to 2026-11-30" in note for note in study.notes)


def test_a_duty_reaching_into_the_month_without_post_is_noted(tiny: TinySite) -> None:
    study = opened(tiny, "last_roster", "工号,日期,班次\n00127,2026-11-30,夜\n00128,2026-11-29,夜\n")
    assert any("1 duties that reach into the month name no post" in note for note in study.notes)


@pytest.mark.parametrize(
    "content, key, words",
    [
        ("工号,日期,班次\n00127,2026-12-01,X9\n", "intake.unknown_shift", ["C2", "X9", "D (", "P ("]),
        ("工号,1日,2日\n00127,,X9\n", "intake.unknown_shift", ["C2", "X9"]),
        ("工号,日期,班次,岗位\n00127,2026-12-01,P,中文热线\n", "intake.unknown_post", ["D2", "desk, gate"]),
        ("工号,日期,班次,岗位\n00127,2026-12-01,D,前台\n", "intake.unknown_post", ["D2", "shift D"]),
        ("工号,日期,班次\n00127,2026-12-01,D\n00127,2026-12-01,休\n", "intake.day_twice", ["row 2"]),
        ("工号,1日,1\n00127,D,D\n", "intake.header_twice", ["C1", "B1"]),
        ("工号,日期,班次\n99,2026-12-01,D\n", "intake.unknown_person", ["A2"]),
        ("工号,日期,班次,休息时段\n00127,2026-12-01,D,lunch\n", "intake.cell", ["D2", "lunch"]),
        ("工号,日期,班次,休息时段\n00127,2026-12-01,D,18:00-19:00\n", "intake.cell", ["D2"]),
        ("工号,日期\n00127,2026-12-01\n", "intake.no_header", ["班次/shift"]),
        ("工号,日期,班次,休息时段\n00127,2026-12-01,D,12:00-12:30\n", "intake.pin_breaks", ["D2", "12:00-12:30", "60 min, 11:00-13:00"]),
        ("工号,日期,班次,休息时段\n00127,2026-12-01,D,12:10-13:10\n", "intake.pin_breaks", ["D2", "60 min, 11:00-13:00"]),
        ("工号,日期,班次,休息时段\n00127,2026-12-01,D,11:00-12:00;13:00-14:00\n", "intake.pin_breaks", ["D2"]),
        ("工号,日期,班次\n00129,2026-12-21,D\n", "intake.pin_not_employed", ["C2", "2026-12-21"]),
        ("工号,日期,班次\n00130,2026-12-01,D\n", "intake.pin_not_employed", ["C2"]),
        ("工号,1日\n00127,年假\n", "intake.pin_leave", ["B2", "2026-12-01"]),
        ("工号,日期,班次,岗位\n00127,2026-12-01,P,前台\n", "intake.pin_skill", ["C2", "desk"]),
    ],
)
def test_duties_that_cannot_be_right_are_refused(tiny: TinySite, content: str, key: str, words: list[str]) -> None:
    error = refused(tiny, "pins", content)
    assert error.keys == [key] and all(word in str(error) for word in words), str(error)


def test_a_pin_knows_its_place_for_later_messages(tiny: TinySite) -> None:
    study = opened(tiny, "pins", "工号,1日,2日\n00127,D,\n")
    (pin,) = study.pins.itertuples()
    assert study.pin_place(pin.employee_id, pin.date.date()) == "params/sites/tiny/pins.csv B2"
    assert "2026-12-09" in study.pin_place(pin.employee_id, dt.date(2026, 12, 9))


def test_breaks_that_the_file_leaves_out_are_taken_one_after_the_other(tiny: TinySite) -> None:
    """Five places from 11:00 to 13:00 for a break of an hour: two people never pause at once if their only skill is the same."""
    tiny.put("staff.csv", STAFF + "".join(f"0013{i},员工{i},一组,客服,2025-03-01,,标准,1,中文热线,初级\n" for i in range(1, 3)))
    study = opened(tiny, "last_roster", "工号,日期,班次\n" + "".join(f"{n},2026-11-27,D\n" for n in ("00127", "00131", "00132")))
    assert sorted(study.last_roster["breaks"]) == ["11:00-12:00", "12:00-13:00", "13:00-14:00"]
    people = intake.names(study).set_index("staff_no")["employee_id"]
    assert study.last_roster.set_index("employee_id")["breaks"][people["00127"]] == "11:00-12:00"  # the list's order, not the pseudonym's


def test_the_few_who_hold_a_skill_do_not_pause_together() -> None:
    """Two bilinguals among six: with breaks at the earliest place, or one after the other by order alone, they could meet."""
    shift = Shift("N", 23 * 60, 480, (Break(30, 120, 150),))
    start = pd.Timestamp("2026-11-30 23:00")
    duties = [Duty(shift, start, frozenset({"zh", "en"} if i in (0, 2) else {"zh"})) for i in range(6)]
    texts = spread(duties, 30)
    assert texts[0] != texts[2] and sorted(texts) == ["01:00-01:30"] * 3 + ["01:30-02:00"] * 3


def test_spellings_of_the_site_come_before_the_general_words(tiny: TinySite) -> None:
    tiny.change("aliases: [日]", "aliases: [日, A, R]", "shifts.yml")
    pins = opened(tiny, "pins", "工号,1日,2日\n00127,A,R\n").pins
    assert list(pins["shift"]) == ["D", "D"]
