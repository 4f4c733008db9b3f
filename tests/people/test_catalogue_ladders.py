"""The values of the source, entry by entry: a changed number in ``params/ladders`` fails here."""

from __future__ import annotations

from typing import Any

import pytest
from ladder_cases import opened
from ladder_values import ASSISTANT, DUAL, LEAD, QUARTER, RANGES, RANKED, STAR, TENURE, TRADE, TRAINEE, bonus_step, grades, limit, move, repeated

from cslib.params.ladder_files import Ladder, ladder_names, open_ladder

GIVEN = [
    ("S003-B11", grades(DUAL, "management"), ("employee", "team_leader", "supervisor", "manager")),
    ("S003-B12", grades(DUAL, "expert"), ("junior", "middle", "senior", "expert")),
    ("S003-B13", opened(DUAL).spec.parity, True),
    ("S003-H11", grades(STAR, "agent")[:1] + grades(STAR, "agent")[-1:], ("trial_agent", "senior_agent")),
    ("S003-H3", limit(STAR, "trial_over"), ("months_in_service", "last", 1, ">=", 3)),
    ("S003-H4", opened(STAR).spec.facts["supervisor_allowance"].value, (500, 1000, 1500)),
    ("S003-H5", limit(STAR, "high"), ("kpi_percent", "last", 1, ">=", 110)),
    ("S003-H5", repeated(STAR, "high_streak"), ("high", 3, None, None)),
    ("S003-H5", (move(STAR, "promote")[1], opened(STAR).spec.grade_lag_months), (1, 1)),
    ("S003-H14", opened(STAR).spec.pay_lag_months, 1),
    ("S003-H6", opened(STAR, "as_written").spec.criteria["low"].value, 110),
    ("S003-H6", (repeated(STAR, "low_streak"), move(STAR, "demote")[1]), (("low", 3, None, None), -1)),
    ("S003-J1", limit(ASSISTANT, "mean_85"), ("score", "mean", 3, ">=", 85)),
    ("S003-J1", limit(ASSISTANT, "grooming_ok"), ("grooming_deduction", "sum", 3, "<", 20)),
    ("S003-J1", limit(ASSISTANT, "work_ok"), ("work_deduction", "sum", 3, "<", 20)),
    ("S003-J2", limit(ASSISTANT, "a_40"), ("a_followups", "sum", 3, ">=", 40)),
    ("S003-J2", limit(ASSISTANT, "b_40"), ("b_followups", "sum", 3, ">=", 40)),
    ("S003-J2", limit(ASSISTANT, "a_reports_10"), ("a_reports", "sum", 3, ">=", 10)),
    ("S003-J2", limit(ASSISTANT, "b_reports_10"), ("b_reports", "sum", 3, ">=", 10)),
    ("S003-J3", (repeated(ASSISTANT, "twice_1"), repeated(ASSISTANT, "total_1")), (("standard_1", 2, None, None), ("standard_1", None, None, 4))),
    ("S003-J3", move(ASSISTANT, "to_grade1"), (("grade3", "grade2"), None, "grade1", ("passed_1",))),
    ("S003-J4", limit(ASSISTANT, "mean_75"), ("score", "mean", 3, ">=", 75)),
    ("S003-J4", opened(ASSISTANT).spec.criteria["standard_2"].all, ("mean_75", "grooming_ok", "work_ok", "b_40", "b_reports_10")),
    ("S003-J5", grades(ASSISTANT, "assistant")[0], "grade3"),
    ("S003-J8", repeated(ASSISTANT, "best_3"), ("best", None, 3, None)),
    ("S003-J11", limit(LEAD, "grade_low"), ("own_grade", "last", 1, ">", 2)),
    ("S003-J12", bonus_step(0), (85, 300)),
    ("S003-J13", bonus_step(1), (80, 200)),
    ("S003-J14", bonus_step(2), (75, 100)),
    ("S003-J15", limit(LEAD, "proposed"), ("proposals", "sum", 3, ">=", 1)),
    ("S003-J16", (limit(LEAD, "team_low"), repeated(LEAD, "team_low_3")), (("team_mean", "mean", 3, "<", 75), ("team_low", 3, None, None))),
    ("S003-J17", opened(LEAD).spec.facts["self_review"].value, {"day": 20, "months": (3, 6, 9, 12)}),
    ("S003-L1", (limit(TENURE, "months_6")[4], move(TENURE, "to_G1")[2], move(TENURE, "to_G2")[2]), (6, "G1", "G2")),
    ("S003-L2", (limit(TENURE, "months_18")[4], move(TENURE, "to_G3")[2], move(TENURE, "to_G4")[2]), (18, "G3", "G4")),
    ("S003-L3", (limit(TENURE, "months_36")[4], move(TENURE, "to_G5")[2], move(TENURE, "to_G6")[2]), (36, "G5", "G6")),
    ("S003-O1", limit(TRAINEE, "in_week_4"), ("exam_week", "last", 1, ">=", 4)),
    ("S003-O2", limit(TRAINEE, "typing_40"), ("typing_cpm", "last", 1, ">=", 40)),
    ("S003-O3", (limit(TRAINEE, "theory_80")[3:], limit(TRAINEE, "practical_85")[3:]), ((">=", 80), (">=", 85))),
    ("S003-O5", opened(TRAINEE).spec.pay_lag_months, 1),
    ("S003-O6", limit(RANKED, "months_12"), ("months_in_grade", "last", 1, ">=", 12)),
    ("S003-O7", (limit(RANKED, "top_3"), repeated(RANKED, "top_3_streak")[1]), (("rank", "last", 1, "<=", 3), 3)),
    ("S003-O7", opened(RANKED).spec.derived["rank"].of, ("kpi", "conversion_rate", "response_rate", "avg_order_value")),
    ("S003-O8", limit(RANKED, "no_complaint"), ("complaints_upheld", "sum", 3, "<=", 0)),
    ("S003-O9", limit(RANKED, "award"), ("awards", "sum", 3, ">=", 1)),
    ("S003-O10", [rule.to for rule in opened(RANKED).spec.rules.values()], ["grade_C"]),
    ("S003-O11", opened(RANKED).spec.pay_lag_months, 1),
    ("S003-Q1", {name: len(line.grades) for name, line in opened(QUARTER).spec.lines.items()},
     {"ordinary": 2, "key_account": 2, "senior_rep": 2, "tech": 2, "tech_lead": 2, "reviewer": 4, "supervisor": 2}),
    ("S003-Q6", (opened(QUARTER).spec.review_months, limit(QUARTER, "above_80")[1:3]), (3, ("mean", 3))),
    ("S003-Q7", (limit(QUARTER, "above_80")[3:], move(QUARTER, "promote")[1]), ((">", 80), 1)),
    ("S003-Q8", (limit(QUARTER, "above_80")[3:], limit(QUARTER, "below_70")[3:]), ((">", 80), ("<", 70))),
    ("S003-Q9", (limit(QUARTER, "below_70")[3:], limit(QUARTER, "below_50")[4], move(QUARTER, "demote")[1]), (("<", 70), 50, -1)),
    ("S003-R1", grades(TRADE, "agent"), ("C", "B", "A")),
    ("S003-R2", (opened(TRADE).spec.rules["place"].place.lower["B"],
                 opened(TRADE, settings=(("b_minimum", "six_months"),)).spec.rules["place"].place.lower["B"]), (12, 6)),
    ("S003-R3", opened(TRADE).spec.rules["place"].place.lower["A"], 36),
    ("S003-S1", grades(RANGES, "agent"), ("junior", "middle", "senior", "lead")),
    ("S003-S2", opened(RANGES).spec.facts["base_range"].value, (2500, 5000)),
    ("S003-S3", opened(RANGES).spec.facts["allowance_range"].value, (500, 1000)),
    ("S003-S4", opened(RANGES).spec.facts["bonus_range"].value, (1000, 3000)),
]  # fmt: skip


