"""The second opinion's cases on the points table, pay ranges, weights, closed forms and refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from independent_cases import Person, final, ladder_of, moves, run
from ladder_cases import opened
from test_excluded import fact, write
from test_second_opinion import CASES

from cslib import people
from cslib.core.errors import ParamError
from cslib.params.ladder_files import ladder_from
from cslib.params.source import read
from cslib.people import story
from cslib.people.chain import Normal
from cslib.people.values import derive

SECTOR = "sector_years"
TABLE = opened("T_eleven_criteria").spec.derived["table_score"]


def grade_at(score: float) -> str:
    bounds = opened("T_eleven_criteria").spec.rules["place"].place.lower
    reached = [grade for grade, bound in bounds.items() if score >= bound - 1e-9]
    return reached[-1] if reached else "none"


def test_points_table() -> None:
    """T-01 to T-04, T-06 to T-11, T-13 to T-15."""
    reach = {r.grade: r for r in people.reach(opened("T_eleven_criteria", "as_written"), 100)}
    assert [g for g, r in reach.items() if not r.reachable] == CASES["T-01"][1]["expect"]["unreachable"]
    assert {g: round(r.needed_total, 4) for g, r in reach.items()} == CASES["T-02"][1]["expect"]["total_needed"]
    for row, grade in zip(CASES["T-03"][1]["history"], CASES["T-03"][1]["expect"]["grade_per_row"], strict=True):
        facts = {"table_score": [row["score"]] * 12}
        course = run(opened("T_eleven_criteria"), Person("grade6", "2025-01", facts), extra=0)
        assert grade_at(row["score"]) == grade and (grade == "none" or final(course) == grade), row
    for row, score, grade in zip(
        CASES["T-04"][1]["history"], *(CASES["T-04"][1]["expect"][k] for k in ("score_per_row", "grade_per_row")), strict=True
    ):
        assert row["total"] * 0.75 == pytest.approx(score) and grade_at(row["total"] * 0.75) == grade
    for row, points in zip(CASES["T-08"][1]["history"], CASES["T-08"][1]["expect"]["points_per_row"], strict=True):
        assert scored(certificates=row["certificates"]) == points
    for row, points in zip(CASES["T-09"][1]["history"], CASES["T-09"][1]["expect"]["points_per_row"], strict=True):
        assert scored(experience_years=row["years"], sector_years=row["sector_years"]) == points, row
    for option, reading in (("previous_step", "falls_to_previous_step"), ("zero", "zero")):
        assert scored(option, experience_years=5, sector_years=1.9) == CASES["T-10"][1]["expect"]["points"][reading]
    best = sum(TABLE.most)
    assert best == CASES["T-11"][1]["expect"]["total"] and best * 0.75 == CASES["T-11"][1]["expect"]["score"] and grade_at(best * 0.75) == "grade2"
    for name in ("T-13", "T-14"):
        case = CASES[name][1]
        for row, score, grade in zip(case["history"], case["expect"]["score_per_row"], case["expect"]["grade_per_row"], strict=True):
            assert 100 * row["achieved"] / best == pytest.approx(score, abs=1e-4) and grade_at(100 * row["achieved"] / best) == grade
    whole = CASES["T-15"][1]["expect"]
    points = scored(education=3, workplace=5, certificates=2, experience_years=2, sector_years=0) + 60
    assert points == whole["total"] and grade_at(points * 0.75) == whole["as_written_without_excluded"]["grade"]
    assert 100 * points / best == pytest.approx(whole["repaired"]["score"], abs=1e-4) and grade_at(100 * points / best) == whole["repaired"]["grade"]


def scored(option: str = "previous_step", **given: float) -> float:
    """Points of the items given, all others 0."""
    made = ladder_of("T_eleven_criteria", "as_written", sector_rule=option).spec.derived["table_score"].model_copy(update={"factor": 1.0})
    parts = [np.array([[float(given.get(name, 0))]]) for name in made.of]
    return float(derive(made, parts, np.zeros(1, dtype=int), {SECTOR: np.array([[float(given.get(SECTOR, 0))]])})[0, 0])


def test_education_and_workplace_points_and_gaps() -> None:
    """T-05 (gaps of the printed ranges), T-06, T-07: the points stand in the words of the inputs."""
    inputs = opened("T_eleven_criteria").spec.inputs
    assert all(str(points) in inputs["education"].meaning.en for points in CASES["T-06"][1]["expect"]["points_per_row"])
    assert all(str(points) in inputs["workplace"].meaning.en for points in CASES["T-07"][1]["expect"]["points_per_row"])
    gaps = [f for f in people.band_findings(opened("T_eleven_criteria")) if f.kind == "gap"]
    assert sum(any(gap.low < row["score"] < gap.high for gap in gaps) for row in CASES["T-05"][1]["history"]) == 6


def test_pay_ranges() -> None:
    """S-01 to S-05, S-08."""
    facts = opened("S_base_allow_bonus").spec.facts
    low, high = (sum(facts[f"{item}_range"].value[i] for item in ("base", "allowance", "bonus")) for i in (0, 1))
    assert [low, high] == CASES["S-01"][1]["expect"]["total_per_row"]
    for name, item in (("S-02", "base"), ("S-03", "allowance"), ("S-04a", "bonus")):
        bounds = facts[f"{item}_range"].value
        found = [bounds[0] <= row[item] <= bounds[1] for row in CASES[name][1]["history"]]
        assert found == CASES[name][1]["expect"]["in_range_per_row"], name
    assert CASES["S-04b"][1]["expect"]["total_min"] == low - facts["bonus_range"].value[0]
    ranges = {r.level: r for r in people.pay_ranges(opened("S_base_allow_bonus")) if r.item == "base"}
    assert {level: round(r.middle, 2) for level, r in ranges.items()} == CASES["S-05"][1]["expect"]["midpoints"]
    assert [round(b, 2) for b in (*(r.low for r in ranges.values()), ranges["lead"].high)] == CASES["S-05"][1]["expect"]["bounds"]
    course = run(opened("S_base_allow_bonus", "as_written"), Person("middle", "2025-01", {"score": [100, 100, 0]}))
    assert moves(course) == CASES["S-08"][1]["expect"]["decisions"] and final(course) == "middle"


def test_weights_of_the_quarterly_scheme_and_closed_forms() -> None:
    """Q-16, Q-17, Q-21, H-25, H-26; facts of H-27 and JL-11."""
    kpis = people.open_kpis()
    for name, role in (("Q-16", "cs_rep"), ("Q-17", "tech_support")):
        row = CASES[name][1]["history"][0]
        assert sum(kpis.role_sets[role].weights[k] * v for k, v in row.items()) / 100 == CASES[name][1]["expect"]["score"]
    wanted = CASES["H-25"][1]["expect"]
    star = story.star_chain("as_written").settled({story.STAR_METRIC: Normal(100, 10)})
    regular = [share for grade, share in star.items() if grade != "trial_agent"]
    assert regular == pytest.approx(wanted["long_run_all"], abs=wanted["tolerance"])
    for row in CASES["H-26"][1]["setting"]["rows"]:
        found = story.star_chain(row["hold_band"]).settled({story.STAR_METRIC: Normal(row["mean"], row["sd"])})
        assert [s for g, s in found.items() if g != "trial_agent"] == pytest.approx(CASES["H-26"][1]["expect"]["long_run_all"])
    shares = people.birth_death(CASES["Q-21"][1]["expect"]["row1"]["u"], CASES["Q-21"][1]["expect"]["row1"]["d"], 5)
    assert shares[-1] == pytest.approx(CASES["Q-21"][1]["expect"]["row1"]["long_run_top"], abs=5e-6)
    allowed = opened("H_star_ladder").spec.facts["supervisor_allowance"].value
    assert [row["allowance"] in allowed for row in CASES["H-27"][1]["history"]] == [row["want"] == "valid" for row in CASES["H-27"][1]["history"]]
    review = opened("J_lead").spec.facts["self_review"].value
    due = [int(row["date"][8:]) == review["day"] and int(row["date"][5:7]) in review["months"] for row in CASES["JL-11"][1]["history"]]
    assert due == [row["want"] == "due" for row in CASES["JL-11"][1]["history"]]


REFUSED = {
    "S003-H8": "服从主管", "S003-H13": "jump_on_request", "S003-J6": "bottom_elimination", "S003-J7": "deduction_elimination",
    "S003-Q10": "second_probation", "S003-Q11": "dismissal", "S003-B7": "bonus_adjustment", "S003-B9": "overtime_by_company_rules",
    "S003-O12": "work_of_others", "S003-T7": "height",
}  # fmt: skip


def test_refusals_asked_for_by_the_cases(tmp_path: Path) -> None:
    """H-23, H-24, J-26, Q-20, B-11, OC-17, T-16: id and statute; T-17: what is lawful is taken."""
    asked = [e for n in ("H-23", "H-24", "J-26", "Q-20", "B-11", "OC-17") for e in np.atleast_1d(CASES[n][1]["expect"])]
    pairs = [(entry["id"], REFUSED[entry["id"]]) for entry in asked]
    pairs += [(entry["id"] if entry["criterion"] != "make_up" else "S002-34", entry["criterion"]) for entry in CASES["T-16"][1]["expect"]]
    for entry, name in pairs:
        with pytest.raises(ParamError) as caught:
            ladder_from(read(write(tmp_path, fact(name, name, name) if name.isascii() else fact("wrong", name))), "wrong")
        found = {finding.facts["id"] for finding in caught.value.findings}
        assert entry in found or (name == "appearance" and found == {"S003-G4"}), (entry, name, found)
    assert ladder_from(read(write(tmp_path, fact("courtesy"))), "right")
