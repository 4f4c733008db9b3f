"""Stand-ins for a chosen duty: the audit lets every one of them pass, and every reason given for the others is true."""

from __future__ import annotations

import datetime as dt

import front_desk
import pandas as pd
import pytest

from cslib.core.errors import RosterError
from cslib.roster import audit, recount
from cslib.roster.life.board import Board, Entry
from cslib.roster.life.candidates import candidates, dearest_duty
from cslib.roster.life.playbook import playbook_days
from cslib.roster.life.repair import absence

DAY = dt.date(2026, 12, 8)


@pytest.fixture(scope="module")
def month():
    return front_desk.month()


@pytest.fixture(scope="module")
def board(month):
    return Board(month.roster, month.covers, month.need, month.study)


@pytest.fixture(scope="module")
def ranking(board):
    duty = next(d for p in board.people.values() for d in p.duties if d.date == DAY and d.home == "north_lobby" and d.code == "E")
    return candidates(board, duty.employee_id, DAY)


def test_everybody_is_ranked_or_ruled_out_once(board, ranking):
    named = [s.employee_id for s in (*ranking.able, *ranking.ruled_out)]
    assert sorted(named) == sorted(set(board.people) - {ranking.duty.employee_id})
    assert [s.left_yuan for s in ranking.able] == sorted(s.left_yuan for s in ranking.able)
    assert ranking.able and all(s.left_yuan < ranking.gap_yuan for s in ranking.able)
    assert {s.way for s in ranking.able} >= {"called_in", "on_duty"}


def test_people_who_come_in_are_legal_and_cost_what_is_said(month, board, ranking):
    duty = ranking.duty
    gone = absence(duty.employee_id, board.facts.moment(duty.start), board.facts.moment(duty.end))
    entry = board.entry(duty.employee_id, DAY)
    assert isinstance(entry, Entry)
    calm = recount(month.roster, month.covers, month.need, month.study)[1]["priced_yuan"].sum()
    coming = [s for s in ranking.able if s.way in {"called_in", "exchanged"}]
    for one in coming[:1] + [s for s in coming if s.off_instead][:1]:
        after = Board(month.roster, month.covers, month.need, month.study, gone)
        cells = {(one.employee_id, DAY): entry}
        if one.off_instead:
            cells[one.employee_id, one.off_instead] = Entry()
        after.apply(after.trial(cells))
        tables = after.roster(), after.cover_table()
        found = audit(*tables, month.need, month.study, gone)
        assert found[found["employee_id"].eq(one.employee_id) & ~found["rule"].str.startswith("cover")].empty
        assert recount(*tables, month.need, month.study, gone)[1]["priced_yuan"].sum() - calm == pytest.approx(one.left_yuan, abs=0.02)


def test_reasons_are_true(month, board, ranking):
    reasons = {s.employee_id: s.why for s in ranking.ruled_out}
    assert {"skill", "not_employed"} <= set(reasons.values()) | {"not_employed"}
    for who, why in reasons.items():
        person = board.people[who]
        works = [d for d in person.timed if d.start < ranking.duty.end and d.end > ranking.duty.start]
        if why == "skill":
            assert not person.holds("lobby", DAY)
        elif why == "same_post":
            assert any(d.home == "north_lobby" for d in works)
        elif why == "other_duty":
            assert not works and board.entry(who, DAY).code
        elif why in {"rest_between_shifts", "rest_after_nights"}:
            row = pd.Timestamp(DAY)
            table = board.roster()
            cells = {(who, DAY): board.entry(ranking.duty.employee_id, DAY)}
            other = Board(month.roster, month.covers, month.need, month.study)
            other.apply(other.trial(cells))
            broken = audit(other.roster(), other.cover_table(), month.need, month.study)
            assert why in set(broken.loc[broken["employee_id"].eq(who), "rule"]) and not table[table["date"].eq(row)].empty


def test_a_day_without_a_duty_is_refused_and_the_dearest_duty_is_one(board):
    with pytest.raises(RosterError) as caught:
        candidates(board, "X1", dt.date(2026, 12, 20))
    assert caught.value.keys == ["roster.no_duty"]
    duty = dearest_duty(board, [DAY])
    assert duty.date == DAY and duty.home in {"north_lobby", "south_lobby"}


def test_the_tightest_days_come_first_on_a_large_site(month):
    coverage, _ = recount(month.roster, month.covers, month.need, month.study)
    assert len(playbook_days(coverage, 17)) == 31 and len(playbook_days(coverage, 300)) == 3
    coverage.loc[coverage["interval_start"].dt.day.eq(16) & coverage["peak"].astype(bool), "short"] += 1.0
    assert dt.date(2026, 12, 16) in playbook_days(coverage, 300, 1)
