"""What an explanation says: shortages, the rules that clash over them, and priced ways out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from cslib.roster.audit import audit, recount
from cslib.roster.plan import Plan
from cslib.roster.problem import Problem

# Rules whose breach is priced, not forbidden: people, leads, hours and sessions that are missing; and leave, which a roster never takes back.
PRICED_RULES = ("never_empty", "lead_on_duty", "level_at_peak", "week_hours_least", "session_held", "leave_quota")


@dataclass(frozen=True)
class Rostered:
    """A roster with its covers, coverage and priced cost, wherever it comes from."""

    roster: pd.DataFrame
    covers: pd.DataFrame
    coverage: pd.DataFrame
    cost_split: pd.DataFrame


@dataclass(frozen=True)
class Short:
    """Person-hours missing at a queue or post on a day; ``queue`` empty and ``day`` None: leads or higher levels, over the month."""

    queue: str
    day: dt.date | None
    hours: float


@dataclass(frozen=True)
class Member:
    """A rule that is needed to keep the shortage up, for a person on some days.

    ``employee_id`` empty: a skill or role that others lack, held on those days by ``holders`` only. ``statutory``: the law itself, no
    policy, so that no exception is offered.
    """

    rule: str
    employee_id: str
    days: tuple[dt.date, ...]
    holders: tuple[str, ...]
    statutory: bool


@dataclass(frozen=True)
class Clash:
    """Why people are missing on some days.

    Attributes
    ----------
    cause : ``rules`` (``members`` clash) | ``people`` (they are missing even without any rule) | ``prices`` (the rules would allow more, but
        the prices prefer the shortage)
    first, last : days that were free to change; the rest of the month stayed as it is
    short, missing, short_h : what is missing on these by queue and day, by interval (queue, interval_start, short [persons]), and in all [h]
    least_h : what the rules leave missing at least [h]
    alone : rule -> hours that would still be missing at least with this rule out of force for everybody
    proven : every step was solved to the end; solves : problems solved
    """

    cause: str
    first: dt.date
    last: dt.date
    short: tuple[Short, ...]
    missing: pd.DataFrame
    short_h: float
    least_h: float
    members: tuple[Member, ...]
    alone: dict[str, float]
    proven: bool
    solves: int


@dataclass(frozen=True)
class Step:
    """One thing to do.

    kind : ``except`` (``rule`` for a person on some days) | ``overtime`` (approve ``amount`` hours for a person) | ``train`` (a person in
        ``skill``) | ``hire`` (``amount`` part-timers with ``skill``) | ``target`` (``amount`` person-hours fewer asked for) | ``pay`` (staff up
        at the prices of the list)
    """

    kind: str
    rule: str = ""
    employee_id: str = ""
    days: tuple[dt.date, ...] = ()
    amount: float = 0.0
    skill: str = ""


@dataclass(frozen=True)
class Offer:
    """A way out of a clash (its number), verified by solving with it.

    Attributes
    ----------
    delta_yuan : priced cost of the new roster and ``own_yuan`` of the steps, less the priced cost as it stands
    people : people who are asked for something or hired
    short_h : person-hours still missing on the clash's days against the requirement as it was
    held_share : share that is there of those needed at the short queues on the short days
    broken : (rule, person) of the audit's violations under the rules as they were: exactly the exceptions of the offer
    """

    clash: int
    steps: tuple[Step, ...]
    delta_yuan: float
    own_yuan: float
    people: int
    short_h: float
    held_share: float
    broken: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Explanation:
    """``clashes`` by what they cost; ``offers`` of each, those after which nobody is missing first, then the cheapest."""

    problem: Problem
    clashes: tuple[Clash, ...]
    offers: tuple[Offer, ...]


def rostered(roster: pd.DataFrame, covers: pd.DataFrame, problem: Problem) -> Rostered:
    """A roster with coverage and cost as the audit counts them.

    Raises
    ------
    RosterError, TableError  as ``audit``.
    """
    return Rostered(roster, covers, *recount(roster, covers, problem.requirement, problem.study))


def priced_yuan(found: Rostered | Plan) -> float:
    """Priced cost of a roster [yuan]."""
    return float(found.cost_split["priced_yuan"].sum())


def short_lines(coverage: pd.DataFrame, problem: Problem, days: Collection[int]) -> pd.DataFrame:
    """Lines of the coverage of some days on which people are missing."""
    on = (coverage["interval_start"].dt.normalize() - pd.Timestamp(problem.start)).dt.days
    return coverage[(coverage["short"] > 0) & on.isin(list(days))]


def short_hours(coverage: pd.DataFrame, cost_split: pd.DataFrame, problem: Problem, days: Collection[int]) -> float:
    """Person-hours missing on some days; leads and levels of the whole month."""
    leads = cost_split.loc[cost_split["price"].isin(("lead_missing", "level_missing")), "quantity"].sum()
    return float(short_lines(coverage, problem, days)["short"].sum() * problem.interval_h + leads)


def shorts(found: Rostered | Plan, problem: Problem, within: Collection[int] | None = None) -> tuple[Short, ...]:
    """What is missing by queue and day, in the order of the site's queues; ``within``: some days only."""
    lines = short_lines(found.coverage, problem, range(problem.days) if within is None else within)
    days = lines["interval_start"].dt.date
    order = [post.name for post in problem.posts]
    sums = lines.assign(day=days).groupby(["queue", "day"], sort=True)["short"].sum() * problem.interval_h
    by_place = [Short(str(queue), day, float(hours)) for (queue, day), hours in sums.items()]
    by_place.sort(key=lambda s: (s.day, order.index(s.queue)))
    leads = found.cost_split.loc[found.cost_split["price"].isin(("lead_missing", "level_missing")), "quantity"].sum()
    return (*by_place, *([Short("", None, float(leads))] if leads > 0 else []))


def broken_rules(found: Rostered | Plan, problem: Problem) -> tuple[tuple[str, str], ...]:
    """(rule, person) of what a roster does that no price allows, as the audit judges it."""
    rows = audit(found.roster, found.covers, problem.requirement, problem.study)
    rows = rows[~rows["rule"].isin(PRICED_RULES)]
    return tuple(dict.fromkeys((str(rule), "" if pd.isna(who) else str(who)) for rule, who in zip(rows["rule"], rows["employee_id"], strict=True)))
