"""Constants of the forecast: spreads of effects, half-lives, robustness. Held against other values by ``benchmarks.forecast_constants``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# Prior spread of an effect on the log daily total [log units]: how large an effect of the group usually is. Wide where a few days of
# history must be believed (holidays, reopening), narrow where a large effect would be odd.
SPREADS: Mapping[str, float] = MappingProxyType(
    {
        "weekday": 0.3,
        "holiday": 0.3,
        "holiday_name": 0.15,
        "near_name": 0.05,
        "near_holiday": 0.05,
        "bridge": 0.07,
        "make_up": 0.1,
        "reopen": 0.2,
        "month_edge": 0.1,
        "mid_month": 0.05,
        "season": 0.05,
        "weekday_season": 0.05,
        "event": 0.3,
    }
)


@dataclass(frozen=True)
class Settings:
    """How the engine reads a history.

    level_half_lives_d, profile_half_lives_d : half-lives [days] of the level and of the intraday profile; every pair is one member of
        the average
    effect_half_life_d : half-life [days] of the weight of a day in the calendar effects
    spreads : prior spread of each group of effects [log units]
    drift_spread : prior spread of the growth a year [log units], once the history has ``season_span_d`` days; less before, none before
        ``drift_from_d`` days
    trend_share, trend_days : share of the level's slope carried on, and its damping time [days]
    trend_limit : largest change that the trend may make in the end [log units]
    parts, part_trust, part_limit : parts of the day with a regression of their own; how far the profile goes their way (0 = not at all), and
        the most that they may change it [log units]
    season_span_d : history [days] from which a season of the year is estimated; season_width_d : width [days] of the window in which
        days of other years resemble; season_floor : weight of the days outside it
    huber : residuals beyond this many standard deviations lose weight (outliers)
    smooth_contacts : contacts that an interval of the profile borrows from its neighbours
    lasting_half_life_d : half-life [days] of the profiles that types of day are taken to keep
    type_spread, moved_spread : usual difference between the profiles of types of day beyond what is kept, and between a profile now and the
        lasting one, interval by interval [share of it]
    history_days_max : older days are left out [days]
    max_gap_share : a day with more of its open intervals missing is left out
    fold_days, folds_max, fold_step_max_d : length, number and largest distance of the rolling folds behind the quantiles; train_days_min : least
        history of a fold
    fold_half_life : folds after which a fold counts half
    month_spread, month_prior : usual error of a month's total [log units], and the number of folds that it is worth
    day_long_tails : what a whole fold is off by has the tails of Student's t in the quantiles of day totals; else of a normal
    cell_class_least, day_class_least : observations that a class of intervals, and of days, needs for error quantiles of its own
    habit_trust : how far the weight of the planner's habit goes towards the one that would have been best in the folds (0 = engine alone)
    """

    level_half_lives_d: tuple[float, ...] = (10.0, 20.0, 40.0, 80.0)
    profile_half_lives_d: tuple[float, ...] = (120.0, 365.0, 1500.0)
    effect_half_life_d: float = 730.0
    spreads: Mapping[str, float] = field(default_factory=lambda: SPREADS)
    drift_spread: float = 0.3
    drift_from_d: float = 180.0
    trend_share: float = 1.0
    trend_days: float = 30.0
    trend_limit: float = 0.15
    season_span_d: int = 400
    season_width_d: float = 15.0
    season_floor: float = 0.02
    huber: float = 2.0
    smooth_contacts: float = 60.0
    lasting_half_life_d: float = 1500.0
    type_spread: float = 0.01
    moved_spread: float = 0.05
    parts: int = 4
    part_trust: float = 0.5
    part_limit: float = 0.5
    history_days_max: int = 3653
    max_gap_share: float = 0.25
    fold_days: int = 28
    folds_max: int = 8
    fold_step_max_d: int = 28
    train_days_min: int = 14
    month_spread: float = 0.015
    month_prior: float = 1.0
    fold_half_life: float = 4.0
    day_long_tails: bool = True
    cell_class_least: int = 300
    day_class_least: int = 100
    habit_trust: float = 0.5
