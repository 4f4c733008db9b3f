"""Sliders of the hiring page: at once, in step with the plan made anew, refusing what they can't ask."""

from __future__ import annotations

import ipywidgets
import pytest

from cslib.core import words
from cslib.core.errors import StaffingError
from cslib.params.hiring import Hiring
from cslib.staffing import HiringWhatIf, hiring_plan, requirement

MONTHS = {f"2027-{m:02d}": 1.0 for m in range(1, 13)}
POST = {
    "name": {"zh": "专员", "en": "agent"}, "skill": "any", "grade": "1", "queues": ("q",), "headcount": 45, "attrition_share": 0.03,
    "month_yuan": 9000.0, "hire_yuan": 2000.0, "requirements": ({"zh": "沟通流利", "en": "fluent speech"},),
}  # fmt: skip
PLAN = {
    "meaning": {"zh": "例", "en": "sample"}, "illustrative": True, "month_index": MONTHS, "month_hours_h": 160.0, "planned_shrinkage_share": 0.1,
    "ramp_shares": (0.5,), "funnel": {"invited_share": 0.5, "offered_share": 0.4, "accepted_share": 0.8, "lead_months": 1},
    "training": {"seats": 12, "classes_a_month": 3, "months": 1, "pass_share": 0.9, "class_yuan": 5000.0},
    "budget_yuan": 2e7, "short_fte_yuan": 40000.0, "need_cv": 0.05,
    "posts": {
        "agent": POST, "mailer": POST | {"queues": ("mail",), "headcount": 7}, "clerk": POST | {"queues": (), "fixed_fte": 1.0, "headcount": 1},
    },
}  # fmt: skip


@pytest.fixture
def asked(queue, study, forecast):
    s = study(28, q=queue(min_heads=1), mail=queue("deferred"))
    rows = forecast(s, q=60.0, mail=12.0)
    need, hiring = requirement(rows, s), Hiring.model_validate(PLAN)
    found = hiring_plan(need, s, hiring)
    return HiringWhatIf(rows, need, s, hiring, found), found


def test_nothing_changed_is_the_plan_as_it_stands(asked):
    what_if, found = asked
    answer = what_if.answer().set_index("job")
    plan = found.plan.groupby("job")
    assert answer["most_needed_fte"].to_dict() == pytest.approx(plan["needed_fte"].max().to_dict())
    assert answer["short_fte"].to_dict() == pytest.approx(plan["short_fte"].sum().to_dict(), abs=1e-9)
    assert (answer["short_fte"] == answer["base_short_fte"]).all()


def test_more_work_or_leavers_leave_posts_short_and_a_new_plan_hires_for_them(asked):
    what_if, found = asked
    grown, left = (what_if.answer(**c).set_index("job") for c in ({"growth_share": 0.3}, {"attrition_factor": 2.0}))
    for post in ("agent", "mailer"):
        assert grown.loc[post, "most_needed_fte"] > 1.1 * grown.loc[post, "base_most_needed_fte"]
        assert grown.loc[post, "short_fte"] > grown.loc[post, "base_short_fte"] + 1 and grown.loc[post, "first_short_month"] in MONTHS
        assert left.loc[post, "short_fte"] > left.loc[post, "base_short_fte"]
    assert grown.loc["clerk", "most_needed_fte"] == grown.loc["clerk", "base_most_needed_fte"] == 1.0  # a fixed number stays
    again = what_if.planned(growth_share=0.3)
    assert again.plan["hires"].sum() > found.plan["hires"].sum()
    assert again.plan["needed_fte"].max() == pytest.approx(grown["most_needed_fte"].max(), rel=1e-9)


def test_an_answer_plans_nothing_anew(asked, monkeypatch):
    """What lets a moved slider answer at once."""
    what_if, _ = asked
    monkeypatch.setattr("cslib.staffing.whatif_hiring.hiring_plan", lambda *_: pytest.fail("planned anew"))
    monkeypatch.setattr("cslib.staffing.whatif.plan_deferred", lambda *_: pytest.fail("deferred work planned anew"))
    assert len(what_if.answer(growth_share=0.07, attrition_factor=1.2)) == 3


def test_what_cannot_be_asked_is_refused_and_the_sliders_have_words(asked):
    what_if, _ = asked
    with pytest.raises(StaffingError):
        what_if.answer(growth_share=9.0)
    for language, word in (("zh", "离职率倍数"), ("en", "factor on attrition")):
        with words.speaking(language):
            box = what_if.sliders()
        assert isinstance(box, ipywidgets.VBox) and word in [getattr(child, "description", "") for child in box.children]
        button = next(child for child in box.children if isinstance(child, ipywidgets.Button))
        button.click()
