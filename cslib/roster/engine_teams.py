"""Rules about who is on duty together: leads and higher levels at peak, coaches beside newcomers, sessions held. One function per rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pulp

from cslib.core.units import ceil_people
from cslib.roster.engine_model import Model, Sum
from cslib.roster.problem import Person, Problem

TeamRule = Callable[[Model], None]
CellKey = tuple[int, int, int]


def lead_on_duty(model: Model) -> None:
    """Leads on duty in intervals that are peak anywhere; those missing are priced."""
    problem = model.problem
    leads = _on_duty(model, [key for key in model.x if problem.people[key[0]].lead], lambda spill: spill.lead)
    for k in range(len(model.periods)):
        limit = problem.limit("lead_on_duty", model.day(k))
        if limit and problem.peak[:, model.slot(k)].any():
            _missing(model, "lead_missing", ("lead", k), leads.get(k, Sum()), int(limit), model.hours(k))


def level_at_peak(model: Model) -> None:
    """People of the higher level who hold a queue's skill, as a share of its need at peak; those missing are priced (S000-01)."""
    problem, level = model.problem, model.problem.settings.level_skill
    for q, post in enumerate(problem.posts):
        if all(problem.limit("level_at_peak", d) is None for d in range(problem.days)):
            return
        both = frozenset((level, post.skill))
        able = [key for key in model.x if both <= problem.people[key[0]].skills[key[1]]]
        there = _on_duty(model, able, lambda spill, both=both: both <= spill.held)
        for k in range(len(model.periods)):
            share = problem.limit("level_at_peak", model.day(k))
            if share and problem.peak[q, model.slot(k)]:
                needed = ceil_people(share * model.need(q, k))
                _missing(model, "level_missing", ("level", q, k), there.get(k, Sum()), needed, model.hours(k))


def coach_on_duty(model: Model) -> None:
    """A newcomer's duty shares so many hours with the duty of a coach."""
    problem, skill = model.problem, model.problem.settings.coach_skill
    coaches = [key for key in model.x if skill in problem.people[key[0]].skills[key[1]]]
    past = [(s.duty.start, s.duty.end) for s in problem.spill if skill in s.held]
    for p, d, s in model.x:
        if is_newcomer(problem, problem.people[p], d) and skill not in problem.people[p].skills[d]:
            _beside(model, "coach_on_duty", (p, d, s), coaches, past)


def team_lead_on_duty(model: Model) -> None:
    """The duty of a team's member shares so many hours with the duty of a lead of the team (S003-H9)."""
    problem = model.problem
    leads: dict[str, list[CellKey]] = {}
    for key in model.x:
        if problem.people[key[0]].lead:
            leads.setdefault(problem.people[key[0]].team, []).append(key)
    led = {who.team for who in problem.people if who.lead and who.team}
    team_of = {who.employee_id: who.team for who in problem.people}
    for p, d, s in model.x:
        who = problem.people[p]
        if who.team in led and not who.lead:
            past = [(m.duty.start, m.duty.end) for m in problem.spill if m.lead and team_of.get(m.employee_id) == who.team]
            _beside(model, "team_lead_on_duty", (p, d, s), leads.get(who.team, []), past)


def session_held(model: Model) -> None:
    """Duties of a shift with the session in its window; those missing are priced (S004-13)."""
    problem = model.problem
    if problem.limit("session_held", 0) is None:
        return
    _own_sessions(model)
    for name, session in problem.settings.sessions.items():
        first, last = (session.first - problem.start).days, (session.last - problem.start).days
        if not 0 <= last < problem.days:
            continue
        carriers = [s for s, shift in enumerate(problem.shifts) if any(b.session == name for b in shift.breaks)]
        codes = {problem.shifts[s].code for s in carriers}
        for p, who in enumerate(problem.people):
            begin = max(first, who.first_day)
            concerned = {"everyone": True, "leads": who.lead, "newcomers": begin - who.first_day < problem.settings.newcomer_days}[session.people]
            if concerned and max(begin, 0) <= min(last, who.last_day):
                held = Sum(constant=float(sum(d.code in codes and d.day >= first for d in who.history)))
                for s in carriers:
                    for d in range(max(first, 0), last + 1):
                        if (p, d, s) in model.x:
                            held.add(model.x[p, d, s])
                _missing(model, "session_missed", ("session", name, p), held, session.times, 1.0)


