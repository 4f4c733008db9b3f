"""Payslips: base pay, overtime, items, unpaid leave, errors, conservation."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paid_people import PARAMS, amounts, hours, law_with, person, scheme, study

from cslib import pay, people
from cslib.core import tables
from cslib.core.errors import PayError
from cslib.core.words import speaking

NO_HOURS = tables.empty("hours")
HOUR = 5600 / 21.75 / 8  # yuan, grade middle


def slips(at, worked=NO_HOURS):
    return pay.payslips(worked, people.grades(at), at)


def test_full_month_is_the_base_of_the_grade():
    found = slips(study(person("A-001"), person("A-002", grade="lead")))
    assert amounts(found, "A-001") == {"base": 560_000} and amounts(found, "A-002") == {"base": 820_000}
    assert list(found.loc[0, ["quantity", "rate_yuan", "rule", "basis", "month"]]) == [1.0, 5600.0, "pay.base_yuan", "planned", "2026-12"]


@pytest.mark.parametrize(
    ("changes", "days"),
    [({"hired": "2026-12-15"}, 13), ({"left": "2026-12-14"}, 10), ({"hired": "2026-12-12", "left": "2026-12-13"}, 0), ({"hired": "2026-12-31"}, 1)],
)
def test_base_follows_the_paid_days_in_employment(changes, days):
    """December 2026 has 23 workdays and no statutory holiday."""
    found = slips(study(person("A-001", **changes), pay=scheme("simple", items={}, probation_months=0)))
    assert amounts(found)["base"] == round(560_000 * days / 23)


def test_statutory_holidays_are_paid_days_and_arranged_days_off_are_not():
    """October 2026: 17 weekdays at work, 1 make-up workday (Sat 10), 3 statutory days; 5 to 7 October are days off by arrangement."""
    found = slips(study(person("A-001", left="2026-10-07"), month="2026-10"))
    assert amounts(found)["base"] == round(560_000 * 3 / 21)


def test_full_time_share_scales_base_and_monthly_items():
    found = slips(study(person("A-001", fte_share=0.5), pay=scheme("simple")))
    assert amounts(found) == {"base": 280_000, "post": 25_000}


def test_probation_ratio_holds_until_the_day_probation_ends():
    """Hired 15 September, 3 months: probation ends with 14 December, the 10th of 23 workdays."""
    at = study(person("A-001", hired="2026-09-15"))
    assert amounts(slips(at))["base"] == round((10 * 0.8 + 13) / 23 * 560_000)
    assert slips(at).query("part == 'earning'")["rate_yuan"].tolist() == pytest.approx([(10 * 0.8 + 13) / 23 * 5600])


def test_s003_h3_probation_is_paid_by_the_trial_grade_and_never_below_the_legal_share():
    star = scheme("star", items={}, appraisal_drives=[])
    found = slips(study(person("A-001", grade="agent", hired="2026-12-01"), person("A-002", grade="senior_agent", hired="2026-12-01"), pay=star))
    assert star.probation_months == 3 and star.probation_grade == "trial_agent"
    assert amounts(found, "A-001")["base"] == star.base_yuan["trial_agent"] * 100
    assert amounts(found, "A-002")["base"] == star.base_yuan["senior_agent"] * 80  # 80 % is more than the trial grade


def test_probation_pay_follows_the_law_in_force():
    at = study(
        person("A-001", grade="senior_agent", hired="2026-12-01"),
        pay=scheme("star", items={}, appraisal_drives=[]),
        law=law_with("probation_pay_least", ("2008-01-01", 0.9)),
    )
    assert amounts(slips(at))["base"] == 6300 * 90


def test_trial_grade_counts_for_items_by_grade_until_probation_ends():
    """S003-H2, S003-H3: no post performance pay on probation; from 15 December on 13 of 23 paid days count."""
    star = scheme("star")
    found = amounts(slips(study(person("A-001", grade="star1", hired="2026-09-15"), pay=star)))
    assert found["post_performance"] == round(13 / 23 * star.items["post_performance"].yuan["star1"] * 100)
    assert found["phone"] == 5000


def test_part_time_people_are_paid_by_the_hour():
    worked = hours(("A-001", "2026-12-01", "normal", 4), ("A-001", "2026-12-02", "paid_leave", 4), ("A-001", "2026-12-03", "unpaid_leave", 4))
    found = slips(study(person("A-001", hours_scheme="part_time", fte_share=0.5)), worked)
    assert amounts(found) == {"base": round(8 * HOUR * 100)}


@pytest.mark.parametrize(("premium", "ratio"), [("overtime_workday", 1.5), ("overtime_rest_day", 2.0), ("overtime_holiday", 3.0)])
def test_overtime_is_hourly_pay_times_the_legal_ratio(premium, ratio):
    found = slips(study(person("A-001")), hours(("A-001", "2026-12-05", premium, 3.5), ("A-001", "2026-12-06", premium, 0.5)))
    row = found[found["item"] == premium].iloc[0]
    assert row["quantity"] == 4 and row["rate_yuan"] == pytest.approx(HOUR * ratio) and row["rule"] == f"{premium}_ratio"
    assert row["amount_fen"] == round(4 * HOUR * ratio * 100)


@pytest.mark.parametrize("premium", ["overtime_workday", "overtime_rest_day", "overtime_holiday"])
def test_overtime_ratio_is_that_of_the_day_worked(premium):
    """S003-B8: the ratio is the law's; a value that comes into force in mid-month counts from its day on."""
    law = law_with(f"{premium}_ratio", ("1995-01-01", 1.5), ("2026-12-16", 4.0))
    found = slips(study(person("A-001"), law=law), hours(("A-001", "2026-12-15", premium, 2), ("A-001", "2026-12-16", premium, 2)))
    assert amounts(found)[premium] == round((2 * 1.5 + 2 * 4) * HOUR * 100)
    assert found.loc[found["item"] == premium, "rate_yuan"].item() == pytest.approx(HOUR * 2.75)


