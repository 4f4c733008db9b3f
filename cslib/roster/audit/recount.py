"""Coverage and priced cost, counted from the roster alone: what every plan's figures are held against."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.shifts import OFF, REST
from cslib.roster.audit.balance import balance
from cslib.roster.audit.duties import is_work
from cslib.roster.audit.facts import Facts, Person
from cslib.roster.audit.goals import joint_goals, own_goals
from cslib.roster.audit.pool import Skills, assign
from cslib.roster.audit.presence import Presence, Watch, presence, watches
from cslib.roster.audit.rows import Cell

Assigned = dict[tuple[bytes, bytes], tuple[list[int], list[int]]]  # pool and need at a tick -> people serving each queue, people left over


@dataclass(frozen=True)
class Coverage:
    """Average people over each interval (or tick), arrays (queues, intervals): missing, above need, and missing where empty_post is not priced."""

    short: np.ndarray
    over: np.ndarray
    short_priced: np.ndarray


def coverage(facts: Facts) -> Coverage:
    """Minute by minute: need against people at the posts, then the pool's best assignment to what is left (by segments of equal minutes)."""
    found = count(presence(facts), facts.need.needed, facts.need.peak, watches(facts), facts.horizon.interval_min, {})
    return Coverage(*(_by_interval(ticks, facts.horizon.interval_min) for ticks in (found.short, found.over, found.short_priced)))


def count(there: Presence, needed: np.ndarray, peak: np.ndarray, watched: Sequence[Watch], step: int, known: Assigned) -> Coverage:
    """People missing and left over at every tick of a stretch of whole intervals.

    Parameters
    ----------
    there, watched : people and never-empty posts by tick; needed, peak : arrays (queues, intervals); step : ticks an interval
    known : assignments of the pool met so far, filled on the way

    Returns
    -------
    Coverage with arrays (queues, ticks).
    """
    wanted = np.repeat(needed, step, axis=1)
    held = there.held
    missing = np.maximum(wanted - held, 0)
    extra = np.maximum(held - wanted, 0)
    served, left = _pooled(missing, there, peak, step, known)
    short, priced = missing - served, missing - served
    for watch in watched:
        someone = np.maximum(held[watch.number], watch.limit)
        priced[watch.number] = np.minimum(short[watch.number], np.maximum(wanted[watch.number] - someone, 0))
    return Coverage(short, extra + left, priced)


def coverage_table(found: Coverage, facts: Facts, *, morning: bool = False) -> pd.DataFrame:
    """Table ``coverage``: every queue and interval of the month, or of the morning after it; rostered = needed - short + over."""
    month = len(facts.horizon.intervals)
    chosen = slice(month, None) if morning else slice(month)
    intervals = facts.horizon.morning(facts.need.needed.shape[1] - month) if morning else facts.horizon.intervals
    rows = []
    for i, queue in enumerate(facts.need.queues):
        needed, short, over = (part[i, chosen] for part in (facts.need.needed, found.short, found.over))
        columns = {"needed": needed, "rostered": needed - short + over, "short": short, "over": over, "peak": facts.need.peak[i, chosen]}
        rows.append(pd.DataFrame({"queue": queue, "interval_start": intervals, **columns}))
    return tables.check("coverage", pd.concat(rows, ignore_index=True), source="coverage")


def quantities(found: Coverage, facts: Facts) -> dict[str, float]:
    """Quantity of each price code, in the price's unit.

    A never-empty post's missing people are priced by ``empty_post`` up to the rule's limit, beyond it as short. Leave counts as hours. The
    morning after the month counts as far as the need reaches.
    """
    hour, peak = facts.horizon.interval_min / 60, facts.need.peak
    at_post = presence(facts).at_post
    own = [own_quantities(person, facts) for person in facts.people.values()]
    return {
        "empty_post": sum(float(w.below(at_post).sum()) for w in watches(facts)) / 60,
        "short_peak": float(found.short_priced[peak].sum()) * hour,
        "short": float(found.short_priced[~peak].sum()) * hour,
        "over": float(found.over.sum()) * hour,
        "wish_refused": sum(_refused(facts)),
        **joint_goals(facts),
        **{code: math.fsum(q[code] for q in own) for code in own[0]},
    }


