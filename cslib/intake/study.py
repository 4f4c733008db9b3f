"""A study: everything one question needs, read, checked, pseudonymised and frozen. All later parts take it as it is."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.horizon import Horizon
from cslib.core.streams import stream
from cslib.params import Params

TABLES = ("contacts", "employees", "staff_grades", "skills", "leave", "wishes", "last_roster", "pins", "calendar")
LATER = {  # tables that few studies have: empty, not missing
    "published": "roster",
    "grade_decisions": "grade_decisions",
    "off_queue": "off_queue",
    "fairness_ledger": "fairness_ledger",
}


@dataclass(frozen=True)
class Study:
    """One site, month and scenario with its tables.

    Attributes
    ----------
    params : every parameter (site, shifts, law, prices, pay), scenario applied
    horizon : the month that is planned
    files : sha256 of every data file read, by its path as shown to a reader
    notes : remarks of the readers (dropped columns, filled cells, repaired rows), for the report; no person in them

    Tables (``study.table(name)``, or ``study.contacts`` etc.) are handed out as copies, so that nobody can change the study:
    contacts, employees, staff_grades, skills, leave, wishes, calendar as in the data dictionary; ``last_roster`` (table roster of
    the month before, may be empty), ``pins`` (table roster, cells fixed before solving, may be empty) and ``published`` (table roster of
    this month as people know it already, empty before the first publication: what differs from it is a change to somebody);
    ``grade_decisions`` (changes of grade that a human accepted, dated and signed), ``off_queue`` (training and meetings to be placed) and
    ``fairness_ledger`` (that of the month before, as published: what each carries in; empty where none was published).
    Whoever needs an order of people takes ``employees.position`` (row of the staff list), never the pseudonym: results must not
    depend on the key.
    """

    params: Params
    horizon: Horizon
    files: Mapping[str, str]
    notes: tuple[str, ...] = ()
    _tables: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    _pin_places: Mapping[tuple[str, dt.date], str] = field(default_factory=dict, repr=False)

    def table(self, name: str) -> pd.DataFrame:
        """A copy of one table."""
        if name in LATER and name not in self._tables:
            return tables.empty(LATER[name])
        return self._tables[name].copy()

    def with_tables(self, **given: pd.DataFrame) -> Study:
        """The study with some tables replaced, as a question of its own.

        Raises
        ------
        KeyError  for a table that a study does not have; TableError  if one breaks its schema.
        """
        if unknown := set(given) - {*TABLES, *LATER}:
            raise KeyError(*sorted(unknown))
        kinds = {**LATER, "last_roster": "roster", "pins": "roster"}
        checked = {name: tables.check(kinds.get(name, name), frame, source=name) for name, frame in given.items()}
        return dataclasses.replace(self, _tables={**self._tables, **checked})

    def through_next_day(self) -> Study:
        """The study with the day after the month in its horizon: for what the last night has to serve."""
        return dataclasses.replace(self, horizon=dataclasses.replace(self.horizon, days=self.horizon.days + 1))

    def pin_place(self, employee_id: str, day: dt.date) -> str:
        """File and cell of a pin, for a message; without a file the person and the day."""
        return self._pin_places.get((employee_id, day), f"pins: {employee_id}, {day}")

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name in TABLES or name in LATER:
            return self.table(name)
        raise AttributeError(name)

    @property
    def site(self) -> str:
        """Name of the site's folder."""
        return self.params.name

    @property
    def month(self) -> str:
        """Planned month, ``YYYY-MM``."""
        return self.horizon.label

    def rng(self, *names: str | int) -> np.random.Generator:
        """A named random stream under the site's seed."""
        return stream(self.params.site.seed, self.site, self.month, *names)
