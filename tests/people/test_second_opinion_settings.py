"""The second opinion's cases that need a setting of their own: lowest grade, own rhythm, improvement, transfers, ties, days, contracts."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from independent_cases import Person, by_month, by_quarter, final, first_of, ladder_of, moves, others, quarter_end, run
from ladder_cases import opened
from test_second_opinion import CASES, J_FACTS, flagged, j_person, q_course, q_grade, year_rows

from cslib import people
from cslib.core.errors import ParamError, PeopleError
from cslib.core.paths import params_dir
from cslib.params.kpi import open_kpis
from cslib.params.ladder_files import Ladder, ladder_from
from cslib.params.source import read
from cslib.people.course import Course
from cslib.people.panel import Panel, month_number, month_text
from cslib.people.synthetic import team_facts


def case_of(name: str) -> dict[str, Any]:
    return CASES[name][1]


# --- star ladder
@pytest.mark.parametrize("name", ["H-13a", "H-14"])
def test_the_lowest_grade_as_given_is_its_pay_and_no_new_trial(name: str) -> None:
    """H-13a, H-14: the grade below agent is lowest_pay; the trial grade itself is never reached again."""
    case, held = case_of(name), {"trial_agent": "lowest_pay", "agent": "agent"}
    rows = case["history"]
    ladder = ladder_of("H_star_ladder", "as_written", floor="trial_pay")
    course = run(ladder, Person(held[case["start"]["grade"]], rows[0]["month"], {"kpi_percent": by_month(rows, rows[0]["month"], "kpi_percent")}))
    assert moves(course) == [(d["month"], held[d["grade_after"]]) for d in case["expect"]["decisions"]]
    assert final(course) == held[case["expect"]["end_grade"]] != ladder.spec.trial_grade
    assert ladder.spec.pay_yuan["lowest_pay"] == ladder.spec.pay_yuan["trial_agent"]
    for decision in case["expect"]["decisions"]:
        assert ladder.grades[course.grade[0, course.panel.months_text.index(decision["effective"])]] == held[decision["grade_after"]]


def test_from_the_lowest_pay_three_good_months_lead_back_and_a_trial_ends_at_agent() -> None:
    ladder = ladder_of("H_star_ladder", "as_written", floor="trial_pay")
    assert final(run(ladder, Person("lowest_pay", "2025-01", {"kpi_percent": [120] * 3}))) == "agent"
    hired = Panel(("A",), "2025-01", 6, {"kpi_percent": np.full((1, 6), 100.0)}, np.zeros(1, int), np.array([9]), np.zeros(1, int), np.zeros(1, int))
    assert moves(people.run_ladder(ladder, hired))[0] == ("2025-03", "agent")
    earlier = dataclasses.replace(hired, hired=np.array([-40]), months=1, facts={"kpi_percent": np.full((1, 1), 100.0)})
    assert people.run_ladder(ladder, earlier).final.grade[0] == ladder.grades.index("agent")


def test_longest_trial_by_contract() -> None:
    """H-21."""
    ladder = opened("H_star_ladder")
    for row in case_of("H-21")["history"]:
        months = None if row["contract_months"] == "open_ended" else row["contract_months"]
        longest = people.longest_trial(ladder, months)
        assert longest == row["max_probation_months"]
        asked = case_of("H-21")["setting"]["probation_months"]
        assert ("ok" if asked <= longest else "flag") == row["want"]


def test_team_size() -> None:
    """H-22: both bounds count."""
    low, high = opened("H_star_ladder").spec.facts["team_size"].value
    assert [low <= row["team_size"] <= high for row in case_of("H-22")["history"]] == [row["want"] == "inside" for row in case_of("H-22")["history"]]


# --- assistants
def test_the_lowest_of_a_grade_is_listed_for_a_human_as_written() -> None:
    """J-17a: the last of three good ones is listed, nobody moves; equal lowest are all listed; a lone one always is."""
    case = case_of("J-17a")
    team = [j_person("grade1", year_rows([row["year_mean"]] * 4)) for row in case["history"]]
    ladder = ladder_of("J_assistant_123", annual_review="listed_as_written")
    course = run(ladder, *team)
    listed = [others(course, i) for i in range(3)]
    assert [bool(found) for found in listed] == list(case["expect"]["eligible_for_step_down"].values()) and listed[2] == [("2025-12", "human_review")]
    assert [moves(course, i) for i in range(3)] == [case["expect"]["decisions"]] * 3
    assert [bool(others(run(ladder, team[0], team[2], team[2]), i)) for i in range(3)] == [False, True, True] and others(run(ladder, team[0]))
    below = run(ladder, *[j_person("grade1", year_rows([mean] * 4)) for mean in (95, 84, 80)])
    assert [len(others(below, i)) for i in range(3)] == [0, 1, 2] and not any(moves(below, i) for i in range(3))


def test_in_a_team_of_three_everybody_is_in_the_bottom_three() -> None:
    """J-21: ranks from the team's own scores; the flag is the note of the criterion."""
    case = case_of("J-21")
    scores = np.repeat(np.array([list(row["means"].values()) for row in case["history"]]).T, 3, axis=1).astype(float)
    made = team_facts(scores, np.zeros(3, dtype=int), month_number("2025-01"))["bottom_three"]
    rows = [dict.fromkeys(("grooming", "work", "A", "B", "A_rep", "B_rep"), 0) | {"quarter": row["quarter"]} for row in case["history"]]
    team = []
    for i in range(3):
        facts = by_quarter(rows, "2025Q1", {name: how for name, how in J_FACTS.items() if name not in ("score", "bottom_three")})
        team.append(Person("grade3", "2025-01", {**facts, "score": list(scores[i]), "bottom_three": list(made[i])}))
    course = run(ladder_of("J_assistant_123"), *team)
    assert [[m for m, o in others(course, i) if o == "coaching"] for i in range(3)] == [
        [quarter_end(wanted)] for wanted in case["expect"]["coaching_trigger"].values()
    ]
    assert "team of three" in opened("J_assistant_123").spec.criteria["bottom"].note
    larger = team_facts(np.arange(10.0)[:, None].repeat(3, axis=1), np.zeros(10, dtype=int), month_number("2025-01"))["bottom_three"]
    assert larger[:, 2].tolist() == [1.0] * 3 + [0.0] * 7


