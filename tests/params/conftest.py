"""A project folder of its own: the real law, prices and pay schemes, and one small site ``desk`` from ``tests/bad_inputs/params/good``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cslib.core import paths

GOOD = Path(__file__).resolve().parents[1] / "bad_inputs" / "params" / "good"


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """``params/`` of a project with the site ``desk``."""
    source, target = paths.params_dir(), tmp_path / "params"
    for name in ("law", "pay"):
        shutil.copytree(source / name, target / name)
    for name in ("words.yml", "prices.yml"):
        shutil.copy(source / name, target / name)
    shutil.copytree(GOOD, target / "sites" / "desk")
    (target / "scenarios").mkdir()
    shutil.copy(source / "scenarios" / "base.yml", target / "scenarios" / "base.yml")
    monkeypatch.setenv("CSLIB_ROOT", str(tmp_path))
    return target
