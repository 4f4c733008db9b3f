"""From one number to a chance: how often the people on the plan are enough, and what each further percent of certainty costs.

Contacts come by the forecast's quantiles (a normal distribution bent at the median, so that p10 and p90 hold), and rostered people stay away by
chance, each on his own. An interval is met if at least as many come as the contacts that come need. Over a month the contacts of one
day are high or low together, the days on their own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import special

from cslib.core import tables
from cslib.intake.study import Study
from cslib.staffing.erlang import erlang_a, erlang_c
from cslib.staffing.over_time import time_varying
from cslib.staffing.poisson import Array
from cslib.staffing.requirement import scheduled_people
from cslib.staffing.search import Whole
from cslib.staffing.workload import Work, workloads

QUANTILES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)  # of the forecast, as rows of the cost curve
_POINTS = np.array([0.05, 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.985])  # where the need of an interval is computed; QUANTILES among them
_DRAWS = 60  # simulated months
_NINETY = float(special.ndtri(0.9))


def _contacts_at(rows: pd.DataFrame, quantile: Array | float) -> Array:
    """Contacts of each interval at a quantile (per interval, or one for all) of the forecast."""
    z = special.ndtri(quantile)
    p10, p50, p90 = (rows[name].to_numpy(dtype=float) for name in ("p10", "p50", "p90"))
    return np.maximum(p50 + z * np.where(z < 0, p50 - p10, p90 - p50) / _NINETY, 0.0)


def _arriving(forecast: pd.DataFrame, study: Study) -> list[tuple[Work, pd.DataFrame]]:
    """Queues with arriving contacts, one at a time, and their forecast on the grid."""
    found = []
    for name, work in workloads(forecast, study).items():
        if work.queue.model in {"erlang_c", "erlang_a"} and work.slots == 1:
            rows = forecast[forecast["queue"].eq(name)].set_index("interval_start").reindex(study.horizon.intervals)
            found.append((work, rows))
    return found


def _needs(work: Work, rows: pd.DataFrame, quantiles: Array) -> Whole:
    """People on post that each quantile of the contacts needs; shape (quantiles, intervals)."""
    out = []
    for quantile in quantiles:
        contacts = np.where(work.contacts > 0, _contacts_at(rows, quantile), 0.0)
        out.append(time_varying(replace(work, contacts=contacts)).plan.people)
    return np.maximum.accumulate(np.array(out), axis=0)


def _met(work: Work, needs: Whole, scheduled: Whole) -> Array:
    """Chance that enough of the rostered people come for the contacts that come."""
    edges = np.concatenate([[0.0], (_POINTS[1:] + _POINTS[:-1]) / 2, [1.0]])
    away = work.queue.random_absence_share
    possible = (needs > 0) & (needs <= scheduled)
    enough = np.where(possible, special.bdtrc(np.where(possible, needs - 1, 0), np.maximum(scheduled, 1), 1 - away), needs <= 0)
    return np.where(work.contacts > 0, (np.diff(edges)[:, None] * enough).sum(axis=0), np.nan)


def risk(forecast: pd.DataFrame, need: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Chance that each interval's target is met with the people of a requirement.

    Parameters
    ----------
    forecast : table forecast with its quantiles; need : table requirement (or any table with queue, interval_start, scheduled)
    study : parameters and horizon; queues of model erlang_c and erlang_a with one contact a person

    Returns
    -------
    DataFrame, table risk.

    Raises
    ------
    TableError, StaffingError  as ``requirement`` does.
    """
    frames = [tables.empty("risk")]
    for work, rows in _arriving(forecast, study):
        chosen = need[need["queue"].eq(work.name)].set_index("interval_start")
        scheduled = chosen["scheduled"].reindex(study.horizon.intervals, fill_value=0).to_numpy(dtype=np.int64)
        met = _met(work, _needs(work, rows, _POINTS), scheduled)
        columns = {"queue": work.name, "interval_start": study.horizon.intervals, "scheduled": scheduled, "met_share": np.clip(met, 0.0, 1.0)}
        frames.append(pd.DataFrame(columns))
    return tables.check("risk", pd.concat(frames[1:] or frames, ignore_index=True), source="risk")


def risk_curve(forecast: pd.DataFrame, study: Study, *, hour_yuan: float) -> pd.DataFrame:
    """What certainty costs: the plan for each quantile of the forecast, its hours, its chances, the cost of each further percent.

    Parameters
    ----------
    forecast, study : as for ``risk``; hour_yuan : cost of a rostered hour [yuan/h]

    Returns
    -------
    DataFrame, table risk_curve; the month's chance from 60 simulated months (named stream, the same for every row).
    """
    frames = [tables.empty("risk_curve")]
    for work, rows in _arriving(forecast, study):
        needs, weights = _needs(work, rows, _POINTS), np.nan_to_num(work.contacts) / max(np.nansum(work.contacts), 1e-9)
        lines = []
        for quantile in QUANTILES:
            on_post = needs[int(np.flatnonzero(quantile == _POINTS)[0])]
            scheduled = scheduled_people(on_post, work)
            hours = float(scheduled.sum()) * study.horizon.interval_min / 60
            chance = float((np.nan_to_num(_met(work, needs, scheduled)) * weights).sum())
            month = float(np.mean(_months(work, rows, scheduled, study) >= work.service.level_share))
            lines.append((work.name, quantile, hours, min(chance, 1.0), month, hours * hour_yuan))
        names = ("queue", "quantile_share", "hours_h", "interval_met_share", "month_met_share", "cost_yuan")
        frame = pd.DataFrame(lines, columns=list(names))
        gained = frame["interval_met_share"].diff() * 100
        frame["cost_per_percent_yuan"] = frame["cost_yuan"].diff().where(gained > 1e-6) / gained.where(gained > 1e-6)
        frames.append(frame)
    return tables.check("risk_curve", pd.concat(frames[1:] or frames, ignore_index=True), source="risk_curve")


def _months(work: Work, rows: pd.DataFrame, scheduled: Whole, study: Study) -> Array:
    """Service level of simulated months: contacts of a day high or low together, people away by chance, each interval in steady state."""
    rng = study.rng("staffing", "risk", work.name)
    days, slots = work.horizon.days, work.horizon.slots_per_day
    busy = np.flatnonzero(work.contacts > 0)
    levels, aht = np.zeros(_DRAWS), work.aht_s[busy]
    for draw in range(_DRAWS):
        quantile = np.repeat(rng.random(days), slots)
        come = rng.binomial(scheduled, 1 - work.queue.random_absence_share)[busy].astype(float)
        contacts = _contacts_at(rows, np.clip(quantile, 1e-6, 1 - 1e-6))[busy]
        load = contacts * aht / work.interval_s
        if work.queue.model == "erlang_c":
            level = erlang_c(load, come, aht, work.target_s).service_level_share
        else:
            level = erlang_a(load, come, aht, work.queue.patience_s, work.target_s).service_level_share
        levels[draw] = (level * contacts).sum() / max(contacts.sum(), 1e-9)
    return levels
