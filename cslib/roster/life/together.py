"""Priced goals about people together: leads and higher levels missing at peak, nights and weekends that are unlike among like people."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from cslib.roster.audit.facts import Facts, Person
from cslib.roster.audit.goals import joint_goals

_RULE = {"lead_missing": "lead_on_duty", "level_missing": "level_at_peak", "night_spread": "", "weekend_spread": ""}  # priced only with its rule


def joint_prices(facts: Facts, prices: Mapping[str, float]) -> dict[str, float]:
    """Prices of the goals that anything can be booked on in a month: above 0, their rule in force on some day [yuan a unit]."""

    def in_force(rule: str) -> bool:
        """Whether the law has the rule on some day of the month."""
        return not rule or any(facts.limit(rule, day) is not None for day in facts.horizon.dates)

    return {code: prices[code] for code, rule in _RULE.items() if prices[code] > 0 and in_force(rule)}


def joint_yuan(facts: Facts, people: Mapping[str, Person], prices: Mapping[str, float]) -> float:
    """Priced cost of these goals with some people's months [yuan]; the same as the recount's lines."""
    if not prices:
        return 0.0
    found = joint_goals(dataclasses.replace(facts, people=people, _made={}))
    return math.fsum(yuan * found[code] for code, yuan in prices.items())
