"""Reading scenario files: facts month by month, and the grade expected in every month."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from cslib.params.ladder_files import Ladder, open_ladder
from cslib.people.panel import Panel

FOLDER = Path(__file__).parent / "scenarios"
KEYS = {
    "name", "starts", "line", "hired", "in_grade", "prior", "reading", "settings", "facts", "grades", "pay", "also", "bonus", "fill", "first",
}  # fmt: skip
RUN = re.compile(r"(?P<grade>[\w-]+)(?: x(?P<times>\d+))?$")


def cases() -> list[tuple[str, dict[str, Any]]]:
    """Every case with its ladder."""
    found = []
    for path in sorted(FOLDER.glob("*.yml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [(data["ladder"], case) for case in data["cases"]]
    return found


def spelled(text: str) -> list[str]:
    """``agent x3, star1`` as a list of grades, one a month."""
    grades: list[str] = []
    for part in text.split(", "):
        found = RUN.match(part)
        if found is None:
            raise ValueError(f"not a course of grades: {text}")
        grades += [found["grade"]] * int(found["times"] or 1)
    return grades


@cache
def opened(name: str, reading: str = "", settings: tuple[tuple[str, str], ...] = ()) -> Ladder:
    """A ladder, read once."""
    return open_ladder(name, reading, dict(settings))


def read_case(name: str, case: dict[str, Any]) -> tuple[Ladder, Panel, list[str]]:
    """Ladder, panel of one person, and the grades expected.

    Raises
    ------
    ValueError  if a case has a key that README.md does not describe.
    """
    if unknown := set(case) - KEYS:
        raise ValueError(f"{case['name']}: unknown keys {sorted(unknown)}")
    ladder = opened(name, case.get("reading", ""), tuple(sorted(case.get("settings", {}).items())))
    expected = spelled(case["grades"])
    months = len(expected)
    facts = {metric: _row(values, months) for metric, values in case["facts"].items()}
    hired = np.array([case.get("hired", -59) - 1])
    since = np.array([-case["in_grade"]]) if "in_grade" in case else hired
    panel = Panel(
        ("A",), case.get("first", "2026-01"), months, facts, hired, np.array([months + 1]), np.array([0]), np.array([case.get("prior", 0)]),
        (case["starts"],), since,
    )  # fmt: skip
    return ladder, panel, expected


def _row(values: Any, months: int) -> np.ndarray:
    listed = values if isinstance(values, list) else [values] * months
    if len(listed) < months:
        listed = listed + [listed[-1]] * (months - len(listed))
    return np.array([[np.nan if value == "-" else float(value) for value in listed[:months]]])
