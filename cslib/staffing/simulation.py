"""Discrete-event simulation of a plan: many days with drawn contacts, handle times, patience and absences; results with confidence intervals.

All random numbers of a replication come from its own named stream, drawn before a plan is looked at: two plans that are compared
meet the same contacts and the same absences (common random numbers), and a fresh seed is another stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from cslib.core.streams import stream
from cslib.staffing import simulation_kernel as kernel
from cslib.staffing.poisson import Array
from cslib.staffing.search import Whole
from cslib.staffing.transient import Flags

CONFIDENCE_SHARE = 0.95
SEATS_APART = 211  # seats from the first of one group to the first of the next


@dataclass(frozen=True)
class Kind:
    """A class of contacts.

    Attributes
    ----------
    name : its code; contacts : expected contacts of each interval; aht_s : mean handle time of each interval [s]
    target_s : answer-time target [s]; patience_s : mean patience (inf: nobody gives up) [s]
    cv2 : squared coefficient of variation of the handle time (1: exponential, 0: always the same)
    is_open : None if always open
    rank : urgency (0 = most urgent) where a group doesn't say otherwise; escalate_after_s, escalate_to : wait [s] from which the class
        counts at another rank
    """

    name: str
    contacts: Array
    aht_s: Array
    target_s: float
    patience_s: float = np.inf
    cv2: float = 1.0
    is_open: Flags | None = None
    rank: int = 0
    escalate_after_s: float = np.inf
    escalate_to: int = 0


@dataclass(frozen=True)
class Group:
    """People with the same skills: the names of the kinds they take, and how many are on post in each interval."""

    name: str
    kinds: tuple[str, ...]
    people: Whole


@dataclass(frozen=True)
class Drawn:
    """Contacts of one replication in order of arrival: moment, handle time, patience [s], index of the kind; and a number per seat and day."""

    arrival: Array
    work: Array
    patience: Array
    kind: NDArray[np.int64]
    seats: Array = field(repr=False)


@dataclass(frozen=True)
class Estimate:
    """A mean over replications and the half width of its 95 % confidence interval."""

    mean: float
    half_width: float


@dataclass(frozen=True)
class Simulated:
    """Counts by replication, interval of arrival and kind: arrays (replications, intervals, kinds); ``waited`` in seconds."""

    kinds: tuple[str, ...]
    offered: Array
    in_time: Array
    gave_up: Array
    waited: Array

    def after(self, first: int) -> Simulated:
        """The intervals from ``first`` on, so that a start with an empty queue does not count."""
        return Simulated(self.kinds, *(x[:, first:] for x in (self.offered, self.in_time, self.gave_up, self.waited)))

    def level(self, kind: str) -> Estimate:
        """Service level of a kind over all intervals: answered in time over offered."""
        return _ratio(self.in_time[:, :, self.kinds.index(kind)].sum(axis=1), self.offered[:, :, self.kinds.index(kind)].sum(axis=1))

    def abandonment(self, kind: str) -> Estimate:
        """Share of a kind that gives up."""
        return _ratio(self.gave_up[:, :, self.kinds.index(kind)].sum(axis=1), self.offered[:, :, self.kinds.index(kind)].sum(axis=1))

    def wait_s(self, kind: str) -> Estimate:
        """Mean wait of a kind [s], those who give up included."""
        return _ratio(self.waited[:, :, self.kinds.index(kind)].sum(axis=1), self.offered[:, :, self.kinds.index(kind)].sum(axis=1))

    def level_by_interval(self, kind: str) -> tuple[Array, Array]:
        """Service level of each interval and the half width of its confidence interval (NaN without contacts)."""
        k = self.kinds.index(kind)
        pairs = [_ratio(self.in_time[:, i, k], self.offered[:, i, k]) for i in range(self.offered.shape[1])]
        return np.array([pair.mean for pair in pairs]), np.array([pair.half_width for pair in pairs])


def _ratio(part: Array, whole: Array) -> Estimate:
    """Ratio of two sums over replications, with the delta-method confidence interval of a ratio estimate."""
    count, total = len(part), whole.sum()
    if total == 0:
        return Estimate(np.nan, np.nan)
    mean = part.sum() / total
    if count < 2:
        return Estimate(float(mean), np.nan)
    spread = np.sqrt(((part - mean * whole) ** 2).sum() / (count - 1) / count) / whole.mean()
    return Estimate(float(mean), float(special.stdtrit(count - 1, (1 + CONFIDENCE_SHARE) / 2) * spread))


def draw(kinds: Sequence[Kind], interval_s: float, replications: int, seed: int, *names: str | int) -> list[Drawn]:
    """Contacts of every replication, each from its own stream.

    Parameters
    ----------
    seed, names : root seed and names of the stream; other names give fresh, independent contacts
    """
    return [_drawn(kinds, interval_s, stream(seed, "staffing", *names, number)) for number in range(replications)]


def _drawn(kinds: Sequence[Kind], interval_s: float, rng: np.random.Generator) -> Drawn:
    parts = []
    for index, kind in enumerate(kinds):
        counts = rng.poisson(kind.contacts)
        slots = np.repeat(np.arange(len(counts)), counts)
        size = len(slots)
        arrival = (slots + rng.random(size)) * interval_s
        work = rng.gamma(1 / kind.cv2, kind.cv2, size) if kind.cv2 > 0 else np.ones(size)
        patience = np.full(size, np.inf) if np.isinf(kind.patience_s) else rng.exponential(kind.patience_s, size)
        parts.append((arrival, work * kind.aht_s[slots], patience, np.full(size, index)))
    arrival, work, patience, which = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(arrival, kind="stable")
    return Drawn(arrival[order], work[order], patience[order], which[order], rng.random((64, 2000)))


def present(people: Whole, absence_share: float, seats: Array, intervals_a_day: int) -> Whole:
    """People who come: each seat is empty for a whole day with probability ``absence_share``; shape of ``people`` (intervals,)."""
    if absence_share == 0:
        return people
    here = np.concatenate([np.zeros((seats.shape[0], 1), np.int64), np.cumsum(seats >= absence_share, axis=1)], axis=1)
    days = np.arange(len(people)) // intervals_a_day % seats.shape[0]
    return here[days, np.minimum(people, seats.shape[1])]


def simulate(kinds: Sequence[Kind], groups: Sequence[Group], interval_s: float, drawn: Sequence[Drawn], *, absence_share: float = 0.0) -> Simulated:
    """Send drawn contacts to groups of people.

    Parameters
    ----------
    kinds, groups : what comes and who answers; a contact tries the groups with the fewest kinds first (dedicated before flexible)
    drawn : from ``draw`` with the same kinds; absence_share : chance that a person on the plan stays away for the day

    Returns
    -------
    Simulated: counts by replication, interval of arrival and kind.
    """
    names = tuple(kind.name for kind in kinds)
    rank = np.array([[kind.rank if kind.name in group.kinds else -1 for kind in kinds] for group in groups], dtype=np.int64)
    order = np.full((len(kinds), len(groups)), -1, dtype=np.int64)
    for k, kind in enumerate(kinds):
        holders = sorted((g for g, group in enumerate(groups) if kind.name in group.kinds), key=lambda g: (len(groups[g].kinds), g))
        order[k, : len(holders)] = holders
    is_open = np.column_stack([np.ones(len(kind.contacts), bool) if kind.is_open is None else kind.is_open for kind in kinds])
    escalated, after = np.array([kind.escalate_to for kind in kinds]), np.array([kind.escalate_after_s for kind in kinds], dtype=float)
    a_day = max(round(86400 / interval_s), 1)
    counts = []
    for one in drawn:
        # each group has seats of its own: absence in one says nothing about the others
        seats = [np.roll(one.seats, g * SEATS_APART, axis=1) if absence_share else one.seats for g in range(len(groups))]
        people = np.column_stack([present(np.asarray(g.people, np.int64), absence_share, own, a_day) for g, own in zip(groups, seats, strict=True)])
        wait, outcome, by = np.zeros(len(one.arrival)), np.zeros(len(one.arrival), np.int64), np.zeros(len(one.arrival), np.int64)
        kernel.replicate(
            one.arrival, one.work, one.patience, one.kind, people, is_open, float(interval_s), rank, order, escalated, after, wait, outcome, by
        )
        counts.append(_counted(one, wait, outcome, kinds, interval_s, is_open.shape))
    return Simulated(names, *(np.stack(column) for column in zip(*counts, strict=True)))


def simulate_chat(kind: Kind, people: Whole, slots: int, slowdown_share: float, interval_s: float, drawn: Sequence[Drawn]) -> Simulated:
    """Send drawn contacts to people who handle ``slots`` at a time, each slower by ``slowdown_share`` per further contact; fewest contacts first."""
    is_open = np.ones(len(kind.contacts), bool) if kind.is_open is None else kind.is_open
    counts = []
    for one in drawn:
        wait, outcome = np.zeros(len(one.arrival)), np.zeros(len(one.arrival), np.int64)
        kernel.replicate_chat(
            one.arrival, one.work, one.patience, np.asarray(people, np.int64), is_open, float(interval_s), slots, slowdown_share, wait, outcome
        )
        counts.append(_counted(one, wait, outcome, [kind], interval_s, (len(is_open), 1)))
    return Simulated((kind.name,), *(np.stack(column) for column in zip(*counts, strict=True)))


def _counted(one: Drawn, wait: Array, outcome: Whole, kinds: Sequence[Kind], interval_s: float, shape: tuple[int, int]) -> tuple[Any, ...]:
    """Offered, in time, gave up (turned away included) and seconds waited, by interval of arrival and kind."""
    slot = np.minimum((one.arrival / interval_s).astype(np.int64), shape[0] - 1)
    cell = slot * shape[1] + one.kind
    target = np.array([kind.target_s for kind in kinds], dtype=float)[one.kind]
    in_time = (outcome == kernel.SERVED) & (wait <= target)
    lost = (outcome == kernel.GONE) | (outcome == kernel.TURNED_AWAY)
    weights = (None, in_time.astype(float), lost.astype(float), wait)
    return tuple(np.bincount(cell, weights=w, minlength=shape[0] * shape[1]).reshape(shape).astype(float) for w in weights)
