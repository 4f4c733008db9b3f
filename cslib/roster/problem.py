"""The rostering problem: everything the engines need, numbered and frozen. Times are minutes from the first midnight of the horizon.

Days are numbered 0 .. days - 1 (negative in the month before), people by their row in the staff list, shifts and queues by their
place in the parameter files, intervals 0 .. days * slots_per_day - 1, and on through the next month's first morning as far as the
requirement reaches: only night duties of the last day can serve it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from cslib.core.shifts import Shift
from cslib.core.units import MINUTES_PER_DAY
from cslib.intake.study import Study
from cslib.params.law import RULES
from cslib.params.roster_settings import RosterSettings
from cslib.roster.engine_cells import allowed_cells
from cslib.roster.lookback import Duty

_NUMBERED = ("coach_on_duty", "team_lead_on_duty")
POOL = -1  # home of a shift whose person serves any queue he holds the skill of


@dataclass(frozen=True)
class Person:
    """One person as the rules see him; every date as a day number, ``leave_h`` hours by day of leave.

    ``skills`` has one set per day (skills count from their ``since``); ``history`` are the duties of the month before, in order;
    ``posts`` are those of the person's team, None if any will do.
    """

    employee_id: str
    scheme: str
    first_day: int
    last_day: int
    contract_h: float
    leave_h: dict[int, float]
    overtime_max_h: float
    overtime_protected: bool
    no_night_through: int
    skills: tuple[frozenset[str], ...]
    history: tuple[Duty, ...]
    lead: bool = False
    fte_share: float = 1.0
    cycle_balance_h: float = 0.0
    team: str = ""
    posts: frozenset[int] | None = None


@dataclass(frozen=True)
class Post:
    """A queue or post. ``may_leave``: it counts as held while its person covers another one."""

    name: str
    skill: str
    may_leave: bool
    never_empty: bool


@dataclass(frozen=True)
class Pin:
    """A cell fixed before solving: ``shift`` index or None (rest), ``home`` post index or None, breaks [min after the shift's start] or None."""

    shift: int | None
    home: int | None = None
    breaks: tuple[int, ...] | None = None


@dataclass(frozen=True)
class SkillClass:
    """People who are interchangeable at posts on a day: same skills, same pinned home and breaks, same team's posts (None = free)."""

    skills: frozenset[str]
    home: int | None = None
    breaks: tuple[int, ...] | None = None
    posts: frozenset[int] | None = None


@dataclass(frozen=True)
class Wish:
    """``shift`` index, or None for a rest day."""

    person: int
    day: int
    shift: int | None
    weight: float


@dataclass(frozen=True)
class Spill:
    """A duty of the month before that reaches into the horizon, with its person's skills of queues, all skills ``held``, and role."""

    employee_id: str
    skills: frozenset[str]
    duty: Duty
    held: frozenset[str] = frozenset()
    lead: bool = False


@dataclass(frozen=True, eq=False)
class Problem:
    """A month to be rostered.

    Attributes
    ----------
    need, peak : arrays (queues, intervals) of people to roster and of peak intervals; ``opened``: posts' open intervals
    limits : rule code -> limit per day in the rule's unit, None where the rule is not in force
    prices : price code -> yuan a unit; ``pins`` by (person, day); ``spill`` : night duties of the month before
    week_h : Monday's day number -> weekly hours on top of the limit for its make-up workdays [h]; ``week_extra_days`` : their number
    weekends : day numbers of each weekend, as far as it lies in the month; ``settings`` : the site's roster block
    published : (person, day) -> shift or None, of the roster that people know already; days of leave are left out
    waived : (rule, person, day) that don't bind, day being the one where a breach would be reported (for explaining what a rule costs)
    requirement, study : where it came from, for the recount
    """

    start: dt.date
    days: int
    interval_min: int
    shifts: tuple[Shift, ...]
    night: tuple[bool, ...]
    people: tuple[Person, ...]
    posts: tuple[Post, ...]
    need: np.ndarray
    peak: np.ndarray
    opened: np.ndarray
    limits: dict[str, tuple[float | None, ...]]
    meal_break_min: float
    week_h: dict[int, float]
    prices: dict[str, float]
    contract_band_h: float
    nights_free: int
    cover_basis: str
    cover_gap_h: float
    wishes: tuple[Wish, ...]
    pins: dict[tuple[int, int], Pin]
    spill: tuple[Spill, ...]
    requirement: pd.DataFrame = field(repr=False)
    study: Study = field(repr=False)
    weekends: tuple[tuple[int, ...], ...] = ()
    week_extra_days: dict[int, int] = field(default_factory=dict)
    published: dict[tuple[int, int], int | None] = field(default_factory=dict)
    settings: RosterSettings = field(default_factory=RosterSettings)
    waived: frozenset[tuple[str, int, int]] = frozenset()

    @cached_property
    def allowed(self) -> np.ndarray:
        """Flags (person, day, shift) of cells that no rule about one cell forbids."""
        return allowed_cells(self)

    @property
    def slots_per_day(self) -> int:
        """Intervals a day."""
        return MINUTES_PER_DAY // self.interval_min

    @property
    def slots(self) -> int:
        """Intervals of the horizon and of the morning after it."""
        return int(self.need.shape[1])

    @property
    def month_slots(self) -> int:
        """Intervals of the horizon alone."""
        return self.days * self.slots_per_day

    @property
    def interval_h(self) -> float:
        """Length of an interval [h]."""
        return self.interval_min / 60

    @property
    def peak_hour_yuan(self) -> float:
        """Price of one peak person-hour, the least denominator of a gap [yuan]."""
        return self.prices["short_peak"]

    @cached_property
    def paid_h(self) -> tuple[float, ...]:
        """Paid hours of each shift."""
        return tuple(s.paid_min / 60 for s in self.shifts)

    @cached_property
    def classes(self) -> tuple[SkillClass, ...]:
        """Skill classes in order of first use."""
        return tuple(dict.fromkeys(self._class(p, d) for p in range(len(self.people)) for d in range(self.days)))

    @cached_property
    def class_of(self) -> np.ndarray:
        """Class index of (person, day)."""
        number = {c: i for i, c in enumerate(self.classes)}
        return np.array([[number[self._class(p, d)] for d in range(self.days)] for p in range(len(self.people))], dtype=np.int64)

    @cached_property
    def site_skills(self) -> frozenset[str]:
        """Skills that some queue of the site asks for."""
        return frozenset(post.skill for post in self.posts)

    @cached_property
    def beyond_columns(self) -> tuple[str, ...]:
        """Rules in force and priced goals that only the integer programme knows."""
        found = [code for code in _NUMBERED if any(limit is not None for limit in self.limits[code])]
        found += ["weekend_spread"] if self.prices["weekend_spread"] > 0 else []
        found += ["sessions"] if self.settings.sessions or not self.study.off_queue.empty else []
        return (*found, *(["waived"] if self.waived else []))

    def _class(self, person: int, day: int) -> SkillClass:
        pin = self.pins.get((person, day))
        skills = self.people[person].skills[day] & self.site_skills
        own = self.people[person].posts if self.limit("team_post", day) is not None else None
        return SkillClass(skills, pin.home, pin.breaks, own) if pin and pin.shift is not None else SkillClass(skills, posts=own)

    def limit(self, rule: str, day: int) -> float | None:
        """Limit of a rule on a day of the horizon (days outside count as the nearest day); None if the rule is not in force."""
        return self.limits[rule][min(max(day, 0), self.days - 1)]

    def least(self, post: int, slot: int) -> int:
        """People below whom a never-empty post counts as empty in an interval; 0 for other posts and while closed."""
        limit = self.limit("never_empty", slot // self.slots_per_day)
        return int(limit or 0) if self.posts[post].never_empty and self.opened[post, slot] else 0

    def home_of(self, spill: Spill) -> int:
        """Home post of a duty of the month before; POOL if it names none."""
        return next((q for q, post in enumerate(self.posts) if post.name == spill.duty.home), POOL)

    def date(self, day: int) -> dt.date:
        """Calendar date of a day number."""
        return self.start + dt.timedelta(days=day)

    def moment(self, minute: int) -> pd.Timestamp:
        """Time of a minute of the horizon."""
        return pd.Timestamp(self.start) + pd.Timedelta(minutes=minute)

    def span(self, day: int, shift: int) -> tuple[int, int]:
        """First and last minute (excluded) of a shift worked on a day."""
        begin = day * MINUTES_PER_DAY + self.shifts[shift].start_min
        return begin, begin + self.shifts[shift].length_min

    def without(self, rule: str) -> Problem:
        """The same problem with one rule out of force (for explaining what a rule costs).

        Raises
        ------
        KeyError  if the rule is unknown.
        """
        if rule not in RULES:
            raise KeyError(rule)
        return dataclasses.replace(self, limits={**self.limits, rule: (None,) * self.days})
