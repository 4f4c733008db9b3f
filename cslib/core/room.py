"""Rooms that load what they export at first use, so that a page or a command pays only for the parts that it touches."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any


class Room(ModuleType):
    """A package whose public names are loaded at first use, and are not hidden by submodules of the same name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in self.__dict__["_homes"] and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        homes = self.__dict__["_homes"]
        if name not in homes and name in self.__all__:
            return import_module(f"{self.__name__}.{name}")
        if name not in homes:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(homes[name]), name)
        super().__setattr__(name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.__all__})


def furnish(name: str, exports: Mapping[str, tuple[str, ...]]) -> None:
    """Make a package a room.

    Parameters
    ----------
    name : of the package, with ``__all__`` set
    exports : public names by the module they live in (full name); names of ``__all__`` that stand in no module are submodules
    """
    module = sys.modules[name]
    module.__dict__["_homes"] = {public: home for home, names in exports.items() for public in names}
    module.__class__ = Room
