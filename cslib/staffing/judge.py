"""What customers meet under a finished roster: service level, wait and backlog of every interval, on the state the intervals before leave."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.units import floor_count
from cslib.intake.study import Study
from cslib.staffing.over_time import stream_of
from cslib.staffing.poisson import Array
from cslib.staffing.search import Whole
from cslib.staffing.transient import over_time
from cslib.staffing.workload import Work, workloads

_COLUMNS = ("service_level_share", "asa_s", "occupancy_share", "abandonment_share", "backlog")


def judge(forecast: pd.DataFrame, coverage: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Performance of a roster, queue by queue and interval by interval.

    Parameters
    ----------
    forecast : table forecast; coverage : table coverage (people serving each queue); study : parameters and horizon

    Returns
    -------
    DataFrame, table performance, for all queues but fixed posts. on_post: whole people at the post, floor(rostered x (1 - shrinkage_share)).
    Arriving contacts: the transient model with these people. Work with a deadline: first in, first out; its service level is the
    share finished in time. backlog: contacts waiting at the end of the interval.

    Raises
    ------
    TableError, StaffingError  as ``requirement`` does.
    """
    checked = tables.check("coverage", coverage, source="coverage")
    works = workloads(forecast, study)
    frames = [tables.empty("performance")] if all(w.queue.model == "heads" for w in works.values()) else []
    for name, work in works.items():
        if work.queue.model == "heads":
            continue
        rows = checked[checked["queue"].eq(name)].set_index("interval_start")["rostered"].reindex(study.horizon.intervals, fill_value=0.0)
        people = np.where(work.open, floor_count(rows.to_numpy() * (1 - work.queue.roster_shrinkage_share)), 0)
        figures = _deferred(work, people) if work.queue.model == "deferred" else _arriving(work, people)
        frames.append(pd.DataFrame({"queue": name, "interval_start": study.horizon.intervals, "on_post": people, **figures}))
    return tables.check("performance", pd.concat(frames, ignore_index=True), source="performance")


def _arriving(work: Work, people: Whole) -> dict[str, Array]:
    day = work.horizon.slots_per_day
    course = over_time(stream_of(work), np.concatenate([people[:day], people])).part(day)
    return {name: getattr(course, name) for name in _COLUMNS}


def _deferred(work: Work, people: Whole) -> dict[str, Array]:
    """First in, first out; the first week is laid before the month, so that it starts with the work an ordinary evening leaves."""
    week = min(7, work.horizon.days) * work.horizon.slots_per_day
    load, capacity, is_open, each = (np.concatenate([x[:week], x]) for x in (work.load, people.astype(float), work.open, work.aht_s))
    load = np.where(np.isfinite(load), load, 0.0)
    arrived, done = np.cumsum(load), np.zeros(len(load))
    finished = 0.0
    for i in range(len(load)):
        finished = min(finished + (capacity[i] if is_open[i] else 0.0), arrived[i])
        done[i] = finished
    deadline = int(floor_count((work.queue.deadline_h or 0.0) * 60 / work.horizon.interval_min))
    opens = np.flatnonzero(is_open)
    counted = opens[np.minimum(np.searchsorted(opens, np.arange(len(load))), len(opens) - 1)] if len(opens) else np.arange(len(load))
    due = counted + deadline
    in_time = (done[np.minimum(due, len(load) - 1)] - (arrived - load)) / np.where(load > 0, load, np.nan)
    in_time[due >= len(load)] = np.nan  # due after the month: nobody knows yet
    used = np.diff(done, prepend=0.0)
    per_contact = np.where(each > 0, each, np.nan) / work.interval_s
    usual = float(np.nanmedian(per_contact)) if np.isfinite(per_contact).any() else 1.0
    unknown = np.full(len(load), np.nan)
    figures = {
        "service_level_share": np.clip(in_time, 0.0, 1.0), "asa_s": unknown,
        "occupancy_share": np.clip(used / np.where(capacity > 0, capacity, np.nan), 0.0, 1.0), "abandonment_share": unknown,
        "backlog": np.maximum(arrived - done, 0.0) / usual,
    }  # fmt: skip
    return {name: values[week:] for name, values in figures.items()}