def sources(ladder: Ladder) -> set[str]:
    """Catalogue ids that a ladder names."""
    spec = ladder.spec
    parts = [*spec.lines.values(), *spec.derived.values(), *spec.criteria.values(), *spec.rules.values(), *spec.facts.values()]
    named = {entry for part in [*parts, *([spec.bonus] if spec.bonus else [])] for entry in part.catalogue}
    return named | set(spec.catalogue) | {entry for setting in spec.settings.values() for entry in setting.catalogue}


@pytest.mark.parametrize(("found", "expected"), [row[1:] for row in GIVEN], ids=[f"{row[0]}-{i}" for i, row in enumerate(GIVEN)])
def test_value_of_the_source(found: Any, expected: Any) -> None:
    assert found == expected


def test_the_ladders_name_these_entries() -> None:
    named = set().union(*(sources(opened(name)) for name in ladder_names()))
    assert {entry for entry, _, _ in GIVEN} <= named


@pytest.mark.parametrize("name", ladder_names())
def test_every_reading_and_option_loads(name: str) -> None:
    spec = opened(name).spec
    for setting, answers in spec.settings.items():
        for option in answers.options:
            assert open_ladder(name, settings={setting: option}).chosen[setting] == option
    for reading in spec.readings:
        assert open_ladder(name, reading).reading == reading
