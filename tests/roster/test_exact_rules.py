"""Every rule of the integer programme decides the answer of a small problem: taken away, the roster is cheaper and the audit names the rule."""

from __future__ import annotations

import pandas as pd
import pytest
from rule_cases import CASES, HISTORY, Case

from cslib import roster
from cslib.roster import engine_cells, engine_posts, engine_rows
from cslib.roster.covers import decode
from cslib.roster.engine_answer import Answer
from cslib.roster.engine_exact import solve_exact

TABLES = {"cells": engine_cells.CELL_RULES, "rows": engine_rows.ROW_RULES, "posts": engine_posts.POST_RULES}
# The roster has one row for each day in employment, and covers are given person by person: what breaks these rules is not written down.
KEPT_ELSEWHERE = {"employment", "one_duty_per_day", "cover_stand_in", "cover_duration"}
RULED = sorted({rule for table in TABLES.values() for rule in table})


def solved(case: Case) -> tuple[Answer, set[str]]:
    """The proven best answer and the rules that it breaks."""
    study, need = case
    problem = roster.problem(need, study)
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
    assert rule not in faults or rule == "never_empty"
    remove(rule, monkeypatch)
    free, faults = solved(CASES[rule]())
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
