"""People needed, interval by interval: Erlang B, C and A, queues over time, chat, deadlines, skills, simulation, risk and hiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cslib.core.room import furnish

if TYPE_CHECKING:
    from cslib.staffing import erlang, simulation, windows
    from cslib.staffing.hiring import HiringPlan, budget_table, hiring_lines, hiring_plan
    from cslib.staffing.idle import idle_time
    from cslib.staffing.judge import judge
    from cslib.staffing.mix import SkillMix, skill_mix
    from cslib.staffing.morning import morning_need, morning_slots
    from cslib.staffing.rehearse import rehearse
    from cslib.staffing.requirement import requirement
    from cslib.staffing.reverse import figures
    from cslib.staffing.risk import risk, risk_curve, risk_tables
    from cslib.staffing.skills import Skill, staff_skills
    from cslib.staffing.traces import trace
    from cslib.staffing.whatif import WhatIf
    from cslib.staffing.whatif_hiring import HiringWhatIf

__all__ = [
    "HiringPlan", "HiringWhatIf", "Skill", "SkillMix", "WhatIf", "budget_table", "erlang", "figures", "hiring_lines", "hiring_plan", "idle_time",
    "judge", "morning_need", "morning_slots", "rehearse", "requirement", "risk", "risk_curve", "risk_tables", "simulation", "skill_mix",
    "staff_skills", "trace", "windows",
]  # fmt: skip

# Loaded at first use: a page that shows the requirement needs neither widgets nor a solver.
furnish(
    __name__,
    {
        "cslib.staffing.hiring": ("HiringPlan", "budget_table", "hiring_lines", "hiring_plan"),
        "cslib.staffing.idle": ("idle_time",),
        "cslib.staffing.judge": ("judge",),
        "cslib.staffing.mix": ("SkillMix", "skill_mix"),
        "cslib.staffing.morning": ("morning_need", "morning_slots"),
        "cslib.staffing.rehearse": ("rehearse",),
        "cslib.staffing.requirement": ("requirement",),
        "cslib.staffing.reverse": ("figures",),
        "cslib.staffing.risk": ("risk", "risk_curve", "risk_tables"),
        "cslib.staffing.skills": ("Skill", "staff_skills"),
        "cslib.staffing.traces": ("trace",),
        "cslib.staffing.whatif": ("WhatIf",),
        "cslib.staffing.whatif_hiring": ("HiringWhatIf",),
    },
)
