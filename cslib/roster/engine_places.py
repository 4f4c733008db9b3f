"""Places of work for the engine of large sites: a kind of work is a shift at a home post, and what posts lack becomes rows of classes.

A duty counts in one class while it is at work, and where a colleague of another post could relieve its breaks in a second one all the time. What
a post lacks is at least what it lacks if all its breaks are relieved (``whole``), and what posts lack together at least what they lack if
everybody goes wherever he may (``together``). Both hold for every roster with its covers, so prices are never above the true ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from cslib.core.units import ceil_people
from cslib.roster.columns.intervals import Rows
from cslib.roster.engine_cells import shift_definition
from cslib.roster.engine_model import homes_of
from cslib.roster.problem import POOL, Problem

Kind = tuple[int, int]  # shift, home post (POOL: none)
Class = tuple[object, ...]
POOLED_MOST = 8  # posts that people without a home post serve together, of which all sets are rows


def kinds_of(problem: Problem) -> tuple[Kind, ...]:
    """Shifts with their home posts, in the order of the shift list."""
    return tuple((s, home) for s, shift in enumerate(problem.shifts) for home in (shift_definition(problem, s) if shift.queues else (POOL,)))


def needs_rows(problem: Problem) -> bool:
    """Whether people meet otherwise than by skills: at home posts, or as leads."""
    return any(s.queues for s in problem.shifts) or leads_wanted(problem) > 0 or level_wanted(problem) > 0


def leads_wanted(problem: Problem) -> int:
    """Leads who should be on duty at peak."""
    return int(problem.limit("lead_on_duty", 0) or 0) if problem.prices["lead_missing"] > 0 else 0


def level_wanted(problem: Problem) -> float:
    """Share of the need at peak for which people of the higher level are asked."""
    return float(problem.limit("level_at_peak", 0) or 0.0) if problem.prices["level_missing"] > 0 else 0.0


@dataclass(frozen=True)
class Team:
    """People who count alike in whatever kind they work: skills of pooled people, whether they are leads, posts for which they are of the higher
    level, and by post that may be their home whether there is another one that they may relieve, and one of those that may never be empty."""

    skills: frozenset[str]
    lead: bool
    level: frozenset[int]
    relieves: tuple[tuple[bool, bool], ...]


@dataclass(frozen=True)
class Places:
    """Kinds, teams and classes of a site with home posts or leads."""

    problem: Problem

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """Shifts with their home posts."""
        return kinds_of(self.problem)

    @cached_property
    def able(self) -> np.ndarray:
        """Flags (person, day, kind) of what may be worked."""
        problem = self.problem
        homes = {(c, s): homes_of(problem, c, s) for c in range(len(problem.classes)) for s in range(len(problem.shifts))}
        fits = np.array([[home in homes[c, s] for s, home in self.kinds] for c in range(len(problem.classes))], dtype=bool)
        return problem.allowed[:, :, [s for s, _ in self.kinds]] & fits[problem.class_of]

    @cached_property
    def guarded(self) -> frozenset[int]:
        """Posts that may never be empty."""
        return frozenset(q for q in range(len(self.problem.posts)) if any(self.problem.least(q, t) for t in range(self.problem.slots)))

    @cached_property
    def reach(self) -> list[frozenset[int]]:
        """Posts that a person, then that a duty of the month before, may relieve if his home is another one."""
        return [self._skilled(frozenset().union(*who.skills)) for who in self.problem.people] + [self._skilled(s.skills) for s in self.problem.spill]

    def _skilled(self, skills: frozenset[str]) -> frozenset[int]:
        checked = self.problem.limit("cover_stand_in", 0) is not None
        return frozenset(q for q, post in enumerate(self.problem.posts) if post.skill in skills or not checked)

    @cached_property
    def on_call(self) -> frozenset[int]:
        """Posts of people on call, who relieve nobody."""
        return frozenset(q for s, shift in enumerate(self.problem.shifts) if shift.standby for q in shift_definition(self.problem, s))

    @cached_property
    def relieved(self) -> frozenset[int]:
        """Posts whose breaks somebody of another post may relieve, or the next month."""
        found: set[int] = set()
        worked = self.able.any(axis=1)
        for p, reach in enumerate(self.reach):
            if p < len(worked):
                homes = {self.kinds[k][1] for k in np.flatnonzero(worked[p])} - {POOL} - self.on_call
            else:
                homes = {self.problem.home_of(self.problem.spill[p - len(worked)])} - {POOL} - self.on_call
            found |= {q for q in reach if homes - {q}}
        broken = {home for s, home in self.kinds if home != POOL and self.problem.shifts[s].breaks}
        past_the_end = self.problem.slots > self.problem.month_slots  # breaks then take nobody away: the next month relieves them
        return frozenset(broken if past_the_end else found & broken)

    @cached_property
    def exact(self) -> bool:
        """Whether rows price every roster as it is: nobody relieves anybody, and posts that may never be empty have people of their own."""
        problem = self.problem
        levels = {problem.least(q, t) for q in self.guarded for t in range(problem.slots)}
        dear = problem.prices["empty_post"] >= max(problem.prices["short"], problem.prices["short_peak"]) + problem.prices["over"]
        pooled = any(home == POOL for _, home in self.kinds)
        steady = level_wanted(problem) == 0 or all(len(set(who.skills)) == 1 for who in problem.people)
        return steady and not self.relieved and (not self.guarded or (levels <= {0, 1} and dear and not pooled))

    def team_of(self, person: int) -> Team:
        """Team of a person of the staff list."""
        who = self.problem.people[person]
        return self._team(who.skills[0], frozenset().union(*who.skills), who.lead, self.reach[person])

    def past_team(self, number: int) -> Team:
        """Team of a duty of the month before."""
        spill = self.problem.spill[number]
        return self._team(spill.skills, spill.held, spill.lead, self.reach[len(self.problem.people) + number])

    def _team(self, skills: frozenset[str], held: frozenset[str], lead: bool, reach: frozenset[int]) -> Team:
        reach = reach & self.relieved
        posts = range(len(self.problem.posts))
        relieves = tuple((q not in self.on_call and bool(reach - {q}), q not in self.on_call and bool((reach & self.guarded) - {q})) for q in posts)
        pooled = any(home == POOL for _, home in self.kinds)
        higher = level_wanted(self.problem) > 0 and self.problem.settings.level_skill in held
        level = frozenset(q for q in posts if higher and self.problem.posts[q].skill in held)
        own = skills & self.problem.site_skills if pooled else frozenset()
        return Team(own, lead and leads_wanted(self.problem) > 0, level, relieves)

    def classes_of(self, team: Team, home: int, relievable: bool) -> tuple[Class, Class | None]:
        """Classes of a duty: at work, and all the time (None: it counts in none)."""
        relievable = relievable and home in self.relieved
        duty: Class = ("pool", team.skills) if home == POOL else ("home", home, relievable, *team.relieves[home])
        apart = relievable or team.lead or team.level
        whole = ("whole", home if relievable else POOL, team.lead, team.level) if apart else None
        return duty, whole

    def relievable(self, shift: int) -> bool:
        """Whether all breaks of a shift are short enough for one stand-in."""
        limit = self.problem.limit("cover_duration", 0)
        pauses = self.problem.shifts[shift].breaks
        return bool(pauses) and all(not b.split and (limit is None or b.length_min <= limit * 60) for b in pauses)


@dataclass(frozen=True)
class Placed:
    """What ``rows_of`` gives: the rows, teams with the number of each person's, and the price of places that no plan changes."""

    rows: Rows
    teams: tuple[Team, ...]
    team_of: np.ndarray
    constant: float


