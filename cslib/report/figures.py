"""All figures by name: ``report.figures.month(roster, study)``."""

from cslib.report.figures_base import Picture
from cslib.report.figures_demand import demand, requirement, week_profile
from cslib.report.figures_result import cost_split, coverage, wage_cost
from cslib.report.figures_roster import covers, load, month

__all__ = ["Picture", "cost_split", "coverage", "covers", "demand", "load", "month", "requirement", "wage_cost", "week_profile"]
