"""From a part's linear master to a better plan of it: bound by rounds of pricing, then all months within the gap, then branch and bound.

A plan better than the incumbent uses only months whose reduced price is below the gap between incumbent and bound. Where all those can be
listed, the integer master over them is exact; else it is a good guess.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
from scipy import sparse

from cslib.roster.columns.dive import dive, months_of
from cslib.roster.columns.kit import NEVER
from cslib.roster.columns.limits import Stop, never
from cslib.roster.columns.part import EPS, Part
from cslib.roster.columns.paths import months_below, to_go

CLOSE = 0.2  # share of the gap tried in a part


@dataclass(frozen=True)
class Effort:
    """What a part may cost.

    Attributes
    ----------
    rounds : of pricing; smooth : weight of the best duals so far in those that are priced
    each, listed : months listed of a person, of all; nodes, seconds : of branch and bound
    share : of the open cells that a step of a dive fixes; late : whether to leave off
    """

    rounds: int = 60
    smooth: float = 0.0
    each: int = 4000
    listed: int = 12_000
    nodes: int = 200
    seconds: float = 5.0
    share: float = 0.05
    late: Stop = never


@dataclass
class Bounded:
    """State of a part's bound: Lagrange's bound, its duals, value of the master, whether no better plan can exist."""

    bound: float
    duals: np.ndarray
    value: float
    closed: bool


def bounded(part: Part, incumbent: float, effort: Effort) -> Bounded:
    """Price until the bound is the master's value, or shows that no plan is better than ``incumbent``, or the rounds are used up."""
    step = 1.0 if part.base.whole else 1e-4 * max(abs(incumbent), 1.0)
    found = Bounded(-NEVER, np.zeros(len(part.need)), NEVER, False)
    weight = effort.smooth
    for _ in range(effort.rounds):
        found.value, of_people, outer = part.solve()
        here = outer if weight == 0.0 else part.valid(weight * found.duals + (1 - weight) * outer)
        bound, who, months, values = part.price(here, of_people if weight == 0.0 else None)
        if bound > found.bound:
            found.bound, found.duals = bound, here
        before = len(part.pool)
        part.columns(here, who, months, values)
        found.closed = found.bound > incumbent - step + EPS
        if found.closed or effort.late() or found.value - found.bound < 1e-5:
            break
        if len(part.pool) == before:
            if weight == 0.0:
                break
            weight = 0.0
        else:
            weight = effort.smooth
    return found


def listed(part: Part, found: Bounded, gap: float, effort: Effort) -> bool:
    """Add every month whose reduced price is at most ``gap``; whether that worked for everybody."""
    whole, left = True, effort.listed
    for i, graph in enumerate(part.graphs):
        price = part.cell_prices(i, found.duals)
        least = to_go(graph, price, part.room)
        count, months, prices = months_below(graph, price, part.room, least + gap + EPS, min(effort.each, max(left, 1)))
        if count < 0:
            whole = False
            continue
        left -= count
        if count:
            part.columns(found.duals, np.full(count, i), months[:count].astype(np.int64), prices[:count])
    return whole


def branch(part: Part, found: Bounded, incumbent: float, effort: Effort, gap: float, at: np.ndarray) -> tuple[np.ndarray | None, float]:
    """Better plan (people, days) of the part's columns of reduced price up to ``gap``, and the bound of the tree; ``at``: incumbent months."""
    who, months, cost, rows = part.pool.joined()
    reduced = cost - rows @ found.duals
    least = np.full(len(part.people), NEVER)
    np.minimum.at(least, who, reduced)
    keys = {(i, m.tobytes()) for i, m in enumerate(at.astype(np.int64))}
    planned = np.array([(int(w), m.tobytes()) in keys for w, m in zip(who, months.astype(np.int64), strict=True)])
    keep = np.flatnonzero((reduced <= least[who] + gap + EPS) | planned)
    solver = _tree(part, who[keep], cost[keep], rows[keep], effort)
    start = highspy.HighsSolution()
    start.col_value = [*_start(part, at), *part.places, *planned[keep].astype(float)]
    solver.setSolution(start)
    solver.run()
    info = solver.getInfo()
    bound = float(info.mip_dual_bound)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible or info.objective_function_value > incumbent - 1e-4:
        return None, bound
    values = np.array(solver.getSolution().col_value)[len(part.shortage) + len(part.places) :]
    plan = np.full((len(part.people), months.shape[1]), -2, dtype=np.int64)
    for c in np.flatnonzero(values > 0.5):
        plan[who[keep[c]]] = months[keep[c]]
    return (None if (plan == -2).any() else plan), bound


