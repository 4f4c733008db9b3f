"""People's standing: grade in force, appraisal with its noise, grade ladders as data with their truth told, training."""

from cslib.people.bonus import PayRange, bonus, pay_ranges
from cslib.people.engine import Course, run_ladder
from cslib.people.grades import grades
from cslib.people.panel import Panel, panel_of
from cslib.people.proposals import application_forms, proposals

__all__ = ["Course", "Panel", "PayRange", "application_forms", "bonus", "grades", "panel_of", "pay_ranges", "proposals", "run_ladder"]
