"""The second opinion's cases on tenure, rubrics, exams and ranks; and the count of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from independent_cases import Person, final, ladder_of, moves, others, paid, run, second_opinion
from ladder_cases import opened
from test_second_opinion import CASES, H_SETTINGS

from cslib.people.chain import Chance
from cslib.people.values import derive

HERE = Path(__file__).parent
FIRST = HERE / "test_second_opinion.py"
OTHERS = [HERE / f"test_second_opinion_{part}.py" for part in ("rest", "points", "settings", "ranges")]
OTHERS += [HERE.parent / "pay" / "test_second_opinion_pay.py"]
WHOLE = ("H", "OC")  # families that FIRST runs as a whole, but for those it names


def test_no_case_is_forgotten() -> None:
    """Each of the 231 cases is run by id in one of the six files."""
    first, others_text = FIRST.read_text(encoding="utf-8"), "".join(path.read_text(encoding="utf-8") for path in OTHERS)
    assert len(second_opinion()) == len(CASES) == 231 and H_SETTINGS
    for name in CASES:
        family, _, number = name.partition("-")
        in_first = f'"{name}"' not in first or f'CASES["{name}"]' in first if family in WHOLE else name in first or f'"{number}"' in first
        assert in_first or name in others_text, name


# --- tenure
def tenure_course(scheme: str, grade: str, served: int, *, prior: int = 0, months: int = 1, score: float | None = None, **settings: str) -> Any:
    """Months of service ``served + 1`` on at the first review."""
    return run(
        ladder_of(scheme, settings.pop("reading", ""), **settings),
        Person(grade, "2025-01", {"score": [score] * months}, served, None, prior),
        extra=0,
    )


@pytest.mark.parametrize("name", ["R-01", "R-02", "R-03", "R-04"])
def test_r_in_both_readings_of_the_minimum(name: str) -> None:
    case = CASES[name][1]
    for reading, option in (("low", "six_months"), ("high", "twelve_months")):
        course = tenure_course("R_CBA", case["start"]["grade"], case["history"][0]["experience"] - 1, b_minimum=option)
        assert final(course) == case["expect"]["grade"][reading]


def test_r_by_experience_tenure_and_gate() -> None:
    """R-05 to R-10. A hire's first review comes at the end of the first month."""
    case = CASES["R-05"][1]
    for row, grade in zip(case["history"], case["expect"]["grade_per_row"], strict=True):
        assert final(tenure_course("R_CBA", "B", row["experience"] - 1, b_minimum="six_months")) == grade
    for name, basis in (("R-06a", "trade"), ("R-06b", "tenure"), ("R-07", "trade")):
        prior = CASES[name][1]["history"][0]["prior_experience"]
        assert final(tenure_course("R_CBA", "C", 0, prior=prior, experience_of=basis)) == CASES[name][1]["expect"]["grade"], name
    assert final(tenure_course("R_CBA", "A", 39, score=10)) == CASES["R-08"][1]["expect"]["grade"]
    case = CASES["R-09"][1]
    for row in case["history"]:
        course = tenure_course("R_CBA", "C", row["experience"] - 1, score=row["score"], b_minimum="six_months", score_gate="at_least_80")
        assert final(course) == case["expect"]["grade"][row["person"]]
    assert final(tenure_course("R_CBA", "A", 119)) == CASES["R-10"][1]["expect"]["grade"]


def test_d_by_related_experience() -> None:
    """D-01 to D-05b, D-07, D-09."""
    for name, grade in (("D-02", "junior"), ("D-03", "middle"), ("D-04b", "senior"), ("D-07", "senior")):
        case = CASES[name][1]
        for row, wanted in zip(case["history"], case["expect"]["grade_per_row"], strict=True):
            course = tenure_course("D_five_level", grade, row["experience"] - 1, score=row.get("score"), reading=case["setting"]["levels"])
            assert final(course) == wanted, (name, row)
    assert final(tenure_course("D_five_level", "junior", 0)) == CASES["D-01"][1]["expect"]["grade"]
    assert final(tenure_course("D_five_level", "senior", 119, reading="as_written")) == CASES["D-04a"][1]["expect"]["grade"]
    for name in ("D-05a", "D-05b"):
        case = CASES[name][1]
        course = tenure_course("D_five_level", "junior", 0, prior=36, reading="as_written", experience_of=case["setting"]["experience_of"])
        assert final(course) == case["expect"]["grade"], name
    wanted = CASES["D-09"][1]["expect"]
    assert final(tenure_course("D_five_level", "junior", 19)) == wanted["D_five_level"] and final(tenure_course("R_CBA", "C", 19)) == wanted["R_CBA"]
    assert final(tenure_course("L_G1_G6", "G1", 19, score=60)) in ("G3", "G4") and "G3/G4" in wanted["L_G1_G6"]


