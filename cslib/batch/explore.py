"""Growth and an event tried out on a forecast: contacts and person-hours before and after, as sentences and as widgets."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from cslib import staffing
from cslib.batch.chain import table, tasks, tasks_beside
from cslib.core import tables
from cslib.core.words import say
from cslib.demand import adjusted
from cslib.intake import Study
from cslib.report import Run, queue_name
from cslib.report.unfolding import unfolded

GROWTH_SHARE = 0.1  # what a headless run shows: 10 % more contacts


def demand_change(study: Study, run: Run, *, growth_share: float = 0.0, effect_share: float = 0.0, days: tuple[dt.date, ...] = ()) -> list[str]:
    """What growth and an event do to the month.

    Parameters
    ----------
    growth_share : more contacts in the whole month;  effect_share : more contacts on ``days``

    Returns
    -------
    Sentences: contacts and person-hours to roster, before and after.
    """
    base = table("forecast", study, run)
    changed = adjusted(base, growth_share=growth_share, effect_share=effect_share, days=days)
    before, after = table("requirement", study, run), staffing.requirement(changed, study, tasks_beside(study, changed))
    hours = study.horizon.interval_min / 60
    facts = {
        "growth": growth_share, "effect": effect_share, "days": len(days), "before": base["contacts"].sum(), "after": changed["contacts"].sum(),
        "hours_before": before["scheduled"].sum() * hours, "hours_after": after["scheduled"].sum() * hours,
        "most_before": int(before["scheduled"].max()), "most_after": int(after["scheduled"].max()),
    }  # fmt: skip
    asked = say("batch.explore.asked", **facts) if days else say("batch.explore.asked_growth", **facts)
    return [asked, say("batch.explore.contacts", **facts), say("batch.explore.hours", **facts)]


def explore_demand(study: Study, run: Run) -> Any:
    """Widgets for growth and one event; changing one shows the sentences of ``demand_change`` anew. Needs a live kernel; nothing else does."""
    import ipywidgets as widgets  # only a live page needs it

    growth = widgets.FloatSlider(value=GROWTH_SHARE, min=-0.5, max=1.0, step=0.05, description=say("batch.explore.growth"), readout_format=".0%")
    effect = widgets.FloatSlider(value=0.0, min=-0.9, max=2.0, step=0.05, description=say("batch.explore.effect"), readout_format=".0%")
    span = widgets.SelectionRangeSlider(
        options=[(f"{day:%m-%d}", day) for day in study.horizon.dates], index=(0, 2), description=say("batch.explore.span")
    )
    shown = widgets.Output()

    def show(_change: object = None) -> None:
        """Answer to the controls as they stand."""
        first, last = span.value
        days = tuple(day for day in study.horizon.dates if first <= day <= last) if effect.value else ()
        lines = demand_change(study, run, growth_share=growth.value, effect_share=effect.value, days=days)
        shown.outputs = ({"output_type": "stream", "name": "stdout", "text": "\n".join(lines)},)

    for control in (growth, effect, span):
        control.observe(show, names="value")
    show()
    return widgets.VBox([growth, effect, span, shown])


def explore_staffing(study: Study, run: Run) -> Any:
    """Widgets that unfold the requirement of any queue and interval. Needs a live kernel; nothing else does."""
    import ipywidgets as widgets  # only a live page needs it

    forecast, work = table("forecast", study, run), tasks(study, run)
    queue = widgets.Dropdown(options=[(queue_name(study, name), name) for name in study.params.site.queues], description=say("batch.explore.queue"))
    day = widgets.SelectionSlider(options=[(f"{d:%m-%d}", d) for d in study.horizon.dates], description=say("batch.explore.day"))
    per_day = [f"{m:%H:%M}" for m in study.horizon.intervals[: study.horizon.slots_per_day]]
    clock = widgets.SelectionSlider(options=per_day, value=per_day[len(per_day) // 2], description=say("batch.explore.time"))
    shown = widgets.HTML()

    def show(_change: object = None) -> None:
        """Answer to the controls as they stand."""
        found = staffing.trace(forecast, study, queue.value, pd.Timestamp(f"{day.value:%Y-%m-%d} {clock.value}"), work)
        shown.value = f'<div class="trace">{unfolded(found)}</div>'

    for control in (queue, day, clock):
        control.observe(show, names="value")
    show()
    return widgets.VBox([queue, day, clock, shown])


def intraday_change(study: Study, forecast: pd.DataFrame, need: pd.DataFrame, rest: pd.DataFrame) -> pd.DataFrame:
    """What a re-forecast changes in the requirement of the rest of the day.

    Parameters
    ----------
    forecast, need : tables ``forecast`` and ``requirement`` of the month;  rest : table ``forecast`` of the rest of a day (``demand.reforecast``)

    Returns
    -------
    DataFrame, table ``requirement_update``: contacts and people to roster before and after, for every interval of ``rest``.
    """
    key = ["queue", "interval_start"]
    newer = pd.concat([forecast, rest]).drop_duplicates(key, keep="last").sort_values(key, kind="stable")
    after = staffing.requirement(tables.check("forecast", newer, source="reforecast"), study, tasks_beside(study, newer))
    columns = {"contacts_before": (forecast, "contacts"), "contacts_after": (newer, "contacts")}
    columns |= {"scheduled_before": (need, "scheduled"), "scheduled_after": (after, "scheduled")}
    found = rest[key].copy()
    for name, (frame, column) in columns.items():
        found = found.merge(frame[[*key, column]].rename(columns={column: name}), on=key, how="left")
    return tables.check("requirement_update", found, source="reforecast")
