"""Training and coaching from appraisal: needs by the four kinds, sessions for the roster, monthly plan, complaint report, quality meeting."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.params.kpi import KpiFile, TrainingFile, TrainingKind
from cslib.people.scoring import Z95, kpi_points
from cslib.people.targets import pooled

COACHING = "coaching"


def training_needs(
    facts: pd.DataFrame, employees: pd.DataFrame, kpis: KpiFile, training: TrainingFile, month: str, planned: str = ""
) -> pd.DataFrame:
    """Who needs which kind after the appraisal of a month, and why.

    Induction for everybody hired in the ``planned`` month (default: the month itself; S001-07). For the others each KPI
    that lies below the standard **beyond its noise** (upper end
    of the 95 % interval of its points below ``weak_below_points``) leads to its kind of training; two or more of them, to coaching too (S001-18).

    Parameters
    ----------
    facts : DataFrame, table ``kpi_facts``     those of ``month`` are used
    employees : DataFrame, table ``employees``

    Returns
    -------
    DataFrame [employee_id, kind, kpis]; for the manager, never for the roster.
    """
    first = pd.Timestamp(f"{planned or month}-01")
    new = employees[(employees["hired"] >= first) & (employees["hired"] < first + pd.offsets.MonthBegin(1))]["employee_id"]
    rows = [{"employee_id": person, "kind": "induction", "kpis": ""} for person in new]
    now = facts[facts["period"].eq(month) & facts["kpi"].isin(list(kpis.kpis))]
    if not now.empty:
        lines = kpi_points(now, kpis)
        weak = lines[lines["points"] + Z95 * lines["error"].fillna(np.inf) < training.weak_below_points.value]
        for person, part in weak.groupby("employee_id", sort=False):
            low = list(part["kpi"])
            for kind, how in training.kinds.items():
                answered = [kpi for kpi in low if kpi in how.kpis]
                if answered:
                    rows.append({"employee_id": person, "kind": kind, "kpis": ", ".join(answered)})
            if len(low) > 1:
                rows.append({"employee_id": person, "kind": COACHING, "kpis": ", ".join(low)})
    order = dict(zip(employees["employee_id"], employees["position"], strict=True))
    found = pd.DataFrame(rows, columns=["employee_id", "kind", "kpis"])
    return found.sort_values(["kind", "employee_id"], key=lambda c: c.map(order) if c.name == "employee_id" else c, kind="stable", ignore_index=True)


def training_sessions(
    needs: pd.DataFrame, training: TrainingFile, month: str, employees: pd.DataFrame, leave: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Sessions of the month after an appraisal as off-queue work that the roster can take.

    Groups are filled in the order of the staff list; induction lies within ``induction_within_days`` of hiring, the others within the month. The
    table holds neither kind of need nor score: the roster sees an activity, a length and a window. Training longer than ``session_most_h`` is
    given in equal parts, each a session of its own. With ``leave`` (table ``leave``) a session of
    several people gets its one day: a weekday of the window on which fewest of them are away; sessions go round the days.

    Returns
    -------
    DataFrame, table ``off_queue``.
    """
    first = dt.date(int(month[:4]), int(month[5:]), 1)
    last = ((first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)) - dt.timedelta(days=1)
    hired = dict(zip(employees["employee_id"], employees["hired"], strict=True))
    days = dt.timedelta(days=int(training.induction_within_days.value))
    rows: list[dict[str, Any]] = []
    for number, (kind, part) in enumerate(needs.groupby("kind", sort=True), start=1):
        how = training.coaching if kind == COACHING else training.kinds[str(kind)]
        parts = parts_of(how, training)
        for place, person in enumerate(part["employee_id"]):
            start = max(first, hired[person].date()) if kind == "induction" else first
            end = max(start, min(last, hired[person].date() + days)) if kind == "induction" else last
            rows += [
                {"session": f"{month}-{number:02d}-{place // how.group + 1:02d}-{p}", "employee_id": person, "activity": "training",
                 "hours_h": how.hours_h / parts, "earliest": start, "latest": end, "together": how.group > 1}
                for p in range(parts)
            ]  # fmt: skip
    place = dict(zip(employees["employee_id"], employees["position"], strict=True))
    first_of: dict[object, int] = {}
    for row in rows:
        first_of[row["session"]] = min(place[row["employee_id"]], first_of.get(row["session"], place[row["employee_id"]]))
    number_of = {session: i for i, session in enumerate(sorted(first_of, key=lambda session: (first_of[session], str(session))), start=1)}
    rows = [{**row, "session": f"{month}-{number_of[row['session']]:03d}"} for row in rows]  # a number that tells no kind
    rows = rows if leave is None else _on_one_day(rows, leave)
    rows += _regular(training, month, first, last, employees)
    return tables.check("off_queue", pd.DataFrame(rows), source="people.training_sessions") if rows else tables.empty("off_queue")


