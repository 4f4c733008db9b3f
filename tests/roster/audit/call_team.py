"""A clean month of a small call centre: pooled agents on two phone queues, and a counter that may never be empty while it is open.

All work Mon-Fri, B2, K1 and the spare C1 on comprehensive hours, H1 part-time, the others on standard hours. B1 relieves K1's meal at the counter.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import build
import pandas as pd
from build import cover, queue, work
from front_desk import WEEK, Month

from cslib.core import tables

ROTA = {
    "A1": ("Q", 180),
    "A2": ("Q", 300),
    "B1": ("Q", 300),
    "A3": ("R", 180),
    "A4": ("R", 240),
    "B2": ("R", 300),
    "K1": ("D", 240),
    "H1": ("T", None),
}
LEAVE = "2026-12-24"


def queues() -> dict[str, Any]:
    """Chinese phone needs four at its peak from 11 to 15, English one; the counter one."""
    calls = [("08:00", "11:00", 2), ("11:00", "15:00", 4), ("15:00", "20:00", 2)]
    day = {"days": WEEK, "from": "08:00", "to": "17:00"}
    return {
        "phone_zh": queue("zh", *({"days": WEEK, "from": a, "to": b, "heads": n} for a, b, n in calls), channel="phone"),
        "phone_en": queue("en", {"days": WEEK, "from": "11:00", "to": "17:00", "heads": 1}, channel="phone"),
        "reception": queue("reception", {**day, "heads": 1}, never_empty=True, opening=(day,)),
    }


def people() -> dict[str, dict[str, Any]]:
    """Staff with skills and schemes."""
    standard = {"hours_scheme": "standard"}
    found: dict[str, dict[str, Any]] = {who: {"skills": ["zh"], **standard} for who in ("A1", "A2", "A3", "A4")}
    found["B1"] = {"skills": ["zh", "en", "reception"], **standard}
    found["B2"] = {"skills": ["zh", "en"], "no_overtime_until": "2027-03-31", "overtime_max_h": 20.0}
    found["K1"] = {"skills": ["reception"], "overtime_max_h": 3.5}
    found["H1"] = {"skills": ["zh"], "hours_scheme": "part_time", "fte_share": 0.5}
    found["C1"] = {"skills": ["zh", "reception"], "overtime_max_h": 60.0, "no_night_until": "2026-12-10"}
    found["Z1"] = {"skills": ["other"], **standard, "hired": "2026-12-14"}
    return found


def month(**site: Any) -> Month:
    """The clean month of December 2026."""
    base = build.study(build.params(queues(), **site), people())
    days = pd.bdate_range("2026-11-16", "2026-12-31")
    duties = [_duty(who, d.date()) for d in days for who in ROTA]
    relief = [cover("reception", "K1", "B1", d + pd.Timedelta(hours=12), 60) for d in days if d >= pd.Timestamp("2026-12-01")]
    leave = pd.DataFrame([{"employee_id": "A4", "date": LEAVE, "kind": "unpaid", "hours_h": 8.0}])
    first = pd.Timestamp("2026-12-01")
    past = tables.check("roster", build.rows(*(r for r in duties if r["date"] < first)))
    pins = tables.check("roster", build.rows(build.off("C1", "2026-12-20")))
    base = build.changed(base, last_roster=past, leave=tables.check("leave", leave), pins=pins)
    roster = build.rest_of_month(base, [r for r in duties if r["date"] >= first])
    return Month(base, roster, tables.check("covers", build.covers(*relief)), build.need(base))


def _duty(who: str, day: dt.date) -> dict[str, Any]:
    if (who, day.isoformat()) == ("A4", LEAVE):
        return build.off(who, day, "leave")
    code, at = ROTA[who]
    return work(who, day, code, "reception" if code == "D" else None, at=at)