def test_hourly_pay_follows_the_law():
    law = law_with("paid_days_per_month", ("2000-01-01", 20.0))
    found = slips(study(person("A-001"), law=law), hours(("A-001", "2026-12-01", "overtime_workday", 1)))
    assert amounts(found)["overtime_workday"] == 5600 * 100 / 20 / 8 * 1.5
    law = law_with("normal_day_hours", ("2000-01-01", 7.0))
    found = slips(study(person("A-001"), law=law), hours(("A-001", "2026-12-01", "overtime_workday", 1)))
    assert amounts(found)["overtime_workday"] == round(5600 * 100 / 21.75 / 7 * 1.5)


def test_overtime_on_probation_is_paid_on_probation_pay():
    found = slips(
        study(person("A-001", hired="2026-09-15")),
        hours(("A-001", "2026-12-14", "overtime_workday", 1), ("A-001", "2026-12-15", "overtime_workday", 1)),
    )
    assert amounts(found)["overtime_workday"] == round(1.8 * HOUR * 1.5 * 100)


def test_unpaid_leave_is_deducted_at_hourly_pay():
    found = slips(study(person("A-001")), hours(("A-001", "2026-12-01", "unpaid_leave", 8), ("A-001", "2026-12-02", "unpaid_leave", 4)))
    assert amounts(found)["unpaid_leave"] == -round(12 * HOUR * 100)
    row = found[found["item"] == "unpaid_leave"].iloc[0]
    assert row["quantity"] * row["rate_yuan"] == pytest.approx(row["amount_fen"] / 100)


@pytest.mark.parametrize("month", ["2026-12", "2026-02"])  # 23 and 20 paid days: above and below 21.75
def test_a_whole_month_of_unpaid_leave_leaves_nothing(month):
    at = study(person("A-001"), month=month)
    days = at.calendar.loc[at.calendar["kind"].isin(["workday", "make_up_workday", "statutory_holiday"]), "date"]
    worked = hours(*[("A-001", str(day.date()), "unpaid_leave", 8) for day in days])
    assert sum(amounts(slips(at, worked)).values()) == 0


def test_unpaid_leave_never_costs_more_than_base_pay():
    days = [f"2026-12-{day:02d}" for day in range(1, 32) if dt.date(2026, 12, day).weekday() < 5][:22]
    found = slips(study(person("A-001")), hours(*[("A-001", day, "unpaid_leave", 8) for day in days]))
    assert amounts(found)["unpaid_leave"] == -560_000  # 22 days at 1/21.75 would be more


