"""Solve a problem and say how good the answer is. Engines differ in method, not in what they answer."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass, field

import pandas as pd

from cslib.core.errors import SolverError
from cslib.core.trace import Trace
from cslib.roster.audit import recount
from cslib.roster.columns.limits import Stop
from cslib.roster.covers import decode
from cslib.roster.engine_answer import Answer
from cslib.roster.engine_begin import cells_of, homes_at
from cslib.roster.engine_columns import solve_columns, unfit_for_columns
from cslib.roster.engine_exact import solve_exact
from cslib.roster.engine_highs import Progress, timed
from cslib.roster.engine_places import needs_rows
from cslib.roster.engine_stop import on_interrupt
from cslib.roster.problem import Problem

CLOCK_S = 900.0  # safety stop where the caller names none
EXACT_CELLS = 9000  # cells (person, day, shift) up to which the integer programme alone is the better engine
POSTS_CELLS = 4000  # the same where shifts have home posts or leads are asked for: then cells are the smaller part of the programme
EXACT_MOST = 60_000  # cells above which the integer programme is not begun
PROVEN = 1e-6  # a gap below this is solver arithmetic, not doubt


@dataclass(frozen=True)
class SolveReport:
    """How a solve ended.

    Attributes
    ----------
    status : ``optimal`` | ``within_gap`` (of the gap asked for) | ``stopped_early``
    ended_by : ``gap`` | ``work`` (deterministic limit) | ``clock`` (safety stop) | ``stop`` (asked for); ``replayable`` is False after these two
    priced_yuan : priced cost as recounted by the audit; bound_yuan : no roster is cheaper than this
    gap_share : (priced - bound) / max(priced, one peak person-hour)
    """

    status: str
    ended_by: str
    replayable: bool
    priced_yuan: float
    bound_yuan: float
    gap_share: float
    engine: str
    variables: int
    rows: int
    cpu_s: float
    wall_s: float


@dataclass(frozen=True)
class Plan:
    """A roster with its covers, its coverage and priced cost as recounted by the audit, and its proof."""

    roster: pd.DataFrame
    covers: pd.DataFrame
    coverage: pd.DataFrame
    cost_split: pd.DataFrame
    report: SolveReport = field(repr=True)


def solve(
    problem: Problem, *, gap: float | None = None, work: float | None = None, seconds: float | None = None, progress: Progress | None = None,
    begin: pd.DataFrame | None = None, stop: Stop | None = None,
) -> Plan:  # fmt: skip
    """Best legal roster that is found; shortage never fails but is priced.

    Parameters
    ----------
    gap : stop when proven this close [share]; default ``site.roster.gap_share``
    work : deterministic work limit, 1 = normal; default ``site.roster.work``. The same problem and limit give the same roster
    seconds : safety stop [s]; a roster ended by it is marked as not replayable
    progress : called with (share of the work limit, best priced cost, bound) as the solve goes on
    begin : a roster to start from: an earlier answer (what comes is never worse, if it was legal) or the month before, moved on by whole
        weeks
    stop : asked often; once true the solve ends with the best roster so far. By default an interrupt (Ctrl-C, the stop button of a
        notebook) asks for that; a second one breaks off

    Raises
    ------
    RosterError  if pins and rules contradict each other.
    SolverError  if no roster was found, a large site has rules that only the exact engine knows, or the audit's recount is above the
        engine's own figure.
    """
    settings = problem.study.params.site.roster
    gap, work = settings.gap_share if gap is None else gap, settings.work if work is None else work
    cpu, wall = timed()
    cells = int(problem.allowed.sum())
    beyond = problem.beyond_columns
    if beyond and cells > EXACT_MOST:
        raise SolverError("roster.too_large", where=problem.study.site, cells=cells, most=EXACT_MOST, rules=", ".join(beyond))
    large = cells > (POSTS_CELLS if needs_rows(problem) else EXACT_CELLS) and not beyond and not unfit_for_columns(problem)
    limits = problem, gap, work, CLOCK_S if seconds is None else seconds, progress
    start = None if begin is None else (*cells_of(problem, begin), homes_at(problem, begin))
    with nullcontext(stop) if stop else on_interrupt() as asked:
        if large:
            answer = solve_columns(*limits, stop=asked, begin=start)
        else:
            answer = solve_exact(*limits, stop=asked, begin=None if start is None else start[0])
    roster, covers = decode(problem, answer)
    coverage, cost_split = recount(roster, covers, problem.requirement, problem.study)
    priced = math.fsum(cost_split["priced_yuan"])
    # A solve that ends early may leave shortage variables above what its own roster needs: then the recount is lower, and true.
    if priced > answer.priced_yuan + max(0.01, 1e-6 * abs(priced)):
        raise SolverError("roster.recount_differs", where=problem.study.site, given=f"{answer.priced_yuan:.2f}", found=f"{priced:.2f}")
    spent = timed()
    report = _report(problem, answer, priced, gap, (spent[0] - cpu, spent[1] - wall))
    return Plan(roster, covers, coverage, cost_split, report)


def _report(problem: Problem, answer: Answer, priced: float, gap: float, spent_s: tuple[float, float]) -> SolveReport:
    bound = min(answer.bound_yuan, priced)
    share = (priced - bound) / max(priced, problem.peak_hour_yuan)
    status = "optimal" if share <= PROVEN else "within_gap" if share <= gap + PROVEN else "stopped_early"
    replayable = answer.ended_by not in ("clock", "stop")
    return SolveReport(
        status, answer.ended_by, replayable, round(priced, 4), round(bound, 4), share, answer.engine, answer.variables, answer.rows, *spent_s
    )  # fmt: skip


def trace(cost_split: pd.DataFrame) -> Trace:
    """Priced cost of a plan (table ``cost_split``): the sum of quantity x list price over the price lines."""
    lines = []
    for row in cost_split.itertuples(index=False):
        rate = Trace("rate", float(row.rate_yuan), f"yuan per {row.unit}", rule=row.price, source="params/prices.yml")
        parts = Trace("quantity", float(row.quantity), row.unit), rate
        lines.append(Trace(row.price, float(row.priced_yuan), "yuan", "quantity * rate", parts))
    formula = f"total({', '.join(line.name for line in lines)})"
    return Trace("priced_yuan", math.fsum(line.value for line in lines), "yuan", formula, tuple(lines), source="params/prices.yml")
