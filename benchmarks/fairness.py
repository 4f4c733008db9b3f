"""Fairness over months in a row: ``python -m benchmarks.fairness [--site front_desk] [--months 12] [--keep FOLDER] [--figure year.png]``.

Plans the same months twice, each from the roster that the month before left: ``alone`` month by month as the engine leaves them, and
``carried`` with the fairness ledger carried on and each month evened out by ``roster.life.even_month`` within ``--budget`` yuan. Months
for which the sample has no wishes and no leave get both by lot (a stream of the site's seed), the same ones on both ways; months whose
contract hours hardly suffice get overtime approved. Prints one JSON object: ``spread_alone``, ``spread_carried`` (root mean square of duties
above and below the fair share after the last month, nights and weekends) and their ``ratio``; ``exchange_yuan`` (what the exchanges cost,
all months) and ``recount_off_yuan``, the largest difference of a month's from the audit's recount; ``priced_alone_yuan``,
``priced_carried_yuan`` (priced cost of all months); ``broken`` (violations of the evened months); ``year``: a row a month; ``curve``: the
price of fairness over all months, a point for each share of the budget: yuan and the spreads of nights and weekends; and ``told``: one
person's month in a sentence. ``--keep`` writes down every whole month and goes on after the last one; ``--figure`` draws year and curve.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cslib import demand, intake, roster, staffing
from cslib.core.shifts import OFF
from cslib.intake import Study
from cslib.report.store import read_json, read_table, table_bytes, write_json, write_whole
from cslib.roster import life

SHARES = (0.0, 0.125, 0.25, 0.5, 1.0)  # of a month's budget, the points of the curve
LOOK_BACK_DAYS = 14
KINDS = ("nights", "weekends")
WAYS = ("alone", "carried")
# Wishes and leave of months that the sample does not know; the same rates as its recipe (synthetic.yml) has for its own month.
SPARE = 1.1  # contract hours over needed hours from which on no overtime is approved
WISHES, OFF_SHARE, HEAVY_SHARE, LEAVE_SHARE, LEAVE_DAYS = 2.0, 0.6, 0.15, 0.5, 3


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print its object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=__doc__.splitlines()[0])
    parser.add_argument("--site", default="front_desk")
    parser.add_argument("--first", default="2026-12", help="first month; wishes and leave of later months are drawn by lot")
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--work", type=float, default=0.1, help="work limit of each solve")
    parser.add_argument("--gap", type=float, default=0.05)
    parser.add_argument("--budget", type=float, default=400.0, help="yuan a month that exchanges may cost")
    parser.add_argument("--keep", type=Path, default=None, help="folder that keeps whole months: a walk that was broken off goes on there")
    parser.add_argument("--figure", type=Path, default=None, help="picture of the year and the curve, PNG")
    asked = parser.parse_args(arguments)
    months = [str(m) for m in pd.period_range(asked.first, periods=asked.months, freq="M")]
    found = {"site": asked.site, **measure(asked.site, months, asked.gap, asked.work, asked.budget, asked.keep)}
    print(json.dumps(found))
    if asked.figure:
        draw(found, asked.figure)
    return 0


@dataclass
class Walk:
    """Where the walk through the months is: roster and ledger that the last month left on each way, and what was found so far."""

    before: dict[str, pd.DataFrame | None]
    ledgers: dict[str, pd.DataFrame | None]
    points: list[list[tuple[float, float, float]]] = field(default_factory=list)
    year: list[dict[str, Any]] = field(default_factory=list)

    def keep(self, folder: Path) -> None:
        """Write it down, so that a walk that was broken off goes on after its last whole month."""
        for way in WAYS:
            for name, frame in (("roster", self.before[way]), ("fairness_ledger", self.ledgers[way])):
                if frame is not None:
                    write_whole(folder / f"{name}_{way}.csv", table_bytes(name, frame))
        write_json(folder / "walk.json", {"points": self.points, "year": self.year})


def begun(folder: Path | None) -> Walk:
    """The walk that a folder keeps, else a new one."""
    if folder is None or not (folder / "walk.json").is_file():
        return Walk(dict.fromkeys(WAYS), dict.fromkeys(WAYS))
    told = read_json(folder / "walk.json")
    rosters, ledgers = ({way: read_table(name, folder / f"{name}_{way}.csv") for way in WAYS} for name in ("roster", "fairness_ledger"))
    return Walk(rosters, ledgers, [[tuple(point) for point in month] for month in told["points"]], told["year"])


def measure(site: str, months: list[str], gap: float, work: float, budget: float, folder: Path | None = None) -> dict[str, Any]:
    """Figures over some months in a row, each planned alone and with the ledger carried on; whole months of ``folder`` are not planned again."""
    walk = begun(folder)
    for month in months[len(walk.year) :]:
        begin = time.process_time()
        row = step(walk, supposed(intake.open_study(site, month=month), newcomer=month == months[0]), gap, work, budget)
        walk.year.append({**row, "cpu_s": round(time.process_time() - begin, 1)})
        print(json.dumps(walk.year[-1]), file=sys.stderr, flush=True)
        if folder is not None:
            walk.keep(folder)
    year = walk.year
    spreads = {way: {kind: year[-1][f"{kind}_{way}"] for kind in KINDS} for way in WAYS}
    sums = {f"priced_{way}_yuan": round(math.fsum(row[f"priced_{way}_yuan"] for row in year), 2) for way in WAYS}
    return {
        "months": [row["month"] for row in year], "spread_alone": spreads["alone"], "spread_carried": spreads["carried"],
        "ratio": {k: round(spreads["carried"][k] / spreads["alone"][k], 3) if spreads["alone"][k] else None for k in KINDS},
        "exchange_yuan": round(math.fsum(row["yuan"] for row in year), 2), "recount_off_yuan": max(row["recount_off_yuan"] for row in year),
        **sums, "broken": sum(row["broken"] for row in year), "curve": curve(walk.points, budget), "year": year, "told": year[-1]["told"],
        "cpu_s": round(math.fsum(row["cpu_s"] for row in year), 1),
    }  # fmt: skip


def step(walk: Walk, base: Study, gap: float, work: float, budget: float) -> dict[str, Any]:
    """Plan one month on both ways; the row of the year."""
    need = staffing.requirement(demand.forecast(base), base)
    base = approved(base, need)
    row: dict[str, Any] = {"month": base.month, "wishes": len(base.wishes), "leave_days": len(base.leave)}
    row["overtime_approved_h"] = float(base.employees["overtime_max_h"].sum())
    for way in WAYS:
        study = following(base, walk.before[way])
        plan = roster.solve(roster.problem(need, study), gap=gap, work=work)
        board = life.Board(plan.roster, plan.covers, need, study)
        if way == "carried":
            board, evened = life.even_month(plan, need, study, walk.ledgers[way], [budget * share for share in SHARES], gap=gap, work=work)
            walk.points.append([(point.yuan, *point.spread[:2]) for point in evened.curve])
            now = math.fsum(roster.recount(board.roster(), board.cover_table(), need, study)[1]["priced_yuan"])
            row |= {"exchanges": len(evened.exchanges), "yuan": evened.yuan, "planned_again": evened.planned_again}
            row["recount_off_yuan"] = round(abs(now - plan.report.priced_yuan - evened.yuan), 2)
            row["broken"] = len(roster.audit(board.roster(), board.cover_table(), need, study))
        ledger = walk.ledgers[way] = life.fairness_ledger(board, walk.ledgers[way])
        walk.before[way] = board.roster()
        row |= {f"{kind}_{way}": round(life.spread(ledger[f"{kind}_balance"]), 3) for kind in KINDS}
        row |= {f"status_{way}": plan.report.status, f"priced_{way}_yuan": round(board.priced_yuan, 2)}
    who = max(board.people, key=evened.swaps)
    return row | {"told": life.why(ledger.set_index("employee_id", drop=False).loc[who], evened.swaps(who))}


def supposed(study: Study, *, newcomer: bool) -> Study:
    """The study with wishes and leave by lot; as it is if it has its own, or is the first month (``newcomer``), which no lot may touch."""
    if newcomer or len(study.wishes) or len(study.leave):
        return study
    rng, days, queues = study.rng("fairness", "supposed"), study.horizon.dates, study.params.site.queues
    held = study.skills.groupby("employee_id")["skill"].agg(set)
    kinds = {day.date(): kind for day, kind in zip(study.calendar["date"], study.calendar["kind"], strict=True)}
    mondays = [day for day in days if day.weekday() == 0]
    absent: list[tuple[str, dt.date, str, float]] = []
    wishes: list[tuple[str, dt.date, str, float]] = []
    for person in study.employees.sort_values("position").itertuples(index=False):
        length, start = int(rng.integers(1, LEAVE_DAYS + 1)), mondays[int(rng.integers(len(mondays)))] + dt.timedelta(days=int(rng.integers(3)))
        block = [start + dt.timedelta(days=n) for n in range(length)] if rng.random() < LEAVE_SHARE else []
        own = [s.code for s in study.params.shifts if not s.queues or any(queues[q].skill in held[person.employee_id] for q in s.queues)]
        block = [day for day in block if day in set(days) and kinds.get(day) in ("workday", "make_up_workday")]
        absent += [(person.employee_id, day, "paid", 8.0 * person.fte_share) for day in block]
        for n in rng.permutation(len(days))[: int(rng.poisson(WISHES))].tolist():
            wish = OFF if rng.random() < OFF_SHARE else str(rng.choice(own))
            weight = 2.0 if rng.random() < HEAVY_SHARE else 1.0
            if days[n] not in block:
                wishes.append((person.employee_id, days[n], wish, weight))
    frames = {
        "leave": _frame(absent, ["employee_id", "date", "kind", "hours_h"]),
        "wishes": _frame(wishes, ["employee_id", "date", "wish", "weight"]),
    }
    return study.with_tables(**frames)


def _frame(rows: Sequence[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(date=pd.to_datetime(frame["date"]).astype("datetime64[us]")).sort_values(columns[:2]).reset_index(drop=True)


def approved(study: Study, need: pd.DataFrame) -> Study:
    """The study with overtime approved for everybody where the month's contract hours less leave leave fewer than a tenth to spare.

    As a planner does before a month with long holidays: what is missing, shared evenly, whole hours, at most the law's monthly limit.
    """
    people, law, days = study.employees, study.params.law, study.horizon
    kinds = study.calendar[study.calendar["date"].isin([pd.Timestamp(day) for day in days.dates])]["kind"]
    contract = people["fte_share"].sum() * law.number("normal_day_hours", days.start) * kinds.isin(["workday", "make_up_workday"]).sum()
    needed = need["scheduled"].sum() * days.interval_min / 60
    missing = SPARE * needed - (contract - study.leave["hours_h"].sum())
    hours = min(math.ceil(max(missing, 0.0) / len(people)), law.limit("month_overtime", days.start))
    return study.with_tables(employees=people.assign(overtime_max_h=people["overtime_max_h"].fillna(0.0).clip(lower=hours)))


def following(study: Study, before: pd.DataFrame | None) -> Study:
    """A month's study, after the roster that the month before left."""
    if before is None:
        return study
    since = pd.Timestamp(study.horizon.start) - pd.Timedelta(days=LOOK_BACK_DAYS)
    return study.with_tables(last_roster=before[before["date"].ge(since)].reset_index(drop=True))


