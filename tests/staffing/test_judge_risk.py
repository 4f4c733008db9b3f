"""A finished roster judged, its chance of holding, what certainty costs, shrinkage from parts, figures from people."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from cslib.staffing import erlang, figures, judge, requirement, risk, risk_curve, trace

PARTS = {
    "leave": {"share": 0.1, "planned": True, "in_roster": True},
    "sickness": {"share": 0.04, "planned": False, "in_roster": False, "random": True},
    "coaching": {"share": 0.05, "planned": True, "in_roster": False},
}


def covered(need):
    """Coverage of a roster that gives exactly what is needed."""
    frame = need[["queue", "interval_start", "scheduled", "peak"]].rename(columns={"scheduled": "needed"})
    return frame.assign(rostered=frame["needed"].astype(float), short=0.0, over=0.0)[
        ["queue", "interval_start", "needed", "rostered", "short", "over", "peak"]
    ]


@pytest.fixture
def case(queue, study, forecast):
    s = study(
        8, method="time_varying",
        phone=queue("erlang_a", shrinkage_share=0.1, opening=[{"from": "08:00", "to": "20:00"}]),
        mail=queue("deferred", deadline_h=2), desk=queue("heads"),
    )  # fmt: skip
    hour = s.horizon.intervals.hour.to_numpy()
    open_now = (hour >= 8) & (hour < 20)
    rows = forecast(s, phone=np.where(open_now, 40.0 + 5 * hour, 0.0), mail=6.0)
    spread = rows.assign(p10=rows["contacts"] * 0.8, p90=rows["contacts"] * 1.25)
    return s, spread, requirement(spread, s)


def test_a_roster_that_gives_what_is_needed_keeps_the_target(case):
    s, rows, need = case
    found = judge(rows, covered(need), s)
    phone, mail = (found[found["queue"] == q] for q in ("phone", "mail"))
    assert set(found["queue"]) == {"phone", "mail"}
    wanted = need[need["queue"] == "phone"]
    assert (phone["on_post"].to_numpy() >= wanted["on_post"].to_numpy()).all()
    assert phone["service_level_share"].min() >= 0.8 - 1e-5
    assert mail["service_level_share"].dropna().min() >= 1 - 1e-6
    assert phone["asa_s"].max() < 30


def test_an_understaffed_morning_shows_as_backlog_and_late_mail(case):
    s, rows, need = case
    cover = covered(need)
    morning = cover["interval_start"].between("2026-12-03 08:00", "2026-12-03 11:29")
    cover.loc[morning, "rostered"] = np.floor(cover.loc[morning, "needed"] * 0.5)
    day = judge(rows, cover, s).set_index("interval_start").sort_index().loc["2026-12-03"]
    phone, mail = (day[day["queue"] == q] for q in ("phone", "mail"))
    assert phone["service_level_share"].loc["2026-12-03 10:00"] < 0.3
    assert phone["backlog"].loc["2026-12-03 11:00"] > 2
    assert phone["service_level_share"].loc["2026-12-03 14:00"] > 0.75
    assert mail["backlog"].max() > 2 * mail["backlog"].min() + 1
    assert mail["service_level_share"].min() < 1


def test_risk_falls_with_people_and_uncertainty(case):
    s, rows, need = case
    base = risk(rows, need, s)
    more = risk(rows, need.assign(scheduled=need["scheduled"] + 3), s)
    certain = risk(rows.assign(p10=rows["contacts"], p90=rows["contacts"]), need, s)
    met = base["met_share"].dropna()
    assert set(base["queue"]) == {"phone"} and met.between(0, 1).all()
    assert (more["met_share"].dropna() >= met).all() and more["met_share"].mean() > met.mean() + 0.1
    assert certain["met_share"].mean() > met.mean()
    assert 0.2 < met.mean() < 0.9


def test_each_further_percent_costs_more(case):
    s, rows, _ = case
    curve = risk_curve(rows, s, hour_yuan=50.0)
    assert curve["hours_h"].is_monotonic_increasing and curve["interval_met_share"].is_monotonic_increasing
    assert (curve["month_met_share"].diff().dropna() >= 0).all()
    assert curve["cost_yuan"].to_numpy() == pytest.approx(curve["hours_h"].to_numpy() * 50)
    steps = curve["cost_per_percent_yuan"].dropna()
    assert steps.iloc[-1] > steps.iloc[0] > 0
    pd.testing.assert_frame_equal(curve, risk_curve(rows, s, hour_yuan=50.0))


def test_shrinkage_is_built_from_its_parts(queue, study, forecast):
    q = queue(shrinkage=PARTS)
    assert q.roster_shrinkage_share == pytest.approx(1 - 0.96 * 0.95)  # leave stands in the roster by name
    assert q.paid_shrinkage_share == pytest.approx(1 - 0.9 * 0.96 * 0.95)
    assert q.random_absence_share == pytest.approx(0.04)
    s = study(1, q=q)
    need = requirement(forecast(s, q=100.0), s)
    assert set(need["scheduled"]) == {int(np.ceil(14 / (0.96 * 0.95)))}
    found = trace(forecast(s, q=100.0), s, "q", "2026-12-01 10:00")
    assert found.holds() and {"lost_sickness", "lost_coaching"} <= {part.name for _, part in found.walk()}
    with pytest.raises(ValidationError):
        queue(shrinkage=PARTS, shrinkage_share=0.1)
    with pytest.raises(ValidationError):
        queue(shrinkage={"holiday": PARTS["leave"]})


def test_figures_from_people_and_the_variability_of_handle_times():
    found = figures(10, [13, 14, 15], 180, target_s=20)
    c = erlang.erlang_c(10, [13, 14, 15], 180, 20)
    assert found["service_level_share"].to_numpy() == pytest.approx(c.service_level_share)
    assert found["wait_p90_s"].is_monotonic_decreasing
    constant = figures(10, 14, 180, target_s=20, cv2=0.0)
    assert constant["asa_s"][0] == pytest.approx(float(c.asa_s[1]) / 2)  # half the wait of exponential handle times
    assert constant["service_level_share"][0] > found["service_level_share"][1]
    patient = figures(10, 8, 180, target_s=20, patience_s=120)
    assert patient["abandonment_share"][0] > 0.2 and np.isfinite(patient["wait_p95_s"][0])
    assert np.isinf(figures(10, 10, 180, target_s=20)["asa_s"][0])


def test_a_gate_with_near_constant_service_needs_fewer(queue, study, forecast):
    service = {"level_share": 0.9, "target_s": 60, "max_occupancy_share": 0.95}
    s = study(1, gate=queue(service=service, aht_s=55, handle_cv2=0.05), desk=queue(service=service, aht_s=55))
    need = requirement(forecast(s, gate=100.0, desk=100.0, aht_gate=55.0, aht_desk=55.0), s).groupby("queue")["on_post"].first()
    assert need["gate"] == erlang.agents_c(100 * 55 / 1800, 55, 60 * 2 / 1.05, 0.9, 0.95) <= need["desk"]
    found = trace(forecast(s, gate=100.0, desk=100.0, aht_gate=55.0, aht_desk=55.0), s, "gate", "2026-12-01 10:00")
    assert found.holds() and "target_corrected_s" in {part.name for _, part in found.walk()}


def test_priority_classes_lift_the_requirement(queue, study, forecast):
    """S004-04: classes with their own limits and an escalation path; S000-19: a segment of customers is one."""
    name = {"zh": "类", "en": "class"}
    classes = [
        {"name": name, "share": 0.3, "level_share": 0.95, "target_s": 10, "escalate_after_s": 60},
        {"name": name, "share": 0.7, "level_share": 0.8, "target_s": 30},
    ]
    s = study(1, plain=queue(), classed=queue(priorities=classes))
    need = requirement(forecast(s, plain=100.0, classed=100.0), s).groupby("queue")["on_post"].first()
    assert need["classed"] > need["plain"]
    with pytest.raises(ValidationError):
        queue(priorities=classes[:1])
