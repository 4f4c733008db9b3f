"""Ways out of a clash: exceptions, approved overtime, training, part-timers, a lower target, staffing up; each solved with before it is offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cslib.core.errors import RosterError
from cslib.core.shifts import WORK
from cslib.roster.audit import recount
from cslib.roster.life.explain_facts import Clash, Offer, Rostered, Step, broken_rules, priced_yuan, short_hours
from cslib.roster.life.explain_least import CLOCK_S
from cslib.roster.life.explain_study import HIRED, after, exceptions, lowered_hours, short_skills
from cslib.roster.plan import Plan, solve
from cslib.roster.problem import Problem

NOISE_H = 1e-6
OVERTIME_MOST_H = 36.0  # asked for at first where no rule limits the month's overtime
TRIED = 4  # people asked for one thing: a skill, an exception from one rule
STEPS_MOST = 5  # steps that one offer may join
STEEP_GAP = 1e-6  # where missing people are priced steeply, the usual gap would drown all other prices
ASKING = ("except", "overtime", "train")  # kinds of step that ask something of a person


@dataclass
class Ground:
    """What the offers of a clash stand on: the ``problem`` of the month, the free ``days``, the ``base`` plan with them free.

    ``most``: problems that may be solved for offers; ``solves``: those that were.
    """

    problem: Problem
    base: Plan
    days: list[int]
    clash: Clash
    number: int
    work: float
    most: int = 10_000
    solves: int = 0
    tried: dict[tuple[Step, ...], Offer | None] = field(default_factory=dict)


def offers(ground: Ground) -> list[Offer]:
    """Ways out: those after which nobody is missing first, then the cheapest; none is beaten in yuan, people and missing hours at once."""
    asked = [steps for choices in _asked(ground) for steps in choices]
    first = [*_others(ground), *asked[: ground.most // 2]]  # the rest is kept for part-timers and for several steps at once
    found = [_offer(ground, steps) for steps in first]
    found += [*_joined(ground, found), *_hires(ground)]
    real = list(dict.fromkeys(o for o in found if o is not None))
    best = [o for i, o in enumerate(real) if not any(_beats(other, o, j < i) for j, other in enumerate(real) if j != i)]
    return sorted(best, key=lambda o: (o.short_h > NOISE_H, o.delta_yuan, o.people, o.short_h, real.index(o)))


def _beats(one: Offer, other: Offer, earlier: bool) -> bool:
    """True if ``one`` is nowhere worse than the other, and better somewhere or found first."""
    pairs = list(zip((one.delta_yuan, one.people, one.short_h), (other.delta_yuan, other.people, other.short_h), strict=True))
    return all(a <= b + NOISE_H for a, b in pairs) and (earlier or any(a < b - NOISE_H for a, b in pairs))


def _asked(ground: Ground) -> Iterator[list[tuple[Step, ...]]]:
    """For each member of the clash that may be talked about, the steps that do without it, one or the other."""
    seen: Counter[str] = Counter()
    for member in ground.clash.members:
        seen[member.rule] += 1
        if seen[member.rule] > TRIED:
            continue
        if member.rule == "skill_held":
            skills = short_skills(ground.problem, ground.clash)
            choices = [(who.employee_id, skill) for skill in skills for who in ground.problem.people if _lacks(ground, who.employee_id, skill)]
            yield [(Step("train", member.rule, who, member.days, 1.0, skill),) for who, skill in choices[:TRIED]]
        elif member.rule == "overtime_approval":
            yield [_overtime(ground, (Step("overtime", member.rule, member.employee_id, amount=_overtime_most(ground)),))]
        elif member.employee_id and not member.statutory:
            yield [(Step("except", member.rule, member.employee_id, member.days, float(len(member.days))),)]


def _others(ground: Ground) -> Iterator[tuple[Step, ...]]:
    """Steps that ask nobody for anything."""
    if ground.clash.short_h > ground.clash.least_h + NOISE_H:
        yield (Step("pay"),)
    hours = lowered_hours(ground.problem, ground.clash)
    if hours > 0:
        yield (Step("target", days=tuple(dict.fromkeys(s.day for s in ground.clash.short if s.day is not None)), amount=hours),)


def _lacks(ground: Ground, employee_id: str, skill: str) -> bool:
    who = next(p for p in ground.problem.people if p.employee_id == employee_id)
    return any(skill not in who.skills[d] and who.first_day <= d <= who.last_day for d in ground.days)


def _overtime_most(ground: Ground) -> float:
    limit = ground.problem.limit("month_overtime", 0)
    return OVERTIME_MOST_H if limit is None else limit


def _overtime(ground: Ground, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The same steps with as many hours of overtime as the roster solved with them uses."""
    plan = _solved(ground, steps)
    if plan is None:
        return steps
    paid = {shift.code: hours for shift, hours in zip(ground.problem.shifts, ground.problem.paid_h, strict=True)}
    used = []
    for step in steps:
        if step.kind == "overtime":
            who = next(p for p in ground.problem.people if p.employee_id == step.employee_id)
            rows = plan.roster[plan.roster["employee_id"].eq(step.employee_id) & plan.roster["kind"].eq(WORK)]
            worked = sum(paid[code] for code in rows["shift"]) + sum(who.leave_h.values())
            step = Step(step.kind, step.rule, step.employee_id, step.days, max(who.overtime_max_h, worked - who.contract_h))
        used.append(step)
    return tuple(used)


