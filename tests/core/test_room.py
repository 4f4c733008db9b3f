"""Rooms load what they export at first use, and submodules never hide it."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

ROOMS = ("pay", "people", "roster", "roster.life", "staffing")


@pytest.mark.parametrize("room", ROOMS)
def test_every_export_is_there_and_no_other_name(room):
    package = import_module(f"cslib.{room}")
    assert set(package.__all__) <= set(dir(package))
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        package.no_such_name  # noqa: B018


def test_a_submodule_never_hides_the_function_of_its_name():
    from cslib import roster

    import_module("cslib.roster.audit")
    assert callable(roster.audit) and callable(roster.problem) and callable(roster.hours)


LIGHT = [("roster", "pulp"), ("roster.life", "pulp"), ("staffing", "pulp"), ("people", "scipy"), ("pay", "numba"), ("report", "numba")]


@pytest.mark.parametrize(("room", "heavy"), LIGHT)
def test_importing_a_room_loads_nothing_heavy(room, heavy):
    code = f"import sys, cslib.{room}; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