def _start(part: Part, at: np.ndarray) -> np.ndarray:
    """Shortage of the incumbent months, per group."""
    flat = len(part.flat)
    worst = np.zeros(len(part.shortage))
    np.maximum.at(worst, part.group, part.need[:flat] - part.counts_of(at)[:flat] + part.owed.rows.T @ part.places)
    return worst


def _tree(part: Part, who: np.ndarray, cost: np.ndarray, rows: sparse.csr_array, effort: Effort) -> highspy.Highs:
    """Integer master of chosen columns."""
    people, short, rests = len(part.people), len(part.shortage), len(part.owed.price)
    pick = sparse.csr_array((np.ones(len(who)), (np.arange(len(who)), who)), shape=(len(who), people))
    lack = sparse.csr_array((np.ones(len(part.flat)), (part.group, np.arange(len(part.flat)))), shape=(short, len(part.need)))
    blocks = [[None, lack], [None, part.paid], [pick, rows]]
    full = sparse.csr_array(sparse.block_array([row for row in blocks if row[1].shape[0]], format="csr"))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = full.shape
    lp.col_cost_ = np.concatenate([part.shortage, part.owed.price, cost])
    lp.col_lower_ = np.zeros(full.shape[0])
    lp.col_upper_ = np.concatenate([np.full(short + rests, highspy.kHighsInf), np.ones(len(who))])
    lp.row_lower_, lp.row_upper_ = np.concatenate([np.ones(people), part.need]), np.concatenate([np.ones(people), part.most])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = full.indptr.astype(np.int32), full.indices.astype(np.int32), full.data
    whole, half = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    lp.integrality_ = [whole if part.base.whole else half] * short + [whole] * (full.shape[0] - short)
    solver = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "random_seed": 0, "mip_max_nodes": effort.nodes, "time_limit": effort.seconds, "mip_rel_gap": 0.0}
    for option, value in options.items():
        solver.setOptionValue(option, value)
    if part.base.whole:
        solver.setOptionValue("mip_abs_gap", 0.999)
    solver.passModel(lp)
    return solver


def better(part: Part, effort: Effort, rng: np.random.Generator | None = None, found: Bounded | None = None) -> tuple[np.ndarray | None, float, str]:
    """A better plan of the part, if found, a bound of the part, and how it ended: closed (none exists), exact, tried, late.

    Parameters
    ----------
    rng : shakes the dive; found : the part's bound where it is known
    """
    value = part.value
    step = 1.0 if part.base.whole else 0.0
    if found is None:
        found = bounded(part, value, effort)
    if found.bound > value - step + EPS:
        return aside(part), found.bound, "closed"
    if effort.late():
        return None, found.bound, "late"
    gap = value - step - found.bound
    close = rng is not None and rng.random() < 0.5
    whole = listed(part, found, gap, effort)
    if whole:
        plan, tree = branch(part, found, value, effort, gap, part.current)
        return plan, max(found.bound, min(tree, value if plan is None else part.price_of(plan))), "exact"
    few = replace(effort, each=effort.each // 2, listed=effort.listed // 2)
    if close and listed(part, found, CLOSE * gap, few):
        return branch(part, found, value, effort, CLOSE * gap, part.current)[0], found.bound, "tried"
    return dive(part, effort.share, value - step + EPS, rng, effort.late), found.bound, "tried"


def aside(part: Part) -> np.ndarray | None:
    """Other months of the same value as the incumbent's, if the master stands at some: a step aside that opens new parts."""
    plan = months_of(part, np.array(part.lp.getSolution().col_value)[part.head :])
    if plan is None or (plan == part.current).all() or part.price_of(plan) > part.value + EPS:
        return None
    return plan
