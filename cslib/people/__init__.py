"""People's standing: grade in force, appraisal with its noise, grade ladders as data with their truth told, training."""

from cslib.params.kpi import open_kpis, open_training
from cslib.params.ladder_files import ladder_names, open_ladder
from cslib.people.bonus import PayRange, bonus, pay_ranges
from cslib.people.chain import Chain, Chance, Normal, chain
from cslib.people.compare import Comparison, compare_ladders, headcount, monthly_cost
from cslib.people.diagnostics import band_findings, luck, reach
from cslib.people.engine import Course, run_ladder
from cslib.people.flows import birth_death, staffing_flow, up_before_down
from cslib.people.grades import grades
from cslib.people.panel import Panel, panel_of
from cslib.people.proposals import application_forms, proposals
from cslib.people.scoring import appraise, cliff, flips, kpi_points, reliability, share_cliff, shrunk
from cslib.people.synthetic import synthetic_facts, synthetic_panel
from cslib.people.targets import group_score, pooled, target_result
from cslib.people.training import complaint_report, quality_meeting, training_needs, training_plan, training_sessions

__all__ = [
    "Chain", "Chance", "Comparison", "Course", "Normal", "Panel", "PayRange", "application_forms", "appraise", "band_findings", "birth_death",
    "bonus", "chain", "cliff", "compare_ladders", "complaint_report", "flips", "grades", "group_score", "headcount", "kpi_points", "ladder_names",
    "luck", "monthly_cost", "open_kpis", "open_ladder", "open_training", "panel_of", "pay_ranges", "pooled", "proposals", "quality_meeting",
    "reach", "reliability", "run_ladder", "share_cliff", "shrunk", "staffing_flow", "synthetic_facts", "synthetic_panel", "target_result",
    "training_needs", "training_plan", "training_sessions", "up_before_down",
]  # fmt: skip
