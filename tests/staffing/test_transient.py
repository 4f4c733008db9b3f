"""Queues over time: steady state at the limit, agreement with simulation, targets kept on swinging days, direction of every input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cslib.staffing import erlang, requirement, simulation
from cslib.staffing.chat import Slots, chat_state
from cslib.staffing.transient import Stream, agents_over_time, modified_offered_load, over_time

HALF_HOUR = 1800.0
LEVEL = 0.8


def steady(load, aht, count=48, **changes):
    """The same load all day."""
    return Stream(np.full(count, load), np.full(count, aht), np.ones(count, bool), HALF_HOUR, 20.0, **changes)


def swinging(peak, aht, **changes):
    """A day whose load is three times as high at its peak as at its ends; interval means of a smooth curve."""
    t = (np.arange(480) + 0.5) / 480
    load = (peak * (1 + 2 * np.sin(np.pi * t) ** 4) / 3).reshape(48, 10).mean(axis=1)
    return Stream(load, np.full(48, aht), np.ones(48, bool), HALF_HOUR, 20.0, **changes)


def planned(stream):
    offered, _ = modified_offered_load(stream)
    guess = erlang.agents_c(offered, stream.aht_s, stream.target_s, LEVEL)
    return agents_over_time(stream, guess, np.zeros(48, int), LEVEL, 1.0, 1.0), guess


def simulated(stream, people, replications, name):
    kind = simulation.Kind("q", stream.load * HALF_HOUR / stream.aht_s, stream.aht_s, stream.target_s, stream.patience_s)
    drawn = simulation.draw([kind], HALF_HOUR, replications, 7, name)
    return simulation.simulate([kind], [simulation.Group("all", ("q",), people)], HALF_HOUR, drawn)


@pytest.mark.parametrize(
    ("load", "aht", "people", "patience"), [(10, 180, 14, np.inf), (10, 180, 9, 300.0), (0.3, 600, 1, np.inf), (150, 240, 152, 60.0)]
)
def test_a_steady_load_ends_in_erlangs_steady_state(load, aht, people, patience):
    found = over_time(steady(load, aht, patience_s=patience, count=144), np.full(144, people))
    expected = erlang.erlang_a(load, people, aht, patience, 20)
    assert found.service_level_share[-1] == pytest.approx(float(expected.service_level_share), abs=2e-5)
    assert found.wait_probability[-1] == pytest.approx(float(expected.wait_probability), abs=2e-5)
    assert found.asa_s[-1] == pytest.approx(float(expected.asa_s), rel=1e-3)
    assert found.occupancy_share[-1] == pytest.approx(float(expected.occupancy_share), abs=2e-5)
    assert found.abandonment_share[-1] == pytest.approx(float(expected.abandonment_share), abs=2e-5)


def test_chat_ends_in_its_own_steady_state():
    stream = steady(20.0, 420.0, count=96, patience_s=240.0, slots=3, slowdown_share=0.15)
    found = over_time(stream, np.full(96, 9))
    level, waiting, wait, busy = chat_state(20.0, 9, Slots(420.0, 240.0, 20.0, 3, 0.15))
    assert [found.service_level_share[-1], found.wait_probability[-1], found.asa_s[-1], found.occupancy_share[-1]] == pytest.approx(
        [level, waiting, wait, busy], abs=1e-3
    )


@pytest.mark.parametrize(
    ("peak", "aht", "patience", "replications"), [(12, 3600.0, np.inf, 3000), (60, 1200.0, np.inf, 700), (60, 240.0, 300.0, 400)]
)
def test_the_model_agrees_with_simulation_and_every_interval_keeps_its_target(peak, aht, patience, replications):
    stream = swinging(peak, aht, patience_s=patience)
    plan, _ = planned(stream)
    levels, _ = simulated(stream, plan.people, replications, f"{peak}-{aht}").level_by_interval("q")
    assert np.sqrt(np.mean((levels - plan.course.service_level_share) ** 2)) < 0.02
    assert levels.min() >= LEVEL - 0.05
    assert (plan.course.service_level_share >= LEVEL - 2e-6).all()
    largest = erlang.agents_c(peak * (1 + 2 * np.sin(np.pi * np.linspace(0, 1, 481)) ** 4) / 3, aht, 20, LEVEL)
    stationary_max = np.maximum(largest[:-1], largest[1:]).reshape(48, 10).max(axis=1)
    assert plan.people.sum() <= stationary_max.sum()


def test_a_steady_guess_is_wrong_where_handle_times_are_long():
    """What the time-varying plan is for: the steady state of each interval alone is far off after the peak."""
    stream = swinging(60, 3600.0)
    alone = erlang.agents_c(stream.load, 3600.0, 20, LEVEL)
    level = over_time(stream, alone).service_level_share
    assert level.min() < 0.5 and level.max() > 0.99


def test_an_understaffed_morning_leaves_a_backlog_that_the_noon_works_off():
    stream = steady(20.0, 300.0)
    people = np.full(48, 26)
    people[16:22] = 17
    found = over_time(stream, people)
    assert found.backlog[15] < 1
    assert found.backlog[21] == pytest.approx(6 * HALF_HOUR / 300 * 3, rel=0.15)  # three contacts per handle time too many
    assert found.service_level_share[22] < 0.05  # the next interval inherits them, however many people it has
    assert found.service_level_share[47] == pytest.approx(found.service_level_share[15], abs=1e-3)
    assert found.asa_s[21] > 600


def test_closing_time_empties_the_queue():
    stream = replace(steady(10.0, 180.0), is_open=np.arange(48) % 24 < 12)
    found = over_time(stream, np.full(48, 6))
    assert found.backlog[11] > 20
    assert np.isnan(found.service_level_share[12:24]).all()
    assert found.backlog[24:36] == pytest.approx(found.backlog[:12], rel=1e-6)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    shape=st.lists(st.floats(0, 30), min_size=6, max_size=10), aht=st.floats(60, 2000), more=st.floats(1, 1.5), spare=st.integers(0, 6),
    patience=st.sampled_from([np.inf, 200.0]),
)  # fmt: skip
def test_a_fixed_plan_never_gets_better_with_more_contacts(shape, aht, more, spare, patience):
    load = np.array(shape)
    stream = Stream(load, np.full(len(load), aht), np.ones(len(load), bool), HALF_HOUR, 20.0, patience)
    people = np.maximum(np.round(load) + spare - 2, 0).astype(int)
    calm, busy = over_time(stream, people), over_time(replace(stream, load=load * more), people)
    served = load > 1e-6
    assert (busy.service_level_share[served] <= calm.service_level_share[served] + 2e-4).all()
    assert (busy.backlog >= calm.backlog - 2e-3 * (1 + calm.backlog)).all()


@settings(max_examples=8, deadline=None, derandomize=True)
@given(load=st.lists(st.floats(0.1, 25), min_size=4, max_size=8), factor=st.sampled_from([1 / 60, 1000.0]))
def test_the_unit_of_time_does_not_matter(load, factor):
    count = len(load)
    here = Stream(np.array(load), np.full(count, 240.0), np.ones(count, bool), HALF_HOUR, 20.0, 300.0)
    there = Stream(here.load, here.aht_s * factor, here.is_open, HALF_HOUR * factor, 20.0 * factor, 300.0 * factor)
    guess, none = np.ceil(load).astype(int), np.zeros(count, int)
    one, two = (agents_over_time(s, guess, none, 0.8, 0.9, 0.05) for s in (here, there))
    assert (one.people == two.people).all()
    assert one.course.service_level_share == pytest.approx(two.course.service_level_share, abs=1e-9)
    assert one.course.asa_s * factor == pytest.approx(two.course.asa_s, rel=1e-6)


def test_the_guess_does_not_change_the_plan_and_one_fewer_is_too_few():
    stream = swinging(30, 600.0, patience_s=120.0)
    guess, none = erlang.agents_c(stream.load, 600.0, 20, LEVEL), np.zeros(48, int)
    plans = [agents_over_time(stream, g, none, LEVEL, 0.9, 0.05) for g in (guess, guess * 2, none)]
    assert (plans[0].people == plans[1].people).all() and (plans[0].people == plans[2].people).all()
    few, course = plans[0].one_fewer, plans[0].course
    assert ((few.service_level_share < LEVEL) | (few.occupancy_share > 0.9) | (few.abandonment_share > 0.05)).all()
    assert (course.occupancy_share <= 0.9 + 1e-5).all() and (course.abandonment_share <= 0.05 + 1e-5).all()


def test_the_site_setting_chooses_the_method(queue, study, forecast):
    rise = np.where(np.arange(96) % 48 < 24, 2.0, 8.0)
    needs = {}
    for method in ("time_varying", "stationary"):
        s = study(2, method=method, q=queue(aht_s=3600), chat=queue("erlang_a", channel="social", concurrency=2, aht_s=600))
        needs[method] = requirement(forecast(s, q=rise, aht_q=3600.0, chat=rise * 10, aht_chat=600.0), s)
    first, second = (needs[m][needs[m]["queue"] == "q"]["on_post"].to_numpy() for m in needs)
    assert first[24] < second[24]  # the load of the new level is not there at once
    assert first[48] > second[48]  # and not gone at once
    assert (needs["time_varying"]["service_level_share"] >= 0.8 - 1e-5).all()
    assert set(needs["time_varying"]["binding"]) <= {"service_level", "occupancy", "abandonment", "minimum_heads", "none"}
    morning, next_morning = first[:24], first[48:72]
    assert (morning == next_morning).all()  # the month starts in an ordinary night, not empty