def curve(points: list[list[tuple[float, float, float]]], budget: float) -> list[dict[str, float | None]]:
    """Price of fairness: yuan over all months, before any exchange and at each share of the budget, and the mean spreads that it bought."""
    found = []
    for n, share in enumerate((None, *SHARES)):
        mine = np.array([month[n] for month in points])
        nights, weekends = mine[:, 1].mean(), mine[:, 2].mean()
        yuan = round(math.fsum(mine[:, 0]), 2)
        allowed = None if share is None else budget * share
        found.append({"budget_yuan": allowed, "yuan": yuan, "nights": round(nights, 3), "weekends": round(weekends, 3)})
    return found


def draw(found: Mapping[str, Any], path: Path) -> None:
    """Year and curve as a picture: spreads month by month on both ways, and what the smaller ones cost."""
    from cslib.report import figures_base as base

    year = pd.DataFrame(found["year"])
    with base.style():
        figure = base.Picture(figsize=(10, 3.9), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[3, 2])
        for kind, colour, name in zip(KINDS, (base.BLUE, base.ORANGE), ("夜班 nights", "周末班 weekends"), strict=True):
            left.plot(year["month"], year[f"{kind}_alone"], color=colour, linestyle="--", label=f"{name}: 逐月 month by month")
            left.plot(year["month"], year[f"{kind}_carried"], color=colour, marker="o", label=f"{name}: 结转 carried")
            right.plot([p["yuan"] for p in found["curve"]], [p[kind] for p in found["curve"]], color=colour, marker="o", label=name)
        left.set_title(f"{found['site']}: 与应担份额之差（均方根）spread around the fair share [duties]")
        left.tick_params(axis="x", rotation=45)
        right.set_title("公平的代价 price of fairness")
        right.set_xlabel("全年计价增加 priced cost of the exchanges, all months [yuan]")
        for axes in (left, right):
            axes.set_ylim(bottom=0)
            axes.grid(axis="y")
            axes.legend(fontsize=8)
        path.write_bytes(base.png(figure))


if __name__ == "__main__":
    sys.exit(main())
