"""Training from appraisal to roster, file by file: KPI figures, needs, sessions, ``off_queue``, a duty for each session."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_site import TinySite

from cslib import demand, intake, people, report, roster, staffing
from cslib.core.errors import RosterError

SITE = """
name: {zh: 培训小站, en: Training site}
synthetic: true
seed: 7
city: shanghai
law: cn_labour
pay: simple
interval_min: 30
queues:
  counter:
    name: {zh: 柜台, en: Counter}
    channel: post
    model: heads
    skill: counter
    opening: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}]
    heads: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00", heads: 1}]
files:
  staff: staff.csv
"""
SHIFT = """  {code}:
    name: {{zh: {zh}, en: {en}}}
    mark: {{zh: {zh}, en: {code}}}
    colour: "#c6e0b4"
    start: "09:00"
    length_min: 540
    breaks: [{{length_min: 60, earliest_min: 180, latest_min: 180}}{session}]
"""
SESSION = ", {{length_min: {length}, earliest_min: {first}, latest_min: {last}, paid: true, session: training}}"
KINDS = (("T", "训", "training", 120, 300, 300), ("I", "新", "induction", 240, 300, 300), ("C", "辅", "coaching", 60, 300, 480))
PLAIN = SHIFT.format(code="D", zh="白", en="day", session="")
TAUGHT = "".join(
    SHIFT.format(code=code, zh=zh, en=en, session=SESSION.format(length=length, first=begin, last=end)) for code, zh, en, length, begin, end in KINDS
)
STAFF = "工号,班组,岗位,入职日期,工时制,全时当量,技能,职级\n" + "".join(
    f"00{n},一组,客服,{'2026-12-07' if n == 104 else '2024-03-01'},综合,1,柜台,初级\n" for n in (101, 102, 103, 104)
)
KPI = "工号,月份,指标,数值,样本量\n" + "".join(
    f"00{n},2026-11,{kpi},{value},2000\n" for n, kpi, value in ((101, "csat", 0.82), (102, "csat", 0.82), (101, "fcr", 0.60), (103, "csat", 0.96))
)


@pytest.fixture
def site(tiny: TinySite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> TinySite:
    """A counter with one person at a time, four people, and KPI figures of November."""
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path / "out"))
    tiny.put("site.yml", SITE)
    tiny.put("shifts.yml", "shifts:\n" + PLAIN + TAUGHT)
    tiny.put("staff.csv", STAFF)
    tiny.use("kpi", "[kpi.csv]", KPI)
    return tiny


def handed(study: intake.Study) -> Path:
    """The file of sessions that the appraisal page leaves for the roster."""
    kpis, training = people.open_kpis(), people.open_training()
    basis = people.basis(study, intake.figures(study), kpis)
    needs = people.training_needs(basis.facts, study.employees, kpis, training, basis.months[-1], study.month)
    run = report.open_run(study)
    run.save("off_queue", people.training_sessions(needs, training, study.month, study.employees, study.leave))
    return run.path / "tables" / "off_queue.csv"


def test_every_session_of_the_plan_becomes_a_duty_and_the_requirement_stays(site: TinySite) -> None:
    before = intake.open_study("tiny", month="2026-12")
    site.use("off_queue", "off_queue.csv", handed(before).read_bytes())
    study = intake.open_study("tiny", month="2026-12")
    sessions = study.off_queue
    # 101 and 102 on communication, 101 on business knowledge, 101 coached, 104 inducted in two halves
    assert sorted(sessions["hours_h"]) == [1, 2, 2, 2, 4, 4] and set(sessions["activity"]) == {"training"}
    need, without = (staffing.requirement(demand.forecast(s), s) for s in (study, before))
    assert need.equals(without)
    plan = roster.solve(roster.problem(need, study), work=0.02)
    found = roster.audit(plan.roster, plan.covers, need, study)
    assert "session_held" not in set(found["rule"])
    assert plan.cost_split.set_index("price").loc["session_missed", "quantity"] == 0
    carries = {2.0: "T", 4.0: "I", 1.0: "C"}
    duties = plan.roster[plan.roster["kind"].eq("work")]
    for row in sessions.itertuples():
        own = duties[duties["employee_id"].eq(row.employee_id) & duties["shift"].eq(carries[row.hours_h])]
        assert own["date"].between(row.earliest, row.latest).any(), row
    together = sessions[sessions["together"] & sessions["hours_h"].eq(2)].groupby("session").filter(lambda part: len(part) == 2)
    assert len(together) == 2 and together["earliest"].nunique() == 1  # the two of one session learn on one day, at the shift's one time
    assert not set(plan.roster.columns) & {"kind_of_training", "kpis", "score", "activity"}


def test_a_site_without_such_a_shift_is_told_what_to_write(site: TinySite) -> None:
    study = intake.open_study("tiny", month="2026-12")
    site.use("off_queue", "off_queue.csv", handed(study).read_bytes())
    site.put("shifts.yml", "shifts:\n" + PLAIN)
    study = intake.open_study("tiny", month="2026-12")
    with pytest.raises(RosterError) as caught:
        roster.problem(staffing.requirement(demand.forecast(study), study), study)
    assert "session: training" in str(caught.value) and "240" in str(caught.value)
