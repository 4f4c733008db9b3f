"""The sheets of the day: every duty with its breaks, and the cover ledger. Both are lists that a team lead filters by day or person."""

from __future__ import annotations

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from cslib.core import words
from cslib.core.shifts import WORK, Span, read_breaks
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.report.duties import Duties
from cslib.report.figures_base import weekday
from cslib.report.workbook_base import LINE_PT, TOP, Book, day_of, subtotals, titles_row, width_of


def write_breaks(book: Book, roster: pd.DataFrame, covers: pd.DataFrame) -> Worksheet:
    """Every duty of the month with start, end, meals, short rests and who stands in meanwhile; by date, then start, then staff list."""
    study, marks = book.study, book.marks
    work = roster[roster["kind"].eq(WORK)]
    position = study.employees.set_index("employee_id")["position"]
    work = work.assign(position=work["employee_id"].map(position)).sort_values(["date", "start", "position"])
    rows = [_duty_texts(book, r, covers[covers["absent_id"].eq(r.employee_id)]) for r in work.itertuples()]
    posts, relieved = bool(work["queue"].notna().any()), not covers.empty
    names = ["date", "weekday", "person", "shift_name", *(["post"] if posts else []), "start", "end", "meals", "rests"]
    names = [name for name in names if name != "rests" or any(row["rests"] for row in rows)] + (["relieved_by"] if relieved else [])
    titles = {name: say(f"report.sheet_column.{name}") for name in names}
    widths = {"date": 12.0, "weekday": 7.0} | {name: width_of([titles[name], *(row[name] for row in rows)]) for name in names[2:]}
    sheet = book.sheet(say("report.sheet.breaks"), say("report.sheet.breaks"), columns=[widths[name] for name in names])
    titles_row(book, sheet, tuple(names))
    for i, (r, row) in enumerate(zip(work.itertuples(), rows, strict=True), TOP + 1):
        sheet.set_row(i, LINE_PT * max(text.count("\n") + 1 for text in row.values()) + 3)
        sheet.write_datetime(i, 0, day_of(r.date), book.cell(num_format="yyyy-mm-dd", align="center"))
        sheet.write_string(i, 1, weekday(r.date), book.cell(align="center"))
        for column, name in enumerate(names[2:], 2):
            style = book.filled(marks.colour[str(r.shift)]) if name == "shift_name" else book.cell(text_wrap=True, indent=1)
            sheet.write_string(i, column, row[name], style)
    sheet.freeze_panes(TOP + 1, 3)
    sheet.autofilter(TOP, 0, max(TOP + 1, TOP + len(rows)), len(names) - 1)
    sheet.repeat_rows(TOP)
    return sheet


def _duty_texts(book: Book, r: object, covers: pd.DataFrame) -> dict[str, str]:
    """The texts of one duty by column name."""
    shift = next(s for s in book.marks.shifts if s.code == r.shift)
    breaks = read_breaks(r.breaks, r.start)
    least = meal_min(book.study)
    meals = [b for b in breaks if (b[1] - b[0]).total_seconds() / 60 >= least]
    queue = book.study.params.site.queues[r.queue] if isinstance(r.queue, str) else None
    mine = covers[covers["start"].ge(r.start) & covers["start"].lt(r.end)].sort_values("start")
    return {
        "person": book.shown(str(r.employee_id)),
        "shift_name": f"{book.marks.of[shift.code]} {words.pick(shift.name) if shift.name else ''}".strip(),
        "post": words.pick(queue.name) if queue else "",
        "start": f"{r.start:%H:%M}",
        "end": clock_on(r.end, r.date),
        "meals": _spans(meals, r.date),
        "rests": _spans([b for b in breaks if b not in meals], r.date),
        "relieved_by": "\n".join(f"{_span((c.start, c.end), r.date)} {book.shown(str(c.stand_in_id))}" for c in mine.itertuples()),
    }


