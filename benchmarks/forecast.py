"""Forecast accuracy on any contact series: the engine against what planners do in a spreadsheet, and against LightGBM.

    python -m benchmarks.forecast SERIES.csv --country CN --origin 2026-06-01 --origin 2026-07-06 --weeks 4 --peers all

SERIES.csv has the columns timestamp (local, start of the interval), series, volume; an interval without a row, or with an empty volume,
is missing, not zero. One JSON line per series, model and origin goes to standard output:

    wape         sum of absolute errors / sum of actuals, over the intervals of the test weeks that are in the file
    mase         mean absolute error / mean absolute error of last week's same interval inside the history
    pinball      mean pinball loss of the 10, 50 and 90 % quantiles [contacts/interval]
    cov80 cov95  share of actuals inside the central 80 % and 95 % band (peers get their band the same way, from their own past errors)
    day_wape     wape of the daily totals;  day_cov80, day_cov95: their share inside their own bands;  day_pinball: mean pinball loss of their
                 2.5, 10, 50, 90 and 97.5 % quantiles [contacts/day]
    total_error  (forecast - actual) / actual of the whole test;  total_in80: 1 if its total lies in its own 80 % band, else 0
    cpu_s        processor time of fit, forecast and quantiles [s]

Peers are the seasonal naive, the mean of the last 4 and 8 and the median of the last 6 same weekdays, and LightGBM on calendar features and
lagged means. Constants of the engine were checked on origins before those of the published comparison: ``benchmarks.forecast_constants``.

The test intervals' opening is known to every model; nothing else after the origin is.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import pandas as pd

from cslib.core import tables
from cslib.core.errors import CslibError
from cslib.core.units import MINUTES_PER_DAY
from cslib.demand import scores
from cslib.demand.features import padded
from cslib.demand.grid import OFF_KINDS, Array, Flags, Grid, refuse_times, to_grid
from cslib.demand.intervals import Fold, Forecaster, cell_spread, day_spread, rolling, span_spread
from cslib.demand.method import judged, predict_doubting
from cslib.demand.peers import PEERS, SPREADSHEET
from cslib.demand.settings import Settings
from cslib.intake.steps import longer_interval
from cslib.params.calendar import calendar

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
PEERS_HELP = "excel: mean and median of the last same weekdays; all: these, the seasonal naive and LightGBM."
VOLUME_MOST = 1e7  # contacts an interval; more is a slip of the file, and powers of it would overflow
_MARGIN_D = 60
_DATE, _ZONE = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}", r"(?:Z|[+-]\d{2}:?\d{2})$"
_HISTORY_LEAST_D = 14  # two weeks: fewer days tell no weekday from another

# A model: history, days to come, their opening, days between -> expected contacts, doubt about each day, and the folds behind its quantiles.
Model = Callable[[Grid, pd.DatetimeIndex, Flags, int], tuple[Array, Array, list[Fold]]]
Maker = Callable[[pd.DataFrame, Settings], Model]


@click.command(help="Back-test the forecast engine and its peers on SERIES.csv (columns timestamp, series, volume).")
@click.argument("path", metavar="SERIES.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--country", required=True, help="Country of the calendar, such as CN or US; none: no holidays.")
@click.option("--origin", "origins", required=True, multiple=True, type=click.DateTime(["%Y-%m-%d"]), help="First day of a test; several allowed.")
@click.option("--weeks", default=4, show_default=True, type=click.IntRange(1, 52), help="Length of a test [weeks].")
@click.option("--peers", default="excel", show_default=True, type=click.Choice(["all", "excel"]), help=PEERS_HELP)
def main(path: Path, country: str, origins: tuple[pd.Timestamp, ...], weeks: int, peers: str) -> None:
    """Print one JSON line per series, model and origin; a series that can't be tested is named, and the others are tested."""
    try:
        known = read(path)
    except ValueError as error:
        click.echo(f"{path.name}: {error}", err=True)
        sys.exit(2)
    wrong = 0
    for name, series in known.items():
        try:
            for origin in origins:
                for line in compare(series, country, pd.Timestamp(origin), weeks, peers):
                    click.echo(json.dumps({"series": name, **line}, ensure_ascii=False))
        except (CslibError, ValueError) as error:
            click.echo(f"{path.name}: series {name}: {error}", err=True)
            wrong += 1
    sys.exit(2 if wrong else 0)


