"""The planned month and its grid."""

from __future__ import annotations

import calendar
import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cslib.core.errors import ParamError
from cslib.core.horizon import Horizon


@given(st.integers(1990, 2099), st.integers(1, 12), st.sampled_from([15, 30, 60]))
def test_a_month_has_its_days_and_intervals(year, month, interval):
    horizon = Horizon.month(f"{year}-{month:02d}", interval)
    days = calendar.monthrange(year, month)[1]
    assert (horizon.days, len(horizon.dates), horizon.slots_per_day) == (days, days, 1440 // interval)
    assert horizon.dates[0] == horizon.start == dt.date(year, month, 1) and horizon.end == horizon.dates[-1] + dt.timedelta(days=1)
    assert len(horizon.intervals) == days * 1440 // interval and horizon.label == f"{year}-{month:02d}"


def test_intervals_are_local_times_in_microseconds():
    found = Horizon.month("2026-12", 30).intervals
    assert found.dtype == "datetime64[us]" and found[0] == pd.Timestamp("2026-12-01") and found[-1] == pd.Timestamp("2026-12-31 23:30")


def test_slots_count_from_the_start_and_reach_beyond():
    horizon = Horizon.month("2026-12", 30)
    found = [
        horizon.slot(pd.Timestamp(text)) for text in ("2026-12-01", "2026-12-01 00:29", "2026-12-01 00:30", "2026-11-30 23:59", "2027-01-01 06:00")
    ]
    assert found == [0, 0, 1, -1, 31 * 48 + 12]
    assert all(horizon.slot(moment) == place for place, moment in enumerate(horizon.intervals))


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-1", "26-12", "2026/12", "2026-12-01", "december", "", None, 202612])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ParamError, match="YYYY-MM") as caught:
        Horizon.month(text, 30)
    assert caught.value.keys == ["horizon.month"] and str(text) in str(caught.value)
