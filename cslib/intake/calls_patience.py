"""Patience from waits that an answer cut short: an answered caller would have waited longer, so the mean wait of those who gave up is too low.

Sources: maximum likelihood of a censored exponential (total waiting time over abandonments); Kaplan and Meier 1958 for the median.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from cslib.core import tables

WAIT_MOST_S = 3600  # waits are counted in whole seconds up to an hour
_Z95 = 1.959964

Counts = npt.NDArray[np.int64]


def patience_table(answered: Mapping[str, Counts], gave_up: Mapping[str, Counts]) -> pd.DataFrame:
    """Table ``patience``.

    answered, gave_up : by queue, number of calls by wait in whole seconds (0 .. ``WAIT_MOST_S``) that ended so
    """
    rows = [_row(queue, answered[queue], gave_up[queue]) for queue in sorted(answered)]
    return tables.check("patience", pd.DataFrame(rows) if rows else tables.empty("patience"), source="calls")


def _row(queue: str, answered: Counts, gave_up: Counts) -> dict[str, object]:
    mean, low, high = exponential(answered, gave_up)
    calls, lost = int(answered.sum() + gave_up.sum()), int(gave_up.sum())
    waits = np.arange(len(answered)) + 0.5
    wait = float((waits * (answered + gave_up)).sum() / calls) if calls else float("nan")
    return {
        "queue": queue, "calls": calls, "abandoned": lost, "wait_s": wait, "patience_s": mean, "patience_low_s": low, "patience_high_s": high,
        "median_s": kaplan_meier_median(answered, gave_up),
    }  # fmt: skip


def exponential(answered: Counts, gave_up: Counts) -> tuple[float, float, float]:
    """Mean patience [s] and its 95 % interval: total waiting time over abandonments; NaN where nobody gave up.

    A wait of n whole seconds counts as n + 1/2. The interval is that of the log of the rate, whose standard error is 1 / sqrt(abandonments).
    """
    lost = int(gave_up.sum())
    if lost == 0:
        return (float("nan"),) * 3
    mean = float(((np.arange(len(answered)) + 0.5) * (answered + gave_up)).sum() / lost)
    factor = float(np.exp(_Z95 / np.sqrt(lost)))
    return mean, mean / factor, mean * factor


def kaplan_meier_median(answered: Counts, gave_up: Counts) -> float:
    """Wait [s] at which half of the callers would have given up, had nobody been answered; NaN where the log does not reach so far."""
    leaving = answered + gave_up
    at_risk = leaving[::-1].cumsum()[::-1]
    stays = np.cumprod(np.where(at_risk > 0, 1 - gave_up / np.maximum(at_risk, 1), 1.0))
    half = np.flatnonzero(stays <= 0.5)
    return float(half[0]) + 0.5 if len(half) else float("nan")
