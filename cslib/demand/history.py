"""From a study to the engine's input: one queue's history before the horizon, cleaned and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core.errors import Finding, ForecastError
from cslib.core.paths import shown
from cslib.core.units import MINUTES_PER_DAY
from cslib.demand.borrowing import borrowed
from cslib.demand.engine import usable_days
from cslib.demand.events import with_events
from cslib.demand.features import padded
from cslib.demand.grid import Flags, Grid, to_grid
from cslib.demand.handle_time import HandleTime, fit_handle_time
from cslib.demand.settings import Settings
from cslib.intake.study import Study
from cslib.params.site import Queue


@dataclass(frozen=True)
class QueueHistory:
    """What the forecast of one queue starts from. ``lead_d``: days between the end of the history and the horizon."""

    queue: str
    grid: Grid
    calendar: pd.DataFrame
    settings: Settings
    handle_time: HandleTime
    lead_d: int


def forecast_queues(study: Study) -> list[str]:
    """Queues with arriving contacts or deferred work, in the site's order (posts with fixed heads need no forecast)."""
    return [name for name, queue in study.params.site.queues.items() if queue.model != "heads"]


def settings_of(study: Study) -> Settings:
    """Engine settings with the site's own."""
    return Settings(max_gap_share=study.params.site.demand.max_gap_share)


def week_open(queue: Queue, interval_min: int) -> Flags:
    """Opening hours on the grid, 7 x slots; an interval is open if it starts inside them."""
    starts = range(0, MINUTES_PER_DAY, interval_min)
    return np.array([[queue.open_at(day, minute) for minute in starts] for day in range(7)])


def queue_history(study: Study, queue: str, by_queue: Mapping[str, pd.DataFrame] | None = None) -> QueueHistory:
    """One queue's history before the horizon.

    by_queue : contacts before the horizon by queue (``contacts_by_queue``), where several queues are asked for; default: made here

    Raises
    ------
    ForecastError  if there is none, if it is shorter than ``demand.history_days_min``, or no handle time is known.
    """
    spec = study.params.site.queues[queue]
    where = f"{study.site}: {queue}"
    rows = recorded(study, queue, contacts_by_queue(study) if by_queue is None else by_queue)
    if rows["offered"].notna().sum() == 0:
        raise ForecastError("demand.no_history_of_queue", where=where, first=study.horizon.start)
    settings, interval_min = settings_of(study), study.horizon.interval_min
    hours = week_open(spec, interval_min)
    offered = carried(rows["offered"], hours, interval_min) if spec.model == "deferred" else rows["offered"]
    closed = rows["closed"].fillna(False).astype(bool) if "closed" in rows else None
    closed = None if closed is None else closed.reindex(offered.index, fill_value=False)
    wide = with_events(padded(study.calendar, offered.index.min().normalize(), pd.Timestamp(study.horizon.end)), study, queue)
    grid = to_grid(offered, wide, interval_min, week_open=hours, closed=closed)
    _refuse_short(grid, settings, study, where)
    handle_time = fit_handle_time(rows["aht_s"], rows["offered"], spec.aht_s)
    if handle_time is None:
        raise ForecastError("demand.no_handle_time", where=where, file=shown(study.params.folder / "site.yml"), queue=queue)
    lead = (pd.Timestamp(study.horizon.start) - grid.dates[-1]).days - 1
    return QueueHistory(queue, grid, wide, settings, handle_time, lead)


def contacts_by_queue(study: Study) -> dict[str, pd.DataFrame]:
    """Contacts before the horizon, by queue and indexed by interval: one pass over the table, however many queues."""
    rows = study.contacts
    before = rows[rows["interval_start"] < pd.Timestamp(study.horizon.start)].set_index("interval_start").sort_index()
    return {str(queue): part for queue, part in before.groupby("queue", sort=False)} | {"": before.iloc[:0]}


def recorded(study: Study, queue: str, by_queue: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Contacts of a queue before the horizon, by interval; a new queue's are filled up from the queue that it borrows from."""
    own = by_queue.get(queue, by_queue[""])
    loan = study.params.site.demand.borrow.get(queue)
    if loan is None:
        return own
    lender = by_queue.get(loan.source, by_queue[""])
    return borrowed(own, lender, loan.contacts_share, study.rng(f"demand/borrow/{queue}"))


def all_histories(study: Study) -> list[QueueHistory]:
    """Histories of all queues to forecast.

    Raises
    ------
    ForecastError  with the findings of all queues.
    """
    found, findings, by_queue = [], list[Finding](), contacts_by_queue(study)
    for queue in forecast_queues(study):
        try:
            found.append(queue_history(study, queue, by_queue))
        except ForecastError as error:
            findings += error.findings
    if findings:
        raise ForecastError(findings=findings)
    return found


def carried(offered: pd.Series, hours: Flags, interval_min: int) -> pd.Series:
    """Deferred work that arrives outside the opening hours waits: it counts in the next open interval.

    offered : contacts per interval, sorted by start;  hours : 7 x slots
    """
    times = pd.DatetimeIndex(offered.index)
    slot = (times.hour * 60 + times.minute).to_numpy() // interval_min
    inside = hours[times.day_of_week.to_numpy(), slot]
    if inside.all() or not hours.any():
        return offered
    span = pd.date_range(times[0], times[-1] + pd.Timedelta(days=7), freq=f"{interval_min}min", unit="us")
    opened = span[hours[span.day_of_week.to_numpy(), (span.hour * 60 + span.minute).to_numpy() // interval_min]]
    target = times.where(inside, opened[np.minimum(np.searchsorted(opened, times), len(opened) - 1)])
    last = times[inside].max() if inside.any() else times[-1]
    keep = np.asarray(target <= last)
    return offered[keep].groupby(target[keep]).sum(min_count=1).rename_axis("interval_start")


def _refuse_short(grid: Grid, settings: Settings, study: Study, where: str) -> None:
    """Days that tell something: recorded well enough, or known to be closed."""
    days = int((usable_days(grid, settings) | ~grid.open_days).sum())
    needed = study.params.site.demand.history_days_min
    if days < needed or not usable_days(grid, settings).any():
        first, last, share = grid.dates[0].date(), grid.dates[-1].date(), f"{settings.max_gap_share:.0%}"
        raise ForecastError("demand.short_history", where=where, first=first, last=last, given=days, allowed=needed, share=share)
