"""Coverage without people: a linear programme in head counts per (group, day, kind, break position). Its duals price intervals well.

People of a group share team, allowed kinds and order rules. The programme keeps group totals only (units, longest runs, successions, counts)
and of own prices what they add up to: cells by day, the lower hull of totals, counts above what is free. Every plan's counts satisfy it and
cost no less there. So its whole optimum is a bound; its duals, by ``bound.lagrangian``, give another at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from cslib.roster.columns.intervals import Cover
from cslib.roster.columns.kit import NEVER, Kit
from cslib.roster.columns.limits import Stop, never
from cslib.roster.columns.model import FREE, Staff

Terms = tuple[list[int], list[float]]
Heads = dict[tuple[int, int, int], list[int]]  # (group, day, kind) -> columns, one per class of equal own prices


class _Programme:
    """Columns and rows under construction."""

    def __init__(self) -> None:
        self.constant = 0.0
        self.cost: list[float] = []
        self.up: list[float] = []
        self.rows: list[tuple[Any, Any, float, float]] = []
        self.rests: dict[tuple[int, int, int, int], dict[int, int]] = {}

    def column(self, cost: float, up: float = highspy.kHighsInf) -> int:
        """A new variable from 0 to ``up``."""
        self.cost.append(cost)
        self.up.append(up)
        return len(self.cost) - 1

    def row(self, index: Any, value: Any, low: float, high: float) -> None:
        """A row ``low <= sum <= high``."""
        self.rows.append((index, value, low, high))

    def lp(self) -> highspy.HighsLp:
        """The programme for HiGHS."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.rows)
        lp.col_cost_ = np.array(self.cost)
        lp.col_lower_, lp.col_upper_ = np.zeros(len(self.cost)), np.array(self.up)
        lp.row_lower_, lp.row_upper_ = np.array([r[2] for r in self.rows]), np.array([r[3] for r in self.rows])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.cumsum([0, *[len(r[0]) for r in self.rows]]).astype(np.int32)
        lp.a_matrix_.index_ = np.concatenate([np.asarray(r[0], dtype=np.int32) for r in self.rows])
        lp.a_matrix_.value_ = np.concatenate([np.asarray(r[1], dtype=np.float64) for r in self.rows])
        return lp


@dataclass(frozen=True)
class WholeHeads:
    """Head counts in whole numbers.

    Attributes
    ----------
    bound : below the price of any plan; value : price of the counts found; cut : whether the clock ended it
    duties : (team, day, kind) people, None if no point was found; rests : (team, day, kind, break) people per start after the duty's
    """

    bound: float
    duties: dict[tuple[int, int, int], int] | None
    rests: dict[tuple[int, int, int, int], dict[int, int]]
    value: float = np.inf
    cut: bool = False


def whole_heads(staff: Staff, kit: Kit, cover: Cover, nodes: int, seconds: float, stop: Stop = never) -> WholeHeads:
    """Solve the head-count programme in whole numbers, as far as ``nodes`` (replayable) and ``seconds`` (safety) allow.

    ``stop`` is asked between the solver's steps, some times a second.
    """
    programme, x, members, _ = _build(staff, kit, cover)
    lp = programme.lp()
    lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
    solver = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "random_seed": 0, "time_limit": seconds, "mip_max_nodes": nodes, "mip_rel_gap": 1e-4}
    for option, value in options.items():
        solver.setOptionValue(option, value)
    solver.cbMipInterrupt.subscribe(lambda event: event.interrupt() if stop() else None)
    solver.passModel(lp)
    solver.run()
    info, fixed = solver.getInfo(), programme.constant + float((cover.over * (cover.base @ cover.counted - cover.total)).sum())
    bound, cut = float(info.mip_dual_bound) + fixed, solver.getModelStatus() == highspy.HighsModelStatus.kTimeLimit
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return WholeHeads(bound, None, {}, cut=cut)
    values = np.round(solver.getSolution().col_value).astype(np.int64)
    duties: dict[tuple[int, int, int], int] = {}
    for (g, d, k), columns in x.items():
        key = staff.people[members[g][0]].team, d, k
        duties[key] = duties.get(key, 0) + int(values[columns].sum())
    rests = {key: {at: int(values[c]) for at, c in counts.items()} for key, counts in programme.rests.items()}
    return WholeHeads(bound, duties, rests, float(info.objective_function_value) + fixed, cut)


