"""The payroll of a month: payslips on actual hours where an attendance sheet is there, else estimated; facts that the site brings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from cslib import intake, pay, people
from cslib.batch.actual import actual_hours, sheet_notes
from cslib.core import tables
from cslib.core.errors import IntakeError, PayError
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

    def with_lieu(self, study: Study) -> Payroll:
        """The same, with a word of warning where the site carries rest-day hours on as time off and the payslips pay them now."""
        hours = self.slips.groupby("item")["quantity"].sum()
        paid = hours.get("overtime_rest_day", 0.0) - hours.get("time_off_in_lieu", 0.0)
        months = study.params.site.balances.lieu_months
        if not months or paid <= 0:
            return self
        return replace(self, notes=(*self.notes, say("pay.basis.lieu_kept", months=months, hours=float(paid))))


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
    known, places = None, dict[tuple[str, str], str]()
    if facts_path is not None:
        brought = intake.read_pay_facts(study, facts_path)
        known, notes, places = brought.frame, [*brought.notes], brought.places
        files[portable(str(facts_path))] = _sha256(facts_path)
    sheet = None if sheet_path is None else read_attendance(study, sheet_path)
    if sheet is None or sheet_path is None:
        if hours is None:
            raise IntakeError("intake.no_hours", where=study.month)
        return Payroll(_slips(hours, graded, study, known, places), None, "planned", graded, known, files, tuple(notes)).with_lieu(study)
    files[portable(str(sheet_path))] = _sha256(sheet_path)
    actual = actual_hours(study, sheet, planned_roster)
    covered = sheet_notes(study, sheet, planned_roster, actual)
    basis = "actual" if tables.check("hours", actual)["basis"].eq("actual").all() else "mixed"
    planned = None if hours is None else _slips(hours, graded, study, known, places)
    slips = _slips(actual, graded, study, known, places)
    return Payroll(slips, planned, basis, graded, known, files, (*notes, *covered, *sheet.notes)).with_lieu(study)


def _slips(
    hours: pd.DataFrame, graded: pd.DataFrame, study: Study, facts: pd.DataFrame | None, places: dict[tuple[str, str], str]
) -> pd.DataFrame:  # fmt: skip
    """Payslips; what is wrong with a fact is told with the cell that it came from."""
    try:
        return pay.payslips(hours, graded, study, facts=facts)
    except PayError as error:
        found = []
        for finding in error.findings:
            key = str(finding.facts.get("person", "")), finding.where.removeprefix("pay_facts.")
            found.append(replace(finding, where=places.get(key, finding.where)))
        raise PayError(findings=found) from None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
