"""Can one person's month be legal at all? Asked at the door, where pins or the month before may ask for more than the rules allow."""

from __future__ import annotations

from cslib.roster.engine_highs import Limits, solve_mip
from cslib.roster.engine_model import Model, Sum
from cslib.roster.engine_patterns import Row
from cslib.roster.engine_rows import rows
from cslib.roster.problem import Problem

_ANY = Limits(gap_share=1.0, gap_yuan=1e9, nodes=1000, seconds=3600.0)  # its nodes end it, not how busy the machine is


def contradicting(problem: Problem, person: int) -> list[str]:
    """Rules that can't all be kept by a person; empty if some month keeps them.

    Only persons of whom a rule asks for work (a pin, a least run, a required follow-on) can be blocked; the others may always stay at home.
    The answer is the single rule without which a month exists, if there is one, else all rules that ask or forbid something.
    """
    asked = list(rows(problem, person))
    if all(row.limit >= 0 for row in asked) or _possible(problem, person, asked):
        return []
    names = list(dict.fromkeys(row.rule for row in asked))
    alone = [name for name in names if name != "pinned_kept" and _possible(problem, person, [row for row in asked if row.rule != name])]
    return alone[:1] or names


def _possible(problem: Problem, person: int, asked: list[Row]) -> bool:
    model = Model(problem)
    for d in range(problem.days):
        for s in range(len(problem.shifts)):
            if problem.allowed[person, d, s]:
                model.x[person, d, s] = model.variable("x", person, d, s, up=1, whole=True)
    if any(row.limit < 0 and not row.terms for row in asked):
        return False
    for row in asked:
        model.at_most({model.of_person(person, key): factor for key, factor in row.terms.items()}, row.limit)
    model.lp.setObjective(model.expression(Sum(dict.fromkeys(model.x.values(), 1.0))))
    return solve_mip(model.lp, _ANY).found
