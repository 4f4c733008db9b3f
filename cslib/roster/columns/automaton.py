"""Rules about the order of days as a finite automaton: a mode remembers all that the past forbids of the future, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cslib.roster.columns.model import FREE, OFF, Person, Sequence

_EDGE = -1  # run owed on the eve: a run that touches the edge owes nothing


class Mode(NamedTuple):
    """Days off still owed before each kind; days worked in a row, days still owed to the least run; nights in a row; days off owed; whether
    the last day was worked; its kind if that matters, its days in a row, days still owed to the least run of that kind."""

    owed: tuple[int, ...]
    run: int
    run_owed: int
    nights: int
    off_owed: int
    worked: bool
    last: int = OFF
    same: int = 0
    same_owed: int = 0


@dataclass(frozen=True)
class Automaton:
    """Modes reachable from a start.

    Attributes
    ----------
    follow : (modes, kinds + 2) next mode, -1 if forbidden; the last columns are a day off, and a day off on leave
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
    off = len(rules.night)
    for mode in queue:
        row = [-1] * (off + 2)
        choices = [(int(k), _work(rules, mode, int(k), kinds)) for k in kinds] + [(off, _rest(rules, mode))]
        for action, found in [*choices, *([(off + 1, _away(mode))] if person.away else [])]:
            if found is not None:
                if found not in number:
                    number[found] = len(number)
                    queue.append(found)
                row[action] = number[found]
        rows.append(row)
    return Automaton(np.array(rows, dtype=np.int32), np.array([mode.worked for mode in queue], dtype=np.bool_))


def _start(person: Person) -> Mode:
    past, rules = person.history, person.sequence
    owed = tuple(int(g) for g in rules.gap[past.last]) if past.last != OFF else (0,) * len(rules.night)
    run = past.run if rules.max_run < FREE else 0
    nights = past.nights if rules.max_night_run < FREE else 0
    # where the month before is not known, the eve counts as a day of an open run: what touches the edge owes no minimum
    run_owed = _EDGE if not past.known else max(rules.min_run - past.run, 0) if past.run else 0
    last = past.kind if past.kind != OFF and _matters(rules, past.kind) else OFF
    same = min(past.kind_run, rules.kind_most[last]) if last != OFF and rules.kind_most else 0
    same_owed = max(rules.kind_least[last] - past.kind_run, 0) if last != OFF and rules.kind_least else 0
    return Mode(owed, run, run_owed, nights, past.off_owed, past.run > 0, last, same, same_owed)


def _matters(rules: Sequence, kind: int) -> bool:
    """Whether the next day depends on this kind other than by gaps."""
    limited = (rules.kind_most and rules.kind_most[kind]) or (rules.kind_least and rules.kind_least[kind] > 1)
    return bool(limited or (rules.after is not None and not rules.after[kind].all()))


def _work(rules: Sequence, mode: Mode, kind: int, kinds: np.ndarray) -> Mode | None:
    alike = _same(rules, mode, kind)
    if mode.owed[kind] or mode.off_owed or alike is None:
        return None
    run = mode.run + 1 if rules.max_run < FREE else 0
    if run > rules.max_run:
        return None
    nights = (mode.nights + 1 if rules.night[kind] else 0) if rules.max_night_run < FREE else 0
    if nights > rules.max_night_run:
        return None
    least = max(mode.run_owed - 1, 0) if mode.worked or mode.run_owed == _EDGE else rules.min_run - 1
    mine = {int(k) for k in kinds}
    return Mode(tuple(int(g) if k in mine else 0 for k, g in enumerate(rules.gap[kind])), run, least, nights, 0, True, *alike)


def _same(rules: Sequence, mode: Mode, kind: int) -> tuple[int, int, int] | None:
    """Last kind, its days in a row and days owed after one more day of a kind; None if it may not come now."""
    kind = rules.alike[kind] if rules.alike else kind
    going_on = mode.last == kind
    if (mode.same_owed and not going_on) or (mode.last != OFF and rules.after is not None and not rules.after[mode.last, kind]):
        return None
    if not _matters(rules, kind):
        return OFF, 0, 0
    most = rules.kind_most[kind] if rules.kind_most else 0
    same = (mode.same + 1 if going_on else 1) if most else 0
    if same > most:
        return None
    least = rules.kind_least[kind] if rules.kind_least else 0
    return kind, same, max(mode.same_owed - 1 if going_on else least - 1, 0)


def _rest(rules: Sequence, mode: Mode) -> Mode | None:
    if (mode.worked and mode.run_owed > 0) or mode.same_owed:
        return None
    if mode.last != OFF and rules.after is not None and not rules.after[mode.last, -1]:
        return None
    left = rules.min_off - 1 if mode.worked else max(mode.off_owed - 1, 0)
    return Mode(tuple(max(g - 1, 0) for g in mode.owed), 0, 0, 0, max(left, 0), False)


def _away(mode: Mode) -> Mode:
    """A day off on leave excuses from all that is owed but rest."""
    return Mode(tuple(max(g - 1, 0) for g in mode.owed), 0, 0, 0, 0, False)
