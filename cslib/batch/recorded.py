"""Absences recorded in a month: kept beside the mended months in the protected folder, in force for every later version too."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cslib.core import tables
from cslib.core.paths import protected_dir
from cslib.intake import Study
from cslib.report.store import read_table


def recorded(study: Study) -> pd.DataFrame:
    """Table ``absences`` of the study's month and scenario, by start: each once, of people who are still on the staff list."""
    people = set(study.employees["employee_id"])
    found = [read_table("absences", path) for path in _files(study)]
    every = pd.concat([tables.empty("absences"), *found], ignore_index=True).drop_duplicates(["employee_id", "start", "end"])
    every = every[every["employee_id"].isin(people)].sort_values(["start", "employee_id"], kind="stable", ignore_index=True)
    return tables.check("absences", every, source="absences")


def folder_of(study: Study, name: str) -> Path:
    """Folder of the month as mended after a version; nothing is created."""
    return protected_dir() / study.site / study.month / f"cover-{study.params.scenario}-{name}"


def _files(study: Study) -> list[Path]:
    anyone = folder_of(study, "*")
    return sorted(anyone.parent.glob(f"{anyone.name}/absences.csv"))
