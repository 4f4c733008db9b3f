"""The import contracts of pyproject.toml hold, cover every module, and break when they should."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from places import ROOT, modules

CHECK = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
CONTRACTS = {c["id"]: c for c in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]}
AUDIT_SIDE = {"cslib.roster.audit", "cslib.roster.hours"}
JOINS = {"cslib.roster.life", "cslib.roster.plan"}  # a plan reports the audit's recount; changes of a roster are judged by the audit's rules


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the package that lies in a folder."""
    clean = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    return subprocess.run([sys.executable, "-c", CHECK], cwd=folder, env=clean, capture_output=True, text=True, check=False)


def test_contracts_hold():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert f"{len(CONTRACTS)} kept, 0 broken" in done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the package, to break."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "cslib", folder / "cslib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("demand/__init__.py", "from cslib.roster import solve", "layers"),
        ("core/units.py", "import cslib.params.law", "layers"),
        ("pay/cost.py", "from cslib import people", "layers"),
        ("roster/audit/facts.py", "import highspy", "audit"),
        ("roster/hours.py", "from cslib.roster.problem import problem", "audit"),
        ("roster/problem.py", "from cslib.roster.audit import audit", "solver"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(copy, module, line, contract):
    path = copy / "cslib" / module
    before = path.read_text(encoding="utf-8")
    path.write_text(f"{before}\n\ndef _planted() -> None:\n    {line}\n", encoding="utf-8")
    done = lint(copy)
    path.write_text(before, encoding="utf-8")
    assert done.returncode == 1 and f"{CONTRACTS[contract]['name']} BROKEN" in " ".join(done.stdout.split()), done.stdout


def test_every_room_is_in_the_layers():
    rooms = {f"cslib.{path.parts[1]}" for path in modules("cslib") if len(path.parts) > 2}
    assert rooms == {name for layer in CONTRACTS["layers"]["layers"] for name in layer.split(" | ")}


def test_every_roster_module_is_on_one_side():
    """A new module of the solver must be listed in both contracts, or it could slip between them."""
    found = {
        f"cslib.roster.{path.parts[2].removesuffix('.py')}" for path in modules("cslib") if path.parts[1] == "roster" and path.name != "__init__.py"
    }
    solver = found - AUDIT_SIDE - JOINS
    assert set(CONTRACTS["solver"]["source_modules"]) == solver
    assert set(CONTRACTS["audit"]["source_modules"]) == AUDIT_SIDE == set(CONTRACTS["solver"]["forbidden_modules"])
    assert set(CONTRACTS["audit"]["forbidden_modules"]) == solver | JOINS | {"pulp", "highspy"}


def test_only_the_engine_knows_the_solver_libraries():
    users = {path.as_posix() for path, text in modules("cslib").items() if "import pulp" in text or "import highspy" in text or "from pulp" in text}
    rooms = ("cslib/roster/engine_", "cslib/roster/columns/", "cslib/roster/life/", "cslib/staffing/hiring")
    assert users and all(user.startswith(rooms) for user in users), users
