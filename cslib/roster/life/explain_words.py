"""An explanation in sentences: what is missing, which rules clash, how that was proven, and what the ways out cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

from cslib.core import words
from cslib.core.words import say
from cslib.params.law import PROTECTIONS
from cslib.roster.life.explain_facts import Clash, Explanation, Member, Offer, Short, Step
from cslib.roster.problem import Problem

NOISE_H = 1e-6
SHOWN = 8  # people of one rule that are named one by one


def sentences(explanation: Explanation) -> list[str]:
    """One sentence a line, in the language in use. Words: ``life.explain.cause.<cause>``, ``life.explain.step.<kind of step>``."""
    if not explanation.clashes:
        return [say("life.explain.nothing")]
    lines = []
    for number, clash in enumerate(explanation.clashes):
        lines += _clash(clash, explanation.problem)
        mine = [offer for offer in explanation.offers if offer.clash == number]
        lines.append(say("life.explain.ways", count=len(mine)) if mine else say("life.explain.no_way"))
        lines += ["  " + _offer(place, offer, explanation.problem) for place, offer in enumerate(mine, start=1)]
    return lines


def _clash(clash: Clash, problem: Problem) -> list[str]:
    lines = [say("life.explain.missing", first=clash.first, last=clash.last, hours=_h(clash.short_h))]
    lines += ["  " + _short(short, problem) for short in clash.short]
    lines.append(say(f"life.explain.cause.{clash.cause}", hours=_h(clash.least_h)))
    for rule in dict.fromkeys(m.rule for m in clash.members):
        lines += ["  " + line for line in _rule(rule, [m for m in clash.members if m.rule == rule], problem)]
    if clash.members:
        lines.append(say("life.explain.proven" if clash.proven else "life.explain.not_proven", count=clash.solves))
        less = {rule: hours for rule, hours in clash.alone.items() if hours < clash.least_h - NOISE_H}
        lines += ["  " + say("life.explain.alone", rule=rule_name(rule, problem), hours=_h(hours)) for rule, hours in less.items()]
    return lines


def _short(short: Short, problem: Problem) -> str:
    if short.day is None:
        return say("life.explain.short_leads", hours=_h(short.hours))
    queue = words.pick(problem.study.params.site.queues[short.queue].name.model_dump())
    return say("life.explain.short", queue=queue, day=short.day, hours=_h(short.hours))


def _rule(rule: str, members: list[Member], problem: Problem) -> list[str]:
    """The people whom a rule holds back; where they are many, or the rule protects them, how many."""
    if len(members) <= SHOWN and rule not in PROTECTIONS:
        return [_member(member, problem) for member in members]
    days = _days(sorted({day for member in members for day in member.days}))
    text = say("life.explain.many", rule=rule_name(rule, problem), count=len({member.employee_id for member in members}), days=days)
    return [text + say("life.explain.statutory") if members[0].statutory else text]


def _member(member: Member, problem: Problem) -> str:
    rule, days = rule_name(member.rule, problem), _days(member.days)
    if not member.employee_id:
        return say("life.explain.lacking", rule=rule, days=days, who=", ".join(member.holders) or "-")
    text = say("life.explain.member", rule=rule, who=member.employee_id, days=days)
    return text + say("life.explain.statutory") if member.statutory else text


def _offer(place: int, offer: Offer, problem: Problem) -> str:
    steps = say("life.explain.and").join(_step(step, problem) for step in offer.steps)
    facts = {"yuan": f"{offer.delta_yuan:+,.0f}", "own": f"{offer.own_yuan:,.0f}", "people": offer.people, "hours": _h(offer.short_h)}
    return say("life.explain.offer", place=place, steps=steps, share=f"{offer.held_share:.0%}", **facts)


def _step(step: Step, problem: Problem) -> str:
    facts = {"who": step.employee_id, "days": _days(step.days), "amount": _h(step.amount), "skill": step.skill}
    return say(f"life.explain.step.{step.kind}", rule=rule_name(step.rule, problem) if step.rule else "", **facts)


def rule_name(rule: str, problem: Problem) -> str:
    """What a rule says, as the rule pack words it."""
    return words.pick(problem.study.params.law.rules[rule].meaning.model_dump())


def _days(days: Sequence[dt.date]) -> str:
    """Days as spans: ``2026-03-02..2026-03-05, 2026-03-08``."""
    runs: list[list[dt.date]] = [[day] for day in days[:1]]
    for before, day in pairwise(days):
        if (day - before).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs)


def _h(hours: float) -> str:
    return f"{round(hours, 2):g}"
