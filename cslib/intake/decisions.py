"""Grade proposals that come back with a human decision: only those accepted, dated and signed change a grade."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.core.words import Word, say
from cslib.intake import aliases, privacy
from cslib.intake.clauses import clause_of
from cslib.intake.people import Desk, month
from cslib.intake.source import Source, open_sources
from cslib.intake.values import is_empty, text

_SHOWN_ROWS = 10


@dataclass(frozen=True)
class _Row:
    """One accepted, dated and signed proposal as read."""

    row: int
    person: str
    pay_month: str
    before: str
    after: str
    rule: str
    day: dt.date
    by: str


def read_decisions(path: Path, desk: Desk, grades: pd.DataFrame) -> pd.DataFrame:
    """Decided changes of grade up to the planned month as table ``grade_decisions``.

    A row counts if its decision is *accepted* and it carries date and signature (a role, or the employee number of another person). Rows
    without a decision, refused, undated or unsigned ones change nothing; a note counts them, and those paid from a later month on. A rise
    decided after its first month paid stands from the planned month on; a note names the months whose pay must be settled by hand.

    Parameters
    ----------
    grades : DataFrame, table ``staff_grades``; the grade that a first change must start from

    Raises
    ------
    IntakeError  for an unknown person, grade, month, ladder, rule, decision or signature; an excluded criterion as the rule; a change that
        does not start from the grade held; two changes of a person for one month; a lower grade that would take effect before it was
        decided; a decision that is still to come; a decision signed by the person concerned; the sheet of invented people.

    Source: catalogue S003-H14 (signed application); PIPL art. 24 (a human decides); LCL art. 35 (a change is agreed before it takes effect).
    """
    needed = [["staff_no", "from_grade", "to_grade", "pay_month", "decision", "decided_on", "decided_by"]]
    source = open_sources(path, "decisions", needed)[0]
    _refuse_synthetic(source)
    months = source.column("pay_month", month, "month", needed=True)
    decided = source.column("decision", _decision, "decision")
    days = source.column("decided_on", desk.day_reader(source), "date")
    found, open_rows = [], []
    for row, pay_month, verdict, day in zip(source.rows, months, decided, days, strict=True):
        if verdict is None:
            continue  # nobody has decided: the row is read when somebody has
        person, by, rule = desk.person(source, row), _signature(source, row, desk), clause_of(source, row)
        before, after = (_grade(source, row, column, desk) for column in ("from_grade", "to_grade"))
        if verdict != "accepted" or None in (person, pay_month, before, after):
            continue
        if day is None or by is None:
            open_rows.append(row + 1)
            continue
        if by == person:
            source.add("intake.own_decision", row, "decided_by")
        found.append(_Row(row, str(person), str(pay_month), str(before), str(after), rule or "decision", day, by))
    _check_days(source, found, desk)
    _check_backwards(source, found, desk)
    _check_course(source, found, dict(zip(grades["employee_id"], grades["grade"], strict=True)))
    source.refuse()
    _note(source, decided, found, open_rows, desk)
    _note_arrears(source, found, desk)
    desk.notes += source.notes
    here = set(desk.employees["employee_id"])
    kept = [r for r in found if r.person in here and r.pay_month <= desk.horizon.label and r.before != r.after]
    if not kept:
        return tables.empty("grade_decisions")
    frame = pd.DataFrame(
        [{"employee_id": r.person, "pay_month": r.pay_month, "from_grade": r.before, "to_grade": r.after, "rule": r.rule, "decided_on": r.day,
          "decided_by": r.by} for r in kept]
    )  # fmt: skip
    return tables.check("grade_decisions", frame, source=source.sheet.file)


def _decision(cell: Any) -> str | None:
    if is_empty(cell):
        return None
    known, given = aliases.words("decisions"), text(cell) or ""
    found = next((known[part] for part in aliases.candidates(given) if part in known), None)
    if found is None:
        raise ValueError(given)
    return found


def _signature(source: Source, row: int, desk: Desk) -> str | None:
    """Role, or pseudonym, of who decided; a name is refused, because this file joins the others under pseudonyms."""
    if is_empty(source.raw(row, "decided_by")):
        return None
    given = source.text(row, "decided_by")
    if given is None or given in desk.ids or given in desk.ids.values():
        return desk.ids.get(given, given) if given is not None else None
    known = aliases.words("deciders")
    found = next((known[part] for part in aliases.candidates(given) if part in known), None)
    if found is None:
        source.add("intake.cell", row, "decided_by", given=privacy.masked(given), allowed=Word("intake.allowed.decider"))
    return found


def _grade(source: Source, row: int, column: str, desk: Desk) -> str | None:
    """A grade in the pay scheme's words."""
    given = source.text(row, column, needed=", ".join(desk.params.pay.base_yuan))
    if given is None:
        return None
    known = {aliases.squeeze(grade): grade for grade in desk.params.pay.base_yuan}
    known |= {spelling: grade for spelling, grade in aliases.words("grades").items() if grade in desk.params.pay.base_yuan and spelling not in known}
    found = next((known[part] for part in aliases.candidates(given) if part in known), None)
    if found is None:
        source.add("intake.unknown_grade", row, column, given=privacy.masked(given), allowed=", ".join(desk.params.pay.base_yuan))
    return found


