"""The simulation against closed forms, its random numbers, absences, routing, priorities and chat."""

from __future__ import annotations

import numpy as np
import pytest

from cslib.staffing import erlang
from cslib.staffing.chat import Slots, chat_people, chat_state
from cslib.staffing.priority import priority_agents, priority_levels
from cslib.staffing.simulation import Group, Kind, draw, present, simulate, simulate_chat

HOUR = 3600.0


def kind(name, load, aht=180.0, hours=30, target=20.0, **changes):
    return Kind(name, np.full(hours, load * HOUR / aht), np.full(hours, aht), target, **changes)


def people(n, hours=30):
    return np.full(hours, n)


def run(kinds, groups, replications=30, name="test", **changes):
    drawn = draw(kinds, HOUR, replications, 11, name)
    return simulate(kinds, groups, HOUR, drawn, **changes).after(2)


@pytest.mark.parametrize(("load", "agents", "patience"), [(10, 13, np.inf), (10, 8, 120.0), (40, 42, 300.0)])
def test_one_skill_is_erlang(load, agents, patience):
    k = kind("q", load, patience_s=patience)
    found = run([k], [Group("all", ("q",), people(agents))], 60)
    expected = erlang.erlang_a(load, agents, 180, patience, 20)
    for estimate, value in (
        (found.level("q"), expected.service_level_share), (found.abandonment("q"), expected.abandonment_share), (found.wait_s("q"), expected.asa_s),
    ):  # fmt: skip
        assert abs(estimate.mean - float(value)) < 2 * estimate.half_width + 1e-9
    assert found.level("q").half_width < 0.02


def test_handle_times_that_vary_less_wait_less_by_the_correction():
    waits = {}
    for cv2 in (0.0, 0.5, 1.0, 2.0):
        k = kind("q", 9, cv2=cv2)
        waits[cv2] = run([k], [Group("all", ("q",), people(10))], 120).wait_s("q").mean
    for cv2, wait in waits.items():
        assert wait / waits[1.0] == pytest.approx((1 + cv2) / 2, rel=0.12)


def test_plans_are_compared_on_the_same_contacts():
    k = kind("q", 10)
    first, again = (run([k], [Group("all", ("q",), people(13))], 5) for _ in range(2))
    more = run([k], [Group("all", ("q",), people(14))], 5)
    other = run([k], [Group("all", ("q",), people(13))], 5, name="fresh")
    assert (first.in_time == again.in_time).all() and (first.offered == more.offered).all()
    assert (more.in_time.sum(axis=(1, 2)) >= first.in_time.sum(axis=(1, 2))).all()  # better in every replication, not only on average
    assert (first.offered != other.offered).any()


def test_absent_people_stay_away_for_the_day():
    seats = np.random.default_rng(1).random((64, 200))
    plan = np.concatenate([np.full(24, 50), np.full(24, 20)])
    here = present(plan, 0.1, seats, 24)
    assert (here <= plan).all() and len(set(here[:24])) == 1 and len(set(here[24:])) == 1
    assert present(plan, 0.0, seats, 24) is plan
    many = np.array([present(np.array([100]), 0.1, np.random.default_rng(i).random((64, 200)), 24)[0] for i in range(300)])
    assert many.mean() == pytest.approx(90, abs=0.7) and many.std() == pytest.approx(3, abs=0.6)
    k = kind("q", 10)
    whole, missing = (run([k], [Group("all", ("q",), people(14))], 20, absence_share=share).level("q").mean for share in (0.0, 0.1))
    assert missing < whole - 0.05


def test_a_flexible_group_relieves_both_and_dedicated_people_come_first():
    kinds = [kind("zh", 5), kind("en", 5)]
    apart = run(kinds, [Group("zh", ("zh",), people(7)), Group("en", ("en",), people(7))])
    shared = run(kinds, [Group("zh", ("zh",), people(5)), Group("en", ("en",), people(5)), Group("both", ("zh", "en"), people(4))])
    assert all(shared.level(k).mean > apart.level(k).mean + 0.03 for k in ("zh", "en"))
    pooled = erlang.erlang_c(10, 14, 180, 20).service_level_share
    assert all(shared.level(k).mean < pooled for k in ("zh", "en"))


