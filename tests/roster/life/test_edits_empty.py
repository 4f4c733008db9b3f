"""Which empty posts of an edited month count as new: only what was held before, with recorded absences only what makes a day worse."""

from __future__ import annotations

import pandas as pd
import pytest

from cslib.roster.life.edits import _fresh

DAY = "2026-12-09"


def found(*rows):
    """Violations of never-empty posts: post, first hour, minutes, people there of one that must be."""
    made = [
        {
            "rule": "never_empty", "employee_id": None, "start": pd.Timestamp(f"{DAY} {hour:02d}:00"), "value": 0.0, "limit": 1.0,
            "detail": f"post={post}; minutes={minutes}; until={DAY}",
        }
        for post, hour, minutes in rows
    ]  # fmt: skip
    return pd.DataFrame(made, columns=["rule", "employee_id", "start", "value", "limit", "detail"])


@pytest.mark.parametrize("eased", [False, True])
@pytest.mark.parametrize(
    ("after", "new"),
    [
        (("gate", 15, 480), False),  # as it was
        (("gate", 18, 60), False),  # the end of the old hole is left
        (("gate", 14, 60), True),  # begins where somebody was
        (("gate", 20, 240), True),  # lasts longer than the old one
    ],
)
def test_a_hole_inside_an_old_one_is_not_new(after, new, eased):
    before = found(("gate", 15, 480))
    shorter = eased and after[2] < 480  # on a day that was worse, a hole may move
    assert _fresh(before, found(after), eased=eased).tolist() == [new and not shorter]


def test_with_recorded_absences_another_post_may_be_left_empty_for_less_of_the_day():
    before = found(("gate", 15, 300))
    assert _fresh(before, found(("desk", 9, 60)), eased=True).tolist() == [False]
    assert _fresh(before, found(("desk", 9, 60)), eased=False).tolist() == [True]
    assert _fresh(before, found(("desk", 9, 300)), eased=True).tolist() == [True]
    assert _fresh(before, found(("gate", 15, 240), ("desk", 9, 60)), eased=True).tolist() == [False, True]  # five hours, as before
    assert _fresh(found(), found(("desk", 9, 60)), eased=True).tolist() == [True]
