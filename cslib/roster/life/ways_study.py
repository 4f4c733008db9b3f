"""The month as it would be with something conceded for an absence: approvals, longer shifts, a part-timer, rules of the site's own stretched."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Collection, Iterator, Mapping, Sequence

import pandas as pd

from cslib.core import tables
from cslib.core.shifts import REST, Shift
from cslib.core.units import MINUTES_PER_DAY
from cslib.intake.study import Study
from cslib.params.law import PROTECTIONS, RULES
from cslib.roster.audit.duties import Duty
from cslib.roster.life.board import Board
from cslib.roster.life.repair_search import Cells

HIRED = "hire-1"  # a part-timer who doesn't exist yet
_STEP_MIN = 60  # shifts are made longer by whole hours
_WORKDAYS = ("workday", "make_up_workday")


def approving(study: Study, hours: float, barred: Collection[str] = ()) -> Study:
    """The study with so many hours of overtime approved for everybody but some; protections and the law's limit stay in force."""
    frame = study.employees
    free = ~frame["employee_id"].isin(list(barred))
    raised = frame["overtime_max_h"].fillna(0.0).clip(lower=hours)
    return study.with_tables(employees=frame.assign(overtime_max_h=frame["overtime_max_h"].where(~free, raised)))


def longer(study: Study, duties: Sequence[Duty]) -> Study:
    """The study with shifts that go on into a missed duty, or begin within it, longer by whole hours as the law's daily hours allow."""
    limit = study.params.law.limit("daily_hours", study.horizon.start)
    made: dict[str, Shift] = {}
    for duty in duties:
        first, last = (int(at) - (duty.date - study.horizon.start).days * MINUTES_PER_DAY for at in (duty.start, duty.end))
        for shift in study.params.shifts:
            same = duty.home in shift.queues if duty.home else not shift.queues
            if same and not shift.standby:
                for found in _longer(shift, first, last, limit):
                    made.setdefault(found.code, found)
    return dataclasses.replace(study, params=dataclasses.replace(study.params, shifts=(*study.params.shifts, *made.values())))


