"""Reading scenario files: people, lines of roster and covers, what is expected."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import build
import pandas as pd

from cslib.core import tables
from cslib.core.shifts import Pattern, Shift
from cslib.intake.study import Study
from cslib.params.roster_settings import RosterSettings
from cslib.params.site import CoverRule

KEYS = {
    "name",
    "people",
    "history",
    "roster",
    "covers",
    "leave",
    "pins",
    "calendar",
    "law",
    "never_empty",
    "need",
    "cover",
    "settings",
    "shifts",
    "first",
    "days",
    "expect",
}
LINE = re.compile(
    r"(?P<first>\d{4}-\d\d-\d\d)(\.\.(?P<last>\d{4}-\d\d-\d\d))? (?P<who>\w+) "
    r"((?P<off>rests|on leave)|works (?P<code>\w+)( at (?P<post>\w+))?"
    r"(, (break (?P<breaks>[\d:;-]+)|(?P<none>no break)))?(, from (?P<start>\d\d:\d\d) to (?P<end>\d\d:\d\d))?)$"
)
COVER = re.compile(r"(?P<day>\d{4}-\d\d-\d\d) (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d) (?P<who>\w+) covers (?P<post>\w+) for (?P<absent>\w+)$")
FOUND = re.compile(r"(?P<who>\w+|at a post) (?P<start>\d{4}-\d\d-\d\d( \d\d:\d\d)?)(: (?P<value>[\d.]+), limit (?P<limit>[\d.]+))?$")
SKILLS = {"north_lobby": "lobby", "south_lobby": "lobby", "floater": "floater", "reception": "reception"}


@dataclass(frozen=True)
class Case:
    """A scenario: what the audit gets, and what it must say as (person, start, value, limit)."""

    study: Study
    roster: pd.DataFrame
    covers: pd.DataFrame
    need: pd.DataFrame
    expected: list[tuple[str, str, float | None, float | None]]


def case(data: dict[str, Any]) -> Case:
    """A case of a file, built.

    Raises
    ------
    ValueError  if a key or a line is not of the form that README.md describes.
    """
    if unknown := set(data) - KEYS:
        raise ValueError(f"{data.get('name')}: unknown keys {sorted(unknown)}")
    settings = {"cover": CoverRule.model_validate(data.get("cover", {})), "roster": RosterSettings.model_validate(data.get("settings", {}))}
    site = build.params(_queues(data), shifts=_shifts(data.get("shifts", {})), limits=data.get("law"), **settings)
    people = {who: _person(facts or {}) for who, facts in data["people"].items()}
    special = {str(day): kind for day, kind in data.get("calendar", {}).items()}
    base = build.study(site, people, month=str(data.get("first", "2026-12-01")), days=data.get("days", 31), special=special)
    history, pins = (_checked([row for line in data.get(k, []) for row in _rows(line)]) for k in ("history", "pins"))
    leave = [{"employee_id": who, "date": day, "kind": "paid", "hours_h": 8.0} for who, days in data.get("leave", {}).items() for day in days]
    given = {"last_roster": history, "pins": pins, "leave": tables.check("leave", pd.DataFrame(leave)) if leave else tables.empty("leave")}
    base = build.changed(base, **given)
    roster = build.rows(*(row for line in data.get("roster", []) for row in _rows(line)))
    covers = build.covers(*(_cover(line) for line in data.get("covers", [])))
    return Case(base, roster, covers, _need(base, data), [_expected(line) for line in data["expect"]])


def _shifts(changes: dict[str, dict[str, Any]]) -> list[Shift]:
    """The shift list with patterns, standby, split hours or a session in the first break of some shifts."""
    found = []
    for shift in build.SHIFTS:
        facts = dict(changes.get(shift.code, {}))
        of_break = {key: facts.pop(key) for key in ("split", "session") if key in facts}
        breaks = tuple(dataclasses.replace(b, **of_break) if i == 0 else b for i, b in enumerate(shift.breaks))
        standby = bool(facts.pop("standby", False))
        pattern = Pattern(**{key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()})
        found.append(dataclasses.replace(shift, breaks=breaks, standby=standby, pattern=pattern))
    return found


def _queues(data: dict[str, Any]) -> dict[str, Any]:
    queues = {}
    for name, skill in SKILLS.items():
        hours = data.get("never_empty", {}).get(name)
        more = {"opening": ({"from": hours[0], "to": hours[1]},), "never_empty": True} if hours else {}
        queues[name] = build.queue(skill, may_leave=name == "floater", **more)
    return queues


def _person(facts: dict[str, Any]) -> dict[str, Any]:
    plain = {"skills": list(dict.fromkeys(SKILLS.values()))}
    return {**plain, **{"hours_scheme" if k == "hours" else k: v for k, v in facts.items()}}


def _rows(line: str) -> list[dict[str, Any]]:
    parts = LINE.match(line)
    if parts is None:
        raise ValueError(f"not a roster line: {line}")
    first = dt.date.fromisoformat(parts["first"])
    last = dt.date.fromisoformat(parts["last"] or parts["first"])
    return [_row(parts, first + dt.timedelta(days=i)) for i in range((last - first).days + 1)]


def _row(parts: re.Match[str], day: dt.date) -> dict[str, Any]:
    if parts["off"]:
        return build.off(parts["who"], day, {"rests": "rest", "on leave": "leave"}[parts["off"]])
    known = parts["code"] in {s.code for s in build.SHIFTS}
    row = build.work(parts["who"], day, parts["code"] if known else "E", parts["post"], "" if parts["none"] else parts["breaks"])
    times = {key: pd.Timestamp(f"{day} {parts[key]}") for key in ("start", "end") if parts[key]}
    return {**row, "shift": parts["code"], **times}


def _cover(line: str) -> dict[str, Any]:
    parts = COVER.match(line)
    if parts is None:
        raise ValueError(f"not a cover line: {line}")
    start, end = (pd.Timestamp(f"{parts['day']} {parts[key]}") for key in ("start", "end"))
    minutes = int((end - start).total_seconds() // 60) % 1440
    return build.cover(parts["post"], parts["absent"], parts["who"], start, minutes)


def _checked(given: list[dict[str, Any]]) -> pd.DataFrame:
    return tables.check("roster", build.rows(*given)) if given else tables.empty("roster")


def _need(base: Study, data: dict[str, Any]) -> pd.DataFrame:
    """One person at each post, none at peak, but for ``need: {reception: {heads: 2, peak: true}}``."""
    frame = build.need(base).assign(peak=False)
    for name, facts in data.get("need", {}).items():
        here = frame["queue"] == name
        frame.loc[here, ["on_post", "scheduled"]] = facts["heads"]
        clock = frame["interval_start"].dt.strftime("%H:%M")
        inside = (clock >= facts.get("from", "00:00")) & (clock < facts.get("to", "24:00"))
        frame.loc[here, "peak"] = inside[here] & facts.get("peak", False)
    return frame


def _expected(line: str) -> tuple[str, str, float | None, float | None]:
    parts = FOUND.match(line)
    if parts is None:
        raise ValueError(f"not a violation: {line}")
    who = "" if parts["who"] == "at a post" else parts["who"]
    value, limit = (float(parts[k]) if parts[k] else None for k in ("value", "limit"))
    return who, parts["start"] if " " in parts["start"] else f"{parts['start']} 00:00", value, limit
