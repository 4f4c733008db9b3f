"""Rules about people together: teams, leads and higher levels at peak, coaches beside newcomers, sessions held, the leave quota.

Leads and levels are counted from presence (breaks included): who is on duty, not who happens to be at a post.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from cslib.core.units import ceil_people
from cslib.roster.audit.duties import Duty
from cslib.roster.audit.facts import Facts, Person
from cslib.roster.audit.registry import FUNCTIONS, Violation, details, rule

JOINT_RULES = ("team_size", "lead_on_duty", "level_at_peak", "coach_on_duty", "team_lead_on_duty", "leave_quota")


@rule("team_size")
def team_size(facts: Facts) -> Iterator[Violation]:
    """Duty teams with too few or too many people in employment (S003-H9). One violation a team, on the first such day."""
    teams = facts.study.params.site.roster.teams
    for name in dict.fromkeys(p.team for p in facts.people.values() if p.team) if teams.enforced else ():
        for day in facts.horizon.dates:
            size = sum(p.team == name and p.employed(day) for p in facts.people.values())
            bound = teams.size_most if size > teams.size_most else teams.size_least if size < teams.size_least else None
            if size and bound is not None and facts.limit("team_size", day) is not None:
                yield Violation("team_size", "", pd.Timestamp(day), day, float(size), float(bound), "persons", details(team=name))
                break


@rule("team_post")
def team_post(facts: Facts) -> Iterator[Violation]:
    """Work at a post that is not one of the person's own team (S001-03), where the director does not allocate across posts (S002-29)."""
    settings = facts.study.params.site.roster
    for person in facts.people.values():
        own = settings.teams.queues.get(person.team) if settings.allocation == "team" else None
        for duty in person.duties if own is not None else ():
            if duty.home in facts.study.params.site.queues and duty.home not in own and facts.limit("team_post", duty.date) is not None:
                shown = details(post=duty.home, team=person.team, shift=duty.code)
                yield Violation("team_post", person.employee_id, facts.start_of(duty), duty.date, detail=shown)


@rule("lead_on_duty")
def lead_on_duty(facts: Facts) -> Iterator[Violation]:
    """Stretches of peak minutes with too few leads on duty."""
    missing, there, needed = missing_leads(facts)
    for first, last in _stretches(missing > 0):
        shown = details(minutes=last - first, until=facts.moment(last))
        value, limit = float(there[first:last].min()), float(needed[first])
        yield Violation("lead_on_duty", "", facts.moment(first), facts.day(first), value, limit, detail=shown)


@rule("level_at_peak")
def level_at_peak(facts: Facts) -> Iterator[Violation]:
    """Stretches of peak minutes of a queue with too few people of the higher level on duty (S000-01)."""
    for queue, (missing, there, needed) in missing_levels(facts).items():
        for first, last in _stretches(missing > 0):
            shown = details(queue=queue, minutes=last - first, until=facts.moment(last))
            value, limit = float(there[first:last].min()), float(needed[first:last].max())
            yield Violation("level_at_peak", "", facts.moment(first), facts.day(first), value, limit, "persons", shown)


@rule("coach_on_duty")
def coach_on_duty(facts: Facts) -> Iterator[Violation]:
    """A newcomer's duty that shares too few hours with the duty of any one coach."""
    settings = facts.study.params.site.roster

    def coaches(person: Person, duty: Duty) -> bool:
        """Whether someone may coach on the day of a duty."""
        return person.holds(settings.coach_skill, duty.date)

    for person in facts.people.values():
        for duty in person.duties:
            if 0 <= (duty.date - person.hired).days < settings.newcomer_days and not coaches(person, duty):
                yield from _alone("coach_on_duty", person, duty, coaches, facts)


@rule("team_lead_on_duty")
def team_lead_on_duty(facts: Facts) -> Iterator[Violation]:
    """The duty of a team's member that shares too few hours with the duty of any one lead of the team (S003-H9)."""
    led = {p.team for p in facts.people.values() if p.lead and p.team}
    for person in facts.people.values():
        for duty in person.duties if person.team in led and not person.lead else ():
            yield from _alone("team_lead_on_duty", person, duty, lambda p, _, team=person.team: p.lead and p.team == team, facts)  # type: ignore[misc]


@rule("session_held")
def session_held(facts: Facts) -> Iterator[Violation]:
    """Fewer duties with a session of training or coaching than planned, by the last day of its window."""
    for person in facts.people.values():
        for name, held, times, last in (*missed_sessions(person, facts), *missed_own(person, facts)):
            shown = details(session=name)
            yield Violation("session_held", person.employee_id, pd.Timestamp(last), last, float(held), float(times), "sessions", shown)


@rule("leave_quota")
def leave_quota(facts: Facts) -> Iterator[Violation]:
    """More people on granted leave on a day than the quota (S003-A4: granted leave stays; the quota is for granting it)."""
    limits = {day: facts.limit("leave_quota", day) for day in facts.horizon.dates}
    for day, limit in limits.items():
        count = sum(day in p.leave and p.employed(day) for p in facts.people.values()) if limit is not None else 0
        if limit is not None and count > limit:
            yield Violation("leave_quota", "", pd.Timestamp(day), day, float(count), limit)


