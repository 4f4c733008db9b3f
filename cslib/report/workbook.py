"""The roster as an Excel workbook, in two tiers: pseudonyms in the run folder, names and staff numbers in the protected folder alone."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Literal

import pandas as pd
from xlsxwriter import Workbook

from cslib.core.errors import RunError
from cslib.core.paths import protected_dir, shown
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.report import privacy
from cslib.report.manifest import read_manifest
from cslib.report.run import Run, outside_only, protected_folder
from cslib.report.store import read_table, write_whole
from cslib.report.workbook_base import Book
from cslib.report.workbook_duties import write_breaks, write_covers
from cslib.report.workbook_grid import write_grid
from cslib.report.workbook_posts import write_posts
from cslib.report.workbook_sheets import write_about, write_coverage, write_legend

NAME = "roster.xlsx"
Tier = Literal["work", "full"]
_AS_WRITTEN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_workbook(
    path: Path, roster: pd.DataFrame, covers: pd.DataFrame, coverage: pd.DataFrame, study: Study, *,
    tier: Tier = "work", names: pd.DataFrame | None = None, run_name: str = "",
) -> Path:  # fmt: skip
    """Write the workbook; the same tables give the same bytes.

    Parameters
    ----------
    path : file to write
    roster, covers, coverage : tables of these names
    tier : ``work`` shows pseudonyms only and is scanned; ``full`` adds 姓名 and 工号 (privacy requirement P04)
    names : DataFrame employee_id, display_name, staff_no; for the full tier only
    run_name : id of the run, printed on every sheet

    Raises
    ------
    RunError  if the full tier would land anywhere but ``<protected>/<site>/<month>/``, if names don't go with the tier or don't cover
        everybody, or if the scan of the work tier finds personal data.
    """
    if (tier == "full") != (names is not None):
        raise RunError("report.tier", where=shown(path), tier=tier)
    if tier == "full":
        _check_protected(path, study)
        missing = sorted(set(roster["employee_id"]) - set(names["employee_id"]))
        if missing:
            raise RunError("report.no_name", where=shown(path), given=", ".join(missing[:10]), count=len(missing))
    made = content(roster, covers, coverage, study, names, run_name)
    if tier == "work":
        privacy.refuse(privacy.scan_workbook(io.BytesIO(made), path.name))
    write_whole(path, made)
    if tier == "full":
        path.chmod(0o600)
    return path


def content(
    roster: pd.DataFrame, covers: pd.DataFrame, coverage: pd.DataFrame, study: Study, names: pd.DataFrame | None, run_name: str
) -> bytes:  # fmt: skip
    """The workbook's bytes; with names, the full tier's."""
    stream = io.BytesIO()
    file = Workbook(stream, _AS_WRITTEN)
    first = study.horizon.start
    file.set_properties({"title": say("report.sheet.roster"), "author": "cslib", "created": dt.datetime(first.year, first.month, first.day)})
    book = Book(file, study, names, run_name)
    write_grid(book, roster).activate()
    write_posts(book, roster)
    write_breaks(book, roster, covers)
    write_legend(book)
    write_coverage(book, coverage)
    write_covers(book, covers, roster)
    write_about(book, roster["employee_id"].nunique())
    file.close()
    return stream.getvalue()


def _check_protected(path: Path, study: Study) -> None:
    where = outside_only(path)
    allowed = protected_dir().resolve() / study.site / study.month
    if where.parent != allowed:
        raise RunError("report.only_protected", where=shown(path), allowed=shown(allowed))


def roster_workbook(run: Run, roster: pd.DataFrame, covers: pd.DataFrame, coverage: pd.DataFrame, study: Study) -> str:
    """Write the work tier into the run folder.

    Returns
    -------
    str, the path as a reader sees it (where it will be when the run is finished).

    Raises
    ------
    RunError  if the scan finds personal data.
    """
    write_workbook(run.path / NAME, roster, covers, coverage, study, run_name=run.name)
    return f"{run.shown}/{NAME}"


def full_tier_workbook(folder: Path, study: Study, names: pd.DataFrame) -> Path:
    """Write the workbook with names of a finished run into the protected folder, and make the folder its owner's alone.

    Parameters
    ----------
    folder : a finished run;  names : DataFrame employee_id, display_name, staff_no (``intake.names``)

    Returns
    -------
    Path ``<protected>/<site>/<month>/<run>.xlsx``.

    Raises
    ------
    RunError  if the run is not finished, a name is missing, or the protected folder lies inside the project.
    """
    if read_manifest(folder) is None:
        raise RunError("report.not_finished", where=shown(folder))
    path = protected_folder(study.site, study.month) / f"{folder.name}.xlsx"
    roster, covers, coverage = (read_table(name, folder / "tables" / f"{name}.csv") for name in ("roster", "covers", "coverage"))
    return write_workbook(path, roster, covers, coverage, study, tier="full", names=names, run_name=folder.name)
