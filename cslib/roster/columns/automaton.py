"""Rules about the order of days as a finite automaton: a mode remembers all that the past forbids of the future, nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cslib.roster.columns.model import FREE, OFF, Person, Sequence

# A mode: days off still owed before each kind, days worked in a row, days still owed to the least run, nights in a row, days off owed, worked
Mode = tuple[tuple[int, ...], int, int, int, int, bool]
_EDGE = -1  # run owed on the eve: a run that touches the edge owes nothing


@dataclass(frozen=True)
class Automaton:
    """Modes reachable from a start.

    Attributes
    ----------
    follow : (modes, kinds + 1) next mode, -1 if forbidden; the last column is a day off
    working : (modes,) whether the day that led here was worked
    """

    follow: np.ndarray
    working: np.ndarray


def automaton_of(person: Person) -> Automaton:
    """Automaton of a person; mode 0 is the eve of the horizon."""
    rules = person.sequence
    kinds = np.flatnonzero(np.isfinite(person.work_cost).any(axis=0))
    start = _start(person)
    number: dict[Mode, int] = {start: 0}
    rows: list[list[int]] = []
    queue = [start]
    for mode in queue:
        row = [-1] * (len(rules.night) + 1)
        choices = [(int(k), _work(rules, mode, int(k), kinds)) for k in kinds] + [(len(rules.night), _rest(rules, mode))]
        for action, found in choices:
            if found is not None:
                if found not in number:
                    number[found] = len(number)
                    queue.append(found)
                row[action] = number[found]
        rows.append(row)
    return Automaton(np.array(rows, dtype=np.int32), np.array([mode[5] for mode in queue], dtype=np.bool_))


def _start(person: Person) -> Mode:
    past, rules = person.history, person.sequence
    owed = tuple(int(g) for g in rules.gap[past.last]) if past.last != OFF else (0,) * len(rules.night)
    run = past.run if rules.max_run < FREE else 0
    nights = past.nights if rules.max_night_run < FREE else 0
    # the eve counts as a day of an open run: neither the run nor the days off that touch the edge owe a minimum
    return owed, run, _EDGE, nights, 0, past.run > 0


def _work(rules: Sequence, mode: Mode, kind: int, kinds: np.ndarray) -> Mode | None:
    owed, run, run_owed, nights, off_owed, worked = mode
    if owed[kind] or off_owed:
        return None
    run = run + 1 if rules.max_run < FREE else 0
    if run > rules.max_run:
        return None
    nights = (nights + 1 if rules.night[kind] else 0) if rules.max_night_run < FREE else 0
    if nights > rules.max_night_run:
        return None
    least = max(run_owed - 1, 0) if worked or run_owed == _EDGE else rules.min_run - 1
    mine = {int(k) for k in kinds}
    return tuple(int(g) if k in mine else 0 for k, g in enumerate(rules.gap[kind])), run, least, nights, 0, True


def _rest(rules: Sequence, mode: Mode) -> Mode | None:
    owed, _, run_owed, _, off_owed, worked = mode
    if worked and run_owed > 0:
        return None
    left = rules.min_off - 1 if worked else max(off_owed - 1, 0)
    return tuple(max(g - 1, 0) for g in owed), 0, 0, 0, max(left, 0), False
