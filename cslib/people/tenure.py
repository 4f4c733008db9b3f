"""Time in service: months as a ladder counts them, completed months by the day, weeks of a trial and its longest lawful length."""

from __future__ import annotations

import datetime as dt
import math
from calendar import monthrange
from dataclasses import dataclass

import numpy as np

from cslib.core.errors import Finding, PeopleError
from cslib.params.ladder_files import Ladder
from cslib.params.ladders import LadderFile
from cslib.people.course import State
from cslib.people.panel import Panel, month_number

WEEK = 7  # days


def own_figures(spec: LadderFile, state: State, panel: Panel, t: int) -> dict[str, np.ndarray]:
    """Metrics that the engine keeps: completed months in service and in grade, experience, at the end of month ``t`` or on its ``review_day``.

    Raises
    ------
    PeopleError  if the ladder counts by days and the panel has no day of hiring.
    """
    service = (t + 1 - panel.hired).astype(float) if spec.tenure_by == "months" else _by_days(spec, panel, t)
    return {"months_in_service": service, "months_in_grade": (t + 1 - state.since).astype(float), "experience_months": service + panel.prior_months}


def _by_days(spec: LadderFile, panel: Panel, t: int) -> np.ndarray:
    if panel.hired_on is None:
        raise PeopleError(findings=[Finding("people.no_day", "panel", {})])
    year, month = divmod(month_number(panel.first) + t, 12)
    on = dt.date(year, month + 1, min(spec.review_day or 31, monthrange(year, month + 1)[1]))
    return np.array([completed_months(day, on) for day in panel.hired_on.astype("datetime64[D]").tolist()], dtype=float)


def completed_months(start: dt.date, on: dt.date) -> int:
    """Months completed on a day: the first day is not counted, a month ends on the corresponding day, or on the last day of a month without it.

    Source: Civil Code art. 201, 202; catalogue S003-L1, S003-D3. Negative before ``start``.

    >>> completed_months(dt.date(2025, 8, 31), dt.date(2026, 2, 27)), completed_months(dt.date(2025, 8, 31), dt.date(2026, 2, 28))
    (5, 6)
    """
    corresponding = min(start.day, monthrange(on.year, on.month)[1])
    return (on.year - start.year) * 12 + on.month - start.month - (on.day < corresponding)


def trial_week(start: dt.date, on: dt.date) -> int:
    """Week of a trial that a day falls in; the first seven days are week 1 (catalogue S003-O1)."""
    return math.ceil(((on - start).days + 1) / WEEK)


def longest_trial(ladder: Ladder, contract_months: int | None) -> int:
    """Longest lawful trial [months] for a contract of this length, ``None`` = open-ended (fact ``trial_longest``: LCL art. 19).

    Raises
    ------
    KeyError  if the ladder has no such fact.
    """
    steps = ladder.spec.facts["trial_longest"].value
    if not isinstance(steps, dict):
        raise TypeError(f"{ladder.name}: trial_longest is a table by contract months")
    reached = [float(str(most)) for least, most in steps.items() if contract_months is None or contract_months >= float(least)]
    return int(max(reached))


@dataclass(frozen=True)
class Trial:
    """Days of a trial: its last lawful day, the first day of the week of the second test, and whether that test lies inside."""

    longest_months: int
    last_day: dt.date
    retest_from: dt.date

    @property
    def retest_inside(self) -> bool:
        """False where a second test in its week would need a longer trial than the law allows (LCL art. 19)."""
        return self.retest_from <= self.last_day


def trial_days(ladder: Ladder, start: dt.date, contract_months: int | None, retest_week: int) -> Trial:
    """How the second test of a trial lies to the longest lawful trial of the contract (catalogue S003-O4)."""
    longest = longest_trial(ladder, contract_months)
    year, month = divmod(start.year * 12 + start.month - 1 + longest, 12)
    after = dt.date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
    return Trial(longest, after - dt.timedelta(days=1), start + dt.timedelta(days=WEEK * (retest_week - 1)))
