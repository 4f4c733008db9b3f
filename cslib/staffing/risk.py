"""From one number to a chance: how often the people on the plan are enough, and what each further percent of certainty costs.

Contacts come by the forecast's quantiles (a normal distribution bent at the median, so that p10 and p90 hold), and rostered people stay away by
chance, each on his own. What it is to be met depends on the channel:

- arriving contacts (phone, chat, social media): as many people come as the contacts that come need;
- work with a deadline (e-mail, call-backs): the level's share of what arrives in the interval is finished in time, in simulated months;
- fixed heads (posts, reception): as many people come as the post asks for; its need is not forecast, so absence is its only risk.

Over a month the contacts of one day are high or low together, the days on their own; who is away is away all day. A queue without a service
level is held to 95 % (policy).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from cslib.core import tables
from cslib.intake.study import Study
from cslib.staffing.blend import blended, is_blended, left_idle, lent, teams
from cslib.staffing.models import Need, heads_need
from cslib.staffing.months import arriving_months, came, deferred_months, team_months
from cslib.staffing.over_time import time_varying
from cslib.staffing.poisson import Array
from cslib.staffing.requirement import queue_needs, scheduled_people
from cslib.staffing.search import Whole
from cslib.staffing.tasks import ARRIVING
from cslib.staffing.workload import Work, contacts_at, workloads

QUANTILES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)  # of the forecast, as rows of the cost curve
LEVEL_SHARE = 0.95  # of a queue whose site file sets none (policy)
_POINTS = np.array([0.05, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.985])  # where the need of an interval is computed; QUANTILES among them


@dataclass(frozen=True)
class _Case:
    """Queues with what they need: people at each of ``_POINTS`` (arriving), at the post (heads), idle time lent (deferred, by queue)."""

    works: dict[str, Work]
    points: dict[str, Whole]
    heads: dict[str, Whole]
    idle: dict[str, Array]
    needs: dict[str, Need]
    study: Study


def _case(forecast: pd.DataFrame, study: Study, workload: pd.DataFrame | None) -> _Case:
    works = workloads(forecast, study, workload, expected=True)
    needs = queue_needs(works)
    points = {name: _needs(work) for name, work in works.items() if work.queue.model in ARRIVING}
    heads = {name: heads_need(work).on_post for name, work in works.items() if work.queue.model == "heads"}
    spare = {name: left_idle(works[name], needs[name]) for name in points}
    idle = {work.name: given for team in teams(works) for given in [lent(team, spare)] for work in team}
    return _Case(works, points, heads, idle, needs, study)


def _needs(work: Work) -> Whole:
    """People on post that each quantile of the contacts needs; shape (quantiles, intervals)."""
    out = []
    for quantile in _POINTS:
        contacts = np.where(work.contacts > 0, contacts_at(work.band, quantile), 0.0)
        out.append(time_varying(replace(work, contacts=contacts)).plan.people)
    return np.maximum.accumulate(np.array(out), axis=0)


def _enough(needed: Whole, scheduled: Whole, away: float) -> Array:
    """Chance that at least ``needed`` of the rostered people come."""
    possible = (needed > 0) & (needed <= scheduled)
    chance = special.bdtrc(np.where(possible, needed - 1, 0), np.maximum(scheduled, 1), 1 - away)
    return np.where(possible, chance, (needed <= 0).astype(float))


def _chances(case: _Case, scheduled: dict[str, Whole]) -> dict[str, tuple[Array, float]]:
    """Of every queue, the chance of each interval (NaN where nothing is to be met) and of the month."""
    edges = np.concatenate([[0.0], (_POINTS[1:] + _POINTS[:-1]) / 2, [1.0]])
    months = _months(case, scheduled)
    found = {}
    for name, work in case.works.items():
        away, level = work.queue.random_absence_share, level_of(work)
        if name in case.points:
            enough = _enough(case.points[name], scheduled[name], away)
            interval = np.where(work.contacts > 0, (np.diff(edges)[:, None] * enough).sum(axis=0), np.nan)
            found[name] = interval, float(np.mean(arriving_months(work, scheduled[name], case.study) >= level))
        elif name in case.heads:
            needed = case.heads[name]
            come = came(work, scheduled[name], case.study.rng("staffing", "risk", name))
            held = (np.minimum(come, needed).sum(axis=1)) / max(needed.sum(), 1)
            found[name] = np.where(needed > 0, _enough(needed, scheduled[name], away), np.nan), float(np.mean(held >= level - 1e-12))
        else:
            found[name] = _kept(*months[name], level)
    return {name: (np.clip(interval, 0.0, 1.0), month) for name, (interval, month) in found.items()}


def _kept(in_time: Array, load: Array, level: float) -> tuple[Array, float]:
    """Chances of work with a deadline, from its share in time and its amount in simulated months."""
    known = np.isfinite(in_time)
    months = known.sum(axis=0)
    met = np.divide(((in_time >= level - 1e-9) & known).sum(axis=0), months, out=np.full(len(months), np.nan), where=months > 0)
    kept = np.where(known, np.nan_to_num(in_time) * load, 0.0).sum(axis=1) / np.maximum(np.where(known, load, 0.0).sum(axis=1), 1e-9)
    return met, float(np.mean(kept >= level - 1e-9))


def _months(case: _Case, scheduled: dict[str, Whole]) -> dict[str, tuple[Array, Array]]:
    found: dict[str, tuple[Array, Array]] = {}
    for team in teams(case.works):
        found |= team_months(team, scheduled, case.idle[team[0].name], case.study)
    for name, work in case.works.items():
        if work.queue.model == "deferred" and not is_blended(work):
            found[name] = deferred_months(work, scheduled[name], case.study)
    return found


def level_of(work: Work) -> float:
    """Share to be met: the queue's service level, else the policy's."""
    return work.queue.service.level_share if work.queue.service is not None else LEVEL_SHARE


def risk(forecast: pd.DataFrame, need: pd.DataFrame, study: Study, workload: pd.DataFrame | None = None) -> pd.DataFrame:
    """Chance that each interval's target is met with the people of a requirement, for every channel.

    Parameters
    ----------
    forecast : table forecast with its quantiles; need : table requirement (or any table with queue, interval_start, scheduled)
    study : parameters and horizon; workload : table workload, where a queue names ``tasks``

    Returns
    -------
    DataFrame, table risk; all queues of the site.

    Raises
    ------
    TableError, StaffingError  as ``requirement`` does.
    """
    return _risk_table(_case(forecast, study, workload), need)


def _risk_table(case: _Case, need: pd.DataFrame) -> pd.DataFrame:
    study = case.study
    scheduled = {name: _rostered(need, name, study) for name in case.works}
    frames = [
        pd.DataFrame({"queue": name, "interval_start": study.horizon.intervals, "scheduled": scheduled[name], "met_share": interval})
        for name, (interval, _) in _chances(case, scheduled).items()
    ]
    return tables.check("risk", pd.concat(frames, ignore_index=True), source="risk")


def _rostered(need: pd.DataFrame, name: str, study: Study) -> Whole:
    chosen = need[need["queue"].eq(name)].set_index("interval_start")["scheduled"]
    return np.asarray(chosen.reindex(study.horizon.intervals, fill_value=0).to_numpy(dtype=np.int64))


def risk_curve(forecast: pd.DataFrame, study: Study, *, hour_yuan: float, workload: pd.DataFrame | None = None) -> pd.DataFrame:
    """What certainty costs: the plan for each quantile of the forecast, its hours, its chances, the cost of each further percent.

    Parameters
    ----------
    forecast, study, workload : as for ``risk``; hour_yuan : cost of a rostered hour [yuan/h]

    Returns
    -------
    DataFrame, table risk_curve; the month's chance from 60 simulated months (named stream, the same for every row). Of fixed heads, the row of a
    quantile is the smallest number of which enough come with that chance; posts of which nobody is away by chance have no rows.
    """
    return _curve(_case(forecast, study, workload), hour_yuan)


def risk_tables(
    forecast: pd.DataFrame, need: pd.DataFrame, study: Study, *, hour_yuan: float, workload: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables risk and risk_curve in one go, which takes little longer than one of them alone; parameters as there."""
    case = _case(forecast, study, workload)
    return _risk_table(case, need), _curve(case, hour_yuan)


