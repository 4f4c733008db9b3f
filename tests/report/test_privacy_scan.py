"""The scan finds what may not be published, names the place, masks the value, and lets plain figures pass."""

from __future__ import annotations

import json
from pathlib import Path

import made_up
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from cslib import report
from cslib.core import tables, words
from cslib.core.errors import RunError
from cslib.intake.study import Study
from cslib.report import privacy, titles

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]  # GB 11643


def id_number(body: str) -> str:
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, body, strict=True)) % 11]


def kinds(text: str) -> list[str]:
    return [leak.kind for leak in privacy.scan_text(text, "here")]


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "138-1234-5678",
        "138 1234 5678",
        "+86 13812345678",
        "86-13812345678",
        "请致电13812345678。",
        "tel:19912345678;",
        "（17712345678）",
    ],
)
def test_mobile_numbers_are_found(text: str) -> None:
    assert kinds(text) == ["phone"]


@pytest.mark.parametrize("text", ["010-12345678", "0571-1234567", "电话021-12345678转1"])
def test_landlines_are_found(text: str) -> None:
    assert kinds(text) == ["landline"]


@given(
    st.integers(110000, 659999),
    st.dates(min_value=__import__("datetime").date(1930, 1, 1), max_value=__import__("datetime").date(2020, 1, 1)),
    st.integers(0, 999),
)
def test_id_numbers_with_a_right_check_digit_are_found(area: int, birthday, order: int) -> None:
    number = id_number(f"{area}{birthday:%Y%m%d}{order:03d}")
    assert kinds(f"x {number} y") == ["id_number"]
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert kinds(wrong) == []
    assert kinds(f"{area}{birthday:%y%m%d}{order:03d}") == ["id_number"], "the old form of 15 digits"


def test_mail_addresses_are_found() -> None:
    assert kinds("write to someone@example.com now") == ["email"]


@pytest.mark.parametrize(
    "text",
    ["2026-12-01 07:00:00", "0.13812345678", "13812345678.25", "wage 1381234567", "sha 4b13812345678cd", "138123456789", "123456789012345678",
     "A-13812345", "1,381,234,567", "2026-11-22T14:23:05+08:00", "3812345678", "99.99%", "-13812345678e5", "x=13812345678901"],
)  # fmt: skip
def test_plain_figures_pass(text: str) -> None:
    assert kinds(text) == []


def test_pictures_are_not_text() -> None:
    assert kinds('<img src="data:image/png;base64,AAAA 13812345678 AAAA=">') == []


def test_values_are_masked() -> None:
    (leak,) = privacy.scan_text("13812345678", "here")
    assert leak.masked == "138********"


@pytest.mark.parametrize(
    "title",
    [
        "姓名",
        "员工姓名",
        "工号",
        "手机号码",
        "身份证号",
        "出生日期",
        "性别",
        "基本薪资",
        "Name of employee: full name",
        "staff_no",
        "Phone",
        "ID card",
        "Sex",
        "E-mail",
    ],
)
def test_personal_columns_are_found(title: str) -> None:
    assert [leak.kind for leak in privacy.scan_headings([title], "here")] == ["column"]


def test_columns_that_nobody_listed_are_found() -> None:
    assert [leak.kind for leak in privacy.scan_headings(["心情", "mood"], "here")] == ["unknown_column", "unknown_column"]
    assert privacy.scan_headings(["", "10:00", "2026-12-01", "3"], "here") == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_titles_of_all_tables_that_may_be_shown_are_allowed(language: str) -> None:
    with words.speaking(language):
        shown = [report.heading(c) for name in titles.SHOWN_TABLES for c in tables.spec(name).columns]
    assert privacy.scan_headings(shown, "here") == []


def test_no_table_with_pay_grade_or_capability_may_be_shown() -> None:
    assert all(tables.spec(name).privacy in {"open", "pseudonym"} for name in titles.SHOWN_TABLES)
    hidden = {"amount_fen", "grade", "no_night_until", "no_overtime_until", "probation", "rate_fen"}
    assert not (hidden - {"grade"}) & privacy.allowed_headings()  # a grade may head a group: next test
    by_person = [tables.spec(name).columns for name in titles.SHOWN_TABLES if tables.spec(name).privacy == "pseudonym"]
    assert hidden.isdisjoint(c for columns in by_person for c in columns)
    assert (hidden - {"grade"}).isdisjoint(c for name in titles.SHOWN_TABLES for c in tables.spec(name).columns)


@pytest.mark.parametrize("heading", ["Grade", "职级"])
def test_a_grade_may_head_a_group_and_never_a_person(heading: str) -> None:
    group = table([heading, "People"], 3)
    assert privacy.scan_page(group, "here") == []
    person = table(["employee_id", heading], 3)
    assert [leak.kind for leak in privacy.scan_page(person, "here")] == ["column"]


