"""Publishing a month: draft, checked, published; every later change is an amendment with its reason. Published versions are never changed.

Versions lie in the protected folder (``intake.issued``), because a reason of a change is nobody's business but the manager's (P09).
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cslib import intake, report
from cslib.batch.check import newest_run, told
from cslib.batch.draft import drafted
from cslib.batch.fairness import month_ledger
from cslib.batch.recorded import recorded
from cslib.core.errors import Finding, RunError
from cslib.core.horizon import Horizon
from cslib.core.paths import issues_dir, shown
from cslib.core.words import say
from cslib.intake import Issue, Study
from cslib.intake.issued import LEDGER, RECORD, TABLES, seal_of
from cslib.params import open_params
from cslib.report.store import file_hash, read_json, sha256, table_bytes, write_json, write_whole
from cslib.roster import audit, life, recount, sentences
from cslib.roster.life.swap import Swap

REASONS = ("wish", "swap", "absence", "demand", "correction", "training")
_CHECKED = "checked.json"
_SHOWN = 20  # sentences listed before the rest is only counted
Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Published:
    """What came of a step: sentences for the reader, and whether the step was taken."""

    lines: tuple[str, ...]
    done: bool


def check_month(site: str, month: str, *, scenario: str = "base") -> Published:
    """Draft to checked: audit the newest finished run and remember that exactly these tables are legal.

    Raises
    ------
    RunError  if no run of the month is finished.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    roster, covers, need, run = _draft(study)
    violations = audit(roster, covers, need, study)
    if len(violations):
        return Published((say("batch.publish.illegal", count=len(violations)), *sentences(violations.head(_SHOWN))), done=False)
    content = {"tables": _hashes((roster, covers, need)), "run": run, "scenario": scenario}
    report.protected_folder(site, month)
    write_json(issues_dir(site, month) / _CHECKED, content)
    return Published((say("batch.publish.checked", run=run, hash=_short(content)),), done=True)


