"""Large-neighbourhood search: parts of the plan (people x days) set free one after another, each solved by columns, all else as planned.

A part whose bound shows that it holds nothing better is left at once, and the next of its width is drawn larger; one that could not be
solved whole makes the next smaller. Two parts are drawn at a time from one stream and solved side by side; what they find is taken over in
the order they were drawn, so the answer does not depend on the number of threads.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from cslib.roster.columns.field import Field, base_served, plan_price, served
from cslib.roster.columns.model import findings
from cslib.roster.columns.owed import Owed
from cslib.roster.columns.part import EPS, Part
from cslib.roster.columns.pricing import Scratch
from cslib.roster.columns.rests import paused
from cslib.roster.columns.whole import Effort, better

WIDTHS = (4, 7, 11, 16, 24, 36, 61)  # days: limits of the classes of windows
SIDE = 2  # parts drawn at a time
RESTING = 84.0  # person-days of the first parts where breaks are placed
PART = Effort(rounds=60, each=1000, listed=3000, nodes=100, seconds=3.0, share=0.05)


@dataclass(frozen=True)
class Draw:
    """A part to solve: class of its width, people, first and last day."""

    group: int
    people: np.ndarray
    first: int
    last: int


@dataclass(frozen=True)
class Try:
    """Months (people, days) of a part and the break counts of its window."""

    months: np.ndarray
    owed: Owed
    places: np.ndarray


class Hunt:
    """The search, where it stands and its best plan.

    Attributes
    ----------
    plan, rests, value : (people, days) where it stands, its break counts, its price without the constant; best... : the best plan so far
    size : (classes,) person-days of the next part; idle : rounds since the last step forward
    """

    def __init__(self, base: Field, plan: np.ndarray, rests: np.ndarray, seed: int, scratch: list[Scratch]) -> None:
        self.base, self.plan, self.rests, self.scratch = base, plan.astype(np.int64).copy(), rests, scratch
        self.value = plan_price(base, self.plan, rests)
        self.best, self.best_rests, self.best_value = self.plan, self.rests, self.value
        self.seed, self.rng, self.rounds, self.idle = seed, np.random.default_rng([seed, 1]), 0, 0
        people, days, _ = base.shape
        self.edges = [*[w for w in WIDTHS if w < days][:6], min(days, WIDTHS[-1]) + 1]
        if len(self.edges) == 1:
            self.edges = [1, days + 1]
        room = RESTING if base.rests.saved.size else np.inf
        self.size = np.array([min(w * min(people, 12.0), room) for w in self.edges[:-1]])

    def draw(self) -> Draw:
        """The next part: a window, half of the time around a place left empty, and people, rather those who could fill it."""
        people, days, kinds = self.base.shape
        group = int(self.rng.integers(len(self.edges) - 1))
        width = int(self.rng.integers(self.edges[group], self.edges[group + 1]))
        many = int(np.clip(round(self.size[group] / width), min(2, people), people))
        first = int(self.rng.integers(-width // 2, days - width // 2))
        weight = np.ones(people)
        empty = self._empty() if self.rng.random() < 0.5 else np.zeros(0, dtype=np.int64)
        if len(empty):
            cell = int(empty[self.rng.integers(len(empty))])
            d, k = divmod(cell, kinds)
            first = d - int(self.rng.integers(width))
            weight += 2.0 * np.isfinite(np.array([p.work_cost[d, k] for p in self.base.staff.people]))
        first = min(max(first, 0), days - width)
        chosen = np.sort(self.rng.choice(people, many, replace=False, p=weight / weight.sum()))
        return Draw(group, chosen, first, first + width - 1)

    def _empty(self) -> np.ndarray:
        """Duties (day * kinds + kind) that would fill an empty place."""
        lack = self.base.need - base_served(self.base) - served(self.base, np.arange(len(self.plan)), self.plan) + paused(self.base.rests, self.rests)
        return np.unique(np.concatenate([np.flatnonzero(rows @ (lack > EPS).astype(float)) for rows in self.base.rows]))

    def part(self, draw: Draw, lane: int) -> Part:
        """The part set free."""
        return Part(self.base, draw.people, draw.first, draw.last, self.plan, self.rests, self.scratch[lane])

    def _solve(self, draw: Draw, lane: int, effort: Effort) -> tuple[Try | None, str]:
        rng = np.random.default_rng([self.seed, 2, self.rounds, lane])
        part = self.part(draw, lane)
        plan, _, how = better(part, effort, rng)
        return (None if plan is None else Try(plan, part.owed, part.places_of(part.counts_of(plan)))), how

    def step(self, pool: ThreadPoolExecutor, effort: Effort) -> None:
        """Solve the next parts and take over what is better."""
        draws = [self.draw() for _ in range(SIDE)]
        jobs = [pool.submit(self._solve, draw, lane, effort) for lane, draw in enumerate(draws)]
        before = self.plan
        for draw, (found, how) in zip(draws, [job.result() for job in jobs], strict=True):
            taken = found is not None and self.take(draw, found, before)
            self._resize(draw.group, how, taken)
        self.rounds += 1
        self.idle += 1

    def stand(self, plan: np.ndarray, rests: np.ndarray, value: float) -> None:
        """Go on from another plan."""
        self.plan, self.rests, self.value, self.idle = plan, rests, value, 0
        if value < self.best_value - EPS:
            self.best, self.best_rests, self.best_value = plan, rests, value

    def take(self, draw: Draw, found: Try, before: np.ndarray) -> bool:
        """Put months of a part into the plan unless that makes it dearer; whether it is cheaper now.

        ``before`` is the plan that the part was drawn from: whoever was changed since then must still have a legal month, and breaks were
        counted for the others as they were.
        """
        window = slice(draw.first, draw.last + 1)
        if len(found.places) and (self.plan[:, window] != before[:, window]).any():
            return False
        trial, rests = self.plan.copy(), found.owed.put(self.rests, found.places)
        trial[draw.people, window] = found.months
        changed = draw.people[(self.plan[draw.people] != before[draw.people]).any(axis=1)]
        if any(findings(self.base.staff, int(p), trial[p]) for p in changed):
            return False
        value = plan_price(self.base, trial, rests)
        if value > self.value + EPS:
            return False
        cheaper = value < self.value - EPS
        idle = 0 if cheaper else self.idle
        self.stand(trial, rests, value)
        self.idle = idle
        return cheaper

    def _resize(self, group: int, how: str, taken: bool) -> None:
        factor = 1.0 if taken else {"closed": 1.03, "exact": 0.97, "tried": 0.9}.get(how, 1.0)
        least, most = 2.0 * self.edges[group], float(len(self.plan) * self.edges[group + 1])
        self.size[group] = min(max(self.size[group] * factor, least), most)


def sweep(hunt: Hunt, width: int, pool: ThreadPoolExecutor, effort: Effort) -> None:
    """Set everybody free in one window after another, from the first day to the last: a rough plan becomes a fair one."""
    people, days, _ = hunt.base.shape
    for first in range(0, max(days - width // 2, 1), max(width // 2, 1)):
        if effort.late():
            return
        draw = Draw(0, np.arange(people), min(first, max(days - width, 0)), min(first + width, days) - 1)
        found, _ = pool.submit(hunt._solve, draw, 0, replace(effort, listed=0)).result()
        if found is not None:
            hunt.take(draw, found, hunt.plan)
