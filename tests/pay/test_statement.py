"""From gross to net and employer cost: conservation to the fen, withholding, bonus, leave, time off in lieu, minimum wage, actual hours."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from paid_people import amounts, hours, person, scheme, study

from cslib import pay, people
from cslib.core import tables
from cslib.core.errors import ParamError, PayError, TableError
from cslib.core.words import speaking

TEAM = [
    person("A-001", grade="junior"), person("A-002", grade="lead", role="lead", hours_scheme="standard"),
    person("A-003", grade="middle", hired="2026-08-20", fte_share=0.75), person("A-004", grade="senior", left="2026-10-20"),
    person("A-005", grade="middle", hours_scheme="part_time", fte_share=0.5),
]  # fmt: skip
MONTH = "2026-10"  # 1 to 3 October statutory, Saturday 10 October a make-up workday


def october() -> pd.DataFrame:
    """A statutory holiday, a make-up Saturday, a night block, time off in lieu, comprehensive hours, every kind of leave."""
    rows = []
    for who in ("A-001", "A-002", "A-003", "A-004", "A-005"):
        rows += [(who, "2026-10-02", "overtime_holiday", 7.5), (who, "2026-10-10", "normal", 8), (who, "2026-10-12", "normal", 8)]
        rows += [(who, f"2026-10-{day:02d}", premium, h) for day in (13, 14, 15) for premium, h in (("night", 7), ("normal", 7.5))]
        rows += [(who, "2026-10-17", "overtime_rest_day", 8), (who, "2026-10-18", "overtime_rest_day", 3.3)]
        rows += [(who, "2026-10-19", "time_off_in_lieu", 8)]
        rows += [(who, "2026-10-16", "overtime_workday", 1.7), (who, "2026-10-20", "paid_leave", 8)]
        rows += [(who, "2026-10-08", "part_paid_leave", 8), (who, "2026-10-09", "unpaid_leave", 4), (who, "2026-10-01", "holiday_off", 8)]
    frame = hours(*rows)
    frame["shifts"] = frame["premium"].isin(["night", "normal"]).astype(int)
    return frame


def made(team=TEAM, worked=None, facts=None, month=MONTH, pay_scheme=None, **payroll):
    at = study(*team, month=month, pay=pay_scheme or scheme("simple"))
    site = at.params.site.model_copy(update={"payroll": at.params.site.payroll.model_copy(update=payroll)})
    at = dataclasses.replace(at, params=dataclasses.replace(at.params, site=site))
    given = pd.DataFrame(facts or [], columns=["employee_id", "fact", "value"]).assign(month=month)
    frame = tables.check("pay_facts", given) if facts else None
    worked = october() if worked is None else worked
    graded = people.grades(at)
    return pay.payslips(worked, graded, at, facts=frame), worked, graded, at, frame


def with_city(at, city):
    return dataclasses.replace(at, params=dataclasses.replace(at.params, site=at.params.site.model_copy(update={"city": city})))


def test_conservation_to_the_fen_over_a_month_with_everything():
    slips, worked, graded, at, _ = made()
    for who, mine in slips.groupby("employee_id"):
        by_part = mine.groupby("part")["amount_fen"].sum().reindex(["earning", "employee", "tax", "employer"], fill_value=0)
        result = amounts(mine, who, "result")
        assert result["gross"] == by_part["earning"] == result["net"] + by_part["tax"] + by_part["employee"]
        assert result["employer_cost"] == result["gross"] + by_part["employer"]
        quantity = mine.set_index("item")["quantity"]
        hours_in = worked[worked["employee_id"] == who].groupby("premium")["hours_h"].sum()
        classes = ["overtime_workday", "overtime_rest_day", "overtime_holiday", "time_off_in_lieu"]
        for premium in classes if who == "A-005" else [*classes, "part_paid_leave", "unpaid_leave"]:
            assert quantity[premium] == pytest.approx(hours_in[premium]), (who, premium)
        for item in mine["item"]:
            found = pay.trace(slips, worked, graded, at, who, item)
            assert found.holds(1e-12) and found.recompute() == found.value, (who, item)
    assert quantity["base"] == pytest.approx(hours_in["normal"] + hours_in["paid_leave"])  # A-005 is paid by the hour
    cost = pay.wage_cost(slips).set_index("item")["amount_yuan"]
    assert round(cost["total"] * 100) == slips.loc[slips["item"] == "employer_cost", "amount_fen"].sum()


def test_make_up_workdays_are_normal_pay_and_only_statutory_days_carry_300_percent():
    """S003-B8: 3.0 on 2 October; the make-up Saturday adds nothing to monthly pay."""
    slips, *_ = made(worked=hours(("A-001", "2026-10-02", "overtime_holiday", 8), ("A-001", "2026-10-10", "normal", 8)))
    assert amounts(slips)["overtime_holiday"] == round(4600 / 21.75 / 8 * 8 * 3 * 100) and set(amounts(slips)) == {"base", "post", "overtime_holiday"}


def test_rest_day_overtime_given_back_as_time_off_carries_no_premium():
    """劳动法 art. 44 (2): 200 % only where no time off is given; workday and holiday overtime can't be given back."""
    rows = [("2026-10-17", "overtime_rest_day", 8), ("2026-10-16", "overtime_workday", 2), ("2026-10-19", "time_off_in_lieu", 6)]
    worked = hours(*[("A-001", *row) for row in rows])
    found = amounts(made(worked=worked)[0])
    assert found["overtime_rest_day"] + found["time_off_in_lieu"] == pytest.approx(4600 / 21.75 / 8 * 2 * 2 * 100, abs=1)
    assert found["overtime_workday"] == round(4600 / 21.75 / 8 * 2 * 1.5 * 100)
    more = made(worked=hours(("A-001", "2026-10-19", "time_off_in_lieu", 8)))[0].set_index(["employee_id", "item"])
    assert more.loc[("A-001", "time_off_in_lieu"), ["quantity", "amount_fen"]].tolist() == [8, 0]


