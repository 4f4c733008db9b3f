"""Studies, rosters, covers and needs made by hand for the tests of the audit and of the hours table."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from cslib.core import tables
from cslib.core.horizon import Horizon
from cslib.core.shifts import Break, Shift, write_breaks
from cslib.intake.study import Study
from cslib.params import Params, open_params
from cslib.params.site import CoverRule, Peak, Queue, RosterSettings

POSTS = ("north_lobby", "south_lobby", "floater")
LOBBY_MEAL = {"E": (210, 300), "M": (120, 240), "N": (150, 240)}
SHIFTS = (
    *(Shift(c, start, 480, (Break(30, *LOBBY_MEAL[c], paid=True),), queues=POSTS) for c, start in (("E", 420), ("M", 900), ("N", 1380))),
    Shift("D", 480, 540, (Break(60, 180, 300),), queues=("reception",)),
    Shift("L", 480, 660, (Break(60, 180, 300),), queues=("reception",)),
    Shift("LL", 480, 750, (Break(60, 180, 300),), queues=("reception",)),
    Shift("P", 480, 240, queues=("reception",)),
    Shift("A", 360, 240, queues=POSTS),
    Shift("V", 1140, 240, queues=POSTS),
    Shift("S", 420, 600, (Break(270, 0, 240),), queues=POSTS),
    Shift("Q", 480, 540, (Break(60, 180, 300),)),
    Shift("R", 660, 540, (Break(60, 180, 300),)),
    Shift("T", 540, 240),
    Shift("U", 1080, 240),
    Shift("W", 1320, 510, (Break(30, 150, 270),)),
)
EVERY_TABLE = ("contacts", "employees", "staff_grades", "skills", "leave", "wishes", "last_roster", "pins", "calendar")


def queue(skill: str, *heads: dict[str, Any], **more: Any) -> Queue:
    """A post with fixed people: heads as in the site file."""
    data = {"name": {"zh": skill, "en": skill}, "channel": "post", "model": "heads", "skill": skill, "heads": heads or ({"heads": 1},)}
    return Queue.model_validate({**data, **more})


@cache
def _base() -> Params:
    return open_params("front_desk")


def params(queues: Mapping[str, Queue], *, shifts: Iterable[Shift] = SHIFTS, limits: Mapping[str, Any] | None = None, **site: Any) -> Params:
    """Parameters of a made-up site under the real law and price list; ``limits`` replaces rule values (None = not in force)."""
    base = _base()
    plain = {"interval_min": 30, "rules": {}, "prices": {}, "cover": CoverRule(), "peak": Peak(), "roster": RosterSettings()}
    law = base.law
    for code, value in (limits or {}).items():
        section = "rules" if code in law.rules else "values"
        entries = dict(getattr(law, section))
        entries[code] = entries[code].model_copy(update={"values": tuple(v.model_copy(update={"value": value}) for v in entries[code].values)})
        law = law.model_copy(update={section: entries})
    return dataclasses.replace(
        base, name="trial", site=base.site.model_copy(update={**plain, "queues": dict(queues), **site}), shifts=tuple(shifts), law=law
    )


def calendar(first: dt.date, last: dt.date, special: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Weekends rest, other days work, ``special`` days as given (``2027-01-01: statutory_holiday``)."""
    return _calendar(first, last, tuple((special or {}).items()))


