"""The arithmetic behind a payslip: every item unfolds, recomputes to the fen, and fails when a number was changed."""

from __future__ import annotations

import pandas as pd
import pytest
from paid_people import hours, person, scheme, study

from cslib import pay, people
from cslib.core.errors import PayError
from cslib.core.words import speaking

STAR_TEAM = [
    person("A-001", grade="agent", hired="2026-09-15"),
    person("A-002", grade="senior_agent", hired="2019-05-20", fte_share=0.8, left="2026-12-20"),
    person("A-003", grade="star2", role="lead"),
    person("A-004", grade="agent", hours_scheme="part_time", fte_share=0.5),
]


@pytest.fixture(scope="module")
def inputs():
    at = study(*STAR_TEAM, pay=scheme("star"))
    worked = []
    for employee_id in ("A-001", "A-002", "A-003", "A-004"):
        worked += [(employee_id, f"2026-12-{day:02d}", "normal", 7.7) for day in range(1, 19)]
        worked += [(employee_id, "2026-12-05", "overtime_rest_day", 7.7), (employee_id, "2026-12-14", "overtime_workday", 1.3)]
        worked += [
            (employee_id, "2026-12-18", "overtime_workday", 0.7),
            (employee_id, "2026-12-16", "night", 7),
            (employee_id, "2026-12-17", "unpaid_leave", 6.4),
        ]
    frame = hours(*worked)
    frame["shifts"] = frame["premium"].isin(["normal", "night"]).astype(int)
    graded = people.grades(at)
    return pay.payslips(frame, graded, at), frame, graded, at


def test_every_item_holds_and_recomputes_to_the_fen(inputs):
    slips, worked, graded, at = inputs
    assert {"base", "overtime_rest_day", "overtime_workday", "unpaid_leave", "post_performance", "seniority", "night", "meal"} <= set(slips["item"])
    for row in slips.itertuples():
        found = pay.trace(slips, worked, graded, at, row.employee_id, row.item)
        assert found.holds(1e-12) and found.recompute() == found.value == row.amount_fen and found.unit == "fen"
        assert found.rule == row.rule


def test_a_changed_payslip_does_not_hold(inputs):
    slips, worked, graded, at = inputs
    forged = slips.assign(amount_fen=slips["amount_fen"] + 1)
    for row in slips.itertuples():
        assert not pay.trace(forged, worked, graded, at, row.employee_id, row.item).holds()


def test_changed_hours_or_grade_do_not_hold(inputs):
    slips, worked, graded, at = inputs
    more = worked.assign(hours_h=worked["hours_h"] + 0.1)
    assert not pay.trace(slips, more, graded, at, "A-003", "overtime_workday").holds()
    other = graded.assign(grade=graded["grade"].where(graded["employee_id"] != "A-003", "star3"))
    assert not pay.trace(slips, worked, other, at, "A-003", "base").holds()


def test_the_text_names_law_source_and_grade_in_both_languages(inputs):
    slips, worked, graded, at = inputs
    found = pay.trace(slips, worked, graded, at, "A-003", "overtime_rest_day")
    for language, words in (
        ("zh", ["休息日加班费", "小时工资", "月计薪天数"]),
        ("en", ["overtime on rest days", "pay of an hour", "paid days a month by law"]),
    ):
        with speaking(language):
            text = found.text()
        assert all(word in text for word in [*words, "21.75", "劳动法 art. 44", "pay.base_yuan.star2", "7.7 h"])


def test_probation_and_regular_days_unfold_apart(inputs):
    slips, worked, graded, at = inputs
    found = pay.trace(slips, worked, graded, at, "A-001", "base")
    assert [part.name for part in found.inputs] == ["pay_part_1", "pay_part_2"] and "probation_pay_least" in found.text() + str(found.as_dict())
    overtime = pay.trace(slips, worked, graded, at, "A-001", "overtime_workday")
    assert [part.inputs[0].value for part in overtime.inputs] == [1.3, 0.7]


@pytest.mark.parametrize(("employee_id", "item"), [("A-003", "bonus"), ("A-999", "base")])
def test_an_item_that_is_not_there_is_refused(inputs, employee_id, item):
    slips, worked, graded, at = inputs
    with pytest.raises(PayError) as caught:
        pay.trace(slips, worked, graded, at, employee_id, item)
    assert caught.value.keys == ["pay.no_item"] and employee_id in str(caught.value) and item in str(caught.value)


def test_a_whole_month_of_absence_unfolds_to_the_base():
    at = study(person("A-001"))
    days = at.calendar.loc[at.calendar["kind"] == "workday", "date"]
    worked = hours(*[("A-001", str(pd.Timestamp(day).date()), "unpaid_leave", 8) for day in days])
    graded = people.grades(at)
    slips = pay.payslips(worked, graded, at)
    found = pay.trace(slips, worked, graded, at, "A-001", "unpaid_leave")
    assert found.holds() and found.formula == "-base" and found.value == -560_000
