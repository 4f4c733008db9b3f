"""Speed and memory of the pay simulation: ``python -m benchmarks.pay_simulation [PEOPLE MONTHS RUNS [THREADS]]`` prints one JSON object.

Default: 2,000 people x 36 months x 2,000 runs on 2 threads (target: 60 s of CPU on each of 2 cores, 4 GB), then the same with half the people,
half the months and half the runs (is the cost linear in each?), and what a slider of a 200-people site has to wait. CPU seconds, not wall time.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

import numpy as np

from cslib.pay.ladder import Ladder
from cslib.pay.simulation import Outcome, plain_months, simulate
from cslib.pay.workforce import Behaviour, People, Structure

GRADES = ("trial", "agent", "star1", "star2", "star3", "senior")
SLIDER_RUNS = 200


def structure() -> Structure:
    """A star scheme in round figures (illustrative)."""
    base = np.array([4200, 4500, 4800, 5200, 5700, 6300.0])
    steps = np.array([-np.inf, 80, 90, 100, 110]), np.array([0.6, 0.8, 0.9, 1.0, 1.2])
    return Structure(GRADES, base, np.full(6, 500.0), np.array([0, 600, 800, 1000, 1250, 1500.0]), *steps, overtime_share=0.04, seniority_yuan=50.0)


def run(people: int, months: int, runs: int, threads: int) -> tuple[Outcome, float]:
    """One simulation and its CPU seconds."""
    start = time.process_time()
    team = People.of(np.arange(people) % len(GRADES))
    ahead = plain_months(months, floor=7546.0, cap=37731.0, employer=0.307)
    found = simulate(team, structure(), Ladder.streak(GRADES, 110, 90), Behaviour(stuck=0.2), ahead, runs=runs, threads=threads)
    return found, time.process_time() - start


def measure(people: int = 2000, months: int = 36, runs: int = 2000, threads: int = 2) -> dict[str, Any]:
    """The JSON object."""
    _, compiled = run(10, 2, 1, 1)
    found, whole = run(people, months, runs, threads)
    budget = found.budget()
    halves = {"people": (people // 2, months, runs), "months": (people, months // 2, runs), "runs": (people, months, runs // 2)}
    _, slider = run(200, months, SLIDER_RUNS, 1)
    return {
        "people": people, "months": months, "runs": runs, "threads": threads, "cpu_s": round(whole, 2), "compile_cpu_s": round(compiled, 2),
        "million_person_months_per_cpu_s": round(people * months * runs / whole / 1e6, 1),
        "cpu_share_at_half": {name: round(run(*size, threads)[1] / whole, 2) for name, size in halves.items()},
        "slider_200_people_cpu_s": round(slider, 3), "slider_runs": SLIDER_RUNS,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "mean_yuan": round(budget["mean"].value), "mean_error_share": budget["mean"].error / budget["mean"].value,
        "p95_yuan": round(budget["p95"].value),
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    """Command line."""
    if len(arguments) not in (0, 3, 4) or not all(word.isdigit() and int(word) for word in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    print(json.dumps(measure(*map(int, arguments)), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
