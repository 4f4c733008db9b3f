"""Engine for small sites: the whole month as one integer programme, to the gap that is asked for."""

from __future__ import annotations

import dataclasses

import numpy as np

from cslib.core.errors import RosterError, SolverError
from cslib.roster.columns.limits import Stop
from cslib.roster.engine_answer import Answer, answer_of
from cslib.roster.engine_build import build
from cslib.roster.engine_highs import Limits, Outcome, Progress, solve_mip
from cslib.roster.engine_model import Model
from cslib.roster.problem import Problem

_ANY = Limits(gap_share=1.0, gap_yuan=1e12, nodes=1, seconds=3600.0)  # any roster will do; seconds that no machine is too busy for
NODES = 4000  # search nodes at work = 1


def solve_exact(
    problem: Problem, gap: float, work: float, seconds: float, progress: Progress | None, *, stop: Stop | None = None,
    begin: np.ndarray | None = None,
) -> Answer:  # fmt: skip
    """Best roster found within gap, work (nodes) or the safety clock.

    Parameters
    ----------
    stop : asked often; once true the solve ends with the best roster so far and its bound
    begin : shifts (person, day) of a roster to start from; one that breaks a rule is passed over

    Raises
    ------
    RosterError  if no roster keeps all rules and pins.
    SolverError  if the solver ended without a point.
    """
    model = build(problem)
    limits = Limits(gap, gap * problem.peak_hour_yuan, max(1, round(NODES * work)), seconds)
    start = None if begin is None else {x: float(begin[p, d] == s) for (p, d, s), x in model.x.items()}
    outcome = solve_mip(model.lp, limits, start, progress, stop)
    if outcome.ended_by == "contradiction":
        raise RosterError("roster.contradiction", where=problem.study.site, rules=", ".join(problem.beyond_columns) or "-")
    if not outcome.found:
        outcome = _nobody_at_work(model, outcome)
    if not outcome.found:
        raise SolverError("roster.no_point", where=problem.study.site, engine="exact", ended_by=outcome.ended_by)
    return answer_of(model, max(0.0, outcome.bound), outcome.ended_by, "exact")


def _nobody_at_work(model: Model, ended: Outcome) -> Outcome:
    """The roster in which nobody works but who is pinned: always legal but for least runs around a pin, so that a stop finds some roster.

    The bound is that of the solve that ``ended``, or 0: no price is below 0.
    """
    pinned = {(p, d, pin.shift) for (p, d), pin in model.problem.pins.items()}
    start = {x: float(cell in pinned) for cell, x in model.x.items()}
    found = solve_mip(model.lp, _ANY, start=start)
    return dataclasses.replace(found, bound=max(0.0, ended.bound), ended_by=ended.ended_by)
