"""What a pay fact can plausibly be: range and unit of each, and what must fit together in a row or a column.

The ranges catch slips of unit and column (0.95 for 95, fen for yuan, a year for a month), not unusual people: they are wide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cslib.core.words import Word
from cslib.intake import privacy
from cslib.intake.source import Source
from cslib.intake.study import Study
from cslib.intake.values import is_empty, number, text
from cslib.params.pay_scheme import PayScheme

POINTS = ("score", "team_mean")
TO_DATE = ("ytd_income_yuan", "ytd_deductions_yuan", "ytd_tax_yuan")
USUAL_SCALE = 100.0  # points at target, where the scheme has no curve on the fact


@dataclass(frozen=True)
class Range:
    """Least and most value of a fact, its unit (``intake.fact_unit.*``), and whether it is counted (so whole)."""

    least: float
    most: float
    unit: str
    whole: bool = False


RANGES: dict[str, Range] = {
    "score": Range(0, 2 * USUAL_SCALE, "points"),
    "team_mean": Range(0, 2 * USUAL_SCALE, "points"),
    "proposals": Range(0, 1_000, "proposals", whole=True),
    "kpi_rank": Range(1, 100_000, "rank", whole=True),
    "sales_yuan": Range(0, 100_000_000, "yuan"),
    "award_service_star": Range(0, 31, "awards", whole=True),
    "award_best_team": Range(0, 31, "awards", whole=True),
    "award_innovation": Range(0, 31, "awards", whole=True),
    "post_level": Range(1, 50, "level", whole=True),
    "annual_bonus_yuan": Range(0, 10_000_000, "yuan"),
    "contribution_base_yuan": Range(0, 1_000_000, "yuan_month"),
    "additional_deductions_yuan": Range(0, 50_000, "yuan_month"),
    "ytd_months": Range(0, 11, "months", whole=True),
    "ytd_income_yuan": Range(0, 50_000_000, "yuan"),
    "ytd_deductions_yuan": Range(0, 20_000_000, "yuan"),
    "ytd_tax_yuan": Range(0, 25_000_000, "yuan"),
}


def ranges(study: Study) -> dict[str, Range]:
    """The ranges in a study: points up to twice the pay scheme's scale, a rank up to the number of people, months to date before this one."""
    found = dict(RANGES)
    for fact in POINTS:
        found[fact] = Range(0, 2 * scale(study.params.pay, fact), "points")
    found["kpi_rank"] = Range(1, len(study.employees), "rank", whole=True)
    found["ytd_months"] = Range(0, study.horizon.start.month - 1, "months", whole=True)
    return found


def scale(scheme: PayScheme, fact: str) -> float:
    """Points of the scheme's curves on a fact: the target of a line, the highest step; 100 where no curve follows it."""
    curves = [item.curve for item in scheme.items.values() if item.curve is not None and item.curve.fact == fact]
    tops = [curve.target if curve.kind == "linear" else max(step.at for step in curve.steps) for curve in curves]
    return max((top for top in tops if top > 0), default=USUAL_SCALE)


def reader(fact: str, limits: Range, factor: float) -> Callable[[Any], float | None]:
    """Reader of one fact in the dictionary's unit; ``factor`` from the unit of the header. None for an empty cell."""

    def read(cell: Any) -> float | None:
        """The value."""
        if is_empty(cell):
            return None
        written = text(cell)
        given = number(written.rstrip("分%名次元") if isinstance(cell, str) and written else cell)
        if given is None:
            return None
        value = given * factor
        if not limits.least <= value <= limits.most or (limits.whole and value != int(value)):
            raise ValueError(fact)
        return float(value)

    return read


def allowed(limits: Range) -> Word:
    """What a fact's cell takes, for a message."""
    facts = {"low": f"{limits.least:,.0f}", "high": f"{limits.most:,.0f}", "unit": Word(f"intake.fact_unit.{limits.unit}")}
    return Word("intake.allowed.fact_whole" if limits.whole else "intake.allowed.fact", facts)


def refuse_shares(source: Source, fact: str, values: Sequence[float | None], limits: Range) -> None:
    """A finding for a column of points that holds shares (0.95 for 95), all over or here and there; 0 is a score of either scale."""
    filled = [(row, value) for row, value in zip(source.rows, values, strict=True) if value]
    shares = [row for row, value in filled if value is not None and value <= 1]
    if not shares or limits.most <= 2:
        return
    cell = source.raw(shares[0], fact)
    facts = {"given": privacy.masked(cell), "count": len(shares), "filled": len(filled), "allowed": allowed(limits)}
    source.add("intake.score_share" if len(shares) == len(filled) else "intake.score_mixed", shares[0], fact, **facts)


def refuse_to_date(source: Source, row: int, given: dict[str, float]) -> None:
    """Findings for a year to date that can't be used: amounts without months, months or tax without income, more tax than income."""
    amounts = [fact for fact in TO_DATE if given.get(fact)]
    if amounts and not given.get("ytd_months"):
        source.add("intake.ytd_months", row, amounts[0], given=privacy.masked(source.raw(row, amounts[0])))
    elif given.get("ytd_months") and given.get("ytd_income_yuan") is None:
        source.add("intake.ytd_income", row, "ytd_months", given=privacy.masked(source.raw(row, "ytd_months")))
    if given.get("ytd_tax_yuan", 0.0) > given.get("ytd_income_yuan", 0.0):
        source.add("intake.ytd_tax", row, "ytd_tax_yuan", given=privacy.masked(source.raw(row, "ytd_tax_yuan")))
