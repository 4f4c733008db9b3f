"""Small problems for the rules and goals that a site sets for itself, registered with those of ``rule_cases``. ``GOALS``: price -> problem."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import small
from rule_cases import EVENING, MORNING, NIGHT_CALL, Case, case, pooled
from small import START, at_posts, between, person, queue

from cslib.core.shifts import Break, Pattern, Shift

GOALS: dict[str, Callable[[], Case]] = {}
SPLIT = Shift("X", 7 * 60, 720, (Break(240, 240, 240, split=True),))
TAUGHT = Shift("T", 7 * 60, 270, (Break(30, 60, 120, paid=True, session="service"),))


def goal(price: str) -> Callable[[Callable[[], Case]], Callable[[], Case]]:
    """Register the problem of a goal."""

    def register(function: Callable[[], Case]) -> Callable[[], Case]:
        GOALS[price] = function
        return function

    return register


def asking(shift: Shift, **pattern: Any) -> Shift:
    """The shift with something asked of the days around it."""
    return dataclasses.replace(shift, pattern=Pattern(**pattern))


def would_rest(who: str, *days: int, weight: float = 0.5) -> list[dict[str, Any]]:
    """Wishes for days off."""
    return [{"employee_id": who, "date": START + dt.timedelta(days=d), "wish": "OFF", "weight": weight} for d in days]


@case("cycle_overtime")
def hours_of_earlier_months() -> Case:
    return pooled((MORNING,), between(7, 11), person("p", cycle_balance_h=26.0), days=3, law={"cycle_overtime": 10.0})


@case("forbidden_follow_on")
def mornings_never_two_in_a_row() -> Case:
    return pooled((asking(MORNING, not_before=("A",)),), between(7, 11), days=3)


@case("required_follow_on")
def an_evening_asks_for_another() -> Case:
    return pooled((asking(EVENING, followed_by=("B",)),), between(18, 22, days=[0]), days=2)


@case("shift_run_most")
def one_morning_at_a_time() -> Case:
    return pooled((asking(MORNING, run_most=1),), between(7, 11), days=3)


@case("shift_run_least")
def mornings_in_pairs() -> Case:
    return pooled((asking(MORNING, run_least=2),), between(7, 11, days=[0]), days=3)


@case("work_run_least")
def work_in_pairs() -> Case:
    return pooled((MORNING,), between(7, 11, days=[0]), days=3, law={"work_run_least": 2})


@case("rest_run_least")
def no_single_day_off() -> Case:
    return pooled((MORNING,), between(7, 11, days=[0, 2]), days=3, law={"rest_run_least": 2})


@case("week_work_days")
def two_days_a_week() -> Case:
    return pooled((MORNING,), between(7, 11), days=3, law={"week_work_days": 2})


@case("weekends_most")
def no_weekend() -> Case:
    return pooled((MORNING,), between(7, 11, days=[5, 6]), days=7, law={"weekends_most": 0})


@case("month_nights")
def one_night() -> Case:
    return pooled((NIGHT_CALL,), between(22, 24), days=2, law={"month_nights": 1})


@case("week_split_shifts")
def one_split_shift_a_week() -> Case:
    return pooled((SPLIT,), between(7, 11), days=2, law={"week_split_shifts": 1})


@case("team_post")
def the_other_teams_post() -> Case:
    posts = {"a": queue("desk"), "b": queue("desk")}
    people = [person("p", team="red")]
    site = small.study(
        people, at_posts("a", "b", shifts=(MORNING,)), posts, days=1, roster={"contract_band_h": 400.0, "teams": {"queues": {"red": ("a",)}}}
    )
    return site, small.need(site, {"b": between(7, 11)})


@case("lead_on_duty")
def the_lead_would_rest() -> Case:
    return pooled(
        (MORNING,), between(7, 11), person("p"), person("l", role="lead"), days=1, law={"lead_on_duty": 1}, wishes=would_rest("l", 0, weight=1.0)
    )


@case("level_at_peak")
def the_senior_would_rest() -> Case:
    people = person("p"), person("s", "desk", "senior")
    settings = {"contract_band_h": 400.0, "level_skill": "senior"}
    return pooled((MORNING,), between(7, 11), *people, days=1, law={"level_at_peak": 1.0}, wishes=would_rest("s", 0, weight=1.0), roster=settings)


@case("coach_on_duty")
def a_coach_of_another_queue_comes_along() -> Case:
    people = [person("p", hired=START - dt.timedelta(days=3)), person("c", "other", "coach")]
    posts = {"q": queue(), "k": queue("other")}
    site = small.study(people, (MORNING,), posts, days=1, law={"coach_on_duty": 4}, roster={"contract_band_h": 400.0, "coach_skill": "coach"})
    return site, small.need(site, {"q": between(7, 11)})


@case("team_lead_on_duty")
def the_lead_of_the_team_comes_along() -> Case:
    """The lead holds no skill of the queue in need."""
    people = [person("p", team="red"), person("l", "other", role="lead", team="red")]
    site = small.study(
        people, (MORNING,), {"q": queue(), "k": queue("other")}, days=1, law={"team_lead_on_duty": 4}, roster={"contract_band_h": 400.0}
    )
    return site, small.need(site, {"q": between(7, 11)})


@case("session_held")
def training_where_nobody_is_needed() -> Case:
    settings = {"contract_band_h": 400.0, "sessions": {"service": {"first": START, "last": START + dt.timedelta(days=1)}}}
    return pooled((TAUGHT,), 0, days=2, law={"meal_break": 6.0}, roster=settings)


@goal("week_under")
def eight_hours_a_week() -> Case:
    return pooled((MORNING,), 0, days=7, law={"week_hours_least": 8.0})


@goal("split_duty")
def a_wish_for_a_split_shift() -> Case:
    wishes = [{"employee_id": "p", "date": START, "wish": "X", "weight": 0.4}]
    return pooled((SPLIT, MORNING), between(7, 11), days=1, wishes=wishes)


@goal("standby_duty")
def standby_dearer_than_being_short() -> Case:
    call = dataclasses.replace(MORNING, code="Y", queues=("call",), standby=True)
    site = small.study(
        [person("p")], (call,), {"call": queue()}, days=1, prices={"standby_duty": 5000.0}, roster={"contract_band_h": 400.0}
    )  # fmt: skip
    return site, small.need(site, {"call": between(7, 11)})


@goal("start_change")
def two_starts_in_a_week() -> Case:
    heads = lambda d, m: int(420 <= m < 660 if d == 0 else 1080 <= m < 1320)  # noqa: E731
    people = person("p"), person("r")
    return pooled((MORNING, EVENING), heads, *people, days=2, prices={"start_change": 50.0}, wishes=would_rest("r", 0, 1))


@goal("night_spread")
def two_nights() -> Case:
    people = person("p"), person("r")
    return pooled((NIGHT_CALL,), between(22, 24), *people, days=2, prices={"night_spread": 50.0}, wishes=would_rest("r", 0, 1))


@goal("weekend_spread")
def two_weekends() -> Case:
    people = person("p"), person("r")
    needed = between(7, 11, days=[5, 12])
    return pooled((MORNING,), needed, *people, days=14, prices={"weekend_spread": 50.0}, wishes=would_rest("r", 5, 12))


@goal("moved_shift")
def repair_of_a_published_day() -> Case:
    """S000-02: p fell ill after publication; r, who would rather rest on a day that p was to work, keeps his published morning."""
    people = person("p"), person("r")
    published = [small.work("r", START, MORNING), small.off("p", START), small.off("r", START + dt.timedelta(days=1))]
    return pooled((MORNING,), between(7, 11, days=[0]), *people, days=2, published=published, wishes=would_rest("r", 0))
