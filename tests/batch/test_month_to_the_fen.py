"""A month from the roster to the bank: hours in = hours paid by premium class, and every fen of it, through ``roster.hours`` and ``pay.payslips``.

October 2026 has three statutory holidays (Thu 1 to Sat 3) and a make-up Saturday (10): 18 legal workdays, 144 contract hours.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest

from cslib import pay, people, roster
from cslib.core import tables
from cslib.params.calendar import calendar

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "pay"))
from paid_people import amounts, person, scheme, study

LEGAL = (8, 9, 10, *range(12, 17), *range(19, 24), *range(26, 31))
SHIFTS = {"E": (7, 8, None), "N": (23, 8, None), "D1": (8, 9, (12, 13))}  # begin, length, break [h]; the half-hour breaks of E and N are paid
HOUR = Decimal(5600) / Decimal("21.75") / 8


def duty(who: str, day: str, code: str) -> dict[str, object]:
    """A roster row by the shift's definition."""
    begin, length, unpaid = SHIFTS[code]
    first = pd.Timestamp(day) + pd.Timedelta(hours=begin)
    spans = [unpaid] if unpaid else []
    text = ";".join(f"{a:02d}:00-{b:02d}:00" for a, b in spans) if spans else f"{(begin + 4) % 24:02d}:00-{(begin + 4) % 24:02d}:30"
    queue = "reception" if code == "D1" else "floater"
    return {"employee_id": who, "date": pd.Timestamp(day), "kind": "work", "shift": code, "start": first, "end": first + pd.Timedelta(hours=length),
            "breaks": text, "queue": queue, "pinned": False}  # fmt: skip


def at_month(team: list[dict[str, object]], month: str, leave: list[tuple[str, str, str, float]]):
    """A study with leave and no roster before."""
    made = study(*team, month=month, pay=scheme("simple"))
    away = pd.DataFrame(leave, columns=["employee_id", "date", "kind", "hours_h"]).assign(date=lambda f: pd.to_datetime(f["date"]))
    days = calendar(made.horizon.start - dt.timedelta(days=31), made.horizon.end + dt.timedelta(days=1), "CN")
    more = {"calendar": days, "leave": tables.check("leave", away) if leave else tables.empty("leave"), "last_roster": tables.empty("roster"),
            "skills": tables.empty("skills"), "pins": tables.empty("roster"), "wishes": tables.empty("wishes"), "contacts": tables.empty("contacts")}
    return dataclasses.replace(made, _tables={**made._tables, **more})  # fmt: skip


@pytest.fixture(scope="module")
def october():
    """Study, hours and payslips of 12 people: holiday, make-up Saturday, Sunday against time off, a night block, overtime beyond contract."""
    team = [person("A-001", hours_scheme="standard"), person("A-002"), person("A-003", hours_scheme="part_time", fte_share=0.5)]
    team += [person(f"A-{k:03d}", hours_scheme="standard") for k in range(4, 13)]
    rows = [duty("A-001", f"2026-10-{day:02d}", "D1") for day in (1, 25, *(d for d in LEGAL if d != 28))]
    rows += [duty("A-002", f"2026-10-{day:02d}", "N") for day in (3, 12, 13, 14, 31)]
    rows += [duty("A-002", f"2026-10-{day:02d}", "E") for day in (8, 9, 10, 16, 17, 19, 20, 21, 22, 23, 26, 27, 28, 29)]
    rows += [duty("A-003", f"2026-10-{day:02d}", "E") for day in (2, 8, 15)]
    rows += [duty(f"A-{k:03d}", f"2026-10-{day:02d}", "D1") for k in range(4, 13) for day in LEGAL]
    at = at_month(team, "2026-10", [("A-001", "2026-10-28", "time_off_in_lieu", 8.0)])
    worked = tables.check("roster", pd.DataFrame(rows))
    found = roster.hours(worked, at)
    return at, worked, found, pay.payslips(found, people.grades(at), at)


def by_class(hours: pd.DataFrame, who: str) -> dict[str, float]:
    return hours[hours["employee_id"] == who].groupby("premium")["hours_h"].sum().round(6).to_dict()


