"""The independent audit: judges any roster, wherever it comes from, by the rules' data and the shift arithmetic alone."""

from cslib.roster.audit.judge import audit, morning_coverage, recount
from cslib.roster.audit.sentences import sentences

__all__ = ["audit", "morning_coverage", "recount", "sentences"]
