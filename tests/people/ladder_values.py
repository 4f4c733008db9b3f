"""Short ways to the numbers of the ladders, for the tests that hold them against the source."""

from __future__ import annotations

from typing import Any

from ladder_cases import opened

STAR, QUARTER, ASSISTANT, LEAD, TENURE = "H_star_ladder", "Q_quarter_80_70_50", "J_assistant_123", "J_lead", "L_G1_G6"
TRAINEE, RANKED, TRADE, DUAL, RANGES = "O_trainee", "O_D_to_C", "R_CBA", "B_dual_channel", "S_base_allow_bonus"


def limit(ladder: str, code: str) -> tuple[Any, ...]:
    """(metric, aggregate, window, operator, value) of a criterion."""
    found = opened(ladder).spec.criteria[code]
    return (found.metric, found.by, found.over, found.op, found.value)


def repeated(ladder: str, code: str) -> tuple[Any, ...]:
    found = opened(ladder).spec.criteria[code]
    return (found.of, found.streak, found.count, found.count_more_than)


def move(ladder: str, code: str, reading: str = "") -> tuple[Any, ...]:
    found = opened(ladder, reading).spec.rules[code]
    return (found.grades, found.step, found.to, found.when)


def grades(ladder: str, line: str) -> tuple[str, ...]:
    return opened(ladder).spec.lines[line].grades


def bonus_step(number: int) -> tuple[float, float]:
    step = opened(LEAD).spec.bonus.steps[number]
    return step.at_least, step.yuan
