"""Cases of the second opinion (``scenarios/independent``), read as they stand: a reader for each scheme makes a person's facts of the history.

Its author knew the sources alone. A case that names two readings is run in each; what the engine has no place for is listed in ``ELSEWHERE``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from ladder_cases import opened

from cslib.params.ladder_files import Ladder
from cslib.people.course import Course
from cslib.people.engine import run_ladder
from cslib.people.panel import Panel, month_number, month_text

FOLDER = Path(__file__).parent / "scenarios" / "independent"
Rows = Sequence[Mapping[str, Any]]


def second_opinion() -> dict[str, tuple[str, dict[str, Any]]]:
    """Case id -> (scheme, case)."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in data["cases"]:
            assert case["id"] not in found, case["id"]
            found[case["id"]] = (data["scheme"], case)
    return found


@dataclass(frozen=True)
class Person:
    """One person of a case: grade, first month, facts by month (None = no record), completed months of service and in grade before, experience."""

    grade: str
    first: str
    facts: Mapping[str, Sequence[Any]]
    served: int = 60
    in_grade: int | None = None
    prior: int = 0


def run(ladder: Ladder, *people: Person, extra: int = 2) -> Course:
    """The people side by side in one team, with ``extra`` months without records after the last one."""
    months = max(len(values) for person in people for values in person.facts.values()) + extra
    metrics = dict.fromkeys(name for person in people for name in person.facts)
    facts = {name: np.full((len(people), months), np.nan) for name in metrics}
    for i, person in enumerate(people):
        for name, values in person.facts.items():
            facts[name][i, : len(values)] = [np.nan if value is None else float(value) for value in values]
    hired = np.array([-person.served for person in people])
    since = np.array([-(person.served if person.in_grade is None else person.in_grade) for person in people])
    panel = Panel(
        tuple(f"P{i}" for i in range(len(people))), people[0].first, months, facts, hired, np.full(len(people), months + 1),
        np.zeros(len(people), dtype=int), np.array([person.prior for person in people]), tuple(person.grade for person in people), since,
    )  # fmt: skip
    return run_ladder(ladder, panel)


def moves(course: Course, person: int = 0) -> list[tuple[str, str]]:
    """(month of the decision, grade after) of every move."""
    found = []
    for batch in course.batches:
        for row, before, after in zip(batch.rows, batch.before, batch.after, strict=True):
            if row == person and before != after:
                found.append((course.panel.months_text[batch.month], course.ladder.grades[after]))
    return found


def others(course: Course, person: int = 0) -> list[tuple[str, str]]:
    """(month, outcome) of every proposal that is no move."""
    spec = course.ladder.spec
    return [
        (course.panel.months_text[b.month], spec.rules[b.rule].outcome if b.rule in spec.rules else b.rule)
        for b in course.batches for row, before, after in zip(b.rows, b.before, b.after, strict=True) if row == person and before == after
    ]  # fmt: skip


def final(course: Course, person: int = 0) -> str:
    """Grade held after the last month."""
    return course.ladder.grades[course.final.grade[person]]


def paid(course: Course, month: str, person: int = 0) -> str:
    """Grade paid in a month."""
    return course.ladder.grades[course.pay_grade[person, course.panel.months_text.index(month)]]


def ladder_of(scheme: str, reading: str = "", **settings: str) -> Ladder:
    """A ladder with settings."""
    return opened(scheme, reading, tuple(sorted(settings.items())))


def quarter_end(quarter: str) -> str:
    """Last month of ``2025Q1``."""
    return f"{quarter[:4]}-{int(quarter[-1]) * 3:02d}"


def by_month(rows: Rows, first: str, name: str) -> list[Any]:
    """Values of monthly rows from ``first`` on; months without a row have no record."""
    found: list[Any] = [None] * (max(month_number(row["month"]) for row in rows) - month_number(first) + 1)
    for row in rows:
        found[month_number(row["month"]) - month_number(first)] = row.get(name)
    return found


def by_quarter(rows: Rows, quarter: str, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Facts of months from quarterly rows: ``values`` maps a fact to (how, key); how: each month the same, in the last month, or the three given."""
    start = month_number(quarter_end(quarter)) - 2
    length = max(month_number(quarter_end(row["quarter"])) for row in rows) - start + 1
    found: dict[str, list[Any]] = {fact: [None] * length for fact in values}
    for row in rows:
        t = month_number(quarter_end(row["quarter"])) - start - 2
        for fact, read in values.items():
            given = read(row)
            if given is None:
                continue
            found[fact][t : t + 3] = given if isinstance(given, list) else [given] * 3
    return found


def last(value: Any) -> list[Any] | None:
    """A quarter's count, booked in its last month, with 0 before."""
    return None if value is None else [0, 0, value]


def first_of(quarter: str) -> str:
    """First month of a quarter."""
    return month_text(month_number(quarter_end(quarter)) - 2)
