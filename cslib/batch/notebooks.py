"""One notebook through papermill, strictly: a parameter that the notebook does not have is refused before a kernel starts,
and a notebook counts as done only if the tables it promises are there (a killed kernel leaves a file that looks finished)."""

from __future__ import annotations

import ast
import difflib
import logging
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from cslib.core.errors import Finding, RunError
from cslib.core.paths import params_dir, project_root, shown

KINDS = {"str": str, "int": int, "float": (int, float), "bool": bool}


@dataclass(frozen=True)
class Step:
    """A notebook of the chain and the tables it must leave in the run.

    needs : file under ``params/`` without which a site leaves the notebook out (``{site}`` is its name); empty: always run
    """

    name: str
    tables: tuple[str, ...]
    needs: str = ""

    def wanted(self, site: str) -> bool:
        """Whether the chain of a site has this notebook."""
        return not self.needs or (params_dir() / self.needs.format(site=site)).is_file()


CHAIN = (
    Step("10_demand", ("forecast", "accuracy")),
    Step("20_staffing", ("requirement",)),
    Step("25_hiring", ("hiring_plan", "recruitment_plan"), needs="hiring/{site}.yml"),
    Step("30_roster", ("roster", "covers", "coverage", "cost_split", "violations", "hours")),
    Step("35_cover", ("playbook_peaks", "fairness_ledger")),
    Step("50_pay", ("wage_cost",)),
    Step("60_review", ()),
)
# Run by hand or with ``execute``, not with every month: they compare schemes and show invented KPI figures, which no month's run should carry.
BESIDE = (Step("40_kpi", ("off_queue",)), Step("45_grades", ()))


def notebook_path(name: str) -> Path:
    """Where a notebook of the chain lies."""
    return project_root() / "notebooks" / f"{name}.ipynb"


def refuse_missing(paths: Iterable[Path]) -> None:
    """Raise for every notebook that is not there.

    Raises
    ------
    RunError  naming the file and the notebooks there are.
    """
    findings = []
    for path in paths:
        if not path.is_file():
            near = ", ".join(sorted(p.name for p in path.parent.glob("*.ipynb"))) or "-"
            findings.append(Finding("batch.no_notebook", shown(path), {"allowed": near}))
    if findings:
        raise RunError(findings=findings)


def check_parameters(path: Path, given: Mapping[str, object]) -> None:
    """Compare parameters with the notebook's own ``parameters`` cell.

    Raises
    ------
    RunError  for every name the notebook does not have, and every value of another type, with what is allowed.
    """
    refuse_missing([path])
    logging.getLogger("papermill").setLevel(logging.ERROR)
    known = papermill.inspect_notebook(str(path))
    findings = []
    for name, value in given.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            facts = {"given": name, "allowed": ", ".join(known), "guess": close[0] if close else "-"}
            findings.append(Finding("batch.unknown_parameter", shown(path), facts))
            continue
        kind = known[name]["inferred_type_name"]
        if kind in KINDS and (not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "bool")):
            facts = {"name": name, "given": repr(value), "allowed": f"{kind} ({known[name]['help'].strip()})"}
            findings.append(Finding("batch.parameter_type", shown(path), facts))
    if findings:
        raise RunError(findings=findings)


def default_of(path: Path, name: str) -> str:
    """The text that a notebook's own ``parameters`` cell gives a parameter.

    Raises
    ------
    RunError  if the notebook is not there.
    """
    refuse_missing([path])
    return str(ast.literal_eval(papermill.inspect_notebook(str(path))[name]["default"]))


class QuietKernel(AsyncKernelManager):
    """A kernel that keeps its last words off the terminal: a stopped one would print a traceback under the sentence that says so."""

    async def start_kernel(self, **kwargs: Any) -> None:
        """As in jupyter_client, with stderr of the process thrown away; errors of cells come back as messages."""
        await super().start_kernel(stderr=subprocess.DEVNULL, **kwargs)


def _sockets(folder: str) -> Config:
    """Sockets in a folder of this kernel's own instead of TCP ports: runs beside each other can't clash, and nobody on the network can listen."""
    return Config({"KernelManager": {"transport": "ipc", "ip": str(Path(folder) / "kernel")}})


def execute(name: str, parameters: Mapping[str, object], output: Path, *, progress: bool = True) -> None:
    """Run one notebook of the chain into ``output``.

    Raises
    ------
    RunError  if a parameter is wrong, a cell fails, the kernel dies, or the result is not complete.
    """
    path = notebook_path(name)
    check_parameters(path, parameters)
    quiet = ["--log-level=50"]
    bar = {"desc": name, "leave": False} if progress else False
    try:
        with TemporaryDirectory(prefix="cslib-", ignore_cleanup_errors=True) as folder:
            papermill.execute_notebook(
                str(path), str(output), parameters=dict(parameters), kernel_name="python3", cwd=str(path.parent), progress_bar=bar,
                config=_sockets(folder), extra_arguments=quiet, kernel_manager_class=QuietKernel,
            )  # fmt: skip
    except PapermillExecutionError as error:
        raise RunError("batch.cell_failed", where=f"{shown(path)}, cell {error.cell_index + 1}", problem=f"{error.ename}: {error.evalue}") from None
    except (DeadKernelError, CellTimeoutError) as error:
        raise RunError("batch.kernel_died", where=shown(path), problem=type(error).__name__) from None
    cells = [cell for cell in nbformat.read(output, as_version=4).cells if cell.cell_type == "code" and cell.source]
    unrun = [number for number, cell in enumerate(cells, 1) if not cell.execution_count]
    if unrun:
        raise RunError("batch.kernel_died", where=shown(path), problem=f"cell {unrun[0]}")
