"""Values of the entries that a site may choose (settings and filled schemes): a changed number in ``params/ladders`` fails here."""

from __future__ import annotations

from typing import Any

import pytest
from ladder_cases import opened
from ladder_values import ASSISTANT, DUAL, STAR, TRADE, TRAINEE, grades, limit

from cslib.params.kpi import open_kpis, open_training

TRAINING, KPIS = open_training(), open_kpis()


def grades_in(posts: str) -> tuple[str, ...]:
    """Management line in a reading of its posts."""
    return tuple(opened(DUAL, "", (("posts", posts),)).spec.lines["management"].grades)


def most(item: str) -> float:
    """Most points of an item of the table."""
    made = opened("T_eleven_criteria").spec.derived["table_score"]
    return made.most[made.of.index(item)]


OPTIONAL: list[tuple[str, Any, Any]] = [
    ("S003-A5", opened(DUAL).spec.rules["to_management"].to_line, "management"),
    ("S003-C1", grades("C_four_level", "agent"), ("junior", "middle", "senior", "veteran")),
    ("S003-C2", opened("C_four_level").spec.rules["place"].origin, "fill"),
    ("S003-C3", opened("C_four_level").spec.facts["coaching_hours"].origin, "fill"),
    ("S003-D1", (opened("D_five_level").spec.facts["announced"].value, len(grades("D_five_level", "agent"))), (5, 3)),
    ("S003-D3", opened("D_five_level").spec.rules["place"].place.lower["middle"], 24),
    ("S003-D4", opened("D_five_level").spec.rules["place"].place.lower["senior"], 36),
    ("S003-H10", opened(STAR).spec.facts["team_sales_year"].value, 30_000_000),
    ("S003-H12", [opened(STAR, "", (("appraisal_start", o),)).spec.appraised_after_months for o in ("after_three_months", "month_3")], [3, 2]),
    ("S003-J9", (opened(ASSISTANT, "with_annual_review").spec.rules["annual_1"].step, "annual_1" in opened(ASSISTANT).spec.rules), (-1, False)),
    ("S003-M1", len(grades("M_three_level", "agent")), 3),
    ("S003-N1", opened("N_factor_based").spec.derived["factor_score"].of, ("duty", "skill", "knowledge", "problem_handling")),
    ("S003-O4", (opened(TRAINEE).spec.rules["retest"].outcome, limit(TRAINEE, "in_retest")[4]), ("retest", 8)),
    ("S003-R4", "S003-R4" in opened(TRADE).spec.catalogue, True),
    ("S003-T1", (opened("T_eleven_criteria", "as_written").spec.derived["table_score"].factor,
                 opened("T_eleven_criteria", "repaired").spec.derived["table_score"].rescale), (0.75, True)),
    ("S003-T2", opened("T_eleven_criteria").spec.rules["place"].place.lower,
     {"assistant": 60, "grade1": 66, "grade2": 71, "grade3": 81, "grade4": 86, "grade5": 91, "grade6": 96}),
    ("S003-T14", opened("T_eleven_criteria").spec.derived["table_score"].most[:4], (5, 5, 5, 5)),
    ("S003-T6", list(opened("T_eleven_criteria").spec.derived["table_score"].steps["experience_years"]), ["0", "1", "2", "3", "5"]),
    ("S001-02", grades_in("three_layers"), ("specialist", "supervisor", "department_head")),
    ("S003-F3", grades_in("four_posts"), ("representative", "specialist", "supervisor", "manager")),
    ("S004-08", (len(opened(DUAL, "", (("trainer_line", "added"),)).spec.lines), "trainer" in opened(DUAL).spec.lines), (3, False)),
    ("S001-08", [kind for kind, how in TRAINING.kinds.items() if "S001-08" in how.catalogue], ["business", "service_skill"]),
    ("S004-15", [kind for kind, how in TRAINING.kinds.items() if "S004-15" in how.catalogue], ["business", "communication"]),
    ("S001-09", ("S001-09" in KPIS.kpis["training_knowledge"].catalogue, KPIS.role_sets["cs_rep"].weights["training_knowledge"]), (True, 25)),
    ("S002-27", (KPIS.kpis["trainer_rating"].target, any("trainer_rating" in r.weights for r in KPIS.role_sets.values())), (90, False)),
    ("S003-I6", ("S003-I6" in KPIS.kpis["conduct"].catalogue, "no fines" in KPIS.kpis["conduct"].note), (True, True)),
    ("S003-P4", ("S003-P4" in KPIS.kpis["conduct"].catalogue, KPIS.kpis["conduct"].target), (True, 1.0)),
    ("S001-15", "S001-15" in KPIS.kpis["conduct"].note, True),
    ("S003-T4", (most("workplace"), "both 5" in opened("T_eleven_criteria").spec.inputs["workplace"].meaning.en), (5, True)),
    ("S003-T5", most("certificates"), 5),
    ("S003-T8", most("courtesy"), 12.5),
    ("S003-T10", most("responsibility"), 12.5),
    ("S003-T11", most("discipline"), 12.5),
    ("S003-T13", most("procedures"), 12.5),
]  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), [row[1:] for row in OPTIONAL], ids=[row[0] for row in OPTIONAL])
def test_value_of_the_source(found: Any, expected: Any) -> None:
    assert found == expected
