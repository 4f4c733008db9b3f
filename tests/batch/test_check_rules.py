"""``cslib check`` on a roster broken by hand in each rule of the pack: the rule, the person, the date, the value and the limit are told.

Months are those of the audit's tests; a rule without a case here fails ``test_every_rule_has_a_case``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from functools import cache
from pathlib import Path

import build
import front_desk
import pandas as pd
import pytest
from breakers import BREAKS
from build import off, work
from click.testing import CliRunner, Result
from custom_breakers import limited, patterned, person, settings
from edited_file import Case, write_file
from front_desk import Month

from cslib.batch import check, cli
from cslib.core import tables
from cslib.intake import rosters
from cslib.params.law import RULES
from cslib.params.roster_settings import DutyTeams, Session
from cslib.roster import audit

# Rules that a roster can't break, because they are about the staff list and granted leave: told of the published month itself.
NOT_BY_ROSTER = {"team_size", "leave_quota"}


@cache
def clean() -> Month:
    return front_desk.month()


def day(number: int) -> str:
    return f"2026-12-{number:02d}"


def edited(month: Month, *rows: dict[str, object]) -> Case:
    """A published month, and the same with rows written by hand."""
    return Case(month, dataclasses.replace(month, roster=build.put(month.roster, *rows)))


def spare(code: str, *days: int, home: str = "floater", who: str = "X1") -> list[dict[str, object]]:
    """Duties of somebody who has none in the clean month."""
    return [work(who, day(d), code, home) for d in days]


KEY = ["rule", "employee_id", "start", "detail"]


def violations(month: Month) -> set[tuple[str, ...]]:
    """What the audit finds in a month, as texts."""
    found = audit(month.roster, month.covers, month.need, month.study)
    return set(found[KEY].astype(str).itertuples(index=False, name=None))


def without_pins(month: Month) -> Month:
    return dataclasses.replace(month, study=build.changed(month.study, pins=tables.empty("roster")))


def teaching(month: Month) -> Month:
    """The break of the early shift is a session, due on the 21st and 22nd."""
    shifts = tuple(
        dataclasses.replace(s, breaks=tuple(dataclasses.replace(b, session="service") for b in s.breaks)) if s.code == "E" else s
        for s in month.study.params.shifts
    )
    taught = dataclasses.replace(month, study=dataclasses.replace(month.study, params=dataclasses.replace(month.study.params, shifts=shifts)))
    return settings(without_pins(taught), sessions={"service": Session(first=dt.date(2026, 12, 21), last=dt.date(2026, 12, 22))})


BY_HAND: dict[str, Callable[[Month], Case]] = {
    "cycle_overtime": lambda m: edited(limited(person(m, "X1", cycle_balance_h=180.0), "cycle_overtime", 20), *spare("E", 7, 8, 9, 10)),
    "forbidden_follow_on": lambda m: edited(patterned(m, "A", not_before=("V",)), *spare("A", 8), *spare("V", 9)),
    "required_follow_on": lambda m: edited(patterned(m, "A", followed_by=("V",)), *spare("A", 8)),
    "shift_run_most": lambda m: edited(patterned(m, "A", run_most=1), *spare("A", 8, 9)),
    "shift_run_least": lambda m: edited(patterned(m, "A", run_least=2), *spare("A", 8)),
    "work_run_least": lambda m: edited(limited(m, "work_run_least", 2), *spare("E", 8)),
    "rest_run_least": lambda m: edited(limited(m, "rest_run_least", 2), *spare("E", 8, 10)),
    "week_work_days": lambda m: edited(limited(m, "week_work_days", 4), *spare("E", 7, 8, 9, 10, 11)),
    "weekends_most": lambda m: edited(limited(m, "weekends_most", 0), *spare("N", 12)),
    "month_nights": lambda m: edited(limited(m, "month_nights", 0), *spare("N", 12)),
    "week_split_shifts": lambda m: edited(limited(patterned(m, "E", split=True), "week_split_shifts", 0), *spare("E", 8)),
    "week_hours_least": lambda m: edited(limited(m, "week_hours_least", 8), *(off("R1", day(d)) for d in range(7, 12))),
    "team_post": lambda m: edited(
        settings(person(m, "X1", team="red"), teams=DutyTeams(queues={"red": ("floater",)})), *spare("E", 8, home="north_lobby")
    ),
    "lead_on_duty": lambda m: edited(limited(person(m, "R1", role="lead"), "lead_on_duty", 1), off("R1", day(9))),
    "level_at_peak": lambda m: edited(
        limited(settings(m, level_skill="reception"), "level_at_peak", 0.5), *(off(who, day(9)) for who in ("R1", "R2", "C1", "H1"))
    ),
    "coach_on_duty": lambda m: edited(
        limited(settings(person(m, "X1", hired="2026-11-30"), coach_skill="coach"), "coach_on_duty", 1), *spare("E", 8)
    ),
    "team_lead_on_duty": lambda m: edited(
        limited(person(person(m, "X1", team="red"), "X2", team="red", role="lead"), "team_lead_on_duty", 1), *spare("E", 8)
    ),
    "session_held": lambda m: edited(teaching(m), off("X2", day(21))),
    "team_size": lambda m: edited(settings(person(m, "X1", team="red"), teams=DutyTeams(enforced=True))),
    "leave_quota": lambda m: edited(limited(m, "leave_quota", 0)),
}  # fmt: skip


def case(rule: str) -> Case:
    """The rule broken by hand: as above, or the first way of the audit's tests that changes only what a file can hold."""
    if rule in BY_HAND:
        return BY_HAND[rule](clean())
    for way in BREAKS[rule].values():
        broken = way(clean())
        keys = broken.roster[["employee_id", "date"]].astype(str)
        known = set(clean().study.employees["employee_id"])
        if broken.study.params is clean().study.params and not keys.duplicated().any() and set(broken.roster["employee_id"]) <= known:
            return Case(clean(), broken)
    raise AssertionError(rule)


