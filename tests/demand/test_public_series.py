"""The two public series that the engine is measured on, at the origins of their published comparison."""

from __future__ import annotations

import runpy
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cslib.demand.features import padded
from cslib.demand.grid import to_grid
from cslib.demand.intraday import learned_beta, ratio
from cslib.demand.method import judged
from cslib.demand.settings import Settings
from cslib.params.calendar import calendar

ROOT = Path(__file__).resolve().parents[2]
BENCHMARK = runpy.run_path(str(ROOT / "benchmarks" / "forecast.py"))
SHARED = ROOT / ".." / "shared" / "data"
BANK, AMBULANCE = SHARED / "bank_calls_30min.csv", SHARED / "nyc_ems_hourly.csv"
BANK_ORIGINS = ("2003-06-30", "2003-07-28", "2003-08-25", "2003-09-22")
AMBULANCE_ORIGINS = ("2019-01-07", "2019-03-04", "2019-05-06", "2019-07-01", "2019-09-02", "2019-11-04")
pytestmark = pytest.mark.skipif(not (BANK.exists() and AMBULANCE.exists()), reason="needs the public series beside the checkout")


def _lines(path: Path, origins: tuple[str, ...], since: str, peers: str) -> pd.DataFrame:
    (series,) = BENCHMARK["read"](path).values()
    series = series[series.index >= since]
    return pd.DataFrame([line for origin in origins for line in BENCHMARK["compare"](series, "US", pd.Timestamp(origin), 4, peers)])


@pytest.mark.parametrize(
    ("path", "origins", "since", "peers", "limit"),
    [(BANK, BANK_ORIGINS, "2003-01-01", "all", 0.055), (AMBULANCE, AMBULANCE_ORIGINS, "2015-01-01", "excel", 0.0785)],
    ids=["bank", "ambulance"],
)
def test_engine_on_a_public_series(path: Path, origins: tuple[str, ...], since: str, peers: str, limit: float) -> None:
    found = _lines(path, origins, since, peers)
    mean = found.groupby("model")[["wape", "pinball", "cov80", "cov95", "day_cov80", "day_cov95"]].mean()
    assert mean.loc["engine", "wape"] <= limit
    assert mean["wape"].idxmin() == "engine"
    assert mean["pinball"].idxmin() == "engine"
    assert 0.75 <= mean.loc["engine", "cov80"] <= 0.85
    assert 0.92 <= mean.loc["engine", "cov95"] <= 0.98
    assert 0.75 <= mean.loc["engine", "day_cov80"] <= 0.85
    assert 0.92 <= mean.loc["engine", "day_cov95"] <= 0.98
    rivals = mean.drop(index="engine")
    assert mean.loc["engine", "wape"] <= 0.92 * rivals["wape"].min()
    assert mean.loc["engine", "pinball"] <= 0.94 * rivals["pinball"].min()


def test_intraday_on_the_bank_series() -> None:
    """At a quarter of the day the re-forecast of the rest is 7 % better than no update, with the share learned on folds before the day's."""
    (series,) = BENCHMARK["read"](BANK).values()
    days = calendar(date(2003, 1, 1), date(2003, 12, 31), "US")
    plain = deviating = 0.0
    for origin in BANK_ORIGINS:
        past = series[series.index < origin]
        grid = to_grid(series[series.index < pd.Timestamp(origin) + pd.Timedelta(weeks=4)], days.set_index("date"), 30)
        wide = padded(days, grid.dates[0], grid.dates[-1])
        before = judged(to_grid(past, days.set_index("date"), 30), wide, Settings())
        test = judged(grid, wide, Settings(), starts=[pd.Timestamp(origin)]).folds[0]
        slot = 14 + 7  # 07:00 and a quarter of the 28 half hours
        beta = learned_beta(before.folds, slot)
        for expected, actual, known in zip(test.expected, test.actual, test.known, strict=True):
            if known.any():
                deviation = ratio(actual[:slot][known[:slot]].sum(), expected[:slot][known[:slot]].sum())
                plain += np.abs(actual - expected)[slot:][known[slot:]].sum()
                deviating += np.abs(actual - expected * deviation**beta)[slot:][known[slot:]].sum()
    assert deviating <= 0.93 * plain
