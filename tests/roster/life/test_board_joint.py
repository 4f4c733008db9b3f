"""The board knows the rules about people together, and prices the goals of one person's month."""

from __future__ import annotations

import datetime as dt

import pytest
import small
from rule_cases import EVENING, MORNING

from cslib.core import tables
from cslib.roster import audit, recount
from cslib.roster.life.board import OFF_DUTY, Board, Entry

DAYS = [small.START + dt.timedelta(days=i) for i in range(3)]


@pytest.fixture
def board() -> Board:
    """A newcomer beside a coach and a lead, who is needed at peak, on the first day."""
    people = [small.person("n", hired=small.START), small.person("c", "desk", "coach"), small.person("l", role="lead")]
    study = small.study(
        people, (MORNING, EVENING), {"q": small.queue()}, days=3, law={"coach_on_duty": 4, "lead_on_duty": 1}, prices={"start_change": 50.0},
        roster={"coach_skill": "coach", "contract_band_h": 400.0},
    )  # fmt: skip
    rows = [small.work(who, DAYS[0], MORNING) for who in "ncl"] + [small.off(who, day) for who in "ncl" for day in DAYS[1:]]
    roster = tables.check("roster", small._table("pins", rows).assign(pinned=False))
    return Board(roster, tables.empty("covers"), small.need(study, {"q": small.between(7, 11, days=[0])}), study)


@pytest.mark.parametrize(("who", "rule"), [("c", "coach_on_duty"), ("l", "lead_on_duty")])
def test_taking_away_the_one_who_is_needed_breaks_the_rule(board: Board, who: str, rule: str) -> None:
    change = board.trial({(who, DAYS[0]): OFF_DUTY})
    assert {v.rule for v in board.broken(change)} == {rule}
    board.apply(change)
    assert set(audit(board.roster(), board.cover_table(), need(board), board.study)["rule"]) == {rule}


def test_the_newcomer_may_leave_and_come_with_the_coach(board: Board) -> None:
    leave = board.trial({("n", DAYS[0]): OFF_DUTY})
    assert board.broken(leave) == []
    alone = board.trial({("n", DAYS[1]): Entry("A")})
    assert {v.rule for v in board.broken(alone)} == {"coach_on_duty"}
    together = board.trial({("n", DAYS[1]): Entry("A"), ("c", DAYS[1]): Entry("A")})
    assert board.broken(together) == []


def test_a_goal_of_ones_own_is_priced_as_the_recount_does(board: Board) -> None:
    before = recount(board.roster(), board.cover_table(), need(board), board.study)[1]["priced_yuan"].sum()
    change = board.trial({("c", DAYS[1]): Entry("B")})
    board.apply(change)
    after = recount(board.roster(), board.cover_table(), need(board), board.study)[1]["priced_yuan"].sum()
    assert change.delta_yuan == pytest.approx(after - before) == pytest.approx(50.0 + 4 * 2.0)


@pytest.mark.parametrize(("who", "day", "entry"), [("l", 0, OFF_DUTY), ("l", 0, Entry("B")), ("c", 2, Entry("A")), ("n", 2, Entry("A"))])
def test_goals_of_people_together_are_priced_as_the_recount_does(who: str, day: int, entry: Entry) -> None:
    people = [small.person("n"), small.person("c"), small.person("l", role="lead")]
    study = small.study(
        people, (MORNING, EVENING), {"q": small.queue()}, days=7, law={"lead_on_duty": 1}, roster={"contract_band_h": 400.0},
        prices={"lead_missing": 60.0, "weekend_spread": 40.0, "night_spread": 25.0, "start_change": 0.0},
    )  # fmt: skip
    days = [small.START + dt.timedelta(days=i) for i in range(7)]
    rows = [small.work(p, days[0], MORNING) for p in "ncl"] + [small.off(p, d) for p in "ncl" for d in days[1:]]
    now = Board(
        tables.check("roster", small._table("pins", rows).assign(pinned=False)), tables.empty("covers"),
        small.need(study, {"q": small.between(7, 11, days=[0, 5])}), study,
    )  # fmt: skip
    needed = small.need(study, {"q": small.between(7, 11, days=[0, 5])})
    cell = {(who, days[0] if day == 0 else days[5]): entry}
    before = recount(now.roster(), now.cover_table(), needed, study)[1].set_index("price")["priced_yuan"]
    assert now.priced_yuan == pytest.approx(before.sum())
    change = now.trial(cell)
    now.apply(change)
    after = recount(now.roster(), now.cover_table(), needed, study)[1].set_index("price")["priced_yuan"]
    assert change.delta_yuan == pytest.approx(after.sum() - before.sum()) and now.priced_yuan == pytest.approx(after.sum())
    assert any(after[code] != before[code] for code in ("lead_missing", "weekend_spread", "night_spread"))


def need(board: Board):
    """The requirement of the board's study."""
    return small.need(board.study, {"q": small.between(7, 11, days=[0])})
