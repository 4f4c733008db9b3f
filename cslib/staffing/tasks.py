"""Work besides the contacts (table workload): whose it is, and how much of it falls into each interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.errors import Finding, StaffingError
from cslib.params.drivers import read_drivers
from cslib.staffing.poisson import Array

if TYPE_CHECKING:
    from cslib.staffing.workload import Work

ARRIVING = frozenset({"erlang_c", "erlang_a"})


def tasks_of(work: Work, workload: pd.DataFrame | None) -> Array:
    """Work of the drivers that a queue's people do [person-intervals]; what is placed while the queue is closed is done at its next opening.

    Parameters
    ----------
    workload : table workload; None is refused if the queue names tasks

    Raises
    ------
    TableError  if ``workload`` breaks its contract. StaffingError  if it is missing, or the queue that should do it is never open.
    """
    if not work.queue.tasks:
        return np.zeros(len(work.open))
    if workload is None:
        raise StaffingError("staffing.no_workload", where=f"{work.where}.tasks", queue=work.name)
    checked = tables.check("workload", workload, source="workload")
    ours = checked["driver"].isin(work.queue.tasks) | checked["skill_group"].isin(work.queue.tasks)
    return placed(checked[ours], work)


def placed(rows: pd.DataFrame, work: Work) -> Array:
    """Rows of table workload on the grid of a queue [person-intervals]."""
    by_time = rows.groupby("interval_start")["hours_h"].sum().reindex(work.horizon.intervals, fill_value=0.0)
    amount = by_time.to_numpy(dtype=float) * 3600 / work.interval_s
    some, opens = np.flatnonzero(amount > 0), np.flatnonzero(work.open)
    if some.size and not opens.size:
        facts = {"queue": work.name, "when": f"{work.horizon.intervals[some[0]]:%Y-%m-%d %H:%M}", "count": int(some.size)}
        raise StaffingError("staffing.never_open", where=f"{work.where}.opening", **facts)
    found = np.zeros(len(amount))
    if some.size:
        np.add.at(found, opens[np.minimum(np.searchsorted(opens, some), len(opens) - 1)], amount[some])
    return found


def shared_problems(works: dict[str, Work]) -> list[Finding]:
    """Findings of ``team``, ``idle_of`` and ``tasks``: queues that can't share people, and tasks that nobody or two queues do."""
    findings, arriving = [], [name for name, work in works.items() if work.queue.model in ARRIVING]
    for name, work in works.items():
        queue, facts = work.queue, {"queue": name, "allowed": ", ".join(arriving) or "-"}
        if queue.model != "deferred" and (queue.team or queue.idle_of):
            findings.append(Finding("staffing.not_deferred", f"{work.where}.{'team' if queue.team else 'idle_of'}", facts))
        findings += [Finding("staffing.idle_of", f"{work.where}.idle_of", {**facts, "given": q}) for q in queue.idle_of if q not in arriving]
        mates = [other for other in works.values() if queue.team and other.queue.team == queue.team and (other.open != work.open).any()]
        findings += [Finding("staffing.team_hours", f"{work.where}.opening", {"queue": name, "other": other.name}) for other in mates[:1]]
    return findings + _task_problems(works)


def _task_problems(works: dict[str, Work]) -> list[Finding]:
    chosen = {name: work for name, work in works.items() if work.queue.tasks}
    if not chosen:
        return []
    file, _ = read_drivers()
    group = {code: driver.skill_group for code, driver in file.drivers.items()}
    findings, taken = [], dict[str, str]()
    for name, work in chosen.items():
        where = f"{work.where}.tasks"
        if work.queue.model == "heads":
            findings.append(Finding("staffing.tasks_heads", where, {"queue": name}))
        for task in work.queue.tasks:
            codes = [task] if task in group else [code for code, its in group.items() if its == task]
            if not codes:
                allowed = ", ".join([*dict.fromkeys(group.values()), *group])
                findings.append(Finding("staffing.tasks_unknown", where, {"queue": name, "given": task, "allowed": allowed}))
            twice = [code for code in codes if taken.setdefault(code, name) != name]
            findings += [Finding("staffing.tasks_twice", where, {"queue": name, "given": code, "other": taken[code]}) for code in twice[:1]]
    return findings
