"""Months without breaks by columns: graphs against trying all months, bound below every plan, parts, stop, resume, one and two threads."""

from __future__ import annotations

import dataclasses
from itertools import product

import numpy as np
import pytest
from months import cheapest, staff

from cslib.roster.columns.field import field_of, plan_price
from cslib.roster.columns.graph import graph_of
from cslib.roster.columns.intervals import IntervalCover, Presence, head_counts, interval_cost
from cslib.roster.columns.limits import Limits
from cslib.roster.columns.model import OFF, Counter, findings, own_cost, people_cost, plan_findings
from cslib.roster.columns.part import Part
from cslib.roster.columns.paths import follow, months_below, to_go, within_limits
from cslib.roster.columns.pricing import scratch_for
from cslib.roster.columns.search import solve_intervals
from cslib.roster.columns.shiftwise import first_plan
from cslib.roster.columns.whole import Effort, better, bounded

WORK = Limits(gap=0.0, gap_floor=1.0, work=0.4, seconds=1e6)


def ward(seed: int, people: int = 5, days: int = 8):
    """Random people and a need per (day, kind)."""
    rng = np.random.default_rng(seed)
    team = staff(rng, people=people, days=days)
    easy = [dataclasses.replace(p, off_cost=np.zeros(days), week_max=(), total_cost=np.zeros(2 * days + 1)) for p in team.people]
    slots = 3 * days
    need = rng.integers(0, 3, (slots, 1))
    over, short = np.ones(slots), np.full((slots, 1), 20.0)
    cover = IntervalCover(3, need, short, over, np.ones((1, 1), dtype=bool), tuple(Presence(k, 1) for k in range(3)), np.zeros((slots, 1), dtype=int))
    return dataclasses.replace(team, people=tuple(easy)), cover


def price(team, cover, plan: np.ndarray) -> float:
    """Price of a plan by plain counting."""
    at, of = np.zeros((*plan.shape, 1), dtype=int), np.zeros(len(plan), dtype=int)
    return people_cost(team, plan) + interval_cost(cover, head_counts(cover, plan, at, of))


@pytest.mark.parametrize("seed", range(3))
def test_graph_holds_exactly_the_legal_months(seed):
    rng = np.random.default_rng(seed)
    team = staff(rng, people=3, days=6)
    team = dataclasses.replace(team, week=np.zeros(6, dtype=int))
    people = tuple(dataclasses.replace(p, week_max=(8,)) for p in team.people)
    team = dataclasses.replace(team, people=people)
    base = field_of(team, ward(0, 3, 6)[1])
    scratch = scratch_for(base.kit)
    for p in range(3):
        graph = graph_of(p, 0, 5, np.zeros(6), base.kit, scratch)
        legal = {m: own_cost(team, p, np.array(m)) for m in product(range(OFF, 3), repeat=6) if not findings(team, p, np.array(m))}
        if graph is None:
            assert not legal
            continue
        cells = np.column_stack([base.kit.work[p][:, graph.acts[:-1]], base.kit.off[p]])
        h = np.empty(len(graph.succ))
        assert to_go(graph, cells, h) == pytest.approx(cheapest(team, p))
        count, months, prices = months_below(graph, cells, h, 1e9, 5000)
        assert count == len(legal)
        for month, found in zip(months[:count], prices, strict=False):
            assert legal[tuple(int(k) for k in month)] == pytest.approx(found)


def test_limits_outside_the_state_are_kept_by_the_search(monkeypatch):
    monkeypatch.setattr("cslib.roster.columns.kit.JOINT", 1)
    rng = np.random.default_rng(5)
    team = staff(rng, people=1, days=6)
    counters = tuple(Counter(np.arange(3) == k, 1) for k in range(3))
    who = dataclasses.replace(team.people[0], work_cost=-rng.integers(1, 9, (6, 3)).astype(float), off_cost=np.zeros(6), counters=counters)
    team = dataclasses.replace(team, people=(dataclasses.replace(who, total_cost=np.zeros(13), week_max=()),), week=np.zeros(6, dtype=int))
    base = field_of(team, ward(0, 1, 6)[1])
    graph = graph_of(0, 0, 5, np.zeros(6), base.kit, scratch_for(base.kit))
    assert graph is not None and len(graph.left) == 3
    cells = np.column_stack([base.kit.work[0][:, graph.acts[:-1]], base.kit.off[0]])
    h, month = np.empty(len(graph.succ)), np.empty(6, dtype=np.int64)
    assert to_go(graph, cells, h) < cheapest(team, 0) and follow(graph, cells, h, month) > 0
    value, found = within_limits(graph, cells, h, 1e9, month)
    assert found and value == pytest.approx(cheapest(team, 0)) and not findings(team, 0, month)


