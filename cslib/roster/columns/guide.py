"""A plan from head counts: the whole numbers of people per (team, day, kind) become a need, and months are sought that meet it.

The need is one of duties instead of intervals, without breaks: a move of ruin and recreate costs some ten microseconds, a window of all people
a second by columns. So two chains are annealed on it, then windows set free one after another. Where the counts are met at the own prices that
they reckon with, the plan costs what the head counts do: if those are optimal, so is the plan.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from cslib.roster.columns.field import field_of
from cslib.roster.columns.heads import WholeHeads
from cslib.roster.columns.intervals import Cover, IntervalCover, Presence, slot_price
from cslib.roster.columns.limits import Stop, never
from cslib.roster.columns.model import OFF, Staff
from cslib.roster.columns.part import EPS
from cslib.roster.columns.parts import PART, SIDE, Hunt, sweep
from cslib.roster.columns.pricing import scratch_for
from cslib.roster.columns.recreate import anneal, install
from cslib.roster.columns.rests import counted
from cslib.roster.columns.search import Search, exchange, start

MOVES = 500  # of a chain per person
ROUNDS = 30
MOST_PEOPLE, DAYS = 3, (3, 10)  # people of a move, least and most days of its window
HOT, COLD = 0.3, 0.025  # temperatures, as shares of the price of a missing duty
FEW, NEAR = 2, 0.005  # duties, and share of the duties, that may be missing before windows are solved
WINDOWS = (10, 14)  # days


@dataclass(frozen=True)
class Aim:
    """What months are to meet.

    Attributes
    ----------
    need : each (day, kind) as an interval, each team as a skill
    price : what months that meet it cost by themselves if nothing but the counts bound them
    """

    need: IntervalCover
    price: float


def aim_of(staff: Staff, cover: Cover, heads: WholeHeads) -> Aim | None:
    """The aim that head counts set; None if no point was found."""
    if heads.duties is None:
        return None
    n = cover.base.copy()
    for (team, d, k), people in heads.duties.items():
        first = d * cover.slots_per_day + int(cover.start[k])
        n[first : first + int(cover.length[k]), team] += people
    for (team, d, k, j), counts in heads.rests.items():
        for at, people in counts.items():
            first = d * cover.slots_per_day + int(cover.start[k]) + at
            n[first : first + int(cover.breaks[k, j, 0]), team] -= people
    return Aim(_need(staff, cover, heads), heads.value - sum(float(slot_price(t, n, -1, cover)) for t in range(len(n))))


def _need(staff: Staff, cover: Cover, heads: WholeHeads) -> IntervalCover:
    """Duties wanted; one too few or too many costs about what it does in the real coverage."""
    teams, slots = cover.hit.shape[1], staff.days * staff.kinds
    need = np.zeros((slots, teams), dtype=np.int64)
    for (team, d, k), people in (heads.duties or {}).items():
        need[d * staff.kinds + k, team] = people
    surplus = float(np.ceil(cover.over.mean() * cover.length.mean()))
    short = np.full((slots, teams), float(np.ceil(2 * cover.rise.sum())))
    presence = tuple(Presence(k, 1) for k in range(staff.kinds))
    return IntervalCover(
        staff.kinds, need, short, np.full(slots, max(surplus, 1.0)), np.eye(teams, dtype=bool), presence, np.zeros((slots, teams), dtype=np.int64)
    )


def plan_near(
    staff: Staff, aim: Aim, begin: np.ndarray, pool: ThreadPoolExecutor, *, seed: int, pinned: np.ndarray, late: Stop = never
) -> tuple[np.ndarray, str]:
    """Plan (people, days) close to an aim, from a legal plan ``begin``: one that has ``met`` it at its price, or is ``near`` it or ``far`` off.

    Nothing that is decided depends on the number of threads; ``late`` is asked often, once true the best plan so far comes back.
    """
    search = start(staff, aim.need, seed, pinned)
    nothing = np.zeros((*begin.shape, 1), dtype=np.int64)
    for state in search.states:
        install(state, begin, nothing, search.team, search.kit, search.cover)
    _anneal(search, aim, pool, late)
    plan, price = search.best.best.copy(), float(search.best.figures[1])
    if price > aim.price + EPS and _missing(aim, plan, search.team) > max(FEW, NEAR * aim.need.need.sum()):
        return plan, "far"
    if price > aim.price + EPS and not late():
        plan, price = _windows(staff, aim, plan, pool, seed, pinned, late)
    return plan, "met" if price <= aim.price + EPS else "near"


def _anneal(search: Search, aim: Aim, pool: ThreadPoolExecutor, late: Stop) -> None:
    """Chains of ruin and recreate; in the second half all go on from the one that stands best now and then."""
    step, missing = max(1, MOVES * len(search.team) // ROUNDS), float(aim.need.short.max())

    def chain(number: int, heats: tuple[float, float]) -> None:
        """One round of a chain."""
        state, memory = search.states[number], search.scratch[number]
        anneal(state, step, *heats, MOST_PEOPLE, np.array(DAYS), search.team, search.kit, search.cover, search.pinned, memory)

    for number in range(ROUNDS):
        if late() or search.best.figures[1] <= aim.price + EPS:
            return
        heats = tuple(HOT * missing * (COLD / HOT) ** (at / ROUNDS) for at in (number, number + 1))
        for job in [pool.submit(chain, i, heats) for i in range(len(search.states))]:
            job.result()
        if number >= ROUNDS // 2 and number % 3 == 0:
            exchange(search)


def _missing(aim: Aim, plan: np.ndarray, team: np.ndarray) -> int:
    """Duties that a plan leaves open."""
    people, kinds = np.zeros(aim.need.need.shape, dtype=np.int64), len(aim.need.presence)
    who, day = np.nonzero(plan != OFF)
    np.add.at(people, (day * kinds + plan[who, day], team[who]), 1)
    return int(np.maximum(aim.need.need - people, 0).sum())


def _windows(
    staff: Staff, aim: Aim, plan: np.ndarray, pool: ThreadPoolExecutor, seed: int, pinned: np.ndarray, late: Stop
) -> tuple[np.ndarray, float]:
    """A plan and its price after windows of all people."""
    base = field_of(staff, aim.need, pinned)
    rests = counted(base.rests, base.team, len(base.rows), plan, np.zeros((*plan.shape, 1), dtype=np.int64))
    hunt = Hunt(base, plan, rests, seed, [scratch_for(base.kit) for _ in range(SIDE)])

    def done() -> bool:
        """Whether the aim is met or time is up."""
        return late() or hunt.best_value + base.constant <= aim.price + EPS

    for width in WINDOWS:
        sweep(hunt, width, pool, replace(PART, seconds=1e6, late=done))
    return hunt.best, hunt.best_value + base.constant


def breaks_of(staff: Staff, cover: Cover, heads: WholeHeads, plan: np.ndarray) -> np.ndarray:
    """Breaks of a plan: the counted ones are given to a team's people in order, who is left over takes the first."""
    at = np.zeros((*plan.shape, cover.breaks.shape[1]), dtype=np.int64)
    left = {key: dict(counts) for key, counts in heads.rests.items()}
    for p, d in zip(*np.nonzero(plan != OFF), strict=True):
        k = int(plan[p, d])
        for j in range(cover.breaks.shape[1]):
            length, first = int(cover.breaks[k, j, 0]), int(cover.breaks[k, j, 1])
            counts = left.get((staff.people[p].team, int(d), k, j), {})
            free = [begin for begin, people in counts.items() if people > 0]
            if length:
                at[p, d, j] = free[0] if free else first
                counts[int(at[p, d, j])] = counts.get(int(at[p, d, j]), 0) - 1
    return at
