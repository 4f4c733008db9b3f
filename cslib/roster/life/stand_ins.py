"""Stand-ins for people who are away from their post: a chain of covers by a small integer programme, and everybody's rank or reason.

A cover 顶岗 (S002-19) is a relation: post, absent person, stand-in, from, to. A stand-in covers one absence for at most ``cover_duration``
hours in one stint (site basis ``day``: on one date); stints closer than ``min_gap_h`` count as one. A longer absence takes a chain.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

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
    why : ``able``, or what rules him out: ``skill`` | ``off_duty`` | ``absent`` | ``on_break`` | ``same_post`` | ``covering`` | ``no_gain`` (present,
        but missed as much where he leaves)
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
    blocks = _blocks(board, hole)
    load = cover_hours(board)
    able, reasons = {}, {}
    for who in board.people:
        if who != hole.absent_id:
            able[who], reasons[who] = _able(board, hole, who, blocks)
    price = {who: {block: _block_yuan(board, hole, who, block) for block in good} for who, good in able.items() if good}
    reasons |= {who: "no_gain" for who, yuan in price.items() if min(yuan.values()) >= -_NOISE}
    forbidden: set[tuple[str, Minutes]] = set()
    covers: list[Cover] = []
    for _ in range(_ROUNDS):
        covers = _solve(board, hole, blocks, price, load, forbidden)
        others = [c for c in board.covers if {c.row.stand_in_id, c.row.absent_id} & {x.row.stand_in_id for x in covers}]
        broken = _too_much(board, others, covers, blocks)
        if not broken:
            break
        forbidden |= broken
    else:
        covers = []
    left = minus(hole.spans, [c.span for c in covers])
    ranked = [
        Candidate(who, length(able[who]) / 60, round(sum(price[who].values()) if who in price else 0.0, 2), load.get(who, 0.0), reasons[who])
        for who in able
    ]
    ranked.sort(key=lambda c: (c.why != "able", -c.able_h, c.yuan, c.load_h))
    return Chain(hole, tuple(covers), tuple(left), tuple(ranked))


def _too_much(board: Board, others: Sequence[Cover], covers: Sequence[Cover], blocks: Sequence[Minutes]) -> set[tuple[str, Minutes]]:
    """What may not be covered by whom, because new covers break a rule beside those there already: the whole cover at fault, or where the fault
    is told of an older one (stints add up), the stretch farthest from it."""
    known = {(v.rule, v.employee_id, v.start) for v in board.cover_faults(others)}
    mine = {c.row.stand_in_id for c in covers}
    found: set[tuple[str, Minutes]] = set()
    for fault in board.cover_faults([*others, *covers]):
        if fault.employee_id not in mine or (fault.rule, fault.employee_id, fault.start) in known:
            continue
        own = [c for c in covers if c.row.stand_in_id == fault.employee_id]
        parts = [block for c in own if board.facts.moment(c.start) == fault.start for block in blocks if common([c.span], [block])]
        if not parts:
            minute = (fault.start - board.facts.origin).total_seconds() / 60
            parts = [max((block for c in own for block in blocks if common([c.span], [block])), key=lambda b, at=minute: abs(b[0] - at))]
        found |= {(str(fault.employee_id), block) for block in parts}
    return found


def relieve(board: Board, days: Iterable[dt.date], since: float = 0.0, *, left: Iterable[Hole] = ()) -> list[Chain]:
    """Find stand-ins for every hole of some days, the longest first, and put their covers on the board.

    ``since``: none before a minute of the month;  ``left`` : holes that stay open
    """
    found, closed = [], defaultdict(list)
    for hole in left:
        closed[hole.post, hole.absent_id] += hole.spans
    ahead = [
        dataclasses.replace(h, spans=tuple(minus(common(h.spans, [(since, float(board.facts.minutes))]), closed[h.post, h.absent_id])))
        for h in holes(board, days)
    ]
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


def _blocks(board: Board, hole: Hole) -> list[Minutes]:
    """A hole in stretches by which covers are planned: the grid of intervals and breaks, cut where a duty, break, cover or absence starts or ends.

    An absence reported to the minute must not turn the whole hole into minutes: the number of possible stints grows with the square of the stretches.
    """
    facts = board.facts
    breaks = [m for shift in facts.shifts.values() for b in shift.breaks for m in (b.earliest_min, b.length_min)]
    step = reduce(math.gcd, [m for s in facts.shifts.values() for m in (s.start_min, s.length_min)] + breaks, facts.horizon.interval_min)
    near = [d for person in board.people.values() for d in person.timed if common([d.span], hole.spans)]
    spans = [*(span for d in near for span in (d.span, *d.breaks)), *(c.span for c in board.covers if c.timed)]
    marks = {int(m) for span in (*spans, *(s for own in facts.absences.values() for s in own)) for m in span}
    found: list[Minutes] = []
    for low, high in hole.spans:
        first, last = int(low), int(high)
        edges = sorted({first, last, *range(first - first % step + step, last, step), *(m for m in marks if first < m < last)})
        found += list(itertools.pairwise(map(float, edges)))
    return found


def _able(board: Board, hole: Hole, who: str, blocks: list[Minutes]) -> tuple[list[Minutes], str]:
    """Stretches that a person could cover, and why there are none."""
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
    found = [block for block in blocks if common([block], open_spans) == [block]]
    return found, "able" if found else "covering"


def _block_yuan(board: Board, hole: Hole, who: str, block: Minutes) -> float:
    """Priced cost that a person's leaving for one stretch adds elsewhere, net of the post's own gain [yuan]."""
    cover = board.cover(hole.post, hole.absent_id, who, *block)
    return board.trial({}, (*board.covers, cover)).delta_yuan


def cover_hours(board: Board) -> dict[str, float]:
    """Hours covered in the month by person."""
    found: dict[str, float] = defaultdict(float)
    for cover in board.covers:
        if cover.timed:
            found[cover.row.stand_in_id] += (cover.end - cover.start) / 60
    return found


def _stints(good: list[Minutes], most: float) -> Iterator[list[Minutes]]:
    """Every run of adjoining stretches of at most a length [min]."""
    for i, first in enumerate(good):
        run: list[Minutes] = []
        for block in good[i:]:
            if (run and run[-1][1] != block[0]) or block[1] - first[0] > most:
                break
            run = [*run, block]
            yield run


def _solve(
    board: Board, hole: Hole, blocks: list[Minutes], price: dict[str, dict[Minutes, float]], load: dict[str, float],
    forbidden: set[tuple[str, Minutes]],
) -> list[Cover]:  # fmt: skip
    """Exactly one stand-in or nobody at every moment; stints of one stand-in at least ``min_gap_h`` apart (basis ``day``: one a date)."""
    rule, repair = board.study.params.site.cover, board.study.params.site.repair
    limit = board.facts.limit("cover_duration", board.facts.day(hole.spans[0][0]))
    most = math.inf if limit is None else limit * 60
    gap = max(1.0, rule.min_gap_h * 60) if rule.basis == "stint" else 1440.0
    model = pulp.LpProblem("chain", pulp.LpMinimize)
    stints = []
    for who, yuan in price.items():
        for run in _stints([block for block in yuan if (who, block) not in forbidden], most):
            gain = sum(yuan[block] for block in run)
            if gain < -_NOISE:
                first, last = run[0][0], run[-1][1]
                cost = gain + repair.handover_yuan + repair.load_yuan * (load.get(who, 0.0) + (last - first) / 60)
                stints.append((who, first, last, cost, model.add_variable(f"x{len(stints)}", cat="Binary")))
    model += pulp.lpSum(cost * x for *_, cost, x in stints)
    for begin, _ in blocks:
        model += pulp.lpSum(x for _, first, last, _, x in stints if first <= begin < last) <= 1
    for who in price:
        own = [s for s in stints if s[0] == who]
        for begin, _ in blocks:
            near = [x for _, first, last, _, x in own if first <= begin < last + gap]
            if len(near) > 1:
                model += pulp.lpSum(near) <= 1
    if stints and model.solve(pulp.HiGHS(msg=False)) != pulp.LpStatusOptimal:
        raise SolverError("roster.no_chain", post=hole.post, given=str(board.facts.moment(hole.spans[0][0])))
    chosen = sorted((first, last, who) for who, first, last, _, x in stints if x.value() is not None and x.value() > 0.5)
    return [board.cover(hole.post, hole.absent_id, who, first, last) for first, last, who in chosen]
