"""``python -m benchmarks.roster INSTANCE --seconds S --seed K --out SOLUTION.csv [--solver engine]``: the last line printed is one JSON object.

The figures are recounted from the plan that is written. A stop signal (SIGINT, SIGTERM) ends the search with the best plan so far and its gap.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


def _processor() -> float:
    """Processor seconds of this process and of programmes that it has called and that have ended (CBC)."""
    return sum(spent.ru_utime + spent.ru_stime for spent in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": _processor}
ROUGH = 0.5  # coverage alone, few own prices: annealing brings more than parts
BEGUN = {"wall": time.perf_counter(), "cpu": 0.0}  # a process begins with no CPU time used


def main(argv: list[str] | None = None) -> int:
    """Solve one instance, write the solution, print the figures as recounted from the written plan."""
    given = _arguments(argv)
    if given.solver != "engine":
        from benchmarks.roster.peers import run_peer

        return run_peer(given)
    return _engine(given)


def _engine(given: argparse.Namespace) -> int:
    from benchmarks.roster.hotline import read_hotline, read_hotline_plan, write_hotline
    from benchmarks.roster.shifts import read_shifts, read_shifts_plan, write_shifts
    from cslib.roster.columns.limits import Limits
    from cslib.roster.columns.search import solve_intervals

    by_interval = given.instance.suffix == ".json"
    instance = read_hotline(given.instance) if by_interval else read_shifts(given.instance)
    clock, begun = CLOCKS[given.clock], BEGUN[given.clock]
    trail: list[tuple[float, float, float]] = []

    def watch(_share: float, cost: float, bound: float) -> None:
        """Keep and print every better cost or bound with the seconds since the start."""
        if not trail or cost < trail[-1][1] - 1e-9 or bound > trail[-1][2] + 1e-9:
            trail.append((round(clock() - begun, 2), round(cost, 6), bound))
            print(f"{trail[-1][0]:9.2f} s  cost {cost:.2f}  bound {bound:.2f}", flush=True)

    start = None
    if given.start:
        start = read_hotline_plan(given.start, instance) if by_interval else read_shifts_plan(given.start, instance)
    asked: list[int] = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, _frame: asked.append(number))
    widths = (3, 10) if by_interval else (5, 14)
    left = max(given.seconds - (clock() - begun) - 0.5, 0.1)
    limits = Limits(0.0, 1.0, given.work or 1.0, left, given.work is None, instance.constant, widths, ROUGH)
    way = {"seed": given.seed, "threads": given.threads, "begin": start, "watch": watch, "clock": clock, "stop": lambda: bool(asked)}
    try:
        found = solve_intervals(instance.staff, instance.cover, limits, **way)
    except MemoryError as error:  # a year with caps on many shifts: a person has more futures than fit
        print(f"{given.instance.name}: {error}; no plan", file=sys.stderr)
        print(json.dumps({**figures(0.0, -math.inf), "objective": None, "ended_by": "memory"}))
        return 1
    if found.blocked >= 0:
        print(f"{instance.names[found.blocked]}: no legal month", file=sys.stderr)
        return 1
    cost = recount(instance, found.plan, found.at)
    if not math.isfinite(cost) or abs(cost - found.cost) > 1e-6 * max(1.0, abs(cost)):
        print(f"recount differs: {found.cost} reported, {cost} recounted", file=sys.stderr)
        return 1
    write_hotline(given.out, instance, found.plan, found.at) if by_interval else write_shifts(given.out, instance, found.plan)
    bound = _whole(found.bound, instance)
    ended_by = "stop" if asked else found.ended_by
    if given.trail:
        given.trail.write_text(json.dumps(trail), encoding="utf-8")
    first, bounded = trail[0][0] if trail else None, next((t for t, _, b in trail if math.isfinite(b)), None)
    print(json.dumps({**figures(cost, bound), "ended_by": ended_by, "first_s": first, "bound_s": bounded}))
    return 0


def recount(instance, plan: np.ndarray, at: np.ndarray) -> float:  # type: ignore[no-untyped-def]
    """Price of a plan by plain counting; infinite if it breaks a rule."""
    from cslib.roster.columns.intervals import head_counts, interval_cost
    from cslib.roster.columns.model import people_cost, plan_findings

    team = np.array([p.team for p in instance.staff.people])
    if plan_findings(instance.staff, plan):
        return math.inf
    return people_cost(instance.staff, plan) + interval_cost(instance.cover, head_counts(instance.cover, plan, at, team)) + float(instance.constant)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roster", description=__doc__)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--solver", choices=["engine", "cpsat", "highs", "cbc"], default="engine")
    parser.add_argument("--start", type=Path, help="a solution file to start from; the answer is never worse")
    parser.add_argument("--trail", type=Path, help="write (seconds, cost, bound) of every step forward as JSON")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall", help="what --seconds counts")
    parser.add_argument(
        "--work", type=float, help="work limit instead of the clock: equal seeds then give equal plans; --seconds stays as a safety stop"
    )
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(argv)


def _whole(bound: float, instance) -> float:  # type: ignore[no-untyped-def]
    """The bound rounded up where every price is a whole number."""
    staff, cover = instance.staff, instance.cover
    prices = [cover.short, cover.over, *[p.work_cost[np.isfinite(p.work_cost)] for p in staff.people], *[p.off_cost for p in staff.people]]
    prices += [np.array([c.price for c in p.counters if np.isfinite(c.price)]) for p in staff.people]
    whole = all((part == np.round(part)).all() for part in prices)
    return float(math.ceil(bound - 1e-4)) if whole and math.isfinite(bound) else bound


def figures(cost: float, bound: float) -> dict[str, object]:
    """Objective, bound, gap, times and memory of this process."""
    usage, child = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)  # CBC is a program of its own
    known = math.isfinite(bound)
    bound = min(bound, cost)
    gap = round((cost - bound) / max(abs(cost), 1.0), 6) if known else None
    return {
        "objective": round(cost, 6), "bound": round(bound, 6) if known else None, "gap": gap,
        "seconds": round(time.perf_counter() - BEGUN["wall"], 2), "cpu_s": round(sum(u.ru_utime + u.ru_stime for u in (usage, child)), 2),
        "peak_mb": round(max(usage.ru_maxrss, child.ru_maxrss) / 1024, 1),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
