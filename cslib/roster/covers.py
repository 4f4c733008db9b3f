"""Anonymous counts to persons: who holds which post, who breaks when, who stands in for whom.

Homes, breaks and covers are spread fairly and in a fixed order (staff list), so the same counts give the same roster. A cover follows
the cover rule S002-19 person by person: stints of one stand-in for one absence that are less than ``min_gap_h`` apart add up (basis
``day``: all his covers of a date) to at most the limit; where nobody may cover, the break stays uncovered and is priced.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pandas as pd

from cslib.core import tables
from cslib.core.shifts import LEAVE, REST, WORK, write_breaks
from cslib.roster.engine_answer import Answer
from cslib.roster.engine_model import Group, break_starts, homes_of
from cslib.roster.problem import POOL, Problem


@dataclass
class Worker:
    """A duty with its person: home post, presence and breaks [min]. ``order`` is his place in every choice; ``person`` None for last month's."""

    order: int
    employee_id: str
    group: Group
    day: int
    shift: int | None
    person: int | None
    start: int
    end: int
    breaks: list[tuple[int, int]] = field(default_factory=list)

    def free(self, begin: int, end: int) -> bool:
        """True if he is on duty and not on a break during a span."""
        return self.start <= begin and end <= self.end and all(b <= begin or end <= a for a, b in self.breaks)


