"""People on post by model: arriving contacts in steady state (Erlang C and A, chat), work with a deadline, fixed heads."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from cslib.core.units import ceil_people
from cslib.params.site import Service
from cslib.staffing.chat import Slots, chat_people, chat_state
from cslib.staffing.deferred import plan_deferred
from cslib.staffing.erlang import agents_a, agents_c, erlang_a, erlang_c
from cslib.staffing.erlang_a import Limits
from cslib.staffing.erlang_c import level_agents_c
from cslib.staffing.poisson import Array
from cslib.staffing.priority import priority_agents
from cslib.staffing.search import Whole
from cslib.staffing.workload import Work, over_horizon, week_minutes

ABANDONMENT_CAP_SHARE = 0.05  # cap of an erlang_a queue whose site file sets none (policy): Erlang A alone accepts deep overload
Texts = NDArray[np.str_]


@dataclass(frozen=True)
class Need:
    """People on post of one queue, an entry per interval, and what to expect with them (NaN where not defined)."""

    on_post: Whole
    service_level_share: Array
    occupancy_share: Array
    abandonment_share: Array
    binding: Texts


def abandonment_cap(service: Service) -> float:
    """Largest share of contacts that may give up in an Erlang A queue: the site's value, else 0.05."""
    return ABANDONMENT_CAP_SHARE if service.max_abandonment_share is None else service.max_abandonment_share


def erlang_needs(works: list[Work]) -> list[Need]:
    """Needs of queues of one Erlang model in steady state, one contact a person, all intervals of all queues in one go."""
    if not works:
        return []
    columns = _Columns.of(works)
    cells = np.flatnonzero(columns.load > 0)
    people, binding = np.zeros(columns.load.shape, dtype=np.int64), np.full(columns.load.shape, "none", dtype="<U13")
    search = _people_c if works[0].queue.model == "erlang_c" else _people_a
    people[cells], binding[cells] = search(columns.at(cells))
    lifted = columns.is_open & (columns.min_heads > people)
    people, binding = np.where(lifted, columns.min_heads.astype(np.int64), people), np.where(lifted, "minimum_heads", binding)
    figures = _expected(columns, people, works[0].queue.model)
    borders = np.cumsum([len(work.open) for work in works])[:-1]
    return [Need(*parts) for parts in zip(*(np.split(values, borders) for values in (people, *figures, binding)), strict=True)]


def stationary_people(work: Work, load: Array, aht_s: Array) -> Whole:
    """People that a load needs in steady state, interval by interval, without ``min_heads``; any load and handle time of the queue's kind."""
    people = np.zeros(len(load), dtype=np.int64)
    cells = np.flatnonzero(load > 1e-9)
    if not cells.size:
        return people
    service, a, aht = work.service, load[cells], aht_s[cells]
    lost = abandonment_cap(service) if work.queue.model == "erlang_a" else 1.0
    if work.slots > 1:
        people[cells] = _chat_search(work, a, aht, lost)[0]
    elif work.queue.model == "erlang_c":
        people[cells] = agents_c(a, aht, work.target_s, service.level_share, service.max_occupancy_share)
    else:
        people[cells] = agents_a(a, aht, work.queue.patience_s or np.inf, work.target_s, service.level_share, service.max_occupancy_share, lost)
    return people


def _chat_search(work: Work, load: Array, aht_s: Array, lost: float) -> tuple[Whole, Whole]:
    """People and binding limit of chat, cell by cell where handle times differ."""
    people, binds = np.zeros(len(load), dtype=np.int64), np.zeros(len(load), dtype=np.int64)
    service = work.service
    for aht in np.unique(aht_s):
        cells = aht_s == aht
        people[cells], binds[cells] = chat_people(load[cells], slots_of(work, aht), service.level_share, service.max_occupancy_share, lost)
    return people, binds


def slots_of(work: Work, aht_s: float) -> Slots:
    """How the queue's people handle contacts of a handle time."""
    patience = work.queue.patience_s if work.queue.model == "erlang_a" else None
    return Slots(float(aht_s), patience or np.inf, work.target_s, work.slots, work.queue.concurrency_slowdown_share)


def chat_need(work: Work) -> Need:
    """Steady state of people with several contacts at a time."""
    patient = work.queue.model == "erlang_c"
    count, lost = len(work.open), 1.0 if patient else abandonment_cap(work.service)
    people, binding = np.zeros(count, dtype=np.int64), np.full(count, "none", dtype="<U13")
    level, occupancy, gave_up = (np.full(count, np.nan) for _ in range(3))
    cells = np.flatnonzero(work.contacts > 0)
    people[cells], binds = _chat_search(work, work.load[cells], work.aht_s[cells], lost)
    binding[cells] = np.array(["service_level", "abandonment", "occupancy"])[binds]
    lifted = work.open & (work.queue.min_heads > people)
    people, binding = np.where(lifted, work.queue.min_heads, people), np.where(lifted, "minimum_heads", binding)
    occupancy[people > 0] = 0.0
    for i in cells:
        level[i], _, wait, occupancy[i] = chat_state(work.load[i], people[i], slots_of(work, work.aht_s[i]))
        gave_up[i] = np.nan if patient else wait / (work.queue.patience_s or np.inf)
    return Need(people, np.clip(level, 0, 1), occupancy, gave_up, binding)


