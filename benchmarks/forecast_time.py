"""Processor time of the forecast: a year of half hours and four years of hours, and many queues in one call.

    python -m benchmarks.forecast_time --queues 25 --queues 50 --queues 100 --queues 200

prints one JSON line a case. Series are synthetic (level x weekday x profile, Poisson). The first two cases are fit, weights and quantiles from
rolling folds, and four weeks ahead, median of five runs; the others ``cslib.demand.forecast`` of a site with so many queues of thirteen weeks of
hours each.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click
import numpy as np
import pandas as pd

from cslib import demand
from cslib.core import tables
from cslib.core.horizon import Horizon
from cslib.core.paths import params_dir
from cslib.core.streams import stream
from cslib.demand.features import padded
from cslib.demand.grid import future_open, to_grid
from cslib.demand.intervals import cell_spread
from cslib.demand.method import judged, predict
from cslib.demand.settings import Settings
from cslib.intake.study import Study
from cslib.params import open_params
from cslib.params.calendar import calendar

RUNS, DAYS, MONTH, ORIGIN = 5, 91, "2026-07", pd.Timestamp("2026-07-01")
SITE = """name: {zh: 多队列, en: many queues}
synthetic: true
seed: 1
city: shanghai
law: cn_labour
pay: simple
interval_min: 60
files: {staff: staff.csv}
demand: {growth_share: 0.0, history_days_min: 28}
queues:
"""
QUEUE = """  {name}: {{name: {{zh: {name}, en: {name}}}, channel: phone, model: erlang_c, skill: phone, aht_s: 240,
    opening: [{{from: "08:00", to: "20:00"}}], service: {{level_share: 0.8, target_s: 20}}}}
"""
SHIFTS = """shifts:
  D: {name: {zh: 白班, en: day}, mark: {zh: 白, en: D}, colour: "#c6e0b4", start: "08:00", length_min: 540,
    breaks: [{length_min: 60, earliest_min: 180, latest_min: 300}]}
"""


def planted(days: int, interval_min: int, level: float, name: str) -> pd.Series:
    """A series up to ``ORIGIN``: 08:00 to 20:00, two humps a day, a quiet weekend, Poisson."""
    dates = pd.date_range(ORIGIN - pd.Timedelta(days=days), periods=days, freq="D", unit="us")
    hours = np.arange(0, 24, interval_min / 60)
    shape = np.where((hours >= 8) & (hours < 20), 1 + np.sin(np.pi * (hours - 8) / 6) ** 2, 0.0)
    totals = level * np.where(dates.day_of_week < 5, 1.0, 0.6)
    counts = stream(3, "time", name).poisson(totals[:, None] * shape / shape.sum()).astype(float)
    times = pd.date_range(dates[0], periods=counts.size, freq=f"{interval_min}min", unit="us")
    found = pd.Series(counts.ravel(), index=times)
    return found[(times.hour >= 8) & (times.hour < 20)]


def one_series(days: int, interval_min: int) -> float:
    """CPU seconds of fit, folds, quantiles and four weeks ahead, median of ``RUNS``."""
    past = planted(days, interval_min, 1000.0, str(days))
    wide = padded(calendar(past.index[0].date(), dt.date(2026, 9, 30), "CN"), past.index[0].normalize(), ORIGIN + pd.Timedelta(days=31))
    dates = pd.date_range(ORIGIN, periods=28, freq="D", unit="us")
    spent = []
    for _ in range(RUNS):
        started = time.process_time()
        grid = to_grid(past, wide, interval_min)
        method = judged(grid, wide, Settings())
        cell_spread(method.folds, Settings()).quantiles(predict(method, grid, wide, Settings(), dates, future_open(grid, wide, dates)))
        spent.append(time.process_time() - started)
    return median(spent)


def many_queues(count: int) -> float:
    """CPU seconds of one forecast of a site with ``count`` queues; the folder of parameters must be one of our own."""
    names = [f"q{i:03d}" for i in range(count)]
    folder = params_dir() / "sites" / "many"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shifts.yml").write_text(SHIFTS, encoding="utf-8")
    (folder / "site.yml").write_text(SITE + "".join(QUEUE.format(name=name) for name in names), encoding="utf-8")
    series = {name: planted(DAYS, 60, 200.0 + 5 * i, name) for i, name in enumerate(names)}
    parts = [pd.DataFrame({"queue": name, "interval_start": s.index, "offered": s.to_numpy()}) for name, s in series.items()]
    contacts = tables.check("contacts", pd.concat(parts, ignore_index=True))
    params = open_params("many")
    days = calendar(contacts["interval_start"].min().date(), dt.date(2026, 8, 31), "CN")
    study = Study(params, Horizon.month(MONTH, 60), {}, (), {"contacts": contacts, "calendar": days})
    started = time.process_time()
    demand.forecast(study)
    return time.process_time() - started


@click.command(help="CPU time of the forecast: one long series, and many queues in one call.")
@click.option("--queues", "counts", multiple=True, type=click.IntRange(1, 1000), default=(25, 50, 100, 200), show_default=True)
def main(counts: tuple[int, ...]) -> None:
    """Print one JSON line per case."""
    for case, days, interval_min in (("year_30min", 365, 30), ("four_years_60min", 1461, 60)):
        click.echo(json.dumps({"case": case, "cpu_s": round(one_series(days, interval_min), 3), "median_of": RUNS}))
    with TemporaryDirectory(prefix="cslib-") as folder:
        target = Path(folder) / "params"
        shutil.copytree(params_dir(), target, ignore=shutil.ignore_patterns("sites"))  # a site of its own, beside the real files
        os.environ["CSLIB_ROOT"] = folder
        for count in counts:
            spent = many_queues(count)
            click.echo(json.dumps({"case": "queues", "queues": count, "cpu_s": round(spent, 2), "cpu_s_a_queue": round(spent / count, 4)}))


if __name__ == "__main__":
    main()
