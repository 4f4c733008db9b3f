"""Coverage and priced cost counted by hand."""

from __future__ import annotations

from collections import Counter
from typing import Any

import build
import front_desk
import numpy as np
import pandas as pd
import pytest
from build import cover, off, queue, work

from cslib.core import tables
from cslib.core.shifts import read_breaks
from cslib.core.units import minute_of
from cslib.params.prices import PRICES
from cslib.params.site import RosterSettings
from cslib.roster.audit import recount

DAY = "2026-12-09"


def desk(people: dict[str, dict[str, Any]], *rows: dict[str, Any], relief: tuple[dict[str, Any], ...] = (), queues: Any = None, **given: Any) -> Any:
    """Coverage (indexed by queue and clock) and cost (indexed by price) of one day."""
    site = given.pop("site", {})
    peak = given.pop("peak", 0.8)
    base = build.study(
        build.params(queues or {"north_lobby": queue("lobby")}, **site), people, month=given.pop("day", DAY), days=given.pop("days", 1)
    )
    base = build.changed(base, **given)
    coverage, cost = recount(build.rows(*rows), build.covers(*relief), build.need(base, peak), base)
    return coverage.set_index(["queue", "interval_start"]), cost.set_index("price")


def at(coverage: pd.DataFrame, name: str, clock: str) -> tuple[float, float, float, float]:
    """Needed, rostered, short, over of a queue at a time of the day."""
    row = coverage.loc[(name, pd.Timestamp(DAY) + pd.Timedelta(minutes=minute_of(clock)))]
    return tuple(row[["needed", "rostered", "short", "over"]].astype(float))


def test_home_people_less_breaks() -> None:
    coverage, _ = desk({"A": {}, "B": {}}, work("A", DAY, "E", "north_lobby"), work("B", DAY, "E", "north_lobby", at=300))
    assert at(coverage, "north_lobby", "06:30") == (1, 0, 1, 0)
    assert at(coverage, "north_lobby", "07:00") == (1, 2, 0, 1)
    assert at(coverage, "north_lobby", "10:30") == (1, 1, 0, 0)
    assert at(coverage, "north_lobby", "15:00") == (1, 0, 1, 0)


def test_a_break_off_the_grid_is_short_for_its_minutes_only() -> None:
    coverage, _ = desk({"A": {}, "B": {}}, work("A", DAY, "E", "north_lobby", breaks="10:40-11:10"), work("B", DAY, "M", "north_lobby"))
    assert at(coverage, "north_lobby", "10:30") == pytest.approx((1, 1 / 3, 2 / 3, 0))
    assert at(coverage, "north_lobby", "11:00") == pytest.approx((1, 2 / 3, 1 / 3, 0))


def test_surplus_of_one_minute_does_not_fill_another() -> None:
    rows = work("A", DAY, "E", "north_lobby", breaks="10:30-10:45"), work("B", DAY, "E", "north_lobby", breaks="10:30-10:45")
    coverage, _ = desk({"A": {}, "B": {}}, *rows)
    assert at(coverage, "north_lobby", "10:30") == pytest.approx((1, 1, 0.5, 0.5))


def test_a_cover_moves_a_person_and_a_floater_stays_counted() -> None:
    queues = {"north_lobby": queue("lobby"), "floater": queue("floater", may_leave=True), "reception": queue("reception")}
    people = {"A": {}, "B": {"skills": ["floater", "lobby"]}, "C": {}, "D": {"skills": ["reception", "lobby"]}}
    rows = [work("A", DAY, "E", "north_lobby"), work("B", DAY, "E", "floater", at=300), work("D", DAY, "D", "reception", at=300)]
    floater, _ = desk(people, *rows, relief=(cover("north_lobby", "A", "B", f"{DAY} 10:30", 30),), queues=queues)
    assert at(floater, "north_lobby", "10:30") == (1, 1, 0, 0)
    assert at(floater, "floater", "10:30") == (1, 1, 0, 0)
    desk_away, _ = desk(people, *rows, relief=(cover("north_lobby", "A", "D", f"{DAY} 10:30", 30),), queues=queues)
    assert at(desk_away, "north_lobby", "10:30") == (1, 1, 0, 0)
    assert at(desk_away, "reception", "10:30") == (1, 0, 1, 0)


def test_the_first_morning_is_served_by_the_month_before() -> None:
    past = tables.check("roster", build.rows(work("A", "2026-12-08", "N", "north_lobby")))
    coverage, _ = desk({"A": {}}, last_roster=past)
    assert at(coverage, "north_lobby", "06:30") == (1, 1, 0, 0)
    assert at(coverage, "north_lobby", "01:30") == (1, 0, 1, 0)
    assert at(coverage, "north_lobby", "07:00") == (1, 0, 1, 0)