def rows_of(places: Places) -> Placed:
    """Rows of a site's posts and leads."""
    problem = places.problem
    own = [places.team_of(p) for p in range(len(problem.people))]
    past = [places.past_team(i) for i in range(len(problem.spill))]
    teams = tuple(dict.fromkeys(own))
    pairs = {(t, k): places.classes_of(t, home, places.relievable(s)) for t in teams for k, (s, home) in enumerate(places.kinds)}
    spilled = [places.classes_of(t, problem.home_of(s), True) for t, s in zip(past, problem.spill, strict=True)]
    classes = list(dict.fromkeys(c for pair in [*pairs.values(), *spilled] for c in pair if c is not None))
    number = {c: i for i, c in enumerate(classes)}
    duty = np.array([[number[pairs[t, k][0]] for k in range(len(places.kinds))] for t in teams], dtype=np.int64)
    whole = np.array([[number.get(pairs[t, k][1] or (), -1) for k in range(len(places.kinds))] for t in teams], dtype=np.int64)
    table = _Table(places, classes)
    for posts in _together(places, classes):
        table.add_posts(posts)
    table.add_leads()
    table.add_levels()
    need, hit, level, group, rise, final = table.arrays()
    counted = np.array([c[0] != "whole" for c in classes])
    base = _base(problem, spilled, number)
    rows = Rows(need, hit, level, group, rise, final, counted, base, duty, whole, table.total)
    return Placed(rows, teams, np.array([teams.index(t) for t in own], dtype=np.int64), table.constant)


