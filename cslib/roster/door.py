"""The door: a requirement and a study become a problem, or are refused with every finding at once."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.errors import Finding, RosterError
from cslib.core.shifts import LEAVE, OFF, WORK, read_breaks
from cslib.core.units import minute_of
from cslib.intake.study import Study
from cslib.params.calendar import legal_workdays
from cslib.params.law import RULES
from cslib.params.prices import PRICES
from cslib.roster.door_checks import check_pins, check_problem
from cslib.roster.lookback import Duty, duties
from cslib.roster.problem import Person, Pin, Post, Problem, Spill, Wish

LEADS = ("lead", "supervisor")


def problem(need: pd.DataFrame, study: Study) -> Problem:
    """The month's rostering problem.

    Parameters
    ----------
    need : table ``requirement``; every queue of the site, every interval of the horizon; on through the first morning after it, if the nights
        of the last day are to be planned for it
    study : staff, skills, leave, wishes, pins, last roster, calendar, shifts, rules, prices

    Raises
    ------
    RosterError  with all findings: an interval in need that no shift of a holder of the skill spans, a skill that nobody holds, a
        shift that breaks the law by itself, a break too long to be covered at a never-empty post, a pin that breaks a rule.
    """
    need = tables.check("requirement", need, source="requirement")
    site, horizon = study.params.site, study.horizon
    night = _night_shifts(study)
    past = duties(study.last_roster, horizon.start, study.params.shifts, *_night_window(study))
    people = _people(study, past)
    limits = {code: tuple(_limit(study, code, day) for day in horizon.dates) for code in RULES}
    posts = tuple(Post(name, queue.skill, queue.may_leave, queue.never_empty) for name, queue in site.queues.items())
    numbers, peak = _grids(need, study)
    pins, findings = _pins(study)
    findings += _unknown_wishes(study)
    found = Problem(
        start=horizon.start, days=horizon.days, interval_min=horizon.interval_min, shifts=study.params.shifts, night=night, people=people,
        posts=posts, need=numbers, peak=peak, opened=_opened(study, numbers.shape[1]), limits=limits,
        meal_break_min=_value(study, "meal_break_length"), week_h=_week_hours(study),
        prices={code: study.params.prices.yuan(code) for code in PRICES}, contract_band_h=site.roster.contract_band_h,
        nights_free=site.roster.nights_free, cover_basis=site.cover.basis, cover_gap_h=site.cover.min_gap_h, wishes=_wishes(study),
        pins=pins, spill=_spill(study, past), requirement=need, study=study,
        weekends=_weekends(study), week_extra_days=_make_up_days(study), settings=site.roster, published=_published(study, people),
    )  # fmt: skip
    findings += check_problem(found) + check_pins(found)
    if findings:
        raise RosterError(findings=findings)
    return found


def _limit(study: Study, code: str, day: dt.date) -> float | None:
    law = study.params.law
    return law.limit(code, day) if law.active(code, day) else None


def _value(study: Study, code: str) -> float:
    return float(study.params.law.value(code, study.horizon.start))


def _night_window(study: Study) -> tuple[tuple[int, int], int]:
    law, day = study.params.law, study.horizon.start
    window = minute_of(str(law.value("night_window_start", day))), minute_of(str(law.value("night_window_end", day)))
    return window, round(_value(study, "night_least") * 60)


def _night_shifts(study: Study) -> tuple[bool, ...]:
    window, least = _night_window(study)
    return tuple(s.is_night(window, least) for s in study.params.shifts)


def _day(study: Study, date: object) -> int:
    return (pd.Timestamp(date).date() - study.horizon.start).days


def _staff(study: Study) -> pd.DataFrame:
    return study.employees.sort_values("position", kind="stable").reset_index(drop=True)


def _people(study: Study, past: dict[str, list[Duty]]) -> tuple[Person, ...]:
    leave: dict[str, dict[int, float]] = {}
    for row in study.leave.itertuples(index=False):
        leave.setdefault(row.employee_id, {})[_day(study, row.date)] = float(row.hours_h)
    held = _skills(study)
    found = []
    for row in _staff(study).itertuples(index=False):
        first, last = _day(study, row.hired), study.horizon.days if pd.isna(row.left) else _day(study, row.left)
        protected = not pd.isna(row.no_overtime_until) and _day(study, row.no_overtime_until) >= 0
        person = Person(
            employee_id=row.employee_id, scheme=row.hours_scheme, first_day=first, last_day=last,
            contract_h=_contract_h(study, row.fte_share, first, last), leave_h=_inside(leave.get(row.employee_id, {}), first, last, study),
            overtime_max_h=0.0 if pd.isna(row.overtime_max_h) else float(row.overtime_max_h),
            overtime_protected=protected, no_night_through=-1 if pd.isna(row.no_night_until) else _day(study, row.no_night_until),
            lead=row.role in LEADS, team=row.team if isinstance(row.team, str) else "", fte_share=float(row.fte_share),
            cycle_balance_h=0.0 if pd.isna(row.cycle_balance_h) else float(row.cycle_balance_h), posts=_team_posts(study, row.team),
            skills=tuple(_held_on(held.get(row.employee_id, {}), d) for d in range(study.horizon.days)), history=tuple(past.get(row.employee_id, [])),
        )  # fmt: skip
        found.append(person)
    return tuple(found)


def _inside(leave_h: dict[int, float], first: int, last: int, study: Study) -> dict[int, float]:
    """Leave on days of the horizon in employment."""
    return {day: hours for day, hours in leave_h.items() if max(first, 0) <= day <= min(last, study.horizon.days - 1)}


def _contract_h(study: Study, fte_share: float, first: int, last: int) -> float:
    """Contract hours of the month: full-time equivalent x normal hours x legal workdays in employment."""
    begin, end = max(first, 0), min(last, study.horizon.days - 1)
    if begin > end:
        return 0.0
    workdays = legal_workdays(study.calendar, study.horizon.dates[begin], study.horizon.dates[end])
    return float(fte_share) * _value(study, "normal_day_hours") * workdays


def _skills(study: Study) -> dict[str, dict[str, int]]:
    """Skills of each person with the day number from which they count."""
    held: dict[str, dict[str, int]] = {}
    for row in study.skills.itertuples(index=False):
        held.setdefault(row.employee_id, {})[row.skill] = -10_000 if pd.isna(row.since) else _day(study, row.since)
    return held


def _held_on(held: dict[str, int], day: int) -> frozenset[str]:
    return frozenset(skill for skill, since in held.items() if since <= day)


def _grids(need: pd.DataFrame, study: Study) -> tuple[np.ndarray, np.ndarray]:
    """People to roster and peak flags as arrays (queues, intervals).

    Raises
    ------
    RosterError  if a queue or an interval is missing, or a queue is unknown.
    """
    queues, horizon = list(study.params.site.queues), study.horizon
    after = (need["interval_start"] - pd.Timestamp(horizon.end)) // pd.Timedelta(minutes=horizon.interval_min)
    intervals = horizon.intervals.append(horizon.morning(max(0, int(after.max()) + 1 if len(after) else 0)))
    unknown, allowed = sorted(set(need["queue"]) - set(queues)), ", ".join(queues)
    findings = [Finding("roster.unknown_queue", "requirement", {"given": name, "allowed": allowed}) for name in unknown]
    numbers, peak = np.zeros((len(queues), len(intervals)), dtype=np.int64), np.zeros((len(queues), len(intervals)), dtype=bool)
    for i, queue in enumerate(queues):
        rows = need[need["queue"] == queue].set_index("interval_start")
        missing = intervals.difference(rows.index)
        if len(missing):
            facts = {"queue": queue, "count": len(missing), "first": f"{missing[0]:%Y-%m-%d %H:%M}"}
            findings.append(Finding("roster.need_missing", "requirement", facts))
        else:
            numbers[i], peak[i] = rows.loc[intervals, "scheduled"], rows.loc[intervals, "peak"]
    if findings:
        raise RosterError(findings=findings)
    return numbers, peak


def _opened(study: Study, slots: int) -> np.ndarray:
    times = [(t.weekday(), t.hour * 60 + t.minute) for t in [*study.horizon.intervals, *study.horizon.morning(study.horizon.slots_per_day)]][:slots]
    return np.array([[queue.open_at(weekday, minute) for weekday, minute in times] for queue in study.params.site.queues.values()])


def _make_up_days(study: Study) -> dict[int, int]:
    """Monday's day number of each week that touches the horizon -> its make-up workdays."""
    made_up = {_day(study, d) for d in study.calendar.loc[study.calendar["kind"] == "make_up_workday", "date"]}
    return {monday: len(made_up & set(range(monday, monday + 7))) for monday in range(-study.horizon.start.weekday(), study.horizon.days, 7)}


