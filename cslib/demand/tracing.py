"""Where a forecast comes from: the factors that multiply to it, recomputable."""

from __future__ import annotations

import datetime as dt
import statistics

import numpy as np
import pandas as pd

from cslib.core.errors import ForecastError
from cslib.core.trace import Trace, formula_function
from cslib.core.units import MINUTES_PER_DAY
from cslib.demand import engine
from cslib.demand.forecasting import horizon_days
from cslib.demand.grid import future_open
from cslib.demand.history import QueueHistory, forecast_queues, queue_history
from cslib.demand.method import HABIT, HABIT_DAYS, habit, judged, plain_days
from cslib.demand.parts import SHARE_LEAST
from cslib.intake.study import Study

_NEUTRAL = 1e-12
_UNIT = "contacts/interval"


def trace(study: Study, queue: str, when: pd.Timestamp | dt.datetime | str) -> Trace:
    """Unfold the forecast of one interval: level x trend x weekday x calendar effects x share of the day x growth.

    Parameters
    ----------
    queue : a queue of the forecast;  when : a moment inside the horizon (any, its interval is taken)

    Returns
    -------
    Trace of ``forecast_contacts``; effects that are exactly 1 on that day are left out. Its value is that of ``forecast``.

    Raises
    ------
    ForecastError  if the queue has no forecast, the moment lies outside the horizon, or as ``forecast``.
    """
    if queue not in forecast_queues(study):
        raise ForecastError("demand.unknown_queue", where="trace", given=queue, allowed=", ".join(forecast_queues(study)))
    moment = pd.Timestamp(when)
    days = horizon_days(study)
    day = moment.normalize()
    if day not in days:
        raise ForecastError("demand.outside", where="trace", given=moment, allowed=f"{days[0]:%Y-%m-%d} .. {days[-1]:%Y-%m-%d}")
    history = queue_history(study, queue)
    model = engine.fit_grid(history.grid, history.calendar, history.settings)
    found = engine.factors(model, days, future_open(history.grid, history.calendar, days))
    row = (day - days[0]).days
    slot = (moment.hour * 60 + moment.minute) // study.horizon.interval_min
    if model.silent or not found.open[row, slot]:
        return Trace("forecast_contacts", 0.0, "contacts", rule="closed" if not found.open[row, slot] else "no_contacts", source=_span(history))
    own = _engine(model, history, found, row, slot)
    growth_share = Trace("growth_share", study.params.site.demand.growth_share, "share", rule="site.demand.growth_share", source="site.yml")
    growth = Trace("growth_factor", 1 + growth_share.value, "ratio", "1 + growth_share", (growth_share,))
    weight = judged(history.grid, history.calendar, history.settings, lead_d=history.lead_d).weight
    if weight == 1 or not plain_days(history.calendar, days[[row]])[0]:
        return Trace("forecast_contacts", own.value * growth.value, _UNIT, "engine_contacts * growth_factor", (own, growth))
    habit = _habit(history, days[row], slot)
    share = Trace("engine_weight", weight, "share", rule="rolling_folds", source=_span(history))
    value = (weight * own.value + (1 - weight) * habit.value) * growth.value
    formula = "(engine_weight * engine_contacts + (1 - engine_weight) * habit_contacts) * growth_factor"
    return Trace("forecast_contacts", value, _UNIT, formula, (share, own, habit, growth))


@formula_function("median")
def _median(*values: float) -> float:
    """Middle of the values."""
    return float(statistics.median(values))


def _engine(model: engine.Model, history: QueueHistory, found: engine.Factors, row: int, slot: int) -> Trace:
    """The engine's contacts: day times share of the day."""
    share = _share(model, history, found, row, slot)
    total = _day(model, found, row, history)
    return Trace("engine_contacts", total.value * share.value, _UNIT, "day_contacts * day_share", (total, share))


