"""One small problem per rule of the integer programme, made so that the rule decides the answer. ``CASES``: rule code -> problem."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import small
from small import EARLY, START, at_posts, between, person, queue

from cslib.core.shifts import Break, Shift
from cslib.intake import Study

Case = tuple[Study, pd.DataFrame]
CASES: dict[str, Callable[[], Case]] = {}
MORNING, EVENING = Shift("A", 7 * 60, 240), Shift("B", 18 * 60, 240)  # four hours, so that no meal break is asked for
NIGHT_CALL = Shift("C", 22 * 60, 240)


def case(rule: str) -> Callable[[Callable[[], Case]], Callable[[], Case]]:
    """Register the problem of a rule."""

    def register(function: Callable[[], Case]) -> Callable[[], Case]:
        CASES[rule] = function
        return function

    return register


def pooled(shifts: tuple[Shift, ...], heads: Any, *people: dict[str, Any], **changes: Any) -> Case:
    """One queue for pooled people; hours below contract cost nothing, so that only need makes people work."""
    site = small.study(list(people) or [person("p")], shifts, {"q": queue()}, **{"roster": {"contract_band_h": 400.0}, **changes})
    return site, small.need(site, {"q": heads})


@case("employment")
def hired_on_wednesday() -> Case:
    return pooled((MORNING,), between(7, 11, heads=2), person("p", hired=START + dt.timedelta(days=2)), person("r"), days=4)


@case("leave_honoured")
def needed_on_leave() -> Case:
    leave = [{"employee_id": "p", "date": START, "kind": "paid", "hours_h": 8.0}]
    return pooled((MORNING,), between(7, 11), person("p", overtime_max_h=40.0), days=2, leave=leave)


@case("night_protection")
def only_a_protected_person_on_monday() -> Case:
    return pooled((NIGHT_CALL,), between(22, 24, heads=2), person("p", no_night_until=START), person("r"), days=3)


@case("skill_held")
def somebody_without_a_skill_to_fill_hours() -> Case:
    """Without the rule the person is put to work for the price of hours below contract, serving nobody."""
    return pooled((MORNING,), 0, person("p", "other"), days=3, roster={"contract_band_h": 0.0})


@case("daily_hours")
def long_duty_forbidden_from_the_second_day() -> Case:
    """A limit that falls below the shift's hours on the second day (the door only knows the first)."""
    long = Shift("X", 7 * 60, 600, (Break(60, 180, 240),))
    site, need = pooled((long,), between(7, 17), person("p", overtime_max_h=36.0), days=2)
    rule = site.params.law.rules["daily_hours"]
    dated = rule.values[0]
    values = (dated, dated.model_copy(update={"since": START + dt.timedelta(days=1), "value": 8.0}))
    law = site.params.law.model_copy(update={"rules": {**site.params.law.rules, "daily_hours": rule.model_copy(update={"values": values})}})
    return dataclasses.replace(site, params=dataclasses.replace(site.params, law=law)), need


@case("meal_break")
def unbroken_duty_forbidden_from_the_second_day() -> Case:
    site, need = pooled((Shift("X", 7 * 60, 360),), between(7, 13), days=2, law={"meal_break": 6.0})
    rule = site.params.law.rules["meal_break"]
    dated = rule.values[0]
    values = (dated, dated.model_copy(update={"since": START + dt.timedelta(days=1), "value": 4.0}))
    law = site.params.law.model_copy(update={"rules": {**site.params.law.rules, "meal_break": rule.model_copy(update={"values": values})}})
    return dataclasses.replace(site, params=dataclasses.replace(site.params, law=law)), need


@case("pinned_kept")
def pinned_where_nobody_is_needed() -> Case:
    return pooled((MORNING, EVENING), 0, days=2, pins=[small.work("p", START, MORNING)])


@case("one_duty_per_day")
def mornings_and_evenings() -> Case:
    """Seven hours lie between the two duties of a day, and nothing else forbids them."""
    return pooled((MORNING, EVENING), lambda _, m: int(420 <= m < 660 or 1080 <= m < 1320), days=2, law={"rest_between_shifts": 7.0})


@case("rest_between_shifts")
def evening_then_morning() -> Case:
    return pooled((MORNING, EVENING), lambda d, m: int(1080 <= m < 1320 if d == 0 else 420 <= m < 660), days=2)


@case("rest_after_nights")
def night_then_evening() -> Case:
    return pooled((NIGHT_CALL, EVENING), lambda d, m: int(m >= 1320 if d == 0 else 1080 <= m < 1320), days=2)


@case("consecutive_work_days")
def seven_mornings() -> Case:
    return pooled((MORNING,), between(7, 11), days=7)


@case("consecutive_nights")
def five_nights() -> Case:
    return pooled((NIGHT_CALL,), between(22, 24), days=5)


@case("weekly_hours")
def six_days_of_eight_hours() -> Case:
    return pooled((small.DAY,), between(9, 18), person("p", hours_scheme="standard", overtime_max_h=36.0), days=6)


@case("part_time_week_hours")
def part_time_over_the_week() -> Case:
    return pooled((small.DAY,), between(9, 18), person("p", hours_scheme="part_time"), days=5)


