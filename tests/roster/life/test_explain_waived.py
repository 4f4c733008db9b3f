"""A rule that is waived for one person on one day binds nowhere else."""

from __future__ import annotations

import dataclasses

import impossible

from cslib.roster import audit, solve


def test_a_waived_row_frees_one_person_on_one_day() -> None:
    posed, _ = impossible.seventh_day()
    assert solve(posed).coverage["short"].sum() == 8
    for day, short in ((6, 0), (5, 8)):
        plan = solve(dataclasses.replace(posed, waived=frozenset({("consecutive_work_days", 0, day)})))
        assert plan.coverage["short"].sum() == short
        broken = audit(plan.roster, plan.covers, posed.requirement, posed.study).query("rule != 'never_empty'")
        assert set(zip(broken["rule"], broken["employee_id"], strict=True)) == ({("consecutive_work_days", "a")} if short == 0 else set())


def test_a_waived_cell_frees_one_person_on_one_day() -> None:
    posed, _ = impossible.night_ban()
    for person, day, short in ((0, 2, 0), (1, 1, 8)):
        plan = solve(dataclasses.replace(posed, waived=frozenset({("night_protection", person, day)})))
        assert plan.coverage["short"].sum() == short


def test_the_exact_engine_is_named_for_a_problem_with_waived_rules() -> None:
    posed, _ = impossible.seventh_day()
    assert posed.beyond_columns == ()
    assert dataclasses.replace(posed, waived=frozenset({("leave_honoured", 0, 0)})).beyond_columns == ("waived",)
