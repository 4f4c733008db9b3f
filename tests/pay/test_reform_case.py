"""A reform file on a site: errors with file and line, A against B, design confirmed, steps, minimum wage, nothing told of fewer than 10."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from paid_people import person, scheme, study

from cslib import pay, people
from cslib.core import tables
from cslib.core.errors import ParamError, PayError
from cslib.core.words import speaking
from cslib.params.pay_reform import open_reform, reform_names
from cslib.pay.case_tables import said_share

TEAM = [person(f"A-{k:03d}", grade=("junior", "middle", "senior", "lead")[k % 4]) for k in range(40)]
AT = study(*TEAM, pay=scheme("simple"))
GRADES = people.grades(AT)
SMALL = {"months": 12, "runs": 20}


def written(tmp_path: Path, name: str = "standard", **changes: object) -> str:
    """A copy of a reform with some keys changed; ``change``, ``design`` and ``behaviour`` are merged."""
    data = yaml.safe_load((Path(__file__).resolve().parents[2] / "params" / "reforms" / f"{name}.yml").read_text(encoding="utf-8"))
    for key, value in {**SMALL, **changes}.items():
        data[key] = {**data[key], **value} if isinstance(value, dict) and isinstance(data.get(key), dict) and key != "ladder" else value
    path = tmp_path / "mine.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, default_flow_style=None), encoding="utf-8")
    return str(path)


def refused(tmp_path: Path, **changes: object) -> str:
    with speaking("en"), pytest.raises(ParamError) as caught:
        open_reform(written(tmp_path, **changes), AT.params.pay)
    with speaking("en"):
        text = str(caught.value)
    assert "mine.yml:" in text
    return text


def test_every_reform_of_the_project_opens_with_its_scheme():
    assert reform_names() == ["standard", "star_steps"]
    for name, of in (("standard", "simple"), ("standard", "star"), ("standard", "dual_channel"), ("star_steps", "star")):
        reform, document = open_reform(name, scheme(of))
        assert reform.illustrative and document.path.stem == name


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"runz": 5}, "runs"), ({"change": {"base_yuan": {"juniour": 5000}}}, "junior"), ({"change": {"raise_share": "3%"}}, "raise_share"),
        ({"ladder": {"up_at": 110, "file": "H_star_ladder"}}, "file"), ({"ladder": {"up_at": 90, "down_below": 110}}, "down_below"),
        ({"ladder": {"chances": {"junior": {"junior": 0.5, "middle": 0.4}}}}, "1"), ({"ladder": {"chances": {"boss": {"boss": 1.0}}}}, "junior"),
        ({"change": {"steps": [{"at": 100, "pay": 1.0}]}}, "performance pay"), ({"design": {"steps": [[{"at": 0, "pay": 1.0}]]}}, "performance pay"),
        ({"design": {"low_share": 1.2, "high_share": 1.0}}, "cap"), ({"design": {"base_yuan": {"junior": {"low": 9, "high": 1}}}}, "cap"),
        ({"behaviour": {"entry_grade": "boss"}}, "junior"), ({"behaviour": {"elasticity": 3.0}}, "elasticity"), ({"runs": 5}, "runs"),
        ({"design": {"tradeoff_losers": [1.5]}}, "1"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_line_and_way_out(tmp_path, changes, said):
    assert said in refused(tmp_path, **changes)


def test_an_unknown_name_says_which_there_are():
    with pytest.raises(ParamError, match="standard, star_steps"):
        open_reform("other", AT.params.pay)


def test_a_raise_wins_for_everybody_and_the_paired_error_is_smaller(tmp_path):
    case = pay.open_case(AT, GRADES, written(tmp_path))
    found = pay.compare_case(case)
    assert found.winners == 1 and found.losers == 0 and found.cost.value > 0 and found.cost.error < found.cost_unpaired_error
    assert found.turnover[1].value < found.turnover[0].value  # better paid, fewer leave
    with speaking("en"):
        table = pay.reform_table(found, case).set_index("Measure")
        assert table.loc["mean cost (yuan)", "Difference"].startswith("+") and "Gini coefficient" in table.index
        assert "winners 100%, losers 0%" in pay.reform_lines(found, case)[0]
    assert case.provenance["files"].keys() == {"mine.yml"}


def test_sliders_change_only_what_they_name(tmp_path):
    case = pay.open_case(AT, GRADES, written(tmp_path))
    moved = case.changed(raise_share=0.1, up_at=100.0, down_below=120.0)
    assert (moved.after[0].base == case.before[0].base * 1.1).all() and (moved.after[1].up_at == 100).all()
    assert (moved.after[1].down_below == 100).all() and moved.before == case.before
    assert case.changed(raise_share=0.03).after[1] is not None and (case.changed().after[0].base == case.after[0].base).all()
    assert pay.limits_of(case.designed(losers_share=0.5)).losers == 0.5


def test_steps_are_regular_pay_on_average(tmp_path):
    """S003-H2: performance pay in steps; where scores give less on average than the line, people lose."""
    at = study(*[person(f"A-{k:03d}", grade="agent") for k in range(20)], pay=scheme("star"))
    graded = people.grades(at)
    steps = [{"at": 100, "pay": 1.0}]
    case = pay.open_case(at, graded, written(tmp_path, "star_steps", change={"base_yuan": {}, "steps": steps, "ladder": None}))
    now, then = case.before[0], case.after[0]
    rng = np.random.default_rng(1)
    scores = rng.normal(100, 10, 200_000)
    assert then.expected == pytest.approx(then.factor(scores).mean() / now.factor(scores).mean(), abs=0.01)
    assert pay.compare_case(case).losers == 1


def test_the_design_holds_in_a_fresh_simulation_and_in_the_payslips(tmp_path):
    """Every constraint again by a simulation of other luck, and the designed base paid out: nobody below the minimum wage (S003-S2)."""
    name = written(tmp_path, runs=60, design={"low_share": 0.6, "losers_share": 1.0, "turnover_share": 1.0, "budget_p90_share": 1.0})
    case = pay.open_case(AT, GRADES, name)
    found = pay.design_case(case)
    assert found.met and (found.checks["excess"] == 0).all()
    limits = pay.limits_of(case)
    again = pay.simulate(case.people, found.structure, found.ladder, case.behaviour, case.months, runs=60, seed=99, name="own",
                         reference=case.before[0].regular())  # fmt: skip
    assert again.budget()["p90"].value <= limits.budget_p90 and again.shares().iloc[-1].max() <= limits.grade_share
    assert (found.structure.base >= np.asarray(limits.least_base) - 1e-9).all()
    base = dict(zip(found.structure.grades, map(float, found.structure.base), strict=True))
    paid = study(*TEAM, pay=scheme("simple", base_yuan=base))
    slips = pay.payslips(tables.empty("hours"), people.grades(paid), paid)
    assert not slips["item"].eq("minimum_wage_top_up").any() and slips["employee_id"].nunique() == 40
    too_low = {**base, "junior": float(np.floor(np.asarray(limits.least_base).min() - 400))}
    with pytest.raises(PayError, match="A-000"):
        at = study(*TEAM, pay=scheme("simple", base_yuan=too_low))
        pay.payslips(tables.empty("hours"), people.grades(at), at)


def test_what_can_not_be_met_is_said_with_the_amount(tmp_path):
    case = pay.open_case(AT, GRADES, written(tmp_path, design={"budget_p90_share": 0.5}))
    found = pay.design_case(case)
    with speaking("en"):
        text = " ".join(pay.design_lines(found, case))
        table = pay.design_table(found, case)
    assert not found.met and "budget (P90, yuan) (+" in text and table["Verdict"].str.startswith("missed by").sum() == 1


def test_the_curve_is_told_in_words(tmp_path):
    case = pay.open_case(AT, GRADES, written(tmp_path, design={"tradeoff_losers": [0.0, 1.0]}))
    curve = pay.tradeoff_case(case)
    with speaking("en"):
        table = pay.tradeoff_table(curve, case)
    assert table["Limit on losers"].tolist() == ["0%", "100%"] and curve["cost_yuan"].is_monotonic_decreasing


def test_fewer_than_ten_are_never_told_apart(tmp_path):
    case = pay.open_case(AT, GRADES, written(tmp_path))
    with speaking("en"):
        assert said_share(0.1, case) == said_share(0.9, case) == "fewer than 10: not shown" and said_share(0.5, case) == "50%"
    at = study(*TEAM[:9], pay=scheme("simple"))
    few = pay.open_case(at, people.grades(at), written(tmp_path))
    assert len(pay.reform_table(pay.compare_case(few), few)) == 1  # the site's cost only
    shown = pay.design_table(pay.design_case(few), few)
    assert len(shown) <= 3
    with pytest.raises(PayError):
        pay.open_case(at, people.grades(at).iloc[:0], written(tmp_path))


def test_parity_of_the_two_channels(tmp_path):
    """S003-B1: management and expert steps at equal base."""
    grades = ("employee", "team_leader", "junior", "middle")
    at = study(*[person(f"A-{k:03d}", grade=grades[k % 4]) for k in range(24)], pay=scheme("dual_channel"))
    name = written(tmp_path, design={"parity": True, "losers_share": 1.0, "ladders": []})
    found = pay.design_case(pay.open_case(at, people.grades(at), name))
    base = dict(zip(found.structure.grades, found.structure.base, strict=True))
    assert base["employee"] == base["junior"] and base["manager"] == base["expert"]