def meal_min(study: Study) -> float:
    """Least length of a break that counts as a meal [min] (rule ``meal_break_length``, first day of the month)."""
    return float(study.params.law.value("meal_break_length", study.horizon.start))


def clock_on(moment: pd.Timestamp, day: pd.Timestamp) -> str:
    """Clock time of a moment as seen from the day a duty starts: past midnight with the word for the next day."""
    text = f"{moment:%H:%M}"
    return text if moment.normalize() == day else say("report.workbook.next_day", time=text)


def _span(span: Span, day: pd.Timestamp) -> str:
    """A stretch of time from the day a duty starts: ``02:00-02:30``, with the word for the next day once."""
    text = f"{span[0]:%H:%M}-{span[1]:%H:%M}"
    return text if span[0].normalize() == day else say("report.workbook.next_day", time=text)


def _spans(spans: list[Span], day: pd.Timestamp) -> str:
    return "\n".join(_span(span, day) for span in spans)


def write_covers(book: Book, covers: pd.DataFrame, roster: pd.DataFrame) -> Worksheet:
    """The cover ledger 顶岗台账: who relieves whom, where and when, and which duty the cover belongs to."""
    titles = ("post", "absent", "stand_in", "date", "weekday", "from", "to", "cover_h", "duty")
    people = (book.person_width(covers[name], say(f"report.sheet_column.{title}")) for name, title in _PEOPLE)
    queues, duties = book.study.params.site.queues, Duties(roster, book.study)
    rows = list(covers.sort_values(["start", "post", "absent_id"]).itertuples())
    belongs = [_duty_text(book, duties, str(r.absent_id), r.start) for r in rows]
    post = width_of([say("report.sheet_column.post"), *(words.pick(queues[p].name) for p in covers["post"].unique())], least=14)
    columns = [post, *people, 12, 7, 9, 12, 11, width_of(belongs, least=18)]
    sheet = book.sheet(say("report.sheet.covers"), say("report.sheet.covers"), columns=columns)
    titles_row(book, sheet, titles)
    for i, (r, duty) in enumerate(zip(rows, belongs, strict=True), TOP + 1):
        sheet.write_string(i, 0, words.pick(queues[r.post].name), book.cell(indent=1))
        sheet.write_string(i, 1, book.shown(str(r.absent_id)), book.cell(indent=1))
        sheet.write_string(i, 2, book.shown(str(r.stand_in_id)), book.cell(indent=1))
        sheet.write_datetime(i, 3, day_of(r.start), book.cell(num_format="yyyy-mm-dd", align="center"))
        for k, text in enumerate((weekday(r.start), f"{r.start:%H:%M}", clock_on(r.end, r.start.normalize())), 4):
            sheet.write_string(i, k, text, book.cell(align="center"))
        sheet.write_number(i, 7, r.hours_h, book.cell(num_format="0.0#", align="center"))
        sheet.write_string(i, 8, duty, book.cell(indent=1))
    if covers.empty:
        sheet.write_string(TOP + 1, 0, say("report.figure.no_covers"), book.format(font_color="#666666"))
    else:
        subtotals(book, sheet, TOP + 2, TOP + 1 + len(covers), [7], [covers["hours_h"].sum()])
        sheet.autofilter(TOP, 0, TOP + len(covers), len(titles) - 1)
    sheet.freeze_panes(TOP + 1, 0)
    sheet.repeat_rows(TOP)
    return sheet


_PEOPLE = (("absent_id", "absent"), ("stand_in_id", "stand_in"))


def _duty_text(book: Book, duties: Duties, absent_id: str, start: pd.Timestamp) -> str:
    """The relieved person's duty that a cover belongs to, such as ``夜 11-30（前一日起）``; empty if the roster knows none."""
    duty = duties.at(absent_id, start)
    if duty is None:
        return ""
    facts = {"mark": book.marks.of.get(duty.shift, duty.shift), "day": f"{duty.date:%m-%d}"}
    same = duty.date == start.normalize()
    return say("report.workbook.duty", **facts) if same else say("report.workbook.duty_before", **facts)
