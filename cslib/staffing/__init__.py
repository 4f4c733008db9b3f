"""People needed, interval by interval: Erlang B, C and A, queues over time, chat, deadlines, skills, simulation, risk and hiring."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cslib.staffing import erlang, simulation, windows
    from cslib.staffing.hiring import HiringPlan, budget_table, hiring_lines, hiring_plan
    from cslib.staffing.judge import judge
    from cslib.staffing.requirement import requirement
    from cslib.staffing.reverse import figures
    from cslib.staffing.risk import risk, risk_curve
    from cslib.staffing.skills import Skill, staff_skills
    from cslib.staffing.traces import trace
    from cslib.staffing.whatif import WhatIf

__all__ = [
    "HiringPlan", "Skill", "WhatIf", "budget_table", "erlang", "figures", "hiring_lines", "hiring_plan", "judge", "requirement", "risk", "risk_curve",
    "simulation", "staff_skills", "trace", "windows",
]  # fmt: skip

# Loaded at first use: a page that shows the requirement needs neither widgets nor a solver.
_HOME = {
    "HiringPlan": "hiring", "budget_table": "hiring", "hiring_lines": "hiring", "hiring_plan": "hiring", "judge": "judge",
    "requirement": "requirement", "figures": "reverse", "risk": "risk", "risk_curve": "risk", "Skill": "skills",
    "staff_skills": "skills", "trace": "traces", "WhatIf": "whatif",
}  # fmt: skip
_MODULES = ("erlang", "simulation", "windows")


class _Room(ModuleType):
    """A module whose public functions are not hidden by submodules of the same name (judge, requirement, risk)."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name in _MODULES:
            return import_module(f"{self.__name__}.{name}")
        if name not in _HOME:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{self.__name__}.{_HOME[name]}"), name)
        super().__setattr__(name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Room
