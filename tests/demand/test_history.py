"""From a study to the engine: opening hours, deferred work, closed flags."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from demand_series import daily, days_of, series

from cslib.demand.history import carried, forecast_queues, queue_history, week_open

HOURS = np.zeros((7, 24), dtype=bool)
HOURS[:5, 9:18] = True


def test_opening_hours_on_the_grid(study_of) -> None:
    days = days_of("2026-05-01", "2026-06-30")
    study = study_of({"phone": series(daily(days), days)}, "2026-07")
    found = week_open(study.params.site.queues["mail"], 60)
    np.testing.assert_array_equal(found, HOURS)
    assert forecast_queues(study) == ["phone", "mail"]


def test_carried_keeps_every_contact_and_moves_it_forward() -> None:
    times = pd.date_range("2026-06-01", "2026-06-12 23:00", freq="60min", unit="us")
    offered = pd.Series(1.0, index=times)
    found = carried(offered, HOURS, 60)
    index = pd.DatetimeIndex(found.index)
    assert HOURS[index.day_of_week, index.hour].all()
    assert found[pd.Timestamp("2026-06-02 09:00")] == 16  # 18:00 to 09:00
    assert found[pd.Timestamp("2026-06-08 09:00")] == 64  # Friday 18:00 to Monday 09:00
    assert found[pd.Timestamp("2026-06-02 10:00")] == 1
    assert found.sum() == len(times[times < "2026-06-12 18:00"])  # the last evening waits for a day not recorded


def test_carried_keeps_unknown_intervals_unknown() -> None:
    times = pd.date_range("2026-06-01 09:00", "2026-06-01 17:00", freq="60min", unit="us")
    offered = pd.Series(np.where(times.hour == 11, np.nan, 2.0), index=times)
    assert np.isnan(carried(offered, HOURS, 60)[pd.Timestamp("2026-06-01 11:00")])


def test_closed_flags_reach_the_grid(study_of) -> None:
    days = days_of("2026-05-01", "2026-06-30")
    phone = series(daily(days), days)
    flags = pd.Series(phone.index.normalize() == pd.Timestamp("2026-06-10"), index=phone.index)
    history = queue_history(study_of({"phone": phone}, "2026-07", closed={"phone": flags}), "phone")
    assert not history.grid.open_days[history.grid.dates.get_loc(pd.Timestamp("2026-06-10"))]
    assert history.lead_d == 0


@pytest.mark.parametrize(("last", "lead"), [("2026-06-30", 0), ("2026-06-20", 10)])
def test_lead_is_the_gap_to_the_horizon(study_of, last: str, lead: int) -> None:
    days = days_of("2026-04-01", last)
    assert queue_history(study_of({"phone": series(daily(days), days)}, "2026-07"), "phone").lead_d == lead