@pytest.mark.parametrize("seed", range(4))
def test_plan_is_legal_its_price_recounted_and_its_bound_below(seed):
    team, cover = ward(seed)
    found = solve_intervals(team, cover, WORK, seed=seed)
    assert not plan_findings(team, found.plan)
    assert price(team, cover, found.plan) == pytest.approx(found.cost)
    assert found.bound <= found.cost + 1e-9
    assert found.cost - found.bound <= 0.05 * found.cost + 1


def test_three_people_and_three_days_are_solved_as_by_trying_everything():
    for seed in range(3):
        team, cover = ward(seed, people=3, days=3)
        months = [[m for m in product(range(OFF, 3), repeat=3) if not findings(team, p, np.array(m))] for p in range(3)]
        best = min(price(team, cover, np.array(plan)) for plan in product(*months))
        found = solve_intervals(team, cover, WORK)
        assert found.cost == pytest.approx(best)
        assert found.bound <= best + 1e-9


def test_a_part_counts_what_it_changes_and_its_bound_is_below_what_it_finds():
    team, cover = ward(2)
    base = field_of(team, cover)
    scratch = scratch_for(base.kit)
    plan, blocked = first_plan(base, scratch)
    assert blocked < 0
    people, nothing = np.array([0, 2, 4]), np.zeros((1, 8, 0, 0), dtype=np.int64)
    part = Part(base, people, 2, 6, plan, nothing, scratch)
    months, bound, how = better(part, Effort(nodes=1000, seconds=1e6))
    assert how in ("exact", "closed") and bound <= part.value + 1e-9
    if months is not None:
        trial = plan.copy()
        trial[people, 2:7] = months
        assert plan_price(base, trial, nothing) - plan_price(base, plan, nothing) == pytest.approx(part.price_of(months) - part.value)
        assert not plan_findings(team, trial)
    fresh = Part(base, people, 2, 6, plan, nothing, scratch)
    assert bounded(fresh, 1e9, Effort(rounds=100, smooth=0.5)).bound <= part.value + 1e-9


def test_equal_seeds_give_equal_plans_at_one_and_two_threads():
    team, cover = ward(7, people=6)
    one, two = (solve_intervals(team, cover, WORK, seed=3, threads=t) for t in (1, 2))
    assert (one.plan == two.plan).all()
    assert (one.cost, one.bound, one.moves, one.ended_by) == (two.cost, two.bound, two.moves, two.ended_by)


def test_a_stop_gives_the_plan_so_far_and_going_on_is_never_worse():
    team, cover = ward(1, people=6)
    heard: list[tuple[float, float]] = []
    first = solve_intervals(team, cover, WORK, watch=lambda _s, cost, bound: heard.append((cost, bound)), stop=lambda: len(heard) > 0)
    assert not plan_findings(team, first.plan) and price(team, cover, first.plan) == pytest.approx(first.cost)
    again = solve_intervals(team, cover, WORK, begin=(first.plan, first.at))
    assert again.cost <= first.cost + 1e-9
    best = solve_intervals(team, cover, dataclasses.replace(WORK, work=0.01), begin=(again.plan, again.at))
    assert best.cost <= again.cost + 1e-9


def test_pinned_days_are_kept():
    team, cover = ward(3)
    free = solve_intervals(team, cover, WORK)
    pinned = np.full(free.plan.shape, -2)
    pinned[0], pinned[1, :3] = free.plan[0], free.plan[1, :3]
    held = solve_intervals(team, cover, WORK, pinned=pinned)
    assert (held.plan[0] == free.plan[0]).all() and (held.plan[1, :3] == free.plan[1, :3]).all()
    assert held.cost >= free.bound - 1e-9


def test_order_of_people_and_a_looser_rule():
    team, cover = ward(4)
    found = solve_intervals(team, cover, dataclasses.replace(WORK, work=2.0))
    turned = solve_intervals(dataclasses.replace(team, people=team.people[::-1]), cover, dataclasses.replace(WORK, work=2.0))
    loose = tuple(dataclasses.replace(p, counters=(), max_weekends=9) for p in team.people)
    easier = solve_intervals(dataclasses.replace(team, people=loose), cover, dataclasses.replace(WORK, work=2.0))
    assert turned.bound == pytest.approx(found.bound) and turned.cost == pytest.approx(found.cost)
    assert easier.bound <= found.bound + 1e-6 and easier.bound <= found.cost + 1e-9
