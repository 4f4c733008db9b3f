"""People needed per queue and interval: caps, chat, shrinkage, fixed heads, peaks, and the direction in which each input pushes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cslib.core.streams import stream
from cslib.core.units import ceil_people
from cslib.params.site import Peak
from cslib.staffing import erlang, requirement

DAY = [{"from": "09:00", "to": "18:00"}]
HALF_HOUR = 1800.0


def test_one_interval_of_each_model(queue, study, forecast):
    """100 contacts of 180 s in half an hour are 10 Erlang; C 14 and B/A figures from the reference values."""
    caps = {"level_share": 0.8, "target_s": 20, "max_occupancy_share": 0.85}
    s = study(
        1,
        c=queue("erlang_c", service=caps),
        a=queue("erlang_a", patience_s=300, service={**caps, "max_abandonment_share": 0.05}),
        post=queue("heads"),
    )
    need = requirement(forecast(s, c=100.0, a=100.0), s).set_index("queue")
    assert set(need.loc["c", "on_post"]) == {14}
    assert need.loc["c", "service_level_share"].iloc[0] == pytest.approx(0.88835001917946688, rel=1e-12)
    assert need.loc["c", "occupancy_share"].iloc[0] == pytest.approx(10 / 14)
    assert need.loc["c", "abandonment_share"].isna().all()
    assert set(need.loc["a", "on_post"]) == {13}
    assert set(need.loc["post", "on_post"]) == {1}
    assert set(need["binding"]) == {"service_level", "fixed_heads"}
    assert len(need) == 3 * 48


def test_caps_lift_the_number_and_say_so(queue, study, forecast):
    plain = {"level_share": 0.1, "target_s": 120, "max_occupancy_share": 1.0}
    s = study(
        1,
        free=queue("erlang_a", patience_s=60, service={**plain, "max_abandonment_share": 0.99}),
        lost=queue("erlang_a", patience_s=60, service={**plain, "max_abandonment_share": 0.02}),
        policy=queue("erlang_a", patience_s=60, service=plain),
        busy=queue("erlang_a", patience_s=60, service={**plain, "max_occupancy_share": 0.6}),
        busy_c=queue("erlang_c", service={**plain, "max_occupancy_share": 0.7}),
        least=queue("erlang_c", service=plain, min_heads=40),
    )
    need = requirement(forecast(s, free=100.0, lost=100.0, policy=100.0, busy=100.0, busy_c=100.0, least=100.0), s).groupby("queue").first()
    assert need.loc["free", "on_post"] < 10  # deep overload, accepted by Erlang A alone
    assert need.loc["lost", ["on_post", "binding"]].tolist() == [erlang.agents_a(10, 180, 60, 120, 0.1, 1.0, 0.02), "abandonment"]
    assert need.loc["lost", "abandonment_share"] <= 0.02
    assert need.loc["policy", "on_post"] == erlang.agents_a(10, 180, 60, 120, 0.1, 1.0, 0.05)  # always capped: at 5 % by policy
    assert need.loc["busy", "binding"] == need.loc["busy_c", "binding"] == "occupancy"
    assert need.loc["busy_c", "on_post"] == 15  # 10 / 0.7
    assert need.loc["busy", "occupancy_share"] <= 0.6
    assert need.loc["least", ["on_post", "binding"]].tolist() == [40, "minimum_heads"]


def test_each_channel_has_its_own_answer_time(queue, study, forecast):
    """S004-03: the standard belongs to the queue, and a stricter one needs more people."""
    service = {"level_share": 0.8, "max_occupancy_share": 0.95}
    s = study(1, phone=queue(service={**service, "target_s": 10}), desk=queue(service={**service, "target_s": 120}))
    need = requirement(forecast(s, phone=100.0, desk=100.0), s).groupby("queue")["on_post"].first()
    assert need["phone"] == erlang.agents_c(10, 180, 10, 0.8, 0.95)
    assert need["desk"] == erlang.agents_c(10, 180, 120, 0.8, 0.95)
    assert need["phone"] > need["desk"]


def test_chat_slots_carry_the_throughput_at_the_slower_pace(queue, study, forecast):
    service = {"level_share": 0.8, "target_s": 30, "max_occupancy_share": 0.9}
    chat = {"channel": "chat", "service": service}
    s = study(
        1,
        one=queue("erlang_c", **chat),
        three=queue("erlang_c", **chat, concurrency=3, concurrency_slowdown_share=0.15),
        fast=queue("erlang_c", **chat, concurrency=3),
        stuck=queue("erlang_c", **chat, concurrency=3, concurrency_slowdown_share=1.0),
        gone=queue("erlang_a", **chat, patience_s=90, concurrency=3, concurrency_slowdown_share=0.15),
    )
    contacts = dict.fromkeys(("one", "three", "fast", "stuck", "gone"), 300.0)
    need = requirement(forecast(s, **contacts), s).groupby("queue").first()
    assert need.loc["one", "on_post"] == erlang.agents_c(30, 180, 30, 0.8, 0.9)
    assert need.loc["three", "on_post"] * 3 > 30 * 1.3
    assert need.loc["fast", "on_post"] < need.loc["three", "on_post"] < need.loc["stuck", "on_post"]
    assert need.loc["stuck", "on_post"] > 30 * 3 / 3  # three at a time, three times as slow: no gain
    worst = ceil_people(erlang.agents_c(30 * 1.3, 180 * 1.3, 30, 0.8, 0.9) / 3)  # every contact at the pace of full hands
    assert worst - 2 <= need.loc["three", "on_post"] <= worst
    assert need.loc["gone", "service_level_share"] >= 0.8
    assert 0 < need.loc["gone", "abandonment_share"] <= 0.05
    # dividing the phone number by three, at the single pace, would be too few
    assert ceil_people(erlang.agents_c(30, 180, 30, 0.8, 0.9) / 3) < need.loc["three", "on_post"]


def test_shrinkage_is_divided_by_what_is_left(queue, study, forecast):
    s = study(1, q=queue(shrinkage_share=0.3), post=queue("heads", shrinkage_share=0.3))
    need = requirement(forecast(s, q=100.0), s).groupby("queue").first()
    assert need.loc["q", ["on_post", "scheduled"]].tolist() == [14, 20]
    assert need.loc["post", ["on_post", "scheduled"]].tolist() == [1, 1]  # relief at a post is planned, not sized
    exact = study(1, q=queue(shrinkage_share=0.3, min_heads=7))
    assert requirement(forecast(exact, q=0.0), exact)["scheduled"].max() == 10  # 7 / 0.7 is 10, not 11


def test_closed_and_quiet_intervals(queue, study, forecast):
    s = study(1, q=queue(opening=DAY, min_heads=2))
    hours = s.horizon.intervals.hour
    is_open = (hours >= 9) & (hours < 18)
    need = requirement(forecast(s, q=np.where(hours == 10, 50.0, 0.0)), s)
    assert (need["on_post"][~is_open] == 0).all()
    assert (need["binding"][~is_open] == "none").all()
    assert need["occupancy_share"][~is_open].isna().all()
    quiet = need[is_open & (hours != 10)]
    assert set(quiet["on_post"]) == {2}
    assert set(quiet["binding"]) == {"minimum_heads"}
    assert quiet["service_level_share"].isna().all()
    assert quiet["occupancy_share"].eq(0).all()
    assert not need["peak"][~is_open].any()


def test_handle_time_of_the_site_where_the_forecast_has_none(queue, study, forecast):
    s = study(1, q=queue(aht_s=360))
    given_, missing = forecast(s, q=50.0, aht_q=360.0), forecast(s, q=50.0, aht_q=0.0)
    pd.testing.assert_frame_equal(requirement(given_, s), requirement(missing, s))


def test_fixed_heads_by_window(queue, study, forecast):
    windows = [
        {"from": "08:00", "to": "11:00", "heads": 1},
        {"from": "11:00", "to": "17:00", "heads": 2},
        {"days": ["tue"], "from": "17:00", "to": "20:00", "heads": 3},
    ]
    s = study(2, desk=queue("heads", opening=[{"from": "08:00", "to": "20:00"}], heads=windows, min_heads=1))
    need = requirement(forecast(s), s).set_index("interval_start")
    tuesday, wednesday = need.loc["2026-12-01"], need.loc["2026-12-02"]
    assert [tuesday["on_post"].loc[f"2026-12-01 {t}"] for t in ("07:30", "08:00", "11:00", "16:30", "17:00", "20:00")] == [0, 1, 2, 2, 3, 0]
    assert wednesday.loc["2026-12-02 17:00", ["on_post", "binding"]].tolist() == [1, "minimum_heads"]
    assert tuesday.loc["2026-12-01 17:00", "binding"] == "fixed_heads"


@pytest.mark.parametrize("share", [0.5, 0.8, 1.0])
def test_peak_hours_are_a_share_of_the_days_maximum(queue, study, forecast, share):
    """S000-01: intervals with at least this share of the day's maximum requirement."""
    s = study(2, q=queue(min_heads=1))
    site = s.params.site.model_copy(update={"peak": Peak(share_of_day_max_share=share)})
    s = replace(s, params=replace(s.params, site=site))
    hours = s.horizon.intervals.hour.to_numpy()
    need = requirement(forecast(s, q=hours * 10.0 * np.where(s.horizon.intervals.day == 1, 1, 0)), s)
    day_max = need.groupby(need["interval_start"].dt.normalize())["scheduled"].transform("max")
    expected = (need["scheduled"] >= share * day_max - 1e-9) & (need["scheduled"] > 0)
    assert (need["peak"] == expected).all()
    assert 0 < need["peak"].iloc[:48].sum() < 48
    assert need["peak"].iloc[48:].all()  # one person all day is a flat day