def test_an_immunity_cancels_one_transfer() -> None:
    """J-22, second half: the proposal of 2026Q2 is cancelled, that of 2026Q3 stands for a human."""
    case = case_of("J-22")
    rows = [*case["history"][:4], {"quarter": "2026Q1"}, *case["history"][4:]]
    flags, proposed = {row["quarter"]: row.get("best", False) for row in rows}, [float(row.get("transfer_proposal", False)) for row in rows]
    course = flagged(case, "grade2", flags, "best", transfers="recorded", more={"transfer_proposed": [v for v in proposed for _ in range(3)]})
    wanted = case["expect"]["transfer_proposal"]
    words = {"cancelled_by_immunity": "immunity_used", "stands_for_human_decision": "human_review"}
    found = dict(others(course))
    assert found["2025-12"] == "immunity" and {q: found[quarter_end(q)] for q in wanted} == {q: words[text] for q, text in wanted.items()}
    assert final(course) == case["expect"]["end_grade"] and not moves(course) and not course.final.immune[0]
    none = flagged(case, "grade2", dict.fromkeys(flags, False), "best", transfers="recorded",
                   more={"transfer_proposed": [v for v in proposed for _ in range(3)]})  # fmt: skip
    assert [outcome for _, outcome in others(none)] == ["human_review"] * 2


# --- team lead
def test_who_may_become_lead_and_the_mean_with_the_lead() -> None:
    """JL-08, JL-10b."""
    ladder = ladder_of("J_lead", eligibility="listed")
    for row in case_of("JL-08")["history"]:
        facts = {"team_mean": [90] * 3, "own_grade": [int(row["own_grade"][-1])] * 3, "proposals": [0] * 3}
        course = run(ladder, Person("assistant", "2025-01", facts), extra=0)
        assert [o for _, o in others(course)] == (["human_review"] if row["want"] == "eligible" else []) and not moves(course)
    case, (row,) = case_of("JL-10b"), case_of("JL-10b")["history"]
    scores = list(row["assistants"].values())
    facts = {
        "team_mean": [sum(scores) / len(scores)] * 3, "team_members": [len(scores)] * 3, "score": [row["lead_own_score"]] * 3, "own_grade": [2] * 3,
        "proposals": [0, 0, row["proposals"]],
    }  # fmt: skip
    course = run(ladder_of("J_lead", team_mean_of="with_lead"), Person("lead", first_of(row["quarter"]), facts), extra=0)
    assert people.bonus(course)[0][2] == case["expect"]["management_pay"][row["quarter"]]
    assert people.bonus(run(ladder_of("J_lead"), Person("lead", first_of(row["quarter"]), facts), extra=0))[0][2] == 300


