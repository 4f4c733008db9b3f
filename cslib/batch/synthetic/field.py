"""What a roster is planted on: days, duties and the intervals they serve, need of every set of queues, what each person may do.

Pooled queues are covered as sets (Hall): every set of queues needs at least the sum of its needs from people who serve any of
them; a home post is a set of its own.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cslib.batch.synthetic.pattern import REST_DAY, Duty, Rules, Stretch
from cslib.batch.synthetic.pattern import rules as sequence_rules
from cslib.batch.synthetic.people import Person, contract_h, person
from cslib.batch.synthetic.recipe import Group, People
from cslib.core.horizon import Horizon
from cslib.core.units import ceil_people, floor_count
from cslib.params import Params
from cslib.params.calendar import LEGAL_WORK, calendar

Level = tuple[str, ...]


@dataclass(frozen=True)
class Option:
    """A duty with chosen break starts [min after the shift's start]."""

    duty: int
    breaks: tuple[int, ...]


@dataclass(frozen=True)
class Candidate:
    """A person with what he may not do and how much he should: duties barred, shape (days, duties), and numbers of duties."""

    person: Person
    barred: np.ndarray
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True)
class Planted:
    """A person with the option of each day (index into ``Field.options``; ``REST_DAY`` for rest or leave), look-back days first."""

    candidate: Candidate
    days: np.ndarray

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.candidate.person


@dataclass(frozen=True)
class Field:
    """What is covered with what: days (look-back first), duties, their options and the intervals each serves, need of each level."""

    people: People
    params: Params
    seed: int
    horizon: Horizon
    first: dt.date
    days: pd.DataFrame
    duties: tuple[Duty, ...]
    options: tuple[Option, ...]
    serves: np.ndarray  # (options, 2 * slots a day): interval after midnight of the start day that the option serves
    levels: tuple[Level, ...]
    need: np.ndarray  # (levels, days * slots + slots): look-back, month, one day beyond
    law: Rules
    served: Mapping[str, Mapping[int, list[int]]]  # by group: options that it works, each with the levels that it serves

    @property
    def slots(self) -> int:
        """Intervals a day."""
        return self.horizon.slots_per_day

    @property
    def begin(self) -> int:
        """Interval of the day in which the earliest shift starts."""
        return min(duty.shift.start_min for duty in self.duties) // self.horizon.interval_min

    @property
    def covered(self) -> slice:
        """What must be covered, on the axis of ``need``: the month and the duties of the day before, which serve its first morning."""
        return slice((self.people.look_back_days - 1) * self.slots + self.begin, len(self.days) * self.slots)


def open_field(people: People, params: Params, requirement: pd.DataFrame, seed: int) -> Field:
    """Prepare the planting.

    Parameters
    ----------
    requirement : table ``requirement`` of the month
    seed : root of the random streams
    """
    horizon = Horizon.month(people.month, params.site.interval_min)
    first = horizon.start - dt.timedelta(days=people.look_back_days)
    days = calendar(first, horizon.end - dt.timedelta(days=1), params.site.country)
    duties = tuple(Duty(shift, queue) for shift in params.shifts for queue in (shift.queues or ("",)))
    options = tuple(Option(i, starts) for i, duty in enumerate(duties) for starts in _break_starts(duty, horizon.interval_min))
    serves = np.array([_served(duties[option.duty], option, horizon) for option in options])
    levels = _levels(params)
    served = {name: _served_by(group, params, options, duties, levels) for name, group in people.groups.items()}
    return Field(
        people, params, seed, horizon, first, days, duties, options, serves, levels,
        _need(requirement, levels, horizon, people.look_back_days), sequence_rules(duties, params.law, horizon.start), served,
    )  # fmt: skip


def candidate(field: Field, group: str, number: int) -> Candidate:
    """Person ``number`` of a group of the recipe."""
    days = field.days.iloc[field.people.look_back_days :].reset_index(drop=True)
    who = person(field.people, group, number, field.params, days, field.seed)
    return Candidate(who, _barred(field, who), _stretches(field, who))


def _served_by(group: Group, params: Params, options: Sequence[Option], duties: Sequence[Duty], levels: Sequence[Level]) -> dict[int, list[int]]:
    skilled = {name for name, queue in params.site.queues.items() if queue.skill in group.skills}
    found = {}
    for i, option in enumerate(options):
        duty = duties[option.duty]
        serving = {duty.queue} & skilled if duty.queue else skilled - _posts(params)
        reached = [n for n, level in enumerate(levels) if serving & set(level)]
        if duty.shift.code in group.shifts and reached:
            found[i] = reached
    return found


