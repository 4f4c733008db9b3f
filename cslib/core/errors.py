"""One family of errors. Each says where, what was given, what is allowed and what to do, in the reader's language.

An error carries findings, not text: ``str(error)`` is made from ``params/words.yml`` (``errors.<key>``) when it is read, so
the same error can be shown in both languages. Several findings of one file are reported together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cslib.core.words import say


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: ``key`` of its sentence, ``where`` (file:line, table and row, cell) and the facts in it.

    A fact is anything with a text; a ``words.Word`` follows the language; a tuple is shown as a list.
    """

    key: str
    where: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        facts = {name: ", ".join(map(str, fact)) if isinstance(fact, tuple) else fact for name, fact in self.facts.items()}
        text = say(f"errors.{self.key}", **facts)
        return f"{self.where}: {text}" if self.where else text


class CslibError(Exception):
    """Root of the family. ``CslibError("params.unknown_key", where="site.yml:3", given=..., allowed=...)`` or ``findings=[...]``."""

    def __init__(self, key: str = "", /, *, where: str = "", findings: list[Finding] | None = None, **facts: Any) -> None:
        self.findings = findings if findings is not None else [Finding(key, where, facts)]
        super().__init__(self.findings)

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)

    @property
    def keys(self) -> list[str]:
        """Keys of the findings, in order (what tests compare)."""
        return [finding.key for finding in self.findings]

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self.findings)


def _rebuild(kind: type[CslibError], findings: list[Finding]) -> CslibError:
    return kind(findings=findings)


class ParamError(CslibError, ValueError):
    """A parameter file or a notebook parameter is wrong."""


class TableError(CslibError, ValueError):
    """A table breaks its schema."""


class IntakeError(CslibError, ValueError):
    """A file that a planner brought can't be read, or its content can't be right."""


class ForecastError(CslibError, ValueError):
    """A history can't carry a forecast."""


class StaffingError(CslibError, ValueError):
    """A requirement can't be computed from these inputs."""


class RosterError(CslibError):
    """A roster can't be built, read or judged."""


class SolverError(RosterError):
    """The solver ended without a roster that passes its own recount."""


class PeopleError(CslibError, ValueError):
    """Staff list and pay scheme don't give every employee a grade."""


class PayError(CslibError, ValueError):
    """Hours, grades and pay scheme don't fit together."""


class RunError(CslibError):
    """A run could not be carried out, stored or found."""