def parts_of(how: TrainingKind, training: TrainingFile) -> int:
    """Sessions that one course of a kind takes: as few as keep each within ``session_most_h``."""
    return max(1, math.ceil(how.hours_h / training.session_most_h.value - 1e-9))


def _on_one_day(rows: list[dict[str, Any]], leave: pd.DataFrame) -> list[dict[str, Any]]:
    """Sessions of several people with the day that suits most of them; the others keep their window."""
    away = set(zip(leave["employee_id"], leave["date"].dt.date, strict=True))
    chosen: dict[str, dt.date] = {}
    for session in dict.fromkeys(row["session"] for row in rows if row["together"]):
        own = [row for row in rows if row["session"] == session]
        begin, end = max(row["earliest"] for row in own), min(row["latest"] for row in own)
        days = [begin + dt.timedelta(days=i) for i in range((end - begin).days + 1)]
        days = [day for day in days if day.weekday() < 5] or days
        if days:
            missing = [sum((row["employee_id"], day) in away for row in own) for day in days]
            best = [day for day, count in zip(days, missing, strict=True) if count == min(missing)]
            chosen[session] = best[len(chosen) % len(best)]
    return [{**row, "earliest": chosen[row["session"]], "latest": chosen[row["session"]]} if row["session"] in chosen else row for row in rows]


def _regular(training: TrainingFile, month: str, first: dt.date, last: dt.date, employees: pd.DataFrame) -> list[dict[str, object]]:
    """Regular sessions of everybody, week by week from Monday to Sunday (S002-26); off where the setting is 0."""
    rows: list[dict[str, object]] = []
    monday = first - dt.timedelta(days=first.weekday())
    for week in range(6):
        start, end = monday + dt.timedelta(weeks=week), monday + dt.timedelta(weeks=week, days=6)
        if start > last:
            break
        for number in range(1, int(training.regular_per_week.value) + 1):
            rows += [
                {"session": f"{month}-W{week + 1}-{number}", "employee_id": person, "activity": "training", "hours_h": training.regular_hours_h.value,
                 "earliest": max(first, start), "latest": min(last, end), "together": False}
                for person in employees["employee_id"]
            ]  # fmt: skip
    return rows


def training_plan(needs: pd.DataFrame, training: TrainingFile, month: str) -> pd.DataFrame:
    """The monthly plan (S002-24): by kind people, sessions, hours off the queue, pass-rate target (S002-25). Kinds without need stand with 0."""
    rows = []
    for kind in (*training.kinds, COACHING):
        how = training.coaching if kind == COACHING else training.kinds[kind]
        people = int(needs["kind"].eq(kind).sum())
        sessions = -(-people // how.group) * parts_of(how, training)
        rows.append(
            {"month": month, "training": kind, "people": people, "sessions": sessions, "hours_h": people * how.hours_h,
             "pass_rate_target_share": training.pass_rate_target.value}
        )  # fmt: skip
    return pd.DataFrame(rows)


def complaint_report(complaints: pd.DataFrame, contacts: float, month: str) -> pd.DataFrame:
    """Monthly complaint report of the department (S002-33): by category received, upheld, handled in time, rate per 100 contacts; and in all.

    Parameters
    ----------
    complaints : DataFrame [month, category, upheld, in_time]   one row a complaint; upheld and in_time are flags
    contacts : contacts of the month
    """
    now = complaints[complaints["month"].eq(month)]
    parts = [(str(category), part) for category, part in now.groupby("category")] + [("total", now)]
    rows = [
        {"month": month, "category": name, "received": len(part), "upheld": int(part["upheld"].sum()), "in_time": int(part["in_time"].sum()),
         "in_time_share": float(part["in_time"].mean()) if len(part) else float("nan"),
         "upheld_per_100": 100 * float(part["upheld"].sum()) / contacts if contacts else float("nan")}
        for name, part in parts
    ]  # fmt: skip
    return pd.DataFrame(rows)


def quality_meeting(facts: pd.DataFrame, kpis: KpiFile, role_set: str, month: str, before: str) -> pd.DataFrame:
    """Table of the service-quality meeting (S001-19, S000-09): KPIs with figures now and before, target, state; measure, owner empty."""
    rows = []
    for code in kpis.role_sets[role_set].weights:
        kpi = kpis.kpis[code]
        now, then = (pooled(facts[facts["period"].eq(period)], code).value for period in (month, before))
        if np.isnan(now):
            continue
        reached = now >= kpi.target if kpi.better == "higher" else now <= kpi.target
        rows.append(
            {
                "kpi": code,
                "value": now,
                "value_before": then,
                "target": kpi.target,
                "reached": bool(reached),
                "measure": "",
                "responsible": "",
                "due": "",
            }
        )
    return pd.DataFrame(rows, columns=["kpi", "value", "value_before", "target", "reached", "measure", "responsible", "due"])
