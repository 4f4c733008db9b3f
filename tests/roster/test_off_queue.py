"""Off-queue work handed to the roster: sessions lie in their windows, one duty a session; what can't be placed is priced and reported."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pandas as pd
import pytest
import small
from custom_cases import TAUGHT, person, queue
from small import START

from cslib import roster
from cslib.core import tables
from cslib.core.errors import RosterError
from cslib.core.words import LANGUAGES, speaking

LENGTH = next(b.length_min for b in TAUGHT.breaks if b.session)
SHIFT = dataclasses.replace(TAUGHT, breaks=tuple(dataclasses.replace(b, session="training") if b.session else b for b in TAUGHT.breaks))


def session(who: str, name: str, first: int, last: int, **change: Any) -> dict[str, Any]:
    row = {"session": name, "employee_id": who, "activity": "training", "hours_h": LENGTH / 60, "together": False}
    return row | {"earliest": START + dt.timedelta(days=first), "latest": START + dt.timedelta(days=last)} | change


def asked(*rows: dict[str, Any], days: int = 5) -> Any:
    people = [person("p"), person("r")]
    study = small.study(people, (SHIFT,), {"q": queue()}, days=days, law={"meal_break": 6.0}, roster={"contract_band_h": 400.0})
    return study.with_tables(off_queue=pd.DataFrame(rows))


def solved(study: Any) -> roster.Plan:
    return roster.solve(roster.problem(small.need(study, {"q": 0}), study), gap=1e-6, work=1.0)


def missed(plan: roster.Plan) -> float:
    return float(plan.cost_split.set_index("price").loc["session_missed", "quantity"])


def worked(plan: roster.Plan, who: str) -> set[int]:
    found = plan.roster[plan.roster["employee_id"].eq(who) & plan.roster["kind"].eq("work")]
    return {(day.date() - START).days for day in found["date"]}


def test_every_session_gets_a_duty_of_its_own_inside_its_window() -> None:
    study = asked(session("p", "S1", 1, 1), session("p", "S2", 0, 2), session("p", "S3", 3, 3))
    plan = solved(study)
    assert missed(plan) == 0 and {1, 3} <= worked(plan, "p") and worked(plan, "p") & {0, 2}
    assert "session_held" not in set(roster.audit(plan.roster, plan.covers, small.need(study, {"q": 0}), study)["rule"])


def test_without_off_queue_work_nobody_comes_for_it() -> None:
    study = asked(session("p", "S1", 1, 1))
    empty = study.with_tables(off_queue=tables.empty("off_queue"))
    assert missed(solved(empty)) == 0 and missed(solved(study)) == 0 and 1 in worked(solved(study), "p")


def test_a_session_that_no_duty_can_serve_is_priced_and_reported() -> None:
    """Two sessions on one day: one duty serves one."""
    study = asked(session("p", "S1", 1, 1), session("p", "S2", 1, 1))
    plan = solved(study)
    assert missed(plan) == 1
    found = roster.audit(plan.roster, plan.covers, small.need(study, {"q": 0}), study)
    assert len(found[found["rule"].eq("session_held")]) == 1


@pytest.mark.parametrize(("change", "key"), [({"hours_h": 8.0}, "roster.no_session_shift"), ({"activity": "meeting"}, "roster.no_session_shift")])
def test_work_that_no_shift_carries_is_refused_at_the_door(change: dict[str, Any], key: str) -> None:
    study = asked(session("p", "S1", 1, 1, **change))
    with pytest.raises(RosterError) as caught:
        roster.problem(small.need(study, {"q": 0}), study)
    assert caught.value.keys == [key]
    for language in LANGUAGES:
        with speaking(language):
            assert "shifts.yml" in str(caught.value) and "session" in str(caught.value)


def test_people_who_learn_together_need_one_time_of_day() -> None:
    study = asked(session("p", "S1", 1, 1, together=True), session("r", "S1", 1, 1, together=True))
    with pytest.raises(RosterError) as caught:
        roster.problem(small.need(study, {"q": 0}), study)  # the shift may hold it 60 to 120 minutes after its start
    assert caught.value.keys == ["roster.session_times"]
    fixed = dataclasses.replace(SHIFT, breaks=tuple(dataclasses.replace(b, latest_min=b.earliest_min) for b in SHIFT.breaks))
    plan = solved(dataclasses.replace(study, params=dataclasses.replace(study.params, shifts=(fixed,))))
    held = plan.roster[plan.roster["date"].eq(pd.Timestamp(START + dt.timedelta(days=1))) & plan.roster["kind"].eq("work")]
    assert missed(plan) == 0 and len(held) == 2 and len(set(held["breaks"])) == 1
