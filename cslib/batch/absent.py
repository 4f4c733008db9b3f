"""An absence in a published month: what it costs, who moves, who stands in and why; the mended month goes to the protected folder.

Absences, mended months and the cover ledger are for the manager alone (privacy requirement P09): nothing of them enters ``outputs/``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cslib import intake, report
from cslib.batch.check import mark, published
from cslib.batch.recorded import folder_of, recorded
from cslib.core import tables
from cslib.core.errors import Finding, RunError
from cslib.core.paths import shown
from cslib.core.shifts import write_breaks
from cslib.core.words import say
from cslib.intake import Study
from cslib.report.store import read_table, sha256, table_bytes, write_whole
from cslib.roster import life, recount
from cslib.roster.life import Candidate, Chain, Entry, Repair
from cslib.roster.life.ledger import cover_ledger
from cslib.roster.life.repair import Move

CLASSES = ("planned", "sudden", "training", "other_duty")
_SHOWN = 12  # stand-ins listed for one hole
_KEPT = ("roster", "covers", "absences")


@dataclass(frozen=True)
class Absent:
    """What came of an absence: sentences for the reader, the repair, the month's cover ledger and the folder they were written to."""

    lines: tuple[str, ...]
    found: Repair
    ledger: pd.DataFrame
    folder: Path


def absent(site: str, month: str, person: str, begin: dt.datetime, end: dt.datetime, reason: str, *, scenario: str = "base") -> Absent:
    """Record an absence and mend the published month after it; absences recorded before stay in force, also those told to an earlier version.

    Parameters
    ----------
    person : pseudonym as in the workbook;  begin, end : first moment away, and back again;  reason : one of ``CLASSES``

    Raises
    ------
    RunError  if no run of the month is finished, the person, the time or the class can't be used, or the folder can't be written.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    roster, covers, need = published(study)
    given = life.absence(person, pd.Timestamp(begin), pd.Timestamp(end), reason)
    _refuse(given, study)
    name = sha256(b"".join(table_bytes(n, f) for n, f in (("roster", roster), ("covers", covers), ("requirement", need))))[:8]
    with _writing():
        report.protected_folder(study.site, study.month)
        folder, before = folder_of(study, name), recorded(study)
        if _overlaps(before, given):
            raise RunError("batch.known_absence", where=shown(folder), given=person)
        in_force = roster, covers
        roster, covers, known, carried = _mended(folder, roster, covers, need, study, before)
        found = life.repair(roster, covers, need, study, given, known=known)
        every = tables.check("absences", pd.concat([known, given], ignore_index=True), source="absences")
        ledger = cover_ledger(found.board, every)
        _write(folder, found, every, ledger, need, study)
        others = ways(roster, covers, need, study, given, found, known)
    lines = [say("batch.absent.carried", count=carried)] if carried else []
    lines += [*told(found, ledger, study), *others, say("batch.absent.written", path=folder)]
    if concerned := _concerned(in_force, found):
        agreed = "".join(f" --agreed {who}" for who in concerned)
        lines.append(say("batch.absent.next", file=folder.with_suffix(".xlsx"), site=study.site, month=study.month, agreed=agreed))
    return Absent(tuple(lines), found, ledger, folder)


def _concerned(in_force: tuple[pd.DataFrame, pd.DataFrame], found: Repair) -> list[str]:
    """Whose days or covers differ between the version in force and the mended month, in the order of the staff list."""
    cells, stints = ["employee_id", "date", "kind", "shift", "queue", "breaks"], ["stand_in_id", "post", "absent_id", "start", "end"]
    before, after = in_force, (found.board.roster(), found.board.cover_table())
    unlike: set[str] = set()
    for old, new, columns in zip(before, after, (cells, stints), strict=True):
        both = [{tuple(map(str, row)) for row in frame[columns].itertuples(index=False)} for frame in (old, new)]
        unlike |= {row[0] for row in both[0] ^ both[1]}
    return [who for who in found.board.people if who in unlike]


def ways(
    roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study, given: pd.DataFrame, found: Repair, known: pd.DataFrame
) -> list[str]:  # fmt: skip
    """Where the repair leaves somebody missing: why nobody else can be asked as things stand, and the ways out by price."""
    offers = life.ways_out(roster, covers, need, study, given, found, known=known)
    if offers.open_h <= 0:
        return []
    board, row = life.Board(roster, covers, need, study, known), given.iloc[0]
    duties = (d for d in board.people[row["employee_id"]].duties if d.timed and d.shift is not None)
    first = next(d.date for d in duties if board.facts.moment(d.end) > row["start"])
    out = life.candidates(board, row["employee_id"], first).ruled_out
    reasons = report.cover_view.ruled_out_lines(out, study)
    told = [say("batch.absent.ruled_out", count=len(out)), *(f"  {line}" for line in reasons)]
    return [*told, *report.ways_view.lines(offers, {s.why for s in out}, study)]


def told(found: Repair, ledger: pd.DataFrame, study: Study) -> tuple[str, ...]:
    """The repair in sentences: the gap, what is left, who moves, who stands in by rank and why others don't."""
    lines = [say("batch.absent.gap", yuan=f"{found.gap_yuan:,.0f}"), say("batch.absent.repaired", yuan=f"{found.repaired_yuan:,.0f}")]
    lines += [say("batch.absent.moves", count=len(found.moves)), *(_move(m, study) for m in found.moves)]
    for made in found.chains:
        lines += _chain(made, found, study)
    unfilled = ledger[ledger["stand_in_id"].isna()]
    return (*lines, say("batch.absent.ledger", count=len(ledger), hours=ledger["hours_h"].sum(), unfilled=unfilled["hours_h"].sum()))


