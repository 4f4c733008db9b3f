"""The hours table: every paid minute once, on the day worked, in the right premium class."""

from __future__ import annotations

from functools import cache
from typing import Any

import build
import call_team
import front_desk
import pandas as pd
import pytest
from build import off, work
from hypothesis import given, settings
from hypothesis import strategies as st

from cslib.core import tables
from cslib.core.errors import RosterError
from cslib.params import open_params
from cslib.roster.hours import hours

PAID = ("normal", "overtime_workday", "overtime_rest_day", "overtime_holiday")
PAID_H = {s.code: s.paid_min / 60 for s in build.SHIFTS}
NEW_YEAR = {"2027-01-01": "statutory_holiday", "2026-12-26": "make_up_workday"}


def made(
    *rows: dict[str, Any], person: dict[str, Any] | None = None, month: str = "2026-12", special: dict[str, str] | None = None, **given: pd.DataFrame
) -> pd.DataFrame:
    """Hours of one person, A, from rows of work; indexed by day and premium."""
    base = build.study(build.params(front_desk.queues()), {"A": person or {}}, month=month, special=NEW_YEAR if special is None else special)
    base = build.changed(base, **{name: tables.check({"last_roster": "roster"}.get(name, name), frame) for name, frame in given.items()})
    return hours(build.rest_of_month(base, rows), base)


