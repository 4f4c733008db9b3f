"""People's standing: grade in force, appraisal with its noise, grade ladders as data with their truth told, training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cslib.core.room import furnish

if TYPE_CHECKING:
    from cslib.params.kpi import open_kpis, open_training
    from cslib.params.ladder_files import ladder_choice, ladder_names, open_ladder
    from cslib.people import story
    from cslib.people.bonus import bonus, rank_bonus
    from cslib.people.chain import Chain, Chance, Normal, chain
    from cslib.people.compare import Comparison, compare_ladders, headcount, monthly_cost
    from cslib.people.course import Course
    from cslib.people.diagnostics import band_findings, luck, reach
    from cslib.people.engine import run_ladder
    from cslib.people.flows import birth_death, staffing_flow, up_before_down
    from cslib.people.grades import grades
    from cslib.people.overrides import Override
    from cslib.people.own import Basis, basis, own_panel, pass_table, present_course, with_grades
    from cslib.people.panel import Panel, months_before, panel_of
    from cslib.people.proposals import application_forms, proposals
    from cslib.people.ranges import PayRange, base_paid, in_range, least_total, level_of, market_position, pay_ranges
    from cslib.people.scoring import appraise, attendance_share, cliff, flips, kpi_points, reliability, share_cliff, shrunk
    from cslib.people.synthetic import synthetic_facts, synthetic_panel
    from cslib.people.targets import group_score, pooled, target_result
    from cslib.people.tenure import completed_months, longest_trial, trial_days, trial_week
    from cslib.people.tracing import trace_score
    from cslib.people.training import complaint_report, quality_meeting, training_needs, training_plan, training_sessions

__all__ = [
    "Basis", "Chain", "Chance", "Comparison", "Course", "Normal", "Override", "Panel", "PayRange", "application_forms", "appraise",
    "attendance_share", "band_findings", "base_paid", "basis", "birth_death", "bonus", "chain", "cliff", "compare_ladders",
    "complaint_report", "completed_months", "flips", "grades", "group_score", "headcount", "in_range", "kpi_points", "ladder_choice",
    "ladder_names", "least_total", "level_of", "longest_trial", "luck", "market_position", "monthly_cost", "months_before", "open_kpis",
    "open_ladder", "open_training", "own_panel", "panel_of", "pass_table", "pay_ranges", "pooled", "present_course", "proposals",
    "quality_meeting", "rank_bonus", "reach", "reliability", "run_ladder", "share_cliff", "shrunk", "staffing_flow", "story",
    "synthetic_facts", "synthetic_panel", "target_result", "trace_score", "training_needs", "training_plan", "training_sessions",
    "trial_days", "trial_week", "up_before_down", "with_grades",
]  # fmt: skip

# Loaded at first use: the monthly chain takes grades alone, and statistics cost every kernel a second.
furnish(
    __name__,
    {
        "cslib.params.kpi": ("open_kpis", "open_training"),
        "cslib.params.ladder_files": ("ladder_choice", "ladder_names", "open_ladder"),
        "cslib.people.bonus": ("bonus", "rank_bonus"),
        "cslib.people.chain": ("Chain", "Chance", "Normal", "chain"),
        "cslib.people.compare": ("Comparison", "compare_ladders", "headcount", "monthly_cost"),
        "cslib.people.diagnostics": ("band_findings", "luck", "reach"),
        "cslib.people.course": ("Course",),
        "cslib.people.engine": ("run_ladder",),
        "cslib.people.flows": ("birth_death", "staffing_flow", "up_before_down"),
        "cslib.people.grades": ("grades",),
        "cslib.people.overrides": ("Override",),
        "cslib.people.own": ("Basis", "basis", "own_panel", "pass_table", "present_course", "with_grades"),
        "cslib.people.panel": ("Panel", "months_before", "panel_of"),
        "cslib.people.proposals": ("application_forms", "proposals"),
        "cslib.people.ranges": ("PayRange", "base_paid", "in_range", "least_total", "level_of", "market_position", "pay_ranges"),
        "cslib.people.scoring": ("appraise", "attendance_share", "cliff", "flips", "kpi_points", "reliability", "share_cliff", "shrunk"),
        "cslib.people.synthetic": ("synthetic_facts", "synthetic_panel"),
        "cslib.people.targets": ("group_score", "pooled", "target_result"),
        "cslib.people.tenure": ("completed_months", "longest_trial", "trial_days", "trial_week"),
        "cslib.people.tracing": ("trace_score",),
        "cslib.people.training": ("complaint_report", "quality_meeting", "training_needs", "training_plan", "training_sessions"),
    },
)
