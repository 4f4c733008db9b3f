"""Rosters made by hand or imported: whatever stands in them, the audit answers with violations, not with a crash."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Any

import build
import front_desk
import numpy as np
import pandas as pd
import pytest
from build import cover, off, work
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cslib.core import tables
from cslib.core.errors import RosterError
from cslib.intake.study import Study
from cslib.params.law import RULES
from cslib.roster.audit import audit, recount, sentences
from cslib.roster.audit.facts import read
from cslib.roster.audit.registry import Violation, details, table

DAYS = 9
PEOPLE: dict[str, dict[str, Any]] = {
    "A": {"overtime_max_h": 40.0},
    "B": {"hours_scheme": "standard", "skills": ["lobby", "reception"], "no_night_until": "2026-12-09"},
    "C": {"hours_scheme": "part_time", "fte_share": 0.4, "skills": {"reception": "2026-12-10"}},
    "D": {"skills": ["floater", "lobby"], "hired": "2026-12-08", "left": "2026-12-12", "no_overtime_until": "2026-12-31"},
}


@cache
def small() -> tuple[Study, pd.DataFrame]:
    """Nine days of the front desk with four people, last month's duties, a pin and a day of leave; and the need."""
    base = build.study(build.params(front_desk.queues()), PEOPLE, month="2026-12-07", days=DAYS)
    past = build.rows(work("A", "2026-12-06", "N", "north_lobby"), work("E", "2026-12-06", "N", "south_lobby"), work("B", "2026-12-06", "T"))
    leave = pd.DataFrame([{"employee_id": "B", "date": "2026-12-11", "kind": "paid", "hours_h": 8.0}])
    pins = tables.check("roster", build.rows(work("A", "2026-12-08", "E", "floater")))
    base = build.changed(base, last_roster=tables.check("roster", past), leave=tables.check("leave", leave), pins=pins)
    return base, build.need(base)


def judged(roster: pd.DataFrame, covers: pd.DataFrame | None = None) -> pd.DataFrame:
    base, need = small()
    return audit(roster, build.covers() if covers is None else covers, need, base)


def found(roster: pd.DataFrame, rule: str, who: str) -> pd.DataFrame:
    violations = judged(roster)
    return violations[(violations["rule"] == rule) & (violations["employee_id"] == who)]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"shift": None}, "unknown_shift"),
        ({"shift": 7}, "unknown_shift"),
        ({"start": pd.NaT}, "times"),
        ({"end": None}, "times"),
        ({"start": "noon"}, "times"),
        ({"start": "07:00"}, "times"),
        ({"end": pd.Timestamp("2026-12-09 06:00")}, "times"),
        ({"end": pd.Timestamp("2062-12-09 15:00")}, "times"),
        ({"start": pd.Timestamp("1677-12-09 07:00")}, "times"),
        ({"breaks": "lunch"}, "breaks"),
        ({"breaks": "25:00-26:00"}, "breaks"),
        ({"breaks": 1230}, "breaks"),
        ({"queue": "attic"}, "home"),
        ({"queue": None}, "home"),
        ({"kind": "sick"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": "rest"}, "not_empty"),
        ({"date": "2026-11-30"}, "month"),
        ({"date": None}, "date"),
        ({"date": "someday"}, "date"),
    ],
)
def test_a_broken_cell_is_a_violation_that_says_what_is_wrong(change: dict[str, Any], fault: str) -> None:
    row = {**work("A", "2026-12-09", "E", "floater"), **change}
    violations = found(build.rows(row).astype(object), "shift_definition", "A")
    assert len(violations) == 1
    assert f"fault={fault}" in violations["detail"].iloc[0]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"end": pd.NaT}, "times"),
        ({"start": pd.Timestamp("2026-12-09 12:00")}, "times"),
        ({"hours_h": 3.0}, "hours"),
        ({"hours_h": np.nan}, "hours"),
        ({"post": "attic"}, "post"),
        ({"absent_id": "nobody"}, "not_absent"),
        ({"stand_in_id": "nobody"}, "skill"),
        ({"stand_in_id": None}, "skill"),
    ],
)
def test_a_broken_cover_is_a_violation(change: dict[str, Any], fault: str) -> None:
    roster = build.rows(work("A", "2026-12-09", "E", "north_lobby"), work("D", "2026-12-09", "E", "floater", at=270))
    covers = build.covers({**cover("north_lobby", "A", "D", "2026-12-09 10:30", 30), **change}).astype(object)
    violations = judged(roster, covers)
    said = violations.loc[violations["rule"] == "cover_stand_in", "detail"]
    assert len(said) == 1
    assert f"fault={fault}" in said.iloc[0]


