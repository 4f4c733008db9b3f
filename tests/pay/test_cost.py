"""Wage cost: totals of the site, and no cell that shows a few people's pay (privacy requirement P06)."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cslib import pay
from cslib.core import tables


def slips(**people_by_item: int) -> pd.DataFrame:
    """Payslips in which the first n people have each item, worth a fen more for each person."""
    rows = [
        (f"A-{number:03d}", "2026-12", item, "earning", 1.0, 1.0, 100 + number, "rule", "planned")
        for item, people in people_by_item.items()
        for number in range(people)
    ]
    return tables.check("payslips", pd.DataFrame(rows, columns=list(tables.spec("payslips").columns)))


def cells(frame: pd.DataFrame) -> dict[str, int]:
    return dict(zip(frame["item"], frame["people"], strict=True))


def test_items_of_ten_people_are_shown():
    assert cells(pay.wage_cost(slips(base=12, meal=10))) == {"base": 12, "meal": 10, "total": 12}


def test_nine_people_are_not_shown_and_can_not_be_found_by_subtraction():
    """``night`` alone in ``other`` would be total minus the rest: the next smallest item joins it."""
    assert cells(pay.wage_cost(slips(base=12, meal=11, night=9))) == {"base": 12, "other": 11, "total": 12}


def test_other_stands_for_ten_people_at_least():
    assert cells(pay.wage_cost(slips(base=30, meal=20, night=4, post=3))) == {"base": 30, "other": 20, "total": 30}
    found = pay.wage_cost(
        slips(base=30, meal=20, night=9, post=9).assign(employee_id=lambda f: f["employee_id"].where(f["item"] != "post", "B" + f["employee_id"]))
    )
    assert cells(found)["other"] == 18 and "meal" in cells(found)


@pytest.mark.parametrize("items", [{"base": 9}, {"base": 4, "meal": 4}, {"base": 12, "night": 2}])
def test_only_the_total_where_nothing_may_be_shown_apart(items):
    assert cells(pay.wage_cost(slips(**items))) == {"total": max(items.values())}


def test_amounts_are_the_sums_in_yuan():
    frame = slips(base=12, meal=11, night=9, post=8)
    found = pay.wage_cost(frame).set_index("item")["amount_yuan"]
    assert found["total"] == frame["amount_fen"].sum() / 100
    assert found["other"] == frame.loc[frame["item"].isin(["night", "post", "meal"]), "amount_fen"].sum() / 100


def test_months_are_kept_apart_and_no_slips_give_no_rows():
    frame = slips(base=12)
    both = pd.concat([frame, frame.assign(month="2027-01", amount_fen=100)])
    found = pay.wage_cost(both)
    assert found["month"].tolist() == ["2026-12", "2026-12", "2027-01", "2027-01"] and found["amount_yuan"].iloc[-1] == 12.0
    assert pay.wage_cost(tables.empty("payslips")).empty


@given(st.dictionaries(st.sampled_from(["base", "meal", "night", "post", "overtime_workday", "unpaid_leave"]), st.integers(1, 25), min_size=1))
@settings(max_examples=60, deadline=None)
def test_nothing_small_is_shown_and_nothing_is_lost(items):
    frame = slips(**items)
    found = pay.wage_cost(frame)
    apart = found[found["item"] != "total"]
    assert (apart["people"] >= 10).all()
    assert apart.empty or round(apart["amount_yuan"].sum() * 100) == frame["amount_fen"].sum()
    merged = set(items) - set(apart["item"])
    assert "other" not in set(apart["item"]) or len(merged) >= 2
    assert "employee_id" not in found.columns
