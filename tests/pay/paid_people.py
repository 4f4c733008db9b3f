"""A study with a few synthetic people, built in memory; every test changes what it needs."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pandas as pd
import yaml

from cslib.core import tables
from cslib.core.horizon import Horizon
from cslib.core.paths import params_dir
from cslib.intake.study import Study
from cslib.params import open_params
from cslib.params.calendar import calendar
from cslib.params.law import Law
from cslib.params.pay_scheme import PayScheme

PARAMS = open_params("front_desk")


def scheme(name: str, **changes: Any) -> PayScheme:
    """A pay scheme of the project with some keys changed."""
    written = yaml.safe_load((params_dir() / "pay" / f"{name}.yml").read_text(encoding="utf-8"))
    return PayScheme.model_validate({**written, **changes}, strict=False)


def law_with(code: str, *values: tuple[str, float]) -> Law:
    """The law with other dated values for one legal value."""
    entry = PARAMS.law.values[code]
    dated = tuple(entry.values[0].model_copy(update={"since": dt.date.fromisoformat(day), "value": value}) for day, value in values)
    return PARAMS.law.model_copy(update={"values": {**PARAMS.law.values, code: entry.model_copy(update={"values": dated})}})


def person(employee_id: str, **changes: Any) -> dict[str, Any]:
    """A row of the staff list with its grade: full time, hired long ago."""
    row = {"employee_id": employee_id, "site": "front_desk", "role": "agent", "hired": "2020-01-01", "left": None, "hours_scheme": "comprehensive"}
    return {**row, "fte_share": 1.0, "grade": "middle", **changes}


def study(*people: dict[str, Any], month: str = "2026-12", pay: PayScheme | None = None, law: Law | None = None) -> Study:
    """A study from rows of people; the plain scheme without its allowances unless another is given."""
    horizon = Horizon.month(month, 30)
    params = dataclasses.replace(PARAMS, pay=pay or scheme("simple", items={}), law=law or PARAMS.law)
    staff = pd.DataFrame([{**row, "position": place} for place, row in enumerate(people, start=1)])
    found = {
        "employees": tables.check("employees", staff.drop(columns="grade")),
        "staff_grades": tables.check("staff_grades", staff.loc[staff["grade"].notna(), ["employee_id", "grade"]]),
        "calendar": calendar(horizon.start, horizon.dates[-1], "CN"),
    }
    return Study(params, horizon, {}, (), found)


def hours(*rows: tuple[str, str, str, float], shifts: int = 0, basis: str = "planned") -> pd.DataFrame:
    """Hours table from (person, date, premium class, hours)."""
    frame = pd.DataFrame(rows, columns=["employee_id", "date", "premium", "hours_h"])
    return tables.check("hours", frame.assign(shifts=shifts, basis=basis))


def amounts(slips: pd.DataFrame, employee_id: str = "A-001", part: str = "earning") -> dict[str, int]:
    """Fen by item of one person and part of the payslip."""
    mine = slips[slips["employee_id"] == employee_id]
    mine = mine[mine["part"] == part]
    return dict(zip(mine["item"], mine["amount_fen"], strict=True))
