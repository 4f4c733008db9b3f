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
from cslib.core.units import MINUTES_PER_DAY, clock, minute_of
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
    "cycle_overtime": ("h", "max"),
    "forbidden_follow_on": ("flag", "flag"),
    "required_follow_on": ("flag", "flag"),
    "shift_run_most": ("flag", "flag"),
    "shift_run_least": ("flag", "flag"),
    "work_run_least": ("days", "min"),
    "rest_run_least": ("days", "min"),
    "week_work_days": ("days", "max"),
    "weekends_most": ("weekends", "max"),
    "month_nights": ("nights", "max"),
    "week_split_shifts": ("shifts", "max"),
    "week_hours_least": ("h", "min"),
    "team_size": ("flag", "flag"),
    "team_post": ("flag", "flag"),
    "lead_on_duty": ("persons", "min"),
    "level_at_peak": ("share", "min"),
    "coach_on_duty": ("h", "min"),
    "team_lead_on_duty": ("h", "min"),
    "session_held": ("flag", "flag"),
    "leave_quota": ("persons", "max"),
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
# Rules about what a single person may not be asked for, whatever the reason: outside the audit they are never told with the person (P04, P05).
PROTECTIONS = ("overtime_protection", "night_protection")
# Least and largest value that can be meant, by unit; rules and values of a narrower sense have their own line.
BOUNDS: dict[str, tuple[float, float]] = {
    "h": (0, 168), "days": (1, 31), "nights": (1, 31), "shifts": (1, 4), "persons": (0, 100), "min": (0, 240), "ratio": (1, 10), "months": (0, 24),
    "share": (0, 1), "weekends": (0, 6),
    "rest_between_shifts": (0, 24), "daily_hours": (1, 24), "weekly_hours": (1, 168), "part_time_week_hours": (1, 168), "month_overtime": (0, 372),
    "meal_break": (0, 24), "never_empty": (1, 100), "cover_duration": (0.25, 24), "night_least": (0.25, 12), "normal_day_hours": (1, 24),
    "cycle_overtime": (0, 432), "week_split_shifts": (0, 7), "coach_on_duty": (0.25, 24), "team_lead_on_duty": (0.25, 24),
}  # fmt: skip
WHOLE = ("days", "nights", "shifts", "persons", "months", "weekends")  # units of rules that count; paid_days_per_month (21.75) is a mean, no count
NIGHT_LONGEST_H = 12
# Pairs of which the first may not be above the second on any day.
ORDERED = (
    ("normal_day_hours", "daily_hours"), ("normal_day_hours", "weekly_hours"), ("part_time_week_hours", "weekly_hours"),
    ("overtime_workday_ratio", "overtime_rest_day_ratio"), ("overtime_rest_day_ratio", "overtime_holiday_ratio"),
)  # fmt: skip


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
    """Refuse unknown or missing rule codes, wrong units, and values that can't be meant alone or together, with file and line."""
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
                unfit = [(i, dated) for i, dated in enumerate(entry.values) if not _fits(dated.value, code, entry.unit)]
                findings += [_unfit(dated, document, (*place, "values", i, "value"), code, entry.unit) for i, dated in unfit]
        missing = [code for code in units if code not in entries]
        findings += [Finding("params.missing_key", document.where((section,)), {"given": f"{section}.{code}"}) for code in missing]
    findings = findings or _inverted(law, document)
    if findings:
        raise ParamError(findings=findings)


def _fits(value: Limit | None, code: str, unit: str) -> bool:
    """True for a value that can be meant: a flag, a clock time, or a number inside ``BOUNDS``; null switches a rule off."""
    if value is None or unit == "flag":
        return value is None or isinstance(value, bool)
    if unit == "clock":
        try:
            return isinstance(value, str) and minute_of(value) >= 0
        except ValueError:
            return False
    if isinstance(value, bool | str):
        return False
    low, high = _bounds(code, unit)
    return low <= value <= high and (float(value).is_integer() or not _is_count(code, unit))


