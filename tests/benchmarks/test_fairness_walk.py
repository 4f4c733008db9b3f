"""The walk of the fairness benchmark: kept after each month it goes on as if it had never stopped; leave and wishes by lot are the same each time."""

from __future__ import annotations

import front_desk
import pandas as pd
import pytest

from benchmarks.fairness import SHARES, SPARE, Walk, approved, begun, curve, following, supposed
from cslib import intake
from cslib.roster.life import Board, fairness_ledger


def test_a_walk_goes_on_from_what_it_kept(tmp_path):
    month = front_desk.month()
    board = Board(month.roster, month.covers, month.need, month.study)
    roster, ledger = board.roster(), fairness_ledger(board)
    points = [[(0.0, 1.5, 0.5)] * (1 + len(SHARES))]
    walk = Walk(dict.fromkeys(("alone", "carried"), roster), dict.fromkeys(("alone", "carried"), ledger), points, [{"month": "2026-12", "yuan": 1.0}])
    walk.keep(tmp_path)
    again = begun(tmp_path)
    assert again.points == walk.points and again.year == walk.year
    for way in ("alone", "carried"):
        assert again.ledgers[way].equals(ledger)
        assert again.before[way][["employee_id", "date", "shift", "start", "end"]].equals(roster[["employee_id", "date", "shift", "start", "end"]])
    new = begun(tmp_path / "nothing")
    assert new.year == [] and set(new.before.values()) == {None}


def test_the_lot_is_the_same_each_time_and_leaves_the_samples_own_month_alone():
    first = intake.open_study("front_desk", month="2026-12")
    assert supposed(first, newcomer=True) is first
    study = intake.open_study("front_desk", month="2027-03")
    one, two = (supposed(study, newcomer=False) for _ in range(2))
    assert one.wishes.equals(two.wishes) and one.leave.equals(two.leave) and len(one.wishes) > 10 and len(one.leave) > 0
    assert not set(zip(one.wishes["employee_id"], one.wishes["date"], strict=True)) & set(
        zip(one.leave["employee_id"], one.leave["date"], strict=True)
    )
    assert following(one, None) is one


def test_overtime_is_approved_where_a_month_lacks_hours_and_nowhere_else():
    study = intake.open_study("front_desk", month="2027-02")  # Spring Festival: 16 days of work, 28 to staff
    people = len(study.employees)
    contract = 8.0 * 16 * study.employees["fte_share"].sum() - study.leave["hours_h"].sum()

    def hours(needed: float) -> set[float]:
        """Overtime approved a person where so many hours are needed."""
        need = pd.DataFrame({"scheduled": [needed * 60 / study.horizon.interval_min]})
        return set(approved(study, need).employees["overtime_max_h"])

    assert hours(contract / SPARE - 1) == {0.0}
    assert hours((contract + 4.5 * people) / SPARE) == {5.0}
    assert hours(10 * contract) == {study.params.law.limit("month_overtime", study.horizon.start)} == {36.0}


def test_the_curve_adds_the_months_up():
    months = [[(10.0 * n, 2.0 - n / 10, 1.0) for n in range(1 + len(SHARES))]] * 2
    found = curve(months, 400.0)
    assert found[0]["budget_yuan"] is None and found[-1]["budget_yuan"] == 400.0
    assert found[-1]["yuan"] == pytest.approx(2 * months[0][-1][0]) and found[1]["nights"] == pytest.approx(1.9)
