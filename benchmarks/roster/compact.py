"""The natural integer programme of an abstract month, solver-neutral: what a modeller writes first, with breaks counted per team."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cslib.roster.columns.intervals import IntervalCover, compile_cover
from cslib.roster.columns.model import FREE, Person, Staff

INFINITE = 10**9


@dataclass
class Compact:
    """Whole variables from 0 to ``up``, their prices, and rows (terms, least, most)."""

    price: list[float] = field(default_factory=list)
    up: list[int] = field(default_factory=list)
    rows: list[tuple[list[tuple[int, int]], int, int]] = field(default_factory=list)
    constant: float = 0.0
    x: dict[tuple[int, int, int], int] = field(default_factory=dict)
    rest: dict[tuple[int, int, int, int, int], int] = field(default_factory=dict)

    def var(self, price: float, up: int = 1) -> int:
        """A new variable."""
        self.price.append(price)
        self.up.append(up)
        return len(self.price) - 1

    def row(self, terms: list[tuple[int, int]], least: int = -INFINITE, most: int = INFINITE) -> None:
        """least <= sum of coefficient * variable <= most."""
        if not terms and (least > 0 or most < 0):
            terms = [(self.var(0.0, 0), 1)]  # nobody can meet it: the programme says so
        if terms:
            self.rows.append((terms, least, most))


def compact(staff: Staff, cover: IntervalCover) -> Compact:
    """The programme of a month.

    Raises
    ------
    ValueError  if a price of totals is neither free nor forbidden.
    """
    out = Compact()
    for p, who in enumerate(staff.people):
        works = [[(k, out.var(float(c))) for k, c in enumerate(who.work_cost[d]) if np.isfinite(c)] for d in range(staff.days)]
        for d, cells in enumerate(works):
            out.x.update({(p, d, k): v for k, v in cells})
        _order(out, who, works)
        _amounts(out, staff, who, works)
    _coverage(out, staff, cover)
    return out


def _order(out: Compact, who: Person, works: list[list[tuple[int, int]]]) -> None:
    rules, past, days = who.sequence, who.history, len(works)
    on = [[(v, 1) for _, v in cells] for cells in works]
    for d, cells in enumerate(works):
        forced = 0 if np.isfinite(who.off_cost[d]) else 1
        out.row(on[d], forced, 1)
        if forced == 0 and who.off_cost[d]:
            out.constant += float(who.off_cost[d])
            for _, v in cells:
                out.price[v] -= float(who.off_cost[d])
        for a, v in [*cells, *([(past.last, -1)] if d == 0 and past.last >= 0 else [])]:
            begin = d if v >= 0 else -1
            for e in range(1, min(int(rules.gap[a].max()), days - 1 - begin) + 1):
                later = [(w, 1) for b, w in works[begin + e] if rules.gap[a, b] >= e]
                between = [(w, -1) for f in range(begin + 1, begin + e) for w, _ in on[f]]
                out.row([*([(v, 1)] if v >= 0 else []), *later, *between], most=1 if v >= 0 else 0)
    _runs(out, on, rules.max_run, past.run)
    _runs(out, [[(v, 1) for k, v in cells if rules.night[k]] for cells in works], rules.max_night_run, past.nights)
    for sign, least in ((1, rules.min_run), (-1, rules.min_off)):
        for length in range(1, least):
            for d in range(days - length - 1):
                ends = [(v, sign) for at in (d, d + length + 1) for v, _ in on[at]]
                inside = [(v, -sign) for at in range(d + 1, d + length + 1) for v, _ in on[at]]
                out.row(ends + inside, 1 - length if sign > 0 else -1)


def _runs(out: Compact, on: list[list[tuple[int, int]]], most: int, before: int) -> None:
    if most >= FREE:
        return
    for d in range(len(on) - most):
        out.row([c for day in on[d : d + most + 1] for c in day], most=most)
    left = max(most - before, 0)  # a run that is too long already ends on the eve
    if before and left < len(on):
        out.row([c for day in on[: left + 1] for c in day], most=left)


def _amounts(out: Compact, staff: Staff, who: Person, works: list[list[tuple[int, int]]]) -> None:
    """Units of the month and of weeks, counters, weekends."""
    if not set(np.unique(who.total_cost)) <= {0.0, np.inf}:
        raise ValueError("totals with a price of their own")
    allowed = np.flatnonzero(np.isfinite(who.total_cost))
    units = [[(v, int(staff.units[k])) for k, v in cells] for cells in works]
    out.row([c for day in units for c in day], int(allowed[0]), int(allowed[-1]))
    for week, most in enumerate(who.week_max):
        out.row([c for d, day in enumerate(units) if staff.week[d] == week for c in day], most=int(most))
    for counter in who.counters:
        terms = [(v, 1) for cells in works for k, v in cells if counter.kinds[k]]
        if terms and np.isfinite(counter.price):
            terms.append((out.var(float(counter.price), len(works)), -1))
        out.row(terms, most=int(counter.free))
    if who.max_weekends < FREE:
        worked = []
        for d in np.flatnonzero(staff.weekend_end):
            worked.append((out.var(0.0), 1))
            for day in (d, d - 1) if staff.weekend_end[d] == 1 else (d,):
                out.row([*[(v, 1) for _, v in works[day]], (worked[-1][0], -1)], most=0)
        out.row(worked, most=int(who.max_weekends))


def _coverage(out: Compact, staff: Staff, cover: IntervalCover) -> None:
    """Hall rows with shortage per price level; breaks as counts per team, day, kind and position."""
    hall, team = compile_cover(cover), [p.team for p in staff.people]
    here: list[list[list[tuple[int, int]]]] = [[[] for _ in range(hall.hit.shape[1])] for _ in range(cover.slots)]
    groups: dict[tuple[int, int, int], list[int]] = {}
    for (p, d, k), v in out.x.items():
        groups.setdefault((team[p], d, k), []).append(v)
    for (c, d, k), members in groups.items():
        first = d * cover.slots_per_day + cover.presence[k].start
        inside = range(first, min(first + cover.presence[k].length, cover.slots))
        for t in inside:
            here[t][c] += [(v, 1) for v in members]
        for v in members:
            out.price[v] += float(cover.over[inside.start : inside.stop].sum())
        for j, rest in enumerate(cover.presence[k].breaks):
            counts = []
            for at in range(rest.first, rest.last + 1, rest.step):
                span = range(first + at, min(first + at + rest.length, cover.slots))
                z = out.var(-float(cover.over[span.start : span.stop].sum()), len(members))
                out.rest[c, d, k, j, at] = z
                counts.append((z, 1))
                for t in span:
                    here[t][c].append((z, -1))
            out.row(counts + [(v, -1) for v in members], 0, 0)
    last = len(hall.rise) - 1
    for t in range(cover.slots):
        out.constant += float(hall.over[t] * (hall.base[t].sum() - hall.total[t]))
        for level, rise in enumerate(hall.rise):
            rows = [r for r in range(hall.need.shape[1]) if hall.level[r] == level and hall.need[t, r] > 0]
            if rows:
                short = out.var(float(rise + (hall.over[t] if level == last else 0.0)), int(hall.need[t].max()))
            for r in rows:
                terms = [term for c in range(hall.hit.shape[1]) if hall.hit[r, c] for term in here[t][c]]
                base = int(hall.base[t][hall.hit[r] > 0].sum())
                out.row([*terms, (short, 1)], int(hall.need[t, r]) - base)


def plan_of(out: Compact, values: np.ndarray, staff: Staff, cover: IntervalCover) -> tuple[np.ndarray, np.ndarray]:
    """Plan (people, days) and breaks of a point; the counted breaks of a team are given to its people in order."""
    most = max((len(p.breaks) for p in cover.presence), default=0)
    plan = np.full((len(staff.people), staff.days), -1, dtype=np.int64)
    at = np.zeros((*plan.shape, max(most, 1)), dtype=np.int64)
    left = {key: round(values[z]) for key, z in out.rest.items()}
    for (p, d, k), v in out.x.items():
        if values[v] > 0.5:
            plan[p, d] = k
            for j, rest in enumerate(cover.presence[k].breaks):
                places = range(rest.first, rest.last + 1, rest.step)
                at[p, d, j] = next(x for x in places if left[staff.people[p].team, d, k, j, x] > 0)
                left[staff.people[p].team, d, k, j, int(at[p, d, j])] -= 1
    return plan, at
