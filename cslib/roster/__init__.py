"""Rosters: the problem, its engines, covers, plans with their proof; the independent audit and the hours table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cslib.core.room import furnish

if TYPE_CHECKING:
    from cslib.roster.audit import audit, morning_coverage, recount, sentences
    from cslib.roster.door import problem
    from cslib.roster.hours import hours, unused_hours
    from cslib.roster.owners import owners
    from cslib.roster.plan import Plan, SolveReport, solve, trace
    from cslib.roster.problem import Problem

__all__ = [
    "Plan", "Problem", "SolveReport", "audit", "hours", "morning_coverage", "owners", "problem", "recount", "sentences", "solve", "trace",
    "unused_hours",
]  # fmt: skip

# Loaded at first use: an abstract month is solved without the tables that a study needs.
furnish(
    __name__,
    {
        "cslib.roster.audit": ("audit", "morning_coverage", "recount", "sentences"),
        "cslib.roster.door": ("problem",),
        "cslib.roster.hours": ("hours", "unused_hours"),
        "cslib.roster.owners": ("owners",),
        "cslib.roster.plan": ("Plan", "SolveReport", "solve", "trace"),
        "cslib.roster.problem": ("Problem",),
    },
)