def own_quantities(person: Person, facts: Facts) -> dict[str, float]:
    """What one person's month adds to the price codes of hours, nights and goals of his own, in their units."""
    rules = facts.study.params.site.roster
    hours = balance(person, facts).overtime_h
    return {
        "overtime": max(0.0, hours),
        "under_hours": max(0.0, -hours - rules.contract_band_h),
        "night_over": float(max(0, sum(facts.is_night(d) for d in person.duties) - rules.nights_free)),
        **own_goals(person, facts),
    }


def cost_table(found: dict[str, float], facts: Facts) -> pd.DataFrame:
    """Table ``cost_split``: one row per price of the list."""
    prices = facts.study.params.prices.prices
    rows = [
        {"price": code, "quantity": found[code], "unit": price.unit, "rate_yuan": price.yuan, "priced_yuan": found[code] * price.yuan}
        for code, price in prices.items()
    ]
    return tables.check("cost_split", pd.DataFrame(rows), source="cost_split")


def _pooled(missing: np.ndarray, there: Presence, peaks: np.ndarray, step: int, known: Assigned) -> tuple[np.ndarray, np.ndarray]:
    """People of the pool serving each queue, and those left over (booked on the first queue they can serve, else the site's first), by tick."""
    served, left = np.zeros_like(missing), np.zeros_like(missing)
    if not there.pool:
        return served, left
    groups = list(there.pool)
    state = np.vstack([*there.pool.values(), missing])
    for first, last in _segments(state, step):
        column, peak = state[:, first], peaks[:, first // step]
        key = (column.tobytes(), peak.tobytes())
        if key not in known:
            known[key] = _assigned(dict(zip(groups, column[: len(groups)].tolist(), strict=True)), column[len(groups) :].tolist(), peak.tolist())
        served[:, first:last] = np.array(known[key][0])[:, None]
        left[:, first:last] = np.array(known[key][1])[:, None]
    return served, left


def _assigned(people: dict[Skills, int], needed: list[int], peak: list[bool]) -> tuple[list[int], list[int]]:
    served, free = assign(people, needed, peak)
    left = [0] * len(needed)
    for skills, count in free.items():
        left[min(skills, default=0)] += count
    return served, left


def _segments(state: np.ndarray, step: int) -> Iterator[tuple[int, int]]:
    """Stretches of minutes inside one interval during which no column changes."""
    minutes = state.shape[1]
    cuts = np.flatnonzero(np.any(np.diff(state, axis=1) != 0, axis=0)) + 1
    edges = np.unique(np.concatenate([np.arange(0, minutes + 1, step), cuts]))
    return zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def _by_interval(minutes: np.ndarray, step: int) -> np.ndarray:
    return minutes.reshape(minutes.shape[0], -1, step).mean(axis=2)


def _refused(facts: Facts) -> Iterator[float]:
    """Weights of the month's wishes that the roster does not meet exactly; a wish for a shift that does not exist is none."""
    days = set(facts.horizon.dates)
    for row in facts.study.wishes.itertuples(index=False):
        person, day = facts.people.get(row.employee_id), row.date.date()
        known = row.wish == OFF or row.wish in facts.shifts
        if person is not None and day in days and known and not wish_met(row.wish, person.cells.get(day, ())):
            yield float(row.weight)


def wish_met(wish: str, rows: tuple[Cell, ...]) -> bool:
    """OFF is met by a rest day (a missing row rests, leave does not), a shift code by exactly that shift."""
    if wish == OFF:
        return all(c.kind == REST for c in rows)
    return len(rows) == 1 and is_work(rows[0]) and rows[0].code == wish
