"""The second opinion's case on a whole month's pay: the items of the star scheme, the meal allowance once (H-28)."""

from __future__ import annotations

from pathlib import Path

import yaml
from paid_people import amounts, hours, person, scheme, study

from cslib import pay, people

CASES = Path(__file__).resolve().parents[1] / "people" / "scenarios" / "independent" / "H_star_ladder.yaml"
SHIFTS = 20


def test_total_pay_counts_the_meal_once_and_a_lead_has_the_management_allowance() -> None:
    """H-28: amounts made up for the case; a shift's allowances are its month's divided by the shifts."""
    case = next(case for case in yaml.safe_load(CASES.read_text(encoding="utf-8"))["cases"] if case["id"] == "H-28")
    given = {"A-001": case["history"][0], "A-002": case["history"][1]}
    one = case["history"][0]
    plain = scheme("star")
    written = {name: item.model_dump(exclude_unset=True, exclude_none=True, mode="json") for name, item in plain.items.items()}
    written["transport"]["yuan"], written["meal"]["yuan"] = one["transport"] / SHIFTS, one["meal"] / SHIFTS
    written["phone"]["yuan"], written["seniority"]["yuan"] = one["phone"], one["seniority"]
    written["post_performance"]["yuan"] = dict.fromkeys(plain.base_yuan, one["post_performance"])
    made = scheme("star", base_yuan=dict.fromkeys(plain.base_yuan, one["base"]), items=written)
    team = [person(name, grade="agent", hired="2025-06-01", role="lead" if row["management"] else "agent") for name, row in given.items()]
    at = study(*team, pay=made)
    worked = hours(*[(name, f"2026-12-{day:02d}", "normal", 8.0) for name in given for day in range(1, SHIFTS + 1)], shifts=1)
    slips = pay.payslips(worked, people.grades(at), at)
    for name, row in given.items():
        found = amounts(slips, name)
        assert found == {item: 100 * yuan for item, yuan in row.items() if item != "person" and yuan}
        assert sum(found.values()) == 100 * case["expect"]["total"][row["person"]]
