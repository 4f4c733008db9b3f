"""Sites with many of their own rules and goals at once: every roster is legal and costs what the programme says; standby, split hours, sessions."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pandas as pd
import pytest
import small
from custom_cases import SPLIT, TAUGHT, would_rest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from rule_cases import EVENING, MORNING, NIGHT_CALL
from small import START, between, person, queue

from cslib import roster
from cslib.core import tables
from cslib.core.errors import RosterError
from cslib.core.shifts import Pattern, read_breaks
from cslib.roster.covers import decode
from cslib.roster.engine_exact import solve_exact

PRICED = {"lead_on_duty", "level_at_peak", "session_held", "week_hours_least"}
LIMITS = {
    "work_run_least": [None, 2.0], "rest_run_least": [None, 2.0], "week_work_days": [None, 4.0], "weekends_most": [None, 0.0, 1.0],
    "month_nights": [None, 1.0], "week_split_shifts": [None, 1.0], "week_hours_least": [None, 12.0], "lead_on_duty": [None, 1.0],
    "level_at_peak": [None, 0.5], "coach_on_duty": [None, 2.0],
}  # fmt: skip
GOALS = ("start_change", "night_spread", "weekend_spread", "split_duty")


@st.composite
def studies(draw: st.DrawFn) -> Any:
    """Four people of two skills, ten days, shifts that ask something, rules and prices drawn."""
    asked = {"A": Pattern(run_least=draw(st.sampled_from([0, 2]))), "B": Pattern(not_before=draw(st.sampled_from([(), ("A",)])))}
    asked["C"] = Pattern(run_most=draw(st.sampled_from([0, 1])), followed_by=draw(st.sampled_from([(), ("C", "OFF")])))
    shifts = [dataclasses.replace(s, pattern=asked.get(s.code, Pattern())) for s in (MORNING, EVENING, NIGHT_CALL, SPLIT, TAUGHT)]
    people = [
        person("l", "a", role="lead"), person("s", "a", "b", "senior"), person("n", "b", hired=START - dt.timedelta(days=5)),
        person("c", "a", "b", "coach", hours_scheme="standard"),
    ]  # fmt: skip
    law: dict[str, Any] = {rule: draw(st.sampled_from(values)) for rule, values in LIMITS.items()}
    sessions = {"service": {"first": START, "last": START + dt.timedelta(days=4), "people": draw(st.sampled_from(["everyone", "newcomers"]))}}
    attributes = {"level_skill": "senior", "coach_skill": "coach", "sessions": sessions, "contract_band_h": 400.0}
    published = [small.work("s", START + dt.timedelta(days=i), MORNING) for i in range(2)] + [small.off("l", START)]
    study = small.study(
        people, shifts, {"qa": queue("a"), "qb": queue("b")}, days=10, law=law | {"meal_break": 6.0}, roster=attributes, published=published,
        prices={price: draw(st.sampled_from([0.0, 35.0])) for price in GOALS}, wishes=would_rest("l", 1, 6),
        last_roster=[small.work("s", START - dt.timedelta(days=1), NIGHT_CALL)],
    )  # fmt: skip
    heads = lambda d, m: int(420 <= m < 660) + int(1080 <= m < 1320 and d % 2 == 0)  # noqa: E731
    return study, small.need(study, {"qa": heads, "qb": lambda d, m: int(d in {2, 3, 5} and m >= 1320)})


@seed(31)
@settings(max_examples=4, phases=[Phase.generate], deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(studies())
def test_rosters_are_legal_and_cost_what_the_programme_says(drawn: Any) -> None:
    study, need = drawn
    problem = roster.problem(need, study)
    answer = solve_exact(problem, 0.02, 1.0, 60.0, None)
    table, covers = decode(problem, answer)
    assert set(roster.audit(table, covers, need, study)["rule"]) <= PRICED
    _, cost_split = roster.recount(table, covers, need, study)
    assert cost_split["priced_yuan"].sum() <= answer.priced_yuan + 1e-6
    if answer.ended_by == "gap" and answer.priced_yuan - answer.bound_yuan < 1e-6:
        assert cost_split["priced_yuan"].sum() == pytest.approx(answer.priced_yuan, abs=1e-6)


def one_day(*shifts: Any, **site: Any) -> tuple[Any, Any, pd.DataFrame]:
    """A day of one person at one queue from 7 to 11; study, plan and need."""
    study = small.study([person("p")], shifts, {"q": queue()}, days=1, roster={"contract_band_h": 400.0}, **site)
    need = small.need(study, {"q": between(7, 11)})
    return study, roster.solve(roster.problem(need, study), gap=1e-6, work=1.0), need


def test_a_split_shift_leaves_its_post_between_the_stretches() -> None:
    study, plan, need = one_day(SPLIT)
    (row,) = plan.roster.itertuples(index=False)
    assert [(a.hour, b.hour) for a, b in read_breaks(row.breaks, row.start)] == [(11, 15)]
    there = plan.coverage.set_index("interval_start")["rostered"]
    assert (there.between_time("07:00", "10:30") == 1).all() and (there.between_time("11:00", "14:30") == 0).all()
    assert (there.between_time("15:00", "18:30") == 1).all()
    assert roster.hours(plan.roster, study).set_index("premium").loc["normal", "hours_h"] == 8.0
    assert roster.audit(plan.roster, plan.covers, need, study).empty


def test_standby_holds_its_post_and_is_no_working_time() -> None:
    call = dataclasses.replace(MORNING, code="Y", queues=("q",), standby=True)
    study, plan, need = one_day(call)
    assert plan.coverage["short"].sum() == 0
    assert plan.cost_split.set_index("price").loc["standby_duty", "quantity"] == 1
    assert roster.hours(plan.roster, study).empty
    assert roster.audit(plan.roster, plan.covers, need, study).empty


def test_people_on_call_relieve_nobody() -> None:
    """The only holder of the lobby's skill besides its own person is on call: the lobby stays empty during the meal."""
    opening = ({"from": "07:00", "to": "15:00"},)
    posts = {"lobby": queue("lobby", never_empty=True, opening=opening), "call": queue("tech")}
    early = dataclasses.replace(small.EARLY, queues=("lobby",))
    call = dataclasses.replace(small.EARLY, code="Y", breaks=(), queues=("call",), standby=True)
    people = [person("l", "lobby"), person("t", "tech", "lobby")]
    study = small.study(people, (early, call), posts, days=1, roster={"contract_band_h": 400.0}, law={"meal_break": 12.0})
    need = small.need(study, {"lobby": between(7, 15), "call": between(7, 15)})
    plan = roster.solve(roster.problem(need, study), gap=1e-6, work=1.0)
    assert plan.covers.empty
    assert plan.cost_split.set_index("price").loc["empty_post", "quantity"] == 0.5


