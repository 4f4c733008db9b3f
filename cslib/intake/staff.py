"""The staff list: people, skills and grades under pseudonyms; names are read for the full-tier workbook only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.core.horizon import Horizon
from cslib.core.words import Word, say
from cslib.intake import aliases, privacy
from cslib.intake.pseudonym import pseudonyms
from cslib.intake.source import Source, open_sources
from cslib.intake.values import date, flag, is_empty, number, plain, share, text
from cslib.params import Params

_LISTED = str.maketrans(dict.fromkeys("；、，,|/\n+", ";"))


@dataclass(frozen=True)
class Staff:
    """What the staff list gives: tables of the people employed in the month, and the pseudonym of every number in the list."""

    employees: pd.DataFrame
    skills: pd.DataFrame
    staff_grades: pd.DataFrame
    ids: Mapping[str, str]
    notes: tuple[str, ...]


def read_staff(path: Path, params: Params, horizon: Horizon, key: bytes) -> Staff:
    """Read the staff list.

    Raises
    ------
    IntakeError  for every cell that can't be right, a repeated employee number, an unknown skill, grade or role, an excluded criterion,
        or if nobody is employed in the month.
    """
    source = open_list(path, params)
    numbers = staff_numbers(source)
    people = _people(source)
    held = _skills(source, params)
    grades = _grades(source, params)
    source.refuse()
    ids = pseudonyms(params.name, [n for n in numbers if n is not None], key)
    keys = [ids[str(n)] for n in numbers]
    employees = pd.DataFrame({"employee_id": keys, "position": range(1, len(keys) + 1), "site": params.name, **people})
    employees = employees.astype({"overtime_max_h": "float64", "cycle_balance_h": "float64"})
    left = pd.to_datetime(employees["left"])
    here = (pd.to_datetime(employees["hired"]) < pd.Timestamp(horizon.end)) & (left.isna() | (left >= pd.Timestamp(horizon.start)))
    if not here.any():
        first = pd.to_datetime(employees["hired"]).min().date()
        raise IntakeError("intake.nobody_employed", where=source.sheet.file, month=horizon.label, first=first.isoformat())
    held_rows = [(keys[i], skill, level) for i, found in enumerate(held) for skill, level in found.items() if here[i]]
    skills = pd.DataFrame(held_rows, columns=["employee_id", "skill", "proficiency"])
    staff_grades = pd.DataFrame({"employee_id": keys, "grade": grades})[here & pd.Series(grades, dtype=object).notna()]
    notes = _notes(source, here, held)
    return Staff(
        tables.check("employees", employees[here], source=source.sheet.file),
        tables.check("skills", skills, source=source.sheet.file),
        tables.check("staff_grades", staff_grades, source=source.sheet.file),
        ids,
        notes,
    )


def open_list(path: Path, params: Params) -> Source:
    """The staff list as a source; skills may stand one a column."""
    spellings = skill_spellings(params)
    return open_sources(path, "staff", [["staff_no", "hired"]], extra=lambda cell: _skill_header(cell, spellings))[0]


def _skill_header(cell: Any, spellings: Mapping[str, str]) -> str | None:
    return next((spellings[part] for part in aliases.candidates(str(cell)) if part in spellings), None)


def skill_spellings(params: Params) -> dict[str, str]:
    """Squeezed spelling -> skill: the skill's key, and key and names of every queue that asks for it; attributes of the roster."""
    found = {aliases.squeeze(queue.skill): queue.skill for queue in params.site.queues.values()}
    for name, queue in params.site.queues.items():
        for spelling in (name, queue.name.zh, queue.name.en):
            found.setdefault(aliases.squeeze(spelling), queue.skill)
    for name in params.site.roster.attributes:
        found.setdefault(aliases.squeeze(name), name)
    return found


def staff_numbers(source: Source) -> list[str | None]:
    """Employee numbers as texts, aligned with the rows; empty and repeated ones, also but for leading zeros, become findings."""
    numbers = source.column("staff_no", text, "staff_no", needed=True)
    seen: dict[str, tuple[int, str]] = {}
    for row, staff_no in zip(source.rows, numbers, strict=True):
        if staff_no is None:
            continue
        first, other = seen.setdefault(staff_no.lstrip("0"), (row, staff_no))
        if first != row and other == staff_no:
            source.add("intake.person_twice", row, "staff_no", given=privacy.masked(staff_no), first=first + 1)
        elif first != row:
            source.add("intake.person_zeros", row, "staff_no", given=privacy.masked(staff_no), other=privacy.masked(other), first=first + 1)
    if not source.rows:
        source.add("intake.no_rows", source.header_row)
    return numbers


def _people(source: Source) -> dict[str, Any]:
    """Columns of the employees table that stand in the list."""
    day = _day_reader(source)
    hired = source.column("hired", day, "date", needed=True)
    left = source.column("left", day, "date")
    for row, first, last in zip(source.rows, hired, left, strict=True):
        if first is not None and last is not None and last < first:
            source.add("intake.left_before_hired", row, "left", given=last.isoformat(), first=first.isoformat())
    return {
        "team": source.column("team", text, "text"),
        "role": source.column("role", _word("roles"), "role", default="agent"),
        "hired": hired,
        "left": left,
        "hours_scheme": source.column("hours_scheme", _word("hours_schemes"), "hours_scheme", default="standard"),
        "fte_share": source.column("fte_share", _fte, "fte_share", default=1.0),
        "no_night_until": source.column("no_night_until", day, "date"),
        "no_overtime_until": source.column("no_overtime_until", day, "date"),
        "overtime_max_h": source.column("overtime_max_h", _hours, "hours"),
        "cycle_balance_h": source.column("cycle_balance_h", number, "hours"),
    }


