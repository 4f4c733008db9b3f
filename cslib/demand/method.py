"""The forecast that is published: the engine, and beside it the planner's own habit, mixed by what both got right in rolling folds.

    contacts = weight x engine + (1 - weight) x median of the last six same weekdays        on plain days
    contacts = engine                                                                       on holidays, make-up workdays and events

Where the engine believes too much (weather, odd growth, little history) the habit pulls it back; where the engine is better, the weight
is 1 or close to it. The weight is half-way (``Settings.habit_trust``) between 1 and the one that would have been best, so it is never below
one half.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cslib.demand import engine
from cslib.demand.features import EVENT
from cslib.demand.grid import Array, Flags, Grid
from cslib.demand.intervals import Fitter, Fold, Forecaster, engine_rolling, rolling
from cslib.demand.peers import PEERS
from cslib.demand.settings import Settings

HABIT, HABIT_DAYS = "median_6", 6
_WEIGHTS = np.linspace(0.0, 1.0, 11)
_PLAIN_KINDS = ("workday", "rest_day")


@dataclass(frozen=True)
class Method:
    """A forecaster judged on a history: ``weight`` of the engine on plain days, and the ``folds`` of the mix that its quantiles come from."""

    weight: float
    folds: tuple[Fold, ...]


def judged(
    grid: Grid, calendar: pd.DataFrame, settings: Settings, *, lead_d: int = 0, starts: list[pd.Timestamp] | None = None,
    fit: Fitter = engine.fit_grid,
) -> Method:  # fmt: skip
    """Learn the weight of the engine from rolling folds.

    Parameters
    ----------
    grid : the history;  calendar : padded table ``calendar``, indexed by date, with the columns of events
    lead_d, starts : see ``intervals.rolling``;  fit : how the engine is fitted (``remembered`` spares the same fit twice)
    """
    own = engine_rolling(grid, calendar, settings, lead_d=lead_d, starts=starts, fit=fit)
    other = {fold.dates[0]: fold for fold in rolling(grid, habit(calendar), settings, lead_d=lead_d, starts=starts)}
    pairs = [(fold, other[fold.dates[0]].expected if fold.dates[0] in other else fold.expected) for fold in own]
    best = _best([(fold, guess, plain_days(calendar, fold.dates)) for fold, guess in pairs])
    weight = 1 - settings.habit_trust * (1 - best)
    folds = tuple(replace(fold, expected=mixed(weight, fold.expected, guess, plain_days(calendar, fold.dates))) for fold, guess in pairs)
    return Method(weight, folds)


def remembered() -> Fitter:
    """A fitter that fits each length of **one** history once: rolling folds of neighbouring origins share most of their histories."""
    known: dict[int, engine.Model] = {}

    def fit(grid: Grid, calendar: pd.DataFrame, settings: Settings) -> engine.Model:
        """The fit of the history's first days, from memory if there is one."""
        length = len(grid.dates)
        if length not in known:
            known[length] = engine.fit_grid(grid, calendar, settings)
        return known[length]

    return fit


def predict(method: Method, grid: Grid, calendar: pd.DataFrame, settings: Settings, dates: pd.DatetimeIndex, opened: Flags) -> Array:
    """Expected contacts of days to come, days x slots."""
    return predict_doubting(method, grid, calendar, settings, dates, opened)[0]


def predict_doubting(
    method: Method, grid: Grid, calendar: pd.DataFrame, settings: Settings, dates: pd.DatetimeIndex, opened: Flags
) -> tuple[Array, Array]:
    """Expected contacts of days to come, days x slots, and how unsure the effects of each day are (``DayFit.doubt``), days."""
    factors = engine.factors(engine.fit_grid(grid, calendar, settings), dates, opened)
    own = factors.contacts
    if method.weight < 1:
        own = mixed(method.weight, own, habit(calendar)(grid, dates, opened), plain_days(calendar, dates))
    return own, factors.doubt


def mixed(weight: float, own: Array, other: Array, plain: Flags) -> Array:
    """Engine and habit on plain days, the engine alone on the others; days x slots."""
    share = np.where(plain, weight, 1.0)[:, None]
    return np.asarray(share * own + (1 - share) * other)


def habit(calendar: pd.DataFrame) -> Forecaster:
    """The habit from plain days only, so that a holiday or a campaign does not pass for a usual weekday."""

    def forecast(grid: Grid, dates: pd.DatetimeIndex, opened: Flags) -> Array:
        """The habit's contacts, as if days that are not plain had no record."""
        values = np.where(plain_days(calendar, grid.dates)[:, None], grid.values, np.nan)
        known = grid if np.isnan(values).all() else replace(grid, values=values)
        return PEERS[HABIT](known, dates, opened)

    return forecast


def plain_days(calendar: pd.DataFrame, dates: pd.DatetimeIndex) -> Flags:
    """Days without a holiday, a make-up workday or an event; days that the calendar lacks count as plain."""
    rows = calendar.reindex(dates)
    events = [column for column in rows if str(column).startswith(EVENT)]
    quiet = (rows[events].fillna(0.0) == 0).all(axis=1).to_numpy() if events else True
    return np.asarray((rows["kind"].isin(_PLAIN_KINDS) | rows["kind"].isna()).to_numpy() & quiet)


def _best(cases: list[tuple[Fold, Array, Flags]]) -> float:
    """Weight with the least mean WAPE over the folds; 1 without folds."""
    if not cases:
        return 1.0
    errors = np.zeros(len(_WEIGHTS))
    for fold, guess, plain in cases:
        actual = fold.actual[fold.known]
        for i, weight in enumerate(_WEIGHTS):
            errors[i] += np.abs(mixed(weight, fold.expected, guess, plain)[fold.known] - actual).sum() / actual.sum()
    return float(_WEIGHTS[::-1][int(np.argmin(np.round(errors[::-1], 12)))])
