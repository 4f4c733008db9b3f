"""Monte-Carlo against closed forms and published examples within 4 standard errors; conservation; degenerate and metamorphic cases."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from cslib.core.errors import PayError
from cslib.params.statutory import statutory
from cslib.pay import kernel
from cslib.pay.exact import exact, expected_factor, stationary, up_before_down, with_replacement
from cslib.pay.ladder import Ladder
from cslib.pay.reform import compare
from cslib.pay.simulation import PARTS, leaving, months_ahead, plain_months, simulate
from cslib.pay.workforce import Behaviour, People, Structure

GRADES = ("a", "b", "c", "d", "e")
STEPS = np.array([-np.inf, 90, 100, 110]), np.array([0.8, 0.9, 1.0, 1.2])
BASE = np.array([4000, 4500, 5200, 6000, 7000.0])
PAY = Structure(GRADES, BASE, np.full(5, 500.0), np.array([500, 700, 900, 1100, 1500.0]), *STEPS)
LADDER = Ladder.streak(GRADES, 110, 90, 3, lag_months=0)
STABLE = Behaviour(leave_month=0.0, rho=0.5)
TEAM = People.of(np.repeat(np.arange(5), 20))
YEAR = plain_months(12)


def near(sample: np.ndarray, wanted: float, sigmas: float = 4.0) -> bool:
    """Mean of a sample within some standard errors of a value."""
    return abs(sample.mean() - wanted) <= sigmas * max(sample.std(ddof=1) / np.sqrt(len(sample)), 1e-9 * abs(wanted))


def test_published_example_with_leavers():
    """Markov analysis example: (300, 200, 50, 30) -> 162.5, 150, 75, 26; the rest of each row leaves."""
    p = np.array([[0.50, 0.10, 0.05, 0], [0.05, 0.60, 0.10, 0], [0.05, 0, 0.80, 0.10], [0, 0, 0, 0.70]])
    n = np.array([300, 200, 50, 30])
    assert (n @ p).round(6).tolist() == [162.5, 150, 75, 26] and (n * (1 - p.sum(axis=1))).round(6).tolist() == [105, 50, 2.5, 9]
    shares, stay = with_replacement(p, np.array([1.0, 0, 0, 0]))
    assert shares.round(6).tolist() == [0.571429, 0.142857, 0.214286, 0.071429] and stay == pytest.approx(3.7333, abs=5e-5)
    ladder = Ladder.markov(("1", "2", "3", "4", "out"), np.vstack([np.column_stack([p, 1 - p.sum(axis=1)]), [0, 0, 0, 0, 1.0]]), lag_months=0)
    pay = Structure(ladder.grades, np.ones(5), np.zeros(5), np.zeros(5))
    found = simulate(People.of(np.repeat(np.arange(4), n)), pay, ladder, STABLE, plain_months(2), runs=200)
    for got, wanted, start in zip(found.grade_heads[1], [162.5, 150, 75, 26, 166.5], [*n, 0], strict=True):
        assert abs(got - wanted) < 4 * np.sqrt(max(wanted, start) / 200)


def test_published_fundamental_matrix():
    """PyDTMC's example: N[A, A] = 1.50943396."""
    transient = np.array([[0.2, 0.7, 0.1], [0, 0.6, 0.1], [0.5, 0, 0]])  # A, B, D; C absorbs
    assert np.linalg.inv(np.eye(3) - transient)[0, 0] == pytest.approx(1.50943396)
    shares, stay = with_replacement(transient, np.array([1.0, 0, 0]))
    assert shares[0] * stay == pytest.approx(1.50943396)
    assert stationary(np.array([[0.9, 0.1], [0.5, 0.5]])) == pytest.approx([5 / 6, 1 / 6])


@pytest.mark.parametrize(("mean", "bottom"), [(100, 0.986), (105, 0.86)])
def test_scheme_h_as_written_drifts_to_the_bottom(mean, bottom):
    """Closed form pi_g ~ (a / (1 - a))^g with a = P(three at or above 110 before three below)."""
    a = up_before_down(float(norm.sf(110, mean, 10)), 3, 3)
    weights = (a / (1 - a)) ** np.arange(5)
    assert weights[0] / weights.sum() == pytest.approx(bottom, abs=0.006)
    ladder = Ladder.streak(GRADES, 110, 110, 3, lag_months=0)
    late = exact(TEAM, PAY, ladder, Behaviour(mean=mean, rho=0.0, leave_month=0.0), 800).grade_heads[-1] / 100
    assert late == pytest.approx(weights / weights.sum(), abs=0.05)
    found = simulate(TEAM, PAY, ladder, Behaviour(mean=mean, rho=0.0, leave_month=0.0), plain_months(400), runs=10)
    assert found.grade_heads[-1, 0] / 100 == pytest.approx(late[0], abs=0.06)


