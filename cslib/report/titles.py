"""Titles of columns in the language in use, and which tables may be shown at all."""

from __future__ import annotations

import re

from cslib.core import tables
from cslib.core.words import has, language, say

# Tables whose columns may stand on a page or in a workbook of the work tier (P04, P07: no pay, grade, capability or kind of leave by person).
SHOWN_TABLES = (
    "contacts", "calendar", "forecast", "accuracy", "requirement", "roster", "covers", "coverage", "hours", "violations", "cost_split", "wage_cost",
    "patience", "forecast_totals", "anomalies", "effects", "drivers", "workload", "performance", "rehearsal", "skill_mix", "what_if", "idle_time",
    "risk", "risk_curve", "playbook_peaks", "hiring_plan", "hiring_what_if", "hiring_budget", "recruitment_plan", "requirement_update",
    "fairness_ledger", "fairness_curve", "fairness_exchanges", "morning_need",
)  # fmt: skip


def heading(column: str, table: str = "") -> str:
    """A column's title in the language in use: its words, else the dictionary's meaning and unit (of ``table`` if it has it), else its name."""
    if has(f"report.column.{column}"):
        return say(f"report.column.{column}")
    for name in (*([table] if table else []), *SHOWN_TABLES, *tables.dictionary()):
        if column in tables.spec(name).columns:
            found = tables.spec(name).columns[column]
            meaning = re.split("[;；]", found.meaning[language()])[0]
            plain = found.unit and not found.unit.startswith(("see", "as in"))
            return f"{meaning} [{say_unit(found.unit)}]" if plain else meaning
    return column


def say_unit(unit: str) -> str:
    """A unit in the language in use; ``yuan per h`` and ``contacts/day`` are put together from their parts."""
    if has(f"report.unit.{unit}"):
        return say(f"report.unit.{unit}")
    if unit.startswith("log "):
        return f"ln({say_unit(unit.removeprefix('log '))})"
    parts = unit.replace(" per ", "/").split("/")
    return "/".join(map(say_unit, parts)) if len(parts) > 1 else unit
