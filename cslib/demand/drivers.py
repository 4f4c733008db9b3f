"""Workload that is not an arriving contact: how many tasks arise when, until when they are due, and how long they take. Table ``drivers``."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from cslib.core import tables
from cslib.core.paths import shown
from cslib.demand.grid import Array, Flags
from cslib.intake.study import Study
from cslib.params.calendar import LEGAL_WORK
from cslib.params.drivers import Driver, site_drivers

_QUANTILES = (("p10", 0.1), ("p90", 0.9))


@dataclass(frozen=True)
class Batch:
    """Tasks that arise together: expected number, variance, and the open stretch [start, due) in which they are to be done."""

    driver: str
    start: pd.Timestamp
    due: pd.Timestamp
    tasks: float
    variance: float


def drivers(study: Study, forecast: pd.DataFrame) -> pd.DataFrame:
    """Tasks of the month by driver.

    Parameters
    ----------
    forecast : table ``forecast``; drivers with basis ``contacts`` are shares of it

    Returns
    -------
    DataFrame, table ``drivers``: one row per driver and the moment from which its tasks can be done. p10, p90: binomial or Poisson spread of
    their number; a set number has none. hours_h = tasks x standard time.

    Raises
    ------
    ParamError  if ``params/drivers.yml`` or the site's ``workload`` is wrong.

    Source: the catalogue ids in column ``ids``; thinning of a Poisson process for shares of contacts.
    """
    chosen, found = chosen_drivers(study), batches(study, forecast)
    by_batch = [chosen[batch.driver] for batch in found]
    mean, variance = np.array([batch.tasks for batch in found]), np.array([batch.variance for batch in found])
    binomial = np.array([driver.spread == "binomial" for driver in by_batch], dtype=bool)
    frame = pd.DataFrame(
        {
            "driver": [batch.driver for batch in found], "start": [batch.start for batch in found], "due": [batch.due for batch in found],
            "ids": [" ".join(driver.ids) for driver in by_batch], "skill_group": [driver.skill_group for driver in by_batch], "tasks": mean,
            **{name: spread_quantile(mean, variance, binomial, level) for name, level in _QUANTILES},
            "standard_min": [driver.standard_min for driver in by_batch],
        }
    )  # fmt: skip
    frame["hours_h"] = frame["tasks"] * frame["standard_min"] / 60
    return tables.check("drivers", frame if found else tables.empty("drivers"), source="drivers")


def chosen_drivers(study: Study) -> dict[str, Driver]:
    """Drivers in force at the site."""
    return site_drivers(study.params.site.workload, shown(study.params.folder / "site.yml"))


def batches(study: Study, forecast: pd.DataFrame) -> list[Batch]:
    """All batches of the month, driver by driver in the order of the file; a driver that follows another one starts when that one is due."""
    clock = Clock(study)
    found: dict[str, list[Batch]] = {}
    chosen = chosen_drivers(study)
    while len(found) < len(chosen):
        for code, driver in chosen.items():
            if code not in found and (driver.basis not in chosen or driver.basis in found):
                found[code] = _batches(code, driver, study, forecast, found, clock)
    return [batch for code in chosen for batch in found[code]]


class Clock:
    """Days and legal workdays of the horizon and after it."""

    def __init__(self, study: Study) -> None:
        calendar = study.calendar
        self.workdays = pd.DatetimeIndex(calendar.loc[calendar["kind"].isin(LEGAL_WORK), "date"])
        self.first, self.end = pd.Timestamp(study.horizon.start), pd.Timestamp(study.horizon.end)
        self.step = pd.Timedelta(minutes=study.horizon.interval_min)

    def due(self, driver: Driver, start: pd.Timestamp, period_end: pd.Timestamp) -> pd.Timestamp:
        """End of the stretch in which a task that arises at ``start`` may be done."""
        window = driver.window
        if window.kind == "at_once":
            return start + self.step
        if window.within_h is not None:
            return start + pd.Timedelta(hours=window.within_h)
        if window.within_workdays is not None:
            after = self.workdays[self.workdays > start.normalize()]
            last = after[min(window.within_workdays, len(after)) - 1] if len(after) else start.normalize()
            return last + pd.Timedelta(days=1)
        return period_end


def _batches(code: str, driver: Driver, study: Study, forecast: pd.DataFrame, found: dict[str, list[Batch]], clock: Clock) -> list[Batch]:
    share = driver.share if driver.share is not None else 1.0
    if driver.basis in found:
        return _following(code, driver, share, found[driver.basis], clock)
    if driver.basis == "contacts":
        return _from_contacts(code, driver, share, study, forecast, clock)
    if driver.window.kind in {"at_once", "workdays"}:
        return _through_the_month(code, driver, _volume(driver, share, study, 1.0), study, clock)
    spans = _spans(driver, study)
    found_here = []
    times_of_day = study.horizon.intervals
    opened = times_of_day[open_at(driver, study, times_of_day)]
    for first, end, times in spans:
        tasks = _volume(driver, share, study, times)
        if tasks > 0 and ((opened >= first) & (opened < end)).any():  # no weekly meeting in a week of holidays
            found_here.append(Batch(code, first, end, tasks, _variance(driver, tasks, share)))
    return found_here


def _following(code: str, driver: Driver, share: float, before: list[Batch], clock: Clock) -> list[Batch]:
    """A share of another driver's tasks: a call-back starts when they are due, other work when they arise."""
    found = []
    for batch in before:
        start = batch.due if driver.step == "callback" else batch.start
        variance = share**2 * batch.variance + share * (1 - share) * batch.tasks
        if start < clock.end:
            found.append(Batch(code, start, clock.due(driver, start, clock.end), batch.tasks * share, variance))
    return found


