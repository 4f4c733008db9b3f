"""Privacy at the door: nothing personal gets into a study, and what may not be used is refused. Requirements P02, P03, P05, P11."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from tiny_site import STAFF, TinySite

from cslib import intake
from cslib.core.errors import IntakeError
from cslib.intake import aliases, privacy
from cslib.intake.study import TABLES

pytestmark = pytest.mark.usefixtures("tiny")

PHONE, IDENTITY, MAIL = "13800138000", "11010119900307123X", "a.b@example.org"
FULL = (
    "工号,姓名,手机号码,身份证号,出生日期,家庭住址,电子邮箱,性别,年龄,婚育状况,户籍,身高,民族,基本工资,紧急联系人,入职日期,技能,座右铭\n"
    f"00127,欧阳测试,{PHONE},{IDENTITY},1990-03-07,某路 1 号,{MAIL},女,36,已婚,某省,165,某族,9876,亲属某,2025-03-01,zh,天天向上\n"
)
VALUES = ["欧阳测试", PHONE, IDENTITY, "1990-03-07", "某路", MAIL, "女", "已婚", "某省", "165", "9876", "亲属某", "天天向上", "00127"]


def test_no_personal_value_reaches_a_study(tiny: TinySite) -> None:
    tiny.put("staff.csv", FULL)
    tiny.use("leave", "leave.csv", "工号,日期,假别,事由\n00127,2026-12-08,病假,腰痛\n")
    study = intake.open_study("tiny", month="2026-12")
    tables = "\n".join(study.table(name).to_csv() for name in TABLES)
    everything = "\n".join([tables, repr(study), str(study), repr(study.notes), repr(study.files)])
    for value in [*VALUES, "腰痛", "病假"]:
        assert value not in everything, value
    assert not re.search(r"1[3-9]\d{9}|\d{17}[\dXx]", everything)


def test_dropped_columns_are_named_once_by_header(tiny: TinySite) -> None:
    tiny.put("staff.csv", FULL)
    private, excluded, unused = (
        next(note for note in intake.open_study("tiny", month="2026-12").notes if part in note)
        for part in ("personal data", "may not be used", "not used:")
    )
    assert all(header in private for header in ("手机号码", "身份证号", "出生日期", "家庭住址", "电子邮箱", "民族", "基本工资", "紧急联系人"))
    assert all(header in excluded for header in ("性别", "年龄", "婚育状况", "户籍", "身高"))
    assert unused.endswith("座右铭")


@pytest.mark.parametrize(
    "header, ids",
    [
        ("形象分", "S003-G4, S003-T7, S002-34"),
        ("身高得分", "S003-T7"),
        ("年龄加分", "S003-G3"),
        ("性别系数", "S003-G3"),
        ("Looks score", "S003-G4"),
        ("height points", "S003-T7"),
        ("HeightScore", "S003-T7"),
        ("身高(分)", "S003-T7"),
        ("婚育评分", "P11"),
        ("户籍加分", "P11"),
        ("宗教分", "P11"),
        ("血型加分", "P11"),
        ("姓氏系数", "P11"),
        ("Surname points", "P11"),
        ("age rating", "S003-G3"),
        ("服从评分", "S003-H8, S003-O12, S003-T9"),
        ("宿舍检查得分", "S002-32"),
        ("背景调查评分", "S001-06"),
    ],
)
def test_excluded_criteria_are_refused_as_scores_with_reason_and_id(tiny: TinySite, header: str, ids: str) -> None:
    tiny.put("staff.csv", f"工号,入职日期,技能,{header}\n1,2025-03-01,zh,5\n")
    with pytest.raises(IntakeError) as caught:
        intake.open_study("tiny", month="2026-12")
    assert caught.value.keys == ["intake.excluded_score"] and ids in str(caught.value) and "D1" in str(caught.value) and header in str(caught.value)


@pytest.mark.parametrize("skill", ["形象好", "身高165", "young age", "未婚"])
def test_excluded_criteria_are_refused_as_skills(tiny: TinySite, skill: str) -> None:
    tiny.put("staff.csv", f"工号,入职日期,技能\n1,2025-03-01,zh;{skill}\n")
    with pytest.raises(IntakeError) as caught:
        intake.open_study("tiny", month="2026-12")
    assert caught.value.keys == ["intake.excluded_skill"] and "C2" in str(caught.value)


@pytest.mark.parametrize("header", ["Language", "Average", "Manager", "stage", "heighten", "message count", "分组", "职级分组"])
def test_innocent_headers_are_not_taken_for_criteria(header: str) -> None:
    assert aliases.excluded_criterion(header) is None


@pytest.mark.parametrize(
    "value", [PHONE, f"+86 {PHONE}", "138 0013 8000", "１３８００１３８０００", IDENTITY, "110101900307123", "021-12345678", MAIL, f"甲一({PHONE})"]
)
def test_personal_values_in_kept_columns_are_refused_without_repeating_them(tiny: TinySite, value: str) -> None:
    tiny.put("staff.csv", STAFF.replace("00127,甲一,一组", f"00127,甲一,{value}"))
    with pytest.raises(IntakeError) as caught:
        intake.open_study("tiny", month="2026-12")
    assert caught.value.keys == ["intake.personal_cell"] and "C2" in str(caught.value)
    assert value not in str(caught.value) and PHONE not in str(caught.value)


def test_a_phone_number_in_the_wrong_column_is_not_repeated_by_the_error(tiny: TinySite) -> None:
    tiny.put("staff.csv", f"工号,入职日期,技能\n1,{PHONE},zh\n2,2025-03-01,{PHONE}\n")
    with pytest.raises(IntakeError) as caught:
        intake.open_study("tiny", month="2026-12")
    assert PHONE not in str(caught.value) and len(caught.value.keys) == 2


def test_the_last_scan_looks_at_every_text_column() -> None:
    frame = pd.DataFrame({"employee_id": ["P-1", "P-2"], "team": ["a", PHONE], "n": [1, 2]})
    with pytest.raises(IntakeError) as caught:
        privacy.scan(frame, "employees")
    assert caught.value.keys == ["intake.personal_value"] and PHONE not in str(caught.value) and "row 2" in str(caught.value)
    privacy.scan(frame.head(1), "employees")


def test_employee_numbers_are_no_phone_numbers() -> None:
    assert not any(privacy.looks_personal(number) for number in ("00127", "20250301", "A-1380013", "1234567890", "2026-12-01"))
