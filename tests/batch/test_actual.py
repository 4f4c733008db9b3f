"""Attendance to actual hours and payslips: exports in the style of DingTalk and WeCom, late and early, overstay, absence, missing punches."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cslib import batch, intake, pay, people
from cslib.batch.actual import sheet_notes
from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.core.words import speaking
from cslib.intake.attendance import read_attendance

DINGTALK = "姓名,考勤组,部门,工号,日期,班次,上班1打卡时间,上班1打卡结果,下班1打卡时间,下班1打卡结果,工作时长(分钟)\n"
WECOM = "时间,姓名,工号,班次,最早,最晚,打卡次数\n"


@pytest.fixture(scope="module")
def study():
    return intake.open_study("front_desk", month="2026-12")


@pytest.fixture(scope="module")
def numbers(study):
    """Pseudonym -> employee number of the synthetic staff list."""
    return dict(intake.names(study)[["employee_id", "staff_no"]].to_numpy())


def sheet(tmp_path: Path, head: str, *rows: str) -> Path:
    path = tmp_path / "attendance.csv"
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8-sig")
    return path


def free(study) -> str:
    """Somebody without leave in the first half of the month."""
    away = set(study.leave.loc[study.leave["date"] < "2026-12-20", "employee_id"])
    return next(who for who in study.employees["employee_id"] if who not in away)


def worked(hours: pd.DataFrame, who: str) -> dict[tuple[str, str], float]:
    mine = hours[(hours["employee_id"] == who) & (hours["date"] < "2026-12-20")]
    return {(f"{r.date:%d}", r.premium): round(r.hours_h, 4) for r in mine.itertuples()}


def test_dingtalk_rows_become_actual_hours(study, numbers, tmp_path):
    """S003-I2: two hours after the end count and are told; five minutes late are forgiven, twenty are not."""
    who = free(study)
    no = numbers[who]
    rows = [
        f"某,客服,一部,{no},26-12-01 星期二,E 07:00-15:00,06:52,正常,15:03,正常,480",
        f"某,客服,一部,{no},26-12-02 星期三,早班 07:00-15:00,07:20,迟到,15:01,正常,460",
        f"某,客服,一部,{no},26-12-03 星期四,中班,14:58,正常,次日 01:00,正常,600",
        f"某,客服,一部,{no},26-12-04 星期五,夜,22:55,正常,次日07:02,正常,480",
        f"某,客服,一部,{no},26-12-07 星期一,日,08:00,正常,10:00,早退,120",
        f"某,客服,一部,{no},26-12-08 星期二,E,,缺卡,,缺卡,0",
        f"某,客服,一部,{no},26-12-09 星期三,休息,,,,,0",
    ]
    found = read_attendance(study, sheet(tmp_path, DINGTALK, *rows))
    assert found.overstay_h == pytest.approx(2.0) and found.absences["date"].astype(str).tolist() == ["2026-12-08"]
    assert any("S003-I2" in note for note in found.notes)
    hours = batch.actual_hours(study, found)
    assert set(hours["basis"]) == {"planned"}  # six duties are no month: without a plan the base is an estimate
    normal = {key: h for key, h in worked(hours, who).items() if key[1] == "normal"}
    by_day = {day: h for (day, _), h in normal.items()}
    assert by_day == {"01": 8, "02": round(8 - 1 / 3, 4), "03": 9, "04": 2, "05": 7, "07": 2}
    assert worked(hours, who)["08", "unpaid_leave"] == 8
    assert "姓名" not in str(hours.columns) and no not in hours.to_string()


def test_wecom_rows_of_three_days_are_no_actual_month(study, numbers, tmp_path):
    who = free(study)
    rows = [f"2026/12/{day:02d} 星期一,某,{numbers[who]},早班 07:00-15:00,06:59,15:00,2" for day in (1, 2, 3)]
    hours = batch.actual_hours(study, str(sheet(tmp_path, WECOM, *rows)))
    graded = people.grades(study)
    slips = pay.payslips(hours, graded, study)
    assert set(slips.loc[slips["employee_id"] == who, "basis"]) == {"planned"}
    planned = pay.payslips(hours.assign(basis="planned"), graded, study)
    assert pay.differences(planned, slips).empty


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ("{no},2026-12-01,E,07:00,", "intake.one_punch"), ("{no},2026-12-01,X9,07:00,15:00", "intake.unknown_shift"),
        ("999999,2026-12-01,E,07:00,15:00", "intake.unknown_person"), ("{no},2026-12-01,E,25:99,15:00", "intake.cell"),
        ("{no},2026-12-01,E,07:00,15:00\n{no},2026-12-01,E,07:00,15:00", "intake.day_twice"),
        ("{no},2026-12-01,E,09:00,09:00", "intake.same_punch"), ("{no},2026-12-01,E,07:00,06:00", "intake.presence"),
        ("{no},2026-12-01,E,2026-12-01 07:00,2026-12-09 15:00", "intake.punch_far"), ("{no},2026-11-01,E,07:00,15:00", "intake.attendance_month"),
        ("{no},2026-12-01,E,2026-12-01 15:00,2026-12-01 07:00", "intake.presence"),
    ],
)  # fmt: skip
def test_what_can_not_be_right_is_told_with_its_row(study, numbers, tmp_path, row, key):
    path = sheet(tmp_path, "工号,日期,班次,上班打卡时间,下班打卡时间\n", row.replace("{no}", numbers[free(study)]))
    with pytest.raises(IntakeError) as caught:
        read_attendance(study, path)
    assert caught.value.keys == [key]  # a bad time is one finding, not a missing punch too
    for language in ("zh", "en"):
        with speaking(language):
            assert "attendance.csv" in str(caught.value) and (key == "intake.attendance_month" or "2" in str(caught.value))
            assert key != "intake.attendance_month" or "2026-11" in str(caught.value)


def test_a_second_punch_before_the_first_is_the_next_day_and_told(study, numbers, tmp_path):
    no = numbers[free(study)]
    rows = [f"{no},2026-12-01,夜,22:55,07:02", f"{no},2026-12-03,夜,22:55,次日 07:02"]
    rows += [f"{no},2026-12-05,E,07:00,15:00", f"{no},2026-11-05,E,07:00,15:00"]
    found = read_attendance(study, sheet(tmp_path, "工号,日期,班次,上班打卡时间,下班打卡时间\n", *rows))
    duties = found.roster[found.roster["kind"] == "work"]
    assert list(duties["end"].dt.strftime("%d %H:%M")) == ["02 07:00", "04 07:00", "05 15:00"]
    with speaking("en"):
        notes = read_attendance(study, tmp_path / "attendance.csv").notes
    assert any("check rows 2" in note and "attendance.csv" in note and "3" not in note.split("rows 2")[1] for note in notes)
    assert any("1 rows are not of 2026-12" in note for note in notes)


def test_planned_duties_without_a_row_stay_planned(study, numbers, tmp_path):
    """A duty that the sheet leaves out is paid as planned, one that nobody came to is unpaid, and only the first is an estimate."""
    who, shift = free(study), study.params.shift("E")
    days = pd.to_datetime(["2026-12-01", "2026-12-02", "2026-12-03"])
    rows = [{"employee_id": who, "date": day, "kind": "work", "shift": "E", "start": shift.span(day.date())[0], "end": shift.span(day.date())[1],
             "breaks": "10:30-11:00", "queue": "floater", "pinned": False} for day in days]  # fmt: skip
    plan = tables.check("roster", pd.DataFrame(rows))
    head = "工号,日期,班次,上班打卡时间,下班打卡时间\n"
    path = sheet(tmp_path, head, f"{numbers[who]},2026-12-01,E,07:00,15:00", f"{numbers[who]},2026-12-03,E,,")
    hours = batch.actual_hours(study, str(path), plan)
    mine = hours[(hours["employee_id"] == who) & (hours["date"] < "2026-12-04")]
    found = {(f"{row.date:%d}", row.premium): row.basis for row in mine.itertuples()}
    assert found == {("01", "normal"): "actual", ("02", "normal"): "planned", ("03", "unpaid_leave"): "actual"}
    with speaking("en"):
        told = read_attendance(study, path)
        with pytest.raises(IntakeError, match=rf"covers 1 of {len(study.employees)} people .* last day 2026-12-03"):
            sheet_notes(study, told, plan, hours)
