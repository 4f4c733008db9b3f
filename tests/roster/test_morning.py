"""The next month's first morning: the last night is planned and judged for it, by both engines, the audit and the board alike."""

from __future__ import annotations

import pandas as pd
import pytest
from small import EARLY, LATE, NIGHT, at_posts, between, need, person, queue, study, work

from cslib import roster
from cslib.core.errors import RosterError
from cslib.roster.covers import decode
from cslib.roster.engine_columns import solve_columns, unfit_for_columns
from cslib.roster.engine_exact import solve_exact
from cslib.roster.life import Board

DAYS = 4


def reaching(small, heads, morning_heads, until_h=7.0):
    """The month's need, and ``morning_heads`` until ``until_h`` o'clock of the morning after it."""
    longer = need(small.through_next_day(), {name: between(0, until_h, count, [DAYS]) for name, count in morning_heads.items()})
    slots = round(until_h * 60) // small.horizon.interval_min
    after = longer[longer["interval_start"].isin(small.horizon.morning(slots))].assign(peak=False)
    return pd.concat([need(small, heads), after], ignore_index=True)


def hotline(shifts=(EARLY, LATE, NIGHT), people=5, **queues):
    names = queues or {"phone": queue()}
    return study([person(f"P-{i}", *{q["skill"]: 0 for q in names.values()}) for i in range(people)], shifts, names, days=DAYS)


@pytest.mark.parametrize("shifts", [(EARLY, LATE, NIGHT), at_posts("phone")])
def test_the_last_night_is_staffed_for_the_morning_and_only_for_it(shifts):
    small = hotline(shifts)
    by_day = {"phone": between(7, 23)}
    nights = {}
    for heads in (0, 1):
        asked = reaching(small, by_day, {"phone": heads})
        plan = roster.solve(roster.problem(asked, small), gap=0.0)
        nights[heads] = plan.roster[plan.roster["shift"].eq("N")]["date"].dt.day.tolist()
        coverage = roster.morning_coverage(plan.roster, plan.covers, asked, small)
        assert coverage["needed"].sum() == heads * 14
        assert coverage["interval_start"].min() == pd.Timestamp(small.horizon.end)
        assert len(plan.coverage) == DAYS * 48  # the month's own table knows nothing of the morning
        assert roster.audit(plan.roster, plan.covers, asked, small).empty
    assert nights == {0: [], 1: [small.horizon.last.day]}


def test_breaks_of_pooled_people_count_in_the_morning_those_at_a_post_are_left_to_the_next_month():
    for shifts, missing in (((EARLY, LATE, NIGHT), 0.5), (at_posts("phone"), 0.0)):
        small = hotline(shifts)
        asked = reaching(small, {"phone": between(7, 23)}, {"phone": 1})
        plan = roster.solve(roster.problem(asked, small), gap=0.0)
        coverage = roster.morning_coverage(plan.roster, plan.covers, asked, small)
        assert coverage["short"].sum() * 0.5 == pytest.approx(missing)
        prices = plan.cost_split.set_index("price")
        assert prices.loc["short", "quantity"] == pytest.approx(missing)
        assert plan.covers.empty


def test_both_engines_the_recount_and_the_board_agree():
    small = hotline(people=6, phone=queue("voice"), chat=queue("text"))
    asked = reaching(small, {"phone": between(7, 23), "chat": between(9, 18)}, {"phone": 2, "chat": 1})
    problem = roster.problem(asked, small)
    assert unfit_for_columns(problem) == ""
    exact, columns = solve_exact(problem, 1e-9, 10.0, 60.0, None), solve_columns(problem, 0.0, 0.1, 1e6, None)
    assert columns.priced_yuan == pytest.approx(exact.priced_yuan, abs=1e-4)
    for answer in (exact, columns):
        table, covers = decode(problem, answer)
        recounted = roster.recount(table, covers, asked, small)[1]["priced_yuan"].sum()
        assert recounted == pytest.approx(exact.priced_yuan, abs=1e-4)
        board = Board(table, covers, asked, small)
        assert board.priced_yuan == pytest.approx(recounted)
        board.apply(board.trial({(who, small.horizon.last): rest_of(board, who) for who in nights_of(table, small)}))
        again = roster.recount(board.roster(), board.cover_table(), asked, small)[1]["priced_yuan"].sum()
        assert board.priced_yuan == pytest.approx(again)
        assert again > recounted


def nights_of(table, small):
    last = table["date"].eq(pd.Timestamp(small.horizon.last)) & table["shift"].eq("N")
    assert last.sum() >= 2
    return table.loc[last, "employee_id"].tolist()


def rest_of(board, who):
    return next(e for day in board.days if (e := board.entry(who, day)) is not None and not e.code)


def test_a_post_that_may_never_be_empty_is_held_through_the_morning():
    small = hotline(at_posts("gate"), gate=queue(never_empty=True))
    asked = reaching(small, {"gate": between(0, 24)}, {"gate": 1})
    plan = roster.solve(roster.problem(asked, small), gap=0.0)
    assert roster.morning_coverage(plan.roster, plan.covers, asked, small)["short"].sum() == 0
    cut = plan.roster[~(plan.roster["date"].eq(pd.Timestamp(small.horizon.last)) & plan.roster["shift"].eq("N"))]
    found = roster.audit(cut, plan.covers, asked, small)
    assert set(found["rule"]) == {"never_empty"}
    last = found[found["start"].eq(pd.Timestamp(f"{small.horizon.last} 23:00"))]
    assert len(last) == 1
    assert "2026-03-06 07:00" in last["detail"].iloc[0]


def test_a_morning_that_no_shift_reaches_is_priced_not_refused():
    small = hotline((EARLY, LATE))
    asked = reaching(small, {"phone": between(7, 23)}, {"phone": 1})
    plan = roster.solve(roster.problem(asked, small), gap=0.0)
    assert roster.morning_coverage(plan.roster, plan.covers, asked, small)["short"].sum() * 0.5 == 7.0


@pytest.mark.parametrize(
    "made", [lambda a: pd.concat([a, a.tail(1).assign(interval_start=pd.Timestamp("2026-03-08"))]), lambda a: a.drop(a.index[-3])]
)
def test_a_need_that_runs_on_for_more_than_a_day_or_with_gaps_is_refused(made):
    small = hotline(phone=queue("voice"), chat=queue("text"))
    asked = made(reaching(small, {"phone": 1}, {"phone": 1, "chat": 1}))
    with pytest.raises(RosterError):
        roster.problem(asked, small)
    with pytest.raises(RosterError):
        roster.audit(pd.DataFrame([work("P-0", small.horizon.start, EARLY)]), pd.DataFrame(columns=["post"]), asked, small)
