"""Leave, wishes, approved overtime: by employee number in, under pseudonyms out."""

from __future__ import annotations

import pandas as pd
import pytest
from tiny_site import TinySite

from cslib import intake
from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.intake.people import Desk, read_leave, read_wishes


def opened(tiny: TinySite, entry: str, content: str) -> intake.Study:
    tiny.use(entry, f"{entry}.csv", content)
    return intake.open_study("tiny", month="2026-12")


def refused(tiny: TinySite, entry: str, content: str) -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        opened(tiny, entry, content)
    return caught.value


def of(study: intake.Study, table: str, position: int) -> pd.DataFrame:
    """Rows of one person by the date."""
    person = study.employees.loc[study.employees["position"] == position, "employee_id"].iloc[0]
    frame = study.table(table)
    return frame[frame["employee_id"] == person].set_index("date")


LEAVE = "工号,开始日期,结束日期,假别\n"


def test_leave_counts_normal_hours_times_fte_on_legal_workdays_only(tiny: TinySite) -> None:
    study = opened(tiny, "leave", LEAVE + "00127,2026-12-03,2026-12-08,年假\n00129,2026-12-04,2026-12-04,病假\n")
    found = of(study, "leave", 1)
    assert list(found["hours_h"]) == [8, 8, 0, 0, 8, 8] and set(found["kind"]) == {"paid"}  # Thursday to Tuesday over a weekend
    assert of(study, "leave", 3).loc[pd.Timestamp("2026-12-04"), "hours_h"] == 4  # fte 0.5


def test_the_normal_day_comes_from_the_rule_pack(tiny: TinySite) -> None:
    path = tiny.root / "params" / "law" / "cn_labour.yml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if line.startswith("  normal_day_hours:"))
    value = next(i for i in range(start, len(lines)) if "value: 8" in lines[i])
    lines[value] = lines[value].replace("value: 8", "value: 7.5")
    path.write_text("".join(lines), encoding="utf-8")
    assert list(of(opened(tiny, "leave", LEAVE + "00127,2026-12-03,2026-12-03,年假\n"), "leave", 1)["hours_h"]) == [7.5]


def test_only_the_pay_class_of_a_leave_is_kept(tiny: TinySite) -> None:
    kinds = ("产检假", "Sick leave", "事假", "调休", "TOIL")
    rows = "".join(f"00127,2026-12-{day:02d},2026-12-{day:02d},{kind}\n" for day, kind in zip((1, 2, 3, 4, 7), kinds, strict=True))
    study = opened(tiny, "leave", LEAVE + rows)
    assert list(of(study, "leave", 1)["kind"]) == ["paid", "paid", "unpaid", "time_off_in_lieu", "time_off_in_lieu"]
    assert list(study.leave.columns) == ["employee_id", "date", "kind", "hours_h"]


def test_leave_by_single_days_may_give_hours(tiny: TinySite) -> None:
    study = opened(tiny, "leave", "员工号,日期,请假类型,小时数\n00127,20261203,事假,4\n00128,2026年12月4日,年假,\n")
    assert list(of(study, "leave", 1)["hours_h"]) == [4] and list(of(study, "leave", 2)["hours_h"]) == [8]


def test_leave_outside_the_month_or_employment_is_left_out_and_counted(tiny: TinySite) -> None:
    study = opened(tiny, "leave", LEAVE + "00127,2026-11-30,2026-12-01,年假\n00129,2026-12-19,2026-12-22,年假\n00130,2026-12-01,2026-12-02,年假\n")
    assert len(study.leave) == 3  # 1 December; 19 and 20 December, the last day of the third person; the fourth left in November
    assert any("1 days outside the month" in note for note in study.notes) and any("4 days on which" in note for note in study.notes)


@pytest.mark.parametrize(
    "content, key, words",
    [
        (LEAVE + "00999,2026-12-01,2026-12-01,年假\n", "intake.unknown_person", ["A2", "00999", "4 people"]),
        (LEAVE + "127,2026-12-01,2026-12-01,年假\n", "intake.unknown_person", ["A2", "leading zeros", "00127"]),
        (LEAVE + "00127,2026-12-01,2026-12-03,年假\n00127,2026-12-03,2026-12-04,事假\n", "intake.day_twice", ["3:3", "row 2", "2026-12-03"]),
        (LEAVE + "00127,2026-12-03,2026-12-01,年假\n", "intake.leave_span", ["C2", "2026-12-01"]),
        (LEAVE + "00127,2026-12-03,2028-12-01,年假\n", "intake.leave_span", ["C2", "400"]),
        (LEAVE + "00127,2026-12-03,2026-12-04,冲浪\n", "intake.cell", ["D2", "冲浪", "unpaid"]),
        ("工号,日期,假别,小时\n00127,2026-12-03,年假,25\n", "intake.cell", ["D2", "25", "0 to 24"]),
        ("工号,开始日期,结束日期,假别,小时\n00127,2026-12-03,2026-12-04,年假,8\n", "intake.leave_hours_span", ["E2"]),
        ("工号,日期\n00127,2026-12-03\n", "intake.no_header", ["假别/kind"]),
    ],
)
def test_leave_that_cannot_be_right_is_refused(tiny: TinySite, content: str, key: str, words: list[str]) -> None:
    error = refused(tiny, "leave", content)
    assert error.keys == [key] and all(word in str(error) for word in words), str(error)


