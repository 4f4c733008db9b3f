"""The run folder: opened aside, filled by the notebooks, and renamed into place when it is complete.

``start_run`` (batch) makes ``outputs/<site>/<month>/.partial-<scenario>-<hash8>-<pid>/`` and hands its path to every notebook, which
calls ``open_run(study, run_folder)``; ``run.publish()`` writes the manifest last and renames the folder to ``<scenario>-<hash8>``.
In JupyterLab ``open_run(study)`` opens ``draft-<scenario>-<draft8>``, which never has a manifest and so never looks complete; its name
leaves out notebooks and words, so that a planner who edits a notebook keeps the tables of the notebooks before it.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from cslib.core import tables, words
from cslib.core.errors import RunError
from cslib.core.paths import outputs_dir, project_root, protected_dir, shown
from cslib.intake.study import Study
from cslib.report import manifest, privacy
from cslib.report.figures_base import png
from cslib.report.identity import Identity, identify
from cslib.report.store import read_json, read_table, sync, table_bytes, write_json, write_whole

RECORD = "run.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class Run:
    """One run folder. Everything is written aside and renamed, so a reader never finds half a file.

    Attributes
    ----------
    path : the folder;  record : what was known when it was opened;  draft : True if opened by hand, without a batch run
    """

    def __init__(self, path: Path, record: Mapping[str, Any]) -> None:
        self.path = path
        self.record = record

    @property
    def draft(self) -> bool:
        """True for a run opened in JupyterLab: it can't be published."""
        return bool(self.record["draft"])

    @property
    def name(self) -> str:
        """``<scenario>-<hash8>``: name of the folder when finished, and the run's id on paper."""
        return f"{self.record['scenario']}-{self.record['hash8']}"

    @property
    def site_name(self) -> str:
        """Name of the site in the language in use."""
        return words.pick(self.record["names"]["site"])

    @property
    def scenario_name(self) -> str:
        """Meaning of the scenario in the language in use."""
        return words.pick(self.record["names"]["scenario"])

    @property
    def shown(self) -> str:
        """The folder as a reader sees it: where it will be when the run is finished."""
        return shown(self.path if self.draft else self.path.parent / self.name)

    def __repr__(self) -> str:
        return f"Run({shown(self.path)})"

    def save(self, name: str, frame: pd.DataFrame) -> Path:
        """Store a table of the data dictionary as ``tables/<name>.csv``.

        Raises
        ------
        TableError  if the frame breaks the dictionary.
        RunError  if there is no such table, or it holds pay by person (P07, P09: such tables are recomputed, never stored).
        """
        if self._known(name).privacy in {"pay", "ledger"}:
            raise RunError("report.pay_table", where=f"run.save('{name}')", table=name)
        return write_whole(self._table(name), table_bytes(name, tables.check(name, frame, source=name)))

    def load(self, name: str) -> pd.DataFrame:
        """A table that an earlier notebook of this run saved, with the dictionary's types.

        Raises
        ------
        RunError  if it was not saved yet, with the names of those that were.
        """
        self._known(name)
        if not self.has(name):
            there = ", ".join(sorted(p.stem for p in (self.path / "tables").glob("*.csv"))) or "-"
            raise RunError("report.no_table", where=shown(self.path), table=name, allowed=there)
        return read_table(name, self._table(name))

    def has(self, name: str) -> bool:
        """True if the table was saved in this run."""
        return self._table(name).is_file()

    def figure(self, figure: Figure, name: str) -> Figure:
        """Store a figure as ``figures/<name>.png`` and return it, so that the notebook shows it.

        Raises
        ------
        RunError  if the name is not a plain file name.
        """
        write_whole(self.path / "figures" / f"{_plain_name(name)}.png", png(figure))
        return figure

    def note(self, key: str, value: Any) -> None:
        """Record plain data for the manifest; ``verdict`` and ``solver`` stand there under these names.

        Raises
        ------
        RunError  if the key is not a plain name, or the value is not plain data (NaN included).
        """
        try:
            write_json(self.path / "notes" / f"{_plain_name(key)}.json", value)
        except (TypeError, ValueError) as error:
            raise RunError("report.note", where=f"run.note('{key}')", problem=str(error)) from None

    def notes(self) -> dict[str, Any]:
        """All notes recorded so far by key."""
        return {p.stem: read_json(p) for p in sorted((self.path / "notes").glob("*.json"))}

    def publish(self) -> Path:
        """Scan everything, write the manifest, force it all onto the disk, and rename the folder into place.

        Returns
        -------
        Path of the finished folder. An older finished folder of the same hash is replaced.

        Raises
        ------
        RunError  if the run is a draft, its folder is gone, or the scan finds personal data.
        """
        if self.draft:
            raise RunError("report.draft", where=shown(self.path))
        if not (self.path / RECORD).is_file():
            raise RunError("report.no_folder", where=shown(self.path))
        for left in self.path.rglob("*.part"):
            left.unlink()
        privacy.refuse(privacy.scan_run(self.path))
        content = manifest.build(self.path, self.record, self.notes())
        for path in [*manifest.files_of(self.path), *(p for p in self.path.rglob("*") if p.is_dir())]:
            sync(path)
        write_json(self.path / manifest.NAME, content)
        sync(self.path)
        final = self.path.parent / self.name
        self._into_place(final)
        self.path = final
        return final

    def _into_place(self, final: Path) -> None:
        """Rename; a folder can't be renamed over another, so an old one steps aside first (and is then no finished run any more)."""
        old = final.parent / f".partial-old-{final.name}-{os.getpid()}"
        while True:  # another run of the same question may publish in between; then it steps aside in its turn
            shutil.rmtree(old, ignore_errors=True)
            with suppress(FileNotFoundError):
                final.rename(old)
            try:
                self.path.rename(final)
                break
            except OSError as error:
                if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                    raise
        sync(final.parent)
        shutil.rmtree(old, ignore_errors=True)

    def discard(self) -> None:
        """Remove the folder of a run that failed."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _table(self, name: str) -> Path:
        return self.path / "tables" / f"{name}.csv"

    def _known(self, name: str) -> tables.Table:
        if name not in tables.dictionary():
            raise RunError("report.unknown_table", where=shown(self.path), table=name, allowed=", ".join(tables.dictionary()))
        return tables.spec(name)


def _plain_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise RunError("report.file_name", where=f"'{name}'", given=name)
    return name


def start_run(study: Study, settings: Mapping[str, Any] | None = None) -> Run:
    """Open the staging folder of a batch run; what a process of the same number left there is removed.

    Parameters
    ----------
    study : what is asked;  settings : what else shapes the results (part of the hash), plain data
    """
    identity = identify(study, settings)
    path = _month_dir(identity) / f".partial-{identity.scenario}-{identity.hash8}-{os.getpid()}"
    shutil.rmtree(path, ignore_errors=True)
    return _opened(path, study, identity, draft=False)


def open_run(study: Study, folder: str = "") -> Run:
    """The run that a notebook writes to.

    Parameters
    ----------
    study : what is asked
    folder : staging folder that batch made; empty in JupyterLab, where a draft of its own is opened

    Raises
    ------
    RunError  if the folder is not an open run, or was opened for other inputs than the study's.
    """
    if not folder:
        identity = identify(study)
        path = _month_dir(identity) / f"draft-{identity.scenario}-{identity.draft8}"
        return _opened(path, study, identity, draft=True)
    path = Path(folder)
    record = read_json(path / RECORD)
    if not isinstance(record, dict) or record.get("format") != manifest.FORMAT or (path / manifest.NAME).exists():
        raise RunError("report.no_folder", where=shown(path))
    with words.speaking(record["language"]):
        identity = identify(study, record["settings"])
    if identity.hash8 != record["hash8"]:
        before = {"site": record["site"], "month": record["month"], "scenario": record["scenario"], **record["hashes"]}
        after = {"site": identity.site, "month": identity.month, "scenario": identity.scenario, **identity.parts}
        raise RunError("report.other_inputs", where=shown(path), changed=", ".join(name for name in after if before.get(name) != after[name]))
    return Run(path, record)


def _month_dir(identity: Identity) -> Path:
    return outputs_dir() / identity.site / identity.month


def _opened(path: Path, study: Study, identity: Identity, *, draft: bool) -> Run:
    path.mkdir(parents=True, exist_ok=True)
    write_json(path / RECORD, manifest.record(study, identity, draft=draft))
    return Run(path, read_json(path / RECORD))


def clean_partials() -> list[Path]:
    """Remove staging folders whose process is gone; returns them."""
    removed = []
    for path in sorted(outputs_dir().glob("*/*/.partial-*")):
        number = path.name.rpartition("-")[2]
        if number.isdigit() and not _alive(int(number)):
            shutil.rmtree(path, ignore_errors=True)
            removed.append(path)
    return removed


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's process
    return True


def clean_outputs() -> list[Path]:
    """Remove all finished runs, drafts and stale staging folders, and the page over them; returns what was removed."""
    removed = clean_partials()
    for path in sorted(outputs_dir().glob("*/*/*")):
        if path.is_dir() and not path.name.startswith(".partial-") and (path / RECORD).is_file():
            shutil.rmtree(path)
            removed.append(path)
    page = outputs_dir() / "index.html"
    if page.is_file():
        page.unlink()
        removed.append(page)
    for folder in sorted([*outputs_dir().glob("*/*"), *outputs_dir().glob("*")], key=lambda p: -len(p.parts)):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return removed


def protected_folder(site: str, month: str) -> Path:
    """``<protected>/<site>/<month>/``, made with access for its owner alone (privacy requirements P04, P09).

    Raises
    ------
    RunError  if the protected folder lies inside the project or inside ``outputs/``.
    """
    base = outside_only(protected_dir())
    path = base / site / month
    path.mkdir(parents=True, exist_ok=True)
    for folder in (base, base / site, path):
        folder.chmod(0o700)
    return path


def outside_only(path: Path) -> Path:
    """The resolved path of something that carries names or pay.

    Raises
    ------
    RunError  if it lies inside the project or inside ``outputs/``, from where it could be shared by mistake.
    """
    path = path.resolve()
    for forbidden in (project_root().resolve(), outputs_dir().resolve()):
        if path.is_relative_to(forbidden):
            raise RunError("report.not_protected", where=shown(path), forbidden=shown(forbidden))
    return path
