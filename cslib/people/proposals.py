"""Proposals of a ladder with a reason for each criterion, and the printable form. A human decides: the field is empty (PIPL art. 24)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from cslib.core import tables, words
from cslib.core.words import say
from cslib.params.ladder_files import Ladder
from cslib.people.course import IMMUNITY_USED, Course, Proposals
from cslib.people.panel import month_number, month_text


@dataclass(frozen=True)
class Reason:
    """One criterion of a proposal: its words, the figure found (empty for combinations), the limit, whether it is met, and its source."""

    code: str
    text: str
    figure: float | None
    limit: str
    met: bool
    source: str

    def line(self) -> str:
        """The reason as one sentence in the language in use."""
        figure = "" if self.figure is None else say("people.reason.figure", figure=f"{self.figure:g}", limit=self.limit)
        return say("people.reason.met" if self.met else "people.reason.failed", text=self.text, figure=figure, source=self.source)


def rule_of(batch: Proposals, ladder: Ladder) -> str:
    """The rule behind a batch; a move that an immunity held off belongs to the rule it held off."""
    if batch.rule != IMMUNITY_USED:
        return batch.rule
    immune = {name: set(ladder.criteria_of(name)) for name, rule in ladder.spec.rules.items() if rule.immune}
    return next(name for name, codes in immune.items() if codes == set(batch.met))


def reasons(course: Course, batch: Proposals, position: int) -> list[Reason]:
    """Why a rule proposed what it did for one person: every criterion, parts before what is made of them.

    Parameters
    ----------
    position : place of the person within the batch
    """
    spec, name = course.ladder.spec, rule_of(batch, course.ladder)
    found = []
    for code in course.ladder.criteria_of(name):
        criterion = spec.criteria[code]
        figure = float(batch.figures[code][position]) if code in batch.figures else None
        if figure is not None and np.isnan(figure):
            figure = None
        limit = f"{criterion.op} {criterion.value:g} {unit_text(criterion.unit)}".strip() if criterion.value is not None else ""
        limit = f">= {criterion.needed}" if criterion.of is not None else limit
        found.append(Reason(code, words.pick(criterion.meaning), figure, limit, bool(batch.met[code][position]), _source(criterion)))
    place = spec.rules[name].place
    if place is not None:
        figure = float(batch.figures[place.metric][position])
        grade = course.ladder.grades[batch.after[position]]
        limit = f">= {place.lower[grade]:g}" if grade in place.lower else ""
        found.append(Reason(place.metric, words.pick(spec.rules[name].meaning), figure, limit, True, _source(spec.rules[name])))
    return found


def _source(part: object) -> str:
    catalogue, origin = getattr(part, "catalogue", ()), getattr(part, "origin", "given")
    return ", ".join([*catalogue, *([say("people.illustrative")] if origin == "fill" else [])])


def unit_text(unit: str) -> str:
    """A unit of a ladder in the language in use; units without words stay as they are."""
    return say(f"people.unit.{unit}") if words.has(f"people.unit.{unit}") else unit


def grade_name(ladder: Ladder, grade: str) -> str:
    """A grade in the language in use."""
    return words.pick(ladder.spec.grades[grade])


def reading_name(reading: str) -> str:
    """A reading in the language in use; readings without words as they are."""
    return say(f"people.reading.{reading}") if words.has(f"people.reading.{reading}") else reading or "-"


def _rows(course: Course, month: str | None) -> Iterator[tuple[Proposals, int]]:
    for batch in course.batches:
        if month is None or course.panel.months_text[batch.month] == month:
            yield from ((batch, i) for i in range(len(batch.rows)))


def proposals(course: Course, month: str | None = None) -> pd.DataFrame:
    """Every proposal of a course, or those of one month.

    Returns
    -------
    DataFrame, table ``grade_proposals``: reasons in the language in use; ``decision``, ``decided_on``, ``decided_by`` are empty, for humans.
    """
    ladder, spec, rows = course.ladder, course.ladder.spec, []
    start = month_number(course.panel.first)
    for batch, i in _rows(course, month):
        rule = rule_of(batch, ladder)
        rows.append(
            {
                "employee_id": course.panel.people[batch.rows[i]], "month": month_text(start + batch.month), "ladder": ladder.name,
                "reading": ladder.reading or None, "rule": rule,
                "outcome": IMMUNITY_USED if batch.rule == IMMUNITY_USED else spec.rules[rule].outcome,
                "from_grade": ladder.grades[batch.before[i]], "to_grade": ladder.grades[batch.after[i]],
                "effective_month": month_text(start + batch.month + spec.grade_lag_months),
                "pay_month": month_text(start + batch.month + spec.pay_lag_months), "illustrative": bool(ladder.filled(rule)),
                "reason": "; ".join(reason.line() for reason in reasons(course, batch, i)), "decision": None, "decided_on": None, "decided_by": None,
            }
        )  # fmt: skip
    return tables.check("grade_proposals", pd.DataFrame(rows), source="people.proposals") if rows else tables.empty("grade_proposals")


def application_forms(course: Course, month: str, *, outcome: str = "move", with_people: bool = True) -> str:
    """Printable 晋升/降级申请表 of one month, one page a proposal, as HTML without any outside request.

    Parameters
    ----------
    with_people : False leaves the pseudonym out, for pages that many read (privacy requirement P14)

    Source: catalogue S003-H14 (own record, supervisor's check, signed application, finance); PIPL art. 24 (explanation, refusal).
    """
    pages = []
    for batch, i in _rows(course, month):
        found = IMMUNITY_USED if batch.rule == IMMUNITY_USED else course.ladder.spec.rules[batch.rule].outcome
        if found == outcome:
            pages.append(form_page(course, batch, i, with_people=with_people))
    style = (
        "body{font-family:'Noto Sans SC',sans-serif;font-size:13px}section{page-break-after:always;max-width:760px;margin:1em auto}"
        "table{border-collapse:collapse;width:100%;margin:.6em 0}td,th{border:1px solid #999;padding:4px 8px;text-align:left}th{background:#f1f1ee}"
        ".sign td{height:2.2em}.sign th{width:34%}"
    )
    title, body = escape(say("people.form.title")), "\n".join(pages) or f"<p>{escape(say('people.form.nothing'))}</p>"
    return f'<!doctype html>\n<html lang="{words.language()}"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>\n' \
        f"<body>\n{body}\n</body></html>\n"  # fmt: skip


def form_page(course: Course, batch: Proposals, position: int, *, with_people: bool) -> str:
    """One form: facts, criteria with figures, note on filled values, right to an explanation, empty fields for humans."""
    ladder, spec = course.ladder, course.ladder.spec
    start, rule = month_number(course.panel.first) + batch.month, rule_of(batch, course.ladder)
    person = course.panel.people[batch.rows[position]] if with_people else say("people.form.one_person")
    facts = [
        ("person", person), ("ladder", f"{words.pick(spec.meaning)} ({reading_name(ladder.reading)})"), ("month", month_text(start)),
        ("rule", words.pick(spec.rules[rule].meaning)), ("from", grade_name(ladder, ladder.grades[batch.before[position]])),
        ("to", grade_name(ladder, ladder.grades[batch.after[position]])), ("effective", month_text(start + spec.grade_lag_months)),
        ("pay", month_text(start + spec.pay_lag_months)),
    ]  # fmt: skip
    top = "".join(f"<tr><th>{escape(say(f'people.form.{key}'))}</th><td>{escape(value)}</td></tr>" for key, value in facts)
    heads = "".join(f"<th>{escape(say(f'people.form.{key}'))}</th>" for key in ("criterion", "figure", "limit", "met", "source"))
    lines = "".join(_criterion_row(reason) for reason in reasons(course, batch, position))
    blanks = ("own_record", "supervisor", "decision", "decided_by", "finance", "statement")
    signs = "".join(f"<tr><th>{escape(say(f'people.form.{key}'))}</th><td></td></tr>" for key in blanks)
    notes = [say("people.form.proposal"), say("people.form.appeal")]
    notes += [say("people.form.filled", parts=", ".join(ladder.filled(rule)))] if ladder.filled(rule) else []
    notes += [say("people.form.synthetic")] if course.panel.synthetic else []
    text = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f'<section><h2>{escape(say("people.form.title"))}</h2><table>{top}</table><table><tr>{heads}</tr>{lines}</table>{text}' \
        f'<table class="sign">{signs}</table></section>'  # fmt: skip


def _criterion_row(reason: Reason) -> str:
    figure = "" if reason.figure is None else f"{reason.figure:g}"
    met = say("people.form.yes") if reason.met else say("people.form.no")
    return "".join(["<tr>", *(f"<td>{escape(cell)}</td>" for cell in (reason.text, figure, reason.limit, met, reason.source)), "</tr>"])
