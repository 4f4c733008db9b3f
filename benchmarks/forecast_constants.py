"""Choice of the forecast engine's constants on origins before a date: a declared grid, a loss and a rule; nothing from the date on is read.

    python -m benchmarks.forecast_constants --series calls.csv 2026-06-01 1 --series chats.csv 2026-06-01 8 --country CN

Each ``--series`` is a file (columns timestamp, series, volume), a date and a step in weeks. Origins are set from four weeks before the date
backwards, a step apart, as long as ``HISTORY_D`` days lie before them, ``ORIGINS`` at most.

Grid  every constant of ``cslib/demand/settings.py`` that shapes a forecast or its bands, at values around the one in use (about half and
      double, or what else a reader would ask for), the others as in use. Values whose bands of day and month totals don't hold on errors
      that are known (``benchmarks.forecast_truth``) are no candidates.
Loss  of an origin: mean of log pinball of the intervals and log pinball of the day totals (``benchmarks.forecast``), so that expectation
      and bands both count; mean over the origins of a series, then over the series.
Rule  the value in use stays, unless a candidate's loss is lower by ``LEAST_GAIN`` and by more than ``ERRORS`` standard errors of the paired
      difference. Of all these the one with the least loss is adopted, and everything is tried again beside it, until none is left: first
      what shapes the expectation, then what shapes the bands alone. Two standard errors, not one: some fifty values are held against those
      in use, and one in six would be better by one if all were alike. Origins that overlap count by the part of their weeks that is their
      own. A gain below one per cent changes no roster and is not worth other forecasts at every site.

One JSON line a value tried:

    constant, value        what was changed to what
    wape, pinball ...      geometric mean over origins and series, over that of the values in use: below 1 is better
    cov80, day_cov80 ...   share of actuals inside their bands, mean over the series
    loss, standard_error   difference of the loss from that of the values in use (0.01 = 1 % worse), and its standard error
    clear, better          by more than ERRORS standard errors; and by LEAST_GAIN too

then one for each value adopted, and one a constant: ``in_use``, ``best`` of the grid in the first round, ``chosen`` by the rule. With
``--tested FILE ORIGIN,ORIGIN`` the values in use and those chosen are measured at these origins when all is chosen.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType

import click
import numpy as np
import pandas as pd

from benchmarks.forecast import Maker, Model, compare, engine_model, read
from benchmarks.forecast_truth import holds
from cslib.core.errors import CslibError
from cslib.demand.grid import Array, Flags, Grid
from cslib.demand.intervals import Fold
from cslib.demand.settings import SPREADS, Settings

WEEKS, ORIGINS, HISTORY_D, HISTORY_MOST_D, ERRORS, LEAST_GAIN = 4, 12, 56, 1461, 2.0, 0.01
LOSS, SHARES = ("pinball", "day_pinball"), ("cov80", "cov95", "day_cov80", "day_cov95")
SPREAD_FACTORS = (0.5, 2.0)
EXPECTATION: dict[str, tuple[object, ...]] = {
    "level_half_lives_d": ((5.0, 10.0, 20.0, 40.0), (20.0, 40.0, 80.0, 160.0), (30.0,)),
    "profile_half_lives_d": ((60.0, 180.0, 750.0), (240.0, 730.0, 3000.0)),
    "effect_half_life_d": (365.0, 1460.0),
    "drift_spread": (0.15, 0.6),
    "trend_share": (0.0, 0.5),
    "trend_days": (15.0, 60.0),
    "trend_limit": (0.075, 0.3),
    "season_width_d": (7.5, 30.0),
    "season_floor": (0.005, 0.05),
    "huber": (1.5, 3.0),
    "smooth_contacts": (20.0, 180.0),
    "lasting_half_life_d": (750.0, 3000.0),
    "type_spread": (0.005, 0.02),
    "moved_spread": (0.025, 0.1),
    "parts": (0, 2, 8),
    "part_trust": (0.3, 0.7),
    "part_limit": (0.25, 1.0),
    "folds_max": (5, 12),
    "habit_trust": (0.0, 1.0),
    **{f"spreads.{group}": tuple(factor * spread for factor in SPREAD_FACTORS) for group, spread in SPREADS.items()},
}
BANDS: dict[str, tuple[object, ...]] = {
    "fold_half_life": (2.0, 8.0),
    "month_spread": (0.0075, 0.03),
    "month_prior": (0.5, 2.0),
    "day_long_tails": (False,),
    "cell_class_least": (150, 600),
    "day_class_least": (50, 200),
}

# A series and its origins.
Case = tuple[pd.Series, list[pd.Timestamp]]
Measure = Callable[[Settings], list[pd.DataFrame]]


@dataclass(frozen=True)
class Outcome:
    """What a value did. loss, standard_error : beside the values in use;  figures : as printed"""

    constant: str
    value: object
    loss: float
    standard_error: float
    figures: dict[str, float]

    @property
    def clear(self) -> bool:
        """Better beyond the scatter of the origins."""
        return self.loss < -ERRORS * self.standard_error

    @property
    def better(self) -> bool:
        """By as much as the rule asks for."""
        return self.clear and self.loss <= -LEAST_GAIN

    @property
    def line(self) -> dict[str, object]:
        """As printed."""
        judged = {"loss": self.loss, "standard_error": self.standard_error, "clear": self.clear, "better": self.better}
        return {"constant": self.constant, "value": self.value, **self.figures, **judged}


def changed(settings: Settings, name: str, value: object) -> Settings:
    """Settings with one constant changed; ``spreads.GROUP`` is the spread of a group of effects."""
    if name.startswith("spreads."):
        return replace(settings, spreads=MappingProxyType({**settings.spreads, name.removeprefix("spreads."): value}))
    return replace(settings, **{name: value})


def current(settings: Settings, name: str) -> object:
    """Value of a constant."""
    return settings.spreads[name.removeprefix("spreads.")] if name.startswith("spreads.") else getattr(settings, name)


def origins(series: pd.Series, until: pd.Timestamp, step_weeks: int) -> list[pd.Timestamp]:
    """Origins whose test weeks end before ``until``, latest first."""
    first = series.index[0].normalize() + pd.Timedelta(days=HISTORY_D)
    found = [until - pd.Timedelta(weeks=WEEKS + i * step_weeks) for i in range(ORIGINS)]
    return [origin for origin in found if origin >= first]


def remembering() -> Maker:
    """Makes engines that don't work out again what the constants of the bands can't change."""
    known: dict[tuple[object, ...], tuple[Array, Array, list[Fold]]] = {}

    def engine(days: pd.DataFrame, settings: Settings) -> Model:
        own, shaping = engine_model(days, settings), tuple(str(getattr(settings, f.name)) for f in fields(settings) if f.name not in BANDS)

        def run(grid: Grid, dates: pd.DatetimeIndex, opened: Flags, lead_d: int) -> tuple[Array, Array, list[Fold]]:
            key = (grid.dates[0], len(grid.dates), grid.slots, float(np.nansum(grid.values)), dates[0], *shaping)
            if key not in known:
                known[key] = own(grid, dates, opened, lead_d)
            return known[key]

        return run

    return engine


def measuring(cases: Sequence[Case], country: str) -> Measure:
    """Figures of the engine by settings: a frame a series, a row an origin."""
    engine = remembering()

    def measure(settings: Settings) -> list[pd.DataFrame]:
        found = []
        for series, starts in cases:
            lines = []
            for origin in starts:
                past = series[series.index >= origin - pd.Timedelta(days=HISTORY_MOST_D)]
                lines += compare(past, country, origin, WEEKS, "none", settings, engine)
            found.append(pd.DataFrame(lines).set_index("origin").drop(columns=["model", "cpu_s"]).astype(float))
        return found

    return measure


def held_against(base: Sequence[pd.DataFrame], found: Sequence[pd.DataFrame], constant: str, value: object) -> Outcome:
    """The outcome of a value beside the values in use, origin by origin."""
    differences = [(np.log(new[list(LOSS)]) - np.log(old[list(LOSS)])).mean(axis=1) for old, new in zip(base, found, strict=True)]
    errors = [float(np.std(d, ddof=1)) / np.sqrt(_own(pd.DatetimeIndex(d.index))) if len(d) > 1 else float("inf") for d in differences]
    ratios = {
        name: float(np.exp(np.mean([np.log(new[name] / old[name]).mean() for old, new in zip(base, found, strict=True)]))) for name in ("wape", *LOSS)
    }
    shares = {name: float(np.mean([new[name].mean() for new in found])) for name in SHARES}
    figures = {name: round(number, 4) for name, number in (ratios | shares).items()}
    return Outcome(constant, value, float(np.mean([d.mean() for d in differences])), float(np.sqrt(np.square(errors).sum())) / len(errors), figures)


def _own(starts: pd.DatetimeIndex) -> float:
    """Number of origins, less what their test weeks overlap."""
    steps = np.abs(np.diff(starts)) / np.timedelta64(7 * WEEKS, "D")
    return 1.0 + float(np.minimum(1.0, steps).sum())


def adopted(outcomes: Iterable[Outcome], settings: Settings) -> Outcome | None:
    """The outcome that the rule adopts, if any."""
    better = sorted((outcome for outcome in outcomes if outcome.better), key=lambda outcome: outcome.loss)
    return next((outcome for outcome in better if holds(changed(settings, outcome.constant, outcome.value))), None)


def rounds(grid: dict[str, tuple[object, ...]], settings: Settings, measure: Measure, only: str) -> Iterator[tuple[list[Outcome], Outcome | None]]:
    """All outcomes beside the values adopted so far, and the one adopted next; ends with a round that adopts none."""
    while True:
        base, outcomes = measure(settings), []
        for name, values in grid.items():
            tried = [value for value in dict.fromkeys((*values, current(Settings(), name))) if value != current(settings, name)]
            for value in tried if name.startswith(tuple(only.split(","))) else ():
                outcomes.append(held_against(base, measure(changed(settings, name, value)), name, value))
        found = adopted(outcomes, settings)
        yield outcomes, found
        if found is None:
            return
        settings = changed(settings, found.constant, found.value)


def _say(**line: object) -> None:
    click.echo(json.dumps({name: round(value, 5) if isinstance(value, float) else value for name, value in line.items()}))


def choose(measure: Measure, only: str = "") -> Settings:
    """The constants that the rule chooses; prints what was tried, adopted and chosen."""
    settings, best = Settings(), dict[str, Outcome]()
    for grid in (EXPECTATION, BANDS):
        for turn, (outcomes, found) in enumerate(rounds(grid, settings, measure, only)):
            for o in outcomes:
                _say(**o.line)
                if turn == 0 and (o.constant not in best or o.loss < best[o.constant].loss):
                    best[o.constant] = o
            if found is not None:
                settings = changed(settings, found.constant, found.value)
                _say(adopted=found.constant, value=found.value, loss=found.loss, standard_error=found.standard_error)
    for name, o in best.items():
        in_use = current(Settings(), name)
        _say(constant=name, in_use=in_use, best=o.value if o.loss < 0 else in_use, chosen=current(settings, name))
    return settings


@click.command(help="Choose the constants of the forecast engine on origins before a date.")
@click.option("--series", "given", required=True, multiple=True, type=(click.Path(exists=True, dir_okay=False, path_type=Path), str, int))
@click.option("--country", required=True, help="Country of the calendar, such as CN or US.")
@click.option("--only", default="", help="Only constants whose names begin so, commas between.")
@click.option("--tested", multiple=True, type=(click.Path(exists=True, dir_okay=False, path_type=Path), str), help="File and origins to end with.")
def main(given: tuple[tuple[Path, str, int], ...], country: str, only: str, tested: tuple[tuple[Path, str], ...]) -> None:
    """Print one JSON line per value tried, and one per choice."""
    try:
        cases: list[Case] = []
        for path, date, step_weeks in given:
            until = pd.Timestamp(date)
            for series in read(path).values():
                known = series[series.index < until]
                cases.append((known, origins(known, until, step_weeks)))
        if any(not starts for _, starts in cases):
            raise ValueError(f"a series needs {HISTORY_D} days and {WEEKS} weeks before its date")
        settings = choose(measuring(cases, country), only)
        for path, dates in tested:
            measure = measuring([(series, [pd.Timestamp(date) for date in dates.split(",")]) for series in read(path).values()], country)
            for name, constants in (("in_use", Settings()), ("chosen", settings)):
                for found in measure(constants):
                    _say(tested=path.name, settings=name, **{column: float(found[column].mean()) for column in ("wape", *LOSS, *SHARES)})
    except (CslibError, ValueError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