def read(path: Path) -> dict[str, pd.Series]:
    """The series of a file by name, in the order they appear: volume by timestamp, NaN where empty.

    Raises
    ------
    ValueError  if a column is missing, or a timestamp or a volume can't be read.
    """
    try:
        frame = pd.read_csv(path, encoding="utf-8-sig", dtype={"timestamp": "str", "series": "str"})
    except pd.errors.EmptyDataError:
        frame = pd.DataFrame()
    except UnicodeDecodeError:
        raise ValueError("this is no text in UTF-8; save it as CSV UTF-8") from None
    except pd.errors.ParserError as error:
        raise ValueError(f"this is no table with commas between: {error}") from None
    missing = {"timestamp", "series", "volume"} - set(frame.columns)
    if missing:
        raise ValueError(f"columns are missing: {', '.join(sorted(missing))}; allowed: timestamp, series, volume")
    if frame.empty:
        raise ValueError("the file has no rows below its header")
    _refuse(frame, "timestamp", frame["timestamp"].str.contains(_ZONE, na=False), "local time without a time zone")
    _refuse(frame, "timestamp", ~frame["timestamp"].str.contains(_DATE, na=False), "a time such as 2026-06-01 09:30")
    times = pd.to_datetime(frame["timestamp"], errors="coerce", format="ISO8601").astype("datetime64[us]")
    volume = pd.to_numeric(frame["volume"], errors="coerce").astype(float)
    _refuse(frame, "timestamp", times.isna(), "a time such as 2026-06-01 09:30")
    _refuse(frame, "volume", (volume.isna() & frame["volume"].notna()) | np.isinf(volume), "a number, or empty")
    _refuse(frame, "volume", volume < 0, ">= 0, or empty (below zero)")
    _refuse(frame, "volume", volume > VOLUME_MOST, f"{VOLUME_MOST:.0e} contacts an interval at most, or empty")
    _refuse(frame, "series", frame["series"].isna(), "the name of a series")
    whole = pd.DataFrame({"series": frame["series"], "volume": volume}).set_index(pd.DatetimeIndex(times))
    return {str(name): part["volume"].sort_index() for name, part in whole.groupby("series", sort=False)}


def _refuse(frame: pd.DataFrame, column: str, wrong: pd.Series, allowed: str) -> None:
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"row {row + 2}: {column} {frame[column][row]} can't be used ({int(wrong.sum())} such rows); allowed: {allowed}")


def interval_min(series: pd.Series) -> int:
    """Length of the interval: the commonest step between neighbouring rows [min].

    Raises
    ------
    ValueError  if it does not divide a day, or changes within the series.
    """
    steps = pd.Series(series.index).diff().dropna().dt.total_seconds() / 60
    if not (steps > 0).any():
        raise ValueError("a single time is recorded, which tells no interval")
    found = float(steps[steps > 0].mode().iloc[0])
    if found % 1 or found < 1 or MINUTES_PER_DAY % found:
        raise ValueError(f"the interval of {found:g} min does not divide a day into whole minutes")
    changed = longer_interval(pd.DatetimeIndex(series.dropna().index), int(found))
    if changed is not None:
        first, days, longer = changed
        raise ValueError(f"from {first:%Y-%m-%d} on, {days} days have a row every {longer} min, the rest every {found:g} min; allowed: one interval")
    return int(found)


def compare(
    series: pd.Series, country: str, origin: pd.Timestamp, weeks: int, peers: str, settings: Settings | None = None, engine: Maker | None = None
) -> list[dict[str, object]]:
    """Scores of every model at one origin.

    peers : all, excel, or none;  settings : constants of the engine and of all quantiles, default: those shipped
    engine : what makes the engine of a calendar and of settings, default: ``engine_model``

    Raises
    ------
    ValueError, ForecastError  if there is no history before the origin, nothing to test after it, or a time off the interval or twice.
    """
    step = interval_min(series)
    refuse_times(pd.DatetimeIndex(series.index), (series < 0).to_numpy(), step)
    past = series[series.index < origin]
    test = series[(series.index >= origin) & (series.index < origin + pd.Timedelta(weeks=weeks))].dropna()
    if past.notna().sum() == 0 or test.empty:
        span = f"{series.index[0]} .. {series.index[-1]}"
        raise ValueError(f"origin {origin:%Y-%m-%d}: no history before it, or nothing to test after it; the file holds {span}")
    recorded = past.dropna().index.normalize().nunique()
    if recorded < _HISTORY_LEAST_D:
        raise ValueError(f"origin {origin:%Y-%m-%d}: {recorded} days are recorded before it; needed: {_HISTORY_LEAST_D}")
    margin = pd.Timedelta(days=_MARGIN_D)
    days = _calendar(past.index[0] - margin, test.index[-1] + margin, country)
    settings = settings or Settings()
    models = {"engine": (engine or engine_model)(padded(days, past.index[0].normalize(), test.index[-1].normalize()), settings)}
    models |= {name: _peer(model, settings) for name, model in PEERS.items() if peers == "all" or (peers == "excel" and name in SPREADSHEET)}
    if peers == "all":
        from benchmarks.forecast_lightgbm import lightgbm_forecaster  # slow to import, and not needed by those who ask for a spreadsheet only

        models["lightgbm"] = _peer(lightgbm_forecaster(days.set_index("date")), settings)
    return [_score(name, model, past, test, days, step, origin, settings) for name, model in models.items()]


