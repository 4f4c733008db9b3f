"""The fairness ledger: counted by hand, shares that add up, carried over the months; evening out is legal and halves the spread."""

from __future__ import annotations

import front_desk
import numpy as np
import pandas as pd
import pytest

from cslib.core import words
from cslib.roster import audit, recount
from cslib.roster.life.board import Board
from cslib.roster.life.evening import even
from cslib.roster.life.fairness import KINDS, fairness_ledger, spread, why


@pytest.fixture(scope="module")
def month():
    return front_desk.month()


def board(month) -> Board:
    return Board(month.roster, month.covers, month.need, month.study)


@pytest.fixture(scope="module")
def evened(month):
    """Three months in a row of the same plan, each evened out after what the months before left."""
    carried, months = None, []
    for _ in range(3):
        now = board(month)
        made = even(now, carried, budgets=(0.0, 200.0))
        carried = fairness_ledger(now, carried)
        months.append((now, made, carried))
    return months


def test_the_ledger_counts_what_the_roster_says(month):
    ledger = fairness_ledger(board(month)).set_index("employee_id")
    work = month.roster[month.roster["kind"].eq("work")]
    nights = work[work["shift"].eq("N")].groupby("employee_id").size()
    weekends = work[work["date"].dt.day_of_week.ge(5)].groupby("employee_id").size()
    covers = month.covers.groupby("stand_in_id")["hours_h"].sum()
    for who in ledger.index:
        assert ledger.loc[who, "nights"] == nights.get(who, 0)
        assert ledger.loc[who, "weekends"] == weekends.get(who, 0)
        assert ledger.loc[who, "covers_h"] == pytest.approx(covers.get(who, 0.0))
    row, rule = ledger.loc["T0n"], month.study.params.site.fairness
    late = (work["employee_id"].eq("T0n") & work["shift"].eq("M")).sum()
    assert row["points"] == rule.night_points * row["nights"] + rule.weekend_points * row["weekends"] + rule.late_points * late


def test_shares_add_up_and_only_those_who_can_take_a_duty_owe_it(month):
    ledger = fairness_ledger(board(month))
    for kind in KINDS:
        assert ledger[f"{kind}_balance"].sum() == pytest.approx(0, abs=1e-4)
    assert ledger["points"].sum() == pytest.approx(ledger["share_points"].sum(), abs=1e-4)
    own = ledger.set_index("employee_id")["nights_balance"]
    assert own["R2"] == own["C1"] == own["R1"] == 0  # no skill of a night post, or protected from nights
    assert own["X3"] > own["X1"]  # half a month in employment owes about half the nights


def test_balances_are_carried_and_newcomers_start_at_nothing(month):
    first = fairness_ledger(board(month))
    second = fairness_ledger(board(month), first[first["employee_id"].ne("X1")])
    one, two = (frame.set_index("employee_id") for frame in (first, second))
    assert two.loc["T2n", "nights_balance"] == pytest.approx(2 * one.loc["T2n", "nights_balance"], abs=1e-5)
    assert two.loc["X1", "nights_balance"] == one.loc["X1", "nights_balance"] and two.loc["X1", "carried_in"] == 0
    assert two.loc["T0f", "carried_in"] == one.loc["T0f", "carried_out"]


def test_late_finishes_are_carried_too_and_a_ledger_without_them_starts_them_at_nothing(month):
    first = fairness_ledger(board(month))
    older = fairness_ledger(board(month), first.drop(columns="late_finishes_balance"))
    assert older["late_finishes_balance"].equals(first["late_finishes_balance"]) and not older["nights_balance"].equals(first["nights_balance"])
    second = fairness_ledger(board(month), first)["late_finishes_balance"]
    assert second.to_numpy() == pytest.approx(2 * first["late_finishes_balance"].to_numpy(), abs=1e-5) and second.abs().max() > 1


def test_evened_months_are_legal_and_priced_as_told(month, evened):
    calm = recount(month.roster, month.covers, month.need, month.study)[1]["priced_yuan"].sum()
    for now, made, _ in evened:
        tables = now.roster(), now.cover_table()
        assert audit(*tables, month.need, month.study).empty
        assert recount(*tables, month.need, month.study)[1]["priced_yuan"].sum() - calm == pytest.approx(made.yuan, abs=0.02)
        assert made.yuan <= 200.0
        pinned = month.roster[month.roster["pinned"]].set_index(["employee_id", "date"])["shift"].fillna("")
        assert tables[0].set_index(["employee_id", "date"])["shift"].fillna("").loc[pinned.index].equals(pinned)


def test_the_spread_of_nights_and_weekends_is_at_most_half_after_three_months(month, evened):
    carried = None
    for _ in range(3):
        carried = fairness_ledger(board(month), carried)
    for kind in ("nights", "weekends"):
        assert spread(evened[-1][2][f"{kind}_balance"]) <= 0.5 * spread(carried[f"{kind}_balance"]), kind


def test_the_curve_starts_with_the_plan_and_never_buys_more_spread(evened):
    weights = np.array([2.0, 1.0, 3.0, 0.5])
    for _, made, _ in evened:
        points = [float(((np.array(p.spread) * weights) ** 2).sum()) for p in made.curve]
        assert points == sorted(points, reverse=True) and made.curve[0].yuan == 0
        assert all(p.yuan <= p.budget_yuan + 1e-6 for p in made.curve)


def test_everybody_is_told_why_in_both_languages(evened):
    now, made, ledger = evened[0]
    row = ledger[ledger["employee_id"].eq(made.exchanges[0].one)].iloc[0]
    with words.speaking("en"):
        assert f"{row['nights']} nights" in why(row, made.swaps(row["employee_id"])) and "Exchanged" in why(row, 1)
    with words.speaking("zh"):
        assert "夜班" in why(row) and "互换" not in why(row)
    assert len(now.people) == len(ledger)
    assert pd.Series([spread([]), spread([1.0, -1.0])]).tolist() == [0.0, 1.0]