def _refuse_synthetic(source: Source) -> None:
    """The sheet of invented people: no decision on them means anything."""
    if any(not is_empty(source.raw(row, "synthetic")) for row in source.rows):
        raise IntakeError("intake.synthetic_sheet", where=source.sheet.file)


def _note(source: Source, decided: list[str | None], found: list[_Row], open_rows: list[int], desk: Desk) -> None:
    later = sum(r.pay_month > desk.horizon.label for r in found)
    refused, accepted = (sum(verdict == name for verdict in decided) for name in ("refused", "accepted"))
    facts = {"accepted": accepted - len(open_rows) - later, "later": later, "refused": refused, "waiting": len(decided) - accepted - refused}
    desk.notes.append(say("intake.note.decisions", file=source.sheet.file, month=desk.horizon.label, **facts))
    if open_rows:
        desk.notes.append(say("intake.note.unsigned", file=source.sheet.file, rows=_listed(map(str, open_rows))))


def _note_arrears(source: Source, found: list[_Row], desk: Desk) -> None:
    """Rises decided in or after their first month paid: months before the planned one were paid without them."""
    base, label = desk.params.pay.base_yuan, desk.horizon.label
    late = [r for r in found if base[r.after] > base[r.before] and r.pay_month < label and f"{r.day:%Y-%m}" >= r.pay_month]
    if late:
        rows = _listed(f"{r.row + 1} ({r.pay_month}, {r.day.isoformat()})" for r in late)
        desk.notes.append(say("intake.note.arrears", file=source.sheet.file, rows=rows, month=label))


def _listed(parts: Iterable[str]) -> str:
    given = list(parts)
    return ", ".join(given[:_SHOWN_ROWS]) + (" ..." if len(given) > _SHOWN_ROWS else "")


def _check_days(source: Source, found: list[_Row], desk: Desk) -> None:
    """A decision dated after the planned month; one that is for a later month and fits it may stand in the file already."""
    last = desk.horizon.end - dt.timedelta(days=1)
    for r in found:
        if r.day > last and (r.pay_month <= desk.horizon.label or f"{r.day:%Y-%m}" > r.pay_month):
            source.add("intake.decided_later", r.row, "decided_on", given=r.day.isoformat(), last=last.isoformat())


def _check_backwards(source: Source, found: list[_Row], desk: Desk) -> None:
    """A lower base from a month that had begun when it was decided: pay already earned can't be cut."""
    base = desk.params.pay.base_yuan
    for r in found:
        if base[r.after] < base[r.before] and f"{r.day:%Y-%m}" >= r.pay_month:
            source.add("intake.backwards", r.row, "pay_month", given=r.pay_month, day=r.day.isoformat())


def _check_course(source: Source, found: list[_Row], grades: Mapping[str, str]) -> None:
    """Each person's changes follow one another from the grade of the staff list; one change a month."""
    held = dict(grades)
    seen: dict[tuple[str, str], int] = {}
    for r in sorted(found, key=lambda r: (r.pay_month, r.row)):
        if seen.setdefault((r.person, r.pay_month), r.row) != r.row:
            source.add("intake.decision_twice", r.row, "pay_month", given=r.pay_month, first=seen[r.person, r.pay_month] + 1)
            continue
        if r.person in held and held[r.person] == r.after:
            continue  # the staff list carries it already
        if r.person in held and held[r.person] != r.before:
            source.add("intake.other_grade", r.row, "from_grade", given=r.before, held=held[r.person])
            continue
        held[r.person] = r.after
