"""How a site rosters: teams, sessions, attributes and the maker of the roster as settings; what the law does not allow is refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from cslib.core.errors import ParamError
from cslib.core.shifts import OFF, Break, Pattern
from cslib.core.words import speaking
from cslib.params import open_params, roster_settings
from cslib.params.law import RULES
from cslib.params.roster_settings import DutyTeams, RosterSettings

TEAMS = "  teams: {enforced: true, queues: {red: [desk]}}\n"
SESSIONS = "  sessions: {induction: {first: 2026-12-01, last: 2026-12-15, times: 2, people: newcomers}}\n"


def add(project, name: str, text: str) -> None:
    with (project / "sites" / "desk" / f"{name}.yml").open("a", encoding="utf-8") as file:
        file.write(text)


def refused(message: str) -> str:
    with speaking("en"):
        with pytest.raises(ParamError) as caught:
            open_params("desk")
        text = str(caught.value)
    assert message in text, text
    return text


def test_the_defaults_ask_nothing_new() -> None:
    """What a site does not say changes nothing: no team is sized, no session planned, no pattern asked of a shift."""
    settings = RosterSettings()
    assert (settings.teams.enforced, settings.teams.queues, settings.sessions, settings.attributes) == (False, {}, {}, ())
    for name in ("front_desk", "hotline", "online_shop"):
        params = open_params(name)
        assert all(shift.pattern == Pattern() and not shift.standby and not shift.split for shift in params.shifts)


def test_the_team_size_is_that_of_s003_h9() -> None:
    """S003-H9: a customer-service team has two to four people."""
    assert (DutyTeams().size_least, DutyTeams().size_most) == (2, 4)


def test_the_lead_makes_a_roster_of_one_month() -> None:
    """S002-28: the lead makes the duty roster every month; S001-03: work is the own team's, S002-29 is a setting."""
    settings = RosterSettings()
    assert (settings.owner, settings.horizon_months, settings.allocation) == ("lead", 1, "team")


def test_a_roster_of_another_length_is_refused(project) -> None:
    add(project, "site", "roster: {horizon_months: 2}\n")
    refused("a roster is made for one calendar month")


def test_a_ban_on_leave_is_refused_with_its_legal_reason(project) -> None:
    """S002-18 is excluded: leave is a legal claim."""
    add(project, "site", "roster: {leave_only_for_special_reasons: true}\n")
    text = refused("S002-18")
    assert "Labour Law art. 45" in text and "site.yml" in text


def test_teams_sessions_and_attributes_are_read(project) -> None:
    add(project, "site", "roster:\n" + TEAMS + SESSIONS + "  coach_skill: coach\n  level_skill: senior\n")
    settings = open_params("desk").site.roster
    assert settings.teams.queues == {"red": ("desk",)} and settings.attributes == ("senior", "coach")
    assert settings.sessions["induction"].times == 2


@pytest.mark.parametrize(("text", "message"), [
    ("roster: {teams: {queues: {red: [none]}}}\n", "roster.teams.queues.red.none"),
    ("roster: {coach_skill: desk}\n", "is the skill of a queue"),
    ("roster: {teams: {size_least: 5}}\n", "size_least <= size_most"),
    ("roster: {sessions: {x: {first: 2026-12-15, last: 2026-12-01}}}\n", "to after from"),
])  # fmt: skip
def test_settings_that_cannot_be_meant_are_refused(project, text: str, message: str) -> None:
    add(project, "site", text)
    refused(message)


SHIFT = """  X:
    name: {{zh: 测试班, en: test shift}}
    mark: {{zh: 测, en: X}}
    colour: "#abcdef"
    start: "08:00"
    length_min: 720
    {more}
"""


def test_patterns_split_and_standby_shifts_are_read(project) -> None:
    add(project, "site", "roster:\n" + SESSIONS)
    add(project, "shifts", SHIFT.format(more="""breaks: [{length_min: 240, earliest_min: 240, latest_min: 240, split: true}]
    queues: [desk]
    run_most: 3
    run_least: 2
    not_before: [E]
    followed_by: [L, "OFF"]"""))  # fmt: skip
    found = open_params("desk").shift("X")
    assert found.pattern == Pattern(3, 2, ("E",), ("L", OFF))
    assert found.split and found.paid_min == 480 and found.breaks == (Break(240, 240, 240, split=True),)
    assert dataclasses.replace(found, standby=True).paid_min == 0


@pytest.mark.parametrize(("more", "message"), [
    ("queues: [desk]\n    standby: true", "Give standby a post of its own"),
    ("standby: true", "'queues'"),
    ("queues: [desk]\n    run_most: 1\n    run_least: 2", "run_least <= run_most"),
    ("queues: [desk]\n    not_before: [Z]", "shifts.X.not_before.Z"),
    ("queues: [desk]\n    followed_by: [Z]", "shifts.X.followed_by.Z"),
    ("breaks: [{length_min: 240, earliest_min: 240, latest_min: 240}]", "at most 180 min"),
    ("breaks: [{length_min: 240, earliest_min: 240, latest_min: 240, split: true, paid: true}]", "split hours are unpaid"),
    ("breaks: [{length_min: 60, earliest_min: 240, latest_min: 240, paid: true, session: none}]", "shifts.X.breaks.none"),
])  # fmt: skip
def test_shifts_that_cannot_be_meant_are_refused(project, more: str, message: str) -> None:
    add(project, "shifts", SHIFT.format(more=more))
    refused(message)


def test_the_optional_settings_of_the_template_can_be_switched_on(project) -> None:
    """What the template shows as comments is read when the comment marks are taken away."""
    template = (Path(roster_settings.__file__).parents[1] / "intake" / "templates" / "site.yml").read_text(encoding="utf-8")
    block = template[template.index("# rules:") :].replace("[hotline]", "[desk]")
    add(project, "site", "\n".join(line.removeprefix("# ") for line in block.splitlines()) + "\n")
    found = open_params("desk")
    day = dt.date(2026, 12, 1)
    assert (found.law.limit("weekends_most", day), found.law.limit("cycle_overtime", day), found.prices.yuan("night_spread")) == (2, 36, 40)
    assert found.site.roster.teams.enforced and found.site.roster.sessions["induction"].people == "newcomers"
    assert {rule for rule in found.site.rules if RULES[rule][1] == "flag"} == set()