@pytest.mark.parametrize("share", [1.0, 0.8, 0.6])
def test_partly_paid_leave_follows_the_site_s_share_and_says_unverified(share):
    worked = hours(("A-001", "2026-10-08", "part_paid_leave", 8))
    slips, worked, graded, at, _ = made(worked=worked, part_paid_leave_share=share)
    assert amounts(slips)["part_paid_leave"] == -round(4600 / 21.75 * (1 - share) * 100)
    assert "unverified" in pay.trace(slips, worked, graded, at, "A-001", "part_paid_leave").text()


def test_contributions_and_tax_of_a_known_case():
    """Declared 20,000 in Shanghai, 7 % fund: 3,500 of own contributions; 20,000 a month pays 345 in January."""
    team = [person("A-001", grade="lead")]
    facts = [("A-001", "contribution_base_yuan", 20000), ("A-001", "additional_deductions_yuan", 1000)]
    slips, *_ = made(team, tables.empty("hours"), facts, "2027-01", scheme("simple", base_yuan={"lead": 20000.0}, items={}), housing_fund_share=0.07)
    assert amounts(slips, part="employee") == {
        "pension_employee": 160000, "medical_employee": 40000, "unemployment_employee": 10000, "housing_fund_employee": 140000
    }  # fmt: skip
    assert amounts(slips, part="tax") == {"tax": 31500}  # (20,000 - 3,500 - 1,000 - 5,000) x 3 %
    assert amounts(slips, part="result")["net"] == 2000000 - 350000 - 31500


def test_known_year_to_date_replaces_the_assumption():
    """Three months of 20,000 with 3,500 and 1,035 withheld: April withholds 1,045."""
    known = {"contribution_base_yuan": 20000, "ytd_months": 3, "ytd_income_yuan": 60000, "ytd_deductions_yuan": 10500, "ytd_tax_yuan": 1035}
    facts = [("A-001", fact, value) for fact, value in known.items()]
    plain = scheme("simple", base_yuan={"lead": 20000.0}, items={})
    slips, worked, graded, at, frame = made([person("A-001", grade="lead")], tables.empty("hours"), facts, "2026-04", plain, housing_fund_share=0.07)
    assert amounts(slips, part="tax") == {"tax": 104500}
    assert "assumed" not in pay.trace(slips, worked, graded, at, "A-001", "tax", frame).inputs[1].rule
    estimated, *_ = made([person("A-001", grade="lead")], tables.empty("hours"), facts[:1], "2026-04", plain, housing_fund_share=0.07)
    assert amounts(estimated, part="tax") == {"tax": 104500}


def test_separate_annual_bonus_and_its_blind_zone():
    slips, worked, graded, at, frame = made(facts=[("A-001", "annual_bonus_yuan", 36000)])
    assert amounts(slips)["annual_bonus"] == 3_600_000 and amounts(slips, part="tax")["tax_bonus"] == 108_000
    assert pay.trace(slips, worked, graded, at, "A-001", "net", frame).holds()
    with pytest.raises(PayError) as caught:
        made(facts=[("A-001", "annual_bonus_yuan", 36001)])
    assert caught.value.keys == ["pay.bonus_blind_zone"]
    for language in ("zh", "en"):
        with speaking(language):
            assert all(word in str(caught.value) for word in ("A-001", "36,001.00", "36,000", "38,566.67", "2,309.10", "blind_zone: flag"))
    flagged = made(facts=[("A-001", "annual_bonus_yuan", 36001)], blind_zone="flag")[0]
    assert "blind_zone" in flagged.set_index(["employee_id", "item"]).loc[("A-001", "annual_bonus"), "rule"]
    assert amounts(flagged, part="result")["net"] < amounts(slips, part="result")["net"]


