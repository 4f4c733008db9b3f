"""Pay schemes as data: the two of the project, probation by calendar months, items by grade and role."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml

from cslib.core.paths import params_dir
from cslib.params.pay_scheme import EXCLUDED, RESERVED, Item, PayScheme
from cslib.params.source import Meaning, read, validate


def scheme(name: str) -> PayScheme:
    return validate(PayScheme, read(params_dir() / "pay" / f"{name}.yml"))


@pytest.mark.parametrize(
    ("hired", "months", "first_day_after"),
    [
        ("2026-01-01", 3, "2026-04-01"), ("2026-09-15", 3, "2026-12-15"), ("2026-11-30", 3, "2027-03-01"), ("2027-11-30", 3, "2028-03-01"),
        ("2026-08-31", 1, "2026-10-01"), ("2026-12-31", 6, "2027-07-01"), ("2024-02-29", 6, "2024-08-29"), ("2026-05-05", 0, "2026-05-05"),
        ("2026-12-01", 1, "2027-01-01"),
    ],
)  # fmt: skip
def test_probation_runs_whole_calendar_months(hired, months, first_day_after):
    """Hired on the 30th or 31st: a shorter month ends probation with its last day."""
    found = scheme("simple").model_copy(update={"probation_months": months})
    assert found.probation_until(dt.date.fromisoformat(hired)) == dt.date.fromisoformat(first_day_after)


def test_star_scheme_has_the_structure_of_the_catalogue():
    """S003-H2: components (meal once); S003-H3: trial grade, 3 months; S003-H11: trial agent at the bottom, senior agent on top."""
    star = scheme("star")
    assert list(star.base_yuan) == ["trial_agent", "agent", "star1", "star2", "star3", "senior_agent"]
    assert list(star.base_yuan.values()) == sorted(star.base_yuan.values())
    assert {"post_performance", "transport", "meal", "phone", "seniority", "management"} <= set(star.items)
    assert star.probation_months == 3 and star.probation_grade == "trial_agent" and star.probation_ratio == 1.0
    assert star.items["post_performance"].rate_yuan("trial_agent", "agent") == 0


def test_supervisor_allowance_is_one_of_the_three_levels_and_unlinked_to_stars():
    """S003-H4, S003-H7."""
    management = scheme("star").items["management"]
    assert [step.pay for step in management.curve.steps] == [500, 1000, 1500]
    assert len({management.rate_yuan(grade, "supervisor") for grade in scheme("star").base_yuan}) == 1


def test_simple_scheme_has_the_levels_and_range_of_the_catalogue():
    """S003-S1: junior, middle, senior, lead; S003-S3: post allowance 500 to 1,000; S003-S2: its floor is below minimum wages, so base is higher."""
    simple = scheme("simple")
    assert list(simple.base_yuan) == ["junior", "middle", "senior", "lead"]
    assert 500 <= simple.items["post"].rate_yuan("junior", "agent") <= 1000
    assert min(simple.base_yuan.values()) * simple.probation_ratio >= 2740 and simple.probation_ratio >= 0.8


@pytest.mark.parametrize("name", ["dual_channel", "lead", "quarterly", "range", "simple", "star"])
def test_amounts_are_marked_illustrative(name):
    found = scheme(name)
    assert found.illustrative and "illustrative" in found.base_source
    assert all(item.illustrative or "S003-" in item.source for item in found.items.values())
    first_lines = (params_dir() / "pay" / f"{name}.yml").read_text(encoding="utf-8").split("meaning:")[0]
    assert "illustrative" in first_lines


def test_rate_by_grade_and_role():
    item = Item(meaning=Meaning(zh="津贴", en="allowance"), per="month", yuan={"agent": 5.0}, roles=("lead",), source="policy")
    assert item.rate_yuan("agent", "lead") == 5 and item.rate_yuan("star1", "lead") == 0 and item.rate_yuan("agent", "agent") == 0


def test_overtime_ratios_can_not_be_set_by_a_scheme():
    """S003-B9: overtime follows the law, not the company's rules; S003-B7: no discretionary item."""
    assert EXCLUDED == ("S003-B7", "S003-B9")
    assert not any("ratio" in key or "overtime" in key for key in PayScheme.model_fields if key != "probation_ratio")
    assert {"overtime_workday", "overtime_rest_day", "overtime_holiday"} <= set(RESERVED)
    written = yaml.safe_load((params_dir() / "pay" / "simple.yml").read_text(encoding="utf-8"))
    assert not any(entry in str(written) for entry in EXCLUDED)
