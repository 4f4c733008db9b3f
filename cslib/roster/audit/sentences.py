"""Violations in words: one sentence each, for the planner who has to mend the roster."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cslib.core.words import has, say


def sentences(violations: pd.DataFrame) -> list[str]:
    """One sentence per row of table ``violations``, in its order: who or which post, when, what was found, what is allowed, details.

    Words: ``audit.sentence.<rule>``, ``audit.detail.<name of a detail>``, ``audit.fault.<what is wrong>``.
    """
    return [_sentence(row) for row in violations.itertuples(index=False)]


def _sentence(row: Any) -> str:
    who = say("audit.post") if pd.isna(row.employee_id) else row.employee_id
    value, limit = ("" if pd.isna(number) else f"{number:g}" for number in (row.value, row.limit))
    text = say(f"audit.sentence.{row.rule}", who=who, when=_when(row.start), value=value, limit=limit)
    found = [_facts(part) for part in row.detail.split(" | ") if part != "-"]
    return text + "".join(say("audit.details", facts=facts) for facts in found if facts)


def _when(start: pd.Timestamp) -> str:
    """Day and time; the day alone at midnight, where a day or a month is meant."""
    return f"{start:%Y-%m-%d}" if start == start.normalize() else f"{start:%Y-%m-%d %H:%M}"


def _facts(detail: str) -> str:
    """Details as words: ``fault`` by its own words, the others as name and value."""
    pairs = [part.partition("=")[::2] for part in detail.split("; ")]
    shown = [_fault(value) if name == "fault" else say("audit.pair", name=_name(name), value=value) for name, value in pairs]
    return say("audit.between").join(shown)


def _fault(code: str) -> str:
    return say(f"audit.fault.{code}") if has(f"audit.fault.{code}") else code


def _name(code: str) -> str:
    return say(f"audit.detail.{code}") if has(f"audit.detail.{code}") else code
