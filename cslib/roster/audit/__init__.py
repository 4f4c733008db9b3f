"""The independent audit: judges any roster, wherever it comes from, by the rules' data and the shift arithmetic alone."""

from cslib.roster.audit.judge import audit, recount
from cslib.roster.audit.sentences import sentences

__all__ = ["audit", "recount", "sentences"]