# --- quarterly bands
def test_below_50_in_the_improvement_month_goes_to_a_human() -> None:
    """Q-09: the month after the quarter is looked at by itself; training or reassignment, never a move; 50 exactly ends it without measure."""
    case, (row,) = case_of("Q-09"), case_of("Q-09")["history"]
    start = {"family": case["start"]["family"], "grade": case["start"]["grade"] + 1}
    quarter = [{"month": f"2025-0{m}", "score": 49} for m in (1, 2, 3)]

    def found(month_score: float, later: float = 75) -> Course:
        months = [*quarter, {"month": row["month"], "score": month_score}, *({"month": f"2025-0{m}", "score": later} for m in (5, 6))]
        return q_course(case, start, months)

    course = found(row["score"])
    assert others(course) == [("2025-03", "improvement_period"), (case["expect"]["decisions"][0]["month"], "human_review")]
    assert [b.rule for b in course.batches if course.panel.months_text[b.month] == row["month"]] == ["train_or_reassign"]
    assert course.grade[0, 4] == course.ladder.grades.index(q_grade("reviewer", case["expect"]["end_grade"]))
    assert moves(course)[0] == ("2025-03", "reviewer2") and [m for m, _ in moves(course)] == ["2025-03", "2025-06"]
    assert others(found(50)) == [("2025-03", "improvement_period")]  # exactly 50: no measure
    assert others(found(70, later=40)) == [("2025-03", "improvement_period")]  # May is outside the period
    assert "40" in course.ladder.spec.rules["train_or_reassign"].meaning.en


def test_three_months_from_the_own_entry() -> None:
    """Q-14, second half, and the review after a move counts from the new grade."""
    case = case_of("Q-14")
    first, ladder = case["start"]["entered"][:7], ladder_of("Q_quarter_80_70_50", review_window="from_entry", incomplete_window="no_review")
    scores = by_month(case["history"], first, "score")
    course = run(ladder, Person("ordinary_middle", first, {"score": scores}, served=0), extra=0)
    wanted = case["expect"]["from_entry"]
    assert moves(course) == [(d["month"], q_grade("ordinary", d["grade_after"])) for d in wanted["decisions"]]
    assert final(course) == q_grade("ordinary", wanted["end_grade"])
    longer = run(ladder, Person("reviewer1", first, {"score": [85.0] * 9}, served=0), extra=0)
    assert [month for month, _ in moves(longer)] == ["2025-04", "2025-07", "2025-10"]


def test_people_with_other_entries_are_reviewed_in_other_months_and_alone() -> None:
    ladder = ladder_of("Q_quarter_80_70_50", review_window="from_entry")
    team = [Person("reviewer1", "2025-01", {"score": [85.0] * 6}, served, None) for served in (0, 1, 2)]
    both = run(ladder, *team, extra=0)
    assert [[m for m, _ in moves(both, i)] for i in range(3)] == [["2025-03", "2025-06"], ["2025-02", "2025-05"], ["2025-04"]]
    assert [moves(both, i) for i in range(3)] == [moves(run(ladder, one, extra=0)) for one in team]


