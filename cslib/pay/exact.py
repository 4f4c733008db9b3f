"""Exact expectations of the simulation where it is a Markov chain: grade shares, joins, leaves and gross pay, without a single draw.

State: (grade, runs up, runs down), for every node of the persistent ability (Gauss-Hermite); one more state for empty posts. Exact when
leaving does not depend on time since promotion, and the period is a month or nobody leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cslib.core.errors import PayError
from cslib.pay.ladder import Ladder
from cslib.pay.simulation import leaving
from cslib.pay.workforce import Behaviour, People, Structure

NODES = 64


@dataclass(frozen=True)
class Exact:
    """Expected heads by month and grade, empty posts at the end of the last month's fill, leavers by month [persons]; gross [yuan] or NaN."""

    grade_heads: np.ndarray
    leaves: np.ndarray
    gross: np.ndarray


def exact(people: People, structure: Structure, ladder: Ladder, behaviour: Behaviour, months: int, reference: np.ndarray | None = None) -> Exact:
    """Expected course of the workforce.

    Gross pay is exact where pay follows without lag and neither probation nor seniority counts; elsewhere it is NaN.

    Raises
    ------
    PayError  if the process is no Markov chain of this kind (time since promotion matters, or leavers within a longer period).
    """
    if behaviour.stuck or behaviour.market or (ladder.period_months > 1 and behaviour.leave_month > 0):
        raise PayError("pay.no_exact", where="exact", given=f"stuck {behaviour.stuck}, market {behaviour.market}, period {ladder.period_months}")
    points, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    abilities = points * behaviour.sd * np.sqrt(behaviour.rho)
    states = [(g, u, d) for g in range(len(ladder.grades)) for u in range(ladder.up_runs) for d in range(ladder.down_runs) if not (u and d)]
    index = {state: i for i, state in enumerate(states)}
    grade_of = np.array([g for g, _, _ in states])
    moves = [_moves(ladder, behaviour, ability, states, index) for ability in abilities]
    quit_chance = leaving(structure, behaviour, 1, reference)[0][grade_of]
    ratio = structure.regular() / (structure.regular() if reference is None else reference)
    fill = min(1.0, behaviour.fill_month * ratio[behaviour.entry_grade] ** behaviour.fill_elasticity)
    mass = np.zeros((NODES, len(states)))
    for grade in people.grade:
        mass[:, index[int(grade), 0, 0]] += weights
    empty, heads, leaves, gross = 0.0, [], [], []
    pay = _expected_pay(structure, behaviour, abilities)
    plain = ladder.lag_months == 0 and not structure.seniority_yuan and not structure.probation_months
    for month in range(months):
        mass[:, index[behaviour.entry_grade, 0, 0]] += weights * empty * fill
        empty *= 1 - fill
        heads.append(np.bincount(grade_of, mass.sum(axis=0), len(ladder.grades)))
        gross.append(float((mass * pay[:, grade_of]).sum()) if plain else np.nan)
        gone = mass * quit_chance
        leaves.append(float(gone.sum()))
        empty += gone.sum()
        mass = mass - gone
        if (month + 1) % ladder.period_months == 0:
            mass = np.stack([row @ move for row, move in zip(mass, moves, strict=True)])
    return Exact(np.array(heads), np.array(leaves), np.array(gross))


State = tuple[int, int, int]


def _moves(ladder: Ladder, behaviour: Behaviour, ability: float, states: list[State], index: dict[State, int]) -> np.ndarray:
    """Transition chances at the end of a period for one ability."""
    from scipy.stats import norm  # slow to import: only where it is needed

    n, top = len(states), len(ladder.grades) - 1
    found = np.zeros((n, n))
    sd = behaviour.sd * np.sqrt((1 - behaviour.rho) / ladder.period_months)
    for i, (g, u, d) in enumerate(states):
        if ladder.table.size:
            for to, chance in enumerate(ladder.table[g]):
                found[i, index[to, 0, 0]] += chance
            continue
        at = behaviour.mean + ability
        up = float(norm.sf(ladder.up_at[g], at, sd)) if sd else float(at >= ladder.up_at[g])
        down = float(norm.cdf(ladder.down_below[g], at, sd)) if sd else float(at < ladder.down_below[g])
        found[i, index[(min(g + 1, top), 0, 0) if u + 1 >= ladder.up_runs else (g, u + 1, 0)]] += up
        found[i, index[(max(g - 1, 0), 0, 0) if d + 1 >= ladder.down_runs else (g, 0, d + 1)]] += down
        found[i, index[g, 0, 0]] += 1 - up - down
    return found


def _expected_pay(structure: Structure, behaviour: Behaviour, abilities: np.ndarray) -> np.ndarray:
    """Expected gross by ability and grade: E = sum of factor x chance that the score lies in its step."""
    return structure.base * (1 + structure.overtime_share) + structure.fixed + structure.target * expected_factor(
        structure, behaviour.mean + abilities, behaviour.sd * np.sqrt(1 - behaviour.rho)
    )[:, None]  # fmt: skip


def expected_factor(structure: Structure, mean: np.ndarray | float, sd: float) -> np.ndarray:
    """Expected performance factor for scores of normal law: E = sum_j a_j (Phi((u_j - mu)/sd) - Phi((l_j - mu)/sd))."""
    from scipy.stats import norm  # slow to import: only where it is needed

    centre = np.atleast_1d(np.asarray(mean, dtype=float))
    if not sd:
        return structure.factor(centre)
    above = norm.sf(structure.steps_at[None, :], centre[:, None], sd)
    within = above - np.concatenate([above[:, 1:], np.zeros((len(centre), 1))], axis=1)
    return np.asarray((within * structure.steps_pay[None, :]).sum(axis=1))


def stationary(chances: np.ndarray) -> np.ndarray:
    """Stationary distribution of a transition matrix whose rows add up to 1."""
    n = len(chances)
    system = np.vstack([chances.T - np.eye(n), np.ones(n)])
    return np.asarray(np.linalg.lstsq(system, np.concatenate([np.zeros(n), [1.0]]), rcond=None)[0])


def with_replacement(chances: np.ndarray, entry: np.ndarray) -> tuple[np.ndarray, float]:
    """Open system of fixed size: stationary shares pi = r N / (r N 1) and expected stay r N 1, N = (I - P)^-1 (rows of P may add up to less)."""
    stay = entry @ np.linalg.inv(np.eye(len(chances)) - chances)
    return stay / stay.sum(), float(stay.sum())


def up_before_down(p: float, ups: int, downs: int) -> float:
    """Chance of ``ups`` successes in a row before ``downs`` failures in a row: p^(r-1) (1 - q^s) / (p^(r-1) + q^(s-1) - p^(r-1) q^(s-1))."""
    q = 1 - p
    a, b = p ** (ups - 1), q ** (downs - 1)
    return a * (1 - q**downs) / (a + b - a * b)
