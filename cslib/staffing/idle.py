"""What idle time is worth: tasks and deferred work done by people of their own, or by people who wait for the next contact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.units import ceil_people
from cslib.intake.study import Study
from cslib.staffing.blend import TeamPlan, idle_people, is_blended, plan_team, work_load
from cslib.staffing.poisson import Array
from cslib.staffing.requirement import queue_needs
from cslib.staffing.tasks import ARRIVING, placed
from cslib.staffing.workload import Work, workloads

_COLUMNS = ["work", "work_h", "apart_h", "apart_people", "idle_h", "blended_h", "blended_people", "late_h"]


def idle_time(forecast: pd.DataFrame, study: Study, workload: pd.DataFrame) -> pd.DataFrame:
    """Person-hours on post for work between the contacts, with and without the idle time of all queues of arriving contacts.

    Parameters
    ----------
    forecast, study : as for ``requirement``; workload : table workload; its tasks come first, where they are placed, then the deferred queues

    Returns
    -------
    DataFrame, table idle_time; empty where no queue has arriving contacts. Whether a queue's people do such work is the site's decision
    (``idle_of`` and ``tasks`` of a queue): the requirement changes only then.

    Raises
    ------
    TableError, StaffingError  as ``requirement`` does.
    """
    works = workloads(forecast, study, contacts_only=True)
    needs = queue_needs(works)
    arriving = [work for work in works.values() if work.queue.model in ARRIVING]
    if not arriving:
        return tables.empty("idle_time")
    idle = np.sum([idle_people(work, needs[work.name].on_post, needs[work.name].occupancy_share) for work in arriving], axis=0)
    rows = []
    anywhere = replace(arriving[0], open=np.any([work.open for work in arriving], axis=0))
    for group, part in workload.groupby("skill_group", sort=False):
        tasks = placed(part, anywhere)
        row, idle = _tasks_row(str(group), tasks, idle, anywhere)
        rows.append(row)
    for work in works.values():
        if work.queue.model == "deferred":
            own = replace(work, queue=work.queue.model_copy(update={"min_heads": 0}))
            alone = needs[work.name].on_post if not is_blended(work) else plan_team([own], np.zeros(len(idle))).people
            plan = plan_team([own], idle)
            rows.append(_queue_row(work, alone, plan))
            idle = np.maximum(idle - plan.idle_used, 0.0)
    return tables.check("idle_time", pd.DataFrame(rows, columns=_COLUMNS) if rows else tables.empty("idle_time"), source="idle_time")


def _tasks_row(group: str, tasks: Array, idle: Array, work: Work) -> tuple[tuple[object, ...], Array]:
    """Tasks of a skill group, and the idle time that they leave."""
    hour = work.interval_s / 3600
    used = np.minimum(tasks, idle)
    apart, rest = ceil_people(tasks), ceil_people(tasks - used)
    facts = (group, tasks.sum() * hour, apart.sum() * hour, int(apart.max()), used.sum() * hour, rest.sum() * hour, int(rest.max()), 0.0)
    return facts, idle - used


def _queue_row(work: Work, alone: Array, plan: TeamPlan) -> tuple[object, ...]:
    hour = work.interval_s / 3600
    return (
        work.name, work_load(work).sum() * hour, alone.sum() * hour, int(alone.max()), plan.idle_used.sum() * hour,
        plan.people.sum() * hour, int(plan.people.max()), plan.late * hour if plan.late > 1e-6 else 0.0,
    )  # fmt: skip
