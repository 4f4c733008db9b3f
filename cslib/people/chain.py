"""Where a ladder drifts: the exact Markov chain of (grade, counters of streaks, months held), made by stepping the engine itself.

The chain holds for one person whose monthly figures are independent draws. Ladders whose moves depend on other people (ranks, quotas), on
the calendar year or on windows longer than a review period are no such chain; they are simulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from scipy.stats import norm

from cslib.core.errors import Finding, PeopleError
from cslib.params.ladder_files import Ladder
from cslib.params.ladders import BUILT_IN, Criterion
from cslib.people.course import State
from cslib.people.engine import review
from cslib.people.flows import first_passage, long_run
from cslib.people.machine import Machine, Truth
from cslib.people.values import compare

LONG_SERVED = 10_000.0  # months: people of the long run have served every minimum


@dataclass(frozen=True)
class Normal:
    """Monthly figure, normal with this mean and standard deviation."""

    mean: float
    sd: float


@dataclass(frozen=True)
class Chance:
    """Monthly flag, 1 with this probability."""

    share: float


Scores = Mapping[str, Normal | Chance]


@dataclass(frozen=True)
class Figure:
    """A figure that criteria compare: metric, aggregate, months, the cuts between its cells, and a value inside each cell."""

    metric: str
    by: str
    over: int
    cuts: tuple[float, ...]
    inside: tuple[float, ...]
    flag: bool

    def shares(self, model: Normal | Chance) -> np.ndarray:
        """Probability of each cell."""
        if isinstance(model, Chance):
            return np.array([1 - model.share, model.share])
        centre = model.mean * (self.over if self.by == "sum" else 1)
        spread = model.sd * (self.over**0.5 if self.by == "sum" else self.over**-0.5 if self.by == "mean" else 1.0)
        below = norm.cdf(self.cuts, centre, spread) if spread > 0 else (np.asarray(self.cuts) > centre).astype(float)
        return np.diff(np.concatenate([[0.0], below, [1.0]]))


@dataclass(frozen=True)
class Chain:
    """Augmented chain of a ladder.

    states : [state, (grade, immune, months held, counters ...)];  following : [state, cell] next state;  start : state at the entry
    """

    ladder: Ladder
    figures: tuple[Figure, ...]
    states: np.ndarray
    following: np.ndarray
    start: int

    def cells(self, scores: Scores) -> np.ndarray:
        """Probability of each combination of figures in one review period."""
        shares = np.ones(1)
        for figure in self.figures:
            shares = np.outer(shares, figure.shares(scores[figure.metric])).ravel()
        return shares

    def matrix(self, scores: Scores) -> np.ndarray:
        """Transition matrix of the states for one review period."""
        size = len(self.states)
        matrix = np.zeros((size, size))
        for cell, share in enumerate(self.cells(scores)):
            np.add.at(matrix, (np.arange(size), self.following[:, cell]), share)
        return matrix

    def by_grade(self, shares: np.ndarray) -> dict[str, float]:
        """Shares of states as shares of grades, lowest grade first; grades that are never held have 0."""
        sums = np.bincount(self.states[:, 0], weights=shares, minlength=len(self.ladder.grades))
        line = self.ladder.spec.lines[self.ladder.line_of(self.ladder.grades[int(self.states[self.start, 0])])].grades
        return {grade: float(sums[self.ladder.grades.index(grade)]) for grade in line}

    def after(self, scores: Scores, months: int) -> dict[str, float]:
        """Exact distribution over grades after this many months from the entry."""
        now = np.eye(len(self.states))[self.start]
        return self.by_grade(now @ np.linalg.matrix_power(self.matrix(scores), months // self.ladder.spec.review_months))

    def settled(self, scores: Scores) -> dict[str, float]:
        """Exact long-run distribution over grades."""
        return self.by_grade(long_run(self.matrix(scores), np.eye(len(self.states))[self.start]))

    def months_to(self, scores: Scores, grade: str) -> tuple[float, float]:
        """(probability of ever holding the grade, expected months until then)."""
        target = self.states[:, 0] == self.ladder.grades.index(grade)
        chance, periods = first_passage(self.matrix(scores), target, np.eye(len(self.states))[self.start])
        return chance, periods * self.ladder.spec.review_months

    def unreachable(self, scores: Scores) -> list[str]:
        """Grades of the line that nobody ever holds."""
        matrix, start = self.matrix(scores), np.eye(len(self.states))[self.start] > 0
        reached = start.copy()
        while True:
            more = reached | (matrix[reached] > 0).any(axis=0)
            if (more == reached).all():
                break
            reached = more
        held = {int(grade) for grade in self.states[reached, 0]}
        return [grade for grade in self.by_grade(np.zeros(len(self.states))) if self.ladder.grades.index(grade) not in held]


def chain(ladder: Ladder, grade: str = "", scores: Scores | None = None) -> Chain:
    """The augmented chain of a ladder from a grade (default: its entry).

    Parameters
    ----------
    scores : only their kinds matter here (flag or number); default: flags where the ladder's input has unit ``flag``

    Raises
    ------
    PeopleError  if the ladder's moves depend on other people, on the calendar or on longer windows, with the criterion that does.
    """
    moves = only_moves(ladder)
    figures = tuple(_figures(moves, scores))
    machine = Machine(moves)
    first = machine.index[grade or moves.spec.entry or moves.grades[0]]
    start = np.zeros((1, 3 + len(machine.counting)), dtype=np.int64)
    start[0, 0], start[0, 2] = first, moves.spec.review_months
    known = {tuple(start[0]): 0}
    rows, following, waiting = [tuple(int(x) for x in start[0])], [], start
    values = np.array(list(product(*(figure.inside for figure in figures))), dtype=float).reshape(-1, len(figures))
    while len(waiting):
        reached = _step(machine, figures, waiting, values)
        fresh = []
        for block in reached:
            numbers = []
            for row in map(tuple, block.tolist()):
                if row not in known:
                    known[row] = len(rows)
                    rows.append(row)
                    fresh.append(row)
                numbers.append(known[row])
            following.append(numbers)
        waiting = np.array(fresh, dtype=np.int64).reshape(-1, start.shape[1])
    return Chain(moves, figures, np.array(rows), np.array(following), 0)


def only_moves(ladder: Ladder) -> Ladder:
    """The ladder with its moves alone: coaching and the like change no grade, and an immunity matters only where a move can be held off."""
    kept = {n: r for n, r in ladder.spec.rules.items() if r.outcome == "move"}
    if any(rule.immune for rule in kept.values()):
        kept |= {n: r for n, r in ladder.spec.rules.items() if r.outcome == "immunity"}
    used = {code for name in kept for code in ladder.criteria_of(name)}
    spec = ladder.spec.model_copy(update={"rules": kept, "criteria": {c: v for c, v in ladder.spec.criteria.items() if c in used}, "bonus": None})
    return Ladder(ladder.name, ladder.reading, ladder.chosen, spec, ladder.digest)


def _figures(ladder: Ladder, scores: Scores | None) -> list[Figure]:
    """Every figure of the ladder with its cuts."""
    spec, cuts = ladder.spec, dict[tuple[str, str, int], set[float]]()
    findings = [_not_a_chain(ladder, name) for name, rule in spec.rules.items() if rule.months or rule.quota]
    for name, criterion in spec.criteria.items():
        made = spec.derived.get(criterion.metric or "")
        if criterion.within == "year" or criterion.over == "year" or (made is not None and made.kind == "rank"):
            findings.append(_not_a_chain(ladder, name))
        elif criterion.metric is not None and criterion.metric not in BUILT_IN:
            if int(criterion.over) > spec.review_months or (criterion.by in ("min", "max") and criterion.over != 1):
                findings.append(_not_a_chain(ladder, name))
            cuts.setdefault((criterion.metric, criterion.by, int(criterion.over)), set()).add(float(criterion.value or 0))
    for rule in spec.rules.values():
        if rule.place is not None and rule.place.metric not in BUILT_IN:
            cuts.setdefault((rule.place.metric, "last", 1), set()).update(rule.place.lower.values())
    metrics = [metric for metric, _, _ in cuts]
    findings += [_not_a_chain(ladder, metric) for metric in dict.fromkeys(metrics) if metrics.count(metric) > 1]
    if findings:
        raise PeopleError(findings=findings)
    return [_figure(ladder, key, sorted(bounds), scores) for key, bounds in cuts.items()]


def _figure(ladder: Ladder, key: tuple[str, str, int], cuts: list[float], scores: Scores | None) -> Figure:
    metric, by, over = key
    given = ladder.spec.inputs.get(metric)
    flag = isinstance(scores[metric], Chance) if scores and metric in scores else given is not None and given.unit == "flag"
    if flag:
        return Figure(metric, by, over, (0.5,), (0.0, 1.0), True)
    between = [(low + high) / 2 for low, high in pairwise(cuts)]
    return Figure(metric, by, over, tuple(cuts), (cuts[0] - 1, *between, cuts[-1] + 1), False)


def _not_a_chain(ladder: Ladder, part: str) -> Finding:
    return Finding("people.not_a_chain", ladder.name, {"part": part})


def _step(machine: Machine, figures: tuple[Figure, ...], rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Every state with every combination of figures, one review further: [state, cell, part of the state]."""
    spec, cells = machine.spec, len(values)
    each = np.repeat(rows, cells, axis=0)
    state = State(
        each[:, 0].astype(np.int16), 1 - each[:, 2], each[:, 1].astype(bool),
        {name: each[:, 3 + i].astype(np.int16) for i, name in enumerate(machine.counting)},
    )  # fmt: skip
    drawn = np.tile(values, (len(rows), 1))
    found: dict[str, np.ndarray] = {figure.metric: drawn[:, i] for i, figure in enumerate(figures)}
    always = np.ones(len(each), dtype=bool)
    served = np.full(len(each), LONG_SERVED)
    found |= {"months_in_service": served, "experience_months": served, "months_in_grade": each[:, 2].astype(float)}
    base: dict[str, Truth] = {}
    for name, criterion in machine.order.items():
        if criterion.metric is not None:
            found[name] = found[criterion.metric]
            base[name] = (compare(found[name], str(criterion.op), float(criterion.value or 0)), always)
    review(machine, state, base, found, 0, spec.review_months, spec.grade_lag_months)
    held = np.minimum(spec.review_months + 1 - state.since, _longest_hold(spec.criteria) + spec.review_months)
    held = (
        np.where(state.since == spec.grade_lag_months, spec.review_months, held)
        if _longest_hold(spec.criteria)
        else np.full(len(each), spec.review_months)
    )
    columns = [state.grade, state.immune, held, *(state.counters[name] for name in machine.counting)]
    return np.stack(columns, axis=1).astype(np.int64).reshape(len(rows), cells, -1)


def _longest_hold(criteria: Mapping[str, Criterion]) -> int:
    """Longest time in grade that a criterion asks for; 0 where none does."""
    return int(max([float(c.value or 0) for c in criteria.values() if c.metric == "months_in_grade"], default=0))