def test_a_session_is_paid_and_off_the_queue() -> None:
    session = {"service": {"first": START, "last": START}}
    study = small.study(
        [person("p")], (TAUGHT,), {"q": queue()}, days=1, law={"meal_break": 6.0}, roster={"contract_band_h": 400.0, "sessions": session}
    )
    need = small.need(study, {"q": between(7, 11)})
    plan = roster.solve(roster.problem(need, study), gap=1e-6, work=1.0)
    assert plan.cost_split.set_index("price").loc["session_missed", "quantity"] == 0
    assert plan.coverage["short"].sum() == 1  # half an hour of the four
    assert roster.hours(plan.roster, study).set_index("premium").loc["normal", "hours_h"] == 4.5
    assert roster.audit(plan.roster, plan.covers, need, study).empty


def test_a_session_is_no_meal_break() -> None:
    study = small.study([person("p")], (TAUGHT,), {"q": queue()}, days=1, roster={"sessions": {"service": {"first": START, "last": START}}})
    with pytest.raises(RosterError, match="T"):
        roster.problem(small.need(study, {"q": between(7, 11)}), study)
    found = roster.audit(pd.DataFrame([small.work("p", START, TAUGHT)]), tables.empty("covers"), small.need(study, {"q": 0}), study)
    assert "meal_break" in set(found["rule"])


def test_a_stop_before_the_first_point_gives_a_priced_partial_roster() -> None:
    """With no time at all, everybody stays at home but who is pinned."""
    pins = [small.work("p", START, MORNING)]
    study = small.study([person("p"), person("r")], (MORNING,), {"q": queue()}, days=3, pins=pins, roster={"contract_band_h": 400.0})
    problem = roster.problem(small.need(study, {"q": between(7, 11)}), study)
    answer = solve_exact(problem, 0.01, 1.0, 0.0, None)
    assert (answer.ended_by, answer.bound_yuan) == ("clock", 0.0)
    assert (0, 0) in answer.work and answer.priced_yuan >= 0
    table, covers = decode(problem, answer)
    assert roster.audit(table, covers, problem.requirement, study).empty
