"""A reform of pay as data: ``params/reforms/<name>.yml``. What changes, how people move and behave, what a designed structure must meet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from cslib.core.errors import Finding, ParamError
from cslib.core.paths import params_dir, shown
from cslib.params.pay_scheme import PayScheme, Yuan
from cslib.params.source import Document, Meaning, Path_, Refusal, Strict, read, unknown_key, validate

Share = Annotated[float, Field(ge=0, le=1)]
Points = Annotated[float, Field(ge=-1000, le=1000)]
Grid = Annotated[float, Field(ge=1, le=5000)]


class Step(Strict):
    """From a score on (the score itself included): share of the grade's performance pay."""

    at: Points
    pay: Annotated[float, Field(ge=0, le=10)]


def _in_order(steps: tuple[Step, ...]) -> None:
    bounds = [step.at for step in steps]
    if bounds != sorted(set(bounds)):
        raise Refusal("params.need.steps")


class LadderSpec(Strict):
    """How scores move people; one of three: ``file`` (a scheme of ``params/ladders``, with ``reading`` and ``settings``); thresholds
    ``up_at`` and ``down_below`` [points], ``streak`` periods of ``period_months`` running; ``chances`` of each grade a month, whatever the score.
    """

    file: str | None = None
    reading: str = ""
    settings: dict[str, str] = Field(default_factory=dict)
    up_at: Points | None = None
    down_below: Points | None = None
    streak: int = Field(default=3, ge=1, le=24)
    period_months: int = Field(default=1, ge=1, le=12)
    chances: dict[str, dict[str, Share]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_kind(self) -> LadderSpec:
        thresholds = self.up_at is not None or self.down_below is not None
        if (self.file is not None) + thresholds + bool(self.chances) != 1 or (self.file is None and (self.reading or self.settings)):
            raise Refusal("params.need.one_ladder")
        if self.up_at is not None and self.down_below is not None and self.down_below > self.up_at:
            raise Refusal("params.need.hold_band")
        if any(abs(sum(row.values()) - 1) > 1e-6 for row in self.chances.values()):
            raise Refusal("params.need.chances")
        return self


class BehaviourSpec(Strict):
    """How people score, leave and are replaced (``pay.Behaviour``); ranges of the literature, never facts of the site.

    entry_grade: grade of people hired; None = the first of the scheme.
    """

    mean: Points = 100.0
    sd: float = Field(default=10.0, ge=0, le=1000)
    rho: Share = 0.6
    leave_month: Share = 0.03
    elasticity: float = Field(default=-3.0, ge=-20, le=0)
    stuck: float = Field(default=0.0, ge=-5, le=5)
    fill_month: Share = 0.5
    fill_elasticity: float = Field(default=3.2, ge=0, le=20)
    market: float = Field(default=0.0, ge=-0.5, le=0.5)
    entry_grade: str | None = None
    source: Meaning


class Change(Strict):
    """Structure B: what is another than today. base_yuan and target_yuan (performance pay at factor 1) by grade [yuan a month], raise_share on
    all base pay before them, steps of the performance pay by score, ladder."""

    raise_share: float = Field(default=0.0, ge=-0.9, le=5)
    base_yuan: dict[str, Yuan] = Field(default_factory=dict)
    target_yuan: dict[str, Yuan] = Field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    ladder: LadderSpec | None = None

    @model_validator(mode="after")
    def _rising(self) -> Change:
        _in_order(self.steps)
        return self


class Band(Strict):
    """Lowest and highest base pay that a design may give a grade [yuan a month]."""

    low: Yuan
    high: Yuan

    @model_validator(mode="after")
    def _ordered(self) -> Band:
        if self.high < self.low:
            raise Refusal("params.need.floor_cap")
        return self


class DesignSpec(Strict):
    """What the search may change, and what the result must meet.

    low_share, high_share : base pay of a grade against today's; ``base_yuan`` by grade comes before;  step_yuan : grid of base pay
    ladders, steps : thresholds and performance steps on offer besides today's
    budget_p90_share : P90 of the cost of all months against today's P90;  budget_p90_yuan : the same in yuan, comes before
    losers_share : people who may lose expected pay;  grade_share : most people on one grade in the last month;  turnover_share : leavers a year
    progression_share : least step of base from grade to grade inside a channel;  parity : channels of the scheme at equal base, within
    parity_share;  minimum_wage : nobody's base below what the city's minimum asks for;  tradeoff_losers : limits on losers of the curve
    """

    low_share: float = Field(default=0.9, gt=0, le=5)
    high_share: float = Field(default=1.2, gt=0, le=5)
    base_yuan: dict[str, Band] = Field(default_factory=dict)
    step_yuan: Grid = 50.0
    ladders: tuple[LadderSpec, ...] = ()
    steps: tuple[tuple[Step, ...], ...] = ()
    budget_p90_share: float | None = Field(default=None, gt=0, le=10)
    budget_p90_yuan: float | None = Field(default=None, gt=0)
    losers_share: Share = 1.0
    grade_share: Share = 1.0
    turnover_share: float = Field(default=1.0, gt=0, le=12)
    progression_share: float = Field(default=0.0, ge=0, le=2)
    parity: bool = False
    parity_share: Share = 0.0
    minimum_wage: bool = True
    tradeoff_losers: tuple[Share, ...] = (0.0, 0.1, 0.2, 0.4, 1.0)

    @model_validator(mode="after")
    def _ordered(self) -> DesignSpec:
        if self.high_share < self.low_share:
            raise Refusal("params.need.floor_cap")
        for steps in self.steps:
            _in_order(steps)
        return self


class Reform(Strict):
    """``params/reforms/<name>.yml``: today's ladder, behaviour, structure B, design."""

    meaning: Meaning
    illustrative: bool
    months: int = Field(default=36, ge=1, le=120)
    runs: int = Field(default=200, ge=20, le=20_000)
    ladder: LadderSpec
    behaviour: BehaviourSpec
    change: Change = Change()
    design: DesignSpec = DesignSpec()


def reform_names() -> list[str]:
    """Names of the reforms of ``params/reforms``."""
    return sorted(path.stem for path in (params_dir() / "reforms").glob("*.yml"))


def open_reform(name: str, scheme: PayScheme) -> tuple[Reform, Document]:
    """Read a reform and check it against the pay scheme that it changes.

    Parameters
    ----------
    name : name of a file in ``params/reforms``, or path of a ``.yml`` file;  scheme : today's pay scheme of the site

    Returns
    -------
    The reform, and the parsed file: it knows the line of every value and, by its path, what the run depended on.

    Raises
    ------
    ParamError  with file and line: no such file, an unknown key or grade, a value that can't be used.
    """
    path = Path(name) if name.endswith(".yml") else params_dir() / "reforms" / f"{name[:80]}.yml"
    if not name.endswith(".yml") and name not in reform_names():
        raise ParamError("params.no_file", where=shown(path), allowed=", ".join(reform_names()) or "-")
    document = read(path)
    reform = validate(Reform, document)
    findings: list[Finding] = []

    def known(grades: list[str], place: Path_) -> None:
        """A finding for every grade that the scheme lacks."""
        wrong = [grade for grade in grades if grade not in scheme.base_yuan]
        found = (unknown_key(document.where((*place, grade)), ".".join(map(str, (*place, grade))), scheme.base_yuan) for grade in wrong)
        findings.extend(found)

    known(list(reform.change.base_yuan), ("change", "base_yuan"))
    known(list(reform.change.target_yuan), ("change", "target_yuan"))
    known(list(reform.design.base_yuan), ("design", "base_yuan"))
    if reform.behaviour.entry_grade is not None:
        known([reform.behaviour.entry_grade], ("behaviour", "entry_grade"))
    for place, ladder in ladder_places(reform):
        known([*ladder.chances, *(grade for row in ladder.chances.values() for grade in row)], (*place, "chances"))
    if reform.change.steps and not _has_target(reform, scheme):
        findings.append(Finding("params.no_performance_pay", document.where(("change", "steps")), {}))
    if reform.design.steps and not _has_target(reform, scheme):
        findings.append(Finding("params.no_performance_pay", document.where(("design", "steps")), {}))
    if findings:
        raise ParamError(findings=findings)
    return reform, document


def ladder_places(reform: Reform) -> list[tuple[Path_, LadderSpec]]:
    """Every ladder that a reform names, with its place in the file."""
    found: list[tuple[Path_, LadderSpec]] = [(("ladder",), reform.ladder)]
    if reform.change.ladder is not None:
        found.append((("change", "ladder"), reform.change.ladder))
    return [*found, *((("design", "ladders", i), ladder) for i, ladder in enumerate(reform.design.ladders))]


def _has_target(reform: Reform, scheme: PayScheme) -> bool:
    """Whether there is performance pay by score that steps could apply to."""
    by_score = any(item.curve is not None and item.curve.fact == "score" and not item.roles for item in scheme.items.values())
    return by_score or any(yuan > 0 for yuan in reform.change.target_yuan.values())
