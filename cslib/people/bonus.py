"""Pay by appraisal: in steps by a team's or a person's mean, such as the management pay of a lead, and the bonus of the top share of a team."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cslib.params.ladder_files import Ladder
from cslib.params.ladders import Criterion
from cslib.people.course import Course
from cslib.people.values import aggregate, compare, metric_values

NOISE = 1e-9  # what the float arithmetic of scores may be off by


def bonus(course: Course) -> np.ndarray:
    """Bonus of the review that falls in each month [yuan per period of the scheme], people x months; 0 in other months.

    A step is reached at its bound; people whose grade is not among the bonus's, whose condition fails or whose figures are missing get none.
    Source: catalogue S003-J12 to J15.
    """
    spec, panel = course.ladder.spec, course.panel
    found = np.zeros((len(panel.people), panel.months))
    if spec.bonus is None:
        return found
    values = metric_values(course.ladder, panel)
    first = panel.calendar_month(0)
    mean = Criterion(meaning=spec.bonus.meaning, metric=spec.bonus.metric, by="mean", over=spec.bonus.over, op=">=", value=0.0, origin="fill")
    figure = aggregate(mean, values[spec.bonus.metric], first)
    for step in sorted(spec.bonus.steps, key=lambda s: s.at_least):
        found = np.where(compare(figure, ">=", step.at_least), step.yuan, found)
    if spec.bonus.condition:
        asked = spec.criteria[spec.bonus.condition]
        given = aggregate(asked, values[str(asked.metric)], first)
        found = np.where(compare(given, str(asked.op), float(asked.value or 0)), found, 0.0)
    allowed = [i for i, grade in enumerate(course.ladder.grades) if not spec.bonus.grades or grade in spec.bonus.grades]
    reviewed = np.array([panel.calendar_month(t) % spec.review_months == 0 for t in range(panel.months)])
    return np.where(np.isin(course.grade, allowed) & reviewed[None, :], found, 0.0)


@dataclass(frozen=True)
class RankBonus:
    """Bonus of the top share of a team: places there are, amount of each person [yuan], and whether equal figures stand at the last place."""

    places: int
    yuan: np.ndarray
    tie_at_cut: bool


ROUNDED = {"floor": math.floor, "ceil": math.ceil, "round": lambda share: math.floor(share + 0.5)}


def rank_bonus(ladder: Ladder, scores: np.ndarray) -> RankBonus:
    """Bonus of a team's top share by fact ``kpi_rank_bonus``: top_share, yuan, ``places`` (floor, round, ceil) and ``ties`` at the last place: open =
    flagged and left to a human, all, excluded, shared = what is left is shared. Each person is told the own amount; no list is shown.

    Parameters
    ----------
    scores : one figure for each person of the team, in the order of the staff list

    Source: catalogue S003-B2; share and amount are filled.
    """
    given = ladder.spec.facts["kpi_rank_bonus"].value
    if not isinstance(given, dict):
        raise TypeError(f"{ladder.name}: kpi_rank_bonus is a table")
    share, yuan, ties = float(str(given["top_share"])), float(str(given["yuan"])), given["ties"]
    places = ROUNDED[str(given["places"])](round(share * len(scores), 9))
    above = (scores[None, :] > scores[:, None] + NOISE).sum(axis=1)
    level = (np.abs(scores[None, :] - scores[:, None]) <= NOISE).sum(axis=1)
    sure, tied = above + level <= places, (above < places) & (above + level > places)
    part = {"open": 0.0, "excluded": 0.0, "all": 1.0, "shared": (places - sure.sum()) / max(1, int(tied.sum()))}[str(ties)]
    return RankBonus(places, np.where(sure, yuan, np.where(tied, yuan * part, 0.0)), bool(tied.any()))
