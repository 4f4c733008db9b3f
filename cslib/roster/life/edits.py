"""A planner's edits of a published roster: what changed, what it costs, which rules it breaks, and the smallest legal way out.

The published month stays the measure: a cell that was not understood, and a row that is gone, leave the published duty in place.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cslib.intake.rosters import Returned
from cslib.intake.study import Study
from cslib.roster.audit import audit, recount
from cslib.roster.audit.facts import Cover
from cslib.roster.life.board import OFF_DUTY, POST_RULES, Board, Change, Entry
from cslib.roster.life.edits_compare import compare
from cslib.roster.life.edits_covers import cover_edits, covers_edited
from cslib.roster.life.edits_facts import CELL_KINDS, COVER_KINDS, Broken, Edit, Review, WayOut
from cslib.roster.life.stand_ins import holes, relieve, void_covers

_NOISE = 1e-6
_MINUTES, _POST = re.compile(r"\bminutes=([\d.]+)"), re.compile(r"\bpost=([^;|]+)")
_REDRAWN = 60  # edited cells up to which each is priced with covers drawn anew
_AROUND = 7  # days around an edit within which its violations stand and another cell may mend them


def review(
    returned: Returned, roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study, *, absences: pd.DataFrame | None = None
) -> Review:  # fmt: skip
    """Compare a file that came back with the published month.

    Parameters
    ----------
    returned : the file as read;  roster, covers, need, study : the published month
    absences : table ``absences`` recorded in it, by which covers of people who are away are judged

    Raises
    ------
    RosterError, TableError  as ``audit``.
    """
    board = Board(roster, covers, need, study, absences)
    calm = board.with_absences(absences)
    edits, cells, faults = compare(returned, board)
    alone = {key: _alone(key, entry, calm, calm.with_absences(absences), redraw=len(cells) <= _REDRAWN) for key, entry in cells.items()}
    edits = [dataclasses.replace(e, delta_yuan=round(alone[e.employee_id, e.day], 2)) if e.kind in CELL_KINDS and e.day else e for e in edits]
    gone, put = covers_edited(returned.covers, board)
    edits += cover_edits(gone, put, board)
    before = audit(roster, covers, need, study, absences)
    if cells or gone or put:
        _take(board, cells, gone, [cover for cover, _ in put])
    after = audit(board.roster(), board.cover_table(), need, study, absences)
    fresh = _fresh(before, after, eased=absences is not None and not absences.empty)
    broken = tuple(Broken(row, _behind(row, edits)) for _, row in after[fresh].iterrows())
    ways = (*_ways_out(broken, edits, calm, cells), *_undone_covers(broken, edits))
    standing = after[~fresh].reset_index(drop=True)
    delta = _priced(board, need, cells, absences) - calm.priced_yuan
    return Review(board, tuple(edits), (*returned.faults, *faults), broken, standing, ways, round(delta, 2))


def _take(board: Board, cells: Mapping[tuple[str, dt.date], Entry], gone: Collection[Cover], by_hand: Sequence[Cover]) -> None:
    """Edits on the board; covers that lost their ground go, and breaks without relief get stand-ins (what stood open before stays open)."""
    days = sorted({day for _, day in cells})
    before = holes(board, days)
    board.apply(board.trial(dict(cells), (*(c for c in board.covers if c not in gone), *by_hand)))
    void = set(void_covers(board)).difference(by_hand)
    board.apply(board.trial({}, tuple(c for c in board.covers if c not in void)))
    relieve(board, days, left=before)


def _alone(key: tuple[str, dt.date], entry: Entry, calm: Board, fresh: Board, *, redraw: bool) -> float:
    """Priced cost of one edited cell by itself [yuan]: with the covers that follow from it, as the whole edited month is priced."""
    if not redraw:
        return calm.trial({key: entry}).delta_yuan
    _take(fresh, {key: entry}, (), ())
    return fresh.priced_yuan - calm.priced_yuan


def _priced(board: Board, need: pd.DataFrame, cells: Mapping[tuple[str, dt.date], Entry], absences: pd.DataFrame | None) -> float:
    """Priced cost of the edited month [yuan]; by the recount where somebody wrote breaks, which may begin between the board's steps."""
    if all(entry.written is None for entry in cells.values()):
        return board.priced_yuan
    return float(recount(board.roster(), board.cover_table(), need, board.study, absences)[1]["priced_yuan"].sum())