def test_runs_closed_form_and_mean_wait():
    assert up_before_down(0.5, 3, 3) == 0.5 and up_before_down(0.159, 3, 3) == pytest.approx(0.0142, abs=2e-4)
    ladder = Ladder.streak(("low", "high"), 100, 100, 3, lag_months=0)
    pay = Structure(ladder.grades, np.ones(2), np.zeros(2), np.zeros(2))
    found = simulate(People.of(np.zeros(4000, int)), pay, ladder, Behaviour(rho=0.0, leave_month=0.0), plain_months(4), runs=1)
    promoted = found.grade_heads[3, 1] / 4000  # three successes in a row in the first three months
    assert abs(promoted - 0.125) < 4 * np.sqrt(0.125 * 0.875 / 4000)


def test_quarterly_birth_death_chain():
    """Scheme Q: mean of three above 80 up, below 70 down; mean 75, sd 8: u = d = 0.1395, uniform; mean 78: 87.5 % on top."""
    rise = float(norm.sf(80, 75, 8 / np.sqrt(3)))
    assert rise == pytest.approx(0.1395, abs=1e-4) == pytest.approx(float(norm.cdf(70, 75, 8 / np.sqrt(3))), abs=1e-4)
    ladder = Ladder.streak(GRADES, 80, 70, 1, period_months=3, lag_months=0)
    late = exact(TEAM, PAY, ladder, Behaviour(mean=78, sd=8, rho=0.0, leave_month=0.0), 600).grade_heads[-1]
    assert late[-1] / late.sum() == pytest.approx(0.875, abs=0.005)
    found = simulate(TEAM, PAY, ladder, Behaviour(mean=78, sd=8, rho=0.0, leave_month=0.0), plain_months(36), runs=60)
    wanted = exact(TEAM, PAY, ladder, Behaviour(mean=78, sd=8, rho=0.0, leave_month=0.0), 36).grade_heads[-1]
    assert np.abs(found.grade_heads[-1] - wanted).max() < 4 * np.sqrt(25 / 60)


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_exact_markov_result_with_leavers_and_hires(rho):
    behaviour = Behaviour(rho=rho, leave_month=0.04, fill_month=0.5)
    found = simulate(TEAM, PAY, LADDER, behaviour, plain_months(24), runs=400, name=f"exact {rho}")
    wanted = exact(TEAM, PAY, LADDER, behaviour, 24)
    assert near(found.sum(kernel.LEAVES), wanted.leaves.sum()) and near(found.sum(kernel.GROSS), float(wanted.gross.sum()))
    assert near(found.sum(kernel.HEADS), float(wanted.grade_heads.sum()))
    assert np.abs(found.grade_heads - wanted.grade_heads).max() < 5 * np.sqrt(25 / 400)


def test_expected_step_pay():
    """E = sum a_j (Phi((u_j - mu) / sd) - Phi((l_j - mu) / sd)) against draws."""
    draws = np.random.default_rng(3).normal(97, 12, 200_000)
    sample = PAY.factor(draws)
    assert near(sample, float(expected_factor(PAY, 97, 12)[0]))


def test_heads_are_conserved_and_causes_add_up():
    pay, ahead = replace(PAY, seniority_yuan=30, probation_share=0.8, probation_months=3, overtime_share=0.05), dt.date(2026, 3, 1)
    months = months_ahead(statutory(), "shanghai", ahead, 36)
    found = simulate(TEAM, pay, replace(LADDER, lag_months=1), Behaviour(leave_month=0.05, stuck=0.3), months, runs=50)
    heads, joins, leaves = (found.totals[:, :, place] for place in (kernel.HEADS, kernel.JOINS, kernel.LEAVES))
    assert (heads[:, 1:] == heads[:, :-1] - leaves[:, :-1] + joins[:, 1:]).all()
    assert found.grade_heads.sum() == pytest.approx(heads.sum() / 50)
    parts = sum(found.totals[:, :, place] for place in PARTS.values())
    np.testing.assert_allclose(found.plan + parts, found.totals[:, :, kernel.COST], rtol=1e-9)
    assert (found.totals[:, :4, kernel.PRICE] == 0).all() and (found.totals[:, 5:, kernel.PRICE] >= 0).all()
    split = found.split()
    assert split["plan"].value + sum(split[name].value for name in PARTS) == pytest.approx(split["cost"].value)


def test_july_raises_floor_and_cap_and_later_years_are_estimates():
    ahead = months_ahead(statutory(), "shanghai", dt.date(2026, 6, 1), 14, growth=0.04)
    assert ahead.floor[:2].tolist() == [7460, 7546] and ahead.estimated and ahead.floor[13] == pytest.approx(7546 * 1.04)
    assert not months_ahead(statutory(), "shanghai", dt.date(2026, 7, 1), 12).estimated


def test_same_luck_whatever_the_threads_chunks_or_other_people():
    one = simulate(TEAM, PAY, LADDER, Behaviour(), YEAR, runs=130)
    two = simulate(TEAM, PAY, LADDER, Behaviour(), YEAR, runs=130, threads=2)
    np.testing.assert_array_equal(one.totals, two.totals)
    fewer = simulate(TEAM, PAY, LADDER, Behaviour(), YEAR, runs=5)
    np.testing.assert_array_equal(one.totals[:5], fewer.totals)
    assert (simulate(TEAM, PAY, LADDER, Behaviour(), YEAR, runs=5, name="other").totals != fewer.totals).any()