def _week_hours(study: Study) -> dict[int, float]:
    """The same weeks -> hours on top of the weekly limit for their make-up workdays."""
    normal = _value(study, "normal_day_hours")
    return {monday: normal * days for monday, days in _make_up_days(study).items()}


def _weekends(study: Study) -> tuple[tuple[int, ...], ...]:
    """Saturdays and Sundays of the month by weekend."""
    saturdays = range(5 - study.horizon.start.weekday() - 7, study.horizon.days, 7)
    found = (tuple(d for d in (saturday, saturday + 1) if 0 <= d < study.horizon.days) for saturday in saturdays)
    return tuple(days for days in found if days)


def _published(study: Study, people: tuple[Person, ...]) -> dict[tuple[int, int], int | None]:
    """Days that people know already (S000-02): shift or None, unless the person is on leave now; unknown shifts count as a day off."""
    number, codes = {who.employee_id: i for i, who in enumerate(people)}, {s.code: i for i, s in enumerate(study.params.shifts)}
    found = {}
    for row in study.published.itertuples(index=False):
        p, day = number.get(row.employee_id), _day(study, row.date)
        if p is not None and 0 <= day < study.horizon.days and day not in people[p].leave_h and people[p].first_day <= day <= people[p].last_day:
            found[p, day] = codes.get(row.shift) if row.kind == WORK else None
    return found


