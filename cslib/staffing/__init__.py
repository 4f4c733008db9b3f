"""People needed, interval by interval: Erlang B, C and A, queues over time, chat, deadlines, skills, simulation, risk and hiring."""

from cslib.staffing import erlang
from cslib.staffing.hiring import HiringPlan, budget_table, hiring_lines, hiring_plan
from cslib.staffing.judge import judge
from cslib.staffing.requirement import requirement
from cslib.staffing.reverse import figures
from cslib.staffing.risk import risk, risk_curve
from cslib.staffing.skills import Skill, staff_skills
from cslib.staffing.traces import trace
from cslib.staffing.whatif import WhatIf

__all__ = [
    "HiringPlan", "Skill", "WhatIf", "budget_table", "erlang", "figures", "hiring_lines", "hiring_plan", "judge", "requirement", "risk", "risk_curve",
    "staff_skills", "trace",
]  # fmt: skip
