"""Impossible months: the planted clash is named and proven, every way out is real, none is beaten by another."""

from __future__ import annotations

import dataclasses
import itertools
import re
import sys
from functools import cache

import impossible
import pytest
import small

from cslib.core import words
from cslib.core.errors import RosterError
from cslib.params import law
from cslib.roster import audit, problem, solve
from cslib.roster.life import Explanation, explain, rostered, sentences
from cslib.roster.life import explain_least as least
from cslib.roster.life.explain_relax import EVERYONE, Held, at_issue, relaxed
from cslib.roster.life.explain_words import rule_name

MONTHS = {"leave_collision", "missing_skill", "night_ban", "overtime_36", "rest_after_nights", "rest_between", "seventh_day", "full_week",
          "part_time_week", "not_approved", "nights_in_a_row", "too_few_leads", "pinned_rest"}  # fmt: skip


@cache
def explained(name: str) -> Explanation:
    return explain(impossible.MONTHS[name]()[0])


def members(explanation: Explanation) -> list[Held]:
    """The named rules as they are held in the problem."""
    known = {p.employee_id: i for i, p in enumerate(explanation.problem.people)} | {"": EVERYONE}
    start = explanation.problem.start
    return [Held(m.rule, known[m.employee_id], (day - start).days) for clash in explanation.clashes for m in clash.members for day in m.days]


def test_every_planted_month_is_known() -> None:
    assert set(impossible.MONTHS) == MONTHS


@pytest.mark.parametrize("name", sorted(MONTHS))
def test_the_planted_clash_is_named(name: str) -> None:
    posed, planted = impossible.MONTHS[name]()
    (clash,) = explained(name).clashes
    assert clash.cause == "rules" and clash.proven
    named = {(m.rule, m.employee_id, (day - posed.start).days) for m in clash.members for day in m.days}
    for rule, who, day in planted:
        assert any((r, w) == (rule, who) and day in (None, d) for r, w, d in named), (rule, who, day)
    assert {m.rule for m in clash.members} - {rule for rule, _, _ in planted} <= {"skill_held"}  # others lack the skill; else they would do it
    assert all(clash.alone[rule] < clash.least_h for rule, who, _ in planted if who and len(planted) == 1)


@pytest.mark.parametrize("name", sorted(MONTHS))
def test_the_named_rules_alone_keep_the_shortage_up_and_each_is_needed(name: str) -> None:
    posed, (clash,) = explained(name).problem, explained(name).clashes
    kept = members(explained(name))
    others = [held for held in at_issue(posed, range(posed.days)) if held not in kept]
    alone = least.least_short(relaxed(posed, others))
    assert alone.proven and alone.hours == pytest.approx(clash.least_h, abs=1e-4)
    for held in kept:
        assert least.least_short(relaxed(posed, [*others, held])).yuan < alone.yuan - least.NOISE_YUAN


@pytest.mark.parametrize("name", sorted(MONTHS))
def test_ways_out_are_ordered_and_none_is_beaten(name: str) -> None:
    found = explained(name).offers
    assert found
    keys = [(o.short_h > 1e-6, o.delta_yuan) for o in found]
    assert keys == sorted(keys)
    for one, other in itertools.permutations(found, 2):
        a, b = (one.delta_yuan, one.people, one.short_h), (other.delta_yuan, other.people, other.short_h)
        assert not all(x <= y for x, y in zip(a, b, strict=True))
    for offer in found:
        assert {rule for rule, _ in offer.broken} <= {step.rule for step in offer.steps if step.kind == "except"}
        assert offer.short_h < explained(name).clashes[0].short_h or offer.steps[0].kind == "target"


def test_an_offered_exception_costs_what_the_month_without_that_leave_costs() -> None:
    posed = impossible.MONTHS["leave_collision"]()[0]
    best = explained("leave_collision").offers[0]
    assert (best.steps[0].kind, best.steps[0].rule, best.steps[0].employee_id) == ("except", "leave_honoured", "a")
    study = posed.study
    leave = study.leave[~(study.leave["employee_id"].eq("a"))]
    kept = {name: study.table(name) for name in ("employees", "staff_grades", "skills", "wishes", "last_roster", "pins", "calendar", "contacts")}
    other = dataclasses.replace(study, _tables={**kept, "leave": leave.reset_index(drop=True)})
    before, after = solve(posed, gap=1e-6), solve(problem(posed.requirement, other), gap=1e-6)
    assert best.delta_yuan == pytest.approx(after.report.priced_yuan - before.report.priced_yuan + study.params.site.explain.exception_yuan)
    assert best.people == 1 and best.short_h == 0 and best.held_share == 1


def test_an_exception_from_a_statutory_rule_is_never_offered() -> None:
    for name in ("overtime_36", "seventh_day", "full_week", "part_time_week", "night_ban"):
        (clash,) = explained(name).clashes
        law = {(m.rule, m.employee_id) for m in clash.members if m.statutory}
        assert law
        assert not any((s.rule, s.employee_id) in law for o in explained(name).offers for s in o.steps)


def test_overtime_is_offered_by_the_hour() -> None:
    posed = impossible.month(
        [impossible.vip("a", overtime_max_h=0.0)], small.between(7, 15, days=range(6)), (impossible.EARLY,),
        explain={"hires_most": 0, "train_yuan": 5000.0},
    )  # fmt: skip
    found = explain(posed)
    best = found.offers[0]
    assert [(s.kind, s.employee_id, s.amount) for s in best.steps] == [("overtime", "a", 8.0)]
    assert best.short_h == 0 and not best.broken
    assert best.delta_yuan == pytest.approx(8 * posed.prices["overtime"] - 8 * posed.prices["short_peak"])