def _joined(ground: Ground, single: Sequence[Offer | None]) -> list[Offer | None]:
    """Several steps at once, where no single one ends the shortage that they can end together; steps that add nothing are left out."""
    asked = [choices[0] for choices in _asked(ground) if choices]
    steps = tuple(step for one in asked for step in one)
    ended = any(o is not None and o.short_h <= NOISE_H for o in single)
    if ended or not 1 < len(steps) <= STEPS_MOST:
        return []
    best = _offer(ground, _overtime(ground, steps))
    for step in sorted(steps, key=lambda s: -_step_yuan(ground, s)):
        rest = tuple(s for s in (best.steps if best else ()) if (s.kind, s.employee_id, s.rule) != (step.kind, step.employee_id, step.rule))
        fewer = _offer(ground, rest) if best is not None and rest else None
        if best is not None and fewer is not None and fewer.short_h <= best.short_h + NOISE_H:
            best = fewer
    return [best]


def _hires(ground: Ground) -> list[Offer | None]:
    """One part-timer, two, and so on, until nobody is missing or one more changes nothing."""
    found: list[Offer | None] = []
    left = ground.clash.short_h
    skill = ", ".join(short_skills(ground.problem, ground.clash))
    for count in range(1, ground.problem.study.params.site.explain.hires_most + 1):
        offer = _offer(ground, (Step("hire", amount=float(count), skill=skill),))
        if offer is None or offer.short_h >= left - NOISE_H:
            break
        found.append(offer)
        left = offer.short_h
        if left <= NOISE_H:
            break
    return found


def _solved(ground: Ground, steps: tuple[Step, ...]) -> Plan | None:
    """The best roster with some steps taken; None if the month can't be stated with them or no solve is left."""
    if ground.solves >= ground.most:
        return None
    ground.solves += 1
    gap = STEEP_GAP if any(step.kind == "pay" for step in steps) else None
    try:
        return solve(after(ground.problem, ground.base.roster, ground.days, ground.clash, steps), gap=gap, work=ground.work, seconds=CLOCK_S)
    except RosterError:  # such as leave that is moved off a day that is pinned as leave
        return None


def _offer(ground: Ground, steps: tuple[Step, ...]) -> Offer | None:
    """An offer as solved, recounted and judged; None if it helps nothing or breaks a rule that is no part of it."""
    if steps not in ground.tried:
        plan = _solved(ground, steps)
        ground.tried[steps] = None if plan is None else _judged(ground, steps, plan)
    return ground.tried[steps]


def _judged(ground: Ground, steps: tuple[Step, ...], plan: Plan) -> Offer | None:
    problem = ground.problem
    then = after(problem, ground.base.roster, ground.days, ground.clash, steps)
    pairs = broken_rules(plan, then)
    granted = {(held.rule, problem.people[held.person].employee_id) for held in exceptions(problem, steps)}
    coverage, cost_split = recount(plan.roster, plan.covers, problem.requirement, then.study)
    short_h, own = short_hours(coverage, cost_split, problem, ground.days), _own_yuan(ground, steps, plan)
    delta = priced_yuan(plan) + own - priced_yuan(ground.base)
    lowers = any(step.kind == "target" for step in steps)
    helps = delta < -NOISE_H if lowers else short_h < ground.clash.short_h - NOISE_H
    if not helps or not set(pairs) <= granted:
        return None
    people = len({s.employee_id for s in steps if s.kind in ASKING}) + sum(round(s.amount) for s in steps if s.kind == "hire")
    share = _held_share(ground, Rostered(plan.roster, plan.covers, coverage, cost_split))
    return Offer(ground.number, steps, round(delta, 4), round(own, 4), people, round(short_h, 4), share, pairs)


def _own_yuan(ground: Ground, steps: Sequence[Step], plan: Plan) -> float:
    """What steps cost beside the prices of the plan [yuan]."""
    paid = {shift.code: hours for shift, hours in zip(ground.problem.shifts, ground.problem.paid_h, strict=True)}
    rows = plan.roster[plan.roster["employee_id"].str.startswith(HIRED) & plan.roster["kind"].eq(WORK)]
    hired = sum(paid[code] for code in rows["shift"]) * ground.problem.study.params.site.explain.hire_yuan_h
    return hired + sum(_step_yuan(ground, step) for step in steps)


def _step_yuan(ground: Ground, step: Step) -> float:
    """What asking somebody for something costs [yuan]."""
    settings = ground.problem.study.params.site.explain
    return {"except": settings.exception_yuan, "train": settings.train_yuan}.get(step.kind, 0.0) * step.amount


def _held_share(ground: Ground, found: Rostered) -> float:
    """Share of the needed person-hours that is there, at the short queues on the short days; 1 where only leads are missing."""
    places = {(s.queue, s.day) for s in ground.clash.short}
    lines = found.coverage
    chosen = lines[[place in places for place in zip(lines["queue"], lines["interval_start"].dt.date, strict=True)]]
    needed = chosen["needed"].sum()
    return float(1 - chosen["short"].sum() / needed) if needed else 1.0
