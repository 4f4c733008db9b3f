"""What customers meet under a finished roster: service level, wait and backlog of every interval, on the state the intervals before leave."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.units import floor_count
from cslib.intake.study import Study
from cslib.staffing.blend import deadline_slots, idle_people, is_blended, lent, teams, work_load
from cslib.staffing.months import fifo
from cslib.staffing.over_time import stream_of
from cslib.staffing.poisson import Array
from cslib.staffing.search import Whole
from cslib.staffing.tasks import ARRIVING
from cslib.staffing.transient import over_time
from cslib.staffing.windows import Window, played
from cslib.staffing.workload import Work, workloads

_COLUMNS = ("service_level_share", "asa_s", "occupancy_share", "abandonment_share", "backlog")
Figures = dict[str, Array]


def judge(forecast: pd.DataFrame, coverage: pd.DataFrame, study: Study, workload: pd.DataFrame | None = None) -> pd.DataFrame:
    """Performance of a roster, queue by queue and interval by interval, at the expected contacts.

    Parameters
    ----------
    forecast : table forecast; coverage : table coverage (people serving each queue); study : parameters and horizon
    workload : table workload, where a queue names ``tasks``

    Returns
    -------
    DataFrame, table performance, for all queues but fixed posts. on_post: whole people at the post, floor(rostered x (1 - shrinkage_share)).
    Arriving contacts: the transient model with these people; contacts come before tasks. Work with a deadline: first in, first out, or earliest
    deadline first where a team shares several queues or uses idle time; its service level is the share finished in time. backlog:
    contacts waiting at the end of the interval.

    Raises
    ------
    TableError, StaffingError  as ``requirement`` does.
    """
    checked = tables.check("coverage", coverage, source="coverage")
    works = workloads(forecast, study, workload, expected=True)
    people = {name: _people(work, checked, study) for name, work in works.items()}
    found, idle = dict[str, Figures](), dict[str, Array]()
    for name, work in works.items():
        if work.queue.model in ARRIVING:
            found[name] = _arriving(work, people[name])
            idle[name] = np.maximum(idle_people(work, people[name], found[name]["occupancy_share"]) - work.tasks, 0.0)
        elif work.queue.model == "deferred" and not is_blended(work):
            found[name] = _deferred(work, people[name])
    for team in teams(works):
        found |= _team(team, people, lent(team, idle))
    frames = [
        pd.DataFrame({"queue": name, "interval_start": study.horizon.intervals, "on_post": people[name], **found[name]})
        for name in works
        if name in found
    ]
    return tables.check("performance", pd.concat(frames, ignore_index=True) if frames else tables.empty("performance"), source="performance")


def _people(work: Work, coverage: pd.DataFrame, study: Study) -> Whole:
    """Whole people at the post: those rostered less shrinkage."""
    rows = coverage[coverage["queue"].eq(work.name)].set_index("interval_start")["rostered"].reindex(study.horizon.intervals, fill_value=0.0)
    return np.where(work.open, floor_count(rows.to_numpy() * (1 - work.queue.roster_shrinkage_share)), 0)


def _arriving(work: Work, people: Whole) -> Figures:
    day = work.horizon.slots_per_day
    course = over_time(stream_of(work), np.concatenate([people[:day], people])).part(day)
    return {name: getattr(course, name) for name in _COLUMNS}


def _week_first(values: Array, work: Work) -> Array:
    """The first week laid before the month, so that it starts with the work an ordinary evening leaves."""
    week = min(7, work.horizon.days) * work.horizon.slots_per_day
    return np.concatenate([values[:week], values])


def _deferred(work: Work, people: Whole) -> Figures:
    """First in, first out."""
    load, capacity, is_open = (_week_first(x, work) for x in (work_load(work), people.astype(float), work.open))
    deadline = int(floor_count((work.queue.deadline_h or 0.0) * 60 / work.horizon.interval_min))
    (done,), (in_time,) = fifo(load[None], capacity[None], is_open, deadline)
    return _finished(work, in_time, np.diff(done, prepend=0.0), np.maximum(np.cumsum(load) - done, 0.0), capacity)


def _team(team: list[Work], people: dict[str, Whole], idle: Array) -> dict[str, Figures]:
    """Earliest deadline first, by the people of all queues of the team and idle time of others."""
    first = team[0]
    own = _week_first(np.sum([people[work.name] for work in team], axis=0).astype(float), first)
    is_open = _week_first(first.open, first)
    loads = [_week_first(work_load(work), first) for work in team]
    tasks = _week_first(np.sum([work.tasks for work in team], axis=0), first)
    windows = [*(Window(load, deadline_slots(work)) for load, work in zip(loads, team, strict=True)), Window(tasks, 1)]
    done, in_time = played(windows, is_open, own + _week_first(idle, first))
    used = np.minimum(done.sum(axis=1), own)
    found = {}
    for k, (work, load) in enumerate(zip(team, loads, strict=True)):
        kept = np.where(load > 0, in_time[k] / np.where(load > 0, load, 1.0), np.nan)
        kept[len(kept) - deadline_slots(work) :] = np.nan
        waiting = np.maximum(np.cumsum(load) - np.cumsum(done[:, k]), 0.0)
        found[work.name] = _finished(work, kept, used, waiting, own)
    return found


def _finished(work: Work, in_time: Array, used: Array, waiting: Array, capacity: Array) -> Figures:
    """Figures of work with a deadline, the week before the month left out."""
    per_contact = np.where(work.aht_s > 0, work.aht_s, np.nan) / work.interval_s
    usual = float(np.nanmedian(per_contact)) if np.isfinite(per_contact).any() else 1.0
    unknown = np.full(len(in_time), np.nan)
    figures = {
        "service_level_share": np.clip(in_time, 0.0, 1.0), "asa_s": unknown,
        "occupancy_share": np.clip(used / np.where(capacity > 0, capacity, np.nan), 0.0, 1.0), "abandonment_share": unknown,
        "backlog": waiting / usual,
    }  # fmt: skip
    return {name: values[len(in_time) - len(work.open) :] for name, values in figures.items()}
