"""Single rules for single people on single days: which ones may stand behind a shortage, and the problem without some of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from cslib.core.shifts import WORK
from cslib.roster.engine_patterns import PATTERN_RULES
from cslib.roster.engine_rows import ROW_RULES
from cslib.roster.problem import Pin, Problem

EVERYONE = -1  # person of what concerns all who lack something: a skill, the role of a lead

# Rules that may be at fault, the most general first: a search that tries to do without them in this order ends with the most telling ones.
# What makes a roster a roster (shift definitions, one duty a day, the length of a duty, its breaks, covers) is not up for discussion.
AT_ISSUE = (
    *PATTERN_RULES, "rest_between_shifts", "consecutive_work_days", "weekly_hours", "part_time_week_hours", "rest_after_nights",
    "consecutive_nights", "overtime_approval", "cycle_overtime", "month_overtime", "overtime_protection", "night_protection", "leave_honoured",
    "team_post", "pinned_kept", "lead_on_duty", "skill_held",
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Held:
    """A rule in force for a person (his row in the staff list, or ``EVERYONE``) on a day of the month."""

    rule: str
    person: int
    day: int


def at_issue(problem: Problem, days: Collection[int]) -> list[Held]:
    """Everything that may keep somebody from work on some days, in the order of ``AT_ISSUE``, people and days."""
    found = {held for p in range(len(problem.people)) for held in (*_cells(problem, p, days), *_rows(problem, p, days))}
    found |= set(_abilities(problem, days))
    place = {rule: i for i, rule in enumerate(AT_ISSUE)}
    return sorted(found, key=lambda h: (place[h.rule], h.person, h.day))


def _rows(problem: Problem, person: int, days: Collection[int]) -> Iterator[Held]:
    for rule in AT_ISSUE:
        if rule in ROW_RULES and rule != "pinned_kept":
            for row in ROW_RULES[rule](problem, person):
                inside = any(isinstance(key[0], int) and key[0] in days for key in row.terms)
                if inside and sum(max(0.0, factor) for factor in row.terms.values()) > row.limit + 1e-9:
                    yield Held(rule, person, row.day)


def _cells(problem: Problem, person: int, days: Collection[int]) -> Iterator[Held]:
    who = problem.people[person]
    for day in sorted(days):
        if day in who.leave_h and problem.limit("leave_honoured", day) is not None:
            yield Held("leave_honoured", person, day)
        if day <= who.no_night_through and any(problem.night) and problem.limit("night_protection", day) is not None:
            yield Held("night_protection", person, day)
        if (person, day) in problem.pins and problem.limit("pinned_kept", day) is not None:
            yield Held("pinned_kept", person, day)
    if who.posts is not None and problem.limit("team_post", 0) is not None:
        yield Held("team_post", person, 0)


def _abilities(problem: Problem, days: Collection[int]) -> Iterator[Held]:
    """Skills by day and, for the whole month, the role of a lead: somebody employed lacks them."""
    asked = problem.site_skills | set(problem.settings.attributes)
    for day in sorted(days):
        if any(who.first_day <= day <= who.last_day and not asked <= who.skills[day] for who in problem.people):
            yield Held("skill_held", EVERYONE, day)
    if problem.limit("lead_on_duty", 0) is not None and not all(who.lead for who in problem.people):
        yield Held("lead_on_duty", EVERYONE, 0)


def relaxed(problem: Problem, without: Collection[Held]) -> Problem:
    """The problem as if some rules did not hold for some people on some days."""
    chosen = set(without)
    skilled = {h.day for h in chosen if h.rule == "skill_held"}
    leading = any(h.rule == "lead_on_duty" for h in chosen)
    asked = problem.site_skills | set(problem.settings.attributes)
    people = []
    for p, who in enumerate(problem.people):
        away = {d: hours for d, hours in who.leave_h.items() if Held("leave_honoured", p, d) not in chosen}
        skills = tuple(held | asked if d in skilled else held for d, held in enumerate(who.skills))
        posts = None if Held("team_post", p, 0) in chosen else who.posts
        people.append(dataclasses.replace(who, leave_h=away, skills=skills, posts=posts, lead=who.lead or leading))
    pins = {(p, d): pin for (p, d), pin in problem.pins.items() if Held("pinned_kept", p, d) not in chosen}
    waived = problem.waived | {(h.rule, h.person, h.day) for h in chosen if h.person != EVERYONE}
    return dataclasses.replace(problem, people=tuple(people), pins=pins, waived=frozenset(waived))


def narrowed(problem: Problem, days: Collection[int]) -> Problem:
    """The problem with nobody needed outside some days, to ask what is missing on these alone."""
    inside = np.isin(np.minimum(np.arange(problem.slots) // problem.slots_per_day, problem.days - 1), list(days))
    need, peak, opened = problem.need * inside, problem.peak & inside, problem.opened & inside
    return dataclasses.replace(problem, need=need, peak=peak, opened=opened)


def frozen(problem: Problem, roster: pd.DataFrame, days: Collection[int]) -> Problem:
    """The problem with every cell outside some days as a roster has it; posts and breaks of those cells stay free."""
    if len(days) == problem.days:
        return problem
    number = {who.employee_id: p for p, who in enumerate(problem.people)}
    codes = {shift.code: s for s, shift in enumerate(problem.shifts)}
    pins = {}
    for row in roster.itertuples(index=False):
        day = (row.date.date() - problem.start).days
        if day not in days and row.employee_id in number:
            pins[number[row.employee_id], day] = Pin(codes[row.shift] if row.kind == WORK else None)
    return dataclasses.replace(problem, pins={**pins, **problem.pins})
