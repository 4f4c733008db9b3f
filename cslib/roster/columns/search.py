"""Solve an interval-coverage month: first plan, head counts in whole numbers as a bound and as an aim (``guide``), then chains of ruin and
recreate that meet at fixed points of their work, and large neighbourhoods solved by columns (``shiftwise``).

With a work limit everything that is decided depends on moves made, never on a clock or on the number of threads: the number of chains is
fixed and they exchange plans only between rounds. Paced by the clock, the temperature follows the seconds instead, and the answer says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from cslib.roster.columns.bound import lagrangian, within_prices
from cslib.roster.columns.heads import WholeHeads, head_count_duals, whole_heads
from cslib.roster.columns.intervals import Cover, IntervalCover, compile_cover
from cslib.roster.columns.kit import Kit, compile_staff
from cslib.roster.columns.limits import Found, Limits, Stop, Watch, never
from cslib.roster.columns.model import Staff
from cslib.roster.columns.pricing import ANY, Scratch, scratch_for
from cslib.roster.columns.recreate import State, anneal, construct, install, load, new_state

CHAINS = 2
ROUNDS = 60
MOVES = 1500  # moves of a chain per person at work = 1
MOST_PEOPLE = 4
HEADS, MONTHS = 0.4, 0.6  # shares of the seconds by whose end head counts, and months that meet them, are done with
HEAD_NODES = 300  # head counts as work
TRIES = 4  # times that months are sought to meet the head counts, at work = 1
ROWS_MOVES = 0.2  # share of the moves of large sites whose posts make them dearer; no parts follow
GOOD = 0.2  # gap of a first plan that is only polished
ROUGH_MOVES = 0.08  # share of the moves that the chains have before parts are solved exactly
PARTS_CELLS = 120_000  # people x days x kinds above which the chains go on to the end
CELLS, MONTHS_CELLS = 120_000, 40_000  # people x days x kinds above which head counts, months are not tried


@dataclass
class Search:
    """A search in progress."""

    kit: Kit
    cover: Cover
    team: np.ndarray
    pinned: np.ndarray
    states: list[State]
    scratch: list[Scratch]
    bound: float

    @property
    def best(self) -> State:
        """The chain with the cheapest plan so far; the first of equals."""
        return min(self.states, key=lambda s: float(s.figures[1]))

    def closed(self, limits: Limits) -> bool:
        """Whether the best plan is as close to the bound as asked for."""
        return limits.closed(float(self.best.figures[1]), self.bound)

    def tell(self, watch: Watch | None, share: float, limits: Limits) -> None:
        """Report share of the limit used, best cost and bound."""
        if watch:
            watch(share, float(self.best.figures[1]) + limits.constant, self.bound + limits.constant)


def solve_intervals(
    staff: Staff, cover: IntervalCover, limits: Limits, *, seed: int = 0, threads: int = CHAINS, pinned: np.ndarray | None = None,
    begin: tuple[np.ndarray, np.ndarray] | None = None, watch: Watch | None = None, clock: Callable[[], float] = time.perf_counter,
    stop: Stop = never,
) -> Found:  # fmt: skip
    """Cheapest plan found within the limits, and a bound. Kinds without breaks are solved by columns (``shiftwise``).

    Parameters
    ----------
    pinned : (people, days) kind, ``OFF`` or ``ANY`` (-2)
    begin : a legal plan (people, days) and its breaks (people, days, breaks) to start from; the answer is never worse
    watch : called with (share of the limit used, best cost, bound); stop : asked often, once true the search ends with what it has
    """
    by_skills = cover.rows is None
    if by_skills and not any(p.breaks for p in cover.presence):
        from cslib.roster.columns.shiftwise import solve_shiftwise  # its sparse matrices take a while to load

        return solve_shiftwise(staff, cover, limits, seed=seed, threads=threads, pinned=pinned, begin=begin, watch=watch, clock=clock, stop=stop)
    begun = clock()
    search = start(staff, cover, seed, pinned)
    if begin is None:
        first = construct(search.states[0], _order(staff), search.team, search.kit, search.cover, search.pinned, search.scratch[0])
        if first >= 0:
            return Found(search.states[0].plan, search.states[0].at, np.inf, -np.inf, "gap", 0, int(first))
    else:
        install(search.states[0], *begin, search.team, search.kit, search.cover)
    search.tell(watch, 0.0, limits)
    search.bound, cut = _bound(staff, search, max(limits.seconds / 4, 1.0) if limits.by_clock else limits.seconds)
    search.tell(watch, 0.0, limits)
    late = lambda share: stop() or clock() - begun >= share * limits.seconds  # noqa: E731
    cut = _from_heads(staff, search, limits, seed, threads, by_skills, watch, late) or (cut and not limits.by_clock)
    for other in search.states[1:]:
        load(other, search.states[0])
    spent = clock() - begun
    until = spent + limits.rough * max(limits.seconds - spent, 0.0)
    rough = limits if search.kit.work.size > PARTS_CELLS else replace(limits, work=ROUGH_MOVES * limits.work, seconds=until)
    if not by_skills:
        rough = replace(limits, work=limits.work * (ROWS_MOVES if search.kit.work.size > PARTS_CELLS else 1.0))
    ended_by, moves = _run(search, rough, threads, watch, begun, clock, stop)
    best, end = search.best, ("clock" if cut else ended_by, moves)
    found = Found(best.best.copy(), best.best_at.copy(), float(best.figures[1]) + limits.constant, search.bound + limits.constant, *end)
    if not by_skills or rough is limits or ended_by in ("gap", "stop"):
        return replace(found, bound=min(found.bound, found.cost))
    from cslib.roster.columns.shiftwise import solve_shiftwise

    rest = replace(limits, seconds=max(limits.seconds - (clock() - begun), 0.0))
    way = {"seed": seed, "threads": threads, "pinned": pinned, "prove": False, "watch": watch, "clock": clock, "stop": stop, "bound": search.bound}
    better = solve_shiftwise(staff, cover, rest, begin=(found.plan, found.at), **way)
    return replace(better, moves=moves + better.moves)


def _bound(staff: Staff, search: Search, seconds: float) -> tuple[float, bool]:
    """Bound at the duals of the head counts; whether the clock cut these short."""
    duals, cut = head_count_duals(staff, search.kit, search.cover, seconds)
    return lagrangian(search.cover, search.kit, search.team, within_prices(search.cover, duals), search.scratch[0])[0], cut


def _from_heads(
    staff: Staff, search: Search, limits: Limits, seed: int, threads: int, by_skills: bool, watch: Watch | None, late: Callable[[float], bool]
) -> bool:
    """A better bound and a better plan from head counts in whole numbers; whether the safety clock of a work limit cut the counts short.

    ``by_skills``: months may be sought that meet the counts, which know teams but no posts; ``late`` tells whether a share of the seconds is
    used up or a stop was asked for.
    """
    kit, cover, paced = search.kit, search.cover, limits.by_clock
    if kit.work.size > CELLS or late(1.0):
        return False
    reach = kit.work.size <= MONTHS_CELLS and by_skills
    share = 1.0 if not paced else HEADS if reach else HEADS / 2  # a bound alone is worth less
    heads = whole_heads(staff, kit, cover, HEAD_NODES, share * limits.seconds, lambda: late(1.0))
    search.bound = max(search.bound, heads.bound)
    search.tell(watch, 0.0, limits)
    if reach and not search.closed(limits):
        _months(staff, search, limits, heads, seed, threads, watch, lambda: late(MONTHS if paced else 1.0))
    return heads.cut and not paced


def _months(staff: Staff, search: Search, limits: Limits, heads: WholeHeads, seed: int, threads: int, watch: Watch | None, late: Stop) -> None:
    """Months that meet head counts, tried again from other draws until they do; not where the first try shows them to be out of reach."""
    from cslib.roster.columns.guide import aim_of, breaks_of, plan_near  # its sparse matrices take a while to load

    aim = aim_of(staff, search.cover, heads)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        for number in range(max(1, round(TRIES * limits.work)) if aim is not None else 0):
            if late():
                return
            plan, how = plan_near(staff, aim, search.best.best, pool, seed=seed + number, pinned=search.pinned, late=late)
            fresh = new_state(len(staff.people), staff.days, search.cover, 0)
            install(fresh, plan, breaks_of(staff, search.cover, heads, plan), search.team, search.kit, search.cover)
            if fresh.figures[0] < search.states[0].figures[0]:
                load(search.states[0], fresh)
            search.tell(watch, 0.0, limits)
            if how != "near" or search.closed(limits):
                return


def start(staff: Staff, cover: IntervalCover, seed: int, pinned: np.ndarray | None) -> Search:
    """Compiled problem with empty chains."""
    kit, compiled = compile_staff(staff), compile_cover(cover)
    people = len(staff.people)
    states = [new_state(people, staff.days, compiled, seed * CHAINS + i) for i in range(CHAINS)]
    team = np.array([p.team for p in staff.people], dtype=np.int64)
    held = np.full((people, staff.days), ANY, dtype=np.int64) if pinned is None else pinned.astype(np.int64)
    return Search(kit, compiled, team, held, states, [scratch_for(kit) for _ in states], -np.inf)


def _order(staff: Staff) -> np.ndarray:
    """People with few kinds first: the others fill what they leave."""
    freedom = [int(np.isfinite(p.work_cost).sum()) for p in staff.people]
    return np.argsort(freedom, kind="stable").astype(np.int64)


def _run(search: Search, limits: Limits, threads: int, watch: Watch | None, begun: float, clock: Callable[[], float], stop: Stop) -> tuple[str, int]:
    people = len(search.states[0].plan)
    total = max(1, round(MOVES * people * limits.work))
    step = max(20, min(total // ROUNDS, 5 * people)) if not limits.by_clock else 200
    hot, cold = _heat(search.cover, people, 10**9 if limits.by_clock else total)
    cost = float(search.best.figures[1])
    hot = min(hot, max(2 * cold, (cost - search.bound) / 10))
    if cost - search.bound <= GOOD * max(cost + limits.constant, limits.gap_floor):
        hot = 2 * cold  # a good first plan is not melted
    done, share, exchanged, before = 0, 0.0, 0.5, clock()
    with ThreadPoolExecutor(max(1, threads)) as pool:
        while True:
            if search.closed(limits):
                return "gap", done * CHAINS
            if done >= total and not limits.by_clock:
                return "work", done * CHAINS
            if stop():
                return "stop", done * CHAINS
            if clock() - begun >= limits.seconds:
                return "clock", done * CHAINS
            share = min(1.0, (clock() - before) / max(limits.seconds - (before - begun), 1e-3)) if limits.by_clock else done / total
            after = min(1.0, share + (0.005 if limits.by_clock else step / total))
            heats = hot * (cold / hot) ** share, hot * (cold / hot) ** after
            jobs = [pool.submit(_round, search, i, step, heats, np.array(limits.widths)) for i in range(len(search.states))]
            for job in jobs:
                job.result()
            done += step
            if share >= exchanged:
                exchanged += 0.1
                exchange(search)
            search.tell(watch, share, limits)


def _round(search: Search, chain: int, moves: int, heats: tuple[float, float], widths: np.ndarray) -> None:
    anneal(search.states[chain], moves, *heats, MOST_PEOPLE, widths, search.team, search.kit, search.cover, search.pinned, search.scratch[chain])


def exchange(search: Search) -> None:
    """All chains go on from the plan of the one that stands best now."""
    lead = min(search.states, key=lambda s: float(s.figures[0]))
    for state in search.states:
        if state is not lead:
            load(state, lead)


def _heat(cover: Cover, people: int, moves: int) -> tuple[float, float]:
    """Temperatures: about the price of one missing person at first, of one too many in the end; cooler where there is little time."""
    least = float(cover.rise[-1] + cover.over.min())
    hot = 0.7 * least * min(1.0, (moves / people / 1200) ** 0.5)
    surplus = cover.over[cover.over > 0]
    return hot, min(float(surplus.min()) if len(surplus) else hot, hot) / 2
