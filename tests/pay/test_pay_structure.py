"""Structure analysis against hand-checked values, and cases that must hold whatever the pay: scaling, adding, permuting, small cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paid_people import scheme

from cslib.core.errors import PayError
from cslib.pay import structure
from cslib.pay.inequality import gini, theil

PAYS = st.lists(st.integers(2000, 20000), min_size=2, max_size=40)


def test_hand_checked_ranges():
    """M1 = 3,000, spread 40 %, progression 15 %: 2,500..3,500, next 2,875..4,025, overlap 54.35 %."""
    found = structure.ranges(3000, 0.15, 0.4, 2)
    assert found[["low", "high"]].round(6).to_numpy().tolist() == [[2500, 3500], [2875, 4025]]
    assert found["overlap"].iloc[1] == pytest.approx(0.5435, abs=5e-5) and found["progression"].iloc[1] == pytest.approx(0.15)
    person = structure.position(pd.Series([3200.0]), pd.Series(["1"]), found)
    assert person["compa"].iloc[0] == pytest.approx(1.0667, abs=5e-5) and person["penetration"].iloc[0] == pytest.approx(0.7)


def test_circles_and_cost_to_minimum():
    table = structure.ranges(3000, 0.15, 0.4, 1)
    pay = pd.Series([2400.0, 2500.0, 3500.0, 3600.0] + [3000.0] * 8)
    found = structure.position(pay, pd.Series(["1"] * 12), table)
    assert found["circle"].tolist()[:4] == ["green", "", "", "red"]
    shown = structure.summary(pay, pd.Series(["1"] * 12), table).iloc[0]
    assert (shown["red"], shown["green"], shown["to_minimum_yuan"]) == (1, 1, 100)
    assert shown["compa"] == pytest.approx(pay.sum() / (12 * 3000))


def test_scheme_s_pay_mix_at_both_ends():
    """S003-S2 to S003-S4: 62.5 / 12.5 / 25 % at the minimum, 55.6 / 11.1 / 33.3 % at the maximum."""
    ranges = structure.scheme_ranges(scheme("range"))
    low = np.array([ranges["low"].iloc[0], 500, 1000])
    high = np.array([ranges["high"].iloc[-1], 1000, 3000])
    assert (low / low.sum()).round(3).tolist() == [0.625, 0.125, 0.25] and (high / high.sum()).round(3).tolist() == [0.556, 0.111, 0.333]
    assert ranges["overlap"].dropna().abs().max() < 1e-9


def test_market_position_of_the_dual_channel():
    """S003-B5: P50 to P75."""
    found = structure.market_position(scheme("dual_channel"))
    assert set(found["within"]) == {"within"} and len(found) == 8
    cheap = scheme("dual_channel").model_copy(update={"base_yuan": dict.fromkeys(scheme("dual_channel").base_yuan, 3000.0)})
    assert set(structure.market_position(cheap)["within"]) == {"below"}
    start, slope, gap = structure.market_line(np.array([3000.0, 3300.0]), np.array([3000.0, 3300.0]))
    assert np.exp(slope) == pytest.approx(1.1) and np.exp(start + slope) == pytest.approx(3000) and gap == pytest.approx([0, 0])


def test_gini_and_theil_of_known_cases():
    assert gini(np.array([1, 2, 3, 4])) == 0.25 and gini(np.array([1, 2, 3, 4]), small_sample=True) == pytest.approx(1 / 3)
    assert gini(np.array([5, 5, 5])) == 0 and theil(np.array([5, 5]), np.array(["a", "b"])).total == 0
    assert gini(np.array([1, 2]), weights=np.array([2, 3])) == pytest.approx(gini(np.array([1, 1, 2, 2, 2])))
    sigma = 0.3
    pay = np.exp(sigma * np.random.default_rng(1).standard_normal(200_000))
    assert gini(pay) == pytest.approx(0.168, abs=0.002)  # log-normal: 2 Phi(sigma / sqrt 2) - 1
    with pytest.raises(PayError):
        gini(np.array([]))


@given(PAYS, st.floats(0.5, 3), st.integers(1, 5000))
@settings(max_examples=80, deadline=None)
def test_scaling_leaves_and_adding_lowers_inequality(pay, factor, more):
    """Multiplying all pay and midpoints by c leaves compa-ratios and Gini; adding c lowers Gini; order does not matter."""
    values = np.array(pay, dtype=float)
    names = np.where(np.arange(len(values)) % 2, "a", "b")
    assert gini(values * factor) == pytest.approx(gini(values)) and gini(values[::-1]) == pytest.approx(gini(values))
    assert gini(values + more) < gini(values) or gini(values) == pytest.approx(0)
    parts = theil(values, names)
    assert parts.total == pytest.approx(parts.between + parts.within) and theil(values * factor, names).total == pytest.approx(parts.total)
    table = structure.ranges(4000, 0.1, 0.5, 2).assign(grade=["a", "b"])
    scaled = structure.shape(table[["grade", "low", "high"]].assign(low=table["low"] * factor, high=table["high"] * factor))
    before = structure.position(pd.Series(values), pd.Series(names), table)
    after = structure.position(pd.Series(values * factor), pd.Series(names), scaled)
    np.testing.assert_allclose(before["compa"], after["compa"])
    np.testing.assert_allclose(before["penetration"], after["penetration"])


@given(st.lists(st.integers(0, 25), min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_no_cell_of_fewer_than_ten_people_is_shown_and_nobody_is_lost(heads):
    grades = [f"g{k}" for k in range(len(heads))]
    people = pd.DataFrame({"grade": np.repeat(grades, heads), "pay": 1.0})
    cells = structure.suppressed(people, grades)
    assert all(len(cell) >= 10 for _, cell in cells)
    assert sum(len(cell) for _, cell in cells) == (sum(heads) if sum(heads) >= 10 else 0)


def test_nine_people_are_not_shown():
    table = structure.ranges(3000, 0.15, 0.4, 2)
    nine = structure.summary(pd.Series([3000.0] * 9), pd.Series(["1"] * 9), table)
    assert nine.empty
    both = structure.summary(pd.Series([3000.0] * 21), pd.Series(["1"] * 9 + ["2"] * 12), table)
    assert both["grade"].tolist() == ["1 .. 2"] and both["people"].tolist() == [21]


def test_a_turned_range_is_refused():
    with pytest.raises(PayError):
        structure.shape(pd.DataFrame({"grade": ["a"], "low": [3000.0], "high": [2000.0]}))
