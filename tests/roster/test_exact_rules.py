"""Every rule of the integer programme decides the answer of a small problem: taken away, the roster is cheaper and the audit names the rule."""

from __future__ import annotations

import custom_cases
import pandas as pd
import pytest
from rule_cases import CASES, HISTORY, Case

from cslib import roster
from cslib.roster import engine_cells, engine_goals, engine_posts, engine_rows, engine_teams
from cslib.roster.covers import decode
from cslib.roster.engine_answer import Answer
from cslib.roster.engine_exact import solve_exact

TABLES = {"cells": engine_cells.CELL_RULES, "rows": engine_rows.ROW_RULES, "posts": engine_posts.POST_RULES, "teams": engine_teams.TEAM_RULES}
PRICED = {"never_empty", "lead_on_duty", "level_at_peak", "session_held"}  # what can't be kept is priced and reported
BY_CLASS = {"team_post"}  # kept by the cells and by the homes that a class of people may take
# The roster has one row for each day in employment, and covers are given person by person: what breaks these rules is not written down.
KEPT_ELSEWHERE = {"employment", "one_duty_per_day", "cover_stand_in", "cover_duration"}
RULED = sorted({rule for table in TABLES.values() for rule in table})


def solved(case: Case, without: str = "") -> tuple[Answer, set[str]]:
    """The proven best answer and the rules that it breaks."""
    study, need = case
    problem = roster.problem(need, study)
    problem = problem.without(without) if without in BY_CLASS else problem
    answer = solve_exact(problem, 1e-9, 10.0, 60.0, None)
    assert answer.ended_by == "gap"
    table, covers = decode(problem, answer)
    return answer, broken(table, covers, case)


def broken(table: pd.DataFrame, covers: pd.DataFrame, case: Case) -> set[str]:
    return set(roster.audit(table, covers, case[1], case[0])["rule"])


def remove(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for table in TABLES.values():
        monkeypatch.delitem(table, rule, raising=False)


def test_every_rule_of_the_programme_has_a_case() -> None:
    assert sorted(CASES) == RULED


@pytest.mark.parametrize("rule", RULED)
def test_a_rule_taken_away_changes_the_answer(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, faults = solved(CASES[rule]())
    assert rule not in faults or rule in PRICED
    remove(rule, monkeypatch)
    free, faults = solved(CASES[rule](), without=rule)
    assert free.priced_yuan < kept.priced_yuan - 1e-6
    assert rule in faults or rule in KEPT_ELSEWHERE


@pytest.mark.parametrize("rule", sorted(HISTORY))
def test_a_rule_looks_back_into_the_month_before(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, faults = solved(HISTORY[rule]())
    assert not faults
    remove(rule, monkeypatch)
    free, faults = solved(HISTORY[rule]())
    assert free.priced_yuan < kept.priced_yuan - 1e-6
    assert faults == {rule}


@pytest.mark.parametrize("price", sorted(custom_cases.GOALS))
def test_a_goal_taken_away_changes_the_answer(price: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = custom_cases.GOALS[price]()
    bought = amount(case, price)
    monkeypatch.delitem(engine_goals.GOALS, price)
    assert amount(case, price) > bought


def amount(case: Case, price: str) -> float:
    """Quantity of a price line in the proven best roster."""
    study, need = case
    answer = solve_exact(roster.problem(need, study), 1e-9, 10.0, 60.0, None)
    _, cost_split = roster.recount(*decode(roster.problem(need, study), answer), need, study)
    return float(cost_split.set_index("price").loc[price, "quantity"])


def test_every_goal_has_a_case() -> None:
    assert set(custom_cases.GOALS) == set(engine_goals.GOALS)


@pytest.mark.parametrize("name", [*sorted(CASES), *sorted(custom_cases.GOALS)])
def test_the_recount_finds_what_the_programme_priced(name: str) -> None:
    study, need = (CASES | custom_cases.GOALS)[name]()
    problem = roster.problem(need, study)
    answer = solve_exact(problem, 1e-9, 10.0, 60.0, None)
    _, cost_split = roster.recount(*decode(problem, answer), need, study)
    assert cost_split["priced_yuan"].sum() == pytest.approx(answer.priced_yuan, abs=1e-6)
