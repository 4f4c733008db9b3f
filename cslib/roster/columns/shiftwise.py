"""Solve a month whose kinds of work are present in fixed intervals: columns for the whole, a dive, then parts until the limit.

First a legal plan person by person; then the linear master over everybody's months, which gives the bound and, by diving, a good plan; then
large-neighbourhood search, and now and then branch and price to close what is left of the gap.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from cslib.roster.columns.dive import dive
from cslib.roster.columns.field import Field, field_of
from cslib.roster.columns.intervals import IntervalCover
from cslib.roster.columns.kit import NEVER
from cslib.roster.columns.limits import Found, Limits, Stop, Watch, never
from cslib.roster.columns.model import FREE, Staff
from cslib.roster.columns.part import EPS, Part
from cslib.roster.columns.parts import PART, SIDE, Hunt, sweep
from cslib.roster.columns.pricing import Scratch, best_fixed, scratch_for
from cslib.roster.columns.rests import counted, handed_out
from cslib.roster.columns.tree import Tree
from cslib.roster.columns.whole import Effort, bounded

PARTS = 4  # parts per person at work = 1
FEWEST = 16  # rounds of parts at least
DIVES = 3
ROOT, DIVING = 0.35, 0.45  # shares of the seconds: until the bound, until the dives end
PATIENCE = 60  # rounds without a step forward after which the search goes on from a new dive
PROOFS = ((0.0, 0.05, 40), (0.3, 0.1, 80), (0.6, 0.25, 200))  # share of the search at which the tree grows, for which share of the seconds or nodes
NEAR, BRINGS = 0.002, 0.1  # the tree grows again where the gap is that share of the cost, or where it last closed that share of the gap
WHOLE = Effort(rounds=600, smooth=0.5)
LARGE = 30_000  # cells (people x days x kinds): above, windows are swept before the bound is sought


@dataclass
class Run:
    """A solve in progress; ``priced``: whether the root's bound was found in time, so that a tree is of use."""

    base: Field
    limits: Limits
    seed: int
    watch: Watch | None
    clock: Callable[[], float]
    stop: Stop
    begun: float
    bound: float = -np.inf
    root: Part | None = None
    priced: bool = False
    tree: Tree | None = None

    def late(self) -> bool:
        """Whether time is up or a stop was asked for."""
        return self.stop() or self.clock() - self.begun >= self.limits.seconds

    def after(self, share: float) -> Callable[[], bool]:
        """Whether a share of the seconds is used up; with a work limit only the end counts."""
        until = self.begun + self.limits.seconds * (share if self.limits.by_clock else 1.0)
        return lambda: self.stop() or self.clock() >= until

    def tell(self, share: float, value: float) -> None:
        """Report."""
        if self.watch:
            fixed = self.base.constant + self.limits.constant
            self.watch(share, value + fixed, self.bound + fixed)

    def raise_to(self, bound: float) -> None:
        """Take over a better bound; whole prices round it up."""
        self.bound = max(self.bound, float(np.ceil(bound - 1e-5)) if self.base.whole else bound)

    def closed(self, value: float) -> bool:
        """Whether the gap is as small as asked for."""
        return self.limits.closed(value + self.base.constant, self.bound + self.base.constant)


def solve_shiftwise(
    staff: Staff, cover: IntervalCover, limits: Limits, *, seed: int, threads: int, pinned: np.ndarray | None = None,
    begin: tuple[np.ndarray, np.ndarray] | None = None, prove: bool = True, watch: Watch | None = None,
    clock: Callable[[], float] = time.perf_counter, stop: Stop = never, bound: float = -np.inf,
) -> Found:  # fmt: skip
    """Cheapest plan found within the limits, and a bound.

    Parameters
    ----------
    pinned : (people, days) kind, ``OFF`` or ``ANY``; begin : a legal plan and its breaks to start from, the answer is never worse
    bound : known already
    prove : seek a bound; without, all time goes into the search
    stop : asked often; once true the search ends with what it has
    """
    begun = clock()
    base = field_of(staff, cover, pinned)
    scratch = [scratch_for(base.kit) for _ in range(SIDE)]
    plan, blocked = first_plan(base, scratch[0]) if begin is None else (begin[0], -1)
    numbers = base.cover.breaks.shape[1]
    if blocked >= 0:
        return Found(plan, np.zeros((*plan.shape, numbers), dtype=np.int64), np.inf, -np.inf, "gap", 0, blocked)
    run = Run(base, limits, seed, watch, clock, stop, begun, bound - base.constant)
    hunt = Hunt(base, plan, _rests(base, plan, begin), seed, scratch)
    run.tell(0.0, hunt.value)
    with ThreadPoolExecutor(max(1, min(threads, SIDE))) as pool:
        if (not prove and not base.rests.saved.size) or (base.kit.work.size > LARGE and begin is None):
            sweep(hunt, 14, pool, replace(PART, late=run.after(ROOT), seconds=PART.seconds if limits.by_clock else limits.seconds))
            run.tell(0.0, hunt.value)
        if prove:
            _root(run, hunt)
        ended_by = _hunt(run, hunt, pool)
    fixed = base.constant + limits.constant
    at = handed_out(base.rests, base.team, hunt.best, hunt.best_rests, numbers)
    return Found(hunt.best, at, hunt.best_value + fixed, min(run.bound, hunt.best_value) + fixed, ended_by, hunt.rounds * SIDE)


