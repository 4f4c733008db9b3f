"""The workbook's lists of the day: duties with their breaks, the cover ledger; and the room that their texts have."""

from __future__ import annotations

from pathlib import Path

import made_up
import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from cslib import report
from cslib.core import tables, words
from cslib.core.shifts import WORK
from cslib.intake.study import Study


def written(study: Study, path: Path, **more) -> Path:
    roster = made_up.roster(study)
    return report.write_workbook(path, roster, made_up.covers(study), made_up.coverage(study), study, run_name="base-12345678", **more)


@pytest.fixture
def book(desk: Study, tmp_path: Path) -> openpyxl.Workbook:
    """The Chinese work tier."""
    return openpyxl.load_workbook(written(desk, tmp_path / "roster.xlsx"), data_only=True)


def width(sheet: Worksheet, column: int) -> float:
    """Width of a column; columns of one width are stored as one."""
    return next(d.width for d in sheet.column_dimensions.values() if d.min <= column <= d.max)


def test_every_duty_is_listed_with_its_breaks_and_who_stands_in(book, desk: Study) -> None:
    sheet, roster, covers = book["班次与休息"], made_up.roster(desk), made_up.covers(desk)
    titles = [cell.value for cell in sheet[4]]
    assert titles == ["日期", "星期", "人员", "班次", "岗位", "上班", "下班", "用餐休息", "休息时的顶岗人"]
    shown = {(r[0], r[2]): r for r in sheet.iter_rows(min_row=5, values_only=True) if r[0] is not None}
    work = roster[roster["kind"].eq(WORK)]
    assert len(shown) == len(work)
    assert [*shown] == sorted(shown, key=lambda k: k[0]), "by date"
    relieved = 0
    for r in work.itertuples():
        row = shown[r.date, r.employee_id]
        late = "次日 " if r.shift == "N" else ""
        assert (row[5], row[6]) == (f"{r.start:%H:%M}", f"{late}{r.end:%H:%M}")
        assert row[7] == ("次日 " if r.breaks < "07" else "") + r.breaks, "a break after midnight is marked"
        mine = covers[covers["absent_id"].eq(r.employee_id) & covers["start"].between(r.start, r.end, inclusive="left")]
        assert (row[8] or "").count("\n") + bool(row[8]) == len(mine)
        assert all(c.stand_in_id in row[8] and f"{c.start:%H:%M}-{c.end:%H:%M}" in row[8] for c in mine.itertuples())
        relieved += len(mine)
    assert relieved > 0


def test_short_rests_have_a_column_of_their_own(line: Study, tmp_path: Path) -> None:
    roster = made_up.roster(line)
    first = roster.index[roster["kind"].eq(WORK) & roster["shift"].eq("E")][0]
    roster.loc[first, "breaks"] = "08:30-08:40;10:00-10:30;13:00-13:10"
    path = report.write_workbook(tmp_path / "roster.xlsx", roster, made_up.covers(line), made_up.coverage(line), line)
    sheet = openpyxl.load_workbook(path)["班次与休息"]
    titles = [cell.value for cell in sheet[4]]
    assert titles == ["日期", "星期", "人员", "班次", "上班", "下班", "用餐休息", "短休"]
    who, day = roster.loc[first, ["employee_id", "date"]]
    (row,) = [r for r in sheet.iter_rows(min_row=5, values_only=True) if (r[0], r[2]) == (day, who)]
    assert row[6:] == ("10:00-10:30", "08:30-08:40\n13:00-13:10")


def test_a_relief_after_midnight_names_the_night_it_belongs_to(desk: Study, tmp_path: Path) -> None:
    roster = made_up.roster(desk)
    night = next(r for r in roster[roster["shift"].eq("N")].itertuples())
    start = night.date + pd.Timedelta(hours=26)
    row = {"post": "lobby", "absent_id": night.employee_id, "stand_in_id": "A-0001", "start": start, "end": start + pd.Timedelta(minutes=30)}
    covers = tables.check("covers", pd.DataFrame([row | {"hours_h": 0.5, "kind": "break_relief"}]))
    path = report.write_workbook(tmp_path / "roster.xlsx", roster, covers, made_up.coverage(desk), desk)
    cells = [cell.value for cell in openpyxl.load_workbook(path)["顶岗台账"][5]]
    assert cells[3] == night.date + pd.Timedelta(days=1)
    assert cells[8] == f"夜 {night.date:%m-%d}（前一日开始的班）"


def test_columns_are_as_wide_as_the_longest_name(desk: Study) -> None:
    """A Chinese character takes the room of two letters."""
    path = report.protected_folder("desk", made_up.MONTH) / "base-12345678.xlsx"
    long = pd.DataFrame({"employee_id": desk.employees["employee_id"]}).assign(display_name="阿依古丽·示例买买提 Sample", staff_no="000000012345")
    written(desk, path, tier="full", names=long)
    book = openpyxl.load_workbook(path)
    grid, covers, breaks = book["排班表"], book["顶岗台账"], book["班次与休息"]
    name, number = 9 * 2 + 1 + len(" Sample"), 12
    assert width(grid, 3) > name
    assert width(grid, 2) > number
    for sheet, column in ((covers, 2), (covers, 3), (breaks, 3)):
        assert width(sheet, column) > name + 1 + number


def test_wrapped_texts_have_room_in_both_languages(desk: Study, tmp_path: Path, language: str) -> None:
    book = openpyxl.load_workbook(written(desk, tmp_path / "roster.xlsx"))
    for title, column, width in ((words.say("report.sheet.about"), "B", 110), (words.say("report.sheet.legend"), "I", 46)):
        sheet = book[title]
        for cell in sheet[column][4:]:
            units = sum(2 if ord(c) > 0x2E7F else 1 for c in cell.value or "")
            assert (sheet.row_dimensions[cell.row].height or 15) >= 15 * -(-units // width), (language, cell.value)
