"""Limits come from the rule pack, on the day worked; rules out of force are silent; catalogue ids and their values are pinned here."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import build
import pandas as pd
import pytest
from build import work

from cslib.core.paths import project_root
from cslib.params import open_params
from cslib.params.law import RULES, Dated, Law
from cslib.roster.audit import audit
from cslib.roster.audit.registry import FUNCTIONS, rule

CATALOGUE = {
    "S002-19": {"cover_duration": 4, "cover_stand_in": True, "cover_peak_guard": 0},
    "S000-01": {"cover_peak_guard": 0},
    "S002-08": {"never_empty": 1},
    "S003-P1": {"shift_definition": True},
    "S003-I1": {"weekly_hours": 40},
    "S003-I2": {"overtime_approval": True},
    "S003-A4": {"leave_honoured": True},
    "S004-05": {"skill_held": True},
    "S003-Q2": {"skill_held": True},
}


def dated(law: Law, code: str, *values: tuple[str, Any]) -> Law:
    """The law with dated values of one rule."""
    steps = tuple(
        Dated.model_validate({"from": dt.date.fromisoformat(d), "value": v, "source": f"from {d}", "verification": "policy"}) for d, v in values
    )
    return law.model_copy(update={"rules": {**law.rules, code: law.rules[code].model_copy(update={"values": steps})}})


def judged(law: Law, people: dict[str, dict[str, Any]], *rows: dict[str, Any]) -> pd.DataFrame:
    site = build.params({"floater": build.queue("floater"), "reception": build.queue("reception")})
    base = build.study(dataclasses.replace(site, law=law), people)
    return audit(build.rows(*rows), build.covers(), build.need(base), base)


@pytest.fixture(name="law")
def _law() -> Law:
    return open_params("front_desk").law


@pytest.mark.parametrize("identifier", CATALOGUE)
def test_catalogue_values_in_force(law: Law, identifier: str) -> None:
    for code, value in CATALOGUE[identifier].items():
        assert identifier in law.rules[code].catalogue
        assert law.rules[code].on(pd.Timestamp("2026-12-01").date()).value == value


def test_the_limit_of_the_day_worked_counts(law: Law) -> None:
    changing = dated(law, "rest_between_shifts", ("2000-01-01", 8), ("2026-12-16", 11))
    early = [row for d in (7, 21) for row in (work("A", f"2026-12-{d}", "M", "floater"), work("A", f"2026-12-{d + 1}", "E", "floater"))]
    found = judged(changing, {"A": {"skills": ["floater"]}}, *early)
    assert found[["rule", "start", "limit", "source"]].values.tolist() == [
        ["rest_between_shifts", pd.Timestamp("2026-12-22 07:00"), 11, "from 2026-12-16"]
    ]


@pytest.mark.parametrize("off", [None, False])
def test_a_rule_out_of_force_is_silent(law: Law, off: bool | None) -> None:
    rows = [work("A", "2026-12-09", "E", "floater"), work("A", "2026-12-20", "E", "floater")]
    silent = dated(law, "skill_held", ("2000-01-01", True), ("2026-12-16", off))
    found = judged(silent, {"A": {"skills": ["reception"]}}, *rows)
    assert found[["rule", "start"]].values.tolist() == [["skill_held", pd.Timestamp("2026-12-09 07:00")]]


def test_a_run_is_judged_by_the_limit_of_the_day_that_passes_it(law: Law) -> None:
    stricter = dated(law, "consecutive_work_days", ("2000-01-01", 6), ("2026-12-10", 4))
    rows = [work("A", f"2026-12-{d:02d}", "E", "floater") for d in range(7, 12)]
    found = judged(stricter, {"A": {"skills": ["floater"]}}, *rows)
    assert found[["start", "value", "limit"]].values.tolist() == [[pd.Timestamp("2026-12-11 07:00"), 5, 4]]


def test_a_week_is_judged_by_its_first_day_in_the_month(law: Law) -> None:
    laxer = dated(law, "weekly_hours", ("2000-01-01", 40), ("2026-12-08", 48))
    people = {"A": {"skills": ["reception"], "hours_scheme": "standard"}}
    week = [work("A", f"2026-12-{d:02d}", "D", "reception") for d in range(7, 13)]
    later = [work("A", f"2026-12-{d:02d}", "D", "reception") for d in range(14, 20)]
    found = judged(laxer, people, *week, *later)
    assert found[["rule", "start", "limit"]].values.tolist() == [["weekly_hours", pd.Timestamp("2026-12-12 08:00"), 40]]


def test_a_rule_has_one_function_under_a_known_code() -> None:
    assert set(FUNCTIONS) == set(RULES)
    for code in ("no_such_rule", "never_empty"):
        with pytest.raises(KeyError):
            rule(code)
    assert all(FUNCTIONS[code].__name__ == code for code in RULES)


def test_the_audit_imports_neither_a_solver_nor_the_solver_s_modules() -> None:
    room = project_root() / "cslib" / "roster"
    own = [*sorted((room / "audit").glob("*.py")), room / "hours.py"]
    allowed = ("cslib.core", "cslib.params", "cslib.intake.study", "cslib.roster.audit")
    for path in own:
        names = _imports(path)
        assert not [n for n in names if n.split(".")[0] in {"pulp", "highspy", "scipy"}], path.name
        assert not [n for n in names if n.startswith("cslib.") and not n.startswith(allowed)], path.name


def _imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names
