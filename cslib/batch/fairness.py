"""Fairness over the months: a month evened out after it was solved, its ledger, and what both say to a reader."""

from __future__ import annotations

import dataclasses
import math

import pandas as pd

from cslib import intake, roster
from cslib.batch.check import published
from cslib.core import tables
from cslib.core.errors import SolverError
from cslib.core.words import say
from cslib.intake import Study
from cslib.report import fairness_view
from cslib.roster import life

SHARES = (0.0, 0.25, 0.5, 1.0)  # of a budget, the points of the price-of-fairness curve
_CENT = 0.01


def evened(plan: roster.Plan, need: pd.DataFrame, study: Study, budget: float) -> tuple[roster.Plan, life.Evened]:
    """A solved month evened out after the ledger that the study carries in; the proof stays that of the roster as solved.

    Parameters
    ----------
    plan : as solved;  budget : what evening out may cost [yuan]

    Raises
    ------
    RosterError, SolverError  as ``roster.solve``, or if the recount finds another price than the search did.
    """
    settings = study.params.site.roster
    budgets = [budget * share for share in SHARES]
    board, found = life.even_month(plan, need, study, study.fairness_ledger, budgets, gap=settings.gap_share, work=settings.work)
    if not found.exchanges and not found.planned_again:
        return plan, found
    rows, covers = board.roster(), board.cover_table()
    coverage, cost_split = roster.recount(rows, covers, need, study)
    now, told = math.fsum(cost_split["priced_yuan"]), math.fsum(plan.cost_split["priced_yuan"]) + found.yuan
    if abs(now - told) > _CENT * (1 + len(found.exchanges)):
        raise SolverError("roster.recount_differs", where=study.site, given=f"{told:.2f}", found=f"{now:.2f}")
    return dataclasses.replace(plan, roster=rows, covers=covers, coverage=coverage, cost_split=cost_split), found


def curve_table(found: life.Evened) -> pd.DataFrame:
    """Table ``fairness_curve``: the month as solved, then what each budget bought."""
    rows = [(n, p.budget_yuan, p.yuan, *p.spread, p.planned_again) for n, p in enumerate(found.curve)]
    return tables.check("fairness_curve", pd.DataFrame(rows, columns=list(tables.spec("fairness_curve").columns)), source="fairness_curve")


def exchange_table(found: life.Evened) -> pd.DataFrame:
    """Table ``fairness_exchanges``: who took whose day, a row an exchange and day."""
    rows = [(n, pd.Timestamp(day), e.one, e.other) for n, e in enumerate(found.exchanges, 1) for day in e.days]
    if not rows:
        return tables.empty("fairness_exchanges")
    frame = pd.DataFrame(rows, columns=list(tables.spec("fairness_exchanges").columns)).astype({"date": "datetime64[us]"})
    return tables.check("fairness_exchanges", frame, source="fairness_exchanges")


def month_ledger(rows: pd.DataFrame, covers: pd.DataFrame, need: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Table ``fairness_ledger`` of a month, after the one that the study carries in."""
    return life.fairness_ledger(life.Board(rows, covers, need, study), study.fairness_ledger)


def fairness_month(site: str, month: str, *, scenario: str = "base", budget: float | None = None) -> tuple[str, ...]:
    """The ledger of the roster in force in sentences, one for each person; with a budget also what evening it out would cost and bring.

    Parameters
    ----------
    budget : what exchanges may cost [yuan]; nothing is written

    Raises
    ------
    RunError  if there is no roster of the month;  IntakeError  if a published version was changed.
    """
    study = intake.open_study(site, month=month, scenario=scenario)
    frames = published(study)
    board = life.Board(*frames, study)
    ledger = life.fairness_ledger(board, study.fairness_ledger)
    lines = [*fairness_view.lines(ledger, study), *fairness_view.why_lines(ledger, study)]
    if budget is not None:
        found = life.even(board, study.fairness_ledger, budgets=[budget * share for share in SHARES])
        lines += [say("batch.fairness.supposed", budget=budget), *fairness_view.curve_lines(curve_table(found))]
    return tuple(line.replace("**", "") for line in lines)  # written for pages
