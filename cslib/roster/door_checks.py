"""What the door refuses: shift lists, staff and pins that no roster can make legal or that leave a need out of reach."""

from __future__ import annotations

import numpy as np

from cslib.core.errors import Finding
from cslib.core.shifts import shift_text
from cslib.core.units import clock
from cslib.roster.engine_cells import CELL_RULES, shift_definition
from cslib.roster.engine_person import contradicting
from cslib.roster.engine_rows import ROW_RULES
from cslib.roster.problem import Problem


def check_problem(problem: Problem) -> list[Finding]:
    """Findings about shifts, skills and reach of the shift list."""
    shifts = [*_illegal_shifts(problem), *_long_breaks(problem)]
    return [*shifts, *_no_holder(problem), *_out_of_reach(problem), *_full_leave(problem), *_team_sizes(problem), *_sessions(problem)]


def _sessions(problem: Problem) -> list[Finding]:
    """Off-queue work that no shift carries, or that is meant for several people at once while its shifts hold it at different times."""
    findings = []
    for (activity, hours), part in problem.study.off_queue.groupby(["activity", "hours_h"], sort=True):
        found = [(s, b) for s in problem.shifts for b in s.breaks if b.session == activity and b.length_min == hours * 60]
        facts = {"given": str(activity), "hours": f"{hours:g}", "count": len(part), "length": f"{hours * 60:g}"}
        if not found:
            findings.append(Finding("roster.no_session_shift", "off_queue", facts))
        times = {(s.start_min + b.earliest_min, s.start_min + b.latest_min) for s, b in found}
        if part["together"].any() and (len(times) > 1 or any(a != b for a, b in times)):
            shifts = ", ".join(s.code for s, _ in found)
            findings.append(Finding("roster.session_times", "off_queue", {**facts, "shifts": shifts}))
    return findings


def check_pins(problem: Problem) -> list[Finding]:
    """Findings about pins: taking work away never breaks a rule, so pins are possible exactly if they are legal with all other days free."""
    work = [cell for cell, pin in problem.pins.items() if pin.shift is not None]
    return [finding for person, day in work for finding in _pin_alone(problem, person, day)] + _pins_together(problem)


def _illegal_shifts(problem: Problem) -> list[Finding]:
    """Shifts longer than a duty may be, or without the meal break that their presence needs."""
    findings, hours, stretch = [], problem.limit("daily_hours", 0), problem.limit("meal_break", 0)
    for shift, paid in zip(problem.shifts, problem.paid_h, strict=True):
        where = f"shifts.yml: {shift.code}"
        if hours is not None and paid > hours + 1e-9:
            findings.append(Finding("roster.shift_too_long", where, {"given": f"{paid:g}", "allowed": f"{hours:g}"}))
        broken = any(b.rests and b.length_min >= problem.meal_break_min for b in shift.breaks)
        if stretch is not None and shift.length_min > stretch * 60 and not broken:
            facts = {"given": f"{shift.length_min / 60:g}", "allowed": f"{stretch:g}", "least": f"{problem.meal_break_min:g}"}
            findings.append(Finding("roster.no_meal_break", where, facts))
    return findings


def _long_breaks(problem: Problem) -> list[Finding]:
    """Breaks at a never-empty post that one stand-in may not cover from end to end (S002-19)."""
    limit = problem.limit("cover_duration", 0)
    findings = []
    for s, shift in enumerate(problem.shifts):
        never_empty = [problem.posts[q].name for q in shift_definition(problem, s) if problem.posts[q].never_empty]
        longest = max((b.length_min for b in shift.breaks if not b.split), default=0)
        if limit is not None and never_empty and longest > limit * 60:
            facts = {"given": longest, "allowed": f"{limit * 60:g}", "post": ", ".join(never_empty)}
            findings.append(Finding("roster.break_too_long", f"shifts.yml: {shift.code}", facts))
    return findings


def _holders(problem: Problem, post: int) -> list[int]:
    skill = problem.posts[post].skill
    return [
        p for p, who in enumerate(problem.people) if any(skill in held and who.first_day <= d <= who.last_day for d, held in enumerate(who.skills))
    ]  # fmt: skip


def _no_holder(problem: Problem) -> list[Finding]:
    """Queues in need whose skill nobody in employment holds."""
    asked = [q for q in range(len(problem.posts)) if problem.need[q].any() and not _holders(problem, q)]
    return [Finding("roster.no_holder", f"skills: {problem.posts[q].skill}", {"queue": problem.posts[q].name}) for q in asked]


def _out_of_reach(problem: Problem) -> list[Finding]:
    """Intervals in need that no shift open to a holder of the skill spans; one finding per queue and stretch of the day."""
    findings = []
    for q, post in enumerate(problem.posts):
        holders = _holders(problem, q)
        if not holders:
            continue
        missed = (problem.need[q] > 0) & ~_reach(problem, q, holders)
        for begin, end, days in _stretches(missed[: problem.month_slots].reshape(problem.days, problem.slots_per_day)):
            facts = {
                "queue": post.name, "begin": clock(begin * problem.interval_min), "end": clock(end * problem.interval_min),
                "first": problem.date(int(days[0])).isoformat(), "days": len(days),
            }  # fmt: skip
            findings.append(Finding("roster.out_of_reach", "shifts.yml", facts))
    return findings


