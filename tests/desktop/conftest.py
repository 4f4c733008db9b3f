"""Programs of the desktop, with the Chinese font beside the system's own. A program that is missing is said by name, not passed over."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cslib.core import words
from cslib.report import write_fontconfig

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "report"))
import made_up

PACKAGES = {
    "soffice": "libreoffice-calc", "chromium": "chromium", "pdftoppm": "poppler-utils", "pdftotext": "poppler-utils", "pdffonts": "poppler-utils",
    "pdfinfo": "poppler-utils",
}  # fmt: skip


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., str]:
    """Run a program with the font, and give back what it prints."""
    surroundings = {**os.environ, "FONTCONFIG_FILE": str(write_fontconfig(tmp_path / "fonts")), "HOME": str(tmp_path / "home")}
    (tmp_path / "home").mkdir()

    def run(name: str, *arguments: str | Path) -> str:
        if shutil.which(name) is None:
            pytest.fail(f"{name} is missing; on Debian: apt-get install {PACKAGES[name]}")
        done = subprocess.run([name, *map(str, arguments)], env=surroundings, capture_output=True, text=True, check=False, timeout=180)
        assert done.returncode == 0, f"{name}: {done.stderr[-2000:]}"
        return done.stdout

    return run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project folder under ``tmp_path``, in force while the test runs."""
    folder = made_up.root(tmp_path / "project")
    for name, value in made_up.surroundings(tmp_path).items():
        monkeypatch.setenv(name, value)
    with words.speaking("zh"):
        yield folder


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both languages, one after the other."""
    with words.speaking(request.param):
        yield request.param
