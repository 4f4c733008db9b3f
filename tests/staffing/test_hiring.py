"""The hiring plan: cheapest by enumeration, limits kept, chance of a shortage, recruitment table, criteria that may not decide."""

from __future__ import annotations

import itertools
import shutil

import numpy as np
import pytest

from cslib.core import words
from cslib.core.errors import ParamError, StaffingError
from cslib.core.paths import params_dir
from cslib.params.hiring import EXCLUDED, Hiring, open_hiring
from cslib.staffing import hiring_plan, requirement
from cslib.staffing.hiring_cohorts import cohorts, month_fte

MONTHS = {f"2027-{m:02d}": 1.0 for m in range(1, 13)}
TEXT = {"zh": "沟通流利", "en": "fluent speech"}
POST = {
    "name": {"zh": "专员", "en": "agent"}, "skill": "any", "grade": "1", "queues": ("q",), "headcount": 10, "attrition_share": 0.05,
    "month_yuan": 9000.0, "hire_yuan": 2000.0, "requirements": (TEXT,),
}  # fmt: skip
PLAN = {
    "meaning": {"zh": "例", "en": "sample"}, "illustrative": True, "month_index": MONTHS, "month_hours_h": 160.0, "planned_shrinkage_share": 0.1,
    "ramp_shares": (0.5,), "funnel": {"invited_share": 0.5, "offered_share": 0.4, "accepted_share": 0.8, "lead_months": 2},
    "training": {"seats": 4, "classes_a_month": 1, "months": 1, "pass_share": 0.9, "class_yuan": 5000.0},
    "budget_yuan": 3e6, "short_fte_yuan": 30000.0, "need_cv": 0.05,
}  # fmt: skip


def make(posts=None, **changes) -> Hiring:
    """A hiring plan with changes."""
    return Hiring.model_validate(PLAN | {"posts": posts or {"agent": POST}} | changes)


@pytest.fixture
def month(queue, study, forecast):
    s = study(28, q=queue(min_heads=1), other=queue(min_heads=1))
    return requirement(forecast(s, q=4.0, other=20.0), s), s


def test_need_is_hours_over_the_hours_of_a_person(month):
    need, s = month
    hours = need.loc[need["queue"] == "q", "scheduled"].sum() / 2
    assert month_fte(need, s, make())["agent"] == pytest.approx(hours / 160 / 0.9)
    halves = make({"a": POST | {"need_share": 0.5}, "b": POST | {"need_share": 0.5}})
    assert sum(month_fte(need, s, halves).values()) == pytest.approx(hours / 160 / 0.9)


def test_a_start_trains_ramps_up_and_leaves():
    found = cohorts(8.0, make().posts["agent"], make())
    half = 0.975
    assert found.productive[0, :4] == pytest.approx([0, 0.95 * 0.9 * 0.5 * half, 0.95**2 * 0.9 * half, 0.95**3 * 0.9 * half])
    assert (np.tril(found.productive, -1) == 0).all()
    assert found.staying[:3] == pytest.approx(10 * half * 0.95 ** np.arange(3))


def test_the_plan_keeps_every_limit_and_no_plan_is_cheaper(month):
    need, s = month
    hiring = make()
    found = hiring_plan(need, s, hiring)
    rows = found.plan
    assert (rows["hires"].iloc[:2] == 0).all()  # two months of lead time
    assert (rows["hires"] <= 4 * rows["classes"]).all() and rows["classes"].max() <= 1
    assert found.cost_yuan <= hiring.budget_yuan
    assert found.priced_yuan == pytest.approx(found.bound_yuan, rel=1e-5)
    part = cohorts(month_fte(need, s, hiring)["agent"], hiring.posts["agent"], hiring)
    priced = _price(part, rows["hires"].to_numpy(), rows["classes"].to_numpy(), hiring)
    assert priced == pytest.approx(found.priced_yuan, rel=1e-9)
    for change in itertools.product((-1, 0, 1), repeat=3):
        for at in range(2, 9):
            hires = rows["hires"].to_numpy().copy()
            hires[at : at + 3] += change
            if (hires >= 0).all() and hires.max() <= 4:
                assert _price(part, hires, (hires > 0).astype(int), hiring) >= found.priced_yuan - 1e-6


def _price(part, hires, classes, hiring):
    post = hiring.posts["agent"]
    heads = part.staying + hires @ part.employed
    short = np.maximum(part.needed - part.staying - hires @ part.productive, 0)
    cost = heads.sum() * post.month_yuan + hires.sum() * post.hire_yuan + classes.sum() * hiring.training.class_yuan
    return cost + short.sum() * hiring.short_fte_yuan


