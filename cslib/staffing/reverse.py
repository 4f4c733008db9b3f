"""The other way round: from people to what customers meet, for a planner who has the people and asks what they can do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cslib.staffing.erlang import erlang_a, wait_percentile_a

PERCENTILES = (0.5, 0.8, 0.9, 0.95)


def figures(load: Any, agents: Any, aht_s: Any, *, target_s: Any, patience_s: Any = np.inf, cv2: Any = 1.0) -> pd.DataFrame:
    """Service level, waits, abandonment and occupancy of given people, in steady state.

    Parameters
    ----------
    load : offered load [Erlang]; agents [persons]; aht_s, target_s, patience_s [s] (patience inf: nobody gives up); arrays or scalars
    cv2 : squared coefficient of variation of the handle time; waits are (1 + cv2) / 2 times those of exponential ones (Allen-Cunneen)

    Returns
    -------
    DataFrame with a row per case: service_level_share, asa_s, abandonment_share, occupancy_share, wait_probability, and the waits that half, 80, 90
    and 95 % of the contacts do not exceed (wait_p50_s ...); inf in overload without abandonment.

    Raises
    ------
    StaffingError  if a number is outside its limits.

    Examples
    --------
    >>> round(float(figures(10, 14, 180, target_s=20)["service_level_share"][0]), 5)
    0.88835
    """
    stretch = (1 + np.asarray(cv2, dtype=float)) / 2
    given = np.broadcast_arrays(*(np.atleast_1d(np.asarray(x, dtype=float)) for x in (load, agents, aht_s, patience_s, target_s / stretch, stretch)))
    a, n, aht, patience, target, longer = (x.ravel() for x in given)
    found = erlang_a(a, n, aht, patience, target)
    columns = {name: getattr(found, name) for name in ("service_level_share", "abandonment_share", "occupancy_share", "wait_probability")}
    columns["asa_s"] = found.asa_s * longer
    for share in PERCENTILES:
        columns[f"wait_p{share * 100:.0f}_s"] = wait_percentile_a(a, n, aht, patience, share) * longer
    return pd.DataFrame(columns)