@settings(max_examples=15, deadline=None, derandomize=True)
@given(contacts=st.floats(0, 400), aht=st.floats(30, 900), more=st.floats(1, 2), model=st.sampled_from(["erlang_c", "erlang_a", "deferred"]))
def test_more_contacts_or_longer_ones_never_need_fewer(queue, study, forecast, contacts, aht, more, model):
    s = study(2, q=queue(model, shrinkage_share=0.1))
    shape = 1 + np.sin(np.arange(2 * 48) * 2 * np.pi / 48)
    base = requirement(forecast(s, q=contacts * shape, aht_q=aht), s)
    for changed in (forecast(s, q=contacts * more * shape, aht_q=aht), forecast(s, q=contacts * shape, aht_q=aht * more)):
        higher = requirement(changed, s)
        if model == "deferred":
            assert higher["scheduled"].max() >= base["scheduled"].max()
        else:
            assert (higher["scheduled"] >= base["scheduled"]).all()


def test_half_the_interval_and_half_the_contacts_need_the_same(queue, study, forecast):
    half, quarter = study(1, 30, q=queue()), study(1, 15, q=queue())
    one, two = requirement(forecast(half, q=80.0), half), requirement(forecast(quarter, q=40.0), quarter)
    assert set(one["on_post"]) == set(two["on_post"])
    assert len(two) == 96


