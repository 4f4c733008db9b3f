"""Grade ladders as data: ``params/ladders/<scheme>.yml``, with named settings for what the source leaves open.

Every number says where it comes from: ``origin: given`` with its catalogue ids, or ``origin: fill``, a value that the source does not give
and a site must set (shown as illustrative). A *reading* is a named choice of settings, such as ``as_written`` or ``repaired``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from cslib.params.source import Meaning, Refusal, Strict

BUILT_IN = ("months_in_service", "months_in_grade", "experience_months")  # metrics that the engine keeps itself
Operator = Literal[">=", ">", "<=", "<", "=="]
Month = Annotated[int, Field(ge=1, le=12)]


class Grounded(Strict):
    """Something with an origin: given by the source (then with catalogue ids), or filled."""

    origin: Literal["given", "fill"]
    catalogue: tuple[str, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _given_has_source(self) -> Grounded:
        if self.origin == "given" and not self.catalogue:
            raise Refusal("params.need.given_source")
        return self


class Line(Grounded):
    """A line of grades, lowest first."""

    meaning: Meaning
    grades: tuple[str, ...] = Field(min_length=1)


class Input(Strict):
    """A monthly fact about a person that the ladder reads."""

    meaning: Meaning
    unit: str


class Needs(Strict):
    """An item of a points table whose figures ``from`` a value on also need ``least`` of another input; ``otherwise`` they stand at that figure."""

    begin: float = Field(alias="from")
    needs: str
    least: float
    otherwise: float


class Derived(Grounded):
    """A figure made of inputs.

    kind: ``sum``; ``weighted`` mean (weights of 100 in all); ``lowest``; ``pooled`` = the mean of a group with one more person in it (of: mean,
    people, own figure); ``rank`` inside the team, 1 is best (``basis``: weighted z-scores, sum of ranks, the worst of the single ranks, or the
    figures added as they stand; ``ties``: equal figures share the ``better`` or the ``worse`` place, or, ``open``, have no place where the group
    stands on both sides of place ``cut``); ``tied`` = 1 where such a group holds a person's place (of: a rank with ``cut``); ``points`` = sum of
    items, each at most ``most``, an item with ``steps`` looked up by lower bounds, one with ``within`` depending on another input too, times
    ``factor``, or as 100 x achieved / achievable where ``rescale``.
    """

    kind: Literal["sum", "weighted", "lowest", "pooled", "rank", "tied", "points"]
    of: tuple[str, ...] = Field(min_length=1)
    weights: tuple[float, ...] = ()
    basis: Literal["weighted_z_score", "rank_sum", "worst_rank", "raw_sum"] = "weighted_z_score"
    ties: Literal["better", "worse", "open"] = "better"
    cut: int | None = Field(default=None, ge=1)
    most: tuple[float, ...] = ()
    steps: dict[str, dict[str, float]] = Field(default_factory=dict)
    within: dict[str, Needs] = Field(default_factory=dict)
    factor: float = 1.0
    rescale: bool = False

    @model_validator(mode="after")
    def _lengths(self) -> Derived:
        if self.kind == "weighted" and abs(sum(self.weights) - 100) > 1e-9:
            raise Refusal("params.need.weights_100")
        wrong = any(given and len(given) != len(self.of) for given in (self.weights, self.most))
        wrong |= (self.kind == "pooled" and len(self.of) != 3) or (self.ties == "open") != (self.cut is not None)
        if wrong or (self.kind == "points") != bool(self.most) or (self.kind == "weighted" and not self.weights):
            raise Refusal("params.need.derived_form")
        return self


class Criterion(Grounded):
    """A condition at a review.

    One of four forms: ``metric`` (aggregated ``by`` over the last ``over`` months, or the calendar ``year`` to date; at least ``least``
    months must have a value, default more than half) compared with ``value``; ``of`` another criterion, met in the last ``streak`` reviews
    running or in ``count`` (or ``count_more_than``) reviews in all, ``within`` the calendar
    year or the last twelve months (``rolling``), ``once`` = only when the count is
    reached; ``all`` or ``any`` of other criteria.
    """

    meaning: Meaning
    metric: str | None = None
    by: Literal["last", "mean", "sum", "min", "max"] = "last"
    over: Annotated[int, Field(ge=1, le=60)] | Literal["year"] = 1
    least: int | None = Field(default=None, ge=1)
    op: Operator | None = None
    value: float | None = None
    unit: str = ""
    of: str | None = None
    streak: int | None = Field(default=None, ge=1)
    count: int | None = Field(default=None, ge=1)
    count_more_than: int | None = Field(default=None, ge=0)
    within: Literal["always", "year", "rolling"] = "always"
    once: bool = False
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_form(self) -> Criterion:
        forms = [self.metric is not None, self.of is not None, bool(self.all), bool(self.any)]
        counts = [self.streak, self.count, self.count_more_than]
        compared = self.op is not None and self.value is not None
        if sum(forms) != 1 or (self.metric is not None) != compared or (self.of is not None) != (sum(c is not None for c in counts) == 1):
            raise Refusal("params.need.criterion_form")
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """Criteria that this one is made of."""
        return (self.of,) if self.of is not None else (*self.all, *self.any)

    @property
    def needed(self) -> int:
        """Reviews needed by a streak or count."""
        return self.streak or self.count or (self.count_more_than or 0) + 1


class Place(Strict):
    """Grades by lower bounds of a metric: the highest grade whose bound is reached."""

    metric: str
    lower: dict[str, float] = Field(min_length=1)

    @field_validator("lower")
    @classmethod
    def _ascending(cls, lower: dict[str, float]) -> dict[str, float]:
        values = list(lower.values())
        if values != sorted(set(values)):
            raise Refusal("params.need.ascending")
        return lower


class Quota(Strict):
    """At most this ``share``, or this number, of the people of the rule's grades at one review; the highest (or ``lowest``) by ``order_by``, a
    metric or a criterion's figure, come first. Moves keep to it; other outcomes take in everybody whose figure equals the last one's."""

    share: float | None = Field(default=None, gt=0, le=1)
    people: int | None = Field(default=None, ge=1)
    order_by: str
    first: Literal["highest", "lowest"] = "highest"

    @model_validator(mode="after")
    def _one_size(self) -> Quota:
        if (self.share is None) == (self.people is None):
            raise Refusal("params.need.quota_form")
        return self


class Rule(Grounded):
    """What is proposed where all of ``when`` hold. Among moves the first of the file that applies is taken; other outcomes come besides.

    ``opens_months``: the outcome opens a period of so many months, the first the month after the review. ``during``: name of a rule that opens
    one; this rule is looked at at the end of each month of the period, whatever the ladder's rhythm, and can't move anybody.
    """

    meaning: Meaning
    outcome: Literal["move", "coaching", "improvement_period", "immunity", "retest", "human_review"] = "move"
    line: str | None = None
    grades: tuple[str, ...] = ()
    step: Literal[-1, 1] | None = None
    to: str | None = None
    to_line: str | None = None
    place: Place | None = None
    direction: Literal["any", "up", "down"] = "any"
    most_steps: int | None = Field(default=None, ge=1)
    when: tuple[str, ...] = ()
    months: tuple[Month, ...] = ()
    immune: bool = False
    keeps_streaks: bool = False
    quota: Quota | None = None
    instead_of: tuple[str, ...] = ()
    opens_months: int | None = Field(default=None, ge=1, le=12)
    during: str | None = None

    @model_validator(mode="after")
    def _one_move(self) -> Rule:
        moves = sum(part is not None for part in (self.step, self.to, self.to_line, self.place))
        period = self.opens_months is not None or self.during is not None
        if moves != (self.outcome == "move") or (moves and period):
            raise Refusal("params.need.rule_form")
        return self


class Step(Strict):
    """A step of a bonus."""

    at_least: float
    yuan: float = Field(ge=0)


class Bonus(Grounded):
    """Pay in steps by the mean of a metric over ``over`` months, where ``condition`` holds; reviewed with the ladder."""

    meaning: Meaning
    metric: str
    over: int = Field(ge=1)
    grades: tuple[str, ...] = ()
    condition: str | None = None
    steps: tuple[Step, ...] = Field(min_length=1)
    per: Literal["month", "quarter"]


class Fact(Grounded):
    """A figure of the scheme that is kept with it, such as pay ranges; other parts read it."""

    meaning: Meaning
    value: bool | float | str | tuple[float | str, ...] | dict[str, float | str | tuple[float, ...]]
    unit: str


class Option(Strict):
    """One answer to a setting: values by dotted path, and entries that fall away."""

    meaning: Meaning
    set: dict[str, object] = Field(default_factory=dict)
    remove: tuple[str, ...] = ()


class Setting(Strict):
    """A question that the source leaves open, with all answers on offer."""

    meaning: Meaning
    catalogue: tuple[str, ...] = ()
    default: str
    options: dict[str, Option] = Field(min_length=1)


class LadderFile(Strict):
    """A ladder with its settings applied.

    ``review_from``: reviews fall every ``review_months`` months of the calendar year, or from each person's ``entry`` into the grade held.
    ``tenure_by``: months of service count whole from the first full month, or complete by ``days`` on ``review_day`` (default: the last day of
    the month) from the day of hiring.
    """

    meaning: Meaning
    catalogue: tuple[str, ...]
    lines: dict[str, Line] = Field(min_length=1)
    grades: dict[str, Meaning]
    entry: str | None = None
    trial_grade: str | None = None
    parity: bool = False
    review_months: Literal[1, 3, 6, 12]
    review_from: Literal["calendar", "entry"] = "calendar"
    review_day: int | None = Field(default=None, ge=1, le=31)
    tenure_by: Literal["months", "days"] = "months"
    grade_lag_months: int = Field(ge=1, le=12)
    pay_lag_months: int = Field(ge=1, le=12)
    restart_after_move: Literal["streaks", "everything", "nothing"]
    missing: Literal["pause", "break"]
    appraised_after_months: int = Field(default=0, ge=0)
    inputs: dict[str, Input] = Field(default_factory=dict)
    derived: dict[str, Derived] = Field(default_factory=dict)
    criteria: dict[str, Criterion] = Field(default_factory=dict)
    rules: dict[str, Rule] = Field(default_factory=dict)
    bonus: Bonus | None = None
    facts: dict[str, Fact] = Field(default_factory=dict)
    pay_yuan: dict[str, Annotated[float, Field(ge=0)]]
    settings: dict[str, Setting] = Field(default_factory=dict)
    readings: dict[str, dict[str, str]] = Field(default_factory=dict)
    default_reading: str | None = None

    @model_validator(mode="after")
    def _entry_has_no_calendar(self) -> LadderFile:
        """Reviews from a person's entry fall in any month: no rule or count may hang on the calendar year."""
        counted = any(criterion.within == "year" for criterion in self.criteria.values())
        if self.review_from == "entry" and (counted or any(rule.months for rule in self.rules.values())):
            raise Refusal("params.need.entry_review")
        if self.review_day is not None and self.tenure_by == "months":
            raise Refusal("params.need.review_day")
        return self
