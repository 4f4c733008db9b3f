"""Design search: the cheapest structure within set limits that meets every constraint, confirmed by a fresh simulation - or what can't be met.

Base pay is chosen on a grid by an integer programme (one binary a grade and amount, HiGHS through scipy); its coefficients, heads by grade,
come from a simulation. Thresholds and steps of the performance pay are searched over the options given. What is not linear (P90 of the
budget, turnover, grade shares) is judged by simulation: a structure that misses the turnover limit is sent back with a higher floor on total
pay. Every constraint has a slack, so there is always an answer: the structure with the least misses, and by how much.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cslib.core.errors import PayError
from cslib.pay.ladder import Ladder
from cslib.pay.reform import turnover_of, with_steps
from cslib.pay.simulation import Outcome, simulate
from cslib.pay.workforce import Behaviour, Months, People, Structure

Steps = tuple[np.ndarray, np.ndarray]  # scores, factors of the performance pay
_PENALTY = 1e7  # yuan a unit of slack: far above any pay, so that a miss is never bought
_ROUNDS = 8
_TRIED = 12  # structures put before the fresh simulation, cheapest first
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Limits:
    """What a structure must meet.

    low, high, step : grid of base pay by grade [yuan];  least_base : what the minimum wage asks of base pay, one value or by grade [yuan]
    budget_p90 : of the whole horizon [yuan];  losers : share of people whose regular pay falls;  grade_share : most people on one grade in
    the last month;  parity : pairs of grades of equal base, within ``parity_share``;  turnover : leavers a year;  progression : least step
    of base from grade to grade inside each of ``channels`` (grade indices, lowest first)
    """

    low: np.ndarray
    high: np.ndarray
    step: float = 50.0
    least_base: float | np.ndarray = 0.0
    budget_p90: float = np.inf
    losers: float = 1.0
    grade_share: float = 1.0
    parity: tuple[tuple[int, int], ...] = ()
    parity_share: float = 0.0
    turnover: float = 1.0
    progression: float = 0.0
    channels: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Design:
    """The structure found, its ladder, and the verdict of the fresh simulation.

    checks : constraint, value, limit, excess (0 = met);  met : every constraint holds;  cost : expected, all months [yuan]
    """

    structure: Structure
    ladder: Ladder
    checks: pd.DataFrame
    met: bool
    cost: float
    p90: float


def design(
    people: People, structure: Structure, ladders: Sequence[Ladder], behaviour: Behaviour, months: Months, limits: Limits, *,
    steps: Sequence[Steps] = (), runs: int = 300, seed: int = 1, threads: int = 1,
) -> Design:
    """Search over ladders, steps of the performance pay and base pay.

    Parameters
    ----------
    structure : what is paid today: reference of losers, leaving and hiring;  ladders : thresholds to choose from (today's first)
    steps : steps of the performance pay on offer besides today's

    Returns
    -------
    Design  the cheapest that meets everything in a fresh simulation, whose luck no step of the search has seen; if none does, the one that
        misses least.

    Raises
    ------
    PayError  if the grid holds no amount for a grade, or there is no ladder.
    """
    if not ladders or (np.asarray(limits.high) < np.asarray(limits.low)).any() or limits.step <= 0:
        raise PayError("pay.design_grid", where="limits", given=f"{limits.low} .. {limits.high}", allowed="low <= high, step > 0")
    variants = [structure, *(with_steps(structure, at, pay, behaviour) for at, pay in steps)]
    law = _Law(behaviour, months, runs, seed, threads)
    found = [one for variant in variants for ladder in ladders for one in _search(people, structure, variant, ladder, law, limits)]
    verdicts: list[Design] = []
    for one in sorted(found, key=_rank)[:_TRIED]:
        fresh = law.simulate(people, one.structure, one.ladder, structure.regular(), "verdict")
        verdicts.append(_judged(people, structure, one.structure, one.ladder, fresh, limits))
        if verdicts[-1].met:
            break
    return min(verdicts, key=_rank)


@dataclass(frozen=True)
class _Law:
    """What every simulation of a search has in common."""

    behaviour: Behaviour
    months: Months
    runs: int
    seed: int
    threads: int

    def simulate(self, people: People, structure: Structure, ladder: Ladder, reference: np.ndarray, name: str) -> Outcome:
        """One simulation; another ``name`` is another luck."""
        return simulate(people, structure, ladder, self.behaviour, self.months, runs=self.runs, seed=self.seed, name=name, reference=reference,
                        threads=self.threads)  # fmt: skip


def tradeoff(
    people: People, structure: Structure, ladders: Sequence[Ladder], behaviour: Behaviour, months: Months, limits: Limits, *,
    losers: Sequence[float] = (0.0, 0.1, 0.2, 0.4, 1.0), steps: Sequence[Steps] = (), runs: int = 200, seed: int = 1,
) -> pd.DataFrame:
    """The cheapest design for each limit on losers: limit, share found, cost and P90 [yuan], turnover, whether everything is met."""
    rows, best = [], None
    for limit in sorted(losers):
        one = design(people, structure, ladders, behaviour, months, replace(limits, losers=limit), steps=steps, runs=runs, seed=seed)
        if best is not None and _rank(best) < _rank(one):
            one = best  # what meets a tighter limit meets this one
        best = one
        value = one.checks.set_index("constraint")["value"]
        rows.append((limit, value["losers"], one.cost, one.p90, value["turnover"], one.met))
    return pd.DataFrame(rows, columns=["losers_limit", "losers", "cost_yuan", "p90_yuan", "turnover", "met"])


def _search(people: People, now: Structure, variant: Structure, ladder: Ladder, law: _Law, limits: Limits) -> list[Design]:
    """Integer programme and simulation in turns; the payroll floor rises while people leave too fast. Every structure tried, as judged."""
    reference, current = now.regular(), variant
    outcome = law.simulate(people, variant, ladder, reference, "design")
    floor, missed, tried = 0.0, 0.0, []
    for _ in range(_ROUNDS):
        heads = outcome.grade_heads.sum(axis=0)
        current = replace(variant, base=_programme(people, now, variant, heads, limits, floor))
        outcome = law.simulate(people, current, ladder, reference, "design")
        fresh = law.simulate(people, current, ladder, reference, "confirm")
        tried.append(_judged(people, now, current, ladder, fresh, limits))
        leaving, heads = turnover_of(fresh), outcome.grade_heads.sum(axis=0)
        reached = float((heads * current.base).sum() / heads.sum())
        if leaving > limits.turnover:
            missed = max(missed, floor, reached)
            short = (leaving / limits.turnover) ** (-1 / law.behaviour.elasticity) if law.behaviour.elasticity else 1.0
            floor = missed * max(1.003, short)
        elif missed and reached - missed > limits.step / 5:
            floor = (missed + min(floor, reached)) / 2  # met: perhaps a lower floor will do
        else:
            break
    return tried


def _rank(one: Design) -> tuple[bool, float, float]:
    """Order of designs: those that meet everything by cost, then by how much they miss."""
    return not one.met, 0.0 if one.met else float(_relative(one.checks).sum()), one.cost


def _programme(people: People, now: Structure, variant: Structure, heads: np.ndarray, limits: Limits, floor: float) -> np.ndarray:
    """Base by grade: cheapest on the grid; slacks for minimum wage, parity, progression, losers and the floor on mean base."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # slow to import: only where it is needed
    from scipy.sparse import coo_array

    grids = [np.arange(low, high + limits.step / 2, limits.step) for low, high in zip(limits.low, limits.high, strict=True)]
    starts = np.concatenate([[0], np.cumsum([len(grid) for grid in grids])])
    amounts, count = np.concatenate(grids), int(starts[-1])
    grade = np.repeat(np.arange(len(grids)), [len(grid) for grid in grids])
    on = np.bincount(people.grade, minlength=len(grids)) / len(people.grade)
    rest = variant.regular() - variant.base * (1 + variant.overtime_share)
    lost = amounts * (1 + variant.overtime_share) + rest[grade] < now.regular()[grade] - 0.005
    least = np.broadcast_to(limits.least_base, len(grids))
    rows: list[tuple[np.ndarray, float, float, bool]] = [((grade == g).astype(float), 1.0, 1.0, False) for g in range(len(grids))]
    for g in range(len(grids)):
        rows.append((np.where(grade == g, amounts, 0.0), float(least[g]), np.inf, True))
    for a, b in limits.parity:
        for sign in (1.0, -1.0):  # sign (a - b) <= share x a
            wide = np.where(grade == a, amounts * (sign - limits.parity_share), 0.0) - np.where(grade == b, amounts * sign, 0.0)
            rows.append((wide, -np.inf, 0.0, True))
    for channel in limits.channels:
        for a, b in itertools.pairwise(channel):
            rows.append((np.where(grade == b, amounts, 0.0) - np.where(grade == a, amounts * (1 + limits.progression), 0.0), 0.0, np.inf, True))
    rows.append((np.where(lost, on[grade], 0.0) * 1000, -np.inf, limits.losers * 1000, True))
    rows.append((amounts * heads[grade] / max(1e-9, heads.sum()), floor, np.inf, True))
    slacks = sum(soft for *_, soft in rows)
    cost = np.concatenate([amounts * heads[grade] + amounts * 1e-6, np.full(slacks, _PENALTY)])
    matrix, lower, upper, column = [], [], [], 0
    for values, low, high, soft in rows:
        slack = np.zeros(slacks)
        if soft:
            slack[column] = 1.0 if np.isfinite(low) else -1.0
            column += 1
        matrix.append(np.concatenate([values, slack]))
        lower.append(low)
        upper.append(high)
    kinds = np.concatenate([np.ones(count), np.zeros(slacks)])
    bounds = Bounds(0, np.concatenate([np.ones(count), np.full(slacks, np.inf)]))
    result = milp(cost, constraints=LinearConstraint(coo_array(np.array(matrix)), lower, upper), integrality=kinds, bounds=bounds)
    if result.x is None:
        raise PayError("pay.design_grid", where="limits", given=result.message, allowed="low <= high, step > 0")
    chosen = result.x[:count] > 0.5
    return np.array([amounts[chosen & (grade == g)][0] for g in range(len(grids))])


def _judged(people: People, now: Structure, made: Structure, ladder: Ladder, outcome: Outcome, limits: Limits) -> Design:
    """Every constraint on the outcome of a simulation."""
    change = (made.regular() - now.regular())[people.grade]
    p90 = outcome.budget()["p90"].value
    gaps = [abs(made.base[a] - made.base[b]) / made.base[a] for a, b in limits.parity] or [0.0]
    steps = [made.base[b] / made.base[a] - 1 for channel in limits.channels for a, b in itertools.pairwise(channel)] or [limits.progression]
    least = np.broadcast_to(limits.least_base, len(made.base))
    tightest = int(np.argmin(made.base - least))
    top_share = float(outcome.shares().iloc[-1].max())
    rows = [
        ("budget_p90", p90, limits.budget_p90, 1), ("least_base", made.base[tightest], least[tightest], -1),
        ("losers", (change < -0.005).mean(), limits.losers, 1), ("grade_share", top_share, limits.grade_share, 1),
        ("parity", max(gaps), limits.parity_share, 1), ("turnover", turnover_of(outcome), limits.turnover, 1),
        ("progression", min(steps), limits.progression, -1),
    ]  # fmt: skip
    judged = [(name, float(value), float(limit), max(0.0, sign * float(value - limit))) for name, value, limit, sign in rows]
    checks = pd.DataFrame(judged, columns=["constraint", "value", "limit", "excess"])
    checks.loc[checks["excess"] <= TOLERANCE, "excess"] = 0.0
    return Design(made, ladder, checks, bool((checks["excess"] == 0).all()), float(outcome.cost().mean()), p90)


def _relative(checks: pd.DataFrame) -> pd.Series:
    """Excess as a share of the limit, so that misses can be added up."""
    limit = checks["limit"].abs().where(np.isfinite(checks["limit"]) & (checks["limit"] != 0), 1.0)
    return checks["excess"] / limit