def test_minimum_wage_is_refused_with_the_way_out_or_topped_up():
    low = scheme("simple", base_yuan={"junior": 2900.0}, items={}, probation_months=0)
    team = [person("A-001", grade="junior")]
    with pytest.raises(PayError) as caught:
        made(team, tables.empty("hours"), pay_scheme=low)
    for language, named in (("zh", ("初级", "上海")), ("en", ("junior", "Shanghai"))):
        with speaking(language):
            heard = ("A-001", "params/pay/", ".yml: base_yuan.junior", "2740.00", "minimum_wage: top_up", *named)
            assert all(word in str(caught.value) for word in heard) and "shanghai" not in str(caught.value)
    with pytest.raises(PayError) as caught:
        made([person("A-001", grade="junior"), person("A-002", grade="junior")], tables.empty("hours"), pay_scheme=low)
    assert caught.value.keys == ["pay.below_minimum"]  # one base, one finding
    enough = scheme("simple", base_yuan={"junior": 4600.0}, items={}, probation_months=0)
    with pytest.raises(PayError) as caught:
        made(team, tables.empty("hours"), [("A-001", "contribution_base_yuan", 120_000)], pay_scheme=enough)
    assert caught.value.keys == ["pay.base_above_pay"] and "120,000.00" in str(caught.value)
    slips, worked, graded, at, _ = made(team, tables.empty("hours"), pay_scheme=low, minimum_wage="top_up")
    result = amounts(slips, part="employee")
    assert amounts(slips)["base"] + amounts(slips)["minimum_wage_top_up"] - sum(result.values()) == 274_000
    assert pay.trace(slips, worked, graded, at, "A-001", "minimum_wage_top_up").holds()
    overtime = hours(("A-001", "2026-10-12", "overtime_workday", 20))
    assert "minimum_wage_top_up" in amounts(made(team, overtime, pay_scheme=low, minimum_wage="top_up")[0])  # overtime does not count


def test_mistyped_city_missing_year_and_negative_hours_are_told():
    _, worked, graded, at, _ = made()
    with pytest.raises(ParamError) as caught:
        pay.payslips(worked, graded, with_city(at, "shangai"))
    assert caught.value.keys == ["params.unknown_city"] and "shanghai" in str(caught.value)
    with pytest.raises(ParamError) as caught:
        pay.payslips(worked, graded, with_city(at, "hangzhou"))
    assert caught.value.keys == ["params.no_contribution_year"]
    with pytest.raises(TableError) as bad:
        pay.payslips(worked.assign(hours_h=-8.0), graded, at)
    assert bad.value.keys[0] == "table.limit" and "-8" in str(bad.value)


def test_planned_against_actual_is_explained_to_the_fen():
    planned, worked, graded, at, _ = made()
    more = worked.assign(basis="actual")
    late = (more["employee_id"] == "A-001") & (more["premium"] == "overtime_workday")
    more.loc[late, "hours_h"] = 0.7
    actual = pay.payslips(more, graded, at)
    assert set(planned["basis"]) == {"planned"} and set(actual["basis"]) == {"actual"}
    found = pay.differences(planned, actual)
    assert set(found["employee_id"]) == {"A-001"} and {"overtime_workday", "gross", "net"} <= set(found["item"])
    assert ((found["actual_fen"] - found["planned_fen"]) == found["quantity_fen"] + found["rate_fen"]).all()
    overtime = found.set_index("item").loc["overtime_workday"]
    assert overtime["quantity_fen"] == -round(4600 / 21.75 / 8 * 1.5 * 100) and overtime["rate_fen"] in (-1, 0, 1)
    with pytest.raises(PayError):
        pay.differences(planned, actual.assign(month="2026-11"))
    assert pay.differences(planned, planned).empty


def test_difference_totals_show_no_item_of_nine_people():
    team = [person(f"A-{k:03d}", grade="middle") for k in range(12)]
    rows = [(f"A-{k:03d}", "2026-10-12", "overtime_workday", 2.0) for k in range(12)]
    planned, _, graded, at, _ = made(team, hours(*rows))
    for changed in (9, 10):
        more = hours(*[(who, day, premium, h + (number < changed)) for number, (who, day, premium, h) in enumerate(rows)], basis="actual")
        with speaking("en"):
            found = pay.difference_totals(planned, pay.payslips(more, graded, at), at)
        names = {"gross pay", "overtime on workdays", "net pay", "employer cost"}
        assert found.empty if changed < 10 else names <= set(found["Item"]) and (found["People"] >= 10).all()
