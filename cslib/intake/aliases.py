"""The alias table ``aliases.yml``: which spellings of headers and cell words mean what, what is private, what may not be used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from cslib.core.spelling import squeeze
from cslib.params.source import read

_BRACKET = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]\s*$")
_SPLIT = re.compile(r"[/\n\r|]+")


@dataclass(frozen=True)
class Header:
    """What a header means: canonical column, and the factor from its written unit to the dictionary's."""

    column: str
    factor: float = 1.0
    unit_unknown: str = ""


@cache
def table() -> Mapping[str, Any]:
    """The alias table as written."""
    return read(Path(__file__).parent / "aliases.yml").data


@cache
def columns(kind: str) -> Mapping[str, list[str]]:
    """Canonical column -> spellings as written, for one kind of input."""
    written = table()["kinds"][kind]["columns"]
    return {column: [column, *(table()["shared"][column] if texts == "shared" else texts)] for column, texts in written.items()}


@cache
def spellings(kind: str) -> Mapping[str, str]:
    """Squeezed spelling -> canonical column, for one kind of input."""
    return {squeeze(spelling): column for column, texts in columns(kind).items() for spelling in texts}


@cache
def words(section: str) -> Mapping[str, str]:
    """Squeezed spelling -> canonical word, for a section such as ``roles``."""
    return {squeeze(s): name for name, texts in table()[section].items() for s in (name, *texts)}


@cache
def word_set(section: str) -> frozenset[str]:
    """Squeezed words of a flat list such as ``rest_words``."""
    return frozenset(squeeze(word) for word in table()[section])


def shown(kind: str, column: str) -> str:
    """A column as a planner may write it, for messages: its first Chinese and its first English spelling."""
    chinese = next((t for t in columns(kind)[column] if re.search(r"[\u4e00-\u9fff]", t)), "")
    return f"{chinese}/{column}" if chinese else column


def candidates(header: str) -> list[str]:
    """The header and its parts (a bilingual header is written with / or a line break), squeezed."""
    parts = [header, *(_SPLIT.split(header) if _SPLIT.search(header) else [])]
    return [squeezed for squeezed in map(squeeze, parts) if squeezed]


@lru_cache(maxsize=8192)
def match(kind: str, header: str) -> Header | None:
    """What a header means for a kind of input; None if the alias table doesn't know it."""
    known = spellings(kind)
    for text in candidates(header):
        if text in known:
            return Header(known[text])
    normal = unicodedata.normalize("NFKC", header).replace("*", " ").strip()
    bracket = _BRACKET.search(normal)
    if bracket is None:
        return None
    found = match(kind, normal[: bracket.start()])
    if found is None:
        return None
    units = table()["units"].get(found.column)
    if units is None:
        return found
    factor = {squeeze(k): v for k, v in units.items()}.get(squeeze(bracket[1]))
    return Header(found.column, float(factor or 1.0), "" if factor else bracket[1])


def private_class(header: str) -> str | None:
    """Class of personal data that a header names (phone, identity ...), or None."""
    return _containing(header, table()["private"])


def excluded_criterion(header: str) -> str | None:
    """Criterion that may not be used (sex, age, looks ...) which a header or a skill names, or None."""
    return _containing(header, {name: entry["words"] for name, entry in table()["excluded"].items()})


def is_score(header: str) -> bool:
    """True if a header reads like a score: 形象分, height points."""
    normal = unicodedata.normalize("NFKC", header)
    bracket = _BRACKET.search(normal)
    parts = [squeeze(_BRACKET.sub("", normal)), squeeze(bracket[1]) if bracket else ""]
    return any(part.endswith(word) for part in parts for word in word_set("score_words"))


def _containing(header: str, classes: Mapping[str, list[str]]) -> str | None:
    """The first class with a word in the header: Chinese anywhere, Latin as a whole word (``stem*`` as its beginning)."""
    normal = unicodedata.normalize("NFKC", header).replace("_", " ")
    folded = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", normal).casefold()
    for name, texts in classes.items():
        for text in texts:
            pattern = rf"(?<![a-z]){re.escape(text.rstrip('*'))}" + ("" if text.endswith("*") else r"s?(?![a-z])")
            if re.search(pattern, folded) if text.isascii() else text in re.sub(r"\s+", "", folded):
                return name
    return None
