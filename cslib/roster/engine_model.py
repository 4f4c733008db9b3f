"""The compact integer programme: people choose shifts, head counts choose posts, breaks and relief.

x[person, day, shift] is all the model knows about a person; a person's post and break are anonymous: ``heads`` counts people of one
skill class at one home post, ``breaks`` counts how many of them rest from when on. ``covers.py`` gives both back to persons.
That keeps interchangeable people and posts from being counted in every order. Time runs in periods: runs of intervals in which no
shift or possible break begins or ends and the need stays the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pulp
from pulp.v4_migration import set_v4_migration_warnings

from cslib.core.units import MINUTES_PER_DAY
from cslib.params.prices import PRICES
from cslib.roster.engine_cells import shift_definition
from cslib.roster.problem import POOL, Problem, Spill

set_v4_migration_warnings(False)  # PuLP is pinned below 4 (DECISIONS.md), and 3.3 has no other spelling for a problem's rows

NEVER_COVERED = 10**6  # length [min] that stands for the hours off in a split shift: nobody relieves them
Group = tuple[frozenset[str], int]
HeadKey = tuple[int, int, int, int]
BreakKey = tuple[int, int, int, int, int, int]
ReliefKey = tuple[Group, int, int]


@dataclass
class Sum:
    """A linear expression under construction: variable -> coefficient, and a constant."""

    terms: dict[pulp.LpVariable, float] = field(default_factory=dict)
    constant: float = 0.0

    def add(self, variable: pulp.LpVariable, factor: float = 1.0) -> None:
        """Add ``factor * variable``."""
        self.terms[variable] = self.terms.get(variable, 0.0) + factor

    def plus(self, other: Sum, factor: float = 1.0) -> Sum:
        """Add ``factor * other`` and return self."""
        for variable, value in other.terms.items():
            self.add(variable, factor * value)
        self.constant += factor * other.constant
        return self

    def value(self) -> float:
        """Value at the solver's point."""
        return self.constant + sum(factor * variable.varValue for variable, factor in self.terms.items())


