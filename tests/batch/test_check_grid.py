"""A month's grid that comes back damaged: days without a column, headers that are no day, formulas, another month; and what one edit costs."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import front_desk
import openpyxl
import pandas as pd
import pytest
from front_desk import Month
from openpyxl.worksheet.worksheet import Worksheet

from cslib import intake
from cslib.core.errors import IntakeError
from cslib.intake import rosters
from cslib.roster import life
from cslib.roster.life.board import Board

HEAD, FIRST = 1, 2  # row of the days, column of the first of the month
Change = Callable[[Worksheet], object]


@pytest.fixture(scope="module")
def month() -> Month:
    made = front_desk.month()
    params = dataclasses.replace(made.study.params, shift_aliases={s.code: s.code for s in made.study.params.shifts})
    return dataclasses.replace(made, study=dataclasses.replace(made.study, params=params))


@pytest.fixture
def review(month: Month, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], life.Review]:
    """``review(change)`` writes the month as a grid, changes the sheet and compares it with the month."""
    ids = month.study.employees["employee_id"]
    monkeypatch.setattr(rosters, "names", lambda _: pd.DataFrame({"employee_id": ids, "staff_no": "S-" + ids, "display_name": ids}))

    def run(change: Change) -> life.Review:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["employee_id", *month.study.horizon.dates])
        words = {(r.employee_id, r.date.date()): _word(r) for r in month.roster.itertuples()}
        for who in Board(month.roster, month.covers, month.need, month.study).people:
            sheet.append([who, *(words.get((who, day)) for day in month.study.horizon.dates)])
        change(sheet)
        book.save(tmp_path / "grid.xlsx")
        return life.review(intake.read_roster(tmp_path / "grid.xlsx", month.study), month.roster, month.covers, month.need, month.study)

    return run


def _word(row) -> str:
    if row.kind != "work":
        return {"rest": "休", "leave": "假"}[row.kind]
    return f"{row.shift}@{row.queue}" if isinstance(row.queue, str) else row.shift


def at(sheet: Worksheet, who: str) -> int:
    return next(row for row in range(HEAD + 1, sheet.max_row + 1) if sheet.cell(row, 1).value == who)


def test_the_grid_as_it_is_has_no_edit(review) -> None:
    found = review(lambda _: None)
    assert (found.edits, found.faults, found.delta_yuan) == ((), (), 0.0)


def test_days_without_a_column_stay_and_are_told(review) -> None:
    found = review(lambda sheet: sheet.delete_cols(FIRST + 4, 2))
    assert [(e.kind, e.after) for e in found.edits] == [("days_missing", "2026-12-05 - 2026-12-06")] and not found.faults


@pytest.mark.parametrize(("day", "header"), [(4, "2026-12-99"), (31, None)])
def test_shifts_under_a_header_that_is_no_day_are_a_fault(review, day: int, header: str | None) -> None:
    found = review(lambda sheet: setattr(sheet.cell(HEAD, FIRST + day - 1), "value", header))
    assert [f.key for f in found.faults] == ["intake.lost_day"]
    assert [e.after for e in found.edits] == [f"2026-12-{day:02d}"]


def test_a_formula_without_a_result_is_no_day_off(review) -> None:
    found = review(lambda sheet: setattr(sheet.cell(HEAD + 1, FIRST + 4), "value", "=A1"))
    assert [f.key for f in found.faults] == ["intake.formula_cell"] and not found.edits


def test_the_grid_of_another_month_is_named_as_such(review) -> None:
    def change(sheet: Worksheet) -> None:
        for column in range(FIRST, FIRST + 31):
            sheet.cell(HEAD, column).value = dt.date(2027, 1, column - FIRST + 1)

    with pytest.raises(IntakeError) as caught:
        review(change)
    (finding,) = caught.value.findings
    assert finding.key == "intake.other_month" and finding.facts["given"] == "2027-01" and finding.where.endswith("[Sheet] 1:1")


def test_one_edit_by_itself_costs_what_the_whole_file_costs(month: Month, review) -> None:
    """A lobby duty off: whoever relieved its meal is free again, in the price of the edit as in the total."""
    relieved = month.covers.iloc[20]
    found = review(lambda sheet: setattr(sheet.cell(at(sheet, relieved["absent_id"]), FIRST + relieved["start"].day - 1), "value", "休"))
    (edit,) = found.edits
    assert edit.delta_yuan == found.delta_yuan > 1000
    assert len(found.board.covers) < len(month.covers)


def test_a_file_of_another_site_is_named_as_such(review) -> None:
    def change(sheet: Worksheet) -> None:
        for row in range(HEAD + 1, sheet.max_row + 1):
            sheet.cell(row, 1).value = f"P-{row:05d}"

    with pytest.raises(IntakeError) as caught:
        review(change)
    assert caught.value.keys == ["intake.nobody_known"]
