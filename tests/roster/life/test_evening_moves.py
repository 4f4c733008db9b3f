"""Exchanges to even out: what each gains is what it takes away, and nobody is offered what is barred."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cslib.roster.life.evening_moves import around, ranked, stretches

WEIGHTS = np.array([2.0, 1.0, 3.0])


def moves_of(days, balance, hours=None, barred=None):
    people, size, _ = days.shape
    hours = np.zeros((people, size)) if hours is None else hours
    return ranked(days, hours, balance, WEIGHTS, np.zeros((people, people, size), dtype=bool) if barred is None else barred)


def points(balance) -> float:
    return float((balance**2 * WEIGHTS**2).sum())


def test_every_stretch_and_every_two_short_ones_are_offered_once():
    rows = {tuple(np.flatnonzero(row)) for row in stretches(5)}
    assert {tuple(range(a, b)) for a in range(5) for b in range(a + 1, 6)} <= rows
    assert {(0, 4), (0, 2, 3), (0, 1, 3, 4)} <= rows and () not in rows
    assert stretches(5).max() == 1.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_gain_is_what_the_squared_points_fall_by(seed):
    rng = np.random.default_rng(seed)
    days, balance = rng.integers(0, 2, (3, 6, 3)).astype(float), rng.normal(0, 2, (3, 3))
    found = moves_of(days, balance)
    assert [m.gain for m in found] == sorted((m.gain for m in found), reverse=True)
    for move in found:
        after, moved = balance.copy(), (days[move.other, list(move.days)] - days[move.one, list(move.days)]).sum(axis=0)
        after[move.one] += moved
        after[move.other] -= moved
        assert points(balance) - points(after) == pytest.approx(move.gain, rel=1e-4, abs=1e-4)


def test_a_weekend_goes_against_a_day_of_the_week_so_that_hours_stay():
    days, hours = np.zeros((2, 7, 3)), np.zeros((2, 7))
    days[0, 5, 1] = 1  # the first one works the Saturday, the other the Tuesday
    hours[0, 5], hours[1, 1] = 8.0, 8.0
    balance = np.array([[0.0, 2.0, 0.0], [0.0, -1.0, 0.0]])
    first = moves_of(days, balance, hours)[0]
    assert first.days == (1, 5) and first.gain == pytest.approx(4.0)
    barred = np.zeros((2, 2, 7), dtype=bool)
    barred[:, :, 1] = True
    assert all(1 not in move.days and 5 in move.days for move in moves_of(days, balance, hours, barred))


def test_what_somebody_carries_in_makes_an_exchange_for_him_worth_more():
    days = np.zeros((2, 3, 3))
    days[0, 1, 0] = 1
    gains = [moves_of(days, np.array([[carried, 0.0, 0.0], [0.0, 0.0, 0.0]]))[0].gain for carried in (2.0, 4.0, 8.0)]
    assert gains == sorted(gains) and gains[0] > 0
    assert list(around((3, 5), 1)) == [2, 3, 4, 5, 6]
