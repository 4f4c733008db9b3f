"""Strict YAML: every value knows its file and line; repeated keys, unknown keys and impossible values are refused with both.

Read as YAML 1.2: ``OFF`` and ``no`` are texts, ``10:30`` is a text (YAML 1.1 would make 630 of it), ``2026-12-01`` is a date.
A number in quotes is a text, and a text is no number. Anchors, aliases and tags are refused: a value stands where it counts.
"""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from cslib.core.errors import Finding, ParamError
from cslib.core.paths import shown
from cslib.core.words import Word

Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound="Strict")


class Strict(BaseModel):
    """Base of every parameter model: frozen, no unknown keys, no infinities, no text taken for a number or flag."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True, strict=True)


class Refusal(ValueError):
    """What a validator of a model raises: the key of the words that say what is allowed."""

    def __init__(self, key: str, /, **facts: Any) -> None:
        self.word = Word(key, facts)
        super().__init__(key)


def _said(text: str) -> str:
    if not text.strip() or len(text) > _LONGEST_TEXT or not text.isprintable():
        raise Refusal("params.need.text", most=_LONGEST_TEXT)
    return text


_LONGEST_TEXT = 300
Text = Annotated[str, AfterValidator(_said)]


class Meaning(Strict):
    """A text in both languages."""

    zh: Text
    en: Text

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class _Unwanted(yaml.MarkedYAMLError):
    """An alias or a tag."""


class _Loader(yaml.SafeLoader):
    """SafeLoader with YAML 1.2 scalars, without aliases."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """As in PyYAML, but an alias is refused where it stands."""
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise _Unwanted(problem=f"*{event.anchor}", problem_mark=event.start_mark)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("timestamp", r"^\d{4}-\d\d-\d\d$", "0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _plain_int(_: _Loader, node: yaml.ScalarNode) -> int:
    return int(node.value)


_Loader.add_constructor("tag:yaml.org,2002:int", _plain_int)


@dataclass(frozen=True)
class Document:
    """A parsed file: plain data, and the line of every key and item. ``moved``: ``file:line`` of values that another file put there."""

    path: Path
    data: dict[str, Any]
    lines: dict[Path_, int]
    moved: dict[Path_, str] = field(default_factory=dict)

    def where(self, path: Path_ = ()) -> str:
        """``file:line`` of a place, or of the nearest place above it that is written in the file."""
        prefixes = [path[:length] for length in range(len(path), -1, -1)]
        moved = next((self.moved[place] for place in prefixes if place in self.moved), None)
        return moved or f"{shown(self.path)}:{next((self.lines[place] for place in prefixes if place in self.lines), 1)}"


def read(path: Path) -> Document:
    """Parse a file.

    Raises
    ------
    ParamError  if the file is missing, is not YAML, repeats a key, or is not a mapping.
    """
    if not path.is_file():
        near = sorted(p.stem for p in path.parent.glob("*.yml")) if path.parent.is_dir() else []
        raise ParamError("params.no_file", where=shown(path), allowed=", ".join(near) or "-")
    lines: dict[Path_, int] = {}
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            raise ParamError("params.not_a_mapping", where=f"{shown(path)}:1")
        return Document(path, _build(loader, node, (), lines, path), lines)
    except UnicodeDecodeError:
        raise ParamError("params.encoding", where=shown(path)) from None
    except _Unwanted as error:
        raise ParamError("params.alias_or_tag", where=f"{shown(path)}:{_line(error)}", given=error.problem) from None
    except yaml.MarkedYAMLError as error:
        raise ParamError("params.not_yaml", where=f"{shown(path)}:{_line(error)}", problem=error.problem or "") from None
    except yaml.reader.ReaderError as error:
        where = f"{shown(path)}:{path.read_text(encoding='utf-8').count(chr(10), 0, error.position) + 1}"
        raise ParamError("params.not_yaml", where=where, problem=error.reason) from None
    except RecursionError:
        raise ParamError("params.not_yaml", where=shown(path), problem="nested too deep") from None


def _line(error: yaml.MarkedYAMLError) -> int:
    return error.problem_mark.line + 1 if error.problem_mark else 1


def _build(loader: _Loader, node: yaml.Node, place: Path_, lines: dict[Path_, int], path: Path) -> Any:
    """Plain data of a node; notes the line of every place."""
    line = node.start_mark.line + 1
    lines.setdefault(place, line)
    untagged = loader.resolve(type(node), node.value, (not getattr(node, "style", None), True))  # type: ignore[no-untyped-call]
    if node.tag != untagged:
        raise _Unwanted(problem=str(node.tag), problem_mark=node.start_mark)
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise ParamError("params.key", where=f"{shown(path)}:{line}")
            if key in result:
                raise ParamError("params.repeated_key", where=f"{shown(path)}:{line}", given=key, first=lines[(*place, key)])
            lines[(*place, key)] = line
            result[key] = _build(loader, value_node, (*place, key), lines, path)
        return result
    if isinstance(node, yaml.SequenceNode):
        return tuple(_build(loader, item, (*place, i), lines, path) for i, item in enumerate(node.value))
    try:
        return loader.construct_object(node)
    except ValueError:  # a date such as 2026-02-30, a whole number of thousands of digits
        facts = {"name": ".".join(map(str, place)), "given": _short(node.value), "allowed": Word("params.type.real")}
        raise ParamError(findings=[Finding("params.value", f"{shown(path)}:{line}", facts)]) from None


def validate(model: type[Model], document: Document, data: Any = None, at: Path_ = ()) -> Model:
    """Turn parsed data into a frozen model.

    Parameters
    ----------
    data : the data if it is not the document's own; at : where in the document it stands

    Raises
    ------
    ParamError  with one finding per wrong place: file, line, key, what was given, what is allowed.
    """
    given = document.data if data is None else data
    try:
        return model.model_validate(_frozen(given))
    except ValidationError as error:
        raise ParamError(findings=_findings(model, document, at, error, given)) from None


def _frozen(data: Any) -> Any:
    """Lists as tuples: the models keep sequences as tuples, and take nothing else."""
    if isinstance(data, dict):
        return {key: _frozen(value) for key, value in data.items()}
    return tuple(_frozen(item) for item in data) if isinstance(data, list | tuple) else data


def _findings(model: type[BaseModel], document: Document, at: Path_, error: ValidationError, data: Any) -> list[Finding]:
    """One finding a place: the branches of a union (number or text ...) are put together."""
    findings: list[Finding] = []
    values: dict[Path_, tuple[Any, list[Word | str]]] = {}
    for item in error.errors():
        kind, place = item["type"], _place(data, item["loc"], keep_last=item["type"] == "missing")
        where, key = document.where((*at, *place)), ".".join(map(str, (*at, *place)))
        if kind == "extra_forbidden":
            findings.append(unknown_key(where, key, sorted(allowed_keys(model, place[:-1]))))
        elif kind == "missing":
            findings.append(Finding("params.missing_key", where, {"given": key}))
        else:
            values.setdefault(place, (item["input"], []))[1].append(_allowed(dict(item)))
    for place, (value, allowed) in values.items():
        if any(other[: len(place)] == place != other for other in values):
            continue  # the mapping branch of a union took it, and found the fault further inside
        facts = {"name": ".".join(map(str, (*at, *place))), "given": _short(value), "allowed": tuple(dict.fromkeys(allowed))}
        findings.append(Finding("params.value", document.where((*at, *place)), facts))
    return findings


def unknown_key(where: str, given: str, allowed: Iterable[str]) -> Finding:
    """Finding for a key that nobody knows, with the nearest known one."""
    names = list(allowed)
    close = difflib.get_close_matches(given.rpartition(".")[2], names, 1, 0.6)
    guess = Word("errors.params.did_you_mean", {"guess": close[0]}) if close else ""
    return Finding("params.unknown_key", where, {"given": given, "allowed": ", ".join(names), "guess": guess})


def _place(data: Any, loc: tuple[str | int, ...], keep_last: bool) -> Path_:
    """The part of pydantic's location that the data have: names of models and union branches are left out."""
    place: list[str | int] = []
    for part in loc[:-1] if keep_last else loc:
        entries: Any = dict(enumerate(data)) if isinstance(data, list | tuple) else data
        if isinstance(entries, dict) and part in entries:
            place.append(part)
            data = entries[part]
    return (*place, loc[-1]) if keep_last else tuple(place)


