"""The engine itself: order of people, missing facts, immunity, quota, human decisions, ranks, lags, growth with size."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ladder_cases import opened

from cslib.core.errors import PeopleError
from cslib.params.ladder_files import Ladder, open_ladder
from cslib.params.ladders import Derived, Quota
from cslib.people.engine import run_ladder
from cslib.people.overrides import Override
from cslib.people.panel import Panel
from cslib.people.values import derive, team_rank


def panel(first: str = "2026-01", hired: list[int] | None = None, left: list[int] | None = None, **facts: list[list[float]]) -> Panel:
    """People with facts month by month, hired five years before unless said otherwise."""
    arrays = {name: np.array(values, dtype=float) for name, values in facts.items()}
    people, months = next(iter(arrays.values())).shape
    return Panel(
        tuple(f"P{i}" for i in range(people)), first, months, arrays, np.array(hired or [-60] * people), np.array(left or [months + 1] * people),
        np.zeros(people, dtype=int), np.zeros(people, dtype=int),
    )  # fmt: skip


def starting(base: Panel, grade: str) -> Panel:
    return dataclasses.replace(base, grade=(grade,) * len(base.people))


def changed(ladder: Ladder, rule: str, **update: object) -> Ladder:
    rules = {**ladder.spec.rules, rule: ladder.spec.rules[rule].model_copy(update=update)}
    return dataclasses.replace(ladder, spec=ladder.spec.model_copy(update={"rules": rules}))


SCORES = st.lists(st.lists(st.sampled_from([60.0, 85.0, 90.0, 105.0, 110.0, 120.0]), min_size=9, max_size=9), min_size=2, max_size=6)


@given(scores=SCORES)
@settings(max_examples=20, deadline=None)
def test_order_and_company_of_people_change_nothing(scores):
    ladder = opened("H_star_ladder")
    whole = starting(panel(kpi_percent=scores), "star2")
    course = run_ladder(ladder, whole)
    turned = run_ladder(ladder, whole.take(np.arange(len(scores))[::-1]))
    assert (turned.grade[::-1] == course.grade).all()
    for i in range(len(scores)):
        assert (run_ladder(ladder, whole.take([i])).grade[0] == course.grade[i]).all()


@given(scores=SCORES)
@settings(max_examples=20, deadline=None)
def test_a_higher_line_never_lifts_more_people(scores):
    ladder = opened("H_star_ladder", settings=(("demotion", "none"),))
    strict = ladder.spec.criteria["high"].model_copy(update={"value": 112.0})
    stricter = dataclasses.replace(ladder, spec=ladder.spec.model_copy(update={"criteria": {**ladder.spec.criteria, "high": strict}}))
    base = starting(panel(kpi_percent=scores), "agent")
    assert (run_ladder(stricter, base).grade <= run_ladder(ladder, base).grade).all()


def test_people_are_in_the_ladder_only_while_employed():
    ladder = open_ladder("H_star_ladder")
    course = run_ladder(ladder, starting(panel(hired=[2, -60], left=[9, 4], kpi_percent=[[100.0] * 6] * 2), "agent"))
    assert [int(g) for g in course.grade[0]] == [-1, -1, 1, 1, 1, 1] and [int(g) for g in course.grade[1]] == [1, 1, 1, 1, -1, -1]


def test_a_missing_fact_is_named():
    with pytest.raises(PeopleError) as caught:
        run_ladder(open_ladder("O_D_to_C"), panel(kpi=[[1.0]], awards=[[1.0]]))
    facts = caught.value.findings[0].facts
    assert caught.value.keys == ["people.no_metric"] and "conversion_rate" in facts["given"] and "complaints_upheld" in facts["given"]
    with pytest.raises(PeopleError) as caught:
        dataclasses.replace(panel(kpi=[[1.0]]), team=np.zeros(3))
    assert caught.value.keys == ["people.panel_shape"]


def test_a_refused_proposal_moves_nobody_and_comes_again():
    ladder = open_ladder("H_star_ladder")
    base = starting(panel(kpi_percent=[[120.0] * 5]), "agent")
    accepted = np.array([[True, True, False, True, True]])
    course = run_ladder(ladder, base, accepted)
    assert [ladder.grades[g] for g in course.grade[0]] == ["agent"] * 4 + ["star1"]
    assert [(batch.month, bool(batch.accepted[0])) for batch in course.batches] == [(2, False), (3, True)]


def test_a_quota_lets_the_best_move_and_ties_go_by_the_staff_list():
    ladder = changed(open_ladder("Q_quarter_80_70_50"), "promote", quota=Quota(share=0.5, order_by="score"), line="reviewer")
    base = starting(panel(score=[[85.0] * 4, [95.0] * 4, [85.0] * 4, [60.0] * 4]), "reviewer2")
    moved = run_ladder(ladder, base).batches[0]
    assert moved.rule == "promote" and list(moved.rows) == [0, 1]


def test_immunity_holds_off_one_step_down_and_is_used_up():
    """S003-J8: one use, in the reading that covers the yearly step down; as written it does not."""
    ladder = open_ladder("J_assistant_123", "with_annual_review", {"immunity_scope": "also_step_down"})
    names = [*ladder.spec.inputs]
    facts = {name: [[0.0] * 37] for name in names} | {"score": [[70.0] * 37], "best_member": [[1.0] * 12 + [0.0] * 25]}
    course = run_ladder(ladder, starting(panel(**facts), "grade1"))
    events = [(batch.month + 1, batch.rule) for batch in course.batches]
    assert events == [(9, "immunity"), (12, "immunity_used"), (24, "annual_1"), (36, "annual_2")]


def test_ranks_inside_the_team():
    values, team = np.array([[5.0], [7.0], [7.0], [1.0], [np.nan]]), np.array([0, 0, 0, 1, 0])
    assert list(team_rank(values, team)[:4, 0]) == [3, 1, 1, 1] and np.isnan(team_rank(values, team)[4, 0])


@pytest.mark.parametrize(("basis", "expected"), [("weighted_z_score", [1, 2, 3]), ("rank_sum", [1, 2, 3]), ("worst_rank", [2, 3, 3])])
def test_one_rank_of_several_figures(basis, expected):
    """S003-O7: how the figures are put together is a setting."""
    parts = [np.array([[9.0], [5.0], [1.0]]), np.array([[8.0], [1.0], [2.0]]), np.array([[2.0], [3.0], [1.0]])]
    made = Derived(kind="rank", of=("a", "b", "c"), basis=basis, origin="fill")
    assert list(derive(made, parts, np.zeros(3, dtype=int))[:, 0]) == expected


def test_equal_figures_have_no_spread_and_one_rank():
    made = Derived(kind="rank", of=("a",), origin="fill")
    assert list(derive(made, [np.full((3, 1), 4.0)], np.zeros(3, dtype=int))[:, 0]) == [1, 1, 1]


def test_pay_may_come_later_than_the_grade():
    ladder = open_ladder("H_star_ladder")
    later = dataclasses.replace(ladder, spec=ladder.spec.model_copy(update={"pay_lag_months": 2}))
    course = run_ladder(later, starting(panel(kpi_percent=[[110.0] * 3 + [100.0] * 2]), "agent"))
    assert [ladder.grades[g] for g in course.grade[0]] == ["agent"] * 3 + ["star1"] * 2
    assert [ladder.grades[g] for g in course.pay_grade[0]] == ["agent"] * 4 + ["star1"]


def test_ranges_of_the_scheme_with_ranges():
    """S003-S2 to S4: totals 4,000 to 9,000; midpoints by equal ratio; base pay not below the minimum wage."""
    from cslib.people.ranges import pay_ranges

    ranges = pay_ranges(open_ladder("S_base_allow_bonus"))
    lowest, highest = [r for r in ranges if r.level == "junior"], [r for r in ranges if r.level == "lead"]
    assert sum(r.low for r in lowest) == 4000 and sum(r.high for r in highest) == pytest.approx(9000)
    base = {r.level: r for r in ranges if r.item == "base"}
    assert base["middle"].middle == pytest.approx(2500 * 2 ** (1.5 / 4)) and base["junior"].high == pytest.approx(base["middle"].low)
    assert pay_ranges(open_ladder("S_base_allow_bonus"), 2690)[0].low == 2690 and pay_ranges(open_ladder("R_CBA")) == []


def test_a_human_decision_outside_the_rules_is_logged_with_its_reason():
    """S003-H13 is no rule; a single decision carries person, month, grade, reason and the role of who decided."""
    ladder = opened("H_star_ladder")
    base = starting(panel(kpi_percent=[[120.0] * 6]), "agent")
    jump = Override("P0", "2026-02", "star2", "rebuilt the knowledge base", "head of department")
    course = run_ladder(ladder, base, overrides=[jump])
    assert [ladder.grades[g] for g in course.grade[0]] == ["agent"] * 2 + ["star2"] * 3 + ["star3"]
    assert [(log.override, log.before) for log in course.overrides] == [(jump, "agent")]
    quarterly = run_ladder(opened("Q_quarter_80_70_50"), starting(panel(score=[[75.0] * 3]), "reviewer1"), overrides=[
        Override("P0", "2026-01", "reviewer3", "reason", "role")
    ])  # fmt: skip
    assert quarterly.ladder.grades[quarterly.grade[0, 1]] == "reviewer3"
    with pytest.raises(PeopleError) as caught:
        run_ladder(ladder, base, overrides=[Override("X", "2026-02", "star2", " ", "role"), Override("P0", "2020-01", "star9", "r", "")])
    assert caught.value.keys == ["people.override"] * 2 and "employee_id, reason" in str(caught.value)
