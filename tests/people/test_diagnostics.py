"""Closed forms, the published staffing example, exact chain against simulation, the eleven-criterion table."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from ladder_cases import opened
from scipy.stats import norm

from cslib.core.errors import PeopleError
from cslib.params.ladder_files import Ladder, ladder_names
from cslib.people.chain import Chance, Normal, chain
from cslib.people.diagnostics import band_findings, luck, reach
from cslib.people.engine import run_ladder
from cslib.people.flows import birth_death, first_passage, long_run, staffing_flow, up_before_down
from cslib.people.panel import Panel

STAR = {"kpi_percent": Normal(100, 10)}


def five_grades() -> Ladder:
    """Scheme of the quarterly review on one line of five grades."""
    ladder = opened("Q_quarter_80_70_50")
    names = ("reviewer1", "reviewer2", "reviewer3", "reviewer4", "supervisor_middle")
    line = ladder.spec.lines["reviewer"].model_copy(update={"grades": names})
    return dataclasses.replace(ladder, spec=ladder.spec.model_copy(update={"lines": {"one": line}}))


def test_star_ladder_as_written_puts_98_6_per_cent_into_the_lowest_grade():
    """S003-H5, S003-H6 with mean 100, sd 10 and five grades: a = 0.0142, shares proportional to (a / (1 - a))^g."""
    found = chain(opened("H_star_ladder", "as_written"), "agent").settled(STAR)
    p = float(norm.sf(1.0))
    a = up_before_down(p, 1 - p, 3, 3)
    expected = birth_death(a, 1 - a, 5)
    assert a == pytest.approx(0.0142, abs=5e-5) and expected[0] == pytest.approx(0.986, abs=5e-4)
    assert [found[grade] for grade in ("agent", "star1", "star2", "star3", "senior_agent")] == pytest.approx(list(expected), abs=1e-12)
    assert found["trial_agent"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("mean", "grade", "share"), [(105, "agent", 0.86), (115, "senior_agent", 0.86), (110, "star2", 0.2)])
def test_star_ladder_as_written_breaks_even_only_at_110(mean, grade, share):
    found = chain(opened("H_star_ladder", "as_written"), "agent").settled({"kpi_percent": Normal(mean, 10)})
    assert found[grade] == pytest.approx(share, abs=5e-3)


def test_star_ladder_with_hold_band_is_uniform():
    found = chain(opened("H_star_ladder", "repaired"), "agent").settled(STAR)
    assert [share for grade, share in found.items() if grade != "trial_agent"] == pytest.approx([0.2] * 5, abs=1e-12)


@pytest.mark.parametrize(("mean", "grade"), [(95, "agent"), (105, "senior_agent")])
def test_a_hold_band_shifts_the_drift_and_does_not_end_it(mean, grade):
    assert chain(opened("H_star_ladder", "repaired"), "agent").settled({"kpi_percent": Normal(mean, 10)})[grade] == pytest.approx(0.987, abs=5e-4)


def test_seven_months_to_a_move_where_both_are_equally_likely():
    """p = 1/2: the mean wait for either run of three is 2^3 - 1 = 7 months."""
    made = chain(opened("H_star_ladder", "as_written"), "star2")
    matrix = made.matrix({"kpi_percent": Normal(110, 10)})
    moved = made.states[:, 0] != made.states[made.start, 0]
    assert first_passage(matrix, moved, np.eye(len(matrix))[made.start]) == pytest.approx((1.0, 7.0))


def test_quarterly_review_puts_87_5_per_cent_into_the_top_of_five():
    """S003-Q7, S003-Q9 with mean 78, sd 8: shares proportional to (u / d)^g."""
    made = chain(five_grades())
    up, down = norm.sf((80 - 78) / (8 / 3**0.5)), norm.cdf((70 - 78) / (8 / 3**0.5))
    found = list(made.settled({"score": Normal(78, 8)}).values())
    assert found == pytest.approx(list(birth_death(up, down, 5)), abs=1e-12) and found[-1] == pytest.approx(0.875, abs=5e-4)
    assert list(made.settled({"score": Normal(75, 8)}).values()) == pytest.approx([0.2] * 5, abs=1e-12)
    assert norm.sf((80 - 75) / (8 / 3**0.5)) == pytest.approx(0.1395, abs=5e-5)


def test_published_staffing_example():
    """(300, 200, 50, 30) -> 162.5, 150, 75, 26; leavers 105, 50, 2.5, 9; stay 3.7333; shares 4/7, 1/7, 3/14, 1/14."""
    matrix = np.array([[0.50, 0.10, 0.05, 0], [0.05, 0.60, 0.10, 0], [0.05, 0, 0.80, 0.10], [0, 0, 0, 0.70]])
    flow = staffing_flow(matrix, np.array([300.0, 200, 50, 30]))
    assert flow.heads == pytest.approx([162.5, 150, 75, 26]) and flow.leavers == pytest.approx([105, 50, 2.5, 9])
    assert flow.stay == pytest.approx(56 / 15) and flow.shares == pytest.approx([4 / 7, 1 / 7, 3 / 14, 1 / 14])


def test_long_run_of_absorbing_and_periodic_chains():
    absorbing = np.array([[0.5, 0.25, 0.25], [0, 1, 0], [0, 0, 1.0]])
    assert long_run(absorbing, np.array([1.0, 0, 0])) == pytest.approx([0, 0.5, 0.5])
    assert long_run(np.array([[0.0, 1], [1, 0]]), np.array([1.0, 0])) == pytest.approx([0.5, 0.5])
    assert first_passage(absorbing, np.array([False, True, False]), np.array([1.0, 0, 0])) == (pytest.approx(0.5), float("inf"))


def drawn(metric: str, mean: float, sd: float, people: int, months: int, grade: str) -> Panel:
    figures = np.random.default_rng(7).normal(mean, sd, (people, months))
    return Panel(
        tuple(map(str, range(people))), "2026-01", months, {metric: figures}, np.full(people, -60), np.full(people, months + 1),
        np.zeros(people, dtype=int), np.zeros(people, dtype=int), (grade,) * people,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "reading", "metric", "mean", "sd", "grade"),
    [("H_star_ladder", "as_written", "kpi_percent", 106, 10, "star2"), ("H_star_ladder", "repaired", "kpi_percent", 101, 12, "star2"),
     ("Q_quarter_80_70_50", "", "score", 76, 8, "reviewer2"), ("B_dual_channel", "", "score", 84, 9, "junior")],
)  # fmt: skip
def test_simulation_agrees_with_the_chain_within_four_standard_errors(name, reading, metric, mean, sd, grade):
    ladder, people, months = opened(name, reading), 4000, 24
    scores = {metric: Normal(mean, sd), "transfer_wanted": Chance(0.0), "post_vacant": Chance(1.0)}
    base = drawn(metric, mean, sd, people, months + 1, grade)
    flags = {flag: np.full((people, months + 1), value) for flag, value in (("transfer_wanted", 0.0), ("post_vacant", 1.0))}
    course = run_ladder(ladder, dataclasses.replace(base, facts={**base.facts, **flags}, grade_since=np.zeros(people, dtype=int)))
    exact = chain(ladder, grade, scores).after(scores, months)
    for code, share in exact.items():
        simulated = float((course.grade[:, months] == ladder.grades.index(code)).mean())
        assert abs(simulated - share) <= 4 * (share * (1 - share) / people) ** 0.5 + 1e-12, code


def test_rank_ladder_absorbs_and_three_ranks_by_luck_are_rare():
    """S003-O7 with exchangeable people: P(top 3 of 10 three months running) = 0.027; nobody comes down again."""
    ladder = opened("O_D_to_C")
    assert pytest.approx(0.027) == (3 / 10) ** 3
    with pytest.raises(PeopleError) as caught:
        chain(ladder)
    assert "people.not_a_chain" in caught.value.keys
    people, rng = 3000, np.random.default_rng(3)
    facts = {name: rng.normal(size=(people, 3)) for name in ("kpi", "conversion_rate", "response_rate", "avg_order_value")}
    facts |= {"complaints_upheld": np.zeros((people, 3)), "awards": np.ones((people, 3))}
    base = drawn("x", 0, 1, people, 3, "grade_D")
    course = run_ladder(ladder, dataclasses.replace(base, facts=facts, team=np.arange(people) // 10))
    promoted = sum(len(batch.rows) for batch in course.batches) / people
    assert abs(promoted - 0.027) <= 4 * (0.027 * 0.973 / people) ** 0.5


def test_ladders_that_are_no_chain_say_why():
    for name, reading in (("J_assistant_123", "with_annual_review"), ("L_G1_G6", "")):
        with pytest.raises(PeopleError) as caught:
            chain(opened(name, reading))
        assert set(caught.value.keys) == {"people.not_a_chain"}
    assert len(ladder_names()) == 15


def test_the_table_as_written_cannot_reach_grade_3_and_what_total_would():
    """S003-T1, S003-T2: 0.75 x 100 = 75 < 81; grade 3 takes 108 points, the full score 133.33; repaired, every grade is reached."""
    written = {r.grade: r for r in reach(opened("T_eleven_criteria", "as_written"), total=100)}
    assert written["grade2"].reachable and not written["grade3"].reachable and written["grade3"].best == 75
    assert written["grade3"].needed_total == pytest.approx(108) and written["grade6"].needed_total == pytest.approx(128)
    assert pytest.approx(133.33, abs=0.01) == 100 / 0.75
    assert all(r.reachable and r.best == 100 for r in reach(opened("T_eleven_criteria", "repaired")))
    assert {r.grade for r in reach(opened("T_eleven_criteria", "as_written")) if r.reachable} == {"assistant", "grade1", "grade2"}


def test_gaps_and_overlaps_of_the_bands_as_written():
    """S003-T2: 63 in two bands, scores such as 65.5 in none; S003-Q8: 70 in two bands."""
    found = {(f.kind, f.low, f.high) for f in band_findings(opened("T_eleven_criteria"))}
    assert ("overlap", 63, 63) in found and ("gap", 65, 66) in found and ("gap", 95, 96) in found and len(found) == 7
    assert [(f.kind, f.low, f.high) for f in band_findings(opened("Q_quarter_80_70_50"))] == [("overlap", 70, 70)]
    assert band_findings(opened("R_CBA")) == []


def test_share_of_moves_by_luck():
    """Nobody differs: every move up or down at a mean inside the hold band is luck. No noise: none is."""
    made = chain(opened("H_star_ladder", "repaired"), "star2")
    same = luck(made, "kpi_percent", STAR, 0.0, 24)
    assert same.moves > 0.01 and same.share == pytest.approx(1.0)
    assert luck(made, "kpi_percent", {"kpi_percent": Normal(100, 1e-6)}, 15.0, 24).share == pytest.approx(0.0, abs=1e-9)
    mixed = luck(made, "kpi_percent", STAR, 10.0, 24)
    assert 0.02 < mixed.share < 0.9


def test_grades_that_nobody_reaches_are_found():
    made = chain(opened("H_star_ladder", "repaired"), "agent")
    assert made.unreachable(STAR) == ["trial_agent"]
    assert made.unreachable({"kpi_percent": Normal(100, 0.0)}) == ["trial_agent", "star1", "star2", "star3", "senior_agent"]
    assert made.months_to({"kpi_percent": Normal(200, 0.0)}, "star1") == pytest.approx((1.0, 3.0))
    ranked = chain(opened("T_eleven_criteria", "as_written"), "assistant", {"table_score": Normal(65, 0.5)})
    assert "grade3" not in [g for g, share in ranked.settled({"table_score": Normal(65, 0.5)}).items() if share > 1e-6]
