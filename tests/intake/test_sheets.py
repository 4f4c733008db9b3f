"""Files as sheets: encodings told strictly, separators, merged cells, number formats, formulas."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart
from openpyxl.worksheet.worksheet import Worksheet
from tiny_site import STAFF, TinySite

from cslib import intake
from cslib.core.errors import IntakeError
from cslib.core.words import speaking
from cslib.intake.sheets import decode


def open_tiny() -> intake.Study:
    return intake.open_study("tiny", month="2026-12")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_common_encoding_and_separator_gives_the_same_people(tiny: TinySite, encoding: str, separator: str) -> None:
    expected = open_tiny().employees
    rows = STAFF.replace("zh;en:0.8", "zh、en:0.8").replace(",", separator)
    tiny.put("staff.csv", rows.encode(encoding))
    assert open_tiny().employees.equals(expected)


@pytest.mark.parametrize(
    "text, encoding",
    [("員工編號,到職日期,技能,備註,組別,職務名稱\n", "big5"), ("Zoé Müller,Françoise,Jürgen,Åsa,Søren\n", "latin-1"), ("Łódź;Żółć\n", "cp1250")],
)
def test_an_encoding_that_only_formally_fits_is_refused(text: str, encoding: str) -> None:
    with pytest.raises(IntakeError) as caught:
        decode(text.encode(encoding), "x.csv")
    assert caught.value.keys == ["intake.encoding"]


def test_rare_hanzi_of_names_are_no_reason_to_refuse() -> None:
    text = "工号,姓名,入职日期\n1,喆赟玥堃,2025-01-01\n"
    assert decode(text.encode("gbk"), "x.csv") == text


def test_refused_files_say_the_way_out(tiny: TinySite) -> None:
    for name, content, key in (
        ("old.xls", b"\xd0\xcf\x11\xe0", "intake.old_excel"),
        ("staff.pdf", b"%PDF", "intake.file_kind"),
        ("broken.xlsx", b"PK\x03\x04 no zip", "intake.damaged"),
        ("zeros.csv", b"a,b\x00\x00", "intake.encoding"),
    ):
        tiny.use("staff", name, content)
        with pytest.raises(IntakeError) as caught:
            open_tiny()
        assert caught.value.keys == [key] and name in str(caught.value)
    tiny.use("staff", "staf.csv")
    with pytest.raises(IntakeError, match=r"staf\.csv: .*: staff\.csv\. Check"):  # close names alone, not the whole folder
        open_tiny()


HEAD = ["工号", "姓名", "入职日期", "技能"]


def test_leading_zeros_kept_as_text_or_by_number_format(tiny: TinySite, workbook: Callable[..., Any]) -> None:
    rows = [HEAD, [127, "甲一", dt.datetime(2025, 3, 1), "zh"], ["00128", "乙二", 45717, "zh"], [129, "丙三", "2025-03-01", "en"]]
    workbook(tiny.folder / "staff.xlsx", {"名单": rows}, formats={"名单": {"A2": "00000"}})
    tiny.use("staff", "staff.xlsx")
    study = open_tiny()
    assert list(intake.names(study)["staff_no"]) == ["00127", "00128", "129"]
    assert set(study.employees["hired"].dt.date) == {dt.date(2025, 3, 1)}


def repacked(path: Path, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook's bytes with one part of its archive changed (and its checksum made anew)."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return result.getvalue()


def test_a_damaged_workbook_is_refused_by_a_sentence_whatever_part_is_hit(tiny: TinySite, workbook: Callable[..., Any]) -> None:
    path = workbook(tiny.folder / "staff.xlsx", {"名单": [HEAD, ["1", "甲", "2025-03-01", "zh"]]}, formats={"名单": {"A2": "00000"}})
    tiny.use("staff", "staff.xlsx")
    raw, sheet = path.read_bytes(), "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo(sheet).header_offset
    body = place + 30 + len(sheet)
    damaged = [repacked(path, part, lambda x: x[: len(x) // 2]) for part in (sheet, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml")]
    damaged += [repacked(path, sheet, lambda x, new=new: x.replace(b' r="A2" s="1"', new)) for new in (b' r="A2" s="999"', b' r="??" s="1"')]
    damaged += [repacked(path, "xl/workbook.xml", lambda x: x.replace(b"sheetId=", b"sheetIx="))]
    damaged += [raw[: len(raw) // 2], raw[:body] + bytes([raw[body] ^ 0xFF]) + raw[body + 1 :]]
    central = raw.rindex(sheet.encode()) - 46
    damaged += [raw[: central + 10] + b"\x63" + raw[central + 11 :], raw[: central + 8] + b"\x01" + raw[central + 9 :]]  # compression 99; protected
    for i, content in enumerate(damaged):
        assert content != raw
        path.write_bytes(content)
        with pytest.raises(IntakeError, match=r"staff\.xlsx") as caught:
            open_tiny()
        assert caught.value.keys == ["intake.damaged"], i


def test_sheets_of_charts_are_left_alone(tiny: TinySite, workbook: Callable[..., Any]) -> None:
    from openpyxl import load_workbook

    path = workbook(tiny.folder / "staff.xlsx", {"名单": [HEAD, ["1", "甲", "2025-03-01", "zh"]]})
    tiny.use("staff", "staff.xlsx")
    book = load_workbook(path)
    book.create_chartsheet("图", 0).add_chart(BarChart())
    book.save(path)
    assert len(open_tiny().employees) == 1
    del book["名单"]
    book.save(path)
    with pytest.raises(IntakeError, match=r"staff\.xlsx") as caught:
        open_tiny()
    assert caught.value.keys == ["intake.no_header"]


def test_title_rows_and_a_merged_header_of_two_rows_are_found(tiny: TinySite, workbook: Callable[..., Any]) -> None:
    rows = [
        ["2026年12月客服中心人员名单", None, None, None, None],
        ["制表日期：2026-11-20", None, None, None, None],
        ["基本信息", None, None, "技能", None],
        ["工号", "姓名", "入职日期", "中文热线", "英文热线"],
        ["0001", "甲一", "2025-03-01", "√", None],
        [None, None, None, None, None],
        ["0002", "乙二", "2025-03-01", 1, "80%"],
        ["合计", None, None, 2, 1],
        ["制表人：某", None, None, None, None],
    ]
    workbook(tiny.folder / "staff.xlsx", {"名单": rows}, merge={"名单": ["A1:E1", "A2:E2", "A3:C3", "D3:E3"]})
    tiny.use("staff", "staff.xlsx")
    study = open_tiny()
    assert len(study.employees) == 2
    second = study.employees.loc[study.employees["position"] == 2, "employee_id"].iloc[0]
    held = study.skills[study.skills["employee_id"] == second].set_index("skill")["proficiency"]
    assert held["en"] == 0.8 and set(held.index) == {"zh", "en"}
    assert any("8, 9" in note for note in study.notes)


def test_a_second_header_row_that_completes_the_first(tiny: TinySite, workbook: Callable[..., Any]) -> None:
    rows = [["工号", "入职日期", "技能", None], [None, None, "中文热线", "英文热线"], ["0001", "2025-03-01", 1, 1]]
    workbook(tiny.folder / "staff.xlsx", {"名单": rows}, merge={"名单": ["A1:A2", "B1:B2", "C1:D1"]})
    tiny.use("staff", "staff.xlsx")
    assert sorted(open_tiny().skills["skill"]) == ["en", "zh"]


def test_a_messy_export_in_gbk_opens(tiny: TinySite) -> None:
    lines = [
        "客服部人员名单,,,,,",
        "（2026年11月）,,,,,",
        "工号,姓名,入职日期,全时当量,技能,",
        ",,,,中文热线,英文热线",
        "00127,甲一,45717,１.０,√,",
        ",,,,,",
        "00128,乙二,2025年3月1日,80%,1,0.9",
        "合计,,,,2,1",
        "审核：,,,制表：,,",
    ]
    tiny.put("staff.csv", "\r\n".join(lines).encode("gbk"))
    study = open_tiny()
    assert list(intake.names(study)["staff_no"]) == ["00127", "00128"] and set(study.employees["hired"].dt.date) == {dt.date(2025, 3, 1)}
    assert sorted(study.skills["skill"]) == ["en", "zh", "zh"] and sorted(study.employees["fte_share"]) == [0.8, 1.0]


def test_the_first_person_is_no_second_header_row(tiny: TinySite) -> None:
    tiny.put("staff.csv", "工号,入职日期,技能,备注\n1,2025-03-01,en,中文热线\n2,2025-03-01,en,zh\n")
    study = open_tiny()
    assert len(study.employees) == 2 and set(study.skills["skill"]) == {"en"}


def test_repeated_headers_are_refused_with_both_places(tiny: TinySite) -> None:
    tiny.put("staff.csv", "工号,入职日期,技能,员工编号\n1,2025-03-01,zh,1\n")
    with pytest.raises(IntakeError, match=r"D1.*A1") as caught:
        open_tiny()
    assert caught.value.keys == ["intake.header_twice"]


def test_a_missing_column_is_named_with_what_was_found(tiny: TinySite) -> None:
    tiny.put("staff.csv", "工号,姓名,技能\n1,甲,zh\n")
    with pytest.raises(IntakeError, match="入职日期/hired") as caught:
        open_tiny()
    assert caught.value.keys == ["intake.no_header"] and "技能" in str(caught.value)


def test_an_unquoted_thousands_comma_is_noticed(tiny: TinySite) -> None:
    tiny.use("contacts", "[calls.csv]", "日期,时间,队列,呼入量\n2026-11-02,09:00,phone_zh,1,234\n")
    with pytest.raises(IntakeError, match="row 2 has 5 cells") as caught:
        open_tiny()
    assert caught.value.keys == ["intake.row_too_long"]


def test_formulas_need_a_stored_result(tiny: TinySite) -> None:
    book = Workbook()
    book.active.append(HEAD)
    book.active.append(["1", "甲", "=DATE(2025,3,1)", "zh"])
    book.save(tiny.folder / "staff.xlsx")
    tiny.use("staff", "staff.xlsx")
    with pytest.raises(IntakeError, match="C2") as caught:
        open_tiny()
    assert caught.value.keys == ["intake.formula"]


def test_errors_of_excel_are_refused_with_their_cell(tiny: TinySite) -> None:
    tiny.put("staff.csv", "工号,班组,入职日期,技能\n1,#N/A,2025-03-01,zh\n")
    with pytest.raises(IntakeError, match=r"staff\.csv B2") as caught:
        open_tiny()
    assert caught.value.keys == ["intake.cell"]


def test_hidden_and_help_sheets_are_left_alone_and_two_lists_are_refused(tiny: TinySite, workbook: Callable[..., Any]) -> None:
    rows = [HEAD, ["1", "甲", "2025-03-01", "zh"]]
    path = workbook(tiny.folder / "staff.xlsx", {"名单": rows, "旧名单": rows, "说明": rows})
    tiny.use("staff", "staff.xlsx")
    with pytest.raises(IntakeError, match="名单, 旧名单") as caught:
        open_tiny()
    assert caught.value.keys == ["intake.two_sheets"]
    from openpyxl import load_workbook

    book = load_workbook(path)
    book["旧名单"].sheet_state = "hidden"
    book.save(path)
    assert len(open_tiny().employees) == 1


def test_the_1904_date_system_is_respected(tiny: TinySite) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEAD)
    book.active.append(["1", "甲", (dt.date(2025, 3, 1) - dt.date(1904, 1, 1)).days, "zh"])
    book.save(tiny.folder / "staff.xlsx")
    tiny.use("staff", "staff.xlsx")
    assert open_tiny().employees["hired"].dt.date.tolist() == [dt.date(2025, 3, 1)]


def test_findings_of_one_file_are_reported_together(tiny: TinySite) -> None:
    tiny.put("staff.csv", "工号,入职日期,全时当量,技能,岗位\n1,soon,2,zh,客服\n2,2025-03-01,1,flying,pilot\n,2025-03-01,1,zh,\n")
    with pytest.raises(IntakeError) as caught:
        open_tiny()
    assert sorted(caught.value.keys) == ["intake.cell", "intake.cell", "intake.cell", "intake.cell_empty", "intake.unknown_skill"]
    assert "B2" in str(caught.value) and "A4" in str(caught.value)


@pytest.mark.usefixtures("tiny")
def test_shown_paths_stay_inside_the_project() -> None:
    assert set(open_tiny().files) == {"params/sites/tiny/staff.csv"}
    assert not Path(next(iter(open_tiny().files))).is_absolute()


@pytest.mark.parametrize(
    ("cell", "words"), [("XFD1048576", ["XFD1048576", "600000 rows"]), ("A1048576", ["A1048576"]), ("CZZ3", ["CZZ3", "2000 columns"])]
)
def test_a_cell_far_away_is_named_before_the_cells_between_are_made(
    tiny: TinySite, workbook: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, cell: str, words: list[str]
) -> None:
    path = workbook(tiny.folder / "staff.xlsx", {"名单": [line.split(",") for line in STAFF.splitlines()]})
    book = load_workbook(path)
    book["名单"][cell] = "x"
    book.save(path)
    tiny.change("staff: staff.csv", "staff: staff.xlsx")
    made, make = [], Worksheet._get_cell
    monkeypatch.setattr(Worksheet, "_get_cell", lambda *place: made.append(place[1:]) or make(*place))
    with pytest.raises(IntakeError) as caught:
        open_tiny()
    assert caught.value.keys == ["intake.too_large"] and all(word in str(caught.value) for word in words), str(caught.value)
    assert len(made) <= 100, len(made)  # the rectangle up to the cell has 2,000 columns or 600,000 rows and more


def test_formats_far_away_are_no_cells(tiny: TinySite, workbook: Callable[..., Any]) -> None:
    expected = open_tiny().employees
    path = workbook(tiny.folder / "staff.xlsx", {"名单": [line.split(",") for line in STAFF.splitlines()]})
    book = load_workbook(path)
    book["名单"]["XFD1048576"].number_format = "@"
    book.save(path)
    tiny.change("staff: staff.csv", "staff: staff.xlsx")
    assert open_tiny().employees.equals(expected)


def test_a_merge_over_the_whole_sheet_is_refused_before_it_is_built(tiny: TinySite, workbook: Callable[..., Any]) -> None:
    path = workbook(tiny.folder / "staff.xlsx", {"名单": [line.split(",") for line in STAFF.splitlines()]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A9:XFD1048576"/></mergeCells>')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    tiny.change("staff: staff.csv", "staff: staff.xlsx")
    with pytest.raises(IntakeError, match="A9:XFD1048576") as caught:
        open_tiny()
    assert caught.value.keys == ["intake.too_large"]


def test_a_csv_of_endless_columns_is_refused(tiny: TinySite) -> None:
    tiny.put("staff.csv", STAFF + "," * 5000 + "\n")
    with pytest.raises(IntakeError, match="6:6") as caught:
        open_tiny()
    assert caught.value.keys == ["intake.too_large"]


def test_a_folder_in_place_of_a_file_is_told(tiny: TinySite) -> None:
    (tiny.folder / "data").mkdir()
    (tiny.folder / "data" / "calls.csv").write_text("x", encoding="utf-8")
    with pytest.raises(IntakeError, match=r"calls\.csv") as caught:
        intake.open_study("tiny", month="2026-12", contacts="data")
    assert caught.value.keys == ["intake.folder"]


def test_an_error_can_be_read_in_both_languages_whenever_it_was_raised(tiny: TinySite) -> None:
    """A planner's session and a reviewer's page may speak different languages: nothing in a finding is fixed when it is raised."""
    tiny.put("staff.csv", STAFF.replace("2025-03-01", "soon").replace("一组", "13800138000").replace("中文热线", "形象"))
    with pytest.raises(IntakeError) as caught:
        open_tiny()
    with speaking("en"):
        assert not any(
            "\u4e00" <= c <= "\u9fff" for c in str(caught.value).replace("入职日期", "").replace("技能", "").replace("班组", "").replace("形象", "")
        )
    with speaking("zh"):
        assert "a date such as" not in str(caught.value) and "looks" not in str(caught.value)
