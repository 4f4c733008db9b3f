"""The two public series that the engine is measured on, at the origins of their published comparison."""

from __future__ import annotations

import runpy
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCHMARK = runpy.run_path(str(ROOT / "benchmarks" / "forecast.py"))
SHARED = ROOT / ".." / "shared" / "data"
BANK, AMBULANCE = SHARED / "bank_calls_30min.csv", SHARED / "nyc_ems_hourly.csv"
BANK_ORIGINS = ("2003-06-30", "2003-07-28", "2003-08-25", "2003-09-22")
AMBULANCE_ORIGINS = ("2019-01-07", "2019-03-04", "2019-05-06", "2019-07-01", "2019-09-02", "2019-11-04")
pytestmark = pytest.mark.skipif(not (BANK.exists() and AMBULANCE.exists()), reason="needs the public series beside the checkout")


def _lines(path: Path, origins: tuple[str, ...], since: str = "1900-01-01") -> pd.DataFrame:
    (series,) = BENCHMARK["read"](path).values()
    series = series[series.index >= since]
    return pd.DataFrame([line for origin in origins for line in BENCHMARK["compare"](series, "US", pd.Timestamp(origin), 4, "all")])


@pytest.mark.parametrize(
    ("path", "origins", "since", "limit"),
    [(BANK, BANK_ORIGINS, "2003-01-01", 0.055), (AMBULANCE, AMBULANCE_ORIGINS, "2015-01-01", 0.0785)],
    ids=["bank", "ambulance"],
)
def test_engine_on_a_public_series(path: Path, origins: tuple[str, ...], since: str, limit: float) -> None:
    found = _lines(path, origins, since)
    mean = found.groupby("model")[["wape", "pinball", "cov80", "cov95", "cpu_s"]].mean()
    assert mean.loc["engine", "wape"] <= limit
    assert mean["wape"].idxmin() == "engine"
    assert mean["pinball"].idxmin() == "engine"
    assert 0.75 <= mean.loc["engine", "cov80"] <= 0.85
    assert 0.92 <= mean.loc["engine", "cov95"] <= 0.98
    assert mean.loc["engine", "cpu_s"] <= 2.0
