"""Coverage without people: a linear programme in head counts per (group, day, kind, break position). Its duals price intervals well.

People of a group share team, allowed kinds and order rules. The programme keeps only group totals (people there on a day, units, longest
run, successions) and no own prices: every plan's counts satisfy it. So its whole optimum, plus everybody's cheapest own month, is a bound;
its duals, by ``bound.lagrangian``, give another at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from cslib.roster.columns.intervals import Cover
from cslib.roster.columns.kit import NEVER, Kit
from cslib.roster.columns.model import FREE, Staff

Terms = tuple[list[int], list[float]]


class _Programme:
    """Columns and rows under construction."""

    def __init__(self) -> None:
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
    bound : below the coverage's price in any plan
    duties : (team, day, kind) people, None if no point was found; rests : (team, day, kind, break) people per start after the duty's
    """

    bound: float
    duties: dict[tuple[int, int, int], int] | None
    rests: dict[tuple[int, int, int, int], dict[int, int]]


def whole_heads(staff: Staff, kit: Kit, cover: Cover, nodes: int, seconds: float) -> WholeHeads:
    """Solve the head-count programme in whole numbers, as far as ``nodes`` and ``seconds`` allow."""
    programme, x, members, _ = _build(staff, kit, cover)
    lp = programme.lp()
    lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
    solver = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "random_seed": 0, "time_limit": seconds, "mip_max_nodes": nodes, "mip_rel_gap": 1e-4}
    for option, value in options.items():
        solver.setOptionValue(option, value)
    solver.passModel(lp)
    solver.run()
    info = solver.getInfo()
    bound = float(info.mip_dual_bound) + float((cover.over * (cover.base.sum(axis=1) - cover.total)).sum())
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return WholeHeads(bound, None, {})
    values = np.round(solver.getSolution().col_value).astype(np.int64)
    duties: dict[tuple[int, int, int], int] = {}
    for (g, d, k), column in x.items():
        key = staff.people[members[g][0]].team, d, k
        duties[key] = duties.get(key, 0) + int(values[column])
    return WholeHeads(bound, duties, {key: {at: int(values[c]) for at, c in counts.items()} for key, counts in programme.rests.items()})


def _build(staff: Staff, kit: Kit, cover: Cover) -> tuple[_Programme, dict[tuple[int, int, int], int], dict[int, list[int]], list[tuple[int, int]]]:
    """The programme, its head counts, the groups' members, and (slot, row) of its last rows."""
    programme = _Programme()
    x, members = _groups(staff, kit, cover, programme)
    for key, people in members.items():
        _group_rows(staff, kit, people, x, key, programme)
    return programme, x, members, _coverage(cover, x, members, staff, programme)


def head_count_duals(staff: Staff, kit: Kit, cover: Cover, seconds: float) -> np.ndarray:
    """Duals (slots, rows of the cover) of the head-count programme; zeros if HiGHS finds none within ``seconds``."""
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
    return duals


def _groups(staff: Staff, kit: Kit, cover: Cover, programme: _Programme) -> tuple[dict[tuple[int, int, int], int], dict[int, list[int]]]:
    """Head counts x[group, day, kind], and the members of each group."""
    number: dict[object, int] = {}
    members: dict[int, list[int]] = {}
    for p, who in enumerate(staff.people):
        able = (kit.work[p] < NEVER).any(axis=0)
        key = who.team, able.tobytes(), who.sequence.gap.tobytes(), who.sequence.max_run
        members.setdefault(number.setdefault(key, len(number)), []).append(p)
    x = {}
    for g, people in members.items():
        able = (kit.work[people] < NEVER).sum(axis=0)
        for d, k in zip(*np.nonzero(able), strict=True):
            first = d * cover.slots_per_day + cover.start[k]
            x[g, int(d), int(k)] = programme.column(float(cover.over[first : first + cover.length[k]].sum()), float(able[d, k]))
    return x, members


