"""Contributions (S003-A3): floor, cap, both sides, housing-fund rounding, cities and contribution years."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cslib.core.errors import ParamError, PayError
from cslib.core.words import speaking
from cslib.params.statutory import SCHEMES, statutory
from cslib.pay.insurance import contributions

FACTS = statutory()
YEAR = FACTS.year("shanghai", dt.date(2026, 12, 1))


def amounts(wage, year=YEAR, **more):
    return {c.scheme: (str(c.employee), str(c.employer)) for c in contributions(Decimal(str(wage)), year, **more)}


def test_s003_a3_five_insurances_and_the_housing_fund():
    """S003-A3: the list of the catalogue, complete in every city and year."""
    assert FACTS.insurance.schemes == SCHEMES == ("pension", "medical", "unemployment", "injury", "maternity", "housing_fund")
    assert all(set(year.schemes) == set(SCHEMES) for city in FACTS.insurance.cities.values() for year in city.years)


def test_shanghai_floor_cap_and_whole_yuan_of_the_fund():
    low, high = amounts(7500, fund_share=Decimal("0.07")), amounts(50000, fund_share=Decimal("0.07"))
    assert low["pension"] == ("603.68", "1207.36") and low["medical"] == ("150.92", "679.14") and low["housing_fund"] == ("525", "525")
    assert high["pension"] == ("3018.48", "6036.96") and high["medical"] == ("754.62", "3395.79") and high["housing_fund"] == ("2641", "2641")
    assert amounts(20000, FACTS.year("上海", dt.date(2025, 12, 1)), fund_share=Decimal("0.07"))["injury"] == ("0.00", "40.00")


def test_floor_and_cap_are_60_and_300_percent_of_the_average_wage():
    for year in FACTS.insurance.cities["shanghai"].years:
        assert year.base.floor == int(year.average_wage_yuan * 0.6) and year.base.cap == year.average_wage_yuan * 3


@given(st.integers(0, 60000), st.integers(0, 3000))
@settings(max_examples=60, deadline=None)
def test_contributions_never_fall_with_the_wage_and_stay_inside_floor_and_cap(wage, more):
    lower, upper = contributions(Decimal(wage), YEAR), contributions(Decimal(wage + more), YEAR)
    for a, b in zip(lower, upper, strict=True):
        assert a.floor <= a.base <= a.cap and a.employee <= b.employee and a.employer <= b.employer


def test_the_year_changes_in_july():
    assert FACTS.year("shanghai", dt.date(2026, 6, 30)).base.floor == 7460 and FACTS.year("shanghai", dt.date(2026, 7, 1)).base.floor == 7546


def test_only_injury_for_people_paid_by_the_hour():
    assert [c.scheme for c in contributions(Decimal(3000), YEAR, schemes=FACTS.insurance.part_time_schemes)] == ["injury"]


@pytest.mark.parametrize(("given_name", "words"), [("shanghia", ["shanghia", "shanghai", "site.yml"]), ("guangzou", ["hangzhou"]), ("", ["kunming"])])
def test_a_mistyped_city_is_told_with_the_nearest(given_name, words):
    with pytest.raises(ParamError) as caught:
        FACTS.year(given_name, dt.date(2026, 12, 1))
    assert caught.value.keys == ["params.unknown_city"]
    for language in ("zh", "en"):
        with speaking(language):
            assert all(word in str(caught.value) for word in words)


def test_a_missing_contribution_year_is_told_with_the_way_out():
    with pytest.raises(ParamError) as caught:
        FACTS.year("hangzhou", dt.date(2026, 12, 1))
    assert caught.value.keys == ["params.no_contribution_year"]
    with speaking("en"):
        assert all(word in str(caught.value) for word in ("hangzhou", "2026-12", "2025-01..2025-12", "carry_contribution_year: true"))
    assert FACTS.year("hangzhou", dt.date(2026, 12, 1), carry=True).base.floor == 4986
    with pytest.raises(ParamError):
        FACTS.year("hangzhou", dt.date(2024, 12, 1), carry=True)


def test_negative_wage_and_fund_share_outside_the_city_are_refused():
    with pytest.raises(PayError, match="-1"):
        contributions(Decimal(-1), YEAR)
    with pytest.raises(PayError, match=r"8\.00%"):
        contributions(Decimal(9000), YEAR, fund_share=Decimal("0.08"))


def test_minimum_wage_by_day_and_what_it_leaves_out():
    """S003-S2: the range starts at 2,500, below Shanghai's 2,740 and Beijing's 2,540."""
    dated, excluded = FACTS.least_wage("shanghai", dt.date(2026, 12, 1))
    assert dated.value == 2740 > 2500 and "own_contributions" in excluded.groups and "meal_travel_subsidy" in excluded.groups
    assert FACTS.least_wage("北京", dt.date(2026, 1, 1))[0].value == 2540 > 2500
    assert FACTS.least_wage("shenzhen", dt.date(2026, 1, 1))[1].groups == ("overtime", "night_allowance", "heat_allowance", "welfare")
    with pytest.raises(ParamError, match="2020"):
        FACTS.least_wage("kunming", dt.date(2020, 1, 1))
