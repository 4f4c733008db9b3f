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
    assert set(base["queue"]) == {"phone", "mail", "desk"}
    for name in ("phone", "mail"):
        met, higher, sure = (frame[frame["queue"].eq(name)]["met_share"].dropna() for frame in (base, more, certain))
        assert met.between(0, 1).all() and (higher >= met - 1e-9).all() and higher.mean() > met.mean() + 0.1
        assert sure.mean() > met.mean() and 0.1 < met.mean() < 0.9
    assert base[base["queue"].eq("desk")]["met_share"].eq(1).all()  # nobody is away by chance, and nothing is forecast


def test_people_who_stay_away_are_a_risk_of_every_channel(queue, study, forecast):
    """Phone, chat, mail and a post with the same chance of absence: a chance below one, and the curve of each buys it back."""
    sick = {"sickness": {"share": 0.06, "planned": False, "in_roster": False, "random": True}}
    chat = {"channel": "chat", "concurrency": 3, "concurrency_slowdown_share": 0.15, "shrinkage": sick}
    models = {
        "phone": queue("erlang_a", shrinkage=sick), "chat": queue("erlang_a", **chat), "mail": queue("deferred", deadline_h=2, shrinkage=sick),
        "post": queue("heads", heads=[{"heads": 4}], shrinkage=sick),
    }  # fmt: skip
    s = study(4, method="time_varying", **models)
    rows = forecast(s, phone=60.0, chat=90.0, mail=30.0)
    need = requirement(rows, s)
    base, more = (risk(rows, frame, s).groupby("queue")["met_share"].mean() for frame in (need, need.assign(scheduled=need["scheduled"] + 2)))
    assert (base < 0.995).all() and (more > base).all()
    assert base["post"] == pytest.approx(0.94**4)
    curve = risk_curve(rows, s, hour_yuan=50.0)
    assert set(curve["queue"]) == set(models)
    post = curve[curve["queue"].eq("post")].set_index("quantile_share")
    assert (post["interval_met_share"] >= post.index - 1e-9).all()
    assert post.loc[0.95, "hours_h"] == 4 * 24 * 5 < post.loc[0.5, "hours_h"] * 1.3
    for _, part in curve.groupby("queue"):
        assert part["hours_h"].is_monotonic_increasing and (part["interval_met_share"].diff().dropna() >= -1e-9).all()
        assert part["month_met_share"].between(0, 1).all()


def test_months_of_a_team_share_its_people(queue, study, forecast):
    s = study(7, mail=queue("deferred", team="desk"), back=queue("deferred", deadline_h=2, team="desk", idle_of=["phone"]), phone=queue("erlang_a"))
    rows = forecast(s, mail=12.0, back=6.0, phone=60.0)
    wide = rows.assign(p10=rows["contacts"] * 0.7, p90=rows["contacts"] * 1.4)
    need = requirement(wide, s)
    base, more = (
        risk(wide, frame, s).set_index(["queue", "interval_start"])["met_share"].dropna()
        for frame in (need, need.assign(scheduled=need["scheduled"] + need["queue"].eq("mail")))
    )
    assert (more.loc["back"] >= base.loc["back"] - 1e-9).all() and more.loc["back"].mean() > base.loc["back"].mean()  # one more for mail helps both
    again = risk(rows, need, s).set_index(["queue", "interval_start"])["met_share"].dropna()
    assert again.loc["back"].eq(1).all() and again.loc["mail"].eq(1).all()  # certain contacts, nobody away


def test_each_further_percent_costs_more(case):
    s, rows, _ = case
    curve = risk_curve(rows, s, hour_yuan=50.0)
    assert set(curve["queue"]) == {"phone", "mail"}  # the desk has neither contacts nor absence by chance
    for _, part in curve.groupby("queue"):
        assert part["hours_h"].is_monotonic_increasing and part["interval_met_share"].is_monotonic_increasing
        assert (part["month_met_share"].diff().dropna() >= 0).all()
        assert part["cost_yuan"].to_numpy() == pytest.approx(part["hours_h"].to_numpy() * 50)
    steps = curve[curve["queue"].eq("phone")]["cost_per_percent_yuan"].dropna()
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
