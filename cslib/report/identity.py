"""What a run is the answer to: one hash over everything that can change its outputs, and the state of the checkout.

``hash8`` (in the folder's name) covers parameter files, data files, the people's pseudonyms, notebooks (their code and text, not
their outputs), sources of cslib, words, locked packages, site, scenario, month, language and the settings of the run. Code that is
not committed is covered through the hash of the sources, so a change of code always leads to another folder; on top of that, a run
from a tree that is dirty is never taken as an answer already given (``manifest.reusable``). ``question8`` leaves out language, words,
code and packages: runs that share it asked the same question.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import cslib
from cslib.core import words
from cslib.core.paths import params_dir, project_root
from cslib.intake.study import Study
from cslib.report.store import file_hash, read_json, sha256


@dataclass(frozen=True)
class Checkout:
    """State of the checkout. Without git, ``commit`` is empty and the tree counts as dirty."""

    commit: str
    dirty: bool


@dataclass(frozen=True)
class Identity:
    """What a run is the answer to; ``parts`` are the hashes that make up ``hash8`` by name."""

    site: str
    month: str
    scenario: str
    language: str
    parts: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def hash8(self) -> str:
        """First eight digits of the hash over everything."""
        return self._digest(list(self.parts))

    @property
    def draft8(self) -> str:
        """Digits for drafts: without notebooks, words and language."""
        return self._digest(["params", "data", "people", "settings", "sources", "lock"])

    @property
    def question8(self) -> str:
        """Digits of the question alone: params, data, people and settings."""
        return self._digest(["params", "data", "people", "settings"])

    def _digest(self, names: list[str]) -> str:
        language = [self.language] if len(names) == len(self.parts) else []
        covered = [self.site, self.month, self.scenario, *language, *(f"{name}={self.parts[name]}" for name in sorted(names))]
        return sha256("\n".join(covered).encode())[:8]


def identify(study: Study, settings: Mapping[str, Any] | None = None) -> Identity:
    """Identity of the run that answers ``study`` in the language in use.

    Parameters
    ----------
    study : what is asked
    settings : what else the caller may change (a gap, a work limit), plain data
    """
    settings = dict(settings or {})
    people = study.employees.sort_values("position")["employee_id"]
    parts = {
        "params": _of_pairs(study.params.files.items()),
        "data": _of_pairs(study.files.items()),
        "people": sha256("\n".join(people).encode()),  # another pseudonym key gives other names in every table
        "notebooks": _of_pairs((p.name, _notebook_hash(p)) for p in sorted((project_root() / "notebooks").glob("*.ipynb"))),
        "sources": _of_pairs(_sources(Path(cslib.__file__).parent)),
        "words": _hash_or_none(params_dir() / "words.yml"),
        "lock": _hash_or_none(project_root() / "requirements.lock"),
        "settings": sha256(json.dumps(settings, sort_keys=True, default=str).encode()),
    }
    return Identity(study.site, study.month, study.params.scenario, words.language(), parts, settings)


def portable(name: str) -> str:
    """A file's name as it may be published: relative to the project, else the last part alone (a path outside tells who and where)."""
    path = PurePath(name)
    return path.name if path.is_absolute() else path.as_posix()


def _of_pairs(pairs: Any) -> str:
    return sha256("\n".join(sorted(f"{portable(name)} {digest}" for name, digest in pairs)).encode())


def _hash_or_none(path: Path) -> str:
    return file_hash(path) if path.is_file() else "none"


def _sources(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), file_hash(path)


def _notebook_hash(path: Path) -> str:
    """Hash over kind, tags and text of the cells: running a notebook in JupyterLab must not change the question."""
    content = read_json(path)
    cells = content.get("cells", []) if isinstance(content, dict) else []
    if not cells:
        return file_hash(path)
    kept = [[c.get("cell_type"), "".join(c.get("source", "")), c.get("metadata", {}).get("tags", [])] for c in cells]
    return sha256(json.dumps(kept, ensure_ascii=False).encode())


def checkout() -> Checkout:
    """Commit and dirty flag of the project's checkout."""
    commit, changes = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    if commit is None or changes is None:
        return Checkout("", True)
    return Checkout(commit.strip(), bool(changes.strip()))


def _git(*arguments: str) -> str | None:
    """Output of a git command; None without git or outside a checkout."""
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}  # never disturb a person's own git command
    try:
        done = subprocess.run(["git", *arguments], cwd=project_root(), env=quiet, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
