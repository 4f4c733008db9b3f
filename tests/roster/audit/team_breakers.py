"""Ways to break each rule of the clean call centre once. ``BREAKS``: rule code -> changed month."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import build
import pandas as pd
from breakers import relieved, rostered
from build import cover, off, work
from custom_breakers import TEAM
from front_desk import Month


def _c1(month: Month, code: str, *days: int, home: str | None = None) -> Month:
    """C1, who has no duties in the clean month, works a shift on some days."""
    return rostered(month, *(work("C1", f"2026-12-{d:02d}", code, home) for d in days))


def _two_on_a_day(month: Month) -> Month:
    once = _c1(month, "Q", 15)
    return dataclasses.replace(once, roster=build.add(once.roster, work("C1", "2026-12-15", "W")))


def _sixth_day(month: Month) -> Month:
    return rostered(month, work("A1", "2026-12-12", "Q"), off("A1", "2026-12-16"))


def _part_time(month: Month) -> Month:
    longer = [work("H1", f"2026-12-{d:02d}", "Q") for d in (8, 9)]
    return rostered(month, *longer, off("H1", "2026-12-15"), off("H1", "2026-12-16"))


def _protected(month: Month) -> Month:
    """B2 has 20 h approved, but is protected."""
    return rostered(month, work("B2", "2026-12-12", "T"))


def _approval(month: Month) -> Month:
    """K1's longer days of three weeks, 2 h each, add up to 6 h, 3.5 h are approved."""
    return rostered(month, *(work("K1", f"2026-12-{d:02d}", "L", "reception", at=240) for d in (8, 15, 22)))


def _overtime(month: Month) -> Month:
    """C1 has 60 h approved and works 23 long days of 10 h: 46 h."""
    days = [d for d in range(1, 32) if pd.Timestamp(2026, 12, d).weekday() < 5]
    return _c1(month, "L", *days, home="reception")


def _skill(month: Month) -> Month:
    return rostered(month, work("Z1", "2026-12-15", "Q"))


def _hired_later(month: Month) -> Month:
    skills = pd.concat([month.study.skills, pd.DataFrame([{"employee_id": "Z1", "skill": "zh"}])], ignore_index=True)
    known = dataclasses.replace(month, study=build.changed(month.study, skills=skills))
    return rostered(known, work("Z1", "2026-12-11", "Q"))


def _stand_in_elsewhere(month: Month) -> Month:
    """A1, who lacks the skill of the counter, takes over; the pool at peak keeps its size."""
    day = month.covers["start"] == pd.Timestamp("2026-12-09 12:00")
    return relieved(month, cover("reception", "K1", "A1", "2026-12-09 12:00", 60), instead_of=day)


def _long_cover(month: Month) -> Month:
    """The month's stints, 23 h apart, are one absence if only a day apart makes them two; they add up to 5 h and more a week."""
    setting = month.study.params.site.cover.model_copy(update={"min_gap_h": 24.0})
    params = dataclasses.replace(month.study.params, site=month.study.params.site.model_copy(update={"cover": setting}))
    return dataclasses.replace(month, study=dataclasses.replace(month.study, params=params))


def _uncovered_second_half(month: Month) -> Month:
    day = month.covers["start"] == pd.Timestamp("2026-12-09 12:00")
    return relieved(month, cover("reception", "K1", "B1", "2026-12-09 12:00", 30), instead_of=day)


BREAKS: dict[str, Callable[[Month], Month]] = {
    "employment": _hired_later,
    "shift_definition": lambda m: rostered(m, work("A1", "2026-12-09", "Q", "phone_zh", at=180)),
    "one_duty_per_day": _two_on_a_day,
    "rest_between_shifts": lambda m: rostered(_c1(m, "W", 14), work("C1", "2026-12-15", "R")),
    "consecutive_work_days": lambda m: _c1(m, "T", 1, 2, 3, 4, 5, 6, 7),
    "daily_hours": lambda m: _c1(m, "LL", 9, home="reception"),
    "weekly_hours": _sixth_day,
    "part_time_week_hours": _part_time,
    "month_overtime": _overtime,
    "overtime_approval": _approval,
    "overtime_protection": _protected,
    "consecutive_nights": lambda m: _c1(m, "W", 14, 15, 16, 17, 18),
    "rest_after_nights": lambda m: rostered(_c1(m, "W", 14), work("C1", "2026-12-15", "U")),
    "night_protection": lambda m: _c1(m, "W", 10),
    "leave_honoured": lambda m: rostered(m, work("A4", "2026-12-24", "R")),
    "skill_held": _skill,
    "meal_break": lambda m: rostered(m, work("A1", "2026-12-09", "Q", breaks="10:00-11:00")),
    "never_empty": _uncovered_second_half,
    "cover_duration": _long_cover,
    "cover_stand_in": _stand_in_elsewhere,
    "cover_peak_guard": lambda m: rostered(m, off("A4", "2026-12-09"), off("H1", "2026-12-09")),
    "pinned_kept": lambda m: _c1(m, "Q", 20),
    **TEAM,
}
