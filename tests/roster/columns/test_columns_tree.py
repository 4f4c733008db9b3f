"""Branch and price: closes made-up months at what an integer programme over all months finds; its bound holds and never falls on the way."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from test_columns_shiftwise import price, ward

from cslib.roster.columns.dive import dive
from cslib.roster.columns.field import field_of
from cslib.roster.columns.limits import Limits
from cslib.roster.columns.model import plan_findings
from cslib.roster.columns.part import Part
from cslib.roster.columns.pricing import scratch_for
from cslib.roster.columns.search import solve_intervals
from cslib.roster.columns.shiftwise import first_plan
from cslib.roster.columns.tree import Tree
from cslib.roster.columns.whole import Effort, bounded, branch, listed

ALL = Effort(rounds=200, each=100_000, listed=400_000, nodes=100_000, seconds=1e6)


def root_of(seed: int, people: int = 5, days: int = 8, scale: float = 1.0):
    """The whole of a made-up month set free, its first plan, what is fixed in its price; ``scale`` makes prices of shortage uneven."""
    team, cover = ward(seed, people, days)
    cover = dataclasses.replace(cover, short=cover.short * scale)
    base = field_of(team, cover)
    scratch = scratch_for(base.kit)
    plan, blocked = first_plan(base, scratch)
    assert blocked < 0
    return Part(base, np.arange(people), 0, days - 1, plan, np.zeros((1, days, 0, 0), dtype=np.int64), scratch), team, cover


def optimum(part: Part) -> float:
    """Value of the best plan: integer programme over every month whose reduced price is within the gap to a known plan."""
    found = bounded(part, 1e9, ALL)
    known = dive(part, 0.05, 1e9)
    if known is not None and part.price_of(known) < part.value:
        part.stand(known)
    assert listed(part, found, part.value - found.bound, ALL)
    plan, _ = branch(part, found, part.value, ALL, part.value - found.bound, part.current)
    return part.value if plan is None else part.price_of(plan)


CASES = [(5, 0, 1.0), (5, 2, 0.15), (5, 6, 0.0775), (7, 8, 0.25), (8, 0, 0.1275), (8, 8, 0.1275), (8, 1, 0.25)]


@pytest.mark.parametrize(("people", "seed", "scale"), CASES)
def test_the_tree_ends_at_the_optimum_and_its_bound_is_below_it_all_the_way(people, seed, scale):
    best = optimum(root_of(seed, people, scale=scale)[0])
    part, team, cover = root_of(seed, people, scale=scale)
    tree = Tree(part, part.value)
    bounds = []
    for _ in range(400):
        tree.grow(1)
        bounds.append(tree.bound)
        if not tree.open:
            break
    assert not tree.open
    assert tree.value == pytest.approx(best) and tree.bound == pytest.approx(best, abs=1e-4)
    assert max(bounds) <= best + 1e-6 and (np.diff(bounds) >= -1e-6).all()
    assert tree.months is not None and not plan_findings(team, tree.months)
    assert price(team, cover, tree.months) == pytest.approx(tree.value + part.base.constant)
    assert all(mask is None for mask in part.mask)


def test_some_of_these_months_need_branching():
    trees = []
    for people, seed, scale in CASES[3:]:
        part, _, _ = root_of(seed, people, scale=scale)
        trees.append(Tree(part, part.value))
        trees[-1].grow(400)
    assert min(t.grown for t in trees) >= 3


def test_a_tree_that_is_told_a_better_value_goes_on_to_the_same_end():
    part, _, _ = root_of(0, 8, scale=0.1275)
    tree = Tree(part, part.value)
    tree.grow(3)
    best = optimum(root_of(0, 8, scale=0.1275)[0])
    tree.value = min(tree.value, best)
    tree.grow(400)
    assert tree.bound == pytest.approx(best, abs=1e-4)


def test_a_tree_that_is_late_keeps_the_node_it_was_in():
    part, _, _ = root_of(2, scale=0.15)
    tree = Tree(part, part.value)
    asked = []
    tree.grow(10, lambda: bool(asked) or asked.append(1) is not None)
    assert len(tree.open) == 1 and tree.bound <= optimum(root_of(2, scale=0.15)[0]) + 1e-6


def test_a_small_month_is_proven_within_its_work():
    team, cover = ward(5)
    found = solve_intervals(team, cover, Limits(gap=0.0, gap_floor=1.0, work=2.0, seconds=1e6))
    assert found.ended_by == "gap" and found.bound == pytest.approx(found.cost)
