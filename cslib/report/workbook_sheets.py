"""The other sheets: legend of the shifts, coverage by day, cover ledger, about."""

from __future__ import annotations

from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_col_to_name, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from cslib.core import words
from cslib.core.shifts import Shift
from cslib.core.units import clock
from cslib.core.words import say
from cslib.report.figures_base import day_kinds, month_days, weekday
from cslib.report.marks import LEAVE_COLOUR, REST_COLOUR, night_codes
from cslib.report.workbook_base import DAY_COLOURS, HEAD, Book, clock_after, day_of

_TOP = 3  # row of the column titles


def write_legend(book: Book) -> Worksheet:
    """Shift codes, times, breaks and hours. The sheet of the month counts with the named ranges made here."""
    titles = ("mark", "code", "shift_name", "start", "end", "presence_h", "paid_h", "night", "breaks", "posts")
    sheet = book.sheet(say("report.sheet.legend"), say("report.sheet.legend"), columns=[8, 8, 14, 9, 12, 11, 11, 9, 46, 40])
    _titles(book, sheet, titles)
    nights, queues = night_codes(book.study), book.study.params.site.queues
    for i, shift in enumerate(book.marks.shifts, _TOP + 1):
        served = "、".join(words.pick(queues[q].name) for q in shift.queues) or say("report.workbook.all_queues")
        name = words.pick(shift.name) if shift.name else shift.code
        row = [
            shift.code,
            name,
            clock(shift.start_min),
            clock_after(shift.end_min),
            shift.length_min / 60,
            shift.paid_min / 60,
            int(shift.code in nights),
            _breaks(shift),
            served,
        ]
        sheet.write_string(i, 0, book.marks.of[shift.code], book.filled(book.marks.colour[shift.code]))
        _row(book, sheet, i, 1, row)
    last = _TOP + len(book.marks.shifts)
    for name, column in (("shift_marks", 0), ("shift_hours", 6), ("shift_nights", 7)):
        book.file.define_name(name, f"='{sheet.get_name()}'!{xl_range_abs(_TOP + 1, column, last, column)}")
    others = [(book.marks.rest, say("report.kind.rest"), REST_COLOUR), (book.marks.leave, say("report.workbook.leave"), LEAVE_COLOUR)]
    others += [
        (say(f"report.day.{kind}"), say(f"report.day_kind.{kind}"), DAY_COLOURS[kind])
        for kind in ("statutory_holiday", "arranged_off", "make_up_workday")
    ]
    for i, (mark, meaning, colour) in enumerate(others, last + 2):
        sheet.write_string(i, 0, mark, book.filled(colour))
        sheet.write_string(i, 1, meaning if i < last + 4 else say("report.workbook.in_the_header", meaning=meaning), book.format())
    book.file.define_name("rest_mark", f"='{sheet.get_name()}'!{xl_range_abs(last + 2, 0, last + 2, 0)}")
    return sheet


def _breaks(shift: Shift) -> str:
    """Breaks with their length and the window of their start."""
    texts = []
    for b in shift.breaks:
        paid = say("report.workbook.paid") if b.paid else say("report.workbook.unpaid")
        low, high = clock(shift.start_min + b.earliest_min), clock(shift.start_min + b.latest_min)
        texts.append(say("report.workbook.break", minutes=b.length_min, paid=paid, low=low, high=high))
    return "; ".join(texts)


