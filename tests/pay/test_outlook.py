"""From study and scheme to the outlook and its tables: what is shown, in both languages, and that the slider's answer follows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from paid_people import person, scheme, study

from cslib import pay, people
from cslib.core import tables
from cslib.core.errors import PayError
from cslib.core.words import speaking
from cslib.pay.outlook import structure_of

TEAM = [person(f"A-{k:03d}", grade=("junior", "middle", "senior")[k % 3]) for k in range(36)]
AT = study(*TEAM, pay=scheme("simple"))
GRADES = people.grades(AT)


def test_the_structure_is_the_scheme():
    found = structure_of(scheme("range"))
    assert found.base.tolist() == [2726, 3242, 3856, 4585] and found.fixed.tolist() == [500, 650, 800, 1000]
    for score, yuan in ((95.0, 3000), (75.0, 1500)):
        assert (found.target * found.factor(np.full(4, score))).tolist() == [yuan] * 4
    star = structure_of(scheme("star"))
    assert star.factor(np.array([90.0, 160.0])).tolist() == [0.9, 1.5] and star.seniority_yuan == 50
    assert star.fixed[0] == pytest.approx(50 + (8 + 15) * 248 / 12)


def test_a_raise_costs_its_share_and_sliders_share_the_luck():
    plain, more = (pay.outlook(AT, GRADES, raise_share=share, elasticity=0.0, months=12, runs=40) for share in (0.0, 0.1))
    gross = [found.outcome.totals[:, :, 1].sum(axis=1) for found in (plain, more)]
    filled = [found.outcome.totals[:, :, 4].sum() for found in (plain, more)]
    assert filled[0] <= filled[1] and gross[1].mean() > gross[0].mean() * 1.09
    again = pay.outlook(AT, GRADES, elasticity=0.0, months=12, runs=40)
    np.testing.assert_array_equal(again.outcome.totals, plain.outcome.totals)


def test_tables_are_words_and_hold_no_person():
    found = pay.outlook(AT, GRADES, months=12, runs=20)
    slips = pay.payslips(tables.empty("hours"), GRADES, AT)
    expected = {"zh": ["超预算概率", "空缺岗位", "实发合计（元）"], "en": ["chance over budget", "empty posts (volume)", "net (yuan)"]}
    for language, words in expected.items():
        with speaking(language):
            frames = [pay.answer(found), pay.causes(found), pay.payroll_totals(slips), pay.grade_table(slips, GRADES, AT)]
        text = " ".join(frame.to_string() for frame in frames)
        assert all(word in text for word in words) and "A-0" not in text
    totals = frames[2].set_index("Item")["Value"]
    parts = ("net (yuan)", "income tax withheld (yuan)", "employees' contributions (yuan)")
    assert totals["gross (yuan)"] == pytest.approx(sum(totals[name] for name in parts))


def test_nine_people_show_only_gross_and_no_grades():
    at = study(*TEAM[:9], pay=scheme("simple"))
    graded = people.grades(at)
    slips = pay.payslips(tables.empty("hours"), graded, at)
    assert len(pay.payroll_totals(slips)) == 1 and pay.grade_table(slips, graded, at).empty


def test_the_pay_mix_adds_up_and_nobody_is_refused():
    slips = pay.payslips(tables.empty("hours"), GRADES, AT)
    mix = pay.pay_mix(slips)
    assert mix["share"].sum() == pytest.approx(1) and mix["item"].iloc[0] == "base"
    with pytest.raises(PayError):
        pay.outlook(AT, pd.DataFrame(columns=GRADES.columns))
