"""Every number of the requirement can be unfolded to its inputs and recomputed from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cslib.core import words
from cslib.staffing import requirement, trace

SHIFT = [{"from": "08:00", "to": "20:00"}]


@pytest.fixture
def case(queue, study, forecast):
    """A site with every model, and its forecast over two days."""
    chat = {"channel": "chat", "concurrency": 3, "concurrency_slowdown_share": 0.15, "shrinkage_share": 0.08}
    s = study(
        2,
        phone=queue("erlang_c", shrinkage_share=0.1, opening=SHIFT, min_heads=3),
        hotline=queue("erlang_a", shrinkage_share=0.1),
        capped=queue("erlang_a", service={"level_share": 0.5, "target_s": 60, "max_abandonment_share": 0.02}),
        chat=queue("erlang_a", **chat),
        chat_c=queue("erlang_c", **chat),
        mail=queue("deferred", shrinkage_share=0.05, opening=SHIFT),
        desk=queue("heads", opening=SHIFT, heads=[{"from": "09:00", "to": "12:00", "heads": 2}], min_heads=1),
    )
    hour = s.horizon.intervals.hour.to_numpy()
    busy = np.where((hour >= 8) & (hour < 20), 60.0 + 5 * hour, 0.0)
    return s, forecast(s, phone=np.where(hour == 8, 0.0, busy), hotline=busy, capped=busy, chat=busy, chat_c=busy, mail=busy / 4)


def test_every_trace_gives_the_table_and_holds(case):
    s, rows = case
    need = requirement(rows, s).set_index(["queue", "interval_start"])
    for name in s.params.site.queues:
        for when in s.horizon.intervals[[16, 19, 39, 70]]:
            found = trace(rows, s, name, when)
            assert found.name == "scheduled"
            assert found.value == need.loc[(name, when), "scheduled"]
            assert found.inputs[0].value == need.loc[(name, when), "on_post"]
            assert found.holds(), found.text()


def test_a_trace_that_was_tampered_with_does_not_hold(case):
    s, rows = case
    found = trace(rows, s, "hotline", "2026-12-01 10:10")
    on_post, shrinkage = found.inputs
    assert not replace(found, value=found.value + 1).holds()
    assert not replace(found, inputs=(replace(on_post, value=on_post.value + 5), shrinkage)).holds()
    assert not replace(found, inputs=(on_post, replace(shrinkage, value=0.5))).holds()


@pytest.mark.parametrize(
    ("name", "leaves"),
    [
        ("phone", {"contacts", "aht_s", "interval_s", "target_s", "level_share", "max_occupancy_share", "min_heads", "shrinkage_share"}),
        ("hotline", {"contacts", "aht_s", "interval_s", "patience_s", "target_s", "level_share", "max_occupancy_share", "max_abandonment_share"}),
        ("chat", {"contacts", "aht_s", "concurrency", "concurrency_slowdown_share", "patience_s"}),
        ("mail", {"deadline_h", "smooth_done", "latest_done", "done_before", "waiting_work", "min_heads"}),
        ("desk", {"heads", "min_heads"}),
    ],
)
def test_the_inputs_are_all_there(case, name, leaves):
    s, rows = case
    found = {part.name for _, part in trace(rows, s, name, "2026-12-01 10:00").walk() if not part.formula}
    assert leaves <= found


def test_given_numbers_name_their_place_and_all_have_words(case):
    s, rows = case
    for name in s.params.site.queues:
        for _, part in trace(rows, s, name, "2026-12-02 11:00").walk():
            assert part.source or part.rule or part.formula, part.name
            assert words.has(f"trace.{part.name}"), part.name
    text = trace(rows, s, "hotline", "2026-12-01 10:00").text()
    assert "params/sites/front_desk/site.yml: queues.hotline.service.target_s" in text
    assert "policy" in text  # no abandonment cap in the site file: 5 % by policy


def test_a_closed_interval_needs_nobody(case):
    s, rows = case
    found = trace(rows, s, "phone", "2026-12-01 03:00")
    assert (found.value, found.inputs[0].rule) == (0, "closed")


def test_a_quiet_interval_keeps_the_least_people(case):
    s, rows = case
    found = trace(rows, s, "phone", "2026-12-01 08:29")
    assert found.inputs[0].value == 3
    assert found.inputs[0].rule == "minimum_heads"