def _rests(base: Field, plan: np.ndarray, begin: tuple[np.ndarray, np.ndarray] | None) -> np.ndarray:
    """Break counts of the first plan; where none are given, everybody takes the first place."""
    at = np.zeros((*plan.shape, base.cover.breaks.shape[1]), dtype=np.int64) if begin is None else begin[1]
    return counted(base.rests, base.team, len(base.rows), plan, at)


def first_plan(base: Field, scratch: Scratch) -> tuple[np.ndarray, int]:
    """A legal plan, everybody's cheapest month as if alone; and the first person who has none, or -1."""
    people, days, _ = base.shape
    plan = np.empty((people, days), dtype=np.int64)
    for p in range(people):
        if not best_fixed(p, base.kit, scratch, plan[p]):
            return plan, p
    return plan, -1


def _root(run: Run, hunt: Hunt) -> None:
    """Bound of the whole by columns; dives for a good plan."""
    people, days, _ = run.base.shape
    late = run.after(ROOT)
    if late():
        return
    run.root = Part(run.base, np.arange(people), 0, days - 1, hunt.plan, hunt.rests, hunt.scratch[0])
    run.raise_to(bounded(run.root, hunt.value, replace(WHOLE, late=late)).bound)
    run.priced = not late()
    run.tell(0.0, hunt.value)
    late = run.after(DIVING)
    for number in range(DIVES):
        if late() or run.closed(hunt.value):
            return
        rng = np.random.default_rng([run.seed, 3, number]) if number else None
        plan = dive(run.root, 0.03, hunt.value - EPS, rng, late)
        if plan is not None:
            _stand(run.root, hunt, plan)
            run.tell(0.0, hunt.value)


def _stand(root: Part, hunt: Hunt, plan: np.ndarray) -> None:
    """Go on from a plan of the whole, with its cheapest breaks."""
    counts = root.counts_of(plan)
    places = root.places_of(counts)
    hunt.stand(plan, root.owed.put(hunt.rests, places), float(root.prices_of(plan).sum()) + root.cover_price(counts, places))


def _prove(run: Run, hunt: Hunt, share: float, seconds: float, nodes: int) -> bool:
    """Let the tree over everybody's months grow: a better bound, perhaps a better plan too. Whether that promises to close the gap.

    ``share`` : of the search so far; ``seconds`` : as a share of the limit, where the clock paces; ``nodes`` : at work = 1, where it doesn't.
    """
    if run.root is None or not run.priced:
        return False
    before = run.bound
    if run.tree is None:
        run.tree = Tree(run.root, hunt.best_value)
    run.tree.value = min(run.tree.value, hunt.best_value)
    until = run.clock() + seconds * run.limits.seconds
    by_clock = run.limits.by_clock
    run.tree.grow(FREE if by_clock else max(1, round(nodes * run.limits.work)), lambda: run.late() or (by_clock and run.clock() >= until))
    run.raise_to(run.tree.bound)
    if run.tree.months is not None and run.tree.value < hunt.best_value - EPS:
        _stand(run.root, hunt, run.tree.months)
    run.tell(share, hunt.best_value)
    gap = hunt.best_value - run.bound
    return gap <= NEAR * abs(hunt.best_value + run.base.constant + run.limits.constant) or run.bound - before >= BRINGS * gap


def _anew(run: Run, hunt: Hunt, number: int) -> None:
    """Go on from a new dive; the best plan is kept."""
    hunt.idle = 0
    if run.root is not None:
        plan = dive(run.root, 0.03, NEVER, np.random.default_rng([run.seed, 4, number]), run.late)
        if plan is not None:
            _stand(run.root, hunt, plan)


def _hunt(run: Run, hunt: Hunt, pool: ThreadPoolExecutor) -> str:
    limits, proofs = run.limits, list(PROOFS)
    total = max(FEWEST, round(PARTS * len(hunt.plan) * limits.work / SIDE))
    before = run.clock()
    fresh = 0
    while True:
        if run.closed(hunt.best_value):
            return "gap"
        if run.stop():
            return "stop"
        if not limits.by_clock and hunt.rounds >= total:
            return "work"
        if run.late():
            return "clock"
        left = max(limits.seconds - (before - run.begun), 1e-3)
        share = (run.clock() - before) / left if limits.by_clock else hunt.rounds / total
        if proofs and share >= proofs[0][0]:
            if not _prove(run, hunt, share, *proofs.pop(0)[1:]) and len(proofs) == 1:
                proofs = []
            continue
        if hunt.idle >= PATIENCE:
            fresh += 1
            _anew(run, hunt, fresh)
        value = hunt.best_value
        hunt.step(pool, replace(PART, late=run.late, seconds=PART.seconds if limits.by_clock else limits.seconds))
        if hunt.best_value < value - EPS:
            run.tell(share, hunt.best_value)
