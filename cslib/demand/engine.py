"""The forecast of one series: fit a history, predict intervals. Arrays and frames in and out; nothing of a site in here.

contacts = level x trend x weekday x calendar effects x share of the day
share of the day ~ profile of the type of day x move of its part of the day
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core.errors import ForecastError
from cslib.demand.features import Design, day_types, design, given_effects, padded
from cslib.demand.grid import Array, Flags, Grid, future_open, to_grid
from cslib.demand.level import DayFit, fit_days, trend
from cslib.demand.parts import Parts, fit_parts, moves
from cslib.demand.profile import day_weights, profile, season_weights
from cslib.demand.settings import Settings

_PASSES = 2  # day totals with missing intervals need a profile, the profile needs totals


@dataclass(frozen=True)
class Model:
    """A fitted series. ``used`` are the days that carry the fit; ``totals`` and ``shares`` are theirs; ``parts`` None: too little to tell."""

    grid: Grid
    calendar: pd.DataFrame
    settings: Settings
    holidays: tuple[str, ...]
    season: bool
    used: Flags
    totals: Array
    shares: Array
    days: tuple[DayFit, ...]
    parts: Parts | None = None

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Days that carry the fit."""
        return self.grid.dates[self.used]

    @property
    def silent(self) -> bool:
        """No contact at all in the history: the forecast is zero."""
        return not self.days


@dataclass(frozen=True)
class Factors:
    """What multiplies to the forecast of days: ``names`` and ``logs`` (n x names, log units), ``shares`` (n x slots), ``open``.

    profiles, moves : what the shares are made of, before they are cut to the open intervals: profile of the type of day, and the factor on
        each interval from its part of the day, n x slots;  part_contacts : by the regressions of the parts, n x parts (none: n x 0)
    doubt : n, how much less sure each day's total is than that of a day whose effects are known well (``DayFit.doubt``)
    """

    names: tuple[str, ...]
    logs: Array
    shares: Array
    open: Flags
    doubt: Array
    profiles: Array
    moves: Array
    part_contacts: Array

    @property
    def contacts(self) -> Array:
        """Expected contacts, n x slots."""
        return np.asarray(np.exp(self.logs.sum(axis=1))[:, None] * self.shares)


def fit(
    history: pd.Series,
    calendar: pd.DataFrame,
    interval_min: int,
    *,
    week_open: Flags | None = None,
    closed: pd.Series | None = None,
    settings: Settings | None = None,
) -> Model:
    """Fit a series; see ``grid.to_grid`` for the arguments.

    Raises
    ------
    ForecastError  if the history is empty, off the grid, repeats an interval, or has no day with enough intervals recorded.
    """
    if history.empty:
        raise ForecastError("demand.no_history", where="contacts")
    times = pd.DatetimeIndex(history.index)
    wide = padded(calendar, times.min().normalize(), times.max().normalize())
    return fit_grid(to_grid(history, wide, interval_min, week_open=week_open, closed=closed), calendar, settings or Settings())


def fit_grid(grid: Grid, calendar: pd.DataFrame, settings: Settings) -> Model:
    """Fit a cleaned history; see ``fit``.

    Raises
    ------
    ForecastError  if no day has enough of its intervals recorded.
    """
    grid = grid.last(settings.history_days_max)
    wide = padded(calendar, grid.dates[0], grid.dates[-1])
    season = len(grid.dates) >= settings.season_span_d
    holidays = _holidays(wide.reindex(grid.dates))
    used = usable_days(grid, settings)
    if not used.any():
        raise ForecastError("demand.no_usable_day", where="contacts", share=f"{settings.max_gap_share:.0%}")
    values, types = grid.values[used], day_types(grid.dates[used], wide)
    totals, known = np.nansum(values, axis=1), np.ones(int(used.sum()))
    shares = values / np.maximum(totals, 1e-12)[:, None]
    model = Model(grid, calendar, settings, holidays, season, used, totals, shares, ())
    if totals.sum() == 0:
        return model
    missing = grid.open[used] & np.isnan(values)
    if missing.any():
        for _ in range(_PASSES):
            shape = profile(shares, totals, types, day_weights(shares, types), settings)[types] * grid.open[used]
            known = 1 - (shape * missing).sum(axis=1) / np.maximum(shape.sum(axis=1), 1e-12)
            totals = np.nansum(values, axis=1) / np.maximum(known, 0.05)
            shares = values / np.maximum(totals, 1e-12)[:, None]
    features = design(grid.dates[used], wide, _open_days(wide, grid, None), holidays, season=season)
    age = (grid.dates[-1] - grid.dates[used]).days.to_numpy(dtype=float)
    days = tuple(fit_days(totals, known, features, age, half_life, settings) for half_life in settings.level_half_lives_d)
    parts = fit_parts(totals, shares, grid.open[used], features, age, settings)
    return Model(grid, calendar, settings, holidays, season, used, totals, shares, days, parts)


def usable_days(grid: Grid, settings: Settings) -> Flags:
    """Open days with no more than ``max_gap_share`` of their open intervals missing, n."""
    open_count = grid.open.sum(axis=1)
    missing = (grid.open & np.isnan(grid.values)).sum(axis=1)
    return np.asarray((open_count > 0) & (missing <= settings.max_gap_share * open_count))


