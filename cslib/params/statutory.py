"""Statutory pay facts of mainland China: income tax, social insurance and housing fund, minimum wages. Dated, with source and mark.

Read from ``params/law/cn_income_tax.yml``, ``cn_social_insurance.yml`` and ``cn_minimum_wage.yml``; the value is chosen by the month that is
paid. Money is ``Decimal`` from here on: the files' numbers are taken as they are printed.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cslib.core.errors import ParamError
from cslib.core.paths import params_dir
from cslib.core.words import Word
from cslib.params.law import Dated
from cslib.params.source import Meaning, Refusal, Strict, read, validate

Mark = Literal["P", "S", "S2", "M", "policy"]
Share = Annotated[float, Field(ge=0, le=1)]
Yuan = Annotated[float, Field(ge=0)]
SCHEMES = ("pension", "medical", "unemployment", "injury", "maternity", "housing_fund")  # S003-A3
FUND = "housing_fund"
GROUPS = ("overtime", "night_allowance", "heat_allowance", "welfare", "meal_travel_subsidy", "own_contributions")
Group = Literal["overtime", "night_allowance", "heat_allowance", "welfare", "meal_travel_subsidy", "own_contributions"]


def exact(number: float) -> Decimal:
    """A number of a parameter file as it is printed there."""
    return Decimal(int(number)) if number == int(number) else Decimal(str(number))


class Bracket(Strict):
    """A row of a tax table: up to a bound [yuan, included], rate, quick deduction [yuan]."""

    up_to: Yuan | None
    rate: Share
    quick: Yuan


class TaxTable(Strict):
    """A tax table in force from a day on."""

    since: dt.date = Field(alias="from")
    source: str
    verification: Mark
    brackets: tuple[Bracket, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _closed(self) -> TaxTable:
        bounds = [row.up_to for row in self.brackets]
        rising = [bound for bound in bounds if bound is not None]
        if bounds[-1] is not None or len(rising) != len(bounds) - 1 or rising != sorted(set(rising)):
            raise Refusal("params.need.brackets")
        return self

    def row(self, amount: Decimal) -> Bracket:
        """The row that an amount falls in; a bound belongs to the lower row."""
        return next(row for row in self.brackets if row.up_to is None or amount <= exact(row.up_to))


class MonthValue(Strict):
    """A dated amount."""

    unit: Literal["yuan"]
    values: tuple[Dated, ...] = Field(min_length=1)


class BonusRule(Strict):
    """How long an annual bonus may be taxed apart from the year's income."""

    since: dt.date = Field(alias="from")
    until: dt.date
    source: str
    verification: Mark
    note: str = ""


class Deduction(Strict):
    """A special additional deduction [yuan a month]."""

    yuan: Yuan
    source: str
    verification: Mark


class IncomeTax(Strict):
    """``cn_income_tax.yml``."""

    basic_deduction_month: MonthValue
    annual_table: tuple[TaxTable, ...] = Field(min_length=1)
    monthly_table: tuple[TaxTable, ...] = Field(min_length=1)
    annual_bonus: BonusRule
    additional_deductions_month: dict[str, Deduction]

    def basic(self, day: dt.date) -> Dated:
        """Basic deduction a month in force on a day.

        Raises
        ------
        ParamError  if none is in force.
        """
        return _dated(self.basic_deduction_month.values, day, "cn_income_tax.yml: basic_deduction_month")

    def table(self, kind: Literal["annual", "monthly"], day: dt.date) -> TaxTable:
        """The annual or monthly table in force on a day.

        Raises
        ------
        ParamError  if none is in force.
        """
        past = [table for table in (self.annual_table if kind == "annual" else self.monthly_table) if table.since <= day]
        if not past:
            raise ParamError("params.no_value_on", where="cn_income_tax.yml", code=f"{kind}_table", day=day.isoformat())
        return max(past, key=lambda table: table.since)


class Base(Strict):
    """Floor and cap of the declared wage [yuan a month]."""

    floor: Yuan
    cap: Yuan

    @model_validator(mode="after")
    def _ordered(self) -> Base:
        if self.cap < self.floor:
            raise Refusal("params.need.floor_cap")
        return self


class Scheme(Strict):
    """Shares of one insurance or of the housing fund; its own floor and cap where they differ; ``most`` share a site may choose."""

    employer: Share
    employee: Share
    employee_yuan: Yuan = 0
    most: Share | None = None
    floor: Yuan | None = None
    cap: Yuan | None = None
    verification: Mark
    note: str = ""


class ContributionYear(Strict):
    """One contribution year of a city, first to last day."""

    since: dt.date = Field(alias="from")
    until: dt.date
    average_wage_yuan: Yuan | None = None
    base: Base
    schemes: dict[str, Scheme]
    fund_rounding: Literal["yuan", "fen"]
    source: str
    verification: Mark

    @model_validator(mode="after")
    def _complete(self) -> ContributionYear:
        if set(self.schemes) != set(SCHEMES):
            raise Refusal("params.need.schemes", allowed=", ".join(SCHEMES))
        if self.until < self.since:
            raise Refusal("params.need.until")
        return self

    def bounds(self, scheme: str) -> tuple[Decimal, Decimal]:
        """Floor and cap of one scheme [yuan a month]."""
        own = self.schemes[scheme]
        floor, cap = own.floor if own.floor is not None else self.base.floor, own.cap if own.cap is not None else self.base.cap
        return exact(floor), exact(cap)


