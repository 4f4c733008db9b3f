"""The table of rules: one function per rule code of ``params.law.RULES``; what it yields becomes a row of table ``violations``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from cslib.core import tables
from cslib.params.law import RULES
from cslib.roster.audit.facts import Facts


@dataclass(frozen=True)
class Violation:
    """A rule broken: by whom (empty: a post), where in time, value found and allowed, and the facts a planner needs to mend it.

    ``day`` is the day whose law was applied; ``unit`` defaults to the rule's own.
    """

    rule: str
    employee_id: str
    start: pd.Timestamp
    day: dt.date
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    detail: tuple[tuple[str, str], ...] = ()


RuleFunction = Callable[[Facts], Iterator[Violation]]
FUNCTIONS: dict[str, RuleFunction] = {}


def rule(code: str) -> Callable[[RuleFunction], RuleFunction]:
    """Decorator: the function that judges a rule.

    Raises
    ------
    KeyError  if no such rule exists, or it has a function already.
    """
    if code not in RULES or code in FUNCTIONS:
        raise KeyError(code)

    def register(function: RuleFunction) -> RuleFunction:
        """Put the function into the table."""
        FUNCTIONS[code] = function
        return function

    return register


def details(**facts: object) -> tuple[tuple[str, str], ...]:
    """Facts of a violation as ordered texts; empty ones are left out, numbers lose their noise."""
    return tuple((name, _plain(value)) for name, value in facts.items() if _plain(value))


def table(found: Iterable[Violation], facts: Facts) -> pd.DataFrame:
    """Violations as a checked table; those of one rule, person and time are joined into one row (the worst value, all details)."""
    joined: dict[tuple[str, str, pd.Timestamp], list[Violation]] = {}
    for violation in found:
        joined.setdefault((violation.rule, violation.employee_id, violation.start), []).append(violation)
    rows = [_row(same, facts) for same in joined.values()]
    frame = pd.DataFrame(rows, columns=list(tables.spec("violations").columns))
    return tables.check("violations", frame, source="violations")


def _row(same: list[Violation], facts: Facts) -> dict[str, object]:
    rule_unit, direction = RULES[same[0].rule]
    sign = 1 if direction == "min" else -1
    worst = min(same, key=lambda v: sign * (v.value if v.value is not None else 0.0))
    texts = dict.fromkeys("; ".join(f"{name}={value}" for name, value in v.detail) for v in same)
    return {
        "rule": worst.rule, "employee_id": worst.employee_id or None, "start": worst.start, "value": worst.value, "limit": worst.limit,
        "unit": worst.unit or rule_unit, "detail": " | ".join(texts) or "-", "source": facts.law.source(worst.rule, worst.day),
    }  # fmt: skip


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.6g}"
    return " ".join(str(value).replace("=", ":").replace(";", ",").replace("|", "/").split())[:80]