def _short(value: Any) -> str:
    if value is None or isinstance(value, bool):
        text = "null" if value is None else str(value).lower()
    else:
        text = str(list(value)) if isinstance(value, tuple) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _allowed(item: dict[str, Any]) -> Word | str:
    """What pydantic would have taken, in signs where there are signs."""
    context, kind = item.get("ctx", {}), item["type"]
    signs = {"greater_than": ("gt", ">"), "greater_than_equal": ("ge", ">="), "less_than": ("lt", "<"), "less_than_equal": ("le", "<=")}
    if kind in signs:
        limit = context[signs[kind][0]]
        return f"{signs[kind][1]} {limit:g}" if isinstance(limit, float) else f"{signs[kind][1]} {limit}"
    if kind == "literal_error":
        return str(context["expected"])
    if kind == "value_error":
        error = context["error"]
        return error.word if isinstance(error, Refusal) else str(error)
    word = next((word for start, word in _TYPES.items() if kind.startswith(start)), None)
    return Word(f"params.type.{word}") if word else str(item["msg"])


_TYPES = {
    "int": "integer", "float": "number", "finite": "number", "bool": "flag", "string": "text", "date": "date", "dict": "mapping", "model": "mapping",
    "list": "list", "tuple": "list", "too_short": "filled",
}  # fmt: skip


def allowed_keys(model: type[BaseModel], place: Path_) -> set[str]:
    """Keys that a nested place of a model takes; empty where any key is allowed."""
    current: list[Any] = [model]
    for part in place:
        current = [option for annotation in current for option in _inside(annotation, part)]
    return {field.alias or name for kind in current if _is_model(kind) for name, field in kind.model_fields.items()}


def _inside(annotation: Any, part: str | int) -> list[Any]:
    """What may stand at a key of a model or mapping, or at a position of a list."""
    if _is_model(annotation):
        fields = {field.alias or name: field.annotation for name, field in annotation.model_fields.items()}
        return _options(fields.get(str(part)))
    arguments = typing.get_args(annotation)
    if not arguments:
        return []
    return _options(arguments[1] if typing.get_origin(annotation) is dict else arguments[0])


def _options(annotation: Any) -> list[Any]:
    """The branches of a union, without annotations such as limits."""
    if typing.get_origin(annotation) is Annotated:
        return _options(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [option for branch in typing.get_args(annotation) for option in _options(branch)]
    return [annotation]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
