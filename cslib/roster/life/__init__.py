"""A roster's life after it was planned: changes judged and priced at once, stand-ins, repair, edits that come back, shortages explained."""

from cslib.roster.life.board import Board, Entry
from cslib.roster.life.candidates import Ranking, StandIn, candidates, dearest_duty
from cslib.roster.life.edits import Review, review
from cslib.roster.life.evening import Evened, even
from cslib.roster.life.explain import explain
from cslib.roster.life.explain_facts import Clash, Explanation, Offer, Rostered, rostered
from cslib.roster.life.explain_words import sentences
from cslib.roster.life.fairness import fairness_ledger, spread, why
from cslib.roster.life.ledger import cover_ledger
from cslib.roster.life.playbook import Playbook, playbook, playbook_days
from cslib.roster.life.repair import Repair, absence, repair
from cslib.roster.life.stand_ins import Candidate, Chain, Hole, chain, holes, relieve

__all__ = [
    "Board", "Candidate", "Chain", "Clash", "Entry", "Evened", "Explanation", "Hole", "Offer", "Playbook", "Ranking", "Repair", "Review",
    "Rostered", "StandIn", "absence", "candidates", "chain", "cover_ledger", "dearest_duty", "even", "explain", "fairness_ledger", "holes",
    "playbook", "playbook_days", "relieve", "repair", "review", "rostered", "sentences", "spread", "why",
]  # fmt: skip
