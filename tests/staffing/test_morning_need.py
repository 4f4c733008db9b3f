"""The morning after the month: how far it reaches, and that its need is the next day's own."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from cslib import staffing
from cslib.core.shifts import Shift

EARLY, NIGHT = Shift("E", 7 * 60, 480), Shift("N", 23 * 60, 480)
TWELVE, MIDNIGHT, CALL = Shift("Z", 20 * 60, 720), Shift("O", 0, 480), Shift("S", 0, 720, standby=True)


@pytest.mark.parametrize(
    ("shifts", "hours"),
    [((EARLY,), 0), ((EARLY, NIGHT), 7), ((EARLY, TWELVE), 7), ((TWELVE,), 8), ((EARLY, NIGHT, MIDNIGHT), 0), ((EARLY, NIGHT, CALL), 7), ((), 0)],
)
def test_the_morning_reaches_to_the_first_duty_of_the_next_day(queue, study, shifts, hours):
    small = study(1, post=queue("heads"))
    small = replace(small, params=replace(small.params, shifts=shifts))
    assert staffing.morning_slots(small) == hours * 60 // small.horizon.interval_min


def test_the_morning_needs_what_the_next_day_needs(queue, study, forecast):
    small = study(2, phone=queue("erlang_c"), post=queue("heads"))
    small = replace(small, params=replace(small.params, shifts=(EARLY, NIGHT)))
    longer = small.through_next_day()
    found = staffing.morning_need(forecast(longer, phone=100.0), small)
    assert set(found["interval_start"]) == set(pd.date_range(small.horizon.end, periods=14, freq="30min"))
    day = staffing.requirement(forecast(longer, phone=100.0), longer)
    both = found.merge(day, on=["queue", "interval_start"], suffixes=("", "_day"))
    assert len(both) == 28
    assert both["scheduled"].equals(both["scheduled_day"])
    assert not found["peak"].any()
