"""A planner's edits of a published roster: what changed, what it costs, which rules it breaks, and the smallest legal way out.

The published month stays the measure: a cell that was not understood, and a row that is gone, leave the published duty in place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from cslib.core import words
from cslib.core.errors import Finding
from cslib.core.shifts import LEAVE, OFF, WORK
from cslib.intake.rosters import Returned, Written
from cslib.intake.study import Study
from cslib.roster.audit import audit
from cslib.roster.life.board import OFF_DUTY, Board, Change, Entry
from cslib.roster.life.repair_search import break_places
from cslib.roster.life.stand_ins import relieve, void_covers

_AROUND = 7  # days around an edit within which its violations stand and another cell may mend them


@dataclass(frozen=True)
class Edit:
    """One thing that differs from the published roster.

    Attributes
    ----------
    kind : ``changed`` | ``alias`` (another spelling of the same) | ``merged`` (the same in a merged cell) | ``row_missing`` | ``row_moved``
        | ``leave`` (an absence nobody granted, or one taken away) | ``not_published`` (a day outside employment or with two duties)
        | ``text_day`` (a day header typed as text)
    day : None for a whole row;  where : cell or row of the file (empty for a row that is gone);  before, after : texts of the cells
    delta_yuan : priced cost of this edit alone, for ``changed``
    """

    kind: str
    employee_id: str
    day: dt.date | None
    where: str
    before: str
    after: str
    delta_yuan: float = 0.0


@dataclass(frozen=True)
class Broken:
    """A rule that the edited roster breaks and the published one did not; ``cells`` are the edits that stand behind it."""

    violation: pd.Series
    cells: tuple[str, ...]


@dataclass(frozen=True)
class WayOut:
    """The smallest legal fix of one person's edits: ``undo`` the edit at ``where``, or change ``day`` to ``entry`` as well."""

    employee_id: str
    undo: str
    day: dt.date | None
    entry: Entry | None
    delta_yuan: float


@dataclass(frozen=True)
class Review:
    """What an edited roster came to: ``board`` carries every edit that was understood."""

    board: Board
    edits: tuple[Edit, ...]
    faults: tuple[Finding, ...]
    broken: tuple[Broken, ...]
    ways_out: tuple[WayOut, ...]
    delta_yuan: float

    @property
    def pins(self) -> pd.DataFrame:
        """Table ``roster`` of the changed cells, to be fixed before the month is solved again."""
        roster = self.board.roster()
        keys = {(e.employee_id, pd.Timestamp(e.day)) for e in self.edits if e.kind == "changed"}
        kept = [key in keys for key in zip(roster["employee_id"], roster["date"], strict=True)]
        return roster[kept].assign(pinned=True).reset_index(drop=True)


def review(returned: Returned, roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study) -> Review:
    """Compare a file that came back with the published month.

    Parameters
    ----------
    returned : the file as read;  roster, covers, need, study : the published month

    Raises
    ------
    RosterError, TableError  as ``audit``.
    """
    board = Board(roster, covers, need, study)
    edits, cells = _compare(returned, board)
    alone = {key: board.trial({key: entry}).delta_yuan for key, entry in cells.items()}
    edits = [Edit(**{**vars(e), "delta_yuan": round(alone.get((e.employee_id, e.day), 0.0), 2)}) if e.kind == "changed" else e for e in edits]
    before = audit(roster, covers, need, study)
    calm = Board(roster, covers, need, study)
    start = calm.priced_yuan
    if cells:
        board.apply(board.trial(cells))
        void = void_covers(board)
        board.apply(board.trial({}, tuple(c for c in board.covers if c not in void)))
        relieve(board, sorted({day for _, day in cells}))
    after = audit(board.roster(), board.cover_table(), need, study)
    new = _new(before, after)
    total = board.priced_yuan
    broken = tuple(Broken(row, _behind(row, edits)) for _, row in new.iterrows())
    return Review(board, tuple(edits), returned.faults, broken, tuple(_ways_out(broken, edits, calm, cells)), round(total - start, 2))