def publish_month(site: str, month: str, on: dt.date, *, scenario: str = "base", late: bool = False) -> Published:
    """Checked to published: version 1 of the month.

    Parameters
    ----------
    on : day of publication;  late : publish although fewer than ``repair.notice_days`` days are left before the first

    Raises
    ------
    RunError  if the tables were not checked as they are, the month is published already, or the notice is too short.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    roster, covers, need, run = _draft(study)
    checked, where = read_json(issues_dir(site, month) / _CHECKED), shown(issues_dir(site, month))
    findings = []
    if issued := intake.issues(site, month):
        findings.append(Finding("batch.already_published", where, {"month": month, "version": issued[-1].version}))
    if not checked or checked.get("tables") != _hashes((roster, covers, need)):
        findings.append(Finding("batch.not_checked", run, {"month": month}))
    notice = study.params.site.repair.notice_days
    if (study.horizon.start - on).days < notice and not late:
        last = study.horizon.start - dt.timedelta(days=notice)
        findings.append(Finding("batch.notice", "--on", {"given": on.isoformat(), "days": notice, "last": last.isoformat()}))
    if findings:
        raise RunError(findings=findings)
    facts = {"on": on.isoformat(), "run": run, "late": (study.horizon.start - on).days < notice, "reason": "first", "changed": []}
    return _issue(study, (roster, covers, need), facts)


def amend_month(
    path: Path, site: str, month: str, on: dt.date, reason: str, *, scenario: str = "base", agreed: Collection[str] = ()
) -> Published:  # fmt: skip
    """The next version from an edited roster file: legal changes alone, with their reason, and consent within the notice.

    Parameters
    ----------
    path : the edited workbook or list;  on : day of the change;  reason : one of ``REASONS``
    agreed : people who agreed to changes of theirs that come at shorter notice than ``repair.notice_days``

    Raises
    ------
    IntakeError, RunError  if the file can't be read, nothing is published yet, nothing changes, the past would change, or consent is missing.
    """
    if reason not in REASONS:
        raise RunError("batch.amend_reason", where="--reason", given=reason, allowed=", ".join(REASONS))
    study = intake.open_study(site, month=month, scenario=scenario)
    last = intake.newest_issue(site, month)
    roster, covers, need = (last.table(name) for name in TABLES)
    found = life.review(intake.read_roster(path, study), roster, covers, need, study, absences=recorded(study))
    if found.faults or found.broken:
        return Published((say("batch.publish.not_amended"), *told(found, study)), done=False)
    changed = found.changes
    _refuse_change(changed, on, study, agreed, shown(path))
    facts = {"on": on.isoformat(), "run": last.record["run"], "late": False, "reason": reason, "changed": [[w, d.isoformat()] for w, d in changed]}
    made = _issue(study, (found.board.roster(), found.board.cover_table(), need), facts)
    return Published((*told(found, study), *made.lines), done=True)


def issue_swap(study: Study, found: Swap, on: dt.date) -> Published:
    """Publish a legal swap as an amendment; both people asked for it.

    Raises
    ------
    IntakeError  if nothing is published yet.
    """
    last = intake.newest_issue(study.site, study.month)
    changed = [[who, day.isoformat()] for who, day in found.cells]
    facts = {"on": on.isoformat(), "run": last.record["run"], "late": False, "reason": "swap", "changed": changed}
    return _issue(study, (found.board.roster(), found.board.cover_table(), last.table("requirement")), facts)


def history(site: str, month: str) -> tuple[str, ...]:
    """The versions of a month, one line each; the chain of seals is verified on the way.

    Raises
    ------
    IntakeError  if a version was changed after it was published;  ParamError  if there is no such site or month.
    """
    Horizon.month(month, open_params(site).site.interval_min)
    lines = []
    for issue in intake.issues(site, month):
        reason = say(f"batch.publish.reason.{issue.record['reason']}")
        facts = {"version": issue.version, "on": issue.record["on"], "reason": reason, "changed": len(issue.record["changed"])}
        lines.append(say("batch.publish.version", seal=issue.seal[:8], **facts))
        if issue.record["late"]:
            lines.append("  " + say("batch.publish.late"))
    return tuple(lines) or (say("batch.publish.none", month=month),)


def _refuse_change(changed: list[tuple[str, dt.date]], on: dt.date, study: Study, agreed: Collection[str], where: str) -> None:
    """Nothing to change, the past, or a change at short notice without consent: all findings at once."""
    findings = [] if changed else [Finding("batch.nothing_changed", where, {})]
    notice = study.params.site.repair.notice_days
    for who, day in changed:
        if day < on:
            findings.append(Finding("batch.past_day", where, {"given": who, "day": day.isoformat(), "on": on.isoformat()}))
        elif (day - on).days < notice and who not in agreed:
            facts = {"given": who, "day": day.isoformat(), "left": (day - on).days, "days": notice}
            findings.append(Finding("batch.no_consent", where, facts))
    if findings:
        raise RunError(findings=findings)


def _draft(study: Study) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, str]:
    folder = newest_run(study)
    return *drafted(folder / "tables"), folder.name


def _hashes(frames: Tables) -> dict[str, str]:
    return {name: sha256(table_bytes(name, frame)) for name, frame in zip(TABLES, frames, strict=True)}


def _short(content: Mapping[str, Any]) -> str:
    return str(content["tables"]["roster"])[:8]


def _issue(study: Study, frames: Tables, facts: dict[str, Any]) -> Published:
    """Write the next version aside, seal it, make it read-only, and move it into place; a version that is there is never replaced."""
    before = intake.issues(study.site, study.month)
    number = len(before) + 1
    stored = {**dict(zip(TABLES, frames, strict=True)), LEDGER: month_ledger(*frames, study)}
    report.protected_folder(study.site, study.month)
    base = issues_dir(study.site, study.month)
    aside, final = base / f".v{number}.{os.getpid()}", base / f"v{number}"
    try:
        for name, frame in stored.items():
            write_whole(aside / f"{name}.csv", table_bytes(name, frame)).chmod(0o400)
        record = {
            "site": study.site, "month": study.month, "scenario": study.params.scenario, "version": number,
            "previous": before[-1].seal if before else "", "tables": {name: file_hash(aside / f"{name}.csv") for name in stored}, **facts,
        }  # fmt: skip
        write_json(aside / RECORD, {**record, "seal": seal_of(record)}).chmod(0o400)
        for folder in (base, aside):
            folder.chmod(0o700)
        aside.rename(final)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise RunError("batch.not_writable", where=shown(final), problem=error.strerror or str(error)) from None
    issue = Issue(number, final, read_json(final / RECORD))
    workbook = _workbook(study, issue, frames)
    return Published(
        (say("batch.publish.done", version=number, seal=issue.seal[:8], path=final), say("batch.full_workbook", path=workbook)), done=True
    )


def _workbook(study: Study, issue: Issue, frames: Tables) -> Path:
    """The workbook with names of a version, beside the versions."""
    roster, covers, need = frames
    coverage, _ = recount(roster, covers, need, study, recorded(study))
    path = report.protected_folder(study.site, study.month) / f"published-v{issue.version}-{issue.seal[:8]}.xlsx"
    return report.write_workbook(path, roster, covers, coverage, study, tier="full", names=intake.names(study), run_name=path.stem)
