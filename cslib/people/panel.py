"""Monthly facts about people as arrays [people x months]: what the ladder engine reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cslib.core.errors import Finding, PeopleError

Facts = Mapping[str, np.ndarray]


def month_number(month: str) -> int:
    """Months since year 0 of ``YYYY-MM``."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_text(number: int) -> str:
    """``YYYY-MM`` of a month number."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def months_before(month: str, count: int) -> list[str]:
    """The ``count`` months before a month, oldest first."""
    last = month_number(month)
    return [month_text(number) for number in range(last - count, last)]


@dataclass(frozen=True)
class Panel:
    """People and their facts, month by month.

    Attributes
    ----------
    people : pseudonyms, in the order of the staff list
    first : first month ``YYYY-MM``;  months : number of months
    facts : metric -> array [people, months], NaN where there is no record
    hired : first full month of employment, counted from month 0 of the panel (negative: before it)
    left : month from which a person is no longer employed (``months`` or later: stays)
    team : team number;  prior_months : related experience before hiring
    grade : starting grade of each person, empty for the ladder's entry;  grade_since : month from which it is held (as ``hired``)
    hired_on : day of hiring [datetime64[D]], for ladders that count service by days
    synthetic : True where the figures are invented
    """

    people: tuple[str, ...]
    first: str
    months: int
    facts: Facts
    hired: np.ndarray
    left: np.ndarray
    team: np.ndarray
    prior_months: np.ndarray
    grade: tuple[str, ...] = ()
    grade_since: np.ndarray | None = None
    synthetic: bool = False
    truth: Facts = field(default_factory=dict, repr=False)
    hired_on: np.ndarray | None = None

    def __post_init__(self) -> None:
        shape = (len(self.people), self.months)
        wrong = [name for name, values in self.facts.items() if values.shape != shape]
        wrong += [n for n in ("hired", "left", "team", "prior_months") if getattr(self, n).shape != shape[:1]]
        if wrong:
            facts = {"given": ", ".join(wrong), "people": shape[0], "months": shape[1]}
            raise PeopleError(findings=[Finding("people.panel_shape", "panel", facts)])

    @property
    def months_text(self) -> list[str]:
        """The months as ``YYYY-MM``."""
        return [month_text(month_number(self.first) + i) for i in range(self.months)]

    def calendar_month(self, t: int) -> int:
        """Calendar month 1 to 12 of month ``t``."""
        return (month_number(self.first) + t) % 12 + 1

    def take(self, rows: Sequence[int] | np.ndarray) -> Panel:
        """The panel of some people, in the order given."""
        rows = np.asarray(rows)
        return Panel(
            tuple(self.people[i] for i in rows), self.first, self.months, {name: values[rows] for name, values in self.facts.items()},
            self.hired[rows], self.left[rows], self.team[rows], self.prior_months[rows],
            tuple(self.grade[i] for i in rows) if self.grade else (), None if self.grade_since is None else self.grade_since[rows],
            self.synthetic, {name: values[rows] for name, values in self.truth.items()}, None if self.hired_on is None else self.hired_on[rows],
        )  # fmt: skip


def panel_of(facts: pd.DataFrame, employees: pd.DataFrame, first: str, months: int) -> Panel:
    """A panel from the tables ``kpi_facts`` and ``employees``.

    Parameters
    ----------
    facts : DataFrame, table ``kpi_facts``       period ``YYYY-MM``, kpi, value
    employees : DataFrame, table ``employees``   people in the order of ``position``

    Raises
    ------
    PeopleError  if a fact is of a person that the staff list does not have.
    """
    staff = employees.sort_values("position", kind="stable").reset_index(drop=True)
    place = {person: i for i, person in enumerate(staff["employee_id"])}
    strangers = sorted(set(facts["employee_id"]) - set(place))
    if strangers:
        raise PeopleError(findings=[Finding("people.unknown_fact", "kpi_facts", {"person": person}) for person in strangers[:20]])
    start = month_number(first)
    t = facts["period"].map(month_number).to_numpy(dtype=np.int64) - start
    inside = (t >= 0) & (t < months)
    row = facts["employee_id"].map(place).to_numpy(dtype=np.int64)
    arrays = {}
    for kpi in sorted(facts["kpi"].unique()):
        chosen = inside & facts["kpi"].eq(kpi).to_numpy()
        arrays[kpi] = np.full((len(staff), months), np.nan)
        arrays[kpi][row[chosen], t[chosen]] = facts["value"].to_numpy(dtype=float)[chosen]
    hired = staff["hired"].dt.year * 12 + staff["hired"].dt.month - 1 + staff["hired"].dt.day.gt(1) - start
    left = (staff["left"].dt.year * 12 + staff["left"].dt.month - start).fillna(months + 1)
    teams = pd.factorize(staff["team"].fillna(""), sort=True)[0] if "team" in staff else np.zeros(len(staff))
    return Panel(
        tuple(staff["employee_id"]), first, months, arrays, hired.to_numpy(dtype=np.int64), left.to_numpy(dtype=np.int64),
        np.asarray(teams, dtype=np.int64), np.zeros(len(staff), dtype=np.int64), hired_on=staff["hired"].to_numpy().astype("datetime64[D]"),
    )  # fmt: skip


def check_grades(panel: Panel, grades: Sequence[str]) -> None:
    """Refuse a starting grade that the ladder does not have.

    Raises
    ------
    PeopleError  naming each such grade.
    """
    unknown = dict.fromkeys(grade for grade in panel.grade if grade not in grades)
    if unknown:
        allowed = ", ".join(grades)
        raise PeopleError(findings=[Finding("people.not_a_grade", "panel", {"given": grade, "allowed": allowed}) for grade in unknown])
