"""Dive: fix the assignments (person, day, kind or off) that the linear master is surest of, price again, until every month is fixed."""

from __future__ import annotations

import highspy
import numpy as np

from cslib.roster.columns.kit import NEVER
from cslib.roster.columns.limits import Stop, never
from cslib.roster.columns.part import EPS, NOBODY, Part

SURE = 0.85  # fixed at once
ROUNDS = 4  # of pricing after each step


def dive(part: Part, share: float, most: float, rng: np.random.Generator | None = None, late: Stop = never) -> np.ndarray | None:
    """A plan (people, days) of the part, or None if the master's value passes ``most`` on the way or it gets ``late``.

    Parameters
    ----------
    share : least share of the open cells that a step fixes
    rng : shakes the order in which cells are fixed
    """
    open_cells = [np.zeros((len(g.begin) - 1, len(g.acts)), dtype=bool) for g in part.graphs]  # True: closed
    days = part.current.shape[1]
    settled = np.zeros((len(part.people), days), dtype=bool)
    plan = None
    while plan is None:
        value, weights = _price_out(part)
        if value > min(most, NOBODY) - EPS or late():
            break
        plan = months_of(part, weights)
        if plan is not None:
            break
        _fix(part, weights, settled, open_cells, share, rng)
    for i in range(len(part.people)):
        part.close(i, None)
    if plan is not None and part.price_of(plan) > most - EPS:
        return None
    return plan


def _price_out(part: Part) -> tuple[float, np.ndarray]:
    """Value and column weights of the master after a few rounds of pricing under the cells closed so far."""
    for rest in range(ROUNDS, -1, -1):
        value, of_people, duals = part.solve()
        if part.lp.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return NEVER, np.zeros(0)
        if rest == 0:
            break
        _, who, months, values = part.price(duals, of_people)
        good = np.flatnonzero(values < of_people[who] - EPS)
        if len(good) == 0:
            break
        part.columns(duals, who[good], months[good], values[good])
    return value, np.array(part.lp.getSolution().col_value)[part.head :]


def months_of(part: Part, weights: np.ndarray) -> np.ndarray | None:
    """The months, if everybody has one of full weight."""
    who, months, _, _ = part.pool.joined()
    chosen = np.flatnonzero(weights[: len(who)] > 1 - EPS)
    if len(np.unique(who[chosen])) < len(part.people):
        return None
    plan = np.empty((len(part.people), months.shape[1]), dtype=np.int64)
    plan[who[chosen]] = months[chosen]
    return plan


def _fix(part: Part, weights: np.ndarray, settled: np.ndarray, closed: list[np.ndarray], share: float, rng: np.random.Generator | None) -> None:
    """Fix the surest open cells; a cell is fixed by closing the person's other actions of the day."""
    who, months, _, _ = part.pool.joined()
    used = np.flatnonzero(weights > EPS)
    kinds = part.base.shape[2]
    days = months.shape[1]
    mass = np.zeros((len(part.people), days, kinds + 1))
    for d in range(days):
        np.add.at(mass, (who[used], d, months[used, d]), weights[used])
    surest, act = mass.max(axis=2), mass.argmax(axis=2)
    act[act == kinds] = -1
    whole = surest.min(axis=1) > 1 - EPS
    rank = np.where(settled, -1.0, surest)
    if rng is not None:
        rank = np.where(settled, -1.0, rank - 0.1 * rng.random(rank.shape) * (rank < 1 - EPS))
    rank[whole] = np.where(settled[whole], -1.0, 2.0)
    order = np.argsort(-rank, axis=None, kind="stable")
    fractional = int((~settled & (surest < 1 - EPS)).sum())
    least = max(1, int(share * fractional))
    taken, touched = 0, set()
    for at in order:
        i, d = divmod(int(at), days)
        if rank[i, d] < 0:
            break
        half = surest[i, d] < 1 - EPS
        if half and taken >= least and surest[i, d] < SURE:
            break
        settled[i, d] = True
        closed[i][d] = part.graphs[i].acts != act[i, d]
        touched.add(i)
        taken += half
    for i in sorted(touched):
        part.close(i, closed[i])
