"""Why people are missing in a published month, and what the ways out cost."""

from __future__ import annotations

from cslib import intake
from cslib.batch.check import published
from cslib.core import words
from cslib.core.errors import RosterError
from cslib.core.words import say
from cslib.roster import life, problem


def explain_month(site: str, month: str, *, scenario: str = "base") -> list[str]:
    """The shortage of the roster in force, explained in sentences; of the month solved anew where the files say what it doesn't know yet.

    Raises
    ------
    RunError  if no run of the month is finished; RosterError, SolverError  as ``roster.life.explain``.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    roster, covers, need = published(study)
    posed = problem(need, study)
    try:
        return life.sentences(life.explain(posed, life.rostered(roster, covers, posed)))
    except RosterError as error:
        if error.keys != ["life.illegal"]:
            raise
        codes = str(error.findings[0].facts["rules"]).split(", ")
    named = [words.pick(study.params.law.rules[code].meaning) if code in study.params.law.rules else code for code in codes]
    return [say("batch.explain.anew", rules=say("batch.explain.comma").join(named)), *life.sentences(life.explain(posed))]