def _own_sessions(model: Model) -> None:
    """Off-queue work of single people (table ``off_queue``): a duty with a session of that activity and length for each; those missing are priced.

    A duty serves one session. Windows being spans of days, sessions can be served by duties if and only if in every span there are as many
    duties as sessions whose windows lie inside (Hall), so those are the rows.
    """
    problem = model.problem
    if problem.study.off_queue.empty:
        return
    number = {who.employee_id: p for p, who in enumerate(problem.people)}
    for (person, activity, hours), part in problem.study.off_queue.groupby(["employee_id", "activity", "hours_h"], sort=True):
        p, carriers = number.get(str(person)), teaching(problem, str(activity), float(hours) * 60)
        if p is None:
            continue
        windows = [((a.date() - problem.start).days, (b.date() - problem.start).days) for a, b in zip(part["earliest"], part["latest"], strict=True)]
        missing = [model.variable("session_missed", "own", p, activity, int(hours * 60), i, up=1) for i in range(len(windows))]
        for one in missing:
            model.cost["session_missed"].add(one, 1.0)
        for first in sorted({w[0] for w in windows}):
            for last in sorted({w[1] for w in windows if w[1] >= first}):
                inside = [i for i, (a, b) in enumerate(windows) if first <= a and b <= last]
                row = Sum({missing[i]: -1.0 for i in inside}, float(len(inside)))
                for s in carriers:
                    for d in range(first, last + 1):
                        if (p, d, s) in model.x:
                            row.add(model.x[p, d, s], -1.0)
                if inside:
                    model.at_most(row)


def teaching(problem: Problem, activity: str, length_min: float) -> list[int]:
    """Shifts that carry a session of an activity and length."""
    return [s for s, shift in enumerate(problem.shifts) if any(b.session == activity and b.length_min == length_min for b in shift.breaks)]


TEAM_RULES: dict[str, TeamRule] = {
    "lead_on_duty": lead_on_duty,
    "level_at_peak": level_at_peak,
    "coach_on_duty": coach_on_duty,
    "team_lead_on_duty": team_lead_on_duty,
    "session_held": session_held,
}


def is_newcomer(problem: Problem, who: Person, day: int) -> bool:
    """True in the first ``newcomer_days`` days of employment."""
    return 0 <= day - who.first_day < problem.settings.newcomer_days


def _beside(model: Model, rule: str, cell: CellKey, partners: Iterable[CellKey], past: Iterable[tuple[int, int]]) -> None:
    """A duty only together with one of the partners' duties that shares the rule's hours with it (its own length, if that is less)."""
    problem, (p, d, s) = model.problem, cell
    limit, span = problem.limit(rule, d), problem.span(d, s)
    if limit is None:
        return
    least = min(limit * 60, span[1] - span[0])
    if all(_shared(span, other) < least for other in past):
        near = [c for c in partners if c[0] != p and abs(c[1] - d) <= 1 and _shared(span, problem.span(c[1], c[2])) >= least]
        model.at_most({model.x[cell]: 1.0, **{model.x[c]: -1.0 for c in near}})


def _on_duty(model: Model, cells: Iterable[CellKey], counts: Callable[..., bool]) -> dict[int, Sum]:
    """People on duty by period: those of the cells, and those of the month before whom ``counts`` takes."""
    found: dict[int, Sum] = {}
    for p, d, s in cells:
        for k in model.within(*model.problem.span(d, s)):
            found.setdefault(k, Sum()).add(model.x[p, d, s])
    for spill in model.problem.spill:
        for k in model.within(spill.duty.start, spill.duty.end) if counts(spill) else ():
            found.setdefault(k, Sum()).constant += 1
    return found


def _missing(model: Model, price: str, key: tuple[object, ...], there: Sum, needed: int, hours: float) -> pulp.LpVariable | None:
    """Price what ``there`` is below ``needed``."""
    if there.constant >= needed:
        return None
    missing = model.variable(price, *key, up=needed)
    model.cost[price].add(missing, hours)
    row = Sum({missing: -1.0}, float(needed)).plus(there, -1)
    model.at_most(row)
    return missing


def _shared(a: tuple[int, int], b: tuple[int, int]) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))
