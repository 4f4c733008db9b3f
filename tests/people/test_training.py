"""Training from appraisal, sessions for the roster, monthly reports; the source's values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cslib.core import tables
from cslib.params.kpi import open_kpis, open_training
from cslib.people.training import complaint_report, quality_meeting, training_needs, training_plan, training_sessions

KPIS, TRAINING = open_kpis(), open_training()
STAFF = tables.check(
    "employees",
    pd.DataFrame(
        {"employee_id": ["Z", "B", "N"], "position": [1, 2, 3], "site": "s", "role": "agent", "hired": ["2020-01-01", "2021-01-01", "2026-01-20"],
         "hours_scheme": "standard", "fte_share": 1.0}
    ),
)  # fmt: skip


def facts(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["employee_id", "kpi", "value", "sample"]).assign(period="2026-01")
    return tables.check("kpi_facts", frame)


def test_values_of_the_source():
    """S000-16 four kinds, S002-24 monthly plan, S002-25 pass rate 100 %, S001-07 induction promptly, S001-18 coaching below standard."""
    assert list(TRAINING.kinds) == ["induction", "business", "service_skill", "communication"]
    assert (TRAINING.plan_every.value, TRAINING.pass_rate_target.value) == ("month", 1.0)
    assert (TRAINING.induction_within_days.value, TRAINING.induction_within_days.origin) == (7, "fill")
    assert (TRAINING.session_most_h.value, TRAINING.session_most_h.origin) == (4, "fill")
    assert TRAINING.weak_below_points.value == 70 and TRAINING.strong_from_points.value == 90


def test_weakness_beyond_noise_leads_to_its_kind_and_two_of_them_to_coaching():
    """S001-18, S000-08: weak results are trained and coached."""
    needs = training_needs(facts(("Z", "csat", 0.82, 2000), ("Z", "fcr", 0.60, 2000), ("B", "csat", 0.82, 8)), STAFF, KPIS, TRAINING, "2026-01")
    assert list(needs.itertuples(index=False, name=None)) == [
        ("Z", "business", "fcr"), ("Z", "coaching", "csat, fcr"), ("Z", "communication", "csat"), ("N", "induction", ""),
    ]  # fmt: skip


def test_people_hired_in_the_planned_month_are_inducted_in_it() -> None:
    """S001-07: the appraisal is of the month before, the induction of whoever comes."""
    needs = training_needs(facts(), STAFF, KPIS, TRAINING, "2025-12", "2026-01")
    assert list(needs["employee_id"]) == ["N"] and training_needs(facts(), STAFF, KPIS, TRAINING, "2025-12").empty
    plan = training_plan(needs, TRAINING, "2026-01").set_index("training")
    assert list(plan.loc["induction", ["people", "sessions", "hours_h"]]) == [1, 2, 8]


def test_a_small_sample_sends_nobody_to_training():
    assert training_needs(facts(("B", "csat", 0.82, 8)), STAFF[STAFF["employee_id"].ne("N")], KPIS, TRAINING, "2026-01").empty


def test_sessions_for_the_roster_hold_no_reason():
    """S001-07: induction within seven days of hiring; the roster sees activity, length and window."""
    needs = training_needs(facts(("Z", "csat", 0.82, 2000)), STAFF, KPIS, TRAINING, "2026-01")
    found = training_sessions(needs, TRAINING, "2026-01", STAFF)
    assert set(found.columns) == set(tables.spec("off_queue").columns) and set(found["activity"]) == {"training"}
    induction = found[found["employee_id"].eq("N")].iloc[0]
    assert (induction["earliest"], induction["latest"], induction["hours_h"]) == (pd.Timestamp("2026-01-20"), pd.Timestamp("2026-01-27"), 4)
    assert found.loc[found["employee_id"].eq("N"), "session"].nunique() == 2 and found.loc[found["employee_id"].eq("N"), "hours_h"].sum() == 8
    other = found[found["employee_id"].eq("Z")].iloc[0]
    assert (other["earliest"], other["latest"]) == (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-31"))
    assert training_sessions(needs.iloc[:0], TRAINING, "2026-01", STAFF).empty


def test_groups_are_filled():
    needs = pd.DataFrame({"employee_id": [f"P{i}" for i in range(9)], "kind": "communication", "kpis": "csat"})
    staff = pd.concat([STAFF.iloc[[0]].assign(employee_id=f"P{i}") for i in range(9)], ignore_index=True)
    found = training_sessions(needs, TRAINING, "2026-02", staff)
    assert sorted(found["session"].value_counts()) == [1, 8] and found["latest"].eq(pd.Timestamp("2026-02-28")).all()
    plan = training_plan(needs, TRAINING, "2026-02").set_index("training")
    assert list(plan.loc["communication", ["people", "sessions", "hours_h"]]) == [9, 2, 18] and plan.loc["business", "sessions"] == 0
    assert set(plan["pass_rate_target_share"]) == {1.0}


def test_complaint_report():
    """S002-33: monthly, by category and in all."""
    rows = [("2026-01", "delay", True, True), ("2026-01", "delay", False, True), ("2026-01", "tone", True, False), ("2026-02", "tone", True, True)]
    found = complaint_report(pd.DataFrame(rows, columns=["month", "category", "upheld", "in_time"]), 400, "2026-01").set_index("category")
    assert list(found["received"]) == [2, 1, 3] and found.loc["total", "upheld_per_100"] == pytest.approx(0.5)
    assert found.loc["total", "in_time_share"] == pytest.approx(2 / 3)
    none = complaint_report(pd.DataFrame(rows, columns=["month", "category", "upheld", "in_time"]), 0, "2026-03")
    assert list(none["received"]) == [0] and np.isnan(none["upheld_per_100"][0])


def test_quality_meeting_leaves_measures_to_people():
    found = quality_meeting(facts(("Z", "csat", 0.96, 100)), KPIS, "team", "2026-01", "2025-12").set_index("kpi")
    assert bool(found.loc["csat", "reached"]) and (found[["measure", "responsible", "due"]] == "").all(axis=None)


def test_regular_sessions_are_a_setting():
    """S002-26, S003-I4: off by default; once a week for everybody where the site wants it."""
    assert TRAINING.regular_per_week.value == 0
    weekly = TRAINING.model_copy(update={"regular_per_week": TRAINING.regular_per_week.model_copy(update={"value": 1.0})})
    nobody = pd.DataFrame(columns=["employee_id", "kind", "kpis"])
    found = training_sessions(nobody, weekly, "2026-01", STAFF)
    assert len(found) == 5 * 3 and found["earliest"].min() == pd.Timestamp("2026-01-01") and found["latest"].max() == pd.Timestamp("2026-01-31")
    assert (found["latest"] - found["earliest"]).max() == pd.Timedelta(days=6) and set(found["hours_h"]) == {1.0}
