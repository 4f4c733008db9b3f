"""Ways out of an absence that nobody can cover, in sentences: what is asked for, what it costs, what is left open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import pandas as pd

from cslib.core.words import pick, say
from cslib.intake.study import Study
from cslib.params.law import RULES
from cslib.report.lines import queue_name
from cslib.report.tell import tell, tell_each
from cslib.roster import life
from cslib.roster.life.board import Entry
from cslib.roster.life.ways_study import HIRED


def lines(found: life.AbsenceOffers, reasons: Collection[str], study: Study) -> list[str]:
    """The offers, one by one with the days that move and the covers; none where nobody is missing.

    Parameters
    ----------
    found : what ``life.ways_out`` came to;  reasons : what rules people out as stand-ins (``life.candidates``); law among it is named
    """
    if found.open_h <= 0:
        return []
    told = [say("report.ways.left", hours=found.open_h, yuan=found.yuan)]
    told.append(say("report.ways.count", count=len(found.offers)) if found.offers else say("report.ways.none"))
    for rank, offer in enumerate(found.offers, 1):
        steps = say("report.ways.and").join(_step(step, study) for step in offer.steps)
        facts = {"yuan": offer.yuan, "own": offer.own_yuan, "people": offer.people, "hours": offer.open_h}
        told.append(say("report.ways.offer", rank=rank, steps=steps, **facts))
        told += ["  " + line for line in (*_moves(offer, study), *_covers(offer, study))]
    law = life.barred_rules(reasons, study)
    names = say("report.ways.comma").join(pick(study.params.law.rules[code].meaning) for code in law)
    return [*told, say("report.ways.law", rules=names) if law else say("report.ways.law_only")]


def answer(board: life.Board, need: pd.DataFrame, employee_id: str, day: dt.date, study: Study) -> None:
    """Tell what a repair makes of a supposed absence, and the ways out where it leaves somebody missing.

    Parameters
    ----------
    board : the month without the absence;  need : table ``requirement``;  employee_id, day : whose duty, and the day on which it starts
    """
    found = life.candidates(board, employee_id, day)
    gone = life.absence(employee_id, board.facts.moment(found.duty.start), board.facts.moment(found.duty.end))
    month = board.roster(), board.cover_table(), need, study
    mended = life.repair(*month, gone)
    tell("report.ways.mended", yuan=mended.repaired_yuan, count=len(mended.moves), covers=sum(len(c.covers) for c in mended.chains))
    tell_each(lines(life.ways_out(*month, gone, mended), {s.why for s in found.ruled_out}, study))


def _who(employee_id: str) -> str:
    return say("report.ways.hired") if employee_id == HIRED else employee_id


def _step(step: life.Concession, study: Study) -> str:
    facts = {"who": _who(step.employee_id), "day": step.day, "value": step.value, "limit": step.limit}
    if step.kind == "except":
        gap = step.rule == "min_gap_h"
        facts["rule"] = say("report.ways.min_gap") if gap else pick(study.params.law.rules[step.rule].meaning)
        facts["unit"] = say(f"report.unit.{'h' if gap else RULES[step.rule][0]}")
    return say(f"report.ways.step.{step.kind}", shift=step.shift, instead=step.instead, **facts)


def _moves(offer: life.AbsenceOffer, study: Study) -> list[str]:
    moves = sorted(offer.found.moves, key=lambda m: (m.day, m.employee_id))
    return [
        say("report.ways.move", who=_who(m.employee_id), day=m.day, before=_entry(m.before, offer, study), after=_entry(m.after, offer, study))
        for m in moves
    ]


def _entry(entry: Entry, offer: life.AbsenceOffer, study: Study) -> str:
    """A cell for a reader: the shift by its hours, which a longer one has of its own."""
    if not entry.code:
        return say("report.mark.rest")
    start, end = offer.found.board.facts.shifts[entry.code].span(offer.found.board.days[0])
    post = f" @ {queue_name(study, entry.home)}" if entry.home else ""
    return f"{entry.code} {start:%H:%M}-{end:%H:%M}{post}"


def _covers(offer: life.AbsenceOffer, study: Study) -> list[str]:
    rows = sorted((c.row for chain in offer.found.chains for c in chain.covers), key=lambda row: row.start)
    return [say("report.ways.cover", post=queue_name(study, r.post), who=_who(r.stand_in_id), start=r.start, end=r.end) for r in rows]
