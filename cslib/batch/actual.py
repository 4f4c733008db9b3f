"""Actual hours of a month: an attendance sheet through the same arithmetic as the plan."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cslib import roster
from cslib.core import tables
from cslib.core.shifts import WORK
from cslib.intake.attendance import Attendance, read_attendance
from cslib.intake.study import Study
from cslib.params.calendar import LEGAL_WORK


def actual_hours(study: Study, attendance: str | Attendance, planned: pd.DataFrame | None = None) -> pd.DataFrame:
    """Table ``hours`` with basis ``actual`` from an attendance sheet (path, or one already read).

    Premium classes as for planned hours (``roster.hours``); a shift that nobody came to and no leave covers is unpaid leave of a normal day on
    legal workdays. Where the sheet ends before the month does, the days after it are taken from the plan and stay ``planned``.

    Parameters
    ----------
    planned : table ``roster`` of the month; None = the sheet is all there is

    Raises
    ------
    IntakeError  if the sheet can't be read; RosterError  if a duty can't be paid.
    """
    found = attendance if isinstance(attendance, Attendance) else read_attendance(study, Path(attendance))
    worked, last = found.roster, last_day(found)
    if planned is not None and last is not None:
        later = planned["date"] > last
        worked = tables.check("roster", pd.concat([worked[worked["date"] <= last], planned[later]], ignore_index=True), source="attendance")
    hours = roster.hours(worked, study)
    begun = hours["date"] <= (last if last is not None else pd.Timestamp.max)
    whole = planned is None or last is None or not (planned["kind"].eq(WORK) & (planned["date"] > last)).any()
    hours = hours.assign(basis=[("actual" if whole or done else "planned") for done in begun])
    legal = set(study.calendar.loc[study.calendar["kind"].isin(LEGAL_WORK), "date"].dt.date)
    share = dict(zip(study.employees["employee_id"], study.employees["fte_share"], strict=True))
    rows = [
        {"employee_id": row.employee_id, "date": row.date, "premium": "unpaid_leave", "shifts": 0, "basis": "actual",
         "hours_h": study.params.law.number("normal_day_hours", row.date) * share[row.employee_id]}
        for row in found.absences.itertuples() if row.date in legal
    ]  # fmt: skip
    return tables.check("hours", pd.concat([hours, pd.DataFrame(rows)], ignore_index=True) if rows else hours, source="attendance")


def last_day(found: Attendance) -> pd.Timestamp | None:
    """The last day that a sheet says anything about; None where it has nothing of the month."""
    days = [*found.roster.loc[found.roster["kind"] == WORK, "date"], *pd.to_datetime(found.absences["date"])]
    return max(days, default=None)
