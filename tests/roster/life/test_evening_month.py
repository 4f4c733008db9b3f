"""A month planned again after the ledger: where few hold a skill, exchanges between two people are too narrow."""

from __future__ import annotations

import dataclasses
import math

import pandas as pd
import pytest
import small

from cslib.core.shifts import OFF
from cslib.roster import audit, problem, recount, solve
from cslib.roster.life import Board, Evened, even, even_month, evening_month, fairness_ledger
from cslib.roster.life.evening_month import leaning

DAYS, WEEKDAYS = 14, (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)
WEEKEND = [(small.START + pd.Timedelta(days=d)) for d in (5, 6, 12, 13)]
E_MAIL, WEEKENDS = ("e1", "e2"), 1


def drawn(**more):
    """Chat every day, e-mail from Monday to Friday; two people serve both, two chat alone and had all weekends."""
    people = [*(small.person(who, "chat", "email") for who in E_MAIL), *(small.person(who, "chat") for who in ("c1", "c2"))]
    queues = {name: small.queue(name) for name in ("chat", "email")}
    study = small.study(people, (small.DAY,), queues, days=DAYS, fairness={"yuan_per_point": 5.0}, prices={"under_hours": 0.0}, **more)
    heads = {"chat": small.between(9, 12), "email": small.between(9, 12, days=WEEKDAYS)}
    return study, small.need(study, heads)


def ledger(**weekends: float) -> pd.DataFrame:
    """What the months before left."""
    names = ["e1", "e2", "c1", "c2"]
    zero = dict.fromkeys(("points", "share_points", "covers_h", "nights_balance", "holidays_balance", "carried_in", "carried_out"), 0.0)
    counts = dict.fromkeys(("nights", "weekends", "holidays", "late_finishes", "wishes_granted", "wishes_refused"), 0)
    return pd.DataFrame([{"employee_id": who, "month": "2026-02", **counts, **zero, "weekends_balance": weekends.get(who, 0.0)} for who in names])


@pytest.fixture(scope="module")
def month():
    """Solved so that those with chat alone have the weekends, as a lot might have it."""
    wishes = [{"employee_id": who, "date": day, "wish": OFF, "weight": 0.1} for who in E_MAIL for day in WEEKEND]
    study, need = drawn()
    plan = solve(problem(need, study.with_tables(wishes=drawn(wishes=wishes)[0].wishes)))
    return plan, need, study


def priced(board, need, study) -> float:
    return math.fsum(recount(board.roster(), board.cover_table(), need, study)[1]["priced_yuan"])


def test_the_month_is_planned_again_where_exchanges_are_too_narrow(month, monkeypatch):
    plan, need, study = month
    carried, stuck = ledger(c1=2.0, c2=2.0, e1=-2.0, e2=-2.0), []

    def narrow(board, carried, *, budgets):
        """Exchanges that find nothing in the month as solved."""
        start = even(Board(plan.roster, plan.covers, need, study), carried, budgets=[-1.0]).curve[0]
        if stuck:
            return even(board, carried, budgets=budgets)
        stuck.append(start)
        return Evened((), (start, *(dataclasses.replace(start, budget_yuan=budget) for budget in budgets)))

    monkeypatch.setattr(evening_month, "even", narrow)
    board, found = even_month(plan, need, study, carried, [0.0, 40.0])
    assert found.planned_again and found.curve[0] == stuck[0] and [p.budget_yuan for p in found.curve] == [0.0, 0.0, 40.0]
    assert stuck[0].spread[WEEKENDS] >= 3.0 and found.curve[-1].spread[WEEKENDS] == 1.0  # all four weekend duties go to those owed them
    assert audit(board.roster(), board.cover_table(), need, study).empty
    assert priced(board, need, study) - math.fsum(plan.cost_split["priced_yuan"]) == pytest.approx(found.yuan, abs=0.01)
    assert all(p.yuan <= p.budget_yuan + 1e-6 for p in found.curve)
    after = fairness_ledger(board, carried).set_index("employee_id")["weekends_balance"]
    assert after.to_numpy() ** 2 @ [1, 1, 1, 1] == pytest.approx(4 * found.curve[-1].spread[WEEKENDS] ** 2, abs=1e-4)


def test_a_month_that_is_even_stays_as_solved(month):
    plan, need, study = month
    board = Board(plan.roster, plan.covers, need, study)
    now = fairness_ledger(board).set_index("employee_id")["weekends_balance"]
    board, found = even_month(plan, need, study, ledger(**(-now).to_dict()), [0.0])
    assert not found.planned_again and not found.exchanges and board.roster().equals(Board(plan.roster, plan.covers, need, study).roster())


def test_a_site_that_sets_no_price_on_a_point_is_not_planned_again(month):
    plan, need, study = month
    free = drawn()[0].params.site.fairness.model_copy(update={"yuan_per_point": 0.0})
    params = study.params
    unpriced = dataclasses.replace(study, params=dataclasses.replace(params, site=params.site.model_copy(update={"fairness": free})))
    assert leaning(Board(plan.roster, plan.covers, need, unpriced), None) is unpriced


def test_wishes_price_each_weekend_duty_beyond_what_is_owed_as_its_squared_points(month):
    plan, need, study = month
    own = [{"employee_id": "c2", "date": WEEKEND[0], "wish": "D", "weight": 2.0}]
    asked = study.with_tables(wishes=drawn(wishes=own)[0].wishes)
    carried = ledger(c1=1.0, c2=1.0, e1=-1.0, e2=-1.0)
    board = Board(plan.roster, plan.covers, need, asked)
    wishes = leaning(board, carried).wishes
    pd.testing.assert_frame_equal(wishes[wishes["wish"].eq("D")].reset_index(drop=True), asked.wishes)
    total = int(fairness_ledger(board)["weekends"].sum())
    price, rule = study.params.prices.prices["wish_refused"].yuan, study.params.site.fairness
    for who, balance in (("c1", 1.0), ("e1", -1.0), ("e2", -1.0)):
        target = total / 4 - balance
        rise = [rule.yuan_per_point * (2 * (n - target) - 1) / price for n in range(1, len(WEEKEND) + 1)]
        mine = wishes[wishes["employee_id"].eq(who) & wishes["wish"].eq(OFF)]
        assert set(mine["date"]) <= {pd.Timestamp(day) for day in WEEKEND}
        assert sorted(mine["weight"]) == pytest.approx([weight for weight in rise if weight > 1e-6], abs=1e-6)
    assert len(wishes[wishes["employee_id"].eq("c2")]) <= len(WEEKEND)
