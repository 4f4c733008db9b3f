"""Rosters: the problem, its engines, covers, plans with their proof; the independent audit and the hours table."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cslib.roster.audit import audit, recount, sentences
    from cslib.roster.door import problem
    from cslib.roster.hours import hours, unused_hours
    from cslib.roster.owners import owners
    from cslib.roster.plan import Plan, SolveReport, solve, trace
    from cslib.roster.problem import Problem

__all__ = ["Plan", "Problem", "SolveReport", "audit", "hours", "owners", "problem", "recount", "sentences", "solve", "trace", "unused_hours"]

# Loaded at first use: an abstract month is solved without the tables that a study needs.
_HOME = {
    "audit": "audit", "recount": "audit", "sentences": "audit", "problem": "door", "hours": "hours", "unused_hours": "hours", "owners": "owners",
    "Plan": "plan", "SolveReport": "plan", "solve": "plan", "trace": "plan", "Problem": "problem",
}  # fmt: skip


class _Room(ModuleType):
    """A module whose public functions are not hidden by submodules of the same name (audit, hours, owners, problem)."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{self.__name__}.{_HOME[name]}"), name)
        super().__setattr__(name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Room