def fen(amount: Decimal) -> int:
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def test_every_hour_of_the_roster_is_in_one_premium_class(october):
    _, worked, hours, _ = october
    unpaid = {"D1": 1.0, "E": 0.0, "N": 0.0}
    given = (worked["end"] - worked["start"]).dt.total_seconds() / 3600 - worked["shift"].map(unpaid)
    paid = hours[hours["premium"].isin(["normal", "overtime_workday", "overtime_rest_day", "overtime_holiday"])]
    pd.testing.assert_series_equal(
        given.groupby(worked["employee_id"]).sum(), paid.groupby("employee_id")["hours_h"].sum(), check_names=False, check_exact=False
    )
    assert by_class(hours, "A-001") == {"normal": 136, "overtime_holiday": 8, "overtime_rest_day": 8, "time_off_in_lieu": 8, "holiday_off": 16}
    nights = by_class(hours, "A-002")
    assert {name: nights[name] for name in ("normal", "overtime_workday", "overtime_holiday")} == {
        "normal": 144, "overtime_workday": 7, "overtime_holiday": 1,
    }  # fmt: skip
    assert by_class(hours, "A-003")["overtime_holiday"] == 8 and by_class(hours, "A-003")["normal"] == 16
    for who in (f"A-{k:03d}" for k in range(4, 13)):
        assert by_class(hours, who) == {"normal": 144, "holiday_off": 24}  # the make-up Saturday is a normal day
    holidays = hours.loc[hours["premium"] == "overtime_holiday", "date"].dt.strftime("%m-%d")
    assert set(holidays) <= {"10-01", "10-02", "10-03"}


def test_hours_in_are_hours_paid(october):
    _, _, hours, slips = october
    paid = slips[slips["item"].isin(["overtime_workday", "overtime_rest_day", "overtime_holiday", "time_off_in_lieu"])]
    classes = hours[hours["premium"].isin(paid["item"].unique())]
    left = classes.groupby(["employee_id", "premium"])["hours_h"].sum()
    right = paid.set_index(["employee_id", "item"])["quantity"].sort_index()
    assert left.round(6).to_dict() == right.round(6).to_dict() and len(left) == 6
    hourly = slips.set_index(["employee_id", "item"]).loc[("A-003", "base")]
    assert hourly["quantity"] == 16


def test_every_fen_follows_from_the_hours(october):
    """By decimal arithmetic that shares nothing with the engine: 5,600 yuan a month, 21.75 days, 8 hours; meal 20 a duty, night 40, post 500."""
    _, _, _, slips = october
    assert amounts(slips, "A-001") == {
        "base": 560_000, "overtime_holiday": fen(8 * 3 * HOUR), "overtime_rest_day": fen(8 * 2 * HOUR), "time_off_in_lieu": -fen(8 * 2 * HOUR),
        "meal": 19 * 2000, "post": 50_000,
    }  # fmt: skip
    assert amounts(slips, "A-002") == {
        "base": 560_000, "overtime_workday": fen(7 * Decimal("1.5") * HOUR), "overtime_holiday": fen(3 * HOUR), "meal": 19 * 2000,
        "night": 5 * 4000, "post": 50_000,
    }  # fmt: skip
    assert amounts(slips, "A-003")["base"] == fen(16 * HOUR) and amounts(slips, "A-003")["overtime_holiday"] == fen(8 * 3 * HOUR)
    assert amounts(slips, "A-004") == {"base": 560_000, "meal": 18 * 2000, "post": 50_000}


def test_gross_and_cost_add_up_for_everybody_and_the_site(october):
    _, _, _, slips = october
    sums = slips.pivot_table(index="employee_id", columns="part", values="amount_fen", aggfunc="sum", fill_value=0)
    result = slips[slips["part"] == "result"].pivot_table(index="employee_id", columns="item", values="amount_fen")
    assert (result["gross"] == sums["earning"]).all() and len(result) == 12
    assert (result["gross"] == result["net"] + sums["employee"] + sums.get("tax", 0)).all()
    assert (result["employer_cost"] == result["gross"] + sums["employer"]).all()
    cost = pay.wage_cost(slips).set_index("item")["amount_yuan"]
    assert fen(Decimal(str(cost["total"]))) == result["employer_cost"].sum()
    assert fen(Decimal(str(cost.drop("total").sum()))) == result["employer_cost"].sum()


def test_a_night_that_reaches_into_a_holiday_is_paid_by_the_law_of_each_day():
    """30 September 23:00 to 1 October 07:00: one ordinary hour, seven at 300 % (comprehensive hours; 23 duties, 22 legal workdays and one more)."""
    at = at_month([person("A-001")], "2026-09", [])
    hours = roster.hours(tables.check("roster", pd.DataFrame([duty("A-001", "2026-09-30", "N")])), at)
    assert by_class(hours, "A-001")["overtime_holiday"] == 7 and by_class(hours, "A-001")["normal"] == 1
    slips = pay.payslips(hours, people.grades(at), at)
    assert amounts(slips)["overtime_holiday"] == fen(7 * 3 * HOUR)
