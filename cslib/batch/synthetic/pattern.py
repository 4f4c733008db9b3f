"""The best legal sequence of duties of one person over a stretch of days: an exact programme from day to day.

State after a day: last duty, length of the run of work days, nights in a row, duties so far; or, at rest, the last duty (one
rest day long, because a short rest after nights may still bar an early start) or nothing. Formula: S[d](state) = max over legal
predecessors of S[d-1] + value of the duty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cslib.core.shifts import Shift, rest_h
from cslib.core.units import minute_of
from cslib.params.law import Law

REST_DAY = -1
_NEVER = -np.inf
State = tuple[Any, ...]  # part of the front, then the indices in it


@dataclass(frozen=True)
class Duty:
    """A kind of duty: a shift, at a home post where the shift has posts."""

    shift: Shift
    queue: str = ""


@dataclass(frozen=True)
class Rules:
    """What the law profile allows between duties, by index of the kind of duty.

    follows[i, j]: j may start the day after i; after_rest[i, j]: j may start two days after i, with one rest day between.
    """

    follows: np.ndarray
    after_rest: np.ndarray
    night: np.ndarray
    run_max: int
    nights_max: int


@dataclass(frozen=True)
class Stretch:
    """Days ``first`` .. ``last`` (index, both included) with at least ``least`` and at most ``most`` duties."""

    first: int
    last: int
    least: int
    most: int


def rules(duties: Sequence[Duty], law: Law, day: dt.date) -> Rules:
    """Sequence rules between kinds of duty in force on a day (rest_between_shifts, rest_after_nights, consecutive_*)."""
    window = (minute_of(str(law.value("night_window_start", day))), minute_of(str(law.value("night_window_end", day))))
    least = int(float(law.value("night_least", day)) * 60)
    night = np.array([d.shift.is_night(window, least) for d in duties])
    rest, after_nights = law.limit("rest_between_shifts", day), law.limit("rest_after_nights", day)

    def legal(i: int, j: int, later: int) -> bool:
        """True if duty kind ``j`` may start ``later`` days after kind ``i``: rest between shifts and after nights [h]."""
        gap = rest_h(duties[i].shift.span(day), duties[j].shift.span(day + dt.timedelta(days=later)))
        return gap >= rest and (gap >= after_nights or not night[i] or bool(night[j]))

    kinds = range(len(duties))
    follows, after_rest = (np.array([[legal(i, j, later) for j in kinds] for i in kinds]) for later in (1, 2))
    run_max, nights_max = int(law.limit("consecutive_work_days", day)), int(law.limit("consecutive_nights", day))
    return Rules(follows, after_rest, night, run_max, nights_max)


@dataclass
class _Front:
    """Best totals after a day. work[kind, run - 1, nights, duties], rested[last kind, duties] (one rest day), free[duties]."""

    work: np.ndarray
    rested: np.ndarray
    free: np.ndarray


def best_sequence(value: np.ndarray, law: Rules, stretches: Sequence[Stretch], same_bonus: float = 0.0) -> np.ndarray | None:
    """Sequence of duties with the largest total value.

    Parameters
    ----------
    value : shape (days, kinds); -inf where the kind can't be worked on the day
    law : sequence rules between the kinds
    stretches : consecutive stretches that together are all days
    same_bonus : value of working the same kind as the day before (keeps rosters calm)

    Returns
    -------
    Kind of each day, ``REST_DAY`` for rest, shape (days,); None if no sequence has the duties asked for.
    """
    days, kinds = value.shape
    most = max(s.most for s in stretches)
    front = _Front(np.full((kinds, law.run_max, law.nights_max + 1, most + 1), _NEVER), np.full((kinds, most + 1), _NEVER), np.full(most + 1, _NEVER))
    front.free[0] = 0.0
    starts, ends = {s.first for s in stretches if s.first}, {s.last: s for s in stretches}
    fronts: list[_Front] = []
    for day in range(days):
        fronts.append(front)
        front = _step(_reset(front) if day in starts else front, value[day], law, same_bonus)
        if day in ends:
            _bound(front, ends[day])
    return _trace(front, fronts, law, starts, same_bonus)


def _reset(front: _Front) -> _Front:
    """Start a stretch: the duties so far no longer matter."""
    fresh = _Front(*(np.full_like(part, _NEVER) for part in (front.work, front.rested, front.free)))
    for new, old in ((fresh.work, front.work), (fresh.rested, front.rested), (fresh.free, front.free)):
        new[..., 0] = old.max(axis=-1)
    return fresh


def _bound(front: _Front, stretch: Stretch) -> None:
    for part in (front.work, front.rested, front.free):
        part[..., : stretch.least] = _NEVER
        part[..., stretch.most + 1 :] = _NEVER


def _step(before: _Front, value: np.ndarray, law: Rules, same_bonus: float) -> _Front:
    """One day on."""
    kinds = len(value)
    work = np.full_like(before.work, _NEVER)
    by_run = before.work.max(axis=2)
    from_rest = np.maximum(before.free, np.where(law.after_rest[:, :, None], before.rested[:, None], _NEVER).max(axis=0))
    bonus = same_bonus * np.eye(kinds)
    for kind in range(kinds):
        if value[kind] == _NEVER:
            continue
        first = 1 if law.night[kind] else 0
        work[kind, 0, first, 1:] = from_rest[kind, :-1] + value[kind]
        allowed = np.where(law.follows[:, kind], bonus[kind], _NEVER)
        if law.night[kind]:
            earlier = before.work[:, :-1, :, :-1] + allowed[:, None, None, None]
            days, nights = earlier[~law.night], earlier[law.night]
            if len(days):
                work[kind, 1:, 1, 1:] = days.max(axis=(0, 2)) + value[kind]
            work[kind, 1:, 2:, 1:] = nights[:, :, 1:-1].max(axis=0) + value[kind]
        else:
            work[kind, 1:, 0, 1:] = (by_run[:, :-1, :-1] + allowed[:, None, None]).max(axis=0) + value[kind]
    return _Front(work, by_run.max(axis=1), np.maximum(before.free, before.rested.max(axis=0)))


def _trace(last: _Front, fronts: list[_Front], law: Rules, starts: set[int], same_bonus: float) -> np.ndarray | None:
    """Walk back from the best end state; ``fronts[d]`` is the front before day d, not yet reset."""
    best = {name: float(getattr(last, name).max()) for name in ("work", "rested", "free")}
    name = max(best, key=lambda part: best[part])
    if best[name] == _NEVER:
        return None
    state: State = (name, *_argmax(getattr(last, name)))
    chosen = np.full(len(fronts), REST_DAY)
    for day in range(len(fronts) - 1, -1, -1):
        if state[0] == "work":
            chosen[day] = state[1]
        before = fronts[day]
        state = _predecessor(state, _reset(before) if day in starts else before, law, same_bonus)
        if day in starts:
            part = getattr(before, state[0])
            state = (*state[:-1], int(part[state[1:-1]].argmax()))
    return chosen


def _argmax(part: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(part.argmax()), part.shape))


def _predecessor(state: State, before: _Front, law: Rules, same_bonus: float) -> State:
    """Best state of the day before that leads to ``state``."""
    if state[0] == "free":
        count = state[1]
        kind = int(before.rested[:, count].argmax())
        return ("free", count) if before.free[count] >= before.rested[kind, count] else ("rested", kind, count)
    if state[0] == "rested":
        _, kind, count = state
        return ("work", kind, *_argmax(before.work[kind, :, :, count]), count)
    _, kind, run, nights, count = state
    if run == 0:
        rested = np.where(law.after_rest[:, kind], before.rested[:, count - 1], _NEVER)
        last = int(rested.argmax())
        return ("free", count - 1) if before.free[count - 1] >= rested[last] else ("rested", last, count - 1)
    options = before.work[:, run - 1, :, count - 1] + np.where(law.follows[:, kind], 0.0, _NEVER)[:, None]
    options[kind] += same_bonus
    if law.night[kind]:
        keep = np.zeros(options.shape, dtype=bool)
        keep[law.night, nights - 1] = nights >= 2
        keep[~law.night] = nights == 1
        options = np.where(keep, options, _NEVER)
    last, previous = _argmax(options)
    return ("work", last, run - 1, previous, count - 1)