class City(Strict):
    """A city with its contribution years; ``aliases`` are further spellings."""

    meaning: Meaning
    aliases: tuple[str, ...] = ()
    years: tuple[ContributionYear, ...] = Field(min_length=1)


class SocialInsurance(Strict):
    """``cn_social_insurance.yml``."""

    schemes: tuple[str, ...]
    part_time_schemes: tuple[str, ...]
    cities: dict[str, City] = Field(min_length=1)


class Excluded(Strict):
    """What the wage that is compared with the minimum leaves out."""

    groups: tuple[Group, ...]
    source: str
    verification: Mark


class SickPay(Strict):
    """Least sick pay as a share of the minimum wage."""

    share: Share
    source: str
    verification: Mark


class MinimumWage(Strict):
    """Minimum wages of one city [yuan a month, yuan an hour]."""

    month: tuple[Dated, ...] = Field(min_length=1)
    hour: tuple[Dated, ...] = ()
    excludes: Excluded | None = None


class MinimumWages(Strict):
    """``cn_minimum_wage.yml``."""

    national_excludes: Excluded
    sick_pay_least: SickPay
    cities: dict[str, MinimumWage]


@dataclass(frozen=True)
class Statutory:
    """The three files together."""

    tax: IncomeTax
    insurance: SocialInsurance
    minimum: MinimumWages
    files: tuple[Path, ...]

    def city(self, name: str, where: str = "site.yml: city") -> str:
        """Key of a city given by key, Chinese or English name.

        Raises
        ------
        ParamError  if no city is known by the name, with the nearest one.
        """
        spellings = self._spellings()
        wanted = name.strip().casefold().replace(" ", "")
        if wanted in spellings:
            return spellings[wanted]
        close = difflib.get_close_matches(wanted, spellings, 1, 0.6)
        guess = Word("errors.params.did_you_mean", {"guess": spellings[close[0]]}) if close else ""
        raise ParamError("params.unknown_city", where=where, given=name, allowed=", ".join(self.insurance.cities), guess=guess)

    def _spellings(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, city in self.insurance.cities.items():
            for text in (key, city.meaning.zh, city.meaning.en, *city.aliases):
                found[text.casefold().replace(" ", "")] = key
        return found

    def year(self, city: str, day: dt.date, *, carry: bool = False) -> ContributionYear:
        """Contribution year of a city that holds a day; with ``carry`` the last one before it, if that year is not announced.

        Raises
        ------
        ParamError  if the city is unknown or the year is missing, with the years there are and the way out.
        """
        key = self.city(city)
        years = sorted(self.insurance.cities[key].years, key=lambda year: year.since)
        for year in years:
            if year.since <= day <= year.until:
                return year
        past = [year for year in years if year.until < day]
        if carry and past:
            return past[-1]
        allowed = ", ".join(f"{year.since:%Y-%m}..{year.until:%Y-%m}" for year in years)
        raise ParamError("params.no_contribution_year", where="params/law/cn_social_insurance.yml", city=key, given=f"{day:%Y-%m}", allowed=allowed)

    def least_wage(self, city: str, day: dt.date) -> tuple[Dated, Excluded]:
        """Minimum monthly wage of a city in force on a day [yuan], and what the wage compared leaves out.

        Raises
        ------
        ParamError  if the city has no minimum wage in force on that day.
        """
        key = self.city(city) if city not in self.minimum.cities else city
        if key not in self.minimum.cities:
            raise ParamError("params.no_value_on", where="params/law/cn_minimum_wage.yml", code=key, day=day.isoformat())
        found = self.minimum.cities[key]
        return _dated(found.month, day, f"cn_minimum_wage.yml: {key}"), found.excludes or self.minimum.national_excludes


def _dated(values: Iterable[Dated], day: dt.date, where: str) -> Dated:
    past = [value for value in values if value.since <= day]
    if not past:
        raise ParamError("params.no_value_on", where=where, code=where.rpartition(" ")[2], day=day.isoformat())
    return max(past, key=lambda value: value.since)


def statutory() -> Statutory:
    """The statutory pay facts of the project.

    Raises
    ------
    ParamError  with file and line, if a file is missing or breaks its schema.
    """
    return _read(params_dir() / "law")


@cache
def _read(folder: Path) -> Statutory:
    tax, insurance, minimum = (read(folder / f"{name}.yml") for name in ("cn_income_tax", "cn_social_insurance", "cn_minimum_wage"))
    models = validate(IncomeTax, tax), validate(SocialInsurance, insurance), validate(MinimumWages, minimum)
    return Statutory(*models, (tax.path, insurance.path, minimum.path))