def test_a_minute_that_is_covered_in_part_is_not_covered() -> None:
    base = build.study(build.params({"north_lobby": build.queue("lobby", never_empty=True)}), {"A": {}, "B": {}}, month="2026-12-09", days=1)
    rows = [work("A", "2026-12-09", c, "north_lobby") for c in ("E",)] + [work("B", "2026-12-09", "M", "north_lobby")]
    late = cover("north_lobby", "A", "B", "2026-12-09 10:30:20", 29)
    violations = audit(build.rows(*rows), build.covers(late), build.need(base), base)
    starts = violations.loc[violations["rule"] == "never_empty", "start"]
    assert {pd.Timestamp("2026-12-09 10:30"), pd.Timestamp("2026-12-09 10:59")} <= set(starts)


def test_findings_at_one_place_are_one_row_with_all_details() -> None:
    row = {**work("A", "2026-12-09", "E", "attic"), "end": pd.NaT, "breaks": "lunch"}
    violations = found(build.rows(row).astype(object), "shift_definition", "A")
    assert [part.split(";")[0] for part in violations["detail"].iloc[0].split(" | ")] == ["fault=times", "fault=home", "fault=breaks"]


@pytest.mark.parametrize(("rule", "worst"), [("cover_duration", 6.0), ("never_empty", 0.0)])
def test_the_worst_value_stands_for_findings_at_one_place(rule: str, worst: float) -> None:
    base, need = small()
    day = base.horizon.start
    values = [6.0, 0.0] if rule == "never_empty" else [5.0, 6.0]
    same = [Violation(rule, "", pd.Timestamp(day), day, value, 4.0, detail=details(post=f"post {value:g}")) for value in values]
    joined = table(same, read(build.rows(), build.covers(), need, base))
    assert joined["value"].to_list() == [worst]
    assert joined["detail"].item() == " | ".join(f"post=post {value:g}" for value in values)


def test_a_second_row_of_a_day_is_named() -> None:
    rows = [off("A", "2026-12-09"), work("A", "2026-12-09", "E", "floater")]
    assert "second_row" in found(build.rows(*rows), "shift_definition", "A")["detail"].iloc[0]


def test_missing_columns_are_refused_with_their_names() -> None:
    base, need = small()
    with pytest.raises(RosterError) as refused:
        audit(build.rows().drop(columns=["breaks", "queue"]), build.covers(), need, base)
    assert refused.value.keys == ["audit.missing_column", "audit.missing_column"]
    assert "breaks" in str(refused.value)


def test_a_need_of_another_month_or_site_is_refused() -> None:
    base, need = small()
    later = need.assign(interval_start=need["interval_start"] + pd.Timedelta(days=40))
    for wrong, key in (
        (later, "audit.off_grid"),
        (need.replace({"floater": "attic"}), "audit.unknown_queue"),
        (need.iloc[1:], "audit.need_incomplete"),
    ):
        with pytest.raises(RosterError) as refused:
            recount(build.rows(), build.covers(), wrong, base)
        assert refused.value.keys == [key]
        assert str(refused.value)


def test_an_empty_roster_is_legal_but_for_empty_posts() -> None:
    violations = judged(build.rows())
    assert set(violations["rule"]) == {"never_empty", "pinned_kept"}
    assert violations.loc[violations["rule"] == "never_empty", "start"].min() == pd.Timestamp("2026-12-07 01:30")