def test_reviews_from_the_entry_refuse_counts_of_the_calendar_year(tmp_path: Path) -> None:
    text = (params_dir() / "ladders" / "J_assistant_123.yml").read_text(encoding="utf-8")
    path = tmp_path / "wrong.yml"
    path.write_text(text.replace("review_months: 3", "review_months: 3\nreview_from: entry"), encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        ladder_from(read(path), "wrong")
    assert "review_from: entry" in str(caught.value)


def test_statutory_leave_costs_no_attendance() -> None:
    """Q-18."""
    case, (row,) = case_of("Q-18"), case_of("Q-18")["history"]
    kpis = open_kpis()
    share = people.attendance_share(row["workdays"], row["annual_leave_days"], row["present_days"])
    weights = kpis.role_sets["cs_rep"].weights
    items = {**{k: row[k] for k in weights if k in row}, "attendance": 100 * share}
    assert items["attendance"] == case["expect"]["attendance_item"]
    assert sum(weights[k] * v for k, v in items.items()) / 100 == case["expect"]["score"]
    assert np.isnan(people.attendance_share(22, 22, 0)) and people.attendance_share(22, 5, 16) == pytest.approx(16 / 17)


# --- days
def by_day(scheme: str, joined: str, day: str, grade: str, **facts: list[float]) -> Course:
    """One review on a day, of a person who joined on a day."""
    ladder = ladder_of(scheme, service_count="by_day")
    on, start = dt.date.fromisoformat(day), dt.date.fromisoformat(joined)
    spec = ladder.spec.model_copy(update={"review_day": on.day})
    panel = Panel(
        ("A",), day[:7], 1, {name: np.array([values], dtype=float) for name, values in facts.items()},
        np.array([month_number(joined[:7]) + (start.day > 1) - month_number(day[:7])]), np.array([9]), np.zeros(1, int), np.zeros(1, int), (grade,),
        hired_on=np.array([joined], dtype="datetime64[D]"),
    )  # fmt: skip
    return people.run_ladder(Ladder(ladder.name, ladder.reading, ladder.chosen, spec, ladder.digest), panel)


@pytest.mark.parametrize("name", ["L-13", "L-14", "D-08"])
def test_months_complete_on_the_corresponding_day(name: str) -> None:
    case = case_of(name)
    start = dt.date.fromisoformat(case["start"]["joined"])
    for i, row in enumerate(case["history"]):
        assert people.completed_months(start, dt.date.fromisoformat(row["date"])) == case["expect"]["completed_months_per_row"][i]
        if name == "D-08":
            assert final(by_day("D_five_level", case["start"]["joined"], row["date"], "junior")) == case["expect"]["grade_per_row"][i]
        else:
            band = case["expect"]["band_per_row"][i]
            assert final(by_day("L_G1_G6", case["start"]["joined"], row["date"], "G0", score=[60])) == ("G0" if band == "none" else band[0])


def test_days_need_the_day_of_hiring_and_whole_months_start_with_the_first_full_one() -> None:
    """The two readings differ for people hired on the first: a month by the day ends with the corresponding day of the next."""
    first, later = (by_day("L_G1_G6", day, "2025-06-30", "G0", score=[60]) for day in ("2025-01-01", "2024-12-31"))
    assert final(first) == "G0" and final(later) == "G1"
    assert final(run(ladder_of("L_G1_G6"), Person("G0", "2025-06", {"score": [60]}, 5), extra=0)) == "G1"
    with pytest.raises(PeopleError) as caught:
        run(ladder_of("L_G1_G6", service_count="by_day"), Person("G0", "2025-06", {"score": [60]}, 5))
    assert caught.value.keys == ["people.no_day"]
    staff = pd.DataFrame({"employee_id": ["A"], "position": [1], "hired": pd.to_datetime(["2025-08-31"]), "left": pd.to_datetime([None])})
    facts = pd.DataFrame({"employee_id": ["A"], "period": ["2026-02"], "kpi": ["score"], "value": [60.0]})
    course = people.run_ladder(ladder_of("L_G1_G6", service_count="by_day"), people.panel_of(facts, staff, "2026-02", 1))
    assert final(course) == "G1"


def test_unrelated_experience_does_not_count() -> None:
    """D-06: related months alone make the prior experience; counted in full they would make a senior."""
    case = case_of("D-06")
    grades = [
        final(run(ladder_of("D_five_level", case["setting"]["levels"]), Person("junior", "2025-01", {"score": [50]}, 0, None, months), extra=0))
        for months in (case["start"]["prior_related_experience"], case["start"]["prior_unrelated_experience"])
    ]
    assert grades == [case["expect"]["grade"], "senior"]


def test_week_of_the_trial() -> None:
    """OT-04: the first test is due in week 4 alone."""
    case, due = case_of("OT-04"), opened("O_trainee").spec.criteria["in_week_4"].value
    days = [dt.date.fromisoformat(row["date"]) for row in case["history"]]
    start = dt.date.fromisoformat(case["start"]["trial_start"])
    weeks = [people.trial_week(start, day) for day in days]
    assert weeks == case["expect"]["week_per_row"] and [week == due for week in weeks] == case["expect"]["assessment_due_per_row"]


@pytest.mark.parametrize("name", ["OT-06", "OT-07"])
def test_the_second_test_lies_inside_the_lawful_trial_or_is_flagged(name: str) -> None:
    case = case_of(name)
    ladder = opened("O_trainee")
    week, months = int(ladder.spec.criteria["in_retest"].value), case["setting"]["contract_months"]
    assert week == case["expect"]["retest_due_week"]
    trial = people.trial_days(ladder, dt.date.fromisoformat(case["start"]["trial_start"]), months, week)
    if name == "OT-06":
        check = case["expect"]["probation_check"]
        assert (trial.longest_months, trial.retest_inside, trial.last_day) == (check["max_months"], check["retest_inside"], dt.date(2025, 3, 5))
    else:
        assert (trial.longest_months, trial.retest_inside, trial.last_day) == (1, False, dt.date(2025, 2, 5)) and "flag" in case["expect"]
        assert trial.retest_from == dt.date(2025, 1, 6) + dt.timedelta(days=49)


# --- D to C
def test_a_tie_for_third_in_both_readings() -> None:
    """OC-15: shared, both are third and promoted; where somebody must be fourth, a human judges and the streak waits."""
    case = case_of("OC-15")
    (row,) = case["history"]
    score = row["combined_score"]
    before = {"丙": 80.0, "丁": 79.0, "甲": 95.0, "乙": 94.0, "戊": 70.0}
    months = [month_text(month_number(row["month"]) + i) for i in (-2, -1, 0, 1)]

    def course(option: str, last: dict[str, float]) -> Course:
        team = [
            Person("grade_D", months[0], {"kpi": [before[p], before[p], score[p], last[p]], "conversion_rate": [0.1] * 4, "response_rate": [0.9] * 4,
                                          "avg_order_value": [100] * 4, "complaints_upheld": [0] * 4, "awards": [1, 0, 0, 0]}, 20)
            for p in ("甲", "乙", "丙", "丁", "戊")
        ]  # fmt: skip
        return run(ladder_of("O_D_to_C", ties=option), *team, extra=0)

    last = {"甲": 99.0, "乙": 60.0, "丙": 98.0, "丁": 97.0, "戊": 96.0}
    shared = course("shared", last)
    assert [moves(shared, i) for i in (0, 1)] == [[(row["month"], f"grade_{g}")] for g in case["expect"]["competition"].values()]
    open_ = course("human", last)
    assert [others(open_, i) for i in range(5)] == [[(row["month"], "human_review")]] * 2 + [[]] * 3
    assert not any(month == row["month"] for i in (0, 1) for month, _ in moves(open_, i))
    later = [[month for month, _ in moves(open_, i)] for i in (0, 1)]
    assert later == [[], []]  # the award of three months ago has run out; the streak itself waited
    assert open_.final.counters["top_3_streak"][:2].tolist() == [3, 0]


@pytest.mark.parametrize("basis", ["weighted_z_score", "rank_sum", "raw_sum", "each"])
def test_ties_are_seen_in_every_way_to_rank(basis: str) -> None:
    figures, rest = ("kpi", "conversion_rate", "response_rate", "avg_order_value"), {"complaints_upheld": [0], "awards": [1]}
    team = [Person("grade_D", "2025-01", {**{name: [value] for name in figures}, **rest}, 20) for value in (5, 4, 3, 3, 1)]
    course = run(ladder_of("O_D_to_C", ties="human", rank_basis=basis), *team, extra=0)
    assert [bool(others(course, i)) for i in range(5)] == [False, False, True, True, False]
