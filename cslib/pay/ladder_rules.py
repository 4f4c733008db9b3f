"""A ladder file as the simulation sees it: thresholds on one score, runs, review period, pay lag - or a refusal that names what it can't say."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cslib.core.errors import Finding, PayError
from cslib.params.ladder_files import Ladder as LadderData
from cslib.params.ladders import Criterion, Rule
from cslib.pay.ladder import Ladder

SERVICE = "months_in_service"


@dataclass(frozen=True)
class _Line:
    """A threshold on the score: value in force, how many periods running."""

    at: float
    runs: int
    metric: str


def ladder_of(data: LadderData, grades: tuple[str, ...]) -> Ladder:
    """The rules of a ladder file (``params/ladders``) over the grades of a pay structure.

    Expressible are moves of one grade on the mean of one score over the review period, also several periods running, and the end of a trial after
    as many months as a promotion takes. ``>`` and ``<=`` become the next number, since scores have no steps. Grades of the structure that the file
    does not have stay as they are. Coaching and the like move nobody and are left out.

    Parameters
    ----------
    data : an opened ladder file;  grades : grades of the pay structure, lowest first

    Raises
    ------
    PayError  with a finding for every rule that can't be expressed so (ranks, tests, quotas, time in grade ...), and for grades that the
        structure does not have: the way out is a table of monthly chances.

    Source: catalogue S003-H5, S003-H6, S003-Q6 to S003-Q9 (rules of this kind); S003-O5, S003-O11 (pay follows in the month after).
    """
    findings: list[Finding] = []
    where = f"params/ladders/{data.name}.yml"
    missing = [grade for grade in data.grades if grade not in grades]
    if missing:
        raise PayError("pay.ladder_grades", where=where, given=", ".join(missing), allowed=", ".join(grades))
    up, down = np.full(len(grades), np.inf), np.full(len(grades), -np.inf)
    runs: dict[int, set[int]] = {1: set(), -1: set()}
    metrics: set[str] = set()
    trials: list[tuple[int, float]] = []
    for name, rule in data.spec.rules.items():
        if rule.outcome != "move":
            continue
        try:
            for grade, step in _moves(data, rule, grades):
                trial = _trial(data, rule)
                if trial is not None and step == 1:
                    trials.append((grade, trial))
                    continue
                line = _line(data, rule, 1 if step == 1 else -1)
                (up if step == 1 else down)[grade] = line.at
                runs[step].add(line.runs)
                metrics.add(line.metric)
        except _Inexpressible as problem:
            findings.append(Finding("pay.ladder_rule", f"{where}: rules.{name}", {"given": problem.what}))
    up_runs, down_runs = (next(iter(found)) if found else 1 for found in (runs[1], runs[-1]))
    if any(len(found) > 1 for found in runs.values()) or len(metrics) > 1:
        findings.append(Finding("pay.ladder_rule", where, {"given": ", ".join(sorted(metrics)) + f"; {sorted(runs[1])}, {sorted(runs[-1])}"}))
    for grade, months in trials:
        if months != up_runs * data.spec.review_months:
            findings.append(Finding("pay.ladder_rule", where, {"given": f"{SERVICE} {months:g}"}))
        up[grade] = -np.inf
    if data.spec.restart_after_move == "nothing" and max(up_runs, down_runs) > 1:
        findings.append(Finding("pay.ladder_rule", where, {"given": "restart_after_move: nothing"}))
    if data.spec.grade_lag_months != 1:
        findings.append(Finding("pay.ladder_rule", where, {"given": f"grade_lag_months: {data.spec.grade_lag_months}"}))
    if findings:
        raise PayError(findings=findings)
    return Ladder(grades, up, down, up_runs, down_runs, data.spec.review_months, data.spec.pay_lag_months - 1)


class _Inexpressible(Exception):
    """A part of a rule that thresholds on a score can't say."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(what)


def _moves(data: LadderData, rule: Rule, grades: tuple[str, ...]) -> list[tuple[int, int]]:
    """Places of the grades a rule applies to, and +1 or -1; a move has to lead to the neighbour in the structure."""
    if rule.quota is not None or rule.place is not None or rule.to_line is not None or rule.months:
        raise _Inexpressible("quota, place, to_line, months")
    found = []
    for line_name, line in data.spec.lines.items():
        if rule.line is not None and rule.line != line_name:
            continue
        for place, grade in enumerate(line.grades):
            if rule.grades and grade not in rule.grades:
                continue
            to = rule.to if rule.to is not None else _neighbour(line.grades, place, rule.step or 0)
            if to is None or to == grade:
                continue
            step = grades.index(to) - grades.index(grade)
            if step not in (1, -1):
                raise _Inexpressible(f"{grade} -> {to}")
            found.append((grades.index(grade), step))
    return found


def _neighbour(line: tuple[str, ...], place: int, step: int) -> str | None:
    return line[place + step] if 0 <= place + step < len(line) else None


def _trial(data: LadderData, rule: Rule) -> float | None:
    """Months of service after which a rule ends the trial; None for other rules."""
    if len(rule.when) != 1:
        return None
    criterion = data.spec.criteria[rule.when[0]]
    return criterion.value if criterion.metric == SERVICE and criterion.op == ">=" else None


def _line(data: LadderData, rule: Rule, direction: int) -> _Line:
    """The threshold behind a rule's criteria."""
    if len(rule.when) != 1:
        raise _Inexpressible(" + ".join(rule.when) or "-")
    criterion, runs = data.spec.criteria[rule.when[0]], 1
    if criterion.of is not None:
        if criterion.streak is None:
            raise _Inexpressible(rule.when[0])
        criterion, runs = data.spec.criteria[criterion.of], criterion.streak
    return _Line(_threshold(data, criterion, rule.when[0], direction), runs, str(criterion.metric))


def _threshold(data: LadderData, criterion: Criterion, name: str, direction: int) -> float:
    """Score from which (upwards), or below which (downwards), a criterion holds."""
    counts = criterion.metric is None or criterion.metric not in data.spec.inputs or criterion.value is None
    mean = criterion.over == data.spec.review_months and (criterion.by == "mean" or criterion.over == 1)
    if counts or not mean or criterion.op not in ({1: (">=", ">"), -1: ("<", "<=")}[direction]):
        raise _Inexpressible(name)
    value = float(criterion.value or 0.0)
    return math.nextafter(value, math.inf) if criterion.op in (">", "<=") else value
