"""Pay on the command line: payslips of a planned month, a reform compared, a structure designed, pay gaps; sentences and tables for a terminal."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cslib import intake, pay, people, report, roster
from cslib.batch.check import published
from cslib.batch.payroll import Payroll, payroll
from cslib.core.errors import RunError
from cslib.core.width import aligned
from cslib.core.words import say
from cslib.intake import Study


def slip_lines(site: str, month: str, *, scenario: str = "base", attendance: str = "", facts: str = "", person: str = "") -> list[str]:
    """Site totals of the payslips; of one person (pseudonym) or of ``all`` they are written to the protected folder.

    Hours come from the attendance sheet where there is one, else from the newest finished run of the month.

    Raises
    ------
    RunError  if there is neither a finished run nor a sheet, nobody has the pseudonym, or the folder can't be written;
    IntakeError, PayError, ParamError  as ``payroll``.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    found = _month(study, attendance, facts)
    lines = [*found.lines, *table_lines(pay.payroll_totals(found.slips))]
    if found.planned is not None:
        changed = pay.difference_totals(found.planned, found.slips, study)
        lines += [say("pay.basis.differences"), *table_lines(changed)]
    written = report.protected_payslips(found.slips, study, person)
    return lines if written is None else [*lines, say("notebook.pay.written", path=_told(written))]


def reform_lines(site: str, month: str, reform: str, *, scenario: str = "base") -> list[str]:
    """Structure A against B on the site's people: cost, spread, turnover, promotions, inequality, winners and losers, cliffs.

    Raises
    ------
    ParamError  with file and line for a wrong reform file; PayError  as ``pay.open_case``.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    case = pay.open_case(study, people.grades(study), reform)
    found = pay.compare_case(case)
    lines = [*report.case_intro(case), *table_lines(pay.reform_table(found, case)), *pay.reform_lines(found, case)]
    return [*lines, *table_lines(pay.cliff_table(found))]


def design_lines(site: str, month: str, reform: str, *, scenario: str = "base", curve: bool = False) -> list[str]:
    """The cheapest structure inside the limits of the file that meets every constraint, or which one can't be met and by how much.

    Parameters
    ----------
    curve : also the trade-off between cost and losers

    Raises
    ------
    ParamError  with file and line for a wrong reform file; PayError  as ``pay.open_case`` and ``pay.design``.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    case = pay.open_case(study, people.grades(study), reform)
    found = pay.design_case(case)
    lines = [*report.case_intro(case), *pay.design_lines(found, case)]
    lines += [*table_lines(pay.design_table(found, case)), *table_lines(pay.base_table(found, case))]
    if curve:
        lines += [say("pay.design.tradeoff"), *table_lines(pay.tradeoff_table(pay.tradeoff_case(case), case))]
    return lines


def gap_lines(site: str, month: str, *, scenario: str = "base", groups: str = "", attendance: str = "", facts: str = "") -> list[str]:
    """Raw and adjusted pay gaps of groups (teams, or those of a sheet), groups of fewer than 10 people left out.

    Raises
    ------
    IntakeError  if a sheet can't be read; RunError  if there is no finished run of the month and no attendance sheet.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    found = _month(study, attendance, facts)
    named = intake.read_groups(study, Path(groups)) if groups else None
    table = pay.gap_table(found.slips, found.grades, study, named, pay.scores_of(found.facts))
    return [*found.lines, *(table_lines(table) if len(table) else [say("pay.gap.few")]), say("pay.gap.read")]


def _month(study: Study, attendance: str, facts: str) -> Payroll:
    """Payslips on the newest finished run of the month; without one on the attendance sheet alone."""
    try:
        planned = published(study)[0]
    except RunError:
        if intake.pay_file(study, "attendance", attendance) is None:
            raise
        return payroll(study, None, attendance=attendance, facts=facts)
    return payroll(study, roster.hours(planned, study), planned, attendance=attendance, facts=facts)


def table_lines(frame: pd.DataFrame) -> list[str]:
    """A small table for a terminal; nothing for an empty one."""
    if frame.empty:
        return []

    def cell(value: object) -> str:
        """A cell as text; numbers with two digits."""
        if isinstance(value, float):
            return "" if pd.isna(value) else f"{value:,.2f}"
        return str(value)

    return ["", *aligned(list(frame.columns), [[cell(value) for value in row] for row in frame.itertuples(index=False)]), ""]


def _told(path: Path) -> str:
    """A protected file by its name: the folder is known from CSLIB_PROTECTED."""
    return path.name