def _curve(case: _Case, hour_yuan: float) -> pd.DataFrame:
    lines: list[tuple[object, ...]] = []
    for quantile in QUANTILES:
        scheduled = _staffed(case, quantile)
        for name, (interval, month) in _chances(case, scheduled).items():
            work = case.works[name]
            if work.queue.model == "heads" and work.queue.random_absence_share == 0:
                continue
            weights = np.where(np.isfinite(interval), case.heads[name] if name in case.heads else np.nan_to_num(work.contacts), 0.0)
            hours = float(scheduled[name].sum()) * case.study.horizon.interval_min / 60
            chance = float((np.nan_to_num(interval) * weights).sum() / max(weights.sum(), 1e-9))
            lines.append((name, quantile, hours, min(chance, 1.0), month, hours * hour_yuan))
    names = ["queue", "quantile_share", "hours_h", "interval_met_share", "month_met_share", "cost_yuan"]
    if not lines:
        return tables.empty("risk_curve")
    frame = pd.DataFrame(lines, columns=names)
    frame = pd.concat([frame[frame["queue"].eq(name)] for name in case.works], ignore_index=True)
    by_queue = frame.groupby("queue", sort=False)
    gained = by_queue["interval_met_share"].diff() * 100
    frame["cost_per_percent_yuan"] = by_queue["cost_yuan"].diff().where(gained > 1e-6) / gained.where(gained > 1e-6)
    return tables.check("risk_curve", frame, source="risk_curve")


def _staffed(case: _Case, quantile: float) -> dict[str, Whole]:
    """People to roster of every queue if a quantile of the forecast is staffed."""
    point = int(np.flatnonzero(quantile == _POINTS)[0])
    found, asked = {}, {}
    for name, work in case.works.items():
        if name in case.points:
            found[name] = scheduled_people(case.points[name][point], work)
        elif name in case.heads:
            found[name] = heads_for(case.heads[name], work.queue.random_absence_share, quantile)
        else:
            asked[name] = replace(work, contacts=np.where(work.contacts > 0, contacts_at(work.band, quantile), 0.0))
    planned = {name: queue_needs({name: work})[name] for name, work in asked.items()}
    lenders = {name: case.works[name] for name in case.points}
    together = blended({name: case.needs[name] for name in lenders} | planned, lenders | asked)
    return found | {name: scheduled_people(together[name].on_post, work) for name, work in asked.items()}


def heads_for(heads: Whole, away: float, quantile: float) -> Whole:
    """Smallest numbers of people of whom at least ``heads`` come with a chance of at least ``quantile``."""
    found = heads.copy()
    while away > 0:
        short = _enough(heads, found, away) < quantile - 1e-12
        if not short.any():
            break
        found = found + short
    return found
