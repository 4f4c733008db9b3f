"""Pay schemes of the catalogue on payslips: every amount that the source gives, and what happens when a value changes."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paid_people import amounts, person, scheme, study

from cslib import pay, people
from cslib.core import tables
from cslib.core.errors import PayError
from cslib.params.pay_curve import Curve
from cslib.pay.items import prize, slices, step

NO_HOURS = tables.empty("hours")


def slip(name, grade, role="agent", facts=None, **changes):
    """Items of one person under a scheme; ``facts`` by name."""
    at = study(person("A-001", grade=grade, role=role), pay=scheme(name, **changes))
    rows = [("A-001", "2026-12", name, value) for name, value in (facts or {}).items()]
    frame = tables.check("pay_facts", pd.DataFrame(rows, columns=["employee_id", "month", "fact", "value"])) if facts else None
    graded = people.grades(at)
    found = pay.payslips(NO_HOURS, graded, at, facts=frame)
    for item in found["item"]:
        assert pay.trace(found, NO_HOURS, graded, at, "A-001", item, frame).holds(1e-12), item
    return amounts(found)


@pytest.mark.parametrize(
    ("mean", "proposals", "yuan"), [(84.99, 1, 200), (85, 1, 300), (80, 1, 200), (79.99, 2, 100), (75, 1, 100), (74.99, 1, 0), (95, 0, 0)]
)
def test_lead_pay_is_grade_pay_plus_management_pay(mean, proposals, yuan):
    """S003-J10 (two parts), S003-J12 (85: 300), S003-J13 (80: 200), S003-J14 (75 inclusive: 100), S003-J15 (one proposal a quarter)."""
    found = slip("lead", "grade1", "lead", {"team_mean": mean, "proposals": proposals})
    assert found == {"base": 600_000, **({"management_pay": yuan * 100} if yuan else {})}
    assert "management_pay" not in slip("lead", "grade1", "agent", {"team_mean": 99, "proposals": 1})


@pytest.mark.parametrize(("level", "yuan"), [(None, 500), (1, 500), (2, 1000), (3, 1500)])
def test_supervisor_allowance_in_three_levels(level, yuan):
    """S003-H4; S003-H7: the same on every star."""
    for grade in ("star1", "senior_agent"):
        assert slip("star", grade, "supervisor", {"post_level": level} if level else None)["management"] == yuan * 100


@pytest.mark.parametrize(("score", "share"), [(None, 1.0), (100, 1.0), (90, 0.9), (120, 1.2), (170, 1.5)])
def test_star_performance_pay_follows_the_appraisal(score, share):
    """S001-25, S003-H1, S003-H2: appraisal drives performance pay, linear to the target, capped; the star changes the mix."""
    for grade, target in (("star1", 800), ("senior_agent", 1500)):
        assert slip("star", grade, facts={"score": score} if score else None)["post_performance"] == round(target * share * 100)
    assert scheme("star").appraisal_drives == ("performance_bonus", "promotion", "training")


@pytest.mark.parametrize(("passed", "paid"), [("2026-11-20", "2026-12-01"), ("2026-12-01", "2027-01-01")])
def test_pay_of_a_new_grade_starts_in_the_month_after(passed, paid):
    """S003-O5 (regular pay after the exam), S003-O11 (new grade)."""
    for name in ("star", "lead", "quarterly"):
        assert scheme(name).paid_from(dt.date.fromisoformat(passed)) == dt.date.fromisoformat(paid)


def test_range_scheme_has_the_three_ranges_of_the_source():
    """S003-S2 (base 2,500 to 5,000), S003-S3 (allowance 500 to 1,000), S003-S4 (bonus 1,000 to 3,000)."""
    found = scheme("range")
    ranges = [found.base_range(grade) for grade in found.base_yuan]
    assert (ranges[0].low, ranges[-1].high) == (2500, 5000) and [r.high for r in ranges[:-1]] == [r.low for r in ranges[1:]]
    assert all(abs(found.base_yuan[grade] - 2500 * 2 ** ((k + 0.5) / 4)) < 1 for k, grade in enumerate(found.base_yuan))
    allowance = found.items["post_allowance"].yuan
    assert (min(allowance.values()), max(allowance.values())) == (500, 1000)
    bonus = [item.pay for item in found.items["bonus"].curve.steps]
    assert (min(bonus), max(bonus)) == (1000, 3000)


@pytest.mark.parametrize(("score", "yuan"), [(None, 1000), (69, 1000), (70, 1500), (89.9, 2000), (90, 3000)])
def test_range_scheme_bonus_steps(score, yuan):
    """S003-S4: never below 1,000, never above 3,000."""
    assert slip("range", "lead", facts={"score": score} if score else None)["bonus"] == yuan * 100


def test_base_below_the_minimum_wage_is_refused_or_topped_up():
    """S003-S2: 2,500 to 5,000 starts below Shanghai's 2,740 (own contributions left out there)."""
    with pytest.raises(PayError) as caught:
        slip("range", "junior", items={})
    assert caught.value.keys == ["pay.below_minimum"] and "2740" in str(caught.value) and "top_up" in str(caught.value)


def test_quarterly_scheme_is_base_performance_and_post_allowance():
    """S003-Q3, with commission steps and cap, and awards (S001-20) in money."""
    found = slip("quarterly", "ordinary", facts={"score": 85, "sales_yuan": 80_000, "award_service_star": 2})
    assert found == {"base": 430_000, "performance": 80_000, "post_allowance": 50_000, "commission": 80_000, "service_star": 60_000}
    assert slip("quarterly", "ordinary", facts={"sales_yuan": 1_000_000})["commission"] == 300_000
    assert set(scheme("quarterly").items) >= {"performance", "post_allowance"}


def test_dual_channel_has_parity_rank_bonus_and_market_aim():
    """S003-B2 (ranks), S003-B3 (management bonus), S003-B5 (P50 to P75 of the market), channels of equal pay."""
    found = scheme("dual_channel")
    for manager, expert in zip(found.channels["management"], found.channels["expert"], strict=True):
        assert found.base_yuan[manager] == found.base_yuan[expert]
        low, high = found.market.yuan[expert]
        assert low <= found.base_yuan[expert] <= high
    assert found.market.percentiles == (50, 75)
    assert slip("dual_channel", "junior", facts={"kpi_rank": 2})["kpi_rank"] == 30_000 and "kpi_rank" not in slip("dual_channel", "junior")
    assert slip("dual_channel", "manager", facts={"team_mean": 80})["management_bonus"] == 75_000


def test_every_scheme_is_marked_illustrative():
    for name in ("dual_channel", "lead", "quarterly", "range", "simple", "star"):
        assert scheme(name).illustrative and "illustrative" in scheme(name).base_source


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 50)), min_size=1, max_size=5, unique_by=lambda pair: pair[0]), st.floats(0, 250))
@settings(max_examples=80, deadline=None)
def test_the_trace_s_functions_are_the_curve(pairs, value):
    steps = [{"at": float(at), "pay": float(amount)} for at, amount in sorted(pairs)]
    flat = [x for s in steps for x in (s["at"], s["pay"])]
    for kind, function in (("steps", step), ("commission", slices), ("prizes", prize)):
        curve = Curve.model_validate({"kind": kind, "fact": "score", "steps": steps}, strict=False)
        assert curve.at(value) == pytest.approx(function(value, *flat))
