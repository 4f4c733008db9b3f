"""Who is where, minute by minute: home people of a post, those away on a cover, stand-ins; and the pool of agents without a home.

Covers count as written: a cover that its stand-in can't give is reported by rule cover_stand_in, not by an empty post as well.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from cslib.core.shifts import Shift
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Cover, Facts, Person
from cslib.roster.audit.need import open_minutes
from cslib.roster.audit.spans import Minutes, common, minus, union

Skills = frozenset[int]
CoversOf = dict[str, list[Minutes]]  # post -> spans that one stand-in covers there


@dataclass(frozen=True)
class Presence:
    """People by queue (order of the site file) and minute of the month.

    Attributes
    ----------
    home : home people present and not on break; ``away`` : those of them who cover another post; ``stand`` : stand-ins there
    pool : pooled agents free to serve, by the set of queues (numbers) they can serve; ``pool_away`` : those who cover a post
    held : people who hold the post: home - away + stand, and the away ones too where the post ``may_leave``
    """

    home: np.ndarray
    away: np.ndarray
    stand: np.ndarray
    may_leave: np.ndarray
    pool: dict[Skills, np.ndarray]
    pool_away: dict[Skills, np.ndarray]

    @property
    def at_post(self) -> np.ndarray:
        """People at the post."""
        return np.maximum(self.home - self.away, 0) + self.stand

    @property
    def held(self) -> np.ndarray:
        """People who hold the post."""
        return self.at_post + np.where(self.may_leave[:, None], np.minimum(self.away, self.home), 0)


@dataclass(frozen=True)
class Watch:
    """A post that may never be empty: where it is open, and how many have to be there (limits by minute; 0 where not in force)."""

    queue: str
    number: int
    limit: np.ndarray

    def below(self, at_post: np.ndarray) -> np.ndarray:
        """Flags of the minutes at which too few are there."""
        return at_post[self.number] < self.limit


def presence(facts: Facts) -> Presence:
    """Everybody counted once: at home, away, standing in, or in the pool."""
    return facts.once("presence", lambda: _counted(facts))


def is_pooled(duty: Duty) -> bool:
    """True if the duty has no home post and its definition asks for none."""
    return not duty.home and isinstance(duty.shift, Shift) and not duty.shift.queues


def serves(person: Person, day: dt.date, facts: Facts) -> Skills:
    """Numbers of the site's queues whose skill a person holds on a day."""
    return frozenset(i for i, q in enumerate(facts.study.params.site.queues.values()) if person.holds(q.skill, day))


def watches(facts: Facts) -> list[Watch]:
    """The posts that may never be empty (S002-08)."""
    found = []
    for i, (name, queue) in enumerate(facts.study.params.site.queues.items()):
        if queue.never_empty:
            limits = facts.by_minute(lambda day: facts.limit("never_empty", day) or 0.0)
            found.append(Watch(name, i, limits * open_minutes(queue, facts.study, facts.minutes)))
    return found


def parts(person: Person | None, duties: Iterable[Duty], covers: CoversOf, facts: Facts) -> Iterator[tuple[str, int | Skills, list[Minutes]]]:
    """Where one person is: (``home`` | ``away`` | ``stand``, queue number, spans) and (``pool`` | ``pool_away``, queues he can serve, spans).

    Parameters
    ----------
    person : None for somebody that no staff list knows;  duties : those with known times
    covers : spans that he covers, by post (``covers_of``)
    """
    number = {name: i for i, name in enumerate(facts.study.params.site.queues)}
    duties = list(duties)
    for duty in duties:
        spans = facts.at_work(duty)
        if duty.home in number:
            elsewhere = [s for post, c in covers.items() if post != duty.home for s in c]
            yield "home", number[duty.home], facts.at_home(duty)
            yield "away", number[duty.home], common(spans, elsewhere)
        elif is_pooled(duty):
            skills = serves(person, duty.date, facts) if person is not None else frozenset()
            busy = [s for c in covers.values() for s in c]
            yield "pool", skills, minus(spans, busy)
            yield "pool_away", skills, common(spans, busy)
    for post, spans in covers.items():
        if post in number:
            there_anyway = [s for d in duties if d.home == post for s in facts.at_work(d)]
            yield "stand", number[post], minus(spans, there_anyway)


def _counted(facts: Facts) -> Presence:
    queues = facts.study.params.site.queues
    home, away, stand = (_Tally(facts.minutes, len(queues)) for _ in range(3))
    pool: dict[Skills, _Tally] = {}
    pool_away: dict[Skills, _Tally] = {}
    covers = covers_of(facts.covers)
    tallies = {"home": home, "away": away, "stand": stand}
    for who, person, duties in facts.everyone():
        for kind, key, spans in parts(person, duties, covers.pop(who, {}), facts):
            if isinstance(key, int):
                tallies[kind].add(key, spans)
            else:
                (pool if kind == "pool" else pool_away).setdefault(key, _Tally(facts.minutes)).add(0, spans)
    for own in covers.values():
        for _, key, spans in parts(None, [], own, facts):
            if isinstance(key, int):
                stand.add(key, spans)
    may_leave = np.array([q.may_leave for q in queues.values()], dtype=bool)
    free = {skills: tally.counts()[0] for skills, tally in pool.items()}
    return Presence(home.counts(), away.counts(), stand.counts(), may_leave, free, {s: t.counts()[0] for s, t in pool_away.items()})


class _Tally:
    """Counts by minute, collected as steps up and down; parts of a minute don't count."""

    def __init__(self, minutes: int, rows: int = 1) -> None:
        self._steps = np.zeros((rows, minutes + 1), dtype=np.int32)
        self._last = minutes

    def add(self, row: int, spans: Iterable[Minutes]) -> None:
        """One person more in the spans."""
        for low, high in spans:
            first, last = max(0, math.ceil(low)), min(self._last, math.floor(high))
            if first < last:
                self._steps[row, first] += 1
                self._steps[row, last] -= 1

    def counts(self) -> np.ndarray:
        """People by row and minute."""
        return np.cumsum(self._steps, axis=1)[:, :-1]


def covers_of(covers: Iterable[Cover]) -> dict[str, CoversOf]:
    """Spans by stand-in and post; one who covers a post for two people at once is there once."""
    found: dict[str, dict[str, list[Minutes]]] = {}
    for cover in covers:
        if cover.timed:
            found.setdefault(cover.row.stand_in_id, {}).setdefault(cover.row.post, []).append(cover.span)
    return {who: {post: union(spans) for post, spans in own.items()} for who, own in found.items()}
