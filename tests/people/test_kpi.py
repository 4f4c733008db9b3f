"""Appraisal: points, noise, flips, shrinkage, team targets; the source's weights and targets entry by entry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.proportion import proportion_confint

from cslib.core import tables
from cslib.core.errors import ParamError, PeopleError
from cslib.core.paths import params_dir
from cslib.core.words import speaking
from cslib.params.kpi import open_kpis
from cslib.people.scoring import appraise, clipped_spread, flips, points, reliability, share_cliff, shrunk, value_error
from cslib.people.synthetic import synthetic_facts
from cslib.people.targets import Pooled, group_score, pooled, target_result, wilson
from cslib.people.tracing import trace_score

KPIS = open_kpis()

GIVEN = [
    ("S003-Q4", KPIS.role_sets["cs_rep"].weights,
     {"callback_rate": 20, "csat": 20, "timeliness_correctness": 25, "training_knowledge": 25, "attendance": 10}),
    ("S003-Q5", KPIS.role_sets["tech_support"].weights, {"timeliness_accuracy": 40, "training_feedback": 40, "skills_product": 10, "attendance": 10}),
    ("S000-07", set(KPIS.role_sets["three_criteria"].weights), {"work_completion", "service_quality", "csat"}),
    ("S001-16", set(KPIS.role_sets["quality_index"].weights),
     {"csat", "timely_response_rate", "resolution_rate", "complaint_handling_rate", "compliance_rate"}),
    ("S004-01", set(KPIS.role_sets["quantified"].weights), {"response_time", "resolution_rate", "csat", "fcr", "aht"}),
    ("S003-K2", set(KPIS.role_sets["team"].weights), {"csat", "complaint_rate"}),
    ("S000-10", (KPIS.team_targets["csat_95"].at_least, KPIS.kpis["csat"].target), (0.95, 0.95)),
    ("S000-11", KPIS.team_targets["efficiency_20"].change_share, 0.20),
    ("S000-12", KPIS.team_targets["complaints_30"].change_share, -0.30),
    ("S002-20", (KPIS.kpis["attendance"].target, KPIS.kpis["attendance"].cap), (1.0, 100)),
    ("S001-23", KPIS.cycle, "month"),
    ("S001-24", set(KPIS.role_sets["four_dimensions"].weights), {"results", "attitude", "ability", "teamwork"}),
    ("S004-07", set(KPIS.role_sets["behaviour"].weights), {"communication", "attitude", "teamwork"}),
    ("S003-P3", set(KPIS.role_sets["attitude_efficiency_csat"].weights), {"attitude", "efficiency", "csat"}),
    ("S003-I3", set(KPIS.role_sets["csat_efficiency_quality"].weights), {"csat", "efficiency", "service_quality"}),
    ("S003-K1", set(KPIS.role_sets["quality_conduct_csat"].weights), {"service_quality", "conduct", "csat"}),
    ("S003-F2", set(KPIS.role_sets["department"].weights), {"service_quality", "efficiency", "csat"}),
    ("S002-21", (KPIS.kpis["conduct"].kind, KPIS.kpis["conduct"].target), ("share", 1.0)),
]  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), [row[1:] for row in GIVEN], ids=[row[0] for row in GIVEN])
def test_value_of_the_source(found, expected):
    assert found == expected


def test_every_kpi_is_clear_specific_and_measurable():
    """S004-10, S001-23: words in both languages, unit, standard and sample."""
    for kpi in KPIS.kpis.values():
        assert kpi.meaning.zh and kpi.meaning.en and kpi.unit and kpi.sample and kpi.target != kpi.floor and kpi.catalogue


def test_points_run_from_floor_to_target_and_stop_at_the_cap():
    csat, aht = KPIS.kpis["csat"], KPIS.kpis["aht"]
    assert list(points(csat, np.array([0.80, 0.875, 0.95, 0.7, 1.0]))) == pytest.approx([0, 50, 100, 0, 110])
    assert list(points(aht, np.array([480, 390, 300, 600, 200]))) == pytest.approx([0, 50, 100, 0, 110])


@given(mean=st.floats(-50, 150), sd=st.floats(0.5, 40))
def test_spread_of_clipped_points_agrees_with_counting(mean, sd):
    """Against numerical integration."""
    grid = (np.arange(20_000) + 0.5) / 20_000
    values = np.clip(norm.ppf(grid, mean, sd), 0, 110)
    assert float(clipped_spread(np.array(mean), np.array(sd), 0, 110)) == pytest.approx(values.std(), rel=5e-3, abs=2e-2)


def test_errors_of_values():
    n, nothing = np.array([100.0]), np.array([np.nan])
    assert float(value_error(KPIS.kpis["csat"], np.array([0.5]), n, nothing)[0]) == pytest.approx((0.25 / 104) ** 0.5)
    assert float(value_error(KPIS.kpis["csat"], np.array([1.0]), np.array([4.0]), nothing)[0]) > 0.1
    assert float(value_error(KPIS.kpis["aht"], np.array([300.0]), n, np.array([150.0]))[0]) == pytest.approx(15)
    assert float(value_error(KPIS.kpis["complaint_rate"], np.array([1.0]), n, nothing)[0]) == pytest.approx(1.5**0.5)
    assert np.isnan(value_error(KPIS.kpis["csat"], np.array([0.5]), np.array([0.0]), nothing)[0])


@pytest.mark.parametrize(("sample", "real"), [(500, False), (5_000, False), (25_000, True)])
def test_89_6_against_90_is_noise_until_the_sample_is_large(sample, real):
    found = share_cliff(KPIS.kpis["resolution_rate"], 0.896, sample, 0.90)
    assert found.real is real and (found.other_side < 0.025) is real


def facts(*rows: tuple[str, str, str, float, float]) -> pd.DataFrame:
    return tables.check("kpi_facts", pd.DataFrame(rows, columns=["employee_id", "period", "kpi", "value", "sample"]))


def test_weights_and_missing_kpis():
    """A KPI without a figure hands its weight on: attendance 100 (10) and csat 50 (20) make (1000 + 1000) / 30."""
    found = appraise(facts(("A", "2026-01", "csat", 0.875, 80), ("A", "2026-01", "attendance", 1.0, 20)), KPIS, "cs_rep").iloc[0]
    assert found["score"] == pytest.approx(2000 / 30) and found["known_share"] == pytest.approx(0.3)
    assert found["low"] < found["score"] < found["high"]


def test_a_quarter_is_the_mean_of_its_months():
    months = facts(*((("A", f"2026-0{m}", "csat", v, 100)) for m, v in ((1, 0.80), (2, 0.875), (3, 0.95))))
    found = appraise(months, KPIS, "team", cycle="quarter").iloc[0]
    assert (found["period"], found["score"]) == ("2026-Q1", pytest.approx(50.0))
    with pytest.raises(PeopleError) as caught:
        appraise(months, KPIS, "nobody")
    assert caught.value.keys == ["people.no_role_set"]
    with pytest.raises(PeopleError) as caught:
        appraise(months, KPIS, "tech_support")
    assert caught.value.keys == ["people.no_figures"]


def test_shrinkage_finds_the_truth_better_than_raw_scores():
    rng = np.random.default_rng(5)
    truth, error = rng.normal(80, 3, 400), rng.uniform(2, 8, 400)
    score = truth + error * rng.standard_normal(400)
    found = shrunk(score, error)
    assert np.mean((found.estimate - truth) ** 2) < 0.6 * np.mean((score - truth) ** 2)
    assert found.true_sd == pytest.approx(3, rel=0.25) and found.reliability == pytest.approx(9 / (9 + np.mean(error**2)), abs=0.08)
    assert np.mean(np.abs(found.estimate - truth) < 1.96 * found.error) == pytest.approx(0.95, abs=0.04)


def test_all_noise_shrinks_to_one_value_and_no_noise_not_at_all():
    same = shrunk(np.array([80.0, 80.1, 79.9]), np.full(3, 5.0))
    assert same.reliability == 0 and same.estimate == pytest.approx([80, 80, 80])
    sure = shrunk(np.array([70.0, 80.0, 90.0]), np.zeros(3))
    assert sure.estimate == pytest.approx([70, 80, 90]) and sure.reliability == pytest.approx(1)


def test_a_score_can_be_unfolded():
    """Every step is recomputed from values, floors, targets and weights, and the sum is the appraisal's."""
    given = facts(("A", "2026-01", "csat", 0.90, 80), ("A", "2026-01", "attendance", 0.95, 20), ("A", "2026-01", "callback_rate", 0.3, 20))
    trace = trace_score(given, KPIS, "cs_rep", "A", "2026-01")
    assert trace.holds() and trace.value == pytest.approx(float(appraise(given, KPIS, "cs_rep")["score"].iloc[0]))
    for language in ("zh", "en"):
        with speaking(language):
            assert "S003-Q4" in trace.text() and trace.text().count("\n") == 18
    with pytest.raises(PeopleError) as caught:
        trace_score(given, KPIS, "cs_rep", "B", "2026-01")
    assert caught.value.keys == ["people.no_figures"]


