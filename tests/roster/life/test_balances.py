"""Time off in lieu and annual leave: every hour is earned, taken, paid out or left; days by years of work; a plan within its share."""

from __future__ import annotations

import datetime as dt

import build
import front_desk
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cslib.core import tables
from cslib.params.life_settings import BalanceSettings
from cslib.roster.life.balances import annual_leave, leave_plan, lieu_ledger, spared_by
from cslib.roster.life.board import Board

MONTHS = ["2026-10", "2026-11", "2026-12", "2027-01"]


def hours(month: str, earned: float, taken: float, who: str = "p") -> pd.DataFrame:
    rows = [
        (who, pd.Timestamp(f"{month}-0{d}"), kind, h, 1, "planned")
        for d, kind, h in ((2, "overtime_rest_day", earned), (3, "time_off_in_lieu", taken))
        if h
    ]
    columns = list(tables.spec("hours").columns)
    return tables.check("hours", pd.DataFrame(rows, columns=columns), source="hours") if rows else tables.empty("hours")


def through(amounts, months: int) -> list[pd.DataFrame]:
    found, before = [], None
    for month, (earned, taken) in zip(MONTHS, amounts, strict=False):
        before = lieu_ledger(hours(month, earned, taken), month, BalanceSettings(lieu_months=months), before)
        found.append(before)
    return found


def test_without_carrying_what_is_not_taken_is_paid_at_the_end_of_the_month():
    (one,) = through([(8.0, 3.0)], 0)
    assert one[["earned_h", "taken_h", "paid_out_h", "closing_h"]].iloc[0].tolist() == [8.0, 3.0, 5.0, 0.0]


def test_the_oldest_hours_are_taken_first_and_run_out_first():
    oct_, nov, dec, jan = through([(8.0, 0.0), (8.0, 0.0), (0.0, 3.0), (0.0, 0.0)], 2)
    assert oct_["closing_h"].sum() == 8.0 and oct_["expiring_h"].sum() == 0.0
    assert nov.set_index("earned_in")["expiring_h"].to_dict() == {"2026-10": 8.0, "2026-11": 0.0}
    lots = dec.set_index("earned_in")
    assert (lots.loc["2026-10", "taken_h"], lots.loc["2026-10", "paid_out_h"], lots.loc["2026-10", "closing_h"]) == (3.0, 5.0, 0.0)
    assert jan.set_index("earned_in").loc["2026-11", "paid_out_h"] == 8.0 and jan["closing_h"].sum() == 0.0


def test_hours_taken_before_they_are_earned_are_made_good_first():
    first, second = through([(0.0, 4.0), (6.0, 0.0)], 3)
    assert first["closing_h"].sum() == -4.0
    assert second["closing_h"].sum() == 2.0 and second.set_index("earned_in")["closing_h"].get("2026-10", 0.0) == 0.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 16), st.integers(0, 16)), min_size=1, max_size=4), st.integers(0, 3))
def test_every_hour_is_accounted_for(amounts, months):
    tables_ = through([(float(a), float(b)) for a, b in amounts], months)
    for frame in tables_:
        balance = frame["opening_h"] + frame["earned_h"] - frame["taken_h"] - frame["paid_out_h"]
        assert (balance - frame["closing_h"]).abs().max() < 1e-9 if len(frame) else True
    paid = sum(frame["paid_out_h"].sum() for frame in tables_)
    assert sum(a for a, _ in amounts) - sum(b for _, b in amounts) - paid == pytest.approx(tables_[-1]["closing_h"].sum())


def staff(*hired: str) -> pd.DataFrame:
    left = pd.Series([pd.NaT] * len(hired), dtype="datetime64[us]")
    return pd.DataFrame(
        {"employee_id": [f"p{i}" for i in range(len(hired))], "position": range(len(hired)), "hired": pd.to_datetime(list(hired)), "left": left}
    )


def test_annual_leave_by_years_of_work():
    found = annual_leave(staff("2026-07-01", "2025-07-01", "2016-01-01", "2006-01-01"), 2026, {"p2": 4.0}, BalanceSettings())
    assert found["entitled_days"].tolist() == [0.0, 5.0, 10.0, 15.0]  # Order 514 art. 3
    assert found["left_days"].tolist() == [0.0, 5.0, 6.0, 15.0]
    gone = staff("2016-01-01").assign(left=pd.Timestamp("2026-06-30"))
    assert annual_leave(gone, 2026, {}, BalanceSettings())["entitled_days"].tolist() == [4.0]  # 10 * 181 / 365, whole days


def test_the_plan_takes_the_easiest_days_and_keeps_to_its_share():
    balance = annual_leave(staff("2016-01-01", "2025-01-01"), 2026, {"p0": 7.0}, BalanceSettings())
    spare = pd.Series([0.0, 3.0, 1.0, 2.0, 5.0, 4.0, 0.5, 0.2, 0.1], index=pd.date_range("2026-12-07", periods=9))
    plan = leave_plan(balance, spare, BalanceSettings(plan_share=0.5), {"p1": {dt.date(2026, 12, 11)}})
    assert plan.groupby("date").size().max() == 1 and plan.groupby("employee_id").size().to_dict() == {"p0": 3, "p1": 5}
    assert pd.Timestamp("2026-12-11") not in set(plan.loc[plan["employee_id"].eq("p1"), "date"])


def test_nobody_is_let_off_where_he_is_missed():
    """Two people at one lobby: the one whose meal nobody relieves may go; then the other is missed, and so is whoever relieves meals."""
    made, day = front_desk.month(), dt.date(2026, 12, 9)
    board = Board(build.put(made.roster, build.work("X1", day, "E", "north_lobby")), made.covers, made.need, made.study)
    at_post = [w for w, p in board.people.items() for d in p.timed if d.date == day and (d.home, d.code) == ("north_lobby", "E") and w != "X1"]
    spared = spared_by(board)
    assert not spared(at_post[0], day)
    assert spared("X1", day) and not spared("X1", day), "off the board once he is let off"
    assert not spared(at_post[0], day)
    reliever = next(c.row.stand_in_id for c in board.covers if c.timed and board.facts.day(c.start) == day)
    assert not spared(reliever, day)
