"""Ladder files as thresholds on a score: what can be said so is, what can't is refused by name."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cslib.core.errors import PayError
from cslib.params.ladder_files import open_ladder
from cslib.pay import ladder_of, plain_months, simulate
from cslib.pay.workforce import Behaviour, People, Structure

STAR = ("trial_agent", "agent", "star1", "star2", "star3", "senior_agent")


@pytest.mark.parametrize(("reading", "down"), [("repaired", 90.0), ("as_written", 110.0)])
def test_the_star_ladder(reading, down):
    """S003-H5, S003-H6, S003-H14: three months at 110 up, three below the line down; not below agent; trial of three months (S003-H3)."""
    found = ladder_of(open_ladder("H_star_ladder", reading), STAR)
    assert found.up_at.tolist() == [-np.inf, 110, 110, 110, 110, np.inf]
    assert found.down_below.tolist() == [-np.inf, -np.inf, down, down, down, down]
    assert (found.up_runs, found.down_runs, found.period_months, found.lag_months) == (3, 3, 1, 0)


def test_the_trial_ends_after_three_months_whatever_the_score():
    found = ladder_of(open_ladder("H_star_ladder"), STAR)
    pay = Structure(STAR, np.full(6, 5000.0), np.zeros(6), np.zeros(6))
    course = simulate(People.of(np.zeros(20, dtype=int)), pay, found, Behaviour(mean=50, leave_month=0.0), plain_months(5), runs=4)
    assert course.grade_heads[:, 0].tolist() == [20, 20, 20, 0, 0] and course.grade_heads[:, 1].tolist() == [0, 0, 0, 20, 20]


def test_the_quarterly_ladder():
    """S003-Q6 to S003-Q9: mean of three months above 80 up, below 70 down; 70 holds, exactly 80 holds."""
    data = open_ladder("Q_quarter_80_70_50")
    found = ladder_of(data, data.grades)
    assert found.up_at[0] == math.nextafter(80, math.inf) and found.down_below[1] == 70 and found.period_months == 3
    assert found.up_at[1] == np.inf and found.down_below[0] == -np.inf  # a line of two grades: nobody leaves its ends
    strict = ladder_of(open_ladder("Q_quarter_80_70_50", settings={"exactly_70": "down"}), data.grades)
    assert strict.down_below[1] == math.nextafter(70, math.inf)


@pytest.mark.parametrize(
    ("name", "settings", "named"),
    [("O_D_to_C", {}, "months_12"), ("M_three_level", {}, "trained"), ("S_base_allow_bonus", {}, "in_grade_12"), ("J_assistant_123", {}, "passed_2"),
     ("L_G1_G6", {}, "months"), ("H_star_ladder", {"restart": "goes_on"}, "restart_after_move")],
)  # fmt: skip
def test_what_thresholds_can_not_say_is_refused_by_name(name, settings, named):
    data = open_ladder(name, settings=settings)
    with pytest.raises(PayError, match=named) as caught:
        ladder_of(data, data.grades)
    assert set(caught.value.keys) == {"pay.ladder_rule"} and f"{name}.yml" in str(caught.value)


def test_grades_that_the_scheme_lacks_are_named():
    with pytest.raises(PayError, match="trial_agent") as caught:
        ladder_of(open_ladder("H_star_ladder"), ("junior", "middle"))
    assert caught.value.keys == ["pay.ladder_grades"]