def test_flips_within_noise():
    frame = pd.DataFrame({"period": "p", "score": [80.5, 95.0, 79.0], "error": [2.0, 2.0, 0.0]})
    found = flips(frame, 80).iloc[0]
    assert (found["people"], found["within_noise"]) == (3, 1) and found["expected_wrong"] == pytest.approx(0.4013, abs=1e-3)


def test_reliability_grows_with_the_sample():
    employees = pd.DataFrame({"employee_id": [f"P{i}" for i in range(60)], "position": range(1, 61)})
    few = appraise(synthetic_facts(employees, KPIS, "2026-01", 1, seed=1), KPIS, "cs_rep")
    many = appraise(synthetic_facts(employees, KPIS, "2026-01", 3, seed=1), KPIS, "cs_rep", cycle="quarter")
    assert 0 < float(reliability(few)["reliability"].iloc[0]) < float(reliability(many)["reliability"].iloc[0]) < 1


def test_wilson_agrees_with_statsmodels():
    assert wilson(0.94, 250) == pytest.approx(proportion_confint(235, 250, method="wilson"))


@pytest.mark.parametrize(("share", "sample", "state"), [(0.97, 5000, "met"), (0.96, 200, "open"), (0.955, 5000, "open"), (0.90, 900, "missed")])
def test_csat_target_is_met_only_beyond_noise(share, sample, state):
    """S000-10."""
    assert target_result("csat_95", KPIS.team_targets["csat_95"], KPIS.kpis["csat"], Pooled(share, sample)).state == state


