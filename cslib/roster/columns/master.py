"""Linear master of a branch-and-price tree: all columns found so far, under closed cells and bounds of the shortage counts.

Kept apart from the part's own master, so that dives and large neighbourhoods do not depend on what the tree did.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from cslib.roster.columns.kit import NEVER
from cslib.roster.columns.limits import Stop, never
from cslib.roster.columns.part import NOBODY, PRIMAL, Part

DUAL = 1  # HiGHS: dual simplex
FAR = 20.0  # price of shortage beyond what a node allows, in shortage prices
ROUNDS = 60  # of pricing in a node
PIVOTS = 30  # of a trial


@dataclass(frozen=True)
class Rule:
    """What a node allows: closed cells (days, actions) per person, least and most of each shortage count."""

    closed: tuple[np.ndarray, ...]
    least: np.ndarray
    most: np.ndarray


class Master:
    """The master, under one rule at a time. Columns: shortage counts, the same beyond what is allowed, nobody, then months."""

    def __init__(self, part: Part) -> None:
        self.part, self.short, self.days = part, len(part.shortage), part.current.shape[1]
        people, kinds = len(part.people), part.base.shape[2]
        self.head = 2 * self.short + people
        self.number = np.full((people, kinds + 1), -1)
        for i, graph in enumerate(part.graphs):
            self.number[i][graph.acts] = np.arange(len(graph.acts))
        self.who, self.months = np.empty(0, dtype=np.int64), np.empty((0, self.days), dtype=np.int64)
        self.shut = np.empty(0, dtype=bool)
        self.known: set[tuple[int, bytes]] = set()
        self.rule = free_rule(part)
        self.lp = self._programme()
        who, months, cost, _ = part.pool.joined()
        self.add(who, months, cost)

    def _programme(self) -> highspy.Highs:
        part, short, people = self.part, self.short, len(self.part.people)
        lack = sparse.csr_array((np.ones(len(part.flat)), (part.group, np.arange(len(part.flat)))), shape=(short, len(part.need)))
        none, nobody = sparse.csr_array((short, people)), sparse.csr_array((people, len(part.need)))
        full = sparse.csr_array(sparse.block_array([[none, lack], [none, lack], [sparse.eye_array(people), nobody]], format="csr"))
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = full.shape
        lp.col_cost_ = np.concatenate([part.shortage, FAR * np.maximum(part.shortage, 1.0), np.full(people, NOBODY)])
        lp.col_lower_, lp.col_upper_ = np.zeros(self.head), np.full(self.head, highspy.kHighsInf)
        lp.row_lower_, lp.row_upper_ = np.concatenate([np.ones(people), part.need]), np.concatenate([np.ones(people), part.most])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = full.indptr.astype(np.int32), full.indices.astype(np.int32), full.data
        solver = highspy.Highs()
        for option, value in {"output_flag": False, "threads": 1, "random_seed": 0}.items():
            solver.setOptionValue(option, value)
        solver.passModel(lp)
        return solver

    def add(self, who: np.ndarray, months: np.ndarray, cost: np.ndarray) -> int:
        """Add months (columns, days) that are not there yet; how many."""
        fresh = []
        for at, (i, month) in enumerate(zip(who, months.astype(np.int16), strict=True)):
            key = int(i), month.tobytes()
            if key not in self.known:
                self.known.add(key)
                fresh.append(at)
        if not fresh:
            return 0
        who, months, cost = who[fresh], months[fresh], cost[fresh]
        pick = sparse.csr_array((np.ones(len(who)), (np.arange(len(who)), who)), shape=(len(who), len(self.part.people)))
        full = sparse.csr_array(sparse.hstack([pick, self.part.rows_of(who, months)], format="csr"))
        start, index = full.indptr[:-1].astype(np.int32), full.indices.astype(np.int32)
        self.lp.addCols(len(who), cost, np.zeros(len(who)), np.full(len(who), highspy.kHighsInf), full.nnz, start, index, full.data)
        self.who, self.months = np.concatenate([self.who, who]), np.concatenate([self.months, months])
        self.shut = np.concatenate([self.shut, np.zeros(len(who), dtype=bool)])
        return len(who)

    def under(self, rule: Rule) -> None:
        """Go on under a rule, for pricing and among the columns at hand."""
        widest = max(len(g.acts) for g in self.part.graphs)
        closed = np.zeros((len(rule.closed), self.days, widest), dtype=bool)
        for i, cells in enumerate(rule.closed):
            closed[i, :, : cells.shape[1]] = cells
            self.part.mask[i] = cells
        at = self.number[self.who[:, None], self.months]
        shut = closed[self.who[:, None], np.arange(self.days)[None, :], at].any(axis=1)
        changed = np.flatnonzero(shut != self.shut)
        if len(changed):
            upper = np.where(shut[changed], 0.0, highspy.kHighsInf)
            self.lp.changeColsBounds(len(changed), (self.head + changed).astype(np.int32), np.zeros(len(changed)), upper)
        moved = np.flatnonzero((rule.least != self.rule.least) | (rule.most != self.rule.most))
        if len(moved):
            self.lp.changeColsBounds(len(moved), moved.astype(np.int32), rule.least[moved], rule.most[moved])
        self.shut, self.rule = shut, rule

    def bounded(self, enough: float, late: Stop = never) -> tuple[float, np.ndarray, float]:
        """Price until Lagrange's bound is the master's value or above ``enough``: best bound, its duals, value of the master."""
        part, best, at, value, simplex = self.part, -NEVER, np.zeros(len(self.part.need)), NEVER, DUAL
        for _ in range(ROUNDS):
            self.lp.setOptionValue("simplex_strategy", simplex)
            self.lp.run()
            simplex, value = PRIMAL, float(self.lp.getInfo().objective_function_value)
            duals = np.array(self.lp.getSolution().row_dual)
            of_people, here = duals[: len(part.people)], self._valid(duals[len(part.people) :])
            bound, who, months, values = part.price(here, of_people)
            bound += self._shortage(here)
            if bound > best:
                best, at = bound, here
            if best > enough or late():
                break
            cost = values + part.rows_of(who, months) @ here
            if not self.add(who, months, np.round(cost) if part.base.whole else cost) or value - best < 1e-6:
                break
        return best, at, value

    def _valid(self, duals: np.ndarray) -> np.ndarray:
        """Duals not below zero; where shortage has no upper limit, scaled to what its price allows."""
        out = np.maximum(duals, 0.0)
        total = np.bincount(self.part.group, weights=out, minlength=self.short)
        factor = np.where(np.isfinite(self.rule.most), 1.0, np.minimum(1.0, self.part.shortage / np.maximum(total, 1e-12)))
        return np.asarray(out * factor[self.part.group])

    def _shortage(self, duals: np.ndarray) -> float:
        """Least price of the shortage counts within their limits, less what the duals pay for them."""
        left = self.part.shortage - np.bincount(self.part.group, weights=duals, minlength=self.short)
        most = np.where(np.isfinite(self.rule.most), self.rule.most, 0.0)
        return float((np.maximum(left, 0.0) * self.rule.least + np.minimum(left, 0.0) * most).sum())

    def rises(self, rules: tuple[Rule, ...]) -> list[float]:
        """Values of the master after a few pivots under each of some rules; then as before."""
        before, basis, values = self.rule, self.lp.getBasis(), []
        self.lp.setOptionValue("simplex_strategy", DUAL)
        self.lp.setOptionValue("simplex_iteration_limit", PIVOTS)
        for rule in rules:
            self.under(rule)
            self.lp.run()
            values.append(float(self.lp.getInfo().objective_function_value))
        self.lp.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
        self.under(before)
        self.lp.setBasis(basis)
        return values

    def point(self) -> tuple[np.ndarray, np.ndarray]:
        """Shortage counts of the master's solution, and the mass (people, days, kinds or off) of its months."""
        values = np.array(self.lp.getSolution().col_value)
        used = np.flatnonzero(values[self.head :] > 1e-7)
        mass = np.zeros((len(self.part.people), self.days, self.part.base.shape[2] + 1))
        cells = np.repeat(self.who[used], self.days), np.tile(np.arange(self.days), len(used)), self.months[used].ravel()
        np.add.at(mass, cells, np.repeat(values[self.head + used], self.days))
        return values[: self.short], mass


def free_rule(part: Part) -> Rule:
    """Everything allowed."""
    closed = tuple(np.zeros((len(g.begin) - 1, len(g.acts)), dtype=bool) for g in part.graphs)
    return Rule(closed, np.zeros(len(part.shortage)), np.full(len(part.shortage), highspy.kHighsInf))
