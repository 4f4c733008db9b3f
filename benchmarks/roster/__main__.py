"""``python -m benchmarks.roster INSTANCE --seconds S --seed K --out SOLUTION.csv [--solver engine]``: the last line printed is one JSON object."""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
import time
from pathlib import Path

import numpy as np

BEGUN = time.perf_counter()


def main() -> int:
    """Solve one instance, write the solution, print the figures as recounted from the written plan."""
    given = _arguments()
    from benchmarks.roster.hotline import read_hotline, write_hotline
    from benchmarks.roster.shifts import read_shifts, write_shifts
    from cslib.roster.columns.intervals import head_counts, interval_cost
    from cslib.roster.columns.model import people_cost, plan_findings
    from cslib.roster.columns.search import Limits, solve_intervals

    by_interval = given.instance.suffix == ".json"
    instance = read_hotline(given.instance) if by_interval else read_shifts(given.instance)
    staff, cover = instance.staff, instance.cover
    trail: list[tuple[float, float, float]] = []

    def watch(_share: float, cost: float, bound: float) -> None:
        """Keep and print every better cost or bound with the seconds since the start."""
        if not trail or cost < trail[-1][1] - 1e-9 or bound > trail[-1][2] + 1e-9:
            trail.append((round(time.perf_counter() - BEGUN, 2), round(cost, 6), bound))
            print(f"{trail[-1][0]:9.2f} s  cost {cost:.2f}  bound {bound:.2f}", flush=True)

    timed = given.work is None
    seconds = max(given.seconds - (time.perf_counter() - BEGUN), 0.1)
    widths = (3, 10) if by_interval else (5, 14)
    limits = Limits(0.0, 1.0, given.work or 1.0, seconds, timed, instance.constant, widths)
    found = solve_intervals(staff, cover, limits, seed=given.seed, threads=given.threads, watch=watch)
    if found.blocked >= 0:
        print(f"{instance.names[found.blocked]}: no legal month", file=sys.stderr)
        return 1
    team = np.array([p.team for p in staff.people])
    cost = people_cost(staff, found.plan) + interval_cost(cover, head_counts(cover, found.plan, found.at, team)) + instance.constant
    broken = plan_findings(staff, found.plan)
    if broken or abs(cost - found.cost) > 1e-6 * max(1.0, abs(cost)):
        print(f"recount differs: {found.cost} reported, {cost} recounted, broken {broken[:3]}", file=sys.stderr)
        return 1
    write_hotline(given.out, instance, found.plan, found.at) if by_interval else write_shifts(given.out, instance, found.plan)
    print(json.dumps(_figures(cost, _whole(found.bound, staff, cover), found.ended_by, trail)))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roster", description=__doc__)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--solver", choices=["engine"], default="engine")
    parser.add_argument(
        "--work", type=float, help="work limit instead of the clock: equal seeds then give equal plans; --seconds stays as a safety stop"
    )
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def _whole(bound: float, staff: object, cover: object) -> float:
    """The bound rounded up where every price is a whole number."""
    prices = [cover.short, cover.over, *[p.work_cost[np.isfinite(p.work_cost)] for p in staff.people], *[p.off_cost for p in staff.people]]  # type: ignore[attr-defined]
    prices += [np.array([c.price for c in p.counters if np.isfinite(c.price)]) for p in staff.people]  # type: ignore[attr-defined]
    whole = all((part == np.round(part)).all() for part in prices)
    return float(math.ceil(bound - 1e-4)) if whole else bound


def _figures(cost: float, bound: float, ended_by: str, trail: list[tuple[float, float, float]]) -> dict[str, object]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    bound = min(bound, cost)
    return {
        "objective": round(cost, 6), "bound": round(bound, 6), "gap": round((cost - bound) / max(abs(cost), 1.0), 6),
        "seconds": round(time.perf_counter() - BEGUN, 2), "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss / 1024, 1), "ended_by": ended_by,
        "first_s": trail[0][0] if trail else None, "bound_s": next((t for t, _, b in trail if math.isfinite(b)), None),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
