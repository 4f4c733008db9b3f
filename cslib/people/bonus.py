"""Pay in steps by a team's or a person's mean, such as the management pay of a lead; and the pay ranges of a scheme with ranges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cslib.params.ladder_files import Ladder
from cslib.params.ladders import Criterion
from cslib.people.course import Course
from cslib.people.values import aggregate, compare, metric_values


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
class PayRange:
    """Range of one level and pay item [yuan a month]: minimum, midpoint, maximum."""

    level: str
    item: str
    low: float
    middle: float
    high: float


def pay_ranges(ladder: Ladder, minimum_wage_yuan: float = 0.0) -> list[PayRange]:
    """Ranges of a scheme with ranges, split into its levels by equal ratio (filled): level ``k`` of ``n`` runs from ``a (b/a)^(k/n)`` to
    ``a (b/a)^((k+1)/n)`` with midpoint ``a (b/a)^((k+0.5)/n)``. Base pay is never below the local minimum wage.

    Source: catalogue S003-S2, S003-S3, S003-S4.
    """
    found = []
    for item in ("base", "allowance", "bonus"):
        fact = ladder.spec.facts.get(f"{item}_range")
        if fact is None or not isinstance(fact.value, tuple):
            continue
        low, high = (float(bound) for bound in fact.value)
        least = minimum_wage_yuan if item == "base" else 0.0
        for k, level in enumerate(ladder.grades):
            n = len(ladder.grades)
            bounds = (max(least, low * (high / low) ** ((k + part) / n)) for part in (0.0, 0.5, 1.0))
            found.append(PayRange(level, item, *bounds))
    return found
