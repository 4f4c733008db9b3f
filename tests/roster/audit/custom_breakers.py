"""Ways to break the rules that a site sets for itself: each puts one in force that a clean month does not keep, or keeps only in part."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import build
from build import work
from front_desk import Month

from cslib.core.shifts import Pattern
from cslib.params.roster_settings import DutyTeams, RosterSettings, Session

Way = Callable[[Month], Month]


def limited(month: Month, rule: str, value: float) -> Month:
    """The month under another limit."""
    law = month.study.params.law
    entry = law.rules[rule]
    values = tuple(v.model_copy(update={"value": value}) for v in entry.values)
    changed = law.model_copy(update={"rules": {**law.rules, rule: entry.model_copy(update={"values": values})}})
    return dataclasses.replace(month, study=dataclasses.replace(month.study, params=dataclasses.replace(month.study.params, law=changed)))


def patterned(month: Month, code: str, split: bool = False, **pattern: Any) -> Month:
    """The month with one shift asking something of the days around it, or with its first break as the hours off of a split shift."""

    def changed(shift: Any) -> Any:
        breaks = tuple(dataclasses.replace(b, split=split and i == 0) for i, b in enumerate(shift.breaks))
        return dataclasses.replace(shift, breaks=breaks, pattern=Pattern(**pattern))

    shifts = tuple(changed(s) if s.code == code else s for s in month.study.params.shifts)
    return dataclasses.replace(month, study=dataclasses.replace(month.study, params=dataclasses.replace(month.study.params, shifts=shifts)))


def settings(month: Month, **changes: Any) -> Month:
    """The month under other settings of the roster."""
    site = month.study.params.site.model_copy(update={"roster": RosterSettings(**changes)})
    return dataclasses.replace(month, study=dataclasses.replace(month.study, params=dataclasses.replace(month.study.params, site=site)))


def person(month: Month, who: str, **facts: Any) -> Month:
    """The month with other facts of a person."""
    return dataclasses.replace(month, study=build.with_people(month.study, who, **facts))


def custom(shift: str, follower: str, on_duty: str, rotating: str, extra: dict[str, Any]) -> dict[str, Way]:
    """Ways for a month: a shift worked some days in a row, one that follows it somewhere, a person with duties, a further weekend night row."""

    def with_extra(month: Month) -> Month:
        return dataclasses.replace(month, roster=build.put(month.roster, extra))

    fortnight = Session(first=dt.date(2026, 12, 1), last=dt.date(2026, 12, 15))
    return {
        "cycle_overtime": lambda m: limited(person(m, rotating, cycle_balance_h=300.0), "cycle_overtime", 100),
        "forbidden_follow_on": lambda m: patterned(m, shift, not_before=(follower,)),
        "required_follow_on": lambda m: patterned(m, shift, followed_by=("none of these",)),
        "shift_run_most": lambda m: patterned(m, shift, run_most=1),
        "shift_run_least": lambda m: patterned(m, shift, run_least=6),
        "work_run_least": lambda m: limited(m, "work_run_least", 7),
        "rest_run_least": lambda m: limited(m, "rest_run_least", 5),
        "week_work_days": lambda m: limited(m, "week_work_days", 4),
        "weekends_most": lambda m: limited(with_extra(m), "weekends_most", 0),
        "month_nights": lambda m: limited(with_extra(m), "month_nights", 0),
        "week_split_shifts": lambda m: limited(patterned(m, shift, split=True), "week_split_shifts", 0),
        "week_hours_least": lambda m: limited(m, "week_hours_least", 44),
        "team_size": lambda m: settings(person(m, on_duty, team="red"), teams=DutyTeams(enforced=True)),
        "team_post": lambda m: settings(person(m, on_duty, team="red"), teams=DutyTeams(queues={"red": ()})),
        "lead_on_duty": lambda m: limited(m, "lead_on_duty", 1),
        "level_at_peak": lambda m: limited(settings(m, level_skill="senior"), "level_at_peak", 0.5),
        "coach_on_duty": lambda m: limited(settings(person(m, on_duty, hired="2026-11-30"), coach_skill="coach"), "coach_on_duty", 1),
        "team_lead_on_duty": lambda m: limited(
            person(person(m, on_duty, team="red"), extra["employee_id"], team="red", role="lead"), "team_lead_on_duty", 1
        ),
        "session_held": lambda m: settings(m, sessions={"service": fortnight}),
        "leave_quota": lambda m: limited(m, "leave_quota", 0),
    }


DESK = custom("E", "M", "T1n", "T1n", work("X1", "2026-12-12", "N", "floater"))
TEAM = custom("Q", "Q", "K1", "K1", work("C1", "2026-12-12", "W"))
