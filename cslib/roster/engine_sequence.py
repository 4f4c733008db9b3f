"""What a person's last days allow next, as a small automaton: rest between duties, runs of work days, runs of nights.

A state is a work day (shift, length of the run of work days, of nights), a day off that some shift still remembers (shift, days since),
or free. Two duties that are not neighbours never clash if neighbours don't: taking the later of two duties leaves less rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cslib.core.units import MINUTES_PER_DAY, floor_count
from cslib.roster.problem import Problem

FREE = 0


@dataclass(frozen=True)
class Automaton:
    """``step[state, choice]``: next state, -1 if forbidden; choice 0 is a day off, choice s + 1 is shift s.

    ``after_work[run, nights]``: state after a run of work days whose shifts are not known (the month before); its rest is not in it.
    ``memory_days``: days after which a choice no longer matters.
    """

    step: np.ndarray
    after_work: np.ndarray
    memory_days: int


def automaton(problem: Problem, strict: bool) -> Automaton:
    """The automaton under the tightest limits of the month (``strict``: every path is legal) or the loosest (no legal path is lost)."""
    count, nobody = len(problem.shifts), len(problem.shifts)
    longest, nights_most = (_limit(problem, rule, strict) for rule in ("consecutive_work_days", "consecutive_nights"))
    runs, night_runs = min(longest, problem.days + 31), min(nights_most, problem.days + 31)
    clash = _clashes(problem, strict)
    number: dict[tuple[int, ...], int] = {(): FREE}
    for shift in range(count + 1):
        for run in range(1, runs + 1):
            for nights in range(min(run, night_runs) + 1):
                if shift == nobody or (nights > 0) == problem.night[shift]:
                    number[shift, run, nights] = len(number)
        for gap in range(1, clash.shape[0] - 1):
            if shift != nobody and clash[gap + 1 :, shift].any():
                number[shift, -gap] = len(number)
    step = np.full((len(number), count + 1), -1, dtype=np.int32)
    for state, here in number.items():
        step[here, 0] = _day_off(state, number)
        for b in range(count):
            after = _work(state, b, problem.night[b], clash, nobody)
            step[here, b + 1] = -1 if after is None else number.get(after, -1)
    after_work = np.full((runs + 1, night_runs + 1), -1, dtype=np.int32)
    for run in range(1, runs + 1):
        for nights in range(min(run, night_runs) + 1):
            after_work[run, nights] = number[nobody, run, nights]
    return Automaton(step, after_work, max(runs, night_runs, clash.shape[0]))


def first_states(problem: Problem, machine: Automaton) -> np.ndarray:
    """State of each person on the eve of the horizon: his runs of work days and nights (rests after them are left to the cells)."""
    states = []
    most_run, most_nights = (size - 1 for size in machine.after_work.shape)
    for who in problem.people:
        worked, nights = {d.day for d in who.history}, {d.day for d in who.history if d.night}
        run, night_run = (min(_run(days), most) for days, most in ((worked, most_run), (nights, most_nights)))
        states.append(int(machine.after_work[run, min(night_run, run)]) if run else FREE)
    return np.array(states, dtype=np.int64)


def _run(days: set[int]) -> int:
    """Days in a row that end on day -1."""
    length = 0
    while -1 - length in days:
        length += 1
    return length


def _limit(problem: Problem, rule: str, strict: bool) -> int:
    values = [limit for limit in problem.limits[rule] if limit is not None]
    if not values or (not strict and len(values) < problem.days):
        return problem.days + 31
    return floor_count(min(values) if strict else max(values))


def _clashes(problem: Problem, strict: bool) -> np.ndarray:
    """Flags (gap in days, earlier shift, later shift) of pairs that are too close."""
    pick = max if strict else min
    rest, after_nights = (
        pick((0.0 if limit is None else limit) for limit in problem.limits[rule]) * 60 for rule in ("rest_between_shifts", "rest_after_nights")
    )
    reach = math.ceil((max(s.end_min for s in problem.shifts) + max(rest, after_nights)) / MINUTES_PER_DAY) + 1
    clash = np.zeros((reach + 1, len(problem.shifts), len(problem.shifts)), dtype=bool)
    for gap in range(1, reach + 1):
        for a, before in enumerate(problem.shifts):
            for b, after in enumerate(problem.shifts):
                least = max(rest, after_nights) if problem.night[a] and not problem.night[b] else rest
                clash[gap, a, b] = after.start_min + gap * MINUTES_PER_DAY - before.end_min < least - 1e-6
    return clash


def _day_off(state: tuple[int, ...], number: dict[tuple[int, ...], int]) -> int:
    gap = -state[1] + 1 if len(state) == 2 else 1
    return number.get((state[0], -gap), FREE) if state else FREE


def _work(state: tuple[int, ...], shift: int, night: bool, clash: np.ndarray, nobody: int) -> tuple[int, int, int] | None:
    """State after working ``shift`` the day after ``state``; None if too close. Runs that grow too long have no state."""
    if not state:
        return shift, 1, int(night)
    last, gap = state[0], 1 if len(state) == 3 else 1 - state[1]
    if last != nobody and clash[gap, last, shift]:
        return None
    run, nights = (state[1], state[2]) if len(state) == 3 else (0, 0)
    return shift, run + 1, nights + 1 if night else 0
