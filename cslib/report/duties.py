"""Which duty a moment belongs to: an hour after midnight is often part of the night that began the day before."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cslib.core.shifts import WORK, Span, read_breaks
from cslib.intake.study import Study


@dataclass(frozen=True)
class Duty:
    """One duty of a person: the date it is planned for (the day it starts), its shift code, presence and breaks."""

    date: pd.Timestamp
    shift: str
    start: pd.Timestamp
    end: pd.Timestamp
    breaks: tuple[Span, ...]


class Duties:
    """Duties of a roster and of the roster before it, by person.

    Parameters
    ----------
    roster : table roster of the month;  study : its ``last_roster`` holds the night that ends on the first morning
    """

    def __init__(self, roster: pd.DataFrame, study: Study) -> None:
        self._of: dict[str, list[Duty]] = {}
        for frame in (study.last_roster, roster):
            for r in frame[frame["kind"].eq(WORK)].itertuples():
                duty = Duty(r.date, str(r.shift), r.start, r.end, tuple(read_breaks(r.breaks, r.start)))
                self._of.setdefault(str(r.employee_id), []).append(duty)

    def at(self, employee_id: str, moment: pd.Timestamp) -> Duty | None:
        """The duty of a person that a moment lies in; None if there is none."""
        return next((duty for duty in self._of.get(employee_id, []) if duty.start <= moment < duty.end), None)
