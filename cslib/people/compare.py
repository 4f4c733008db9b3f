"""Two ladders on the same people: who moves, when, why, and at what cost. Aggregates only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core import words
from cslib.params.ladder_files import Ladder
from cslib.people.course import Course
from cslib.people.proposals import reading_name

LEAST = 10  # people in a cell that is shown (privacy requirement P06)


@dataclass(frozen=True)
class Comparison:
    """Two courses of the same people.

    moves : by ladder: people, up, down, share moved up, median month of the first move up
    joint : people by (moved up under the first, moved up under the second)
    why : proposals by ladder and rule;  cost : [month] grade pay by ladder [yuan], filled amounts;  headcount : [month, grade] by ladder
    """

    moves: pd.DataFrame
    joint: pd.DataFrame
    why: pd.DataFrame
    cost: pd.DataFrame


def monthly_cost(course: Course) -> np.ndarray:
    """Grade pay of all people, month by month [yuan]; amounts of the ladder's ``pay_yuan``, which are illustrative."""
    pay = np.array([*(course.ladder.spec.pay_yuan[grade] for grade in course.ladder.grades), 0.0])
    return pay[course.pay_grade].sum(axis=0)


def headcount(course: Course) -> pd.DataFrame:
    """People by month and grade in force."""
    counts = [np.bincount(course.grade[:, t][course.grade[:, t] >= 0], minlength=len(course.ladder.grades)) for t in range(course.panel.months)]
    return pd.DataFrame(counts, index=course.panel.months_text, columns=list(course.ladder.grades))


def steps(course: Course) -> tuple[np.ndarray, np.ndarray]:
    """(first month of a move up, number of moves down) of each person; -1 where there is none. The end of a trial is no promotion."""
    first = np.full(len(course.panel.people), -1)
    down = np.zeros(len(course.panel.people), dtype=int)
    trial = course.ladder.spec.trial_grade
    for batch in course.batches:
        moved = batch.accepted & (batch.after != batch.before)
        start = np.array([course.ladder.grades[g] == trial for g in batch.before])
        rows = batch.rows[moved & (batch.after > batch.before) & ~start]
        fresh = rows[first[rows] < 0]
        first[fresh] = batch.month
        down[batch.rows[moved & (batch.after < batch.before)]] += 1
    return first, down


def compare_ladders(one: Course, other: Course) -> Comparison:
    """Put two courses of the same panel side by side.

    Raises
    ------
    ValueError  if they are not of the same people and months.
    """
    if one.panel.people != other.panel.people or one.panel.months_text != other.panel.months_text:
        raise ValueError("compare_ladders needs two courses of the same people and months")
    rows, firsts = [], []
    for course in (one, other):
        first, down = steps(course)
        firsts.append(first >= 0)
        median = float(np.median(first[first >= 0]) + 1) if (first >= 0).any() else float("nan")
        rows.append(
            {"scheme": label(course), "people": len(first), "moved_up": int((first >= 0).sum()), "moved_down": int((down > 0).sum()),
             "up_share": float((first >= 0).mean()), "median_month": median}
        )  # fmt: skip
    joint = pd.crosstab(pd.Series(firsts[0], name="first"), pd.Series(firsts[1], name="second")).reindex(
        index=[False, True], columns=[False, True], fill_value=0
    )
    why = [(label(course), batch.rule, len(batch.rows)) for course in (one, other) for batch in course.batches]
    counted: Counter[tuple[str, str]] = Counter()
    for name, rule, number in why:
        counted[name, rule] += number
    reasons = pd.DataFrame(
        [{"scheme": name, "rule": rule, "proposals": n} for (name, rule), n in counted.items()], columns=["scheme", "rule", "proposals"]
    )
    cost = pd.DataFrame({label(course): monthly_cost(course) for course in (one, other)}, index=one.panel.months_text)
    return Comparison(pd.DataFrame(rows), joint, reasons, cost)


def label(course: Course) -> str:
    """Name of a course's ladder."""
    return ladder_label(course.ladder)


def ladder_label(ladder: Ladder) -> str:
    """Name of a ladder in the language in use, with its reading."""
    name = words.pick(ladder.spec.meaning)
    return f"{name} [{reading_name(ladder.reading)}]" if ladder.reading else name
