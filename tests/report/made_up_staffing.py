"""Made-up chances, their price, and a judged roster, for tests of pages and figures."""

from __future__ import annotations

import made_up
import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.intake.study import Study


def chances(study: Study) -> pd.DataFrame:
    """Table risk: surer at night than by day; nothing to be met in the first interval."""
    share = 1 - 0.6 * made_up.hourly_load(study.horizon.intervals) / made_up.hourly_load(study.horizon.intervals).max()
    share[0] = np.nan
    frames = [
        pd.DataFrame({"queue": queue, "interval_start": study.horizon.intervals, "scheduled": 5, "met_share": share})
        for queue in study.params.site.queues
    ]
    return tables.check("risk", pd.concat(frames, ignore_index=True), source="made up")


def risk_curve(study: Study) -> pd.DataFrame:
    """Table risk_curve: six quantiles, each dearer and surer than the one before."""
    quantiles = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
    rows = pd.DataFrame(
        {"quantile_share": quantiles, "hours_h": 1000 + 400 * quantiles, "interval_met_share": quantiles**0.5, "month_met_share": 1.0}
    )
    rows["cost_yuan"] = rows["hours_h"] * 60
    rows["cost_per_percent_yuan"] = rows["cost_yuan"].diff() / (rows["interval_met_share"].diff() * 100)
    frames = [rows.assign(queue=queue) for queue in study.params.site.queues]
    return tables.check("risk_curve", pd.concat(frames, ignore_index=True), source="made up")


def performance(study: Study) -> pd.DataFrame:
    """Table performance: a backlog at noon of the third day, a level that falls with it."""
    times = study.horizon.intervals
    late = (times.day == 3) & (times.hour >= 11) & (times.hour < 14)
    columns = {"on_post": 4, "service_level_share": np.where(late, 0.3, 0.9), "asa_s": 12.0, "occupancy_share": 0.8, "abandonment_share": 0.02}
    frames = [
        pd.DataFrame({"queue": queue, "interval_start": times, **columns, "backlog": np.where(late, 14.0, 0.5)}) for queue in study.params.site.queues
    ]
    return tables.check("performance", pd.concat(frames, ignore_index=True), source="made up")
