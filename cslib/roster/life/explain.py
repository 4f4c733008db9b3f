"""Priced infeasibility: why people are missing in the best roster, which rules clash for whom and when, and what the ways out cost.

Every statement is a solved problem: the shortage is proven to stay with the named rules alone in force, and to be less without any one of
them; each way out was solved with, recounted and judged by the audit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from cslib.core.errors import RosterError
from cslib.params.law import PROTECTIONS
from cslib.roster.life.explain_facts import Clash, Explanation, Member, Offer, Rostered, Short, broken_rules, short_lines, shorts
from cslib.roster.life.explain_least import CLOCK_S, NOISE_YUAN, Search, least_short
from cslib.roster.life.explain_offers import Ground, offers
from cslib.roster.life.explain_relax import EVERYONE, Held, at_issue, frozen, narrowed
from cslib.roster.plan import Plan, solve
from cslib.roster.problem import Problem

CELLS = 1100  # cells (person, day, shift) up to which days may be free at once
EFFORT = 40_000  # cells times problems solved for all clashes together
SOLVES_LEAST = 12  # problems solved for one clash, whatever its size
NEGOTIABLE = ("leave_honoured",)  # the right to leave is law, but its day may be moved if the person agrees (S003-A4)
REACH = 7  # days around a shortage that are free where the size allows


def explain(problem: Problem, plan: Plan | Rostered | None = None, *, most: int = 3, work: float = 0.25) -> Explanation:
    """Explain the shortage of a month and price the ways out.

    Parameters
    ----------
    problem : the month;  plan : its best roster, solved if not given
    most : stretches of days that are looked at, the dearest first. On a large site only the days around a shortage are free to change, and
        the number of problems solved is limited by their size: then rules may be named that are not needed, and the clash says so
    work : deterministic work limit of each solve, 1 = normal

    Raises
    ------
    RosterError  if the plan breaks rules: those have to be mended first.
    SolverError  as ``solve``.
    """
    plan = solve(problem, work=work) if plan is None else plan
    _refuse_illegal(problem, plan)
    clashes: list[Clash] = []
    found: list[Offer] = []
    windows = _windows(problem, shorts(plan, problem), most)
    for days in windows:
        view = frozen(problem, plan.roster, days)
        solves = max(SOLVES_LEAST, int(EFFORT // max(1, view.allowed[:, days].sum()) // len(windows)))
        base = solve(view, work=work, seconds=CLOCK_S)
        if shorts(base, view, days):
            clash = _clash(view, base, days, solves // 2)
            ground = Ground(problem, base, days, clash, len(clashes), work, solves // 2)
            clashes.append(clash)
            found += offers(ground)
    return Explanation(problem, tuple(clashes), tuple(found))


def _refuse_illegal(problem: Problem, plan: Plan | Rostered) -> None:
    broken = broken_rules(plan, problem)
    if broken:
        raise RosterError("life.illegal", where=problem.study.site, count=len(broken), rules=", ".join(sorted({rule for rule, _ in broken})))


def _windows(problem: Problem, missing: Iterable[Short], most: int) -> list[list[int]]:
    """Days to look at: the whole month of a small site, else the stretches of days with the most missing hours and days around them."""
    hours: dict[int, float] = {}
    for short in missing:
        for day in range(problem.days) if short.day is None else [(short.day - problem.start).days]:
            hours[day] = hours.get(day, 0.0) + short.hours / (problem.days if short.day is None else 1)
    if not hours:
        return []
    if problem.allowed.sum() <= CELLS:
        return [list(range(problem.days))]
    stretches: list[list[int]] = []
    for day in sorted(hours):
        if stretches and day <= stretches[-1][-1] + 2:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    stretches.sort(key=lambda days: (-sum(hours[d] for d in days), days[0]))
    return [_widened(problem, days) for days in stretches[:most]]


def _widened(problem: Problem, days: list[int]) -> list[int]:
    """A stretch with as many days around it as the size allows, at least one on each side (nights reach into the next day)."""
    by_day = problem.allowed.sum(axis=(0, 2))
    first, last = max(0, days[0] - 1), min(problem.days - 1, days[-1] + 1)
    for reach in range(2, REACH + 1):
        low, high = max(0, days[0] - reach), min(problem.days - 1, days[-1] + reach)
        if by_day[low : high + 1].sum() > CELLS:
            break
        first, last = low, high
    return list(range(first, last + 1))


def _clash(view: Problem, base: Plan, days: list[int], most: int) -> Clash:
    """Which rules keep the shortage up."""
    asked = narrowed(view, days)
    floor = least_short(asked)
    search = Search(asked, floor, most, proven=floor.proven)
    held = at_issue(view, days)
    kept: list[Held] = []
    cause = "prices"
    if floor.yuan > NOISE_YUAN:
        lessened = bool(held) and not search.stays(held)
        cause = "rules" if lessened else "people"
        kept = search.irreducible(held) if lessened else []
    alone = {}
    for rule in dict.fromkeys(h.rule for h in kept):  # a rule without which less is missing is needed: no other can be one
        if search.solves < most:
            alone[rule] = round(search.hours([h for h in held if h.rule == rule]), 4)
    missing = shorts(base, view, days)
    members = _members(view, kept, missing)
    first, last = view.date(days[0]), view.date(days[-1])
    lines = short_lines(base.coverage, view, days)[["queue", "interval_start", "short"]].reset_index(drop=True)
    short_h = sum(s.hours for s in missing)
    return Clash(cause, first, last, missing, lines, short_h, floor.hours, members, alone, search.proven, search.solves + 1)


def _members(view: Problem, kept: list[Held], missing: tuple[Short, ...]) -> tuple[Member, ...]:
    """Rules by person, with their days."""
    asked = {post.skill for post in view.posts if post.name in {s.queue for s in missing}} or view.site_skills
    grouped: dict[tuple[str, int], list[int]] = {}
    for held in kept:
        grouped.setdefault((held.rule, held.person), []).append(held.day)
    found = []
    for (rule, person), days in grouped.items():
        entry = view.study.params.law.rules[rule].on(view.start)
        statutory = entry is not None and (entry.verification != "policy" or rule in PROTECTIONS) and rule not in NEGOTIABLE
        who = "" if person == EVERYONE else view.people[person].employee_id
        holders: tuple[str, ...] = ()
        if rule == "skill_held":
            holders = tuple(p.employee_id for p in view.people if any(asked & p.skills[d] and p.first_day <= d <= p.last_day for d in days))
        if rule == "lead_on_duty":
            holders = tuple(p.employee_id for p in view.people if p.lead)
        found.append(Member(rule, who, tuple(_dates(view, days)), holders, statutory))
    return tuple(found)


def _dates(view: Problem, days: Iterable[int]) -> list[dt.date]:
    return [view.date(day) for day in sorted(days)]
