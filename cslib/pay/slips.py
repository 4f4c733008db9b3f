"""Payslips of a month from hours, grades and the pay scheme, and the arithmetic behind each item."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from cslib.core import tables
from cslib.core.errors import Finding, PayError
from cslib.core.trace import Trace
from cslib.core.words import has, pick, say
from cslib.intake.study import Study
from cslib.pay.items import Line, Worked, lines
from cslib.pay.person import Month, Person
from cslib.pay.statement import statement


def payslips(hours: pd.DataFrame, grades: pd.DataFrame, study: Study, *, facts: pd.DataFrame | None = None) -> pd.DataFrame:
    """Payslips of everybody who has a grade this month: earnings, contributions, tax, gross, net and employer cost.

    Base pay by grade, by the paid days in employment and the full-time share (part-time people: by the hour); overtime at
    the ratio in force on the day worked, on hourly pay = month / 21.75 / 8; the scheme's items; unpaid leave. Amounts are whole fen,
    rounded half up once an item. Hours of the class ``night`` pay nothing by themselves: they carry the count of night shifts.

    Parameters
    ----------
    hours : DataFrame, table ``hours`` [h]     hours paid, by calendar day and premium class
    grades : DataFrame, table ``grades``       of the study's month
    study : Study                              staff list, calendar, law, pay scheme, city
    facts : DataFrame, table ``pay_facts``     scores, ranks, sales, awards, bonus, declared wage, year to date; what is missing is
        estimated as the trace says

    Returns
    -------
    DataFrame, table ``payslips``: quantity (months, hours, shifts or years), rate_yuan [yuan per quantity; the mean where the rate
    changed in the month], amount_fen, rule (law value or path in the pay scheme), basis ``planned`` while any hour of the person is. ``part`` tells
    earnings (gross is their sum), contributions of the employee and of the employer, tax (all as positive amounts) and results:
    gross = net + tax + employee; employer_cost = gross + employer. Countries other than China: earnings and gross only.

    Raises
    ------
    PayError  if hours, grades, staff list and scheme don't fit together.

    Source: 劳动法 art. 44, 人社部发〔2025〕2号 (law values); catalogue S003-B8, S003-H2, S003-H3, S003-S1 to S003-S3.
    """
    worked = _worked(hours)
    people = _people(grades, study, facts)
    _check_hours(worked, people, study)
    rows, findings = [], list[Finding]()
    default = _basis([row for rows_of in worked.values() for row in rows_of])
    for person in people.values():
        mine = worked.get(person.employee_id, [])
        basis = _basis(mine) if mine else default
        try:
            rows += [_row(person, line, study.month, basis) for line in _whole(person, mine)]
        except PayError as error:
            findings += error.findings
    if findings:
        raise PayError(findings=_told_once(findings))
    found = pd.DataFrame(rows, columns=list(tables.spec("payslips").columns))
    return tables.check("payslips", found, source="pay.payslips")


def trace(payslips: pd.DataFrame, hours: pd.DataFrame, grades: pd.DataFrame, study: Study, employee_id: str, item: str,
          facts: pd.DataFrame | None = None) -> Trace:  # fmt: skip
    """The arithmetic behind one item of one payslip, down to hours, days, grade base and law values.

    The value is the payslip's; ``trace.holds()`` is true if it follows from hours, grades, scheme and law to the fen.

    Raises
    ------
    PayError  if the payslips have no such item, or the inputs don't fit together.
    """
    mine = payslips[payslips["employee_id"] == employee_id]
    row = mine[mine["item"] == item]
    made = [line for line in _lines_of(hours, grades, study, employee_id, facts) if line.item == item]
    if row.empty or not made:
        raise PayError("pay.no_item", where="payslips", person=employee_id, given=item, allowed=", ".join(mine["item"]) or "-")
    amount = made[0].amount
    return Trace(amount.name, int(row["amount_fen"].iloc[0]), amount.unit, amount.formula, amount.inputs, amount.rule, amount.source)


def label(item: str, study: Study) -> str:
    """Words for a pay item (of a payslip or of the wage cost) in the language in use."""
    if item in study.params.pay.items:
        return pick(study.params.pay.items[item].meaning)
    return say(f"pay.item.{item}") if has(f"pay.item.{item}") else item


def _told_once(findings: list[Finding]) -> list[Finding]:
    """What is wrong with several people for one reason (base of a grade) once; other findings each, in the order of the staff list."""
    firsts: dict[object, Finding] = {}
    for number, finding in enumerate(findings):
        firsts.setdefault(finding.where if finding.key == "pay.below_minimum" else number, finding)
    return list(firsts.values())


def _whole(person: Person, worked: list[Worked]) -> list[Line]:
    """Earnings and what follows from them."""
    earned = lines(person, worked)
    return [*earned, *statement(person, earned)]


def _lines_of(hours: pd.DataFrame, grades: pd.DataFrame, study: Study, employee_id: str, facts: pd.DataFrame | None) -> list[Line]:
    worked = _worked(hours[hours["employee_id"] == employee_id])
    people = _people(grades[grades["employee_id"] == employee_id], study, facts)
    _check_hours(worked, people, study)
    return _whole(people[employee_id], worked.get(employee_id, [])) if employee_id in people else []


def _row(person: Person, line: Line, month: str, basis: str) -> dict[str, Any]:
    return {
        "employee_id": person.employee_id, "month": month, "item": line.item, "part": line.part, "quantity": line.quantity,
        "rate_yuan": line.rate_yuan, "amount_fen": int(line.amount.value), "rule": line.rule, "basis": basis,
    }  # fmt: skip


def _basis(rows: list[Worked]) -> str:
    """An estimate stays one while any of its hours is planned."""
    return "actual" if rows and all(row.basis == "actual" for row in rows) else "planned"


def _worked(hours: pd.DataFrame) -> dict[str, list[Worked]]:
    hours = tables.check("hours", hours, source="hours")
    found: dict[str, list[Worked]] = {}
    for row in hours.itertuples():
        found.setdefault(row.employee_id, []).append(Worked(row.date.date(), row.premium, row.hours_h, row.shifts, row.basis))
    return found


def _facts(facts: pd.DataFrame | None, study: Study) -> dict[str, dict[str, float]]:
    """Facts of the month by person."""
    if facts is None:
        return {}
    found: dict[str, dict[str, float]] = {}
    for row in tables.check("pay_facts", facts, source="pay_facts").itertuples():
        if row.month == study.month:
            found.setdefault(row.employee_id, {})[row.fact] = float(row.value)
    strangers = sorted(set(found) - set(study.employees["employee_id"]))
    if strangers:
        raise PayError(findings=[Finding("pay.unknown_employee", "pay_facts", {"person": person}) for person in strangers])
    return found


def _people(grades: pd.DataFrame, study: Study, facts: pd.DataFrame | None) -> dict[str, Person]:
    """Everybody with a grade, in the order of the staff list."""
    grades = tables.check("grades", grades, source="grades")
    staff = {row.employee_id: row for row in study.employees.sort_values("position").itertuples()}
    month, known = Month.of(study), _facts(facts, study)
    findings, people = [], {}
    if not month.paid_days:
        findings.append(Finding("pay.no_paid_days", "calendar", {"month": study.month}))
    other = [name for name in grades["month"].unique() if name != study.month]
    findings += [Finding("pay.other_month", "grades", {"given": name, "month": study.month}) for name in other]
    given = {row.employee_id: row for row in grades.itertuples()}
    findings += [Finding("pay.unknown_employee", "grades", {"person": person}) for person in given if person not in staff]
    for employee_id, row in staff.items():
        if employee_id not in given:
            continue
        graded = given[employee_id]
        hired, ends = row.hired.date(), month.scheme.probation_until(row.hired.date())
        if graded.grade not in month.scheme.base_yuan:
            facts = {"person": employee_id, "given": graded.grade, "allowed": ", ".join(month.scheme.base_yuan)}
            findings.append(Finding("pay.unknown_grade", "grades", facts))
        elif graded.probation and ends <= max(hired, month.first):
            facts = {"person": employee_id, "ended": ends, "hired": hired, "months": month.scheme.probation_months}
            findings.append(Finding("pay.probation_over", "grades", facts))
        else:
            people[employee_id] = Person(
                employee_id, row.role, row.hours_scheme == "part_time", float(row.fte_share), hired,
                None if pd.isna(row.left) else row.left.date(), graded.grade, ends if graded.probation else hired, month,
                known.get(employee_id, {}),
            )  # fmt: skip
    if findings:
        raise PayError(findings=findings)
    return people


def _check_hours(worked: dict[str, list[Worked]], people: dict[str, Person], study: Study) -> None:
    """Hours belong to a graded person, to the month and to employment; a night that began on the last day may end on the next."""
    findings = []
    first, end, spill = study.horizon.start, study.horizon.end, dt.timedelta(days=1)
    for employee_id, rows in worked.items():
        person = people.get(employee_id)
        if person is None:
            findings.append(Finding("pay.no_grade", "hours", {"person": employee_id, "month": study.month}))
            continue
        outside = next((row.day for row in rows if not first <= row.day <= end), None)
        if outside:
            facts = {"person": employee_id, "given": outside, "first": first, "last": end - spill}
            findings.append(Finding("pay.outside_month", "hours", facts))
        idle = next((row.day for row in rows if row.day < person.hired or (person.left and row.day > person.left + spill)), None)
        if idle:
            facts = {"person": employee_id, "given": idle, "hired": person.hired, "left": person.left or "-"}
            findings.append(Finding("pay.not_employed", "hours", facts))
    if findings:
        raise PayError(findings=findings)
