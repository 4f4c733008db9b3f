"""The other sheets: legend of the shifts, coverage by day, about."""

from __future__ import annotations

from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from cslib.core import words
from cslib.core.shifts import Shift
from cslib.core.units import clock
from cslib.core.words import say
from cslib.report.figures_base import day_kinds, month_days, weekday
from cslib.report.marks import LEAVE_COLOUR, REST_COLOUR, night_codes
from cslib.report.workbook_base import DAY_COLOURS, HEAD, LINE_PT, TOP, Book, clock_after, day_of, lines_of, subtotals, titles_row


def write_legend(book: Book) -> Worksheet:
    """Shift codes, times, breaks and hours. The sheet of the month counts with the named ranges made here."""
    titles = ("mark", "code", "shift_name", "start", "end", "presence_h", "paid_h", "night", "breaks", "posts")
    sheet = book.sheet(say("report.sheet.legend"), say("report.sheet.legend"), columns=[8, 8, 14, 9, 12, 11, 11, 9, 46, 40])
    titles_row(book, sheet, titles)
    nights, queues = night_codes(book.study), book.study.params.site.queues
    for i, shift in enumerate(book.marks.shifts, TOP + 1):
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
        sheet.set_row(i, LINE_PT * max(lines_of(row[7], 46), lines_of(served, 40), lines_of(name, 14)) + 3)
        sheet.write_string(i, 0, book.marks.of[shift.code], book.filled(book.marks.colour[shift.code]))
        _row(book, sheet, i, 1, row)
    last = TOP + len(book.marks.shifts)
    for name, column in (("shift_marks", 0), ("shift_hours", 6), ("shift_nights", 7)):
        book.file.define_name(name, f"='{sheet.get_name()}'!{xl_range_abs(TOP + 1, column, last, column)}")
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
    titles_row(book, sheet, tuple(titles))
    for k, queue in enumerate(queues):
        title = say("report.workbook.short_at", queue=words.pick(study.params.site.queues[queue].name))
        sheet.write_string(TOP, len(titles) + k, title, book.head())
    daily, kinds = by_day(coverage, book), day_kinds(study)
    first, last = TOP + 2, TOP + 1 + len(days)
    for i, day in enumerate(days, TOP + 1):
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
    subtotals(book, sheet, first, last, [*range(3, 8), *range(9, 9 + len(queues))], [daily[n].sum() for n in [*titles[3:8], *queues]])
    sheet.freeze_panes(TOP + 1, 2)
    sheet.autofilter(TOP, 0, last - 1, len(titles) + len(queues) - 1)
    sheet.repeat_rows(TOP)
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


def write_about(book: Book, people: int) -> Worksheet:
    """What this workbook is: site, month, scenario, run, tier, and how its numbers are made."""
    study = book.study
    sheet = book.sheet(say("report.sheet.about"), say("report.sheet.about"), columns=[22, 110])
    facts = [
        ("site", f"{words.pick(study.params.site.name)} ({study.site})"), ("month", study.month),
        ("scenario", f"{words.pick(study.params.scenario_meaning)} ({study.params.scenario})"), ("run", book.run_name or "-"),
        ("people", str(people)), ("data", say("report.synthetic") if study.params.site.synthetic else say("report.workbook.real_data")),
        ("tier", say("report.workbook.tier_full_long") if book.full else say("report.workbook.tier_work_long")),
        ("totals", say("report.workbook.how_totals")), ("filter", say("report.workbook.how_filter")),
        ("change", say("report.workbook.how_change", site=study.site, month=study.month)),
    ]  # fmt: skip
    for i, (name, text) in enumerate(facts, TOP):
        sheet.set_row(i, LINE_PT * lines_of(text, 110) + 3)
        sheet.write_string(i, 0, say(f"report.about.{name}"), book.cell(bold=True, bg_color=HEAD, indent=1))
        sheet.write_string(i, 1, text, book.cell(text_wrap=True, indent=1))
    return sheet


def _row(book: Book, sheet: Worksheet, row: int, column: int, values: list[Any]) -> None:
    for at, value in enumerate(values, column):
        if isinstance(value, str):
            sheet.write_string(row, at, value, book.cell(text_wrap=True, indent=1))
        else:
            sheet.write_number(row, at, value, book.cell(num_format="0.##", align="center"))
