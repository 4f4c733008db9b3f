"""A finished roster played through: drawn contacts, handle times, patience and absences, sent to the people who are there by the skills they hold.

Source: discrete-event simulation as in ``simulation``; the month starts empty at midnight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.shifts import read_breaks
from cslib.core.units import floor_count
from cslib.intake.study import Study
from cslib.staffing.poisson import Array
from cslib.staffing.simulation import Group, Kind, Simulated, draw, simulate, simulate_chat
from cslib.staffing.tasks import ARRIVING
from cslib.staffing.workload import Work, workloads

REPLICATIONS = 20  # months played; the half width of a month's service level is then well below one percent


def rehearse(roster: pd.DataFrame, coverage: pd.DataFrame, forecast: pd.DataFrame, study: Study, *, replications: int = REPLICATIONS) -> pd.DataFrame:
    """Service of a roster in simulation, queue by queue, with 95 % confidence intervals.

    Parameters
    ----------
    roster : table roster; coverage : table coverage (chat is answered by the people that it gives the queue)
    forecast : table forecast, its expected contacts; study : parameters, skills, horizon;  replications : months played, at least 2

    Returns
    -------
    DataFrame, table rehearsal: arriving contacts only. A contact goes to whoever is free with the fewest skills, within a queue first come first
    served. People are away for a day at the queues' random absence; other shrinkage, and all of it in chat, takes its share of each group.

    Raises
    ------
    TableError, StaffingError  as ``requirement`` does.
    """
    duties = tables.check("roster", roster, source="roster")
    served = tables.check("coverage", coverage, source="coverage")
    works = {name: w for name, w in workloads(forecast, study, expected=True, contacts_only=True).items() if w.queue.model in ARRIVING}
    rows = []
    if calls := {name: work for name, work in works.items() if work.slots == 1}:
        no_one = np.zeros(len(study.horizon.intervals), np.int64)
        here = {held: _kept(people, [works[name] for name in held]) for held, people in present_by_skill(duties, study, tuple(calls)).items()}
        groups = [Group("+".join(held), held, people) for held, people in (here or {tuple(calls): no_one}).items()]
        found = _played(list(calls.values()), groups, study, replications)
        rows += [_row(work, found) for work in calls.values()]
    for name in [name for name in works if name not in calls]:
        rostered = served[served["queue"].eq(name)].set_index("interval_start")["rostered"].reindex(study.horizon.intervals, fill_value=0.0)
        rows.append(_row(works[name], _played([works[name]], [Group(name, (name,), _kept(rostered.to_numpy(), [works[name]]))], study, replications)))
    return tables.check("rehearsal", pd.DataFrame([vars(row) for row in rows]) if rows else tables.empty("rehearsal"), source="rehearsal")


def present_by_skill(roster: pd.DataFrame, study: Study, queues: tuple[str, ...]) -> dict[tuple[str, ...], Array]:
    """People present (not on a break) by the queues that they can serve, each an array (intervals,) [persons; parts of an interval count as parts].

    The night shifts of the month before are there on the first morning; a duty with a home queue serves only that one.
    """
    past = study.last_roster.reindex(columns=roster.columns)
    duties = pd.concat([past, roster], ignore_index=True) if len(past) else roster
    duties = duties[duties["kind"].eq("work") & duties["start"].notna()]
    begin, step, size = study.horizon.intervals[0], study.horizon.interval_min, len(study.horizon.intervals)
    holders: dict[str, list[tuple[str, pd.Timestamp]]] = {}
    for row in study.skills.itertuples():
        since = getattr(row, "since", pd.NaT)
        holders.setdefault(str(row.employee_id), []).append((str(row.skill), since if pd.notna(since) else pd.Timestamp.min))
    needs = {name: study.params.site.queues[name].skill for name in queues}
    minutes: dict[tuple[str, ...], Array] = {}
    for row in duties.itertuples():
        home = row.queue if isinstance(row.queue, str) and row.queue else ""
        skills = {skill for skill, since in holders.get(str(row.employee_id), []) if since <= row.date}
        held = tuple(name for name, skill in needs.items() if (name == home if home else skill in skills))
        if not held:
            continue
        line = minutes.setdefault(held, np.zeros(size * step))
        gaps = read_breaks(row.breaks if isinstance(row.breaks, str) else "", row.start)
        for sign, (a, b) in [(1, (row.start, row.end)), *((-1, gap) for gap in gaps)]:
            first, last = (int(np.clip((moment - begin) / pd.Timedelta(minutes=1), 0, size * step)) for moment in (a, b))
            line[first:last] += sign
    return {held: line.reshape(size, step).mean(axis=1) for held, line in sorted(minutes.items()) if line.any()}


def _kept(people: Array, works: list[Work]) -> np.ndarray:
    """Whole people after the shrinkage that isn't chance."""
    steady = np.mean([(1 - w.queue.roster_shrinkage_share) / (1 - w.queue.random_absence_share) for w in works])
    return np.asarray(floor_count(people * steady), np.int64)


def _played(works: list[Work], groups: list[Group], study: Study, replications: int) -> Simulated:
    kinds = []
    for w in works:
        busy = w.open & (w.contacts > 0)
        usual = float(np.median(w.aht_s[busy])) if busy.any() else 1.0
        patience = w.queue.patience_s if w.queue.model == "erlang_a" and w.queue.patience_s else np.inf
        kinds.append(
            Kind(w.name, np.where(w.open, w.contacts, 0.0), np.where(busy, w.aht_s, usual), w.service.target_s, patience, w.queue.handle_cv2, w.open)
        )
    drawn = draw(kinds, works[0].interval_s, replications, study.params.site.seed, study.month, "rehearsal", *(w.name for w in works))
    if works[0].slots > 1:
        queue = works[0].queue
        people = floor_count(np.asarray(groups[0].people) * (1 - queue.random_absence_share))
        return simulate_chat(kinds[0], people, works[0].slots, queue.concurrency_slowdown_share, works[0].interval_s, drawn)
    volume = np.array([w.contacts.sum() for w in works])
    away = float(np.average([w.queue.random_absence_share for w in works], weights=volume if volume.any() else None))
    return simulate(kinds, groups, works[0].interval_s, drawn, absence_share=away)


@dataclass(frozen=True)
class _Row:
    """One queue of table rehearsal."""

    queue: str
    contacts: float
    target_share: float
    service_level_share: float
    service_level_half_share: float
    abandonment_share: float
    abandonment_half_share: float
    asa_s: float
    asa_half_s: float
    intervals_below: int
    replications: int


def _row(work: Work, found: Simulated) -> _Row:
    level, lost, wait = found.level(work.name), found.abandonment(work.name), found.wait_s(work.name)
    means, halves = found.level_by_interval(work.name)
    below = int((means + halves < work.service.level_share).sum())  # surely below: the whole confidence interval
    return _Row(
        work.name, float(found.offered[:, :, found.kinds.index(work.name)].sum(axis=1).mean()), work.service.level_share, level.mean,
        level.half_width, lost.mean, lost.half_width, wait.mean, wait.half_width, below, len(found.offered),
    )  # fmt: skip