def phones() -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Two pooled queues, one person each from 08:00 to 17:00, English at peak."""
    day = {"from": "08:00", "to": "17:00"}
    queues = {"zh": queue("zh", {**day, "heads": 1}, channel="phone"), "en": queue("en", {**day, "heads": 1}, channel="phone")}
    return queues, {"A": {"skills": ["zh"]}, "B": {"skills": ["zh", "en"]}, "C": {"skills": ["fr"]}}


def test_pooled_agents_go_where_they_are_needed() -> None:
    queues, people = phones()
    coverage, cost = desk(people, work("A", DAY, "Q", at=180), work("B", DAY, "Q", at=300), queues=queues, peak=2.0)
    assert at(coverage, "zh", "09:00") == (1, 1, 0, 0)
    assert at(coverage, "en", "09:00") == (1, 1, 0, 0)
    assert at(coverage, "zh", "11:00")[2] + at(coverage, "en", "11:00")[2] == 1
    assert cost.loc["short", "quantity"] == pytest.approx(2.0)
    assert cost.loc["over", "quantity"] == 0


def test_agents_left_over_are_booked_on_the_first_queue_they_can_serve() -> None:
    queues, people = phones()
    coverage, cost = desk(people, *(work(who, DAY, "T") for who in "ABC"), queues=queues)
    assert at(coverage, "zh", "12:00") == (1, 2, 0, 1)
    assert at(coverage, "en", "12:00") == (1, 1, 0, 0)
    assert cost.loc["over", "quantity"] == pytest.approx(4.0)


def test_a_pooled_stand_in_is_not_in_the_pool() -> None:
    queues, people = phones()
    queues["north_lobby"] = queue("lobby")
    people |= {"A": {"skills": ["zh", "lobby"]}, "L": {}}
    rows = [work("A", DAY, "Q", at=300), work("L", DAY, "E", "north_lobby")]
    coverage, _ = desk(people, *rows, relief=(cover("north_lobby", "L", "A", f"{DAY} 10:30", 30),), queues=queues)
    assert at(coverage, "zh", "10:00") == (1, 1, 0, 0)
    assert at(coverage, "zh", "10:30") == (1, 0, 1, 0)
    assert at(coverage, "north_lobby", "10:30") == (1, 1, 0, 0)


def test_people_to_roster_count_not_people_on_post() -> None:
    base = build.study(build.params({"north_lobby": queue("lobby")}), {"A": {}}, month=DAY, days=1)
    need = build.need(base).assign(scheduled=2)
    coverage, cost = recount(build.rows(work("A", DAY, "E", "north_lobby")), build.covers(), need, base)
    assert (coverage["needed"] == 2).all()
    assert cost.set_index("price").loc[["short", "short_peak"], "quantity"].sum() == pytest.approx(24 * 2 - 7.5)


def test_every_price_has_its_row_at_the_list_price() -> None:
    _, cost = desk({"A": {}}, work("A", DAY, "E", "north_lobby"))
    assert set(cost.index) == set(PRICES)
    assert cost["priced_yuan"].to_list() == pytest.approx((cost["quantity"] * cost["rate_yuan"]).to_list())
    assert dict(cost["unit"]) == PRICES


def test_shortage_by_peak_and_an_empty_post() -> None:
    heads = [{"from": "07:00", "to": "10:00", "heads": 2}, {"from": "10:00", "to": "15:00", "heads": 1}]
    _, plain = desk({"A": {}}, work("A", DAY, "E", "north_lobby"), queues={"north_lobby": queue("lobby", *heads)})
    assert plain.loc[["short_peak", "short", "empty_post"], "quantity"].to_list() == pytest.approx([3.0, 0.5, 0.0])
    guarded = queue("lobby", *heads, never_empty=True, opening=({"from": "07:00", "to": "16:00"},))
    _, cost = desk({"A": {}}, work("A", DAY, "E", "north_lobby"), queues={"north_lobby": guarded})
    assert cost.loc[["short_peak", "short", "empty_post"], "quantity"].to_list() == pytest.approx([3.0, 0.0, 1.5])


def test_hours_against_contract() -> None:
    rows = [work("A", "2026-12-07", "E", "north_lobby"), work("A", "2026-12-08", "E", "north_lobby"), work("B", "2026-12-07", "E", "north_lobby")]
    leave = pd.DataFrame([{"employee_id": "B", "date": "2026-12-08", "kind": "unpaid", "hours_h": 4.0}])
    given = {"day": "2026-12-07", "days": 2, "leave": tables.check("leave", leave)}
    people = {"A": {"fte_share": 0.5}, "B": {}, "C": {}}
    _, cost = desk(people, *rows, site={"roster": RosterSettings(contract_band_h=3.0)}, **given)
    assert cost.loc["overtime", "quantity"] == pytest.approx(16 - 8)
    assert cost.loc["under_hours", "quantity"] == pytest.approx((16 - 8 - 4 - 3) + (16 - 3))


def test_wishes_are_met_by_exactly_what_was_wished() -> None:
    days = {"2026-12-07": "OFF", "2026-12-08": "E", "2026-12-09": "M", "2026-12-10": "OFF", "2026-12-11": "OFF"}
    wishes = [{"employee_id": "A", "date": d, "wish": w, "weight": 2.0**i} for i, (d, w) in enumerate(days.items())]
    leave = tables.check("leave", pd.DataFrame([{"employee_id": "A", "date": "2026-12-11", "kind": "paid", "hours_h": 8.0}]))
    rows = [off("A", "2026-12-07"), work("A", "2026-12-08", "E", "north_lobby"), work("A", "2026-12-09", "E", "north_lobby")]
    rows += [work("A", "2026-12-10", "E", "north_lobby"), off("A", "2026-12-11", "leave")]
    _, cost = desk({"A": {}}, *rows, day="2026-12-07", days=5, wishes=tables.check("wishes", pd.DataFrame(wishes)), leave=leave)
    assert cost.loc["wish_refused", "quantity"] == pytest.approx(4 + 8 + 16)
    assert cost.loc["wish_refused", "priced_yuan"] == pytest.approx(28 * 60)


def test_nights_beyond_the_free_ones() -> None:
    rows = [work(who, f"2026-12-{d:02d}", "N", "north_lobby") for who, nights in (("A", 4), ("B", 2)) for d in range(7, 7 + nights)]
    _, cost = desk({"A": {}, "B": {}}, *rows, day="2026-12-07", days=7, site={"roster": RosterSettings(nights_free=3)})
    assert cost.loc["night_over", "quantity"] == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_counting_slot_by_slot_gives_the_same(seed: int) -> None:
    """The clean front desk with a fifth of its duties taken out, counted interval by interval in the plainest way."""
    month = front_desk.month()
    roster = month.roster.copy()
    gone = (roster["kind"] == "work") & (np.random.default_rng(seed).random(len(roster)) < 0.2)
    roster = pd.concat([roster[~gone], build.rows(*(off(r.employee_id, r.date) for r in roster[gone].itertuples()))], ignore_index=True)
    left = set(roster.loc[roster["kind"] == "work", ["employee_id", "date"]].itertuples(index=False, name=None))
    started = (month.covers["start"] - pd.Timedelta(hours=7)).dt.normalize()
    there = [{(r.absent_id, d), (r.stand_in_id, d)} <= left for r, d in zip(month.covers.itertuples(), started, strict=True)]
    covers = month.covers[np.array(there) | (started < pd.Timestamp("2026-12-01"))]
    coverage, cost = recount(roster, covers, month.need, month.study)
    counted = plain_count(pd.concat([roster, month.study.last_roster]), covers)
    expected = [counted.get((r.queue, r.interval_start), 0) for r in coverage.itertuples()]
    assert coverage["rostered"].to_list() == expected
    short = (coverage["needed"] - expected).clip(lower=0)
    assert coverage["short"].to_list() == short.to_list()
    empty = short[coverage["queue"].isin(["north_lobby", "south_lobby"])].sum() / 2
    assert cost.set_index("price").loc["empty_post", "quantity"] == pytest.approx(empty)


def plain_count(roster: pd.DataFrame, covers: pd.DataFrame) -> Counter[tuple[str, pd.Timestamp]]:
    """People by queue and half hour: present, less breaks, plus covers; whoever covers leaves home unless that is the floater's."""
    found: Counter[tuple[str, pd.Timestamp]] = Counter()
    for row in roster[roster["kind"] == "work"].itertuples():
        pauses = read_breaks(row.breaks, row.start)
        away = covers[(covers["stand_in_id"] == row.employee_id) & (row.queue != "floater")]
        for slot in pd.date_range(row.start, row.end, freq="30min", inclusive="left"):
            if not any(a <= slot < b for a, b in pauses) and not ((away["start"] <= slot) & (slot < away["end"])).any():
                found[row.queue, slot] += 1
    for row in covers.itertuples():
        for slot in pd.date_range(row.start, row.end, freq="30min", inclusive="left"):
            found[row.post, slot] += 1
    return found
