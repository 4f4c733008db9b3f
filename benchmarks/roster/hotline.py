"""Reader and recount of interval-coverage instances (JSON, see ../shared/bench/hotline/README.md)."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np

from cslib.roster.columns.intervals import Break, IntervalCover, Presence
from cslib.roster.columns.model import FORBIDDEN, OFF, Counter, History, Person, Sequence, Staff


@dataclass(frozen=True)
class Hotline:
    """An instance as the engine's abstract model, with the names to write a solution."""

    staff: Staff
    cover: IntervalCover
    constant: float
    names: tuple[str, ...]
    shifts: tuple[str, ...]


def read_hotline(path: Path) -> Hotline:
    """Read an instance."""
    data = json.loads(path.read_text(encoding="utf-8"))
    shifts, days = data["shifts"], data["days"]
    unit = 0
    for s in shifts:
        unit = gcd(unit, s["paid_min"])
    teams = sorted({tuple(p["skills"]) for p in data["people"]})
    weekday = (data["first_weekday"] + np.arange(days)) % 7
    weekend_end = (weekday == 6) & (np.arange(days) > 0)
    sequence = _sequence(data)
    people, constant = [], 0.0
    for p in data["people"]:
        person, wished = _person(p, data, sequence, unit, teams.index(tuple(p["skills"])), int(weekend_end.sum()))
        people.append(person)
        constant += wished
    staff = Staff(tuple(people), np.array([s["paid_min"] // unit for s in shifts]), weekend_end, (np.arange(days) + int(weekday[0])) // 7)
    return Hotline(staff, _cover(data, teams), constant, tuple(p["id"] for p in data["people"]), tuple(s["id"] for s in shifts))


def _sequence(data: dict) -> Sequence:
    shifts, rules, slot = data["shifts"], data["rules"], data["slot_min"]
    gap = np.zeros((len(shifts), len(shifts)), dtype=int)
    for i, a in enumerate(shifts):
        for j, b in enumerate(shifts):
            while (b["start"] + (gap[i, j] + 1) * data["slots"] - a["start"] - a["len"]) * slot < rules["min_rest_min"]:
                gap[i, j] += 1
            if a["night"] and not b["night"]:
                gap[i, j] = max(gap[i, j], rules["day_off_after_nights"])
    night = np.array([s["night"] for s in shifts])
    return Sequence(gap, night, max_run=rules["max_run"], max_night_run=rules["max_night_run"])


def _person(p: dict, data: dict, sequence: Sequence, unit: int, team: int, weekends: int) -> tuple[Person, float]:
    """A person, and the price of all his wishes for shifts (granted ones are taken off his cells)."""
    shifts, costs, days = data["shifts"], data["costs"], data["days"]
    code = {s["id"]: k for k, s in enumerate(shifts)}
    work = np.full((days, len(shifts)), FORBIDDEN)
    work[:, [code[s] for s in p["shifts"]]] = 0.0
    work[p["leave"]] = FORBIDDEN
    off = np.zeros(days)
    constant = 0.0
    for w in p["wishes"]:
        if w["shift"] == "OFF":
            work[w["day"]] += costs["wish"]
        else:
            work[w["day"], code[w["shift"]]] -= costs["wish"]
            constant += costs["wish"]
    most, least = p["max_paid_min"] // unit, -(-p["min_paid_min"] // unit)
    total = np.zeros(most + 1)
    total[:least] = FORBIDDEN
    past = p["hist"]
    history = History(past["run"], past["nights"], code[past["last"]] if past["last"] else OFF)
    counters = (Counter(sequence.night, costs["nights_free"], costs["night_over"]),)
    return Person(sequence, work, off, total, counters, max(weekends - data["rules"]["min_free_weekends"], 0), (), history, team), constant


def _cover(data: dict, teams: list[tuple[str, ...]]) -> IntervalCover:
    need = np.array(data["need"]).reshape(-1, len(data["skills"]))
    peak = np.array(data["peak"], dtype=bool).reshape(-1)
    short = np.where(peak, data["costs"]["short_peak"], data["costs"]["short"]).astype(float)
    presence = []
    for s in data["shifts"]:
        b = s["brk"]
        presence.append(Presence(s["start"], s["len"], (Break(b["len"], b["first"], b["last"]),) if b else ()))
    skills = np.array([[q in team for q in data["skills"]] for team in teams])
    prices, nobody = np.repeat(short[:, None], need.shape[1], axis=1), np.zeros((len(need), len(teams)))
    return IntervalCover(data["slots"], need, prices, np.full(len(need), float(data["costs"]["over"])), skills, tuple(presence), nobody)


def write_hotline(path: Path, instance: Hotline, plan: np.ndarray, at: np.ndarray) -> None:
    """Write a plan as person, day, shift, break_slot."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["person", "day", "shift", "break_slot"])
        for p, d in zip(*np.nonzero(plan != OFF), strict=True):
            presence = instance.cover.presence[plan[p, d]]
            start = int(d * instance.cover.slots_per_day + presence.start + at[p, d, 0]) if presence.breaks else ""
            out.writerow([instance.names[p], int(d), instance.shifts[plan[p, d]], start])


def read_hotline_plan(path: Path, instance: Hotline) -> tuple[np.ndarray, np.ndarray]:
    """Plan (people, days) and breaks (people, days, 1) of a solution file."""
    cover = instance.cover
    plan = np.full((len(instance.names), instance.staff.days), OFF, dtype=np.int64)
    at = np.zeros((*plan.shape, 1), dtype=np.int64)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            p, d, k = instance.names.index(row["person"]), int(row["day"]), instance.shifts.index(row["shift"])
            plan[p, d] = k
            if row["break_slot"]:
                at[p, d, 0] = int(row["break_slot"]) - d * cover.slots_per_day - cover.presence[k].start
    return plan, at