def _from_contacts(code: str, driver: Driver, share: float, study: Study, forecast: pd.DataFrame, clock: Clock) -> list[Batch]:
    """A share of the contacts of every interval; contacts come as a Poisson process, and so do the tasks thinned from it."""
    change = study.params.site.workload.drivers.get(code)
    queues = change.queues if change is not None and change.queues else tuple(study.params.site.queues)
    rows = forecast[forecast["queue"].isin(queues) & (forecast["contacts"] > 0)]
    total = rows.groupby("interval_start")["contacts"].sum()
    return [
        Batch(code, start, clock.due(driver, start, clock.end), float(n) * share, float(n) * share) for start, n in total.items() if n * share > 0
    ]


def _through_the_month(code: str, driver: Driver, tasks: float, study: Study, clock: Clock) -> list[Batch]:
    """Tasks of a monthly count that arise all through the allowed hours, evenly."""
    starts = study.horizon.intervals[open_at(driver, study, study.horizon.intervals)]
    if not len(starts) or tasks <= 0:
        return []
    each = tasks / len(starts)
    return [Batch(code, start, clock.due(driver, start, clock.end), each, each) for start in starts]


def _volume(driver: Driver, share: float, study: Study, times: float) -> float:
    """Tasks of one period."""
    counts = study.params.site.workload.counts
    if driver.basis == "people":
        return (counts["people"] if "people" in counts else float(len(study.employees))) * times
    if driver.basis == "fixed":
        return times
    wanted = counts.get(driver.basis, 0.0) * share * times
    return float(math.ceil(wanted - 1e-9)) if driver.spread == "none" else wanted  # "at least 5 %" of 101 homes is 6 visits


def _variance(driver: Driver, tasks: float, share: float) -> float:
    return {"none": 0.0, "poisson": tasks, "binomial": tasks * (1 - share)}[driver.spread]


def _spans(driver: Driver, study: Study) -> list[tuple[pd.Timestamp, pd.Timestamp, float]]:
    """Periods of the horizon: first day, end, and how many times the task is due in it (for each person, home ...)."""
    first, end = pd.Timestamp(study.horizon.start), pd.Timestamp(study.horizon.end)
    times = driver.times if driver.times is not None else 1.0
    if driver.per == "week":
        weeks = pd.date_range(first - pd.Timedelta(days=first.day_of_week), end, freq="7D", unit="us")
        spans = [(max(week, first), min(week + pd.Timedelta(days=7), end)) for week in weeks if week < end]
        return [(a, b, times * ((b - a).days / 7)) for a, b in spans if b > a]
    if driver.per == "year":
        done, due = (math.floor(times * month / 12 + 1e-9) for month in (first.month - 1, first.month))
        return [(first, end, float(due - done))] if due > done else []
    if driver.per == "survey":
        following = first.month % 12 + 1
        return [(first, end, 1.0)] if following in driver.before_months else []
    return [(first, end, times)]


def open_at(driver: Driver, study: Study, times: pd.DatetimeIndex) -> Flags:
    """Intervals in which the driver's window lets the task be done and somebody is there."""
    window = driver.window
    minutes = (times.hour * 60 + times.minute).to_numpy()
    weekdays = times.day_of_week.to_numpy()
    queues = study.params.site.queues.values()
    pairs = set(zip(weekdays.tolist(), minutes.tolist(), strict=True))
    fits = {(d, m): window.holds(d, m) and (window.around_the_clock or any(queue.open_at(d, m) for queue in queues)) for d, m in pairs}
    found = np.array([fits[pair] for pair in zip(weekdays.tolist(), minutes.tolist(), strict=True)], dtype=bool)
    if window.workdays_only:
        calendar = study.calendar
        legal = set(calendar.loc[calendar["kind"].isin(LEGAL_WORK), "date"])
        found &= np.array([day in legal for day in times.normalize()], dtype=bool)
    return found


def spread_quantile(mean: Array, variance: Array, binomial: Flags, level: float) -> Array:
    """Quantile of numbers of tasks: a set number (variance 0) is itself; binomial where it is so and its variance below its mean, else Poisson."""
    chance = np.clip(1 - variance / np.maximum(mean, 1e-12), 1e-9, 1.0)
    one_of_many = binomial & (variance < mean * (1 - 1e-9))
    quantile = stats.poisson.ppf(level, np.maximum(mean, 1e-12))
    quantile[one_of_many] = stats.binom.ppf(level, np.maximum(1, np.round(mean / chance))[one_of_many], chance[one_of_many])
    return np.asarray(np.where(variance <= 1e-12, mean, quantile))


__all__ = ["Batch", "batches", "chosen_drivers", "drivers", "open_at", "spread_quantile"]
