"""Ways out of an absence that nobody can cover: each mends what it says, asks for what the audit finds, and never for law or protection."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest
import small

from cslib.core import words
from cslib.report import ways_view
from cslib.roster import audit, recount
from cslib.roster.life import Board, absence, barred_rules, repair, ways_out
from cslib.roster.life.explain_facts import PRICED_RULES
from cslib.roster.life.ways_study import HIRED, longer, stretches

DAY = small.START + dt.timedelta(days=1)
LAW = ("daily_hours", "month_overtime", "consecutive_work_days", "leave_honoured")


def month(*people, roster, days: int = 7):
    """A post by day that may never be empty, a roster written out."""
    shifts = small.at_posts("desk", shifts=(small.EARLY, small.LATE))
    study = small.study(list(people), shifts, {"desk": small.queue(never_empty=True)}, days=days, prices={"under_hours": 0.0})
    need = small.need(study, {"desk": small.between(7, 23)})
    shown = {shift.code: shift for shift in shifts}
    rows = []
    for who in people:
        for n in range(days):
            day, code = small.START + dt.timedelta(days=n), roster.get((who["employee_id"], n), "")
            row = small.work(who["employee_id"], day, shown[code], "desk") if code else small.off(who["employee_id"], day)
            rows.append(row | {"pinned": False})
    table = study.with_tables(pins=small._table("pins", rows)).table("pins")
    covers = pd.DataFrame(columns=["post", "absent_id", "stand_in_id", "start", "end", "hours_h", "kind"])
    return table, covers.astype({"hours_h": float, "start": "datetime64[us]", "end": "datetime64[us]"}), need, study


def offered(given, who: str):
    """The ways out of a person's absence on the second day."""
    roster = given[0]
    row = roster[roster["employee_id"].eq(who) & roster["date"].eq(pd.Timestamp(DAY))].iloc[0]
    gone = absence(who, row["start"], row["end"])
    found = repair(*given, gone)
    return ways_out(*given, gone, found), found, gone


def everyone(**plan: str):
    """Codes by person, a letter a day: E, M, or - for off."""
    return {(who, n): code for who, codes in plan.items() for n, code in enumerate(codes) if code != "-"}


@pytest.fixture(scope="module")
def tight():
    """Hours used up, nobody too many: whoever is off on the second day needs overtime to come in; r may work none."""
    people = [small.person(w) for w in "ab"] + [small.person(w, fte_share=0.4) for w in "cd"]
    people.append(small.person("r", fte_share=0.05, no_overtime_until=dt.date(2026, 12, 31)))
    return month(*people, roster=everyone(a="EEEEE--", b="MMMMM--", c="-----EE", d="-----MM"))


@pytest.fixture(scope="module")
def gone(tight):
    """Somebody absent there on the second day."""
    return offered(tight, "a")


def test_what_is_asked_for_is_what_the_audit_finds_and_nothing_else(tight, gone):
    study = tight[3]
    found, base, gone = gone
    assert found.open_h > 0 and found.offers and base.gap_yuan > 0
    before = set(audit(base.board.roster(), base.board.cover_table(), tight[2], study, gone)["rule"]) - set(PRICED_RULES)
    assert not before
    for offer in found.offers:
        assert offer.open_h < found.open_h
        board = offer.found.board
        kinds = {step.kind for step in offer.steps}
        if kinds <= {"overtime", "except", "lieu", "moves"}:
            judged = audit(board.roster(), board.cover_table(), tight[2], study, gone)
            broken = judged[~judged["rule"].isin(PRICED_RULES)]
            asked = {(s.rule, s.employee_id) for s in offer.steps if s.kind in ("overtime", "except") and s.rule != "min_gap_h"}
            assert set(zip(broken["rule"], broken["employee_id"], strict=True)) == asked
        priced = recount(board.roster(), board.cover_table(), tight[2], board.study, gone)[1]["priced_yuan"].sum()
        calm = recount(*tight)[1]["priced_yuan"].sum()
        assert offer.yuan == pytest.approx(priced - calm + offer.own_yuan, abs=0.01)
        assert not any(step.employee_id == "r" for step in offer.steps)