def test_degenerate_cases():
    still = simulate(TEAM, PAY, LADDER, Behaviour(sd=0.0, leave_month=0.0), YEAR, runs=3)
    assert still.cost().std() == 0 and (still.grade_heads == 20).all()
    everybody = simulate(TEAM, PAY, LADDER, Behaviour(leave_month=1.0, elasticity=0.0, fill_month=0.0), YEAR, runs=3)
    assert (everybody.totals[:, 0, kernel.LEAVES] == 100).all() and everybody.totals[:, 1:, kernel.COST].sum() == 0
    nobody = simulate(TEAM, PAY, LADDER, STABLE, YEAR, runs=3)
    assert nobody.sum(kernel.LEAVES).sum() == 0
    assert (leaving(PAY.scaled(2), Behaviour(elasticity=0.0), 3, PAY.regular()) == 0.03).all()
    single = Ladder.streak(("only",), 110, 90)
    one = Structure(("only",), np.array([4000.0]), np.zeros(1), np.zeros(1))
    assert simulate(People.of(np.zeros(5, int)), one, single, STABLE, YEAR, runs=2).cost().tolist() == [4000 * 5 * 12] * 2


def test_hold_band_at_the_threshold_is_the_ladder_as_written():
    written, band = Ladder.streak(GRADES, 110, 110), Ladder(GRADES, np.full(5, 110.0), np.full(5, 110.0), 3, 3)
    a, b = (simulate(TEAM, PAY, ladder, Behaviour(), YEAR, runs=20).totals for ladder in (written, band))
    np.testing.assert_array_equal(a, b)


def test_attrition_response_of_the_literature():
    """3 % a month is 30.6 % a year; 10 % more pay: elasticity -2 gives 26.0 %, -3 23.9 %, -4.5 21.1 %."""
    year = lambda chance: 1 - (1 - chance) ** 12  # noqa: E731
    assert year(0.03) == pytest.approx(0.306, abs=5e-4)
    for elasticity, wanted in ((-2.0, 0.260), (-3.0, 0.239), (-4.5, 0.211)):
        chance = leaving(PAY.scaled(1.1), Behaviour(elasticity=elasticity), 1, PAY.regular())[0, 0]
        assert year(chance) == pytest.approx(wanted, abs=7e-4)


@pytest.mark.parametrize("factor", [0.5, 1.7])
def test_all_pay_times_c_makes_the_cost_times_c(factor):
    a = simulate(TEAM, PAY, LADDER, Behaviour(), YEAR, runs=20)
    b = simulate(TEAM, PAY.scaled(factor), LADDER, Behaviour(), YEAR, runs=20)
    np.testing.assert_allclose(b.cost(), a.cost() * factor)


def test_a_higher_threshold_never_promotes_more_under_the_same_luck():
    ups = [simulate(TEAM, PAY, Ladder.streak(GRADES, up, 0, 2), STABLE, YEAR, runs=30).sum(kernel.UPS) for up in (104, 107, 112)]
    assert (ups[0] >= ups[1]).all() and (ups[1] >= ups[2]).all() and ups[0].sum() > ups[2].sum()


def test_common_random_numbers_make_the_difference_far_more_exact():
    found = compare(TEAM, (PAY, LADDER), (PAY.scaled(1.02), LADDER), STABLE, YEAR, runs=60)
    assert found.cost.value == pytest.approx(0.02 * found.before.cost().mean()) and found.cost.error < found.cost_unpaired_error / 10
    assert (found.winners, found.losers) == (1.0, 0.0) and found.gini[0] == pytest.approx(found.gini[1])
    worse = replace(PAY, base=BASE - np.array([0, 0, 0, 0, 500]))
    assert compare(TEAM, (PAY, LADDER), (worse, LADDER), STABLE, YEAR, runs=10).losers == 0.2
    jumps = found.cliffs[(found.cliffs["grade"] == "e") & (found.cliffs["score"] == 110)]
    assert jumps["jump_yuan"].iloc[0] == pytest.approx(0.2 * 1500 * 1.02)


def test_budget_shows_its_monte_carlo_error():
    found = simulate(TEAM, PAY, LADDER, Behaviour(), YEAR, runs=400)
    budget = found.budget(float(np.quantile(found.cost(), 0.7)))
    assert budget["over"].value == pytest.approx(0.3, abs=0.01) and 0 < budget["over"].error < 0.03
    assert budget["p5"].value < budget["p50"].value < budget["p90"].value < budget["p95"].value
    assert 0 < budget["mean"].error < 0.002 * budget["mean"].value and budget["p95"].error > 0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Ladder.streak(GRADES, 90, 110), lambda: Ladder.markov(GRADES, np.eye(4)), lambda: Behaviour(leave_month=1.5),
        lambda: replace(PAY, base=-BASE), lambda: simulate(TEAM, PAY, Ladder.streak(("x", "y"), 110, 90), STABLE, YEAR, runs=1),
        lambda: exact(TEAM, PAY, LADDER, Behaviour(stuck=0.5), 3), lambda: replace(LADDER, lag_months=13),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(wrong):
    with pytest.raises(PayError):
        wrong()
