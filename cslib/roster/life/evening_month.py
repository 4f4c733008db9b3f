"""A solved month evened out after the ledger: by exchanges alone, or planned again with the ledger's weights and then by exchanges.

Exchanges between two people keep the month as it is, day by day. Where few hold a skill, that is too narrow: who of them rests on a weekday
leaves a gap that nobody else fills. Then the month is solved again with a price on each weekend duty above what somebody should still take,
the month's other prices unchanged; what comes is exchanged on, and kept if it evens out more within the budget.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cslib.core.shifts import OFF
from cslib.intake.study import Study
from cslib.roster.door import problem
from cslib.roster.life.board import Board
from cslib.roster.life.evening import Evened, Point, even
from cslib.roster.life.fairness import KINDS, balances, load, points_of
from cslib.roster.plan import Plan, solve

_EVEN = 0.5  # spread of weekend duties from which on the month is planned again: below it is what whole duties leave
_WEEKENDS = KINDS.index("weekends")
_NOISE = 1e-6


def even_month(
    plan: Plan, need: pd.DataFrame, study: Study, carried: pd.DataFrame | None, budgets: Sequence[float], *, gap: float | None = None,
    work: float | None = None,
) -> tuple[Board, Evened]:  # fmt: skip
    """Even out a solved month.

    Parameters
    ----------
    plan, need, study : the month, its requirement and its study;  carried : table ``fairness_ledger`` of the month before
    budgets : rising limits of the priced cost above the plan's [yuan];  gap, work : as ``roster.solve``, for planning again

    Returns
    -------
    The month as a board, and what was done; the curve starts with the plan as solved.

    Raises
    ------
    RosterError, SolverError  as ``roster.solve``.
    """
    board, told = Board(plan.roster, plan.covers, need, study), math.fsum(plan.cost_split["priced_yuan"])
    leaned = leaning(board, carried)
    found = even(board, carried, budgets=budgets)
    if found.curve[-1].spread[_WEEKENDS] <= _EVEN or len(leaned.wishes) == len(study.wishes):
        return board, found
    again = solve(problem(need, leaned), gap=gap, work=work)
    other = Board(again.roster, again.covers, need, study)
    dearer = other.priced_yuan - told
    more = even(other, carried, budgets=[budget - dearer for budget in budgets if budget >= dearer])
    points = [Point(p.budget_yuan + dearer, round(p.yuan + dearer, 2), p.spread, planned_again=True) for p in more.curve[1:]]
    curve = list(found.curve)
    for n, point in enumerate(points, len(curve) - len(points)):
        if _points(point, study) < _points(curve[n], study) - _NOISE:
            curve[n] = dataclasses.replace(point, budget_yuan=curve[n].budget_yuan)
    return (other, Evened(more.exchanges, tuple(curve))) if curve[-1].planned_again else (board, found)


def leaning(board: Board, carried: pd.DataFrame | None) -> Study:
    """The study with wishes to be off at weekends that make uneven months dearer, by ``yuan_per_point`` as exchanges are.

    Whoever should take ``t`` weekend duties to come to his share pays nothing for the first ``t``, then what each adds in squared points:
    2 (n - t) - 1 for the n-th. A wish names its day: the days are put in an order for everybody that keeps those free which have enough people.
    """
    study, found = board.study, load(board)
    rule, yuan = study.params.site.fairness, study.params.prices.prices["wish_refused"].yuan
    point = rule.yuan_per_point * rule.weekend_points**2
    if not yuan or not point:
        return study
    target = (found.counts - balances(found, carried))[:, _WEEKENDS]
    left = found.days[:, :, _WEEKENDS].sum(axis=0)
    place, days = study.employees.set_index("employee_id")["position"], np.flatnonzero(left).tolist()
    rows = []
    for i in sorted(range(len(found.people)), key=lambda i: int(place[found.people[i]])):
        who = found.people[i]
        own = {day for day, _, _ in board.wishes.get(who, ())}
        order = sorted((d for d in days if board.may_change(who, board.days[d])), key=lambda d: (-left[d], d))
        left[order[: max(0, round(target[i]))]] -= 1
        for n, d in enumerate(order, 1):
            weight = point * (2 * (n - target[i]) - 1) / yuan
            if weight > _NOISE and board.days[d] not in own:
                rows.append((who, pd.Timestamp(board.days[d]), OFF, round(weight, 6)))
    more = pd.DataFrame(rows, columns=["employee_id", "date", "wish", "weight"]).astype({"date": "datetime64[us]"})
    wishes = pd.concat([study.wishes, more]) if rows else study.wishes
    return study.with_tables(wishes=wishes.sort_values(["employee_id", "date"], kind="stable").reset_index(drop=True))


def _points(point: Point, study: Study) -> float:
    """Mean squared points above and below the fair share."""
    weights = points_of(study.params.site.fairness)
    return math.fsum((weight * spread) ** 2 for weight, spread in zip(weights, point.spread, strict=True))
