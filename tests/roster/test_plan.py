"""A plan and its proof: understaffed months are priced, not refused, and every figure that is reported is the audit's recount."""

from __future__ import annotations

import dataclasses
import math

import pytest

from cslib import intake, roster, staffing
from cslib.core import tables
from cslib.intake import Study
from cslib.params.law import RULES

LEFT_OUT = 6


@pytest.fixture(scope="module")
def short_staffed() -> Study:
    """The front desk without the last people of its list: some posts can't be held."""
    study = intake.open_study("front_desk", month="2026-12")
    people = study.employees.sort_values("position")["employee_id"].iloc[:-LEFT_OUT]
    kept = {name: study.table(name) for name in ("contacts", "calendar", "last_roster", "pins")}
    for name in ("employees", "staff_grades", "skills", "leave", "wishes"):
        frame = study.table(name)
        kept[name] = frame[frame["employee_id"].isin(people)].reset_index(drop=True)
    return dataclasses.replace(study, _tables=kept)


@pytest.fixture(scope="module")
def plan(short_staffed: Study) -> roster.Plan:
    need = staffing.requirement(tables.empty("forecast"), short_staffed)
    return roster.solve(roster.problem(need, short_staffed), gap=0.9, work=0.01)


def test_a_solve_that_stops_early_gives_a_partial_roster_with_priced_shortage(plan: roster.Plan) -> None:
    priced = plan.cost_split.set_index("price")["priced_yuan"]
    assert priced["empty_post"] > 0
    assert plan.coverage["short"].sum() > 0
    assert plan.report.status in {"within_gap", "stopped_early"}


def test_the_reported_cost_is_the_recount_and_not_below_the_bound(plan: roster.Plan, short_staffed: Study) -> None:
    need = staffing.requirement(tables.empty("forecast"), short_staffed)
    coverage, cost_split = roster.recount(plan.roster, plan.covers, need, short_staffed)
    assert math.isclose(plan.report.priced_yuan, cost_split["priced_yuan"].sum())
    assert coverage.equals(plan.coverage)
    assert 0 <= plan.report.bound_yuan <= plan.report.priced_yuan


def test_only_the_posts_that_nobody_can_hold_break_a_rule(plan: roster.Plan, short_staffed: Study) -> None:
    need = staffing.requirement(tables.empty("forecast"), short_staffed)
    assert set(roster.audit(plan.roster, plan.covers, need, short_staffed)["rule"]) == {"never_empty"}
    assert "never_empty" in RULES


def test_the_arithmetic_of_the_priced_cost_holds(plan: roster.Plan) -> None:
    found = roster.trace(plan.cost_split)
    assert found.holds()
    assert math.isclose(found.value, plan.report.priced_yuan)