def _compare(returned: Returned, board: Board) -> tuple[list[Edit], dict[tuple[str, dt.date], Entry]]:
    """Edits in the order of the file, and the cells to change."""
    edits = [Edit("text_day", "", day, where, "", day.isoformat()) for day, where in returned.text_days.items()]
    cells: dict[tuple[str, dt.date], Entry] = {}
    listed = [who for who in board.people if board.people[who].cells]
    for who in listed:
        if who not in returned.rows:
            edits.append(Edit("row_missing", who, None, "", "", ""))
    shared = [who for who in listed if who in returned.rows]
    edits += [Edit("row_moved", who, None, returned.rows[who], "", "") for who in _moved(shared, [w for w in returned.people if w in set(shared)])]
    for (who, day), written in returned.cells.items():
        old = board.people[who].cells.get(day, ()) if who in board.people else ()
        if not old and written.kind != WORK:
            continue
        if len(old) != 1:
            edits.append(Edit("not_published", who, day, written.where, "", written.text))
            continue
        was, now = old[0].code if old[0].kind == WORK else "", written.shift
        shown = was or old[0].kind
        if written.kind == LEAVE or old[0].kind == LEAVE:
            if written.kind != old[0].kind and not (old[0].kind == LEAVE and written.empty):
                edits.append(Edit("leave", who, day, written.where, shown, written.text))
        elif was != now or (written.queue and written.queue != old[0].queue):
            cells[who, day] = _entry(board, who, day, written)
            edits.append(Edit("changed", who, day, written.where, shown, written.text or "-"))
        elif written.merged:
            edits.append(Edit("merged", who, day, written.where, shown, written.text))
        elif not _house(written, board):
            edits.append(Edit("alias", who, day, written.where, shown, written.text or "-"))
    return edits, cells


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
    tried = [Entry(shift.code, home, breaks) for home in held for breaks in break_places(shift, board.facts.horizon.interval_min)]
    return min(tried, key=lambda entry: board.trial({(who, day): entry}).delta_yuan)


def _new(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    known = set(zip(before["rule"], before["employee_id"].fillna(""), before["start"], strict=True))
    fresh = [key not in known for key in zip(after["rule"], after["employee_id"].fillna(""), after["start"], strict=True)]
    return after[fresh]


def _behind(row: pd.Series, edits: list[Edit]) -> tuple[str, ...]:
    """Cells of the edits behind a violation: that person's nearest ones, or for a post all of that day."""
    day = row["start"].date()
    changed = [e for e in edits if e.kind == "changed" and e.day is not None]
    if pd.isna(row["employee_id"]):
        return tuple(e.where for e in changed if e.day and abs((e.day - day).days) <= 1)
    own = [e for e in changed if e.employee_id == row["employee_id"]]
    near = [e for e in own if e.day and abs((e.day - day).days) <= _AROUND] or own
    return tuple(e.where for e in sorted(near, key=lambda e: abs((e.day - day).days) if e.day else 0))


def _ways_out(broken: tuple[Broken, ...], edits: list[Edit], calm: Board, cells: Mapping[tuple[str, dt.date], Entry]) -> list[WayOut]:
    """For each person whose edits break a rule: the cheapest single further cell that makes them legal, or undoing an edit."""
    found = []
    for who in dict.fromkeys(str(b.violation["employee_id"]) for b in broken if not pd.isna(b.violation["employee_id"])):
        own = {key: entry for key, entry in cells.items() if key[0] == who}
        if not own:
            continue
        legal = [(change.delta_yuan, 1, key, entry, change) for key, entry, change in _more(calm, who, own) if not calm.broken(change)]
        places = {(e.employee_id, e.day): e.where for e in edits}
        undone = []
        for key in own:
            change = calm.trial({k: e for k, e in own.items() if k != key})
            if not calm.broken(change):
                undone.append((change.delta_yuan, places[key]))
        if legal:
            yuan, _, key, entry, _ = min(legal, key=lambda x: (x[0], x[2]))
            found.append(WayOut(who, "", key[1], entry, round(yuan, 2)))
        if undone:
            yuan, where = min(undone)
            found.append(WayOut(who, where, None, None, round(yuan, 2)))
        elif not legal:
            found.append(WayOut(who, ", ".join(places[key] for key in own), None, None, 0.0))
    return found


def _more(calm: Board, who: str, own: Mapping[tuple[str, dt.date], Entry]) -> list[tuple[tuple[str, dt.date], Entry, Change]]:
    """One further cell of the same person near the edits: off, or another shift at a post he had."""
    days = [d for d in calm.days if (who, d) not in own and any(abs((d - day).days) <= _AROUND for _, day in own) and calm.may_change(who, d)]
    found = []
    for day in days:
        old = calm.entry(who, day)
        others = [OFF_DUTY] if old and old.code else []
        for entry in others:
            found.append(((who, day), entry, calm.trial({**own, (who, day): entry})))
    return found
