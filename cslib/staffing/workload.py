"""What each queue has to do, interval by interval: opening hours, contacts, handle time and load, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from cslib.core import tables
from cslib.core.errors import Finding, StaffingError
from cslib.core.horizon import Horizon
from cslib.core.paths import shown
from cslib.core.units import MINUTES_PER_DAY, minute_of
from cslib.intake.study import Study
from cslib.params.site import DAYS, Queue, Service, Window
from cslib.staffing.poisson import Array
from cslib.staffing.tasks import shared_problems, tasks_of

_NINETY = float(special.ndtri(0.9))
MOST_LOAD = 500_000.0  # Erlang; more is a wrong unit (minutes for seconds, a day's contacts in an interval)


@dataclass(frozen=True)
class Work:
    """One queue over the horizon; arrays of one value an interval.

    Attributes
    ----------
    name, queue : the queue's code and parameters; where : its place in the site file
    horizon : days and grid
    open : whether the queue is open in some minute of the interval
    contacts : expected contacts [contacts/interval]; aht_s : handle time of one contact that an agent handles alone [s]
    method : time_varying or stationary
    tasks : work of drivers that the queue's people do besides [person-intervals]; blended : how busy they may be with both [share]
    quantile : quantile of the forecast that ``contacts`` are (None: expected contacts); band : the forecast's p10, p50, p90, shape (3, intervals)
    """

    name: str
    queue: Queue
    where: str
    horizon: Horizon
    open: NDArray[np.bool_]
    contacts: Array
    aht_s: Array
    method: str = "time_varying"
    tasks: Array = field(default_factory=lambda: np.zeros(0))
    blended: float = 1.0
    quantile: float | None = None
    band: Array = field(default_factory=lambda: np.zeros((3, 0)))

    @property
    def interval_s(self) -> float:
        """Length of an interval [s]."""
        return self.horizon.interval_min * 60.0

    @property
    def service(self) -> Service:
        """Service target; params see to it that every queue of an Erlang model has one."""
        return cast(Service, self.queue.service)

    @property
    def slots(self) -> int:
        """Contacts that one person handles at a time."""
        return self.queue.concurrency

    @property
    def load(self) -> Array:
        """Offered load [Erlang] at the handle time of a contact handled alone."""
        return self.contacts * self.aht_s / self.interval_s

    @property
    def target_s(self) -> float:
        """Answer-time target [s] as exponential handle times would have it: waits are (1 + cv2) / 2 times as long as theirs.

        Source: Allen-Cunneen approximation of the M/G/n queue; exact for one server.
        """
        return self.service.target_s * 2 / (1 + self.queue.handle_cv2)


def week_minutes(windows: tuple[Window, ...]) -> NDArray[np.int64]:
    """How many of the windows hold each minute of the week; shape (7, 1440), Monday first."""
    week = np.zeros((7, MINUTES_PER_DAY), dtype=np.int64)
    for window in windows:
        for day in window.days:
            week[DAYS.index(day), minute_of(window.begin) : minute_of(window.end)] += 1
    return week


def over_horizon(week: NDArray[np.int64], horizon: Horizon) -> NDArray[np.int64]:
    """Minutes of the week to intervals of the horizon: the largest value in each interval."""
    grid: NDArray[np.int64] = week.reshape(7, horizon.slots_per_day, horizon.interval_min).max(axis=2)
    return grid[[day.weekday() for day in horizon.dates]].ravel()


def workloads(
    forecast: pd.DataFrame, study: Study, tasks: pd.DataFrame | None = None, *, expected: bool = False, contacts_only: bool = False
) -> dict[str, Work]:
    """The work of every queue of the site.

    Parameters
    ----------
    forecast : table forecast; rows outside the horizon are left aside
    tasks : table workload, for queues that name ``tasks``; expected : the expected contacts, whatever quantile the site staffs
    contacts_only : leave tasks aside

    Raises
    ------
    TableError  if a table breaks its contract.
    StaffingError  with one finding per queue and kind: no rows, missing intervals, no handle time, contacts while closed, impossible
        load, unknown queue, parameters that don't fit the model or each other.
    """
    checked = tables.check("forecast", forecast, source="forecast")
    by_queue = {str(name): rows for name, rows in checked.groupby("queue", sort=False)}
    queues = study.params.site.queues
    allowed = ", ".join(queues)
    findings = [Finding("staffing.unknown_queue", "forecast", {"given": name, "allowed": allowed}) for name in by_queue if name not in queues]
    found = {}
    for name, queue in queues.items():
        work = _work(name, queue, by_queue, study, expected)
        found[name] = work
        findings += _problems(work, name in by_queue)
    findings += shared_problems(found)
    if findings:
        raise StaffingError(findings=findings)
    return found if contacts_only else {name: replace(work, tasks=tasks_of(work, tasks)) for name, work in found.items()}


def contacts_at(band: Array, quantile: Array | float) -> Array:
    """Contacts at a quantile of the forecast: a normal distribution bent at the median, so that p10 and p90 hold.

    Parameters
    ----------
    band : p10, p50, p90 of each interval, shape (3, intervals);  quantile : one for all, or an entry an interval
    """
    z = special.ndtri(quantile)
    p10, p50, p90 = band
    return np.maximum(p50 + z * np.where(z < 0, p50 - p10, p90 - p50) / _NINETY, 0.0)


def _work(name: str, queue: Queue, by_queue: Mapping[str, pd.DataFrame], study: Study, expected: bool) -> Work:
    """Contacts and handle times on the grid (NaN where the forecast has no row); posts have none."""
    horizon = study.horizon
    where = f"{shown(study.params.folder / 'site.yml')}: queues.{name}"
    is_open = over_horizon(week_minutes(queue.opening), horizon) > 0
    contacts = aht = np.zeros(len(is_open))
    band, settings = np.zeros((3, len(is_open))), study.params.site.staffing
    quantile = None if expected or queue.model == "heads" else settings.quantile_share
    if queue.model != "heads":
        rows = by_queue[name].set_index("interval_start") if name in by_queue else pd.DataFrame({"contacts": [], "aht_s": []}, dtype=float)
        on_grid = rows.reindex(horizon.intervals)
        contacts, aht = on_grid["contacts"].to_numpy(dtype=float), on_grid["aht_s"].to_numpy(dtype=float)
        aht = np.where(aht > 0, aht, queue.aht_s or np.nan)
        band = on_grid.reindex(columns=["p10", "p50", "p90"]).to_numpy(dtype=float).T
    if quantile is not None:
        contacts = np.where(contacts > 0, contacts_at(band, quantile), contacts)
    aht = np.where(contacts == 0, 0.0, aht)
    return Work(
        name, queue, where, horizon, is_open, contacts, aht, settings.method, blended=settings.blended_occupancy_share, quantile=quantile, band=band
    )


def _problems(work: Work, has_rows: bool) -> list[Finding]:
    queue, times = work.queue, work.horizon.intervals
    findings = [Finding(key, f"{work.where}.{place}", {"queue": work.name}) for key, place in _misfits(queue)]
    if queue.model == "heads":
        return findings + _heads_problems(work)
    missing = np.flatnonzero(np.isnan(work.contacts))
    if missing.size:
        key = "staffing.missing_rows" if has_rows else "staffing.no_forecast"
        facts = {"queue": work.name, "count": missing.size, "first": f"{times[missing[0]]:%Y-%m-%d %H:%M}"}
        return [*findings, Finding(key, "forecast", facts)]
    deferred = queue.model == "deferred"
    checks = [
        ("staffing.no_aht", (work.contacts > 0) & np.isnan(work.aht_s)),
        ("staffing.too_much", work.load > MOST_LOAD),
        ("staffing.never_open", (work.contacts > 0) & (deferred and not work.open.any())),
        ("staffing.closed", (work.contacts > 0) & ~work.open & (not deferred)),
    ]
    return findings + [
        Finding(key, "forecast", _facts(work, int(np.flatnonzero(wrong)[0]), int(wrong.sum()))) for key, wrong in checks if wrong.any()
    ]


def _facts(work: Work, first: int, count: int) -> dict[str, object]:
    return {
        "queue": work.name,
        "when": f"{work.horizon.intervals[first]:%Y-%m-%d %H:%M}",
        "count": count,
        "contacts": f"{work.contacts[first]:g}",
        "aht_s": f"{work.aht_s[first]:g}",
        "load": f"{work.load[first]:g}",
        "most": f"{MOST_LOAD:,.0f}",
    }


def _misfits(queue: Queue) -> list[tuple[str, str]]:
    """Parameters that the queue's model can't honour: refused, not ignored."""
    misfits = []
    if queue.concurrency > 1 and (queue.channel not in {"chat", "social"} or queue.model not in {"erlang_c", "erlang_a"}):
        misfits.append(("staffing.concurrency", "concurrency"))
    if queue.model == "erlang_c" and queue.service is not None and queue.service.max_abandonment_share is not None:
        misfits.append(("staffing.abandonment", "service.max_abandonment_share"))
    return misfits


def _heads_problems(work: Work) -> list[Finding]:
    """Windows of fixed heads lie inside the opening hours, and only one holds at a time."""
    opening, findings = week_minutes(work.queue.opening), []
    held = np.zeros_like(opening)
    for i, window in enumerate(work.queue.heads):
        here = week_minutes((window,))
        facts = {"queue": work.name, "begin": window.begin, "end": window.end, "days": ", ".join(window.days)}
        if window.heads > 0 and (here > opening).any():
            findings.append(Finding("staffing.heads_closed", f"{work.where}.heads.{i}", facts))
        if (here * held).any():
            findings.append(Finding("staffing.heads_twice", f"{work.where}.heads.{i}", facts))
        held += here
    return findings
