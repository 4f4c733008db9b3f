"""Balances of a month: time off in lieu, annual leave, and a plan for the days that are left; for the manager, in the protected folder alone."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pandas as pd

from cslib import intake, report
from cslib.batch.check import published
from cslib.batch.recorded import recorded
from cslib.core.errors import Finding, RunError
from cslib.core.paths import protected_dir, shown
from cslib.core.words import say
from cslib.intake import Study
from cslib.intake.sheets import decode
from cslib.report.store import read_table, table_bytes, write_whole
from cslib.roster import hours, life, recount

_FOLDER, _LIEU = "balances", "lieu_ledger"
_HEADS = {"employee_id": "person", "人员代号": "person", "staff_no": "person", "工号": "person", "days": "days", "天数": "days", "已休天数": "days"}


def balance_month(site: str, month: str, *, scenario: str = "base", taken: Path | None = None) -> tuple[str, ...]:
    """Write the ledgers of a month and say their sums; the month before is carried in where its ledger is there.

    Parameters
    ----------
    taken : CSV (UTF-8 or GBK) with the columns employee_id or staff_no 工号, and days 天数: annual leave taken so far this year

    Raises
    ------
    RunError  if there is no roster of the month, or the list of days taken can't be used.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    settings, used = study.params.site.balances, _taken(taken, study)
    roster, covers, need = published(study)
    earlier = f"{study.horizon.start - dt.timedelta(days=1):%Y-%m}"
    path = protected_dir() / site / earlier / _FOLDER / f"{_LIEU}.csv"
    before = read_table(_LIEU, path) if path.is_file() else None
    lieu = life.lieu_ledger(hours(roster, study), month, settings, before)
    annual = life.annual_leave(study.employees, study.horizon.start.year, used, settings)
    coverage, _ = recount(roster, covers, need, study)
    spare = (coverage["over"] - coverage["short"]).groupby(coverage["interval_start"].dt.normalize()).sum()
    off = roster[roster["kind"].ne("work")].groupby("employee_id")["date"].agg(lambda days: {d.date() for d in days}).to_dict()
    plan = life.leave_plan(annual, spare, settings, off, life.spared_by(life.Board(roster, covers, need, study, recorded(study))))
    folder = report.protected_folder(site, month) / _FOLDER
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
        for name, frame in ((_LIEU, lieu), ("annual_leave", annual)):
            write_whole(folder / f"{name}.csv", table_bytes(name, frame)).chmod(0o600)
        text = plan.assign(date=plan["date"].dt.strftime("%Y-%m-%d")).to_csv(index=False, lineterminator="\n")
        write_whole(folder / "leave_plan.csv", text.encode("utf-8-sig")).chmod(0o600)
    except OSError as error:
        raise RunError("batch.not_writable", where=shown(folder), problem=error.strerror or str(error)) from None
    sums = {name: lieu[f"{name}_h"].sum() for name in ("opening", "earned", "taken", "paid_out", "closing", "expiring")}
    return (
        say("batch.balance.lieu", months=settings.lieu_months, **sums),
        say("batch.balance.annual", entitled=annual["entitled_days"].sum(), taken=annual["taken_days"].sum(), left=annual["left_days"].sum()),
        say("batch.balance.plan", days=len(plan), people=plan["employee_id"].nunique(), share=settings.plan_share),
        say("batch.balance.written", path=folder),
    )


def _taken(path: Path | None, study: Study) -> dict[str, float]:
    """Days taken by person, every fault of the list at once."""
    if path is None:
        return {}
    try:
        rows = list(csv.reader(decode(path.read_bytes(), shown(path)).splitlines()))
    except (OSError, csv.Error) as error:
        raise RunError("batch.taken_file", where=shown(path), problem=getattr(error, "strerror", None) or str(error)) from None
    heads = [_HEADS.get(head.strip().casefold(), "") for head in rows[0]] if rows else []
    if not {"person", "days"} <= set(heads):
        raise RunError("batch.taken_file", where=shown(path), problem=", ".join(rows[0]) if rows else "-")
    staff = intake.names(study)
    ids = {**dict(zip(staff["staff_no"], staff["employee_id"], strict=True)), **{who: who for who in staff["employee_id"]}}
    found, findings, lines = dict[str, float](), [], [(n, row) for n, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    for number, row in lines:
        given = dict(zip(heads, map(str.strip, row), strict=False))
        who, days = ids.get(given.get("person", "")), pd.to_numeric(given.get("days"), errors="coerce")
        if who is None or who in found or pd.isna(days) or not 0 <= days <= 366:
            findings.append(Finding("batch.taken_row", f"{shown(path)}:{number}", {"given": ", ".join(row)}))
        else:
            found[who] = float(days)
    if findings:
        raise RunError(findings=findings)
    return found
