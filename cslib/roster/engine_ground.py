"""What the compiled search stands on: a problem as arrays (``Ground``), and a roster as arrays (``Roster``).

Coverage is counted in lanes of people who serve the same queues: a pooled person's lane is the set of queues whose skill he holds, a home
post is a lane of its own. Breaks are placed for pooled people; at home posts they count as relieved, since relief is planned when the
search is over. The search only ranks rosters: what a roster costs is computed by the integer programme and recounted by the audit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cslib.roster.engine_dp import INFINITE
from cslib.roster.engine_model import break_starts, homes_of
from cslib.roster.engine_rows import rows
from cslib.roster.engine_sequence import Automaton, first_states
from cslib.roster.problem import POOL, Problem

Lane = tuple[frozenset[int], bool]


class Ground(NamedTuple):
    """A problem as arrays; people p, days d, shifts s, intervals t, queues q, lanes l, classes c, breaks b.

    Attributes
    ----------
    need, rate : (q, t) people, and yuan for one missing; over_yuan : for one too many
    mask : (l) bits of the queues served; rests : (l) breaks are placed
    part_queues, part_lanes : (component, place) queues and lanes that can stand in for each other, filled up with -1
    lanes_of : (c, s, place) lanes that a class may take in a shift, filled up with -1
    slots : intervals a day; begin, length : (s) in intervals; break_first, break_last, break_length : (c, s, b), length 0 = no break
    cls : (p, d); cell : (p, d, s) refused wishes in yuan, infinite if not allowed; off : (p, d) same for a day off
    unit_min : (p) greatest common divisor of his shifts' paid minutes; units : (p, s) paid time in it; paid_min, night : (s)
    week_of : (d); week_min : (p, week) minutes he may work, below 0 = no limit; month : (p, 5) as in ``engine_dp.month_cost``
    leave_min, state : (p); nights_free, night_yuan; step, memory_days : the automaton
    """

    need: np.ndarray
    rate: np.ndarray
    over_yuan: float
    mask: np.ndarray
    rests: np.ndarray
    part_queues: np.ndarray
    part_lanes: np.ndarray
    lanes_of: np.ndarray
    slots: int
    begin: np.ndarray
    length: np.ndarray
    break_first: np.ndarray
    break_last: np.ndarray
    break_length: np.ndarray
    cls: np.ndarray
    cell: np.ndarray
    off: np.ndarray
    unit_min: np.ndarray
    units: np.ndarray
    paid_min: np.ndarray
    night: np.ndarray
    week_of: np.ndarray
    week_min: np.ndarray
    month: np.ndarray
    leave_min: np.ndarray
    state: np.ndarray
    nights_free: int
    night_yuan: float
    step: np.ndarray
    memory_days: int


class Roster(NamedTuple):
    """A roster as arrays: choice (p, d) 0 = off, s + 1 = shift; its lane; starts (p, d, b) of breaks in intervals after the shift's start;
    count (l, t) people on post; price (component, t); gain (l, t) change of price by one more person."""

    choice: np.ndarray
    lane: np.ndarray
    starts: np.ndarray
    count: np.ndarray
    price: np.ndarray
    gain: np.ndarray


def ground(problem: Problem, machine: Automaton) -> Ground:
    """Compile a problem."""
    number: dict[Lane, int] = {}
    lanes_of = _lanes_of(problem, number)
    for spill in problem.spill:
        number.setdefault(_lane(problem, spill.skills, problem.home_of(spill)), len(number))
    parts = _components([queues for queues, _ in number])
    grid, breaks = problem.interval_min, _breaks(problem)
    unit_min = np.array([_unit(problem, p) for p in range(len(problem.people))], dtype=np.int64)
    paid_min = np.array([s.paid_min for s in problem.shifts], dtype=np.int64)
    cell, off = _wishes(problem)
    week_of, week_min = _weeks(problem)
    return Ground(
        need=problem.need.astype(np.int64), rate=_rates(problem), over_yuan=problem.prices["over"] * problem.interval_h,
        mask=np.array([sum(1 << q for q in queues) for queues, _ in number], dtype=np.int64),
        rests=np.array([pooled for _, pooled in number], dtype=np.bool_), part_queues=_padded([sorted(part) for part, _ in parts]),
        part_lanes=_padded([members for _, members in parts]), lanes_of=lanes_of, slots=problem.slots_per_day,
        begin=np.array([s.start_min // grid for s in problem.shifts], dtype=np.int64),
        length=np.array([s.length_min // grid for s in problem.shifts], dtype=np.int64),
        break_first=breaks[0], break_last=breaks[1], break_length=breaks[2], cls=problem.class_of, cell=cell, off=off,
        unit_min=unit_min, units=paid_min[None, :] // unit_min[:, None], paid_min=paid_min, night=np.array(problem.night, dtype=np.bool_),
        week_of=week_of, week_min=week_min, month=_month(problem), leave_min=np.array([60 * sum(w.leave_h.values()) for w in problem.people]),
        state=first_states(problem, machine), nights_free=problem.nights_free, night_yuan=problem.prices["night_over"],
        step=machine.step, memory_days=machine.memory_days,
    )  # fmt: skip


def empty_roster(problem: Problem, base: Ground) -> Roster:
    """Nobody at work but the nights of the month before; gains are not computed yet."""
    shape, lanes = problem.class_of.shape, len(base.mask)
    count = np.zeros((lanes, problem.slots), dtype=np.int64)
    for spill in problem.spill:
        queues, pooled = _lane(problem, spill.skills, problem.home_of(spill))
        lane = next(i for i in range(lanes) if base.mask[i] == sum(1 << q for q in queues) and base.rests[i] == pooled)
        grid = problem.interval_min
        count[lane, max(spill.duty.start, 0) // grid : spill.duty.end // grid] += 1
        for begin, end in spill.duty.breaks if pooled else ():
            count[lane, max(begin, 0) // grid : max(end, 0) // grid] -= 1
    starts = np.full((*shape, base.break_length.shape[2]), -1, dtype=np.int64)
    price = np.zeros((len(base.part_queues), problem.slots))
    return Roster(np.zeros(shape, dtype=np.int64), np.full(shape, -1, dtype=np.int64), starts, count, price, np.zeros((lanes, problem.slots)))


def _lane(problem: Problem, skills: frozenset[str], home: int) -> Lane:
    return frozenset(q for q, post in enumerate(problem.posts) if post.skill in skills) if home == POOL else frozenset({home}), home == POOL


def _lanes_of(problem: Problem, number: dict[Lane, int]) -> np.ndarray:
    found: list[list[list[int]]] = []
    for c, kind in enumerate(problem.classes):
        able = [[_lane(problem, kind.skills, home) for home in homes_of(problem, c, s)] for s in range(len(problem.shifts))]
        found.append([[number.setdefault(lane, len(number)) for lane in row] for row in able])
    most = max((len(row) for able in found for row in able), default=0) or 1
    return np.array([[row + [-1] * (most - len(row)) for row in able] for able in found], dtype=np.int64)


def _components(lanes: list[frozenset[int]]) -> list[tuple[frozenset[int], list[int]]]:
    """Queues and lanes that hang together; lanes without any queue form a component of their own."""
    merged: list[frozenset[int]] = []
    for queues in lanes:
        joined = queues.union(*(part for part in merged if part & queues))
        merged = [part for part in merged if not part & queues] + ([joined] if joined else [])
    parts = [(part, [i for i, queues in enumerate(lanes) if queues & part]) for part in merged]
    idle = [i for i, queues in enumerate(lanes) if not queues]
    return parts + ([(frozenset(), idle)] if idle else [])


def _padded(rows: list[list[int]]) -> np.ndarray:
    width = max((len(row) for row in rows), default=0) or 1
    return np.array([[*row, *[-1] * (width - len(row))] for row in rows], dtype=np.int64).reshape(len(rows), width)


def _breaks(problem: Problem) -> np.ndarray:
    most = max((len(s.breaks) for s in problem.shifts), default=0) or 1
    found = np.zeros((3, len(problem.classes), len(problem.shifts), most), dtype=np.int64)
    for c in range(len(problem.classes)):
        for s, shift in enumerate(problem.shifts):
            for b, pause in enumerate(shift.breaks):
                pinned = problem.classes[c].breaks
                if pinned is None or len(pinned) == len(shift.breaks):
                    starts = break_starts(problem, c, s, b)
                    found[:, c, s, b] = np.array([starts[0], starts[-1], pause.length_min]) // problem.interval_min
    return found


def _rates(problem: Problem) -> np.ndarray:
    """Yuan for one person missing in one interval (queues, intervals)."""
    rate = np.where(problem.peak, problem.prices["short_peak"], problem.prices["short"])
    watched = [[problem.least(q, t) > 0 for t in range(problem.slots)] for q in range(len(problem.posts))]
    return np.where(watched, problem.prices["empty_post"], rate) * problem.interval_h


def _unit(problem: Problem, person: int) -> int:
    paid = [s.paid_min for i, s in enumerate(problem.shifts) if problem.allowed[person, :, i].any()]
    return int(np.gcd.reduce(paid)) if paid else 1


def _wishes(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Cost of each cell and of each day off: refused wishes, infinite where a rule about one cell or a first row forbids it."""
    cell, off = np.where(problem.allowed, 0.0, INFINITE), np.zeros(problem.allowed.shape[:2])
    for p in range(len(problem.people)):
        for row in rows(problem, p):
            if row.limit == 0:
                for d, s in row.terms:
                    cell[p, d, s] = INFINITE
    for wish in problem.wishes:
        yuan = wish.weight * problem.prices["wish_refused"]
        met_by_rest = wish.shift is None and wish.day not in problem.people[wish.person].leave_h
        off[wish.person, wish.day] += 0.0 if met_by_rest else yuan
        for s in range(len(problem.shifts)):
            cell[wish.person, wish.day, s] += 0.0 if s == wish.shift else yuan
    for (p, d), pin in problem.pins.items():
        if pin.shift is not None:
            off[p, d] = INFINITE
    return cell, off


def _weeks(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    mondays = list(problem.week_h)
    week_of = np.array([next(i for i, monday in enumerate(mondays) if monday <= d < monday + 7) for d in range(problem.days)], dtype=np.int64)
    allowed = np.full((len(problem.people), len(mondays)), -1.0)
    for p in range(len(problem.people)):
        for row in rows(problem, p):
            if row.rule in ("weekly_hours", "part_time_week_hours"):
                allowed[p, week_of[row.day]] = row.limit * 60
    return week_of, allowed


def _month(problem: Problem) -> np.ndarray:
    prices, found = problem.prices, []
    for p, who in enumerate(problem.people):
        caps = [row.limit for row in rows(problem, p) if row.rule in ("month_overtime", "overtime_approval", "overtime_protection")]
        most = 60 * (min(caps) + sum(who.leave_h.values())) if caps else INFINITE
        least = 60 * (who.contract_h - problem.contract_band_h)
        found.append([60 * who.contract_h, least, most, prices["overtime"] / 60, prices["under_hours"] / 60])
    return np.array(found, dtype=np.float64).reshape(len(found), 5)
