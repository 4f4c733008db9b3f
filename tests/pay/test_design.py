"""Design search: a structure that a fresh simulation confirms, or which constraint fails by how much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cslib.core.errors import PayError
from cslib.pay.design import Limits, design, tradeoff
from cslib.pay.ladder import Ladder
from cslib.pay.simulation import plain_months, simulate
from cslib.pay.workforce import Behaviour, People, Structure

GRADES = ("j1", "j2", "x1", "x2")
NOW = Structure(GRADES, np.array([4000, 5000, 4200, 5400.0]), np.full(4, 300.0), np.full(4, 400.0))
LADDER = Ladder.streak(GRADES, np.inf, -np.inf)
TEAM = People.of(np.array([0] * 30 + [1] * 20 + [2] * 30 + [3] * 20))
CALM = Behaviour(leave_month=0.02, rho=0.5)
YEAR = plain_months(12)
LIMITS = Limits(low=np.full(4, 3500.0), high=np.full(4, 6500.0), step=100.0, least_base=3600.0, losers=0.3, parity=((0, 2), (1, 3)),
                channels=((0, 1), (2, 3)), progression=0.1)  # fmt: skip


def test_the_design_meets_every_constraint_in_a_fresh_simulation():
    found = design(TEAM, NOW, [LADDER], CALM, YEAR, LIMITS, runs=40)
    assert found.met and (found.checks["excess"] == 0).all()
    base = found.structure.base
    assert base[0] == base[2] and base[1] == base[3] and base.min() >= 3600 and base[1] >= base[0] * 1.1 - 1e-9
    lost = (found.structure.regular() < NOW.regular() - 0.005)[TEAM.grade].mean()
    assert lost <= 0.3
    again = simulate(TEAM, found.structure, found.ladder, CALM, YEAR, runs=40, name="third", reference=NOW.regular())
    assert again.budget()["p90"].value == pytest.approx(found.p90, rel=0.02)


def test_it_is_the_cheapest_on_the_grid():
    """By trying every pair of bases that parity leaves."""
    found = design(TEAM, NOW, [LADDER], replace(CALM, leave_month=0.0), YEAR, LIMITS, runs=2)
    best = min(
        (low + up * 2 / 3, low, up)
        for low in np.arange(3600, 6501, 100) for up in np.arange(3600, 6501, 100)
        if up >= low * 1.1 - 1e-9 and ((low < 4000) * 30 + (up < 5000) * 20 + (low < 4200) * 30 + (up < 5400) * 20) <= 30
    )  # fmt: skip
    assert (found.structure.base[0], found.structure.base[1]) == best[1:]


def test_what_can_not_be_met_is_told_with_the_amount():
    cheap = design(TEAM, NOW, [LADDER], CALM, YEAR, LIMITS, runs=40)
    found = design(TEAM, NOW, [LADDER], CALM, YEAR, replace(LIMITS, budget_p90=cheap.p90 * 0.9), runs=40)
    failed = found.checks[found.checks["excess"] > 0].set_index("constraint")
    assert not found.met and list(failed.index) == ["budget_p90"]
    assert failed.loc["budget_p90", "excess"] == pytest.approx(cheap.p90 * 0.1, rel=0.05)
    narrow = design(TEAM, NOW, [LADDER], CALM, YEAR, replace(LIMITS, high=np.array([3900, 6500, 3900, 6500.0])), runs=10)
    assert set(narrow.checks.loc[narrow.checks["excess"] > 0, "constraint"]) == {"losers"}
    assert narrow.checks.set_index("constraint").loc["losers", "value"] == 0.6


def test_a_turnover_limit_buys_pay():
    base = design(TEAM, NOW, [LADDER], CALM, YEAR, LIMITS, runs=40)
    at = base.checks.set_index("constraint").loc["turnover", "value"]
    found = design(TEAM, NOW, [LADDER], CALM, YEAR, replace(LIMITS, turnover=at * 0.85), runs=40)
    assert found.met and found.cost > base.cost and found.checks.set_index("constraint").loc["turnover", "value"] <= at * 0.85


def test_thresholds_are_chosen_where_one_grade_would_hold_too_many():
    everyone_up = Ladder.streak(("low", "high"), 95, 0, 1)
    mixed = Ladder.streak(("low", "high"), 108, 96, 1)
    pay = Structure(("low", "high"), np.array([4000.0, 5000]), np.zeros(2), np.zeros(2))
    limits = Limits(low=np.array([4000.0, 5000]), high=np.array([4000.0, 5000]), grade_share=0.8)
    found = design(People.of(np.repeat([0, 1], 50)), pay, [everyone_up, mixed], Behaviour(leave_month=0.0, rho=0.0), YEAR, limits, runs=20)
    assert found.met and found.ladder is mixed


def test_the_trade_off_never_gets_dearer_with_more_losers():
    found = tradeoff(TEAM, NOW, [LADDER], CALM, YEAR, LIMITS, losers=(0.0, 0.3, 1.0), runs=20)
    assert found["met"].all() and (found["losers"] <= found["losers_limit"] + 1e-9).all()
    assert found["cost_yuan"].is_monotonic_decreasing and found["cost_yuan"].iloc[0] > found["cost_yuan"].iloc[-1]


def test_an_empty_grid_is_refused():
    with pytest.raises(PayError):
        design(TEAM, NOW, [LADDER], CALM, YEAR, replace(LIMITS, high=np.full(4, 3000.0)), runs=2)
