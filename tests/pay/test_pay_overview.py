"""The structure of a site in words: ranges, circles, mix, inequality, equity; planted gaps found, small groups left out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from paid_people import person, scheme, study

from cslib import pay, people
from cslib.core import tables
from cslib.core.words import speaking

NO_HOURS = tables.empty("hours")
GRADES = ("junior", "middle", "senior", "lead")
TEAM = [person(f"A-{k:03d}", grade=GRADES[k % 4], team="AB"[k % 3 == 0], hired=f"20{15 + k % 9}-03-01") for k in range(60)]


def made(pay_scheme=None, team=None):
    at = study(*(team or TEAM), pay=pay_scheme or scheme("range"))
    at = dataclasses.replace(at, params=dataclasses.replace(at.params, site=_topped_up(at)))
    graded = people.grades(at)
    return at, graded, pay.payslips(NO_HOURS, graded, at)


def _topped_up(at):
    return at.params.site.model_copy(update={"payroll": at.params.site.payroll.model_copy(update={"minimum_wage": "top_up"})})


def test_ranges_and_market_position():
    """S003-S2 ranges 2,500 to 5,000; S003-B5 market position where the scheme has one."""
    with speaking("en"):
        shape = pay.structure_table(made()[0])
        market = pay.structure_table(study(*TEAM[:1], pay=scheme("dual_channel")))
    assert shape["Low (yuan)"].iloc[0] == 2500 and shape["High (yuan)"].iloc[-1] == 5000 and shape["Range spread"].iloc[0] == "18.9%"
    assert shape["Midpoint progression"].iloc[0] == "" and set(market["Market position"]) == {"within the aim"}


def test_standing_merges_small_grades_and_hides_small_circles():
    """Base of 55 people inside their range; five leads paid 9,000 in a range of 4,204 to 5,000 are red, and five are not told."""
    at, graded, slips = made()
    lead = graded.loc[graded["grade"] == "lead", "employee_id"].iloc[:5]
    row = slips["item"].eq("base") & slips["employee_id"].isin(lead)
    slips.loc[row, "amount_fen"] = 900_000
    with speaking("en"):
        table = pay.standing_table(slips, graded, at)
    assert table["People"].tolist() == [15, 15, 15, 15] and table["Above the range (people)"].tolist() == ["0", "0", "0", "fewer than 10: not shown"]
    few = pay.standing_table(slips[slips["employee_id"].isin(graded["employee_id"].iloc[:9])], graded, at)
    assert few.empty


def test_inequality_splits_exactly_and_is_hidden_for_few():
    at, graded, slips = made(scheme("simple"))
    with speaking("en"):
        table = pay.inequality_table(slips, graded, at).set_index("Measure")
        few = pay.inequality_table(slips[slips["employee_id"] < "A-009"], graded, at)
    for column in ("Gross", "Net"):
        parts = [float(table.loc[name, column]) for name in ("Theil index", "of it between grades", "of it within grades")]
        assert parts[0] == pytest.approx(parts[1] + parts[2], abs=2e-4)
    assert float(table.loc["Gini coefficient", "Net"]) > 0 and few.empty
    with speaking("en"):
        assert pay.mix_table(slips, at)["Share"].iloc[0].endswith("%") and pay.mix_table(slips[slips["employee_id"] < "A-009"], at).empty


def test_a_planted_gap_is_found_and_named():
    """Group B is paid 8 % less at every grade: proven, and 5 % or more; without a gap nothing is proven (妇女权益保障法 art. 45)."""
    at, graded, slips = made(scheme("simple"))
    rng = np.random.default_rng(7)
    noise = dict(zip(graded["employee_id"], rng.normal(1, 0.01, len(graded)), strict=True))
    place = dict(zip(at.employees["employee_id"], at.employees["team"], strict=True))
    groups = pd.Series(place)

    def paid(cut: float) -> pd.DataFrame:
        """Payslips with noise, and the cut for group B."""
        factor = slips["employee_id"].map(noise) * np.where(slips["employee_id"].map(place) == "B", 1 - cut, 1.0)
        return slips.assign(amount_fen=np.where(slips["item"].eq("base"), (slips["amount_fen"] * factor).round(), slips["amount_fen"]).astype(int))

    with speaking("en"):
        gap = pay.gap_table(paid(0.08), graded, at, groups).set_index("Group")
        none = pay.gap_table(paid(0.0), graded, at, groups)
    assert gap.loc["B", "Judgement (Holm)"].startswith("gap proven, 5 %") and gap.loc["B", "Adjusted gap, grade included"].startswith("+7.")
    by_grade = pd.Series({who: "B" if grade in GRADES[:2] else "A" for who, grade in zip(graded["employee_id"], graded["grade"], strict=True)})
    with speaking("en"):
        same = pay.gap_table(paid(0.08), graded, at, by_grade)
    assert set(same["Adjusted gap, grade included"]) == {"can't be told apart: each grade holds one group only"}
    assert set(same["Explained part"]) == {""}
    assert set(none["Judgement (Holm)"]) == {"no gap proven"} and "A-0" not in gap.to_string()


def test_groups_of_fewer_than_ten_are_left_out():
    at, graded, slips = made(scheme("simple"))
    groups = pd.Series({f"A-{k:03d}": "B" if k < 9 else "A" for k in range(60)})
    assert pay.gap_table(slips, graded, at, groups).empty
    assert len(pay.gap_table(slips, graded, at)) == 2  # the teams of the staff list
    facts = pd.DataFrame([("A-001", "2026-12", "score", 90.0)], columns=["employee_id", "month", "fact", "value"])
    scores = pay.scores_of(tables.check("pay_facts", facts))
    assert scores is not None and scores["A-001"] == 90 and pay.scores_of(None) is None
    assert len(pay.gap_table(slips, graded, at, None, scores)) == 2


def test_drift_is_shown_with_the_exact_chain():
    at, graded, _ = made(scheme("simple"))
    found = pay.outlook(at, graded, months=12, runs=60, leave_month=0.0)
    with speaking("en"):
        table = pay.drift_table(found)
    simulated, exact = (table[name].str.rstrip("%").astype(float) for name in ("Share of people (simulated)", "Share of people (exact)"))
    assert simulated.sum() == pytest.approx(100, abs=0.3) and np.allclose(simulated, exact, atol=3)
    shaky = pay.outlook(at, graded, months=3, runs=5)
    assert set(pay.drift_table(dataclasses.replace(shaky, behaviour=dataclasses.replace(shaky.behaviour, stuck=0.3))).iloc[:, 2]) == {""}
