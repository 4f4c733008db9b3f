"""The absence playbook: for every duty of the month who would stand in if it were missed, and how likely each peak interval holds.

Stand-ins are worked out beforehand against the month as it stands: people on duty elsewhere who may leave there, and people on a day off who
may legally be called in. They are conservative: somebody on duty never leaves a post at its peak, and covers no more than the rule's hours a day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Cover, Person
from cslib.roster.audit.presence import Watch, covers_of
from cslib.roster.audit.recount import Assigned, count
from cslib.roster.audit.registry import FUNCTIONS
from cslib.roster.audit.spans import Minutes, common, length, minus, union
from cslib.roster.life.board import COVER_RULES, OFF_DUTY, Board, Change, Entry, Steps

_PER_WAY = 4  # stand-ins of each way kept for a duty
_AROUND = 2  # days before and after a duty whose covers may add up with those for it
Place = tuple[dt.date, str, str]  # day, queue or post, shift


@dataclass(frozen=True)
class Option:
    """Somebody who could stand in: how, for how long, the priced cost then [yuan], where he would be; on duty, what he covers
    of the missed duty; called in, the change of his day."""

    employee_id: str
    way: str
    hours_h: float
    left_yuan: float
    steps: Steps
    spans: tuple[Minutes, ...] = ()
    change: Change | None = None


@dataclass(frozen=True)
class Playbook:
    """``table``: ``playbook``, stand-ins by rank for every duty; ``peaks``: ``playbook_peaks``, the share of sampled months that hold.

    options : the same stand-ins by day, post and shift, with the hours that each would cover
    """

    table: pd.DataFrame
    peaks: pd.DataFrame
    options: Mapping[Place, tuple[Option, ...]]

    def weakest(self, days: int = 5) -> pd.DataFrame:
        """Days whose weakest peak interval holds least: date, queue and interval_start of that interval, held_share, mended_share."""
        first = self.peaks.sort_values(["mended_share", "held_share", "interval_start"], kind="stable")
        named = first.assign(date=first["interval_start"].dt.normalize()).drop_duplicates("date")
        return named.head(days)[["date", "queue", "interval_start", "held_share", "mended_share"]].reset_index(drop=True)


def playbook(board: Board, days: Iterable[dt.date] | None = None) -> Playbook:
    """Work out the playbook of a month.

    Parameters
    ----------
    board : the month without absences;  days : days of the month to work out; default: all

    Returns
    -------
    Playbook; absences are sampled from the stream ``playbook`` under the settings ``playbook`` of the site.
    """
    made, wanted = _Options(board), sorted(set(board.days) & set(board.days if days is None else days))
    rows = []
    for (day, queue, shift), duty in made.duties.items():
        if day not in wanted:
            continue
        found = made.of(day, queue, shift)
        gap = round(board.coverage_delta(made.missing(duty)), 2)
        facts = [(o.employee_id, o.way, o.hours_h, round(o.left_yuan, 2)) for o in found] or [(None, None, 0.0, gap)]
        rows += [(queue, pd.Timestamp(day), shift, rank, who, way, hours, gap, left) for rank, (who, way, hours, left) in enumerate(facts, 1)]
    table = tables.check("playbook", pd.DataFrame(rows, columns=list(tables.spec("playbook").columns)), source="playbook")
    options = {place: tuple(made.of(*place)) for place in made.duties if place[0] in wanted}
    return Playbook(table, _Sample(board, made).peaks(wanted), options)


class _Options:
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
            ways = (
                itertools.islice(filter(legal, sorted(found, key=_rank)), _PER_WAY)
                for found, legal in (
                    (self._on_duty(duty, gone), partial(self._may_cover, duty)),
                    (self._called_in(duty, gone), self._may_come),
                )
            )
            self._found[key] = sorted(itertools.chain(*ways), key=_rank)
        return self._found[key]

    def _called_in(self, duty: Duty, gone: Steps) -> Iterator[Option]:
        board, queues = self.board, self.board.study.params.site.queues
        entry = Entry(duty.code, duty.home, tuple(int(low - duty.due) for low, _ in duty.breaks))
        needed = {queues[duty.home].skill} if duty.home else set(board.people[duty.employee_id].skills)
        for who, person in board.people.items():
            off = duty.date in person.cells and board.may_change(who, duty.date) and board.entry(who, duty.date) == OFF_DUTY
            if off and any(person.holds(skill, duty.date) for skill in needed):
                change = board.trial({(who, duty.date): entry})
                left = change.delta_yuan - board.coverage_delta(change.steps) + board.coverage_delta(_joined(gone, change.steps))
                yield Option(who, "called_in", duty.presence_min / 60, left, change.steps, (), change)

    def _may_come(self, option: Option) -> bool:
        """True if the audit finds nothing against calling somebody in."""
        return option.change is not None and not self.board.broken(option.change)

    def _may_cover(self, duty: Duty, option: Option) -> bool:
        """True if the audit finds nothing against the covers of somebody on duty, the absence recorded; people near in time decide it."""
        board, who, other = self.board, duty.employee_id, option.employee_id
        kept = [c for c in board.covers if c.timed and who not in (c.row.stand_in_id, c.row.absent_id) and _concerns(c, duty, other)]
        mine = [board.cover(duty.home, who, other, *span) for span in option.spans]
        absences = {**board.facts.absences, who: (*board.facts.absences.get(who, ()), (duty.start, duty.end))}
        facts = dataclasses.replace(board.facts, people=self._around(duty.date), covers=(*kept, *mine), absences=absences, _made={})
        return not any(v.employee_id == option.employee_id for code in COVER_RULES for v in FUNCTIONS[code](facts))

    def _around(self, day: dt.date) -> dict[str, Person]:
        """Everybody with the duties of the days around a day alone: what the cover rules look at, in a fraction of the time."""
        if day not in self._near:
            days = {day + dt.timedelta(days=n) for n in range(-_AROUND, _AROUND + 1)}
            self._near[day] = {
                who: dataclasses.replace(p, duties=_on(p.duties, days), history=_on(p.history, days)) for who, p in self.board.people.items()
            }
        return self._near[day]

    def _on_duty(self, duty: Duty, gone: Steps) -> Iterator[Option]:
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
                yield Option(who, "on_duty", length(spans) / 60, board.coverage_delta(_joined(gone, steps)), steps, tuple(spans))

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


class _Sample:
    """Months with sampled absences, day by day: days with the same duties missed are looked at once."""

    def __init__(self, board: Board, made: _Options) -> None:
        self.board, self.made = board, made
        self.duties = [d for person in board.people.values() for d in person.duties if d.timed and d.shift is not None]
        rule = board.study.params.site.playbook
        self.missed = board.study.rng("playbook").random((rule.draws, len(self.duties))) < rule.absence_share
        self.known: Assigned = {}

    def peaks(self, wanted: list[dt.date]) -> pd.DataFrame:
        """Table ``playbook_peaks`` of some days."""
        facts = self.board.facts
        per_day = facts.horizon.slots_per_day
        parts = []
        for n in range(len(self.board.days)):
            slots = slice(n * per_day, (n + 1) * per_day)
            peak = facts.need.peak[:, slots]
            if peak.any() and self.board.days[n] in wanted:
                held, mended = self._day(n)
                for q, i in np.argwhere(peak).tolist():
                    parts.append((facts.need.queues[q], facts.horizon.intervals[slots][i], held[q, i], mended[q, i]))
        frame = pd.DataFrame(parts, columns=list(tables.spec("playbook_peaks").columns))
        return tables.check("playbook_peaks", frame, source="playbook_peaks")

    def _day(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Shares of months in which intervals of a day hold, as they come and by the playbook, arrays (queues, intervals of the day)."""
        near = [i for i, d in enumerate(self.duties) if d.start < (n + 1) * 1440 and d.end > n * 1440]
        rows, times = np.unique(self.missed[:, near], axis=0, return_counts=True)
        held = mended = np.zeros((len(self.made.names), self.board.facts.horizon.slots_per_day))
        for row, weight in zip(rows, times / len(self.missed), strict=True):
            gone = [self.duties[near[k]] for k in np.flatnonzero(row)]
            steps: Steps = {}
            for duty in gone:
                steps = _joined(steps, self.made.missing(duty))
            plain = self._holds(n, steps)
            held = held + weight * plain
            mended = mended + weight * (self._holds(n, self._helped(gone, steps)) if gone else plain)
        return np.clip(held, 0, 1), np.clip(mended, 0, 1)

    def _helped(self, gone: list[Duty], steps: Steps) -> Steps:
        """The same with the first stand-in of each duty's page who is neither absent nor taken."""
        taken = {duty.employee_id for duty in gone}
        for duty in gone:
            option = next((o for o in self.made.of(*self.made.place(duty)) if o.employee_id not in taken), None)
            if option is not None:
                taken.add(option.employee_id)
                steps = _joined(steps, option.steps)
        return steps

    def _holds(self, n: int, steps: Steps) -> np.ndarray:
        """1 where nobody is missing in an interval of a day."""
        board = self.board
        per_day, step = board.facts.horizon.slots_per_day, board.facts.horizon.interval_min // board.tick
        first, last = n * per_day * step, (n + 1) * per_day * step
        watched = [Watch(w.queue, w.number, w.limit[first:last]) for w in board.by_tick]
        need, slots = board.facts.need, slice(n * per_day, (n + 1) * per_day)
        found = count(board.presence(first, last, steps), need.needed[:, slots], need.peak[:, slots], watched, step, self.known)
        return (found.short.reshape(len(need.queues), per_day, step).max(axis=2) == 0).astype(float)


def _on(duties: tuple[Duty, ...], days: set[dt.date]) -> tuple[Duty, ...]:
    return tuple(d for d in duties if d.date in days)


def _concerns(cover: Cover, duty: Duty, stand_in: str) -> bool:
    """True for covers during a duty, and for those of its stand-in on the days around it."""
    more = _AROUND * 1440 if cover.row.stand_in_id == stand_in else 0
    return cover.start < duty.end + more and cover.end > duty.start - more


def _rank(option: Option) -> tuple[float, float]:
    return round(option.left_yuan, 2), -option.hours_h


def _joined(*parts: Steps) -> Steps:
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
