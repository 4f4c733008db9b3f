"""Actual hours of a month: an attendance sheet through the same arithmetic as the plan, and how much of the month it covers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from cslib import roster
from cslib.core import tables
from cslib.core.errors import IntakeError
from cslib.core.shifts import WORK
from cslib.core.words import say
from cslib.intake.attendance import Attendance, read_attendance
from cslib.intake.study import Study
from cslib.params.calendar import LEGAL_WORK

Key = tuple[str, dt.date]
_NAMED = 5


def actual_hours(study: Study, attendance: str | Attendance, planned: pd.DataFrame | None = None) -> pd.DataFrame:
    """Table ``hours`` from an attendance sheet (path, or one already read): basis ``actual``, where a plan fills in ``planned``.

    Premium classes as for planned hours (``roster.hours``); a shift that nobody came to and no leave covers is unpaid leave of a normal day on
    legal workdays. Planned duties after the sheet's last day, and earlier ones of which the sheet has no row, are taken from the plan and stay
    ``planned``. Without a plan the hours of people whose rows hold less than their contract by more than the site's band are ``planned`` too:
    a monthly base is paid for days that the sheet does not show.

    Parameters
    ----------
    planned : table ``roster`` of the month; None = the sheet is all there is

    Raises
    ------
    IntakeError  if the sheet can't be read; RosterError  if a duty can't be paid.
    """
    found = attendance if isinstance(attendance, Attendance) else read_attendance(study, Path(attendance))
    worked, last, gaps = found.roster, last_day(found), without_row(found, planned)
    whole = True
    if planned is not None and last is not None:
        keys = list(zip(planned["employee_id"], planned["date"].dt.date, strict=True))
        later = planned["date"] > last
        filled = later | pd.Series([key in gaps for key in keys], index=planned.index)
        worked = tables.check("roster", pd.concat([worked[worked["date"] <= last], planned[filled]], ignore_index=True), source="attendance")
        whole = not (planned["kind"].eq(WORK) & later).any()
    hours = roster.hours(worked, study)
    begun = hours["date"] <= (last if last is not None else pd.Timestamp.max)
    spill = {(who, day + dt.timedelta(days=1)) for who, day in gaps} - found.days  # a night of the plan reaches into the next day
    filled_in = [(who, day.date()) in gaps or (who, day.date()) in spill for who, day in zip(hours["employee_id"], hours["date"], strict=True)]
    hours = hours.assign(basis=["actual" if (whole or done) and not plan else "planned" for done, plan in zip(begun, filled_in, strict=True)])
    legal = set(study.calendar.loc[study.calendar["kind"].isin(LEGAL_WORK), "date"].dt.date)
    share = dict(zip(study.employees["employee_id"], study.employees["fte_share"], strict=True))
    rows = [
        {"employee_id": row.employee_id, "date": row.date, "premium": "unpaid_leave", "shifts": 0, "basis": "actual",
         "hours_h": study.params.law.number("normal_day_hours", row.date) * share[row.employee_id]}
        for row in found.absences.itertuples() if row.date in legal
    ]  # fmt: skip
    hours = tables.check("hours", pd.concat([hours, pd.DataFrame(rows)], ignore_index=True) if rows else hours, source="attendance")
    short = short_people(hours, study) if planned is None else set()
    return hours.assign(basis=hours["basis"].mask(hours["employee_id"].isin(short), "planned"))


def last_day(found: Attendance) -> pd.Timestamp | None:
    """The last day that a sheet says anything about; None where it has nothing of the month."""
    return max((pd.Timestamp(day) for _, day in found.days), default=None)


def without_row(found: Attendance, planned: pd.DataFrame | None) -> set[Key]:
    """Person and day of planned duties up to the sheet's last day of which it has no row; leave that came between counts as told."""
    last = last_day(found)
    if planned is None or last is None:
        return set()
    duties = planned[planned["kind"].eq(WORK) & (planned["date"] <= last)]
    told = found.days | set(zip(found.roster["employee_id"], found.roster["date"].dt.date, strict=True))
    return set(zip(duties["employee_id"], duties["date"].dt.date, strict=True)) - told


def employed(study: Study) -> pd.DataFrame:
    """The rows of the staff list with a day of employment in the month."""
    first, end = pd.Timestamp(study.horizon.start), pd.Timestamp(study.horizon.end)
    staff = study.employees
    return staff[(staff["hired"] < end) & (staff["left"].isna() | (staff["left"] >= first))].sort_values("position")


def short_people(hours: pd.DataFrame, study: Study) -> set[str]:
    """People paid by the month whose hours stay below contract by more than the site's band (``roster.contract_band_h``)."""
    legal = study.calendar.loc[study.calendar["kind"].isin(LEGAL_WORK), "date"]
    counted = hours[hours["premium"] != "night"].groupby("employee_id")["hours_h"].sum()
    short = set()
    for row in employed(study).itertuples():
        first = max(pd.Timestamp(study.horizon.start), row.hired)
        end = pd.Timestamp(study.horizon.end) if pd.isna(row.left) else min(pd.Timestamp(study.horizon.end), row.left + pd.Timedelta(days=1))
        days = int(((legal >= first) & (legal < end)).sum())
        contract = days * row.fte_share * study.params.law.number("normal_day_hours", study.horizon.start)
        if row.hours_scheme != "part_time" and counted.get(row.employee_id, 0.0) < contract - study.params.site.roster.contract_band_h:
            short.add(row.employee_id)
    return short


def sheet_notes(study: Study, found: Attendance, planned: pd.DataFrame | None, hours: pd.DataFrame) -> list[str]:
    """How much of the month the sheet covers: people, last day, planned duties without a row.

    Parameters
    ----------
    hours : table ``hours`` of ``actual_hours``

    Raises
    ------
    IntakeError  if somebody in employment has neither a plan nor a row nor granted leave.
    """
    staff, last = list(employed(study)["employee_id"]), last_day(found)
    with_row = {who for who, _ in found.days}
    facts = {"people": len(with_row.intersection(staff)), "employed": len(staff), "last": f"{last:%Y-%m-%d}" if last is not None else "-"}
    known = with_row | set(study.leave["employee_id"]) | (set() if planned is None else set(planned["employee_id"]))
    nothing = [who for who in staff if who not in known]
    if nothing:
        given = ", ".join(nothing[:_NAMED]) + (" ..." if len(nothing) > _NAMED else "")
        raise IntakeError("intake.not_covered", where=found.file, count=len(nothing), given=given, **facts)
    notes = [say("intake.note.sheet_covers", file=found.file, **facts)]
    if gaps := without_row(found, planned):
        notes.append(say("intake.note.duties_without_row", file=found.file, count=len(gaps), last=facts["last"]))
    if planned is None and (short := short_people(hours, study)):
        band = f"{study.params.site.roster.contract_band_h:g}"
        notes.append(say("intake.note.sheet_short", file=found.file, count=len(short), hours=band))
    return notes
