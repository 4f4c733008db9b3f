"""The cover page: the ledger in short, pages of the playbook, and who could stand in for a chosen absence; static, and with widgets.

What stands on the page is a supposed absence. Recorded ones, with their classes of reasons, stay in the protected folder (P09).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from cslib.core import words
from cslib.core.words import has, pick, say
from cslib.intake.study import Study
from cslib.params.law import PROTECTIONS
from cslib.report.lines import queue_name
from cslib.report.tell import show, tell, tell_each
from cslib.roster import life

if TYPE_CHECKING:
    import ipywidgets

_SHOWN = 10  # people named for one reason
_UNTOLD = ("fixed", "overtime_approval", *PROTECTIONS)  # told as one reason, so that nobody's protection can be read from a page (P04)


def ledger_table(ledger: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Covers, hours, open hours and priced cost of each post."""
    rows = []
    for post in study.params.site.queues:
        part = ledger[ledger["post"].eq(post)]
        if len(part):
            left = part[part["stand_in_id"].isna()]
            covered_h, open_h = part["hours_h"].sum() - left["hours_h"].sum(), left["hours_h"].sum()
            rows.append((queue_name(study, post), len(part) - len(left), covered_h, open_h, part["priced_yuan"].sum()))
    return pd.DataFrame(rows, columns=["post", "covers", "covered_h", "open_h", "priced_yuan"])


def ledger_lines(ledger: pd.DataFrame) -> list[str]:
    """The ledger in one line: covers, hours, longest stint, hours that nobody covers."""
    if ledger.empty:
        return [say("report.cover.no_ledger")]
    left = ledger["stand_in_id"].isna()
    given = ledger[~left]
    longest = given["hours_h"].max() if len(given) else 0.0
    return [say("report.cover.ledger", count=len(given), hours=given["hours_h"].sum(), longest=longest, open=ledger.loc[left, "hours_h"].sum())]


def weakest_lines(book: life.Playbook, study: Study, days: int = 5) -> list[str]:
    """The weakest days of a playbook, named, one line a day."""
    return [
        say("report.cover.weak", day=row.date, post=queue_name(study, row.queue), at=row.interval_start, held=row.held_share, mended=row.mended_share)
        for row in book.weakest(days).itertuples()
    ]


def page(book: life.Playbook, day: dt.date, study: Study, ranks: int = 1) -> pd.DataFrame:
    """The playbook of a day: for every duty the first stand-ins."""
    part = book.table[book.table["date"].eq(pd.Timestamp(day)) & book.table["rank"].le(ranks)]
    shifts = {s.code: s for s in study.params.shifts}
    return pd.DataFrame(
        {
            "post": [queue_name(study, q) for q in part["queue"]],
            "shift": [f"{c} {pick(shifts[c].name)}" if shifts[c].name else c for c in part["shift"]],
            "rank": part["rank"],
            "stand_in_id": part["stand_in_id"].fillna(say("report.cover.nobody")),
            "way": [say(f"report.cover.way.{w}") if isinstance(w, str) else "" for w in part["way"]],
            "off_instead": part["off_instead"],
            "hours_h": part["hours_h"],
            "gap_yuan": part["gap_yuan"],
            "left_yuan": part["left_yuan"],
        }
    )


def absence_answer(board: life.Board, employee_id: str, day: dt.date, study: Study) -> None:
    """Show who could stand in for a duty, by rank, and what rules the others out. What the widgets and headless runs both show."""
    found = life.candidates(board, employee_id, day)
    duty, moment = found.duty, board.facts.moment
    post = queue_name(study, duty.home) if duty.home else say("report.cover.pool")
    facts = {"who": employee_id, "post": post, "shift": duty.code, "yuan": f"{found.gap_yuan:,.0f}"}
    tell("report.cover.absence", start=moment(duty.start), end=moment(duty.end), **facts)
    rows = [
        (rank, s.employee_id, say(f"report.cover.way.{s.way}"), str(s.off_instead or ""), s.hours_h, s.left_yuan, s.load_h)
        for rank, s in enumerate(found.able, 1)
    ]
    show(pd.DataFrame(rows, columns=["rank", "stand_in_id", "way", "off_instead", "hours_h", "left_yuan", "load_h"]))
    tell("report.cover.others", count=len(found.ruled_out))
    tell_each(ruled_out_lines(found.ruled_out, study))


def ruled_out_lines(people: Iterable[life.StandIn], study: Study) -> list[str]:
    """One line a reason: how many people it rules out, and who."""
    by_reason: dict[str, list[str]] = {}
    for one in people:
        by_reason.setdefault("not_free" if one.why in _UNTOLD else one.why, []).append(one.employee_id)
    lines = []
    for why, who in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        reason = say(f"report.cover.why.{why}") if has(f"report.cover.why.{why}") else pick(study.params.law.rules[why].meaning)
        more = say("report.cover.more", count=len(who) - _SHOWN) if len(who) > _SHOWN else ""
        lines.append(say("report.cover.out", reason=reason, count=len(who), who=", ".join(who[:_SHOWN]) + more))
    return lines


def absence_widgets(board: life.Board, study: Study, *, live: bool = True) -> ipywidgets.VBox | None:
    """Choose a person and one of his duties, and see the same answer; None where nobody can choose (``live`` false: batch runs, pages)."""
    if not live:
        return None
    import ipywidgets  # only at a live kernel

    language = words.language()
    duties = {who: [d.date for d in p.duties if d.timed and d.shift is not None] for who, p in board.people.items()}
    people = [who for who, days in duties.items() if days]
    person = ipywidgets.Dropdown(options=people, description=say("report.cover.person"))
    day = ipywidgets.Dropdown(options=duties[people[0]], description=say("report.cover.day"))
    answer = ipywidgets.Output()

    def redraw(_change: object = None) -> None:
        """The answer for the person and day chosen."""
        with answer, words.speaking(language):
            answer.clear_output(wait=True)
            if day.value in duties[person.value]:
                absence_answer(board, person.value, day.value, study)

    def other_person(change: dict[str, object]) -> None:
        """Offer the days on which the person works; his first one may be the day already shown, which then tells nobody of a change."""
        shown = day.value
        day.options = duties[str(change["new"])]
        if day.value == shown:
            redraw()

    person.observe(other_person, names="value")
    day.observe(redraw, names="value")
    redraw()
    return ipywidgets.VBox([ipywidgets.HBox([person, day]), answer])