def _calendar(first: pd.Timestamp, last: pd.Timestamp, country: str) -> pd.DataFrame:
    """Calendar of a country; of none, plain weeks."""
    if country.lower() != "none":
        return calendar(first.date(), last.date(), country)
    days = pd.date_range(first.normalize(), last.normalize(), freq="D", unit="us")
    kinds = np.where(days.day_of_week < 5, "workday", "rest_day")
    return tables.check("calendar", pd.DataFrame({"date": days, "kind": kinds, "holiday": np.nan, "provisional": False}))


def engine_model(calendar_days: pd.DataFrame, settings: Settings) -> Model:
    """The engine, on a padded calendar."""

    def run(grid: Grid, dates: pd.DatetimeIndex, opened: Flags, lead_d: int) -> tuple[Array, Array, list[Fold]]:
        method = judged(grid, calendar_days, settings, lead_d=lead_d)
        return *predict_doubting(method, grid, calendar_days, settings, dates, opened), list(method.folds)

    return run


def _peer(model: Forecaster, settings: Settings) -> Model:
    """A point forecaster with quantiles from its own errors in the same folds."""

    def run(grid: Grid, dates: pd.DatetimeIndex, opened: Flags, lead_d: int) -> tuple[Array, Array, list[Fold]]:
        return model(grid, dates, opened), np.ones(len(dates)), rolling(grid, model, settings, lead_d=lead_d)

    return run


def _score(
    name: str, model: Model, past: pd.Series, test: pd.Series, days: pd.DataFrame, step: int, origin: pd.Timestamp, settings: Settings
) -> dict[str, object]:
    dates = pd.date_range(origin.normalize(), test.index[-1].normalize(), freq="D", unit="us")
    times = pd.DatetimeIndex(test.index)
    rows, slots = np.asarray((times.normalize() - dates[0]).days), np.asarray((times.hour * 60 + times.minute) // step)
    started = time.process_time()
    grid = to_grid(past, days.set_index("date"), step)
    opened = _opened(grid, days, dates, rows, slots)
    lead = (dates[0] - grid.dates[-1]).days - 1
    found, doubt, folds = model(grid, dates, opened, lead)
    expected = found[rows, slots]
    quantiles = cell_spread(folds, settings, LEVELS).quantiles(expected)
    actual: Array = test.to_numpy(dtype=float)
    totals = [pd.Series(values).groupby(rows).sum().to_numpy() for values in (actual, expected)]
    by_day = day_spread(folds, settings, LEVELS).quantiles(totals[1], doubt[np.unique(rows)])
    whole = span_spread(folds, settings, LEVELS).quantiles(np.array([expected.sum()]))[0]
    cpu_s = time.process_time() - started
    figures = {
        "wape": scores.wape(actual, expected),
        "mase": float(np.abs(actual - expected).mean()) / scores.naive_scale(grid),
        "pinball": scores.pinball(actual, quantiles[:, 1:4], LEVELS[1:4]),
        "cov80": scores.covered(actual, quantiles[:, 1], quantiles[:, 3]),
        "cov95": scores.covered(actual, quantiles[:, 0], quantiles[:, 4]),
        "day_wape": scores.wape(totals[0], totals[1]),
        "day_cov80": scores.covered(totals[0], by_day[:, 1], by_day[:, 3]),
        "day_cov95": scores.covered(totals[0], by_day[:, 0], by_day[:, 4]),
        "day_pinball": scores.pinball(totals[0], by_day, LEVELS),
        "total_error": scores.bias(actual, expected),
        "total_in80": float(whole[1] <= actual.sum() <= whole[3]),
        "cpu_s": cpu_s,
    }
    rounded = {key: round(value, 5) if np.isfinite(value) else None for key, value in figures.items()}
    return {"model": name, "origin": f"{origin:%Y-%m-%d}", **rounded}


def _opened(grid: Grid, days: pd.DataFrame, dates: pd.DatetimeIndex, rows: npt.NDArray[np.int64], slots: npt.NDArray[np.int64]) -> Flags:
    """Opening of the test days: as in the file, from the first to the last interval recorded.

    An interval that lacks in between is not recorded, not closed; so is a day without rows, unless the calendar has it off.
    """
    weekly = grid.week_open[dates.day_of_week.to_numpy()]
    off = days.set_index("date")["kind"].reindex(dates).isin(OFF_KINDS).to_numpy()
    opened = weekly & ~off[:, None]
    for row in np.unique(rows):
        mine = slots[rows == row]
        opened[row] = False
        opened[row, mine.min() : mine.max() + 1] = weekly[row, mine.min() : mine.max() + 1]
        opened[row, mine] = True
    return np.asarray(opened)


if __name__ == "__main__":
    main()
