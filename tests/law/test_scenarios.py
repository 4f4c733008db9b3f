"""Every rule has scenarios that can be read without knowing Python; each must find what it says, and nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import reading

from cslib.core import words
from cslib.core.paths import params_dir
from cslib.params.law import RULES
from cslib.params.source import read
from cslib.roster.audit import audit, sentences
from cslib.roster.audit.registry import FUNCTIONS

FILES = sorted(Path(__file__).parent.glob("*.yml"))
CASES = [(path.stem, number) for path in FILES for number in range(len(read(path).data["cases"]))]


@cache
def judged(rule: str, number: int) -> tuple[dict[str, Any], list[Any], pd.DataFrame]:
    """A case of a file as written, what it expects, what the audit finds."""
    data = read(Path(__file__).parent / f"{rule}.yml").data["cases"][number]
    case = reading.case(data)
    return data, case.expected, audit(case.roster, case.covers, case.need, case.study)


def test_one_of_everything_per_rule() -> None:
    law = read(params_dir() / "law" / "cn_labour.yml").data["rules"]
    spoken = {key.removeprefix("audit.sentence.") for key, _ in words.all_keys() if key.startswith("audit.sentence.")}
    assert set(FUNCTIONS) == set(law) == {path.stem for path in FILES} == spoken == set(RULES)
    assert len(FILES) == len(RULES) == len({function.__name__ for function in FUNCTIONS.values()})


@pytest.mark.parametrize("rule", RULES)
def test_a_file_shows_a_breach_a_clean_roster_and_an_edge(rule: str) -> None:
    cases = read(Path(__file__).parent / f"{rule}.yml").data["cases"]
    broken = [case for case in cases if case["expect"]]
    assert len(cases) >= 3
    assert broken
    assert len(broken) < len(cases)


@pytest.mark.parametrize(("rule", "number"), CASES)
def test_scenario(rule: str, number: int) -> None:
    data, expected, found = judged(rule, number)
    said = [("" if pd.isna(r.employee_id) else r.employee_id, f"{r.start:%Y-%m-%d %H:%M}", *_numbers(r)) for r in found.itertuples(index=False)]
    assert said == [pytest.approx(line) if None not in line else line for line in expected], data["name"]
    assert set(found["rule"]) <= {rule}, data["name"]


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("rule", RULES)
def test_a_planner_gets_a_sentence(rule: str, language: str) -> None:
    number = next(n for r, n in CASES if r == rule and judged(r, n)[1])
    found = judged(rule, number)[2]
    with words.speaking(language):
        text = sentences(found)[0]
    assert f"{found['start'].iloc[0]:%Y-%m-%d}" in text or rule.startswith(("month_", "overtime_"))
    assert "=" not in text and "{" not in text


def _numbers(row: object) -> tuple[float | None, float | None]:
    value, limit = (None if pd.isna(number) else float(number) for number in (row.value, row.limit))
    return value, limit