@pytest.mark.parametrize("name", ["L-01", "L-02", "L-03", "L-06", "L-07", "L-09"])
def test_l_at_one_review(name: str) -> None:
    case = CASES[name][1]
    row, entry = case["history"][0], case["setting"].get("band_entry", "automatic")
    course = tenure_course("L_G1_G6", case["start"]["grade"], row["tenure"] - 1, score=row["score"], band_entry=entry)
    assert final(course) == case["expect"]["grade"]
    assert [outcome for _, outcome in others(course)] == (["human_review"] if "eligible_for_band" in case["expect"] else [])


def test_l_over_time_and_by_band() -> None:
    """L-04, L-05, L-08, L-10a, L-10b, L-11, L-12a, L-12b. The row's score is that of its last three months."""
    case = CASES["L-04"][1]
    held = {"none": "G0", "G1": "G0", "G3": "G1", "G5": "G3"}  # grade from which the band is entered
    for row, band in zip(case["history"], case["expect"]["band_per_row"], strict=True):
        lowest = band if band == "none" else band[0]
        if row["tenure"]:
            assert final(tenure_course("L_G1_G6", held[lowest], row["tenure"] - 1, score=50)) == ("G0" if lowest == "none" else lowest)
    case = CASES["L-05"][1]
    for row, wanted in zip(case["history"], case["expect"]["grade_per_row"], strict=True):
        assert final(tenure_course("L_G1_G6", "G2", row["tenure"] - 1, score=row["score"])) == wanted
    case = CASES["L-08"][1]
    for row in case["history"]:
        assert final(tenure_course("L_G1_G6", "G4", row["tenure"] - 1, score=row["score"])) == case["expect"]["grade"][row["person"]]
    for name, option in (("L-10a", "every_quarter"), ("L-10b", "once")):
        case = CASES[name][1]
        scores = [score for row in case["history"] for score in [row["score"]] * 3]
        course = run(ladder_of("L_G1_G6", placement=option), Person("G1", "2025-01", {"score": scores}, case["history"][0]["tenure"] - 3), extra=0)
        assert [course.ladder.grades[course.grade[0, 3]], final(course)] == case["expect"]["grade_per_row"], name
    case = CASES["L-11"][1]
    course = run(ladder_of("L_G1_G6", placement="every_quarter"), Person("G6", "2025-01", {"score": [10] * 3}, 40), extra=0)
    assert final(course) == case["expect"]["grade"]
    for name, option in (("L-12a", "total"), ("L-12b", "in_band")):
        case = CASES[name][1]
        person = Person("G1", "2025-01", {"score": [60]}, 19, case["start"]["months_since_placement_in_level"])
        assert final(run(ladder_of("L_G1_G6", tenure_basis=option), person, extra=0)) in case["expect"]["band"], name


# --- rubrics
LEVELS = ("junior", "middle", "senior", "veteran")


@pytest.mark.parametrize("name", ["C-01", "C-02", "C-03", "C-04a", "C-04b", "C-05", "C-06", "C-07"])
def test_c_by_assessed_level(name: str) -> None:
    case = CASES[name][1]
    row = case["history"][0]
    level = None if row["assessment"] is None else LEVELS.index(row["assessment"]) + 1
    facts = {part: [level] * 6 for part in ("business_knowledge", "independence", "complaint_handling", "coaching")}
    facts["training_passed"] = [None if "training_done" not in row else float(row["training_done"])] * 6
    path = case["setting"].get("path", "through_previous")
    course = run(ladder_of("C_four_level", path=path), Person(case["start"]["grade"], "2025-01", facts, row.get("tenure_months", 60)), extra=0)
    assert final(course) == case["expect"]["grade"] and bool(moves(course)) == (case["expect"]["decision"] == "promote")


