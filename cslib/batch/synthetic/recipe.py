"""The recipe of a synthetic site: ``params/sites/<site>/synthetic.yml``, read as strictly as every other parameter file."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from cslib.core.errors import ParamError
from cslib.core.paths import shown, site_dir
from cslib.core.units import MINUTES_PER_DAY, minute_of
from cslib.params.site import DAYS, Clock, Day, Share
from cslib.params.source import Refusal, Strict, read, validate


class Event(Strict):
    """A day whose contacts differ from the rule by a factor."""

    day: dt.date
    factor: float = Field(gt=0)


class Volume(Strict):
    """How the contacts of one queue arise: day level x calendar factors x intraday profile, with noise.

    day_contacts: an ordinary workday at the end of the history [contacts/day]. weekday: factor by weekday. profile: relative rate
    at clock times, linear in between, round the clock. kind: factor by kind of day (table calendar) in place of the weekday's.
    reopen_share: extra on the first day after two or more days of holiday. first_days_share, last_days_share: extra on the first
    and last three days of a month, falling off. growth_year_share: growth a year. day_noise_share, interval_noise_share: standard
    deviation of the factors on day and interval, before Poisson. events: days with a cause (campaigns); outliers: days without one.
    """

    day_contacts: float = Field(gt=0)
    weekday: dict[Day, float]
    profile: dict[Clock, float] = Field(min_length=2)
    kind: dict[Literal["statutory_holiday", "arranged_off", "make_up_workday"], float] = Field(default_factory=dict)
    reopen_share: float = Field(default=0.0, ge=0)
    first_days_share: float = Field(default=0.0, ge=0)
    last_days_share: float = Field(default=0.0, ge=0)
    growth_year_share: float = Field(default=0.0, gt=-0.5, lt=1)
    day_noise_share: Share = 0.05
    interval_noise_share: Share = 0.05
    events: tuple[Event, ...] = ()
    outliers: tuple[Event, ...] = ()

    @model_validator(mode="after")
    def _week_is_whole(self) -> Volume:
        if set(self.weekday) != set(DAYS):
            raise Refusal("synthetic.need.week")
        return self

    def rate(self, minute: int) -> float:
        """Relative rate at a minute of the day."""
        points = sorted((minute_of(clock), value) for clock, value in self.profile.items())
        points = [(points[-1][0] - MINUTES_PER_DAY, points[-1][1]), *points, (points[0][0] + MINUTES_PER_DAY, points[0][1])]
        for (low, left), (high, right) in itertools.pairwise(points):
            if low <= minute < high:
                return left + (right - left) * (minute - low) / (high - low)
        raise ValueError(f"{minute} is not a minute of the day")


class History(Strict):
    """Contact file: span, layout (wide: a row a day and queue; long: a row an interval; series: timestamp, series, volume), gaps."""

    first: dt.date
    last: dt.date
    layout: Literal["wide", "long", "series"]
    missing: int = Field(default=0, ge=0)


class Special(Strict):
    """What is different with person ``number`` of a group: joins or leaves in the month, is protected, has overtime approved."""

    number: int = Field(ge=1)
    hired: dt.date | None = None
    left: dt.date | None = None
    no_night_until: dt.date | None = None
    no_overtime_until: dt.date | None = None
    overtime_h: float | None = Field(default=None, gt=0)


class Group(Strict):
    """People of one kind: ``count`` of them, or as many as it takes to cover what the groups with a count leave open.

    skills: proficiency by skill. shifts: what they are planted on. grades: weight of each grade among them. hired: first and last
    day of hiring.
    """

    skills: dict[str, float] = Field(min_length=1)
    hours_scheme: Literal["standard", "comprehensive", "part_time"] = "comprehensive"
    fte_share: float = Field(default=1.0, gt=0, le=1)
    shifts: tuple[str, ...] = Field(min_length=1)
    count: int | None = Field(default=None, ge=1)
    grades: dict[str, float] = Field(min_length=1)
    hired: tuple[dt.date, dt.date]
    special: tuple[Special, ...] = ()

    def differs(self, number: int) -> Special:
        """What is different with a person; nothing for most."""
        return next((entry for entry in self.special if entry.number == number), Special(number=number))


class LeavePlan(Strict):
    """Granted leave: share of people who take some, its length in days, the words it is written with by weight, a row a day or a block."""

    people_share: Share
    days_max: int = Field(ge=1, le=10)
    kinds: dict[str, float] = Field(min_length=1)
    layout: Literal["days", "blocks"] = "days"


class WishPlan(Strict):
    """Wishes: mean number a person, share of rest days among them, share that the planted roster meets.

    popular: days that many want off at once, more than can be spared; popular_share: how many.
    """

    per_person: float = Field(ge=0)
    off_share: Share
    met_share: Share
    popular: tuple[dt.date, ...] = ()
    popular_share: Share = 0.0


class People(Strict):
    """The staff of a site and the month it is planted for.

    look_back_days: days of the month before that are planted with it. first_number: employee number of the first row. lead_group,
    lead_grade: where one lead a team comes from. language: of headers and words in the files. repack: attempts in a row that may
    fail to save a person. margin_share: extra contacts that the staff can carry, so that a refined forecast is still covered.
    """

    month: str
    look_back_days: int = Field(ge=14, le=31)
    first_number: int = Field(ge=1)
    teams: tuple[str, ...] = Field(min_length=1)
    lead_grade: str
    lead_group: str
    groups: dict[str, Group] = Field(min_length=1)
    leave: LeavePlan
    wishes: WishPlan | None = None
    repack: int = Field(default=3, ge=0)
    margin_share: Share = 0.02
    language: Literal["zh", "en"] = "zh"


class Recipe(Strict):
    """Everything that the generator may choose for a site.

    named_days: days of the site's own calendar by event, as a planner would enter them; encodings: of single files, by their key
    in ``site.files``.
    """

    history: History | None = None
    named_days: dict[str, tuple[dt.date, ...]] = Field(default_factory=dict)
    queues: dict[str, Volume] = Field(default_factory=dict)
    people: People
    encodings: dict[str, Literal["utf-8", "utf-8-sig", "gbk"]] = Field(default_factory=dict)


def open_recipe(site: str, folder: Path | None = None) -> Recipe:
    """Recipe of a site.

    Raises
    ------
    ParamError  if the site has none, or it is wrong (file, line, what is allowed).
    """
    path = (folder or site_dir(site)) / "synthetic.yml"
    if not path.is_file():
        raise ParamError("synthetic.no_recipe", where=shown(path), given=site)
    return validate(Recipe, read(path))
