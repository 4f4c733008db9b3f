"""The tables of a finished run that a roster is judged by."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cslib.core import tables
from cslib.intake.issued import TABLES
from cslib.report.store import read_table


def drafted(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Roster, covers and requirement (on through the morning after the month) of a run's folder of tables."""
    roster, covers, need = (read_table(name, folder / f"{name}.csv") for name in TABLES)
    morning = folder / "morning_need.csv"
    return roster, covers, joined_need(need, read_table("morning_need", morning) if morning.exists() else tables.empty("morning_need"))


def joined_need(month: pd.DataFrame, morning: pd.DataFrame) -> pd.DataFrame:
    """Tables requirement and morning_need as one requirement."""
    return tables.check("requirement", pd.concat([month, morning], ignore_index=True), source="requirement") if len(morning) else month
