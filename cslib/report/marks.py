"""How a day of a person is written: one or two characters for the shift, for rest and for absence, and its colour."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from cslib.core import words
from cslib.core.shifts import LEAVE, REST, WORK, Shift
from cslib.core.units import minute_of
from cslib.core.words import say
from cslib.intake.study import Study

REST_COLOUR, LEAVE_COLOUR = "#ffffff", "#d9d9d9"


@dataclass(frozen=True)
class Marks:
    """Marks and colours of a site in the language in use.

    Attributes
    ----------
    shifts : shift types in the order of their start;  of : mark by shift code;  colour : colour by shift code
    rest, leave : marks of a rest day and of an absence (its reason is not known here, privacy requirement P04)
    """

    shifts: tuple[Shift, ...]
    of: dict[str, str]
    colour: dict[str, str]
    rest: str
    leave: str

    def cell(self, kind: str, shift: object) -> str:
        """Mark of one cell of the roster."""
        return self.of[str(shift)] if kind == WORK else {REST: self.rest, LEAVE: self.leave}[kind]

    def cell_colour(self, kind: str, shift: object) -> str:
        """Colour of one cell of the roster."""
        return self.colour[str(shift)] if kind == WORK else {REST: REST_COLOUR, LEAVE: LEAVE_COLOUR}[kind]


def marks(study: Study) -> Marks:
    """Marks of the study's site; a mark that two shifts share, or that means rest or absence, gives way to the shift's code."""
    shifts = tuple(sorted(study.params.shifts, key=lambda s: (s.start_min, s.length_min, s.code)))
    rest, leave = say("report.mark.rest"), say("report.mark.leave")
    wanted = {s.code: words.pick(s.mark) if s.mark else s.code for s in shifts}
    often = Counter(mark.casefold() for mark in [*wanted.values(), rest, leave])  # spreadsheets count without regard to case
    of = {code: mark if often[mark.casefold()] == 1 else code for code, mark in wanted.items()}
    return Marks(shifts, of, {s.code: s.colour for s in shifts}, rest, leave)


def night_codes(study: Study) -> set[str]:
    """Codes of the night shifts: at least ``night_least`` hours inside the night window in force on the first day of the month."""
    law, day = study.params.law, study.horizon.start
    window = (minute_of(str(law.value("night_window_start", day))), minute_of(str(law.value("night_window_end", day))))
    least = round(float(law.value("night_least", day)) * 60)
    return {s.code for s in study.params.shifts if s.is_night(window, least)}


def person_totals(roster: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Totals of the month by person, in the order of the staff list.

    Returns
    -------
    DataFrame, index employee_id; hours_h (paid hours of work), leave_h (contract hours of absences), nights, rest_days.
    """
    people = study.employees.sort_values("position")["employee_id"]
    people = people[people.isin(roster["employee_id"])]
    works = roster["kind"].eq(WORK)
    paid = roster["shift"].map({s.code: s.paid_min / 60 for s in study.params.shifts})
    days = roster.assign(hours_h=paid.where(works, 0.0), night=roster["shift"].isin(night_codes(study)) & works, rest=roster["kind"].eq(REST))
    grouped = days.groupby("employee_id")
    away = study.leave.merge(roster.loc[roster["kind"].eq(LEAVE), ["employee_id", "date"]], on=["employee_id", "date"])
    totals = pd.DataFrame({"hours_h": grouped["hours_h"].sum(), "leave_h": away.groupby("employee_id")["hours_h"].sum()})
    totals = totals.assign(nights=grouped["night"].sum(), rest_days=grouped["rest"].sum())
    return totals.reindex(people).fillna(0).astype({"hours_h": float, "leave_h": float, "nights": int, "rest_days": int})


def head_counts(roster: pd.DataFrame, study: Study) -> pd.DataFrame:
    """People by shift (rows, in order of start) and day (columns)."""
    work = roster[roster["kind"].eq(WORK)]
    days = [pd.Timestamp(day) for day in study.horizon.dates]
    counts = work.pivot_table(index="shift", columns="date", values="employee_id", aggfunc="count", fill_value=0)
    return counts.reindex(index=[s.code for s in marks(study).shifts], columns=days, fill_value=0).astype(int)
