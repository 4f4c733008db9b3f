"""The staff list: people, skills, grades, pseudonyms, and what is refused."""

from __future__ import annotations

import pandas as pd
import pytest
from tiny_site import STAFF, TinySite

from cslib import intake
from cslib.core.errors import IntakeError

pytestmark = pytest.mark.usefixtures("tiny")


def open_tiny(month: str = "2026-12") -> intake.Study:
    return intake.open_study("tiny", month=month)


def refused(tiny: TinySite, content: str) -> IntakeError:
    tiny.put("staff.csv", content)
    with pytest.raises(IntakeError) as caught:
        open_tiny()
    return caught.value


def test_every_column_is_read() -> None:
    study = open_tiny()
    people = study.employees.set_index("position")
    assert list(people["role"]) == ["agent", "agent", "lead"] or set(people["role"]) == {"agent", "lead"}
    assert people.loc[2, "hours_scheme"] == "comprehensive" and people.loc[3, "fte_share"] == 0.5 and people.loc[1, "team"] == "一组"
    assert people.loc[3, "left"] == pd.Timestamp("2026-12-20") and pd.isna(people.loc[1, "left"])
    grades = study.staff_grades.set_index("employee_id")["grade"]
    assert [grades[people.loc[i, "employee_id"]] for i in (1, 2, 3)] == ["junior", "middle", "lead"]
    held = study.skills.set_index(["employee_id", "skill"])["proficiency"]
    assert held[(people.loc[2, "employee_id"], "en")] == 0.8 and pd.isna(held[(people.loc[2, "employee_id"], "zh")])
    assert held[(people.loc[3, "employee_id"], "desk")] != 0.8


def test_people_are_left_out_by_month_and_counted() -> None:
    assert set(open_tiny("2026-11").employees["position"]) == {1, 2, 3, 4}
    study = open_tiny("2026-12")
    assert set(study.employees["position"]) == {1, 2, 3} and any("1 people have no day of employment" in note for note in study.notes)
    assert set(open_tiny("2027-01").employees["position"]) == {1, 2}


def test_numbers_that_differ_only_in_leading_zeros_are_refused_with_both_rows(tiny: TinySite) -> None:
    error = refused(tiny, "工号,入职日期,技能\n000001,2025-03-01,zh\n10,2025-03-01,zh\n1,2025-03-01,en\n")
    assert error.keys == ["intake.person_zeros"]
    assert "staff.csv A4" in str(error) and "'1'" in str(error) and "'000001' in row 2" in str(error)


def test_a_month_in_which_nobody_is_employed_is_refused(tiny: TinySite) -> None:
    tiny.use("leave", "leave.csv", "工号,日期,假别\n00127,2025-02-03,年假\n")
    with pytest.raises(IntakeError, match=r"staff\.csv.*2025-02.*2025-03-01") as caught:
        open_tiny("2025-02")
    assert caught.value.keys == ["intake.nobody_employed"]


def test_flags_and_overtime_of_the_list(tiny: TinySite) -> None:
    tiny.put(
        "staff.csv",
        "员工编号,入职时间,技能,不排夜班至,不加班至,已批准加班(小时)\n1,2025-03-01,zh,2027-01-31,-,12\n2,2025-03-01,zh,,2026年12月31日,\n",
    )
    people = open_tiny().employees.set_index("position")
    assert people.loc[1, "no_night_until"] == pd.Timestamp("2027-01-31") and pd.isna(people.loc[1, "no_overtime_until"])
    assert people.loc[2, "no_overtime_until"] == pd.Timestamp("2026-12-31") and people.loc[1, "overtime_max_h"] == 12
    assert list(people["hours_scheme"]) == ["standard"] * 2 and any("defaults" in note for note in open_tiny().notes)


