"""Actual hours of a month: an attendance sheet through the same arithmetic as the plan."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cslib import roster
from cslib.core import tables
from cslib.intake.attendance import Attendance, read_attendance
from cslib.intake.study import Study
from cslib.params.calendar import LEGAL_WORK


def actual_hours(study: Study, attendance: str | Attendance) -> pd.DataFrame:
    """Table ``hours`` with basis ``actual`` from an attendance sheet (path, or one already read).

    Premium classes as for planned hours (``roster.hours``); a shift that nobody came to and no leave covers is unpaid leave of a normal day on
    legal workdays.

    Raises
    ------
    IntakeError  if the sheet can't be read; RosterError  if a duty can't be paid.
    """
    found = attendance if isinstance(attendance, Attendance) else read_attendance(study, Path(attendance))
    hours = roster.hours(found.roster, study)
    legal = set(study.calendar.loc[study.calendar["kind"].isin(LEGAL_WORK), "date"].dt.date)
    share = dict(zip(study.employees["employee_id"], study.employees["fte_share"], strict=True))
    rows = [
        {"employee_id": row.employee_id, "date": row.date, "premium": "unpaid_leave", "shifts": 0, "basis": "actual",
         "hours_h": study.params.law.number("normal_day_hours", row.date) * share[row.employee_id]}
        for row in found.absences.itertuples() if row.date in legal
    ]  # fmt: skip
    whole = pd.concat([hours.assign(basis="actual"), pd.DataFrame(rows)], ignore_index=True) if rows else hours.assign(basis="actual")
    return tables.check("hours", whole, source="attendance")
