"""The first morning after the month: what the night duties of the last day have to serve, so that no night team is missing on the first."""

from __future__ import annotations

import pandas as pd

from cslib.core import tables
from cslib.core.units import MINUTES_PER_DAY
from cslib.intake.study import Study
from cslib.staffing.requirement import requirement


def morning_slots(study: Study) -> int:
    """Intervals after the month that only its own last duties can serve: until the last of them ends or the next day's first duty begins."""
    shifts = [s for s in study.params.shifts if not s.standby]
    end = max((s.start_min + s.length_min - MINUTES_PER_DAY for s in shifts), default=0)
    begin = min((s.start_min for s in shifts), default=0)
    return max(0, min(end, begin)) // study.horizon.interval_min


def morning_need(forecast: pd.DataFrame, study: Study, workload: pd.DataFrame | None = None) -> pd.DataFrame:
    """People to roster on the morning after the month.

    Parameters
    ----------
    forecast : table forecast of ``study.through_next_day()``; workload : table workload of it, where a queue names ``tasks``
    study : of the month

    Returns
    -------
    DataFrame, table morning_need: every queue, ``morning_slots`` intervals; no peak (peaks of that day are the next month's to hold).

    Raises
    ------
    TableError, StaffingError  as ``requirement``.
    """
    found = requirement(forecast, study.through_next_day(), workload)
    wanted = found["interval_start"].isin(study.horizon.morning(morning_slots(study)))
    return tables.check("morning_need", found[wanted].assign(peak=False), source="morning_need")
