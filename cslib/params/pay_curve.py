"""How a pay item follows a fact about a person: steps, a line, commission brackets, prizes by rank. Data of ``params/pay/<scheme>.yml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from cslib.params.source import Refusal, Strict

# What pay may hang on (table ``pay_facts``): fact -> unit. Nothing else can be named by a scheme, least of all an excluded criterion.
FACTS: dict[str, str] = {
    "score": "points", "team_mean": "points", "proposals": "proposals", "kpi_rank": "rank", "sales_yuan": "yuan", "award_service_star": "awards",
    "award_best_team": "awards", "award_innovation": "awards", "post_level": "level",
}  # fmt: skip
Fact = Literal["score", "team_mean", "proposals", "kpi_rank", "sales_yuan", "award_service_star", "award_best_team", "award_innovation", "post_level"]
Amount = Annotated[float, Field(ge=0)]


class Step(Strict):
    """From a value of the fact on (the value itself included): what is paid."""

    at: float
    pay: Amount


class Curve(Strict):
    """Pay as a function of a fact.

    kind: steps (``pay`` of the highest step reached, 0 below the first), linear (0 at ``zero``, 1 at ``target``, on to ``cap``),
    commission (``pay`` is the share of each slice of the fact between two steps), prizes (``pay`` of the step whose ``at`` is the rank).
    Steps and the line give yuan, or with ``share: true`` a share of the item's ``yuan``. without: what somebody without the fact
    gets - ``target`` (1, a share), ``lowest`` (the first step) or ``none``.
    """

    kind: Literal["steps", "linear", "commission", "prizes"]
    fact: Fact
    steps: tuple[Step, ...] = ()
    zero: float = 0.0
    target: float = 100.0
    cap: Amount = 1.0
    share: bool = False
    cap_yuan: Amount | None = None
    without: Literal["target", "lowest", "none"] = "none"

    @model_validator(mode="after")
    def _whole(self) -> Curve:
        bounds = [step.at for step in self.steps]
        if bounds != sorted(set(bounds)):
            raise Refusal("params.need.steps")
        if (self.kind == "linear") == bool(self.steps) or self.target <= self.zero:
            raise Refusal("params.need.curve")
        return self

    def at(self, value: float | None) -> float:
        """What is paid at a value of the fact: yuan, or a share of the item's amount; ``None`` where the fact is not known.

        >>> Curve(kind="steps", fact="team_mean", steps=(Step(at=75, pay=100), Step(at=80, pay=200))).at(79.9)
        100.0
        """
        if value is None:
            return {"target": 1.0, "lowest": self.steps[0].pay if self.steps else 0.0, "none": 0.0}[self.without]
        if self.kind == "linear":
            return min(self.cap, max(0.0, (value - self.zero) / (self.target - self.zero)))
        if self.kind == "commission":
            return self._capped(self._slices(value))
        if self.kind == "prizes":
            return self._capped(next((step.pay for step in self.steps if step.at == value), 0.0))
        return self._capped(max(((step.at, step.pay) for step in self.steps if value >= step.at), default=(0.0, 0.0))[1])

    def _slices(self, value: float) -> float:
        tops = [step.at for step in self.steps[1:]] + [float("inf")]
        return sum(step.pay * max(0.0, min(value, top) - step.at) for step, top in zip(self.steps, tops, strict=True))

    def _capped(self, yuan: float) -> float:
        return yuan if self.cap_yuan is None else min(yuan, self.cap_yuan)
