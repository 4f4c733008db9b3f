"""Fairness over months in a row: ``python -m benchmarks.fairness [--site front_desk] [--first 2026-12] [--months 12] [--work 0.1]``.

Plans the same months twice, each from the roster that the month before left: ``alone`` month by month as the engine leaves them, and
``carried`` with the fairness ledger carried on and people exchanging days by ``roster.life.even`` within ``--budget`` yuan a month. Prints one
JSON object: ``spread_alone``, ``spread_carried`` (root mean square of duties above and below the fair share after the last month, nights and
weekends) and their ``ratio``; ``exchange_yuan`` (what the exchanges cost, all months), ``priced_alone_yuan``, ``priced_carried_yuan``
(priced cost of all months), ``broken`` (violations of the evened months), ``curve``: the price of fairness over all months, a point for
each share of the budget: yuan and the spreads of nights and weekends; and ``told``: one person's month in a sentence.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time

import numpy as np
import pandas as pd

from cslib import demand, intake, roster, staffing
from cslib.intake import Study
from cslib.roster import life
from cslib.roster.life.fairness import BALANCED

SHARES = (0.0, 0.25, 0.5, 1.0)  # of a month's budget, the points of the curve
LOOK_BACK_DAYS = 14


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print its object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=__doc__.splitlines()[0])
    parser.add_argument("--site", default="front_desk")
    parser.add_argument("--first", default="2026-12", help="first month; later months know no leave and no wishes of the sample")
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--work", type=float, default=0.1, help="work limit of each solve")
    parser.add_argument("--gap", type=float, default=0.05)
    parser.add_argument("--budget", type=float, default=400.0, help="yuan a month that exchanges may cost")
    asked = parser.parse_args(arguments)
    months = [str(m) for m in pd.period_range(asked.first, periods=asked.months, freq="M")]
    print(json.dumps({"site": asked.site, **measure(asked.site, months, asked.gap, asked.work, asked.budget)}))
    return 0


def measure(site: str, months: list[str], gap: float, work: float, budget: float) -> dict[str, object]:
    """Figures over some months in a row, each planned alone and with the ledger carried on."""
    before: dict[str, pd.DataFrame | None] = {"alone": None, "carried": None}
    ledgers: dict[str, pd.DataFrame | None] = dict(before)
    priced, points, exchanged, broken, told, begin = dict.fromkeys(before, 0.0), [], 0.0, 0, "", time.process_time()
    for month in months:
        base = intake.open_study(site, month=month)
        need = staffing.requirement(demand.forecast(base), base)
        for way in before:
            study = following(base, before[way])
            plan = roster.solve(roster.problem(need, study), gap=gap, work=work)
            board = life.Board(plan.roster, plan.covers, need, study)
            evened = life.even(board, ledgers[way], budgets=[budget * share for share in SHARES]) if way == "carried" else None
            ledgers[way] = life.fairness_ledger(board, ledgers[way])
            before[way] = board.roster()
            priced[way] += board.priced_yuan
            if evened is not None:
                exchanged += evened.yuan
                points.append([(point.yuan, *point.spread[:2]) for point in evened.curve[1:]])
                broken += len(roster.audit(board.roster(), board.cover_table(), need, study))
                who = max(board.people, key=evened.swaps)
                said = {way: spread_of(ledger) for way, ledger in ledgers.items() if ledger is not None}
                print(f"{month} {said} {exchanged:.0f} {time.process_time() - begin:.0f} s", file=sys.stderr, flush=True)
                told = life.why(ledgers[way].set_index("employee_id", drop=False).loc[who], evened.swaps(who))
    spreads = {way: spread_of(ledger) for way, ledger in ledgers.items() if ledger is not None}
    return {
        "months": months, "spread_alone": spreads["alone"], "spread_carried": spreads["carried"],
        "ratio": {kind: round(spreads["carried"][kind] / spreads["alone"][kind], 3) if spreads["alone"][kind] else None for kind in BALANCED[:2]},
        "exchange_yuan": round(exchanged, 2), "priced_alone_yuan": round(priced["alone"], 2), "priced_carried_yuan": round(priced["carried"], 2),
        "broken": broken, "curve": curve(points, budget), "told": told, "cpu_s": round(time.process_time() - begin, 1),
    }  # fmt: skip


def following(study: Study, before: pd.DataFrame | None) -> Study:
    """A month's study, after the roster that the month before left."""
    if before is None:
        return study
    since = pd.Timestamp(study.horizon.start) - pd.Timedelta(days=LOOK_BACK_DAYS)
    return study.with_tables(last_roster=before[before["date"].ge(since)].reset_index(drop=True))


def spread_of(ledger: pd.DataFrame) -> dict[str, float]:
    """Spread of nights and weekends over all months so far [duties]."""
    return {kind: round(life.spread(ledger[f"{kind}_balance"]), 3) for kind in BALANCED[:2]}


def curve(points: list[list[tuple[float, float, float]]], budget: float) -> list[dict[str, float]]:
    """Price of fairness: yuan over all months at each share of the budget, and the mean spreads that it bought."""
    found = []
    for n, share in enumerate(SHARES):
        mine = np.array([month[n] for month in points])
        nights, weekends = mine[:, 1].mean(), mine[:, 2].mean()
        yuan = round(math.fsum(mine[:, 0]), 2)
        found.append({"budget_yuan": budget * share, "yuan": yuan, "nights": round(nights, 3), "weekends": round(weekends, 3)})
    return found


if __name__ == "__main__":
    sys.exit(main())
