"""environment.yml, requirements.lock and pyproject.toml name the same packages at the same versions."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from places import ROOT

NAMED = ("jupyterlab", "pandas", "numpy", "pulp", "matplotlib", "papermill", "pytest", "nbval")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$", re.M)
PYTHON = {"python_version": "3.11", "python_full_version": "3.11.7"}


@pytest.fixture(scope="module")
def lock() -> dict[str, str]:
    """Version of every package of the lock under Python 3.11."""
    found = PINNED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    return {canonicalize_name(name): version for name, version, marker in found if not marker or Marker(marker).evaluate(PYTHON)}


@pytest.fixture(scope="module")
def environment() -> list:
    """Dependencies of environment.yml."""
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]


@pytest.fixture(scope="module")
def project() -> dict:
    """Table ``project`` of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_python_is_that_of_the_project(environment, project):
    assert environment[:2] == ["python=3.11", "pip"] and len(environment) == 3
    assert project["requires-python"] == ">=3.11,<3.12" and "3.11.9" in SpecifierSet(project["requires-python"])


def test_the_lock_comes_first_and_is_there(environment):
    """pip in hash mode takes the first mention of a package as the one with the hashes."""
    assert environment[2]["pip"][0] == "-r requirements.lock" and (ROOT / "requirements.lock").is_file()


def test_the_named_packages_have_the_versions_of_the_lock(environment, lock):
    named = {Requirement(line).name: str(Requirement(line).specifier) for line in environment[2]["pip"][1:]}
    assert named == {name: f"=={lock[name]}" for name in NAMED}


def test_every_requirement_of_the_project_is_locked_within_its_bounds(project, lock):
    required = [Requirement(line) for line in (*project["dependencies"], *project["optional-dependencies"]["test"])]
    wrong = [str(r) for r in required if canonicalize_name(r.name) not in lock or lock[canonicalize_name(r.name)] not in r.specifier]
    assert not wrong
    assert set(NAMED) <= {canonicalize_name(r.name) for r in required}


def test_every_package_of_the_lock_has_hashes():
    blocks = re.split(r"^(?=[A-Za-z0-9])", (ROOT / "requirements.lock").read_text(encoding="utf-8"), flags=re.M)
    assert not [block.split()[0] for block in blocks if "==" in block.split("\n")[0] and "--hash=sha256:" not in block]


def test_pip_takes_the_section_as_it_stands(environment, tmp_path):
    """What conda hands to pip, without installing anything and without network: all of it is here already."""
    section = tmp_path / "section.txt"
    lines = [line.replace("-r ", f"-r {ROOT.as_posix()}/") for line in environment[2]["pip"]]
    section.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "--disable-pip-version-check", "-r", str(section)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Would install" not in done.stdout, done.stdout[-2000:]
