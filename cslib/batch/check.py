"""A roster file against the published month: what changed, what it costs, which rules it breaks, what mends it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cslib import intake
from cslib.batch.draft import drafted
from cslib.batch.recorded import recorded
from cslib.core import words
from cslib.core.errors import RunError
from cslib.core.paths import shown
from cslib.core.words import say
from cslib.intake import Study
from cslib.intake.issued import TABLES as ISSUED_TABLES
from cslib.report import finished_runs
from cslib.report.workbook_back import unread
from cslib.roster import life, recount, sentences
from cslib.roster.life.edits_facts import COVER_KINDS, Broken, Edit, Review, WayOut

_CELLS = 10  # cells named in one line
PIN_COLUMNS = ("staff_no", "date", "shift", "queue", "breaks")


@dataclass(frozen=True)
class Checked:
    """What a check found: sentences for the reader; ``clean`` if every cell was understood and no rule is broken, by the edits or before."""

    lines: tuple[str, ...]
    clean: bool


def check_roster(path: Path, site: str, month: str, *, scenario: str = "base", accept: Path | None = None) -> Checked:
    """Check a roster file against the newest finished run of a month.

    Parameters
    ----------
    path : the workbook as edited, or any list or grid of people, days and shifts
    site, month, scenario : the published month
    accept : where to write the changed cells as pins (CSV for ``files.pins`` of the site); only a legal roster is accepted

    Raises
    ------
    IntakeError, RunError  if the file can't be read, no run of the month is finished, or what is to be accepted is not legal.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    roster, covers, need = published(study)
    returned = intake.read_roster(path, study)
    found = life.review(returned, roster, covers, need, study, absences=recorded(study))
    legal = not found.faults and not found.broken
    lines = (*told(found, study), *_not_taken(returned, roster, covers, need, study))
    if accept is not None:
        if not legal:
            raise RunError("batch.not_accepted", where=shown(path), faults=len(found.faults), broken=len(found.broken))
        write_pins(found.pins, accept)
        lines = (*lines, say("batch.check.accepted", count=len(found.pins), path=shown(accept)))
        if any(edit.kind in COVER_KINDS for edit in found.edits):
            lines = (*lines, say("batch.check.covers_unpinned"))
    return Checked(lines, legal and found.standing.empty)


def _not_taken(returned: intake.Returned, roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study) -> list[str]:
    """Cells of the sheets for reading that say something else than the published month: edits there are not taken back."""
    if not returned.others:
        return []
    coverage, _ = recount(roster, covers, need, study, recorded(study))
    cells = unread(returned.others, roster, covers, coverage, study, intake.names(study))
    if not cells:
        return []
    more = say("batch.check.more_cells", count=len(cells) - _CELLS) if len(cells) > _CELLS else ""
    return [say("batch.check.not_taken", count=len(cells), cells=", ".join(cells[:_CELLS]) + more)]


def published(study: Study) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Roster, covers and requirement in force: the published version, before the first publication those of the newest finished run.

    Raises
    ------
    RunError  if there is neither;  IntakeError  if a published version was changed.
    """
    if issued := intake.issues(study.site, study.month):
        roster, covers, need = (issued[-1].table(name) for name in ISSUED_TABLES)
    else:
        roster, covers, need = drafted(newest_run(study) / "tables")
    return roster, covers, need


def newest_run(study: Study) -> Path:
    """Folder of the newest finished run of the study's month and scenario.

    Raises
    ------
    RunError  if there is none.
    """
    runs = [run for run in finished_runs(study.site, study.month) if run.folder.name.startswith(f"{study.params.scenario}-")]
    if not runs:
        raise RunError("batch.nothing_published", site=study.site, month=study.month, scenario=study.params.scenario)
    return max(runs, key=lambda run: (run.folder / "manifest.json").stat().st_mtime).folder


def told(found: Review, study: Study) -> tuple[str, ...]:
    """The review in sentences of the reader's language."""
    shown_edits = [_edit(edit, study) for edit in found.edits]
    lines = [say("batch.check.same")] if not found.edits and not found.faults else [say("batch.check.edits", count=len(found.edits))]
    lines += shown_edits
    if found.faults:
        lines += [say("batch.check.faults", count=len(found.faults)), *(f"  {fault}" for fault in found.faults)]
    if found.broken:
        lines += [say("batch.check.broken", count=len(found.broken)), *(_broken(b) for b in found.broken)]
        lines += [_way_out(way, study) for way in found.ways_out]
    else:
        lines.append(say("batch.check.legal"))
    if len(found.standing):
        lines += [say("batch.check.standing", count=len(found.standing)), *_standing(found.standing)]
    return (*lines, say("batch.check.cost", yuan=f"{found.delta_yuan:+,.0f}"))


def _edit(edit: Edit, study: Study) -> str:
    facts = {"who": edit.employee_id, "day": edit.day.isoformat() if edit.day else "", "where": edit.where}
    facts |= {"before": mark(edit.before, study), "after": edit.after, "yuan": f"{edit.delta_yuan:+,.0f}"}
    return "  " + say(f"batch.check.edit.{edit.kind}", **facts)


def mark(code: str, study: Study) -> str:
    """A code of the roster for a reader."""
    shift = {s.code: s for s in study.params.shifts}.get(code)
    if shift is not None:
        return f"{code} {words.pick(shift.name)}" if shift.name else code
    return {"rest": say("report.mark.rest"), "leave": say("report.mark.leave")}.get(code, code)


def _broken(broken: Broken) -> str:
    (text,) = sentences(broken.violation.to_frame().T)
    return "  " + say("batch.check.at", text=text, rule=broken.violation["rule"], cells=", ".join(broken.cells) or "-")


def _standing(violations: pd.DataFrame) -> list[str]:
    found = zip(sentences(violations), violations["rule"], strict=True)
    return ["  " + say("batch.check.stands", text=text, rule=rule) for text, rule in found]


def _way_out(way: WayOut, study: Study) -> str:
    facts = {"who": way.employee_id, "yuan": f"{way.delta_yuan:+,.0f}"}
    if way.entry is None or way.day is None:
        return "  " + say("batch.check.undo", cell=way.undo, **facts)
    after = mark(way.entry.code or "rest", study)
    return "  " + say("batch.check.also", day=way.day.isoformat(), after=after, **facts)


def write_pins(pins: pd.DataFrame, path: Path) -> None:
    """Write changed cells as pins, whole or not at all.

    Raises
    ------
    RunError  if the place can't be written.
    """
    frame = pins.rename(columns={"employee_id": "staff_no"})
    frame = frame.assign(shift=frame["shift"].where(frame["kind"].eq("work"), "OFF"), date=frame["date"].dt.strftime("%Y-%m-%d"))
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        frame.loc[:, list(PIN_COLUMNS)].to_csv(aside, index=False, encoding="utf-8-sig")
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise RunError("batch.not_writable", where=shown(path), problem=error.strerror or str(error)) from None