def _move(move: Move, study: Study) -> str:
    before, after = mark(move.before.code or "rest", study), mark(move.after.code or "rest", study)
    if move.after.home:
        after = f"{after} @ {report.queue_name(study, move.after.home)}"
    if (move.before.code, move.before.home) == (move.after.code, move.after.home):
        before, after = (f"{text} ({_breaks(move, entry, study)})" for text, entry in ((before, move.before), (after, move.after)))
    return "  " + say("batch.absent.move", who=move.employee_id, day=move.day.isoformat(), before=before, after=after)


def _breaks(move: Move, entry: Entry, study: Study) -> str:
    """Where a duty's breaks lie, as in the roster."""
    shift = study.params.shift(entry.code)
    start = shift.span(move.day)[0]
    rests = [(start + pd.Timedelta(minutes=at), rest) for at, rest in zip(entry.breaks, shift.breaks, strict=True)]
    return write_breaks([(low, low + pd.Timedelta(minutes=rest.length_min)) for low, rest in rests])


def _chain(made: Chain, found: Repair, study: Study) -> Iterator[str]:
    moment = found.board.facts.moment
    (low, _), (_, high) = made.hole.spans[0], made.hole.spans[-1]
    post = report.queue_name(study, made.hole.post)
    yield say("batch.absent.hole", post=post, who=made.hole.absent_id, hours=made.hole.hours_h, start=moment(low), end=moment(high))
    for cover in made.covers:
        yield "  " + say("batch.absent.cover", who=cover.row.stand_in_id, start=cover.row.start, end=cover.row.end)
    for first, last in made.open_spans:
        yield "  " + say("batch.absent.open", start=moment(first), end=moment(last))
    able = [c for c in made.candidates if c.why == "able"]
    yield from ("  " + _candidate(rank, c) for rank, c in enumerate(able[:_SHOWN], 1))
    others: dict[str, list[str]] = {}
    for c in made.candidates[len(able) :]:
        others.setdefault(c.why, []).append(c.employee_id)
    for why, who in others.items():
        yield "  " + say("batch.absent.not", reason=say(f"batch.absent.why.{why}"), count=len(who), who=", ".join(who[:_SHOWN]))


def _candidate(rank: int, c: Candidate) -> str:
    return say("batch.absent.candidate", rank=rank, who=c.employee_id, hours=c.able_h, yuan=f"{c.yuan:+,.0f}", load=c.load_h)


def _refuse(given: pd.DataFrame, study: Study) -> None:
    """Everything that can't be used about the absence, at once."""
    row, findings = given.iloc[0], []
    first, last = pd.Timestamp(study.horizon.start), pd.Timestamp(study.horizon.end)
    if row["employee_id"] not in set(study.employees["employee_id"]):
        findings.append(Finding("batch.no_person", "--person", {"given": row["employee_id"], "month": study.month}))
    if not (row["start"] < row["end"] and row["start"] < last and row["end"] > first):
        facts = {"given": f"{row['start']:%Y-%m-%d %H:%M} - {row['end']:%Y-%m-%d %H:%M}", "month": study.month}
        findings.append(Finding("batch.absence_span", "--from, --to", facts))
    if row["reason_class"] not in CLASSES:
        findings.append(Finding("batch.reason_class", "--reason", {"given": row["reason_class"], "allowed": ", ".join(CLASSES)}))
    if findings:
        raise RunError(findings=findings)


def _overlaps(known: pd.DataFrame, given: pd.DataFrame) -> bool:
    own, row = known[known["employee_id"].eq(given["employee_id"].iloc[0])], given.iloc[0]
    return bool((own["start"].lt(row["end"]) & own["end"].gt(row["start"])).any())


def _mended(
    folder: Path, roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study, every: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, int]:  # fmt: skip
    """The month as mended for absences before, with those; the published month if there were none.

    A version published since may lack what mended the one before: it is mended anew for the absences recorded until then (counted last).
    """
    known, carried = tables.empty("absences"), 0
    if all((folder / f"{name}.csv").is_file() for name in _KEPT):
        roster, covers, known = (read_table(name, folder / f"{name}.csv") for name in _KEPT)
    for row in every.itertuples(index=False):
        one = life.absence(row.employee_id, row.start, row.end, row.reason_class)
        if not _overlaps(known, one):
            board = life.repair(roster, covers, need, study, one, known=known).board
            roster, covers = board.roster(), board.cover_table()
            known, carried = pd.concat([known, one], ignore_index=True), carried + 1
    return roster, covers, tables.check("absences", known, source="absences"), carried


def _write(folder: Path, found: Repair, absences: pd.DataFrame, ledger: pd.DataFrame, need: pd.DataFrame, study: Study) -> None:
    """Tables, ledger and the workbook with names, each whole or not at all, for their owner alone."""
    roster, covers = found.board.roster(), found.board.cover_table()
    coverage, _ = recount(roster, covers, need, study, absences)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    report.write_workbook(folder.with_suffix(".xlsx"), roster, covers, coverage, study, tier="full", names=intake.names(study), run_name=folder.name)
    for name, frame in {"roster": roster, "covers": covers, "cover_ledger": ledger, "absences": absences}.items():
        write_whole(folder / f"{name}.csv", table_bytes(name, frame)).chmod(0o600)


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError("batch.not_writable", where=shown(error.filename or ""), problem=error.strerror or str(error)) from None
