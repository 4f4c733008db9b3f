"""People's standing: the grade in force each month; the grade ladders (``params/ladders/``) will decide its moves."""

from cslib.people.grades import grades

__all__ = ["grades"]