def test_items_per_shift_night_shift_month_and_service_year():
    """S003-S3: the post allowance lies in the catalogue's range; S003-H2: seniority by full years of service."""
    items = {**scheme("simple").model_dump()["items"], "seniority": scheme("star").model_dump()["items"]["seniority"]}
    worked = pd.concat(
        [
            hours(("A-001", "2026-12-01", "normal", 8), ("A-001", "2026-12-02", "night", 1), shifts=1),
            hours(("A-001", "2026-12-01", "night", 2), ("A-001", "2026-12-02", "normal", 1), ("A-001", "2026-12-03", "night", 6)),
        ]
    )
    found = slips(study(person("A-001", hired="2023-12-02"), pay=scheme("simple", items=items)), worked)
    assert amounts(found) == {"base": 560_000, "meal": 2 * 2000, "night": 4000, "post": 50_000, "seniority": 2 * 5000}
    assert 500 <= scheme("simple").items["post"].yuan <= 1000


def test_items_for_roles_reach_only_these():
    """S003-H2, S003-H4, S003-H7: the management allowance is fixed, whatever the star."""
    star = scheme("star")
    team = [person("A-001", grade="star1"), person("A-002", grade="star1", role="lead"), person("A-003", grade="agent", role="supervisor")]
    found = slips(study(*team, pay=star))
    assert "management" not in amounts(found, "A-001") and star.items["management"].curve.steps[0].pay == 500
    assert amounts(found, "A-002")["management"] == amounts(found, "A-003")["management"] == 50_000


def test_basis_stays_planned_while_any_hour_is():
    at = study(person("A-001"), person("A-002"), person("A-003"))
    worked = pd.concat([hours(("A-001", "2026-12-01", "normal", 8), basis="actual"), hours(("A-002", "2026-12-01", "normal", 8))])
    assert slips(at, worked).set_index("employee_id")["basis"].to_dict() == {"A-001": "actual", "A-002": "planned", "A-003": "planned"}
    assert set(slips(at, worked[worked["basis"] == "actual"])["basis"]) == {"actual"}


def test_nobody_in_employment_gives_an_empty_table():
    assert slips(study(person("A-001", left="2026-11-30"))).empty


WRONG = {
    "pay.no_grade": (hours(("A-009", "2026-12-01", "normal", 8)), {}, ["A-009", "2026-12"]),
    "pay.outside_month": (hours(("A-001", "2026-11-30", "normal", 8)), {}, ["A-001", "2026-11-30", "2026-12-01", "2026-12-31"]),
    "pay.not_employed": (hours(("A-001", "2026-12-01", "normal", 8)), {"hired": "2026-12-02"}, ["A-001", "2026-12-01", "2026-12-02"]),
    "pay.other_month": (NO_HOURS, {"month": "2026-11"}, ["2026-11", "2026-12"]),
    "pay.unknown_grade": (NO_HOURS, {"grade": "star9"}, ["A-001", "star9", "junior, middle, senior, lead"]),
    "pay.unknown_employee": (NO_HOURS, {"employee_id": "A-007"}, ["A-007"]),
    "pay.probation_over": (NO_HOURS, {"probation": True}, ["A-001", "2020-04-01", "3"]),
}


@pytest.mark.parametrize("key", WRONG)
def test_what_does_not_fit_is_refused(key):
    worked, changes, words = WRONG[key]
    at = study(person("A-001", hired=changes.get("hired", "2020-01-01")))
    graded = people.grades(at).assign(**{column: value for column, value in changes.items() if column != "hired"})
    with pytest.raises(PayError) as caught:
        pay.payslips(worked, graded, at)
    assert caught.value.keys == [key]
    for language in ("zh", "en"):
        with speaking(language):
            assert all(word in str(caught.value) for word in words)


def test_a_month_without_paid_days_is_refused():
    at = study(person("A-001"))
    at._tables["calendar"]["kind"] = "rest_day"
    with pytest.raises(PayError, match="2026-12") as caught:
        slips(at)
    assert caught.value.keys == ["pay.no_paid_days"]


def test_the_last_night_may_end_after_the_month_and_after_the_last_day():
    worked = hours(("A-001", "2026-12-31", "normal", 1), ("A-001", "2027-01-01", "overtime_holiday", 6))
    assert amounts(slips(study(person("A-001")), worked))["overtime_holiday"] == round(6 * 3 * HOUR * 100)
    left = hours(("A-001", "2026-12-10", "normal", 1), ("A-001", "2026-12-11", "normal", 6))
    assert amounts(slips(study(person("A-001", left="2026-12-10")), left))["base"] == round(560_000 * 8 / 23)


