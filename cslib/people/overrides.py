"""Moves that a human decided outside the rules: logged with person, month, grade before and after, reason and role of who decided.

The source lets the company move people at its discretion (catalogue S003-H13). That is no rule and can't be configured; a single decision can be
recorded here, with its reason, and stays visible in the course.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cslib.core.errors import Finding, PeopleError
from cslib.people.panel import Panel


@dataclass(frozen=True)
class Override:
    """A human decision: from the end of ``month`` on the person holds ``grade``. ``decided_by`` is a role, never a name."""

    employee_id: str
    month: str
    grade: str
    reason: str
    decided_by: str


@dataclass(frozen=True)
class LoggedOverride:
    """An override as it took effect, with the grade it replaced."""

    override: Override
    before: str


def check_overrides(overrides: Sequence[Override], panel: Panel, grades: Sequence[str]) -> None:
    """Refuse an override of an unknown person, month or grade, or without reason and role.

    Raises
    ------
    PeopleError  with one finding an override.
    """
    known = {"employee_id": set(panel.people), "month": set(panel.months_text), "grade": set(grades)}
    findings = []
    for number, override in enumerate(overrides, start=1):
        wrong = [name for name, allowed in known.items() if getattr(override, name) not in allowed]
        wrong += [name for name in ("reason", "decided_by") if not getattr(override, name).strip()]
        if wrong:
            findings.append(Finding("people.override", f"overrides {number}", {"given": ", ".join(wrong)}))
    if findings:
        raise PeopleError(findings=findings)


def take_overrides(
    overrides: Sequence[Override], month: str, panel: Panel, grades: Sequence[str], held: np.ndarray
) -> tuple[np.ndarray, list[LoggedOverride]]:
    """(people who move, log) of one month; ``held`` [people], index of the grade held, is changed. People not employed don't move."""
    moved, log = [], []
    for override in overrides:
        row = panel.people.index(override.employee_id)
        if override.month == month and held[row] >= 0:
            log.append(LoggedOverride(override, grades[held[row]]))
            held[row] = list(grades).index(override.grade)
            moved.append(row)
    return np.array(moved, dtype=np.int64), log
