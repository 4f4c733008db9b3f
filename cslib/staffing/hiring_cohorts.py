"""What a month's requirement means in people, and what becomes of people who start: training, ramp-up, attrition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.intake.study import Study
from cslib.params.hiring import Hiring, HiringPost
from cslib.staffing.poisson import Array


@dataclass(frozen=True)
class Cohorts:
    """A post over twelve months.

    Attributes
    ----------
    needed : full-time people needed; staying : expected people of today's staff still there (start of the month), both by month
    productive : full-time people in a month t per person who started in month s, shape (start, month); employed : heads likewise
    """

    needed: Array
    staying: Array
    productive: Array
    employed: Array


def month_fte(need: pd.DataFrame, study: Study, hiring: Hiring, factors: Mapping[str, float] | None = None) -> dict[str, float]:
    """Full-time people that the planned month needs, by post: rostered hours over the hours of a person, planned absence added.

    factors : on the hours of single queues, for what-ifs

    Raises
    ------
    TableError  if ``need`` is no requirement table.
    """
    checked = tables.check("requirement", need, source="requirement")
    hours = checked.groupby("queue")["scheduled"].sum() * study.horizon.interval_min / 60
    hours = hours * pd.Series({queue: (factors or {}).get(queue, 1.0) for queue in hours.index})
    per_person = hiring.month_hours_h * (1 - hiring.planned_shrinkage_share)
    by_queue = {code: float(sum(hours.get(queue, 0.0) for queue in post.queues)) for code, post in hiring.posts.items()}
    return {code: by_queue[code] * post.need_share / per_person + post.fixed_fte for code, post in hiring.posts.items()}


def cohorts(base_fte: float, post: HiringPost, hiring: Hiring) -> Cohorts:
    """A post's need by month, and what today's staff and each start month give."""
    index = np.array(list(hiring.month_index.values()))
    months = np.arange(len(index))
    stay = 1 - post.attrition_share
    age = months[None, :] - months[:, None]
    trained = age - hiring.training.months
    ramp = np.array([*hiring.ramp_shares, 1.0])
    pace = np.where(trained >= 0, ramp[np.clip(trained, 0, len(ramp) - 1)], 0.0)
    passed = np.where(trained >= 0, hiring.training.pass_share, 1.0)
    left = np.where(age >= 0, stay ** np.maximum(age, 0), 0.0)
    # people leave all through a month: half of a month's leavers are there on average
    half = 1 - post.attrition_share / 2
    return Cohorts(
        needed=base_fte * index,
        staying=post.headcount * stay**months * half,
        productive=left * passed * pace * half,
        employed=left * np.where(age >= 0, passed, 0.0) * half,
    )