def joint_violations(facts: Facts) -> list[Violation]:
    """Violations of the rules about people together, those that no look at one person's month can judge; none where none is in force."""
    in_force = [code for code in JOINT_RULES if any(facts.limit(code, day) is not None for day in facts.horizon.dates)]
    return [violation for code in in_force for violation in FUNCTIONS[code](facts)]


def missing_leads(facts: Facts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By minute: leads missing, on duty, and needed (0 where no queue is at peak or the rule is not in force)."""
    peak = np.repeat(facts.need.peak.any(axis=0), facts.horizon.interval_min)
    needed = _limits("lead_on_duty", facts) * peak
    there = _on_duty(facts, lambda person, _: person.lead) if needed.any() else np.zeros_like(peak, dtype=np.int64)
    return np.maximum(needed - there, 0), there, needed


def missing_levels(facts: Facts) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """By queue, and by minute: people of the higher level missing, on duty with the queue's skill, and needed."""
    found, step = {}, facts.horizon.interval_min
    shares, level = _limits("level_at_peak", facts), facts.study.params.site.roster.level_skill
    for number, (name, queue) in enumerate(facts.study.params.site.queues.items()):
        if shares.any():
            asked = np.repeat(np.where(facts.need.peak[number], facts.need.needed[number], 0), step)
            needed = np.asarray(ceil_people(shares * asked))
            there = _on_duty(facts, lambda p, d, skill=queue.skill: p.holds(level, d.date) and p.holds(skill, d.date))  # type: ignore[misc]
            found[name] = (np.maximum(needed - there, 0), there, needed)
    return found


def missed_sessions(person: Person, facts: Facts) -> Iterator[tuple[str, int, int, dt.date]]:
    """Sessions of a person that are not all held by the last day of a window that ends in the month: name, held, planned, last day."""
    settings, horizon = facts.study.params.site.roster, facts.horizon
    for name, session in settings.sessions.items():
        if not horizon.start <= session.last < horizon.end or facts.limit("session_held", horizon.start) is None:
            continue
        begin = max(session.first, person.hired)
        days = [d for d in horizon.dates if begin <= d <= session.last and person.employed(d)]
        newcomer = (begin - person.hired).days < settings.newcomer_days
        if not days or not {"everyone": True, "leads": person.lead, "newcomers": newcomer}[session.people]:
            continue
        held = sum(session.first <= d.date <= session.last and _teaches(d, name) for d in (*person.history, *person.duties))
        if held < session.times:
            yield name, held, session.times, session.last


def missed_own(person: Person, facts: Facts) -> Iterator[tuple[str, int, int, dt.date]]:
    """Off-queue work of a person that no duty serves, session by session: activity, 0 held, 1 planned, last day. Duties are given to the session
    whose window ends first; one duty serves one session."""
    table = facts.once("off_queue", lambda: facts.study.off_queue)
    own = table[table["employee_id"].eq(person.employee_id)]
    if own.empty or facts.limit("session_held", facts.horizon.start) is None:
        return
    used: set[dt.date] = set()
    for row in own.sort_values(["latest", "earliest", "session"], kind="stable").itertuples():
        first, last = row.earliest.date(), row.latest.date()
        fits = [d for d in person.duties if first <= d.date <= last and d.date not in used and _carries(d, row.activity, row.hours_h * 60)]
        if fits:
            used.add(min(d.date for d in fits))
        else:
            yield str(row.activity), 0, 1, last


def _carries(duty: Duty, activity: str, length_min: float) -> bool:
    return duty.shift is not None and any(b.session == activity and b.length_min == length_min for b in duty.shift.breaks)


def _alone(code: str, person: Person, duty: Duty, partner: Callable[[Person, Duty], bool], facts: Facts) -> Iterator[Violation]:
    """A violation if no one duty of a partner shares the rule's hours with a duty (its own length, if that is less)."""
    limit = facts.limit(code, duty.date)
    if limit is None or not duty.timed:
        return
    others = (d for p in facts.people.values() if p is not person for d in p.timed if partner(p, d))
    shared = max((min(d.end, duty.end) - max(d.start, duty.start) for d in others), default=0.0)
    if shared < min(limit * 60, duty.presence_min):
        shown = details(shift=duty.code)
        yield Violation(code, person.employee_id, facts.start_of(duty), duty.date, max(shared, 0.0) / 60, limit, detail=shown)


def _teaches(duty: Duty, session: str) -> bool:
    return duty.shift is not None and any(b.session == session for b in duty.shift.breaks)


def _limits(code: str, facts: Facts) -> np.ndarray:
    """Limit of a rule by minute; 0 where it is not in force."""
    return facts.by_minute(lambda day: facts.limit(code, day) or 0.0)


def _on_duty(facts: Facts, counts: Callable[[Person, Duty], bool]) -> np.ndarray:
    """People of the staff list on duty whom ``counts`` takes, by minute."""
    steps = np.zeros(facts.minutes + 1, dtype=np.int64)
    for person in facts.people.values():
        for duty in person.timed:
            first, last = max(0, math.ceil(duty.start)), min(facts.minutes, math.floor(duty.end))
            if first < last and counts(person, duty):
                steps[first] += 1
                steps[last] -= 1
    return np.cumsum(steps[:-1])


def _stretches(flags: np.ndarray) -> list[tuple[int, int]]:
    """Start and end (excluded) of every run of true minutes."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
