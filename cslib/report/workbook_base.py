"""What the sheets of the workbook share: the study's words and marks, cell formats, page set-up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from cslib.core import words
from cslib.core.units import clock
from cslib.core.width import units_of
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.report.figures_base import readable_on
from cslib.report.marks import Marks, marks

FONT = "Microsoft YaHei"
LINE, HEAD, OFF, HOLIDAY, MAKE_UP = "#bfbfbf", "#dde7f0", "#ececec", "#f8d5cc", "#fff2cc"
DAY_COLOURS = {"rest_day": OFF, "arranged_off": OFF, "statutory_holiday": HOLIDAY, "make_up_workday": MAKE_UP}
A3 = 8
TOP, LINE_PT = 3, 15  # row of the column titles; height of a line of text [pt]


@dataclass
class Book:
    """A workbook being written.

    Attributes
    ----------
    names : table employee_id, display_name, staff_no for the full tier; None for the work tier, which knows pseudonyms only
    run_name : id of the run, printed on every sheet
    """

    file: Workbook
    study: Study
    names: pd.DataFrame | None = None
    run_name: str = ""
    marks: Marks = field(init=False)
    _formats: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.marks = marks(self.study)

    @property
    def full(self) -> bool:
        """True for the tier with names."""
        return self.names is not None

    @cached_property
    def _people(self) -> dict[str, tuple[str, str]]:
        if self.names is None:
            return {}
        return {str(r.employee_id): (str(r.staff_no), str(r.display_name)) for r in self.names.itertuples()}

    def person(self, employee_id: str) -> tuple[str, str]:
        """Staff number and display name of a person; empty in the work tier."""
        return self._people.get(employee_id, ("", ""))

    def shown(self, employee_id: str) -> str:
        """A person in one cell: name and staff number in the full tier, else the pseudonym."""
        staff_no, name = self.person(employee_id)
        return f"{name} {staff_no}" if name or staff_no else employee_id

    def person_width(self, people: Iterable[str], title: str) -> float:
        """Width [characters] of a column of people that shows every one of them in full."""
        return width_of([title, *map(self.shown, people)])

    def format(self, **properties: Any) -> Format:
        """A cell format of the house with changes; equal ones are one format."""
        whole = {"font_name": FONT, "font_size": 10, "valign": "vcenter"} | properties
        key = tuple(sorted(whole.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format(whole)
        return self._formats[key]

    def head(self, **properties: Any) -> Format:
        """Format of a column title."""
        return self.format(**({"bold": True, "align": "center", "text_wrap": True, "border": 1, "border_color": LINE, "bg_color": HEAD} | properties))

    def cell(self, **properties: Any) -> Format:
        """Format of a cell in a ruled table."""
        return self.format(**({"border": 1, "border_color": LINE} | properties))

    def filled(self, colour: str) -> Format:
        """Format of a day in a colour, with text that reads on it."""
        return self.cell(align="center", bg_color=colour, font_color=readable_on(colour))

    def sheet(self, name: str, title: str, *, columns: list[float]) -> Worksheet:
        """A sheet with title, run id and page set-up; ``columns`` are widths [characters]."""
        sheet = self.file.add_worksheet(name)
        for i, width in enumerate(columns):
            sheet.set_column(i, i, width, self.format())
        sheet.hide_gridlines(2)
        sheet.set_row(0, 26)
        sheet.write_string(0, 0, title, self.format(bold=True, font_size=16))
        sheet.write_string(1, 0, self.subtitle(), self.format(font_color="#666666", font_size=9))
        sheet.set_landscape()
        sheet.set_paper(A3)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.center_horizontally()
        sheet.set_footer(f"&L&8{self.escaped(self.subtitle())}&R&8&P / &N")
        return sheet

    def subtitle(self) -> str:
        """Scenario, run id, tier and the label of synthetic data (privacy requirement P01)."""
        parts = [
            words.pick(self.study.params.scenario_meaning),
            self.run_name,
            say("report.workbook.tier_full") if self.full else say("report.workbook.tier_work"),
        ]
        if self.study.params.site.synthetic:
            parts.append(say("report.synthetic"))
        return " · ".join(part for part in parts if part)

    @staticmethod
    def escaped(text: str) -> str:
        """Text for a page footer, where ``&`` starts a code."""
        return text.replace("&", "&&")[:230]


def width_of(texts: Iterable[str], *, least: float = 6.0, most: float = 48.0) -> float:
    """Width of a column [characters] that shows its longest text, between ``least`` and ``most``.

    >>> width_of(["姓名", "Name"]), width_of(["欧阳示例先生 00012345"])
    (7.0, 24.0)
    """
    longest = max((units_of(line) for text in texts for line in text.split("\n")), default=0)
    return min(most, max(least, longest + 3.0))


def lines_of(text: str, width: float) -> int:
    """Lines that a wrapped text takes in a column of a width [characters]; a word may leave a line up to an eighth empty."""
    return sum(max(1, -int(-units_of(line) // (0.88 * width - 2))) for line in text.split("\n"))


def day_of(day: pd.Timestamp) -> dt.datetime:
    """A day as XlsxWriter wants it."""
    return dt.datetime(day.year, day.month, day.day)


def clock_after(minute: int) -> str:
    """Clock time; past midnight with the word for the next day."""
    return say("report.workbook.next_day", time=clock(minute)) if minute > 1440 else clock(minute)


def titles_row(book: Book, sheet: Worksheet, names: tuple[str, ...]) -> None:
    """The row of the column titles."""
    sheet.set_row(TOP, 32)
    for column, name in enumerate(names):
        sheet.write_string(TOP, column, say(f"report.sheet_column.{name}"), book.head())


def subtotals(book: Book, sheet: Worksheet, first: int, last: int, columns: list[int], values: list[float]) -> None:
    """A row of SUBTOTAL(109) two rows below the table, so that a filter or a sort leaves it alone; ``first`` and ``last`` count from 1."""
    sheet.write_string(last + 1, 0, say("report.workbook.total"), book.format(bold=True))
    for column, value in zip(columns, values, strict=True):
        letter = xl_col_to_name(column)
        style = book.cell(bold=True, num_format="#,##0.0", align="center", bg_color=HEAD)
        sheet.write_formula(last + 1, column, f"=SUBTOTAL(109,{letter}{first}:{letter}{last})", style, float(value))
