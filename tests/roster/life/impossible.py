"""Months that can't be met, each with a known clash of rules: two posts, a few people, everything else in plenty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import small

from cslib.core.shifts import Shift
from cslib.roster import Problem, problem

EARLY = Shift("E", 7 * 60, 480)
LATE = Shift("M", 15 * 60, 480)
NIGHT = Shift("N", 23 * 60, 480)
EVENING = Shift("V", 19 * 60, 240)
LONG = Shift("L", 7 * 60, 660)
PLENTY = {"overtime_max_h": 200.0}
Planted = set[tuple[str, str, int | None]]  # rule, person (empty: a skill or role), day (None: a week or the month)


def day(number: int) -> dt.date:
    """A day of the month."""
    return small.START + dt.timedelta(days=number)


def away(who: str, *days: int) -> list[dict[str, Any]]:
    """Granted leave."""
    return [{"employee_id": who, "date": day(d), "kind": "paid", "hours_h": 8.0} for d in days]


def month(people: list[dict[str, Any]], need: Any, shifts: Iterable[Shift], *, law: dict[str, Any] | None = None, **more: Any) -> Problem:
    """A month with a second post that its own two people hold without trouble."""
    desk = [small.person(name, "desk", **PLENTY) for name in ("y", "z")]
    study = small.study(
        [*people, *desk], shifts, {"vip": small.queue("vip"), "desk": small.queue("desk")}, interval_min=60, law={"meal_break": 24.0, **(law or {})},
        prices={"under_hours": 0.0}, **more,
    )  # fmt: skip
    return problem(small.need(study, {"vip": need, "desk": small.between(7, 15, days=(0, 2, 4))}), study)


def vip(name: str, **changes: Any) -> dict[str, Any]:
    """Somebody who holds the skill, overtime approved in plenty."""
    return small.person(name, "vip", **{**PLENTY, **changes})


def leave_collision() -> tuple[Problem, Planted]:
    """Both holders of the skill are on leave on one day."""
    found = month([vip("a"), vip("b")], small.between(7, 15), (EARLY,), leave=[*away("a", 3), *away("b", 3, 4)])
    return found, {("leave_honoured", "a", 3), ("leave_honoured", "b", 3)}


def missing_skill() -> tuple[Problem, Planted]:
    """One leaves before the other's skill counts."""
    people = [vip("a", left=day(2)), small.person("b", {"skill": "vip", "since": day(4)}, **PLENTY)]
    return month(people, small.between(7, 15, days=range(6)), (EARLY,)), {("skill_held", "", 3)}


def night_ban() -> tuple[Problem, Planted]:
    """Two may not work nights, the third is on leave."""
    ban = dt.date(2030, 1, 1)
    people = [vip("a", no_night_until=day(2)), vip("b", no_night_until=ban)]
    heads = lambda d, m: int((d == 2 and m >= 1380) or (d == 3 and m < 420))  # noqa: E731
    found = month([*people, vip("c")], heads, (EARLY, NIGHT), leave=away("c", 2))
    return found, {("night_protection", "a", 2), ("night_protection", "b", 2), ("leave_honoured", "c", 2)}


def overtime_36() -> tuple[Problem, Planted]:
    """Twelve days of eleven hours are more than 80 h of contract and 36 h of overtime."""
    worked = [d for d in range(14) if d not in (6, 13)]
    return month([vip("a")], small.between(7, 18, days=worked), (LONG, EARLY), days=14), {("month_overtime", "a", None)}


def rest_after_nights() -> tuple[Problem, Planted]:
    """An evening twelve hours after the night."""
    heads = lambda d, m: int((d == 0 and m >= 1380) or (d == 1 and (m < 420 or 1140 <= m < 1380)))  # noqa: E731
    return month([vip("a")], heads, (EARLY, NIGHT, EVENING)), {("rest_after_nights", "a", 1)}


def rest_between() -> tuple[Problem, Planted]:
    """Late, then early with eight hours between."""
    heads = lambda d, m: int((d == 1 and 900 <= m < 1380) or (d == 2 and 420 <= m < 900))  # noqa: E731
    return month([vip("a")], heads, (EARLY, LATE)), {("rest_between_shifts", "a", 2)}


def seventh_day() -> tuple[Problem, Planted]:
    """Seven days in a row."""
    return month([vip("a")], small.between(7, 15), (EARLY,)), {("consecutive_work_days", "a", 6)}


def full_week() -> tuple[Problem, Planted]:
    """Six days of eight hours on the standard scheme."""
    return month([vip("a", hours_scheme="standard")], small.between(7, 15, days=range(6)), (EARLY,)), {("weekly_hours", "a", None)}


def part_time_week() -> tuple[Problem, Planted]:
    """Four days of eight hours by a part-timer."""
    found = month([vip("a", hours_scheme="part_time")], small.between(7, 15, days=range(4)), (EARLY,))
    return found, {("part_time_week_hours", "a", None)}


def not_approved() -> tuple[Problem, Planted]:
    """48 h against 40 h of contract without approved overtime."""
    found = month([vip("a", overtime_max_h=0.0)], small.between(7, 15, days=range(6)), (EARLY,))
    return found, {("overtime_approval", "a", None)}


def nights_in_a_row() -> tuple[Problem, Planted]:
    """Five nights by one person."""
    heads = lambda d, m: int((d < 5 and m >= 1380) or (1 <= d <= 5 and m < 420))  # noqa: E731
    return month([vip("a")], heads, (EARLY, NIGHT)), {("consecutive_nights", "a", 4)}


def too_few_leads() -> tuple[Problem, Planted]:
    """The only lead is on leave while a lead has to be on duty."""
    people = [vip("a", role="lead"), vip("b")]
    found = month(people, small.between(7, 15, days=range(5)), (EARLY,), law={"lead_on_duty": 1.0}, leave=away("a", 1))
    return found, {("leave_honoured", "a", 1), ("lead_on_duty", "", None)}


def pinned_rest() -> tuple[Problem, Planted]:
    """The planner has pinned the rest of the only holder of the skill."""
    return month([vip("a")], small.between(7, 15, days=range(3)), (EARLY,), pins=[small.off("a", day(1))]), {("pinned_kept", "a", 1)}


MONTHS: dict[str, Callable[[], tuple[Problem, Planted]]] = {
    made.__name__: made
    for made in (
        leave_collision, missing_skill, night_ban, overtime_36, rest_after_nights, rest_between, seventh_day, full_week, part_time_week, not_approved,
        nights_in_a_row, too_few_leads, pinned_rest,
    )
}  # fmt: skip
