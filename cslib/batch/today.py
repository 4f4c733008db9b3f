"""A day that runs otherwise than forecast: what came so far, the rest of the day forecast anew, and the people that it takes now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cslib import demand, intake, report
from cslib.batch.chain import table
from cslib.batch.explore import intraday_change
from cslib.core import tables
from cslib.core.errors import RunError
from cslib.core.paths import shown
from cslib.core.words import say
from cslib.intake import Study
from cslib.intake.calls import read_calls
from cslib.intake.contacts import read_contacts
from cslib.report import Run
from cslib.report.store import read_table

DEVIATION_SHARE, SEEN_SHARE = 0.2, 0.25  # what a headless page shows: a quarter of the busiest day's contacts has come, and 20 % more than forecast


@dataclass(frozen=True)
class Today:
    """What came of a day so far: sentences, and table ``requirement_update`` of the rest of the day."""

    lines: tuple[str, ...]
    update: pd.DataFrame


def today(site: str, month: str, file: Path, now: dt.datetime, *, scenario: str = "base", calls: bool = False) -> Today:
    """Forecast the rest of a day anew from a file of what came so far.

    Parameters
    ----------
    file : contacts of the day by interval, in any form that contact files may have; ``calls``: a raw call log instead
    now : intervals that end by then have been; ``file`` may hold other days too, they are not looked at

    The plan is that of the newest finished run of the month, where there is one, else one made now.

    Raises
    ------
    IntakeError  if the file can't be read; RunError  if it holds nothing of the day; ForecastError  if ``now`` lies outside the month.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    contacts = read_calls([file], study.params).contacts if calls else read_contacts([file], study.params)[0]
    forecast, need = _plan(study)
    day = contacts[contacts["interval_start"].dt.normalize() == pd.Timestamp(now).normalize()]
    if day["offered"].notna().sum() == 0:
        raise RunError("batch.nothing_today", where=shown(file), given=f"{now:%Y-%m-%d}")
    return changed(study, forecast, need, day, pd.Timestamp(now))


def supposed(study: Study, run: Run, *, deviation_share: float = DEVIATION_SHARE) -> Today:
    """The same for a day made up: the busiest one, when ``SEEN_SHARE`` of its contacts came; its busiest queue is ``deviation_share`` off.

    A site of fixed posts has no such day, and the sentence says so.
    """
    forecast, need = table("forecast", study, run), table("requirement", study, run)
    if forecast["contacts"].sum() <= 0:
        return Today((say("report.lines.no_contacts"),), tables.empty("requirement_update"))
    days = forecast["interval_start"].dt.normalize()
    on_the_day = forecast[days == forecast.groupby(days)["contacts"].sum().idxmax()]
    rows = on_the_day[on_the_day["queue"] == on_the_day.groupby("queue")["contacts"].sum().idxmax()]
    so_far = rows.groupby("interval_start")["contacts"].sum().cumsum()
    now = so_far.index[so_far >= SEEN_SHARE * so_far.iloc[-1]][0] + pd.Timedelta(minutes=study.horizon.interval_min)
    came = rows.loc[rows["interval_start"] < now, ["queue", "interval_start", "contacts"]].rename(columns={"contacts": "offered"})
    return changed(study, forecast, need, came.assign(offered=came["offered"] * (1 + deviation_share)), now)


def changed(study: Study, forecast: pd.DataFrame, need: pd.DataFrame, day: pd.DataFrame, now: pd.Timestamp) -> Today:
    """Re-forecast and new requirement of every queue that has counts.

    Parameters
    ----------
    forecast, need : tables ``forecast`` and ``requirement`` that the day was planned by
    day : what came, columns queue, interval_start, offered;  now : see ``today``
    """
    queues = [queue for queue in forecast["queue"].unique() if day.loc[day["queue"] == queue, "offered"].notna().any()]
    came = {queue: day[day["queue"] == queue].set_index("interval_start")["offered"].astype(float) for queue in queues}
    parts = [demand.reforecast(study, queue, now, came[queue]) for queue in queues]
    rest = tables.check("forecast", pd.concat(parts, ignore_index=True), source="reforecast")
    update = intraday_change(study, forecast, need, rest)
    lines = [line for queue in queues for line in _told(study, forecast, came[queue], update[update["queue"] == queue], queue, now)]
    return Today(tuple(lines), update)


def _plan(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecast and requirement of the newest finished run of the month, else of a draft."""
    runs = [run for run in report.finished_runs(study.site, study.month) if run.folder.name.startswith(f"{study.params.scenario}-")]
    if runs:
        folder = max(runs, key=lambda run: (run.folder / "manifest.json").stat().st_mtime).folder / "tables"
        forecast, need = (read_table(name, folder / f"{name}.csv") for name in ("forecast", "requirement"))
        return forecast, need
    draft = report.open_run(study)
    return table("forecast", study, draft), table("requirement", study, draft)


def _told(study: Study, forecast: pd.DataFrame, came: pd.Series, update: pd.DataFrame, queue: str, now: pd.Timestamp) -> Iterator[str]:
    """What came against the forecast, what is expected of the rest, and the spans in which another number of people is needed."""
    step = pd.Timedelta(minutes=study.horizon.interval_min)
    planned = forecast[forecast["queue"] == queue].set_index("interval_start")["contacts"]
    seen = came[(came.index + step <= now) & came.notna()]
    expected, before, after = float(planned.reindex(seen.index).sum()), update["contacts_before"].sum(), update["contacts_after"].sum()
    facts = {"queue": report.queue_name(study, queue), "now": now, "actual": float(seen.sum()), "expected": expected}
    yield say("batch.today.so_far", **facts, change=float(seen.sum()) / expected - 1 if expected > 0 else 0.0)
    yield "  " + say("batch.today.rest", before=before, after=after, change=after / before - 1 if before > 0 else 0.0)
    hours = study.horizon.interval_min / 60
    people = {"before": update["scheduled_before"].sum() * hours, "after": update["scheduled_after"].sum() * hours}
    yield "  " + say("batch.today.hours", **people)
    spans = [say("batch.today.span", start=start, end=end, before=b, after=a) for start, end, b, a in _spans(update, step)]
    yield "  " + (say("batch.today.people", spans=say("batch.today.comma").join(spans)) if spans else say("batch.today.same"))


def _spans(update: pd.DataFrame, step: pd.Timedelta) -> Iterator[tuple[pd.Timestamp, pd.Timestamp, int, int]]:
    """Runs of intervals with the same change of the people needed: start, end, before, after."""
    rows = update.sort_values("interval_start")
    pairs = rows[["scheduled_before", "scheduled_after"]].to_numpy(dtype=np.int64)
    starts = pd.DatetimeIndex(rows["interval_start"])
    first = 0
    for i in range(1, len(pairs) + 1):
        if i == len(pairs) or (pairs[i] != pairs[first]).any() or starts[i] != starts[i - 1] + step:
            if pairs[first, 0] != pairs[first, 1]:
                yield starts[first], starts[i - 1] + step, int(pairs[first, 0]), int(pairs[first, 1])
            first = i
