"""Random small months in the two public formats: a ward (text, people wanted per shift) and a hotline (JSON, people wanted per interval).

Every rule of the formats is drawn, tight enough to bind; some draws have a person without a legal month.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

NAMES = "ABCDEFGH"
SKILLS = ("a", "b", "c")


def write_ward(path: Path, rng: np.random.Generator) -> None:
    """A ward of three to six people, 6 to 12 days, two or three shifts, written in the text format."""
    days, shifts = int(rng.integers(6, 13)), "ELN"[: int(rng.integers(2, 4))]
    length = {s: int(rng.choice([360, 480, 720])) for s in shifts}
    banned = {s: "|".join(b for b in shifts if b != s and rng.random() < 0.35) for s in shifts}
    names = NAMES[: int(rng.integers(3, 7))]
    lines = ["SECTION_HORIZON", str(days), "SECTION_SHIFTS", *[f"{s},{length[s]},{banned[s]}" for s in shifts], "SECTION_STAFF"]
    for n in names:
        limits = "|".join(f"{s}={rng.choice([0, 2, 3, days], p=[0.1, 0.2, 0.3, 0.4])}" for s in shifts)
        most = int(rng.integers(3, 7)) * 480
        least = max(0, most - int(rng.integers(3, 7)) * 480)
        run = int(rng.integers(2, 6))
        lines.append(f"{n},{limits},{most},{least},{run},{rng.integers(1, min(run, 3) + 1)},{rng.integers(1, 4)},{rng.integers(0, 3)}")
    lines += ["SECTION_DAYS_OFF", *[f"{n},{rng.integers(days)}" for n in names if rng.random() < 0.6]]
    for section in ("SECTION_SHIFT_ON_REQUESTS", "SECTION_SHIFT_OFF_REQUESTS"):
        asked = [(n, int(rng.integers(days)), s) for n in names for s in shifts if rng.random() < 0.4]
        lines += [section, *[f"{n},{d},{s},{rng.integers(1, 4)}" for n, d, s in asked]]
    lines += ["SECTION_COVER", *[f"{d},{s},{rng.integers(0, 3)},{rng.choice([10, 100])},{rng.integers(1, 3)}" for d in range(days) for s in shifts]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_hotline(path: Path, rng: np.random.Generator) -> None:
    """A hotline of three to five people, 3 to 8 days of eight intervals, two or three skills, one shift over midnight, written as JSON."""
    days, skills = int(rng.integers(3, 9)), SKILLS[: int(rng.integers(2, 4))]
    shifts = [
        {"id": "D", "start": 1, "len": 4, "paid_min": 540, "night": False, "brk": {"len": 1, "first": 1, "last": int(rng.integers(1, 3))}},
        {"id": "L", "start": 3, "len": int(rng.integers(2, 5)), "paid_min": 360, "night": False, "brk": None},
        {"id": "N", "start": 6, "len": 3, "paid_min": 540, "night": True, "brk": None},
    ][: int(rng.integers(2, 4))]
    need = rng.integers(0, 3, (days, 8, len(skills))) * (rng.random((days, 8, len(skills))) < 0.6)
    need[0, 0] = 0  # the first morning is last month's
    codes = [s["id"] for s in shifts]
    data = {
        "days": days, "slots": 8, "slot_min": 180, "first_weekday": int(rng.integers(7)), "skills": list(skills), "shifts": shifts,
        "rules": {
            "min_rest_min": int(rng.choice([360, 660])), "max_run": int(rng.integers(2, 6)), "max_night_run": int(rng.integers(1, 4)),
            "day_off_after_nights": int(rng.integers(0, 2)), "min_free_weekends": int(rng.integers(0, 2)),
        },
        "costs": {"short": 60, "short_peak": 120, "over": 10, "wish": 25, "nights_free": int(rng.integers(0, 3)), "night_over": 30},
        "need": need.tolist(), "peak": (rng.random((days, 8)) < 0.3).tolist(),
        "people": [_person(f"P{i}", rng, days, list(skills), codes) for i in range(int(rng.integers(3, 6)))],
    }  # fmt: skip
    path.write_text(json.dumps(data), encoding="utf-8")


def _person(name: str, rng: np.random.Generator, days: int, skills: list[str], codes: list[str]) -> dict[str, object]:
    held = [q for q in skills if rng.random() < 0.6] or [skills[0]]
    most = int(rng.integers(1, days + 1))
    last = str(rng.choice([*codes, ""]))
    run = int(rng.integers(1, 3)) if last else 0
    return {
        "id": name, "skills": held, "shifts": [c for c in codes if rng.random() < 0.9] or codes[:1],
        "min_paid_min": int(rng.integers(0, most)) * 360, "max_paid_min": most * 540,
        "leave": sorted({int(rng.integers(days)) for _ in range(int(rng.integers(0, 2)))}),
        "wishes": [{"day": int(d), "shift": str(rng.choice([*codes, "OFF"]))} for d in np.flatnonzero(rng.random(days) < 0.25)],
        "hist": {"run": run, "nights": run if last == "N" else 0, "last": last or None},
    }  # fmt: skip