def _reach(problem: Problem, post: int, holders: list[int]) -> np.ndarray:
    """Intervals that some shift of some holder spans; nights that begin before the horizon count (they are the month before's work)."""
    spanned = np.zeros(problem.slots, dtype=bool)
    for s, shift in enumerate(problem.shifts):
        if shift.queues and post not in shift_definition(problem, s):
            continue
        for day in range(-1, problem.days):
            if day < 0 or any(_may_ever(problem, p, day, s) for p in holders):
                begin, end = (minute // problem.interval_min for minute in problem.span(day, s))
                spanned[max(begin, 0) : max(end, 0)] = True
    return spanned


def _may_ever(problem: Problem, person: int, day: int, shift: int) -> bool:
    """True if neither employment nor protection nor the shift itself keeps the person from it; leave and pins are for the solver to price."""
    who = problem.people[person]
    return who.first_day <= day <= who.last_day and not (problem.night[shift] and day <= who.no_night_through)


def _stretches(missed: np.ndarray) -> list[tuple[int, int, np.ndarray]]:
    """Stretches (first interval of the day, last excluded, days) of flags (days, intervals of the day), each stretch once."""
    found: dict[tuple[int, int], list[int]] = {}
    for day, flags in enumerate(missed):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(int), [0]))))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            found.setdefault((int(begin), int(end)), []).append(day)
    return [(begin, end, np.array(days)) for (begin, end), days in sorted(found.items())]


def _full_leave(problem: Problem) -> list[Finding]:
    """Days on which more people are on leave than the quota: granted leave is never taken back, so it is for people to settle (S003-A4)."""
    findings = []
    for d in range(problem.days):
        limit, count = problem.limit("leave_quota", d), sum(d in who.leave_h for who in problem.people)
        if limit is not None and count > limit:
            facts = {"date": problem.date(d).isoformat(), "given": count, "allowed": f"{limit:g}"}
            findings.append(Finding("roster.leave_quota", "leave", facts))
    return findings


def _team_sizes(problem: Problem) -> list[Finding]:
    """Duty teams that are too small or too large on some day of the month (S003-H9)."""
    teams, findings = problem.settings.teams, []
    if not teams.enforced or problem.limit("team_size", 0) is None:
        return []
    names = problem.study.employees.sort_values("position")["team"]
    for name in dict.fromkeys(team for team in names if isinstance(team, str)):
        members = [who for who, team in zip(problem.people, names, strict=True) if team == name]
        sizes = [sum(who.first_day <= d <= who.last_day for who in members) for d in range(problem.days)]
        wrong = [size for size in sizes if size and not teams.size_least <= size <= teams.size_most]
        if wrong:
            facts = {"team": name, "given": wrong[0], "least": teams.size_least, "most": teams.size_most}
            findings.append(Finding("roster.team_size", "employees", facts))
    return findings


def _where(problem: Problem, person: int, day: int) -> str:
    return problem.study.pin_place(problem.people[person].employee_id, problem.date(day))


def _pin_alone(problem: Problem, person: int, day: int) -> list[Finding]:
    """Rules about one cell that forbid a pinned shift, and homes and breaks that its definition does not know."""
    pin, where = problem.pins[person, day], _where(problem, person, day)
    assert pin.shift is not None
    shift = problem.shifts[pin.shift]
    broken = [rule for rule, mask in CELL_RULES.items() if mask(problem, person)[day, pin.shift]]
    findings = [Finding("roster.pin_rule", where, {"rule": rule, "shift": shift_text(shift)}) for rule in broken]
    homes = shift_definition(problem, pin.shift)
    own = problem.people[person].posts
    foreign = own is not None and pin.home not in own and problem.limit("team_post", day) is not None
    if pin.home is not None and (foreign or pin.home not in homes or problem.posts[pin.home].skill not in problem.people[person].skills[day]):
        held = [problem.posts[q].name for q in homes if problem.posts[q].skill in problem.people[person].skills[day]]
        findings.append(Finding("roster.pin_home", where, {"allowed": ", ".join(held) or "-"}))
    fits = pin.breaks is None or len(pin.breaks) == len(shift.breaks)
    if not fits or any(at not in b.positions(problem.interval_min) for b, at in zip(shift.breaks, pin.breaks or (), strict=False)):
        windows = ", ".join(f"{clock(shift.start_min + b.earliest_min)}-{clock(shift.start_min + b.latest_min)}" for b in shift.breaks)
        findings.append(Finding("roster.pin_breaks", where, {"allowed": windows or "-"}))
    return findings


def _pins_together(problem: Problem) -> list[Finding]:
    """Rules over several days that pinned shifts break together, and people whom pins or the month before leave no legal month."""
    findings = []
    for person in sorted({p for p, _ in problem.pins}):
        work = {(d, pin.shift) for (p, d), pin in problem.pins.items() if p == person and pin.shift is not None}
        for rule, function in ROW_RULES.items():
            monotone = [row for row in function(problem, person) if all(factor > 0 for factor in row.terms.values())]
            broken = [row for row in monotone if sum(row.terms.get(cell, 0.0) for cell in work) > row.limit + 1e-9]
            if broken:
                findings.append(Finding("roster.pin_rule", _where(problem, person, broken[0].day), {"rule": rule, "shift": "-"}))
    return findings or _without_a_month(problem)


def _without_a_month(problem: Problem) -> list[Finding]:
    """People of whom rules ask for work that other rules forbid."""
    blocked = ((who.employee_id, contradicting(problem, p)) for p, who in enumerate(problem.people))
    return [Finding("roster.no_month", f"employees: {name}", {"rules": ", ".join(rules)}) for name, rules in blocked if rules]
