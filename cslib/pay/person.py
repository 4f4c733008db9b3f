"""What the pay of one person in one month hangs on: grade, probation, days in employment, monthly and hourly pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from cslib.core.trace import Trace
from cslib.intake.study import Study
from cslib.params.law import Law
from cslib.params.pay_scheme import PayScheme
from cslib.params.site import Payroll
from cslib.params.statutory import Statutory, statutory

PAID_KINDS = ("workday", "make_up_workday", "statutory_holiday")


@dataclass(frozen=True)
class Month:
    """The month that is paid: its days, its paid days (workdays and statutory holidays), law and scheme."""

    first: dt.date
    end: dt.date
    paid_days: tuple[dt.date, ...]
    law: Law
    scheme: PayScheme
    city: str = ""
    payroll: Payroll = field(default_factory=Payroll)
    statutory: Statutory | None = None
    scheme_name: str = ""

    @classmethod
    def of(cls, study: Study) -> Month:
        """The study's month."""
        days = study.calendar
        inside = days["kind"].isin(PAID_KINDS) & days["date"].between(pd.Timestamp(study.horizon.start), pd.Timestamp(study.horizon.dates[-1]))
        paid = tuple(moment.date() for moment in days.loc[inside, "date"])
        site = study.params.site
        known = statutory() if site.country == "CN" else None
        return cls(study.horizon.start, study.horizon.end, paid, study.params.law, study.params.pay, site.city, site.payroll, known, site.pay)

    def law_value(self, code: str, day: dt.date) -> Trace:
        """A legal value in force on a day."""
        return Trace(code, self.law.number(code, day), self.law.values[code].unit, rule=code, source=self.law.source(code, day))


@dataclass(frozen=True)
class Person:
    """One person of the month.

    ``probation_ends``: first day after probation, ``hired`` or earlier if there is none. ``facts``: what pay hangs on besides hours and grade
    (table ``pay_facts``), by name.
    """

    employee_id: str
    role: str
    hourly: bool
    fte_share: float
    hired: dt.date
    left: dt.date | None
    grade: str
    probation_ends: dt.date
    month: Month
    facts: Mapping[str, float] = field(default_factory=dict, hash=False)

    @cached_property
    def paid_days(self) -> tuple[dt.date, ...]:
        """Paid days of the month in employment."""
        return tuple(day for day in self.month.paid_days if self.hired <= day and (self.left is None or day <= self.left))

    def stretches(self) -> list[tuple[dt.date, ...]]:
        """The paid days in employment on probation, and those after it; empty ones left out."""
        both = [tuple(day for day in self.paid_days if self.on_probation(day) is trial) for trial in (True, False)]
        return [days for days in both if days]

    def grade_on(self, day: dt.date) -> str:
        """Grade that is paid on a day: the trial grade on probation where the scheme has one."""
        trial = self.month.scheme.probation_grade
        return trial if trial is not None and self.on_probation(day) else self.grade

    def month_share(self, days: tuple[dt.date, ...]) -> Trace:
        """Share of a month's pay that some of the paid days carry: their part of the month's paid days, times full-time share."""
        whole = len(self.month.paid_days)
        parts = (Trace("paid_days", len(days), "days"), Trace("paid_days_of_month", whole, "days"), Trace("fte_share", self.fte_share, "share"))
        formula = "paid_days / paid_days_of_month * fte_share"
        return Trace("month_share", len(days) / whole * self.fte_share, "months", formula, parts)

    def employed_share(self) -> Trace:
        """Share of the month's paid days in employment, without the full-time share."""
        whole = len(self.month.paid_days)
        parts = (Trace("paid_days", len(self.paid_days), "days"), Trace("paid_days_of_month", whole, "days"))
        return Trace("employed_share", len(self.paid_days) / whole, "months", "paid_days / paid_days_of_month", parts)

    def service_years(self) -> int:
        """Full years of employment on the first day of the month; 0 in the first year."""
        first = self.month.first
        return max(0, first.year - self.hired.year - ((first.month, first.day) < (self.hired.month, self.hired.day)))

    def on_probation(self, day: dt.date) -> bool:
        """True if the day lies in probation."""
        return day < self.probation_ends

    def month_pay(self, day: dt.date) -> Trace:
        """Agreed pay of a whole month at full time as it stands on a day [yuan per month]; less on probation.

        Source: catalogue S003-H3 and 劳动合同法 art. 20: pay of the trial grade, not below ``probation_pay_least`` of the own grade.
        """
        scheme = self.month.scheme
        base = Trace("base_yuan", scheme.base_yuan[self.grade], "yuan per month", rule=f"pay.base_yuan.{self.grade}", source=scheme.base_source)
        if not self.on_probation(day):
            return Trace("month_pay", base.value, base.unit, "base_yuan", (base,))
        if scheme.probation_grade is None:
            ratio = Trace(
                "probation_ratio",
                scheme.probation_ratio,
                "ratio",
                rule="pay.probation_ratio",
                source=scheme.base_source,
            )
            return Trace("month_pay", base.value * ratio.value, base.unit, "base_yuan * probation_ratio", (base, ratio))
        trial = Trace("trial_yuan", scheme.base_yuan[scheme.probation_grade], base.unit, rule="pay.probation_grade", source=scheme.base_source)
        least = self.month.law_value("probation_pay_least", day)
        value = max(trial.value, least.value * base.value)
        return Trace("month_pay", value, base.unit, "max(trial_yuan, probation_pay_least * base_yuan)", (base, trial, least))

    def hour_pay(self, day: dt.date) -> Trace:
        """Pay of one hour on a day [yuan per h]: month / 21.75 / 8 (law values ``paid_days_per_month``, ``normal_day_hours``)."""
        parts = (self.month_pay(day), self.month.law_value("paid_days_per_month", day), self.month.law_value("normal_day_hours", day))
        pay, days, hours = (part.value for part in parts)
        return Trace("hour_pay", pay / days / hours, "yuan per h", "month_pay / paid_days_per_month / normal_day_hours", parts)
