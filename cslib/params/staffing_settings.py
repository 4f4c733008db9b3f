"""How people are sized for a queue: method, priority classes, parts of shrinkage. Blocks of ``site.yml``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from cslib.params.source import Meaning, Strict


class Priority(Strict):
    """A class of a queue's contacts with its own limit (S004-04; customer segments, S000-19), most urgent first in the list.

    escalate_after_s: a contact that has waited so long counts with the class before its own.
    """

    name: Meaning
    share: float = Field(gt=0, le=1)
    level_share: float = Field(gt=0, lt=1)
    target_s: float = Field(ge=0)
    escalate_after_s: float | None = Field(default=None, gt=0)


class ShrinkagePart(Strict):
    """One reason why a paid hour is not spent at the post.

    planned: known when the roster is made. in_roster: shown in it by name (leave, breaks, meetings with a time), so that the people to roster
    are not raised for it; it still counts for the head count. random: comes by chance (sickness), so that it counts as a risk too.
    """

    share: float = Field(ge=0, lt=0.6)
    planned: bool
    in_roster: bool
    random: bool = False


class StaffingSettings(Strict):
    """How the requirement of arriving contacts is made.

    method: time_varying (each interval exact on the state that the intervals before leave) or stationary (each interval alone, in steady
    state, for comparison with other tools). quantile_share: quantile of the forecast to staff; without one, the expected contacts.
    blended_occupancy_share: how busy people may be, contacts and the work in between together, where a queue lends its idle time (policy).
    flexible_cost: cost of a person with several skills, in persons with one (assumption, for the mix of skills on page 20).
    """

    method: Literal["time_varying", "stationary"] = "time_varying"
    quantile_share: float | None = Field(default=None, ge=0.05, le=0.99)
    blended_occupancy_share: float = Field(default=0.9, gt=0, le=1)
    flexible_cost: float = Field(default=1.1, ge=1, le=10)


Parts = dict[Literal["leave", "sickness", "training", "meetings", "coaching", "system_time", "breaks", "other"], ShrinkagePart]


def lost_share(parts: Iterable[ShrinkagePart]) -> float:
    """Share of time that several parts take together, each of what the others leave."""
    left = 1.0
    for part in parts:
        left *= 1 - part.share
    return 1 - left
