"""A pay scheme as data: ``params/pay/<scheme>.yml``. What the law sets (overtime ratios, hourly conversion) can't be set here."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from cslib.core.errors import Finding, ParamError
from cslib.core.words import Word
from cslib.params.law import Law
from cslib.params.pay_curve import Curve, Fact
from cslib.params.source import Document, Meaning, Refusal, Strict, unknown_key

Yuan = Annotated[float, Field(ge=0, le=10_000_000)]
RESERVED = (
    "base", "overtime_workday", "overtime_rest_day", "overtime_holiday", "unpaid_leave", "part_paid_leave", "time_off_in_lieu", "annual_bonus",
    "minimum_wage_top_up", "gross", "net", "employer_cost", "tax", "tax_bonus", "other", "total",
)  # fmt: skip
EXCLUDED = ("S003-B7", "S003-B9")  # pay adjusted at the company's discretion; overtime by company rules
_CATALOGUE_ID = re.compile(r"S\d{3}-[A-Z]?\d+")


class Item(Strict):
    """A pay item besides base pay and overtime.

    per: month (share of the month employed), shift (duties), night_shift (duties that ``hours`` counts on a row of class ``night``:
    night shifts by law value ``night_least``), service_year (full years of employment on the first day of the month), times (as often as
    ``count`` says). yuan: one amount, or one by grade (a grade that is not named gets none). curve: the month's amount follows a fact;
    needs: least values of facts without which nothing is paid. group: what the item counts as when the minimum wage is compared.
    roles: who gets it; empty = everybody.
    """

    meaning: Meaning
    per: Literal["month", "shift", "night_shift", "service_year", "times"]
    yuan: Yuan | dict[str, Yuan] = 1.0
    curve: Curve | None = None
    count: Fact | None = None
    needs: dict[Fact, float] = Field(default_factory=dict)
    group: Literal["wage", "night_allowance", "heat_allowance", "welfare", "meal_travel_subsidy"] = "wage"
    roles: tuple[Literal["agent", "lead", "supervisor"], ...] = ()
    source: str
    note: str = ""
    illustrative: bool = False

    @model_validator(mode="after")
    def _counted(self) -> Item:
        if (self.per == "times") != (self.count is not None) or (self.curve is not None and self.per != "month"):
            raise Refusal("params.need.item_count")
        return self

    def rate_yuan(self, grade: str, role: str) -> float:
        """Yuan per unit for a person; 0 where the item is not for him."""
        if self.roles and role not in self.roles:
            return 0.0
        return self.yuan.get(grade, 0.0) if isinstance(self.yuan, dict) else self.yuan


class Range(Strict):
    """Base pay of a grade from ``low`` to ``high`` [yuan a month]."""

    low: Yuan
    high: Yuan

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.high < self.low:
            raise Refusal("params.need.floor_cap")
        return self


class Market(Strict):
    """Market position aimed at (catalogue S003-B5): percentiles, and the market's pay at the lower and upper one by grade [yuan a month]."""

    percentiles: tuple[float, float] = (50, 75)
    yuan: dict[str, tuple[Yuan, Yuan]] = Field(default_factory=dict)
    source: str


