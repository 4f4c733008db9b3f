"""Why people are missing in a published month, and what the ways out cost."""

from __future__ import annotations

from cslib import intake
from cslib.batch.check import published
from cslib.roster import life, problem


def explain_month(site: str, month: str, *, scenario: str = "base") -> list[str]:
    """The shortage of the newest finished run of a month, explained in sentences.

    Raises
    ------
    RunError  if no run of the month is finished; RosterError, SolverError  as ``roster.life.explain``.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    roster, covers, need = published(study)
    posed = problem(need, study)
    return life.sentences(life.explain(posed, life.rostered(roster, covers, posed)))
