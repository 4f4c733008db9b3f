"""Interval prices by Hall's rows against augmenting paths; bound against plans; same plan at one and two threads."""

from __future__ import annotations

import dataclasses
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest
from months import cover, staff

from cslib.roster.columns.bound import improve, lagrangian, within_prices
from cslib.roster.columns.guide import aim_of, breaks_of, plan_near
from cslib.roster.columns.heads import WholeHeads, head_count_duals, whole_heads
from cslib.roster.columns.intervals import compile_cover, head_counts, interval_cost, slot_price
from cslib.roster.columns.kit import compile_staff
from cslib.roster.columns.model import FORBIDDEN, OFF, people_cost, plan_findings
from cslib.roster.columns.pricing import scratch_for
from cslib.roster.columns.search import CHAINS, Limits, solve_intervals

WORK = Limits(gap=0.0, gap_floor=1.0, work=0.02, seconds=1e6)


@pytest.mark.parametrize("seed", range(5))
def test_price_of_an_interval_is_that_of_the_best_assignment(seed):
    rng = np.random.default_rng(seed)
    given = cover(rng, 4)
    compiled, n = compile_cover(given), rng.integers(0, 4, (24, 2))
    assert sum(slot_price(t, n, -1, compiled) for t in range(24)) == pytest.approx(interval_cost(given, n))


def _month(seed: int):
    rng = np.random.default_rng(seed)
    team = staff(rng, people=5, teams=2)
    easy = [dataclasses.replace(p, off_cost=np.nan_to_num(p.off_cost, posinf=0.0), week_max=(), total_cost=np.zeros(17)) for p in team.people]
    return dataclasses.replace(team, people=tuple(easy)), cover(rng, 8)


@pytest.mark.parametrize("seed", range(3))
def test_search_returns_a_legal_plan_whose_cost_is_recounted_and_not_below_the_bound(seed):
    team, need = _month(seed)
    found = solve_intervals(team, need, WORK, seed=seed)
    counts = head_counts(need, found.plan, found.at, np.array([p.team for p in team.people]))
    assert not plan_findings(team, found.plan)
    assert people_cost(team, found.plan) + interval_cost(need, counts) == pytest.approx(found.cost)
    assert found.bound <= found.cost + 1e-9
    assert found.ended_by in ("gap", "work")


def test_one_and_two_threads_give_the_same_plan_and_another_seed_may_not():
    team, need = _month(7)
    one, two = (solve_intervals(team, need, WORK, seed=3, threads=t) for t in (1, CHAINS))
    assert (one.plan == two.plan).all() and (one.at == two.at).all()
    assert (one.cost, one.bound, one.moves, one.ended_by) == (two.cost, two.bound, two.moves, two.ended_by)


def test_two_people_and_three_days_are_solved_as_by_trying_everything():
    rng = np.random.default_rng(11)
    team = staff(rng, people=2, days=3, teams=2)
    free = tuple(dataclasses.replace(p, total_cost=np.zeros(7), week_max=(), off_cost=np.zeros(3)) for p in team.people)
    team, need = dataclasses.replace(team, people=free, weekend_end=np.zeros(3, dtype=bool)), cover(rng, 3)
    best = np.inf
    for cells in product(range(OFF, 3), repeat=6):
        plan = np.array(cells).reshape(2, 3)
        if plan_findings(team, plan):
            continue
        own = people_cost(team, plan)
        breaks = [(1, 2) if k == 1 else (0,) for k in cells]
        for at in product(*breaks):
            counts = head_counts(need, plan, np.array(at).reshape(2, 3, 1), np.array([0, 1]))
            best = min(best, own + interval_cost(need, counts))
    found = solve_intervals(team, need, dataclasses.replace(WORK, work=1.0))
    assert found.cost == pytest.approx(best)
    assert found.bound <= best + 1e-9


def test_a_bound_is_valid_at_any_duals_and_improving_never_lowers_it():
    team, need = _month(2)
    kit, compiled = compile_staff(team), compile_cover(need)
    scratch, of = scratch_for(kit), np.array([p.team for p in team.people])
    cost = solve_intervals(team, need, WORK).cost
    rng = np.random.default_rng(0)
    wild = within_prices(compiled, rng.random(compiled.need.shape) * 30 - 5)
    guided = within_prices(compiled, head_count_duals(team, kit, compiled, 10.0)[0])
    for duals in (wild, guided):
        bound = lagrangian(compiled, kit, of, duals, scratch)[0]
        better = improve(compiled, kit, of, duals, cost, 12, scratch)[0]
        assert bound - 1e-9 <= better <= cost + 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_whole_head_counts_bound_every_plan(seed):
    team, need = _month(seed)
    kit, compiled = compile_staff(team), compile_cover(need)
    heads = whole_heads(team, kit, compiled, 2000, 1e6)
    found = solve_intervals(team, need, WORK, seed=seed)
    assert heads.bound <= found.cost + 1e-6
    assert heads.bound - 1e-6 <= found.bound  # the search takes it over
    at = breaks_of(team, compiled, heads, found.plan)
    for p, d in zip(*np.nonzero(found.plan == 1), strict=True):  # the kind with a break
        assert at[p, d, 0] in (1, 2)


