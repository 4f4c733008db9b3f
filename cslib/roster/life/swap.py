"""A swap request checked in advance: is it legal, what does it cost, what does it mean for both."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from cslib.core.errors import Finding, RosterError
from cslib.intake.study import Study
from cslib.roster.audit import audit
from cslib.roster.audit.balance import balance
from cslib.roster.life.board import Board
from cslib.roster.life.stand_ins import relieve, void_covers

Shift = tuple[str, dt.date]  # whose cell, and of which day


@dataclass(frozen=True)
class Effect:
    """What a swap means for one person, before and after: paid hours, hours above contract, night duties, weekend duties, own priced cost [yuan]."""

    employee_id: str
    hours_h: tuple[float, float]
    overtime_h: tuple[float, float]
    nights: tuple[int, int]
    weekends: tuple[int, int]
    own_yuan: tuple[float, float]


@dataclass(frozen=True)
class Swap:
    """A swap as tried. ``broken``: violations it would add (table ``violations``); ``short_notice``: days that are nearer than the notice."""

    board: Board
    cells: tuple[Shift, ...]
    broken: pd.DataFrame
    delta_yuan: float
    effects: tuple[Effect, Effect]
    short_notice: tuple[dt.date, ...]

    @property
    def legal(self) -> bool:
        """True if the audit finds nothing new."""
        return self.broken.empty


def swap(
    roster: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study, first: Shift, second: Shift, *, on: dt.date | None = None,
    absences: pd.DataFrame | None = None,
) -> Swap:  # fmt: skip
    """Try a swap: the two people exchange their cells on both days (on one, if both days are the same).

    Parameters
    ----------
    roster, covers, need, study : the published month
    first, second : who gives which day;  on : day of the request, for the notice (``repair.notice_days``); default: none
    absences : table ``absences`` recorded in the month: who is away stays away

    Raises
    ------
    RosterError  if a person or day is not of the month, a cell is an absence or pinned, or nothing would change.
    """
    board = Board(roster, covers, need, study, absences)
    calm = board.with_absences(absences)
    days = sorted({first[1], second[1]})
    people = first[0], second[0]
    _refuse(board, people, days, on)
    cells = {(who, day): board.entry(other, day) for day in days for who, other in (people, people[::-1])}
    changed = tuple(key for key, entry in cells.items() if entry != board.entry(*key))
    if not changed:
        raise RosterError("roster.swap_same", given=" / ".join(people), day=", ".join(map(str, days)))
    board.apply(board.trial({key: entry for key, entry in cells.items() if entry is not None}))
    void = void_covers(board)
    board.apply(board.trial({}, tuple(c for c in board.covers if c not in void)))
    relieve(board, days)
    before = audit(roster, covers, need, study, absences)
    after = audit(board.roster(), board.cover_table(), need, study, absences)
    known = set(zip(before["rule"], before["employee_id"].fillna(""), before["start"], strict=True))
    fresh = [key not in known for key in zip(after["rule"], after["employee_id"].fillna(""), after["start"], strict=True)]
    notice = study.params.site.repair.notice_days
    short = tuple(day for day in days if on is not None and (day - on).days < notice)
    effects = _effect(calm, board, people[0]), _effect(calm, board, people[1])
    return Swap(board, changed, after[fresh].reset_index(drop=True), round(_total(board) - _total(calm), 2), effects, short)


def _refuse(board: Board, people: tuple[str, str], days: list[dt.date], on: dt.date | None) -> None:
    findings = []
    if people[0] == people[1]:
        findings.append(Finding("roster.swap_alone", people[0], {"given": people[0]}))
    for who in people:
        if who not in board.people:
            findings.append(Finding("roster.swap_person", who, {"given": who}))
            continue
        for day in days:
            if day not in board.people[who].cells or not board.may_change(who, day):
                findings.append(Finding("roster.swap_cell", who, {"given": who, "day": day.isoformat()}))
    findings += [Finding("roster.swap_past", day.isoformat(), {"day": day.isoformat(), "on": str(on)}) for day in days if on and day < on]
    if findings:
        raise RosterError(findings=findings)


def _effect(before: Board, after: Board, who: str) -> Effect:
    boards = before, after
    hours = [balance(b.people[who], b.facts) for b in boards]
    nights = [sum(b.facts.is_night(d) for d in b.people[who].duties) for b in boards]
    weekends = [sum(d.date.weekday() >= 5 for d in b.people[who].duties) for b in boards]
    own = [round(b.own_yuan(who), 2) for b in boards]
    pair = [(round(h.worked_h, 2), round(h.overtime_h, 2)) for h in hours]
    return Effect(
        who, (pair[0][0], pair[1][0]), (pair[0][1], pair[1][1]), (nights[0], nights[1]), (weekends[0], weekends[1]), (own[0], own[1])
    )  # fmt: skip


def _total(board: Board) -> float:
    return board.window_yuan(0, board.ticks) + sum(map(board.own_yuan, board.people))