def with_priorities(need: Need, work: Work) -> Need:
    """People lifted to what the queue's priority classes need, each by its own limit, in steady state (S004-04)."""
    classes = work.queue.priorities
    if not classes:
        return need
    shares, targets, levels = ([getattr(c, name) for c in classes] for name in ("share", "target_s", "level_share"))
    known: dict[tuple[float, float], int] = {}
    people, binding = need.on_post.copy(), need.binding.copy()
    for i in np.flatnonzero((work.contacts > 0) & work.open):
        cell = (float(work.load[i]), float(work.aht_s[i]))
        if cell not in known:
            known[cell] = priority_agents(*cell, shares, targets, levels)
        if known[cell] > people[i]:
            people[i], binding[i] = known[cell], "service_level"
    return replace(need, on_post=people, binding=binding)


@dataclass(frozen=True)
class _Columns:
    """Inputs of several queues end to end: load [Erlang], times [s], shares."""

    load: Array
    aht: Array
    is_open: NDArray[np.bool_]
    min_heads: Array
    patience: Array
    target: Array
    level: Array
    occupancy: Array
    abandonment: Array

    @classmethod
    def of(cls, works: list[Work]) -> _Columns:
        """Columns of queues; the handle time of an interval without contacts is never used."""
        lengths = [len(work.open) for work in works]

        def _each(values: list[float]) -> Array:
            return np.repeat(np.asarray(values, dtype=float), lengths)

        return cls(
            load=np.concatenate([np.where(work.contacts > 0, work.load, 0.0) for work in works]),
            aht=np.concatenate([np.where(work.contacts > 0, work.aht_s, 1.0) for work in works]),
            is_open=np.concatenate([work.open for work in works]),
            min_heads=_each([work.queue.min_heads for work in works]),
            patience=_each([work.queue.patience_s or np.inf for work in works]),
            target=_each([work.target_s for work in works]),
            level=_each([work.service.level_share for work in works]),
            occupancy=_each([work.service.max_occupancy_share for work in works]),
            abandonment=_each([abandonment_cap(work.service) for work in works]),
        )

    def at(self, cells: Whole) -> _Columns:
        """The same at some cells only."""
        return _Columns(**{field.name: getattr(self, field.name)[cells] for field in fields(self)})


def _people_c(columns: _Columns) -> tuple[Whole, Texts]:
    level = level_agents_c(columns.load, columns.aht, columns.target, columns.level)
    occupancy = ceil_people(columns.load / columns.occupancy)
    return np.maximum(level, occupancy), np.where(level >= occupancy, "service_level", "occupancy")


def _people_a(columns: _Columns) -> tuple[Whole, Texts]:
    times = columns.patience / columns.aht, columns.target / columns.aht
    limits = Limits(columns.load, *times, columns.level, columns.occupancy, columns.abandonment)
    people = limits.agents()
    level, _, abandonment = limits.kept(np.arange(len(people)), np.maximum(people - 1, 0))
    return people, np.where(~level, "service_level", np.where(~abandonment, "abandonment", "occupancy"))


def _expected(columns: _Columns, people: Whole, model: str) -> tuple[Array, Array, Array]:
    """Service level, occupancy and abandonment with ``people``; level and abandonment only where contacts are expected."""
    level, occupancy, abandonment = (np.full(people.shape, np.nan) for _ in range(3))
    occupancy[people > 0] = 0.0
    cells = np.flatnonzero(columns.load > 0)
    part, servers = columns.at(cells), people[cells]
    if model == "erlang_c":
        found = erlang_c(part.load, servers, part.aht, part.target)
    else:
        found = erlang_a(part.load, servers, part.aht, part.patience, part.target)
        abandonment[cells] = found.abandonment_share
    level[cells], occupancy[cells] = found.service_level_share, found.occupancy_share
    return level, occupancy, abandonment


def heads_need(work: Work) -> Need:
    """Fixed people by window."""
    heads = fixed_heads(work)
    people = np.where(work.open, np.maximum(heads, work.queue.min_heads), 0)
    binding = np.where(people == 0, "none", np.where(people > heads, "minimum_heads", "fixed_heads"))
    unknown = np.full(people.shape, np.nan)
    return Need(people, unknown, unknown, unknown, binding)


def fixed_heads(work: Work) -> Whole:
    """People of the heads windows, per interval; an interval takes the largest number in it."""
    found = np.zeros(len(work.open), dtype=np.int64)
    for window in work.queue.heads:
        found = np.maximum(found, window.heads * over_horizon(week_minutes((window,)), work.horizon))
    return found


def deferred_need(work: Work) -> Need:
    """Whole people of the smooth plan; occupancy is the work done over the people there."""
    plan = plan_deferred(work)
    people = np.where(work.open, plan.people, 0)
    occupancy = np.full(people.shape, np.nan)
    np.divide(plan.done - plan.done_before, people, out=occupancy, where=people > 0)
    wanted = np.where(plan.people > work.queue.min_heads, "deadline", "minimum_heads")
    unknown = np.full(people.shape, np.nan)
    return Need(people, unknown, np.clip(occupancy, 0.0, 1.0), unknown, np.where(people == 0, "none", wanted))
