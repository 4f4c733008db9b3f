"""Income tax: tables re-derived, withholding, separate bonus and its six blind zones; to the fen."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cslib.core.errors import PayError
from cslib.params.statutory import exact, statutory
from cslib.pay import tax

LAW, DAY = statutory().tax, dt.date(2026, 12, 1)
ANNUAL, MONTHLY = LAW.table("annual", DAY), LAW.table("monthly", DAY)
CLIFFS = [
    (36000, "38566.67", "2309.10"), (144000, "160500.00", "13199.20"), (300000, "318333.33", "13749.25"),
    (420000, "447500.00", "19249.30"), (660000, "706538.46", "30249.35"), (960000, "1120000.00", "87999.45"),
]  # fmt: skip


def by_slices(amount: Decimal, table) -> Decimal:
    """Tax slice by slice, without quick deductions."""
    total, below = Decimal(0), Decimal(0)
    for row in table.brackets:
        top = amount if row.up_to is None else min(amount, exact(row.up_to))
        total += max(Decimal(0), top - below) * exact(row.rate)
        below = exact(row.up_to or 0)
    return tax.rounded(total)


@given(st.decimals(0, 1_300_000, places=2))
@settings(max_examples=200, deadline=None)
def test_quick_deductions_equal_the_slices(amount):
    assert tax.tax_of(amount, ANNUAL) == by_slices(amount, ANNUAL) and tax.tax_of(amount, MONTHLY) == by_slices(amount, MONTHLY)


@pytest.mark.parametrize("table", [ANNUAL, MONTHLY])
def test_every_bound_belongs_to_the_lower_row_and_tax_is_continuous(table):
    for row in table.brackets[:-1]:
        bound = exact(row.up_to)
        assert tax.tax_of(bound, table) == by_slices(bound, table)
        assert Decimal(0) <= tax.tax_of(bound + Decimal("0.01"), table) - tax.tax_of(bound, table) <= Decimal("0.01")


def test_the_monthly_table_is_the_annual_one_by_twelve():
    for year, month in zip(ANNUAL.brackets, MONTHLY.brackets, strict=True):
        assert year.rate == month.rate and (year.up_to is None or year.up_to == month.up_to * 12) and year.quick == pytest.approx(month.quick * 12)


def test_the_six_blind_zones_of_the_separate_bonus():
    found = [(int(z.start), str(z.end), str(z.loss)) for z in tax.blind_zones(LAW, DAY)]
    assert found == CLIFFS


@given(st.decimals(1, 1_500_000, places=2))
@settings(max_examples=200, deadline=None)
def test_in_a_blind_zone_a_smaller_bonus_leaves_more_net_and_outside_none_does(bonus):
    net = lambda amount: amount - tax.bonus_tax(amount, LAW, DAY)  # noqa: E731
    zone = tax.blind_zone(bonus, LAW, DAY)
    better = [bound for bound, _, _ in CLIFFS if bound < bonus and net(Decimal(bound)) > net(bonus) + Decimal("0.01")]
    assert bool(better) == (zone is not None) or (zone is not None and zone.end - bonus < 1)


def test_separate_bonus_ends_with_2027():
    assert tax.bonus_tax(Decimal(50000), LAW, dt.date(2027, 12, 31)) == Decimal("4790.00")
    with pytest.raises(PayError, match="2027-12-31"):
        tax.bonus_tax(Decimal(50000), LAW, dt.date(2028, 1, 1))


def test_withholding_never_pays_back_and_catches_up():
    before, tops = tax.YearToDate(), []
    for month, (income, extra) in enumerate([(60000, 0), (5000, 3000), (5000, 3000), (40000, 0)], start=1):
        deductions = Decimal(3500 + extra) + tax.basic_deduction(LAW, DAY)
        found = tax.withhold(before, Decimal(income), deductions, LAW, DAY)
        tops.append(found.tax)
        before = tax.YearToDate(month, before.income + income, before.contributions + deductions, Decimal(0), before.withheld + found.tax)
    assert tops == [Decimal(2630), 0, 0, Decimal(1850)]


@given(st.lists(st.integers(0, 80000), min_size=12, max_size=12))
@settings(max_examples=60, deadline=None)
def test_a_year_of_withholding_is_the_highest_tax_due_so_far(incomes):
    before, due = tax.YearToDate(), Decimal(0)
    for month, income in enumerate(incomes, start=1):
        found = tax.withhold(before, Decimal(income), Decimal(5000), LAW, DAY)
        before = tax.YearToDate(month, before.income + income, before.contributions + 5000, Decimal(0), before.withheld + found.tax)
        due = max(due, found.due)
        assert before.withheld == due


def test_first_job_and_non_resident():
    assert tax.basic_deduction(LAW, DAY, months=7) == 35000
    assert tax.non_resident_tax(Decimal(8000), LAW, DAY) == Decimal("90.00")


def test_tables_before_2019_are_refused():
    with pytest.raises(ValueError, match="2018-12-31"):
        LAW.table("annual", dt.date(2018, 12, 31))


def test_formula_functions_agree():
    assert tax.annual_tax(36010, 2026) == 1081.0 and tax.bonus_tax_of(36001, 2026) == 3390.10