def test_too_few_people_are_told_from_rules_that_clash() -> None:
    alone = small.study([impossible.vip("a")], (impossible.EARLY,), {"vip": small.queue("vip")}, interval_min=60, law={"meal_break": 24.0})
    found = explain(problem(small.need(alone, {"vip": small.between(7, 15, heads=3, days=(1,))}), alone))
    assert found.clashes[0].cause == "people" and found.clashes[0].members == ()
    hired = [o for o in found.offers if o.steps[0].kind == "hire"]
    assert hired[0].steps[0].amount == 2 and hired[0].short_h == 0 and hired[0].people == 2


def test_a_shortage_that_the_prices_prefer_is_no_clash_of_rules() -> None:
    study = small.study(
        [impossible.vip("a")], (impossible.EARLY,), {"vip": small.queue("vip")}, interval_min=60, law={"meal_break": 24.0},
        prices={"short_peak": 1.0, "short": 1.0, "over": 50.0, "under_hours": 0.0},
    )  # fmt: skip
    found = explain(problem(small.need(study, {"vip": small.between(7, 9, days=range(5))}), study))
    assert found.clashes[0].cause == "prices" and found.clashes[0].least_h < found.clashes[0].short_h
    pay = [o for o in found.offers if o.steps[0].kind == "pay"]
    assert pay and pay[0].delta_yuan > 0 and pay[0].people == 0 and pay[0].short_h == pytest.approx(found.clashes[0].least_h)


def test_two_leaves_that_both_have_to_move_are_offered_together() -> None:
    people = [impossible.vip("a"), impossible.vip("b")]
    leave = [*impossible.away("a", 3), *impossible.away("b", 3)]
    posed = impossible.month(
        people, small.between(7, 15, heads=2, days=(3,)), (impossible.EARLY,), leave=leave, explain={"hires_most": 0, "train_yuan": 9000.0}
    )  # fmt: skip
    found = explain(posed)
    both = [o for o in found.offers if {s.employee_id for s in o.steps} == {"a", "b"}]
    assert both and both[0].short_h == 0 and both[0].people == 2


def test_on_a_large_site_only_the_days_around_a_shortage_are_free(monkeypatch: pytest.MonkeyPatch) -> None:
    posed, planted = impossible.MONTHS["leave_collision"]()
    plan = solve(posed)
    monkeypatch.setattr(sys.modules["cslib.roster.life.explain"], "CELLS", 1)
    found = explain(posed, plan)
    (clash,) = found.clashes
    assert (clash.first - posed.start).days == 2 and (clash.last - posed.start).days == 4
    assert {(m.rule, m.employee_id) for m in clash.members} >= {(rule, who) for rule, who, _ in planted}
    assert found.offers[0].short_h == 0


def test_a_month_in_which_nobody_is_missing_says_so() -> None:
    posed = impossible.month([impossible.vip("a")], small.between(7, 15, days=(1, 2)), (impossible.EARLY,))
    found = explain(posed)
    assert found.clashes == () and found.offers == ()
    assert len(sentences(found)) == 1


def test_a_roster_that_breaks_rules_is_not_explained() -> None:
    posed = impossible.MONTHS["leave_collision"]()[0]
    plan = solve(posed)
    row = small.work("y", impossible.day(3), impossible.EARLY)
    roster = plan.roster.copy()
    place = roster["employee_id"].eq("a") & roster["date"].dt.date.eq(impossible.day(3))
    for column in ("kind", "shift", "start", "end"):
        roster.loc[place, column] = row[column]
    assert "leave_honoured" in set(audit(roster, plan.covers, posed.requirement, posed.study)["rule"])
    with pytest.raises(RosterError) as caught:
        explain(posed, rostered(roster, plan.covers, posed))
    assert caught.value.keys == ["life.illegal"]


def test_sentences_name_people_days_and_yuan_in_both_languages() -> None:
    for language, leave in (("zh", "假期"), ("en", "leave")):
        with words.speaking(language):
            text = "\n".join(sentences(explained("leave_collision")))
            assert leave in text.lower() and "2026-03-05" in text and "-1,450" in text
            for name in sorted(MONTHS):
                assert len(sentences(explained(name))) >= 5


def test_a_protected_person_is_counted_and_not_named() -> None:
    """Who may not work nights, or no overtime, is not to be read from a report (privacy requirement P04); the rule and the days are."""
    found = explained("night_ban")
    (clash,) = found.clashes
    protected = {m.employee_id for m in clash.members if m.rule in law.PROTECTIONS}
    assert protected == {"a", "b"} and {m.statutory for m in clash.members if m.rule in law.PROTECTIONS} == {True}
    for language, told in (("zh", "2 人（2026-03-04）"), ("en", "people: 2 (2026-03-04) (the law itself: no exception)")):
        with words.speaking(language):
            lines = [text for text in sentences(found) if rule_name("night_protection", found.problem) in text]
            assert told in lines[0] and len(lines) <= 2  # the other: how much would be missing without the rule
            assert not any(re.search(r"(：|: )[ab]\b", text) for text in lines)


def test_an_exception_from_a_protection_is_not_offered_even_where_it_is_policy() -> None:
    posed, _ = impossible.night_ban()
    entry = posed.study.params.law.rules["night_protection"]
    own = entry.model_copy(update={"values": tuple(v.model_copy(update={"verification": "policy"}) for v in entry.values)})
    rules = posed.study.params.law.model_copy(update={"rules": {**posed.study.params.law.rules, "night_protection": own}})
    params = dataclasses.replace(posed.study.params, law=rules)
    found = explain(dataclasses.replace(posed, study=dataclasses.replace(posed.study, params=params)))
    assert {m.rule for m in found.clashes[0].members} >= {"night_protection"}
    assert not any(step.rule == "night_protection" for offer in found.offers for step in offer.steps)