def _habit(history: QueueHistory, day: pd.Timestamp, slot: int) -> Trace:
    """The habit's contacts: median of the interval on the last plain days of the same weekday."""
    expected = float(habit(history.calendar)(history.grid, pd.DatetimeIndex([day]), np.ones((1, history.grid.slots), dtype=bool))[0, slot])
    plain = plain_days(history.calendar, history.grid.dates) & ~np.isnan(history.grid.values).all(axis=1)
    rows = np.flatnonzero(plain & (history.grid.dates.day_of_week == day.day_of_week))[-HABIT_DAYS:]
    counted = [(history.grid.dates[row], history.grid.values[row, slot]) for row in rows if not np.isnan(history.grid.values[row, slot])]
    if not counted:
        return Trace("habit_contacts", expected, _UNIT, rule=HABIT, source=_span(history))
    parts = tuple(Trace(f"same_weekday_{i + 1}", float(value), _UNIT, source=f"{date:%Y-%m-%d}") for i, (date, value) in enumerate(counted))
    return Trace("habit_contacts", expected, _UNIT, f"median({', '.join(part.name for part in parts)})", parts, rule=HABIT)


def _day(model: engine.Model, found: engine.Factors, row: int, history: QueueHistory) -> Trace:
    """Contacts of the day: level times the effects that apply."""
    members = tuple(
        Trace(f"log_level_{i + 1}", day.level, "log contacts/day", rule=f"half_life_d={half_life:g}", source=_span(history))
        for i, (day, half_life) in enumerate(zip(model.days, model.settings.level_half_lives_d, strict=True))
    )
    mean = " + ".join(member.name for member in members)
    level = float(np.exp(found.logs[row, 0]))
    parts = [Trace("level_contacts", level, "contacts/day", f"exp(({mean}) / {len(members)})", members, rule="level")]
    for name, log in zip(found.names[1:], found.logs[row, 1:], strict=True):
        if abs(log) > _NEUTRAL:
            effect = Trace("log_effect", float(log), "log units", source=_span(history))
            parts.append(Trace(f"{name}_factor", float(np.exp(log)), "ratio", "exp(log_effect)", (effect,), rule=name))
    value = float(np.exp(found.logs[row].sum()))
    return Trace("day_contacts", value, "contacts/day", " * ".join(part.name for part in parts), tuple(parts), rule="calendar_regression")


def _share(model: engine.Model, history: QueueHistory, found: engine.Factors, row: int, slot: int) -> Trace:
    """Share of the day: the interval's weight over the weights of the day's open intervals; a weight is the profile, moved by its part of the day."""
    weights = found.profiles[row] * found.moves[row]
    rest = float(weights[found.open[row]].sum())
    value = float(found.shares[row, slot])
    if rest <= 0:
        return Trace("day_share", value, "share", rule="even_profile")
    mine = Trace("profile_weight", float(found.profiles[row, slot]), "share", source=_span(history))
    move = _move(model, history, found, row, slot)
    whole = Trace("profile_weight_open", rest, "share", source=f"{int(found.open[row].sum())} x {MINUTES_PER_DAY // len(weights)} min")
    return Trace("day_share", value, "share", "profile_weight * part_factor / profile_weight_open", (mine, move, whole), rule="intraday_profile")


def _move(model: engine.Model, history: QueueHistory, found: engine.Factors, row: int, slot: int) -> Trace:
    """Factor from the interval's part of the day: its share by the parts' own regressions beside its share by the profile."""
    value, settings = float(found.moves[row, slot]), model.settings
    if model.parts is None:
        return Trace("part_factor", value, "ratio", rule="none")
    shares = model.parts.sums(found.profiles[[row]])[0]
    part = int(model.parts.place[slot])
    if shares[part] <= SHARE_LEAST:
        return Trace("part_factor", value, "ratio", rule="none")
    given = (
        Trace("part_contacts", float(found.part_contacts[row, part]), "contacts/day", rule="calendar_regression", source=_span(history)),
        Trace("parts_contacts", float(found.part_contacts[row][shares > SHARE_LEAST].sum()), "contacts/day", rule="calendar_regression"),
        Trace("part_share", float(shares[part]), "share", rule="intraday_profile", source=_span(history)),
        Trace("part_trust", settings.part_trust, "share", rule="settings"),
        Trace("part_limit", settings.part_limit, "log units", rule="settings"),
    )
    formula = "exp(part_trust * max(-part_limit, min(part_limit, log(part_contacts / parts_contacts / part_share))))"
    return Trace("part_factor", value, "ratio", formula, given, rule="parts_of_the_day")


def _span(history: QueueHistory) -> str:
    return f"contacts {history.grid.dates[0]:%Y-%m-%d} .. {history.grid.dates[-1]:%Y-%m-%d}"