def test_m_by_training_and_assessment() -> None:
    """M-01 to M-06: passed stands for a full mark, failed for none, null for no record."""
    for name in ("M-01", "M-02", "M-03", "M-04", "M-05", "M-06"):
        case = CASES[name][1]
        starts = case["start"].get("rows", [case["start"]] * len(case["history"]))
        wanted = case["expect"].get("grade_per_row") or case["expect"]["grade"]
        for i, (start, row) in enumerate(zip(starts, case["history"], strict=True)):
            passed = row["assessment_passed"]
            facts = {"training_passed": [float(row["training_done"])] * 6, "assessment": [None if passed is None else 100.0 * passed] * 6}
            grade = wanted if isinstance(wanted, str) else wanted[row["person"]] if isinstance(wanted, dict) else wanted[i]
            assert final(run(ladder_of("M_three_level"), Person(start["grade"], "2025-01", facts), extra=0)) == grade, name


def test_n_by_weights() -> None:
    """N-01 to N-05: score, other weights, no cut-off and so no grade, weights that don't make 100, a missing factor."""
    ladder = opened("N_factor_based")
    made, parts = ladder.spec.derived["factor_score"], ("duty", "skill", "knowledge", "problem_handling")

    def score(row: Mapping[str, Any], weights: Any = None) -> float:
        chosen = made if weights is None else type(made).model_validate(made.model_dump() | {"weights": tuple(weights)})
        return float(derive(chosen, [np.array([[np.nan if row[p] is None else float(row[p])]]) for p in parts], np.zeros(1, dtype=int))[0, 0])

    assert score(CASES["N-01"][1]["history"][0]) == CASES["N-01"][1]["expect"]["score"]
    assert score(CASES["N-02"][1]["history"][0], CASES["N-02"][1]["setting"]["weights"]) == CASES["N-02"][1]["expect"]["score"]
    full = {part: [100] * 12 for part in parts}
    assert (
        score(CASES["N-03"][1]["history"][0]) == 100 and moves(run(ladder_of("N_factor_based", cuts="none"), Person("junior", "2025-01", full))) == []
    )
    for weights, valid in zip(CASES["N-04"][1]["setting"]["weights_rows"], CASES["N-04"][1]["expect"]["valid_per_row"], strict=True):
        if valid:
            score(CASES["N-01"][1]["history"][0], weights)
        else:
            with pytest.raises(ValueError, match="100"):
                score(CASES["N-01"][1]["history"][0], weights)
    assert np.isnan(score(CASES["N-05"][1]["history"][0]))


def test_b_steps_only_where_a_human_proposes() -> None:
    """B-01 to B-03, B-06, B-12: no condition moves nobody; with the filled ones a step up the own line, the vacancy only on the management line."""
    full = {"score": [100] * 12, "transfer_wanted": [0] * 12, "post_vacant": [0] * 12}
    assert moves(run(ladder_of("B_dual_channel", moves="none"), Person("junior", "2025-01", full))) == CASES["B-01"][1]["expect"]["decisions"]
    for name in ("B-02", "B-03"):
        case = CASES[name][1]
        for row, wanted in zip(case["history"], case["expect"]["grade_after_per_row"], strict=True):
            facts = {"score": [100.0 if row["step"] == 1 else 10.0] * 6, "transfer_wanted": [0] * 6, "post_vacant": [1] * 6}
            assert final(run(ladder_of("B_dual_channel"), Person(row["grade"], "2025-01", facts), extra=0)) == wanted, row
    wanted = {"score": [50] * 6, "transfer_wanted": [1] * 6, "post_vacant": [1] * 6}
    case = CASES["B-06"][1]
    assert final(run(ladder_of("B_dual_channel"), Person("middle", "2025-01", wanted), extra=0)) == case["history"][0]["to_grade"]
    case = CASES["B-12"][1]
    for row in case["start"]["rows"]:
        facts = {"score": [100] * 6, "transfer_wanted": [0] * 6, "post_vacant": [0] * 6}
        assert (
            final(run(ladder_of("B_dual_channel"), Person(row["grade"], "2025-01", facts), extra=0)) == case["expect"]["grade_after"][row["person"]]
        )


