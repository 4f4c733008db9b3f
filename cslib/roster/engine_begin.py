"""A roster to start from: an earlier answer of the same month, or a month before, moved on by whole weeks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from cslib.core.shifts import WORK, read_breaks
from cslib.roster.columns.model import OFF
from cslib.roster.problem import POOL, Problem


def cells_of(problem: Problem, roster: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Shifts of a roster by (person, day), ``OFF`` where nobody works, and breaks (person, day, break) [min after the shift's start].

    Days before the month are moved on by whole weeks, so that weekdays stay; people and shifts that the problem doesn't know, and cells
    that it forbids, are left out. Breaks outside their window become the first that is allowed.
    """
    most = max((len(s.breaks) for s in problem.shifts), default=0)
    plan = np.full((len(problem.people), problem.days), OFF, dtype=np.int64)
    at = np.zeros((*plan.shape, max(most, 1)), dtype=np.int64)
    number = {who.employee_id: p for p, who in enumerate(problem.people)}
    code = {shift.code: s for s, shift in enumerate(problem.shifts)}
    rows = roster[roster["kind"] == WORK]
    later = _whole_weeks(problem, roster)
    for row in rows.itertuples(index=False):
        day = (row.date.date() - problem.start).days + later
        p, s = number.get(str(row.employee_id), -1), code.get(str(row.shift), -1)
        if p < 0 or s < 0 or not 0 <= day < problem.days or not problem.allowed[p, day, s]:
            continue
        plan[p, day] = s
        given = [round((a - row.start).total_seconds() / 60) for a, _ in read_breaks(row.breaks, row.start)]
        for j, pause in enumerate(problem.shifts[s].breaks):
            places = pause.positions(problem.interval_min)
            at[p, day, j] = given[j] if j < len(given) and given[j] in places else places[0]
    return plan, at


def homes_at(problem: Problem, roster: pd.DataFrame) -> np.ndarray:
    """Home posts of a roster by (person, day), ``POOL`` where it names none that is known; days as in ``cells_of``."""
    homes = np.full((len(problem.people), problem.days), POOL, dtype=np.int64)
    number = {who.employee_id: p for p, who in enumerate(problem.people)}
    posts = {post.name: q for q, post in enumerate(problem.posts)}
    later = _whole_weeks(problem, roster)
    for row in roster[roster["kind"] == WORK].itertuples(index=False):
        day, p = (row.date.date() - problem.start).days + later, number.get(str(row.employee_id), -1)
        if p >= 0 and 0 <= day < problem.days:
            homes[p, day] = posts.get(str(row.queue), POOL)
    return homes


def _whole_weeks(problem: Problem, roster: pd.DataFrame) -> int:
    """Days by which an earlier month is moved on; 0 if the roster reaches into the month."""
    if roster.empty or roster["date"].max().date() >= problem.start:
        return 0
    first: dt.date = roster["date"].min().date()
    return (problem.start - first).days // 7 * 7