def _build(staff: Staff, kit: Kit, cover: Cover) -> tuple[_Programme, Heads, dict[int, list[int]], list[tuple[int, int]]]:
    """The programme, its head counts, the groups' members, and (slot, row) of its last rows."""
    programme = _Programme()
    x, members = _groups(staff, kit, cover, programme)
    for key, people in members.items():
        _group_rows(staff, kit, people, x, key, programme)
    return programme, x, members, _coverage(cover, x, members, staff, programme)


def head_count_duals(staff: Staff, kit: Kit, cover: Cover, seconds: float) -> tuple[np.ndarray, bool]:
    """Duals (slots, rows of the cover) of the head-count programme, zeros if HiGHS finds none within ``seconds``; whether the clock ended it."""
    programme, _, _, covered = _build(staff, kit, cover)
    solver = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "random_seed": 0, "time_limit": seconds, "solver": "ipm", "run_crossover": "off"}
    for option, value in options.items():
        solver.setOptionValue(option, value)
    solver.passModel(programme.lp())
    solver.run()
    duals = np.zeros(cover.need.shape)
    solution = solver.getSolution()
    if solution.dual_valid and covered:
        for (t, r), value in zip(covered, solution.row_dual[-len(covered) :], strict=True):
            duals[t, r] = max(value, 0.0)
    return duals, solver.getModelStatus() == highspy.HighsModelStatus.kTimeLimit


def _groups(staff: Staff, kit: Kit, cover: Cover, programme: _Programme) -> tuple[Heads, dict[int, list[int]]]:
    """Head counts per (group, day, kind), and the members of each group."""
    number: dict[object, int] = {}
    members: dict[int, list[int]] = {}
    for p, who in enumerate(staff.people):
        able = (kit.work[p] < NEVER).any(axis=0)
        rules = who.sequence
        key = who.team, able.tobytes(), rules.gap.tobytes(), rules.max_run, rules.night.tobytes(), rules.max_night_run
        members.setdefault(number.setdefault(key, len(number)), []).append(p)
    x: Heads = {}
    for g, people in members.items():
        for d in range(staff.days):
            _day(kit, cover, people, (g, d), x, programme)
    return x, members


def _day(kit: Kit, cover: Cover, people: list[int], at: tuple[int, int], x: Heads, programme: _Programme) -> None:
    """Counts of one day of a group: people of equal own prices are a class, no larger than it is."""
    g, d = at
    classes: dict[tuple[bool, bytes], list[int]] = {}
    for p in people:
        must = kit.off[p, d] >= NEVER
        rest = 0.0 if must else float(kit.off[p, d])
        programme.constant += rest
        price = np.where(kit.work[p, d] < NEVER, kit.work[p, d] - rest, NEVER)
        classes.setdefault((must, price.tobytes()), []).append(p)
    for (must, own), alike in classes.items():
        price = np.frombuffer(own)
        columns = []
        for k in np.flatnonzero(price < NEVER):
            first = d * cover.slots_per_day + cover.start[k]
            surplus = float(cover.over[first : first + cover.length[k]].sum())
            columns.append(programme.column(surplus + float(price[k]), float(len(alike))))
            x.setdefault((g, d, int(k)), []).append(columns[-1])
        if columns:
            programme.row(columns, [1.0] * len(columns), float(len(alike)) if must else -highspy.kHighsInf, float(len(alike)))


