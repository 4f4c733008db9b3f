"""Repair of single absences: ``python -m benchmarks.repair [--site hotline] [--month 2026-12] [--count 300] [--resolve 40] [--free 5] [--seed 1]``.

Plans the month once, takes random duties out of it one at a time, repairs each, audits every repaired month, and prints one JSON object:
``median_s`` and ``worst_s`` (CPU seconds a repair), ``median_changes``, ``worst_changes`` (changed cells beyond the absence, moved breaks
included), ``violations``, ``median_left_yuan`` (priced cost above the month before the absence), ``median_gap_yuan`` (the hole left as it is).

Two full re-solves stand beside it, each by the engine with the absence in force and every duty that began before it as it was:

- ``resolve``: at the whole price list of a published month, in which a changed day costs ``moved_shift``, with the ``REACH_DAYS`` days from
  the absence on free (there the engine proves its answer). ``above_resolve_share`` and ``_yuan``: repaired cost above it, both with their
  changed days priced; ``resolve_proven``: how many of them the engine solved to its bound.
- ``free``: all days after the absence free and no change priced, as if nobody had seen the roster. What it gains is mostly what the plan
  left on the table, so a ``control`` solves the same days without the absence. ``above_free_*``: against the first alone, ``above_control_*``:
  what the repair costs more than the absence has to cost, (repaired - planned) - (free - control).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cslib import demand, intake, roster, staffing
from cslib.core import tables
from cslib.intake import Study
from cslib.roster import life

REACH_DAYS = 7


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print its object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.repair", description=__doc__.splitlines()[0])
    parser.add_argument("--site", default="hotline")
    parser.add_argument("--month", default="2026-12")
    parser.add_argument("--count", type=int, default=300, help="absences")
    parser.add_argument("--resolve", type=int, default=40, help="absences that are solved anew as well, changes priced")
    parser.add_argument("--free", type=int, default=5, help="absences that are solved anew as if nothing had been published")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    study = intake.open_study(asked.site, month=asked.month)
    need = staffing.requirement(demand.forecast(study), study)
    plan = roster.solve(roster.problem(need, study))
    found = measure(study, need, plan, (asked.count, asked.resolve, asked.free), np.random.default_rng(asked.seed))
    print(json.dumps({"site": asked.site, "month": asked.month, **found}))
    return 0


def measure(study: Study, need: pd.DataFrame, plan: roster.Plan, counts: tuple[int, int, int], rng: np.random.Generator) -> dict[str, object]:
    """Figures over a number of absences of whole duties, some of which are solved anew."""
    work = plan.roster[plan.roster["kind"].eq("work")]
    count, resolve, free = counts
    found, priced, freed = [], [], []
    for number, i in enumerate(rng.choice(len(work), size=count, replace=count > len(work))):
        duty = work.iloc[int(i)]
        gone = life.absence(duty["employee_id"], duty["start"], duty["end"])
        begin = time.process_time()
        made = life.repair(plan.roster, plan.covers, need, study, gone)
        spent = time.process_time() - begin
        broken = len(roster.audit(made.board.roster(), made.board.cover_table(), need, study, gone))
        found.append((spent, len(made.moves), broken, made.repaired_yuan, made.gap_yuan))
        repaired = plan.report.priced_yuan + made.repaired_yuan
        if number < resolve:
            moved = sum(m.before.code != m.after.code for m in made.moves) * study.params.prices.yuan("moved_shift")
            anew = roster.solve(roster.problem(need, published(study, plan.roster, duty))).report
            priced.append((repaired + moved, anew.priced_yuan, anew.status == "optimal"))
        if number < free:
            anew, control = (solved(need, after(study, plan.roster, duty, away=away)) for away in (True, False))
            freed.append((repaired, anew, control))
    seconds, changes, broken, left, gap = zip(*found, strict=True)
    return {
        "absences": count, "planned_yuan": plan.report.priced_yuan, "median_s": middle(seconds), "worst_s": round(max(seconds), 3),
        "median_changes": statistics.median(changes), "worst_changes": max(changes), "violations": sum(broken),
        "median_left_yuan": middle(left), "worst_left_yuan": round(max(left), 2), "median_gap_yuan": middle(gap),
        "resolved": len(priced), "resolve_proven": sum(proven for *_, proven in priced),
        "above_resolve_share": middle([made / anew - 1 for made, anew, _ in priced]),
        "above_resolve_yuan": middle([made - anew for made, anew, _ in priced]),
        "freed": len(freed), "above_free_share": middle([made / anew - 1 for made, anew, _ in freed]),
        "above_free_yuan": middle([made - anew for made, anew, _ in freed]),
        "above_control_share": middle([(made - plan.report.priced_yuan - (anew - calm)) / anew for made, anew, calm in freed]),
        "above_control_yuan": middle([made - plan.report.priced_yuan - (anew - calm) for made, anew, calm in freed]),
    }  # fmt: skip


def middle(values: Sequence[float]) -> float | None:
    """The median, rounded; None of nothing."""
    return round(statistics.median(values), 4) if len(values) else None


def solved(need: pd.DataFrame, study: Study) -> float:
    """Priced cost of a month solved anew [yuan]."""
    return roster.solve(roster.problem(need, study)).report.priced_yuan


def after(study: Study, published_roster: pd.DataFrame, duty: pd.Series, *, away: bool = True, days: int = 31) -> Study:
    """The study with an absence as leave and every duty as it was that began before it, or on days further off; breaks stay free."""
    rows = published_roster
    begun = rows["start"].lt(duty["start"]) | (rows["kind"].eq("rest") & rows["date"].lt(duty["date"]))
    far = rows["date"].ge(duty["date"] + pd.Timedelta(days=days))
    fixed = rows[(begun | far) & rows["kind"].isin(["work", "rest"])].assign(pinned=True, breaks=None)
    pins = tables.check("roster", pd.concat([study.pins, fixed], ignore_index=True).drop_duplicates(["employee_id", "date"]), source="pins")
    found = study.with_tables(pins=pins)
    if not away:
        return found
    hours = next(s.paid_min for s in study.params.shifts if s.code == duty["shift"]) / 60
    row = pd.DataFrame({"employee_id": [duty["employee_id"]], "date": [duty["date"]], "kind": ["paid"], "hours_h": [hours]})
    own = study.wishes["employee_id"].eq(duty["employee_id"]) & study.wishes["date"].eq(duty["date"])  # who is absent is refused nothing
    return found.with_tables(leave=pd.concat([study.leave, row], ignore_index=True), wishes=study.wishes[~own].reset_index(drop=True))


def published(study: Study, known: pd.DataFrame, duty: pd.Series) -> Study:
    """The study of a published month with an absence, the days from it on free."""
    found = after(study, known, duty, days=REACH_DAYS)
    return dataclasses.replace(found, _tables={**found._tables, "published": known})


if __name__ == "__main__":
    sys.exit(main())
