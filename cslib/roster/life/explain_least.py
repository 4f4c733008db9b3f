"""The least shortage that some rules allow, and the smallest set of rules that keeps it up, each proven by solving again."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from cslib.core.errors import SolverError
from cslib.roster.engine_build import build
from cslib.roster.engine_highs import Limits, solve_mip
from cslib.roster.engine_model import Model, Sum
from cslib.roster.life.explain_relax import Held, relaxed
from cslib.roster.problem import Problem

SHORT = ("empty_post", "short_peak", "short", "lead_missing", "level_missing")  # prices of people who are missing, all by the hour
NOISE_YUAN = 0.01
NODES, NODES_LEAST = 4000, 300  # search nodes of one solve, at most and at least
CELLS_NODES = 400_000  # cells times nodes between the two
CLOCK_S = 30.0  # safety stop of one solve
_RULE = {"lead_missing": "lead_on_duty", "level_missing": "level_at_peak"}  # priced only with their rule


@dataclass(frozen=True)
class Least:
    """Priced shortage of the best roster found, no roster has less than ``bound_yuan``; its person-hours."""

    yuan: float
    bound_yuan: float
    hours: float

    @property
    def proven(self) -> bool:
        """True if no roster has less."""
        return self.yuan - self.bound_yuan <= NOISE_YUAN + 1e-6 * abs(self.yuan)


def least_short(problem: Problem) -> Least:
    """Solve with nothing priced but people who are missing.

    Raises
    ------
    SolverError  if no roster was found.
    """
    model = _only_short(problem)
    step = quantum(problem)
    outcome = solve_mip(model.lp, Limits(1e-7, max(step - NOISE_YUAN, NOISE_YUAN) / 2, _nodes(problem), CLOCK_S))
    if not outcome.found:
        raise SolverError("roster.no_point", where=problem.study.site, engine="exact", ended_by=outcome.ended_by)
    hours = sum(model.cost[code].value() for code in SHORT)
    yuan = model.priced_yuan()
    above = math.ceil((outcome.bound - NOISE_YUAN) / step) * step if step > NOISE_YUAN else outcome.bound  # shortage comes in whole steps
    return Least(yuan, min(yuan, above), hours)


def has_less(problem: Problem, yuan: float) -> bool | None:
    """True if some roster has less priced shortage, False if it is proven that none has; None if the solver stopped before it knew."""
    model = _only_short(problem)
    short = Sum()
    for code in SHORT:
        short.plus(model.cost[code], problem.prices[code])
    model.at_most(short, yuan - max(quantum(problem) / 2, NOISE_YUAN))
    outcome = solve_mip(model.lp, Limits(1.0, 1e12, _nodes(problem), CLOCK_S))
    return True if outcome.found else False if outcome.ended_by == "contradiction" else None


def quantum(problem: Problem) -> float:
    """Step in which the price of a shortage moves: whole people for the finest span of time at which anybody comes or goes [yuan]."""
    marks = [problem.interval_min, *(m for s in problem.shifts for m in (s.start_min, s.length_min))]
    marks += [m for s in problem.shifts for b in s.breaks for m in (b.earliest_min, b.length_min)]
    minute = math.gcd(*marks)
    used = [problem.prices[code] for code in SHORT if problem.prices[code] > 0 and (code not in _RULE or problem.limit(_RULE[code], 0) is not None)]
    return math.gcd(*(round(yuan * minute / 60 * 100) for yuan in used)) / 100 if used else NOISE_YUAN


def _nodes(problem: Problem) -> int:
    return max(NODES_LEAST, min(NODES, CELLS_NODES // max(1, int(problem.allowed.sum()))))


def _only_short(problem: Problem) -> Model:
    priced = {code: yuan if code in SHORT else 0.0 for code, yuan in problem.prices.items()}
    return build(dataclasses.replace(problem, prices=priced))


@dataclass
class Search:
    """Search for the rules that keep a shortage up. ``solves`` counts the problems solved, ``most`` of them at most; ``proven``: no answer
    was left open."""

    problem: Problem
    floor: Least
    most: int = 10_000
    solves: int = 0
    proven: bool = True
    without: list[Held] = field(default_factory=list)

    def hours(self, without: Sequence[Held]) -> float:
        """Hours missing at least without some rules."""
        self.solves += 1
        return least_short(relaxed(self.problem, without)).hours

    def stays(self, without: Sequence[Held]) -> bool:
        """True if it is proven that without these rules, too, no roster has less shortage."""
        if self.solves >= self.most:
            self.proven = False
            return False
        self.solves += 1
        less = has_less(relaxed(self.problem, without), self.floor.yuan)
        if less is None:
            self.proven = False
        return less is False

    def irreducible(self, held: Sequence[Held]) -> list[Held]:
        """The rules that are needed to keep the shortage up: with them alone in force it stays, and each one left out lessens it.

        Whole rules are left out first, then what is left of them by person, then by day, each for good where the shortage stays without
        it; leaving out more never makes a shortage worse, so what was needed once is needed to the end. All of ``held`` left out must
        lessen it.
        """
        kept = list(held)
        for mark in (lambda h: h.rule, lambda h: (h.rule, h.person), lambda h: h):
            groups: dict[object, list[Held]] = {}
            for h in kept:
                groups.setdefault(mark(h), []).append(h)
            kept = [h for group in self._needed(list(groups.values())) for h in group]
        return kept

    def _needed(self, groups: list[list[Held]]) -> list[list[Held]]:
        """The groups that are needed, whole halves being left out first."""
        if len(groups) == 1:
            return groups
        half = len(groups) // 2
        kept: list[list[Held]] = []
        for part, last in ((groups[:half], False), (groups[half:], True)):
            # Among the groups seen so far none was needed: then the last part must be.
            if not (last and not kept) and self.stays([*self.without, *(h for group in part for h in group)]):
                self.without += [h for group in part for h in group]
            else:
                kept += self._needed(part)
        return kept