def _group_rows(staff: Staff, kit: Kit, people: list[int], x: Heads, g: int, programme: _Programme) -> None:
    """Totals of a group: longest runs, units, weeks, successions, counts."""
    days, kinds, many = staff.days, staff.kinds, float(len(people))
    rules = staff.people[people[0]].sequence

    def columns(chosen: np.ndarray | list[int], first: int, last: int) -> list[int]:
        """Columns of some kinds on days ``first`` .. ``last``."""
        return [c for d in range(max(first, 0), min(last, days - 1) + 1) for k in chosen for c in x.get((g, d, int(k)), [])]

    for run, chosen in ((rules.max_run, np.arange(kinds)), (rules.max_night_run, np.flatnonzero(rules.night))):
        for d in range(days - run if run < FREE else 0):
            window = columns(chosen, d, d + run)
            programme.row(window, [1.0] * len(window), -highspy.kHighsInf, run * many)
    _totals(staff, kit, people, [(k, columns([k], 0, days)) for k in range(kinds)], programme)
    for week in np.unique(staff.week):
        inside = np.flatnonzero(staff.week == week)
        free = len(inside) * int(staff.units.max())
        most = sum(min(staff.people[p].week_max[week], free) if staff.people[p].week_max else free for p in people)
        terms = [(c, float(staff.units[k])) for k in range(kinds) for c in columns([k], int(inside[0]), int(inside[-1]))]
        programme.row([c for c, _ in terms], [u for _, u in terms], -highspy.kHighsInf, float(most))
    later = {tuple(int(b) for b in np.flatnonzero(rules.gap[a])) for a in range(kinds)} - {()}
    for out in sorted(later):
        before = [a for a in range(kinds) if set(out) <= set(np.flatnonzero(rules.gap[a]))]
        for d in range(days - 1):
            pair = columns(before, d, d) + columns(list(out), d + 1, d + 1)
            programme.row(pair, [1.0] * len(pair), -highspy.kHighsInf, many)
    _counts(staff, people, lambda chosen: columns(chosen, 0, days), programme)


def _totals(staff: Staff, kit: Kit, people: list[int], cells: list[tuple[int, list[int]]], programme: _Programme) -> None:
    """Units of a group cost what the lower hulls of its people's totals do, the cheapest parts first."""
    low, parts = 0.0, dict[float, float]()
    for p in people:
        scale = _scale(staff, kit, p)
        allowed = np.flatnonzero(kit.total[p] < NEVER)
        at = int(allowed[0])
        low += at * scale
        programme.constant += float(kit.total[p, at])
        while at < allowed[-1]:
            further = allowed[allowed > at]
            slopes = (kit.total[p, further] - kit.total[p, at]) / ((further - at) * scale)
            best = int(np.flatnonzero(slopes <= slopes.min() + 1e-9)[-1])
            slope = round(float(slopes[best]), 9)
            parts[slope] = parts.get(slope, 0.0) + float((further[best] - at) * scale)
            at = int(further[best])
    terms = [(c, float(staff.units[k])) for k, columns in cells for c in columns]
    terms += [(programme.column(slope, most), -1.0) for slope, most in sorted(parts.items())]
    programme.row([c for c, _ in terms], [u for _, u in terms], low, low)


def _counts(staff: Staff, people: list[int], columns: Callable[[np.ndarray], list[int]], programme: _Programme) -> None:
    """Days of some kinds: above what is free to all together, each costs the least that it costs anybody."""
    found: dict[bytes, list[tuple[int, float]]] = {}
    for p in people:
        for counter in staff.people[p].counters:
            found.setdefault(counter.kinds.tobytes(), []).append((counter.free, counter.price))
    for kinds, limits in found.items():
        mine = columns(np.flatnonzero(np.frombuffer(kinds, dtype=bool)))
        if len(limits) == len(people) and mine:
            price = min(p for _, p in limits)
            free = float(sum(n for n, _ in limits))
            more = [programme.column(price)] if np.isfinite(price) else []
            programme.row([*mine, *more], [1.0] * len(mine) + [-1.0] * len(more), -highspy.kHighsInf, free)


