"""The ladders against cases written from the wording of the source (tests/people/scenarios)."""

from __future__ import annotations

from typing import Any

import pytest
from ladder_cases import cases, read_case, spelled

from cslib.params.ladder_files import ladder_names
from cslib.people.bonus import bonus
from cslib.people.engine import run_ladder

CASES = cases()


def named(course: Any, numbers: Any) -> list[str]:
    return ["-" if number < 0 else course.ladder.grades[number] for number in numbers]


@pytest.mark.parametrize(("ladder_name", "case"), CASES, ids=[f"{ladder}: {case['name'].split(' / ')[-1]}" for ladder, case in CASES])
def test_scenario(ladder_name: str, case: dict[str, Any]) -> None:
    ladder, panel, expected = read_case(ladder_name, case)
    course = run_ladder(ladder, panel)
    assert named(course, course.grade[0]) == expected
    if "pay" in case:
        assert named(course, course.pay_grade[0]) == spelled(case["pay"])
    if "also" in case:
        moves = {name for name, rule in ladder.spec.rules.items() if rule.outcome == "move"}
        found = [f"month {batch.month + 1}: {batch.rule}" for batch in course.batches if batch.rule not in moves]
        assert found == ([] if case["also"] == "none" else case["also"])
    if "bonus" in case:
        paid = bonus(course)
        assert {month: paid[0, month - 1] for month in case["bonus"]} == case["bonus"]


def test_every_scheme_has_cases_and_every_rule_is_proposed_in_one() -> None:
    assert {ladder for ladder, _ in CASES} == set(ladder_names()) and len(ladder_names()) == 15
    proposed: dict[str, set[str]] = {name: set() for name in ladder_names()}
    rules: dict[str, set[str]] = {name: set() for name in ladder_names()}
    for name, case in CASES:
        ladder, panel, _ = read_case(name, case)
        proposed[name] |= {batch.rule for batch in run_ladder(ladder, panel).batches}
        rules[name] |= set(ladder.spec.rules)
    assert not {name: rules[name] - proposed[name] for name in rules if rules[name] - proposed[name]}


@pytest.mark.parametrize(("ladder_name", "case"), CASES, ids=[f"{ladder}: {case['name'].split(' / ')[-1]}" for ladder, case in CASES])
def test_cases_that_rest_on_filled_values_say_so(ladder_name: str, case: dict[str, Any]) -> None:
    """A case whose proposals rest on a filled number is marked ``fill``; a figure that the case gives itself is not filled."""
    ladder, panel, _ = read_case(ladder_name, case)
    used = set()
    for batch in run_ladder(ladder, panel).batches:
        parts = ladder.filled(batch.rule) if batch.rule in ladder.spec.rules else ()
        used |= {part for part in parts if batch.met.get(part.partition(".")[2], [True])[0] and part.partition(".")[2] not in panel.facts}
    assert not used or case.get("fill"), sorted(used)