def _team_posts(study: Study, team: object) -> frozenset[int] | None:
    """Posts of a person's own team (S001-03); None where the director allocates across posts (S002-29) or the team has none of its own."""
    settings, queues = study.params.site.roster, list(study.params.site.queues)
    own = None if pd.isna(team) or settings.allocation == "site" else settings.teams.queues.get(str(team))
    return None if own is None else frozenset(queues.index(q) for q in own)


def _wishes(study: Study) -> tuple[Wish, ...]:
    number = {row.employee_id: i for i, row in enumerate(_staff(study).itertuples(index=False))}
    codes = {s.code: i for i, s in enumerate(study.params.shifts)}
    found = []
    for row in study.wishes.itertuples(index=False):
        day = _day(study, row.date)
        if row.employee_id in number and 0 <= day < study.horizon.days:
            found.append(Wish(number[row.employee_id], day, codes.get(row.wish), float(row.weight)))
    return tuple(sorted(found, key=lambda w: (w.person, w.day)))


def _unknown_wishes(study: Study) -> list[Finding]:
    codes = [s.code for s in study.params.shifts]
    unknown = sorted(set(study.wishes["wish"]) - {*codes, OFF})
    return [Finding("roster.wish_shift", "wishes", {"given": wish, "allowed": ", ".join(codes)}) for wish in unknown]


def _spill(study: Study, past: dict[str, list[Duty]]) -> tuple[Spill, ...]:
    """Duties of the month before that end inside the horizon, in the order of the staff list (people who left come last)."""
    position = dict(zip(study.employees["employee_id"], study.employees["position"], strict=True))
    held, wanted = _skills(study), frozenset(q.skill for q in study.params.site.queues.values())
    leads = set(study.employees.loc[study.employees["role"].isin(LEADS), "employee_id"])
    spilled = [(who, d, _held_on(held.get(who, {}), d.day)) for who, done in past.items() for d in done if d.end > 0]
    found = [Spill(who, skills & wanted, duty, skills, who in leads) for who, duty, skills in spilled]
    return tuple(sorted(found, key=lambda s: (position.get(s.employee_id, len(position) + 1), s.duty.start)))


def _pins(study: Study) -> tuple[dict[tuple[int, int], Pin], list[Finding]]:
    """Pinned cells by (person, day); a pin that names nothing known is a finding."""
    number = {row.employee_id: i for i, row in enumerate(_staff(study).itertuples(index=False))}
    codes, queues = [s.code for s in study.params.shifts], list(study.params.site.queues)
    pins: dict[tuple[int, int], Pin] = {}
    findings = []
    for row in study.pins.itertuples(index=False):
        where, day = study.pin_place(row.employee_id, row.date.date()), _day(study, row.date)
        if row.employee_id not in number or not 0 <= day < study.horizon.days:
            findings.append(Finding("roster.pin_outside", where, {"month": study.month}))
        elif row.kind == WORK and row.shift not in codes:
            findings.append(Finding("roster.pin_shift", where, {"given": row.shift, "allowed": ", ".join(codes)}))
        elif row.kind == WORK:
            home = None if pd.isna(row.queue) else queues.index(row.queue) if row.queue in queues else -2
            pins[number[row.employee_id], day] = Pin(codes.index(row.shift), home, _break_starts(row))
        elif row.kind == LEAVE and day not in _people_leave(study, row.employee_id):
            findings.append(Finding("roster.pin_leave", where, {}))
        else:
            pins[number[row.employee_id], day] = Pin(None)
    return pins, findings


def _break_starts(row: object) -> tuple[int, ...] | None:
    """Starts of pinned breaks [min after the shift's start]; None if the pin leaves them free."""
    if pd.isna(row.breaks) or not row.breaks:
        return None
    return tuple(round((a - row.start).total_seconds() / 60) for a, _ in read_breaks(row.breaks, row.start))


def _people_leave(study: Study, employee_id: str) -> set[int]:
    return {_day(study, d) for d in study.leave.loc[study.leave["employee_id"] == employee_id, "date"]}
