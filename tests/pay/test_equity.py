"""Adjusted gap: a planted 3 % is covered; HC3 as in statsmodels; Oaxaca-Blinder adds up; small groups are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.oaxaca import OaxacaBlinder

from cslib.core.errors import PayError
from cslib.pay.equity import adjusted_gap, oaxaca_blinder, raw_gap

GAP = 0.03


def planted(rng: np.random.Generator, n: int = 200, gap: float = GAP):
    """Synthetic people: log pay by grade, tenure and score, unequal spread, and a planted gap."""
    group = rng.random(n) < 0.4
    grade = np.maximum(0, rng.integers(0, 4, n) - (group & (rng.random(n) < 0.2)))
    tenure, score = rng.uniform(0, 10, n), rng.normal(100, 10, n)
    noise = rng.standard_normal(n) * (0.05 + 0.01 * grade)
    log_pay = 8.3 + 0.15 * grade + 0.01 * tenure + 0.002 * score + np.log(1 - gap) * group + noise
    return np.exp(log_pay), group, pd.DataFrame({"grade": grade.astype(str), "tenure": tenure, "score": score})


def test_a_planted_gap_is_covered_in_93_to_97_percent_of_1000_data_sets():
    rng = np.random.default_rng(20260101)
    hits = 0
    for _ in range(1000):
        found = adjusted_gap(*planted(rng))
        hits += found.low <= GAP <= found.high
    assert 930 <= hits <= 970


def test_hc3_is_that_of_statsmodels():
    pay, group, controls = planted(np.random.default_rng(5))
    found = adjusted_gap(pay, group, controls)
    x = sm.add_constant(pd.get_dummies(controls, drop_first=True, dtype=float).assign(group=group.astype(float)))
    fit = sm.OLS(np.log(pay), x).fit(cov_type="HC3", use_t=True)
    low, high = fit.conf_int().loc["group"]
    assert found.value == pytest.approx(1 - np.exp(fit.params["group"]))
    assert (found.low, found.high) == pytest.approx((1 - np.exp(high), 1 - np.exp(low)))


def test_the_gap_ignores_scale_and_order():
    pay, group, controls = planted(np.random.default_rng(6))
    found, scaled = adjusted_gap(pay, group, controls), adjusted_gap(pay * 7, group, controls)
    order = np.random.default_rng(7).permutation(len(pay))
    mixed = adjusted_gap(pay[order], group[order], controls.iloc[order].reset_index(drop=True))
    assert scaled.value == pytest.approx(found.value) and mixed.low == pytest.approx(found.low)


def test_raw_gap_is_wider_where_grades_differ():
    rng = np.random.default_rng(8)
    raw, adjusted = [], []
    for _ in range(40):
        pay, group, controls = planted(rng, 500)
        raw.append(raw_gap(pay, group).value)
        adjusted.append(adjusted_gap(pay, group, controls).value)
    assert np.mean(raw) > np.mean(adjusted) + 0.01 and np.mean(adjusted) == pytest.approx(GAP, abs=0.004)


def test_oaxaca_blinder_adds_up_and_finds_the_planted_part():
    pay, group, controls = planted(np.random.default_rng(9), 1500)
    found = oaxaca_blinder(pay, group, controls, rng=np.random.default_rng(10), draws=20)
    log_pay = np.log(pay)
    assert found.gap == pytest.approx(log_pay[~group].mean() - log_pay[group].mean())
    assert found.explained + found.unexplained == pytest.approx(found.gap)
    exog = pd.get_dummies(controls, drop_first=True, dtype=float).assign(group=group.astype(int))
    model = OaxacaBlinder(log_pay, exog, "group", hasconst=False)
    unexplained, explained, gap = model.two_fold(two_fold_type="pooled").params
    assert (found.gap, found.explained, found.unexplained) == pytest.approx((gap, explained, unexplained))
    assert found.low <= found.unexplained <= found.high and found.unexplained == pytest.approx(-np.log(1 - GAP), abs=0.01)


def test_fewer_than_ten_people_are_refused():
    pay = np.linspace(3000, 4000, 29)
    group = np.arange(29) < 9
    for gap in (lambda: raw_gap(pay, group), lambda: adjusted_gap(pay, group, pd.DataFrame({"tenure": pay}))):
        with pytest.raises(PayError, match="10") as caught:
            gap()
        assert caught.value.keys == ["pay.small_cell"]
