"""The rule pack: one dated value per rule, with unit, source and verification mark; chosen by the day worked, not the day of the run.

``RULES`` lists the rules the code knows. Each has one entry in ``params/law/<profile>.yml``, one function in the solver
(where the solver must respect it), one in the audit, one scenario in ``tests/law`` and one line on the reviewer's page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, field_validator

from cslib.core.errors import Finding, ParamError
from cslib.core.units import minute_of
from cslib.core.words import Word
from cslib.params.source import Document, Meaning, Refusal, Strict, unknown_key

# rule code -> (unit, direction): "max" = the value found may not be above the limit, "min" = not below, "flag" = no value, on or off.
RULES: dict[str, tuple[str, str]] = {
    "employment": ("flag", "flag"),
    "shift_definition": ("flag", "flag"),
    "one_duty_per_day": ("shifts", "max"),
    "rest_between_shifts": ("h", "min"),
    "consecutive_work_days": ("days", "max"),
    "daily_hours": ("h", "max"),
    "weekly_hours": ("h", "max"),
    "part_time_week_hours": ("h", "max"),
    "month_overtime": ("h", "max"),
    "overtime_approval": ("flag", "flag"),
    "overtime_protection": ("flag", "flag"),
    "consecutive_nights": ("nights", "max"),
    "rest_after_nights": ("h", "min"),
    "night_protection": ("flag", "flag"),
    "leave_honoured": ("flag", "flag"),
    "skill_held": ("flag", "flag"),
    "meal_break": ("h", "max"),
    "never_empty": ("persons", "min"),
    "cover_duration": ("h", "max"),
    "cover_stand_in": ("flag", "flag"),
    "cover_peak_guard": ("persons", "max"),
    "pinned_kept": ("flag", "flag"),
}
VALUES: dict[str, str] = {
    "night_window_start": "clock",
    "night_window_end": "clock",
    "night_least": "h",
    "meal_break_length": "min",
    "normal_day_hours": "h",
    "paid_days_per_month": "days",
    "overtime_workday_ratio": "ratio",
    "overtime_rest_day_ratio": "ratio",
    "overtime_holiday_ratio": "ratio",
    "probation_longest": "months",
    "probation_pay_least": "share",
}
Limit = float | str | bool


class Dated(Strict):
    """A value in force from a day on, until the next one. ``verification``: P primary text read, S secondary, M memory, policy."""

    since: dt.date = Field(alias="from")
    value: Limit | None
    source: str
    verification: Literal["P", "S", "S2", "M", "policy"]
    note: str = ""


class Entry(Strict):
    """One rule or one legal value."""

    meaning: Meaning
    unit: str
    catalogue: tuple[str, ...] = ()
    values: tuple[Dated, ...] = Field(min_length=1)

    @field_validator("values")
    @classmethod
    def _dates_once(cls, values: tuple[Dated, ...]) -> tuple[Dated, ...]:
        if len({dated.since for dated in values}) < len(values):
            raise Refusal("params.need.dates_once")
        return values

    def on(self, day: dt.date) -> Dated | None:
        """The value in force on a day; None before the first."""
        past = [v for v in self.values if v.since <= day]
        return max(past, key=lambda v: v.since) if past else None


class Law(Strict):
    """A rule profile: ``params/law/<profile>.yml``."""

    profile: str
    meaning: Meaning
    rules: dict[str, Entry]
    values: dict[str, Entry]

    def limit(self, code: str, day: dt.date) -> float:
        """Limit of a rule in force on ``day``, in the rule's unit; a flag that is on is 1.0.

        Raises
        ------
        ParamError  if no value is in force on that day.
        """
        return float(self._on(self.rules, code, day).value or 0.0)

    def value(self, code: str, day: dt.date) -> Limit:
        """A legal value in force on ``day``, in its unit.

        Raises
        ------
        ParamError  if no value is in force on that day.
        """
        found = self._on(self.values, code, day).value
        return found if found is not None else 0.0

    def number(self, code: str, day: dt.date) -> float:
        """A legal value that is a number (any but the clock times), in force on ``day``, in its unit.

        Raises
        ------
        ParamError  if no value is in force on that day.
        """
        return float(self.value(code, day))

    def source(self, code: str, day: dt.date) -> str:
        """Where the value in force comes from."""
        return self._on(self.rules if code in self.rules else self.values, code, day).source

    def active(self, code: str, day: dt.date) -> bool:
        """True if the rule is in force on ``day`` (has a value that is not null and, for a flag, is true)."""
        dated = self.rules[code].on(day)
        return dated is not None and dated.value is not None and dated.value is not False

    def _on(self, entries: Mapping[str, Entry], code: str, day: dt.date) -> Dated:
        dated = entries[code].on(day)
        if dated is None or dated.value is None:
            raise ParamError("params.no_value_on", where=f"law {self.profile}", code=code, day=day.isoformat())
        return dated


def check_law(law: Law, document: Document) -> None:
    """Refuse unknown or missing rule codes, wrong units and values that don't fit their unit, with file and line."""
    findings: list[Finding] = []
    expected = {"rules": {c: u for c, (u, _) in RULES.items()}, "values": VALUES}
    for section, units in expected.items():
        entries: Mapping[str, Entry] = getattr(law, section)
        for code, entry in entries.items():
            place = (section, code)
            if code not in units:
                findings.append(unknown_key(document.where(place), f"{section}.{code}", units))
            elif entry.unit != units[code]:
                facts = {"name": f"{section}.{code}", "given": entry.unit, "allowed": units[code]}
                findings.append(Finding("params.unit", document.where((*place, "unit")), facts))
            else:
                unfit = [(i, dated) for i, dated in enumerate(entry.values) if not _fits(dated.value, entry.unit)]
                findings += [_unfit(dated, document, (*place, "values", i, "value"), entry.unit) for i, dated in unfit]
        missing = [code for code in units if code not in entries]
        findings += [Finding("params.missing_key", document.where((section,)), {"given": f"{section}.{code}"}) for code in missing]
    if findings:
        raise ParamError(findings=findings)


