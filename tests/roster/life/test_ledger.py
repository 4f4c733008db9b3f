"""The cover ledger: every relief, every stand-in, every stretch left open, priced as the recount prices it."""

from __future__ import annotations

import front_desk
import pandas as pd
import pytest

from cslib.core.errors import TableError
from cslib.roster import recount
from cslib.roster.life.board import Board
from cslib.roster.life.ledger import cover_ledger, cover_load
from cslib.roster.life.repair import absence, repair
from cslib.roster.life.stand_ins import void_covers


@pytest.fixture(scope="module")
def month():
    return front_desk.month()


def night_lobby(month):
    """The night duty of the lobby on the tenth."""
    work = month.roster[month.roster["date"].eq(pd.Timestamp("2026-12-10")) & month.roster["shift"].eq("N")]
    return work[work["queue"].eq("north_lobby")].iloc[0]


def test_a_calm_month_has_the_planned_relief_and_nothing_else(month):
    ledger = cover_ledger(Board(month.roster, month.covers, month.need, month.study))
    assert len(ledger) == len(month.covers)
    assert ledger["kind"].eq("break_relief").all() and ledger["reason_class"].isna().all() and ledger["stand_in_id"].notna().all()
    assert ledger["priced_yuan"].eq(0).all()  # the floater's post may be left
    assert cover_load(ledger, month.study.employees["employee_id"]).sum() == pytest.approx(month.covers["hours_h"].sum())


def test_an_absence_left_open_is_priced_as_the_recount_prices_it(month):
    row = night_lobby(month)
    gone = absence(row["employee_id"], row["start"], row["end"])
    board = Board(month.roster, month.covers, month.need, month.study, gone)
    void = void_covers(board)
    board.apply(board.trial({}, tuple(c for c in board.covers if c not in void)))
    ledger = cover_ledger(board, gone)
    left = ledger[ledger["stand_in_id"].isna()]
    assert set(left["absent_id"]) == {row["employee_id"]} and set(left["reason_class"]) == {"sudden"} and set(left["kind"]) == {"absence"}
    assert left["hours_h"].sum() == pytest.approx(7.5)  # the meal is relieved by plan
    calm = recount(month.roster, month.covers, month.need, month.study)[1]["priced_yuan"].sum()
    priced = recount(month.roster, board.cover_table(), month.need, month.study, gone)[1]["priced_yuan"].sum()
    assert left["priced_yuan"].sum() == pytest.approx(priced - calm)


def test_after_the_repair_the_stand_ins_carry_the_class_and_leaving_a_needed_post_costs_its_shortage(month):
    row = night_lobby(month)
    gone = absence(row["employee_id"], row["start"], row["end"], "training")
    made = repair(month.roster.assign(pinned=True), month.covers, month.need, month.study, gone)
    ledger = cover_ledger(made.board, gone)
    mine = ledger[ledger["absent_id"].eq(row["employee_id"]) & ledger["reason_class"].notna()]
    assert set(mine["reason_class"]) == {"training"} and mine["stand_in_id"].notna().any()
    assert len(ledger) >= len(made.board.covers)
    spans = ledger.sort_values(["absent_id", "start"])
    again = spans["absent_id"].eq(spans["absent_id"].shift()) & (spans["start"] < spans["end"].shift())
    assert not again.any()  # nobody is covered twice at once
    covers = [c for c in made.board.covers if c.row.absent_id == row["employee_id"]]
    calm = recount(month.roster, month.covers, month.need, month.study)[1]["priced_yuan"].sum()
    assert covers and mine["priced_yuan"].sum() >= 0
    assert made.repaired_yuan == pytest.approx(recount(made.board.roster(), made.board.cover_table(), month.need, month.study, gone)[1]
        ["priced_yuan"].sum() - calm)  # fmt: skip


def test_an_absence_knows_its_class_and_nothing_else(month):
    gone = absence("T0n", pd.Timestamp("2026-12-10 07:00"), pd.Timestamp("2026-12-10 15:00"))
    board = Board(month.roster, month.covers, month.need, month.study)
    for bad in (gone.assign(reason_class="flu"), gone.assign(diagnosis="x")):
        with pytest.raises(TableError):
            cover_ledger(board, bad)


def test_absences_recorded_before_stay_in_force(month):
    first = night_lobby(month)
    gone = absence(first["employee_id"], first["start"], first["end"])
    one = repair(month.roster, month.covers, month.need, month.study, gone)
    work = one.board.roster().query("kind == 'work' and queue == 'south_lobby' and shift == 'E'").iloc[20]
    more = absence(work["employee_id"], work["start"], work["end"])
    two = repair(one.board.roster(), one.board.cover_table(), month.need, month.study, more, known=gone)
    both = pd.concat([gone, more], ignore_index=True)
    ledger = cover_ledger(two.board, both)
    assert first["employee_id"] in set(ledger.loc[ledger["kind"].eq("absence"), "absent_id"]) or one.moves
    priced = recount(two.board.roster(), two.board.cover_table(), month.need, month.study, both)[1]["priced_yuan"].sum()
    before = recount(one.board.roster(), one.board.cover_table(), month.need, month.study, gone)[1]["priced_yuan"].sum()
    assert priced - before == pytest.approx(two.repaired_yuan, abs=1e-6)
