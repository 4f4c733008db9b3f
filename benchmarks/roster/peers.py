"""Other solvers on the same month: CP-SAT, HiGHS and CBC on the natural integer programme. One solver a process."""

from __future__ import annotations

import argparse
import json
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.roster.compact import INFINITE, Compact, compact, plan_of

Note = Callable[[float, float], None]
Outcome = tuple[np.ndarray | None, float]  # values of the variables, bound
PATIENT = 20.0  # wall seconds allowed per processor second: a safety stop on a busy machine


@dataclass(frozen=True)
class Budget:
    """Seconds of a solve by ``clock``; ``cpu``: the clock counts processor time, which the solvers' own limits do not know."""

    seconds: float
    cpu: bool
    clock: Callable[[], float]
    begun: float

    @property
    def wall(self) -> float:
        """Limit for a solver that knows wall time only."""
        return self.seconds * (PATIENT if self.cpu else 1.0)

    def spent(self) -> bool:
        """Whether the processor time is used up."""
        return self.cpu and self.clock() - self.begun >= self.seconds


def run_peer(given: argparse.Namespace) -> int:
    """Solve an instance with a peer; same file and same line of figures as the engine. Status 1 if it finds no plan.

    By wall time the budget is seconds x threads of processor time: solvers of one thread get it as seconds. By ``--clock cpu`` it is the
    seconds that the process uses, on however many threads and whatever else the machine does.
    """
    from benchmarks.roster.__main__ import CLOCKS, figures, recount
    from benchmarks.roster.hotline import read_hotline, write_hotline
    from benchmarks.roster.shifts import read_shifts, write_shifts

    clock = CLOCKS[given.clock]
    begun = 0.0 if given.clock == "cpu" else clock()
    by_interval = given.instance.suffix == ".json"
    instance = read_hotline(given.instance) if by_interval else read_shifts(given.instance)
    programme = compact(instance.staff, instance.cover)
    fixed = programme.constant + float(instance.constant)
    trail: list[tuple[float, float, float]] = []

    def note(value: float, bound: float) -> None:
        trail.append((round(clock() - begun, 2), value + fixed, bound + fixed))
        print(f"{trail[-1][0]:9.2f} s  cost {trail[-1][1]:.2f}  bound {trail[-1][2]:.2f}", flush=True)

    solve = {"cpsat": _cpsat, "highs": _highs, "cbc": _cbc}[given.solver]
    threads = given.threads if given.solver == "cpsat" else 1
    cpu = given.clock == "cpu"
    seconds = given.seconds * (1 if cpu else given.threads / threads) - (clock() - begun)
    values, bound = solve(programme, Budget(max(seconds, 0.5), cpu, clock, clock()), threads, given.seed, note)
    cost = math.inf
    if values is not None:
        plan, at = plan_of(programme, values, instance.staff, instance.cover)
        cost = recount(instance, plan, at)
    found = math.isfinite(cost)
    if found and (not trail or cost < trail[-1][1] - 1e-9):  # CBC tells no steps; a plan may cost less than the programme's slack says
        note(cost - fixed, bound)
    if given.trail:
        given.trail.write_text(json.dumps(trail), encoding="utf-8")
    if found:
        write_hotline(given.out, instance, plan, at) if by_interval else write_shifts(given.out, instance, plan)
    line = figures(cost, bound + fixed) if found else {**figures(0.0, -math.inf), "objective": None, "bound": round(bound + fixed, 6)}
    print(json.dumps({**line, "solver": given.solver}))
    return 0 if found else 1


