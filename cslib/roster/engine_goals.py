"""Soft goals on people's months beside hours, nights and wishes: weeks with too few hours, split and standby duties, steady starts, fairness.

A goal whose price is 0 adds nothing to the programme.
"""

from __future__ import annotations

from collections.abc import Callable

from cslib.roster.engine_model import Model, Sum
from cslib.roster.engine_patterns import weekend_worked
from cslib.roster.problem import Problem

Goal = Callable[[Model], None]


def week_under(model: Model) -> None:
    """Hours below the least of a whole week of the month, full-time equivalents; leave counts as hours."""
    problem = model.problem
    for monday in problem.week_h:
        days = range(monday, monday + 7)
        limit = problem.limit("week_hours_least", monday)
        if limit is None or monday < 0 or monday + 7 > problem.days:
            continue
        for p, who in enumerate(problem.people):
            if not (who.first_day <= monday and monday + 6 <= who.last_day):
                continue
            below = Sum(constant=limit * who.fte_share - sum(h for d, h in who.leave_h.items() if d in days))
            for d in days:
                for s in range(len(problem.shifts)):
                    if (p, d, s) in model.x:
                        below.add(model.x[p, d, s], -problem.paid_h[s])
            if below.constant > 0:
                short = model.variable("week_under", p, monday)
                model.cost["week_under"].add(short)
                below.add(short, -1.0)
                model.at_most(below)


def split_duty(model: Model) -> None:
    """Split shifts."""
    for (_, _, s), x in model.x.items():
        if model.problem.shifts[s].split:
            model.cost["split_duty"].add(x)


def standby_duty(model: Model) -> None:
    """Standby duties."""
    for (_, _, s), x in model.x.items():
        if model.problem.shifts[s].standby:
            model.cost["standby_duty"].add(x)


def start_change(model: Model) -> None:
    """Different start times of a person's duties from Monday to Sunday, less one."""
    problem = model.problem
    for monday in problem.week_h:
        for p in range(len(problem.people)):
            starts: dict[int, list[tuple[int, int, int]]] = {}
            for d in range(max(monday, 0), min(monday + 7, problem.days)):
                for s, shift in enumerate(problem.shifts):
                    if (p, d, s) in model.x:
                        starts.setdefault(shift.start_min, []).append((p, d, s))
            if len(starts) > 1:
                changes = model.variable("start_change", p, monday)
                model.cost["start_change"].add(changes)
                used = Sum({changes: -1.0}, -1.0)
                for start, cells in starts.items():
                    at = model.variable("at", p, monday, start, up=1)
                    used.add(at)
                    for cell in cells:
                        model.at_most({model.x[cell]: 1.0, at: -1.0})
                model.at_most(used)


def night_spread(model: Model) -> None:
    """Nights of the most loaded less those of the least loaded, within each group of like people who may work them all month."""
    problem = model.problem
    nights: dict[int, Sum] = {p: Sum() for p, who in enumerate(problem.people) if who.no_night_through < 0}
    for (p, _, s), x in model.x.items():
        if problem.night[s] and p in nights:
            nights[p].add(x)
    _spread(model, "night_spread", nights)


def weekend_spread(model: Model) -> None:
    """Worked weekends of the most loaded less those of the least loaded, within each group of like people."""
    problem = model.problem
    counted: dict[int, Sum] = {}
    for p in range(len(problem.people)):
        counted[p] = Sum()
        for number, days in enumerate(problem.weekends):
            for row in weekend_worked(problem, p, number, days):
                model.at_most({model.of_person(p, key): factor for key, factor in row.terms.items()}, row.limit)
            mark = model.of_person(p, ("weekend", number))
            cells = [model.x[p, d, s] for d in days for s in range(len(problem.shifts)) if (p, d, s) in model.x]
            model.at_most({mark: 1.0, **dict.fromkeys(cells, -1.0)})
            counted[p].add(mark)
    _spread(model, "weekend_spread", counted)


def moved_shift(model: Model) -> None:
    """Days of a published roster that change for somebody (S000-02): repair keeps what people know."""
    problem = model.problem
    for (p, d), shift in problem.published.items():
        if shift is None:
            for s in range(len(problem.shifts)):
                if (p, d, s) in model.x:
                    model.cost["moved_shift"].add(model.x[p, d, s])
        else:
            model.cost["moved_shift"].constant += 1
            if (p, d, shift) in model.x:
                model.cost["moved_shift"].add(model.x[p, d, shift], -1.0)


GOALS: dict[str, Goal] = {
    "week_under": week_under,
    "split_duty": split_duty,
    "standby_duty": standby_duty,
    "start_change": start_change,
    "night_spread": night_spread,
    "weekend_spread": weekend_spread,
    "moved_shift": moved_shift,
}


def like_people(problem: Problem) -> list[list[int]]:
    """People employed all month with the same hours scheme and the same skills of queues on the first day; part-timers are compared with nobody."""
    groups: dict[tuple[str, frozenset[str]], list[int]] = {}
    for p, who in enumerate(problem.people):
        if who.scheme != "part_time" and who.first_day <= 0 and who.last_day >= problem.days - 1:
            groups.setdefault((who.scheme, who.skills[0] & problem.site_skills), []).append(p)
    return list(groups.values())


def _spread(model: Model, price: str, counted: dict[int, Sum]) -> None:
    for number, group in enumerate(like_people(model.problem)):
        members = [p for p in group if p in counted]
        if len(members) > 1:
            most, least = model.variable(price, "most", number), model.variable(price, "least", number)
            model.cost[price].plus(Sum({most: 1.0, least: -1.0}))
            for p in members:
                model.at_most(Sum({most: -1.0}).plus(counted[p]))
                model.at_most(Sum({least: 1.0}).plus(counted[p], -1))
