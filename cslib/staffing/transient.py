"""A queue whose load and people change from interval to interval: what contacts meet, and the people that keep every interval's target.

The start is the modified offered load, the number of contacts that would be in service if nobody ever waited: it follows the load with the
delay of a handle time, so that it needs fewer people on a rising morning and more after the peak than the load of the interval itself.
From there each interval is made exact, forward in time, on the distribution of contacts that the intervals before leave behind.

Source: Eick, Massey & Whitt, The physics of the M(t)/G/infinity queue (1993); Jennings et al., Server staffing to meet time-varying demand (1996).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cslib.staffing import transient_kernel as kernel
from cslib.staffing.poisson import Array
from cslib.staffing.search import Whole

_NO_LOAD = 1e-9  # Erlang; less is nobody
MOST_STATES = 1 << 18  # contacts that a queue can hold; more is a queue that nobody will ever answer
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Stream:
    """Contacts of one queue over time; arrays of one entry an interval.

    Attributes
    ----------
    load : offered load [Erlang] at the handle time of a contact handled alone; aht_s : that handle time [s], > 0
    is_open : False where the queue is closed; whoever still waits at closing is turned away
    interval_s, target_s, patience_s : length of an interval, answer-time target, mean patience (inf: nobody gives up) [s]
    slots, slowdown_share : contacts that a person handles at a time, and how much each further one lengthens all of them
    """

    load: Array
    aht_s: Array
    is_open: Flags
    interval_s: float
    target_s: float
    patience_s: float = np.inf
    slots: int = 1
    slowdown_share: float = 0.0

    @property
    def length(self) -> Array:
        """Length of an interval [handle times]."""
        return self.interval_s / self.aht_s

    @property
    def giving_up(self) -> Array:
        """Rate of giving up [per handle time]."""
        return np.zeros_like(self.aht_s) if np.isinf(self.patience_s) else self.aht_s / self.patience_s


@dataclass(frozen=True)
class Course:
    """What contacts meet, interval by interval; NaN where no contact is expected (occupancy: where nobody is on post).

    Attributes
    ----------
    service_level_share : share of the interval's contacts answered within the target (who gives up is not answered)
    wait_probability : share that has to wait; abandonment_share : contacts that give up in the interval, over those that arrive in it
    asa_s : mean wait [s], those who give up included (Little: mean queue over arrival rate)
    occupancy_share : share of the people's slots in use; backlog : contacts waiting at the end of the interval
    """

    service_level_share: Array
    wait_probability: Array
    asa_s: Array
    occupancy_share: Array
    abandonment_share: Array
    backlog: Array

    def part(self, first: int) -> Course:
        """The intervals from ``first`` on."""
        return Course(**{field.name: getattr(self, field.name)[first:] for field in fields(self)})


def modified_offered_load(stream: Stream) -> tuple[Array, Array]:
    """Contacts in service if nobody waited, empty at opening: mean of each interval [Erlang], and number at its start."""
    found, starts = np.zeros_like(stream.load), np.zeros_like(stream.load)
    present = 0.0
    decay = np.exp(-stream.length)
    for i, (load, length, is_open) in enumerate(zip(stream.load, stream.length, stream.is_open, strict=True)):
        present = present if is_open else 0.0
        if is_open:
            starts[i] = present
            found[i] = load + (present - load) * (1 - decay[i]) / length
            present = load + (present - load) * decay[i]
    return found, starts


def over_time(stream: Stream, people: Any) -> Course:
    """What contacts meet with given people.

    Parameters
    ----------
    stream : the queue;  people : people on post in each interval [persons, whole]

    Returns
    -------
    Course. The queue is empty at the start; a queue that never closes is best given a day before the first that counts.
    """
    people = np.asarray(people, dtype=np.int64)
    figures = kernel.course(*_rates(stream), people, *_rest(stream), _size(stream, people))
    return _course(stream, people, figures)


def agents_over_time(stream: Stream, guess: Whole, least: Whole, level_share: Any, max_occupancy_share: Any, max_abandonment_share: Any) -> Plan:
    """Smallest number of people, interval by interval, with which the interval's own contacts meet the target and both caps.

    Parameters
    ----------
    guess : people to try first (any value gives the same result); least : lower limit [persons]
    level_share, max_occupancy_share, max_abandonment_share : limits [share], scalars or an entry an interval
    """
    shape = stream.load.shape
    missed, cap, lost = (np.broadcast_to(np.asarray(x, dtype=float), shape) for x in (1 - level_share, max_occupancy_share, max_abandonment_share))
    size = _size(stream, np.maximum(guess, least))
    people, figures, fewer = kernel.staffed(
        *_rates(stream), np.asarray(guess, dtype=np.int64), np.asarray(least, dtype=np.int64), *_rest(stream), missed, cap, lost, size
    )
    return Plan(people, _course(stream, people, figures), _course(stream, np.maximum(people - 1, 0), fewer))


@dataclass(frozen=True)
class Plan:
    """People of each interval, what contacts meet with them, and what they would meet with one person fewer in that interval."""

    people: Whole
    course: Course
    one_fewer: Course


def _rates(stream: Stream) -> tuple[Array, Array]:
    return np.ascontiguousarray(np.where(stream.is_open, stream.load, 0.0)), stream.giving_up


def _rest(stream: Stream) -> tuple[Any, ...]:
    target = stream.target_s / stream.aht_s
    return np.ascontiguousarray(stream.is_open), stream.slots, stream.slowdown_share, target, stream.length


def _size(stream: Stream, people: Whole) -> int:
    """States to keep: servers, the fluid backlog of an understaffed stretch, and room for chance."""
    servers = people * stream.slots
    full = servers / (1 + stream.slowdown_share * (stream.slots - 1))
    backlog = most = 0.0
    for excess, is_open in zip((stream.load - full) * stream.length, stream.is_open, strict=True):
        backlog = max(backlog + excess, 0.0) if is_open else 0.0
        most = max(most, backlog)
    arrivals = float((stream.load * stream.length).max(initial=0.0))
    return int(min(MOST_STATES, 2000 + 2 * servers.max(initial=0) + 4 * stream.load.max(initial=0.0) + 2 * arrivals + 1.2 * most))


def _course(stream: Stream, people: Whole, figures: Array) -> Course:
    busy = (stream.load > _NO_LOAD) & stream.is_open
    load = np.where(busy, stream.load, np.nan)
    queue = figures[:, kernel.QUEUE]
    servers = np.where((people > 0) & stream.is_open, people * stream.slots, np.nan)
    return Course(
        service_level_share=np.where(busy, np.clip(figures[:, kernel.LEVEL], 0.0, 1.0), np.nan),
        wait_probability=np.where(busy, np.clip(figures[:, kernel.WAITING], 0.0, 1.0), np.nan),
        asa_s=queue / load * stream.aht_s,
        occupancy_share=np.clip(figures[:, kernel.BUSY] / servers, 0.0, 1.0),
        abandonment_share=np.clip(stream.giving_up * queue / load, 0.0, 1.0),
        backlog=np.maximum(figures[:, kernel.BACKLOG], 0.0),
    )
