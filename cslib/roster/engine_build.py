"""Putting the programme together: people's cells and rows, their soft goals, posts and coverage."""

from __future__ import annotations

from collections.abc import Collection

from cslib.roster.engine_goals import GOALS
from cslib.roster.engine_model import Model, Sum, add_heads
from cslib.roster.engine_posts import POST_RULES, add_coverage, add_relief
from cslib.roster.engine_rows import rows
from cslib.roster.engine_teams import TEAM_RULES
from cslib.roster.problem import Problem

Cells = Collection[tuple[int, int]]


def build(problem: Problem) -> Model:
    """The whole month as one integer programme."""
    model = Model(problem)
    for p in range(len(problem.people)):
        for d in range(problem.days):
            for s in range(len(problem.shifts)):
                if problem.allowed[p, d, s]:
                    model.x[p, d, s] = model.variable("x", p, d, s, up=1, whole=True)
        add_person(model, p)
    add_wishes(model)
    add_heads(model)
    add_relief(model)
    for rule in POST_RULES.values():
        rule(model)
    add_coverage(model)
    for rule in TEAM_RULES.values():
        rule(model)
    for price, goal in GOALS.items():
        if problem.prices[price] > 0:
            goal(model)
    model.finish()
    return model


def add_person(model: Model, person: int) -> None:
    """Hard rows of one person, and the soft goals on his month."""
    for row in rows(model.problem, person):
        model.at_most({model.of_person(person, key): factor for key, factor in row.terms.items()}, row.limit)
    add_hours(model, person)


def add_hours(model: Model, person: int) -> None:
    """Soft goals on one person's month: overtime, hours below contract, nights."""
    problem, who = model.problem, model.problem.people[person]
    hours, nights = Sum(constant=sum(who.leave_h.values())), Sum()
    for d in range(problem.days):
        for s in range(len(problem.shifts)):
            if (person, d, s) in model.x:
                hours.add(model.x[person, d, s], problem.paid_h[s])
                if problem.night[s]:
                    nights.add(model.x[person, d, s])
    _above(model, "overtime", person, hours, who.contract_h)
    _above(model, "under_hours", person, Sum().plus(hours, -1), -(who.contract_h - problem.contract_band_h))
    _above(model, "night_over", person, nights, problem.nights_free)


def _above(model: Model, price: str, person: int, quantity: Sum, limit: float) -> None:
    """Price what ``quantity`` is above ``limit``."""
    most = quantity.constant + sum(max(factor, 0.0) for factor in quantity.terms.values()) - limit
    if most > 1e-9:
        above = model.variable(price, person)
        model.cost[price].add(above)
        row = Sum().plus(quantity)
        row.add(above, -1.0)
        model.at_most(row, limit)


def add_wishes(model: Model) -> None:
    """A wish is met by exactly its shift, or by a rest day (neither work nor leave)."""
    problem, refused = model.problem, model.cost["wish_refused"]
    for wish in problem.wishes:
        cells = [(wish.person, wish.day, s) for s in range(len(problem.shifts)) if wish.shift in (None, s)]
        known = Sum({model.x[cell]: wish.weight for cell in cells if cell in model.x})
        if wish.shift is None:
            on_leave = wish.day in problem.people[wish.person].leave_h
            refused.plus(Sum(constant=wish.weight) if on_leave else known)
        else:
            refused.plus(Sum(constant=wish.weight).plus(known, -1))
