"""A month from door to page: check the inputs, run the notebooks in a staging folder, publish it whole, say the verdict."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tqdm.auto import tqdm

from cslib import intake, report
from cslib.batch.notebooks import CHAIN, Step, execute, notebook_path, refuse_missing
from cslib.core import words
from cslib.core.errors import RunError
from cslib.core.paths import shown
from cslib.core.words import say
from cslib.intake import Study
from cslib.report.html import write_pages  # not in cslib.report itself: nbconvert costs every kernel four seconds
from cslib.report.index import write_index


@dataclass(frozen=True)
class Month:
    """What came of a month: folder of the run, number of rule violations, lines for the terminal."""

    folder: Path
    violations: int
    lines: tuple[str, ...]


def plan_month(site: str, month: str, *, scenario: str = "base", contacts: str = "", again: bool = False) -> Month:
    """Plan a month through all notebooks.

    Parameters
    ----------
    site, month, scenario : what to plan; contacts : contact file in place of the site's own
    again : compute even if a finished run answers the same question with the same code

    Raises
    ------
    CslibError  before anything is written, if an input is wrong; after cleaning up, if a notebook fails.
    """
    refuse_missing(notebook_path(step.name) for step in CHAIN)
    study = intake.open_study(site, month=month, scenario=scenario, contacts=contacts)
    _say(say("batch.start", site=words.pick(study.params.site.name), month=month, scenario=words.pick(study.params.scenario_meaning)))
    report.clean_partials()
    known = None if again else report.reusable(study)
    if known is not None:
        _say(say("batch.reused"))
        with _writing():
            return _told(study, known.folder, known.manifest["verdict"])
    with _writing():
        report.protected_folder(study.site, study.month)  # both places that will be written to are tried before time is spent on notebooks
        run = report.start_run(study)
        try:
            asked = {"site": site, "month": month, "scenario": scenario, "language": words.language(), "contacts": contacts}
            _run_notebooks(run, {**asked, "run_folder": str(run.path)})
            verdict = run.notes()["verdict"]
            write_pages(run)
            folder = run.publish()
        except BaseException:  # Ctrl-C and a polite kill too: whatever ends the run, its folder goes
            run.discard()
            raise
        write_index()
        return _told(study, folder, verdict)


@contextmanager
def _writing() -> Iterator[None]:
    """What the system refuses (rights, a full disk, a file in place of a folder) as an error with place and way out."""
    try:
        yield
    except OSError as error:
        raise RunError("batch.not_writable", where=shown(error.filename or ""), problem=error.strerror or str(error)) from None


def _run_notebooks(run: report.Run, parameters: dict[str, object]) -> None:
    steps = [step for step in CHAIN if step.wanted(str(parameters["site"]))]
    bar = tqdm(steps, desc=say("batch.steps"), unit="nb", file=sys.stderr)
    for step in bar:
        output = run.path / "notebooks" / f"{step.name}.ipynb"
        output.parent.mkdir(exist_ok=True)
        execute(step.name, parameters, output)
        _check_left(step, run)


def _check_left(step: Step, run: report.Run) -> None:
    missing = [name for name in step.tables if not run.has(name)]
    if step is CHAIN[-1] and "verdict" not in run.notes():
        missing.append("verdict")
    if missing:
        raise RunError("batch.not_complete", where=step.name, missing=", ".join(missing))


def _told(study: Study, folder: Path, verdict: dict[str, object]) -> Month:
    """Verdict lines, the page to open, and the workbooks; the one with names goes to the protected folder."""
    full = report.full_tier_workbook(folder, study, intake.names(study))
    lines = [
        *report.verdict_lines(verdict),
        say("batch.workbook", path=shown(folder / "roster.xlsx")),
        say("batch.full_workbook", path=full),
        say("batch.open", path=shown(folder / "html" / "60_review.html")),
    ]
    return Month(folder, int(str(verdict["violations"])), tuple(lines))


def _say(line: str) -> None:
    tqdm.write(line, file=sys.stderr)
