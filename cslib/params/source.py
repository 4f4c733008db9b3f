"""Strict YAML: every value knows its file and line; repeated keys, unknown keys and impossible values are refused with both.

Read as YAML 1.2: ``OFF`` and ``no`` are texts, ``10:30`` is a text (YAML 1.1 would make 630 of it), ``2026-12-01`` is a date.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from cslib.core.errors import Finding, ParamError
from cslib.core.paths import shown
from cslib.core.words import say

Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound="Strict")


class Strict(BaseModel):
    """Base of every parameter model: frozen, no unknown keys, no infinities."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)


class Meaning(Strict):
    """A text in both languages."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class _Loader(yaml.SafeLoader):
    """SafeLoader with YAML 1.2 scalars."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("timestamp", r"^\d{4}-\d\d-\d\d$", "0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _plain_int(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(node.value)


_Loader.add_constructor("tag:yaml.org,2002:int", _plain_int)


@dataclass(frozen=True)
class Document:
    """A parsed file: plain data, and the line of every key and item."""

    path: Path
    data: dict[str, Any]
    lines: dict[Path_, int]

    def where(self, path: Path_ = ()) -> str:
        """``file:line`` of a place, or of the nearest place above it that is written in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{shown(self.path)}:{self.lines.get(path, 1)}"


def read(path: Path) -> Document:
    """Parse a file.

    Raises
    ------
    ParamError  if the file is missing, is not YAML, repeats a key, or is not a mapping.
    """
    if not path.is_file():
        near = sorted(p.stem for p in path.parent.glob("*.yml")) if path.parent.is_dir() else []
        raise ParamError("params.no_file", where=shown(path), allowed=", ".join(near) or "-")
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
    except UnicodeDecodeError:
        raise ParamError("params.encoding", where=shown(path)) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ParamError("params.not_yaml", where=f"{shown(path)}:{line}", problem=error.problem or "") from None
    if not isinstance(node, yaml.MappingNode):
        raise ParamError("params.not_a_mapping", where=f"{shown(path)}:1")
    lines: dict[Path_, int] = {}
    data = _build(loader, node, (), lines, path)
    return Document(path, data, lines)


def _build(loader: _Loader, node: yaml.Node, place: Path_, lines: dict[Path_, int], path: Path) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in result:
                facts = {"key": key, "first": lines[(*place, key)]}
                raise ParamError("params.repeated_key", where=f"{shown(path)}:{line}", **{"given": facts["key"], "first": facts["first"]})
            lines[(*place, key)] = line
            result[key] = _build(loader, value_node, (*place, key), lines, path)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, item, (*place, i), lines, path) for i, item in enumerate(node.value)]
    return loader.construct_object(node)


def validate(model: type[Model], document: Document, data: Any = None, at: Path_ = ()) -> Model:
    """Turn parsed data into a frozen model.

    Parameters
    ----------
    data : the data if it is not the document's own (after an overlay); at : where in the document it stands

    Raises
    ------
    ParamError  with one finding per wrong place: file, line, key, what was given, what is allowed.
    """
    given = document.data if data is None else data
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise ParamError(findings=[_finding(model, document, at, dict(item), given) for item in error.errors()]) from None


def _finding(model: type[BaseModel], document: Document, at: Path_, item: dict[str, Any], data: Any) -> Finding:
    place = tuple(part for part in item["loc"])
    where, kind, key = document.where((*at, *place)), item["type"], ".".join(map(str, (*at, *place)))
    if kind == "extra_forbidden":
        allowed = sorted(allowed_keys(model, place[:-1]))
        close = difflib.get_close_matches(str(place[-1]), allowed, 1, 0.6)
        guess = say("errors.params.did_you_mean", guess=close[0]) if close else ""
        return Finding("params.unknown_key", where, {"given": key, "allowed": ", ".join(allowed), "guess": guess})
    if kind == "missing":
        return Finding("params.missing_key", where, {"given": key})
    return Finding("params.value", where, {"name": key, "given": _short(item["input"]), "allowed": _allowed(item)})


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _allowed(item: dict[str, Any]) -> str:
    """What pydantic would have taken, in signs where there are signs."""
    context, kind = item.get("ctx", {}), item["type"]
    signs = {"greater_than": ("gt", ">"), "greater_than_equal": ("ge", ">="), "less_than": ("lt", "<"), "less_than_equal": ("le", "<=")}
    if kind in signs:
        return f"{signs[kind][1]} {context[signs[kind][0]]}"
    if kind in {"literal_error", "enum"}:
        return str(context["expected"])
    if kind == "value_error":
        return str(context["error"])
    for start, word in (("int", "integer"), ("float", "number"), ("bool", "flag"), ("string", "text"), ("date", "date"), ("dict", "mapping"), ("list", "list"), ("tuple", "list")):
        if kind.startswith(start):
            return say(f"params.type.{word}")
    return str(item["msg"])


def allowed_keys(model: type[BaseModel], place: Path_) -> set[str]:
    """Keys that a nested place of a model takes; empty where any key is allowed."""
    current: Any = model
    for part in place:
        if isinstance(current, type) and issubclass(current, BaseModel):
            fields = {field.alias or name: field.annotation for name, field in current.model_fields.items()}
            current = _inner(fields.get(str(part)))
        else:
            current = _inner(current)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return {field.alias or name for name, field in current.model_fields.items()}
    return set()


def _inner(annotation: Any) -> Any:
    """The model inside ``dict[str, M]``, ``tuple[M, ...]`` or ``M | None``; list positions and dict keys pass through."""
    while hasattr(annotation, "__args__"):
        models = [a for a in annotation.__args__ if hasattr(a, "__args__") or (isinstance(a, type) and issubclass(a, BaseModel))]
        if not models:
            return None
        annotation = models[-1]
    return annotation
