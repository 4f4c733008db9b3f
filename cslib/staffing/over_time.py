"""The requirement of arriving contacts over time: each queue made exact, interval by interval, from its modified offered load."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cslib.staffing.models import Need, abandonment_cap, stationary_people
from cslib.staffing.poisson import Array
from cslib.staffing.search import Whole
from cslib.staffing.transient import Plan, Stream, agents_over_time, modified_offered_load
from cslib.staffing.workload import Work


@dataclass(frozen=True)
class TimeVarying:
    """A queue's plan over the horizon and what it was made from.

    Attributes
    ----------
    plan : people, what contacts meet with them, and with one fewer; an entry per interval of the horizon
    start : people of the steady state at the modified offered load, where the search begins
    offered : modified offered load [Erlang]; present : contacts in service at the start of each interval if nobody ever waited
    """

    plan: Plan
    start: Whole
    offered: Array
    present: Array


def stream_of(work: Work) -> Stream:
    """The queue's contacts over the horizon, the first day laid before it, so that the first morning inherits an ordinary night."""
    day = work.horizon.slots_per_day
    busy = work.open & (work.contacts > 0)
    usual = float(np.median(work.aht_s[busy])) if busy.any() else 1.0
    aht = np.where(busy, work.aht_s, usual)
    load = np.where(busy, work.load, 0.0)
    padded = (np.concatenate([values[:day], values]) for values in (load, aht, work.open))
    patience = work.queue.patience_s if work.queue.model == "erlang_a" else None
    return Stream(*padded, work.interval_s, work.target_s, patience or np.inf, work.slots, work.queue.concurrency_slowdown_share)


def time_varying(work: Work) -> TimeVarying:
    """People of a queue, interval by interval, on the state that the intervals before leave behind."""
    day, service = work.horizon.slots_per_day, work.service
    stream = stream_of(work)
    offered, present = modified_offered_load(stream)
    start = stationary_people(work, offered, stream.aht_s)
    least = np.where(stream.is_open, work.queue.min_heads, 0)
    lost = abandonment_cap(service) if work.queue.model == "erlang_a" else 1.0
    plan = agents_over_time(stream, start, least, service.level_share, service.max_occupancy_share, lost)
    inside = Plan(plan.people[day:], plan.course.part(day), plan.one_fewer.part(day))
    return TimeVarying(inside, start[day:], offered[day:], present[day:])


def time_varying_need(work: Work) -> Need:
    """The requirement of one queue, each interval on the state that the intervals before leave behind."""
    found = time_varying(work).plan
    course, fewer, service = found.course, found.one_fewer, work.service
    lost = fewer.abandonment_share > abandonment_cap(service)
    binding = np.where(fewer.occupancy_share > service.max_occupancy_share, "occupancy", "service_level")
    binding = np.where(lost & (work.queue.model == "erlang_a"), "abandonment", binding)
    binding = np.where(fewer.service_level_share < service.level_share, "service_level", binding)
    binding = np.where(found.people <= work.queue.min_heads, "minimum_heads", binding)
    binding = np.where(found.people == 0, "none", binding)
    gave_up = course.abandonment_share if work.queue.model == "erlang_a" else np.full(len(found.people), np.nan)
    return Need(found.people, course.service_level_share, course.occupancy_share, gave_up, binding.astype("<U13"))