def _fresh(before: pd.DataFrame, after: pd.DataFrame, *, eased: bool = False) -> pd.Series:
    """Flags of the violations that the published month does not have, or has less of.

    A post is empty anew only outside the stretches in which it was empty already. ``eased``: absences are recorded, and a mended day may leave a
    post empty at another time or leave another post empty, as long as posts are empty for less of that day in all.
    """

    def measured(found: pd.DataFrame) -> dict[tuple[str, str, pd.Timestamp], tuple[float, float]]:
        """Rule, person and time of each -> how far beyond the limit, and for how many minutes."""
        far = (found["value"] - found["limit"]).abs().fillna(0.0)
        minutes = [sum(float(m) for m in _MINUTES.findall(text)) for text in found["detail"]]
        keys = zip(found["rule"], found["employee_id"].fillna(""), found["start"], strict=True)
        return dict(zip(keys, zip(far, minutes, strict=True), strict=True))

    known = measured(before)
    flags = [key not in known or any(x > y + _NOISE for x, y in zip(size, known[key], strict=True)) for key, size in measured(after).items()]
    stood, left = _empty(before), _empty(after)
    total = [{day: sum(e.people_min for e in part.values() if e.day == day) for day in {e.day for e in part.values()}} for part in (stood, left)]
    for place, hole in left.items():
        inside = any(h.post == hole.post and h.start <= hole.start and hole.end <= h.end and h.missing >= hole.missing for h in stood.values())
        less = eased and total[1][hole.day] < total[0].get(hole.day, 0.0)
        flags[place] = flags[place] and not inside and not less
    return pd.Series(flags, index=after.index, dtype=bool)


@dataclass(frozen=True)
class _Empty:
    """A stretch in which a post that may never be empty is."""

    post: str
    start: pd.Timestamp
    minutes: float
    missing: float

    @property
    def end(self) -> pd.Timestamp:
        return self.start + pd.Timedelta(minutes=self.minutes)

    @property
    def day(self) -> dt.date:
        return self.start.date()

    @property
    def people_min(self) -> float:
        return self.minutes * self.missing


def _empty(found: pd.DataFrame) -> dict[int, _Empty]:
    """Stretches of empty posts among violations, by row; findings of one moment are one row each."""
    stretches = {}
    for place, row in enumerate(found.itertuples(index=False)):
        posts, minutes = _POST.findall(row.detail), _MINUTES.findall(row.detail)
        if row.rule == "never_empty" and len(posts) == len(minutes) == 1:
            stretches[place] = _Empty(posts[0].strip(), row.start, float(minutes[0]), float(row.limit - row.value))
    return stretches


def _behind(row: pd.Series, edits: list[Edit]) -> tuple[str, ...]:
    """Cells of the edits behind a violation: that person's nearest ones, or for a post all of that day."""
    day = row["start"].date()
    changed = [e for e in edits if e.kind in (*CELL_KINDS, *COVER_KINDS) and e.where and e.day is not None]
    if pd.isna(row["employee_id"]):
        return tuple(e.where for e in changed if e.day and abs((e.day - day).days) <= 1)
    own = [e for e in changed if e.employee_id == row["employee_id"]]
    near = [e for e in own if e.day and abs((e.day - day).days) <= _AROUND] or own
    return tuple(e.where for e in sorted(near, key=lambda e: abs((e.day - day).days) if e.day else 0))


def _undone_covers(broken: tuple[Broken, ...], edits: list[Edit]) -> list[WayOut]:
    """For rules broken about covers and posts: the covers edited on those days may go back to what was published."""
    days = {b.violation["start"].date() for b in broken if b.violation["rule"] in POST_RULES}
    near = [e for e in edits if e.kind in COVER_KINDS and e.day is not None and any(abs((e.day - day).days) <= 1 for day in days)]
    return [WayOut(e.employee_id, e.where or e.before, None, None, -e.delta_yuan) for e in near]


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
