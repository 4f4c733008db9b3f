"""All figures by name: ``report.figures.month(roster, study)``."""

from cslib.report.figures_base import Picture
from cslib.report.figures_beliefs import effects, history
from cslib.report.figures_beliefs import month as month_demand
from cslib.report.figures_cover import cover_ledger, peaks_held
from cslib.report.figures_demand import demand, requirement, week_profile
from cslib.report.figures_fairness import fairness
from cslib.report.figures_grades import drift, drift_curve, headcount, luck_curve, two_ladders
from cslib.report.figures_hiring import hiring
from cslib.report.figures_kpi import fair_scores, kpi_points, sample_cliff, score_noise, team_targets
from cslib.report.figures_result import cost_split, coverage, wage_cost
from cslib.report.figures_roster import load, month
from cslib.report.figures_staffing import performance, risk

__all__ = [
    "Picture", "cost_split", "cover_ledger", "coverage", "demand", "drift", "drift_curve", "effects", "fair_scores", "fairness", "headcount",
    "hiring", "history", "kpi_points", "load", "luck_curve", "month", "month_demand", "peaks_held", "performance", "requirement", "risk",
    "sample_cliff", "score_noise", "team_targets", "two_ladders", "wage_cost", "week_profile",
]  # fmt: skip