def test_overtime_and_a_part_timer_are_offered_and_none_is_dominated(tight, gone):
    found, _, _ = gone
    kinds = {step.kind for offer in found.offers for step in offer.steps}
    assert {"overtime", "hire"} <= kinds
    for one in found.offers:
        for other in found.offers:
            assert one is other or any(a < b - 1e-6 for a, b in zip(one.measures, other.measures, strict=True))
    order = [(round(o.open_h, 4), round(o.yuan, 2)) for o in found.offers]
    assert order == sorted(order)
    hired = next(o for o in found.offers if o.hired)
    assert hired.own_yuan == pytest.approx(8 * tight[3].params.site.explain.hire_yuan_h) and hired.open_h == 0


def test_neighbours_stay_longer_and_come_earlier_as_the_law_allows(tight):
    study = tight[3]
    board = Board(*tight)
    early = next(d for d in board.people["a"].duties if d.date == DAY)
    made = {s.code: s for s in longer(study, [early]).params.shifts[len(study.params.shifts) :]}
    assert sorted(made) == ["1+M", "2+M", "3+M"]  # nobody is there before; 11 paid hours a day at most
    assert made["3+M"].start_min == 12 * 60 and made["3+M"].length_min == 11 * 60 and made["3+M"].breaks[0].earliest_min == 120 + 180
    late = next(d for d in board.people["b"].duties if d.date == DAY)
    assert sorted(s.code for s in longer(study, [late]).params.shifts[len(study.params.shifts) :]) == ["E+1", "E+2", "E+3"]
    alone = month(small.person("a"), small.person("b"), roster=everyone(a="EEEEE--", b="MMMMM--"))
    found, _, _ = offered(alone, "a")
    (mine,) = (o for o in found.offers if any(s.kind == "longer" for s in o.steps))
    step = next(s for s in mine.steps if s.kind == "longer")
    assert (step.employee_id, step.day, step.value) == ("b", DAY, 3.0) and "12:00-23:00" in step.shift
    assert mine.open_h == pytest.approx(found.open_h - 3)


def test_rules_of_the_sites_own_are_stretched_by_name_and_law_never(tight):
    study = tight[3]
    assert not set(stretches(study, DAY)) & set(LAW)
    params = study.params
    rule = params.law.rules["rest_between_shifts"]
    statutory = rule.model_copy(update={"values": tuple(v.model_copy(update={"verification": "P"}) for v in rule.values)})
    law = params.law.model_copy(update={"rules": {**params.law.rules, "rest_between_shifts": statutory}})
    elsewhere = dataclasses.replace(study, params=dataclasses.replace(params, law=law))
    assert "rest_between_shifts" in stretches(study, DAY) and "rest_between_shifts" not in stretches(elsewhere, DAY)
    assert barred_rules({"rest_between_shifts", "daily_hours", "overtime_protection"}, elsewhere) == ["rest_between_shifts", "daily_hours"]
    # c closes the evening before: he may open only with 8 h of rest in place of 11
    people = [small.person(w, fte_share=share) for w, share in (("a", 1.0), ("b", 0.8), ("c", 0.4))]
    found, _, _ = offered(month(*people, roster=everyone(a="EEEEE--", b="-MMMM--", c="M------")), "a")
    (step,) = next(o.steps for o in found.offers if any(s.kind == "except" for s in o.steps))
    assert (step.rule, step.employee_id, step.day, step.value, step.limit) == ("rest_between_shifts", "c", DAY, 8.0, 11.0)
    with words.speaking("en"):
        assert "c on 2026-03-03: 8 in place of 11 h" in "\n".join(ways_view.lines(found, (), study))


def test_where_nobody_is_missing_nothing_is_offered(tight):
    people = [small.person(w, overtime_max_h=36.0) for w in "abc"]
    found, base, _ = offered(month(*people, roster=everyone(a="EEEEE--", b="MMMMM--", c="E------")), "a")
    assert found.open_h == 0 and found.offers == () and base.moves
    assert ways_view.lines(found, (), tight[3]) == []


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_offers_are_told_with_days_covers_and_what_is_never_offered(tight, gone, language):
    found, _, _ = gone
    with words.speaking(language):
        lines = ways_view.lines(found, {"daily_hours", "overtime_protection"}, tight[3])
        text = "\n".join(lines)
        assert {"zh": "外聘", "en": "agency"}[language] in text and {"zh": "批准", "en": "approve overtime"}[language] in text
        assert {"zh": "每日工时上限", "en": "paid hours of one duty"}[language] in lines[-1] and HIRED not in text
        assert words.pick(tight[3].params.law.rules["overtime_protection"].meaning) not in text
        assert {"zh": "不违反法律", "en": "No offer breaks the law"}[language] in ways_view.lines(found, (), tight[3])[-1]
