"""HiGHS behind PuLP: the only module that reads solver states. A state is never trusted; a point counts only with its values.

PuLP's own bridge loads row by row, knows no node limit and reports a stop by the clock as optimal; this one loads the matrix at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import pulp
from pulp.v4_migration import set_v4_migration_warnings

from cslib.roster.columns.limits import Stop

set_v4_migration_warnings(False)  # as in engine_model, which a repair doesn't load

Progress = Callable[[float, float, float], None]
_INFINITE = highspy.kHighsInf
_ENDS = {
    highspy.HighsModelStatus.kOptimal: "gap", highspy.HighsModelStatus.kInfeasible: "contradiction",
    highspy.HighsModelStatus.kTimeLimit: "clock", highspy.HighsModelStatus.kInterrupt: "stop",
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a solve gave: ``found`` (the variables hold a point), ``bound`` [objective without constant], why it ended, its size.

    ``ended_by`` is gap | work | clock | stop, or contradiction: no point keeps all rows.
    """

    found: bool
    bound: float
    ended_by: str
    nodes: int
    variables: int
    rows: int


@dataclass(frozen=True)
class Limits:
    """When to stop: relative and absolute gap, nodes (deterministic work), seconds (safety only)."""

    gap_share: float
    gap_yuan: float
    nodes: int
    seconds: float


def solve_mip(
    lp: pulp.LpProblem, limits: Limits, start: dict[pulp.LpVariable, float] | None = None, progress: Progress | None = None,
    stop: Stop | None = None,
) -> Outcome:  # fmt: skip
    """Minimise an integer programme; the point found, if any, is in the variables' ``varValue``.

    Parameters
    ----------
    start : values of some integer variables to complete to a first point
    progress : called with (share of the node limit, best value, bound)
    stop : asked between the solver's steps; once true it ends with the point it has
    """
    solver = highspy.Highs()
    _options(solver, {"output_flag": False, "threads": 1, "random_seed": 0, "mip_max_nodes": limits.nodes, "time_limit": limits.seconds})
    _options(solver, {"mip_rel_gap": limits.gap_share, "mip_abs_gap": max(limits.gap_yuan, 1e-6)})
    variables = lp.variables()
    _load(solver, lp, variables, whole=True)
    if start:
        number = {v: i for i, v in enumerate(variables)}
        solver.setSolution(len(start), np.array([number[v] for v in start], dtype=np.int32), np.array(list(start.values()), dtype=np.float64))
    if progress is not None:
        _report(solver, limits, progress)
    if stop is not None:
        solver.cbMipInterrupt.subscribe(lambda event: event.interrupt() if stop() else None)
    solver.run()
    return _outcome(solver, variables, lp)


def _options(solver: highspy.Highs, options: dict[str, Any]) -> None:
    for name, value in options.items():
        solver.setOptionValue(name, value)


def _load(solver: highspy.Highs, lp: pulp.LpProblem, variables: list[pulp.LpVariable], whole: bool) -> None:
    """Pass the whole matrix, row-wise."""
    number = {v: i for i, v in enumerate(variables)}
    rows = list(lp.constraints.values())
    starts, index, value, low, high = [0], [], [], [], []
    for row in rows:
        index += [number[v] for v in row]
        value += list(row.values())
        starts.append(len(index))
        low.append(-_INFINITE if row.sense == pulp.LpConstraintLE else -row.constant)
        high.append(_INFINITE if row.sense == pulp.LpConstraintGE else -row.constant)
    model = highspy.HighsLp()
    model.offset_ = float(lp.objective.constant)
    model.num_col_, model.num_row_ = len(variables), len(rows)
    model.col_cost_ = np.array([lp.objective.get(v, 0.0) for v in variables], dtype=np.float64)
    model.col_lower_ = np.array([-_INFINITE if v.lowBound is None else v.lowBound for v in variables], dtype=np.float64)
    model.col_upper_ = np.array([_INFINITE if v.upBound is None else v.upBound for v in variables], dtype=np.float64)
    model.row_lower_, model.row_upper_ = np.array(low, dtype=np.float64), np.array(high, dtype=np.float64)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(starts, dtype=np.int32)
    model.a_matrix_.index_ = np.array(index, dtype=np.int32)
    model.a_matrix_.value_ = np.array(value, dtype=np.float64)
    if whole:
        kinds = {pulp.LpInteger: highspy.HighsVarType.kInteger}
        model.integrality_ = [kinds.get(v.cat, highspy.HighsVarType.kContinuous) for v in variables]
    solver.passModel(model)


def _report(solver: highspy.Highs, limits: Limits, progress: Progress) -> None:
    def tell(event: Any) -> None:
        """Hand on the share of nodes used, the best cost and the bound [yuan]."""
        data = event.data_out
        progress(min(1.0, data.mip_node_count / max(limits.nodes, 1)), data.mip_primal_bound, data.mip_dual_bound)

    solver.cbMipImprovingSolution.subscribe(tell)
    solver.cbMipLogging.subscribe(tell)


def _outcome(solver: highspy.Highs, variables: list[pulp.LpVariable], lp: pulp.LpProblem) -> Outcome:
    info, status = solver.getInfo(), solver.getModelStatus()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if found:
        for variable, value in zip(variables, solver.getSolution().col_value, strict=True):
            variable.varValue = round(value) if variable.cat == pulp.LpInteger else value
    return Outcome(found, float(info.mip_dual_bound), _ENDS.get(status, "work"), int(info.mip_node_count), len(variables), len(lp.constraints))


def timed() -> tuple[float, float]:
    """Processor and wall seconds so far, for the report only: no decision depends on them."""
    return time.process_time(), time.perf_counter()
