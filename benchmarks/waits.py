"""Waits that a planner feels: ``python -m benchmarks.waits [--site hotline] [--month 2026-12]`` prints a JSON line each, CPU seconds, median of 5.

help : ``cslib --help`` in a process of its own;  requirement : the month's requirement
audit, recount : a plain pattern of the site's duties, judged and counted as after a planner's change
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import pandas as pd

from cslib import demand, intake, staffing
from cslib.core import tables
from cslib.intake.study import Study
from cslib.roster.audit import audit, recount

TIMES = 5


def cpu(call: Callable[[], Any]) -> float:
    """Median CPU seconds of five calls, children included; the first call of all isn't counted."""
    call()
    spent = []
    for _ in range(TIMES):
        start = time.process_time() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        call()
        spent.append(time.process_time() + resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - start)
    return median(spent)


def pattern(study: Study) -> pd.DataFrame:
    """Five duties a week for everybody, duties in turn: not meant to be legal. Returns table roster."""
    shifts = study.params.shifts
    rows = []
    for n, who in enumerate(study.employees["employee_id"]):
        shift = shifts[n % len(shifts)]
        for m, day in enumerate(study.horizon.dates):
            if (n + m) % 7 < 5:
                start, end = shift.span(day)
                rows.append((who, pd.Timestamp(day), "work", shift.code, start, end, "", shift.queues[0] if shift.queues else "", False))
    return tables.check("roster", pd.DataFrame(rows, columns=list(tables.spec("roster").columns)), source="pattern")


def main(arguments: list[str] | None = None) -> int:
    """Print the waits; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="hotline")
    parser.add_argument("--month", default="2026-12")
    given = parser.parse_args(arguments)
    study = intake.open_study(given.site, month=given.month)
    need = staffing.requirement(demand.forecast(study), study)
    roster, covers = pattern(study), tables.empty("covers")
    waits: dict[str, Callable[[], Any]] = {
        "help": lambda: subprocess.run([sys.executable, "-m", "cslib.batch.cli", "--help"], capture_output=True, check=True),
        "requirement": lambda: staffing.requirement(demand.forecast(study), study),
        "audit": lambda: audit(roster, covers, need, study),
        "recount": lambda: recount(roster, covers, need, study),
    }
    for name, call in waits.items():
        print(json.dumps({"wait": name, "site": given.site, "people": len(study.employees), "cpu_s": round(cpu(call), 4)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