def test_the_same_input_gives_the_same_bytes_in_any_row_order(queue, study, forecast):
    s = study(3, a=queue("erlang_a"), c=queue(), mail=queue("deferred"))
    rows = forecast(s, a=90.0, c=30.0, mail=12.0)
    shuffled = rows.sample(frac=1, random_state=np.random.RandomState(1)).reset_index(drop=True)
    assert requirement(rows, s).to_csv() == requirement(shuffled, s).to_csv()


def test_a_queue_among_twenty_needs_what_it_needs_alone(queue, study, forecast):
    models = ["erlang_a", "erlang_c", "erlang_a", "deferred", "heads"] * 4
    queues = {f"q{i}": queue(model) for i, model in enumerate(models)}
    s = study(31, **queues)
    rng = stream(2, "staffing", "speed")
    rows = forecast(s, **{name: rng.gamma(2, 60, 31 * 48) for name, q in queues.items() if q.model != "heads"})
    need = requirement(rows, s)
    assert len(need) == 20 * 31 * 48
    alone = requirement(rows[rows["queue"].eq("q6")].reset_index(drop=True), study(31, q6=queue("erlang_c")))
    assert need[need["queue"].eq("q6")]["scheduled"].tolist() == alone["scheduled"].tolist()


def test_every_figure_is_what_the_people_on_post_give(queue, study, forecast):
    s = study(1, c=queue(min_heads=3), a=queue("erlang_a"))
    rng = stream(4, "staffing", "figures")
    contacts = rng.gamma(1, 40, 48)
    need = requirement(forecast(s, c=contacts, a=contacts), s)
    c, a = need[need["queue"] == "c"], need[need["queue"] == "a"]
    load = contacts * 180 / HALF_HOUR
    assert c["service_level_share"].to_numpy() == pytest.approx(erlang.erlang_c(load, c["on_post"], 180, 20).service_level_share)
    found = erlang.erlang_a(load, a["on_post"], 180, 120, 20)
    assert a["service_level_share"].to_numpy() == pytest.approx(found.service_level_share)
    assert a["abandonment_share"].to_numpy() == pytest.approx(found.abandonment_share)
    assert a["occupancy_share"].to_numpy() == pytest.approx(found.occupancy_share)
    assert (need["service_level_share"] >= 0.8 - 1e-9).all()
    assert (a["abandonment_share"] <= 0.05 + 1e-9).all()
    assert (need["occupancy_share"] <= 0.88 + 1e-9).all()


def test_a_fixed_post_has_the_peaks_that_it_declares_and_no_others(queue, study, forecast):
    """S000-01: a flat requirement says nothing about when a post is busy."""
    s = study(7, plain=queue("heads"), lobby=queue("heads", peak_windows=[{"from": "07:30", "to": "09:30"}, {"days": ["sat"], "from": "20:00"}]))
    need = requirement(forecast(s), s)
    assert not need.loc[need["queue"].eq("plain"), "peak"].any()
    lobby = need[need["queue"].eq("lobby")].set_index("interval_start")
    peaks = [str(moment) for moment in lobby.index[lobby["peak"]]]
    saturday = [f"2026-12-05 {h}:{m}:00" for h in range(20, 24) for m in ("00", "30")]
    mornings = [f"2026-12-0{d} {t}:00" for d in range(1, 8) for t in ("07:30", "08:00", "08:30", "09:00")]
    assert peaks == sorted([*mornings, *saturday])


def test_declared_peaks_take_the_place_of_the_share_and_need_somebody(queue, study, forecast):
    s = study(1, q=queue(opening=DAY, peak_windows=[{"from": "08:00", "to": "10:00"}]))
    need = requirement(forecast(s, q=60.0 * ((s.horizon.intervals.hour >= 9) & (s.horizon.intervals.hour < 18))), s)
    assert [f"{m:%H:%M}" for m in need["interval_start"][need["peak"]]] == ["09:00", "09:30"], "closed at eight: no one is needed"
