"""Campaigns and closures of the site as columns of the calendar, queue by queue: what the fit learns, what the planner gives."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cslib.demand.features import EVENT, EVENT_GIVEN
from cslib.demand.grid import CLOSURE
from cslib.intake.study import Study
from cslib.params.events import Event


def with_events(calendar: pd.DataFrame, study: Study, queue: str) -> pd.DataFrame:
    """The padded calendar, indexed by date, with the events of a queue.

    A campaign has a column of its own on the days whose effect is to be learned: all its days before the horizon, and its days in the
    horizon unless the planner gives the effect, which then stands in ``event_given`` [log units]. Named days of the site's calendar (column
    ``event``) are learned alike, for all queues. Closed days are marked in ``closure``.
    """
    found = calendar.copy()
    days = pd.DatetimeIndex(found.index)
    if "event" in calendar:
        for name in sorted(calendar["event"].dropna().unique()):
            found[f"{EVENT}{name}"] = (calendar["event"] == name).astype(float)
    ahead = days >= pd.Timestamp(study.horizon.start)
    given = np.zeros(len(days))
    closed = np.zeros(len(days))
    for name, event in study.params.site.events.items():
        if not event.holds(queue):
            continue
        on = event_days(event, days)
        if event.kind == "closure":
            closed += on
        elif event.effect_share is None:
            found[f"{EVENT}{name}"] = on.astype(float)
        else:
            given += np.log1p(event.effect_share) * (on & ahead)
            found[f"{EVENT}{name}"] = (on & ~ahead).astype(float)
    if given.any():
        found[EVENT_GIVEN] = given
    if closed.any():
        found[CLOSURE] = closed
    return found


def event_days(event: Event, days: pd.DatetimeIndex) -> np.ndarray:
    """Days inside one of the event's spans, n."""
    inside = np.zeros(len(days), dtype=bool)
    for span in event.spans:
        inside |= (days >= pd.Timestamp(span.first)) & (days <= pd.Timestamp(span.last))
    return inside