def _base(problem: Problem, spilled: list[tuple[Class, Class | None]], number: dict[Class, int]) -> np.ndarray:
    """People of the month before, by interval and class."""
    base, grid = np.zeros((problem.slots, len(number)), dtype=np.int64), problem.interval_min
    for spill, (duty, whole) in zip(problem.spill, spilled, strict=True):
        for t in range(max(spill.duty.start // grid, 0), min(spill.duty.end // grid, problem.slots)):
            base[t, number[duty]] += not any(a <= t * grid < b for a, b in spill.duty.breaks)
            if whole is not None:
                base[t, number[whole]] += 1
    return base


def _together(places: Places, classes: list[Class]) -> list[tuple[int, ...]]:
    """Posts in groups between which nobody moves."""
    posts = range(len(places.problem.posts))
    mark = list(posts)

    def join(linked: Iterable[int]) -> None:
        """Put posts into one group."""
        linked = sorted(linked)
        for q in linked[1:]:
            old, new = mark[q], mark[linked[0]]
            for other in posts:
                mark[other] = new if mark[other] == old else mark[other]

    worked = places.able.any(axis=1)
    for p in range(len(worked)):
        homes = {places.kinds[k][1] for k in np.flatnonzero(worked[p])} - {POOL} - places.on_call
        for home in homes:
            join({home} | (places.reach[p] & places.relieved))
    for spill, reach in zip(places.problem.spill, places.reach[len(worked) :], strict=True):
        if places.problem.home_of(spill) != POOL:
            join({places.problem.home_of(spill)} | (reach & places.relieved))
    for cls in classes:
        if cls[0] == "pool":
            join(q for q in posts if places.problem.posts[q].skill in cls[1])  # type: ignore[operator]
    return [tuple(q for q in posts if mark[q] == m) for m in dict.fromkeys(mark)]


class _Table:
    """Rows under construction; levels and sets are numbered as they come."""

    def __init__(self, places: Places, classes: list[Class]) -> None:
        self.places, self.classes = places, classes
        self.problem = places.problem
        self.total = np.zeros(self.problem.slots, dtype=np.int64)
        self.constant = 0.0
        self.found: list[tuple[np.ndarray, np.ndarray, int, int]] = []
        self.rise: list[float] = []
        self.final: list[bool] = []
        self.sets = 0

    def add_posts(self, posts: tuple[int, ...]) -> None:
        """Levels and rows of posts between which people may move."""
        priced = [(q, price, count) for q in posts for price, count in self._asked(q)]
        levels = sorted({float(x) for _, price, count in priced for x in price[count > 0]}, reverse=True)
        for level, price in enumerate(levels):
            self.rise.append(price - (levels[level + 1] if level + 1 < len(levels) else 0.0))
            self.final.append(level + 1 == len(levels))
            need = {q: np.zeros(self.problem.slots, dtype=np.int64) for q in posts}
            for q, prices, count in priced:
                need[q] += np.where(prices >= price - 1e-12, count, 0)
            wanted = [q for q in posts if need[q].any()]
            self._level(wanted, need)
        self.total += sum(count for _, _, count in priced) if priced else 0

    def _asked(self, post: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Places of a post as (price, number) by interval: those below which it is empty, and the others."""
        problem = self.problem
        hour, over = problem.interval_h, problem.prices["over"] * problem.interval_h
        least = np.array([problem.least(post, t) for t in range(problem.slots)], dtype=np.int64)
        need = problem.need[post].astype(np.int64)
        empty = problem.prices["empty_post"] * hour / np.maximum(least, 1)
        beyond = np.maximum(least - need, 0)  # in person beyond need: over, and wanted all the same
        self.constant += float((over * beyond).sum())
        price = np.maximum(empty - np.where(beyond > 0, over, 0.0), 0.0)
        short = np.where(problem.peak[post], problem.prices["short_peak"], problem.prices["short"]) * hour
        return [(price, least), (short, np.maximum(need - least, 0))]

    def _level(self, posts: list[int], need: dict[int, np.ndarray]) -> None:
        pools = [c for c in self.classes if c[0] == "pool" and any(self.problem.posts[q].skill in c[1] for q in posts)]  # type: ignore[operator]
        if pools:
            for size in range(1, len(posts) + 1):
                for chosen in combinations(posts, size):
                    self._row(self._whole(chosen), sum(need[q] for q in chosen))
                    self.sets += 1
        else:
            for q in posts:
                self._row(self._whole((q,)), need[q])
            self.sets += 1
        if any(q in self.places.relieved for q in posts):
            self._row(self._moving(posts), sum(need[q] for q in posts))
            self.sets += 1

    def _row(self, hit: list[int], need: np.ndarray | int) -> None:
        self.found.append((np.array(hit, dtype=np.int64), np.broadcast_to(need, self.problem.slots), len(self.rise) - 1, self.sets))

    def _whole(self, posts: tuple[int, ...]) -> list[int]:
        """Who counts at posts if all breaks that may be relieved are."""
        skills = {self.problem.posts[q].skill for q in posts}
        hit = []
        for cls in self.classes:
            if cls[0] == "pool":
                hit.append(int(bool(skills & cls[1])))  # type: ignore[operator]
            else:
                hit.append(int(cls[1] in posts and (cls[0] == "whole" or not cls[2])))
        return hit

    def _moving(self, posts: list[int]) -> list[int]:
        """Who counts at posts if everybody goes where he may; who leaves a post that may be left counts there too."""
        guarded = set(posts) <= self.places.guarded
        hit = []
        for cls in self.classes:
            if cls[0] == "pool":
                hit.append(int(any(self.problem.posts[q].skill in cls[1] for q in posts)))  # type: ignore[operator]
            elif cls[0] == "whole":
                hit.append(0)
            else:
                home, goes = int(cls[1] in posts), int(bool(cls[4] if guarded else cls[3]))  # type: ignore[operator]
                hit.append(home + goes if self.problem.posts[cls[1]].may_leave else max(home, goes))  # type: ignore[index]
        return hit

    def add_leads(self) -> None:
        """Leads at peak; they count on their breaks too."""
        wanted = leads_wanted(self.problem)
        if wanted:
            self.rise.append(self.problem.prices["lead_missing"] * self.problem.interval_h)
            self.final.append(False)
            self._row([int(c[0] == "whole" and bool(c[2])) for c in self.classes], np.where(self.problem.peak.any(axis=0), wanted, 0))
            self.sets += 1

    def add_levels(self) -> None:
        """People of the higher level at each queue's peak; they count on their breaks too."""
        share, problem = level_wanted(self.problem), self.problem
        for q in range(len(problem.posts)) if share else ():
            wanted = np.array([ceil_people(share * int(n)) if peak else 0 for n, peak in zip(problem.need[q], problem.peak[q], strict=True)])
            if wanted.any():
                self.rise.append(problem.prices["level_missing"] * problem.interval_h)
                self.final.append(False)
                self._row([int(c[0] == "whole" and q in c[3]) for c in self.classes], wanted)  # type: ignore[operator]
                self.sets += 1

    def arrays(self) -> tuple[np.ndarray, ...]:
        """need, hit, level, group, rise, final."""
        if not self.found:
            self.rise.append(0.0)
            self.final.append(True)
            self._row([0] * len(self.classes), 0)
        need = np.array([n for _, n, _, _ in self.found], dtype=np.int64).T
        return (
            need, np.array([h for h, *_ in self.found]), np.array([v for *_, v, _ in self.found]), np.array([g for *_, g in self.found]),
            np.array(self.rise), np.array(self.final, dtype=bool),
        )  # fmt: skip


def too_many_pooled(problem: Problem) -> bool:
    """Whether people without a home post serve more posts than sets of posts can be listed for."""
    pooled = any(not s.queues for s in problem.shifts)
    return pooled and sum(bool(problem.need[q].any()) or post.never_empty for q, post in enumerate(problem.posts)) > POOLED_MOST