def decode(problem: Problem, answer: Answer) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables ``roster`` and ``covers`` of an answer."""
    workers = _workers(problem, answer)
    _give_breaks(problem, answer, workers)
    for spill in problem.spill:
        group, duty = (spill.skills, problem.home_of(spill)), spill.duty
        workers.append(Worker(len(workers) - 100_000, spill.employee_id, group, duty.day, None, None, duty.start, duty.end, list(duty.breaks)))
    return _roster_table(problem, workers), Relief(problem, answer, workers).table()


def _workers(problem: Problem, answer: Answer) -> list[Worker]:
    """One worker a duty; each post goes to those who had it least often so far."""
    members: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for (p, d), s in sorted(answer.work.items()):
        members[d, s, int(problem.class_of[p, d])].append(p)
    had: dict[tuple[int, int], int] = defaultdict(int)
    workers = []
    for (d, s, cls), people in sorted(members.items()):
        waiting = list(people)
        for home in homes_of(problem, cls, s):
            waiting.sort(key=lambda p, home=home: (had[p, home] - sum(had[p, other] for other in homes_of(problem, cls, s)), p))
            count = answer.heads.get((cls, d, s, home), 0)
            for p in waiting[:count]:
                had[p, home] += 1
                group = problem.classes[cls].skills, home
                workers.append(Worker(p, problem.people[p].employee_id, group, d, s, p, *problem.span(d, s)))
            waiting = waiting[count:]
    return workers


def _give_breaks(problem: Problem, answer: Answer, workers: list[Worker]) -> None:
    """Break positions to people, turning by the day; breaks after the end of the month are staggered, since no count steers them."""
    sharing: dict[tuple[int, int, int, int], list[Worker]] = defaultdict(list)
    for worker in workers:
        assert worker.person is not None and worker.shift is not None
        cls = int(problem.class_of[worker.person, worker.day])
        sharing[cls, worker.day, worker.shift, worker.group[1]].append(worker)
    month_end, beyond = problem.days * 1440, defaultdict(int)
    for key, people in sorted(sharing.items()):
        cls, day, shift, _ = key
        turn = day % len(people)
        begin = problem.span(day, shift)[0]
        for number, pause in enumerate(problem.shifts[shift].breaks):
            starts = break_starts(problem, cls, shift, number)
            places = [at for at in starts for _ in range(answer.breaks.get((*key, number, at), 0))]
            outside = [at for at in starts if begin + at >= month_end]
            for worker, at in zip(people[turn:] + people[:turn], places, strict=True):
                if at in outside:
                    at = outside[beyond[day, shift, number] % len(outside)]
                    beyond[day, shift, number] += 1
                worker.breaks.append((begin + at, begin + at + pause.length_min))


class Relief:
    """Stand-ins for breaks, interval by interval, from the groups that the counts name."""

    def __init__(self, problem: Problem, answer: Answer, workers: list[Worker]) -> None:
        self.problem = problem
        self.workers = workers
        self.left = dict(answer.relief)
        self.posts = sorted({(slot, post) for _, post, slot in answer.relief})
        self.stints: dict[tuple[str, int, str], list[int]] = defaultdict(list)
        self.busy: dict[int, set[int]] = defaultdict(set)
        self.dates: dict[tuple[str, int], int] = defaultdict(int)
        self.month: dict[str, int] = defaultdict(int)
        self.covering: dict[tuple[int, int, int], int] = {}
        for slot, post in self.posts:
            self._cover(slot, post)

    def _span(self, slot: int) -> tuple[int, int]:
        return slot * self.problem.interval_min, (slot + 1) * self.problem.interval_min

    def _cover(self, slot: int, post: int) -> None:
        """Stand-ins for the people of a post who are on a break: those at it already stay, then those who covered least."""
        absent = [i for i, w in enumerate(self.workers) if w.group[1] == post and self._resting(w, slot)]
        carried = {a: self.covering.get((slot - 1, post, a)) for a in absent}
        for a in sorted(absent, key=lambda a: (carried[a] is None, self.workers[a].order)):
            able = [i for i, w in enumerate(self.workers) if self.left.get((w.group, post, slot), 0) and self._may(i, a, post, slot)]
            if able:
                best = carried[a] if carried[a] in able else min(able, key=lambda i, a=a: self._rank(i, a, slot))
                self._book(best, a, post, slot)

    def _resting(self, worker: Worker, slot: int) -> bool:
        """True if he is on a break in the interval that may be covered from end to end."""
        begin, end = self._span(slot)
        limit = self.problem.limit("cover_duration", slot // self.problem.slots_per_day)
        return any(a <= begin and end <= b and (limit is None or b - a <= limit * 60) for a, b in worker.breaks)

    def _may(self, stand_in: int, absent: int, post: int, slot: int) -> bool:
        if slot in self.busy[stand_in] or not self.workers[stand_in].free(*self._span(slot)):
            return False
        limit = self.problem.limit("cover_duration", slot // self.problem.slots_per_day)
        if limit is None:
            return True
        day = slot // self.problem.slots_per_day
        names = self.workers[stand_in].employee_id, self.workers[absent].employee_id
        done = self.dates[names[0], day] if self.problem.cover_basis == "day" else self._stint(*names, post, slot)
        return (done + 1) * self.problem.interval_h <= limit + 1e-9

    def _stint(self, stand_in: str, absent: str, post: int, slot: int) -> int:
        """Intervals so far in the stint that a cover in ``slot`` would belong to."""
        length, last = 0, slot
        for earlier in reversed(self.stints.get((stand_in, post, absent), [])):
            if (last - earlier - 1) * self.problem.interval_h >= self.problem.cover_gap_h and last - earlier > 1:
                break
            length, last = length + 1, earlier
        return length

    def _rank(self, stand_in: int, absent: int, slot: int) -> tuple[int, int, int, int]:
        """Longest stay first, then least covers on the date, in the month, then the staff list."""
        worker, stay = self.workers[stand_in], 0
        while self._resting(self.workers[absent], slot + stay) and worker.free(*self._span(slot + stay)):
            stay += 1
        return -stay, self.dates[worker.employee_id, slot // self.problem.slots_per_day], self.month[worker.employee_id], worker.order

    def _book(self, stand_in: int, absent: int, post: int, slot: int) -> None:
        worker = self.workers[stand_in]
        self.left[worker.group, post, slot] -= 1
        self.busy[stand_in].add(slot)
        self.dates[worker.employee_id, slot // self.problem.slots_per_day] += 1
        self.month[worker.employee_id] += 1
        self.stints[worker.employee_id, post, self.workers[absent].employee_id].append(slot)
        self.covering[slot, post, absent] = stand_in

    def table(self) -> pd.DataFrame:
        """Table ``covers``: intervals in a row of one stand-in for one absence are one cover."""
        rows = []
        for (stand_in, post, absent), slots in self.stints.items():
            first = slots[0]
            for slot, following in zip(slots, [*slots[1:], None], strict=True):
                if following != slot + 1:
                    begin, end = self._span(first)[0], self._span(slot)[1]
                    times = self.problem.moment(begin), self.problem.moment(end), (end - begin) / 60
                    rows.append((self.problem.posts[post].name, absent, stand_in, *times, "break_relief"))
                    first = following or 0
        return tables.check("covers", pd.DataFrame(rows, columns=list(tables.spec("covers").columns)), source="covers")


def _roster_table(problem: Problem, workers: list[Worker]) -> pd.DataFrame:
    """Table ``roster``: one row per person in employment and day."""
    duties = {(w.person, w.day): w for w in workers if w.person is not None}
    rows = []
    for p, who in enumerate(problem.people):
        for d in range(max(who.first_day, 0), min(who.last_day, problem.days - 1) + 1):
            head, worker = (who.employee_id, pd.Timestamp(problem.date(d))), duties.get((p, d))
            if worker is None:
                kind = LEAVE if d in who.leave_h else REST
                rows.append((*head, kind, None, None, None, None, None, (p, d) in problem.pins))
                continue
            assert worker.shift is not None
            breaks = write_breaks((problem.moment(a), problem.moment(b)) for a, b in worker.breaks) or None
            home = None if worker.group[1] == POOL else problem.posts[worker.group[1]].name
            span = problem.moment(worker.start), problem.moment(worker.end)
            rows.append((*head, WORK, problem.shifts[worker.shift].code, *span, breaks, home, (p, d) in problem.pins))
    return tables.check("roster", pd.DataFrame(rows, columns=list(tables.spec("roster").columns)), source="roster")