def test_a_tight_budget_leaves_people_missing_and_too_little_is_refused(month):
    need, s = month
    rich, poor = (hiring_plan(need, s, make(budget_yuan=budget)).plan for budget in (3e6, 9.4e5))
    assert poor["short_fte"].sum() > rich["short_fte"].sum()
    assert poor["cost_yuan"].sum() <= 9.4e5
    with pytest.raises(StaffingError) as caught:
        hiring_plan(need, s, make(budget_yuan=1e5))
    assert caught.value.keys == ["staffing.budget"] and "100,000" in str(caught.value)


def test_more_attrition_more_hires_and_more_people_less_risk(month):
    need, s = month
    calm, stormy = (hiring_plan(need, s, make({"agent": POST | {"attrition_share": share}})).plan for share in (0.01, 0.08))
    assert stormy["hires"].sum() > calm["hires"].sum()
    many = hiring_plan(need, s, make({"agent": POST | {"headcount": 20, "attrition_share": 0.01}})).plan
    assert many["short_risk_share"].max() < 0.05 < calm["short_risk_share"].max()


def test_the_recruitment_plan_states_posts_head_count_and_requirements(month):
    """S001-04: posts, head count, requirements; S000-15: derived from what the post needs."""
    need, s = month
    hiring = make()
    found = hiring_plan(need, s, hiring)
    starts = found.plan[found.plan["hires"] > 0]
    assert found.recruitment["people"].tolist() == starts["hires"].tolist() != []
    assert found.recruitment["start_month"].tolist() == starts["month"].tolist()
    first = found.recruitment.iloc[0]
    assert int(first["start_month"][5:]) - int(first["open_month"][5:]) == 2
    assert first["applicants"] == int(np.ceil(first["people"] / 0.16 - 1e-9))
    assert set(found.recruitment["requirements"]) <= {"沟通流利", "fluent speech"}
    with pytest.raises(ValueError, match="requirements"):
        make({"agent": POST | {"requirements": ()}})


def test_the_sample_of_the_hotline_is_read_and_its_values_hold():
    hiring = open_hiring("hotline", ("phone_zh", "phone_en"))
    assert list(hiring.posts) == ["agent_zh", "senior_zh", "agent_en"] and hiring.illustrative
    assert hiring.funnel.hired_share == pytest.approx(0.105)
    with pytest.raises(ParamError) as caught:
        open_hiring("hotline", ("phone_zh",))
    assert caught.value.keys == ["params.unknown_key"]
    with pytest.raises(ParamError):
        open_hiring("../hotline", ("phone_zh",))


@pytest.mark.parametrize(
    ("entry", "text", "law"),
    [
        ("S003-G3", "年龄20-35岁", "43"),
        ("S003-G3", "女士优先", "43"),
        ("S003-G3", "应届毕业生优先", "43"),
        ("S003-G4", "品貌端正", "26"),
        ("S001-06", "入职前背景调查", "13"),
    ],
)
def test_criteria_that_may_not_decide_are_refused_with_the_reason(tmp_path, monkeypatch, entry, text, law):
    shutil.copytree(params_dir() / "hiring", tmp_path / "params" / "hiring")
    shutil.copy(params_dir() / "words.yml", tmp_path / "params")
    file = tmp_path / "params" / "hiring" / "hotline.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("接受轮班", text, 1), encoding="utf-8")
    monkeypatch.setenv("CSLIB_ROOT", str(tmp_path))
    with pytest.raises(ParamError) as caught:
        open_hiring("hotline", ("phone_zh", "phone_en"))
    assert caught.value.keys == ["params.excluded"]
    assert entry in str(caught.value) and law in str(caught.value) and "hotline.yml:" in str(caught.value)


def test_every_excluded_entry_is_recognised_and_plain_requirements_are_not():
    assert set(EXCLUDED) == {"S001-06", "S003-G3", "S003-G4"}
    make({"agent": POST | {"requirements": (TEXT, {"zh": "两年以上经验", "en": "two years of experience; manages complaints; language tested"})}})


def test_customary_requirements_are_optional_and_a_post_may_have_a_fixed_number(month):
    """S000-13, S003-A1: bachelor degree; S000-14: three years of leading teams; S003-D2: no experience for juniors; S003-G2: one clerk."""
    need, s = month
    clerk = POST | {"queues": (), "fixed_fte": 1.0, "headcount": 0, "attrition_share": 0.0, "month_yuan": 6000.0, "standards": ("S003-D2",)}
    lead = POST | {"standards": ("S000-13", "S000-14", "S003-A1"), "headcount": 0, "need_share": 0.1}
    hiring = make({"clerk": clerk, "lead": lead})
    assert month_fte(need, s, hiring)["clerk"] == 1.0
    with words.speaking("en"):
        found = hiring_plan(need, s, hiring).recruitment.groupby("job")["requirements"].first()
    assert "bachelor" in found["lead"] and "at least 3 years" in found["lead"]
    assert "no related experience" in found["clerk"]
    assert "bachelor" not in found["clerk"]
    with pytest.raises(ValueError, match="post_need"):
        make({"clerk": clerk | {"fixed_fte": 0.0}})
