"""The arithmetic behind one appraisal score, from values and samples to points, weights and the score."""

from __future__ import annotations

import pandas as pd

from cslib.core.errors import Finding, PeopleError
from cslib.core.trace import Trace
from cslib.params.kpi import Kpi, KpiFile


def trace_score(facts: pd.DataFrame, kpis: KpiFile, role_set: str, employee_id: str, month: str) -> Trace:
    """How a month's score follows from its KPIs; ``trace.holds()`` is true if every step can be recomputed.

    score = total(weight x points) / total(weight) over the KPIs that have a figure; points = 100 (value - floor) / (target - floor), in [0, cap].

    Raises
    ------
    PeopleError  if the person has no figure for the role set in that month.

    Source: catalogue S003-Q4, S003-Q5 (weights); definitions of ``params/kpi``.
    """
    weights = kpis.role_sets[role_set].weights
    own = facts[facts["employee_id"].eq(employee_id) & facts["period"].eq(month) & facts["kpi"].isin(list(weights))]
    if own.empty:
        raise PeopleError(findings=[Finding("people.no_figures", f"{employee_id} {month}", {"given": role_set, "allowed": ", ".join(weights)})])
    inputs: list[Trace] = []
    for number, (code, value) in enumerate(zip(own["kpi"], own["value"], strict=True), start=1):
        inputs += _points(number, kpis.kpis[code], code, float(value), float(weights[code]), ", ".join(kpis.role_sets[role_set].catalogue))
    count = range(1, len(own) + 1)
    above = " + ".join(f"weight_{i} * kpi_points_{i}" for i in count)
    below = " + ".join(f"weight_{i}" for i in count)
    made = {part.name: part.value for part in inputs}
    score = sum(made[f"weight_{i}"] * made[f"kpi_points_{i}"] for i in count) / sum(made[f"weight_{i}"] for i in count)
    return Trace("appraisal_score", score, "points", f"({above}) / ({below})", tuple(inputs), role_set, f"params/kpi, {role_set}")


def _points(number: int, kpi: Kpi, code: str, value: float, weight: float, source: str) -> tuple[Trace, Trace]:
    parts = (
        Trace("kpi_value", value, kpi.unit, rule=code, source="kpi_facts"), Trace("kpi_floor", kpi.floor, kpi.unit, rule=code),
        Trace("kpi_target", kpi.target, kpi.unit, rule=code), Trace("kpi_cap", kpi.cap, "points", rule=code),
    )  # fmt: skip
    points = min(kpi.cap, max(0.0, 100 * (value - kpi.floor) / (kpi.target - kpi.floor)))
    formula = "min(kpi_cap, max(0, 100 * (kpi_value - kpi_floor) / (kpi_target - kpi_floor)))"
    earned = Trace(f"kpi_points_{number}", points, "points", formula, parts, code, ", ".join(kpi.catalogue))
    return earned, Trace(f"weight_{number}", weight, "%", rule=code, source=source)
