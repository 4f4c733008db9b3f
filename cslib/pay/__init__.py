"""Pay: payslips to net pay and employer cost, wage cost of the site, pay structures analysed, simulated, compared and designed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cslib.core.room import furnish

if TYPE_CHECKING:
    from cslib.pay.case import Case, compare_case, design_case, limits_of, open_case, tradeoff_case
    from cslib.pay.case_tables import base_table, cliff_table, design_lines, design_table, ladder_text, reform_lines, reform_table, tradeoff_table
    from cslib.pay.cost import wage_cost
    from cslib.pay.design import Design, Limits, design, tradeoff
    from cslib.pay.differences import difference_totals, differences
    from cslib.pay.equity import adjusted_gap, oaxaca_blinder, raw_gap
    from cslib.pay.exact import exact
    from cslib.pay.gap_tables import gap_table, scores_of
    from cslib.pay.inequality import gini, theil
    from cslib.pay.ladder import Ladder
    from cslib.pay.ladder_rules import ladder_of
    from cslib.pay.outlook import Outlook, answer, causes, grade_table, outlook, payroll_totals
    from cslib.pay.overview import drift_table, inequality_table, mix_table, standing_table, structure_table
    from cslib.pay.reform import Reform, cliffs, compare, with_steps
    from cslib.pay.simulation import Outcome, months_ahead, plain_months, simulate
    from cslib.pay.slips import label, payslips, trace
    from cslib.pay.structure import market_position, pay_mix, position, ranges, scheme_ranges, summary
    from cslib.pay.workforce import Behaviour, Months, People, Structure

__all__ = [
    "Behaviour", "Case", "Design", "Ladder", "Limits", "Months", "Outcome", "Outlook", "People", "Reform", "Structure", "adjusted_gap", "answer",
    "base_table", "causes", "cliff_table", "cliffs", "compare", "compare_case", "design", "design_case", "design_lines", "design_table",
    "difference_totals", "differences", "drift_table", "exact", "gap_table", "gini", "grade_table", "inequality_table", "label", "ladder_of",
    "ladder_text",
    "limits_of", "market_position", "mix_table", "months_ahead", "oaxaca_blinder", "open_case", "outlook", "pay_mix", "payroll_totals", "payslips",
    "plain_months", "position", "ranges", "raw_gap", "reform_lines", "reform_table", "scheme_ranges", "scores_of", "simulate", "standing_table",
    "structure_table", "summary", "theil", "trace", "tradeoff", "tradeoff_case", "tradeoff_table", "wage_cost", "with_steps",
]  # fmt: skip

# Loaded at first use: only the pay page simulates, and compiled loops cost every other kernel a second.
furnish(
    __name__,
    {
        "cslib.pay.case": ("Case", "compare_case", "design_case", "limits_of", "open_case", "tradeoff_case"),
        "cslib.pay.case_tables": (
            "base_table",
            "cliff_table",
            "design_lines",
            "design_table",
            "ladder_text",
            "reform_lines",
            "reform_table",
            "tradeoff_table",
        ),
        "cslib.pay.cost": ("wage_cost",),
        "cslib.pay.design": ("Design", "Limits", "design", "tradeoff"),
        "cslib.pay.differences": ("difference_totals", "differences"),
        "cslib.pay.equity": ("adjusted_gap", "oaxaca_blinder", "raw_gap"),
        "cslib.pay.exact": ("exact",),
        "cslib.pay.gap_tables": ("gap_table", "scores_of"),
        "cslib.pay.inequality": ("gini", "theil"),
        "cslib.pay.ladder": ("Ladder",),
        "cslib.pay.ladder_rules": ("ladder_of",),
        "cslib.pay.outlook": ("Outlook", "answer", "causes", "grade_table", "outlook", "payroll_totals"),
        "cslib.pay.overview": ("drift_table", "inequality_table", "mix_table", "standing_table", "structure_table"),
        "cslib.pay.reform": ("Reform", "cliffs", "compare", "with_steps"),
        "cslib.pay.simulation": ("Outcome", "months_ahead", "plain_months", "simulate"),
        "cslib.pay.slips": ("label", "payslips", "trace"),
        "cslib.pay.structure": ("market_position", "pay_mix", "position", "ranges", "scheme_ranges", "summary"),
        "cslib.pay.workforce": ("Behaviour", "Months", "People", "Structure"),
    },
)
