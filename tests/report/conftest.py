"""A project, outputs and protected folder of their own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import made_up
import pytest

from cslib.core import words
from cslib.intake.study import Study


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project folder under ``tmp_path``, in force while the test runs."""
    folder = made_up.root(tmp_path / "project")
    for name, value in made_up.surroundings(tmp_path).items():
        monkeypatch.setenv(name, value)
    with words.speaking("zh"):
        yield folder


@pytest.fixture
def desk(project: Path) -> Study:
    """18 people at two posts."""
    assert project.is_dir()
    return made_up.known("desk", 18)


@pytest.fixture
def line(project: Path) -> Study:
    """60 agents on phones."""
    assert project.is_dir()
    return made_up.known("line", 60)


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both languages, one after the other."""
    with words.speaking(request.param):
        yield request.param
