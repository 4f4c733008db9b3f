"""The appraisal and grade pages of a site in one go: both notebooks into the site's draft folder, rendered, forms and sheet where asked for."""

from __future__ import annotations

from dataclasses import dataclass

from cslib import intake, people, report
from cslib.batch.notebooks import BESIDE, check_parameters, default_of, execute, notebook_path
from cslib.core import words
from cslib.core.paths import shown
from cslib.core.words import say
from cslib.report.html import write_pages  # not in cslib.report itself: nbconvert costs every kernel four seconds


@dataclass(frozen=True)
class Appraised:
    """Lines for the terminal: the pages, the table of sessions, and where forms went."""

    lines: tuple[str, ...]


def appraise_month(site: str, month: str, *, scenario: str = "base", ladder: str = "", reading: str = "", forms: bool = False) -> Appraised:
    """Run 40_kpi and 45_grades for a month; figures are the site's own where ``site.yml`` names them, else invented.

    Parameters
    ----------
    ladder, reading : scheme of ``params/ladders``, and its reading with settings of single questions, such as ``as_written, demotion=none``; empty
        for the notebook's own
    forms : write application forms and the sheet for decisions into the protected folder

    Raises
    ------
    CslibError  if an input is wrong, before a notebook starts: site, month, scenario, ladder, reading, the site's appraisal files, the
        protected folder; or if a notebook fails.
    """
    ladders = notebook_path("45_grades")
    people.open_ladder(ladder or default_of(ladders, "ladder"), *people.ladder_choice(reading or default_of(ladders, "reading")))
    study = intake.open_study(site, month=month, scenario=scenario)
    own = intake.figures(study)  # what is wrong with the files is said before a notebook starts
    if forms:
        report.protected_folder(study.site, study.month)
    asked = {"site": site, "month": month, "scenario": scenario, "language": words.language()}
    chosen = {name: value for name, value in {"ladder": ladder, "reading": reading, "forms": forms}.items() if value}
    given = {step.name: asked | (chosen if step.name == "45_grades" else {}) for step in BESIDE}
    for name, parameters in given.items():
        check_parameters(notebook_path(name), parameters)
    run = report.open_run(study)
    for step in BESIDE:
        output = run.path / "notebooks" / f"{step.name}.ipynb"
        output.parent.mkdir(parents=True, exist_ok=True)
        execute(step.name, given[step.name], output)
    pages = [path for path in write_pages(run) if path.stem in {step.name for step in BESIDE}]
    lines = [say("batch.open", path=shown(path)) for path in pages]
    lines.append(say("batch.sessions", path=shown(run.path / "tables" / "off_queue.csv")))
    if forms:
        lines.append(say("batch.forms", path=report.protected_folder(study.site, study.month).as_posix()))
        lines += [] if own.given else [say("batch.forms_synthetic")]
    return Appraised(tuple(lines))
