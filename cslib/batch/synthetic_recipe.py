"""The recipe of a synthetic site: ``params/sites/<site>/synthetic.yml``, read as strictly as every other parameter file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from cslib.core.errors import ParamError
from cslib.core.paths import shown, site_dir
from cslib.core.units import MINUTES_PER_DAY, minute_of
from cslib.params.site import DAYS, Clock, Day, Share
from cslib.params.source import Strict, read, validate


class Volume(Strict):
    """How the contacts of one queue arise: day level x calendar factors x intraday profile, with noise.

    day_contacts: an ordinary workday at the end of the history [contacts/day]. weekday: factor by weekday. profile: relative rate
    at clock times, linear in between, round the clock. kind: factor by kind of day (table calendar) in place of the weekday's.
    reopen_share: extra on the first day after two or more days of holiday. first_days_share, last_days_share: extra on the first
    and last three days of a month, falling off. growth_year_share: growth a year. day_noise_share, interval_noise_share: standard
    deviation of the factors on day and interval, before Poisson. events: factor by date; outliers: the same, without a cause.
    """

    day_contacts: float = Field(gt=0)
    weekday: dict[Day, float]
    profile: dict[Clock, float] = Field(min_length=2)
    kind: dict[Literal["statutory_holiday", "arranged_off", "make_up_workday"], float] = {}
    reopen_share: float = Field(default=0.0, ge=0)
    first_days_share: float = Field(default=0.0, ge=0)
    last_days_share: float = Field(default=0.0, ge=0)
    growth_year_share: float = Field(default=0.0, gt=-0.5, lt=1)
    day_noise_share: Share = 0.05
    interval_noise_share: Share = 0.05
    events: dict[dt.date, float] = {}
    outliers: dict[dt.date, float] = {}

    @model_validator(mode="after")
    def _week_is_whole(self) -> Volume:
        if set(self.weekday) != set(DAYS):
            raise ValueError("a factor for each of " + ", ".join(DAYS))
        return self

    def rate(self, minute: int) -> float:
        """Relative rate at a minute of the day."""
        points = sorted((minute_of(clock), value) for clock, value in self.profile.items())
        points = [(points[-1][0] - MINUTES_PER_DAY, points[-1][1]), *points, (points[0][0] + MINUTES_PER_DAY, points[0][1])]
        for (low, left), (high, right) in zip(points, points[1:], strict=False):
            if low <= minute < high:
                return left + (right - left) * (minute - low) / (high - low)
        raise ValueError(f"{minute} is not a minute of the day")


class History(Strict):
    """Contact file: span, layout (wide: a row a day and queue; long: a row an interval; series: timestamp, series, volume), gaps."""

    first: dt.date
    last: dt.date
    layout: Literal["wide", "long", "series"]
    missing: int = Field(default=0, ge=0)


class Recipe(Strict):
    """Everything that the generator may choose for a site."""

    history: History | None = None
    queues: dict[str, Volume] = {}


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
