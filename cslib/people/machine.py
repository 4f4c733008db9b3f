"""A ladder made ready to step: truths of criteria with their counters, targets of rules."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cslib.params.ladder_files import Ladder
from cslib.params.ladders import Criterion, Place, Rule
from cslib.people.course import State

Truth = tuple[np.ndarray, np.ndarray]  # met, known
MONTHS_A_YEAR = 12


class Machine:
    """A ladder made ready to step: criteria in order of dependence, grades as numbers."""

    def __init__(self, ladder: Ladder) -> None:
        self.ladder, self.spec = ladder, ladder.spec
        self.index = {grade: i for i, grade in enumerate(ladder.grades)}
        lines = [(name, line.grades) for name, line in self.spec.lines.items()]
        self.line = np.array([i for i, (_, grades) in enumerate(lines) for _ in grades])
        self.line_start = np.array([sum(len(g) for _, g in lines[:i]) for i in range(len(lines))])
        self.line_size = np.array([len(grades) for _, grades in lines])
        self.line_names = [name for name, _ in lines]
        self.order: dict[str, Criterion] = {}
        for name in self.spec.criteria:
            self._order(name)
        self.counting = {name: criterion for name, criterion in self.order.items() if criterion.of is not None}
        self.opening = [name for name, rule in self.spec.rules.items() if rule.opens_months is not None]

    def _order(self, name: str) -> None:
        for part in self.spec.criteria[name].parts:
            self._order(part)
        self.order.setdefault(name, self.spec.criteria[name])

    def start(self, grade: np.ndarray, since: np.ndarray) -> State:
        """A state without history."""
        zeros = np.zeros(len(grade), dtype=np.int16)
        counters, closed = {name: zeros.copy() for name in self.counting}, np.full(len(grade), -1, dtype=np.int32)
        periods = {name: closed.copy() for name in self.opening}
        return State(grade.astype(np.int16), since.astype(np.int32), zeros.astype(bool), counters, periods)

    def truths(self, state: State, base: Mapping[str, Truth], month: int) -> dict[str, Truth]:
        """Whether each criterion is met and known at a review; counters of ``state`` move on. ``month``: calendar month 1 to 12."""
        found: dict[str, Truth] = dict(base)
        for name, criterion in self.order.items():
            if criterion.all:
                found[name] = self._all(criterion, found)
            elif criterion.any:
                parts = [found[part] for part in criterion.any]
                met = np.logical_or.reduce([m & k for m, k in parts])
                found[name] = (met, met | np.logical_and.reduce([k for _, k in parts]))
            elif criterion.of is not None:
                found[name] = self._count(name, criterion, state, found[criterion.of], month)
        return found

    @staticmethod
    def _all(criterion: Criterion, found: Mapping[str, Truth]) -> Truth:
        parts = [found[part] for part in criterion.all]
        failed = np.logical_or.reduce([k & ~m for m, k in parts])
        known = np.logical_and.reduce([k for _, k in parts])
        return known & ~failed, known | failed

    def _count(self, name: str, criterion: Criterion, state: State, source: Truth, month: int) -> Truth:
        met, known = source
        counter = state.counters[name]
        if criterion.within == "year" and month == self.spec.review_months:
            counter = np.zeros_like(counter)
        if criterion.within == "rolling":
            return self._rolling(name, criterion, state, source)
        if criterion.streak is not None:
            broken = known & ~met if self.spec.missing == "pause" else ~met | ~known
            counter = np.where(broken, 0, counter + (met & known))
        else:
            counter = counter + (met & known)
        top = criterion.needed + criterion.once
        state.counters[name] = np.minimum(counter, top).astype(np.int16)
        reached = state.counters[name] == criterion.needed if criterion.once else state.counters[name] >= criterion.needed
        return reached & met & known, known

    def _rolling(self, name: str, criterion: Criterion, state: State, source: Truth) -> Truth:
        """A count over the reviews of the last twelve months; the counter holds one bit a review, the latest lowest."""
        met, known = source
        reviews = MONTHS_A_YEAR // self.spec.review_months
        bits = ((state.counters[name].astype(np.int32) << 1) | (met & known)) & ((1 << reviews) - 1)
        state.counters[name] = bits.astype(np.int16)
        held = np.bitwise_count(bits)
        reached = held == criterion.needed if criterion.once else held >= criterion.needed
        return reached & met & known, known

    def target(self, rule: Rule, grade: np.ndarray, figures: Mapping[str, np.ndarray]) -> np.ndarray:
        """Grade that a move leads to; the present one where it leads nowhere."""
        line = self.line[grade]
        low, high = self.line_start[line], self.line_start[line] + self.line_size[line] - 1
        if rule.step is not None:
            return np.where((grade + rule.step >= low) & (grade + rule.step <= high), grade + rule.step, grade)
        if rule.to is not None:
            return np.full_like(grade, self.index[rule.to])
        if rule.to_line is not None:
            other = self.line_names.index(rule.to_line)
            return np.minimum(self.line_start[other] + grade - low, self.line_start[other] + self.line_size[other] - 1)
        return self._placed(rule, rule.place, grade, figures) if rule.place is not None else grade

    def _placed(self, rule: Rule, place: Place, grade: np.ndarray, figures: Mapping[str, np.ndarray]) -> np.ndarray:
        figure, bounds = figures[place.metric], np.array(list(place.lower.values()))
        reached = np.searchsorted(bounds - 1e-9, figure, side="right") - 1
        numbers = np.array([self.index[name] for name in place.lower])
        wanted = np.where(np.isnan(figure) | (reached < 0), grade, numbers[np.clip(reached, 0, None)])
        wanted = np.maximum(wanted, grade) if rule.direction == "up" else np.minimum(wanted, grade) if rule.direction == "down" else wanted
        return wanted if rule.most_steps is None else np.clip(wanted, grade - rule.most_steps, grade + rule.most_steps)

    def open_to(self, rule: Rule, grade: np.ndarray, month: int) -> np.ndarray:
        """Whether people's grade, line and the calendar month let a rule apply."""
        allowed = np.zeros(len(self.index) + 1, dtype=bool)  # last: not employed (-1)
        line = None if rule.line is None else self.line_names.index(rule.line)
        for name, i in self.index.items():
            allowed[i] = (not rule.grades or name in rule.grades) and (line is None or self.line[i] == line)
        return allowed[grade] & (not rule.months or month in rule.months)

    def restart(self, state: State, rows: np.ndarray, rule: Rule) -> None:
        """Counters of people who moved go back, as far as the ladder says."""
        how = self.spec.restart_after_move
        if how == "nothing" or rule.keeps_streaks:
            return
        for name, criterion in self.counting.items():
            if how == "everything" or criterion.streak is not None:
                state.counters[name][rows] = 0
