"""The dynamic programme against trying every month, and the recount's rules against hand-made months."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from months import cheapest, staff

from cslib.roster.columns.kit import NEVER, compile_staff
from cslib.roster.columns.model import OFF, Counter, History, Person, Sequence, Staff, Starts, WeekLeast, findings, own_cost
from cslib.roster.columns.pricing import ANY, best_month, price_all, scratch_for
from cslib.roster.columns.recreate import own_price


@pytest.mark.parametrize("seed", range(12))
def test_cheapest_month_is_that_of_full_enumeration(seed):
    team = staff(np.random.default_rng(seed), people=2, days=6)
    kit = compile_staff(team)
    months = np.empty((2, 6), dtype=np.int64)
    values = price_all(kit.work, kit.off, kit, scratch_for(kit), months)
    for p in range(2):
        best = cheapest(team, p)
        assert (values[p] >= NEVER) == (not np.isfinite(best))
        if np.isfinite(best):
            assert values[p] == pytest.approx(best)
            assert not findings(team, p, months[p])
            assert own_cost(team, p, months[p]) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(6))
def test_weekly_least_hours_start_times_and_kinds_that_are_one_shift_are_priced_as_by_enumeration(seed):
    team = staff(np.random.default_rng(seed), people=2, days=6)
    people = []
    for p in team.people:
        order = dataclasses.replace(p.sequence, kind_most=(2, 2, 0), kind_least=(1, 1, 2), alike=(0, 0, 2))
        weekly = {"week_least": WeekLeast((2.5, 1.0), 2.0), "starts": Starts((0, 1, 2), 1.5), "week_max": p.week_max if seed % 2 else ()}
        people.append(dataclasses.replace(p, sequence=order, history=History(), **weekly))
    team = dataclasses.replace(team, people=tuple(people))
    kit, months = compile_staff(team), np.empty((2, 6), dtype=np.int64)
    values = price_all(kit.work, kit.off, kit, scratch_for(kit), months)
    for p in range(2):
        best = cheapest(team, p)
        assert (values[p] >= NEVER) == (not np.isfinite(best))
        if np.isfinite(best):
            assert values[p] == pytest.approx(best) == own_price(p, months[p], kit)
            assert own_cost(team, p, months[p]) == pytest.approx(best) and not findings(team, p, months[p])


def test_some_of_the_random_people_have_a_month_and_some_limits_bind():
    teams = [staff(np.random.default_rng(seed), people=2, days=6) for seed in range(12)]
    prices = [cheapest(team, p) for team in teams for p in range(2)]
    assert sum(np.isfinite(prices)) >= 12


@pytest.mark.parametrize("seed", range(4))
def test_fixed_days_are_kept_and_never_make_a_month_cheaper(seed):
    team = staff(np.random.default_rng(100 + seed), people=3)
    kit, month, free = compile_staff(team), np.empty(8, dtype=np.int64), np.full(8, ANY)
    scratch = scratch_for(kit)
    for p in range(3):
        best = best_month(p, kit.work[p], kit.off[p], free, kit, scratch, month)
        if best < NEVER:
            fixed = free.copy()
            fixed[:5] = month[:5]
            again = np.empty(8, dtype=np.int64)
            assert best_month(p, kit.work[p], kit.off[p], fixed, kit, scratch, again) == pytest.approx(best)
            assert (again[:5] == month[:5]).all()
            fixed[2] = OFF
            assert best_month(p, kit.work[p], kit.off[p], fixed, kit, scratch, again) >= best - 1e-9


def _plain(**rules: int) -> Staff:
    order = Sequence(np.zeros((2, 2), dtype=int), np.array([False, True]), **rules)
    who = Person(order, np.zeros((7, 2)), np.zeros(7), np.zeros(15), (Counter(np.array([False, True]), 2),), 0)
    return Staff((who,), np.array([1, 2]), np.arange(7) == 6, np.zeros(7, dtype=int))


@pytest.mark.parametrize(
    ("rules", "month", "broken"),
    [
        ({"max_run": 3}, [0, 0, 0, -1, 0, -1, -1], []),
        ({"max_run": 3}, [0, 0, 0, 0, -1, -1, -1], ["longest run"]),
        ({"min_run": 2}, [0, -1, 0, 0, -1, -1, -1], []),
        ({"min_run": 2}, [-1, 0, -1, 0, 0, -1, -1], ["least run"]),
        ({"min_off": 2}, [-1, 0, -1, 0, 0, -1, -1], ["least days off"]),
        ({"max_night_run": 1}, [1, 1, -1, -1, -1, -1, -1], ["nights in a row"]),
        ({}, [1, 1, 1, -1, -1, -1, -1], ["cell, total or count"]),
        ({}, [-1, -1, -1, -1, -1, 0, -1], ["weekends"]),
    ],
)
def test_each_rule_is_found_by_its_plain_wording(rules, month, broken):
    assert findings(_plain(**rules), 0, np.array(month)) == broken
