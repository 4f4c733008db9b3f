"""The command line: help and lists come at once, in both languages, and say what they mean."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cslib.batch.listing import site_lines
from cslib.core import words

SLOW = ("pandas", "matplotlib", "numba", "pulp", "papermill", "cslib.params", "cslib.report", "cslib.batch.chain")


@pytest.mark.parametrize("verb", ["--help", "sites"])
def test_help_and_sites_import_nothing_slow(verb: str) -> None:
    code = f"import sys; sys.argv = ['cslib', {verb!r}]\nfrom cslib.batch.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
    code += f"print('LOADED', *(name for name in {SLOW} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED"


def test_sites_are_a_table_in_words() -> None:
    with words.speaking("en"):
        titles, _, *rows = site_lines()
    assert titles.split() == ["Site", "Name", "Queues", "or", "posts", "Data"]
    desk = next(row for row in rows if row.startswith("front_desk "))
    assert "Property front desk" in desk and "North lobby, South lobby, Floater, Reception" in desk and desk.endswith("synthetic sample")


def test_a_site_that_cannot_be_read_is_still_listed(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("broken", "queues: ["), ("list", "- 1"), ("bare", "synthetic: false")):
        folder = tmp_path / "params" / "sites" / name
        folder.mkdir(parents=True)
        (folder / "site.yml").write_text(text, encoding="utf-8")
    texts = words._file()
    monkeypatch.setattr(words, "_file", lambda: texts)
    monkeypatch.setenv("CSLIB_ROOT", str(tmp_path))
    with words.speaking("en"):
        rows = site_lines()[2:]
    assert [row.split()[0] for row in rows] == ["bare", "broken", "list"]
    assert rows[0].endswith("own data") and all("can't be read" in row for row in rows[1:])


def test_replant_is_an_option_of_synthesise() -> None:
    done = subprocess.run([sys.executable, "-m", "cslib", "synthesise", "--help", "--language", "en"], capture_output=True, text=True, check=True)
    assert "--replant" in done.stdout and "forecast and requirement" in " ".join(done.stdout.split())
