"""The grade paid in the month: that of the staff list, changed by what humans decided since."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from cslib.core import tables
from cslib.core.errors import Finding, PeopleError
from cslib.intake.study import Study
from cslib.params.pay_scheme import PayScheme

STAFF_LIST, HIRED, DECIDED = "staff_list", "hired", "decided"  # reasons: the staff list's; first month of employment; decided for a month before


def grades(study: Study) -> pd.DataFrame:
    """Grade of everybody who is in employment on a day of the month.

    Probation is that on the first day of the month, or on the first day of employment if that is later: the pay scheme's
    ``probation_months`` from the day hired; none for part-time people. The law bounds the months (law value ``probation_longest``, checked
    when the scheme is read).

    A grade proposal changes the grade only where a human accepted, dated and signed it (table ``grade_decisions``), from its first month
    paid on. Proposals themselves never do.

    Parameters
    ----------
    study : Study    tables ``employees``, ``staff_grades`` and ``grade_decisions``, pay scheme

    Returns
    -------
    DataFrame, table ``grades``: move ``new`` (reason ``hired``) in the month of hiring; ``up`` or ``down`` by base pay in the first month paid
    of a decided change (reason: ladder and rule); else ``stay`` (reason ``staff_list``, or ``decided`` after such a change).

    Raises
    ------
    PeopleError  if an employee has no grade, a grade is not in the pay scheme, or a graded person is not in the staff list.

    Source: catalogue S003-H3 (probation on the trial grade), S003-H5 and S003-H14 (pay in the month after a signed decision);
    劳动合同法 art. 19 (length), art. 70 (none for part-time work).
    """
    first, scheme = study.horizon.start, study.params.pay
    staff, listed = study.employees, study.staff_grades
    employed = staff[(staff["hired"] < pd.Timestamp(study.horizon.end)) & (staff["left"].isna() | (staff["left"] >= pd.Timestamp(first)))]
    _check(staff, employed, listed, scheme)
    people = employed.merge(listed, on="employee_id", validate="one_to_one")
    new = people["hired"] >= pd.Timestamp(first)
    found = pd.DataFrame(
        {
            "employee_id": people["employee_id"],
            "month": study.month,
            "grade": people["grade"],
            "probation": [
                _on_probation(hired.date(), first, scheme) and hours_scheme != "part_time"
                for hired, hours_scheme in zip(people["hired"], people["hours_scheme"], strict=True)
            ],
            "move": new.map({True: "new", False: "stay"}),
            "reason": new.map({True: HIRED, False: STAFF_LIST}),
        }
    )
    return tables.check("grades", _decided(found, study), source="people.grades")


def _decided(found: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Grades with the decided changes up to the month; the latest of a person counts."""
    changes = study.grade_decisions
    changes = changes[changes["pay_month"] <= study.month].sort_values("pay_month", kind="stable")
    if changes.empty:
        return found
    base = study.params.pay.base_yuan
    now = changes.drop_duplicates("employee_id", keep="last").set_index("employee_id").reindex(found["employee_id"]).reset_index(drop=True)
    changed = now["to_grade"].notna()
    fresh = changed & now["pay_month"].eq(study.month)
    up = now["to_grade"].map(base).astype("float64") >= now["from_grade"].map(base).astype("float64")
    moved = fresh & found["move"].ne("new")
    return found.assign(
        grade=found["grade"].where(~changed, now["to_grade"]),
        move=found["move"].mask(moved & up, "up").mask(moved & ~up, "down"),
        reason=found["reason"].mask(changed & ~fresh, DECIDED).mask(moved, now["rule"]),
    )


def _on_probation(hired: dt.date, first: dt.date, scheme: PayScheme) -> bool:
    return max(hired, first) < scheme.probation_until(hired)


def _check(staff: pd.DataFrame, employed: pd.DataFrame, listed: pd.DataFrame, scheme: PayScheme) -> None:
    allowed = ", ".join(scheme.base_yuan)
    given = dict(zip(listed["employee_id"], listed["grade"], strict=True))
    findings = []
    for person, row in sorted(zip(employed["employee_id"], employed["position"], strict=True), key=lambda pair: pair[1]):
        facts = {"person": person, "row": row, "given": given.get(person, ""), "allowed": allowed}
        if person not in given:
            findings.append(Finding("people.no_grade", "staff_grades", facts))
        elif given[person] not in scheme.base_yuan:
            findings.append(Finding("people.unknown_grade", "staff_grades", facts))
    strangers = sorted(set(given) - set(staff["employee_id"]))
    findings += [Finding("people.unknown_employee", "staff_grades", {"person": person}) for person in strangers]
    if findings:
        raise PeopleError(findings=findings)