class PayScheme(Strict):
    """Base pay by grade [yuan a month, full time], pay on probation, and items.

    On probation a person gets ``probation_ratio`` of the base of his grade, or, where ``probation_grade`` is set, the base of
    that grade (catalogue S003-H3), never less than law value ``probation_pay_least`` of his own.
    """

    meaning: Meaning
    base_yuan: dict[str, Yuan] = Field(min_length=1)
    base_source: str
    illustrative: bool
    probation_months: int = Field(default=0, ge=0, le=24)
    probation_ratio: float = Field(default=1.0, gt=0, le=1)
    probation_grade: str | None = None
    items: dict[str, Item] = Field(default_factory=dict)
    pay_lag_months: int = Field(default=1, ge=0, le=3)
    pay_lag_source: str = "catalogue S003-O5, S003-O11"
    ranges: dict[str, Range] = Field(default_factory=dict)
    market: Market | None = None
    channels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    parity_share: float = Field(default=0.0, ge=0, le=1)
    appraisal_drives: tuple[Literal["performance_bonus", "promotion", "training"], ...] = ()

    @field_validator("items")
    @classmethod
    def _names_free(cls, items: dict[str, Item]) -> dict[str, Item]:
        if set(items) & set(RESERVED):
            raise Refusal("params.need.item_name", taken=", ".join(RESERVED))
        return items

    @model_validator(mode="after")
    def _probation_set_once(self) -> PayScheme:
        if self.probation_grade is not None:
            if self.probation_ratio != 1.0:
                raise Refusal("params.need.one_probation")
            if self.base_yuan.get(self.probation_grade) != min(self.base_yuan.values()):
                raise Refusal("params.need.probation_grade")
        return self

    @model_validator(mode="after")
    def _grades_named(self) -> PayScheme:
        named = [*self.ranges, *(self.market.yuan if self.market else ()), *(grade for steps in self.channels.values() for grade in steps)]
        if set(named) - set(self.base_yuan):
            raise Refusal("params.need.scheme_grades", allowed=", ".join(self.base_yuan))
        if "performance_bonus" in self.appraisal_drives and not any(i.curve and i.curve.fact == "score" for i in self.items.values()):
            raise Refusal("params.need.score_item")
        return self

    def paid_from(self, passed: dt.date) -> dt.date:
        """First day on which the pay of a new grade, or regular pay after probation's exam, is paid: ``pay_lag_months`` months later.

        Source: catalogue S003-O5 and S003-O11: the month after passing.
        """
        year, month = divmod(passed.year * 12 + passed.month - 1 + self.pay_lag_months, 12)
        return dt.date(year, month + 1, 1)

    def base_range(self, grade: str) -> Range:
        """Range of a grade's base [yuan a month]; a single amount where the scheme has no range."""
        return self.ranges.get(grade, Range(low=self.base_yuan[grade], high=self.base_yuan[grade]))

    def probation_until(self, hired: dt.date) -> dt.date:
        """First day after probation; ``hired`` itself where the scheme has none.

        A month without the day (hired on the 31st) ends probation with its last day.
        """
        year, month = divmod(hired.year * 12 + hired.month - 1 + self.probation_months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return dt.date(year, month + 1, min(hired.day, last)) + dt.timedelta(days=hired.day > last)


def check_pay(scheme: PayScheme, law: Law, document: Document) -> None:
    """Refuse a scheme that pays by company discretion, is laxer than the law on probation, or names a grade it does not have.

    Raises
    ------
    ParamError  with file and line of each place; an excluded catalogue entry is named with the reason.
    """
    findings: list[Finding] = []
    for code, item in scheme.items.items():
        name, where = f"items.{code}", document.where(("items", code))
        named = _CATALOGUE_ID.findall(f"{code} {item.source} {item.note} {item.meaning.zh} {item.meaning.en}")
        findings += [_excluded(name, where, entry) for entry in dict.fromkeys(named) if entry in EXCLUDED]
        grades = item.yuan if isinstance(item.yuan, dict) else {}
        findings += [
            unknown_key(document.where(("items", code, "yuan", grade)), f"{name}.yuan.{grade}", scheme.base_yuan)
            for grade in grades
            if grade not in scheme.base_yuan
        ]
    findings += [_excluded("base_source", document.where(("base_source",)), entry) for entry in EXCLUDED if entry in scheme.base_source]
    for key, code, value, longest in (
        ("probation_months", "probation_longest", float(scheme.probation_months), True),
        ("probation_ratio", "probation_pay_least", scheme.probation_ratio, False),
    ):
        for dated in law.values[code].values:
            limit = float(dated.value or 0.0)
            if value > limit if longest else value < limit:
                unit = law.values[code].unit
                facts = {"code": key, "given": f"{value:g} {unit}", "limit": f"{limit:g} {unit}", "source": dated.source}
                findings.append(Finding("params.laxer_than_law", document.where((key,)), facts))
    if findings:
        raise ParamError(findings=findings)


def _excluded(name: str, where: str, entry: str) -> Finding:
    return Finding("params.excluded", where, {"name": name, "id": entry, "reason": Word(f"params.excluded.{entry}")})
