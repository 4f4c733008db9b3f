"""Structure A against B on the same people, months and luck: cost, winners and losers, promotions, inequality, turnover, cliffs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cslib.pay import kernel
from cslib.pay.exact import expected_factor
from cslib.pay.inequality import gini
from cslib.pay.ladder import Ladder
from cslib.pay.simulation import Estimate, Outcome, simulate
from cslib.pay.workforce import Behaviour, Months, People, Structure


@dataclass(frozen=True)
class Reform:
    """A and B side by side.

    Attributes
    ----------
    cost : B less A over all months [yuan]; its error is of the paired difference, ``cost_unpaired_error`` what independent runs would give
    winners, losers : share of people whose regular pay is higher, lower under B on the first day
    """

    before: Outcome
    after: Outcome
    cost: Estimate
    cost_unpaired_error: float
    winners: float
    losers: float
    promotions: tuple[Estimate, Estimate]
    turnover: tuple[Estimate, Estimate]
    gini: tuple[float, float]
    cliffs: pd.DataFrame


def paired(a: np.ndarray, b: np.ndarray) -> Estimate:
    """Mean of b - a with the error of the paired difference."""
    change = b - a
    return Estimate(float(change.mean()), float(change.std(ddof=1) / np.sqrt(len(change))) if len(change) > 1 else np.inf)


def compare(
    people: People, before: tuple[Structure, Ladder], after: tuple[Structure, Ladder], behaviour: Behaviour, months: Months, *, runs: int = 500,
    seed: int = 1, name: str = "pay", threads: int = 1,
) -> Reform:
    """Simulate both with common random numbers; A's regular pay is the reference of leaving and hiring in both.

    Raises
    ------
    PayError  if grades don't fit together (both structures and ladders have the same grades).
    """
    reference = before[0].regular()
    outcomes = [
        simulate(people, structure, ladder, behaviour, months, runs=runs, seed=seed, name=name, reference=reference, threads=threads)
        for structure, ladder in (before, after)
    ]
    a, b = outcomes
    costs = a.cost(), b.cost()
    pays = [structure.regular() for structure, _ in (before, after)]
    change = (pays[1] - pays[0])[people.grade]
    unpaired = float(np.sqrt(sum(cost.var(ddof=1) / len(cost) for cost in costs))) if runs > 1 else np.inf
    ginis = [gini(pay, weights=outcome.grade_heads[-1]) for pay, outcome in zip(pays, outcomes, strict=True)]
    return Reform(
        a, b, paired(*costs), unpaired, float((change > 0.005).mean()), float((change < -0.005).mean()), (a.promotions(), b.promotions()),
        (a.turnover(), b.turnover()), (ginis[0], ginis[1]), cliffs(after[0], behaviour),
    )  # fmt: skip


def with_steps(structure: Structure, at: np.ndarray, pay: np.ndarray, behaviour: Behaviour) -> Structure:
    """The structure with other steps of its performance pay; regular pay follows what scores of the team's law give on average.

    Parameters
    ----------
    at, pay : score from which a step is paid (itself included), factor of the performance pay; 0 below the first
    """
    made = replace(structure, steps_at=np.asarray(at, dtype=float), steps_pay=np.asarray(pay, dtype=float))
    old, new = (float(expected_factor(one, behaviour.mean, behaviour.sd)[0]) for one in (structure, made))
    return replace(made, expected=new / old * structure.expected if old else new)


def cliffs(structure: Structure, behaviour: Behaviour) -> pd.DataFrame:
    """Steps of the performance pay: what one point more is worth at each threshold, and who stands within a point below it.

    Returns
    -------
    DataFrame: grade, score, jump_yuan [yuan a month], near_share (chance of a score less than one point below: the temptation to game).
    """
    rows = []
    for k in range(1, len(structure.steps_at)):
        jump, at = structure.steps_pay[k] - structure.steps_pay[k - 1], structure.steps_at[k]
        near = _below(at, behaviour) - _below(at - 1, behaviour) if behaviour.sd else 0.0
        rows += [(grade, float(at), float(jump * structure.target[g]), near) for g, grade in enumerate(structure.grades) if structure.target[g]]
    return pd.DataFrame(rows, columns=["grade", "score", "jump_yuan", "near_share"])


def _below(score: float, behaviour: Behaviour) -> float:
    return 0.5 * (1 + math.erf((score - behaviour.mean) / behaviour.sd / math.sqrt(2)))


def turnover_of(outcome: Outcome) -> float:
    """Leavers a year per head."""
    return float(outcome.totals[:, :, kernel.LEAVES].sum() / max(1.0, float(outcome.totals[:, :, kernel.HEADS].sum())) * 12)