def test_order_of_rows_does_not_matter():
    at = study(person("A-001"), person("A-002", grade="junior"), pay=scheme("simple"))
    worked = hours(
        ("A-001", "2026-12-01", "overtime_workday", 1.1),
        ("A-001", "2026-12-02", "overtime_workday", 2.3),
        ("A-002", "2026-12-02", "normal", 8),
        shifts=1,
    )
    graded = people.grades(at)
    pd.testing.assert_frame_equal(pay.payslips(worked, graded, at), pay.payslips(worked[::-1], graded[::-1], at))


PREMIUMS = ["normal", "overtime_workday", "overtime_rest_day", "overtime_holiday", "night", "paid_leave", "unpaid_leave", "holiday_off"]
RATIO = {"overtime_workday": Fraction(3, 2), "overtime_rest_day": Fraction(2), "overtime_holiday": Fraction(3)}


def half_up(amount: Fraction) -> int:
    """Fen of an exact amount of yuan, by whole-number arithmetic alone."""
    return int((abs(amount) * 200 + 1) // 2) * (1 if amount >= 0 else -1)


@given(
    rows=st.dictionaries(
        st.tuples(st.sampled_from(["A-001", "A-002"]), st.integers(1, 31), st.sampled_from(PREMIUMS)), st.integers(1, 4 * 24), max_size=40
    ),
    grade=st.sampled_from(list(PARAMS.pay.base_yuan)),
    fte=st.sampled_from([1.0, 0.8, 0.5]),
)
@settings(max_examples=60, deadline=None)
def test_conservation(rows, grade, fte):
    """Hours in = hours paid by premium class; every amount equals exact arithmetic; the items add up to the total."""
    at = study(person("A-001", grade=grade, fte_share=fte), person("A-002", grade=grade, fte_share=fte), pay=scheme("simple"))
    worked = hours(*[(who, f"2026-12-{day:02d}", premium, quarters / 4) for (who, day, premium), quarters in rows.items()])
    worked["shifts"] = worked["date"].dt.day % 2
    whole = slips(at, worked)
    for who, mine in whole.groupby("employee_id"):
        result, sums = amounts(whole, who, "result"), mine.groupby("part")["amount_fen"].sum()
        assert result["gross"] == sums["earning"] == result["net"] + sums.get("tax", 0) + sums["employee"]
        assert result["employer_cost"] == result["gross"] + sums["employer"]
    found = whole[whole["part"] == "earning"]
    assert ((found["amount_fen"] / 100 - found["quantity"] * found["rate_yuan"]).abs() <= 0.005 + 1e-6).all()
    for who in ("A-001", "A-002"):
        mine = found[found["employee_id"] == who].set_index("item")
        expected = {"base": half_up(Fraction(PARAMS.pay.base_yuan[grade]) * Fraction(str(fte))), "post": half_up(500 * Fraction(str(fte)))}
        for premium, ratio in RATIO.items():
            total = sum(Fraction(quarters, 4) for (person_id, _, name), quarters in rows.items() if (person_id, name) == (who, premium))
            assert total == (Fraction(mine["quantity"].get(premium, 0.0)))
            if total:
                expected[premium] = half_up(total * Fraction(PARAMS.pay.base_yuan[grade]) / Fraction("21.75") / 8 * ratio)
        for item, rate, premiums in (("meal", 2000, PREMIUMS), ("night", 4000, ["night"])):
            duties = sum(day % 2 for (person_id, day, name) in rows if person_id == who and name in premiums)
            if duties:
                expected[item] = duties * rate
        unpaid = sum(Fraction(quarters, 4) for (person_id, _, name), quarters in rows.items() if (person_id, name) == (who, "unpaid_leave"))
        if unpaid:
            due = half_up(unpaid * Fraction(PARAMS.pay.base_yuan[grade]) / Fraction("21.75") / 8)
            expected["unpaid_leave"] = -expected["base"] if unpaid >= 23 * 8 * Fraction(str(fte)) else -min(expected["base"], due)
        assert mine["amount_fen"].to_dict() == expected
        assert mine["amount_fen"].sum() == sum(expected.values())


def test_labels_in_both_languages():
    at = study(person("A-001"), pay=scheme("simple"))
    for language, words in (("zh", ["基本工资", "餐补", "合计"]), ("en", ["base pay", "meal allowance", "total"])):
        with speaking(language):
            assert [pay.label(item, at) for item in ("base", "meal", "total")] == words
    assert pay.label("bonus_of_another_scheme", at) == "bonus_of_another_scheme"
