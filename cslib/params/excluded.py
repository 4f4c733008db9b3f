"""Criteria that may not be used: a ladder or appraisal file that names one is refused with id, reason and statute.

``params/excluded.yml`` lists the names by catalogue id; reasons stand in ``params/words.yml`` under ``params.excluded``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from cslib.core.errors import Finding, ParamError
from cslib.core.paths import params_dir
from cslib.core.words import Word
from cslib.params.source import Document, Path_, read

_SILENT = {"note", "instead_of", "source"}  # places that may speak of an excluded entry without using it
_WORD = re.compile(r"[a-z0-9]+")
_ID = re.compile(r"S\d{3}-[A-Z]?\d+")


@cache
def excluded_names() -> dict[str, tuple[str, ...]]:
    """Names of what may not be used, by catalogue id, or privacy requirement and name."""
    return {entry: tuple(names) for entry, names in read(params_dir() / "excluded.yml").data.items()}


def excluded_entry(text: str) -> str | None:
    """Catalogue id of the excluded criterion that a text names, else None.

    >>> excluded_entry("height_cm"), excluded_entry("average weight")
    ('S003-T7', None)
    """
    for entry in _ID.findall(text):
        if entry in excluded_names():
            return str(entry)
    spaced = f" {' '.join(_WORD.findall(text.lower()))} "
    for entry, names in excluded_names().items():
        for name in names:
            words = " ".join(_WORD.findall(name.lower()))
            if (f" {words} " in spaced) if words else (name in text):
                return entry
    return None


def shown_entry(entry: str) -> str:
    """The id of an entry for a message: ``S003-T7`` of the catalogue, or ``P11`` of the privacy requirements for ``P11_household``."""
    return entry.partition("_")[0]


def refuse_excluded(document: Document) -> None:
    """Look at every key and text of a file.

    Raises
    ------
    ParamError  with file, line, id, reason and statute for each place that names an excluded criterion.
    """
    found: dict[tuple[str, str], Finding] = {}
    for place, text in _texts(document.data, ()):
        entry = excluded_entry(text)
        if entry is not None:
            where = document.where(place)
            found.setdefault((where, entry), excluded_finding(".".join(map(str, place)), where, entry))
    if found:
        raise ParamError(findings=list(found.values()))


def excluded_finding(name: str, where: str, entry: str) -> Finding:
    """Finding for a place that uses an excluded entry."""
    return Finding("params.excluded", where, {"name": name, "id": shown_entry(entry), "reason": Word(f"params.excluded.{entry}")})


def _texts(node: Any, place: Path_) -> Iterator[tuple[Path_, str]]:
    """Every key and text with its place."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in _SILENT:
                yield (*place, key), str(key)
                yield from _texts(value, (*place, key))
    elif isinstance(node, list | tuple):
        for i, value in enumerate(node):
            yield from _texts(value, (*place, i))
    elif isinstance(node, str):
        yield place, node
