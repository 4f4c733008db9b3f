"""Breaks that the duties of a window owe, as head counts of a part's master: one row per team, day and break, one count per place."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from cslib.roster.columns.field import Field

NODES = 200  # of branch and bound for the places alone, whose linear programme is almost whole


@dataclass(frozen=True)
class Owed:
    """Breaks of a window.

    Attributes
    ----------
    key : (counts,) index of a count in the plan's break counts, flat; group : (counts,) row it pays
    fixed : (groups,) breaks owed by duties outside the part; duty : per team (cells of the window, groups) 1 where a duty owes
    price : (counts,) surplus saved, below zero; rows : (counts, cover rows of the part) people taken away; pays : (counts, groups)
    """

    key: np.ndarray
    group: np.ndarray
    fixed: np.ndarray
    duty: list[sparse.csr_array]
    price: np.ndarray
    rows: sparse.csr_array
    pays: sparse.csr_array

    def taken(self, rests: np.ndarray) -> np.ndarray:
        """Counts of the window in those of a plan (teams, days, breaks, places)."""
        return rests.ravel()[self.key].astype(float)

    def put(self, rests: np.ndarray, places: np.ndarray) -> np.ndarray:
        """A plan's counts with those of the window replaced."""
        out = rests.copy()
        out.ravel()[self.key] = np.round(places).astype(np.int64)
        return out

    def cheapest(self, duals: np.ndarray) -> np.ndarray:
        """Price (groups,) of the cheapest place at duals of the cover's rows."""
        out = np.full(len(self.fixed), np.inf)
        np.minimum.at(out, self.group, self.price + self.rows @ duals)
        return out


def owed_by(base: Field, people: np.ndarray, first: int, last: int, plan: np.ndarray, flat: np.ndarray) -> Owed:
    """Breaks of days ``first`` .. ``last`` when ``people`` are set free; ``flat`` : rows of the cover in the part."""
    rests, kinds, teams = base.rests, base.shape[2], len(base.rows)
    days, breaks, places = rests.shape
    others = np.ones(len(plan), dtype=bool)
    others[people] = False
    fixed, keys, groups, cells = [], [], [], []
    able = [np.isfinite(np.array([base.staff.people[p].work_cost for p in people if base.team[p] == c])) for c in range(teams)]
    for c, d, r in np.ndindex(teams, last + 1 - first, breaks):
        k = int(rests.kind[r])
        owing = int((others & (base.team == c) & (plan[:, first + d] == k)).sum())
        if owing or (len(able[c]) and able[c][:, first + d, k].any()):
            begin = ((c * days + first + d) * breaks + r) * places
            keys.append(begin + np.flatnonzero(rests.start[r] >= 0))
            groups.append(np.full(len(keys[-1]), len(fixed)))
            cells.append((c, d * kinds + k))
            fixed.append(float(owing))
    key, group = (np.concatenate(x) if x else np.zeros(0, dtype=np.int64) for x in (keys, groups))
    duty = [
        sparse.csr_array(
            (np.ones(sum(c == t for c, _ in cells)), ([x for c, x in cells if c == t], [g for g, (c, _) in enumerate(cells) if c == t])),
            shape=((last + 1 - first) * kinds, len(fixed)),
        )
        for t in range(teams)
    ]
    inside = key % max(days * breaks * places, 1)
    rows = [rests.rows[t][inside[key // max(days * breaks * places, 1) == t]][:, flat] for t in range(teams)]
    saved = rests.saved.ravel()[inside] if len(key) else np.zeros(0)
    pays = sparse.csr_array((np.ones(len(key)), (np.arange(len(key)), group)), shape=(len(key), len(fixed)))
    return Owed(key, group, np.array(fixed), duty, -saved, sparse.csr_array(sparse.vstack(rows, format="csr")), pays)


def cheapest_places(owed: Owed, lack: np.ndarray, duties: np.ndarray, group: np.ndarray, shortage: np.ndarray) -> np.ndarray:
    """Counts per place that pay all breaks at the least price.

    Parameters
    ----------
    lack : (cover rows,) people still wanted if nobody rests; duties : (groups,) breaks owed by the part's months
    group, shortage : price level of each cover row, price of a level's worst row
    """
    count = len(owed.price)
    if count == 0:
        return np.zeros(0)
    short, rows = len(shortage), len(lack)
    lacking = sparse.csr_array((np.ones(rows), (np.arange(rows), group)), shape=(rows, short))
    full = sparse.csr_array(sparse.block_array([[lacking, -owed.rows.T], [sparse.csr_array((len(duties), short)), owed.pays.T]], format="csr"))
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = full.shape
    lp.col_cost_, lp.col_lower_ = np.concatenate([shortage, owed.price]), np.zeros(short + count)
    lp.col_upper_ = np.full(short + count, highspy.kHighsInf)
    lp.row_lower_ = np.concatenate([lack, owed.fixed + duties])
    lp.row_upper_ = np.concatenate([np.full(rows, highspy.kHighsInf), owed.fixed + duties])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = full.indptr.astype(np.int32), full.indices.astype(np.int32), full.data
    lp.integrality_ = [highspy.HighsVarType.kContinuous] * short + [highspy.HighsVarType.kInteger] * count
    solver = highspy.Highs()
    for option, value in {"output_flag": False, "threads": 1, "random_seed": 0, "mip_max_nodes": NODES, "mip_rel_gap": 0.0}.items():
        solver.setOptionValue(option, value)
    solver.passModel(lp)
    solver.run()
    if solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        return np.round(np.array(solver.getSolution().col_value)[short:])
    places = np.zeros(count)  # no point within the nodes: all at the first place
    np.add.at(places, np.unique(owed.group, return_index=True)[1], owed.fixed + duties)
    return places
