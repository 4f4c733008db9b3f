"""The manifest of a run folder: written last, it is what makes a run finished. A folder without a valid one counts as absent."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from cslib.core import tables
from cslib.core.paths import outputs_dir
from cslib.intake.study import Study
from cslib.report.identity import Identity, checkout, identify, portable
from cslib.report.store import file_hash, read_json, read_table

NAME = "manifest.json"
FORMAT = 1
PACKAGES = (
    "cslib", "numpy", "pandas", "scipy", "pulp", "highspy", "matplotlib", "papermill", "nbconvert", "xlsxwriter", "holidays", "chinesecalendar",
)  # fmt: skip


@dataclass(frozen=True)
class Finished:
    """A finished run: its folder and its manifest."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def page(self) -> Path:
        """The one page to open: the review page; the manifest if the run has no pages."""
        review = self.folder / "html" / "60_review.html"
        return review if review.is_file() else self.folder / NAME


def now() -> str:
    """Local time with its offset, to the second. Only recorded, never part of a decision."""
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")


def record(study: Study, identity: Identity, *, draft: bool) -> dict[str, Any]:
    """What is known when a run opens (``run.json``): what is asked, of which data, with which code."""
    state = checkout()
    return {
        "format": FORMAT, "draft": draft, "site": identity.site, "month": identity.month, "scenario": identity.scenario,
        "language": identity.language,
        "hash8": identity.hash8, "question8": identity.question8, "hashes": dict(identity.parts), "settings": dict(identity.settings),
        "names": {"site": study.params.site.name.model_dump(), "scenario": study.params.scenario_meaning.model_dump()},
        "synthetic": study.params.site.synthetic, "seed": study.params.site.seed,
        "commit": state.commit, "dirty": state.dirty, "versions": versions(),
        "params": {portable(name): digest for name, digest in study.params.files.items()},
        "data": {portable(name): digest for name, digest in study.files.items()},
        "differences": [{k: _plain(v) for k, v in asdict(d).items()} for d in study.params.differences],
        "notes_of_readers": list(study.notes),
        "started": now(),
    }  # fmt: skip


def versions() -> dict[str, str]:
    """Python and the packages that shape results."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # cslib on PYTHONPATH, not installed
            found[name] = "-"
    return found


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, float, bool, list, dict)) else str(value)


def build(folder: Path, opened: Mapping[str, Any], notes: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest of a folder whose files are all written.

    ``verdict`` and ``solver`` are the notes of these names; ``files`` holds the sha256 of every other file, ``tables`` rows and sha256.
    """
    content = {p.relative_to(folder).as_posix(): p for p in files_of(folder)}
    kept = {name: value for name, value in notes.items() if name not in {"verdict", "solver"}}
    return {
        **opened,
        "verdict": notes.get("verdict", {}),
        "solver": notes.get("solver", {}),
        "notes": kept,
        "tables": {p.stem: {"rows": len(read_table(p.stem, p)), "sha256": file_hash(p)} for n, p in content.items() if _is_table(n)},
        "files": {name: file_hash(path) for name, path in content.items() if not _is_table(name)},
        "ended": now(),
        "complete": True,
    }


def _is_table(name: str) -> bool:
    path = Path(name)
    return path.parent.as_posix() == "tables" and path.suffix == ".csv" and path.stem in tables.dictionary()


def files_of(folder: Path) -> Iterator[Path]:
    """Files of a run folder without the manifest and half-written ones, in order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != NAME and not path.name.endswith(".part"):
            yield path


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a finished run; None if the folder is a draft, unfinished, cut short or not a run at all."""
    found = read_json(folder / NAME)
    if not isinstance(found, dict) or found.get("format") != FORMAT or found.get("complete") is not True or found.get("draft") is not False:
        return None
    if folder.name != f"{found.get('scenario')}-{found.get('hash8')}":
        return None
    listed = [f"tables/{name}.csv" for name in found.get("tables", {})] + list(found.get("files", {}))
    return found if all((folder / name).is_file() for name in listed) else None


def changed_files(folder: Path) -> list[str]:
    """Files of a finished run that are not any more what its manifest says; empty if all is well."""
    found = read_manifest(folder)
    if found is None:
        return [NAME]
    hashes = {f"tables/{name}.csv": entry["sha256"] for name, entry in found["tables"].items()} | found["files"]
    return sorted(name for name, digest in hashes.items() if file_hash(folder / name) != digest)


def finished_runs(site: str = "", month: str = "") -> list[Finished]:
    """All finished runs (of a site, of a month), by site, month, scenario and folder name."""
    found = []
    for folder in sorted(outputs_dir().glob(f"{site or '*'}/{month or '*'}/*")):
        if folder.is_dir() and not folder.name.startswith("."):
            content = read_manifest(folder)
            if content is not None:
                found.append(Finished(folder, content))
    return found


def reusable(study: Study, settings: Mapping[str, Any] | None = None) -> Finished | None:
    """The finished run that already answers this question with this very code, or None.

    A tree that is dirty never reuses: what is not committed can't be looked up later, so the run is made again and replaces the old one.
    """
    identity = identify(study, settings)
    folder = outputs_dir() / identity.site / identity.month / f"{identity.scenario}-{identity.hash8}"
    content = read_manifest(folder)
    if content is None or content["dirty"] or checkout().dirty or changed_files(folder):
        return None
    return Finished(folder, content)
