"""Days off and make-up workdays of mainland China: dated facts of ``params/law/cn_calendar.yml``, then the packages.

Statutory days (300 %) come from the file, for other years from the ``holidays`` package. Days off by arrangement and make-up
workdays come from ``chinesecalendar`` for the years it covers, else from the file once the yearly notice is written there.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import chinese_calendar
import holidays
from pydantic import Field

from cslib.core.errors import Finding, ParamError
from cslib.core.paths import params_dir
from cslib.params.law import Dated
from cslib.params.source import Document, Strict, read, validate

Named = dict[str, tuple[dt.date, ...]]
KEYS = ("new_year", "spring_festival", "tomb_sweeping", "labour_day", "dragon_boat", "mid_autumn", "national_day", "victory_day_2015")
# First words of the packages' English names -> holiday key.
_STARTS = {
    "New Year": "new_year", "Chinese New Year": "spring_festival", "Spring Festival": "spring_festival", "Tomb": "tomb_sweeping",
    "Labo": "labour_day", "Dragon": "dragon_boat", "Mid-": "mid_autumn", "National": "national_day", "70th": "victory_day_2015",
    "Anti-Fascist": "victory_day_2015",
}  # fmt: skip


class Year(Strict):
    """One year of the file; ``make_up_workdays: null`` means that the State Council's notice is not out."""

    source: str
    verification: str
    statutory: Named
    make_up_workdays: Named | None
    arranged_off: Named | None = None


class CalendarFile(Strict):
    """``params/law/cn_calendar.yml``."""

    statutory_days: tuple[Dated, ...] = Field(min_length=1)
    years: dict[str, Year]


@dataclass
class SpecialDays:
    """Days that differ from the plain week, each with its holiday key; ``provisional`` if the year's notice is not out."""

    statutory: dict[dt.date, str] = field(default_factory=dict)
    arranged_off: dict[dt.date, str] = field(default_factory=dict)
    make_up: dict[dt.date, str] = field(default_factory=dict)
    provisional: bool = False


def special_days(years: range) -> dict[int, SpecialDays]:
    """Special days of each year.

    Raises
    ------
    ParamError  if the file breaks its schema, has a day outside its year, a day twice, a wrong number of statutory days, a make-up
    workday that is no weekend day, or a holiday key that is not known.
    """
    document = read(params_dir() / "law" / "cn_calendar.yml")
    facts = validate(CalendarFile, document)
    _check(facts, document)
    return {year: _year(year, facts.years.get(str(year))) for year in years}


def _year(year: int, given: Year | None) -> SpecialDays:
    """File before packages; ``chinesecalendar`` knows a year if it lists days of it."""
    days = SpecialDays()
    substitutes: dict[dt.date, str] = {}
    for day, name in holidays.country_holidays("CN", years=[year], language="en_US").items():
        moved = "observed" in name
        if moved:
            substitutes[day] = _key(name)
        elif not name.startswith("Day off") and "Extended" not in name:
            days.statutory[day] = _key(name)
    if given is not None:
        days.statutory = _flat(given.statutory)
    covered = any(day.year == year for day in chinese_calendar.constants.holidays)
    off = {d: _key(n) for d, n in chinese_calendar.constants.holidays.items() if d.year == year} if covered else substitutes
    if given is not None and given.arranged_off is not None:
        off = _flat(given.arranged_off)
    days.arranged_off = {d: k for d, k in off.items() if d not in days.statutory}
    if given is not None and given.make_up_workdays is not None:
        days.make_up = _flat(given.make_up_workdays)
    elif covered:
        days.make_up = {d: _key(n) for d, n in chinese_calendar.constants.workdays.items() if d.year == year}
    else:
        days.provisional = True
    return days


def _key(name: str) -> str:
    """Holiday key of a package's English name; where two coincide, the first named."""
    return next((key for start, key in _STARTS.items() if name.startswith(start)), "other")


def _flat(named: Named) -> dict[dt.date, str]:
    return {day: key for key, days in named.items() for day in days}


def _check(facts: CalendarFile, document: Document) -> None:
    findings: list[Finding] = []
    for label, year in facts.years.items():
        seen: set[dt.date] = set()
        for section in ("statutory", "make_up_workdays", "arranged_off"):
            named: Named = getattr(year, section) or {}
            for key, days in named.items():
                for day in days:
                    where = document.where(("years", label, section, key))
                    if problem := _problem(day, key, label, section, seen):
                        findings.append(Finding("params.value", where, {"name": f"{section}.{key}", "given": day, "allowed": problem}))
                    seen.add(day)
        findings += _count(facts, label, year, document)
    if findings:
        raise ParamError(findings=findings)


def _problem(day: dt.date, key: str, label: str, section: str, seen: set[dt.date]) -> str:
    """What is allowed instead, empty if the day is right."""
    if key not in KEYS:
        return ", ".join(KEYS)
    if str(day.year) != label:
        return label
    if section == "make_up_workdays" and day.weekday() < 5:
        return "Saturday, Sunday"
    return "a day once a year" if day in seen else ""


def _count(facts: CalendarFile, label: str, year: Year, document: Document) -> list[Finding]:
    """Right number of statutory days; where two holidays fall on one day, the day that is granted for the second is listed too."""
    first = dt.date(int(label), 1, 1)
    in_force = [d for d in facts.statutory_days if d.since <= first]
    if not in_force:
        return []
    expected = int(float(max(in_force, key=lambda d: d.since).value or 0))
    found = sum(len(days) for days in year.statutory.values())
    if found == expected:
        return []
    where = document.where(("years", label, "statutory"))
    return [Finding("params.value", where, {"name": "statutory", "given": found, "allowed": f"{expected} days"})]