def test_urgent_contacts_are_answered_first_by_the_exact_formula():
    """S004-04: each class has its own limit; S000-19: segments of customers are such classes."""
    shares, targets = (0.2, 0.8), (10.0, 60.0)
    kinds = [kind("vip", 10 * 0.2, target=10.0, rank=0), kind("others", 10 * 0.8, target=60.0, rank=1)]
    found = run(kinds, [Group("all", ("vip", "others"), people(11))], 150)
    expected = priority_levels(10, 11, 180, shares, targets)
    for name, value in zip(("vip", "others"), expected, strict=True):
        assert found.level(name).mean == pytest.approx(value, abs=2 * found.level(name).half_width)
    one = priority_levels(10, 12, 180, (1.0,), (20.0,))
    assert one[0] == pytest.approx(float(erlang.erlang_c(10, 12, 180, 20).service_level_share), abs=1e-9)
    need = priority_agents(10, 180, shares, targets, (0.9, 0.8))
    assert (priority_levels(10, need, 180, shares, targets) >= (0.9, 0.8)).all()
    assert (priority_levels(10, need - 1, 180, shares, targets) < (0.9, 0.8)).any()
    assert (priority_levels(10, 9, 180, shares, targets) == 0)[1] and priority_levels(10, 9, 180, shares, targets)[0] > 0


def test_escalation_bounds_the_wait_of_the_patient():
    def longest(after):
        kinds = [kind("vip", 7, rank=0), kind("others", 2, target=300.0, rank=2, escalate_after_s=after, escalate_to=0)]
        return run(kinds, [Group("all", ("vip", "others"), people(10))], 60).level("others").mean

    assert longest(120.0) > longest(np.inf) + 0.02


@pytest.mark.parametrize(("load", "slots", "slowdown"), [(12.0, 3, 0.15), (40.0, 2, 0.3), (5.0, 4, 0.1)])
def test_chat_staffing_agrees_with_simulation_within_one_person(load, slots, slowdown):
    """S004-02: chat and social media, several contacts at a time."""
    case = Slots(420.0, 240.0, 30.0, slots, slowdown)
    need = int(chat_people(np.array([load]), case, 0.85, 1.0, 0.05)[0][0])
    k = kind("chat", load, 420.0, target=30.0, patience_s=240.0)
    drawn = draw([k], HOUR, 20, 3, "chat", slots)

    def enough(n):
        found = simulate_chat(k, people(n), slots, slowdown, HOUR, drawn).after(2)
        return found.level("chat").mean >= 0.85 and found.abandonment("chat").mean <= 0.05

    simulated = next(n for n in range(max(need - 3, 1), need + 4) if enough(n))
    assert abs(simulated - need) <= 1
    level, *_ = chat_state(load, need, case)
    assert level >= 0.85
    divided = -(-int(erlang.agents_a(load, 420, 240, 30, 0.85, 1.0, 0.05)) // slots)
    assert divided < need  # the phone number divided by the slots is too few


def test_chat_with_one_slot_is_erlang_a():
    case = Slots(180.0, 120.0, 20.0, 1, 0.0)
    level, waiting, wait, busy = chat_state(10.0, 11, case)
    expected = erlang.erlang_a(10, 11, 180, 120, 20)
    assert [level, waiting, wait, busy] == pytest.approx(
        [float(x) for x in (expected.service_level_share, expected.wait_probability, expected.asa_s, expected.occupancy_share)], rel=1e-9
    )
    assert int(chat_people(np.array([10.0]), case, 0.8, 0.9, 0.05)[0][0]) == int(erlang.agents_a(10, 180, 120, 20, 0.8, 0.9, 0.05))
