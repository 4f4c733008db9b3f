"""People needed, interval by interval: Erlang B, C and A, queues over time, chat, deadlines, skills, simulation, risk and hiring."""

from cslib.staffing import erlang
from cslib.staffing.hiring import HiringPlan, hiring_plan
from cslib.staffing.judge import judge
from cslib.staffing.requirement import requirement
from cslib.staffing.reverse import figures
from cslib.staffing.risk import risk, risk_curve
from cslib.staffing.skills import Skill, staff_skills
from cslib.staffing.traces import trace

__all__ = ["HiringPlan", "Skill", "erlang", "figures", "hiring_plan", "judge", "requirement", "risk", "risk_curve", "staff_skills", "trace"]
