"""People who do several kinds of work: teams of deferred queues, idle time lent, tasks beside the contacts, a quantile staffed; and their traces."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cslib.core import words
from cslib.core.errors import StaffingError
from cslib.core.streams import stream
from cslib.core.units import ceil_people
from cslib.staffing import idle_time, judge, requirement, risk, trace
from cslib.staffing.blend import plan_team
from cslib.staffing.windows import Window, missed_work, smoothest
from cslib.staffing.workload import workloads

DAY = [{"from": "08:00", "to": "20:00"}]


@pytest.fixture
def case(queue, study, forecast):
    """Phone with idle time, mail due in 4 h, call-backs in 2 h; a function that makes the study with changes of the two."""

    def make(days=7, phone=None, staffing=None, **changes):
        s = study(
            days, method="time_varying", phone=queue("erlang_a", opening=DAY, **(phone or {})),
            mail=queue("deferred", opening=DAY, **changes), back=queue("deferred", opening=DAY, deadline_h=2, **changes),
        )  # fmt: skip
        if staffing:
            s.params.site.__dict__["staffing"] = s.params.site.staffing.model_copy(update=staffing)
        hour = s.horizon.intervals.hour.to_numpy()
        is_open = (hour >= 8) & (hour < 20)
        rng = stream(5, "staffing", "blend")
        calls = np.where(is_open, 20 + 50 * np.sin(np.pi * (hour - 6) / 16) ** 2, 0.0) * rng.gamma(50, 0.02, len(hour))
        mail = np.where(is_open, 12.0 * rng.gamma(4, 0.25, len(hour)), 2.0)
        return s, forecast(s, phone=np.where(is_open, calls, 0.0), mail=mail, back=np.where(is_open, mail / 3, 0.0))

    return make


def tasks(s, hours, group="customer_service"):
    """Table workload: the same work in every interval of the horizon."""
    rows = {"driver": "knowledge_base", "interval_start": s.horizon.intervals, "skill_group": group, "hours_h": hours, "late": False}
    return pd.DataFrame(rows)


def covered(need):
    """Coverage of a roster that gives exactly what is needed."""
    frame = need[["queue", "interval_start", "scheduled", "peak"]].rename(columns={"scheduled": "needed"})
    frame = frame.assign(rostered=frame["needed"].astype(float), short=0.0, over=0.0)
    return frame[["queue", "interval_start", "needed", "rostered", "short", "over", "peak"]]


def people(need, *names):
    return need.loc[need["queue"].isin(names), "on_post"].sum()


def test_a_team_needs_no_more_than_its_queues_apart_and_keeps_every_deadline(case):
    apart, (s, rows) = requirement(*reversed(case())), case(team="desk")
    need = requirement(rows, s)
    assert people(need, "mail", "back") < people(apart, "mail", "back")
    pd.testing.assert_frame_equal(need[need["queue"].eq("phone")], apart[apart["queue"].eq("phone")])
    found = judge(rows, covered(need), s)
    levels = found[found["queue"].isin(["mail", "back"])]["service_level_share"].dropna()
    assert len(levels) > 300 and levels.min() >= 1 - 1e-9
    works = workloads(rows, s)
    plan = plan_team([works["mail"], works["back"]], np.zeros(len(s.horizon.intervals)))
    assert (plan.own["mail"] + plan.own["back"] == plan.people).all() and plan.late < 1e-9
    by_hand = [Window(works[name].load, slots) for name, slots in (("mail", 8), ("back", 4))]
    assert plan.smooth.max() == pytest.approx(smoothest(by_hand, works["mail"].open).smooth.max(), rel=0.1)  # the month alone, no weeks around it
    assert missed_work(by_hand, works["mail"].open, plan.people) < 1e-6


def test_idle_time_of_the_phone_is_capacity_and_no_deadline_is_missed(case):
    apart, (s, rows) = requirement(*reversed(case(team="desk"))), case(team="desk", idle_of=["phone"])
    need = requirement(rows, s)
    assert people(need, "mail", "back") < 0.7 * people(apart, "mail", "back")
    pd.testing.assert_frame_equal(need[need["queue"].eq("phone")], apart[apart["queue"].eq("phone")])
    found = judge(rows, covered(need), s)
    assert found[found["queue"].isin(["mail", "back"])]["service_level_share"].dropna().min() >= 1 - 1e-6
    phone = need[need["queue"].eq("phone")]
    spare = (np.nan_to_num(np.maximum(0.9 - phone["occupancy_share"], 0)) * phone["on_post"]).sum()
    saved = people(apart, "mail", "back") - people(need, "mail", "back")
    assert 0 < saved <= spare + 30  # no more than there is, but for rounding to whole people
    busy, (s, rows) = requirement(*reversed(case(team="desk"))), case(team="desk", idle_of=["phone"], staffing={"blended_occupancy_share": 0.5})
    assert people(requirement(rows, s), "mail", "back") == pytest.approx(people(busy, "mail", "back"), rel=0.05)  # hardly anybody is below half


def test_tasks_go_into_idle_time_first_and_the_rest_gets_people(case):
    plain, (s, rows) = requirement(*reversed(case())), case(phone={"tasks": ["customer_service"]})
    for hours, extra in ((0.05, 0), (1.5, 1)):
        need = requirement(rows, s, tasks(s, hours))
        before, after = (x[x["queue"].eq("phone")].reset_index(drop=True) for x in (plain, need))
        added = after["on_post"] - before["on_post"]
        is_open = before["on_post"] > 0
        idle = (np.maximum(0.9 - before["occupancy_share"], 0) * before["on_post"]).fillna(0)
        wanted = ceil_people(np.maximum(hours * 2 - idle, 0))
        opening = s.horizon.intervals.hour == 8
        whole_day = is_open.to_numpy() & ~((opening & (s.horizon.intervals.minute == 0)) | (s.horizon.intervals == s.horizon.intervals[-9]))
        assert (added[whole_day] == wanted[whole_day]).all()
        assert added.min() == 0 and (added.max() >= extra)
        assert (after["binding"].eq("tasks") == (added > 0)).all()
        assert (after["occupancy_share"].dropna() <= 1).all() and (added[~is_open] == 0).all()
        assert added.iloc[16] >= ceil_people(16 * hours * 2 - idle.iloc[16])  # the night's tasks wait for the morning


def test_tasks_of_a_team_are_done_where_they_are_placed(case):
    s, rows = case(team="desk")
    s.params.site.queues["mail"] = s.params.site.queues["mail"].model_copy(update={"tasks": ("knowledge_base",)})
    need, without = requirement(rows, s, tasks(s, 0.5)), requirement(*reversed(case(team="desk")))
    work = len(s.horizon.intervals)
    assert people(need, "mail", "back") >= people(without, "mail", "back") + 0.95 * work
    assert judge(rows, covered(need), s, tasks(s, 0.5))["service_level_share"].dropna().min() > 0.79


def test_a_higher_quantile_is_staffed_and_judged_at_the_expected_contacts(case):
    s, rows = case(days=2)
    rows = rows.assign(p10=rows["contacts"] * 0.8, p90=rows["contacts"] * 1.25)
    usual, high = requirement(rows, s), requirement(rows, case(days=2, staffing={"quantile_share": 0.9})[0])
    assert people(high, "phone") > 1.1 * people(usual, "phone") and people(high, "mail") > people(usual, "mail")
    chances = [risk(rows, need, s).groupby("queue")["met_share"].mean()["phone"] for need in (usual, high)]
    assert chances[1] > chances[0] + 0.15
    with_high = case(days=2, staffing={"quantile_share": 0.9})[0]
    found = trace(rows, with_high, "phone", "2026-12-01 11:00")
    assert found.holds() and {"p10", "p50", "p90", "quantile_share"} <= {part.name for _, part in found.walk()}
    level = judge(rows, covered(high), with_high).set_index(["queue", "interval_start"]).loc[("phone", pd.Timestamp("2026-12-01 11:00"))]
    assert level["service_level_share"] > 0.9  # more people than the expected contacts need


@pytest.mark.parametrize("shared", ["team", "tasks", "both", "classes"])
def test_every_number_of_shared_work_unfolds_and_holds(case, shared):
    if shared == "classes":
        name = {"zh": "类", "en": "class"}
        one = {"name": name, "share": 0.3, "level_share": 0.98, "target_s": 5}
        s, rows = case(days=2, phone={"priorities": [one, {"name": name, "share": 0.7, "level_share": 0.8, "target_s": 30}]})
    else:
        phone = {"tasks": ["customer_service"]} if shared != "team" else {}
        s, rows = case(days=2, phone=phone, **({} if shared == "tasks" else {"team": "desk", "idle_of": ["phone"]}))
    work = tasks(s, 1.2) if shared in {"tasks", "both"} else None
    need = requirement(rows, s, work).set_index(["queue", "interval_start"])
    seen = set()
    for name in ("phone", "mail", "back"):
        for when in s.horizon.intervals[[17, 25, 70]]:
            found = trace(rows, s, name, when, work)
            assert found.value == need.loc[(name, when), "scheduled"] and found.holds(), found.text()
            for _, part in found.walk():
                seen.add(part.name)
                assert words.has(f"trace.{part.name.rstrip('_123')}"), part.name
    wanted = {"team": "idle_people", "tasks": "task_people", "both": "lent_1", "classes": "class_agents"}
    assert wanted[shared] in seen


def test_what_idle_time_is_worth_is_shown_without_changing_the_requirement(case):
    s, rows = case()
    before = requirement(rows, s)
    found = idle_time(rows, s, tasks(s, 0.3)).set_index("work")
    assert list(found.index) == ["back", "customer_service", "mail"]
    assert (found["blended_h"] <= found["apart_h"] + 8).all() and found["blended_h"].sum() < 0.8 * found["apart_h"].sum()
    assert (found["idle_h"] <= found["work_h"] + 1e-9).all() and (found["late_h"] == 0).all()
    pd.testing.assert_frame_equal(before, requirement(rows, s))
    posts = s.params.site.queues["phone"].model_copy(update={"model": "heads", "heads": ()})
    s.params.site.queues.clear()
    s.params.site.queues["post"] = posts
    assert idle_time(rows.iloc[:0], s, tasks(s, 0.3)).empty


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"phone": {"team": "desk"}}, "staffing.not_deferred"),
        ({"phone": {"idle_of": ["mail"]}}, "staffing.not_deferred"),
        ({"mail": {"idle_of": ["back"]}}, "staffing.idle_of"),
        ({"mail": {"idle_of": ["nobody"]}}, "staffing.idle_of"),
        ({"mail": {"team": "desk", "opening": [{"from": "09:00", "to": "18:00"}]}, "back": {"team": "desk"}}, "staffing.team_hours"),
        ({"post": {"tasks": ["customer_service"]}}, "staffing.tasks_heads"),
        ({"phone": {"tasks": ["juggling"]}}, "staffing.tasks_unknown"),
        ({"phone": {"tasks": ["customer_service"]}, "mail": {"tasks": ["knowledge_base"]}}, "staffing.tasks_twice"),
    ],
)
def test_what_people_cannot_share_is_refused_in_both_languages(queue, study, forecast, changes, key):
    models = {"phone": "erlang_a", "mail": "deferred", "back": "deferred", "post": "heads"}
    hours = {name: {} if name == "post" else {"opening": DAY} for name in models}
    s = study(1, **{name: queue(model, **{**hours[name], **changes.get(name, {})}) for name, model in models.items()})
    with pytest.raises(StaffingError) as caught:
        requirement(forecast(s, phone=0.0, mail=0.0, back=0.0), s, tasks(s, 0.1))
    assert key in caught.value.keys
    for language in ("zh", "en"):
        with words.speaking(language):
            assert "queues." in str(caught.value)


def test_tasks_without_their_table_are_refused(case):
    s, rows = case(phone={"tasks": ["customer_service"]})
    with pytest.raises(StaffingError) as caught:
        requirement(rows, s)
    assert caught.value.keys == ["staffing.no_workload"]
