"""Column generation for the bound: a linear master over whole months, priced by the exact programme, until its duals stop improving.

The bound is Lagrange's at smoothed duals and valid at any round (Wentges 1997). Columns carry no breaks, so this is for coverage in which a
kind of work is present in fixed intervals.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import highspy
import numpy as np

from cslib.roster.columns.bound import lagrangian, within_prices
from cslib.roster.columns.intervals import Cover
from cslib.roster.columns.kit import NEVER, Kit
from cslib.roster.columns.model import Staff, findings, own_cost
from cslib.roster.columns.pricing import Scratch

SMOOTH = 0.5  # weight of the best duals so far in the duals that are priced


class Master:
    """The linear master: one convexity row a person, then the rows of the cover with a need; shortage columns are paid per level."""

    def __init__(self, staff: Staff, cover: Cover, team: np.ndarray) -> None:
        self.staff, self.cover, self.team = staff, cover, team
        self.known: set[bytes] = set()
        self.value = NEVER
        self.months: list[tuple[int, int, np.ndarray]] = []
        slots, rows = np.nonzero(cover.need > 0)
        self.cells = list(zip(slots.tolist(), rows.tolist(), strict=True))
        self.row_of = np.full(cover.need.shape, -1, dtype=np.int64)
        people = len(staff.people)
        self.row_of[slots, rows] = people + np.arange(len(slots))
        self.solver = highspy.Highs()
        for option, value in {"output_flag": False, "threads": 1, "random_seed": 0}.items():
            self.solver.setOptionValue(option, value)
        empty, none = np.array([], dtype=np.int32), np.array([])
        for _ in range(people):
            self.solver.addRow(1.0, 1.0, 0, empty, none)
        for t, r in self.cells:
            base = int(cover.base[t, cover.hit[r] > 0].sum())
            self.solver.addRow(float(cover.need[t, r] - base), highspy.kHighsInf, 0, empty, none)
        for p in range(people):
            self.solver.addCol(1e7, 0.0, highspy.kHighsInf, 1, np.array([p], dtype=np.int32), np.array([1.0]))
        self._shortage()

    def _shortage(self) -> None:
        last = len(self.cover.rise) - 1
        for t in sorted({t for t, _ in self.cells}):
            for level, rise in enumerate(self.cover.rise):
                rows = [int(self.row_of[t, r]) for r in range(self.cover.need.shape[1]) if self.cover.level[r] == level and self.row_of[t, r] >= 0]
                price = float(rise + (self.cover.over[t] if level == last else 0.0))
                self.solver.addCol(price, 0.0, highspy.kHighsInf, len(rows), np.array(rows, dtype=np.int32), np.ones(len(rows)))

    def add(self, person: int, month: np.ndarray) -> None:
        """Add a month as a column unless it is there."""
        key = bytes([person % 256, person // 256]) + month.astype(np.int16).tobytes()
        if key in self.known:
            return
        self.known.add(key)
        self.months.append((self.solver.getNumCol(), person, month.copy()))
        cost, hits = own_cost(self.staff, person, month), [person]
        for d in np.flatnonzero(month >= 0):
            first = int(d) * self.cover.slots_per_day + int(self.cover.start[month[d]])
            for t in range(first, min(first + int(self.cover.length[month[d]]), len(self.cover.total))):
                cost += float(self.cover.over[t])
                hits += [int(x) for x in self.row_of[t, self.cover.hit[:, self.team[person]] > 0] if x >= 0]
        index = np.array(sorted(hits), dtype=np.int32)
        self.solver.addCol(cost, 0.0, highspy.kHighsInf, len(index), index, np.ones(len(index)))

    def duals(self) -> np.ndarray:
        """Solve, and return the duals of the cover's rows (slots, rows)."""
        self.solver.run()
        self.value = float(self.solver.getInfo().objective_function_value) - float((self.cover.over * self.cover.total).sum())
        out = np.zeros(self.cover.need.shape)
        values = np.array(self.solver.getSolution().row_dual)
        for t, r in self.cells:
            out[t, r] = values[self.row_of[t, r]]
        return out

    def whole(self, nodes: int, seconds: float) -> np.ndarray | None:
        """Best plan of the columns at hand (people, days), by branch and bound; None if none was found."""
        solver = highspy.Highs()
        for option, value in {"output_flag": False, "threads": 1, "random_seed": 0, "mip_max_nodes": nodes, "time_limit": seconds}.items():
            solver.setOptionValue(option, value)
        solver.passModel(self.solver.getLp())
        for column, person, month in self.months:
            solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
            if findings(self.staff, person, month):  # breaks a limit that the programme relaxes
                solver.changeColBounds(column, 0.0, 0.0)
        solver.run()
        if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        values = solver.getSolution().col_value
        plan = np.full((len(self.staff.people), self.staff.days), -2, dtype=np.int64)
        for column, person, month in self.months:
            if values[column] > 0.5:
                plan[person] = month
        return None if (plan == -2).any() else plan


def generate(
    staff: Staff, kit: Kit, cover: Cover, team: np.ndarray, first: np.ndarray, duals: np.ndarray, scratch: Scratch, *, rounds: int, until: float,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, np.ndarray, Master]:  # fmt: skip
    """Best bound after at most ``rounds`` rounds or at time ``until``, its duals, and the master with all columns.

    Parameters
    ----------
    first : (people, days) a legal plan, the first columns; duals : where to begin
    """
    if (cover.breaks[:, :, 0] > 0).any():
        raise ValueError("columns carry no breaks")
    master = Master(staff, cover, team)
    for p, month in enumerate(first):
        master.add(p, month)
    best, centre = -NEVER, within_prices(cover, duals)
    weight = 0.9
    for _ in range(rounds):
        if clock() >= until:
            break
        outer = within_prices(cover, master.duals())
        here = within_prices(cover, weight * centre + (1 - weight) * outer)
        bound, _, months = lagrangian(cover, kit, team, here, scratch)
        if bound > best + 1e-7:
            best, centre = bound, here
        before = len(master.known)
        for p, month in enumerate(months):
            master.add(p, month)
        if len(master.known) == before:
            if weight < 1e-3:
                break
            weight = 0.0
        else:
            weight = SMOOTH
        if master.value - best < 1e-4:
            break
    return best, centre, master
