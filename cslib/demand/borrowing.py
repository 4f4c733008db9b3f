"""A new queue starts from the history of another one: a share of its contacts, corrected by what the new queue has so far."""

from __future__ import annotations

import numpy as np
import pandas as pd

_WORTH_D = 5.0  # days of own contacts at which the share that was found counts as much as the share that was given


def borrowed(own: pd.DataFrame, lender: pd.DataFrame, contacts_share: float, rng: np.random.Generator) -> pd.DataFrame:
    """History of a new queue, columns of table ``contacts``, indexed by interval.

    Parameters
    ----------
    own, lender : contacts of both queues, indexed by ``interval_start``; ``own`` may be empty
    contacts_share : the new queue's contacts over the lender's, as the planner expects them
    rng : stream of the thinning

    Where the new queue has no record it gets the lender's contacts, each kept with the probability of the share (a Poisson process thinned
    is one again, so that small queues look as noisy as they are); a share above 1 scales. Handle times come along.
    """
    if lender["offered"].notna().sum() == 0:
        return own
    share = found_share(own, lender, contacts_share)
    counts = lender["offered"].to_numpy(dtype=float)
    known = ~np.isnan(counts)
    lent = np.full(len(counts), np.nan)
    whole = np.round(counts[known]).astype(np.int64)
    lent[known] = rng.binomial(whole, share) if share <= 1 else counts[known] * share
    filled = lender.assign(offered=lent)
    mine = own[own["offered"].notna()]
    return pd.concat([filled[~filled.index.isin(mine.index)], mine]).sort_index()


def found_share(own: pd.DataFrame, lender: pd.DataFrame, contacts_share: float) -> float:
    """Share of the lender's contacts, from the intervals that both have, shrunk to the given share by ``_WORTH_D`` days of the lender."""
    both = own["offered"].dropna().index.intersection(lender["offered"].dropna().index)
    daily = lender["offered"].groupby(lender.index.normalize()).sum()
    worth = _WORTH_D * float(daily[daily > 0].mean()) if (daily > 0).any() else 1.0
    return float((own["offered"].reindex(both).sum() + worth * contacts_share) / (lender["offered"].reindex(both).sum() + worth))
