"""Each rule of a clean month broken by hand: the audit names exactly that rule."""

from __future__ import annotations

from functools import cache

import call_team
import front_desk
import pandas as pd
import pytest
import team_breakers
from breakers import BREAKS

from cslib.params.law import RULES
from cslib.roster.audit import audit

WAYS = [(rule, name) for rule, ways in BREAKS.items() for name in ways]


@cache
def clean() -> front_desk.Month:
    return front_desk.month()


def found(month: front_desk.Month) -> pd.DataFrame:
    return audit(month.roster, month.covers, month.need, month.study)


def test_the_month_is_clean() -> None:
    assert found(clean()).empty


def test_every_rule_is_broken_somewhere() -> None:
    assert set(BREAKS) == set(RULES)


@pytest.mark.parametrize(("rule", "way"), WAYS)
def test_exactly_the_broken_rule_is_named(rule: str, way: str) -> None:
    violations = found(BREAKS[rule][way](clean()))
    assert set(violations["rule"]) == {rule}, violations.to_string()


@cache
def team() -> front_desk.Month:
    return call_team.month()


def test_the_team_is_clean() -> None:
    assert found(team()).empty


@pytest.mark.parametrize("rule", RULES)
def test_exactly_the_broken_rule_is_named_in_the_team(rule: str) -> None:
    violations = found(team_breakers.BREAKS[rule](team()))
    assert set(violations["rule"]) == {rule}, violations.to_string()