@pytest.mark.parametrize(("now", "n", "state"), [(0.5, 40_000, "met"), (0.66, 3_000, "open"), (1.1, 40_000, "missed")])
def test_complaint_target_is_relative_to_the_baseline(now, n, state):
    """S000-12: 1.0 per 100 before."""
    found = target_result("c", KPIS.team_targets["complaints_30"], KPIS.kpis["complaint_rate"], Pooled(now, n), Pooled(1.0, n))
    assert found.state == state and found.figure == pytest.approx(now - 1) and found.low < found.figure < found.high


@pytest.mark.parametrize(("now", "state"), [(12.5, "met"), (12.02, "open"), (11.0, "missed")])
def test_efficiency_target(now, state):
    """S000-11: 10 contacts an hour before."""
    found = target_result("e", KPIS.team_targets["efficiency_20"], KPIS.kpis["efficiency"], Pooled(now, 4000, 2.5), Pooled(10.0, 4000, 2.5))
    assert found.state == state
    with pytest.raises(ValueError, match="baseline"):
        target_result("e", KPIS.team_targets["efficiency_20"], KPIS.kpis["efficiency"], Pooled(now, 4000, 2.5))


def test_groups_are_pooled_by_their_samples():
    """S003-K2: the team by satisfaction and complaint rate."""
    both = facts(("A", "2026-01", "csat", 0.8, 100), ("B", "2026-01", "csat", 0.95, 300), ("B", "2026-01", "complaint_rate", 0.5, 900))
    assert pooled(both, "csat").value == pytest.approx(0.9125)
    assert group_score(both, KPIS, "team") == pytest.approx(0.5 * 75 + 0.5 * 100)
    assert np.isnan(group_score(both, KPIS, "tech_support"))


FAULTS = {
    "weights": ("csat: 20, timeliness_correctness: 25", "csat: 25, timeliness_correctness: 25", "params.value"),
    "unknown kpi": ("{csat: 50, complaint_rate: 50}", "{csta: 50, complaint_rate: 50}", "params.unknown_key"),
    "floor above target": ("floor: 0.80, target: 0.95", "floor: 0.99, target: 0.95", "params.value"),
    "excluded": ("  aht: {meaning: {zh: 平均处理时长", "  obedience: {meaning: {zh: 平均处理时长", "params.excluded"),
    "leave as absence": ("zh: 投诉率, en", "zh: 病假扣分, en", "params.excluded"),
    "two targets": ("change_share: 0.20", "change_share: 0.20, at_least: 3", "params.value"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_definitions_is_refused(fault, tmp_path: Path):
    old, new, key = FAULTS[fault]
    text = (params_dir() / "kpi" / "definitions.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "wrong.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        open_kpis(tmp_path / "wrong.yml")
    assert key in caught.value.keys
