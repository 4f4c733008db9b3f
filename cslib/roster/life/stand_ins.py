"""Stand-ins for people who are away from their post: a chain of covers by a small integer programme, and everybody's rank or reason.

A cover 顶岗 (S002-19) is a relation: post, absent person, stand-in, from, to. A stand-in covers one absence for at most ``cover_duration``
hours in one stint (site basis ``day``: on one date); stints closer than ``min_gap_h`` count as one. A longer absence takes a chain.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pulp

from cslib.core.errors import SolverError
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Cover
from cslib.roster.audit.spans import Minutes, common, length, minus, union
from cslib.roster.life.board import Board

_ROUNDS = 30  # solve, check, forbid
_NOISE = 1e-6


@dataclass(frozen=True)
class Hole:
    """A post from which somebody is away and where people lack then: spans in minutes of the month."""

    post: str
    absent_id: str
    spans: tuple[Minutes, ...]

    @property
    def hours_h(self) -> float:
        """Length [h]."""
        return length(self.spans) / 60


@dataclass(frozen=True)
class Candidate:
    """How somebody ranks as a stand-in for a hole.

    Attributes
    ----------
    able_h : hours of the hole he could cover by skill and presence;  yuan : what his leaving costs elsewhere in these hours
    load_h : hours he covers in the month already
    why : ``able`` | ``skill`` | ``off_duty`` | ``absent`` | ``on_break`` | ``covering``: what rules him out where ``able_h`` is 0
    """

    employee_id: str
    able_h: float
    yuan: float
    load_h: float
    why: str


@dataclass(frozen=True)
class Chain:
    """Covers found for a hole; ``open_spans`` stay without a stand-in. ``candidates`` best first, those ruled out behind them."""

    hole: Hole
    covers: tuple[Cover, ...]
    open_spans: tuple[Minutes, ...]
    candidates: tuple[Candidate, ...]


def holes(board: Board, days: Iterable[dt.date]) -> list[Hole]:
    """Where somebody at a home post is on a break or absent, nobody stands in, and the post lacks people; by start."""
    facts, found = board.facts, []
    posts = facts.study.params.site.queues
    covered: dict[tuple[str, str], list[Minutes]] = defaultdict(list)
    for cover in board.covers:
        if cover.timed:
            covered[cover.row.post, cover.row.absent_id].append(cover.span)
    wanted = set(days)
    for who, person in board.people.items():
        for duty in person.timed:
            if duty.home in posts and not posts[duty.home].may_leave and _touches(duty, wanted, board):
                away = minus(minus([duty.span], facts.at_work(duty)), covered[duty.home, who])
                lacking = common(away, _lacking(board, duty.home, duty.span))
                if lacking:
                    found.append(Hole(duty.home, who, tuple(lacking)))
    return sorted(found, key=lambda h: (h.spans[0], h.post, h.absent_id))


def void_covers(board: Board) -> tuple[Cover, ...]:
    """Covers whose stand-in or absent person is not where the cover needs him: to be taken off the board."""
    bad = {(v.employee_id, v.start) for v in board.cover_faults(board.covers) if v.rule == "cover_stand_in"}
    return tuple(c for c in board.covers if (c.row.stand_in_id, board.facts.moment(c.start)) in bad)


def kept_covers(board: Board, since: float) -> tuple[Cover, ...]:
    """Covers that can stand: of the void ones only what lies before a minute of the month, for the past stays as it is."""
    void, found = set(void_covers(board)), []
    for cover in board.covers:
        if cover not in void or cover.end <= since:
            found.append(cover)
        elif cover.start < since:
            row = cover.row
            found.append(board.cover(row.post, row.absent_id, row.stand_in_id, cover.start, since))
    return tuple(found)


def chain(board: Board, hole: Hole) -> Chain:
    """The best chain of stand-ins on duty for a hole, by priced cost, hand-overs (``site.repair.handover_yuan``) and load.

    Raises
    ------
    SolverError  if the integer programme can't be solved.
    """
    ticks = [t for low, high in hole.spans for t in range(int(low) // board.tick, -(-int(high) // board.tick))]
    load = cover_hours(board)
    able, reasons = {}, {}
    for who in board.people:
        if who != hole.absent_id:
            able[who], reasons[who] = _able(board, hole, who, ticks)
    price = {who: {t: _tick_yuan(board, hole, who, t) for t in good} for who, good in able.items() if good}
    forbidden: set[tuple[str, int]] = set()
    covers: list[Cover] = []
    for _ in range(_ROUNDS):
        covers = _solve(board, hole, ticks, price, load, forbidden)
        others = [c for c in board.covers if {c.row.stand_in_id, c.row.absent_id} & {x.row.stand_in_id for x in covers}]
        bad = {(v.employee_id, v.start) for v in board.cover_faults([*others, *covers])}
        broken = [c for c in covers if (c.row.stand_in_id, board.facts.moment(c.start)) in bad]
        if not broken:
            break
        forbidden |= {(c.row.stand_in_id, t) for c in broken for t in range(int(c.start) // board.tick, int(c.end) // board.tick)}
    else:
        covers = []
    left = minus(hole.spans, [c.span for c in covers])
    ranked = [
        Candidate(
            who, len(able[who]) * board.tick / 60, round(sum(price[who].values()) if who in price else 0.0, 2), load.get(who, 0.0), reasons[who]
        )
        for who in able
    ]
    ranked.sort(key=lambda c: (c.why != "able", -c.able_h, c.yuan, c.load_h))
    return Chain(hole, tuple(covers), tuple(left), tuple(ranked))


def relieve(board: Board, days: Iterable[dt.date], since: float = 0.0) -> list[Chain]:
    """Find stand-ins for every hole of some days, the longest first, and put their covers on the board; none before a minute of the month."""
    found = []
    ahead = [dataclasses.replace(h, spans=tuple(common(h.spans, [(since, float(board.facts.minutes))]))) for h in holes(board, days)]
    for hole in sorted((h for h in ahead if h.spans), key=lambda h: (-h.hours_h, h.spans[0])):
        made = chain(board, hole)
        if made.covers:
            board.apply(board.trial({}, (*board.covers, *made.covers)))
        found.append(made)
    return found


def _touches(duty: Duty, days: set[dt.date], board: Board) -> bool:
    return board.facts.day(duty.start) in days or board.facts.day(duty.end - 1) in days


def _lacking(board: Board, post: str, span: Minutes) -> list[Minutes]:
    """Stretches of a span in which the post has fewer people than needed, or than a never-empty post must have."""
    tick, facts = board.tick, board.facts
    first, last = max(0, int(span[0]) // tick), min(board.ticks, -(-int(span[1]) // tick))
    if first >= last:
        return []
    number = facts.need.queues.index(post)
    there = board.presence(first, last)
    slots = np.arange(first, last) * tick // facts.horizon.interval_min
    least = facts.need.needed[number, slots]
    for watch in board.by_tick:
        if watch.number == number:
            least = np.maximum(least, watch.limit[first:last])
    short = there.at_post[number] < least
    return union([((first + i) * tick, (first + i + 1) * tick) for i in np.flatnonzero(short).tolist()])


def _able(board: Board, hole: Hole, who: str, ticks: list[int]) -> tuple[list[int], str]:
    """Ticks that a person could cover, and why there are none."""
    facts, person = board.facts, board.people[who]
    skill = facts.study.params.site.queues[hole.post].skill
    if not person.holds(skill, facts.day(hole.spans[0][0])):
        return [], "skill"
    duties = [d for d in person.timed if common([d.span], hole.spans)]
    if not duties:
        return [], "off_duty"
    if common(hole.spans, facts.absences.get(who, ())) and not common(hole.spans, [s for d in duties for s in facts.at_work(d)]):
        return [], "absent"
    free = [s for d in duties if d.home != hole.post for s in facts.at_work(d)]
    if not common(free, hole.spans):
        return [], "on_break" if any(d.home != hole.post for d in duties) else "same_post"
    busy = [c.span for c in board.covers if c.row.stand_in_id == who and c.timed]
    open_spans = minus(common(free, hole.spans), busy)
    found = [t for t in ticks if common([(t * board.tick, (t + 1) * board.tick)], open_spans) == [(t * board.tick, (t + 1) * board.tick)]]
    return found, "able" if found else "covering"


def _tick_yuan(board: Board, hole: Hole, who: str, tick: int) -> float:
    """Priced cost that a person's leaving for one tick adds elsewhere, net of the post's own gain [yuan]."""
    cover = board.cover(hole.post, hole.absent_id, who, tick * board.tick, (tick + 1) * board.tick)
    return board.trial({}, (*board.covers, cover)).delta_yuan


def cover_hours(board: Board) -> dict[str, float]:
    """Hours covered in the month by person."""
    found: dict[str, float] = defaultdict(float)
    for cover in board.covers:
        if cover.timed:
            found[cover.row.stand_in_id] += (cover.end - cover.start) / 60
    return found


def _stints(good: list[int], most: int) -> Iterator[tuple[int, int]]:
    """Every run of consecutive ticks of at most a length: (first, last excluded)."""
    there = set(good)
    for first in good:
        last = first
        while last in there and last - first < most:
            last += 1
            yield first, last


def _solve(
    board: Board, hole: Hole, ticks: list[int], price: dict[str, dict[int, float]], load: dict[str, float], forbidden: set[tuple[str, int]]
) -> list[Cover]:  # fmt: skip
    """Exactly one stand-in or nobody at every tick; stints of one stand-in at least ``min_gap_h`` apart (basis ``day``: one a date)."""
    rule, repair = board.study.params.site.cover, board.study.params.site.repair
    limit = board.facts.limit("cover_duration", board.facts.day(hole.spans[0][0]))
    most = len(ticks) if limit is None else int(limit * 60 // board.tick)
    gap = max(1, int(rule.min_gap_h * 60 // board.tick)) if rule.basis == "stint" else max(1, 1440 // board.tick)
    model = pulp.LpProblem("chain", pulp.LpMinimize)
    stints = []
    for who, yuan in price.items():
        good = [t for t in yuan if (who, t) not in forbidden]
        for first, last in _stints(good, most):
            cost = (
                sum(yuan[t] for t in range(first, last))
                + repair.handover_yuan
                + repair.load_yuan * (load.get(who, 0.0) + (last - first) * board.tick / 60)
            )
            if sum(yuan[t] for t in range(first, last)) < -_NOISE:
                stints.append((who, first, last, cost, model.add_variable(f"x{len(stints)}", cat="Binary")))
    model += pulp.lpSum(cost * x for *_, cost, x in stints)
    for t in ticks:
        model += pulp.lpSum(x for _, first, last, _, x in stints if first <= t < last) <= 1
    for who in price:
        own = [s for s in stints if s[0] == who]
        for t in range(ticks[0], ticks[-1] + 1):
            near = [x for _, first, last, _, x in own if first <= t < last + gap]
            if len(near) > 1:
                model += pulp.lpSum(near) <= 1
    if stints and model.solve(pulp.HiGHS(msg=False)) != pulp.LpStatusOptimal:
        raise SolverError("roster.no_chain", post=hole.post, given=str(board.facts.moment(hole.spans[0][0])))
    chosen = sorted((first, last, who) for who, first, last, _, x in stints if x.value() is not None and x.value() > 0.5)
    return [board.cover(hole.post, hole.absent_id, who, first * board.tick, last * board.tick) for first, last, who in chosen]
