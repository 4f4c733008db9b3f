"""Column generation: its bound stays below every plan, is at least that of plain prices, and closes a month without conflicts."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from months import staff

from cslib.roster.columns.bound import lagrangian, within_prices
from cslib.roster.columns.intervals import Break, IntervalCover, Presence, head_counts, interval_cost
from cslib.roster.columns.master import generate
from cslib.roster.columns.model import people_cost, plan_findings
from cslib.roster.columns.search import Limits, solve_intervals, start

WORK = Limits(gap=0.0, gap_floor=1.0, work=0.2, seconds=1e6)


def _ward(seed: int):
    rng = np.random.default_rng(seed)
    team = staff(rng, people=5)
    easy = [dataclasses.replace(p, off_cost=np.zeros(8), week_max=(), total_cost=np.zeros(17)) for p in team.people]
    need = rng.integers(0, 3, (24, 1))
    presence = tuple(Presence(k, 1) for k in range(3))
    over, short = np.ones(24), np.full((24, 1), 20.0)
    cover = IntervalCover(3, need, short, over, np.ones((1, 1), dtype=bool), presence, np.zeros((24, 1), dtype=int))
    return dataclasses.replace(team, people=tuple(easy)), cover


def cover_cost(cover: IntervalCover, plan: np.ndarray) -> float:
    """Price of coverage without breaks."""
    return interval_cost(cover, head_counts(cover, plan, np.zeros((*plan.shape, 1), dtype=int), np.zeros(len(plan), dtype=int)))


@pytest.mark.parametrize("seed", range(4))
def test_bound_lies_between_that_of_no_duals_and_the_best_plan(seed):
    team, cover = _ward(seed)
    found = solve_intervals(team, cover, WORK)
    search = start(team, cover, 0, None)
    zero = np.zeros(search.cover.need.shape)
    plain = lagrangian(search.cover, search.kit, search.team, within_prices(search.cover, zero), search.scratch[0])[0]
    bound, duals, master = generate(team, search.kit, search.cover, search.team, found.plan, zero, search.scratch[0], rounds=200, until=np.inf)
    assert plain - 1e-9 <= bound <= found.cost + 1e-6
    again = lagrangian(search.cover, search.kit, search.team, duals, search.scratch[0])[0]
    assert again == pytest.approx(bound)
    whole = master.whole(200, 1e6)
    assert whole is not None and not plan_findings(team, whole)
    assert bound - 1e-6 <= people_cost(team, whole) + cover_cost(cover, whole) <= found.cost + 1e-6
    assert found.cost - bound <= 0.5 * (found.cost - plain) + 1.0


def test_breaks_are_refused():
    team, cover = _ward(0)
    cover = dataclasses.replace(cover, presence=(Presence(0, 3, (Break(1, 1, 1),)), *cover.presence[1:]))
    search = start(team, cover, 0, None)
    with pytest.raises(ValueError, match="breaks"):
        generate(
            team,
            search.kit,
            search.cover,
            search.team,
            search.states[0].best,
            np.zeros(search.cover.need.shape),
            search.scratch[0],
            rounds=1,
            until=np.inf,
        )
