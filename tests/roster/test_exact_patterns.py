"""Rows of the programme, automaton of the columns and rules of the audit agree on every month of a person: readings of one text, written apart."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
import small
from columns_months import months_of
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from rule_cases import EVENING, MORNING, NIGHT_CALL

from cslib import roster
from cslib.core import tables
from cslib.core.errors import RosterError, SolverError
from cslib.core.shifts import Pattern, Shift
from cslib.intake import Study
from cslib.params.law import RULES
from cslib.roster import plan
from cslib.roster.columns.model import findings
from cslib.roster.engine_columns import abstract_staff, unfit_for_columns
from cslib.roster.engine_person import contradicting
from cslib.roster.engine_rows import rows
from cslib.roster.problem import Problem

FRIDAY = dt.date(2026, 3, 6)
DAYS = 4
LIMITS = ("work_run_least", "rest_run_least", "week_work_days", "weekends_most", "month_nights")


@st.composite
def sites(draw: st.DrawFn) -> Study:
    """One person, three shifts that ask something of each other, some days worked before, perhaps leave; Friday to Monday."""
    codes = [s.code for s in (MORNING, EVENING, NIGHT_CALL)]
    few = st.lists(st.sampled_from([*codes, "OFF"]), max_size=2, unique=True).map(tuple)

    def asked(shift: Shift) -> Shift:
        most, least = draw(st.sampled_from([(0, 0), (0, 0), (1, 0), (2, 2), (0, 3)]))
        not_before = tuple(c for c in draw(few) if c != "OFF") if draw(st.booleans()) else ()
        return dataclasses.replace(shift, pattern=Pattern(most, least, not_before, draw(few) if draw(st.booleans()) else ()))

    shifts = [asked(s) for s in draw(st.sampled_from([(MORNING, EVENING), (EVENING, NIGHT_CALL), (MORNING, NIGHT_CALL)]))]
    law: dict[str, Any] = {rule: draw(st.sampled_from([None, None, 2.0])) for rule in LIMITS}
    law |= {"rest_between_shifts": 8.0, "rest_after_nights": 8.0, "weekends_most": draw(st.sampled_from([None, 0.0]))}
    past = [small.work("p", FRIDAY - dt.timedelta(days=i), draw(st.sampled_from(shifts))) for i in (3, 2, 1) if draw(st.booleans())]
    leave = [{"employee_id": "p", "date": FRIDAY + dt.timedelta(days=draw(st.integers(0, 3))), "kind": "paid", "hours_h": 8.0}]
    return small.study(
        [small.person("p", overtime_max_h=36.0)], shifts, {"q": small.queue()}, days=DAYS, start=FRIDAY, law=law, last_roster=past,
        leave=leave if draw(st.booleans()) else (),
    )  # fmt: skip


@seed(21)
@settings(max_examples=5, phases=[Phase.generate], deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(sites())
def test_every_month_is_legal_for_all_or_for_none(study: Study) -> None:
    need = small.need(study, {"q": 0})
    try:
        problem = roster.problem(need, study)
    except RosterError as refused:
        assert "roster.no_month" in {finding.key for finding in refused.findings}
        assert all(broken(month, study, need) for month in product(range(-1, len(study.params.shifts)), repeat=DAYS))
        return
    asked = list(rows(problem, 0))
    assert not contradicting(problem, 0)
    assert not unfit_for_columns(problem) and not problem.beyond_columns
    staff, legal = abstract_staff(problem)[0], set()
    for month in product(range(-1, len(study.params.shifts)), repeat=DAYS):
        kept = all(s < 0 or problem.allowed[0, d, s] for d, s in enumerate(month)) and all(
            sum(factor * value(problem, month, key) for key, factor in row.terms.items()) <= row.limit + 1e-9 for row in asked
        )
        assert kept == (not broken(month, study, need)), (month, broken(month, study, need))
        assert kept == (not findings(staff, 0, np.array(month))), (month, findings(staff, 0, np.array(month)))
        legal |= {month} if kept else set()
    assert months_of(staff) == legal


def value(problem: Problem, month: tuple[int, ...], key: tuple[Any, int]) -> int:
    """Value of a cell, or of the mark of a weekend."""
    if isinstance(key[0], int):
        return int(month[key[0]] == key[1])
    return int(any(month[d] >= 0 for d in problem.weekends[key[1]]))


def broken(month: tuple[int, ...], study: Study, need: pd.DataFrame) -> set[str]:
    """Rules that the audit finds broken in a month of the person."""
    date = [FRIDAY + dt.timedelta(days=d) for d in range(DAYS)]
    worked = [small.off("p", day) if s < 0 else small.work("p", day, study.params.shifts[s]) for day, s in zip(date, month, strict=True)]
    return set(roster.audit(pd.DataFrame(worked), tables.empty("covers"), need, study)["rule"])


def test_the_month_before_may_leave_no_legal_month() -> None:
    """A night must be followed by a night, and the person may not work nights."""
    night = dataclasses.replace(NIGHT_CALL, pattern=Pattern(followed_by=("C",)))
    past = [small.work("p", FRIDAY - dt.timedelta(days=1), night)]
    study = small.study(
        [small.person("p", no_night_until=dt.date(2027, 1, 1))], (night, MORNING), {"q": small.queue()}, days=2, start=FRIDAY, last_roster=past
    )
    with pytest.raises(RosterError, match="required_follow_on"):
        roster.problem(small.need(study, {"q": 0}), study)


def test_pins_that_leave_a_run_too_short_are_refused() -> None:
    pins = [small.work("p", FRIDAY, MORNING), small.off("p", FRIDAY + dt.timedelta(days=1))]
    study = small.study([small.person("p")], (MORNING,), {"q": small.queue()}, days=3, start=FRIDAY, pins=pins, law={"work_run_least": 2})
    with pytest.raises(RosterError, match="work_run_least"):
        roster.problem(small.need(study, {"q": 0}), study)


def test_a_pinned_newcomer_without_a_coach_is_a_contradiction() -> None:
    pins = [small.work("p", FRIDAY, MORNING)]
    study = small.study(
        [small.person("p", hired=FRIDAY)], (MORNING,), {"q": small.queue()}, days=1, start=FRIDAY, pins=pins, law={"coach_on_duty": 4},
        roster={"coach_skill": "coach"},
    )  # fmt: skip
    with pytest.raises(RosterError, match="coach_on_duty"):
        roster.solve(roster.problem(small.need(study, {"q": 0}), study))


def test_the_door_refuses_full_leave_and_teams_out_of_size() -> None:
    leave = [{"employee_id": who, "date": FRIDAY, "kind": "paid", "hours_h": 8.0} for who in ("p", "r")]
    people = [small.person("p", team="red"), small.person("r", team="blue"), small.person("s", team="blue")]
    site = {"law": {"leave_quota": 1}, "roster": {"teams": {"enforced": True}}}
    study = small.study(people, (MORNING,), {"q": small.queue()}, days=1, start=FRIDAY, leave=leave, **site)
    with pytest.raises(RosterError) as refused:
        roster.problem(small.need(study, {"q": 0}), study)
    assert [finding.key for finding in refused.value.findings] == ["roster.leave_quota", "roster.team_size"]


def test_large_sites_with_rules_of_the_exact_engine_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "EXACT_MOST", 2)
    study = small.study([small.person("p")], (MORNING,), {"q": small.queue()}, days=4, law={"coach_on_duty": 4.0})
    problem = roster.problem(small.need(study, {"q": 0}), study)
    assert problem.beyond_columns == ("coach_on_duty",)
    with pytest.raises(SolverError, match="coach_on_duty"):
        roster.solve(problem)


def test_rules_of_this_file_are_rules() -> None:
    assert set(LIMITS) <= set(RULES)