def table(frame: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Hours by day and premium class."""
    return {(f"{r.date:%m-%d}", r.premium): r.hours_h for r in frame.itertuples(index=False)}


def leave(kind: str, day: str, hours_h: float = 8.0) -> pd.DataFrame:
    return pd.DataFrame([{"employee_id": "A", "date": day, "kind": kind, "hours_h": hours_h}])


def test_a_night_is_split_at_midnight_and_counts_twice_in_the_window() -> None:
    found = table(made(work("A", "2026-12-09", "N", "floater")))
    assert found == {("12-09", "normal"): 1, ("12-09", "night"): 1, ("12-10", "normal"): 7, ("12-10", "night"): 6}


def test_unpaid_breaks_are_cut_out_where_they_lie() -> None:
    found = table(made(work("A", "2026-12-09", "W", at=240)))
    assert found == {("12-09", "normal"): 2, ("12-09", "night"): 2, ("12-10", "normal"): 6, ("12-10", "night"): 5.5}
    assert table(made(work("A", "2026-12-09", "D", "reception"))) == {("12-09", "normal"): 8}


def test_duties_count_once_on_the_day_they_start_nights_on_the_night_row() -> None:
    rows = [work("A", "2026-12-09", "N", "floater"), work("A", "2026-12-10", "N", "floater"), work("A", "2026-12-14", "M", "floater")]
    frame = made(*rows)
    starts = {(f"{r.date:%d}", r.premium): r.shifts for r in frame.itertuples(index=False) if r.shifts}
    assert starts == {("09", "night"): 1, ("10", "night"): 1, ("14", "normal"): 1}
    assert table(frame)[("12-14", "night")] == 1


def test_the_last_night_s_hours_after_midnight_carry_the_next_month_s_date_and_premium() -> None:
    found = table(made(work("A", "2026-12-31", "N", "floater")))
    assert found == {("12-31", "normal"): 1, ("12-31", "night"): 1, ("01-01", "overtime_holiday"): 7, ("01-01", "night"): 6}


def test_holiday_hours_are_at_holiday_premium_for_every_scheme() -> None:
    """S003-B8: public-holiday overtime follows the announced calendar and national law."""
    assert "S003-B8" in open_params("front_desk").law.values["overtime_holiday_ratio"].catalogue
    for scheme in ("standard", "comprehensive", "part_time"):
        frame = made(work("A", "2027-01-01", "D", "reception"), person={"hours_scheme": scheme}, month="2027-01")
        assert table(frame) == {("01-01", "overtime_holiday"): 8}


def test_comprehensive_excess_is_taken_from_the_latest_hours() -> None:
    """December 2026 with one make-up workday: 24 legal workdays, 192 h; 20 long days are 200 h."""
    days = [d for d in range(1, 32) if pd.Timestamp(2026, 12, d).weekday() < 5][:20]
    found = table(made(*(work("A", f"2026-12-{d:02d}", "L", "reception") for d in days)))
    assert {k: v for k, v in found.items() if k[1] != "normal"} == {(f"12-{days[-1]}", "overtime_workday"): 8}
    assert found[(f"12-{days[-1]}", "normal")] == 2
    assert sum(found.values()) == 200


def test_comprehensive_holiday_hours_enter_no_excess_and_leave_does() -> None:
    """January 2027: 20 legal workdays, 160 h. Nineteen days of 8 h beside the holiday and a day of leave fill them exactly."""
    workdays = [d for d in range(2, 32) if pd.Timestamp(2027, 1, d).weekday() < 5]
    worked = [work("A", "2027-01-01", "D", "reception"), *(work("A", f"2027-01-{d:02d}", "D", "reception") for d in workdays[:19])]
    kept = table(made(*worked, month="2027-01", leave=leave("paid", f"2027-01-{workdays[19]}")))
    assert {premium for _, premium in kept} == {"normal", "overtime_holiday", "paid_leave"}
    over = table(made(*worked, work("A", "2027-01-30", "P", "reception"), month="2027-01", leave=leave("unpaid", f"2027-01-{workdays[19]}")))
    assert over[("01-30", "overtime_workday")] == 4


def test_standard_hours_beyond_eight_a_day() -> None:
    found = table(made(work("A", "2026-12-09", "L", "reception"), person={"hours_scheme": "standard"}))
    assert found == {("12-09", "normal"): 8, ("12-09", "overtime_workday"): 2}


def test_eight_hours_are_a_duty_s_not_a_calendar_day_s() -> None:
    rows = [work("A", f"2026-12-{d:02d}", "N", "floater") for d in (8, 9)]
    assert {p for _, p in table(made(*rows, person={"hours_scheme": "standard"}))} == {"normal", "night"}


def test_a_sixth_day_is_a_rest_day_unless_the_week_made_room_for_it() -> None:
    week = [work("A", f"2026-12-{d:02d}", "D", "reception") for d in range(7, 13)]
    person = {"hours_scheme": "standard"}
    assert table(made(*week, person=person))[("12-12", "overtime_rest_day")] == 8
    make_up = table(made(*week, person=person, special={"2026-12-12": "make_up_workday"}))
    assert {p for _, p in make_up} == {"normal"}
    short = [work("A", f"2026-12-{d:02d}", "P", "reception") for d in range(7, 12)]
    assert {p for _, p in table(made(*short, week[5], person=person))} == {"normal"}
    long_saturday = table(made(*week[:5], work("A", "2026-12-12", "L", "reception"), person=person))
    assert long_saturday[("12-12", "overtime_rest_day")] == 10


def test_days_of_the_month_before_count_in_the_first_week() -> None:
    past = build.rows(work("A", "2026-11-30", "D", "reception"))
    rows = [work("A", f"2026-12-{d:02d}", "D", "reception") for d in range(1, 6)]
    found = table(made(*rows, person={"hours_scheme": "standard"}, last_roster=past))
    assert found[("12-05", "overtime_rest_day")] == 8
    assert min(found) == ("12-01", "normal")


def test_part_time_hours_are_normal() -> None:
    rows = [work("A", f"2026-12-{d:02d}", "L", "reception") for d in range(7, 13)]
    assert {p for _, p in table(made(*rows, person={"hours_scheme": "part_time", "fte_share": 0.5}))} == {"normal"}


@pytest.mark.parametrize(
    ("kind", "premium"),
    [("paid", "paid_leave"), ("part_paid", "part_paid_leave"), ("time_off_in_lieu", "time_off_in_lieu"), ("unpaid", "unpaid_leave")],
)
def test_leave_has_its_class_and_hours(kind: str, premium: str) -> None:
    assert table(made(off("A", "2026-12-09", "leave"), leave=leave(kind, "2026-12-09", 7.5))) == {("12-09", premium): 7.5}


def test_leave_on_which_someone_works_is_not_taken() -> None:
    assert table(made(work("A", "2026-12-09", "D", "reception"), leave=leave("paid", "2026-12-09"))) == {("12-09", "normal"): 8}


def test_a_holiday_off_is_a_paid_day_of_monthly_staff() -> None:
    assert table(made(month="2027-01", person={"fte_share": 0.5})) == {("01-01", "holiday_off"): 4}
    for person in ({"hours_scheme": "part_time"}, {"hired": "2027-01-02"}, {"left": "2026-12-30"}):
        assert table(made(month="2027-01", person=person)) == {}
    assert table(made(month="2027-01", leave=leave("paid", "2027-01-01"))) == {("01-01", "paid_leave"): 8}
    past = build.rows(work("A", "2026-12-31", "N", "floater"))
    assert table(made(month="2027-01", last_roster=past)) == {}


@cache
def clean(name: str) -> front_desk.Month:
    return {"front_desk": front_desk, "call_team": call_team}[name].month()


@pytest.mark.parametrize("name", ["front_desk", "call_team"])
def test_paid_minutes_of_a_month_are_conserved_person_by_person(name: str) -> None:
    month = clean(name)
    frame = hours(month.roster, month.study)
    paid = frame[frame["premium"].isin(PAID)].groupby("employee_id")["hours_h"].sum()
    worked = month.roster[month.roster["kind"] == "work"]
    due = worked["shift"].map(PAID_H).groupby(worked["employee_id"]).sum()
    assert (paid * 60).round(6).to_dict() == (due * 60).to_dict()
    assert frame.groupby("employee_id")["shifts"].sum()[due.index].to_dict() == worked.groupby("employee_id").size().to_dict()
    assert (frame["basis"] == "planned").all()


DUTIES = st.dictionaries(
    st.integers(1, 31), st.sampled_from([("N", "floater"), ("W", None), ("D", "reception"), ("L", "reception"), ("P", "reception")])
)
SCHEMES = st.sampled_from(["standard", "comprehensive", "part_time"])
HOLIDAYS = st.dictionaries(
    st.sampled_from([f"2026-12-{d:02d}" for d in range(1, 32)]), st.sampled_from(["statutory_holiday", "make_up_workday"]), max_size=4
)


@given(DUTIES, SCHEMES, HOLIDAYS, st.integers(150, 270))
@settings(max_examples=40, deadline=None)
def test_any_month_conserves_its_minutes(duties: dict[int, tuple[str, str | None]], scheme: str, special: dict[str, str], at: int) -> None:
    rows = [work("A", f"2026-12-{d:02d}", code, home, at=at if code == "W" else None) for d, (code, home) in duties.items()]
    frame = made(*rows, person={"hours_scheme": scheme}, special={**NEW_YEAR, **special})
    paid = frame[frame["premium"].isin(PAID)]
    assert round(paid["hours_h"].sum() * 60) == round(sum(PAID_H[code] for code, _ in duties.values()) * 60)
    assert frame["shifts"].sum() == len(duties)
    holidays = {pd.Timestamp(d) for d, kind in {**NEW_YEAR, **special}.items() if kind == "statutory_holiday"}
    assert (paid["date"].isin(holidays) == (paid["premium"] == "overtime_holiday")).all()
    assert paid.groupby("date")["hours_h"].sum().max() <= 24 if len(paid) else True
    night = frame[frame["premium"] == "night"].set_index("date")["hours_h"]
    assert (night <= paid.groupby("date")["hours_h"].sum()[night.index] + 1e-9).all()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"employee_id": "B"}, "audit.unknown_person"),
        ({"shift": "ZZ"}, "audit.unknown_shift"),
        ({"start": pd.NaT}, "audit.no_times"),
        ({"end": pd.Timestamp("2026-12-09 08:00")}, "audit.no_times"),
        ({"start": pd.Timestamp("2026-12-08 08:00")}, "audit.no_times"),
        ({"breaks": "lunch"}, "audit.breaks_unreadable"),
        ({"breaks": "11:00-12:00;15:00-15:30"}, "audit.breaks_missing"),
        ({"breaks": None}, "audit.breaks_missing"),
        ({"date": pd.Timestamp("2026-11-30")}, "audit.outside_month"),
        ({"kind": "leave", "shift": None, "start": pd.NaT, "end": pd.NaT, "breaks": None, "queue": None}, "audit.leave_not_granted"),
    ],
)
def test_what_cannot_be_paid_is_refused_with_its_place(change: dict[str, Any], key: str) -> None:
    base = build.study(build.params(front_desk.queues()), {"A": {}})
    with pytest.raises(RosterError) as refused:
        hours(build.rows({**work("A", "2026-12-09", "D", "reception"), **change}), base)
    assert refused.value.keys == [key]
    assert "roster" in str(refused.value)


def test_all_that_cannot_be_paid_is_told_at_once_up_to_twenty() -> None:
    base = build.study(build.params(front_desk.queues()), {"A": {}})
    rows = [{**work("A", f"2026-12-{d:02d}", "D", "reception"), "shift": "ZZ"} for d in range(1, 26)]
    with pytest.raises(RosterError) as refused:
        hours(build.rows(*rows), base)
    assert len(refused.value.findings) == 21
    assert refused.value.keys[-1] == "audit.more"


def test_a_calendar_that_ends_with_the_month_is_refused_when_the_last_night_passes_it() -> None:
    base = build.study(build.params(front_desk.queues()), {"A": {}})
    short = base.calendar[base.calendar["date"] <= pd.Timestamp("2026-12-31")]
    with pytest.raises(RosterError) as refused:
        hours(build.rows(work("A", "2026-12-31", "N", "floater")), build.changed(base, calendar=short))
    assert refused.value.keys == ["audit.calendar_gap"]
    assert "2027-01-01" in str(refused.value)
