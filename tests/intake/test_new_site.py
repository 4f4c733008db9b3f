"""A new site's folder: filled in by program and opened."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import load_workbook
from tiny_site import TinySite

from cslib import intake
from cslib.core import words
from cslib.core.errors import IntakeError
from cslib.intake import aliases
from cslib.intake.site_folder import CONTACTS, FILES, LEAVE, STAFF, WISHES, both

pytestmark = pytest.mark.usefixtures("tiny")


def fill(path: Path, rows: list[list[object]]) -> None:
    """Write rows under the example row of a template."""
    book = load_workbook(path)
    for r, row in enumerate(rows, start=3):
        for c, value in enumerate(row, start=1):
            book.worksheets[0].cell(r, c).value = value
    book.save(path)


def test_templates_are_filled_and_the_study_opens(tiny: TinySite) -> None:
    folder = intake.new_site("call_centre")
    assert folder == tiny.folder.parent / "call_centre" and sorted(p.name for p in folder.iterdir()) == sorted(FILES)
    day = dt.datetime(2025, 3, 1)
    fill(
        folder / "staff.xlsx",
        [
            ["00127", "甲一", "一组", "客服", day, None, "标准", 1, "热线", "初级"],
            ["00128", "乙二", "", "组长", day, None, "综合", 0.5, "hotline:0.9", "高级"],
        ],
    )
    fill(folder / "contacts.xlsx", [[dt.datetime(2026, 11, 2) + dt.timedelta(days=d), "热线" if d % 2 else None, *range(28)] for d in range(28)])
    fill(folder / "leave.xlsx", [["00127", dt.datetime(2026, 12, 7), dt.datetime(2026, 12, 8), "年假"]])
    fill(folder / "wishes.xlsx", [["00128", dt.datetime(2026, 12, 9), "休", 2]])
    study = intake.open_study("call_centre", month="2026-12")
    assert len(study.employees) == 2 and len(study.contacts) == 28 * 28 and study.contacts["offered"].notna().all()
    assert len(study.leave) == 2 and list(study.wishes["wish"]) == ["OFF"] and sum("example" in note for note in study.notes) == 4
    assert not any("sheets not read" in note for note in study.notes)
    assert list(intake.names(study)["staff_no"]) == ["00127", "00128"] and sorted(study.staff_grades["grade"]) == ["junior", "senior"]


def test_a_folder_left_empty_says_what_is_missing() -> None:
    intake.new_site("empty")
    with pytest.raises(IntakeError) as caught:
        intake.open_study("empty", month="2026-12")
    assert caught.value.keys == ["intake.no_rows"] and "contacts.xlsx" in str(caught.value)


def test_headers_are_bilingual_and_known_to_the_alias_table() -> None:
    for kind, fields in (("staff", STAFF), ("leave", LEAVE), ("wishes", WISHES), ("contacts", CONTACTS)):
        for field in fields:
            header = both(f"intake.template.{kind}.{field.name}")
            for written in (header, *header.split("\n"), header + " *"):
                found = aliases.match(kind, written)
                assert found is not None and found.column == field.name and not found.unit_unknown, written


def test_the_same_templates_have_the_same_bytes_in_either_language(tmp_path: Path) -> None:
    first = intake.new_site("one", tmp_path / "a")
    with words.speaking("zh"):
        second = intake.new_site("one", tmp_path / "b")
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in FILES)


def test_nothing_is_overwritten_or_left_half_written(tiny: TinySite, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(IntakeError) as caught:
        intake.new_site("tiny")
    assert caught.value.keys == ["intake.site_exists"] and "staff.csv" in str(caught.value)
    for name in ("Tiny", "../up", "1st", "", "a" * 41, "a-b"):
        with pytest.raises(IntakeError) as caught:
            intake.new_site(name)
        assert caught.value.keys == ["intake.site_name"]
    monkeypatch.setattr("cslib.intake.site_folder._template", lambda *_, **__: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(IntakeError, match="disk full") as caught:
        intake.new_site("half")
    assert caught.value.keys == ["intake.not_writable"]
    assert [p.name for p in tiny.folder.parent.iterdir()] == ["tiny"]
