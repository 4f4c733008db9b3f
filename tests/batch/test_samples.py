"""Every sample site through the chain without notebooks: a legal month, and the gap and shortage that are reported, whatever they are."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from cslib import demand, intake, roster, staffing
from cslib.intake import Study

REAL_CALLS = Path(__file__).resolve().parents[3] / "shared" / "data" / "bank_calls_30min.csv"
QUICK = 0.1  # share of the normal work limit: the rules must hold however early a solve ends


def solved(study: Study) -> tuple[roster.Plan, pd.DataFrame]:
    need = staffing.requirement(demand.forecast(study), study)
    return roster.solve(roster.problem(need, study), work=QUICK), need


def check(study: Study) -> None:
    plan, need = solved(study)
    violations = roster.audit(plan.roster, plan.covers, need, study)
    assert violations.empty, violations.to_string()
    report = plan.report
    assert report.status in {"optimal", "within_gap", "stopped_early"}
    assert report.bound_yuan <= report.priced_yuan
    share = (report.priced_yuan - report.bound_yuan) / max(report.priced_yuan, study.params.prices.yuan("short_peak"))
    assert math.isclose(report.gap_share, share, abs_tol=1e-4)
    assert report.ended_by != "clock"


@pytest.mark.parametrize("site", ["hotline", "online_shop", "bank"])
def test_a_sample_month_is_legal_and_honest_about_its_gap(site: str) -> None:
    check(intake.open_study(site, month="2026-12"))


@pytest.mark.skipif(not REAL_CALLS.is_file(), reason="needs the public bank series in ../shared/data beside the checkout")
def test_the_bank_plans_from_the_real_series() -> None:
    study = intake.open_study("bank", month="2003-11", contacts=str(REAL_CALLS))
    assert study.contacts["offered"].sum() > 1e6
    check(study)
