"""The board says of a change what audit and recount say of the changed roster."""

from __future__ import annotations

import call_team
import front_desk
import numpy as np
import pytest

from cslib.core.errors import RosterError
from cslib.roster import audit, recount
from cslib.roster.life.board import OFF_DUTY, Board, Entry

MONTHS = {"front_desk": front_desk.month, "call_team": call_team.month}
SEED = 20261122


@pytest.fixture(scope="module", params=MONTHS)
def month(request):
    return MONTHS[request.param]()


def changes(board: Board, count: int):
    """Random cells: off, or any shift at any of its posts with its breaks as early as they may be."""
    rng = np.random.default_rng(SEED)
    people, shifts = list(board.people), list(board.facts.shifts.values())
    while count:
        who, day = people[rng.integers(len(people))], board.days[rng.integers(len(board.days))]
        if board.may_change(who, day):
            shift = shifts[rng.integers(len(shifts))]
            home = shift.queues[rng.integers(len(shift.queues))] if shift.queues else ""
            yield who, day, OFF_DUTY if rng.random() < 0.4 else Entry(shift.code, home, tuple(b.earliest_min for b in shift.breaks))
            count -= 1


def test_tables_go_round(month):
    board = Board(month.roster, month.covers, month.need, month.study)
    columns = ["employee_id", "date", "kind", "shift", "start", "end", "breaks", "queue", "pinned"]
    before = month.roster.sort_values(["employee_id", "date"])[columns].reset_index(drop=True)
    assert board.roster().sort_values(["employee_id", "date"])[columns].reset_index(drop=True).equals(before)
    assert len(board.cover_table()) == len(month.covers)


def test_price_of_random_changes_is_the_recount(month):
    board = Board(month.roster, month.covers, month.need, month.study)
    priced = recount(month.roster, month.covers, month.need, month.study)[1]["priced_yuan"].sum()
    moved = 0
    for who, day, entry in changes(board, 12):
        change = board.trial({(who, day): entry})
        board.apply(change)
        now = recount(board.roster(), board.cover_table(), month.need, month.study)[1]["priced_yuan"].sum()
        assert now - priced == pytest.approx(change.delta_yuan, abs=1e-6), (who, day, entry)
        moved += abs(change.delta_yuan) > 0
        priced = now
    assert moved > 5


def test_violations_of_random_changes_are_the_audits(month):
    board = Board(month.roster, month.covers, month.need, month.study)
    people_rules = {"never_empty", "cover_duration", "cover_stand_in", "cover_peak_guard", "pinned_kept"}
    seen = set()
    for who, day, entry in changes(board, 12):
        change = board.trial({(who, day): entry})
        fresh = Board(month.roster, month.covers, month.need, month.study)
        fresh.apply(fresh.trial({(who, day): entry}))
        found = audit(fresh.roster(), fresh.cover_table(), month.need, month.study)
        found = found[found["employee_id"].eq(who) & ~found["rule"].isin(people_rules)]
        assert {(v.rule, v.start) for v in board.broken(change) if v.rule not in people_rules} == set(zip(found["rule"], found["start"], strict=True))
        seen |= set(found["rule"])
    assert seen


def test_a_trial_changes_nothing(month):
    board = Board(month.roster, month.covers, month.need, month.study)
    before = board.window_yuan(0, board.ticks)
    for who, day, entry in changes(board, 5):
        board.trial({(who, day): entry})
    assert board.window_yuan(0, board.ticks) == before
    assert board.roster().equals(Board(month.roster, month.covers, month.need, month.study).roster())


def test_a_stranger_is_refused(month):
    roster = month.roster.copy()
    roster.loc[roster.index[0], "employee_id"] = "P-NOBODY"
    with pytest.raises(RosterError) as caught:
        Board(roster, month.covers, month.need, month.study)
    assert caught.value.keys == ["audit.unknown_person"]