def _barred(field: Field, who: Person) -> np.ndarray:
    """Duties that a person can't have, shape (days, duties): leave, employment, protected nights, days off of standard hours."""
    barred = np.zeros((len(field.days), len(field.duties)), dtype=bool)
    for i, (day, kind) in enumerate(zip(field.days["date"], field.days["kind"], strict=True)):
        date = day.date()
        off = not who.employed(date) or date in who.leave or (who.hours_scheme == "standard" and kind not in LEGAL_WORK)
        barred[i] = off | (field.law.night & (who.no_night_until is not None and date <= who.no_night_until))
    return barred


def _stretches(field: Field, who: Person) -> tuple[Stretch, ...]:
    """Numbers of duties that keep the person between contract less the free band, and contract, in look-back and month."""
    codes = field.people.groups[who.group].shifts
    paid_h = max(field.params.shift(code).paid_min for code in codes) / 60
    back = field.people.look_back_days
    band = field.params.site.roster.contract_band_h
    bounds = []
    for first, last, leave_h in ((0, back - 1, 0.0), (back, len(field.days) - 1, who.leave_h)):
        hours = contract_h(who, field.params, field.days.iloc[first : last + 1]) - leave_h
        bounds.append(Stretch(first, last, max(0, ceil_people((hours - band) / paid_h)), max(0, floor_count(hours / paid_h))))
    return replace(bounds[0], least=0), bounds[1]


def cover(field: Field, planted: Planted) -> np.ndarray:
    """What a planted person covers, shape of ``need``."""
    covered = np.zeros_like(field.need)
    served = field.served[planted.person.group]
    for day, option in enumerate(planted.days):
        if option != REST_DAY:
            start = day * field.slots
            covered[served[option], start : start + 2 * field.slots] += field.serves[option][: covered.shape[1] - start]
    return covered


def shortfall(field: Field, left: np.ndarray) -> float:
    """Person-intervals of ``left`` that are open where they must be covered, summed over levels."""
    return float(left[:, field.covered].clip(min=0).sum())


def moment(field: Field, slot: int) -> str:
    """Start of an interval on the axis of ``need``, for a message."""
    return f"{pd.Timestamp(field.first) + pd.Timedelta(minutes=slot * field.horizon.interval_min):%Y-%m-%d %H:%M}"


def _posts(params: Params) -> set[str]:
    """Queues that shifts name as home posts."""
    return {queue for shift in params.shifts for queue in shift.queues}


def _levels(params: Params) -> tuple[Level, ...]:
    posts = _posts(params)
    pooled = [name for name in params.site.queues if name not in posts]
    sets = [tuple(part) for size in range(1, len(pooled) + 1) for part in itertools.combinations(pooled, size)]
    return (*sets, *((name,) for name in params.site.queues if name in posts))


def _break_starts(duty: Duty, interval_min: int) -> list[tuple[int, ...]]:
    """Break starts to choose from; at a post breaks are relieved, so the earliest stand for all."""
    if duty.queue:
        return [tuple(b.earliest_min for b in duty.shift.breaks)]
    starts = itertools.product(*(b.positions(interval_min) for b in duty.shift.breaks))
    ends = [b.length_min for b in duty.shift.breaks]
    return [s for s in starts if all(a + length <= b for a, length, b in zip(s, ends, s[1:], strict=False))]


def _served(duty: Duty, option: Option, horizon: Horizon) -> np.ndarray:
    served = np.zeros(2 * horizon.slots_per_day)
    served[duty.shift.start_min // horizon.interval_min : duty.shift.end_min // horizon.interval_min] = 1.0
    for start, pause in zip(option.breaks, duty.shift.breaks, strict=True):
        if not duty.queue:
            low = (duty.shift.start_min + start) // horizon.interval_min
            served[low : low + pause.length_min // horizon.interval_min] = 0.0
    return served


def _need(requirement: pd.DataFrame, levels: Sequence[Level], horizon: Horizon, look_back: int) -> np.ndarray:
    """Need of each level: the month from the requirement, days before and the day after from the same weekdays of the month."""
    by_queue: Mapping[str, np.ndarray] = {
        str(name): rows.sort_values("interval_start")["scheduled"].to_numpy(dtype=float) for name, rows in requirement.groupby("queue")
    }
    slots = horizon.slots_per_day
    days = [day + 28 if day >= -28 else day + 35 for day in range(-look_back, 0)] + [*range(horizon.days), horizon.days - 7]
    need = np.zeros((len(levels), len(days) * slots))
    for row, level in enumerate(levels):
        month = sum((by_queue[name] for name in level), np.zeros(horizon.days * slots)).reshape(horizon.days, slots)
        need[row] = month[days].ravel()
    return need
