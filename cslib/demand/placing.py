"""Work with a window, placed where the least is going on: tasks fill the valleys between the calls, never after their deadline."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.demand.drivers import batches, chosen_drivers, open_at
from cslib.demand.grid import Array
from cslib.intake.study import Study


def workload(study: Study, forecast: pd.DataFrame) -> pd.DataFrame:
    """Hours of every driver in every interval of the month.

    Parameters
    ----------
    forecast : table ``forecast``; its work (contacts x handle time) is what the tasks make room for

    Returns
    -------
    DataFrame, table ``workload``. A batch goes into the intervals that its window allows until it is due, levelled on top of calls and of the
    batches before it (the shortest stretch first). ``late`` marks batches whose window holds no interval before the deadline: the deadline
    wins, and they are placed in whatever intervals there are. Of work that is due after the month, the part of its stretch that lies
    in the month is placed.

    Raises
    ------
    ParamError  as ``drivers``.
    """
    times, end = study.horizon.intervals, pd.Timestamp(study.horizon.end)
    work = (forecast["contacts"] * forecast["aht_s"] / 3600).groupby(forecast["interval_start"]).sum()
    load = work.reindex(times, fill_value=0.0).to_numpy(dtype=float).copy()
    chosen = chosen_drivers(study)
    every = sorted(batches(study, forecast), key=lambda batch: (batch.due - batch.start, batch.start, batch.driver))
    placed: dict[tuple[str, bool], Array] = {}
    windows = {code: open_at(driver, study, times) for code, driver in chosen.items()}
    for batch in every:
        driver = chosen[batch.driver]
        stretch = np.arange(*np.searchsorted(times, pd.DatetimeIndex([batch.start, batch.due])))
        slots, late = stretch[windows[batch.driver][stretch]], False
        if not len(slots):
            slots, late = stretch, True
        if not len(slots):
            continue
        inside = min(1.0, (end - batch.start) / (batch.due - batch.start))
        added = filled(load[slots], inside * batch.tasks * driver.standard_min / 60)
        load[slots] += added
        placed.setdefault((batch.driver, late), np.zeros(len(times)))[slots] += added
    parts = [_rows(code, late, hours, times, chosen[code].skill_group) for (code, late), hours in placed.items()]
    frame = pd.concat(parts, ignore_index=True) if parts else tables.empty("workload")
    grouped = frame.groupby(["driver", "interval_start", "skill_group"], as_index=False, sort=False).agg({"hours_h": "sum", "late": "max"})
    return tables.check("workload", grouped if len(frame) else frame, source="workload")


def filled(load: Array, hours: float) -> Array:
    """Hours added to each interval so that the lowest are raised to one level.

    Source: water-filling; the level is where the sum of what lies below it equals ``hours``.
    """
    order = np.sort(load)
    below = np.arange(1, len(order) + 1)
    levels = (hours + np.cumsum(order)) / below
    reached = levels >= order
    level = levels[np.flatnonzero(reached)[-1]]
    return np.asarray(np.maximum(level - load, 0.0))


def _rows(code: str, late: bool, hours: Array, times: pd.DatetimeIndex, skill_group: str) -> pd.DataFrame:
    some = hours > 1e-12
    return pd.DataFrame({"driver": code, "interval_start": times[some], "skill_group": skill_group, "hours_h": hours[some], "late": late})
