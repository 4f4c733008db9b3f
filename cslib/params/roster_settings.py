"""How a site rosters: soft goals and stopping rules, teams, sessions to be placed, neutral attributes of people, who makes the roster."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, field_validator, model_validator

from cslib.params.source import Refusal, Strict


class Session(Strict):
    """Training or coaching to be placed: so many duties of a shift with this session between two days, for some or all people.

    people: ``everyone`` | ``newcomers`` (first ``newcomer_days`` of employment) | ``leads``.
    """

    first: dt.date
    last: dt.date
    times: int = Field(default=1, ge=1, le=31)
    people: Literal["everyone", "newcomers", "leads"] = "everyone"

    @model_validator(mode="after")
    def _ordered(self) -> Session:
        if self.last < self.first:
            raise Refusal("params.need.window")
        return self


class DutyTeams(Strict):
    """Teams of a site. ``size_least`` and ``size_most`` are those of S003-H9, enforced where ``enforced`` says that teams are duty teams.

    queues: team -> the queues and posts that are its own work (S001-03); a team that is not named works anywhere.
    """

    enforced: bool = False
    size_least: int = Field(default=2, ge=1, le=100)
    size_most: int = Field(default=4, ge=1, le=100)
    queues: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ordered(self) -> DutyTeams:
        if self.size_most < self.size_least:
            raise Refusal("params.need.team_size")
        return self


class RosterSettings(Strict):
    """Soft goals, stopping rules and customs of the roster.

    contract_band_h: hours of the month by which a person may stay below contract free of price. nights_free: nights a month
    free of the price ``night_over``. gap_share: stop when proven this close. work: deterministic work limit (1 = normal).
    owner: who makes the duty roster, for how many months at once (S002-28). allocation: people work on their own team's queues, as its
    supervisor arranges (S001-03), or wherever their skills allow, as the director allocates (S002-29).
    level_skill: the skill that marks people of a higher level, for the mix at peaks; coach_skill: those who may accompany newcomers. Both
    are neutral attributes beside the skills of the queues: a roster never knows grades or scores.
    leave_only_for_special_reasons: S002-18, refused.
    """

    contract_band_h: float = Field(default=16.0, ge=0, le=744)
    nights_free: int = Field(default=8, ge=0, le=31)
    gap_share: float = Field(default=0.01, ge=0.0001, le=1)
    work: float = Field(default=1.0, ge=0.01, le=100)
    owner: Literal["lead", "supervisor"] = "lead"
    horizon_months: int = 1
    allocation: Literal["team", "site"] = "team"
    teams: DutyTeams = DutyTeams()
    sessions: dict[str, Session] = Field(default_factory=dict)
    level_skill: str = ""
    coach_skill: str = ""
    newcomer_days: int = Field(default=30, ge=1, le=366)
    leave_only_for_special_reasons: bool = False

    @field_validator("horizon_months")
    @classmethod
    def _one_month(cls, months: int) -> int:
        if months != 1:
            raise Refusal("params.need.one_month")
        return months

    @field_validator("leave_only_for_special_reasons")
    @classmethod
    def _leave_is_law(cls, given: bool) -> bool:
        if given:
            raise Refusal("params.excluded.S002-18")
        return given

    @property
    def attributes(self) -> tuple[str, ...]:
        """Skills that no queue asks for, but rules do."""
        return tuple(dict.fromkeys(name for name in (self.level_skill, self.coach_skill) if name))


class ExplainSettings(Strict):
    """What the ways out of a month that can't be met cost beside the plan's own prices, so that they can be ranked.

    exception_yuan: an exception from one rule for one person on one day [yuan]. hire_yuan_h: an hour of a part-timer who is hired.
    train_yuan: a skill taught to one person [yuan]. hires_most: part-timers tried.
    """

    exception_yuan: float = Field(default=150.0, ge=0, le=100_000)
    hire_yuan_h: float = Field(default=35.0, ge=0, le=10_000)
    train_yuan: float = Field(default=500.0, ge=0, le=100_000)
    hires_most: int = Field(default=3, ge=0, le=20)
