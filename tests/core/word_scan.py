"""Finds the keys of ``params/words.yml`` that the code uses: in calls that take a key, and in helpers that hand one on."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from cslib.core import errors
from cslib.core.words import all_keys

ROOT = Path(__file__).resolve().parents[2]
SPEAKERS = {"say", "has", "Word", "Refusal"}
FINDERS = {"Finding"} | {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.CslibError)}
KEY = re.compile(r"[a-z_]+(\.[A-Za-z0-9_-]+)+")
FAMILY = re.compile(r"(?:[a-z_]+\.)+(?:[a-z]+_)?")


@dataclass
class Scan:
    """What the code says.

    used : key -> a place of its use; families : prefix of an f-string key -> place; texts : every literal text and keyword
    name; fragments : (start, end) of f-strings with one literal part
    """

    used: dict[str, str] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    fragments: set[tuple[str, str]] = field(default_factory=set)


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module of cslib and the code of every notebook."""
    for path in sorted((ROOT / "cslib").rglob("*.py")):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield path.name, ast.parse("\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"))


def called(call: ast.Call) -> tuple[str, str]:
    """(owner, name) of what is called: ``words.say(...)`` is ("words", "say")."""
    if isinstance(call.func, ast.Attribute):
        return (call.func.value.id if isinstance(call.func.value, ast.Name) else "?"), call.func.attr
    return "", call.func.id if isinstance(call.func, ast.Name) else ""


def key_prefix(call: ast.Call) -> str | None:
    """What stands before the key that a call takes: nothing for words, ``errors.`` for findings; None if it takes no key."""
    owner, name = called(call)
    if not call.args or owner not in {"", "words", "errors"}:
        return None
    return "" if name in SPEAKERS else "errors." if name in FINDERS else None


def literals(node: ast.expr) -> Iterator[str]:
    """The text that an argument is, or the texts of ``a if c else b``."""
    if isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def helpers(tree: ast.Module) -> dict[str, set[tuple[int, str]]]:
    """Functions that hand a key of their caller on: name -> (position of the key, prefix)."""
    found: dict[str, set[tuple[int, str]]] = {}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args) if argument.arg not in {"self", "cls"}]
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            prefix = key_prefix(call)
            if prefix is not None and isinstance(call.args[0], ast.Name) and call.args[0].id in names:
                found.setdefault(function.name, set()).add((names.index(call.args[0].id), prefix))
    return found


@cache
def scan() -> Scan:
    """The whole code, read once."""
    result, trees = Scan(), list(sources())
    own = {source: helpers(tree) for source, tree in trees}
    shared = {name: places for found in own.values() for name, places in found.items() if not name.startswith("_")}
    for source, tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                _read_call(node, source, shared | own[source], result)
            elif isinstance(node, ast.JoinedStr):
                _read_fstring(node, source, result)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                result.texts.add(node.value)
    return result


def _read_call(call: ast.Call, source: str, takers: dict[str, set[tuple[int, str]]], result: Scan) -> None:
    place, prefix = f"{source}:{call.lineno}", key_prefix(call)
    result.texts |= {str(keyword.arg) for keyword in call.keywords}
    if prefix is not None:
        result.used |= {prefix + text: place for text in literals(call.args[0])}
    for position, taken in takers.get(called(call)[1], ()):
        if len(call.args) > position:
            result.used |= {taken + text: place for text in literals(call.args[position]) if KEY.fullmatch(text)}


def _read_fstring(node: ast.JoinedStr, source: str, result: Scan) -> None:
    first, last = (part.value if isinstance(part, ast.Constant) else "" for part in (node.values[0], node.values[-1]))
    if len(node.values) == 2:
        result.fragments.add((str(first), str(last)))
    for family in (str(first), f"errors.{first}"):
        if FAMILY.fullmatch(str(first)) and any(key.startswith(family) for key in keys()):
            result.families.setdefault(family, f"{source}:{node.lineno}")


@cache
def keys() -> frozenset[str]:
    """Keys of the file."""
    return frozenset(key for key, _ in all_keys())


@cache
def data_names() -> frozenset[str]:
    """Every key and text of the data files that code may name things by."""

    def walk(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                yield str(key)
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)
        elif isinstance(node, str):
            yield node

    files = [
        *(ROOT / "cslib").rglob("*.yml"),
        *(ROOT / "params").glob("*.yml"),
        *(ROOT / "params").glob("l*/*.yml"),
        *(ROOT / "params").glob("kpi/*.yml"),
    ]
    return frozenset(text for path in files if path.name != "words.yml" for text in walk(yaml.safe_load(path.read_text(encoding="utf-8"))))
