"""Part of a plan set free: some people, a window of days, all else as planned. A linear master over their months, priced exactly.

Values count only what the part can change: own prices of the days and totals, surplus and shortage of the rows that it serves. Breaks are
head counts of the master, also those of all others in the window: a duty owes one (a row per team, day and break), the counts pay it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import highspy
import numpy as np
from scipy import sparse

from cslib.roster.columns.field import Field, base_served, served
from cslib.roster.columns.graph import Graph, graph_of
from cslib.roster.columns.kit import NEVER
from cslib.roster.columns.owed import cheapest_places, owed_by
from cslib.roster.columns.paths import follow, to_go, within_limits
from cslib.roster.columns.pricing import Scratch
from cslib.roster.columns.rests import paused

EPS = 1e-6
NOBODY = 1e7  # price of a person without a month, while a dive prices again
PRIMAL = 4  # HiGHS: primal simplex


@dataclass
class Pool:
    """Columns: person (place in the part), month (days of the window), price, and rows served (columns, rows)."""

    who: list[np.ndarray] = field(default_factory=list)
    month: list[np.ndarray] = field(default_factory=list)
    cost: list[np.ndarray] = field(default_factory=list)
    rows: list[sparse.csr_array] = field(default_factory=list)
    known: set[bytes] = field(default_factory=set)

    def __len__(self) -> int:
        return sum(len(w) for w in self.who)

    def joined(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, sparse.csr_array]:
        """All columns as (who, month, cost, rows)."""
        if len(self.who) > 1:
            self.who, self.month, self.cost = [np.concatenate(self.who)], [np.concatenate(self.month)], [np.concatenate(self.cost)]
            self.rows = [sparse.csr_array(sparse.vstack(self.rows, format="csr"))]
        return self.who[0], self.month[0], self.cost[0], self.rows[0]


class Part:
    """People and days set free.

    Attributes
    ----------
    people : numbers in the staff; graphs : their months; head : columns of the master before the months
    need : (rows,) what is still wanted of the rows the part can serve, then, below zero, the breaks that all others owe
    owed : breaks of the window; value : price of the incumbent's months in the terms of the master, ``places`` their break counts
    """

    def __init__(self, base: Field, people: np.ndarray, first: int, last: int, plan: np.ndarray, rests: np.ndarray, scratch: Scratch) -> None:
        self.base, self.people, self.first, self.last = base, people, first, last
        kinds = base.shape[2]
        self.graphs: list[Graph] = [g for p in people if (g := graph_of(int(p), first, last, plan[p], base.kit, scratch)) is not None]
        if len(self.graphs) < len(people):
            raise ValueError("a planned month is not legal")
        window = slice(first * kinds, (last + 1) * kinds)
        reach = np.zeros(len(base.need), dtype=bool)
        for rows in base.rows:
            reach[rows[window].indices] = True
        left, away = self._left(plan, rests)
        self.flat = np.flatnonzero(reach & (left + away > EPS))
        self.owed = owed_by(base, people, first, last, plan, self.flat)
        self.need = np.concatenate([left[self.flat], -self.owed.fixed])
        owes = self.owed.duty
        self.duty = [sparse.csr_array(sparse.hstack([r[window][:, self.flat], o], format="csr")) for r, o in zip(base.rows, owes, strict=True)]
        groups, self.group = np.unique(base.group[self.flat], return_inverse=True)
        self.shortage = base.price[groups]
        self.head = len(self.shortage) + len(people) + len(self.owed.price)
        self.room = np.empty(max(len(g.succ) for g in self.graphs))
        self.pool = Pool()
        self.lp = self._programme()
        self.mask: list[np.ndarray | None] = [None] * len(people)
        self.current, self.value, self.places = np.empty(0), 0.0, np.empty(0)
        self.stand(plan[people][:, first : last + 1], self.owed.taken(rests))

    def _left(self, plan: np.ndarray, rests: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Need that all outside leaves, breaks of the window not counted; and the most people that those breaks could take away."""
        base, first, last = self.base, self.first, self.last
        outside = plan.copy()
        outside[self.people, first : last + 1] = -1
        left = base.need - base_served(base) - served(base, np.arange(len(plan)), outside)
        if not rests.size:
            return left, np.zeros(len(left))
        inside = rests.copy()
        inside[:, :first], inside[:, last + 1 :] = 0, 0
        left += paused(base.rests, rests - inside)
        people = np.broadcast_to(inside.sum(axis=3, keepdims=True), inside.shape) * (base.rests.start >= 0)
        return left, paused(base.rests, people)

    def _programme(self) -> highspy.Highs:
        solver = highspy.Highs()
        for option, value in {"output_flag": False, "threads": 1, "random_seed": 0}.items():
            solver.setOptionValue(option, value)
        people, short, owed = len(self.people), len(self.shortage), self.owed
        lack = sparse.csr_array((np.ones(len(self.flat)), (self.group, np.arange(len(self.flat)))), shape=(short, len(self.need)))
        blocks = [[None, lack], [sparse.eye_array(people), sparse.csr_array((people, len(self.need)))], [None, self.paid]]
        full = sparse.csr_array(sparse.block_array([row for row in blocks if row[1].shape[0]], format="csr"))
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.head, people + len(self.need)
        lp.col_cost_ = np.concatenate([self.shortage, np.full(people, NOBODY), owed.price])
        lp.col_lower_, lp.col_upper_ = np.zeros(self.head), np.full(self.head, highspy.kHighsInf)
        lp.row_lower_, lp.row_upper_ = np.concatenate([np.ones(people), self.need]), np.concatenate([np.ones(people), self.most])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = full.indptr.astype(np.int32), full.indices.astype(np.int32), full.data
        solver.passModel(lp)
        return solver

    @property
    def most(self) -> np.ndarray:
        """Upper sides of the rows: none for cover, equality for breaks owed."""
        return np.concatenate([np.full(len(self.flat), highspy.kHighsInf), -self.owed.fixed])

    @property
    def paid(self) -> sparse.csr_array:
        """Break counts in the rows (counts, rows): people taken from the cover, breaks paid."""
        return sparse.csr_array(-sparse.hstack([self.owed.rows, self.owed.pays], format="csr"))

    def stand(self, months: np.ndarray, places: np.ndarray | None = None) -> None:
        """Make months (people, days) with break counts (the cheapest if not given) the incumbent; the months become columns."""
        self.current = np.ascontiguousarray(months).astype(np.int64)
        prices = self.prices_of(self.current)
        self.add(np.arange(len(months)), self.current, prices)
        counts = self.counts_of(self.current)
        self.places = self.places_of(counts) if places is None else places
        self.value = float(prices.sum()) + self.cover_price(counts, self.places)

    def rows_of(self, who: np.ndarray, months: np.ndarray) -> sparse.csr_array:
        """Rows served by months (columns, days)."""
        kinds = self.base.shape[2]
        teams = self.base.team[self.people[who]]
        parts = []
        for c in np.unique(teams):
            mine = np.flatnonzero(teams == c)
            at, day = np.nonzero(months[mine] >= 0)
            cells = day * kinds + months[mine][at, day]
            chosen = sparse.csr_array((np.ones(len(at)), (mine[at], cells)), shape=(len(who), self.duty[c].shape[0]))
            parts.append(chosen @ self.duty[c])
        return sparse.csr_array(sum(parts[1:], parts[0]))

    def prices_of(self, months: np.ndarray) -> np.ndarray:
        """Own price and surplus of one month of each person of the part."""
        out = np.zeros(len(months))
        for i, graph in enumerate(self.graphs):
            price = self.cell_prices(i, None)
            node = int(graph.begin[0])
            number = {int(k): x for x, k in enumerate(graph.acts)}
            for layer, k in enumerate(months[i]):
                x = number[int(k)]
                out[i] += price[layer, x] + graph.step[node, x]
                node = int(graph.succ[node, x])
            out[i] += graph.close[node]
        return out

    def counts_of(self, months: np.ndarray) -> np.ndarray:
        """What a choice of one month each serves of the rows."""
        return np.asarray(self.rows_of(np.arange(len(months)), months).sum(axis=0)).ravel()

    def places_of(self, counts: np.ndarray) -> np.ndarray:
        """Cheapest break counts for what months serve."""
        flat = len(self.flat)
        return cheapest_places(self.owed, self.need[:flat] - counts[:flat], counts[flat:], self.group, self.shortage)

    def cover_price(self, counts: np.ndarray, places: np.ndarray) -> float:
        """Price of what is short, less the surplus that breaks save."""
        flat = len(self.flat)
        worst = np.zeros(len(self.shortage))
        np.maximum.at(worst, self.group, self.need[:flat] - counts[:flat] + self.owed.rows.T @ places)
        return float((worst * self.shortage).sum() + (places * self.owed.price).sum())

    def price_of(self, months: np.ndarray) -> float:
        """Price of a choice of one month each with its cheapest breaks."""
        counts = self.counts_of(months)
        return float(self.prices_of(months).sum()) + self.cover_price(counts, self.places_of(counts))

    def cell_prices(self, i: int, duals: np.ndarray | None) -> np.ndarray:
        """Prices (days, actions) of a person's cells at duals of the rows."""
        p, graph = int(self.people[i]), self.graphs[i]
        c, days = int(self.base.team[p]), slice(self.first, self.last + 1)
        out = np.empty((len(graph.begin) - 1, len(graph.acts)))
        kinds = graph.acts[:-1]
        out[:, :-1] = self.base.kit.work[p, days][:, kinds] + self.base.extra[c, days][:, kinds]
        out[:, -1] = self.base.kit.off[p, days]
        if duals is not None:
            out[:, :-1] -= (self.duty[c] @ duals).reshape(-1, self.base.shape[2])[:, kinds]
        closed = self.mask[i]
        if closed is not None:
            out[closed] = NEVER
        return out

    def add(self, who: np.ndarray, months: np.ndarray, cost: np.ndarray) -> None:
        """Add columns to the master; those that are there already are left out."""
        keys = [int(w).to_bytes(2, "little") + m.tobytes() for w, m in zip(who, months.astype(np.int16), strict=True)]
        fresh = []
        for at, key in enumerate(keys):
            if key not in self.pool.known:
                self.pool.known.add(key)
                fresh.append(at)
        if not fresh:
            return
        who, months, cost = who[fresh], months[fresh], cost[fresh]
        rows = self.rows_of(who, months)
        self.pool.who.append(who)
        self.pool.month.append(months)
        self.pool.cost.append(cost)
        self.pool.rows.append(rows)
        pick = sparse.csr_array((np.ones(len(who)), (np.arange(len(who)), who)), shape=(len(who), len(self.people)))
        full = sparse.csr_array(sparse.hstack([pick, rows], format="csr"))
        zero, inf = np.zeros(len(who)), np.full(len(who), highspy.kHighsInf)
        start, index = full.indptr[:-1].astype(np.int32), full.indices.astype(np.int32)
        self.lp.addCols(len(who), cost, zero, inf, full.nnz, start, index, full.data)

    def solve(self) -> tuple[float, np.ndarray, np.ndarray]:
        """Solve the master, again from the last basis by the primal simplex: value, duals of the people, valid duals of the rows."""
        self.lp.run()
        self.lp.setOptionValue("simplex_strategy", PRIMAL)
        duals = np.array(self.lp.getSolution().row_dual)
        return float(self.lp.getInfo().objective_function_value), duals[: len(self.people)], self.valid(duals[len(self.people) :])

    def valid(self, duals: np.ndarray) -> np.ndarray:
        """Duals of the rows: those of the cover scaled to what the price of shortage allows, those of breaks owed from the cheapest place."""
        out = np.maximum(duals[: len(self.flat)], 0.0)
        total = np.bincount(self.group, weights=out, minlength=len(self.shortage))
        factor = np.minimum(1.0, self.shortage / np.maximum(total, 1e-12))
        out = np.asarray(out * factor[self.group])
        return np.concatenate([out, -self.owed.cheapest(out)])

    def close(self, i: int, closed: np.ndarray | None) -> None:
        """Close cells (days, actions) of a person, for pricing and among the columns at hand; None opens all."""
        self.mask[i] = closed
        if len(self.pool) == 0:
            return
        who, months, _, _ = self.pool.joined()
        mine = np.flatnonzero(who == i)
        shut = np.zeros(len(mine), dtype=bool)
        if closed is not None:
            number = np.full(self.base.shape[2] + 1, -1)
            number[self.graphs[i].acts] = np.arange(len(self.graphs[i].acts))
            shut = closed[np.arange(months.shape[1]), number[months[mine]]].any(axis=1)
        upper = np.where(shut, 0.0, highspy.kHighsInf)
        self.lp.changeColsBounds(len(mine), (self.head + mine).astype(np.int32), np.zeros(len(mine)), upper)

    def price(self, duals: np.ndarray, most: np.ndarray | None) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
        """Cheapest months at duals: (Lagrange's bound, who, months, values). ``most``: what a month is known not to exceed (loose limits)."""
        bound, who, months, values = float(duals @ self.need), [], [], []
        month = np.empty(self.last - self.first + 1, dtype=np.int64)
        for i, graph in enumerate(self.graphs):
            price = self.cell_prices(i, duals)
            value = to_go(graph, price, self.room)
            found = True
            if follow(graph, price, self.room, month) > 0:
                value, found = within_limits(graph, price, self.room, NEVER if most is None else most[i] + EPS, month)
            bound += value
            if found:
                who.append(i)
                months.append(month.copy())
                values.append(value)
        return bound, np.array(who, dtype=np.int64), np.array(months, dtype=np.int64).reshape(len(who), -1), np.array(values)

    def columns(self, duals: np.ndarray, who: np.ndarray, months: np.ndarray, values: np.ndarray) -> None:
        """Add months found at duals; their prices follow from their values there."""
        cost = values + self.rows_of(who, months) @ duals
        self.add(who, months, np.round(cost) if self.base.whole else cost)
