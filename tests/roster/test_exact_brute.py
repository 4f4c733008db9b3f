"""The integer programme against all rosters of tiny sites, against another solver, and against itself in another order."""

from __future__ import annotations

import dataclasses
import math

import pulp
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tiny import Tiny, optimum, tinies

from cslib import roster
from cslib.roster.engine_build import build
from cslib.roster.engine_exact import solve_exact
from cslib.roster.problem import Problem

FEW = settings(max_examples=8, phases=[Phase.generate], deadline=None, database=None, suppress_health_check=list(HealthCheck))
LOOSER = {"rest_between_shifts": 0.0, "consecutive_work_days": 7.0, "consecutive_nights": 7.0, "rest_after_nights": 0.0, "weekly_hours": 60.0}


def problem(tiny: Tiny, **changes: object) -> Problem:
    study = tiny.study(**changes)  # type: ignore[arg-type]
    return roster.problem(tiny.requirement(study), study)


def priced(given: Problem) -> float:
    return solve_exact(given, 1e-9, 10.0, 60.0, None).priced_yuan


@seed(1)
@FEW
@given(tinies())
def test_the_optimum_is_that_of_all_rosters(tiny: Tiny) -> None:
    answer = solve_exact(problem(tiny), 1e-9, 10.0, 60.0, None)
    assert answer.ended_by == "gap"
    assert answer.priced_yuan == pytest.approx(optimum(tiny), abs=1e-4)
    assert answer.bound_yuan == pytest.approx(answer.priced_yuan, abs=1e-4)


@seed(2)
@FEW
@given(tinies())
def test_the_plan_is_legal_and_costs_what_the_programme_says(tiny: Tiny) -> None:
    study = tiny.study()
    need = tiny.requirement(study)
    plan = roster.solve(roster.problem(need, study), gap=1e-9, work=10.0)
    assert roster.audit(plan.roster, plan.covers, need, study).empty
    assert plan.report.status == "optimal"
    assert plan.report.priced_yuan == pytest.approx(optimum(tiny), abs=1e-4)


@seed(3)
@FEW
@given(tinies(most_people=4))
def test_a_second_solver_agrees(tiny: Tiny) -> None:
    model = build(problem(tiny))
    state = model.lp.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0.0, gapAbs=0.0, threads=1))
    assert (state, model.lp.sol_status) == (pulp.LpStatusOptimal, pulp.LpSolutionOptimal)
    assert priced(model.problem) == pytest.approx(pulp.value(model.lp.objective), abs=1e-4)


@seed(4)
@FEW
@given(tinies(), st.randoms(use_true_random=False))
def test_names_and_order_change_no_cost(tiny: Tiny, chance) -> None:
    order = list(tiny.people)
    chance.shuffle(order)
    assert priced(problem(tiny)) == pytest.approx(priced(problem(tiny, order=order, names="z")), abs=1e-4)


@seed(5)
@FEW
@given(tinies(), st.sampled_from(sorted(LOOSER)))
def test_a_looser_rule_never_costs_more(tiny: Tiny, rule: str) -> None:
    before = priced(problem(tiny))
    looser = dataclasses.replace(tiny, limits={**tiny.limits, rule: LOOSER[rule]})
    assert priced(problem(looser)) <= before + 1e-4
    assert priced(problem(tiny).without(rule)) <= before + 1e-4


@seed(6)
@FEW
@given(tinies(most_people=2))
def test_one_more_person_without_terms_of_his_own_never_costs_more(tiny: Tiny) -> None:
    """He has no hours to fill (on leave for his contract) and may stay at home."""
    one_more = dataclasses.replace(
        tiny, skills=(*tiny.skills, ("a", "b")), schemes=(*tiny.schemes, "comprehensive"), approved_h=(*tiny.approved_h, 40.0),
        last_night=(*tiny.last_night, False), no_night=(*tiny.no_night, False),
        leave={**tiny.leave, (len(tiny.skills), 0): 24.0},
    )  # fmt: skip
    assert priced(problem(one_more)) <= priced(problem(tiny)) + 1e-4


def test_the_reference_itself_knows_what_a_short_hour_costs() -> None:
    """One person, two needed from 7 to 11 on the first day: one short at peak for four hours."""
    nothing = Tiny(
        3, (("a",),), ("comprehensive",), (0.0,), {("a", hour): 2 for hour in range(7, 11)}, {}, {}, (False,), (False,),
        {"rest_between_shifts": 11, "consecutive_work_days": 6, "consecutive_nights": 4, "rest_after_nights": 24, "weekly_hours": 40,
         "part_time_week_hours": 24}, band_h=24.0,
    )  # fmt: skip
    assert math.isclose(optimum(nothing), 4 * 30.0)
