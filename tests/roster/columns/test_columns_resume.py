"""Stop, resume and start of a site's month: the incumbent with its gap, never worse than a legal start, a month before moved on by weeks."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import signal

import numpy as np
import pandas as pd
import pytest
from months import staff
from small import DAY, EARLY, LATE, NIGHT, between, need, person, queue, study

from cslib import roster
from cslib.roster import plan as plans
from cslib.roster.columns.model import OFF, plan_findings
from cslib.roster.columns.nearest import nearest_plan
from cslib.roster.engine_begin import cells_of
from cslib.roster.engine_stop import on_interrupt


@pytest.fixture
def centre(monkeypatch: pytest.MonkeyPatch) -> roster.Problem:
    """Four people, two queues, large enough for columns."""
    monkeypatch.setattr(plans, "EXACT_CELLS", 0)
    return _centre()


def _centre() -> roster.Problem:
    people = [person("a", "zh"), person("b", "zh", "en"), person("c", "zh", "en"), person("d", "en")]
    wishes = [{"employee_id": "a", "date": dt.date(2026, 3, 4), "wish": "OFF", "weight": 1.0}]
    given = study(people, (dataclasses.replace(EARLY), DAY, LATE, NIGHT), {"zh": queue("zh"), "en": queue("en")}, wishes=wishes)
    return roster.problem(need(given, {"zh": between(7, 23, 1), "en": between(9, 24, 1)}), given)


def test_a_stop_gives_the_incumbent_with_its_gap_and_resuming_never_makes_it_worse(centre):
    heard: list[float] = []
    way = {"gap": 0.0001, "work": 0.02}
    first = roster.solve(centre, **way, progress=lambda _share, cost, _bound: heard.append(cost), stop=lambda: bool(heard))
    assert (first.report.ended_by, first.report.status, first.report.replayable) == ("stop", "stopped_early", False)
    assert 0 <= first.report.bound_yuan < first.report.priced_yuan and first.report.gap_share > 0
    assert roster.audit(first.roster, first.covers, centre.requirement, centre.study).empty
    again = roster.solve(centre, **way, begin=first.roster)
    assert again.report.priced_yuan < first.report.priced_yuan
    once_more = roster.solve(centre, **way, begin=again.roster, stop=lambda: True)
    assert once_more.report.priced_yuan <= again.report.priced_yuan + 1e-6
    assert once_more.report.ended_by in ("stop", "gap")


@pytest.mark.filterwarnings("ignore:Using LpProblem.constraints:DeprecationWarning")
def test_a_site_solved_whole_stops_with_a_legal_roster_and_starts_from_one():
    month = _centre()
    first = roster.solve(month, gap=0.0, work=0.01, stop=lambda: True)
    assert (first.report.engine, first.report.ended_by, first.report.replayable) == ("exact", "stop", False)
    assert 0 <= first.report.bound_yuan <= first.report.priced_yuan
    assert roster.audit(first.roster, first.covers, month.requirement, month.study).empty
    found = roster.solve(month, gap=0.3, work=0.05)
    again = roster.solve(month, gap=0.9, work=0.05, begin=found.roster)
    assert again.report.priced_yuan <= found.report.priced_yuan + 1e-6
    broken = first.roster.iloc[:0]
    assert roster.solve(month, gap=0.9, work=0.05, begin=broken).report.status != "stopped_early"


def test_a_roster_is_read_back_as_it_was_written(centre):
    found = roster.solve(centre, gap=0.0001, work=0.01)
    cells, at = cells_of(centre, found.roster)
    worked = found.roster[found.roster["kind"] == "work"]
    assert (cells != OFF).sum() == len(worked)
    lengths = [len(centre.shifts[s].breaks) for s in cells[cells != OFF]]
    assert (at[cells != OFF][:, 0] > 0).sum() == sum(n > 0 for n in lengths)


def test_a_month_before_is_moved_on_by_whole_weeks_and_made_legal(centre):
    found = roster.solve(centre, gap=0.0001, work=0.01)
    cells, _ = cells_of(centre, found.roster)
    before = found.roster.assign(breaks=np.nan, **{c: found.roster[c] - pd.Timedelta(days=28) for c in ("date", "start", "end")})
    assert (cells_of(centre, before)[0] == cells).all()
    warm = roster.solve(centre, gap=0.0001, work=0.01, begin=before)
    assert roster.audit(warm.roster, warm.covers, centre.requirement, centre.study).empty


@pytest.mark.parametrize("seed", range(4))
def test_the_nearest_legal_month_differs_only_where_a_rule_is_broken(seed):
    team = staff(np.random.default_rng(seed), people=3)
    easy = tuple(dataclasses.replace(p, off_cost=np.zeros(8), total_cost=np.zeros(17), week_max=()) for p in team.people)
    team = dataclasses.replace(team, people=easy)
    wanted = np.random.default_rng(seed + 50).integers(-1, 3, (3, 8))
    legal = nearest_plan(team, wanted)
    assert legal is not None and not plan_findings(team, legal)
    again = nearest_plan(team, legal)
    assert again is not None and (again == legal).all()
    for p in range(3):  # giving a broken month back cell by cell never mends it
        for d in np.flatnonzero(legal[p] != wanted[p]):
            trial = legal.copy()
            trial[p, d] = wanted[p, d]
            assert any(q == p for q, _ in plan_findings(team, trial))


def test_the_first_interrupt_is_a_wish_and_the_second_breaks_off():
    outside = signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background may ignore interrupts
    try:
        with pytest.raises(KeyboardInterrupt), on_interrupt() as asked:
            assert not asked()
            os.kill(os.getpid(), signal.SIGINT)
            assert asked()
            os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, outside)