def test_english_headers_and_words(tiny: TinySite) -> None:
    tiny.put(
        "staff.csv",
        "Employee No.,Name,Hire Date,Job Role,Working Hours Scheme,FTE,Skills,Grade\n007,A,2025-03-01,Team Lead,Part-time,50%,en|zh,Senior\n",
    )
    person = open_tiny().employees.iloc[0]
    assert (person["role"], person["hours_scheme"], person["fte_share"]) == ("lead", "part_time", 0.5)
    assert sorted(open_tiny().skills["skill"]) == ["en", "zh"] and list(open_tiny().staff_grades["grade"]) == ["senior"]


def test_traditional_headers(tiny: TinySite) -> None:
    tiny.put("staff.csv", "員工編號,入職日期,技能,職級\n007,2025-03-01,英文热线,高級\n")
    assert list(open_tiny().skills["skill"]) == ["en"] and list(open_tiny().staff_grades["grade"]) == ["senior"]


def test_a_repeated_employee_is_refused_with_both_rows(tiny: TinySite) -> None:
    error = refused(tiny, STAFF + "00127,戊五,一组,客服,2025-03-01,,标准,1,zh,初级\n")
    assert error.keys == ["intake.person_twice"] and "A6" in str(error) and "row 2" in str(error) and "00127" in str(error)


@pytest.mark.parametrize(
    "line, key, words",
    [
        ("1,2025-03-01,zh,fairy,1", "intake.unknown_grade", ["D2", "fairy", "junior"]),
        ("1,2025-03-01,juggling,junior,1", "intake.unknown_skill", ["C2", "juggling", "desk, en, zh"]),
        ("1,2025-03-01,zh:7,junior,1", "intake.cell", ["C2", "zh:7"]),
        ("1,2025-03-01,zh,junior,1.2", "intake.cell", ["E2", "1.2", "up to 1"]),
        ("1,2025-02-30,zh,junior,1", "intake.cell", ["B2", "2025-02-30"]),
        ("1,-,zh,junior,1", "intake.cell_empty", ["B2"]),
        (",2025-03-01,zh,junior,1", "intake.cell_empty", ["A2"]),
        ("1,2025-03-01,zh,,1", "intake.unknown_grade", ["D2"]),
    ],
)
def test_wrong_cells_are_named_with_what_is_allowed(tiny: TinySite, line: str, key: str, words: list[str]) -> None:
    error = refused(tiny, f"工号,入职日期,技能,职级,全时当量\n{line}\n")
    assert error.keys == [key] and all(word in str(error) for word in words)


def test_a_list_without_skills_or_people_is_refused(tiny: TinySite) -> None:
    assert refused(tiny, "工号,入职日期\n1,2025-03-01\n").keys == ["intake.no_skills"]
    assert refused(tiny, "工号,入职日期,技能\n").keys == ["intake.no_rows"]
    assert refused(tiny, "工号,入职日期,离职日期,技能\n1,2025-03-01,2025-02-01,zh\n").keys == ["intake.left_before_hired"]


def test_skill_columns_take_marks_and_proficiencies(tiny: TinySite) -> None:
    tiny.put("staff.csv", "工号,入职日期,zh,英文热线,前台\n1,2025-03-01,√,0.9,\n2,2025-03-01,是,×,120%\n3,2025-03-01,,,\n")
    study = open_tiny()
    by_row = study.skills.merge(study.employees[["employee_id", "position"]], on="employee_id").set_index(["position", "skill"])["proficiency"]
    assert set(by_row.index) == {(1, "zh"), (1, "en"), (2, "zh"), (2, "desk")} and by_row[(1, "en")] == 0.9 and by_row[(2, "desk")] == 1.2
    assert any("1 people hold no skill" in note for note in study.notes)
    assert refused(tiny, "工号,入职日期,zh\n1,2025-03-01,perhaps\n").keys == ["intake.cell"]


def test_position_is_the_row_of_the_list_whatever_the_pseudonym() -> None:
    study = open_tiny()
    listed = intake.names(study)
    at = dict(zip(study.employees["employee_id"], study.employees["position"], strict=True))
    assert [at.get(i) for i in listed["employee_id"]] == [1, 2, 3, None]
