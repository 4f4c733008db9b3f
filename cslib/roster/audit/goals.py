"""Quantities of the soft goals on people's months, counted from the roster: what the recount prices beside coverage, hours and wishes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from cslib.core.shifts import WORK
from cslib.roster.audit.facts import Facts, Person
from cslib.roster.audit.rows import cells
from cslib.roster.audit.rules_patterns import SATURDAY, short_weeks
from cslib.roster.audit.rules_teams import missed_own, missed_sessions, missing_leads, missing_levels


def own_goals(person: Person, facts: Facts) -> dict[str, float]:
    """What one person's month adds to each goal, in its price's unit.

    Returns
    -------
    week_under [h]; session_missed [sessions]; split_duty, standby_duty [shifts]; start_change: different start times of duties of the month
    from Monday to Sunday, less one [changes]; moved_shift: days that differ from the published roster [shifts].
    """
    shifts = [d.shift for d in person.duties if d.shift is not None]
    return {
        "week_under": sum(least - hours for _, hours, least in short_weeks(person, facts)),
        "session_missed": float(sum(times - held for _, held, times, _ in (*missed_sessions(person, facts), *missed_own(person, facts)))),
        "split_duty": float(sum(s.split for s in shifts)),
        "standby_duty": float(sum(s.standby for s in shifts)),
        "start_change": float(_start_changes(person)),
        "moved_shift": float(sum(_moved(person, facts))),
    }


def joint_goals(facts: Facts) -> dict[str, float]:
    """Quantity of each goal that concerns people together, in its price's unit.

    Returns
    -------
    lead_missing, level_missing [h]; night_spread, weekend_spread: most less least loaded person, summed over groups of like people [nights,
    weekends].
    """
    return {
        "lead_missing": float(missing_leads(facts)[0].sum()) / 60,
        "level_missing": sum(float(missing.sum()) for missing, _, _ in missing_levels(facts).values()) / 60,
        "night_spread": _spread(facts, lambda p: sum(facts.is_night(d) for d in p.duties), nights=True),
        "weekend_spread": _spread(facts, lambda p: len({_monday(d.date) for d in p.duties if d.date.weekday() >= SATURDAY})),
    }


def _moved(person: Person, facts: Facts) -> Iterator[bool]:
    """Whether each published day changed: another shift, work for rest or rest for work (S000-02); leave granted since then is no change."""
    for day, known in facts.once("published", lambda: _published(facts)).get(person.employee_id, {}).items():
        if person.employed(day) and day not in person.leave:
            yield [d.code for d in person.duties if d.date == day] != ([known] if known else [])


def _published(facts: Facts) -> dict[str, dict[dt.date, str]]:
    """Shift by person and day of the month as published; empty for a day off, or for a shift that is no more."""
    found: dict[str, dict[dt.date, str]] = {}
    for cell in cells(facts.study.published):
        if cell.date is not None and facts.horizon.start <= cell.date < facts.horizon.end:
            known = cell.code if cell.kind == WORK and cell.code in facts.shifts else ""
            found.setdefault(cell.employee_id, {})[cell.date] = known
    return found


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _start_changes(person: Person) -> int:
    starts: dict[dt.date, set[float]] = {}
    for duty in person.duties:
        if duty.timed:
            starts.setdefault(_monday(duty.date), set()).add(duty.start % 1440)
    return sum(len(times) - 1 for times in starts.values())


def _spread(facts: Facts, load: Callable[[Person], int], nights: bool = False) -> float:
    """Sum over groups of like people of the largest load less the smallest.

    Alike: in employment all month, the same hours scheme (part-timers are compared with nobody), the same skills of queues on the first
    day. For nights, people who may not work them on the first day are left out.
    """
    first, last = facts.horizon.start, facts.horizon.dates[-1]
    wanted = {q.skill for q in facts.study.params.site.queues.values()}
    groups: dict[tuple[str, frozenset[str]], list[int]] = {}
    for person in facts.people.values():
        kept = nights and person.no_night_until is not None and person.no_night_until >= first
        if person.scheme != "part_time" and person.employed(first) and person.employed(last) and not kept:
            skills = frozenset(skill for skill in wanted if person.holds(skill, first))
            groups.setdefault((person.scheme, skills), []).append(load(person))
    return float(sum(max(loads) - min(loads) for loads in groups.values()))
