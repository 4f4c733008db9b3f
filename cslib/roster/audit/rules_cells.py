"""Rules about one cell of the roster: who may be rostered at all, on what, on which day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from cslib.core.shifts import LEAVE, OFF, REST, WORK
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Facts, Person
from cslib.roster.audit.presence import is_pooled, serves
from cslib.roster.audit.registry import Violation, details, rule
from cslib.roster.audit.rows import Cell, cells


@rule("employment")
def employment(facts: Facts) -> Iterator[Violation]:
    """A row of an unknown person (once a person), or work outside employment."""
    first = facts.horizon.start
    if facts.limit("employment", first) is not None:
        for who, rows in {"": facts.nameless, **facts.strangers}.items():
            if rows:
                days = sorted(c.date for c in rows if c.date) or [first]
                yield Violation("employment", who, pd.Timestamp(days[0]), first, detail=details(fault="unknown_person", rows=len(rows)))
    for person in facts.people.values():
        for duty in person.duties:
            if not person.employed(duty.date) and facts.limit("employment", duty.date) is not None:
                shown = details(fault="not_employed", hired=person.hired, left=person.left, shift=duty.code)
                yield Violation("employment", person.employee_id, facts.start_of(duty), duty.date, detail=shown)


@rule("shift_definition")
def shift_definition(facts: Facts) -> Iterator[Violation]:
    """A row that is not what the shift list defines, or that can't be read (S003-P1). One violation a row, naming all that is wrong."""
    for person in facts.people.values():
        read = {id(d.cell): d for d in person.duties}
        for day, rows in person.cells.items():
            for cell in rows:
                duty = read.get(id(cell))
                faults = [*_row_faults(cell, rows, person, facts), *(duty.faults if duty else ()), *(_break_faults(duty, facts) if duty else ())]
                judged = day if day != dt.date.min else facts.horizon.start
                if faults and facts.limit("shift_definition", judged) is not None:
                    start = facts.start_of(duty) if duty else pd.Timestamp(judged)
                    for fault, given, expected in faults:
                        shown = details(fault=fault, shift=cell.code, given=given, expected=expected)
                        yield Violation("shift_definition", person.employee_id, start, judged, detail=shown)


def _row_faults(cell: Cell, rows: tuple[Cell, ...], person: Person, facts: Facts) -> list[tuple[str, str, str]]:
    """What is wrong with a row whatever its shift."""
    if cell.date is None:
        return [("date", "", facts.horizon.label)]
    if not facts.horizon.start <= cell.date < facts.horizon.end:
        return [("month", cell.date.isoformat(), facts.horizon.label)]
    found = []
    if cell.kind not in {WORK, REST, LEAVE}:
        found.append(("kind", cell.kind, f"{WORK}, {REST}, {LEAVE}"))
    if cell.kind in {REST, LEAVE} and (cell.code not in {"", OFF} or cell.start is not None or cell.end is not None):
        found.append(("not_empty", cell.code or cell.kind, ""))
    if cell.kind == LEAVE and cell.date not in person.leave:
        found.append(("leave_not_granted", "", ""))
    if cell is not rows[0] and any(c.kind != WORK for c in rows):
        found.append(("second_row", f"{cell.kind} {cell.code}".strip(), ""))
    return found


def _break_faults(duty: Duty, facts: Facts) -> list[tuple[str, str, str]]:
    """Breaks that can't be read, and those that differ from the definition where rule meal_break does not look."""
    if not duty.readable:
        return [("breaks", duty.cell.breaks, "HH:MM-HH:MM,HH:MM-HH:MM")]
    meal = facts.limit("meal_break", duty.date)
    judged_there = meal is not None and duty.timed and duty.presence_min > meal * 60
    return [] if judged_there or not duty.timed else duty.break_faults()


@rule("leave_honoured")
def leave_honoured(facts: Facts) -> Iterator[Violation]:
    """Work on a day of granted leave (S003-A4)."""
    for person in facts.people.values():
        for duty in person.duties:
            if duty.date in person.leave and facts.limit("leave_honoured", duty.date) is not None:
                yield Violation("leave_honoured", person.employee_id, facts.start_of(duty), duty.date, detail=details(shift=duty.code))


@rule("skill_held")
def skill_held(facts: Facts) -> Iterator[Violation]:
    """The skill of the home post is not held on that day; a pooled agent holds no skill of any queue (S004-05, S003-Q2)."""
    queues = facts.study.params.site.queues
    for person in facts.people.values():
        for duty in person.duties:
            if facts.limit("skill_held", duty.date) is None:
                continue
            if duty.home in queues and not person.holds(queues[duty.home].skill, duty.date):
                shown = details(post=duty.home, skill=queues[duty.home].skill, shift=duty.code)
            elif is_pooled(duty) and not serves(person, duty.date, facts):
                shown = details(skill=" / ".join(dict.fromkeys(q.skill for q in queues.values())), shift=duty.code)
            else:
                continue
            yield Violation("skill_held", person.employee_id, facts.start_of(duty), duty.date, detail=shown)


@rule("night_protection")
def night_protection(facts: Facts) -> Iterator[Violation]:
    """A night shift that starts on or before ``no_night_until``."""
    for person in facts.people.values():
        last = person.no_night_until
        for duty in person.duties:
            if last and duty.date <= last and facts.is_night(duty) and facts.limit("night_protection", duty.date) is not None:
                yield Violation("night_protection", person.employee_id, facts.start_of(duty), duty.date, detail=details(shift=duty.code))


@rule("pinned_kept")
def pinned_kept(facts: Facts) -> Iterator[Violation]:
    """A cell fixed before solving that the roster changed: kind and shift, and post, times or breaks where the pin gives them."""
    for pin in cells(facts.study.pins):
        person, day = facts.people.get(pin.employee_id), pin.date
        if day is None or not facts.horizon.start <= day < facts.horizon.end or facts.limit("pinned_kept", day) is None:
            continue
        rows = person.cells.get(day, ()) if person else ()
        off = person is not None and day in person.leave  # rest and leave are both off on a day of granted leave
        changed = any(_differs(pin, c, off) for c in rows) or (not rows and pin.kind != REST)
        if changed:
            given = ", ".join(_shown(c) for c in rows) or "-"
            yield Violation("pinned_kept", pin.employee_id, pd.Timestamp(day), day, detail=details(given=given, expected=_shown(pin)))


def _differs(pin: Cell, cell: Cell, off: bool) -> bool:
    if off and {pin.kind, cell.kind} <= {REST, LEAVE}:
        return False
    if (pin.kind, _code(pin)) != (cell.kind, _code(cell)):
        return True
    pairs = ((pin.queue, cell.queue), (pin.start, cell.start), (pin.end, cell.end), (pin.breaks, cell.breaks))
    return any(fixed and fixed != given for fixed, given in pairs)


def _code(cell: Cell) -> str:
    return cell.code if cell.kind == WORK else ""


def _shown(cell: Cell) -> str:
    """A cell for a reader: kind, or shift with post, times and breaks where they are given."""
    if cell.kind != WORK:
        return cell.kind
    times = f"{cell.start:%H:%M}-{cell.end:%H:%M}" if cell.start is not None and cell.end is not None else ""
    return " ".join(part for part in (cell.code, cell.queue, times, cell.breaks) if part)
