"""What must hold for any numbers: monotone searches, units that don't matter, B and A as the two ends of C, and a simulated queue."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cslib.core.streams import stream
from cslib.staffing import erlang
from cslib.staffing.erlang import agents_a, agents_c, lines_b

LOADS = st.floats(0.04, 300)
TIMES = st.floats(20, 1800)
TARGETS = st.floats(0, 600)
SHARES = st.floats(0.05, 0.99)
PATIENCE = st.floats(1, 1800)
MORE = st.floats(1, 3)
checked = settings(max_examples=30, deadline=None, derandomize=True)


def _needed(model: str, load: float, aht: float, target: float, level: float, patience: float) -> int:
    if model == "c":
        return int(agents_c(load, aht, target, level, 0.9))
    return int(agents_a(load, aht, patience, target, level, 0.9, 0.05))


@pytest.mark.parametrize("model", ["c", "a"])
@checked
@given(load=LOADS, aht=TIMES, target=TARGETS, level=SHARES, patience=PATIENCE, more=MORE)
def test_more_work_or_a_stricter_target_never_needs_fewer(model, load, aht, target, level, patience, more):
    base = _needed(model, load, aht, target, level, patience)
    assert _needed(model, load * more, aht, target, level, patience) >= base  # more contacts
    assert _needed(model, load * more, aht * more, target, level, patience) >= base  # the same contacts, longer each
    assert _needed(model, load, aht, target / more, level, patience) >= base
    assert _needed(model, load, aht, target, 1 - (1 - level) / more, patience) >= base


@checked
@given(load=LOADS, aht=TIMES, target=TARGETS, level=SHARES, cap=st.floats(0.3, 1), patience=PATIENCE, lost=st.floats(0.005, 0.3))
def test_the_number_found_is_enough_and_one_less_is_not(load, aht, target, level, cap, patience, lost):
    slack = 1 + 1e-8
    n = int(agents_c(load, aht, target, level, cap))
    found, less = erlang.erlang_c(load, n, aht, target), erlang.erlang_c(load, n - 1, aht, target)
    assert 1 - found.service_level_share <= (1 - level) * slack
    assert load <= n * cap * slack
    assert 1 - less.service_level_share > (1 - level) or load > (n - 1) * cap
    n = int(agents_a(load, aht, patience, target, level, cap, lost))
    found, less = erlang.erlang_a(load, n, aht, patience, target), erlang.erlang_a(load, max(n - 1, 0), aht, patience, target)
    assert 1 - found.service_level_share <= (1 - level) * slack
    assert found.occupancy_share <= cap * slack
    assert found.abandonment_share <= lost * slack
    assert 1 - less.service_level_share > 1 - level or less.occupancy_share > cap or less.abandonment_share > lost


@checked
@given(load=LOADS, blocked=st.floats(1e-6, 0.5))
def test_lines_found_are_enough_and_one_less_is_not(load, blocked):
    n = int(lines_b(load, blocked))
    assert erlang.erlang_b(load, n) <= blocked * (1 + 1e-8)
    assert n == 0 or erlang.erlang_b(load, n - 1) > blocked


@checked
@given(load=LOADS, spare=st.integers(-20, 40), aht=TIMES, target=TARGETS, patience=PATIENCE, factor=st.sampled_from([1 / 60, 1 / 3600, 1000.0]))
def test_the_unit_of_time_does_not_matter(load, spare, aht, target, patience, factor):
    n = max(int(load) + spare, 0)
    here, there = erlang.erlang_a(load, n, aht, patience, target), erlang.erlang_a(load, n, aht * factor, patience * factor, target * factor)
    for name in ("wait_probability", "service_level_share", "occupancy_share", "abandonment_share"):
        assert getattr(there, name) == pytest.approx(getattr(here, name), rel=1e-9, abs=1e-12)
    assert there.asa_s == pytest.approx(here.asa_s * factor, rel=1e-9)
    assert agents_c(load, aht * factor, target * factor, 0.8) == agents_c(load, aht, target, 0.8)


@checked
@given(load=st.floats(0.04, 100), spare=st.integers(2, 60), aht=TIMES, target=TARGETS)
def test_endless_patience_is_erlang_c(load, spare, aht, target):
    n = int(load) + spare
    c, exact, near = (
        erlang.erlang_c(load, n, aht, target),
        erlang.erlang_a(load, n, aht, np.inf, target),
        erlang.erlang_a(load, n, aht, aht * 1e4, target),
    )
    assert exact == c
    assert near.wait_probability == pytest.approx(c.wait_probability, rel=0.01, abs=1e-9)
    assert near.service_level_share == pytest.approx(c.service_level_share, abs=0.01)


@checked
@given(load=LOADS, agents=st.integers(0, 4000), aht=TIMES, target=TARGETS)
def test_no_patience_is_erlang_b(load, agents, aht, target):
    blocked = erlang.erlang_b(load, agents)
    for patience in (0.0, aht * 1e-12):
        found = erlang.erlang_a(load, agents, aht, patience, target)
        assert found.abandonment_share == pytest.approx(blocked, rel=1e-6)
        assert found.service_level_share == pytest.approx(1 - blocked, abs=1e-6)
        assert found.asa_s <= aht * 1.001e-12


@checked
@given(load=LOADS, spare=st.integers(1, 200), aht=TIMES)
def test_erlang_c_follows_from_erlang_b(load, spare, aht):
    n = int(load) + spare
    b = float(erlang.erlang_b(load, n))
    assert erlang.erlang_c(load, n, aht).wait_probability == pytest.approx(n * b / (n - load * (1 - b)), rel=1e-9, abs=1e-300)


@checked
@given(load=LOADS, spare=st.integers(-30, 60), aht=TIMES, patience=PATIENCE)
def test_erlang_a_balances_its_flows(load, spare, aht, patience):
    """Who is offered is served or gives up, and gives up at the rate 1 / patience while waiting (Little's law)."""
    n = max(int(load) + spare, 1)
    found = erlang.erlang_a(load, n, aht, patience, 0.0)
    assert found.occupancy_share * n == pytest.approx(load * (1 - found.abandonment_share), rel=1e-9)
    assert found.asa_s == pytest.approx(found.abandonment_share * patience, rel=1e-12)
    assert found.service_level_share == pytest.approx(1 - found.wait_probability, abs=1e-9)  # within 0 s: who does not wait


def test_arrays_give_what_single_numbers_give():
    rng = stream(7, "staffing", "arrays")
    load, aht, patience = rng.gamma(2, 40, 200), rng.uniform(60, 600, 200), rng.uniform(20, 900, 200)
    many = agents_a(load, aht, patience, 20, 0.8, 0.9, 0.05)
    one = [agents_a(a, h, p, 20, 0.8, 0.9, 0.05) for a, h, p in zip(load, aht, patience, strict=True)]
    assert many.tolist() == [int(n) for n in one]
    assert agents_c(load.reshape(10, 20), 180, 20, 0.8).shape == (10, 20)


def _simulated(load: float, agents: int, aht: float, patience: float, target: float, contacts: int) -> np.ndarray:
    """One run of an M/M/n+M queue, first come first served: answered in time, gave up, wait of each contact."""
    rng = stream(11, "staffing", "simulation")
    arrivals = np.cumsum(rng.exponential(aht / load, contacts)).tolist()
    service, endures = rng.exponential(aht, contacts).tolist(), rng.exponential(patience, contacts).tolist()
    free_at = [0.0] * agents
    seen = np.empty((contacts, 3))
    for i, now in enumerate(arrivals):
        wait = max(free_at[0] - now, 0.0)
        stays = wait <= endures[i]
        if stays:
            heapq.heapreplace(free_at, now + wait + service[i])
        seen[i] = (stays and wait <= target, not stays, min(wait, endures[i]))
    return seen


def test_a_simulated_queue_agrees():
    seen = _simulated(load=10, agents=10, aht=180, patience=120, target=20, contacts=220_000)[20_000:]
    found = erlang.erlang_a(10, 10, 180, 120, 20)
    batches = seen.reshape(40, -1, 3).mean(axis=1)
    error = batches.std(axis=0, ddof=1) / np.sqrt(len(batches))
    expected = np.array([found.service_level_share, found.abandonment_share, found.asa_s])
    assert (np.abs(batches.mean(axis=0) - expected) <= 4 * error).all()
    assert (error < 0.02 * expected).all()  # tight enough to tell Erlang A from Erlang C or B
