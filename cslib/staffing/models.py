"""People on post by model: arriving contacts (Erlang C and A, chat), work with a deadline, fixed heads.

Chat: a person with c slots is c servers, each with the handle time of a person whose slots are all full, aht x (1 + slowdown x (c - 1)).
A person who talks to fewer customers at once is faster than that, so the plan errs on the safe side; and since Erlang's formulas
need more servers than load, people x c slots always carry the throughput.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cslib.core.units import ceil_people
from cslib.params.site import Service
from cslib.staffing.deferred import plan_deferred
from cslib.staffing.erlang import erlang_a, erlang_c
from cslib.staffing.erlang_a import Limits
from cslib.staffing.erlang_c import level_agents_c
from cslib.staffing.poisson import Array
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
    """Needs of queues of one Erlang model, all intervals of all queues in one go."""
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


@dataclass(frozen=True)
class _Columns:
    """Inputs of several queues end to end: load [Erlang], slots per person, times [s], shares."""

    load: Array
    aht: Array
    is_open: NDArray[np.bool_]
    slots: Array
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
            aht=np.concatenate([np.where(work.contacts > 0, work.aht_s * work.slowdown, 1.0) for work in works]),
            is_open=np.concatenate([work.open for work in works]),
            slots=_each([work.slots for work in works]),
            min_heads=_each([work.queue.min_heads for work in works]),
            patience=_each([work.queue.patience_s or np.inf for work in works]),
            target=_each([work.service.target_s for work in works]),
            level=_each([work.service.level_share for work in works]),
            occupancy=_each([work.service.max_occupancy_share for work in works]),
            abandonment=_each([abandonment_cap(work.service) for work in works]),
        )

    def at(self, cells: Whole) -> _Columns:
        """The same at some cells only."""
        return _Columns(**{field.name: getattr(self, field.name)[cells] for field in fields(self)})


def _people_c(columns: _Columns) -> tuple[Whole, Texts]:
    level = ceil_people(level_agents_c(columns.load, columns.aht, columns.target, columns.level) / columns.slots)
    occupancy = ceil_people(columns.load / columns.occupancy / columns.slots)
    return np.maximum(level, occupancy), np.where(level >= occupancy, "service_level", "occupancy")


def _people_a(columns: _Columns) -> tuple[Whole, Texts]:
    times = columns.patience / columns.aht, columns.target / columns.aht
    limits = Limits(columns.load, *times, columns.level, columns.occupancy, columns.abandonment)
    people = ceil_people(limits.agents() / columns.slots)
    one_less = np.maximum(people - 1, 0) * columns.slots.astype(np.int64)
    level, _, abandonment = limits.kept(np.arange(len(people)), one_less)
    return people, np.where(~level, "service_level", np.where(~abandonment, "abandonment", "occupancy"))


def _expected(columns: _Columns, people: Whole, model: str) -> tuple[Array, Array, Array]:
    """Service level, occupancy and abandonment with ``people``; level and abandonment only where contacts are expected."""
    level, occupancy, abandonment = (np.full(people.shape, np.nan) for _ in range(3))
    occupancy[people > 0] = 0.0
    cells = np.flatnonzero(columns.load > 0)
    part, servers = columns.at(cells), people[cells] * columns.slots[cells]
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