def _fits(value: Limit | None, unit: str) -> bool:
    """True for a value of the unit's kind: a flag, a clock time, or a number not below 0; null switches a rule off."""
    if value is None or unit == "flag":
        return value is None or isinstance(value, bool)
    if unit == "clock":
        try:
            return isinstance(value, str) and minute_of(value) >= 0
        except ValueError:
            return False
    return isinstance(value, float | int) and not isinstance(value, bool) and value >= 0


def _unfit(dated: Dated, document: Document, place: tuple[str | int, ...], unit: str) -> Finding:
    allowed = {"flag": Word("params.type.flag"), "clock": Word("params.need.clock")}.get(unit, f">= 0 [{unit}]")
    return Finding("params.value", document.where(place), {"name": ".".join(map(str, place)), "given": dated.value, "allowed": allowed})


def stricter(law: Law, code: str, value: float, where: str = "site.yml: rules") -> Law:
    """The law with a site's own, stricter limit from its first dated value on; ``where`` it is written, for the message.

    Raises
    ------
    ParamError  if the rule is unknown, or the value is negative or laxer than a statutory limit.
    """
    if code not in RULES or RULES[code][1] == "flag":
        raise ParamError("params.rule_override", where=where, given=code, allowed=", ".join(c for c, (_, d) in RULES.items() if d != "flag"))
    unit, direction = RULES[code]
    if value < 0:
        raise ParamError("params.value", where=where, name=f"rules.{code}", given=f"{value:g}", allowed=f">= 0 [{unit}]")
    entry = law.rules[code]
    for dated in entry.values:
        limit = float(dated.value or 0.0)
        laxer = value > limit if direction == "max" else value < limit
        if laxer and dated.verification != "policy":
            facts = {"code": code, "given": f"{value:g} {unit}", "limit": f"{limit:g} {unit}", "source": dated.source}
            raise ParamError(findings=[Finding("params.laxer_than_law", where, facts)])
    values = tuple(d.model_copy(update={"value": value, "source": "site policy", "verification": "policy"}) for d in entry.values)
    return law.model_copy(update={"rules": {**law.rules, code: entry.model_copy(update={"values": values})}})
