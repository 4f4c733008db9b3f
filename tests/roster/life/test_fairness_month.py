"""A month evened out in the chain: off it stays as solved, on it is legal and costs what is told; every line and picture says so."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import front_desk
import pandas as pd
import pytest

from cslib import report
from cslib.batch import chain, fairness
from cslib.core import words
from cslib.core.errors import SolverError
from cslib.params.life_settings import FairnessSettings
from cslib.roster import Plan, SolveReport, audit, recount
from cslib.roster.life import evening, evening_month
from cslib.roster.life.fairness import spread

PROOF = SolveReport("optimal", "gap", True, 0.0, 0.0, 0.0, "exact", 1, 1, 0.0, 0.0)


@pytest.fixture(scope="module")
def month():
    return front_desk.month()


@pytest.fixture(scope="module")
def plan(month) -> Plan:
    coverage, cost_split = recount(month.roster, month.covers, month.need, month.study)
    return Plan(month.roster, month.covers, coverage, cost_split, PROOF)


@pytest.fixture(scope="module")
def carried(month, plan) -> pd.DataFrame:
    """The ledger of a month like this one before it."""
    return fairness.month_ledger(plan.roster, plan.covers, month.need, month.study)


@pytest.fixture(scope="module")
def done(month, plan, carried):
    study = month.study.with_tables(fairness_ledger=carried)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fairness, "SHARES", (0.0, 1.0))
        patch.setattr(evening_month, "_EVEN", math.inf)  # this month has shifts for the audit that no plan may have
        return study, *fairness.evened(plan, month.need, study, 100.0)


class Drawer(dict):
    """A run that only keeps tables and notes."""

    save, load, has, note = dict.__setitem__, dict.__getitem__, dict.__contains__, dict.__setitem__


def planned(month, plan, monkeypatch, budget: float | None) -> Drawer:
    """What the chain leaves when the engine answers with the plan."""
    monkeypatch.setattr(chain.roster, "problem", lambda *_: None)
    monkeypatch.setattr(chain.roster, "solve", lambda *_, **__: plan)
    site = month.study.params.site.model_copy(update={"fairness": FairnessSettings(month_yuan=budget)})
    study = dataclasses.replace(month.study, params=dataclasses.replace(month.study.params, site=site))
    run = Drawer(requirement=month.need)
    chain.plan(study, run)
    return run


def test_off_the_month_stays_as_the_engine_left_it(month, plan, monkeypatch):
    assert FairnessSettings().month_yuan is None
    run = planned(month, plan, monkeypatch, None)
    assert run["roster"].equals(plan.roster) and run["covers"].equals(plan.covers)
    assert not {"fairness_curve", "fairness_exchanges"} & set(run)


def test_on_the_chain_keeps_curve_and_exchanges_and_the_evened_month(month, plan, done, monkeypatch):
    asked = []
    monkeypatch.setattr(chain, "evened", lambda *given: asked.append(given) or done[1:])
    run = planned(month, plan, monkeypatch, 75.0)
    assert asked[0][0] is plan and asked[0][3] == 75.0
    assert run["roster"].equals(done[1].roster) and not run["roster"].equals(plan.roster)
    assert run["fairness_exchanges"]["exchange"].nunique() == len(done[2].exchanges) > 0 and len(run["fairness_curve"]) == 3
    assert run["solver"]["status"] == "optimal"


def test_the_cost_told_is_the_audits_recount_and_no_rule_is_broken(month, plan, done):
    study, made, found = done
    assert audit(made.roster, made.covers, month.need, study).empty
    before, after = (math.fsum(recount(p.roster, p.covers, month.need, study)[1]["priced_yuan"]) for p in (plan, made))
    assert after - before == pytest.approx(found.yuan, abs=0.02) and found.yuan <= 100.0
    assert math.fsum(made.cost_split["priced_yuan"]) == pytest.approx(after)
    curve = fairness.curve_table(found)
    assert curve["priced_yuan"].iloc[-1] == found.yuan and (curve["priced_yuan"] <= curve["budget_yuan"] + 1e-6).all()


def test_what_was_carried_in_is_made_good(month, plan, carried, done):
    study, made, _ = done
    alone, evened = (fairness.month_ledger(p.roster, p.covers, month.need, study) for p in (plan, made))
    for kind in ("nights_balance", "weekends_balance"):
        assert spread(carried[kind]) < spread(alone[kind]) and spread(evened[kind]) < 0.75 * spread(alone[kind])


def test_a_price_that_the_recount_does_not_find_is_refused(month, plan, monkeypatch):
    told = evening.Evened((evening.Exchange("T0n", "T1n", (dt.date(2026, 12, 1),), 50.0),), (evening.Point(50.0, 50.0, (0.0,) * 4),))
    board = fairness.life.Board(plan.roster, plan.covers, month.need, month.study)
    monkeypatch.setattr(fairness.life, "even_month", lambda *_, **__: (board, told))
    with pytest.raises(SolverError):
        fairness.evened(plan, month.need, month.study, 50.0)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_everybody_reads_what_he_got_and_why(month, done, language):
    study, made, found = done
    ledger = fairness.month_ledger(made.roster, made.covers, month.need, study)
    with words.speaking(language):
        exchanges = fairness.exchange_table(found)
        shown = report.fairness_view.in_order(ledger, study)
        lines = report.fairness_view.why_lines(ledger, study, exchanges)
        assert shown["employee_id"].tolist() == study.employees.sort_values("position")["employee_id"].tolist()
        assert len(lines) == len(ledger) and all(who in line for who, line in zip(shown["employee_id"], lines, strict=True))
        assert not any("-0.0" in line for line in lines)
        above = shown["points"] - shown["share_points"]
        less = {"zh": "以前多担，本月少排", "en": "so less this month"}[language]
        owed = ((shown["carried_in"] >= 0.5) & (above <= -0.5)).tolist()
        assert [less in line for line in lines] == owed and any(owed)
        table = fairness.curve_table(found)
        *again, told = report.fairness_view.evened_lines(table, exchanges)
        assert str(exchanges["exchange"].nunique()) in told and not again
        first, last = report.fairness_view.evened_lines(table.assign(planned_again=True), exchanges)
        assert last == told and {"zh": "重排", "en": "planned again"}[language] in first
        assert len(report.fairness_view.curve_lines(fairness.curve_table(found))) == len(found.curve)
        first = report.fairness_view.lines(ledger, month.study)
        assert report.fairness_view.lines(ledger, study)[1] != first[1]
        picture = report.figures.fairness(ledger, fairness.curve_table(found), study)
        assert len(picture.axes) == 2 and len(picture.axes[0].patches) == 4 * len(ledger)
        assert report.figures.fairness(ledger.head(0), None, study).alt == picture.alt
