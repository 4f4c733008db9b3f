"""Facts that pay hangs on, as planners have them: scores, ranks, awards, commission base, declared wage, year to date; by person and month.

A row a person (and month), a column a fact; or a row a fact. Money stays behind this door as table ``pay_facts`` (privacy class pay).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.words import Word, say
from cslib.intake import aliases, privacy
from cslib.intake.attendance import desk_of
from cslib.intake.people import month as month_of
from cslib.intake.source import Source, open_sources, plain_header
from cslib.intake.study import Study
from cslib.intake.values import is_empty, number, plain, text

KIND = "pay_facts"
WHOLE = ("kpi_rank", "proposals", "award_service_star", "award_best_team", "award_innovation", "post_level", "ytd_months")  # counted, so whole
FROM_ONE = ("kpi_rank", "post_level")
MOST = 1_000_000_000.0


@dataclass(frozen=True)
class PayFacts:
    """Table ``pay_facts`` of the study's month, and remarks of the reader (other months, private columns); no person in them."""

    frame: pd.DataFrame
    notes: tuple[str, ...]


def fact_names() -> tuple[str, ...]:
    """Facts that a file may bring, as the data dictionary lists them."""
    return tuple(tables.spec(KIND).columns["fact"].limits["in"])


def read_pay_facts(study: Study, path: Path) -> PayFacts:
    """Read a sheet of pay facts (CSV or Excel, headers as in ``aliases.yml``, kind ``pay_facts``).

    Without a column for the month all rows are of the study's month; rows of other months are left out and counted. An empty cell is a fact that is
    not known. Private columns (name ...) are dropped; any other column that the alias table does not know is refused, so that no fact is lost.

    Raises
    ------
    IntakeError  with file, row and column for unknown people and columns, values that can't be (negative, half a rank), a fact given twice.

    Source: catalogue S003-B2 (rank), S003-J12 to S003-J15 (team mean, proposals), S001-20 (awards); amounts are the site's.
    """
    names = fact_names()
    source = open_sources(path, KIND, [["staff_no", name] for name in names])[0]
    _refuse_unknown(source)
    desk = desk_of(study)
    months = source.column("month", month_of, "month", default=study.month)
    present = [name for name in names if source.has(name)]
    columns = {name: source.column(name, _reader(name), _allowed(name)) for name in present}
    rows, seen, others = [], dict[str, int](), 0
    for place, (row, month) in enumerate(zip(source.rows, months, strict=True)):
        person = desk.person(source, row)
        if person is None:
            continue
        if month != study.month:
            others += 1
            continue
        if seen.setdefault(person, row) != row:
            source.add("intake.person_twice", row, "staff_no", given=plain(source.raw(row, "staff_no")), first=seen[person] + 1)
            continue
        given = [(name, columns[name][place]) for name in present]
        rows += [(person, month, name, value * source.columns[name].factor) for name, value in given if value is not None]
    source.refuse()
    frame = pd.DataFrame(rows, columns=list(tables.spec(KIND).columns))
    notes = [*source.notes, *desk.notes]
    if others:
        notes.append(say("intake.note.other_month_rows", file=source.sheet.file, count=others, month=study.month))
    return PayFacts(tables.check(KIND, frame, source=source.sheet.file) if rows else tables.empty(KIND), tuple(notes))


def read_groups(study: Study, path: Path) -> pd.Series:
    """Groups to compare in pay equity, by employee_id: a sheet with employee number and a neutral label (A, B ...), for this question only.

    It is never stored with a run. Labels of more than 20 characters and columns that the alias table does not know are refused.

    Raises
    ------
    IntakeError  with file, row and column for unknown people, people given twice, other columns.
    """
    source = open_sources(path, "pay_groups", [["staff_no", "group"]])[0]
    _refuse_unknown(source)
    desk, found, seen = desk_of(study), dict[str, str](), dict[str, int]()
    for row in source.rows:
        person, label = desk.person(source, row), source.text(row, "group", needed=Word("intake.allowed.group_label"))
        if person is None or label is None:
            continue
        if len(label) > 20:
            source.add("intake.cell", row, "group", given=privacy.masked(label), allowed=Word("intake.allowed.group_label"))
        elif seen.setdefault(person, row) != row:
            source.add("intake.person_twice", row, "staff_no", given=plain(source.raw(row, "staff_no")), first=seen[person] + 1)
        else:
            found[person] = label
    source.refuse()
    return pd.Series(found, dtype="str")


def _refuse_unknown(source: Source) -> None:
    """A finding for every filled column that is neither known nor private."""
    known = {column.index for column in source.columns.values()}
    header = source.sheet.rows[source.header_row]
    for index, cell in enumerate(header):
        title = plain_header(cell)
        if index in known or not plain(cell) or aliases.private_class(title) in ("name", "contact", "phone"):
            continue
        allowed = ", ".join(aliases.shown(source.kind, column) for column in aliases.columns(source.kind))
        source.add_at("intake.unknown_column", source.header_row, index, column=privacy.masked(title), allowed=allowed)


def _reader(name: str) -> Callable[[Any], float | None]:
    """Reader of one fact: a number from 0 on, whole where it is a count, from 1 on where it is a rank or level."""

    def read(cell: Any) -> float | None:
        """The value; None for an empty cell."""
        if is_empty(cell):
            return None
        shown = text(cell)
        given = number(shown.rstrip("分%名次元") if isinstance(cell, str) and shown else cell)
        if given is None:
            return None
        least = 1.0 if name in FROM_ONE else 0.0
        if not least <= given <= MOST or (name in WHOLE and given != int(given)):
            raise ValueError(given)
        return float(given)

    return read


def _allowed(name: str) -> str:
    """Words (``intake.allowed.*``) for what a fact's cell takes."""
    if name in FROM_ONE:
        return "whole_from_one"
    return "whole_number" if name in WHOLE else "amount"
