"""The small problem of every rule and goal, solved by both engines: the same optimum, or a reason why only the exact engine takes it."""

from __future__ import annotations

import custom_cases
import pytest
from rule_cases import CASES

from cslib import roster
from cslib.roster.covers import decode
from cslib.roster.engine_columns import solve_columns, unfit_for_columns
from cslib.roster.engine_exact import solve_exact

ALL = {**CASES, **custom_cases.GOALS}
ONLY_EXACT = {"coach_on_duty", "session_held", "team_lead_on_duty", "weekend_spread"}
LOOSE = {"cover_duration": 2.0}  # what the plan may cost more [yuan]: shifts are chosen without the covers of a date


@pytest.mark.parametrize("name", sorted(ALL))
def test_both_engines_find_the_optimum(name: str) -> None:
    study, need = ALL[name]()
    problem = roster.problem(need, study)
    reason = unfit_for_columns(problem) or ", ".join(problem.beyond_columns)
    assert bool(reason) == (name in ONLY_EXACT), reason
    if reason:
        return
    best = solve_exact(problem, 1e-9, 10.0, 60.0, None)
    found = solve_columns(problem, 0.0, 0.1, 1e6, None)
    table, covers = decode(problem, found)
    assert found.priced_yuan == pytest.approx(best.priced_yuan, abs=1e-4 + LOOSE.get(name, 0.0))
    assert found.bound_yuan <= best.priced_yuan + 1e-4
    assert set(roster.audit(table, covers, need, study)["rule"]) == set(roster.audit(*decode(problem, best), need, study)["rule"])
