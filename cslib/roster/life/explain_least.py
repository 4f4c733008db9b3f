"""The least shortage that some rules allow, and the smallest set of rules that keeps it up, each proven by solving again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

from cslib.core.errors import SolverError
from cslib.roster.engine_build import build
from cslib.roster.engine_exact import NODES
from cslib.roster.engine_highs import Limits, solve_mip
from cslib.roster.life.explain_relax import Held, relaxed
from cslib.roster.problem import Problem

SHORT = ("empty_post", "short_peak", "short", "lead_missing", "level_missing")  # prices of people who are missing, all by the hour
NOISE_YUAN = 0.01
CLOCK_S = 120.0  # safety stop of one solve


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
    priced = {code: yuan if code in SHORT else 0.0 for code, yuan in problem.prices.items()}
    model = build(dataclasses.replace(problem, prices=priced))
    outcome = solve_mip(model.lp, Limits(1e-7, NOISE_YUAN / 2, NODES, CLOCK_S))
    if not outcome.found:
        raise SolverError("roster.no_point", where=problem.study.site, engine="exact", ended_by=outcome.ended_by)
    hours = sum(model.cost[code].value() for code in SHORT)
    return Least(model.priced_yuan(), outcome.bound, hours)


@dataclass
class Search:
    """Search for the rules that keep a shortage up. ``solves`` counts the problems solved; ``proven``: no answer was left open."""

    problem: Problem
    floor: Least
    solves: int = 0
    proven: bool = True
    without: list[Held] = field(default_factory=list)

    def least(self, without: Sequence[Held]) -> Least:
        """Least shortage without some rules."""
        self.solves += 1
        return least_short(relaxed(self.problem, without))

    def stays(self, without: Sequence[Held]) -> bool:
        """True if it is proven that without these rules, too, no roster has less shortage."""
        found = self.least(without)
        edge = self.floor.yuan - NOISE_YUAN - 1e-6 * self.floor.yuan
        if found.yuan >= edge > found.bound_yuan:
            self.proven = False
        return found.bound_yuan >= edge

    def irreducible(self, held: Sequence[Held]) -> list[Held]:
        """The rules that are needed to keep the shortage up: with them alone in force it stays, and each one left out lessens it.

        Rules are left out for good where the shortage stays without them, whole groups first (by rule, person, then day); leaving out
        more never makes a shortage worse, so what was needed once is needed to the end. All of ``held`` left out must lessen it.
        """
        if len(held) == 1:
            return list(held)
        first, second = _halves(held)
        kept: list[Held] = []
        missing = True  # among the groups seen so far none was needed, so the last group must be
        for group, last in ((first, False), (second, True)):
            if not (last and missing) and self.stays([*self.without, *group]):
                self.without += group
                continue
            kept += self.irreducible(group)
            missing = False
        return kept


def _halves(held: Sequence[Held]) -> tuple[list[Held], list[Held]]:
    """Two parts that keep together what belongs together: rules, else people, else days."""
    marks = [[h.rule for h in held], [h.person for h in held], [h.day for h in held]]
    mark = next(m for m in marks if len(set(m)) > 1)
    names = list(dict.fromkeys(mark))
    left = set(names[: len(names) // 2])
    return [h for h, m in zip(held, mark, strict=True) if m in left], [h for h, m in zip(held, mark, strict=True) if m not in left]