def _group_rows(staff: Staff, kit: Kit, people: list[int], x: dict[tuple[int, int, int], int], g: int, programme: _Programme) -> None:
    """Totals of a group: people there, units, longest run, successions."""
    days, kinds = staff.days, staff.kinds
    cells = [[x[g, d, k] for k in range(kinds) if (g, d, k) in x] for d in range(days)]
    there = (kit.work[people] < NEVER).any(axis=2).sum(axis=0)
    for d in range(days):
        programme.row(cells[d], [1.0] * len(cells[d]), -highspy.kHighsInf, float(there[d]))
    rules = staff.people[people[0]].sequence
    if rules.max_run < FREE:
        for d in range(days - rules.max_run):
            window = [c for day in cells[d : d + rules.max_run + 1] for c in day]
            programme.row(window, [1.0] * len(window), -highspy.kHighsInf, float(rules.max_run * len(people)))
    low, high = 0, 0
    for p in people:
        allowed = np.flatnonzero(kit.total[p] < NEVER)
        scale = _scale(staff, kit, p)
        low, high = low + int(allowed[0]) * scale, high + int(allowed[-1]) * scale
    mine = [key for key in x if key[0] == g]
    programme.row([x[key] for key in mine], [float(staff.units[key[2]]) for key in mine], float(low), float(high))
    for week in np.unique(staff.week):
        inside = [key for key in mine if staff.week[key[1]] == week]
        free = int((staff.week == week).sum() * staff.units.max())
        most = sum(min(staff.people[p].week_max[week], free) if staff.people[p].week_max else free for p in people)
        programme.row([x[key] for key in inside], [float(staff.units[key[2]]) for key in inside], -highspy.kHighsInf, float(most))
    later = {tuple(int(b) for b in np.flatnonzero(rules.gap[a])) for a in range(kinds)} - {()}
    for out in sorted(later):
        before = [a for a in range(kinds) if set(out) <= set(np.flatnonzero(rules.gap[a]))]
        for d in range(days - 1):
            terms = [x[g, d, a] for a in before if (g, d, a) in x] + [x[g, d + 1, b] for b in out if (g, d + 1, b) in x]
            programme.row(terms, [1.0] * len(terms), -highspy.kHighsInf, float(len(people)))


def _scale(staff: Staff, kit: Kit, p: int) -> int:
    """Model units in one unit of a person's kit."""
    able = np.flatnonzero(kit.units[p])
    return int(staff.units[able[0]] // kit.units[p, able[0]]) if len(able) else 1


def _coverage(
    cover: Cover, x: dict[tuple[int, int, int], int], members: dict[int, list[int]], staff: Staff, programme: _Programme
) -> list[tuple[int, int]]:
    """Break counts, shortage columns and Hall rows; returns (slot, row) of the rows appended last."""
    teams, slots = cover.hit.shape[1], len(cover.total)
    here: list[list[Terms]] = [[([], []) for _ in range(slots)] for _ in range(teams)]
    by_team: dict[tuple[int, int, int], list[int]] = {}
    for (g, d, k), column in x.items():
        by_team.setdefault((staff.people[members[g][0]].team, d, k), []).append(column)
    for (team, d, k), columns in by_team.items():
        first = d * cover.slots_per_day + int(cover.start[k])
        for t in range(first, min(first + int(cover.length[k]), slots)):
            here[team][t][0].extend(columns)
            here[team][t][1].extend([1.0] * len(columns))
        for j, (length, earliest, latest, step) in enumerate(cover.breaks[k]):
            if length:
                rest = int(length), int(earliest), int(latest), int(step)
                programme.rests[team, d, k, j] = _break_columns(programme, columns, here[team], first, rest, cover.over)
    covered = []
    last = len(cover.rise) - 1
    for t in range(slots):
        short = [programme.column(float(cover.rise[v] + (cover.over[t] if v == last else 0.0))) for v in range(len(cover.rise))]
        for r in range(cover.need.shape[1]):
            if cover.need[t, r] > 0:
                index, value = [short[cover.level[r]]], [1.0]
                for team in np.flatnonzero(cover.hit[r]):
                    index += here[team][t][0]
                    value += here[team][t][1]
                base = int(cover.base[t, cover.hit[r] > 0].sum())
                covered.append((t, r, index, value, float(cover.need[t, r] - base)))
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
