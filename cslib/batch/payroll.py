"""The payroll of a month: payslips on actual hours where an attendance sheet is there, else estimated; facts that the site brings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cslib import intake, pay, people
from cslib.batch.actual import actual_hours, sheet_notes
from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.core.words import say
from cslib.intake import Study
from cslib.intake.attendance import read_attendance
from cslib.report.identity import portable


@dataclass(frozen=True)
class Payroll:
    """Payslips of a month and what they rest on.

    Attributes
    ----------
    slips : table ``payslips``;  planned : the same from planned hours, where ``slips`` rest on actual ones and a plan is there
    basis : ``planned``; ``actual``; ``mixed``, where the sheet ends before the month does, lacks planned duties or, without a plan, people's hours
    grades, facts : tables ``grades``, ``pay_facts``;  files : sheets used (name -> sha256);  notes : remarks of their readers
    """

    slips: pd.DataFrame
    planned: pd.DataFrame | None
    basis: str
    grades: pd.DataFrame
    facts: pd.DataFrame | None = None
    files: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def wage_cost(self) -> pd.DataFrame:
        """Table ``wage_cost``: on the hours that the payslips rest on."""
        return pay.wage_cost(self.slips)

    @property
    def lines(self) -> list[str]:
        """What the payslips rest on, as sentences."""
        return [say(f"pay.basis.{self.basis}"), *self.notes]


def payroll(
    study: Study, hours: pd.DataFrame | None, planned_roster: pd.DataFrame | None = None, *, attendance: str = "", facts: str = ""
) -> Payroll:
    """Payslips of a month.

    Parameters
    ----------
    hours, planned_roster : tables ``hours`` and ``roster`` of the plan; None where there is no plan (then an attendance sheet must be there)
    attendance, facts : sheets in place of the site's own (``files.attendance``, ``files.pay_facts`` of site.yml)

    Raises
    ------
    IntakeError  if a sheet can't be read, there are neither planned nor actual hours, or somebody has neither a plan nor a row.
    PayError  as ``pay.payslips``.
    """
    graded, notes, files = people.grades(study), [], dict[str, str]()
    facts_path, sheet_path = intake.pay_file(study, "pay_facts", facts), intake.pay_file(study, "attendance", attendance)
    known = None
    if facts_path is not None:
        brought = intake.read_pay_facts(study, facts_path)
        known, notes = brought.frame, [*brought.notes]
        files[portable(str(facts_path))] = _sha256(facts_path)
    sheet = None if sheet_path is None else read_attendance(study, sheet_path)
    if sheet is None or sheet_path is None:
        if hours is None:
            raise IntakeError("intake.no_hours", where=study.month)
        return Payroll(pay.payslips(hours, graded, study, facts=known), None, "planned", graded, known, files, tuple(notes))
    files[portable(str(sheet_path))] = _sha256(sheet_path)
    actual = actual_hours(study, sheet, planned_roster)
    covered = sheet_notes(study, sheet, planned_roster, actual)
    basis = "actual" if tables.check("hours", actual)["basis"].eq("actual").all() else "mixed"
    planned = None if hours is None else pay.payslips(hours, graded, study, facts=known)
    slips = pay.payslips(actual, graded, study, facts=known)
    return Payroll(slips, planned, basis, graded, known, files, (*notes, *covered, *sheet.notes))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
