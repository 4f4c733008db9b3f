"""A clean month of a 24 h front desk: two lobbies that may never be empty, a floater who relieves their meals, a reception by day.

Fifteen people in five teams rotate E E M M N N and four days off; a team is one person at each post. Beside them: two receptionists
(standard hours), one with long shifts (comprehensive, overtime approved), a part-timer, spare people without work.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import build
import pandas as pd
from build import POSTS, cover, queue, work

from cslib.core import tables
from cslib.intake.study import Study

CYCLE = "EEMMNN...."
MEAL_AT = {"E": (210, 240, 270), "M": (120, 150, 180), "N": (150, 180, 210)}  # north, south, floater
WEEK = ("mon", "tue", "wed", "thu", "fri")
FIRST = dt.date(2026, 12, 1)
LEAVE = "2026-12-24"


@dataclass(frozen=True)
class Month:
    """A study with its roster, covers and need."""

    study: Study
    roster: pd.DataFrame
    covers: pd.DataFrame
    need: pd.DataFrame


def queues() -> dict[str, Any]:
    """Posts of the desk; reception needs a second person from 10 to 12, its peak."""
    desk = [("08:00", "10:00", 1), ("10:00", "12:00", 2), ("12:00", "17:00", 1)]
    return {
        "north_lobby": queue("lobby", never_empty=True),
        "south_lobby": queue("lobby", never_empty=True),
        "floater": queue("floater", may_leave=True),
        "reception": queue(
            "reception",
            *({"days": WEEK, "from": a, "to": b, "heads": n} for a, b, n in desk),
            opening=({"days": WEEK, "from": "08:00", "to": "17:00"},),
        ),
    }


def people() -> dict[str, dict[str, Any]]:
    """Staff: T<team><post> rotate; spare people hold the lobby's skills."""
    found: dict[str, dict[str, Any]] = {}
    for team in range(5):
        for role, post in enumerate(POSTS):
            found[f"T{team}{post[0]}"] = {"skills": ["lobby", "floater"] if role == 2 else ["lobby"]}
    found["T0n"]["no_overtime_until"] = "2026-12-31"
    found["R1"] = {"skills": ["reception", "lobby"], "hours_scheme": "standard", "no_night_until": "2026-12-31"}
    found["R2"] = {"skills": ["reception"], "hours_scheme": "standard"}
    found["C1"] = {"skills": ["reception"], "overtime_max_h": 60.0}
    found["H1"] = {"skills": ["reception"], "hours_scheme": "part_time", "fte_share": 0.5}
    found["X1"] = {"skills": ["lobby", "floater"]}
    found["X2"] = {"skills": ["lobby", "floater"]}
    found["X3"] = {"skills": ["lobby"], "left": "2026-12-15"}
    return found


def month(**site: Any) -> Month:
    """The clean month of December 2026."""
    base = build.study(build.params(queues(), **site), people())
    duties, relief = _rotation(range(-14, 31))
    duties += [row for d in range(31) for row in _by_day(FIRST + dt.timedelta(days=d))]
    past = tables.check("roster", build.rows(*(r for r in duties if r["date"] < pd.Timestamp(FIRST))))
    leave = pd.DataFrame([{"employee_id": "R2", "date": LEAVE, "kind": "paid", "hours_h": 8.0}])
    pins = tables.check("roster", build.rows(build.off("X1", "2026-12-20"), work("X2", "2026-12-21", "E", "floater")))
    base = build.changed(base, last_roster=past, leave=tables.check("leave", leave), pins=pins)
    roster = build.rest_of_month(base, [r for r in duties if r["date"] >= pd.Timestamp(FIRST)])
    return Month(base, roster, tables.check("covers", build.covers(*relief)), build.need(base))


def _rotation(days: range) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Duties of the five teams, and the covers inside the month that relieve their meals."""
    duties, relief = [], []
    for d in days:
        day = FIRST + dt.timedelta(days=d)
        for team in range(5):
            code = CYCLE[(d + 2 * team) % 10]
            if code == ".":
                continue
            ids = [f"T{team}{post[0]}" for post in POSTS]
            duties += [work(who, day, code, post, at=at) for who, post, at in zip(ids, POSTS, MEAL_AT[code], strict=True)]
            for who, post, row in zip(ids[:2], POSTS, duties[-3:], strict=False):
                start = row["start"] + pd.Timedelta(minutes=MEAL_AT[code][POSTS.index(post)])
                if FIRST <= start.date() < dt.date(2027, 1, 1):
                    relief.append(cover(post, who, ids[2], start, 30))
    return duties, relief


def _by_day(day: dt.date) -> list[dict[str, Any]]:
    """Reception: R1 and R2 on workdays, C1 long shifts Mon-Thu, H1 four hours on workdays; X2's pinned duty; R2's leave."""
    found = [work("X2", day, "E", "floater")] if day == dt.date(2026, 12, 21) else []
    if day.weekday() < 5:
        found += [work("R1", day, "D", "reception", at=240), work("H1", day, "P", "reception")]
        found.append(build.off("R2", day, "leave") if day.isoformat() == LEAVE else work("R2", day, "D", "reception", at=300))
    if day.weekday() < 4:
        found.append(work("C1", day, "L", "reception", at=300))
    return found