def test_wishes_take_every_spelling_of_a_shift_and_of_a_day_off(tiny: TinySite) -> None:
    rows = (
        "00127,2026-12-01,白,\n00127,2026-12-02,日,2\n00127,2026-12-03,D,\n00127,2026-12-04,休息,\n00127,2026-12-05,off,0.5\n00127,2026-12-06,夜班,\n"
    )
    found = of(opened(tiny, "wishes", "工号,日期,希望班次,权重\n" + rows), "wishes", 1)
    assert list(found["wish"]) == ["D", "D", "D", "OFF", "OFF", "P"] and list(found["weight"]) == [1, 2, 1, 1, 0.5, 1]


@pytest.mark.parametrize(
    "row, key, words",
    [
        ("00127,2026-12-01,大夜,", "intake.unknown_shift", ["C2", "大夜", "D (", "OFF ("]),
        ("00127,2026-12-01,,", "intake.cell_empty", ["C2"]),
        ("00127,2026-12-01,D,0", "intake.cell", ["D2", "above 0"]),
        ("00555,2026-12-01,D,1", "intake.unknown_person", ["A2", "00555"]),
        ("00127,2026-12-01,D,1\n00127,2026/12/1,OFF,1", "intake.day_twice", ["row 2", "2026-12-01"]),
    ],
)
def test_wishes_that_cannot_be_right_are_refused(tiny: TinySite, row: str, key: str, words: list[str]) -> None:
    error = refused(tiny, "wishes", f"工号,日期,希望班次,权重\n{row}\n")
    assert error.keys == [key] and all(word in str(error) for word in words), str(error)


def test_approved_overtime_sets_the_persons_limit(tiny: TinySite) -> None:
    study = opened(tiny, "approved_overtime", "工号,批准加班小时,月份\n00127,12,2026-12\n00128,9,2026年11月\n00129,3.5,202612\n")
    hours = study.employees.set_index("position")["overtime_max_h"]
    assert hours[1] == 12 and pd.isna(hours[2]) and hours[3] == 3.5
    assert refused(tiny, "approved_overtime", "工号,批准加班小时\n00127,12\n00127,3\n").keys == ["intake.person_twice"]
    assert refused(tiny, "approved_overtime", "工号,批准加班小时\n00127,-1\n").keys == ["intake.cell"]
    assert refused(tiny, "approved_overtime", "工号,批准加班小时,月份\n00127,1,13\n").keys == ["intake.cell"]


def test_a_file_of_approvals_comes_before_the_staff_list(tiny: TinySite) -> None:
    tiny.put("staff.csv", "工号,入职日期,技能,已批准加班\n1,2025-03-01,zh,5\n2,2025-03-01,zh,6\n")
    hours = opened(tiny, "approved_overtime", "工号,小时\n1,12\n").employees.set_index("position")["overtime_max_h"]
    assert list(hours[[1, 2]]) == [12, 6]


def test_rows_of_people_who_are_not_employed_leave_an_empty_table(tiny: TinySite) -> None:
    study = opened(tiny, "leave", "工号,日期,假别\n00127,2026-12-03,年假\n")
    wishes = tiny.use("wishes", "wishes.csv", "工号,日期,意愿\n00127,2026-12-03,休\n")
    desk = Desk(study.params, study.horizon, {"00127": "P-00001"}, tables.empty("employees"), study.calendar)
    assert not len(read_leave(tiny.folder / "leave.csv", desk)) and not len(read_wishes(wishes, desk))
    assert len(desk.notes) == 2


@pytest.mark.parametrize(
    ("entry", "content", "cell"),
    [
        ("leave", LEAVE + "#N/A,2026-12-03,2026-12-03,年假\n", "A2"),
        ("wishes", "工号,日期,意愿\n00127,2026-12-03,#REF!\n", "C2"),
        ("pins", "工号,日期,班次,休息时段\n00127,2026-12-03,D,#VALUE!\n", "D2"),
    ],
)
def test_an_error_of_excel_is_a_finding_in_any_cell(tiny: TinySite, entry: str, content: str, cell: str) -> None:
    with pytest.raises(IntakeError, match=cell) as caught:
        opened(tiny, entry, content)
    assert caught.value.keys == ["intake.cell"]
