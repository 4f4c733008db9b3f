"""Ways to break each rule of the clean front desk once, by hand. ``BREAKS``: rule code -> name of the way -> changed month."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import build
import pandas as pd
from build import cover, put, work
from custom_breakers import DESK
from front_desk import Month

from cslib.params.site import CoverRule

BREAKS: dict[str, dict[str, Callable[[Month], Month]]] = {}


def breaks(rule: str) -> Callable[[Callable[[Month], Month]], Callable[[Month], Month]]:
    """Register a way to break a rule."""

    def register(function: Callable[[Month], Month]) -> Callable[[Month], Month]:
        BREAKS.setdefault(rule, {})[function.__name__] = function
        return function

    return register


def rostered(month: Month, *rows: dict[str, object]) -> Month:
    """The month with rows in place of those of the same person and day."""
    return dataclasses.replace(month, roster=put(month.roster, *rows))


def relieved(month: Month, *rows: dict[str, object], instead_of: pd.Series | None = None) -> Month:
    """The month with further covers, those flagged taken out."""
    kept = month.covers if instead_of is None else month.covers[~instead_of]
    return dataclasses.replace(month, covers=pd.concat([kept, build.covers(*rows)], ignore_index=True) if rows else kept)


def site(month: Month, **settings: object) -> Month:
    """The month under other settings of the site."""
    params = dataclasses.replace(month.study.params, site=month.study.params.site.model_copy(update=settings))
    return dataclasses.replace(month, study=dataclasses.replace(month.study, params=params))


@breaks("employment")
def works_after_leaving(month: Month) -> Month:
    return rostered(month, work("X3", "2026-12-17", "E", "north_lobby"))


@breaks("employment")
def unknown_person(month: Month) -> Month:
    return rostered(month, work("nobody", "2026-12-17", "E", "north_lobby"), build.off("nobody", "2026-12-18"))


@breaks("shift_definition")
def unknown_code(month: Month) -> Month:
    return rostered(month, {**work("X1", "2026-12-08", "E", "north_lobby"), "shift": "ZZ"})


@breaks("shift_definition")
def starts_late(month: Month) -> Month:
    return rostered(month, {**work("X1", "2026-12-08", "E", "north_lobby"), "start": pd.Timestamp("2026-12-08 07:30")})


@breaks("shift_definition")
def post_of_another_shift(month: Month) -> Month:
    return rostered(month, work("R1", "2026-12-08", "E", "reception"))


@breaks("shift_definition")
def no_post(month: Month) -> Month:
    return rostered(month, work("X1", "2026-12-09", "E"))


@breaks("shift_definition")
def no_end(month: Month) -> Month:
    return rostered(month, {**work("T1n", "2026-12-09", "E", "north_lobby"), "end": pd.NaT})


@breaks("one_duty_per_day")
def two_on_a_day(month: Month) -> Month:
    return dataclasses.replace(
        month, roster=build.add(rostered(month, work("X1", "2026-12-10", "E", "floater")).roster, work("X1", "2026-12-10", "V", "floater"))
    )


@breaks("one_duty_per_day")
def overlap(month: Month) -> Month:
    return rostered(month, work("X1", "2026-12-09", "N", "floater"), work("X1", "2026-12-10", "A", "floater"))


@breaks("rest_between_shifts")
def late_then_early(month: Month) -> Month:
    return rostered(month, work("X1", "2026-12-07", "M", "floater"), work("X1", "2026-12-08", "E", "floater"))


@breaks("consecutive_work_days")
def seven_days(month: Month) -> Month:
    return rostered(month, *(work("X1", f"2026-12-{d:02d}", "E", "floater") for d in range(7, 14)))


@breaks("daily_hours")
def long_day(month: Month) -> Month:
    return rostered(month, work("C1", "2026-12-08", "LL", "reception", at=300))


@breaks("weekly_hours")
def sixth_day_without_approval(month: Month) -> Month:
    return rostered(month, work("R1", "2026-12-12", "D", "reception"), build.off("R1", "2026-12-16"))


@breaks("part_time_week_hours")
def two_full_days(month: Month) -> Month:
    full = [work("H1", day, "D", "reception") for day in ("2026-12-08", "2026-12-09")]
    return rostered(month, *full, build.off("H1", "2026-12-16"), build.off("H1", "2026-12-17"))


def _extra_early(who: str, home: str, month: Month) -> list[dict[str, object]]:
    """Two early shifts in each stretch of four days off: +24 h after the last night, rest day before the next rotation."""
    worked = {d.date() for d in month.roster.loc[(month.roster["employee_id"] == who) & (month.roster["kind"] == "work"), "date"]}
    first = [
        d for d in month.study.horizon.dates if d not in worked and d - dt.timedelta(days=2) in worked and d - dt.timedelta(days=1) not in worked
    ]
    days = [d + dt.timedelta(days=i) for d in first for i in range(2)]
    return [work(who, d, "E", home) for d in days if d in month.study.horizon.dates]


@breaks("overtime_protection")
def protected_person(month: Month) -> Month:
    return rostered(month, *_extra_early("T0n", "north_lobby", month))


@breaks("overtime_approval")
def not_approved(month: Month) -> Month:
    return rostered(month, *_extra_early("T0s", "south_lobby", month))


@breaks("month_overtime")
def fridays_too(month: Month) -> Month:
    return rostered(month, *(work("C1", f"2026-12-{d:02d}", "L", "reception") for d in (4, 11, 18, 25)))


@breaks("consecutive_nights")
def five_nights(month: Month) -> Month:
    return rostered(month, *(work("X1", f"2026-12-{d:02d}", "N", "floater") for d in range(7, 12)))


@breaks("rest_after_nights")
def evening_after_night(month: Month) -> Month:
    return rostered(month, work("X1", "2026-12-07", "N", "floater"), work("X1", "2026-12-08", "V", "floater"))


@breaks("night_protection")
def protected_night(month: Month) -> Month:
    return rostered(month, work("R1", "2026-12-04", "N", "north_lobby"))


@breaks("leave_honoured")
def work_on_leave(month: Month) -> Month:
    return rostered(month, work("R2", "2026-12-24", "D", "reception"))


@breaks("skill_held")
def without_skill(month: Month) -> Month:
    return rostered(month, work("R2", "2026-12-09", "E", "north_lobby", at=270))


@breaks("skill_held")
def before_the_skill_counts(month: Month) -> Month:
    skills = month.study.skills
    skills.loc[(skills["employee_id"] == "R1") & (skills["skill"] == "reception"), "since"] = pd.Timestamp("2026-12-02")
    return dataclasses.replace(month, study=build.changed(month.study, skills=skills))


@breaks("meal_break")
def no_break(month: Month) -> Month:
    return rostered(month, work("R1", "2026-12-09", "D", "reception", breaks=""))


@breaks("meal_break")
def short_break(month: Month) -> Month:
    return rostered(month, work("R1", "2026-12-09", "D", "reception", breaks="12:00-12:45"))


@breaks("meal_break")
def break_too_early(month: Month) -> Month:
    return rostered(month, work("R1", "2026-12-09", "D", "reception", breaks="10:00-11:00"))


@breaks("never_empty")
def no_relief(month: Month) -> Month:
    return relieved(month, instead_of=_relief_of(month, "T1n", "2026-12-09"))


@breaks("never_empty")
def relief_ends_a_minute_early(month: Month) -> Month:
    shorter = cover("north_lobby", "T1n", "T1f", "2026-12-09 10:30", 29)
    return relieved(month, shorter, instead_of=_relief_of(month, "T1n", "2026-12-09"))


@breaks("never_empty")
def nobody_at_night(month: Month) -> Month:
    who = _on_post(month, "N", "south_lobby", "2026-12-09")
    return relieved(rostered(month, build.off(who, "2026-12-09")), instead_of=_relief_of(month, who, "2026-12-10"))


def _long_absence(month: Month, *days: int) -> Month:
    """X1 at the north lobby with a break of 4.5 h, X2 at the floater from 7 to 15 with a late meal."""
    rows = [
        row
        for d in days
        for row in (work("X1", f"2026-12-{d:02d}", "S", "north_lobby", at=0), work("X2", f"2026-12-{d:02d}", "E", "floater", at=300))
    ]
    return rostered(month, *rows)


@breaks("cover_duration")
def four_and_a_half_hours(month: Month) -> Month:
    return relieved(_long_absence(month, 9), cover("north_lobby", "X1", "X2", "2026-12-09 07:00", 270))


@breaks("cover_duration")
def two_stints_back_to_back(month: Month) -> Month:
    return relieved(
        _long_absence(month, 9), cover("north_lobby", "X1", "X2", "2026-12-09 07:00", 120), cover("north_lobby", "X1", "X2", "2026-12-09 09:00", 150)
    )


@breaks("cover_duration")
def stints_less_than_the_gap_apart(month: Month) -> Month:
    stints = [cover("north_lobby", "X1", "X2", f"2026-12-{d} {at}", length) for d, at, length in (("09", "07:00", 150), ("10", "07:00", 150))]
    return relieved(site(_long_absence(month, 9, 10), cover=CoverRule(min_gap_h=24)), *stints)


@breaks("cover_duration")
def two_absences_on_a_day_basis_day(month: Month) -> Month:
    return relieved(site(_two_absences(month), cover=CoverRule(basis="day")), *TWO_ABSENCES)


TWO_ABSENCES = (cover("north_lobby", "X1", "X2", "2026-12-09 07:00", 125), cover("north_lobby", "X3", "X2", "2026-12-09 09:05", 145))


def _two_absences(month: Month) -> Month:
    return rostered(_long_absence(month, 9), work("X3", "2026-12-09", "S", "north_lobby", at=60))


@breaks("cover_stand_in")
def stand_in_off_duty(month: Month) -> Month:
    return relieved(month, cover("north_lobby", "T1n", "X1", "2026-12-09 10:30", 30), instead_of=_relief_of(month, "T1n", "2026-12-09"))


@breaks("cover_stand_in")
def stand_in_without_skill(month: Month) -> Month:
    return relieved(month, cover("north_lobby", "T2n", "C1", "2026-12-09 17:00", 30), instead_of=_relief_of(month, "T2n", "2026-12-09"))


@breaks("cover_stand_in")
def stand_in_on_break(month: Month) -> Month:
    return rostered(month, work("T1f", "2026-12-09", "E", "floater", at=210))


@breaks("cover_stand_in")
def two_posts_at_once(month: Month) -> Month:
    together = rostered(month, work("T1s", "2026-12-09", "E", "south_lobby", at=210))
    return relieved(together, cover("south_lobby", "T1s", "T1f", "2026-12-09 10:30", 30), instead_of=_relief_of(month, "T1s", "2026-12-09"))


@breaks("cover_stand_in")
def nobody_is_absent(month: Month) -> Month:
    return relieved(month, cover("north_lobby", "T1n", "T1f", "2026-12-09 08:00", 30))


@breaks("cover_peak_guard")
def receptionist_leaves_at_peak(month: Month) -> Month:
    """R1 of the reception, which needs two from 10 to 12 and has H1, R1, R2 and (not on a Friday) C1, covers the north lobby."""
    friday = rostered(month, build.off("H1", "2026-12-11"))
    who = _on_post(friday, "E", "north_lobby", "2026-12-11")
    return relieved(friday, cover("north_lobby", who, "R1", "2026-12-11 10:30", 30), instead_of=_relief_of(friday, who, "2026-12-11"))


@breaks("pinned_kept")
def pinned_rest_worked(month: Month) -> Month:
    return rostered(month, work("X1", "2026-12-20", "E", "floater"))


@breaks("pinned_kept")
def pinned_duty_dropped(month: Month) -> Month:
    return rostered(month, build.off("X2", "2026-12-21"))


@breaks("pinned_kept")
def pinned_post_changed(month: Month) -> Month:
    return rostered(month, work("X2", "2026-12-21", "E", "north_lobby"))


def _on_post(month: Month, code: str, post: str, day: str) -> str:
    """Who works a shift at a post on a date."""
    roster = month.roster
    there = (roster["shift"] == code) & (roster["queue"] == post) & (pd.to_datetime(roster["date"]) == pd.Timestamp(day))
    return str(roster.loc[there, "employee_id"].item())


def _relief_of(month: Month, who: str, day: str) -> pd.Series:
    """Flags of the covers that relieve a person on a date."""
    return (month.covers["absent_id"] == who) & (month.covers["start"].dt.normalize() == pd.Timestamp(day))


BREAKS |= {rule: {f"custom_{rule}": way} for rule, way in DESK.items()}