@cache
def _calendar(first: dt.date, last: dt.date, special: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    days = pd.date_range(first, last, unit="us")
    kinds = ["rest_day" if d.weekday() >= 5 else "workday" for d in days]
    frame = pd.DataFrame({"date": days, "kind": kinds, "provisional": False})
    for day, kind in special:
        frame.loc[frame["date"] == pd.Timestamp(day), "kind"] = kind
    return tables.check("calendar", frame)


def study(
    site: Params, people: Mapping[str, Mapping[str, Any]], *, month: str = "2026-12", days: int = 0, special: Mapping[str, str] | None = None
) -> Study:
    """A study of a month, or of ``days`` days from a day on. People by id: skills (a list, or skill -> since) and columns that differ."""
    first = dt.date.fromisoformat(month if len(month) > 7 else f"{month}-01")
    horizon = Horizon(first, days or Horizon.month(month[:7], 30).days, site.site.interval_min)
    staff, skills = [], []
    for position, (who, facts) in enumerate(people.items(), start=1):
        held = facts.get("skills", ["lobby"])
        held = held if isinstance(held, Mapping) else dict.fromkeys(held)
        skills += [{"employee_id": who, "skill": s, "since": since} for s, since in held.items()]
        plain = {"hired": "2020-01-01", "hours_scheme": "comprehensive", "fte_share": 1.0, "role": "agent", "site": "trial"}
        staff.append({**plain, **{k: v for k, v in facts.items() if k != "skills"}, "employee_id": who, "position": position})
    found = {**_empties()} | {"employees": tables.check("employees", pd.DataFrame(staff))}
    if skills:
        found["skills"] = tables.check("skills", pd.DataFrame(skills))
    found["calendar"] = calendar(horizon.start - dt.timedelta(days=40), horizon.end + dt.timedelta(days=31), special)
    return Study(site, horizon, {}, (), found)


@cache
def _empties() -> dict[str, pd.DataFrame]:
    return {name: tables.empty("roster" if name in {"last_roster", "pins"} else name) for name in EVERY_TABLE}


def changed(base: Study, **given: pd.DataFrame) -> Study:
    """The study with tables replaced."""
    return Study(base.params, base.horizon, {}, (), {**{name: base.table(name) for name in EVERY_TABLE}, **given})


def with_people(base: Study, who: str, **facts: Any) -> Study:
    """The study with facts of one person replaced."""
    staff = base.employees
    for column, value in facts.items():
        staff[column] = staff[column].astype(object)
        staff.loc[staff["employee_id"] == who, column] = value
    return changed(base, employees=tables.check("employees", staff))


def work(who: str, day: dt.date | str, code: str, home: str | None = None, breaks: str | None = None, at: int | None = None) -> dict[str, Any]:
    """A row of work as the shift list defines it; breaks as early as allowed, or the first of them ``at`` minutes after the start."""
    shift = next(s for s in SHIFTS if s.code == code)
    start, end = shift.span(pd.Timestamp(day).date())
    spans = []
    for i, rule in enumerate(shift.breaks):
        low = start + pd.Timedelta(minutes=at if at is not None and i == 0 else rule.earliest_min)
        spans.append((low, low + pd.Timedelta(minutes=rule.length_min)))
    text = breaks if breaks is not None else write_breaks(spans)
    return {**off(who, day, "work"), "shift": code, "start": start, "end": end, "breaks": text or None, "queue": home}


def off(who: str, day: dt.date | str, kind: str = "rest") -> dict[str, Any]:
    """A row of rest or leave."""
    return {
        "employee_id": who, "date": pd.Timestamp(day), "kind": kind, "shift": None, "start": pd.NaT, "end": pd.NaT, "breaks": None, "queue": None,
        "pinned": False,
    }  # fmt: skip


def rows(*given: dict[str, Any]) -> pd.DataFrame:
    """Rows as a frame with the roster's columns, unchecked: a roster by hand."""
    return pd.DataFrame(list(given), columns=list(tables.spec("roster").columns))


def put(roster: pd.DataFrame, *given: dict[str, Any]) -> pd.DataFrame:
    """The roster with rows in place of those of the same person and day."""
    new = rows(*given)
    keys = set(zip(new["employee_id"], pd.to_datetime(new["date"]), strict=True))
    kept = [k not in keys for k in zip(roster["employee_id"], roster["date"], strict=True)]
    return pd.concat([roster[kept].astype(object), new.astype(object)], ignore_index=True)


def add(roster: pd.DataFrame, *given: dict[str, Any]) -> pd.DataFrame:
    """The roster with further rows."""
    return pd.concat([roster.astype(object), rows(*given).astype(object)], ignore_index=True)


def cover(post: str, absent: str, stand_in: str, start: str | pd.Timestamp, minutes: int) -> dict[str, Any]:
    """A row of covers."""
    low = pd.Timestamp(start)
    facts = {"post": post, "absent_id": absent, "stand_in_id": stand_in, "start": low, "end": low + pd.Timedelta(minutes=minutes)}
    return {**facts, "hours_h": minutes / 60, "kind": "break_relief"}


def covers(*given: dict[str, Any]) -> pd.DataFrame:
    """Rows of covers as a frame, unchecked."""
    return pd.DataFrame(list(given), columns=list(tables.spec("covers").columns))


def need(base: Study, peak_share: float = 0.8) -> pd.DataFrame:
    """Requirement of posts and queues with fixed heads; peak: at least ``peak_share`` of the day's maximum."""
    step, parts = base.horizon.interval_min, []
    for name, spec in base.params.site.queues.items():
        week = [[max((h.heads for h in spec.heads if h.holds(d, m)), default=0) for m in range(0, 1440, step)] for d in range(7)]
        days = np.array([week[date.weekday()] for date in base.horizon.dates])
        peak = (days >= peak_share * days.max(axis=1, keepdims=True)) & (days > 0)
        facts = {"queue": name, "interval_start": base.horizon.intervals, "on_post": days.ravel(), "scheduled": days.ravel()}
        parts.append(pd.DataFrame({**facts, "peak": peak.ravel(), "binding": "fixed_heads"}))
    return pd.concat(parts, ignore_index=True).assign(service_level_share=np.nan, occupancy_share=np.nan, abandonment_share=np.nan)


def rest_of_month(base: Study, worked: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """The rows with a rest row for everyone on every other day of the month, as a checked roster."""
    given = list(worked)
    taken = {(r["employee_id"], pd.Timestamp(r["date"])) for r in given}
    ids = base.employees["employee_id"]
    spare = [off(who, d) for who in ids for d in base.horizon.dates if (who, pd.Timestamp(d)) not in taken]
    return tables.check("roster", rows(*given, *spare))