def _cpsat(programme: Compact, budget: Budget, threads: int, seed: int, note: Note, proof: float = 0.0) -> Outcome:
    """``proof``: deterministic time [CP-SAT's own seconds] for a proof, with all of its relaxation: without it one worker proves little."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    scale = 1 if all(c == round(c) for c in programme.price) else 100
    x = [model.new_int_var(0, up, "") for up in programme.up]
    for terms, least, most in programme.rows:
        total = cp_model.LinearExpr.weighted_sum([x[v] for v, _ in terms], [a for _, a in terms])
        model.add_linear_constraint(total, max(least, -INFINITE), min(most, INFINITE))
    model.minimize(cp_model.LinearExpr.weighted_sum(x, [round(c * scale) for c in programme.price]))

    class Listen(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            note(self.objective_value / scale, self.best_objective_bound / scale)

    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers, solver.parameters.random_seed = budget.wall, threads, seed
    if proof:
        solver.parameters.linearization_level, solver.parameters.max_deterministic_time = 2, proof
    over = threading.Event()
    watch = threading.Thread(target=_stop_when_spent, args=(solver, budget, over), daemon=True)
    watch.start()
    status = solver.solve(model, Listen())
    over.set()
    watch.join()
    if status == cp_model.INFEASIBLE:
        return None, math.inf
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, solver.best_objective_bound / scale
    return np.array([solver.value(v) for v in x], dtype=float), solver.best_objective_bound / scale


def _stop_when_spent(solver, budget: Budget, over: threading.Event) -> None:  # type: ignore[no-untyped-def]
    while not over.wait(0.1):
        if budget.spent():
            solver.stop_search()


def _highs(programme: Compact, budget: Budget, threads: int, seed: int, note: Note) -> Outcome:
    import highspy

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(programme.price), len(programme.rows)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.array(programme.price), np.zeros(len(programme.up)), np.array(programme.up, dtype=float)
    lp.row_lower_ = np.array([-highspy.kHighsInf if least <= -INFINITE else least for _, least, _ in programme.rows], dtype=float)
    lp.row_upper_ = np.array([highspy.kHighsInf if most >= INFINITE else most for *_, most in programme.rows], dtype=float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0, *[len(terms) for terms, *_ in programme.rows]]).astype(np.int32)
    lp.a_matrix_.index_ = np.array([v for terms, *_ in programme.rows for v, _ in terms], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([a for terms, *_ in programme.rows for _, a in terms], dtype=float)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
    solver = highspy.Highs()
    for option, value in {"output_flag": False, "threads": threads, "random_seed": seed, "time_limit": budget.wall, "mip_rel_gap": 0.0}.items():
        solver.setOptionValue(option, value)
    solver.cbMipImprovingSolution.subscribe(lambda e: note(e.data_out.objective_function_value, e.data_out.mip_dual_bound))
    for event in (solver.cbMipInterrupt, solver.cbSimplexInterrupt, solver.cbIpmInterrupt):
        event.subscribe(lambda e: e.interrupt(budget.spent()))
    solver.passModel(lp)
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None, float(info.mip_dual_bound)
    return np.array(solver.getSolution().col_value), float(info.mip_dual_bound)


def _cbc(programme: Compact, budget: Budget, threads: int, seed: int, _note: Note, proof: bool = False) -> Outcome:
    """``proof``: without the default preprocessing, by which it calls plans optimal that are not (month 186 of seed 11: 185 for 173)."""
    import pulp
    from pulp.v4_migration import set_v4_migration_warnings

    set_v4_migration_warnings(False)  # PuLP is pinned below 4
    problem = pulp.LpProblem("month", pulp.LpMinimize)
    x = [problem.add_variable(f"x{i}", 0, up, cat=pulp.LpInteger) for i, up in enumerate(programme.up)]
    problem += pulp.lpSum(c * v for c, v in zip(programme.price, x, strict=True))
    for terms, least, most in programme.rows:
        total = pulp.LpAffineExpression([(x[v], a) for v, a in terms])
        if least > -INFINITE:
            problem += total >= least
        if (most < INFINITE and most != least) or most == least:
            problem += total <= most
    mode, options = "cpu" if budget.cpu else "elapsed", [f"randomCbcSeed {seed + 1}", *(["preprocess off"] if proof else [])]
    status = problem.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=budget.seconds, timeMode=mode, threads=threads, options=options))
    values = np.array([v.value() or 0.0 for v in x])
    whole = status == pulp.LpStatusOptimal and problem.sol_status == pulp.LpSolutionOptimal
    found = problem.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    value = float(values @ np.array(programme.price))
    if status == pulp.LpStatusInfeasible:
        return None, math.inf
    return (values if found else None), (value if whole else -math.inf)  # a bound only where it ended by itself; it reports none otherwise
