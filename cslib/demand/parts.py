"""Parts of the day: mornings and evenings have weekdays, holidays and seasons of their own, and move the profile of a day by them.

    share of the day  ~  profile x (share of its part by the parts' own regressions / share of its part by the profile) ^ trust

A profile knows a day by its type alone; the regressions of the parts also know which holiday is near, the turn of the month and the season.
What they say together about the size of the day is not used: that is the day regression's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cslib.demand.features import Design
from cslib.demand.grid import Array, Flags
from cslib.demand.level import DayFit, fit_days, trend
from cslib.demand.settings import Settings

_CONTACTS_LEAST = 10.0  # contacts that a part has on a usual day: fewer tell nothing of their own
_DAYS_LEAST = 28  # days behind a part's regression
_KNOWN_LEAST = 0.5  # share of a part that must be recorded on a day
SHARE_LEAST = 1e-6  # share of the day by the profile below which a part counts as closed


@dataclass(frozen=True)
class Parts:
    """Regressions of the parts of the day. ``place`` : part of each interval, slots;  ``fits`` : one a part."""

    place: npt.NDArray[np.intp]
    fits: tuple[DayFit, ...]

    def sums(self, profiles: Array) -> Array:
        """Sums of each part, days x parts."""
        return np.stack([profiles[:, self.place == part].sum(axis=1) for part in range(len(self.fits))], axis=1)

    def contacts(self, features: Array, ahead: Array, settings: Settings) -> Array:
        """Contacts of each part by its own regression, days x parts; features : days x k, ahead : days after the history."""
        logs = [fit.level + trend(fit.slope, ahead, settings) + features @ fit.effects for fit in self.fits]
        return np.exp(np.stack(logs, axis=1))


def fit_parts(totals: Array, shares: Array, opened: Flags, features: Design, age: Array, settings: Settings) -> Parts | None:
    """Cut the day into parts of about equal size and fit each; None where there are too few contacts or days to tell them apart.

    Parameters
    ----------
    totals : contacts a day, n;  shares : of the day in each interval, n x slots, NaN where missing or closed;  opened : n x slots
    features, age : as in ``fit_days``
    """
    seen = ~np.isnan(shares)
    filled = np.where(seen, shares, 0.0)
    usual, mean = float(np.median(totals)), filled.sum(axis=0) / np.maximum(seen.sum(axis=0), 1) * opened.mean(axis=0)
    count = int(min(settings.parts, usual // _CONTACTS_LEAST, np.count_nonzero(mean)))
    if count < 2 or len(totals) < _DAYS_LEAST:
        return None
    middle = (np.cumsum(mean) - mean / 2) / mean.sum()
    place = np.minimum(middle * count, count - 1).astype(np.intp)
    contacts = filled * totals[:, None]
    fits = []
    for part in range(count):
        mine = place == part
        whole = (mean * opened)[:, mine].sum(axis=1)
        known = (mean * seen)[:, mine].sum(axis=1) / np.maximum(whole, 1e-12)
        rows = (whole > 0) & (known >= _KNOWN_LEAST)
        if rows.sum() < _DAYS_LEAST:
            return None
        told = Design(features.columns, features.groups, features.values[rows])
        found = contacts[:, mine].sum(axis=1)[rows] / known[rows]
        fits.append(fit_days(found, known[rows], told, age[rows], max(settings.level_half_lives_d), settings))
    return Parts(place, tuple(fits))


def moves(parts: Parts, profiles: Array, contacts: Array, settings: Settings) -> Array:
    """Factor on each interval of the profile, days x slots.

    profiles : share of the day by type of day, days x slots;  contacts : ``Parts.contacts`` of the same days
    """
    by_profile = parts.sums(profiles)
    there = by_profile > SHARE_LEAST
    own = np.where(there, contacts, 0.0)
    own = own / np.maximum(own.sum(axis=1, keepdims=True), 1e-12)
    change = np.log(np.where(there, np.maximum(own, 1e-12) / np.where(there, by_profile, 1.0), 1.0))
    return np.asarray(np.exp(settings.part_trust * np.clip(change, -settings.part_limit, settings.part_limit))[:, parts.place])