def write_coverage(book: Book, coverage: pd.DataFrame) -> Worksheet:
    """Person-hours needed, met, short and over by day, and what is short at each queue."""
    study, days = book.study, month_days(book.study)
    queues = list(study.params.site.queues)
    titles = ["date", "weekday", "day_kind", "needed_h", "met_h", "short_peak_h", "short_else_h", "over_h", "coverage_share"]
    sheet = book.sheet(say("report.sheet.coverage"), say("report.sheet.coverage"), columns=[12, 7, 22, 11, 11, 13, 13, 11, 11, *[16] * len(queues)])
    _titles(book, sheet, tuple(titles))
    for k, queue in enumerate(queues):
        title = say("report.workbook.short_at", queue=words.pick(study.params.site.queues[queue].name))
        sheet.write_string(_TOP, len(titles) + k, title, book.head())
    daily, kinds = by_day(coverage, book), day_kinds(study)
    first, last = _TOP + 2, _TOP + 1 + len(days)
    for i, day in enumerate(days, _TOP + 1):
        kind = kinds.get(day, "")
        fill = {"bg_color": DAY_COLOURS[kind]} if kind in DAY_COLOURS else {}
        sheet.write_datetime(i, 0, day_of(day), book.cell(num_format="yyyy-mm-dd", align="center", **fill))
        sheet.write_string(i, 1, weekday(day), book.cell(align="center", **fill))
        sheet.write_string(i, 2, say(f"report.day_kind.{kind}") if kind else "", book.cell(indent=1, **fill))
        values = daily.loc[day]
        for k, name in enumerate(titles[3:8]):
            _hours(book, sheet, i, 3 + k, float(values[name]), alarm=name.startswith("short"))
        formula = f'=IF(D{i + 1}=0,"",E{i + 1}/D{i + 1})'
        share = float(values["met_h"] / values["needed_h"]) if values["needed_h"] else ""
        sheet.write_formula(i, 8, formula, book.cell(num_format="0.0%", align="center"), share)
        for k, queue in enumerate(queues):
            _hours(book, sheet, i, len(titles) + k, float(values[queue]), alarm=True)
    _subtotals(book, sheet, first, last, [*range(3, 8), *range(9, 9 + len(queues))], [daily[n].sum() for n in [*titles[3:8], *queues]])
    sheet.freeze_panes(_TOP + 1, 2)
    sheet.autofilter(_TOP, 0, last - 1, len(titles) + len(queues) - 1)
    sheet.repeat_rows(_TOP)
    return sheet


def by_day(coverage: pd.DataFrame, book: Book) -> pd.DataFrame:
    """Person-hours by day: needed_h, met_h, short_peak_h, short_else_h, over_h, and short by queue."""
    hours = book.study.horizon.interval_min / 60
    short, peak = coverage["short"] * hours, coverage["peak"]
    frame = pd.DataFrame({
        "day": coverage["interval_start"].dt.normalize(), "queue": coverage["queue"], "short": short, "needed_h": coverage["needed"] * hours,
        "met_h": coverage["needed"] * hours - short, "short_peak_h": short.where(peak, 0.0), "short_else_h": short.where(~peak, 0.0),
        "over_h": coverage["over"] * hours,
    })  # fmt: skip
    daily = frame.groupby("day")[["needed_h", "met_h", "short_peak_h", "short_else_h", "over_h"]].sum()
    queues = frame.pivot_table(index="day", columns="queue", values="short", aggfunc="sum", fill_value=0.0)
    queues = queues.reindex(columns=list(book.study.params.site.queues), fill_value=0.0)
    return daily.join(queues).reindex(month_days(book.study), fill_value=0.0)


def _hours(book: Book, sheet: Worksheet, row: int, column: int, value: float, *, alarm: bool) -> None:
    colour = {"font_color": "#c00000", "bold": True} if alarm and value > 0 else {}
    sheet.write_number(row, column, value, book.cell(num_format="#,##0.0", align="center", **colour))


def _subtotals(book: Book, sheet: Worksheet, first: int, last: int, columns: list[int], values: list[float]) -> None:
    """A row of SUBTOTAL(109) two rows below the table, so that a filter or a sort leaves it alone; ``first`` and ``last`` count from 1."""
    sheet.write_string(last + 1, 0, say("report.workbook.total"), book.format(bold=True))
    for column, value in zip(columns, values, strict=True):
        letter = xl_col_to_name(column)
        style = book.cell(bold=True, num_format="#,##0.0", align="center", bg_color=HEAD)
        sheet.write_formula(last + 1, column, f"=SUBTOTAL(109,{letter}{first}:{letter}{last})", style, float(value))


