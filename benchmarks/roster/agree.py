"""``python -m benchmarks.roster.agree --count 200 --seed 0``: random small months in both formats, solved by the engine and by its peers.

CBC (through PuLP) and CP-SAT solve the natural programme and must find the same optimum; the engine's bound may not be above it
nor its plan below, and all say so where a person has no legal month. Prints a JSON line for each disagreement, then one of counts.
A peer that ends before its proof says how far it came: its bound may not be above anybody's plan, nor its plan below anybody's bound.
CP-SAT runs in a process of its own: it doesn't share one with HiGHS.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.roster.compact import compact, plan_of
from benchmarks.roster.hotline import Hotline, read_hotline
from benchmarks.roster.peers import Budget
from benchmarks.roster.random_months import write_hotline, write_ward
from benchmarks.roster.shifts import Ward, read_shifts

SURE = 120.0  # processor seconds of CBC, deterministic time of CP-SAT, to prove an optimum; small months take well under one
Span = tuple[float, float]  # proven bound and cost of the plan found


@dataclass(frozen=True)
class Verdict:
    """One month: bound and cost by CBC and by CP-SAT (equal: an optimum; both infinite: no plan), the engine's cost and bound."""

    name: str
    cbc: Span
    cpsat: Span
    cost: float
    bound: float

    @property
    def agrees(self) -> bool:
        """Nobody's bound above anybody's plan; infeasible for all or for none."""
        spans = [self.cbc, self.cpsat, (self.bound, self.cost)]
        return max(bound for bound, _ in spans) <= min(cost for _, cost in spans) + 1e-6

    @property
    def proven(self) -> bool:
        """Whether both peers came to the end."""
        return all(bound == cost or bound >= cost - 1e-6 for bound, cost in (self.cbc, self.cpsat))

    @property
    def met(self) -> bool:
        """Whether the engine's plan is no dearer than the best plan of a peer; proven or not."""
        return self.cost <= min(self.cbc[1], self.cpsat[1]) + 1e-6


def main(argv: list[str] | None = None) -> int:
    """Draw, solve, compare; status 1 if anything disagrees."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roster.agree", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="months, half of them of each format")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=float, default=2.0, help="work limit of the engine")
    parser.add_argument("--cpsat", type=Path, help="only solve the months of this folder by CP-SAT, print bounds and costs")
    given = parser.parse_args(argv)
    if given.cpsat:
        print(json.dumps({path.name: span(path, "cpsat") for path in sorted(given.cpsat.iterdir())}))
        return 0
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        verdicts = compare(draw(Path(folder), given.count, given.seed), given.work)
    for verdict in verdicts:
        if not verdict.agrees:
            print(json.dumps(asdict(verdict)))
    print(json.dumps({**counts(verdicts), "cpu_s": round(time.process_time() - begun, 1)}))
    return int(not all(v.agrees for v in verdicts))


def draw(folder: Path, count: int, seed: int) -> list[Path]:
    """Write ``count`` random months into a folder, formats in turn."""
    paths = [folder / (f"{i:04d}.json" if i % 2 else f"{i:04d}.txt") for i in range(count)]
    for i, path in enumerate(paths):
        (write_hotline if i % 2 else write_ward)(path, np.random.default_rng([seed, i]))
    return paths


def compare(paths: list[Path], work: float) -> list[Verdict]:
    """Solve all months of one folder by all three."""
    command = [sys.executable, "-m", "benchmarks.roster.agree", "--cpsat", str(paths[0].parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).resolve().parents[2])
    peer = json.loads(done.stdout)
    return [Verdict(path.name, span(path, "cbc"), tuple(peer[path.name]), *engine(path, work)) for path in paths]


def read(path: Path) -> Ward | Hotline:
    """An instance of either format."""
    return read_hotline(path) if path.suffix == ".json" else read_shifts(path)


def span(path: Path, solver: str) -> Span:
    """Proven bound of a peer, and the cost of its plan as recounted; both infinite where it proves that there is no plan.

    Raises
    ------
    RuntimeError  if the peer found nothing at all, or its recount is below its own bound.
    """
    from benchmarks.roster.__main__ import recount
    from benchmarks.roster.peers import _cbc, _cpsat

    month = read(path)
    programme = compact(month.staff, month.cover)
    budget, silent = Budget(SURE, True, time.process_time, time.process_time()), lambda _value, _bound: None
    values, bound = _cbc(programme, budget, 1, 0, silent, True) if solver == "cbc" else _cpsat(programme, budget, 1, 0, silent, SURE)
    if values is None and bound < math.inf:
        raise RuntimeError(f"{path.name}: {solver} found no plan and no proof that there is none")
    cost = math.inf if values is None else recount(month, *plan_of(programme, values, month.staff, month.cover))
    least = bound + programme.constant + float(month.constant)
    if cost < least - 1e-6:
        raise RuntimeError(f"{path.name}: {solver} says {least}, its plan costs {cost}")
    return least, cost


def optimum(path: Path, solver: str) -> float:
    """Proven optimum by a peer; infinite if there is no plan.

    Raises
    ------
    RuntimeError  if the peer proved nothing.
    """
    bound, cost = span(path, solver)
    if bound < cost - 1e-6:
        raise RuntimeError(f"{path.name}: {solver} proves {bound} only, its plan costs {cost}")
    return cost


def engine(path: Path, work: float) -> tuple[float, float]:
    """Cost, as recounted, and bound of the engine within a work limit; infinite if somebody has no legal month."""
    from benchmarks.roster.__main__ import recount
    from cslib.roster.columns.limits import Limits
    from cslib.roster.columns.search import solve_intervals

    month = read(path)
    widths = (3, 10) if path.suffix == ".json" else (5, 14)
    found = solve_intervals(month.staff, month.cover, Limits(0.0, 1.0, work, 1e6, False, float(month.constant), widths), threads=1)
    return (math.inf, math.inf) if found.blocked >= 0 else (recount(month, found.plan, found.at), found.bound)


def counts(verdicts: list[Verdict]) -> dict[str, int]:
    """How many agree, were solved to the end by both peers, have a plan, were met and closed by the engine."""
    solvable = [v for v in verdicts if math.isfinite(v.cbc[1])]
    return {
        "months": len(verdicts), "agree": sum(v.agrees for v in verdicts), "peers_proved": sum(v.proven for v in verdicts),
        "solvable": len(solvable), "engine_optimal": sum(v.met for v in solvable), "engine_proven": sum(v.cost <= v.bound + 1e-6 for v in solvable),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
