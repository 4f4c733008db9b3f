"""The grade in force: who is listed, probation, moves, errors."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from cslib import people
from cslib.core import tables
from cslib.core.errors import PeopleError
from cslib.core.horizon import Horizon
from cslib.core.words import speaking
from cslib.intake.study import Study
from cslib.params import open_params

PARAMS = open_params("front_desk")


def study(
    *staff: tuple[str, str, str | None, str | None], month: str = "2026-12", probation_months: int = 3, hours_scheme: str = "standard"
) -> Study:
    """A study from (person, hired, left, grade)."""
    frame = pd.DataFrame(staff, columns=["employee_id", "hired", "left", "grade"])
    employees = frame.drop(columns="grade").assign(
        position=range(1, len(frame) + 1), site="s", role="agent", hours_scheme=hours_scheme, fte_share=1.0
    )
    listed = frame.loc[frame["grade"].notna(), ["employee_id", "grade"]]
    found = {"employees": tables.check("employees", employees), "staff_grades": tables.check("staff_grades", listed)}
    pay = PARAMS.pay.model_copy(update={"probation_months": probation_months})
    return Study(dataclasses.replace(PARAMS, pay=pay), Horizon.month(month, 30), {}, (), found)


def test_grade_of_the_staff_list_stays():
    found = people.grades(study(("A-001", "2020-01-01", None, "senior")))
    assert found.to_dict("records") == [
        {"employee_id": "A-001", "month": "2026-12", "grade": "senior", "probation": False, "move": "stay", "reason": "staff_list"}
    ]


@pytest.mark.parametrize(
    ("hired", "left", "listed"),
    [
        ("2026-12-31", None, True), ("2027-01-01", None, False), ("2020-01-01", "2026-12-01", True), ("2020-01-01", "2026-11-30", False),
    ],
)  # fmt: skip
def test_everybody_employed_on_a_day_of_the_month(hired, left, listed):
    """Who is not in employment this month needs no grade either."""
    assert len(people.grades(study(("A-001", hired, left, "junior")))) == listed
    if not listed:
        assert people.grades(study(("A-001", hired, left, None))).empty


@pytest.mark.parametrize(
    ("hired", "move", "reason"), [("2026-12-01", "new", "hired"), ("2026-12-20", "new", "hired"), ("2026-11-30", "stay", "staff_list")]
)
def test_the_month_of_hiring_is_a_move(hired, move, reason):
    found = people.grades(study(("A-001", hired, None, "junior")))
    assert (found.loc[0, "move"], found.loc[0, "reason"]) == (move, reason)


@pytest.mark.parametrize(
    ("hired", "months", "probation"),
    [
        ("2026-12-20", 3, True),  # hired after the first: on probation on the first day of employment
        ("2026-09-02", 3, True),  # ends with 1 December
        ("2026-09-01", 3, False),  # ended with 30 November
        ("2026-12-01", 0, False),
        ("2026-12-20", 0, False),
        ("2026-06-02", 6, True),
    ],
)
def test_probation_runs_from_the_day_hired(hired, months, probation):
    """S003-H3: the scheme's months; the state on the first day counts."""
    assert people.grades(study(("A-001", hired, None, "junior"), probation_months=months)).loc[0, "probation"] == probation


def test_part_time_people_have_no_probation():
    assert not people.grades(study(("A-001", "2026-12-01", None, "junior"), hours_scheme="part_time")).loc[0, "probation"]


def test_all_findings_come_together_in_the_order_of_the_staff_list():
    at = study(("B-2", "2020-01-01", None, None), ("A-1", "2020-01-01", None, "star9"), ("C-3", "2020-01-01", None, "lead"))
    at._tables["staff_grades"].loc[9] = ["X-9", "junior"]
    with pytest.raises(PeopleError) as caught:
        people.grades(at)
    assert caught.value.keys == ["people.no_grade", "people.unknown_grade", "people.unknown_employee"]
    for language in ("zh", "en"):
        with speaking(language):
            first, second, third = str(caught.value).splitlines()
        assert "B-2" in first and "1" in first and "junior, middle, senior, lead" in first
        assert "A-1" in second and "star9" in second and "junior, middle, senior, lead" in second
        assert "X-9" in third
