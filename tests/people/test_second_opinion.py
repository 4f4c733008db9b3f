"""The second opinion's cases on the streak, quarter, rank and exam ladders: moves, months, pay, in the reading that the case names."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from independent_cases import (
    Person,
    by_month,
    by_quarter,
    final,
    first_of,
    ladder_of,
    last,
    moves,
    others,
    paid,
    quarter_end,
    run,
    second_opinion,
)  # fmt: skip

from cslib.params.ladder_files import Ladder
from cslib.people.bonus import bonus
from cslib.people.engine import _base
from cslib.people.machine import Machine
from cslib.people.panel import month_number, month_text

CASES = second_opinion()
Checks = dict[str, Callable[[dict[str, Any]], None]]


def ids(prefix: str, *without: str) -> list[str]:
    return [name for name in CASES if name.partition("-")[0] == prefix and name not in without]


def expected(case: Mapping[str, Any], key: str = "month") -> list[tuple[str, str]]:
    """Moves that a case lists, without those that hold the grade."""
    when = str if key == "month" else quarter_end
    moved = [d for d in case["expect"]["decisions"] if d["decision"] in ("promote", "demote", "end_of_probation")]
    return [(when(d[key]), str(d["grade_after"])) for d in moved]


# --- star ladder
H_SETTINGS = {
    ("streak_after_move", "slides"): ("restart", "goes_on"), ("probation_reading", "from_third_month"): ("appraisal_start", "month_3"),
    ("pay_lag_counted_from", "effective_month"): ("pay_start", "after_grade"), ("missing_month", "breaks"): ("missing_month", "break"),
}  # fmt: skip


@pytest.mark.parametrize("name", ids("H", "H-13a", "H-14", "H-21", "H-22", "H-23", "H-24", "H-25", "H-26", "H-27", "H-28"))
def test_star_ladder(name: str) -> None:
    case = CASES[name][1]
    settings = dict(H_SETTINGS[item] for item in case["setting"].items() if item in H_SETTINGS)
    ladder = ladder_of("H_star_ladder", case["setting"]["hold_band"], **settings)
    start = case["start"]
    before = [120.0] * start.get("up_run", 0) + [80.0] * start.get("down_run", 0)
    first = month_text(month_number(start["month"]) - len(before))
    person = Person(
        start["grade"], first, {"kpi_percent": before + by_month(case["history"], start["month"], "kpi_percent")}, 0 if "hired" in start else 60
    )
    course = run(ladder, person)
    assert moves(course) == expected(case) and final(course) == case["expect"]["end_grade"]
    for decision in case["expect"]["decisions"]:
        held = ladder.grades[course.grade[0, course.panel.months_text.index(decision["effective"])]]
        assert held == decision["grade_after"]
        if "pay_from" in decision:
            earlier = month_text(month_number(decision["pay_from"]) - 1)
            assert paid(course, decision["pay_from"]) == decision["grade_after"] != paid(course, earlier)
    for month, grade in case["expect"].get("pay_grade_by_month", {}).items():
        assert paid(course, month) == grade


# --- assistants
J_SETTINGS = {
    ("pass_rule_cumulative", "at_least_4"): ("cumulative", "four"), ("above_85", "exclusive"): ("above_85", "exclusive"),
    ("jump", "one_step"): ("jump", "one_step"), ("demotion_route", "J5_immediate"): ("demotion_route", "immediate"),
    ("year", "rolling"): ("year", "rolling"), ("step_down", 1.0): ("annual_review", "fails_standard"),
    ("immunity_scope", "also_step_down"): ("immunity_scope", "also_step_down"),
    ("lowest_in_grade", "standards_only"): ("annual_review", "fails_standard"),
}  # fmt: skip
J_FACTS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "score": lambda row: row.get("months", row.get("mean")), "grooming_deduction": lambda row: last(row.get("grooming")),
    "work_deduction": lambda row: last(row.get("work")), "a_followups": lambda row: last(row.get("A")), "b_followups": lambda row: last(row.get("B")),
    "a_reports": lambda row: last(row.get("A_rep")), "b_reports": lambda row: last(row.get("B_rep")),
    "best_member": lambda row: float(row.get("best", False)), "bottom_three": lambda row: float(row.get("bottom3", False)),
}  # fmt: skip
FAILED = {
    "quarter_mean": ("mean_85", "mean_75"), "grooming_deduction": ("grooming_ok",), "work_deduction": ("work_ok",), "A_followups": ("a_40",),
    "B_followups": ("b_40",), "A_reports": ("a_reports_10",), "B_reports": ("b_reports_10",),
}  # fmt: skip
PASS_1 = {"mean": 90, "grooming": 0, "work": 0, "A": 50, "B": 50, "A_rep": 12, "B_rep": 12}


def assistant(case: Mapping[str, Any]) -> Ladder:
    settings = dict(J_SETTINGS[item] for item in case["setting"].items() if item in J_SETTINGS)
    return ladder_of("J_assistant_123", **settings)


def j_person(grade: str, rows: list[dict[str, Any]]) -> Person:
    quarter = rows[0]["quarter"]
    return Person(grade, first_of(quarter), by_quarter(rows, quarter, J_FACTS))


@pytest.mark.parametrize(
    "name", [f"J-{n}" for n in ("01", "02", "03", "04", "05", "06", "07", "08", "09a", "09b", "10", "11", "12", "13a", "13b", "15", "27")]
)
def test_assistants(name: str) -> None:
    case = CASES[name][1]
    rows = [dict(row) for row in case["history"]]
    if name == "J-27":  # three grade-1 and six grade-2 passes before, none of grade 1 last
        rows = [{"quarter": f"{2023 + i // 4}Q{i % 4 + 1}", **PASS_1, "A": 50 if i % 2 == 0 else 0} for i in range(2, 8)] + rows
    course = run(assistant(case), j_person(case["start"]["grade"], rows))
    assert moves(course) == expected(case, "quarter") and final(course) == case["expect"]["end_grade"]
    reviewed = reviews(course.ladder, j_person(case["start"]["grade"], rows))
    for quarter, wanted in case["expect"].get("review", {}).items():
        found = reviewed[quarter_end(quarter)]
        assert {grade: found[f"standard_{grade[-1]}"] for grade in ("grade1", "grade2") if grade in wanted} == {
            grade: wanted[grade] for grade in ("grade1", "grade2") if grade in wanted
        }
        for failed in wanted.get("failed", ()):
            assert not all(found[code] for code in FAILED[failed])


def reviews(ladder: Ladder, person: Person) -> dict[str, dict[str, bool]]:
    """Truth of every criterion at each review."""
    panel = run(ladder, person).panel
    machine, base = Machine(ladder), _base(ladder, panel)[0]
    state = machine.start(np.zeros(1, dtype=int), np.zeros(1, dtype=int))
    found = {}
    for t, month in enumerate(panel.months_text):
        if panel.calendar_month(t) % ladder.spec.review_months == 0:
            here = {name: (met[:, t], known[:, t]) for name, (met, known) in base.items()}
            found[month] = {name: bool(met[0]) for name, (met, _) in machine.truths(state, here, panel.calendar_month(t)).items()}
    return found


def quarters(first: int, count: int) -> list[str]:
    return [f"{first + i // 4}Q{i % 4 + 1}" for i in range(count)]


def year_rows(means: list[float], first: int = 2025) -> list[dict[str, Any]]:
    return [{"quarter": quarter, **PASS_1, "mean": mean} for quarter, mean in zip(quarters(first, len(means)), means, strict=True)]


def test_yearly_review_of_assistants() -> None:
    """J-14 to J-17b, J-24a, J-24b."""
    rows = [dict(row) for row in CASES["J-14"][1]["history"]]
    assert moves(run(assistant(CASES["J-14"][1]), j_person("grade1", rows))) == []  # off: nobody is moved
    eligible = run(ladder_of("J_assistant_123", annual_review="fails_standard"), j_person("grade1", rows))
    assert [month for month, _ in moves(eligible)] == ["2025-12"] and CASES["J-14"][1]["expect"]["annual_review"]["eligible_for_step_down"]
    two = CASES["J-16"][1]
    course = run(
        assistant(two), *(j_person(s["grade"], year_rows(h["quarter_means"])) for s, h in zip(two["start"]["rows"], two["history"], strict=True))
    )
    assert [final(course, i) for i in range(2)] == list(two["expect"]["end_grades"].values())
    three = CASES["J-17b"][1]
    course = run(assistant(three), *(j_person("grade1", year_rows([row["year_mean"]] * 4)) for row in three["history"]))
    assert [bool(moves(course, i)) for i in range(3)] == list(three["expect"]["eligible_for_step_down"].values())
    for name in ("J-24a", "J-24b"):
        case = CASES[name][1]
        won = [dict(row, best=True) for row in year_rows([90, 90, 90, 90])]
        course = run(assistant(case), j_person("grade1", won + year_rows([case["history"][0]["year_mean"]] * 4, 2026)))
        assert moves(course) == expected(case, "quarter") and final(course) == case["expect"]["end_grade"], name
        assert int(course.final.immune[0]) == case["expect"]["immunity_end"], name


def flagged(
    case: Mapping[str, Any], grade: str, flags: Mapping[str, bool], key: str, more: Mapping[str, list[float]] | None = None, **settings: str
) -> Any:
    chosen = dict(J_SETTINGS[item] for item in case["setting"].items() if item in J_SETTINGS) | settings
    rows = [
        {"quarter": quarter, "mean": 76, "grooming": 0, "work": 0, "A": 0, "B": 0, "A_rep": 0, "B_rep": 0, key: flag}
        for quarter, flag in flags.items()
    ]
    person = j_person(grade, rows)
    return run(ladder_of("J_assistant_123", **chosen), dataclasses.replace(person, facts={**person.facts, **(more or {})}))


def test_coaching_in_place_of_elimination() -> None:
    """J-18 to J-21, J-28: the trigger's quarter, nobody moves, nothing else is proposed."""
    case = CASES["J-18"][1]
    for row in case["history"]:
        course = flagged(case, "grade3", row["bottom3"], "bottom3")
        wanted = case["expect"]["coaching_trigger"][row["person"]]
        assert [m for m, o in others(course) if o == "coaching"][:1] == ([quarter_end(wanted)] if wanted else []) and not moves(course)
    for name in ("J-19a", "J-19b"):
        case = CASES[name][1]
        course = flagged(case, "grade3", case["history"][0]["bottom3"], "bottom3")
        wanted = case["expect"]["coaching_trigger"]
        assert others(course) == ([(quarter_end(wanted), "coaching")] if wanted else []), name
    case = CASES["J-28"][1]
    for setting, wanted in case["expect"]["coaching_trigger"].items():
        course = flagged(case, "grade2", case["history"][0]["bottom3"], "bottom3", coaching_for=setting)
        assert [m for m, o in others(course) if o == "coaching"] == ([quarter_end(wanted)] if wanted else [])
    case = CASES["J-20"][1]
    for row in case["history"]:
        rows = [{"quarter": q, **PASS_1, "mean": 60, "grooming": points} for q, points in zip(quarters(2025, 4), row["deductions"], strict=True)]
        course = run(assistant(case), j_person("grade3", rows))
        wanted = case["expect"]["coaching_trigger"][row["person"]]
        found = [b for b in course.batches if course.ladder.spec.rules[b.rule].outcome == "coaching"]
        rules = {"quarter_deduction": "coach_deductions", "year_deduction": "coach_deductions_year"}
        given = [(course.panel.calendar_month(b.month) // 3, b.rule) for b in found]
        assert given == ([] if wanted == "none" else [(wanted["quarter"], rules[wanted["rule"]])]), row


def test_immunity_of_the_best() -> None:
    """J-22 (how it is won), J-23, J-25."""
    case = CASES["J-22"][1]
    won = {row["quarter"]: row["best"] for row in case["history"] if "best" in row}
    assert others(flagged(case, "grade2", won, "best")) == [("2025-12", "immunity")]
    case = CASES["J-23"][1]
    for row, start in zip(case["history"], case["start"]["rows"], strict=True):
        flags = {quarter: i < row["best_quarters_2025"] for i, quarter in enumerate(quarters(2025, 4))}
        assert int(flagged(case, start["grade"], flags, "best").final.immune[0]) == case["expect"]["immunity_at_year_end"][row["person"]]
    case = CASES["J-25"][1]
    for reading, wanted in case["expect"]["immunity_2026Q2"].items():
        assert int(flagged(case, "grade2", case["history"][0]["best"], "best", year=reading).final.immune[0]) == wanted


# --- team lead
@pytest.mark.parametrize("name", ["JL-01", "JL-02", "JL-03", "JL-04", "JL-05", "JL-06", "JL-07", "JL-09a", "JL-09b", "JL-10a", "JL-12"])
def test_team_lead(name: str) -> None:
    case = CASES[name][1]
    rows = [dict(row) for row in case["history"]]
    for row in rows:
        scores = list(row["assistants"].values()) if "assistants" in row else [row["team_mean"]]
        row["team_mean"] = sum(scores) / len(scores)
    facts = by_quarter(rows, rows[0]["quarter"], {
        "team_mean": lambda row: row["team_mean"], "own_grade": lambda row: int(row["own_grade"][-1]),
        "proposals": lambda row: last(row["proposals"]),
    })  # fmt: skip
    course = run(ladder_of("J_lead"), Person("lead", first_of(rows[0]["quarter"]), facts))
    due = bonus(course)[0]
    for quarter, yuan in case["expect"].get("management_pay", {}).items():
        assert due[course.panel.months_text.index(quarter_end(quarter))] == yuan, quarter
    ended = [quarter_end(d["quarter"]) for d in case["expect"].get("decisions", []) if d["decision"] == "demote_from_lead"]
    assert moves(course) == [(month, "assistant") for month in ended]
    if "management_pay_quarter_total" in case["expect"]:
        per_month = 3 if case["setting"]["amount_period"] == course.ladder.spec.bonus.per else 1
        assert due.sum() * per_month == case["expect"]["management_pay_quarter_total"]


# --- quarterly bands
def q_grade(family: str, grade: Any) -> str:
    return f"reviewer{grade}" if family == "reviewer" else f"{family}_{grade}"


def q_course(case: Mapping[str, Any], start: Mapping[str, Any], rows: list[dict[str, Any]], **more: str) -> Any:
    settings = {"exactly_70": case["setting"].get("exactly_70", "hold")} | more
    if case["setting"].get("ladder") == "chained":
        settings["span"] = "across_posts"
    if "month" in rows[0]:
        facts, first = {"score": by_month(rows, rows[0]["month"], "score")}, rows[0]["month"]
    else:
        facts, first = by_quarter(rows, rows[0]["quarter"], {"score": lambda row: row["scores"]}), first_of(rows[0]["quarter"])
    return run(ladder_of("Q_quarter_80_70_50", **settings), Person(q_grade(start["family"], start["grade"]), first, facts))


@pytest.mark.parametrize("name", [f"Q-{n}" for n in ("01", "02", "03", "04", "05a", "05b", "06", "07", "08", "11", "12a", "12b", "13", "19")])
def test_quarterly_bands(name: str) -> None:
    case = CASES[name][1]
    course = q_course(case, case["start"], case["history"])
    family = case["start"]["family"]
    moved = [d for d in case["expect"]["decisions"] if d["decision"] != "hold"]
    assert moves(course) == [(quarter_end(d["quarter"]), q_grade(d.get("family_after", family), d["grade_after"])) for d in moved]
    assert final(course) == q_grade(case["expect"].get("end_family", family), case["expect"]["end_grade"])
    extra = [(quarter_end(d["quarter"]), d["extra"]) for d in case["expect"]["decisions"] if d.get("extra", "none") != "none"]
    assert _improvements(course) == extra


def _improvements(course: Any) -> list[tuple[str, str]]:
    return [(course.panel.months_text[b.month], "improvement_period") for b in course.batches if b.rule == "improvement"]


def test_quarterly_bands_at_the_ends_and_with_gaps() -> None:
    """Q-10, Q-14 (calendar quarters), Q-15 (both readings)."""
    case = CASES["Q-10"][1]
    for start, row in zip(case["start"]["rows"], case["history"], strict=True):
        assert moves(q_course(case, start, [row])) == []
    case = CASES["Q-14"][1]
    found = q_course(case, case["start"], [{"month": "2025-01", "score": None}, *case["history"]], incomplete_window="no_review")
    assert moves(found) == case["expect"]["calendar_quarter"]["decisions"]
    case = CASES["Q-15"][1]
    for reading in ("no_review", "mean_of_available"):
        found = q_course(case, case["start"], case["history"], incomplete_window=reading)
        assert final(found) == q_grade("ordinary", case["expect"][reading]["end_grade"]), reading


# --- D to C
OC_SETTINGS = {
    ("tenure_of", "as_D"): ("tenure_basis", "as_D"), ("streak_before_eligibility", "from_month_12"): ("streak_start", "from_month_12"),
    ("complaint", "any"): ("complaints", "any_record"), ("missing_month", "breaks"): ("missing_month", "break"),
}  # fmt: skip


def oc_course(case: Mapping[str, Any], rows: list[dict[str, Any]], grade: str, before: int = 0, **more: str) -> Any:
    chosen = {"tenure_basis": "service"} | dict(OC_SETTINGS[item] for item in case["setting"].items() if item in OC_SETTINGS) | more
    first = month_text(month_number(rows[0]["month"]) - before)
    facts = {"rank": [1] * before + by_month(rows, rows[0]["month"], "rank")}
    for name, keys in (("complaints_upheld", ("complaints", "complaints_window")), ("awards", ("awards", "awards_window"))):
        facts[name] = [0] * before + [next((row[key] for key in keys if key in row), 0) for row in rows]
    facts["complaints_recorded"] = [0] * before + [row.get("complaints", 0) + row.get("complaints_not_upheld", 0) for row in rows]
    served = rows[0]["tenure"] - 1 - before
    as_d = rows[0].get("months_as_D", rows[0]["tenure"]) - 1 - before
    return run(ladder_of("O_D_to_C", **chosen), Person(f"grade_{grade}", first, facts, served, as_d))


@pytest.mark.parametrize("name", ids("OC", "OC-12", "OC-13", "OC-14", "OC-15", "OC-16", "OC-17"))
def test_d_to_c(name: str) -> None:
    case = CASES[name][1]
    course = oc_course(case, case["history"], case["start"]["grade"], case["start"].get("streak", 0))
    assert moves(course) == [(d["month"], f"grade_{d['grade_after']}") for d in case["expect"]["decisions"]]
    assert final(course) == f"grade_{case['expect']['end_grade']}"
    for decision in case["expect"]["decisions"]:
        assert paid(course, decision["pay_from"]) == "grade_C"


def test_d_to_c_in_both_readings_of_a_month_without_rank() -> None:
    """OC-16."""
    case = CASES["OC-16"][1]
    for reading, option in (("neutral", "pause"), ("breaks", "break")):
        assert final(oc_course(case, case["history"], "D", missing_month=option)) == f"grade_{case['expect'][reading]['end_grade']}"
