"""Facts that pay hangs on, as planners have them: scores, ranks, awards, commission base, declared wage, year to date; by person and month.

A row a person (and month), a column a fact; or a row a fact. Money stays behind this door as table ``pay_facts`` (privacy class pay).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cslib.core import tables
from cslib.core.words import Word, say
from cslib.intake import aliases, privacy
from cslib.intake.attendance import desk_of
from cslib.intake.headers import plain_header
from cslib.intake.pay_ranges import POINTS, allowed, ranges, reader, refuse_shares, refuse_to_date
from cslib.intake.people import month as month_of
from cslib.intake.source import Source, open_sources
from cslib.intake.study import Study
from cslib.intake.values import plain

KIND = "pay_facts"


@dataclass(frozen=True)
class PayFacts:
    """Table ``pay_facts`` of the study's month, and remarks of the reader (other months, private columns); no person in them.

    ``places``: (employee_id, fact) -> file and cell, for what pay has to say about a value.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...]
    places: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)


def fact_names() -> tuple[str, ...]:
    """Facts that a file may bring, as the data dictionary lists them."""
    return tuple(tables.spec(KIND).columns["fact"].limits["in"])


def read_pay_facts(study: Study, path: Path) -> PayFacts:
    """Read a sheet of pay facts (CSV or Excel, headers as in ``aliases.yml``, kind ``pay_facts``).

    Without a column for the month all rows are of the study's month; rows of other months are left out and counted. An empty cell is a fact that is
    not known. Private columns (name ...) are dropped; any other column that the alias table does not know is refused, so that no fact is lost.

    Raises
    ------
    IntakeError  with file, row and column for unknown people and columns, values outside their fact's range (``pay_ranges``), points written
        as shares, a year to date that can't be used, a fact given twice.

    Source: catalogue S003-B2 (rank), S003-J12 to S003-J15 (team mean, proposals), S001-20 (awards); amounts are the site's.
    """
    names = fact_names()
    source = open_sources(path, KIND, [["staff_no", name] for name in names])[0]
    _refuse_unknown(source)
    desk = desk_of(study)
    months = source.column("month", month_of, "month", default=study.month)
    mine = [row for row, month in zip(source.rows, months, strict=True) if month == study.month]
    others, source.rows = len(source.rows) - len(mine), mine
    present = [name for name in names if source.has(name)]
    limits = ranges(study)
    columns = {name: source.column(name, reader(name, limits[name], source.columns[name].factor), allowed(limits[name])) for name in present}
    for name in POINTS:
        refuse_shares(source, name, columns.get(name, [None] * len(source.rows)), limits[name])
    rows, places, seen = [], dict[tuple[str, str], str](), dict[str, int]()
    for place, row in enumerate(source.rows):
        person = desk.person(source, row)
        if person is None:
            continue
        if seen.setdefault(person, row) != row:
            source.add("intake.person_twice", row, "staff_no", given=plain(source.raw(row, "staff_no")), first=seen[person] + 1)
            continue
        given = {name: value for name in present if (value := columns[name][place]) is not None}
        refuse_to_date(source, row, given)
        rows += [(person, study.month, name, value) for name, value in given.items()]
        places |= {(person, name): source.where(row, name) for name in given}
    source.refuse()
    frame = pd.DataFrame(rows, columns=list(tables.spec(KIND).columns))
    notes = [*source.notes, *desk.notes]
    if others:
        notes.append(say("intake.note.other_month_rows", file=source.sheet.file, count=others, month=study.month))
    return PayFacts(tables.check(KIND, frame, source=source.sheet.file) if rows else tables.empty(KIND), tuple(notes), places)


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