def write_covers(book: Book, covers: pd.DataFrame) -> Worksheet:
    """The cover ledger 顶岗台账: who relieves whom, where and when."""
    titles = ("post", "absent", "stand_in", "date", "weekday", "from", "to", "cover_h")
    wide = 22 if book.full else 14
    sheet = book.sheet(say("report.sheet.covers"), say("report.sheet.covers"), columns=[20, wide, wide, 12, 7, 9, 12, 11])
    _titles(book, sheet, titles)
    queues = book.study.params.site.queues
    for i, r in enumerate(covers.sort_values(["start", "post", "absent_id"]).itertuples(), _TOP + 1):
        end = f"{r.end:%H:%M}" if r.end.normalize() == r.start.normalize() else say("report.workbook.next_day", time=f"{r.end:%H:%M}")
        sheet.write_string(i, 0, words.pick(queues[r.post].name), book.cell(indent=1))
        sheet.write_string(i, 1, _shown(book, r.absent_id), book.cell(indent=1))
        sheet.write_string(i, 2, _shown(book, r.stand_in_id), book.cell(indent=1))
        sheet.write_datetime(i, 3, day_of(r.start), book.cell(num_format="yyyy-mm-dd", align="center"))
        for k, text in enumerate((weekday(r.start), f"{r.start:%H:%M}", end), 4):
            sheet.write_string(i, k, text, book.cell(align="center"))
        sheet.write_number(i, 7, r.hours_h, book.cell(num_format="0.0#", align="center"))
    if covers.empty:
        sheet.write_string(_TOP + 1, 0, say("report.figure.no_covers"), book.format(font_color="#666666"))
    else:
        _subtotals(book, sheet, _TOP + 2, _TOP + 1 + len(covers), [7], [covers["hours_h"].sum()])
        sheet.autofilter(_TOP, 0, _TOP + len(covers), len(titles) - 1)
    sheet.freeze_panes(_TOP + 1, 0)
    sheet.repeat_rows(_TOP)
    return sheet


def _shown(book: Book, employee_id: str) -> str:
    staff_no, name = book.person(employee_id)
    return f"{name} {staff_no}" if name or staff_no else employee_id


def write_about(book: Book, people: int) -> Worksheet:
    """What this workbook is: site, month, scenario, run, tier, and how its numbers are made."""
    study = book.study
    sheet = book.sheet(say("report.sheet.about"), say("report.sheet.about"), columns=[22, 110])
    facts = [
        ("site", f"{words.pick(study.params.site.name)} ({study.site})"), ("month", study.month),
        ("scenario", f"{words.pick(study.params.scenario_meaning)} ({study.params.scenario})"), ("run", book.run_name or "-"),
        ("people", str(people)), ("data", say("report.synthetic") if study.params.site.synthetic else say("report.workbook.real_data")),
        ("tier", say("report.workbook.tier_full_long") if book.full else say("report.workbook.tier_work_long")),
        ("totals", say("report.workbook.how_totals")), ("filter", say("report.workbook.how_filter")), ("change", say("report.workbook.how_change")),
    ]  # fmt: skip
    for i, (name, text) in enumerate(facts, _TOP):
        sheet.write_string(i, 0, say(f"report.about.{name}"), book.cell(bold=True, bg_color=HEAD, indent=1))
        sheet.write_string(i, 1, text, book.cell(text_wrap=True, indent=1))
    return sheet


def _titles(book: Book, sheet: Worksheet, names: tuple[str, ...]) -> None:
    sheet.set_row(_TOP, 32)
    for column, name in enumerate(names):
        sheet.write_string(_TOP, column, say(f"report.sheet_column.{name}"), book.head())


def _row(book: Book, sheet: Worksheet, row: int, column: int, values: list[Any]) -> None:
    for at, value in enumerate(values, column):
        if isinstance(value, str):
            sheet.write_string(row, at, value, book.cell(text_wrap=True, indent=1))
        else:
            sheet.write_number(row, at, value, book.cell(num_format="0.##", align="center"))