def asked(made: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """``cslib check`` of the broken roster against the published month, as a planner calls it."""
    ids = made.published.study.employees["employee_id"]
    params = made.published.study.params
    study = dataclasses.replace(made.published.study, params=dataclasses.replace(params, shift_aliases={s.code: s.code for s in params.shifts}))
    known = pd.DataFrame({"employee_id": ids, "staff_no": "S-" + ids, "display_name": ids})
    for room in (rosters, check.intake):
        monkeypatch.setattr(room, "names", lambda _: known)
    monkeypatch.setattr(check.intake, "open_study", lambda *_, **__: study)
    monkeypatch.setattr(check, "published", lambda _: (made.published.roster, made.published.covers, made.published.need))
    path = write_file(made, tmp_path / "roster.xlsx")
    return CliRunner().invoke(cli.main, ["check", str(path), "front_desk", "--month", "2026-12", "--language", "en"])


def test_every_rule_has_a_case() -> None:
    assert set(RULES) == set(BY_HAND) | (set(BREAKS) - set(BY_HAND)) and set(BY_HAND) <= set(RULES)
    assert not (set(BREAKS) - set(BY_HAND)) & NOT_BY_ROSTER


@pytest.mark.parametrize("rule", [r for r in RULES if r not in NOT_BY_ROSTER | {"shift_definition"}])
def test_the_rule_broken_by_hand_is_told_with_person_date_value_and_limit(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = case(rule)
    old = set() if made.published is clean() else violations(made.published)
    fresh = audit(made.broken.roster, made.broken.covers, made.broken.need, made.broken.study)
    fresh = fresh[[row not in old for row in fresh[KEY].astype(str).itertuples(index=False, name=None)]]
    assert set(fresh["rule"]) == {rule}
    done = asked(made, tmp_path, monkeypatch)
    assert done.exit_code == 3, done.output
    told = [line for line in done.output.splitlines() if f"rule {rule};" in line]
    for row in fresh.itertuples():
        (line,) = (text for text in told if f"{row.start:%Y-%m-%d}" in text and (pd.isna(row.employee_id) or row.employee_id in text))
        if RULES[rule][1] != "flag":
            assert f"{row.value:g}" in line and f"{row.limit:g}" in line, line
    assert len(told) == len(fresh)
    assert ".xlsx [Sheet] C" in "".join(told) or ".xlsx [covers] C" in "".join(told) or rule == "never_empty"  # there a row of the ledger is gone


@pytest.mark.parametrize("rule", sorted(NOT_BY_ROSTER))
def test_what_no_roster_breaks_is_told_of_the_published_month(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = asked(case(rule), tmp_path, monkeypatch)
    (violation,) = audit(*(lambda m: (m.roster, m.covers, m.need, m.study))(case(rule).published)).itertuples()
    (line,) = (text for text in done.output.splitlines() if f"(rule {rule})" in text)
    assert done.exit_code == 3 and f"{violation.start:%Y-%m-%d}" in line
    assert f"{violation.value:g}" in line and f"{violation.limit:g}" in line


def test_a_duty_that_is_not_as_the_shift_list_defines_it_is_told_by_its_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = {**work("R1", day(9), "D", "reception", at=240), "start": pd.Timestamp(f"{day(9)} 08:30")}
    done = asked(dataclasses.replace(edited(clean(), late), duties=True), tmp_path, monkeypatch)
    (line,) = (text for text in done.output.splitlines() if "rule shift_definition" in text)
    assert done.exit_code == 3 and f"R1 {day(9)}" in line and "08:30" in line and "08:00" in line and "E2" in line
    for way, given in (("unknown_code", "ZZ"), ("post_of_another_shift", "reception")):
        done = asked(Case(clean(), BREAKS["shift_definition"][way](clean())), tmp_path, monkeypatch)
        assert (done.exit_code == 3 and f"'{given}'" in done.output and " C2" in done.output) or " D2" in done.output


def test_a_file_of_unknown_people_alone_is_refused_by_its_first_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = asked(Case(clean(), BREAKS["employment"]["unknown_person"](clean())), tmp_path, monkeypatch)
    assert done.exit_code == 2 and done.output.count("A2") == 1 and "on the staff list" in done.output


def test_a_clean_month_is_told_as_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = asked(Case(clean(), clean(), ledger=True), tmp_path, monkeypatch)
    assert done.exit_code == 0 and "(rule " not in done.output and "The edits break no rule" in done.output
    assert "covers on" not in done.output and "is gone: " not in done.output


def test_covers_edited_in_the_ledger_are_found_priced_and_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = BREAKS["cover_stand_in"]["stand_in_off_duty"](clean())
    done = asked(Case(clean(), broken), tmp_path, monkeypatch)
    assert "X1 covers on 2026-12-09, new: north_lobby T1n 10:30-11:00" in done.output
    assert "a cover of T1f on 2026-12-09 is gone: north_lobby T1n 10:30-11:00" in done.output
    assert "way out: undo" in done.output and "rule cover_stand_in;" in done.output
