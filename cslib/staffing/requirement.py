"""Every queue, every interval of the horizon: people needed at the post, people to roster, what to expect, what set the number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.units import ceil_people
from cslib.intake.study import Study
from cslib.staffing.blend import blended, is_blended
from cslib.staffing.models import Need, chat_need, deferred_need, erlang_needs, heads_need, with_priorities
from cslib.staffing.over_time import time_varying_need
from cslib.staffing.search import Whole
from cslib.staffing.workload import Work, workloads


def requirement(forecast: pd.DataFrame, study: Study, workload: pd.DataFrame | None = None) -> pd.DataFrame:
    """People needed, interval by interval, for all queues and posts of the site, each by its own answer-time standard (S004-03).

    Parameters
    ----------
    forecast : table forecast; every interval of the horizon for every queue that is not of model ``heads``
    study : parameters and horizon; queues of model erlang_c, erlang_a (chat: slots per person), deferred, heads
    workload : table workload, where a queue names ``tasks`` that its people do besides

    Returns
    -------
    DataFrame, table requirement: on_post [persons]; scheduled = ceil(on_post / (1 - roster_shrinkage_share)), on_post itself for fixed heads;
    service level, occupancy and abandonment [share] expected with on_post, by the site's method (time-varying: on the state that the
    intervals before leave behind; stationary: in steady state), empty where not defined (Erlang C has no
    abandonment; deferred work has neither service level nor abandonment; fixed heads have none of them; no contacts, no service
    level); what sets the number; peak hours (S000-01): the queue's own windows where it declares any, else scheduled at least the
    site's share of the day's maximum; fixed heads that declare no window have no peak.

    Raises
    ------
    TableError  if ``forecast`` breaks its contract. StaffingError  if forecast and parameters don't give every queue its work.
    """
    works = workloads(forecast, study, workload)
    needs = blended(queue_needs(works), works)
    share = study.params.site.peak.share_of_day_max_share
    frames = [_frame(works[name], needs[name], share) for name in works]
    return tables.check("requirement", pd.concat(frames, ignore_index=True), source="requirement")


def scheduled_people(on_post: Whole, work: Work) -> Whole:
    """People to roster so that ``on_post`` are there; fixed heads carry no shrinkage (their relief is planned)."""
    if work.queue.model == "heads":
        return on_post
    return np.asarray(ceil_people(on_post / (1 - work.queue.roster_shrinkage_share)))


def queue_needs(works: dict[str, Work]) -> dict[str, Need]:
    """Needs of every queue on its own, tasks and shared work left out."""
    found: dict[str, Need] = {}
    for model in ("erlang_c", "erlang_a"):
        chosen = [work for work in works.values() if work.queue.model == model and work.method == "stationary" and work.slots == 1]
        found.update(zip((work.name for work in chosen), erlang_needs(chosen), strict=True))
    makers = {"heads": heads_need, "deferred": deferred_need}
    for name, work in works.items():
        if name not in found and is_blended(work):
            found[name] = heads_need(work)  # least people; planned with its team afterwards
        elif name not in found:
            maker = makers.get(work.queue.model, chat_need if work.method == "stationary" else time_varying_need)
            found[name] = maker(work)
    return {name: with_priorities(need, works[name]) for name, need in found.items()}


def _frame(work: Work, need: Need, peak_share: float) -> pd.DataFrame:
    scheduled = scheduled_people(need.on_post, work)
    return pd.DataFrame(
        {
            "queue": work.name,
            "interval_start": work.horizon.intervals,
            "on_post": need.on_post,
            "scheduled": scheduled,
            "service_level_share": need.service_level_share,
            "occupancy_share": need.occupancy_share,
            "abandonment_share": need.abandonment_share,
            "binding": need.binding,
            "peak": peak_hours(scheduled, work, peak_share),
        }
    )


def peak_hours(scheduled: Whole, work: Work, peak_share: float) -> np.ndarray:
    """Flag of every interval: is it a peak of this queue (S000-01)?

    Parameters
    ----------
    scheduled : people to roster [persons], by interval;  peak_share : share of the day's maximum from which on an interval is peak
    """
    if work.queue.peak_windows:
        moments = work.horizon.intervals
        declared = [work.queue.declared_peak(m.weekday(), m.hour * 60 + m.minute) for m in moments]
        return np.asarray(declared) & (scheduled > 0)
    if work.queue.model == "heads":
        return np.zeros(len(scheduled), dtype=bool)
    by_day = scheduled.reshape(work.horizon.days, work.horizon.slots_per_day)
    least = np.maximum(ceil_people(peak_share * by_day.max(axis=1, keepdims=True)), 1)
    return np.asarray(by_day >= least).ravel()