def _bounds(code: str, unit: str) -> tuple[float, float]:
    return BOUNDS.get(code, BOUNDS[unit])


def _is_count(code: str, unit: str) -> bool:
    return unit in WHOLE and code in RULES


def _allowed(code: str, unit: str) -> Word | str | tuple[Word | str, ...]:
    """What a rule or value takes, for a message."""
    if unit in {"flag", "clock"}:
        return Word("params.type.flag") if unit == "flag" else Word("params.need.clock")
    low, high = _bounds(code, unit)
    signs = f">= {low:g}, <= {high:g} [{unit}]"
    return (Word("params.type.integer"), signs) if _is_count(code, unit) else signs


def _unfit(dated: Dated, document: Document, place: tuple[str | int, ...], code: str, unit: str) -> Finding:
    facts = {"name": ".".join(map(str, place)), "given": dated.value, "allowed": _allowed(code, unit)}
    return Finding("params.value", document.where(place), facts)


def _inverted(law: Law, document: Document) -> list[Finding]:
    """Pairs of values that can't both be meant: a minimum above its maximum, a night window that is the day."""
    entries = {**law.rules, **law.values}
    days = sorted({dated.since for entry in entries.values() for dated in entry.values})
    findings: dict[tuple[str, str], Finding] = {}
    for day in days:
        now = {code: dated.value for code, entry in entries.items() if (dated := entry.on(day)) is not None and dated.value is not None}
        for low, high in ORDERED:
            if low in now and high in now and float(now[low]) > float(now[high]):
                facts = {"low": low, "given": now[low], "high": high, "limit": now[high], "unit": entries[low].unit, "day": day}
                findings.setdefault((low, high), Finding("params.inverted", document.where(_place(law, low)), facts))
        if {"night_window_start", "night_window_end"} <= set(now):
            start, end = (minute_of(str(now[code])) for code in ("night_window_start", "night_window_end"))
            length = ((end - start) % MINUTES_PER_DAY or MINUTES_PER_DAY) / 60
            least = float(now.get("night_least", 0.0))
            if length > NIGHT_LONGEST_H or least > length:
                where = document.where(_place(law, "night_window_start"))
                facts = {"start": clock(start), "end": clock(end), "given": f"{length:g}", "allowed": NIGHT_LONGEST_H, "least": f"{least:g}"}
                findings.setdefault(("night", ""), Finding("params.night_window", where, facts))
    return list(findings.values())


def _place(law: Law, code: str) -> tuple[str, ...]:
    return ("rules" if code in law.rules else "values", code)


def stricter(law: Law, code: str, value: float, where: str = "site.yml: rules") -> Law:
    """The law with a site's own, stricter limit from its first dated value on; ``where`` it is written, for the message.

    Raises
    ------
    ParamError  if the rule is unknown, or the value can't be meant (``BOUNDS``) or is laxer than a statutory limit.
    """
    if code not in RULES or RULES[code][1] == "flag":
        raise ParamError("params.rule_override", where=where, given=code, allowed=", ".join(c for c, (_, d) in RULES.items() if d != "flag"))
    unit, direction = RULES[code]
    if not _fits(value, code, unit):
        raise ParamError("params.value", where=where, name=f"rules.{code}", given=f"{value:g}", allowed=_allowed(code, unit))
    entry = law.rules[code]
    for dated in entry.values:
        limit = float(dated.value or 0.0)
        laxer = value > limit if direction == "max" else value < limit
        if laxer and dated.verification != "policy":
            facts = {"code": code, "given": f"{value:g} {unit}", "limit": f"{limit:g} {unit}", "source": dated.source}
            raise ParamError(findings=[Finding("params.laxer_than_law", where, facts)])
    values = tuple(d.model_copy(update={"value": value, "source": "site policy", "verification": "policy"}) for d in entry.values)
    return law.model_copy(update={"rules": {**law.rules, code: entry.model_copy(update={"values": values})}})