def _day_reader(source: Source) -> Any:
    return lambda cell: date(cell, epoch_1904=source.sheet.epoch_1904)


def _word(section: str) -> Any:
    """Reader of a cell whose word stands in a section of the alias table (parts of a bilingual spelling count too)."""

    def read(cell: Any) -> str | None:
        """The code of the cell's word; None for an empty cell; ValueError for a word that the table does not know."""
        if is_empty(cell):
            return None
        known = aliases.words(section)
        found = next((known[part] for part in aliases.candidates(plain(cell)) if part in known), None)
        if found is None:
            raise ValueError(plain(cell))
        return found

    return read


def _fte(cell: Any) -> float | None:
    found = share(cell)
    if found is not None and not 0 < found <= 1:
        raise ValueError(plain(cell))
    return found


def _hours(cell: Any) -> float | None:
    found = number(cell)
    if found is not None and found < 0:
        raise ValueError(plain(cell))
    return found


def _skills(source: Source, params: Params) -> list[dict[str, float | None]]:
    """Skill -> proficiency for every row, from a list in one cell (``zh;en:0.8``), from one column per skill, or both."""
    if not source.has("skills") and not source.wide:
        allowed = ", ".join(dict.fromkeys(queue.skill for queue in params.site.queues.values()))
        source.add("intake.no_skills", source.header_row, allowed=allowed)
    held: list[dict[str, float | None]] = [{} for _ in source.rows]
    spellings = skill_spellings(params)
    for skill in source.wide:
        for i, level in enumerate(source.wide_column(skill, _level, "skill_mark")):
            if level is not None and level > 0:
                held[i][skill] = None if level == 1.0 else level
    for i, cell in enumerate(source.column("skills", text, "text")):
        for part in filter(None, (p.strip() for p in (cell or "").translate(_LISTED).split(";"))):
            _add_skill(source, i, part, spellings, held[i])
    return held


def _add_skill(source: Source, i: int, part: str, spellings: Mapping[str, str], held: dict[str, float | None]) -> None:
    name, _, level_text = part.replace("=", ":").partition(":")
    skill = spellings.get(aliases.squeeze(name))
    reason = privacy.excluded_skill(name)
    try:
        level = _level(level_text) if level_text else 1.0
    except ValueError:
        level = None
    if skill is None and reason is not None:
        source.add("intake.excluded_skill", source.rows[i], "skills", given=privacy.masked(name), **reason)
    elif skill is None:
        source.add("intake.unknown_skill", source.rows[i], "skills", given=privacy.masked(name), allowed=", ".join(sorted(set(spellings.values()))))
    elif level is None or level <= 0:
        source.add("intake.cell", source.rows[i], "skills", given=privacy.masked(part), allowed=Word("intake.allowed.skill_mark"))
    else:
        held[skill] = None if level == 1.0 else level


def _level(cell: Any) -> float | None:
    """A skill mark: yes/no, or a proficiency up to 1.5 (150 %)."""
    try:
        return 1.0 if flag(cell) else None
    except ValueError:
        found = share(cell)
    if found is None or not 0 < found <= 1.5:
        raise ValueError(plain(cell))
    return found


def _grades(source: Source, params: Params) -> list[str | None]:
    """Grade of every row in the pay scheme's words."""
    known = {aliases.squeeze(grade): grade for grade in params.pay.base_yuan}
    known |= {spelling: grade for spelling, grade in aliases.words("grades").items() if grade in params.pay.base_yuan and spelling not in known}
    found: list[str | None] = []
    for row, cell in zip(source.rows, source.column("grade", text, "text"), strict=True):
        grade = next((known[part] for part in aliases.candidates(cell or "") if part in known), None)
        if grade is None and source.has("grade"):
            source.add("intake.unknown_grade", row, "grade", given=privacy.masked(cell), allowed=", ".join(params.pay.base_yuan))
        found.append(grade)
    return found


def _notes(source: Source, here: pd.Series, held: list[dict[str, float | None]]) -> tuple[str, ...]:
    notes = list(source.notes)
    if not here.all():
        notes.append(say("intake.note.not_employed", file=source.sheet.file, count=int((~here).sum())))
    without = sum(1 for i, found in enumerate(held) if here[i] and not found)
    if without:
        notes.append(say("intake.note.without_skill", file=source.sheet.file, count=without))
    defaults = [aliases.shown("staff", column) for column in ("role", "hours_scheme", "fte_share") if not source.has(column)]
    if defaults:
        notes.append(say("intake.note.defaults", file=source.sheet.file, columns=", ".join(defaults)))
    return tuple(notes)


def read_names(path: Path, params: Params, key: bytes) -> pd.DataFrame:
    """employee_id, display_name, staff_no of everyone in the list, in the list's order. For the full-tier workbook only."""
    source = open_list(path, params)
    numbers = staff_numbers(source)
    shown = source.column("name", text, "text")
    source.refuse()
    ids = pseudonyms(params.name, [n for n in numbers if n is not None], key)
    rows = [(ids[str(n)], name or "", n) for n, name in zip(numbers, shown, strict=True)]
    return pd.DataFrame(rows, columns=["employee_id", "display_name", "staff_no"]).astype("str")
