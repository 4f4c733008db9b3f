"""Sheet 1: the month as a Chinese planner draws it: a row a person, a column a day, totals and signature at the right, head counts below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from cslib.core import words
from cslib.core.shifts import LEAVE, REST, Shift
from cslib.core.units import clock
from cslib.core.words import say
from cslib.report.figures_base import day_kinds, day_mark, month_days, weekday
from cslib.report.marks import LEAVE_COLOUR, REST_COLOUR, head_counts, person_totals
from cslib.report.workbook_base import DAY_COLOURS, HEAD, LINE, Book, day_of, width_of

HEADER = 2  # first of the three header rows: date, weekday, mark of the day
TOTALS = ("hours_h", "leave_h", "nights", "rest_days")


@dataclass(frozen=True)
class Grid:
    """Where things stand on the sheet: rows and columns counted from 0."""

    ids: tuple[str, ...]
    days: tuple[pd.Timestamp, ...]
    people: int

    @property
    def first_row(self) -> int:
        """Row of the first person."""
        return HEADER + 3

    @property
    def last_row(self) -> int:
        """Row of the last person."""
        return self.first_row + self.people - 1

    @property
    def first_day(self) -> int:
        """Column of the first day."""
        return len(self.ids)

    @property
    def last_day(self) -> int:
        """Column of the last day."""
        return self.first_day + len(self.days) - 1

    @property
    def signature(self) -> int:
        """Last column."""
        return self.last_day + len(TOTALS) + 1


def write_grid(book: Book, roster: pd.DataFrame) -> Worksheet:
    """The month's sheet."""
    study = book.study
    totals = person_totals(roster, study)
    ids = ("number", "staff_no", "display_name", "pseudonym") if book.full else ("number", "pseudonym")
    grid = Grid(ids, tuple(month_days(study)), len(totals))
    people = [book.person(str(person)) for person in totals.index]
    widths = {"number": 5.0, "pseudonym": width_of([say("report.sheet_column.pseudonym"), *map(str, totals.index)], least=11.0)}
    widths["staff_no"] = width_of([say("report.sheet_column.staff_no"), *(number for number, _ in people)], least=10.0)
    widths["display_name"] = width_of([say("report.sheet_column.display_name"), *(name for _, name in people)], least=10.0)
    columns = [*(widths[name] for name in ids), *[3.9] * len(grid.days), *[8.5] * len(TOTALS), 13.0]
    title = say("report.workbook.title", site=words.pick(study.params.site.name), month=study.month)
    sheet = book.sheet(say("report.sheet.roster"), title, columns=columns)
    _header(book, sheet, grid)
    _people(book, sheet, grid, roster, totals)
    _recolour(book, sheet, grid)
    _below(book, sheet, grid, roster, totals)
    sheet.freeze_panes(grid.first_row, grid.first_day)
    sheet.autofilter(grid.first_row - 1, 0, grid.last_row, grid.signature)
    sheet.repeat_rows(HEADER, HEADER + 2)
    sheet.repeat_columns(0, grid.first_day - 1)
    return sheet


def _header(book: Book, sheet: Worksheet, grid: Grid) -> None:
    for column, name in enumerate(grid.ids):
        sheet.merge_range(HEADER, column, HEADER + 1, column, say(f"report.sheet_column.{name}"), book.head())
        sheet.write_blank(HEADER + 2, column, None, book.head())
    kinds = day_kinds(book.study)
    for column, day in enumerate(grid.days, grid.first_day):
        kind = kinds.get(day, "")
        colour, ink = DAY_COLOURS.get(kind, HEAD), "#c00000" if kind == "statutory_holiday" else "#222222"
        style = {"bg_color": colour, "font_color": ink, "text_wrap": False}
        sheet.write_datetime(HEADER, column, day_of(day), book.head(num_format="d", **style))
        sheet.write_string(HEADER + 1, column, weekday(day), book.head(**style))
        sheet.write_string(HEADER + 2, column, day_mark(kind), book.head(font_size=8, **style))
    for k, name in enumerate((*TOTALS, "signature")):
        column = grid.last_day + 1 + k
        sheet.merge_range(HEADER, column, HEADER + 1, column, say(f"report.sheet_column.{name}"), book.head(font_size=9))
        sheet.write_blank(HEADER + 2, column, None, book.head())


def _people(book: Book, sheet: Worksheet, grid: Grid, roster: pd.DataFrame, totals: pd.DataFrame) -> None:
    place = {person: grid.first_row + i for i, person in enumerate(totals.index)}
    column = {day: grid.first_day + i for i, day in enumerate(grid.days)}
    for row in place.values():
        sheet.set_row(row, 17)
        for at in column.values():
            sheet.write_blank(row, at, None, book.cell(align="center"))
    cells = roster[roster["date"].isin(column)]
    for r in cells.sort_values(["employee_id", "date"], key=lambda c: c.map(place) if c.name == "employee_id" else c).itertuples():
        if r.employee_id in place:
            text, colour = book.marks.cell(r.kind, r.shift), book.marks.cell_colour(r.kind, r.shift)
            sheet.write_string(place[r.employee_id], column[r.date], text, book.filled(colour))
    for number, (person, row) in enumerate(place.items(), 1):
        staff_no, name = book.person(str(person))
        values = {"number": number, "staff_no": staff_no, "display_name": name, "pseudonym": str(person)}
        for at, key in enumerate(grid.ids):
            _write(sheet, row, at, values[key], book.cell(align="center"))
        _person_totals(book, sheet, grid, row, totals.loc[person])


