"""A roster's life after it was planned: changes judged and priced at once, stand-ins, repair after absences, edits that come back."""

from cslib.roster.life.board import Board, Entry
from cslib.roster.life.edits import Review, review
from cslib.roster.life.evening import Evened, even
from cslib.roster.life.fairness import fairness_ledger, spread, why
from cslib.roster.life.ledger import cover_ledger
from cslib.roster.life.repair import Repair, absence, repair
from cslib.roster.life.stand_ins import Candidate, Chain, Hole, chain, holes, relieve

__all__ = [
    "Board", "Candidate", "Chain", "Entry", "Evened", "Hole", "Repair", "Review", "absence", "chain", "cover_ledger", "even",
    "fairness_ledger", "holes", "relieve", "repair", "review", "spread", "why",
]  # fmt: skip
