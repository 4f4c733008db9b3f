"""A roster file against the published month, cell by cell: what differs, and what a changed cell means."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from cslib.core import words
from cslib.core.errors import Finding
from cslib.core.shifts import LEAVE, OFF, WORK, read_breaks, write_breaks
from cslib.intake.rosters import Returned, Written
from cslib.roster.audit.rows import Cell
from cslib.roster.life.board import OFF_DUTY, Board, Entry
from cslib.roster.life.edits_facts import Edit
from cslib.roster.life.repair_search import break_places


def compare(returned: Returned, board: Board) -> tuple[list[Edit], dict[tuple[str, dt.date], Entry], list[Finding]]:
    """Edits in the order of the file, the cells to change, and lines of the list of duties that contradict the grid."""
    edits = [Edit("text_day", "", day, where, "", day.isoformat()) for day, where in returned.text_days.items()]
    cells: dict[tuple[str, dt.date], Entry] = {}
    faults: list[Finding] = []
    listed = [who for who in board.people if board.people[who].cells]
    if returned.missing_days:
        edits.append(Edit("days_missing", "", None, "", "", ", ".join(_spans(returned.missing_days))))
    for who in listed:
        if who not in returned.rows:
            edits.append(Edit("row_missing", who, None, "", "", ""))
    shared = [who for who in listed if who in returned.rows]
    edits += [Edit("row_moved", who, None, returned.rows[who], "", "") for who in _moved(shared, [w for w in returned.people if w in set(shared)])]
    for (who, day), cell in returned.cells.items():
        old = board.people[who].cells.get(day, ()) if who in board.people else ()
        if who not in board.people or (not old and cell.kind != WORK):
            continue
        if len(old) > 1:
            edits.append(Edit("not_published", who, day, cell.where, "", cell.text))
            continue
        written, fault = _with_list(cell, returned, who, day, old[0] if old else None)
        faults += fault
        edit, entry = _edit_of(board, who, day, written, old[0] if old else None)
        edits += edit
        if entry is not None:
            cells[who, day] = entry
    return edits, cells, faults


def _spans(days: Sequence[dt.date]) -> list[str]:
    """Days in order as texts, those that follow each other as one: ``2026-12-03 - 2026-12-05``."""
    runs: list[list[dt.date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == dt.timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [run[0].isoformat() if len(run) == 1 else f"{run[0]} - {run[-1]}" for run in runs]


def _edit_of(board: Board, who: str, day: dt.date, written: Written, old: Cell | None) -> tuple[list[Edit], Entry | None]:
    """What one cell changes. Work on a day of leave or outside employment is taken as written, for the rule it breaks to be named."""
    kind = old.kind if old is not None else ""
    was = old.code if old is not None and kind == WORK else ""
    shown = was or kind
    if written.kind == LEAVE or (kind == LEAVE and written.kind != WORK):
        unlike = written.kind != kind and not (kind == LEAVE and written.empty)
        return ([Edit("leave", who, day, written.where, shown, written.text)] if unlike else []), None
    if was != written.shift or (old is not None and written.queue and written.queue != old.queue):
        return [Edit("changed", who, day, written.where, shown, written.text or "-")], _entry(board, who, day, written)
    if old is not None and written.breaks is not None and written.breaks != _canonical(old):
        text = Edit("breaks", who, day, written.where, _canonical(old) or "-", written.breaks or "-")
        return [text], Entry(was, old.queue, (), written.breaks)
    if written.merged:
        return [Edit("merged", who, day, written.where, shown, written.text)], None
    if not _house(written, board):
        return [Edit("alias", who, day, written.where, shown, written.text or "-")], None
    return [], None


def _with_list(cell: Written, returned: Returned, who: str, day: dt.date, old: Cell | None) -> tuple[Written, list[Finding]]:
    """A cell with the post and breaks of the list of duties; a list that contradicts a cell nobody changed is a finding."""
    line = returned.duties.get((who, day))
    if line is None:
        return cell, []
    if cell.kind == WORK and cell.shift == line.shift:
        changed = cell.breaks is None and old is not None and line.breaks != _canonical(old)
        where = line.where if changed or (not cell.queue and old is not None and line.queue not in ("", old.queue)) else cell.where
        return dataclasses.replace(cell, queue=cell.queue or line.queue, breaks=line.breaks if cell.breaks is None else cell.breaks, where=where), []
    if cell.shift != (old.code if old is not None and old.kind == WORK else ""):
        return cell, []  # the grid was edited; the list still says what was published
    return cell, [Finding("life.list_differs", line.where, {"who": who, "day": day.isoformat(), "given": line.shift, "cell": cell.where})]


def _canonical(old: Cell) -> str:
    """Breaks of a published duty as ``write_breaks`` writes them; as they are where they can't be read."""
    try:
        return write_breaks(read_breaks(old.breaks, old.start)) if old.start is not None else old.breaks
    except ValueError:
        return old.breaks


def _marks(kind: str) -> set[str]:
    """Marks of a day off in both languages."""
    found = set()
    for language in words.LANGUAGES:
        with words.speaking(language):
            found.add(words.say("report.mark.rest") if kind == "rest" else words.say("report.mark.leave"))
    return found


def _house(written: Written, board: Board) -> bool:
    """True if a cell is written as the workbook writes it, or by its code."""
    if written.kind != WORK:
        return written.empty or written.text in {OFF, *_marks("rest"), *_marks("leave")}
    shift = board.facts.shifts[written.shift]
    return written.text.partition("@")[0] in {shift.code, *(shift.mark or {}).values()}


def _moved(before: list[str], now: list[str]) -> list[str]:
    """The fewest people whose rows moved: those outside the longest run that kept its order."""
    place = {who: i for i, who in enumerate(before)}
    best: list[tuple[int, int]] = []  # per person: length of the longest run that ends here, person before
    for i, who in enumerate(now):
        earlier = [(best[j][0], -j) for j in range(i) if place[now[j]] < place[who]]
        top = max(earlier, default=(0, 1))
        best.append((top[0] + 1, -top[1]))
    kept, at = set(), max(range(len(now)), key=lambda i: best[i][0], default=-1)
    while at >= 0:
        kept.add(now[at])
        at = best[at][1]
    return [who for who in now if who not in kept]


def _entry(board: Board, who: str, day: dt.date, written: Written) -> Entry:
    """The duty that a changed cell means: at the post it names or had, else where it helps most; breaks where they cost least."""
    if written.kind != WORK:
        return OFF_DUTY
    shift = board.facts.shifts[written.shift]
    queues = board.study.params.site.queues
    old = board.entry(who, day)
    homes = [written.queue] if written.queue else [old.home] if old and old.home in shift.queues else list(shift.queues) or [""]
    held = [h for h in homes if not h or board.people[who].holds(queues[h].skill, day)] or homes
    if written.breaks is not None:  # said by whoever wrote the shift
        return min((Entry(shift.code, home, (), written.breaks) for home in held), key=lambda entry: board.trial({(who, day): entry}).delta_yuan)
    tried = [Entry(shift.code, home, breaks) for home in held for breaks in break_places(shift, board.facts.horizon.interval_min)]
    return min(tried, key=lambda entry: board.trial({(who, day): entry}).delta_yuan)
