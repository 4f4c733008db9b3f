"""A pay scheme as data: ``params/pay/<scheme>.yml``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cslib.params.source import Meaning, Strict


class Item(Strict):
    """A pay item besides base pay and overtime: a rate per month or per unit of the hours table."""

    meaning: Meaning
    per: Literal["month", "shift", "night_shift"]
    yuan: float = Field(ge=0)
    source: str
    illustrative: bool = False


class PayScheme(Strict):
    """Base pay by grade, probation ratio, and items."""

    meaning: Meaning
    base_yuan: dict[str, float] = Field(min_length=1)
    base_source: str
    illustrative: bool
    probation_ratio: float = Field(default=1.0, gt=0, le=1)
    probation_months: int = Field(default=0, ge=0, le=6)
    items: dict[str, Item] = {}