# --- exam
EXAM = ("theory", "practical", "typing")


def exam_course(rows: list[dict[str, Any]], start: str = "2025-03", **settings: str) -> Any:
    facts: dict[str, list[Any]] = {name: [] for name in ("exam_week", "theory", "practical", "typing_cpm", "typing_adapted")}
    for row in rows:
        facts["exam_week"].append(row.get("week", 4))
        facts["typing_adapted"].append(float(row.get("accommodation", False)))
        for name, key in zip(("theory", "practical", "typing_cpm"), EXAM, strict=True):
            facts[name].append(row[key])
    return run(ladder_of("O_trainee", **settings), Person("trainee", start, facts, 0))


def test_trainee_exam() -> None:
    """OT-01 to OT-03, OT-05, OT-06, OT-08 to OT-10."""
    course = exam_course(CASES["OT-01"][1]["history"])
    assert final(course) == "grade_D" and paid(course, CASES["OT-01"][1]["expect"]["pay_from"]) == "grade_D"
    for row in (*CASES["OT-02"][1]["history"], *CASES["OT-03"][1]["history"]):
        assert final(exam_course([row])) == "trainee", row
    for row in CASES["OT-05"][1]["history"]:
        course, wanted = exam_course([row], row["date"][:7]), CASES["OT-05"][1]["expect"]["pay_from"][row["person"]]
        assert paid(course, wanted) == "grade_D" and paid(course, row["date"][:7]) == "trainee"
    case = CASES["OT-06"][1]
    course = exam_course([dict(row, week=4 * (i + 1)) for i, row in enumerate(case["history"])], "2025-01")
    assert others(course) == [("2025-01", "retest")] and paid(course, case["expect"]["pay_from"]) == "grade_D" != paid(course, "2025-02")
    course = exam_course(CASES["OT-08"][1]["history"], "2025-01")
    assert final(course) == "trainee" and [outcome for _, outcome in others(course)] == ["retest", "human_review"]
    for name in ("OT-09a", "OT-09b"):
        case = CASES[name][1]
        passed = case["expect"]["decision_per_row"][-1] == "pass"
        assert (final(exam_course(case["history"], retest_scope=case["setting"]["retest_scope"])) == "grade_D") == passed, name
    course = exam_course(CASES["OT-10"][1]["history"], adapted_typing="human_review")
    assert final(course) == "trainee" and [outcome for _, outcome in others(course)] == [CASES["OT-10"][1]["expect"]["decision"]]


def test_rank_from_four_figures() -> None:
    """OC-12 in three readings, OC-13, OC-14."""
    case = CASES["OC-12"][1]
    made = opened("O_D_to_C").spec.derived["rank"]
    parts = [np.array([[float(row[key])] for row in case["history"]]) for key in ("kpi", "conversion", "response_rate", "avg_order_value")]
    names = [row["person"] for row in case["history"]]

    def ranks(basis: str) -> dict[str, int]:
        found = derive(made.model_copy(update={"basis": basis}), parts, np.zeros(len(names), dtype=int))
        return {name: int(rank) for name, rank in zip(names, found[:, 0], strict=True)}

    assert ranks("weighted_z_score") == case["expect"]["weighted_z_score"]["rank"] and ranks("raw_sum") == case["expect"]["raw_sum"]["rank"]
    assert [n for n, rank in ranks("worst_rank").items() if rank <= 3] == case["expect"]["each_metric"]["top3_on_all_four"]
    team = [Person("grade_D", "2025-01", {"rank": [rank] * 3, "complaints_upheld": [0] * 3, "awards": [1, 0, 0]}) for rank in (1, 2, 3)]
    course = run(opened("O_D_to_C"), *team)
    assert [final(course, i)[-1] for i in range(3)] == list(CASES["OC-13"][1]["expect"]["end_grades"].values())
    for row, chance in zip(CASES["OC-14"][1]["history"], CASES["OC-14"][1]["expect"]["probability_per_row"], strict=True):
        assert float(Chance(3 / row["n"]).share) ** 3 == pytest.approx(chance)
