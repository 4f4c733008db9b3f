"""A roster's life after it was planned: changes judged and priced at once, stand-ins, repair, edits that come back, shortages explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cslib.core.room import furnish

if TYPE_CHECKING:
    from cslib.roster.life.balances import annual_leave, leave_plan, lieu_ledger, spared_by
    from cslib.roster.life.board import Board, Entry
    from cslib.roster.life.candidates import Ranking, StandIn, candidates, dearest_duty
    from cslib.roster.life.edits import review
    from cslib.roster.life.edits_facts import Review
    from cslib.roster.life.evening import Evened, even
    from cslib.roster.life.evening_month import even_month
    from cslib.roster.life.explain import explain
    from cslib.roster.life.explain_facts import Clash, Explanation, Offer, Rostered, rostered
    from cslib.roster.life.explain_words import sentences
    from cslib.roster.life.fairness import fairness_ledger, spread, why
    from cslib.roster.life.ledger import cover_ledger
    from cslib.roster.life.playbook import Playbook, playbook, playbook_days
    from cslib.roster.life.repair import Repair, absence, repair
    from cslib.roster.life.stand_ins import Candidate, Chain, Hole, chain, holes, relieve
    from cslib.roster.life.swap import Swap, swap
    from cslib.roster.life.ways_out import AbsenceOffer, AbsenceOffers, Concession, barred_rules, ways_out

__all__ = [
    "AbsenceOffer", "AbsenceOffers", "Board", "Candidate", "Chain", "Clash", "Concession", "Entry", "Evened", "Explanation", "Hole", "Offer",
    "Playbook", "Ranking", "Repair", "Review", "Rostered", "StandIn", "Swap", "absence", "annual_leave", "barred_rules", "candidates", "chain",
    "cover_ledger", "dearest_duty", "even", "even_month", "explain", "fairness_ledger", "holes", "leave_plan", "lieu_ledger", "playbook",
    "playbook_days", "relieve", "repair", "review", "rostered", "sentences", "spared_by", "spread", "swap", "ways_out", "why",
]  # fmt: skip

# Loaded at first use: a page that shows covers needs no solver.
furnish(
    __name__,
    {
        "cslib.roster.life.balances": ("annual_leave", "leave_plan", "lieu_ledger", "spared_by"),
        "cslib.roster.life.board": ("Board", "Entry"),
        "cslib.roster.life.candidates": ("Ranking", "StandIn", "candidates", "dearest_duty"),
        "cslib.roster.life.edits": ("review",),
        "cslib.roster.life.edits_facts": ("Review",),
        "cslib.roster.life.evening": ("Evened", "even"),
        "cslib.roster.life.evening_month": ("even_month",),
        "cslib.roster.life.explain": ("explain",),
        "cslib.roster.life.explain_facts": ("Clash", "Explanation", "Offer", "Rostered", "rostered"),
        "cslib.roster.life.explain_words": ("sentences",),
        "cslib.roster.life.fairness": ("fairness_ledger", "spread", "why"),
        "cslib.roster.life.ledger": ("cover_ledger",),
        "cslib.roster.life.playbook": ("Playbook", "playbook", "playbook_days"),
        "cslib.roster.life.repair": ("Repair", "absence", "repair"),
        "cslib.roster.life.stand_ins": ("Candidate", "Chain", "Hole", "chain", "holes", "relieve"),
        "cslib.roster.life.swap": ("Swap", "swap"),
        "cslib.roster.life.ways_out": ("AbsenceOffer", "AbsenceOffers", "Concession", "barred_rules", "ways_out"),
    },
)
