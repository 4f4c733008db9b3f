"""Who could stand in for a missed duty: people on duty elsewhere who may leave there, and people on a day off who may legally be called in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Cover, Person
from cslib.roster.audit.presence import covers_of
from cslib.roster.audit.registry import FUNCTIONS
from cslib.roster.audit.spans import Minutes, common, length, minus, union
from cslib.roster.life.board import COVER_RULES, OFF_DUTY, Board, Change, Entry, Steps

_PER_WAY = 4  # stand-ins of each way kept for a duty
_LATER = 6  # days after a missed duty within which another day off is given for coming in
_TRIED = 12  # people whose exchange is tried in full
_AROUND = 2  # days before and after a duty whose covers may add up with those for it
_NOISE = 0.005  # yuan
Place = tuple[dt.date, str, str]  # day, queue or post, shift


@dataclass(frozen=True, eq=False)
class Option:
    """Somebody who could stand in: how, for how long, the priced cost then [yuan], where he would be; on duty, what he covers
    of the missed duty; called in, the change of his days, and the day off that he gets for it."""

    employee_id: str
    way: str
    hours_h: float
    left_yuan: float
    steps: Steps
    spans: tuple[Minutes, ...] = ()
    change: Change | None = None
    off_instead: dt.date | None = None


class Options:
    """Stand-ins by place, worked out once each."""

    def __init__(self, board: Board) -> None:
        self.board, self.covers = board, covers_of(board.covers)
        self.names = list(board.study.params.site.queues)
        self.duties: dict[Place, Duty] = {}
        for who in board.people:
            for duty in board.people[who].duties:
                if duty.timed and duty.shift is not None:
                    self.duties.setdefault(self.place(duty), duty)
        self._found: dict[Place, list[Option]] = {}
        self._near: dict[dt.date, dict[str, Person]] = {}
        self._missed: dict[tuple[object, ...], float] = {}

    def place(self, duty: Duty) -> Place:
        """Day, post and shift; a pooled duty stands for the first queue that the person can serve."""
        person, queues = self.board.people[duty.employee_id], self.board.study.params.site.queues
        first = next((n for n in self.names if person.holds(queues[n].skill, duty.date)), self.names[0])
        return duty.date, duty.home or first, duty.code

    def missing(self, duty: Duty) -> Steps:
        """Where the month lacks somebody who misses a duty, his covers then included."""
        steps: Steps = defaultdict(list)
        who = duty.employee_id
        own = {post: [s for s in spans if common([s], [duty.span])] for post, spans in self.covers.get(who, {}).items()}
        self.board.collect(steps, self.board.people[who], [duty], own, -1)
        return steps

    def of(self, day: dt.date, queue: str, shift: str) -> list[Option]:
        """Stand-ins for a duty, the cheapest first."""
        key = day, queue, shift
        if key not in self._found:
            duty = self.duties[key]
            gone = self.missing(duty)
            gap, legal = self.board.coverage_delta(gone), partial(self._legal, duty)
            ways = (
                itertools.islice(filter(legal, sorted((o for o in found if helps(o, gap)), key=_rank)), _PER_WAY)
                for found in (self.on_duty(duty, gone), self.called_in(duty, gone), self.exchanged(duty, gone))
            )
            self._found[key] = sorted(itertools.chain(*ways), key=_rank)
        return self._found[key]

    def called_in(self, duty: Duty, gone: Steps) -> Iterator[Option]:
        """People on a day off who hold the skill, legal or not."""
        return (self._coming(duty, gone, who, None) for who in self._off(duty))

    def exchanged(self, duty: Duty, gone: Steps) -> Iterator[Option]:
        """People on a day off who get one of their next working days off instead: the one that is missed least; legal or not."""
        board, guesses = self.board, []
        for who in self._off(duty):
            days = (duty.date + dt.timedelta(days=n) for n in range(1, _LATER + 1))
            own = {d.date: d for d in board.people[who].duties if d.timed and d.shift is not None}
            least = min(((self._missed_yuan(own[day]), day) for day in days if day in own and board.may_change(who, day)), default=None)
            if least is not None:
                guesses.append((*least, who))
        for _, day, who in sorted(guesses, key=lambda g: g[0])[:_TRIED]:
            yield self._coming(duty, gone, who, day)

    def _off(self, duty: Duty) -> Iterator[str]:
        """People with the skill for a duty whose cell of the day says off and may change."""
        board, queues = self.board, self.board.study.params.site.queues
        needed = {queues[duty.home].skill} if duty.home else set(board.people[duty.employee_id].skills)
        for who, person in board.people.items():
            off = duty.date in person.cells and board.may_change(who, duty.date) and board.entry(who, duty.date) == OFF_DUTY
            if off and any(person.holds(skill, duty.date) for skill in needed):
                yield who

    def _coming(self, duty: Duty, gone: Steps, who: str, instead: dt.date | None) -> Option:
        """Somebody takes a duty, and another day off for it where one is given."""
        cells = {(who, duty.date): Entry(duty.code, duty.home, tuple(int(low - duty.due) for low, _ in duty.breaks))}
        change = self.board.trial(cells if instead is None else {**cells, (who, instead): OFF_DUTY})
        left = change.delta_yuan - self.board.coverage_delta(change.steps) + self.board.coverage_delta(joined(gone, change.steps))
        way = "called_in" if instead is None else "exchanged"
        return Option(who, way, duty.presence_min / 60, left, change.steps, (), change, instead)

    def _missed_yuan(self, duty: Duty) -> float:
        """Priced cost of coverage without one duty, asked once for people who serve the same."""
        skills = frozenset(s for s in self.board.people[duty.employee_id].skills if self.board.people[duty.employee_id].holds(s, duty.date))
        key = duty.date, duty.home, duty.code, duty.breaks, skills
        if key not in self._missed:
            self._missed[key] = self.board.coverage_delta(self.missing(duty))
        return self._missed[key]

    def against(self, duty: Duty, option: Option) -> str:
        """The first rule that the audit holds against a stand-in; empty if there is none."""
        if option.change is not None:
            return next((v.rule for v in self.board.broken(option.change)), "")
        return self._cover_rule(duty, option)

    def _legal(self, duty: Duty, option: Option) -> bool:
        return not self.against(duty, option)

    def _cover_rule(self, duty: Duty, option: Option) -> str:
        """The first cover rule that covers of somebody on duty break, the absence recorded; people near in time decide it."""
        board, who, other = self.board, duty.employee_id, option.employee_id
        kept = [c for c in board.covers if c.timed and who not in (c.row.stand_in_id, c.row.absent_id) and _concerns(c, duty, other)]
        mine = [board.cover(duty.home, who, other, *span) for span in option.spans]
        absences = {**board.facts.absences, who: (*board.facts.absences.get(who, ()), (duty.start, duty.end))}
        facts = dataclasses.replace(board.facts, people=self._around(duty.date), covers=(*kept, *mine), absences=absences, _made={})
        return next((v.rule for code in COVER_RULES for v in FUNCTIONS[code](facts) if v.employee_id == other), "")

    def _around(self, day: dt.date) -> dict[str, Person]:
        """Everybody with the duties of the days around a day alone: what the cover rules look at, in a fraction of the time."""
        if day not in self._near:
            days = {day + dt.timedelta(days=n) for n in range(-_AROUND, _AROUND + 1)}
            self._near[day] = {
                who: dataclasses.replace(p, duties=_on(p.duties, days), history=_on(p.history, days)) for who, p in self.board.people.items()
            }
        return self._near[day]

    def on_duty(self, duty: Duty, gone: Steps) -> Iterator[Option]:
        """People on duty elsewhere who hold the skill and may leave there, legal or not."""
        board, queues = self.board, self.board.study.params.site.queues
        if duty.home not in queues:
            return
        wanted, limit = board.facts.at_work(duty), board.facts.limit("cover_duration", duty.date)
        for who, person in board.people.items():
            if who == duty.employee_id or not person.holds(queues[duty.home].skill, duty.date):
                continue
            busy = [s for spans in self.covers.get(who, {}).values() for s in spans if duty.start - 1440 < s[0] < duty.end + 1440]
            here = [d for d in person.timed if d.start < duty.end and d.end > duty.start]
            free = [s for d in here if d.home != duty.home for s in self._may_leave(d)]
            most = float("inf") if limit is None else limit * 60 - length(busy)
            spans = _cut(minus(common(free, wanted), busy), most)
            if spans:
                steps: Steps = defaultdict(list)
                near = [d for d in person.timed if common([d.span], spans)]
                board.collect(steps, person, near, self.covers.get(who, {}), -1)
                own = {post: list(found) for post, found in self.covers.get(who, {}).items()}
                own[duty.home] = union([*own.get(duty.home, []), *spans])
                board.collect(steps, person, near, own, 1)
                yield Option(who, "on_duty", length(spans) / 60, board.coverage_delta(joined(gone, steps)), steps, tuple(spans))

    def _may_leave(self, duty: Duty) -> list[Minutes]:
        """Presence outside the peaks of the home post, all of it where the post may be left."""
        board, spans = self.board, self.board.facts.at_work(duty)
        if not duty.home or board.study.params.site.queues[duty.home].may_leave:
            return spans
        return minus(spans, [s for s in self._peaks[duty.home] if s[0] < duty.end and s[1] > duty.start])

    @cached_property
    def _peaks(self) -> dict[str, list[Minutes]]:
        """Peak hours by post."""
        width, peak = self.board.facts.horizon.interval_min, self.board.facts.need.peak
        return {name: union((i * width, (i + 1) * width) for i in np.flatnonzero(peak[q]).tolist()) for q, name in enumerate(self.names)}


def helps(option: Option, gap_yuan: float) -> bool:
    """True if a stand-in makes a missed duty cheaper than leaving it open."""
    return option.left_yuan < gap_yuan - _NOISE


def _on(duties: tuple[Duty, ...], days: set[dt.date]) -> tuple[Duty, ...]:
    return tuple(d for d in duties if d.date in days)


def _concerns(cover: Cover, duty: Duty, stand_in: str) -> bool:
    """True for covers during a duty, and for those of its stand-in on the days around it."""
    more = _AROUND * 1440 if cover.row.stand_in_id == stand_in else 0
    return cover.start < duty.end + more and cover.end > duty.start - more


def _rank(option: Option) -> tuple[float, float]:
    return round(option.left_yuan, 2), -option.hours_h


def joined(*parts: Steps) -> Steps:
    """Steps of several changes together."""
    steps: Steps = defaultdict(list)
    for part in parts:
        for key, found in part.items():
            steps[key] += found
    return steps


def _cut(spans: list[Minutes], most: float) -> list[Minutes]:
    """The first so many minutes of some spans."""
    found: list[Minutes] = []
    for low, high in spans:
        left = most - length(found)
        if left > 0:
            found.append((low, min(high, low + left)))
    return found
