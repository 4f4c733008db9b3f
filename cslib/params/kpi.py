"""KPI definitions, role weights, team targets and training as data: ``params/kpi``. Excluded criteria are refused with reason and statute."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cslib.core.errors import Finding, ParamError
from cslib.core.paths import params_dir
from cslib.params.excluded import refuse_excluded
from cslib.params.ladders import Grounded
from cslib.params.source import Document, Meaning, Refusal, Strict, read, unknown_key, validate


class Kpi(Strict):
    """One KPI: at ``floor`` it earns 0 points, at ``target`` 100, linear between and beyond, never below 0 nor above ``cap``.

    kind: ``share`` of ``sample``; ``mean`` over ``sample`` with a standard deviation; ``rate`` in events per 100 of ``sample``.
    """

    meaning: Meaning
    unit: str
    kind: Literal["share", "mean", "rate"]
    better: Literal["higher", "lower"]
    floor: float
    target: float
    cap: float = Field(ge=100)
    sample: str
    catalogue: tuple[str, ...] = Field(min_length=1)
    note: str = ""

    @model_validator(mode="after")
    def _floor_before_target(self) -> Kpi:
        if (self.target > self.floor) != (self.better == "higher") or self.target == self.floor:
            raise Refusal("params.need.floor_target")
        return self


class RoleSet(Grounded):
    """Weights of KPIs for a role, in per cent."""

    meaning: Meaning
    level: Literal["person", "team", "department"]
    weights: dict[str, Annotated[float, Field(gt=0)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _sum_100(self) -> RoleSet:
        if abs(sum(self.weights.values()) - 100) > 1e-9:
            raise Refusal("params.need.weights_100")
        return self


class TeamTarget(Grounded):
    """A target of the team: an absolute value, or a relative change against the baseline period."""

    meaning: Meaning
    kpi: str
    against: Literal["absolute", "baseline"]
    at_least: float | None = None
    change_share: float | None = None

    @model_validator(mode="after")
    def _one_target(self) -> TeamTarget:
        if (self.at_least is None) == (self.change_share is None) or (self.against == "absolute") != (self.at_least is not None):
            raise Refusal("params.need.one_target")
        return self


class KpiFile(Strict):
    """``params/kpi/definitions.yml``. ``limits``: least and greatest value that a figure of a unit may have when it is read from a file."""

    cycle: Literal["month", "quarter"]
    limits: dict[str, tuple[float, float]]
    kpis: dict[str, Kpi]
    role_sets: dict[str, RoleSet]
    team_targets: dict[str, TeamTarget] = Field(default_factory=dict)


class Number(Grounded):
    """A number with its origin."""

    value: float


class Named(Grounded):
    """A choice with its origin."""

    value: Literal["month", "quarter"]


class TrainingKind(Strict):
    """A kind of training: length of a session, people in one, and the KPIs whose weakness it answers."""

    meaning: Meaning
    hours_h: float = Field(gt=0, le=8)
    group: int = Field(default=1, ge=1)
    kpis: tuple[str, ...] = ()
    catalogue: tuple[str, ...] = Field(min_length=1)


class TrainingFile(Strict):
    """``params/kpi/training.yml``."""

    plan_every: Named
    pass_rate_target: Number
    induction_within_days: Number
    session_most_h: Number
    weak_below_points: Number
    strong_from_points: Number
    regular_per_week: Number
    regular_hours_h: Number
    kinds: dict[str, TrainingKind]
    coaching: TrainingKind


def open_kpis(path: Path | None = None) -> KpiFile:
    """Definitions, role sets and team targets.

    Raises
    ------
    ParamError  with file and line: an excluded criterion, a wrong value, weights that don't add to 100, a KPI that is not defined.
    """
    document = read(path or params_dir() / "kpi" / "definitions.yml")
    refuse_excluded(document)
    found = validate(KpiFile, document)
    findings = _unknown(found, document)
    if findings:
        raise ParamError(findings=findings)
    return found


def _unknown(found: KpiFile, document: Document) -> list[Finding]:
    named = [(("role_sets", name), kpi) for name, role in found.role_sets.items() for kpi in role.weights]
    named += [(("team_targets", name), target.kpi) for name, target in found.team_targets.items()]
    return [unknown_key(document.where(place), kpi, found.kpis) for place, kpi in named if kpi not in found.kpis]


def open_training(path: Path | None = None) -> TrainingFile:
    """Kinds of training and when an appraisal leads to them.

    Raises
    ------
    ParamError  with file and line for every place that is wrong.
    """
    document = read(path or params_dir() / "kpi" / "training.yml")
    refuse_excluded(document)
    return validate(TrainingFile, document)