@case("month_overtime")
def more_than_the_month_allows() -> Case:
    return pooled((MORNING,), between(7, 11, days=[0, 5, 6]), person("p", fte_share=0.1, overtime_max_h=40.0), days=7, law={"month_overtime": 6.0})


@case("overtime_approval")
def nothing_approved() -> Case:
    return pooled((MORNING,), between(7, 11), person("p", fte_share=0.25), days=5)


@case("overtime_protection")
def protected_from_overtime() -> Case:
    who = person("p", fte_share=0.25, overtime_max_h=30.0, no_overtime_until=START + dt.timedelta(days=60))
    return pooled((MORNING,), between(7, 11), who, days=5)


LOBBY = queue("lobby", never_empty=True)


def desk(*people: dict[str, Any], law: dict[str, Any] | None = None, heads: dict[str, Any] | None = None, days: int = 1, **changes: Any) -> Case:
    """A lobby that may never be empty from 7 to 15, and a second post, on early shifts."""
    opening = ({"from": "07:00", "to": "15:00"},)
    posts = {"lobby": LOBBY | {"opening": opening}, "other": queue("other", **changes.pop("other", {}))}
    shifts = changes.pop("shifts", at_posts("lobby", "other", shifts=(EARLY,)))
    site = small.study(list(people), shifts, posts, days=days, law=law, roster={"contract_band_h": 400.0}, **changes)
    return site, small.need(site, {"lobby": between(7, 15), "other": between(7, 15)} | (heads or {}))


@case("never_empty")
def one_person_of_two_skills() -> Case:
    """Two posts want him; the one that may never be empty must be worth more."""
    return desk(person("p", "lobby", "other"), heads={"other": between(7, 15, heads=2)}, prices={"empty_post": 2000.0})


@case("cover_stand_in")
def nobody_to_stand_in_but_the_unskilled() -> Case:
    """Two holders of the lobby, whose breaks may overlap, one stand-in: without the rule he is at both posts at once."""
    posts = {name: LOBBY | {"opening": ({"from": "07:00", "to": "15:00"},)} for name in ("north", "south")} | {"float": queue("f", may_leave=True)}
    fixed = dataclasses.replace(EARLY, breaks=(Break(30, 210, 210, paid=True),))
    late = dataclasses.replace(EARLY, code="G", breaks=(Break(30, 300, 300, paid=True),), queues=("float",))
    people = [person("n", "lobby"), person("s", "lobby"), person("f", "f", "lobby")]
    site = small.study(people, (*at_posts("north", "south", shifts=(fixed,)), late), posts, days=1, roster={"contract_band_h": 400.0})
    return site, small.need(site, {"north": between(7, 15), "south": between(7, 15), "float": 0})


@case("cover_duration")
def covers_of_a_day_add_up() -> Case:
    """Basis ``day``, limit one hour: the floater may relieve two breaks of half an hour, not three."""
    posts = {f"l{i}": LOBBY | {"opening": ({"from": "07:00", "to": "15:00"},)} for i in range(3)} | {"float": queue("f", may_leave=True)}
    early = [
        dataclasses.replace(EARLY, code=f"E{i}", breaks=(Break(30, 210 + 30 * i, 210 + 30 * i, paid=True),), queues=(f"l{i}",)) for i in range(3)
    ]
    float_shift = dataclasses.replace(EARLY, code="G", breaks=(Break(30, 330, 330, paid=True),), queues=("float",))
    people = [*(person(f"p{i}", "lobby") for i in range(3)), person("f", "f", "lobby")]
    site = small.study(
        people, (*early, float_shift), posts, days=1, roster={"contract_band_h": 400.0}, cover={"basis": "day"}, law={"cover_duration": 1.0}
    )
    return site, small.need(site, {f"l{i}": between(7, 15) for i in range(3)} | {"float": 0})


@case("cover_peak_guard")
def the_stand_in_is_needed_at_home() -> Case:
    """Cheaper to leave the other post short at its peak than the lobby empty; the rule forbids it."""
    return desk(person("l", "lobby"), person("o", "other", "lobby"), law={"cover_peak_guard": 0})


HISTORY = {
    "rest_between_shifts": lambda: pooled((MORNING, EVENING), between(7, 11, days=[0]), days=1, last_roster=_last(EVENING)),
    "rest_after_nights": lambda: pooled((NIGHT_CALL, EVENING), between(18, 22, days=[0]), days=1, last_roster=_last(NIGHT_CALL)),
    "consecutive_work_days": lambda: pooled((MORNING,), between(7, 11), days=2, last_roster=_last(MORNING, days=5)),
    "consecutive_nights": lambda: pooled((NIGHT_CALL,), between(22, 24), days=2, last_roster=_last(NIGHT_CALL, days=3)),
    "weekly_hours": lambda: _week_in_two_months(),
}


def _last(shift: Shift, days: int = 1) -> list[dict[str, Any]]:
    return [small.work("p", START - dt.timedelta(days=i), shift) for i in range(days, 0, -1)]


def _week_in_two_months() -> Case:
    """A month that starts on a Thursday: three days of the week are the month before's."""
    thursday = START + dt.timedelta(days=3)
    past = [small.work("p", START + dt.timedelta(days=i), small.DAY) for i in range(3)]
    who = person("p", hours_scheme="standard", overtime_max_h=36.0)
    return pooled((small.DAY,), between(9, 18), who, days=3, start=thursday, last_roster=past)