IDS = st.sampled_from(["A", "B", "C", "D", "E", "", None])
TIMES = st.one_of(
    st.none(),
    st.just(pd.NaT),
    st.just("?"),
    st.datetimes(dt.datetime(2026, 12, 5), dt.datetime(2026, 12, 18)).map(lambda t: pd.Timestamp(t).floor("s")),
)
BREAKS = st.sampled_from(
    [None, "", "10:30-11:00", "12:00-12:00", "23:30-00:30;02:00-02:30", "10:30-11:00;10:45-12:00", "x", "9-10", ";", "24:00-25:00"]
)
HOMES = st.sampled_from([*front_desk.queues(), None, "", "attic"])
CODES = st.sampled_from([s.code for s in build.SHIFTS])


@st.composite
def any_row(draw: st.DrawFn) -> dict[str, Any]:
    """A row as defined, now and then with cells that are not."""
    day = dt.date(2026, 12, 7) + dt.timedelta(days=draw(st.integers(-1, DAYS)))
    row = (
        work(draw(IDS) or "A", day, draw(CODES), draw(HOMES)) if draw(st.integers(0, 9)) else off("B", day, draw(st.sampled_from(["rest", "leave"])))
    )
    wild = {"employee_id": IDS, "start": TIMES, "end": TIMES, "breaks": BREAKS, "shift": st.sampled_from(["E", "ZZ", None, 5]), "date": TIMES}
    for column in draw(st.sets(st.sampled_from(sorted(wild)), max_size=2)):
        row[column] = draw(wild[column])
    return row


@st.composite
def any_cover(draw: st.DrawFn) -> dict[str, Any]:
    start = pd.Timestamp("2026-12-07") + pd.Timedelta(minutes=draw(st.integers(-300, DAYS * 1440 + 300)))
    row = cover(draw(st.sampled_from(front_desk.POSTS)), draw(IDS) or "A", draw(IDS) or "B", start, draw(st.integers(1, 400)))
    return {**row, "end": draw(TIMES)} if draw(st.integers(0, 5)) == 0 else row


ROSTERS = st.lists(any_row(), max_size=25)
COVERS = st.lists(any_cover(), max_size=6)


@given(ROSTERS, COVERS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_roster_makes_the_audit_raise(rows: list[dict[str, Any]], relief: list[dict[str, Any]]) -> None:
    base, need = small()
    roster, covers = build.rows(*rows).astype(object), build.covers(*relief).astype(object)
    violations = audit(roster, covers, need, base)
    assert set(violations["rule"]) <= set(RULES)
    assert len(sentences(violations)) == len(violations)
    coverage, cost = recount(roster, covers, need, base)
    assert (coverage["needed"] - coverage["short"] + coverage["over"]).to_list() == pytest.approx(coverage["rostered"].to_list())
    assert (cost["priced_yuan"] >= 0).all()


NAMES = {"A": "Y", "B": "X", "C": "W", "D": "V"}


def relabelled(frame: pd.DataFrame) -> pd.DataFrame:
    columns = [c for c in ("employee_id", "absent_id", "stand_in_id") if c in frame]
    return frame.assign(**{c: [NAMES.get(v, v) for v in frame[c]] for c in columns})


@given(ROSTERS, COVERS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_other_names_change_nothing_but_the_names(rows: list[dict[str, Any]], relief: list[dict[str, Any]]) -> None:
    base, need = small()
    roster, covers = build.rows(*rows).astype(object), build.covers(*relief).astype(object)
    other = build.changed(base, **{name: relabelled(base.table(name)) for name in ("employees", "skills", "leave", "last_roster", "pins")})
    given_new = audit(relabelled(roster), relabelled(covers), need, other)
    renamed = relabelled(audit(roster, covers, need, base))
    renamed["detail"] = [_renamed(text) for text in renamed["detail"]]
    assert _as_set(given_new) == _as_set(renamed)
    for one, two in zip(recount(roster, covers, need, base), recount(relabelled(roster), relabelled(covers), need, other), strict=True):
        pd.testing.assert_frame_equal(one, two)


def _renamed(detail: str) -> str:
    """The details with the people relieved renamed."""
    return re.sub(r"(?<=absent=)[^;|]*\w", lambda found: re.sub(r"\w+", lambda who: NAMES.get(who[0], who[0]), found[0]), detail)


def _as_set(frame: pd.DataFrame) -> set[str]:
    return {"|".join(map(str, row)) for row in frame.sort_values(["rule", "start", "detail"]).itertuples(index=False)}
