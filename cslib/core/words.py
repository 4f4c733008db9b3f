"""Every word a reader sees, in Chinese and English, from one file: ``params/words.yml``.

``say("roster.title")`` gives the text in the language in use; ``use("zh")`` sets it. A key that is missing raises, and a test
compares the keys that the code uses with those in the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from cslib.core.paths import params_dir

LANGUAGES = ("zh", "en")
_language: ContextVar[str | None] = ContextVar("language", default=None)


def language() -> str:
    """Language in use: what ``use`` said, else ``CSLIB_LANGUAGE``, else Chinese.

    Raises
    ------
    ValueError  if ``CSLIB_LANGUAGE`` is neither ``zh`` nor ``en``.
    """
    return _language.get() or _known(os.environ.get("CSLIB_LANGUAGE") or "zh")


def use(name: str) -> None:
    """Set the language for what follows.

    Raises
    ------
    ValueError  if ``name`` is neither ``zh`` nor ``en``.
    """
    _language.set(_known(name))


def _known(name: str) -> str:
    if name not in LANGUAGES:
        raise ValueError(f"language: '{name}' is not known; allowed: zh, en / 语言只能是 zh 或 en")
    return name


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Use a language inside a ``with`` block."""
    before = _language.get()
    use(name)
    try:
        yield
    finally:
        _language.set(before)


@cache
def _file() -> dict[str, Any]:
    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where PyYAML has its C part; same result
    return dict(yaml.load((params_dir() / "words.yml").read_text(encoding="utf-8"), Loader=quick))


def _find(key: str) -> Mapping[str, str]:
    node: Any = _file()
    for part in key.split("."):
        if not isinstance(node, Mapping) or part not in node:
            raise KeyError(f"words.yml has no entry '{key}'")
        node = node[part]
    if not isinstance(node, Mapping):
        raise KeyError(f"words.yml has no entry '{key}'")
    return node


def has(key: str) -> bool:
    """True if ``params/words.yml`` holds the key."""
    try:
        return set(LANGUAGES) <= set(_find(key))
    except KeyError:
        return False


def say(key: str, /, **facts: Any) -> str:
    """The text of a key in the language in use, with its ``{places}`` filled.

    Raises
    ------
    KeyError  if the key, its language or a fact is missing.
    """
    return _find(key)[language()].format(**facts)


@dataclass(frozen=True)
class Word:
    """A text that is made when it is read, so that it follows the language; a fact of an error may be one.

    >>> with speaking("en"):
    ...     str(Word("params.type.flag"))
    'true or false'
    """

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return say(self.key, **self.facts)


@dataclass(frozen=True)
class Picked:
    """A ``{zh: ..., en: ...}`` pair of a params file as a text that follows the language."""

    meaning: Any = field(hash=False)

    def __str__(self) -> str:
        return pick(self.meaning)


@dataclass(frozen=True)
class Joined:
    """Texts and words put together when they are read, so that the whole follows the language."""

    parts: tuple[Any, ...]
    between: str = ", "

    def __str__(self) -> str:
        return self.between.join(map(str, self.parts))


def pick(meaning: Mapping[str, str]) -> str:
    """The language in use from a ``{zh: ..., en: ...}`` pair of a params file."""
    return meaning[language()]


def all_keys() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every key of the file with its texts, for the missing-word test."""

    def walk(node: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The entries below a place."""
        if node and all(isinstance(value, str) for value in node.values()):
            yield path, node
            return
        for name, child in node.items():
            yield from walk(child, f"{path}.{name}" if path else str(name))

    yield from walk(_file(), "")
