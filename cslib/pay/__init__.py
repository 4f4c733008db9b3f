"""Pay: payslips to net pay and employer cost, wage cost of the site, pay structures analysed, simulated, compared and designed."""

from cslib.pay.cost import wage_cost
from cslib.pay.design import Design, Limits, design, tradeoff
from cslib.pay.differences import difference_totals, differences
from cslib.pay.equity import adjusted_gap, oaxaca_blinder, raw_gap
from cslib.pay.exact import exact
from cslib.pay.inequality import gini, theil
from cslib.pay.ladder import Ladder
from cslib.pay.outlook import Outlook, answer, causes, grade_table, outlook, payroll_totals
from cslib.pay.reform import Reform, cliffs, compare
from cslib.pay.simulation import Outcome, months_ahead, plain_months, simulate
from cslib.pay.slips import label, payslips, trace
from cslib.pay.structure import market_position, pay_mix, position, ranges, scheme_ranges, summary
from cslib.pay.workforce import Behaviour, Months, People, Structure

__all__ = [
    "Behaviour", "Design", "Ladder", "Limits", "Months", "Outcome", "Outlook", "People", "Reform", "Structure", "adjusted_gap", "answer",
    "causes", "cliffs", "compare", "design",
    "difference_totals", "differences", "exact", "gini", "grade_table", "label", "market_position", "months_ahead", "oaxaca_blinder", "outlook",
    "pay_mix",
    "payroll_totals", "payslips", "plain_months", "position",
    "ranges", "raw_gap", "scheme_ranges", "simulate", "summary", "theil", "trace", "tradeoff", "wage_cost",
]  # fmt: skip
