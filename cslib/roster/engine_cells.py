"""Hard rules that concern one cell (person, day, shift) alone: each function marks what its rule forbids.

A rule that is not in force on a day (limit None) forbids nothing there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cslib.roster.problem import Problem

CellRule = Callable[["Problem", int], np.ndarray]


def shift_definition(problem: Problem, shift: int) -> tuple[int, ...]:
    """Posts that may be home of a shift, by its definition; none for a pooled shift (S003-P1)."""
    named = problem.shifts[shift].queues
    if named and problem.limit("shift_definition", 0) is None:
        return tuple(range(len(problem.posts)))
    return tuple(q for q, post in enumerate(problem.posts) if post.name in named)


def employment(problem: Problem, person: int) -> np.ndarray:
    """Days before the first or after the last day of employment."""
    who = problem.people[person]
    return _by_day(problem, "employment", [not who.first_day <= d <= who.last_day for d in range(problem.days)])


def leave_honoured(problem: Problem, person: int) -> np.ndarray:
    """Days of granted leave (S003-A4)."""
    return _by_day(problem, "leave_honoured", [d in problem.people[person].leave_h for d in range(problem.days)])


def night_protection(problem: Problem, person: int) -> np.ndarray:
    """Night shifts up to the last day on which the person may not work nights."""
    days = _by_day(problem, "night_protection", [d <= problem.people[person].no_night_through for d in range(problem.days)])
    return days & np.array(problem.night)


def skill_held(problem: Problem, person: int) -> np.ndarray:
    """Shifts none of whose home posts asks for a skill that the person holds on that day (S004-05, S003-Q2)."""
    wanted = [frozenset(problem.posts[q].skill for q in shift_definition(problem, s)) or problem.site_skills for s in range(len(problem.shifts))]
    missing = np.array([[not (skills & asked) for asked in wanted] for skills in problem.people[person].skills])
    return missing & _in_force(problem, "skill_held")


def daily_hours(problem: Problem, _person: int) -> np.ndarray:
    """Shifts of more paid hours than a duty may have."""
    return _over(problem, "daily_hours", list(problem.paid_h))


def meal_break(problem: Problem, _person: int) -> np.ndarray:
    """Shifts of longer presence than the limit that define no break of at least ``meal_break_length`` (S003-P1)."""
    unbroken = [0.0 if any(b.rests and b.length_min >= problem.meal_break_min for b in s.breaks) else s.length_min / 60 for s in problem.shifts]
    return _over(problem, "meal_break", unbroken)


def pinned_kept(problem: Problem, person: int) -> np.ndarray:
    """Everything but the pinned shift on a pinned day."""
    mask = np.zeros((problem.days, len(problem.shifts)), dtype=bool)
    for (p, day), pin in problem.pins.items():
        if p == person:
            mask[day] = True
            if pin.shift is not None:
                mask[day, pin.shift] = False
    return mask & _in_force(problem, "pinned_kept")


def team_post(problem: Problem, person: int) -> np.ndarray:
    """Shifts none of whose home posts is one of the person's team (S001-03), of those whose skill the person holds."""
    own = problem.people[person].posts
    forbidden = np.zeros((problem.days, len(problem.shifts)), dtype=bool)
    if own is not None:
        for s in range(len(problem.shifts)):
            homes = [q for q in shift_definition(problem, s) if q in own]
            for d, skills in enumerate(problem.people[person].skills):
                forbidden[d, s] = bool(problem.shifts[s].queues) and not any(problem.posts[q].skill in skills for q in homes)
    return forbidden & _in_force(problem, "team_post")


CELL_RULES: dict[str, CellRule] = {
    "employment": employment,
    "leave_honoured": leave_honoured,
    "night_protection": night_protection,
    "skill_held": skill_held,
    "daily_hours": daily_hours,
    "meal_break": meal_break,
    "pinned_kept": pinned_kept,
    "team_post": team_post,
}


def allowed_cells(problem: Problem) -> np.ndarray:
    """Flags (person, day, shift): cells that no cell rule forbids."""
    masks = {code: [rule(problem, p) for p in range(len(problem.people))] for code, rule in CELL_RULES.items()}
    for code, person, day in problem.waived:
        if code in masks:
            masks[code][person] = masks[code][person].copy()
            masks[code][person][day] = False
    free = [~np.logical_or.reduce([mask[p] for mask in masks.values()]) for p in range(len(problem.people))]
    return np.array(free, dtype=bool).reshape(len(problem.people), problem.days, len(problem.shifts))


def _in_force(problem: Problem, rule: str) -> np.ndarray:
    return np.array([[problem.limit(rule, d) is not None] for d in range(problem.days)])


def _by_day(problem: Problem, rule: str, days: list[bool]) -> np.ndarray:
    return np.repeat(np.array(days)[:, None] & _in_force(problem, rule), len(problem.shifts), axis=1)


def _over(problem: Problem, rule: str, hours: list[float]) -> np.ndarray:
    limits = [problem.limit(rule, d) for d in range(problem.days)]
    return np.array([[limit is not None and h > limit + 1e-9 for h in hours] for limit in limits])