def _scale(staff: Staff, kit: Kit, p: int) -> int:
    """Model units in one unit of a person's kit."""
    able = np.flatnonzero(kit.units[p])
    return int(staff.units[able[0]] // kit.units[p, able[0]]) if len(able) else 1


def _coverage(cover: Cover, x: Heads, members: dict[int, list[int]], staff: Staff, programme: _Programme) -> list[tuple[int, int]]:
    """Break counts, shortage columns and Hall rows; returns (slot, row) of the rows appended last."""
    classes, slots = cover.hit.shape[1], len(cover.total)
    here: list[list[Terms]] = [[([], []) for _ in range(slots)] for _ in range(classes)]
    by_team: dict[tuple[int, int, int], list[int]] = {}
    for (g, d, k), mine in x.items():
        by_team.setdefault((staff.people[members[g][0]].team, d, k), []).extend(mine)
    for (team, d, k), columns in by_team.items():
        first = d * cover.slots_per_day + int(cover.start[k])
        duty = int(cover.duty[team, k])
        for cls in (c for c in (duty, int(cover.whole[team, k])) if c >= 0):
            for t in range(first, min(first + int(cover.length[k]), slots)):
                here[cls][t][0].extend(columns)
                here[cls][t][1].extend([1.0] * len(columns))
        for j, (length, earliest, latest, step) in enumerate(cover.breaks[k]):
            if length:
                rest = int(length), int(earliest), int(latest), int(step)
                programme.rests[team, d, k, j] = _break_columns(programme, columns, here[duty], first, rest, cover.over)
    covered = []
    sizes = np.bincount(cover.group)
    for t in range(slots):
        short = [programme.column(float(rise + (cover.over[t] if cover.final[v] else 0.0))) for v, rise in enumerate(cover.rise)]
        sets: dict[int, list[int]] = {}
        for r in range(cover.need.shape[1]):
            if cover.need[t, r] > 0:
                lacking = short[cover.level[r]]
                if sizes[cover.group[r]] > 1:
                    lacking = programme.column(0.0)
                    sets.setdefault(int(cover.group[r]), []).append(lacking)
                index, value = [lacking], [1.0]
                for cls in np.flatnonzero(cover.hit[r]):
                    index += here[cls][t][0]
                    value += [float(cover.hit[r, cls]) * one for one in here[cls][t][1]]
                base = int((cover.base[t] * cover.hit[r]).sum())
                covered.append((t, r, index, value, float(cover.need[t, r] - base)))
        for group, parts in sets.items():
            level = int(cover.level[np.flatnonzero(cover.group == group)[0]])
            programme.row([short[level], *parts], [1.0] + [-1.0] * len(parts), 0.0, highspy.kHighsInf)
    for _, _, index, value, need in covered:
        programme.row(index, value, need, highspy.kHighsInf)
    return [(t, r) for t, r, *_ in covered]


def _break_columns(
    programme: _Programme, columns: list[int], here: list[Terms], first: int, rest: tuple[int, int, int, int], over: np.ndarray
) -> dict[int, int]:
    """One count per break position of a duty of a team; everybody has the break. Returns the columns by start after the duty's."""
    length, earliest, latest, step = rest
    counts = []
    for begin in range(first + earliest, first + latest + 1, step):
        inside = range(begin, min(begin + length, len(here)))
        count = programme.column(-float(over[inside.start : inside.stop].sum()))
        counts.append(count)
        for t in inside:
            here[t][0].append(count)
            here[t][1].append(-1.0)
    programme.row([*counts, *columns], [1.0] * len(counts) + [-1.0] * len(columns), 0.0, 0.0)
    return dict(zip(range(earliest, latest + 1, step), counts, strict=True))