def _longer(shift: Shift, first: int, last: int, limit_h: float) -> Iterator[Shift]:
    """A shift made longer within a stretch of a day [min]: later where it ends in it, earlier where it begins in it."""
    most = int((limit_h * 60 - shift.paid_min) // _STEP_MIN)
    for hours in range(1, most + 1):
        more, name = hours * _STEP_MIN, shift.code
        for offset in (-MINUTES_PER_DAY, 0, MINUTES_PER_DAY):
            start, end = shift.start_min + offset, shift.start_min + shift.length_min + offset
            if first <= end and end + more <= last:
                yield dataclasses.replace(shift, code=f"{name}+{hours}", length_min=shift.length_min + more)
            if first <= start - more and start <= last and shift.start_min >= more:
                breaks = tuple(dataclasses.replace(b, earliest_min=b.earliest_min + more, latest_min=b.latest_min + more) for b in shift.breaks)
                times = {"start_min": shift.start_min - more, "length_min": shift.length_min + more}
                yield dataclasses.replace(shift, code=f"{hours}+{name}", breaks=breaks, **times)


def neighbours(board: Board, study: Study, duties: Sequence[Duty]) -> list[Cells]:
    """Cells of those at the post before and after a missed duty with the longer shifts of a study, one or both; none where agents are pooled."""
    added = {shift.code: shift for shift in study.params.shifts[len(board.study.params.shifts) :]}
    found: list[Cells] = []
    for missed in duties:
        sides: tuple[list[Cells], list[Cells]] = [{}], [{}]
        for who, person in board.people.items():
            for duty in person.duties:
                entry = board.entry(who, duty.date) if duty.timed and duty.home and duty.home == missed.home else None
                if entry is None or who == missed.employee_id or not board.may_change(who, duty.date):
                    continue
                for code, shift in added.items():
                    if duty.end == missed.start and code.startswith(f"{duty.code}+"):
                        sides[0].append({(who, duty.date): dataclasses.replace(entry, code=code)})
                    if duty.start == missed.end and code.endswith(f"+{duty.code}"):
                        more = shift.length_min - board.facts.shifts[duty.code].length_min
                        sides[1].append({(who, duty.date): dataclasses.replace(entry, code=code, breaks=tuple(m + more for m in entry.breaks))})
        found += [{**one, **other} for one in sides[0] for other in sides[1] if one or other]
    return found


def stretched(study: Study, limits: Mapping[str, float]) -> Study:
    """The study with rules of the site's own stretched."""
    params, law = study.params, study.params.law
    rules = dict(law.rules)
    for code, value in limits.items():
        if code in rules:
            rules[code] = rules[code].model_copy(update={"values": tuple(v.model_copy(update={"value": value}) for v in rules[code].values)})
    cover = params.site.cover.model_copy(update={"min_gap_h": limits.get("min_gap_h", params.site.cover.min_gap_h)})
    site = params.site.model_copy(update={"cover": cover})
    return dataclasses.replace(study, params=dataclasses.replace(params, site=site, law=law.model_copy(update={"rules": rules})))


def stretches(study: Study, day: dt.date) -> dict[str, float]:
    """Rules that the site lets be stretched, and how far: its own, in force, looser than they are; never law, never what protects a person."""
    site, law, found = study.params.site, study.params.law, {}
    for code, value in site.repair.stretch.items():
        if code == "min_gap_h":
            if site.cover.basis == "stint" and value < site.cover.min_gap_h:
                found[code] = value
            continue
        entry = law.rules[code].on(day)
        if entry is None or entry.value is None or not is_own(study, code, day):
            continue
        now = float(entry.value)
        if value < now if RULES[code][1] == "min" else value > now:
            found[str(code)] = value
    return found


def is_own(study: Study, code: str, day: dt.date) -> bool:
    """True for a rule of the site's own: a choice, not law, and no protection of a person."""
    entry = study.params.law.rules[code].on(day)
    return entry is not None and entry.verification == "policy" and code not in PROTECTIONS


def hiring(study: Study, roster: pd.DataFrame, duties: Sequence[Duty], skills: Collection[str]) -> tuple[Study, pd.DataFrame]:
    """The study and the roster with a part-timer on the days of some duties, his contract hours just those; he holds some skills."""
    paid_h = sum(duty.shift.paid_min for duty in duties if duty.shift is not None) / 60
    whole = study.params.law.number("normal_day_hours", study.horizon.start)
    kinds = {day.date(): kind for day, kind in zip(study.calendar["date"], study.calendar["kind"], strict=True)}
    month = study.horizon.dates
    first, last = min(d.date for d in duties), max(d.date for d in duties)
    while (worked := sum(kinds.get(d) in _WORKDAYS for d in month if first <= d <= last)) * whole < paid_h:
        first, last = (first - dt.timedelta(days=1), last) if first > month[0] else (first, last + dt.timedelta(days=1))
    person = {
        "employee_id": HIRED, "position": int(study.employees["position"].max()) + 1, "site": study.site, "role": "agent",
        "hired": pd.Timestamp(first), "left": pd.Timestamp(last), "hours_scheme": "part_time", "fte_share": paid_h / (worked * whole),
        "overtime_max_h": math.ceil(paid_h),
    }  # fmt: skip
    held = [{"employee_id": HIRED, "skill": skill} for skill in sorted(skills)]
    cells = [{"employee_id": HIRED, "date": pd.Timestamp(d), "kind": REST, "pinned": False} for d in month if first <= d <= last]
    made = study.with_tables(employees=_added("employees", study.employees, [person]), skills=_added("skills", study.skills, held))
    return made, _added("roster", roster, cells)


def _added(name: str, frame: pd.DataFrame, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """A table with more rows, cells that are not given left empty."""
    more = [{column: row.get(column) for column in frame.columns} for row in rows]
    every = pd.DataFrame([*frame.astype(object).to_dict("records"), *more], columns=list(frame.columns), dtype=object)
    return tables.check(name, every, source=name)
