"""Constants of the forecast engine, one at a time, on origins before a date: is what ships the best there, and how flat is it around?

    python -m benchmarks.forecast_constants --series calls.csv 2026-06-01 1 --series chats.csv 2026-06-01 8 --country CN

Each ``--series`` is a file (columns timestamp, series, volume), a date and a step in weeks. Nothing from the date on is read. Origins are
set from four weeks before the date backwards, a step apart, as long as ``HISTORY_D`` days lie before them, ``ORIGINS`` at most. Every constant of
``cslib/demand/settings.py`` that shapes a forecast is tried at values around its own, the others as shipped; one JSON line each:

    constant, value        what was changed to what; the first line has the constants as shipped
    wape, pinball          geometric mean over the series, over the figure of the constants as shipped: below 1 is better than shipped
    cov80, day_cov80 ...   share of actuals inside their bands, mean over the series
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import click
import numpy as np
import pandas as pd

from benchmarks.forecast import compare, read
from cslib.core.errors import CslibError
from cslib.demand.settings import SPREADS, Settings

WEEKS, ORIGINS, HISTORY_D, HISTORY_MOST_D = 4, 6, 56, 1461
RATIOS, SHARES = ("wape", "pinball"), ("cov80", "cov95", "day_cov80", "day_cov95")
# Values around those shipped: about half and double, or what else a reader would ask for.
TRIED: dict[str, tuple[object, ...]] = {
    "level_half_lives_d": ((5.0, 10.0, 20.0, 40.0), (20.0, 40.0, 80.0, 160.0), (30.0,)),
    "profile_half_lives_d": ((60.0, 180.0, 750.0), (240.0, 730.0, 3000.0)),
    "effect_half_life_d": (365.0, 1460.0),
    "drift_spread": (0.15, 0.6),
    "trend_share": (0.0, 0.5),
    "trend_days": (15.0, 60.0),
    "trend_limit": (0.075, 0.3),
    "season_width_d": (15.0, 60.0),
    "season_floor": (0.02, 0.15),
    "huber": (1.5, 3.0),
    "smooth_contacts": (20.0, 180.0),
    "folds_max": (5, 12),
    "fold_half_life": (2.0, 8.0),
    "month_spread": (0.015, 0.06),
    "month_prior": (0.5, 2.0),
}
_SPREAD_FACTORS = (0.5, 2.0)


def variants() -> Iterator[tuple[str, object, Settings]]:
    """Name, value and settings of all that is tried, as shipped first."""
    shipped = Settings()
    yield "shipped", None, shipped
    for name, values in TRIED.items():
        for value in values:
            yield name, value, replace(shipped, **{name: value})
    for group, spread in SPREADS.items():
        for factor in _SPREAD_FACTORS:
            yield f"spreads.{group}", factor * spread, replace(shipped, spreads=MappingProxyType({**SPREADS, group: factor * spread}))


def origins(series: pd.Series, until: pd.Timestamp, step_weeks: int) -> list[pd.Timestamp]:
    """Origins whose test weeks end before ``until``, latest first."""
    first = series.index[0].normalize() + pd.Timedelta(days=HISTORY_D)
    found = [until - pd.Timedelta(weeks=WEEKS + i * step_weeks) for i in range(ORIGINS)]
    return [origin for origin in found if origin >= first]


def measured(cases: Sequence[tuple[pd.Series, list[pd.Timestamp]]], country: str, settings: Settings) -> pd.DataFrame:
    """Mean figures of the engine, one row a series."""
    rows = []
    for series, starts in cases:
        lines = []
        for origin in starts:
            past = series[series.index >= origin - pd.Timedelta(days=HISTORY_MOST_D)]
            lines += compare(past, country, origin, WEEKS, "none", settings)
        rows.append(pd.DataFrame(lines)[[*RATIOS, *SHARES]].mean())
    return pd.DataFrame(rows)


@click.command(help="Try each constant of the forecast engine around its value, on origins before a date.")
@click.option("--series", "given", required=True, multiple=True, type=(click.Path(exists=True, dir_okay=False, path_type=Path), str, int))
@click.option("--country", required=True, help="Country of the calendar, such as CN or US.")
@click.option("--only", default="", help="Only constants whose name begins so.")
def main(given: tuple[tuple[Path, str, int], ...], country: str, only: str) -> None:
    """Print one JSON line per constant and value."""
    try:
        cases = []
        for path, date, step_weeks in given:
            until = pd.Timestamp(date)
            for series in read(path).values():
                known = series[series.index < until]
                cases.append((known, origins(known, until, step_weeks)))
        if any(not starts for _, starts in cases):
            raise ValueError(f"a series needs {HISTORY_D} days and {WEEKS} weeks before its date")
        base = pd.DataFrame()
        for name, value, settings in variants():
            if name != "shipped" and not name.startswith(only):
                continue
            found = measured(cases, country, settings)
            base = found if name == "shipped" else base
            ratios = {column: round(float(np.exp(np.log(found[column] / base[column]).mean())), 4) for column in RATIOS}
            shares = {column: round(float(found[column].mean()), 3) for column in SHARES}
            click.echo(json.dumps({"constant": name, "value": value, **ratios, **shares}))
    except (CslibError, ValueError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
