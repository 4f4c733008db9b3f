"""What a simulation starts from: who holds the posts, the pay structure, how scores, leaving and hiring behave, contribution years to come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from cslib.core.errors import PayError


@dataclass(frozen=True)
class Structure:
    """Pay by grade [yuan a month, full time].

    base, fixed : base pay, allowances that don't depend on the score.  target : performance pay at factor 1
    steps_at, steps_pay : factor of the performance pay at a score: of the highest step reached, 0 below the first
    overtime_share : overtime pay as a share of base;  seniority_yuan : a month for each full year;  probation_share, probation_months
    expected : factor of the performance pay that a regular month is counted with: 1, or what other steps give on average where today's give 1
    employer_share : employer contributions on the clamped base (the housing fund's on the same base)
    """

    grades: tuple[str, ...]
    base: np.ndarray
    fixed: np.ndarray
    target: np.ndarray
    steps_at: np.ndarray = field(default_factory=lambda: np.array([-np.inf]))
    steps_pay: np.ndarray = field(default_factory=lambda: np.array([1.0]))
    overtime_share: float = 0.0
    seniority_yuan: float = 0.0
    probation_share: float = 1.0
    probation_months: int = 0
    expected: float = 1.0

    def __post_init__(self) -> None:
        n = len(self.grades)
        if not (len(self.base) == len(self.fixed) == len(self.target) == n) or len(self.steps_at) != len(self.steps_pay):
            raise PayError("pay.structure_shape", where="structure", given=f"{len(self.base)}, {len(self.fixed)}, {len(self.target)}", allowed=n)
        if min(map(float, np.concatenate([self.base, self.fixed, self.target, self.steps_pay]))) < 0:
            raise PayError("pay.structure_negative", where="structure")

    def factor(self, score: np.ndarray) -> np.ndarray:
        """Performance factor at scores."""
        index = np.searchsorted(self.steps_at, score, side="right")
        return np.concatenate([[0.0], self.steps_pay])[index]

    def regular(self) -> np.ndarray:
        """Gross of a regular month by grade [yuan], performance pay at ``expected``: what market, attrition, winners and losers compare."""
        return self.base * (1 + self.overtime_share) + self.fixed + self.target * self.expected

    def scaled(self, factor: float) -> Structure:
        """All pay times a factor."""
        amounts = {name: getattr(self, name) * factor for name in ("base", "fixed", "target", "seniority_yuan")}
        return replace(self, **amounts)


@dataclass(frozen=True)
class Behaviour:
    """How people score, leave and are replaced. Elasticities are ranges of the literature, never facts of the site.

    mean, sd : score of the team and its spread [points];  rho : share of the spread that is persistent ability (0 to 1)
    leave_month : chance to leave in a month at reference pay;  elasticity : of leaving with respect to pay (-2 to -4.5);  stuck : log change of
        the chance where there was no promotion for 12 months
    fill_month : chance that an empty post is filled in a month at reference pay;  fill_elasticity : with respect to entry pay (+3.2 to +4.2)
    entry_grade : grade of people hired;  market : yearly growth of the pay that is compared (reference pay) [share]
    """

    mean: float = 100.0
    sd: float = 10.0
    rho: float = 0.6
    leave_month: float = 0.03
    elasticity: float = -3.0
    stuck: float = 0.0
    fill_month: float = 0.5
    fill_elasticity: float = 3.2
    entry_grade: int = 0
    market: float = 0.0

    def __post_init__(self) -> None:
        shares = (self.rho, self.leave_month, self.fill_month)
        if self.sd < 0 or not all(0 <= share <= 1 for share in shares) or self.elasticity > 0 or self.fill_elasticity < 0:
            raise PayError("pay.behaviour", where="behaviour", given=f"sd {self.sd}, {shares}, {self.elasticity}, {self.fill_elasticity}")


@dataclass(frozen=True)
class People:
    """Posts and their holders at the start: grade index, months of service, months since the last promotion, persistent ability (NaN = drawn)."""

    grade: np.ndarray
    service: np.ndarray
    since_up: np.ndarray
    ability: np.ndarray

    @classmethod
    def of(cls, grade: np.ndarray, service: np.ndarray | None = None) -> People:
        """People by grade; 24 months of service where nothing is known."""
        grade = np.asarray(grade, dtype=np.int64)
        return cls(grade, np.full(len(grade), 24) if service is None else np.asarray(service, dtype=np.int64), np.zeros(len(grade), dtype=np.int64),
                   np.full(len(grade), np.nan))  # fmt: skip


@dataclass(frozen=True)
class Months:
    """The months ahead: calendar month (1 to 12), floor and cap of the contribution base, employer share on it, by month."""

    calendar: np.ndarray
    floor: np.ndarray
    cap: np.ndarray
    employer: np.ndarray
    estimated: bool = False
