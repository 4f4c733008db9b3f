"""The workbook, read back cell by cell."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import made_up
import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from cslib import report
from cslib.core import tables, words
from cslib.core.errors import RunError
from cslib.core.shifts import LEAVE, REST, WORK
from cslib.intake.study import Study
from cslib.report import marks, workbook
from cslib.report.privacy import scan_workbook

FIRST_ROW, HEADER = 6, 3  # counted from 1


def written(study: Study, path: Path, **more) -> Path:
    roster = made_up.roster(study)
    return report.write_workbook(path, roster, made_up.covers(study), made_up.coverage(study), study, run_name="base-12345678", **more)


def names(study: Study) -> pd.DataFrame:
    ids = list(study.employees["employee_id"])
    return pd.DataFrame(
        {"employee_id": ids, "display_name": [f"示例{n:02d}" for n in range(len(ids))], "staff_no": [f"00{n:03d}" for n in range(len(ids))]}
    )


@pytest.fixture
def book(desk: Study, tmp_path: Path) -> tuple[openpyxl.Workbook, openpyxl.Workbook]:
    """The Chinese work tier, with formulas and with their stored values."""
    assert desk.site == "desk"
    return _book(tmp_path)


_READ: list[tuple[openpyxl.Workbook, openpyxl.Workbook]] = []


def _book(folder: Path) -> tuple[openpyxl.Workbook, openpyxl.Workbook]:
    """Written and read once: the tests only look at it."""
    if not _READ:
        path = written(made_up.known("desk", 18), folder / "roster.xlsx")
        _READ.append((openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)))
    return _READ[0]


def grid(sheet: Worksheet, study: Study, first_column: int = 3) -> pd.DataFrame:
    """Marks by person (rows) and day (columns)."""
    people = len(study.employees)
    rows = [[sheet.cell(FIRST_ROW + i, first_column + d).value for d in range(study.horizon.days)] for i in range(people)]
    index = [sheet.cell(FIRST_ROW + i, first_column - 1).value for i in range(people)]
    return pd.DataFrame(rows, index=index, columns=[pd.Timestamp(day) for day in study.horizon.dates])


def test_every_cell_shows_the_mark_of_the_roster_in_the_colour_of_its_shift(book, desk: Study) -> None:
    sheet, chosen, roster = book[0]["排班表"], marks.marks(desk), made_up.roster(desk)
    shown = grid(sheet, desk)
    assert list(shown.index) == list(desk.employees.sort_values("position")["employee_id"])
    place = {person: FIRST_ROW + i for i, person in enumerate(shown.index)}
    for r in roster.itertuples():
        cell = sheet.cell(place[r.employee_id], 2 + r.date.day)
        expected = {"E": "早", "M": "中", "N": "夜"}[r.shift] if r.kind == WORK else {REST: "休", LEAVE: "假"}[r.kind]
        assert cell.value == expected
        assert cell.fill.fgColor.rgb == "FF" + chosen.cell_colour(r.kind, r.shift).lstrip("#").upper()


def test_english_marks_are_those_of_the_shift_list(desk: Study, tmp_path: Path) -> None:
    with words.speaking("en"):
        sheet = openpyxl.load_workbook(written(desk, tmp_path / "roster.xlsx"))["Roster"]
    assert set(grid(sheet, desk).to_numpy().ravel()) == {"E", "L", "N", "Off", "Abs"}


def test_a_mark_of_two_shifts_gives_way_to_the_code(desk: Study) -> None:
    same = tuple(replace(s, mark={"zh": "休" if s.code == "N" else "班", "en": "off" if s.code == "N" else "D"}) for s in desk.params.shifts)
    study = replace(desk, params=replace(desk.params, shifts=same))
    assert marks.marks(study).of == {"E": "E", "M": "M", "N": "N"}
    with words.speaking("en"):
        assert marks.marks(study).of == {"E": "E", "M": "M", "N": "N"}, "spreadsheets count without regard to case"


def test_totals_are_those_of_pandas_and_stored_for_viewers_that_do_not_calculate(book, desk: Study) -> None:
    formulas, values = book[0]["排班表"], book[1]["排班表"]
    roster, last = made_up.roster(desk), 2 + desk.horizon.days
    work = roster[roster["kind"].eq(WORK)]
    leave = desk.leave.groupby("employee_id")["hours_h"].sum()
    for i, person in enumerate(desk.employees.sort_values("position")["employee_id"]):
        mine = work[work["employee_id"].eq(person)]
        rest = roster[roster["employee_id"].eq(person)]["kind"].eq(REST).sum()
        expected = [8.0 * len(mine), leave.get(person, 0.0), mine["shift"].eq("N").sum(), rest]
        assert [values.cell(FIRST_ROW + i, last + 1 + k).value for k in range(4)] == expected
        for k in (0, 2, 3):
            assert str(formulas.cell(FIRST_ROW + i, last + 1 + k).value).startswith("=")
    total = FIRST_ROW + len(desk.employees)
    assert formulas.cell(total, last + 1).value == f"=SUBTOTAL(109,AH{FIRST_ROW}:AH{total - 1})"
    assert [values.cell(total, last + 1 + k).value for k in range(4)] == [
        8.0 * len(work), desk.leave["hours_h"].sum(), work["shift"].eq("N").sum(), roster["kind"].eq(REST).sum()
    ]  # fmt: skip


def test_head_counts_a_day_are_those_of_pandas_and_follow_a_filter(book, desk: Study) -> None:
    formulas, values = book[0]["排班表"], book[1]["排班表"]
    roster, first = made_up.roster(desk), FIRST_ROW + len(desk.employees) + 2
    for k, code in enumerate(("E", "M", "N")):
        assert str(values.cell(first + k, 2).value).startswith({"E": "早 早班 07:00-15:00", "M": "中 中班", "N": "夜 夜班 23:00-07:00"}[code])
        expected = (
            roster[roster["shift"].eq(code)]
            .groupby("date")["employee_id"]
            .count()
            .reindex([pd.Timestamp(d) for d in desk.horizon.dates], fill_value=0)
        )
        assert [values.cell(first + k, 3 + d).value for d in range(desk.horizon.days)] == list(expected)
        assert "SUBTOTAL(103,OFFSET(" in formulas.cell(first + k, 3).value
    absent = roster[roster["kind"].eq(LEAVE)]["date"].dt.day.value_counts()
    assert [values.cell(first + 4, 2 + d).value for d in range(1, 32)] == [absent.get(d, 0) for d in range(1, 32)]


def test_the_header_shows_dates_weekdays_and_special_days(book) -> None:
    sheet = book[0]["排班表"]
    assert [sheet.cell(HEADER, 3).value.day, sheet.cell(HEADER, 33).value.day] == [1, 31]
    assert [sheet.cell(HEADER + 1, 2 + d).value for d in (1, 2, 3, 4)] == ["四", "五", "六", "日"]
    assert [sheet.cell(HEADER + 2, 2 + d).value for d in (1, 3, 4, 7, 10)] == ["节", "节", "休", "休", "班"]
    assert [sheet.cell(HEADER + 2, 2 + d).value or "" for d in (8, 11)] == ["", ""]
    fills = {d: sheet.cell(HEADER, 2 + d).fill.fgColor.rgb for d in (1, 4, 8, 10, 11)}
    assert len({fills[1], fills[4], fills[8], fills[10]}) == 4
    assert fills[4] == fills[11], "days off look alike"


def test_units_stand_in_the_header_and_signatures_have_room(book) -> None:
    sheet = book[0]["排班表"]
    titles = [sheet.cell(HEADER, 34 + k).value for k in range(5)]
    assert titles == ["工时\n[小时]", "请假\n[小时]", "夜班\n[次]", "休息\n[天]", "签名"]
    assert sheet.column_dimensions["AL"].width >= 12


def test_the_page_is_a3_landscape_one_page_wide_with_frozen_panes_and_filter(book, desk: Study) -> None:
    sheet = book[0]["排班表"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (8, "landscape")
    assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
    assert sheet.page_setup.fitToWidth in (None, 1), "one page is what a file means that does not say"
    assert sheet.freeze_panes == "C6"
    assert sheet.auto_filter.ref == f"A5:AL{FIRST_ROW + len(desk.employees) - 1}"
    assert sheet.print_title_rows == "$3:$5"


def test_formulas_count_by_the_legend(book) -> None:
    formulas, values = book
    legend = values["班次说明"]
    defined = {name: ref.attr_text for name, ref in formulas.defined_names.items()}
    columns = {name: [cell[0].value for cell in legend[re.sub(r".*!|\$", "", text)]] for name, text in defined.items() if name.startswith("shift_")}
    assert columns == {"shift_marks": ["早", "中", "夜"], "shift_hours": [8, 8, 8], "shift_nights": [0, 0, 1]}
    assert legend[re.sub(r".*!|\$", "", defined["rest_mark"]).split(":")[0]].value == "休"
    assert [legend.cell(5, c).value for c in (2, 3, 4, 5)] == ["E", "早班", "07:00", "15:00"]
    assert legend.cell(7, 5).value == "次日 07:00"
    assert legend.cell(5, 9).value == "30 分钟（计薪），10:00–11:00 之间开始"
    assert legend.cell(5, 10).value == "大堂、机动岗"


def test_typed_marks_are_recoloured_and_unknown_ones_warned_about(book) -> None:
    sheet = book[0]["排班表"]
    rules = [rule for area in sheet.conditional_formatting for rule in area.rules]
    assert {rule.formula[0] for rule in rules} == {'"早"', '"中"', '"夜"', '"休"', '"假"'}
    (check,) = sheet.data_validations.dataValidation
    assert check.formula1 == '"早,中,夜,休,假"'
    assert check.errorStyle == "warning"


def test_coverage_by_day_is_that_of_pandas(book, desk: Study) -> None:
    formulas, values = book[0]["每日覆盖"], book[1]["每日覆盖"]
    coverage = made_up.coverage(desk)
    day = coverage["interval_start"].dt.normalize()
    needed, short = coverage.groupby(day)["needed"].sum() / 2, coverage.groupby(day)["short"].sum() / 2
    peak = coverage["short"].where(coverage["peak"], 0.0).groupby(day).sum() / 2
    for i, date in enumerate(needed.index):
        row = [values.cell(5 + i, c).value for c in range(1, 10)]
        assert row[0] == date
        assert row[3:6] == pytest.approx([needed[date], needed[date] - short[date], peak[date]])
        assert row[8] == pytest.approx(1 - short[date] / needed[date])
        assert [values.cell(5 + i, c).value for c in (10, 11)] == pytest.approx(
            list((coverage[day.eq(date)].groupby("queue", sort=False)["short"].sum() / 2)[["lobby", "floater"]])
        )
    assert formulas.cell(5 + 32, 4).value == "=SUBTOTAL(109,D5:D35)"
    assert values.cell(5 + 32, 4).value == pytest.approx(needed.sum())


def test_the_cover_ledger_is_complete(book, desk: Study) -> None:
    sheet, covers = book[1]["顶岗台账"], made_up.covers(desk).sort_values(["start", "post", "absent_id"])
    rows = [[sheet.cell(5 + i, c).value for c in range(1, 9)] for i in range(len(covers))]
    assert [(r[0], r[1], r[2], r[3] + pd.Timedelta(r[5] + ":00"), r[7]) for r in rows] == [
        ("大堂", c.absent_id, c.stand_in_id, c.start, c.hours_h) for c in covers.itertuples()
    ]
    assert sheet.cell(5 + len(covers) + 1, 8).value == pytest.approx(covers["hours_h"].sum())


def test_the_posts_of_every_day_are_those_of_the_roster(book, desk: Study) -> None:
    sheet, roster = book[1]["岗位安排"], made_up.roster(desk)
    titles = [(sheet.cell(3, c).value, sheet.cell(4, c).value) for c in range(4, 10)]
    shifts = ("早 早班 07:00-15:00", "中 中班 15:00-23:00", "夜 夜班 23:00-07:00")
    assert titles == [(shift, post) for shift in shifts for post in ("大堂", "机动岗")]
    shown = set()
    for row, day in enumerate(desk.horizon.dates, 5):
        assert sheet.cell(row, 1).value == pd.Timestamp(day)
        for column, (code, queue) in enumerate([(c, q) for c in "EMN" for q in ("lobby", "floater")], 4):
            shown |= {(person, pd.Timestamp(day), code, queue) for person in (sheet.cell(row, column).value or "").split()}
    assert shown == {(r.employee_id, r.date, r.shift, r.queue) for r in roster[roster["kind"].eq(WORK)].itertuples()}
    assert [sheet.cell(row, 3).value or "" for row in (5, 8, 12, 14)] == ["节", "休", "", "班"]


def test_a_site_without_posts_has_no_sheet_of_posts(line: Study, tmp_path: Path) -> None:
    sheets = openpyxl.load_workbook(written(line, tmp_path / "roster.xlsx")).sheetnames
    assert sheets == ["排班表", "班次与休息", "班次说明", "每日覆盖", "顶岗台账", "说明"]


def test_every_sheet_says_what_it_is(book, desk: Study) -> None:
    assert book[0].sheetnames == ["排班表", "岗位安排", "班次与休息", "班次说明", "每日覆盖", "顶岗台账", "说明"]
    for sheet in book[0].worksheets:
        assert sheet["A2"].value == "基准方案 · base-12345678 · 工作版（仅代号） · 合成数据 SYNTHETIC"
        assert "SYNTHETIC" in sheet.oddFooter.left.text
    about = {row[0].value: row[1].value for row in book[0]["说明"].iter_rows(min_row=4)}
    assert about["站点"] == f"{desk.params.site.name.zh} (desk)"
    assert (about["月份"], about["运行编号"], about["人数"]) == (made_up.MONTH, "base-12345678", "18")


def test_without_covers_the_ledger_says_so(line: Study, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(line, tmp_path / "roster.xlsx"))["顶岗台账"]
    assert sheet["A5"].value == words.say("report.figure.no_covers")


def test_the_same_tables_give_the_same_bytes(desk: Study, tmp_path: Path) -> None:
    first, again = (written(desk, tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == again
    assert openpyxl.load_workbook(io.BytesIO(first)).properties.created == pd.Timestamp("2026-10-01")


def test_people_come_in_the_order_of_the_staff_list_whatever_their_pseudonym(desk: Study, tmp_path: Path) -> None:
    roster = made_up.roster(desk).sample(frac=1, random_state=1)
    path = report.write_workbook(tmp_path / "a.xlsx", roster, made_up.covers(desk), made_up.coverage(desk), desk, run_name="base-12345678")
    assert path.read_bytes() == written(desk, tmp_path / "b.xlsx").read_bytes()


def test_the_full_tier_adds_name_and_staff_number_and_nothing_else(desk: Study) -> None:
    path = report.protected_folder("desk", made_up.MONTH) / "base-12345678.xlsx"
    written(desk, path, tier="full", names=names(desk))
    assert path.stat().st_mode & 0o777 == 0o600
    sheet = openpyxl.load_workbook(path)["排班表"]
    assert [sheet.cell(HEADER, c).value for c in range(1, 5)] == ["序号", "工号", "姓名", "人员代号"]
    known = names(desk).set_index("employee_id")
    order = desk.employees.sort_values("position")["employee_id"]
    assert [sheet.cell(FIRST_ROW + i, 2).value for i in range(18)] == list(known.loc[order, "staff_no"]), "leading zeros stay"
    assert [sheet.cell(FIRST_ROW + i, 3).value for i in range(18)] == list(known.loc[order, "display_name"])
    covers = openpyxl.load_workbook(path)["顶岗台账"]
    first = made_up.covers(desk).sort_values(["start", "post", "absent_id"]).iloc[0]
    assert covers["B5"].value == f"{known.loc[first['absent_id'], 'display_name']} {known.loc[first['absent_id'], 'staff_no']}"
    posts = openpyxl.load_workbook(path)["岗位安排"]
    assert set((posts["D5"].value or "").split()) <= set(known["display_name"])
    assert [leak.kind for leak in scan_workbook(path, "full")] == ["column", "column"], "the scan sees 姓名 and 工号"


def test_names_that_look_like_formulas_stay_texts(desk: Study) -> None:
    path = report.protected_folder("desk", made_up.MONTH) / "base-12345678.xlsx"
    written(desk, path, tier="full", names=names(desk).assign(display_name='=HYPERLINK("http://x.invalid")', staff_no="=1+1"))
    cells = openpyxl.load_workbook(path)["排班表"]
    assert (cells.cell(FIRST_ROW, 2).value, cells.cell(FIRST_ROW, 2).data_type) == ("=1+1", "s")
    assert cells.cell(FIRST_ROW, 3).data_type == "s"


def test_the_full_tier_goes_nowhere_but_to_the_protected_folder(desk: Study, project: Path, tmp_path: Path) -> None:
    inside = project / "outputs" / "desk" / made_up.MONTH / "roster.xlsx"
    others = {
        inside: "report.not_protected", project / "roster.xlsx": "report.not_protected", tmp_path / "roster.xlsx": "report.only_protected",
        tmp_path / "protected" / "desk" / "2026-11" / "roster.xlsx": "report.only_protected",
    }  # fmt: skip
    for path, key in others.items():
        with pytest.raises(RunError) as caught:
            written(desk, path, tier="full", names=names(desk))
        assert caught.value.keys == [key]
        assert not path.exists()


def test_a_link_out_of_the_protected_folder_is_seen_through(desk: Study, project: Path) -> None:
    folder = report.protected_folder("desk", made_up.MONTH)
    (project / "outputs").mkdir()
    folder.rmdir()
    folder.symlink_to(project / "outputs", target_is_directory=True)
    with pytest.raises(RunError) as caught:
        written(desk, folder / "roster.xlsx", tier="full", names=names(desk))
    assert caught.value.keys == ["report.not_protected"]


def test_tier_and_names_go_together_and_cover_everybody(desk: Study, tmp_path: Path) -> None:
    protected = report.protected_folder("desk", made_up.MONTH) / "a.xlsx"
    for path, more, key in (
        (tmp_path / "a.xlsx", {"names": names(desk)}, "report.tier"),
        (protected, {"tier": "full"}, "report.tier"),
        (protected, {"tier": "full", "names": names(desk).iloc[1:]}, "report.no_name"),
    ):
        with pytest.raises(RunError) as caught:
            written(desk, path, **more)
        assert caught.value.keys == [key]
        assert not path.exists()


def test_the_work_tier_with_a_phone_number_in_it_is_not_written(desk: Study, tmp_path: Path) -> None:
    roster = made_up.roster(desk).replace({"employee_id": {desk.employees["employee_id"].iloc[0]: "13912345678"}})
    employees = desk.employees.replace({"employee_id": {desk.employees["employee_id"].iloc[0]: "13912345678"}})
    study = replace(desk, _tables={**desk._tables, "employees": employees})
    with pytest.raises(RunError) as caught:
        report.write_workbook(tmp_path / "a.xlsx", roster, made_up.covers(desk), made_up.coverage(desk), study)
    assert caught.value.keys == ["report.leak.phone"]
    assert not (tmp_path / "a.xlsx").exists()


def test_a_run_gets_its_workbook_and_the_finished_one_its_full_tier(desk: Study, tmp_path: Path) -> None:
    opened, frames = report.start_run(desk), made_up.frames(desk)
    for name in ("roster", "covers", "coverage"):
        opened.save(name, frames[name])
    shown = report.roster_workbook(opened, frames["roster"], frames["covers"], frames["coverage"], desk)
    assert shown == f"outputs/desk/2026-10/{opened.name}/roster.xlsx"
    with pytest.raises(RunError) as caught:
        report.full_tier_workbook(opened.path, desk, names(desk))
    assert caught.value.keys == ["report.not_finished"]
    final = opened.publish()
    assert report.read_manifest(final)["files"]["roster.xlsx"]
    path = report.full_tier_workbook(final, desk, names(desk))
    assert path == tmp_path / "protected" / "desk" / made_up.MONTH / f"{final.name}.xlsx"
    assert openpyxl.load_workbook(path)["说明"]["B7"].value == final.name


def test_totals_of_leave_count_only_days_that_the_roster_shows_as_leave(desk: Study) -> None:
    roster = made_up.roster(desk)
    roster.loc[roster["kind"].eq(LEAVE), "kind"] = REST
    assert marks.person_totals(tables.check("roster", roster), desk)["leave_h"].sum() == 0


def test_night_shifts_are_those_of_the_law(desk: Study) -> None:
    assert marks.night_codes(desk) == {"N"}
    assert workbook.NAME == "roster.xlsx"
