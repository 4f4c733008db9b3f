"""The verdict on a month: the figures that a reviewer decides by, and how they read in words.

Two money figures, never mixed: ``priced_yuan`` (what the avoidable items cost at list price; the audit's recount) and
``wage_cost_yuan`` (what pay computes from the hours).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cslib.core.errors import RunError
from cslib.core.words import say
from cslib.intake.study import Study
from cslib.report.run import Run

OVERTIME = ("overtime_workday", "overtime_rest_day", "overtime_holiday")
WORKED = ("normal", *OVERTIME)


@dataclass(frozen=True)
class Verdict:
    """The figures of ``figures`` by name, and their lines in the language in use."""

    figures: Mapping[str, Any]

    def lines(self) -> list[str]:
        """One line a subject."""
        return verdict_lines(self.figures)


@dataclass(frozen=True)
class Card:
    """One figure for the head of a page; ``state`` is good, bad or plain."""

    label: str
    value: str
    note: str
    state: str


def verdict(run: Run, study: Study, found: Mapping[str, pd.DataFrame]) -> Verdict:
    """Judge a run from its tables and the solver's note, and note the figures for the manifest (note ``verdict``).

    Parameters
    ----------
    found : tables coverage, violations, hours, cost_split, wage_cost by name

    Raises
    ------
    RunError  if the run has no note of the solver.
    """
    solver = run.notes().get("solver")
    if solver is None:
        raise RunError("report.no_solver", where=run.shown)
    names = ("coverage", "violations", "hours", "cost_split", "wage_cost")
    judged = figures(*(found[name] for name in names), solver, study.horizon.interval_min)
    run.note("verdict", judged)
    return Verdict(judged)


def figures(
    coverage: pd.DataFrame, violations: pd.DataFrame, hours: pd.DataFrame, cost_split: pd.DataFrame, wage_cost: pd.DataFrame,
    solver: Mapping[str, Any], interval_min: int,
) -> dict[str, Any]:  # fmt: skip
    """The figures of the verdict.

    Parameters
    ----------
    tables of these names;  solver : the solver's report as plain data;  interval_min : length of an interval [min]

    Returns
    -------
    dict. needed_h, short_h, short_peak_h, over_h [person-hours]; coverage_share and peak_coverage_share = (needed - short) / needed,
    1 where nothing is needed; violations [count], rules_broken [count]; status, ended_by, replayable, gap_share, bound_yuan of the
    solver; worked_h, overtime_h [h]; priced_yuan, wage_cost_yuan [yuan]; people [persons paid].
    """
    length = interval_min / 60
    peak = coverage[coverage["peak"]]
    total = wage_cost[wage_cost["item"].eq("total")].iloc[0]
    return {
        "needed_h": float(coverage["needed"].sum() * length),
        "short_h": float(coverage["short"].sum() * length),
        "over_h": float(coverage["over"].sum() * length),
        "coverage_share": _met_share(coverage),
        "needed_peak_h": float(peak["needed"].sum() * length),
        "short_peak_h": float(peak["short"].sum() * length),
        "peak_coverage_share": _met_share(peak),
        "violations": len(violations),
        "rules_broken": int(violations["rule"].nunique()),
        "status": solver["status"],
        "ended_by": solver["ended_by"],
        "replayable": bool(solver["replayable"]),
        "gap_share": float(solver["gap_share"]),
        "bound_yuan": float(solver["bound_yuan"]),
        "worked_h": float(hours.loc[hours["premium"].isin(WORKED), "hours_h"].sum()),
        "overtime_h": float(hours.loc[hours["premium"].isin(OVERTIME), "hours_h"].sum()),
        "priced_yuan": float(cost_split["priced_yuan"].sum()),
        "wage_cost_yuan": float(total["amount_yuan"]),
        "people": int(total["people"]),
    }


def _met_share(coverage: pd.DataFrame) -> float:
    needed = float(coverage["needed"].sum())
    return 1.0 if needed == 0 else (needed - float(coverage["short"].sum())) / needed


def share(value: float) -> str:
    """A share in per cent, rounded down, so that 100 % is said only of a whole.

    >>> share(1.0), share(0.99999), share(0.9)
    ('100.00%', '99.99%', '90.00%')
    """
    return f"{math.floor(value * 1e4 + 1e-9) / 100:.2f}%"


def gap(value: float) -> str:
    """A gap in per cent, rounded up, so that 0 % is said only of a proven optimum.

    >>> gap(0.0), gap(0.000001), gap(0.0083)
    ('0.00%', '0.01%', '0.83%')
    """
    return f"{math.ceil(value * 1e4 - 1e-9) / 100:.2f}%"


def verdict_lines(figures: Mapping[str, Any]) -> list[str]:
    """The verdict for the terminal and the review page, one line a subject, in the language in use."""
    facts = {**figures, "coverage": share(figures["coverage_share"]), "peak_coverage": share(figures["peak_coverage_share"])}
    lines = [
        say("report.verdict.coverage", **facts),
        say("report.verdict.peak", **facts) if figures["needed_peak_h"] else say("report.remark.no_peak"),
        say("report.verdict.violations", **facts) if figures["violations"] else say("report.verdict.clean"),
        say(
            "report.verdict.proof",
            status=_word("status", figures["status"]),
            ended=_word("ended", figures["ended_by"]),
            gap=gap(figures["gap_share"]),
        ),
        say("report.verdict.hours", **facts),
        say("report.verdict.money", **facts),
    ]
    return lines if figures["replayable"] else [*lines, say("report.lines.not_replayable")]


def _word(kind: str, code: str) -> str:
    """Word of a status or of what ended the solve."""
    return say(f"report.verdict.{kind}.{code}")


def cards(figures: Mapping[str, Any]) -> list[Card]:
    """The verdict as cards for the head of the review page; empty if there is no verdict."""
    if not figures:
        return []
    good = {True: "good", False: "bad"}
    return [
        Card(say("report.card.coverage"), share(figures["coverage_share"]), say("report.card.short", hours=figures["short_h"]), "plain"),
        _peak_card(figures),
        Card(
            say("report.card.violations"), str(figures["violations"]), say("report.card.rules", rules=figures["rules_broken"]),
            good[figures["violations"] == 0],
        ),
        Card(say("report.card.gap"), gap(figures["gap_share"]), _word("status", figures["status"]), "plain"),
        Card(say("report.card.hours"), f"{figures['worked_h']:,.0f}", say("report.card.overtime", hours=figures["overtime_h"]), "plain"),
        Card(say("report.card.priced"), f"{figures['priced_yuan']:,.0f}", say("report.card.priced_note"), "plain"),
        Card(say("report.card.wage_cost"), f"{figures['wage_cost_yuan']:,.0f}", say("report.card.wage_note", people=figures["people"]), "plain"),
    ]  # fmt: skip


def _peak_card(figures: Mapping[str, Any]) -> Card:
    """The card of the peak hours; a site without any says so instead of a perfect share."""
    if not figures["needed_peak_h"]:
        return Card(say("report.card.peak"), "-", say("report.remark.no_peak"), "plain")
    state = "good" if figures["short_peak_h"] == 0 else "bad"
    return Card(say("report.card.peak"), share(figures["peak_coverage_share"]), say("report.card.short", hours=figures["short_peak_h"]), state)
