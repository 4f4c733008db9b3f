"""Repair of single absences: ``python -m benchmarks.repair [--site hotline] [--month 2026-12] [--count 300] [--resolve 3] [--seed 1]``.

Plans the month once, takes random duties out of it one at a time, repairs each, audits every repaired month, and prints one JSON object:
``absences``, ``median_s`` and ``worst_s`` (CPU seconds a repair), ``median_changes``, ``worst_changes`` (changed cells beyond the absence),
``violations``, ``median_left_yuan`` (priced cost above the month before the absence), ``median_gap_yuan`` (the hole left as it is), and for
``resolve`` of them ``resolve_median_share`` and ``resolve_median_yuan``: repaired cost above a full re-solve with everything free again.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time

import numpy as np
import pandas as pd

from cslib import demand, intake, roster, staffing
from cslib.intake import Study
from cslib.roster import life


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print its object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.repair", description=__doc__.splitlines()[0])
    parser.add_argument("--site", default="hotline")
    parser.add_argument("--month", default="2026-12")
    parser.add_argument("--count", type=int, default=300, help="absences")
    parser.add_argument("--resolve", type=int, default=3, help="absences that are solved anew as well")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    study = intake.open_study(asked.site, month=asked.month)
    need = staffing.requirement(demand.forecast(study), study)
    plan = roster.solve(roster.problem(need, study))
    print(json.dumps(measure(study, need, plan, asked.count, asked.resolve, np.random.default_rng(asked.seed))))
    return 0


def measure(study: Study, need: pd.DataFrame, plan: roster.Plan, count: int, resolve: int, rng: np.random.Generator) -> dict[str, object]:
    """Figures over ``count`` absences of whole duties, ``resolve`` of which are solved anew."""
    work = plan.roster[plan.roster["kind"].eq("work")]
    found, shares, yuan = [], [], []
    for number, i in enumerate(rng.choice(len(work), size=count, replace=count > len(work))):
        duty = work.iloc[int(i)]
        gone = life.absence(duty["employee_id"], duty["start"], duty["end"])
        begin = time.process_time()
        made = life.repair(plan.roster, plan.covers, need, study, gone)
        spent = time.process_time() - begin
        after = made.board.roster(), made.board.cover_table()
        broken = len(roster.audit(*after, need, study, gone))
        found.append((spent, len(made.moves), broken, made.repaired_yuan, made.gap_yuan))
        if number < resolve:
            repaired = math.fsum(roster.recount(*after, need, study, gone)[1]["priced_yuan"])
            anew = roster.solve(roster.problem(need, with_leave(study, duty))).report.priced_yuan
            shares.append(repaired / anew - 1)
            yuan.append(repaired - anew)
    seconds, changes, broken, left, gap = zip(*found, strict=True)
    return {
        "absences": count,
        "median_s": round(statistics.median(seconds), 3),
        "worst_s": round(max(seconds), 3),
        "median_changes": statistics.median(changes),
        "worst_changes": max(changes),
        "violations": sum(broken),
        "median_left_yuan": round(statistics.median(left), 2),
        "median_gap_yuan": round(statistics.median(gap), 2),
        "resolved": len(shares),
        "resolve_median_share": round(statistics.median(shares), 4) if shares else None,
        "resolve_median_yuan": round(statistics.median(yuan), 2) if yuan else None,
    }


def with_leave(study: Study, duty: pd.Series) -> Study:
    """The study with the duty's day as leave, so that a solver may plan everything else anew."""
    hours = next(s.paid_min for s in study.params.shifts if s.code == duty["shift"]) / 60
    row = pd.DataFrame({"employee_id": [duty["employee_id"]], "date": [duty["date"]], "kind": ["paid"], "hours_h": [hours]})
    return study.with_tables(leave=pd.concat([study.leave, row], ignore_index=True))


if __name__ == "__main__":
    sys.exit(main())