def _write(sheet: Worksheet, row: int, column: int, value: Any, style: Any) -> None:
    """Texts always as texts: a staff number keeps its zeros, and a name never becomes a formula."""
    if isinstance(value, str):
        sheet.write_string(row, column, value, style)
    else:
        sheet.write_number(row, column, value, style)


def _person_totals(book: Book, sheet: Worksheet, grid: Grid, row: int, totals: pd.Series) -> None:
    """Hours, nights and rest days follow the marks in the row, also after a planner changed one by hand."""
    days = f"{xl_rowcol_to_cell(row, grid.first_day, col_abs=True)}:{xl_rowcol_to_cell(row, grid.last_day, col_abs=True)}"
    formulas = {
        "hours_h": f"=SUMPRODUCT(COUNTIF({days},shift_marks),shift_hours)",
        "nights": f"=SUMPRODUCT(COUNTIF({days},shift_marks),shift_nights)",
        "rest_days": f"=COUNTIF({days},rest_mark)",
    }
    for k, name in enumerate(TOTALS):
        style = book.cell(align="center", num_format="0.##" if name.endswith("_h") else "0")
        if name in formulas:
            sheet.write_formula(row, grid.last_day + 1 + k, formulas[name], style, _plain(totals[name]))
        else:
            sheet.write_number(row, grid.last_day + 1 + k, _plain(totals[name]), style)
    sheet.write_blank(row, grid.signature, None, book.cell())


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else float(value)


def _recolour(book: Book, sheet: Worksheet, grid: Grid) -> None:
    """Colours follow a mark that is typed in later, and only known marks can be typed without a warning."""
    chosen = book.marks
    colours = [(mark, chosen.colour[code]) for code, mark in chosen.of.items()] + [(chosen.rest, REST_COLOUR), (chosen.leave, LEAVE_COLOUR)]
    area = (grid.first_row, grid.first_day, grid.last_row, grid.last_day)
    for mark, colour in colours:
        style = book.file.add_format({"bg_color": colour, "font_color": book.filled(colour).font_color})
        sheet.conditional_format(*area, {"type": "cell", "criteria": "==", "value": f'"{_quoted(mark)}"', "format": style})
    options = {"validate": "list", "source": [mark for mark, _ in colours], "error_type": "warning"}
    titles = {"error_title": say("report.workbook.unknown_mark"), "error_message": say("report.workbook.unknown_mark_do")}
    sheet.data_validation(*area, options | titles)


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def _below(book: Book, sheet: Worksheet, grid: Grid, roster: pd.DataFrame, totals: pd.DataFrame) -> None:
    """Totals and head counts of the people that the filter shows."""
    row = grid.last_row + 1
    label = book.format(align="right", bold=True, top=1, top_color=LINE)
    sheet.write_string(row, grid.first_day - 1, say("report.workbook.total"), label)
    for k, name in enumerate(TOTALS):
        column = grid.last_day + 1 + k
        letter = xl_col_to_name(column)
        style = book.cell(align="center", bold=True, num_format="#,##0.##" if name.endswith("_h") else "#,##0", bg_color=HEAD)
        formula = f"=SUBTOTAL(109,{letter}{grid.first_row + 1}:{letter}{grid.last_row + 1})"
        sheet.write_formula(row, column, formula, style, _plain(totals[name].sum()))
    counts = head_counts(roster, book.study)
    lines = [(book.marks.of[s.code], shift_label(book, s), book.marks.colour[s.code], counts.loc[s.code]) for s in book.marks.shifts]
    for kind, mark, colour in ((REST, book.marks.rest, REST_COLOUR), (LEAVE, book.marks.leave, LEAVE_COLOUR)):
        found = roster[roster["kind"].eq(kind)].groupby("date")["employee_id"].count().reindex(list(grid.days), fill_value=0)
        lines.append((mark, f"{mark} {say(f'report.kind.{kind}')}", colour, found))
    for offset, (mark, text, colour, values) in enumerate(lines, 2):
        sheet.write_string(row + offset, grid.first_day - 1, text, book.format(align="right"))
        for i, value in enumerate(values):
            letter = xl_col_to_name(grid.first_day + i)
            area = f"{letter}${grid.first_row + 1}:{letter}${grid.last_row + 1}"
            seen = f"SUBTOTAL(103,OFFSET({letter}${grid.first_row + 1},ROW({area})-ROW({letter}${grid.first_row + 1}),0))"
            sheet.write_formula(row + offset, grid.first_day + i, f'=SUMPRODUCT({seen}*({area}="{_quoted(mark)}"))', book.filled(colour), int(value))
        sheet.write_string(row + offset, grid.last_day + 1, say("report.workbook.people_a_day"), book.format(font_color="#666666", font_size=9))


def shift_label(book: Book, shift: Shift) -> str:
    """Mark, name and times of a shift."""
    name = words.pick(shift.name) if shift.name else shift.code
    return f"{book.marks.of[shift.code]} {name} {clock(shift.start_min)}-{clock(shift.end_min)}"
