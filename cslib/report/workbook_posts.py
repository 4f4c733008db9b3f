"""The sheet of the posts: who holds which post on which shift, a row a day, a column a shift and post."""

from __future__ import annotations

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from cslib.core import words
from cslib.core.shifts import WORK
from cslib.core.words import say
from cslib.report.figures_base import day_kinds, day_mark, month_days, weekday
from cslib.report.workbook_base import DAY_COLOURS, Book, day_of, width_of
from cslib.report.workbook_grid import shift_label

_HEADER, _FIXED, _LINE = 2, 3, 15  # header row, columns before the posts, height of a line [pt]


def write_posts(book: Book, roster: pd.DataFrame) -> Worksheet | None:
    """The posts of the month; None where people are pooled over all queues and hold no post of their own."""
    held = roster[roster["kind"].eq(WORK) & roster["queue"].notna()]
    if held.empty:
        return None
    queues = book.study.params.site.queues
    used = set(zip(held["shift"], held["queue"], strict=True))
    places = [(shift, queue) for shift in book.marks.shifts for queue in queues if (shift.code, queue) in used]
    people, kinds = _by_place(book, held), day_kinds(book.study)
    wide = width_of((name for names in people.values() for name in names), least=17.0)
    sheet = book.sheet(say("report.sheet.posts"), say("report.sheet.posts"), columns=[12, 6, 6, *[wide] * len(places)])
    for column, name in enumerate(("date", "weekday", "day_mark")):
        sheet.merge_range(_HEADER, column, _HEADER + 1, column, say(f"report.sheet_column.{name}"), book.head())
    for column, (shift, queue) in enumerate(places, _FIXED):
        sheet.write_string(
            _HEADER, column, shift_label(book, shift), book.head(bg_color=shift.colour, font_color=book.filled(shift.colour).font_color)
        )
        sheet.write_string(_HEADER + 1, column, words.pick(queues[queue].name), book.head())
    for row, day in enumerate(month_days(book.study), _HEADER + 2):
        kind = kinds.get(day, "")
        fill = {"bg_color": DAY_COLOURS[kind]} if kind in DAY_COLOURS else {}
        sheet.write_datetime(row, 0, day_of(day), book.cell(num_format="yyyy-mm-dd", align="center", **fill))
        sheet.write_string(row, 1, weekday(day), book.cell(align="center", **fill))
        sheet.write_string(row, 2, day_mark(kind), book.cell(align="center", **fill))
        found = [people.get((shift.code, queue, day), []) for shift, queue in places]
        sheet.set_row(row, _LINE * max(map(len, [*found, [""]])) + 3)
        for column, names in enumerate(found, _FIXED):
            sheet.write_string(row, column, "\n".join(names), book.cell(align="center", text_wrap=True))
    sheet.freeze_panes(_HEADER + 2, _FIXED)
    sheet.repeat_rows(_HEADER, _HEADER + 1)
    return sheet


def _by_place(book: Book, held: pd.DataFrame) -> dict[tuple[str, str, pd.Timestamp], list[str]]:
    """People by shift, post and day, in the order of the staff list; in the full tier by name."""
    position = book.study.employees.set_index("employee_id")["position"]
    ordered = held.assign(position=held["employee_id"].map(position)).sort_values(["date", "position"])
    found: dict[tuple[str, str, pd.Timestamp], list[str]] = {}
    for r in ordered.itertuples():
        found.setdefault((r.shift, r.queue, r.date), []).append(book.person(r.employee_id)[1] or r.employee_id)
    return found
