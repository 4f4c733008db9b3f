"""Engine for small sites: the whole month as one integer programme, to the gap that is asked for."""

from __future__ import annotations

from cslib.core.errors import RosterError, SolverError
from cslib.roster.engine_answer import Answer, answer_of
from cslib.roster.engine_build import build
from cslib.roster.engine_highs import Limits, Progress, solve_mip
from cslib.roster.problem import Problem

NODES = 4000  # search nodes at work = 1


def solve_exact(problem: Problem, gap: float, work: float, seconds: float, progress: Progress | None) -> Answer:
    """Best roster found within gap, work (nodes) or the safety clock.

    Raises
    ------
    RosterError  if no roster keeps all rules and pins.
    SolverError  if the solver ended without a point.
    """
    model = build(problem)
    limits = Limits(gap, gap * problem.peak_hour_yuan, max(1, round(NODES * work)), seconds)
    outcome = solve_mip(model.lp, limits, progress=progress)
    if outcome.ended_by == "contradiction":
        raise RosterError("roster.contradiction", where=problem.study.site, rules=", ".join(problem.beyond_columns) or "-")
    if not outcome.found:
        raise SolverError("roster.no_point", where=problem.study.site, engine="exact", ended_by=outcome.ended_by)
    return answer_of(model, outcome.bound, outcome.ended_by, "exact")