@pytest.mark.parametrize("seed", range(3))
def test_months_that_meet_the_head_counts_are_legal_and_the_same_at_one_and_two_threads(seed):
    team, need = _month(seed)
    compiled, free = compile_cover(need), np.full((5, 8), -2)
    heads = whole_heads(team, compile_staff(team), compiled, 2000, 1e6)
    aim = aim_of(team, compiled, heads)
    begin = solve_intervals(team, need, WORK).plan
    found = []
    for threads in (1, 2):
        with ThreadPoolExecutor(threads) as pool:
            found.append(plan_near(team, aim, begin, pool, seed=1, pinned=free))
    (plan, how), (again, _) = found
    assert not plan_findings(team, plan) and (plan == again).all()
    at = breaks_of(team, compiled, heads, plan)
    assert set(at[plan == 1].ravel()) <= {1, 2}  # the kind with a break
    real = people_cost(team, plan) + interval_cost(need, head_counts(need, plan, at, np.array([p.team for p in team.people])))
    assert heads.bound - 1e-6 <= real
    counts = {(t, d, k): n for (t, d, k), n in heads.duties.items() if n}
    mine = Counter((team.people[p].team, int(d), int(plan[p, d])) for p, d in zip(*np.nonzero(plan != OFF), strict=True))
    if how == "met":  # then counts are those of the heads, and so is the price
        assert mine == counts
        assert real == pytest.approx(heads.value)


def test_an_aim_that_some_plan_meets_is_met_at_its_price():
    team, need = _month(3)
    free = tuple(dataclasses.replace(p, work_cost=np.zeros((8, 3)), off_cost=np.zeros(8), counters=()) for p in team.people)
    team, compiled = dataclasses.replace(team, people=free), compile_cover(need)
    plan = solve_intervals(team, need, WORK, seed=5).plan
    who = zip(*np.nonzero(plan != OFF), strict=True)
    duties = dict(Counter((team.people[p].team, int(d), int(plan[p, d])) for p, d in who))
    aim = aim_of(team, compiled, WholeHeads(0.0, duties, {}, 0.0))
    aim = dataclasses.replace(aim, price=people_cost(team, plan))
    nobody = np.full(plan.shape, OFF)
    assert not plan_findings(team, nobody)
    with ThreadPoolExecutor(1) as pool:
        found, how = plan_near(team, aim, nobody, pool, seed=0, pinned=np.full(plan.shape, -2))
    assert how == "met" and not plan_findings(team, found)
    who = zip(*np.nonzero(found != OFF), strict=True)
    assert Counter((team.people[p].team, int(d), int(found[p, d])) for p, d in who) == Counter(duties)


def test_head_counts_end_at_a_stop_and_tell_of_the_clock():
    team, need = _month(3)
    kit, compiled = compile_staff(team), compile_cover(need)
    whole = whole_heads(team, kit, compiled, 2000, 1e6)
    asked: list[int] = []
    stopped = whole_heads(team, kit, compiled, 2000, 1e6, lambda: not asked.append(1))
    assert asked and stopped.bound <= whole.bound + 1e-6 and not stopped.cut and not whole.cut
    assert whole.value >= whole.bound - 1e-6
    assert whole_heads(team, kit, compiled, 2000, 0.0).cut


def test_looser_rules_never_raise_the_bound():
    team, need = _month(4)
    kit, compiled = compile_staff(team), compile_cover(need)
    of = np.array([p.team for p in team.people])
    duals = within_prices(compiled, head_count_duals(team, kit, compiled, 10.0)[0])
    loose = dataclasses.replace(team, people=tuple(dataclasses.replace(p, counters=(), max_weekends=9) for p in team.people))
    wide = compile_staff(loose)
    assert lagrangian(compiled, wide, of, duals, scratch_for(wide))[0] <= lagrangian(compiled, kit, of, duals, scratch_for(kit))[0] + 1e-9


def test_a_person_without_a_legal_month_is_named():
    team, need = _month(1)
    people = list(team.people)
    people[3] = dataclasses.replace(people[3], work_cost=np.full((8, 3), FORBIDDEN), off_cost=np.full(8, FORBIDDEN))
    assert solve_intervals(dataclasses.replace(team, people=tuple(people)), need, WORK).blocked == 3