@dataclass
class Model:
    """The programme and its variables by meaning; ``k`` numbers periods.

    Attributes
    ----------
    x : (person, day, shift); marks : (person, name, number), on-off variables of rules; heads : (class, day, shift, home)
    breaks : (class, day, shift, home, number of the break, minutes after the shift's start)
    relief : (group, post, k) people of a group who cover the post; a group is (skills, home)
    present, resting : people of (group, k), and those of them who have their break; groups : their numbers
    break_min : length of the break that a variable of ``breaks`` counts
    serving : pooled people of (group, queue, k); missing, short : people below the limit of a never-empty post, below need, by (post, k)
    cost : price code -> quantity, in the price's unit
    """

    problem: Problem
    lp: pulp.LpProblem = field(default_factory=lambda: pulp.LpProblem("roster", pulp.LpMinimize))
    periods: list[range] = field(default_factory=list)
    x: dict[tuple[int, int, int], pulp.LpVariable] = field(default_factory=dict)
    marks: dict[tuple[int, str, int], pulp.LpVariable] = field(default_factory=dict)
    links: dict[tuple[int, int, int], pulp.LpConstraint] = field(default_factory=dict)
    heads: dict[HeadKey, pulp.LpVariable] = field(default_factory=dict)
    breaks: dict[BreakKey, pulp.LpVariable] = field(default_factory=dict)
    relief: dict[ReliefKey, pulp.LpVariable] = field(default_factory=dict)
    present: dict[tuple[Group, int], Sum] = field(default_factory=dict)
    resting: dict[tuple[Group, int], Sum] = field(default_factory=dict)
    groups: dict[Group, int] = field(default_factory=dict)
    break_min: dict[pulp.LpVariable, int] = field(default_factory=dict)
    serving: dict[ReliefKey, pulp.LpVariable] = field(default_factory=dict)
    missing: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)
    short: dict[tuple[int, int], pulp.LpVariable] = field(default_factory=dict)
    cost: dict[str, Sum] = field(default_factory=lambda: {code: Sum() for code in PRICES})

    def variable(self, name: str, *key: object, up: float | None = None, whole: bool = False) -> pulp.LpVariable:
        """A new variable >= 0 named after its key."""
        kind = pulp.LpInteger if whole else pulp.LpContinuous
        return self.lp.add_variable("_".join(map(str, (name, *key))), 0, up, kind)

    def of_person(self, person: int, key: tuple[int, int] | tuple[str, int]) -> pulp.LpVariable:
        """Variable of a cell (day, shift), or an on-off variable of the person by name and number, made when first asked for."""
        if isinstance(key[0], int):
            return self.x[person, key[0], key[1]]
        place = (person, key[0], key[1])
        if place not in self.marks:
            self.marks[place] = self.variable(key[0], person, key[1], up=1, whole=True)
        return self.marks[place]

    def at_most(self, left: Sum | Mapping[pulp.LpVariable, float], right: float = 0.0) -> None:
        """Row ``left <= right``."""
        self._row(left, pulp.LpConstraintLE, right)

    def equal(self, left: Sum | Mapping[pulp.LpVariable, float], right: float = 0.0) -> pulp.LpConstraint:
        """Row ``left == right``."""
        return self._row(left, pulp.LpConstraintEQ, right)

    def _row(self, left: Sum | Mapping[pulp.LpVariable, float], sense: int, right: float) -> pulp.LpConstraint:
        terms, constant = (left.terms, left.constant) if isinstance(left, Sum) else (left, 0.0)
        row = pulp.LpConstraint(pulp.LpAffineExpression(dict(terms)), sense, rhs=right - constant)
        self.lp.addConstraint(row)
        return row

    def groups_at(self, home: int, k: int) -> list[Group]:
        """Groups of a home (POOL for pooled people) of whom someone may be present."""
        return [group for group in self.groups if group[1] == home and (group, k) in self.present]

    def at_post(self, group: Group, k: int) -> Sum:
        """People of a group who are present and not on a break."""
        return Sum().plus(self.present[group, k]).plus(self.resting.get((group, k), Sum()), -1)

    def slot(self, k: int) -> int:
        """First interval of a period."""
        return self.periods[k].start

    def day(self, k: int) -> int:
        """Day of a period."""
        return self.periods[k].start // self.problem.slots_per_day

    def hours(self, k: int) -> float:
        """Length of a period [h]."""
        return len(self.periods[k]) * self.problem.interval_h

    def need(self, post: int, k: int) -> int:
        """People to roster at a post."""
        return int(self.problem.need[post, self.periods[k].start])

    def least(self, post: int, k: int) -> int:
        """Limit of a never-empty post, 0 for others."""
        return self.problem.least(post, self.periods[k].start)

    def within(self, begin: int, end: int) -> range:
        """Periods of the horizon inside a span of minutes that begins and ends at edges of periods."""
        starts, grid = [period.start for period in self.periods], self.problem.interval_min
        return range(bisect_left(starts, max(begin // grid, 0)), bisect_left(starts, min(end // grid, self.problem.slots)))

    def finish(self) -> None:
        """Set the objective: the priced cost."""
        total = Sum()
        for code, quantity in self.cost.items():
            total.plus(quantity, self.problem.prices[code])
        self.lp.setObjective(self.expression(total))

    @staticmethod
    def expression(total: Sum) -> pulp.LpAffineExpression:
        """A sum as PuLP takes it."""
        return pulp.LpAffineExpression(total.terms, total.constant)

    def priced_yuan(self) -> float:
        """Priced cost at the solver's point, recomputed from the variables."""
        return sum(self.problem.prices[code] * quantity.value() for code, quantity in self.cost.items())


def homes_of(problem: Problem, cls: int, shift: int) -> tuple[int, ...]:
    """Home posts that people of a class may take in a shift: defined for it, skill held, as pinned; ``(POOL,)`` for pooled shifts."""
    if not problem.shifts[shift].queues:
        return (POOL,)
    kind = problem.classes[cls]
    checked = problem.limit("skill_held", 0) is not None
    able = [q for q in shift_definition(problem, shift) if not checked or problem.posts[q].skill in kind.skills]
    return tuple(q for q in able if kind.home in (None, q) and (kind.posts is None or q in kind.posts))


def break_starts(problem: Problem, cls: int, shift: int, number: int) -> list[int]:
    """Possible starts of a break [min after the shift's start], as pinned or as the shift defines them."""
    pinned = problem.classes[cls].breaks
    return [pinned[number]] if pinned is not None else problem.shifts[shift].breaks[number].positions(problem.interval_min)


def periods(problem: Problem, cells: Iterable[tuple[int, int, int]]) -> list[range]:
    """Runs of intervals in which nothing can change: no shift or possible break begins or ends; need, peak and opening stay.

    Parameters
    ----------
    cells : (class, day, shift) that somebody may work
    """
    edges = {*range(0, problem.slots + 1, problem.slots_per_day), problem.slots}
    for cls, day, shift in cells:
        begin, end = problem.span(day, shift)
        edges |= {begin // problem.interval_min, end // problem.interval_min}
        for number, pause in enumerate(problem.shifts[shift].breaks):
            for at in break_starts(problem, cls, shift, number):
                edges |= {(begin + at) // problem.interval_min, (begin + at + pause.length_min) // problem.interval_min}
    for spill in problem.spill:
        edges |= {minute // problem.interval_min for span in ((spill.duty.start, spill.duty.end), *spill.duty.breaks) for minute in span}
    for grid in (problem.need, problem.peak, problem.opened):
        edges |= {int(slot) + 1 for slot in np.flatnonzero((grid[:, 1:] != grid[:, :-1]).any(axis=0))}
    inside = sorted(edge for edge in edges if 0 <= edge <= problem.slots)
    return [range(a, b) for a, b in pairwise(inside)]


def add_heads(model: Model) -> None:
    """Head counts per class, day, shift and home; their break positions; presence and rest per group and period."""
    problem = model.problem
    members: dict[tuple[int, int, int], list[pulp.LpVariable]] = {}
    for (p, d, s), x in model.x.items():
        members.setdefault((int(problem.class_of[p, d]), d, s), []).append(x)
    model.periods = periods(problem, members)
    for (cls, d, s), people in members.items():
        link = Sum(dict.fromkeys(people, -1.0))
        for home in homes_of(problem, cls, s):
            heads = model.variable("h", cls, d, s, home, up=len(people), whole=True)
            model.heads[cls, d, s, home] = heads
            link.add(heads)
            for k in model.within(*problem.span(d, s)):
                _at(model.present, (problem.classes[cls].skills, home), k).add(heads)
            _add_breaks(model, (cls, d, s, home), heads, len(people))
        model.links[cls, d, s] = model.equal(link)
    for spill in problem.spill:
        _add_spill(model, spill)
    for group, _ in model.present:
        model.groups.setdefault(group, len(model.groups))


def _at(sums: dict[tuple[Group, int], Sum], group: Group, k: int) -> Sum:
    return sums.setdefault((group, k), Sum())


def _add_breaks(model: Model, key: HeadKey, heads: pulp.LpVariable, most: int) -> None:
    """Every person of a head count has each of its breaks, somewhere in its window (S003-P1). Breaks at a post after the month's end take
    nobody away: their relief is planned with the next month."""
    problem, (cls, day, shift, home) = model.problem, key
    counted = MINUTES_PER_DAY * (problem.days + (home == POOL))
    for number, pause in enumerate(problem.shifts[shift].breaks):
        share = Sum({heads: -1.0})
        for at in break_starts(problem, cls, shift, number):
            count = model.variable("b", *key, number, at, up=most, whole=True)
            model.breaks[(*key, number, at)] = count
            model.break_min[count] = NEVER_COVERED if pause.split else pause.length_min
            share.add(count)
            begin = problem.span(day, shift)[0] + at
            for k in model.within(begin, begin + pause.length_min) if begin < counted else ():
                _at(model.resting, (problem.classes[cls].skills, home), k).add(count)
        model.equal(share)


def _add_spill(model: Model, spill: Spill) -> None:
    """A person of the month before, present with fixed breaks."""
    group, duty = (spill.skills, model.problem.home_of(spill)), spill.duty
    for k in model.within(duty.start, duty.end):
        _at(model.present, group, k).constant += 1
    for begin, end in duty.breaks:
        for k in model.within(begin, end):
            _at(model.resting, group, k).constant += 1
