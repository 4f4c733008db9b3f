"""Rounding that float noise can't tip, clock times, money."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cslib.core.units import ceil_people, clock, fen, floor_count, minute_of, yuan


@pytest.mark.parametrize(
    ("value", "people"), [(2.1 / 0.7, 3), (0.0, 0), (0.1 + 0.2, 1), (3.0000001, 4), (2.9999999999, 3), (1e9 * 1.1, 1_100_000_000), (-0.5, 0)]
)
def test_ceil_ignores_noise_only(value, people):
    assert ceil_people(value) == people and isinstance(ceil_people(value), int)


@pytest.mark.parametrize(("value", "count"), [(0.3 / 0.1, 3), (2.9999999999, 3), (2.999, 2), (0.0, 0), (4.35 * 100, 435)])
def test_floor_ignores_noise_only(value, count):
    assert floor_count(value) == count and isinstance(floor_count(value), int)


def test_arrays_in_arrays_out():
    found = ceil_people(np.array([[2.1 / 0.7, 0.2], [1.0, 7.5]]))
    assert found.tolist() == [[3, 1], [1, 8]] and found.dtype == np.int64
    assert floor_count([0.3 / 0.1, 2.5]).tolist() == [3, 2]


@given(st.integers(0, 10_000), st.integers(1, 500))
def test_a_multiple_divided_comes_back(count, parts):
    """n x (1/k) x k is n: neither one more nor one less, and ceil and floor agree there."""
    value = count * (1 / parts) * parts
    assert ceil_people(value) == floor_count(value) == count


@given(st.floats(0, 1e6))
def test_ceil_and_floor_enclose(value):
    assert floor_count(value) - 1e-3 <= value <= ceil_people(value) + 1e-3 and 0 <= ceil_people(value) - floor_count(value) <= 1


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (0.285, 29),
        (1.005, 101),
        (2.675, 268),
        (-0.285, -29),
        (0.0, 0),
        ("0.005", 1),
        (Decimal("0.0049"), 0),
        (123.45499999999998, 12346),
        (19, 1900),
        (0.1 + 0.2, 30),
    ],
)
def test_fen_rounds_half_up_whatever_the_noise(amount, expected):
    assert fen(amount) == expected and isinstance(fen(amount), int)


@given(base=st.integers(1, 30_000), quarters=st.integers(1, 400), ratio=st.sampled_from([Fraction(1), Fraction(3, 2), Fraction(2), Fraction(3)]))
def test_fen_of_hourly_pay_equals_exact_arithmetic(base, quarters, ratio):
    """base / 21.75 / 8 x hours x ratio in floats is rounded like the same fraction."""
    exact = Fraction(base) / Fraction("21.75") / 8 * Fraction(quarters, 4) * ratio
    assert fen(base / 21.75 / 8 * (quarters / 4) * float(ratio)) == (exact * 200 + 1) // 2


@given(st.integers(-(10**12), 10**12))
def test_fen_and_yuan_are_inverse(amount):
    assert fen(yuan(amount)) == amount and fen(float(yuan(amount % 10**9))) == amount % 10**9


@given(st.integers(0, 1439))
def test_clock_and_minute_are_inverse(minute):
    assert minute_of(clock(minute)) == minute


def test_clock_after_midnight():
    assert (clock(0), clock(1440), clock(1500), clock(2880 + 61)) == ("00:00", "24:00", "01:00", "01:01")
    assert (minute_of("24:00"), minute_of(" 9:05 "), minute_of("9：05")) == (1440, 545, 545)


@pytest.mark.parametrize("text", ["", "24:01", "25:00", "9", "9:5", "9:60", "-1:00", "nine", "09:00:00", "9.30", None])
def test_what_is_no_clock_time_is_refused(text):
    with pytest.raises(ValueError, match="is not"):
        minute_of(text)