def table(titles: list[str], rows: int) -> str:
    head = "".join(f"<th>{t}</th>" for t in titles)
    return f"<html><body><table><thead><tr>{head}</tr></thead>{'<tr><td>x</td></tr>' * rows}</table></body></html>"


def test_long_lists_of_people_are_found_on_pages() -> None:
    assert privacy.scan_page(table(["人员代号", "日期"], 20), "p") == []
    assert [leak.kind for leak in privacy.scan_page(table(["人员代号", "日期"], 21), "p")] == ["long_list"]
    assert privacy.scan_page(table(["日期"], 31), "p") == [], "a list without people may be long"


def test_pages_are_scanned_for_columns_and_text_but_not_styles() -> None:
    page = table(["姓名"], 1).replace("<body>", "<body><style>.a{width:13812345678px}</style><script>x=13812345678</script><p>139&#49;2345678</p>")
    assert sorted(leak.kind for leak in privacy.scan_page(page, "p")) == ["column", "phone"]


def book(path: Path, *texts: str) -> Path:
    file = xlsxwriter.Workbook(path)
    sheet = file.add_worksheet()
    for i, text in enumerate(texts):
        sheet.write_string(0, i, text)
    file.close()
    return path


def test_workbooks_are_scanned(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", "人员代号", "姓名", "手机号", "13812345678", "地址变更热线", "姓名 [全称]")
    assert [leak.kind for leak in privacy.scan_workbook(path, "a")] == ["phone", "column", "column", "column"], "a post may be called 地址变更热线"


def test_numbers_in_workbooks_are_scanned_too(tmp_path: Path) -> None:
    file = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = file.add_worksheet()
    sheet.write_number(0, 0, 13812345678)
    sheet.write_comment(1, 0, "call 13912345678")
    file.close()
    assert [leak.kind for leak in privacy.scan_workbook(tmp_path / "a.xlsx", "a")] == ["phone", "phone"]


def test_outputs_of_notebooks_are_scanned_with_the_number_of_the_cell() -> None:
    outputs = [
        {"output_type": "stream", "text": ["13812345678\n"]},
        {"output_type": "display_data", "data": {"text/html": table(["姓名"], 1), "image/png": "13812345678"}},
    ]
    cells = [{"cell_type": "markdown", "source": "x"}, {"cell_type": "code", "source": "", "outputs": outputs}]
    leaks = privacy.scan_notebook({"cells": cells}, "n.ipynb")
    assert [(leak.kind, leak.place) for leak in leaks] == [("phone", "n.ipynb [2]"), ("column", "n.ipynb [2]")]


def test_a_whole_run_is_scanned(desk: Study) -> None:
    opened, frames = report.start_run(desk), made_up.frames(desk)
    for name, frame in frames.items():
        opened.save(name, frame)
    opened.note("solver", made_up.SOLVER)
    report.roster_workbook(opened, frames["roster"], frames["covers"], frames["coverage"], desk)
    assert privacy.scan_run(opened.path) == []
    planted = {
        "html/a.html": table(["姓名"], 1), "notes/b.json": json.dumps({"x": "13812345678"}), "tables/c.csv": "a,b\n1,13812345678\n",
        "notebooks/d.ipynb": json.dumps({"cells": [{"outputs": [{"output_type": "stream", "text": "13812345678"}]}]}),
    }  # fmt: skip
    for name, text in planted.items():
        (opened.path / name).parent.mkdir(exist_ok=True)
        (opened.path / name).write_text(text, encoding="utf-8")
    book(opened.path / "e.xlsx", "姓名")
    assert [leak.place for leak in privacy.scan_run(opened.path)] == [
        "e.xlsx",
        "html/a.html",
        "notebooks/d.ipynb [1]",
        "notes/b.json",
        "tables/c.csv",
    ]


def test_all_findings_are_raised_together_in_both_languages() -> None:
    leaks = [privacy.Leak(kind, "p", "138***") for kind in ("phone", "landline", "id_number", "email", "column", "unknown_column", "long_list")]
    with pytest.raises(RunError) as caught:
        privacy.refuse([*leaks, *leaks])
    assert caught.value.keys == [f"report.leak.{leak.kind}" for leak in leaks]
    for language in words.LANGUAGES:
        with words.speaking(language):
            assert str(caught.value).count("138***") == 7
    privacy.refuse([])


def test_every_open_table_may_be_shown() -> None:
    """A table without persons that a page prints must not be refused at the end of a run."""
    assert {name for name, table in tables.dictionary().items() if table.privacy == "open"} <= set(titles.SHOWN_TABLES)
