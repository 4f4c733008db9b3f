"""Simulated months of a plan: contacts of a day high or low together, people away for the whole day by chance, each on his own."""

from __future__ import annotations

import numpy as np

from cslib.core.units import floor_count
from cslib.intake.study import Study
from cslib.staffing.blend import deadline_slots
from cslib.staffing.chat import chat_state
from cslib.staffing.erlang import erlang_a, erlang_c
from cslib.staffing.models import slots_of
from cslib.staffing.poisson import Array
from cslib.staffing.search import Whole
from cslib.staffing.windows import Window, played
from cslib.staffing.workload import Work, contacts_at

DRAWS = 60  # simulated months
_GRID = 48  # loads at which the level of people with several contacts at a time is computed


def came(work: Work, scheduled: Whole, rng: np.random.Generator) -> Whole:
    """People who come: every seat of a day is empty with the queue's chance of absence, all day long; shape (draws, intervals)."""
    days, slots, most = work.horizon.days, work.horizon.slots_per_day, int(scheduled.max(initial=0))
    seats = rng.random((DRAWS, days, most)) >= work.queue.random_absence_share
    here = np.concatenate([np.zeros((DRAWS, days, 1), np.int64), np.cumsum(seats, axis=2)], axis=2)
    by_day = np.broadcast_to(scheduled.reshape(days, slots), (DRAWS, days, slots))
    return np.take_along_axis(here, by_day, axis=2).reshape(DRAWS, days * slots)


def drawn_contacts(work: Work, rng: np.random.Generator) -> Array:
    """Contacts of each month; a day's intervals share one quantile of the forecast; shape (draws, intervals)."""
    quantile = np.repeat(rng.random((DRAWS, work.horizon.days)), work.horizon.slots_per_day, axis=1)
    contacts = np.stack([contacts_at(work.band, np.clip(row, 1e-6, 1 - 1e-6)) for row in quantile])
    return np.where(work.contacts > 0, contacts, 0.0)


def arriving_months(work: Work, scheduled: Whole, study: Study) -> Array:
    """Service level of each month: every interval in steady state with the people who came, weighted by its contacts."""
    rng = study.rng("staffing", "risk", work.name)
    contacts, come = drawn_contacts(work, rng), came(work, scheduled, rng)
    busy = np.flatnonzero(work.contacts > 0)
    contacts, people, aht = contacts[:, busy], come[:, busy].astype(float), np.broadcast_to(work.aht_s[busy], (DRAWS, len(busy)))
    load = contacts * aht / work.interval_s
    if work.slots > 1:
        level = _chat_levels(work, load, people)
    elif work.queue.model == "erlang_c":
        level = erlang_c(load, people, aht, work.target_s).service_level_share
    else:
        level = erlang_a(load, people, aht, work.queue.patience_s, work.target_s).service_level_share
    return np.asarray((level * contacts).sum(axis=1) / np.maximum(contacts.sum(axis=1), 1e-9))


def _chat_levels(work: Work, load: Array, people: Array) -> Array:
    """Levels at the queue's usual handle time, read off a grid of loads for every number of people."""
    case = slots_of(work, float(np.median(work.aht_s[work.contacts > 0])))
    found, loads = np.zeros_like(load), np.linspace(0, load.max(), _GRID + 1)[1:]
    for n in np.unique(people).astype(int):
        cells = people == n
        if n > 0:
            found[cells] = np.interp(load[cells], loads, [chat_state(a, n, case)[0] for a in loads])
    return found


def fifo(load: Array, capacity: Array, is_open: np.ndarray, deadline: int) -> tuple[Array, Array]:
    """Work done by the end of each interval, and the share of what arrives in it that is finished in time, first in, first out.

    Parameters
    ----------
    load, capacity : work and people [person-intervals], shape (months, intervals);  deadline : in intervals, from arrival or the next opening on

    Returns
    -------
    done, in_time, of the same shape; in_time is NaN where no work arrives or its deadline lies after the end.
    """
    arrived, done = np.cumsum(load, axis=1), np.zeros_like(load)
    finished, room = np.zeros(len(load)), np.where(is_open, capacity, 0.0)
    for i in range(load.shape[1]):
        finished = np.minimum(finished + room[:, i], arrived[:, i])
        done[:, i] = finished
    count, opens = load.shape[1], np.flatnonzero(is_open)
    counted = opens[np.minimum(np.searchsorted(opens, np.arange(count)), len(opens) - 1)] if len(opens) else np.arange(count)
    due = counted + deadline
    in_time = (done[:, np.minimum(due, count - 1)] - (arrived - load)) / np.where(load > 0, load, np.nan)
    in_time[:, due >= count] = np.nan  # due after the month: nobody knows yet
    return done, np.clip(in_time, 0.0, 1.0)


def deferred_months(work: Work, scheduled: Whole, study: Study) -> tuple[Array, Array]:
    """Share of each interval's work finished in time, and the work, shape (draws, intervals), for a queue of its own."""
    rng = study.rng("staffing", "risk", work.name)
    load = drawn_contacts(work, rng) * np.nan_to_num(work.aht_s) / work.interval_s
    deadline = int(floor_count((work.queue.deadline_h or 0.0) * 60 / work.horizon.interval_min))
    week = min(7, work.horizon.days) * work.horizon.slots_per_day
    capacity = came(work, scheduled, rng).astype(float)
    padded = (np.concatenate([x[..., :week], x], axis=-1) for x in (load, capacity, work.open))
    _, in_time = fifo(*padded, deadline)
    return in_time[:, week:], load


def team_months(team: list[Work], scheduled: dict[str, Whole], idle: Array, study: Study) -> dict[str, tuple[Array, Array]]:
    """The same for every queue of a team; the time that other queues lend is that of their plan."""
    loads, people = {}, np.zeros((DRAWS, len(idle)))
    for work in team:
        rng = study.rng("staffing", "risk", work.name)
        loads[work.name] = drawn_contacts(work, rng) * np.nan_to_num(work.aht_s) / work.interval_s
        people = people + came(work, scheduled[work.name], rng)
    tasks, shares = np.sum([work.tasks for work in team], axis=0), {work.name: np.full((DRAWS, len(idle)), np.nan) for work in team}
    for draw in range(DRAWS):
        windows = [*(Window(loads[work.name][draw], deadline_slots(work)) for work in team), Window(tasks, 1)]
        _, in_time = played(windows, team[0].open, people[draw] + idle)
        for k, work in enumerate(team):
            load = loads[work.name][draw]
            shares[work.name][draw] = np.where(load > 0, in_time[k] / np.where(load > 0, load, 1.0), np.nan)
            shares[work.name][draw, len(idle) - deadline_slots(work) :] = np.nan
    return {work.name: (shares[work.name], loads[work.name]) for work in team}
