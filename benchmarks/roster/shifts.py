"""Reader and recount of per-shift instances (text format of Curtois and Qu 2014, see ../shared/bench/README.md)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np

from cslib.roster.columns.intervals import IntervalCover, Presence
from cslib.roster.columns.model import FORBIDDEN, OFF, Counter, Person, Sequence, Staff


@dataclass(frozen=True)
class Ward:
    """An instance as the engine's abstract model; each (day, kind) is one interval with one skill. ``constant``: price of all wishes for shifts."""

    staff: Staff
    cover: IntervalCover
    constant: float
    names: tuple[str, ...]
    shifts: tuple[str, ...]


def read_shifts(path: Path) -> Ward:
    """Read an instance."""
    rows = _sections(path)
    days = int(rows["HORIZON"][0][0])
    shifts = [(r[0], int(r[1]), [x for x in (r[2].split("|") if len(r) > 2 else []) if x]) for r in rows["SHIFTS"]]
    code = {s[0]: k for k, s in enumerate(shifts)}
    unit = 0
    for _, minutes, _ in shifts:
        unit = gcd(unit, minutes)
    gap = np.zeros((len(shifts), len(shifts)), dtype=np.int64)
    for a, (_, _, out) in enumerate(shifts):
        gap[a, [code[b] for b in out]] = 1
    names = tuple(r[0] for r in rows["STAFF"])
    number = {name: p for p, name in enumerate(names)}
    work, off, constant = np.zeros((len(names), days, len(shifts))), np.zeros((len(names), days)), 0.0
    for who, day, shift, weight in rows["SHIFT_ON_REQUESTS"]:
        constant += float(weight)
        work[number[who], int(day), code[shift]] -= float(weight)
    for who, day, shift, weight in rows["SHIFT_OFF_REQUESTS"]:
        work[number[who], int(day), code[shift]] += float(weight)
    for who, *free in rows["DAYS_OFF"]:
        work[number[who], [int(d) for d in free if d]] = FORBIDDEN
    lengths = np.array([s[1] // unit for s in shifts])
    people = tuple(_person(r, code, gap, lengths, unit, work[p], off[p]) for p, r in enumerate(rows["STAFF"]))
    calendar = np.arange(days)
    staff = Staff(people, lengths, calendar % 7 == 6, calendar // 7)
    return Ward(staff, _cover(rows["COVER"], days, code), constant, names, tuple(code))


def _sections(path: Path) -> dict[str, list[list[str]]]:
    rows: dict[str, list[list[str]]] = {}
    name = ""
    for raw in path.read_text(encoding="utf-8-sig").splitlines():
        line = raw.strip()
        if line.startswith("SECTION_"):
            name = line.removeprefix("SECTION_")
            rows[name] = []
        elif line and not line.startswith("#"):
            rows[name].append([cell.strip() for cell in line.split(",")])
    return {**{"SHIFT_ON_REQUESTS": [], "SHIFT_OFF_REQUESTS": [], "DAYS_OFF": []}, **rows}


def _person(row: list[str], code: dict[str, int], gap: np.ndarray, lengths: np.ndarray, unit: int, work: np.ndarray, off: np.ndarray) -> Person:
    days = len(off)
    most_of = dict(item.split("=") for item in row[1].split("|"))
    most, least, run, short_run, days_off, weekends = (int(x) for x in row[2:8])
    counters = []
    cells = work.copy()
    for shift, k in code.items():
        limit = int(most_of.get(shift, 0))
        if limit == 0:
            cells[:, k] = FORBIDDEN
        elif limit < min(days, most // unit // max(int(lengths[k]), 1)):
            counters.append(Counter(np.arange(len(code)) == k, limit))
    total = np.zeros(most // unit + 1)
    total[: -(-least // unit)] = FORBIDDEN
    rules = Sequence(gap, np.zeros(len(code), dtype=bool), run, short_run, days_off)
    return Person(rules, cells, off, total, tuple(counters), weekends)


def _cover(rows: list[list[str]], days: int, code: dict[str, int]) -> IntervalCover:
    """Each (day, kind) as an interval of its own."""
    kinds = len(code)
    need, short, over = np.zeros((days * kinds, 1), dtype=np.int64), np.zeros((days * kinds, 1)), np.zeros(days * kinds)
    for day, shift, wanted, under_weight, over_weight in rows:
        at = int(day) * kinds + code[shift]
        need[at, 0], short[at, 0], over[at] = int(wanted), float(under_weight), float(over_weight)
    presence = tuple(Presence(k, 1) for k in range(kinds))
    return IntervalCover(kinds, need, short, over, np.ones((1, 1), dtype=bool), presence, np.zeros((days * kinds, 1), dtype=np.int64))


def write_shifts(path: Path, ward: Ward, plan: np.ndarray) -> None:
    """Write a plan as employee, day, shift."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["employee", "day", "shift"])
        out.writerows([ward.names[p], int(d), ward.shifts[plan[p, d]]] for p, d in zip(*np.nonzero(plan != OFF), strict=True))


def read_shifts_plan(path: Path, ward: Ward) -> tuple[np.ndarray, np.ndarray]:
    """Plan (people, days) of a solution file; no breaks (people, days, 1)."""
    plan = np.full((len(ward.names), ward.staff.days), OFF, dtype=np.int64)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            plan[ward.names.index(row["employee"]), int(row["day"])] = ward.shifts.index(row["shift"])
    return plan, np.zeros((*plan.shape, 1), dtype=np.int64)
