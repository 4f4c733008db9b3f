"""Rosters: the problem, its engines, covers, plans with their proof; the independent audit and the hours table."""

from cslib.roster.audit import audit, recount, sentences
from cslib.roster.door import problem
from cslib.roster.hours import hours, unused_hours
from cslib.roster.plan import Plan, SolveReport, solve, trace
from cslib.roster.problem import Problem

__all__ = ["Plan", "Problem", "SolveReport", "audit", "hours", "problem", "recount", "sentences", "solve", "trace", "unused_hours"]
