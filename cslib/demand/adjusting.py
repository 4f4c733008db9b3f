"""A forecast with growth or one event more, without fitting anew: what a planner tries out on the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pandas as pd

from cslib.core import tables
from cslib.core.errors import ForecastError


def adjusted(
    forecast: pd.DataFrame, *, growth_share: float = 0.0, effect_share: float = 0.0, days: Sequence[dt.date] = (), queues: Sequence[str] = ()
) -> pd.DataFrame:
    """A forecast scaled by growth, and on some days by an event.

    Parameters
    ----------
    forecast : table ``forecast``;  growth_share : more contacts throughout (0.1 = +10 %), above -1
    effect_share : more contacts on ``days``, above -1;  queues : the queues concerned, empty = all

    Returns
    -------
    DataFrame, table ``forecast``; quantiles scale along.

    Raises
    ------
    ForecastError  if a share is -1 or less.
    """
    for name, share in (("growth_share", growth_share), ("effect_share", effect_share)):
        if share <= -1:
            raise ForecastError("demand.share", where=name, given=share)
    mine = forecast["queue"].isin(queues) if queues else pd.Series(True, index=forecast.index)
    on = mine & forecast["interval_start"].dt.date.isin(set(days))
    factor = (1 + growth_share * mine) * (1 + effect_share * on)
    changed = forecast.assign(**{name: forecast[name] * factor for name in ("contacts", "p10", "p50", "p90")})
    return tables.check("forecast", changed, source="adjusted")
