"""Manpower flows: closed forms of streak and band ladders, staffing by a Markov matrix, long-run shares of any finite chain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components


def up_before_down(p: float, q: float, ups: int, downs: int) -> float:
    """Probability that ``ups`` good months running come before ``downs`` bad ones running; good with ``p``, bad with ``q = 1 - p``.

    a = p^(r-1) (1 - q^s) / (p^(r-1) + q^(s-1) - p^(r-1) q^(s-1)), r = ups, s = downs. Source: Feller, theory of runs.

    >>> round(up_before_down(0.5, 0.5, 3, 3), 12)
    0.5
    """
    good, bad = p ** (ups - 1), q ** (downs - 1)
    return good * (1 - q**downs) / (good + bad - good * bad)


def birth_death(up: float, down: float, grades: int) -> np.ndarray:
    """Long-run shares of grades 0 .. n-1 where people move up with ``up`` and down with ``down``: proportional to (up/down)^g.

    >>> [float(round(share, 3)) for share in birth_death(0.1, 0.1, 4)]
    [0.25, 0.25, 0.25, 0.25]
    """
    powers = (up / down) ** np.arange(grades)
    return powers / powers.sum()


@dataclass(frozen=True)
class Flow:
    """One period of a staffing matrix: heads afterwards, leavers by job; expected periods of stay of a recruit, and job shares in the long run
    when every leaver is replaced by a recruit."""

    heads: np.ndarray
    leavers: np.ndarray
    stay: float
    shares: np.ndarray


def staffing_flow(matrix: np.ndarray, heads: np.ndarray, recruits: np.ndarray | None = None) -> Flow:
    """Move heads by a transition matrix whose rows add to 1 less the leavers.

    heads' = heads P; leavers = heads (1 - P 1); N = (I - P)^-1; stay = r N 1; shares = r N / (r N 1), r = recruits by job (default: job 0).
    Source: Bartholomew, Forbes, McClean, Statistical Techniques for Manpower Planning (1991).
    """
    into = np.eye(len(matrix))[0] if recruits is None else recruits / recruits.sum()
    visits = np.linalg.solve((np.eye(len(matrix)) - matrix).T, into)
    return Flow(heads @ matrix, heads * (1 - matrix.sum(axis=1)), float(visits.sum()), visits / visits.sum())


def long_run(matrix: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Long-run time shares of the states of a finite chain from a starting distribution, absorbing classes included.

    The stationary distribution of each recurrent class, weighted with the probability of ending in it.
    """
    count, label = connected_components(matrix > 0, directed=True, connection="strong")
    closed = [k for k in range(count) if matrix[label == k][:, label != k].sum() < 1e-15]
    transient = ~np.isin(label, closed)
    shares = np.zeros(len(matrix))
    inside = np.eye(transient.sum()) - matrix[np.ix_(transient, transient)]
    visits = np.linalg.solve(inside.T, start[transient]) if transient.any() else np.zeros(0)
    for k in closed:
        members = label == k
        weight = start[members].sum() + (visits @ matrix[np.ix_(transient, members)]).sum()
        block = matrix[np.ix_(members, members)]
        system = np.vstack([block.T - np.eye(len(block)), np.ones(len(block))])
        answer = np.linalg.lstsq(system, np.append(np.zeros(len(block)), 1.0), rcond=None)[0]
        shares[members] = weight * answer
    return shares


def first_passage(matrix: np.ndarray, target: np.ndarray, start: np.ndarray) -> tuple[float, float]:
    """(probability of ever reaching the target states, expected periods until then; infinite where it is not certain)."""
    rest = ~target
    if not rest.any():
        return 1.0, 0.0
    reach = _can_reach(matrix, target)
    likely = rest & reach
    inner = np.eye(int(likely.sum())) - matrix[np.ix_(likely, likely)]
    chance = np.where(target, 1.0, 0.0)
    if likely.any():
        chance[likely] = np.linalg.solve(inner, matrix[np.ix_(likely, target)].sum(axis=1))
    total = float(start @ chance)
    if total < 1 - 1e-9:
        return total, float("inf")
    wait = np.zeros(len(matrix))
    if likely.any():
        wait[likely] = np.linalg.solve(inner, np.ones(int(likely.sum())))
    return total, float(start @ wait)


def _can_reach(matrix: np.ndarray, target: np.ndarray) -> np.ndarray:
    """States from which a target can be reached."""
    reach = target.copy()
    while True:
        more = reach | ((matrix[:, reach] > 0).any(axis=1))
        if (more == reach).all():
            return reach
        reach = more
