"""A scenario lays changed values over parameter files: by dotted path, an unknown path is refused, every change is reported."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field

from cslib.core.errors import Finding, ParamError
from cslib.params.source import Document, Meaning, Path_, Strict, allowed_keys, validate


class Scenario(Strict):
    """``params/scenarios/<name>.yml``: values to change by dotted path (site.*, shifts.*, prices.*, law.*, pay.*)."""

    meaning: Meaning
    changes: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """A value that the scenario changed; ``before`` is what the file says, or the default where it says nothing."""

    path: str
    before: Any
    after: Any


def overlaid(section: str, document: Document, model: type[Strict], scenario: Scenario, source: Document) -> Document:
    """The document with the scenario's values of this section put in; each then stands on its line of the scenario file.

    Raises
    ------
    ParamError  if a path does not exist in the document, nor as an optional key of its model, or lies inside another path.
    """
    data = copy.deepcopy(document.data)
    moved: dict[Path_, str] = {}
    _refuse_nested(scenario, source)
    for path, value in scenario.changes.items():
        head, *parts = path.split(".")
        if head != section:
            continue
        where = source.where(("changes", path))
        node: Any = data
        for depth, part in enumerate(parts):
            known = sorted({*(node if isinstance(node, dict) else ()), *allowed_keys(model, tuple(parts[:depth]))})
            new = depth + 1 == len(parts) and part and _may_grow(section, model, tuple(parts), value)
            if not isinstance(node, dict) or (part not in known and not new):
                raise ParamError("params.unknown_path", where=where, given=path, allowed=", ".join(known) or "-")
            if depth + 1 < len(parts):
                node = node.setdefault(part, {})
        if not parts:
            raise ParamError("params.unknown_path", where=where, given=path, allowed=", ".join(f"{section}.{key}" for key in data))
        node[parts[-1]] = copy.deepcopy(value)  # a later path may reach into it
        moved[tuple(parts)] = where
    return replace(document, data=data, moved=moved) if moved else document


def _refuse_nested(scenario: Scenario, source: Document) -> None:
    """A block and a key inside it can't both be set: which of them counts would depend on their order."""
    findings = []
    for path in scenario.changes:
        for outer in scenario.changes:
            if "." in outer and path.startswith(f"{outer}."):
                facts = {"given": path, "outer": outer, "first": source.where(("changes", outer))}
                findings.append(Finding("params.path_inside", source.where(("changes", path)), facts))
    if findings:
        raise ParamError(findings=findings)


def _may_grow(section: str, model: type[Strict], place: Path_, value: Any) -> bool:
    """Whether a path may add an entry to a mapping of free keys: a whole block (a queue, a shift, a pay item), or a rule or price of the site.

    A single value under a key nobody knows (a misspelt grade) stays refused.
    """
    if allowed_keys(model, place[:-1]):
        return False
    return (section, *place[:-1]) in {("site", "rules"), ("site", "prices")} or (isinstance(value, dict) and bool(allowed_keys(model, place)))


def differences(
    scenario: Scenario, source: Document, documents: Mapping[str, Document], models: Mapping[str, type[Strict]]
) -> tuple[Difference, ...]:
    """What the scenario changes, in its own order; ``documents`` are the files before the overlay.

    Raises
    ------
    ParamError  if a path starts with none of the sections.
    """
    found = []
    for path, after in scenario.changes.items():
        head, *parts = path.split(".")
        if head not in documents:
            allowed = ", ".join(f"{section}.*" for section in documents)
            raise ParamError("params.unknown_path", where=source.where(("changes", path)), given=path, allowed=allowed)
        node: Any = validate(models[head], documents[head]).model_dump(by_alias=True)
        for part in parts:
            node = node.get(part) if isinstance(node, dict) else None
        found.append(Difference(path, node, after))
    return tuple(found)
