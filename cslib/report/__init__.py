"""What readers get: run folder with its manifest, figures, workbook, pages, words; privacy tiers and their scan."""

from cslib.report import cover_view, fairness_view, figures, lines, lines_demand, lines_staffing, ways_view
from cslib.report.font import write_fontconfig
from cslib.report.grades_view import Forms, forms_lines, protected_forms
from cslib.report.identity import Identity, identify
from cslib.report.lines import queue_name
from cslib.report.manifest import Finished, changed_files, finished_runs, read_manifest, reusable
from cslib.report.pay_reform_view import case_intro, design_sliders, pay_design, pay_reform, reform_sliders
from cslib.report.pay_view import pay_answer, pay_sliders, payslip_sheet, protected_payslips
from cslib.report.review_notes import peak_lines, remarks, unmet
from cslib.report.run import Run, clean_outputs, clean_partials, open_run, protected_folder, start_run
from cslib.report.summaries import (
    accuracy_table,
    cost_table,
    hours_summary,
    provenance,
    queue_summary,
    rule_page,
    short_table,
    special_days,
    wage_table,
)
from cslib.report.tell import show, tell, tell_each
from cslib.report.titles import heading
from cslib.report.unfolding import unfold
from cslib.report.verdict import Verdict, verdict, verdict_lines
from cslib.report.workbook import full_tier_workbook, roster_workbook, write_workbook

__all__ = [
    "Finished", "Forms", "Identity", "Run", "Verdict", "accuracy_table", "case_intro", "changed_files", "clean_outputs", "clean_partials",
    "cost_table", "cover_view", "design_sliders", "fairness_view", "figures", "finished_runs", "forms_lines", "full_tier_workbook", "heading",
    "hours_summary", "identify", "lines", "lines_demand", "lines_staffing", "open_run", "pay_answer", "pay_design", "pay_reform",
    "pay_sliders", "payslip_sheet", "peak_lines", "protected_folder", "protected_forms", "protected_payslips", "provenance", "queue_name",
    "queue_summary",
    "read_manifest", "reform_sliders", "remarks", "reusable", "roster_workbook", "rule_page", "short_table", "show", "special_days", "start_run",
    "tell", "tell_each", "unfold", "unmet", "verdict", "verdict_lines", "wage_table", "ways_view", "write_fontconfig", "write_workbook",
]  # fmt: skip