def factors(model: Model, dates: pd.DatetimeIndex, opened: Flags | None = None) -> Factors:
    """What multiplies to the forecast of ``dates`` (days after the history, in order).

    opened : opening of these days, len(dates) x slots, where it is known; default: ``grid.future_open``
    """
    grid, settings = model.grid, model.settings
    wide = padded(model.calendar, grid.dates[0], max(dates[-1], grid.dates[-1]))
    between = pd.date_range(grid.dates[-1] + pd.Timedelta(days=1), max(dates[-1], grid.dates[-1]), freq="D", unit="us")
    plan = pd.DataFrame(future_open(grid, wide, between), index=between)
    if opened is not None:
        plan.loc[dates] = opened
    here = plan.loc[dates].to_numpy(dtype=bool)
    if model.silent:
        none = np.zeros(here.shape)
        return Factors(("level",), np.full((len(dates), 1), -np.inf), none, here, np.ones(len(dates)), none, none + 1, none[:, :0])
    features = design(dates, wide, _open_days(wide, grid, plan), model.holidays, season=model.season)
    effects = np.mean([day.effects for day in model.days], axis=0)
    groups = tuple(dict.fromkeys(features.groups))
    parts = [features.values[:, mine] @ effects[mine] for mine in (np.array([g == name for g in features.groups]) for name in groups)]
    ahead = (dates - grid.dates[-1]).days.to_numpy(dtype=float)
    level = np.full(len(dates), np.mean([day.level for day in model.days]))
    slope = np.mean([trend(day.slope, ahead, settings) for day in model.days], axis=0)
    logs = np.stack([level, slope, *parts, given_effects(wide, dates)], axis=1)
    doubt = np.mean([day.doubt(features.values, here.any(axis=1)) for day in model.days], axis=0)
    profiles, parts = _profiles(model, dates, wide), model.parts
    by_part = parts.contacts(features.values, ahead, settings) if parts else np.zeros((len(dates), 0))
    move = moves(parts, profiles, by_part, settings) if parts else np.ones(here.shape)
    names = ("level", "trend", *groups, "event_given")
    return Factors(names, logs, _shares(profiles * move, here), here, doubt, profiles, move, by_part)


def past_design(model: Model) -> Design:
    """Features of the days that carry the fit."""
    wide = padded(model.calendar, model.grid.dates[0], model.grid.dates[-1])
    return design(model.dates, wide, _open_days(wide, model.grid, None), model.holidays, season=model.season)


def predict(model: Model, dates: pd.DatetimeIndex, opened: Flags | None = None) -> Array:
    """Expected contacts of ``dates``, len(dates) x slots; zero where the queue is closed."""
    return factors(model, dates, opened).contacts


def _profiles(model: Model, dates: pd.DatetimeIndex, wide: pd.DataFrame) -> Array:
    """Profile of each day by its type, len(dates) x slots; month by month where there is a season."""
    settings = model.settings
    past_types, types = day_types(model.dates, wide), day_types(dates, wide)
    age = (model.grid.dates[-1] - model.dates).days.to_numpy(dtype=float)
    robust = day_weights(model.shares, past_types)
    lasting = profile(model.shares, model.totals, past_types, robust * 0.5 ** (age / settings.lasting_half_life_d), settings)
    profiles = np.zeros((len(dates), model.grid.slots))
    months = (dates.year * 12 + dates.month).to_numpy() if model.season else np.zeros(len(dates), dtype=int)
    for month in np.unique(months):
        rows = np.flatnonzero(months == month)
        centre = dates[rows[len(rows) // 2]]
        weights = robust * season_weights(model.dates, centre, settings) if model.season else robust
        shapes = [
            profile(model.shares, model.totals, past_types, weights * 0.5 ** (age / h), settings, lasting) for h in settings.profile_half_lives_d
        ]
        profiles[rows] = np.mean(shapes, axis=0)[types[rows]]
    return profiles


def _shares(weights: Array, opened: Flags) -> Array:
    """Share of the day in each open interval; even where the profile has nothing in them."""
    shares = np.where(opened, weights, 0.0)
    total = shares.sum(axis=1, keepdims=True)
    even = opened / np.maximum(opened.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.where(total > 0, shares / np.where(total > 0, total, 1.0), even))


def _open_days(wide: pd.DataFrame, grid: Grid, plan: pd.DataFrame | None) -> pd.Series:
    """Open or not for every day of the padded calendar: as recorded, as planned, else by the weekly hours."""
    weekly = np.asarray(grid.week_open.any(axis=1))
    opened = pd.Series(weekly[pd.DatetimeIndex(wide.index).day_of_week], index=wide.index)
    opened.loc[grid.dates] = grid.open_days
    if plan is not None:
        opened.loc[plan.index] = plan.to_numpy(dtype=bool).any(axis=1)
    return opened


def _holidays(days: pd.DataFrame) -> tuple[str, ...]:
    return tuple(sorted({str(name) for name in days["holiday"].dropna()}))
