"""A staff compiled into padded arrays for the pricing kernel: automata, and tables of the counters' joint state.

The state of a person after a day is (mode, units so far, counters), the counters joined into one number ``g``: weekends, units of the
week, counts of the week, and every limited or priced count. Equal automata and equal counter tables are stored once.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, gcd
from typing import NamedTuple

import numpy as np

from cslib.roster.columns.automaton import automaton_of
from cslib.roster.columns.model import Counter, Person, Staff

NEVER = 1e18  # infinite in compiled code
JOINT = 20  # joint states of counts; limits beyond that are loose: carried by the searches, not by the state


class Kit(NamedTuple):
    """Arrays of the kernel; people, automata a, counter tables b. Actions are kinds, then a day off.

    Attributes
    ----------
    work, off : own prices of cells (person, day, kind), (person, day); total : price of units (person, units); units : (person, kind)
    most : units that may not be passed; automaton, table : index of each person
    follow (a, mode, action), working (a, mode); rest : (person, day) action that a day off is: the first after the kinds, on leave the second
    count (b, g, kind) next g or -1; step (b, g, kind) its price; weekend (b, g) g after a counted weekend or -1
    monday (b, week, g) g when a week begins; week_price (b, week, g) price then of the week before; end (b, g) price at the end
    weekend_kind : (b,) 0 nothing counted, 1 worked weekends counted, 2 free ones
    sizes : (a,) modes, counters : (b,) joint states
    acts (person, ...), many (person,) : kinds he may work at all, in order, and their number
    loose (person, limit, kind), loose_free (person, limit) : limits on counts that are not part of the state
    """

    work: np.ndarray
    off: np.ndarray
    total: np.ndarray
    units: np.ndarray
    most: np.ndarray
    automaton: np.ndarray
    table: np.ndarray
    follow: np.ndarray
    working: np.ndarray
    count: np.ndarray
    step: np.ndarray
    weekend: np.ndarray
    monday: np.ndarray
    week_price: np.ndarray
    end: np.ndarray
    weekend_kind: np.ndarray
    sizes: np.ndarray
    counters: np.ndarray
    weekend_end: np.ndarray
    new_week: np.ndarray
    week: np.ndarray
    rest: np.ndarray
    loose: np.ndarray
    loose_free: np.ndarray
    acts: np.ndarray
    many: np.ndarray


@dataclass(frozen=True)
class _Table:
    count: np.ndarray
    step: np.ndarray
    weekend: np.ndarray
    monday: np.ndarray
    week_price: np.ndarray
    end: np.ndarray
    weekend_kind: int


def compile_staff(staff: Staff) -> Kit:
    """The kit of a staff."""
    automata, which = _distinct([_key_of_order(p) for p in staff.people], [automaton_of for _ in staff.people], staff.people)
    units, totals, weeks = zip(*[_own_units(p, staff) for p in staff.people], strict=True)
    keys = [_key_of_counts(p, u, w) for p, u, w in zip(staff.people, units, weeks, strict=True)]
    makers = [lambda who, u=u, w=w: _table(who, staff, u, w) for u, w in zip(units, weeks, strict=True)]
    tables, table = _distinct(keys, makers, staff.people)
    work = np.where(np.isfinite([p.work_cost for p in staff.people]), [p.work_cost for p in staff.people], NEVER)
    off = np.where(np.isfinite([p.off_cost for p in staff.people]), [p.off_cost for p in staff.people], NEVER)
    able = [np.flatnonzero((w < NEVER).any(axis=0)).astype(np.int64) for w in work]
    start = np.r_[True, staff.week[1:] != staff.week[:-1]]
    rest = np.array([[staff.kinds + (d in p.away) for d in range(staff.days)] for p in staff.people], dtype=np.int64)
    return Kit(
        work, off, _pad(totals, NEVER), np.array(units, dtype=np.int64), np.array([len(t) - 1 for t in totals]), which, table,
        _pad([a.follow for a in automata], -1), _pad([a.working for a in automata], False),
        _pad([t.count for t in tables], -1), _pad([t.step for t in tables], 0.0), _pad([t.weekend for t in tables], -1),
        _pad([t.monday for t in tables], 0), _pad([t.week_price for t in tables], 0.0),
        _pad([t.end for t in tables], NEVER), np.array([t.weekend_kind for t in tables]),
        np.array([len(a.working) for a in automata]), np.array([len(t.end) for t in tables]), staff.weekend_end.astype(np.int8), start,
        staff.week.astype(np.int64), rest, *_loose_arrays(staff), _pad(able, -1), np.array([len(a) for a in able]),
    )  # fmt: skip


def _distinct(keys: list[object], makers: list, people: tuple[Person, ...]) -> tuple[list, np.ndarray]:
    made: list = []
    number: dict[object, int] = {}
    which = []
    for key, maker, who in zip(keys, makers, people, strict=True):
        if key not in number:
            number[key] = len(made)
            made.append(maker(who))
        which.append(number[key])
    return made, np.array(which, dtype=np.int64)


def _key_of_order(p: Person) -> object:
    rules = p.sequence
    able = np.isfinite(p.work_cost).any(axis=0)
    limits = rules.max_run, rules.min_run, rules.min_off, rules.max_night_run, p.history, rules.kind_most, rules.kind_least, bool(p.away), rules.alike
    after = b"" if rules.after is None else rules.after.tobytes()
    return rules.gap.tobytes(), rules.night.tobytes(), able.tobytes(), after, limits


def _key_of_counts(p: Person, units: np.ndarray, week: tuple[int, ...]) -> object:
    able = np.isfinite(p.work_cost).any(axis=0).tobytes()
    counts = tuple((c.kinds.tobytes(), c.most) for c in p.week_counts)
    weekly = () if p.week_least is None else (p.week_least.least, p.week_least.price), p.starts
    return tuple((c.kinds.tobytes(), c.free, c.price) for c in p.counters), p.max_weekends, units.tobytes(), week, able, counts, weekly


def _own_units(p: Person, staff: Staff) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """Units, price of totals and week limits of a person, over the divisor of the kinds he may work."""
    able = np.isfinite(p.work_cost).any(axis=0)
    divisor = 0
    for unit in staff.units[able]:
        divisor = gcd(divisor, int(unit))
    divisor = max(divisor, 1)
    total = np.where(np.isfinite(p.total_cost), p.total_cost, NEVER)[::divisor]
    allowed = np.flatnonzero(total < NEVER)
    reach = min(int(allowed[-1]) if len(allowed) else 0, staff.days * int(staff.units[able].max(initial=0)) // divisor)
    return np.where(able, staff.units // divisor, 0), total[: reach + 1], tuple(int(w) // divisor for w in p.week_max)


def _binding(p: Person, staff: Staff) -> tuple[list[Counter], list[Counter]]:
    """Counters that can bind: part of the state (all priced ones, then the smallest limits), and loose."""
    able = np.isfinite(p.work_cost).any(axis=0)
    found = [c for c in p.counters if (c.kinds & able).any() and c.free < staff.days]
    kept, loose, size = [], [], 1
    for c in sorted(found, key=lambda c: (not np.isfinite(c.price), c.free)):
        if np.isfinite(c.price) or size * (c.free + 1) <= JOINT:
            kept.append(c)
            size *= c.free + 1
        else:
            loose.append(c)
    return kept, loose


def _loose_arrays(staff: Staff) -> tuple[np.ndarray, np.ndarray]:
    lists = [_binding(p, staff)[1] for p in staff.people]
    most = max(len(found) for found in lists)
    kinds, free = np.zeros((len(lists), most, staff.kinds), dtype=np.bool_), np.full((len(lists), most), staff.days, dtype=np.int64)
    for p, found in enumerate(lists):
        for j, counter in enumerate(found):
            kinds[p, j], free[p, j] = counter.kinds, counter.free
    return kinds, free


def _table(p: Person, staff: Staff, units: np.ndarray, week: tuple[int, ...]) -> _Table:
    """Joint counters: (weekends, units of the week, counts of the week..., start times of the week, counts...) in mixed radix."""
    counters, _ = _binding(p, staff)
    weekly = [c for c in p.week_counts if min(c.most) < 7]
    weekends = int(np.count_nonzero(staff.weekend_end))
    worked, free = p.max_weekends, max(weekends - p.max_weekends, 0)
    kind = 0 if worked >= weekends else 1 if worked <= free else 2
    most_week = max(week) if week and min(week) < 7 * int(units.max()) else 0
    used = np.array([most_week - w for w in week] if most_week else [0] * (int(staff.week.max()) + 1))
    least, low_price = _week_least(p, staff, units)
    top = most_week or ceil(max(least, default=0.0))  # units of a week that matter
    starts = _starts(p, staff)
    sizes = [{0: 1, 1: worked + 1, 2: free + 1}[kind], top + 1, *[max(c.most) + 1 for c in weekly]]
    sizes += [1 << (max(starts) + 1 if starts else 0), *[c.free + 1 for c in counters]]
    g = int(np.prod(sizes))
    digits = np.array(np.unravel_index(np.arange(g), sizes))
    count, price = np.full((g, staff.kinds), -1, dtype=np.int32), np.zeros((g, staff.kinds))
    for k in range(staff.kinds):
        target, ok = digits.copy(), np.ones(g, dtype=bool)
        if top:
            target[1] += units[k]
            ok &= (target[1] <= most_week) | (most_week == 0)
        for j, w in enumerate(weekly):
            if w.kinds[k]:
                ok &= digits[2 + j] < max(w.most)
                target[2 + j] = np.minimum(target[2 + j] + 1, max(w.most))
        at = 2 + len(weekly)
        if starts and starts[k] >= 0 and p.starts is not None:
            target[at] |= 1 << starts[k]
            price[:, k] += np.where((digits[at] > 0) & (target[at] != digits[at]), p.starts.price, 0.0)
        for j, c in enumerate(counters, start=at + 1):
            if c.kinds[k]:
                full = digits[j] == c.free
                target[j] += ~full
                ok &= ~full | np.isfinite(c.price)
                price[:, k] += np.where(full & np.isfinite(c.price), c.price, 0.0)
        target[1] = np.minimum(target[1], sizes[1] - 1)
        count[:, k] = np.where(ok, np.ravel_multi_index(target, sizes), -1)
    begins = [used, *[max(w.most) - np.array(w.most) for w in weekly], np.zeros_like(used)]
    weekend, monday, end = _weekends(digits, sizes, kind, begins)
    week_price = np.zeros(monday.shape)
    if least:
        behind = [low_price * np.maximum(low - (digits[1] - base), 0) for low, base in zip(least, used, strict=True)]
        week_price[1:], end = np.array(behind[:-1]).reshape(-1, g), end + behind[-1]
    return _Table(count, price, weekend, monday, week_price, end, kind)


def _week_least(p: Person, staff: Staff, units: np.ndarray) -> tuple[list[float], float]:
    """Least of each week in the person's own units, and the price of one below; empty if nothing is asked."""
    if p.week_least is None or max(p.week_least.least) <= 0 or p.week_least.price <= 0:
        return [], 0.0
    able = np.flatnonzero(units)
    scale = int(staff.units[able[0]] // units[able[0]]) if len(able) else 1
    return [low / scale for low in p.week_least.least], p.week_least.price * scale


def _starts(p: Person, staff: Staff) -> list[int]:
    """Number of each kind's start time among those of the person's kinds (-1: not his); empty if he has one only, or they cost nothing."""
    able = np.isfinite(p.work_cost).any(axis=0)
    if p.starts is None or p.starts.price <= 0:
        return []
    own = sorted({p.starts.of[k] for k in range(staff.kinds) if able[k]})
    return [own.index(p.starts.of[k]) if able[k] else -1 for k in range(staff.kinds)] if len(own) > 1 else []


def _weekends(digits: np.ndarray, sizes: list[int], kind: int, used: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """g after one more counted weekend (worked: -1 beyond the limit; free: no more than are owed), g when a week begins, the end's price.

    A week whose limit is below the largest begins with the difference used up (``used``, per week, of units and of each count).
    """
    more = digits.copy()
    more[0] += 1
    over = more[0] >= sizes[0]
    more[0] = np.minimum(more[0], sizes[0] - 1)
    weekend = np.ravel_multi_index(more, sizes)
    if kind == 1:
        weekend = np.where(over, -1, weekend)
    monday = np.empty((len(used[0]), digits.shape[1]), dtype=np.int32)
    for w, begins in enumerate(zip(*used, strict=True)):
        begun = digits.copy()
        begun[1 : 1 + len(used)] = np.array(begins)[:, None]
        monday[w] = np.ravel_multi_index(begun, sizes)
    end = np.where((kind == 2) & (digits[0] < sizes[0] - 1), NEVER, 0.0)
    return weekend.astype(np.int32), monday, end


def _pad(parts: tuple | list, fill: object) -> np.ndarray:
    """Arrays of one rank stacked, each filled up to the largest."""
    shape = tuple(max(p.shape[i] for p in parts) for i in range(parts[0].ndim))
    out = np.full((len(parts), *shape), fill, dtype=parts[0].dtype)
    for i, part in enumerate(parts):
        out[(i, *(slice(0, n) for n in part.shape))] = part
    return out
