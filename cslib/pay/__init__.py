"""Pay: payslips from hours and grades, wage cost of the site, and the arithmetic behind every amount."""

from cslib.pay.cost import wage_cost
from cslib.pay.differences import differences
from cslib.pay.slips import label, payslips, trace

__all__ = ["differences", "label", "payslips", "trace", "wage_cost"]
