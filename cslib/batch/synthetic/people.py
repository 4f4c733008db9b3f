"""Synthetic people: every attribute of a person follows from site, seed, group and number, whoever else is planted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.batch.synthetic.recipe import Group, People
from cslib.core.streams import stream
from cslib.params import Params
from cslib.params.calendar import LEGAL_WORK

WORK_WEEK = 5


@dataclass(frozen=True)
class Person:
    """One invented person. ``leave`` maps days of the month to the word and the hours written for them."""

    group: str
    number: int
    hired: dt.date
    left: dt.date | None
    hours_scheme: str
    fte_share: float
    grade: str
    skills: Mapping[str, float]
    no_night_until: dt.date | None
    no_overtime_until: dt.date | None
    overtime_h: float | None
    leave: Mapping[dt.date, tuple[str, float]]

    @property
    def leave_h(self) -> float:
        """Contract hours of all leave days [h]."""
        return sum(hours for _, hours in self.leave.values())

    def employed(self, day: dt.date) -> bool:
        """True from the first to the last day of employment."""
        return self.hired <= day and (self.left is None or day <= self.left)


def person(people: People, group: str, number: int, params: Params, days: pd.DataFrame, seed: int) -> Person:
    """Person ``number`` (from 1) of a group.

    Parameters
    ----------
    days : table ``calendar`` of the planned month
    seed : root of the stream ``(seed, site, "person", group, number)``
    """
    spec = people.groups[group]
    rng = stream(seed, params.name, "person", group, number)
    first, last = spec.hired
    differs = spec.differs(number)
    usual = first + dt.timedelta(days=int(rng.integers((last - first).days + 1)))
    hired = differs.hired or usual
    grade = str(rng.choice(list(spec.grades), p=_shares(spec.grades)))
    granted = _leave(people, spec, params, days, hired, differs.left, rng)
    return Person(
        group, number, hired, differs.left, spec.hours_scheme, spec.fte_share, grade, spec.skills,
        differs.no_night_until, differs.no_overtime_until, differs.overtime_h, granted,
    )  # fmt: skip


def contract_h(who: Person, params: Params, days: pd.DataFrame) -> float:
    """Contract hours of the days of a calendar on which the person is employed [h]."""
    legal = [day.date() for day, kind in zip(days["date"], days["kind"], strict=True) if kind in LEGAL_WORK]
    normal = float(params.law.value("normal_day_hours", days["date"].iloc[0].date()))
    return who.fte_share * normal * sum(who.employed(day) for day in legal)


def display_name(position: int) -> str:
    """Name of the person in a row of the staff list; never like a real one."""
    return f"示例员工 {position:03d} / Sample {position:03d}"


def _shares(weights: Mapping[str, float]) -> np.ndarray:
    values = np.array(list(weights.values()), dtype=float)
    return values / values.sum()


def _leave(
    people: People, spec: Group, params: Params, days: pd.DataFrame, hired: dt.date, left: dt.date | None, rng: np.random.Generator
) -> dict[dt.date, tuple[str, float]]:
    """A block of workdays inside one week, for some people."""
    plan = people.leave
    takes, length = rng.random() < plan.people_share, int(rng.integers(1, plan.days_max + 1))
    word = str(rng.choice(list(plan.kinds), p=_shares(plan.kinds)))
    mondays = [day.date() for day in days["date"] if day.weekday() == 0]
    start = mondays[int(rng.integers(len(mondays)))] + dt.timedelta(days=int(rng.integers(max(1, WORK_WEEK - length + 1))))
    if not takes:
        return {}
    legal = {day.date() for day, kind in zip(days["date"], days["kind"], strict=True) if kind in LEGAL_WORK}
    hours = spec.fte_share * float(params.law.value("normal_day_hours", days["date"].iloc[0].date()))
    block = [start + dt.timedelta(days=i) for i in range(length)]
    return {day: (word, hours) for day in block if day in legal and hired <= day and (left is None or day <= left)}
