"""Everybody's rank as a stand-in for one missed duty, or the reason that rules him out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cslib.core.errors import RosterError
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.spans import common
from cslib.roster.life.board import OFF_DUTY, Board
from cslib.roster.life.options import Option, Options, helps
from cslib.roster.life.stand_ins import cover_hours


@dataclass(frozen=True)
class StandIn:
    """How somebody ranks for a missed duty.

    Attributes
    ----------
    way : ``on_duty`` elsewhere, ``called_in`` from a day off, ``exchanged`` for the day ``off_instead``; empty for people ruled out
    hours_h : hours of the duty that he can take;  left_yuan : priced cost then, above the month as it stands;  load_h : hours covered before
    why : ``able``, or what rules him out: ``skill`` | ``leave`` | ``not_employed`` | ``fixed`` (a pinned day off) | ``same_post`` | ``at_peak``
        (on duty elsewhere, where nobody may leave then) | ``other_duty`` (works that day, but not then) | ``no_gain`` (missed as much elsewhere)
        | a rule code of the audit
    """

    employee_id: str
    way: str
    hours_h: float
    left_yuan: float
    load_h: float
    why: str
    off_instead: dt.date | None = None


@dataclass(frozen=True)
class Ranking:
    """A missed duty with its price if nothing is done, those who can stand in by price, and those who can't, in the order of the staff list."""

    duty: Duty
    gap_yuan: float
    able: tuple[StandIn, ...]
    ruled_out: tuple[StandIn, ...]


def candidates(board: Board, employee_id: str, day: dt.date) -> Ranking:
    """Rank everybody as a stand-in for a duty.

    Parameters
    ----------
    board : the month without the absence;  employee_id, day : whose duty, and the day on which it starts

    Raises
    ------
    RosterError  if there is no such duty.
    """
    person = board.people.get(employee_id)
    duty = next((d for d in person.duties if d.date == day and d.timed and d.shift is not None), None) if person else None
    if duty is None:
        raise RosterError("roster.no_duty", given=employee_id, day=day.isoformat())
    options, load = Options(board), cover_hours(board)
    gone = options.missing(duty)
    found: dict[str, list[Option]] = {}
    for o in (*options.on_duty(duty, gone), *options.called_in(duty, gone), *options.exchanged(duty, gone)):
        found.setdefault(o.employee_id, []).append(o)
    gap, able, out = board.coverage_delta(gone), [], []
    for who in board.people:
        if who == employee_id:
            continue
        rules = {o: options.against(duty, o) or ("" if helps(o, gap) else "no_gain") for o in found.get(who, [])}
        legal = [o for o, rule in rules.items() if not rule]
        hours = round(load.get(who, 0.0), 2)
        if legal:
            best = min(legal, key=lambda o: (round(o.left_yuan, 2), -o.hours_h))
            able.append(StandIn(who, best.way, round(best.hours_h, 2), round(best.left_yuan, 2), hours, "able", best.off_instead))
        else:
            out.append(StandIn(who, "", 0.0, 0.0, hours, next(iter(rules.values()), "") or _why(board, duty, who)))
    able.sort(key=lambda s: (s.left_yuan, -s.hours_h, s.load_h))
    return Ranking(duty, round(gap, 2), tuple(able), tuple(out))


def dearest_duty(board: Board, days: list[dt.date]) -> Duty:
    """The duty of some days whose absence costs most if nothing is done; the first of the staff list among equals.

    Raises
    ------
    RosterError  if nobody works on these days.
    """
    options = Options(board)
    duties = [d for place, d in options.duties.items() if place[0] in days]
    if not duties:
        raise RosterError("roster.no_duty", given="-", day=", ".join(map(str, days)))
    return max(duties, key=lambda d: round(board.coverage_delta(options.missing(d)), 2))


def _why(board: Board, duty: Duty, who: str) -> str:
    person, queues, day = board.people[who], board.study.params.site.queues, duty.date
    if not person.employed(day):
        return "not_employed"
    needed = {queues[duty.home].skill} if duty.home else set(board.people[duty.employee_id].skills)
    if not any(person.holds(skill, day) for skill in needed):
        return "skill"
    then = [d for d in person.timed if common([d.span], [duty.span])]
    if any(d.home == duty.home for d in then):
        return "same_post"
    if then:
        return "at_peak"
    entry = board.entry(who, day)
    if entry is None:
        return "leave"
    return "fixed" if entry == OFF_DUTY else "other_duty"
