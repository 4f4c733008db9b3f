"""A record that changes its interval half-way: an hour's count would pass for that of a half hour, beside one that is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd

ROWS_LEAST, DAYS_LEAST = 6, 7  # rows of a day, and days on end, from which a longer interval is no accident of missing rows


def longer_interval(starts: pd.DatetimeIndex, step_min: int) -> tuple[pd.Timestamp, int, int] | None:
    """First stretch of days on end that is recorded in a longer interval than the rest.

    Parameters
    ----------
    starts : starts of the intervals that have a record, in order;  step_min : the record's interval [min]

    Returns
    -------
    First day, number of days and interval [min] of the stretch; None where there is none. Days without a row, or with fewer than
    ``ROWS_LEAST``, neither make nor break one.
    """
    minutes = pd.Series(starts.hour * 60 + starts.minute, index=starts.normalize())
    by_day = minutes.groupby(level=0, sort=True)
    apart = by_day.agg(lambda day: int(np.gcd.reduce(np.diff(np.sort(day.to_numpy()))))) if len(minutes) else minutes
    apart = apart[by_day.size() >= ROWS_LEAST]
    longer = ((apart > step_min) & (apart % step_min == 0)).to_numpy()
    stretches = pd.Series(np.cumsum(~longer))[longer]
    for _, stretch in stretches.groupby(stretches):
        if len(stretch) >= DAYS_LEAST:
            places = stretch.index
            return pd.Timestamp(apart.index[places[0]]), len(places), int(apart.iloc[places].min())
    return None
