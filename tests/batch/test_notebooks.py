"""One notebook through papermill: parameters checked before a kernel starts, and nothing half-done counts as done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from cslib.batch import notebooks
from cslib.batch.notebooks import BESIDE, CHAIN, check_parameters, execute, notebook_path
from cslib.core import words
from cslib.core.errors import RunError

PARAMETERS = 'site: str = "hotline"  # site\nwork: float = 1.0  # work limit\n'


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of notebooks in place of the project's; ``write(name, source)`` is in ``made.parent``."""
    monkeypatch.setattr(notebooks, "notebook_path", lambda name: tmp_path / f"{name}.ipynb")
    return tmp_path


def write(folder: Path, name: str, *sources: str) -> None:
    cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), *(nbformat.v4.new_code_cell(s) for s in sources)]
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}})
    nbformat.write(book, folder / f"{name}.ipynb")


@pytest.mark.parametrize("step", (*CHAIN, *BESIDE), ids=lambda s: s.name)
def test_every_notebook_takes_the_same_parameters(step: notebooks.Step) -> None:
    given = {"site": "hotline", "month": "2026-12", "scenario": "base", "language": "en", "contacts": "", "run_folder": ""}
    check_parameters(notebook_path(step.name), given)


def test_a_misspelt_parameter_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(RunError) as caught:
        check_parameters(notebook_path("30_roster"), {"mnoth": "2026-12"})
    with words.speaking("en"):
        text = str(caught.value)
    assert caught.value.keys == ["batch.unknown_parameter"]
    assert "30_roster.ipynb" in text
    assert "nearest: month" in text
    assert "scenario" in text


def test_a_value_of_the_wrong_type_is_refused_with_its_help(made: Path) -> None:
    write(made, "x")
    with pytest.raises(RunError) as caught:
        check_parameters(made / "x.ipynb", {"work": "much", "site": 5})
    assert caught.value.keys == ["batch.parameter_type", "batch.parameter_type"]
    assert "work limit" in caught.value.findings[0].facts["allowed"]


def test_an_int_is_a_float(made: Path) -> None:
    write(made, "x")
    check_parameters(made / "x.ipynb", {"work": 2})


def test_a_cell_that_fails_is_named(made: Path, tmp_path: Path) -> None:
    write(made, "x", "1 + 1", "1 / 0")
    with pytest.raises(RunError) as caught:
        execute("x", {}, tmp_path / "out.ipynb", progress=False)
    assert caught.value.keys == ["batch.cell_failed"]
    assert "cell 3" in caught.value.findings[0].where
    assert "ZeroDivisionError" in caught.value.findings[0].facts["problem"]


def test_a_killed_kernel_does_not_count_as_done(made: Path, tmp_path: Path) -> None:
    write(made, "x", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "1 + 1")
    with pytest.raises(RunError) as caught:
        execute("x", {}, tmp_path / "out.ipynb", progress=False)
    assert caught.value.keys == ["batch.kernel_died"]


def test_parameters_reach_the_notebook(made: Path, tmp_path: Path) -> None:
    write(made, "x", "print(site, work)")
    execute("x", {"site": "bank", "work": 2.5}, tmp_path / "out.ipynb", progress=False)
    book = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert book.cells[-1].outputs[0].text == "bank 2.5\n"


AT_ONCE = """
import sys
from pathlib import Path
from cslib.batch import notebooks
here, number = Path(sys.argv[1]), sys.argv[2]
notebooks.notebook_path = lambda name: here / f"{name}.ipynb"
notebooks.execute("x", {}, here / f"out{number}.ipynb", progress=False)
"""


def test_notebooks_at_the_same_time_keep_their_kernels_apart(made: Path) -> None:
    write(made, "x", "import time\ntime.sleep(1)")
    runs = [subprocess.Popen([sys.executable, "-c", AT_ONCE, str(made), str(i)], stderr=subprocess.PIPE) for i in range(2)]
    for run in runs:
        said = run.communicate(timeout=180)[1]
        assert run.returncode == 0, said
    assert sorted(p.name for p in made.iterdir()) == ["out0.ipynb", "out1.ipynb", "x.ipynb"]  # no socket is left behind
