"""A site's own figures on the pages: what they rest on, the panel for the ladders, and the way from a proposal to a decision and back."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cslib import intake, people, report
from cslib.core import tables
from cslib.core.words import LANGUAGES, speaking
from cslib.intake.appraisal import Figures
from cslib.intake.decisions import read_decisions
from cslib.intake.people import Desk
from cslib.people import story

STUDY = intake.open_study("online_shop", month="2026-12")  # pays by the star scheme, so that proposals of the star ladder can be decided on
KPIS = people.open_kpis()
PEOPLE = list(STUDY.employees.sort_values("position")["employee_id"])
NONE = intake.figures(STUDY)


def own(score: float = 120.0) -> Figures:
    """Three months of everybody's score, and satisfaction with its sample."""
    rows = [
        {"employee_id": person, "period": f"2026-{month:02d}", "kpi": kpi, "value": value, "sample": sample, "sd": None}
        for person in PEOPLE for month in (9, 10, 11) for kpi, value, sample in (("kpi_percent", score, None), ("csat", 0.93, 60.0))
    ]  # fmt: skip
    return dataclasses.replace(NONE, facts=tables.check("kpi_facts", pd.DataFrame(rows)))


def test_invented_figures_only_where_a_site_brings_none() -> None:
    assert people.basis(STUDY, NONE, KPIS).synthetic
    found = people.basis(STUDY, own(), KPIS)
    assert not found.synthetic and found.months == ("2026-09", "2026-10", "2026-11") and set(found.facts["kpi"]) == {"csat"}
    for language in LANGUAGES:
        with speaking(language):
            assert "2026-09" in story.basis_lines(found, own(), 1)[0]
            assert "SYNTHETIC" in story.basis_lines(people.basis(STUDY, NONE, KPIS), NONE, 1)[0] or language == "zh"


def test_own_targets_replace_those_of_the_source() -> None:
    target = KPIS.team_targets["csat_95"].model_copy(update={"at_least": 0.5})
    found = people.basis(STUDY, dataclasses.replace(own(), targets={"csat_absolute": target}), KPIS)
    assert list(found.kpis.team_targets) == ["csat_absolute"]
    judged = story.target_table(found.facts, found.kpis, found.months[:1], found.months[1:])
    assert judged["state"].tolist() == ["met"] and judged["goal"].tolist() == [0.5]


def test_the_panel_stands_on_the_files_and_scores_what_they_lack() -> None:
    panel = people.own_panel(STUDY, own(), KPIS, "cs_rep")
    assert not panel.synthetic and panel.people == tuple(PEOPLE) and panel.months_text == ["2026-09", "2026-10", "2026-11"]
    assert np.nanmin(panel.facts["kpi_percent"]) == 120.0  # the file's own, not the appraisal score
    scored = people.appraise(own().facts, KPIS, "cs_rep").set_index(["employee_id", "period"])["score"]
    assert panel.facts["score"][0, 0] == scored[PEOPLE[0], "2026-09"] and {"team_mean", "best_member", "bottom_three"} <= set(panel.facts)


def test_starting_grades_are_those_of_the_staff_list_where_the_ladder_knows_them() -> None:
    panel, star = people.own_panel(STUDY, own(), KPIS, "cs_rep"), people.open_ladder("H_star_ladder")
    held = dict(zip(STUDY.staff_grades["employee_id"], STUDY.staff_grades["grade"], strict=True))
    assert people.with_grades(panel, star, STUDY).grade == tuple(held[person] for person in PEOPLE)
    assert people.with_grades(panel, people.open_ladder("R_CBA"), STUDY).grade == ()


@pytest.mark.parametrize("verdict", ["同意", ""])
def test_the_sheet_for_decisions_comes_back_and_changes_next_months_grades(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdict: str) -> None:
    """Own figures -> proposals -> sheet -> human decision -> grades of the next month; without a decision nothing changes."""
    monkeypatch.setenv("CSLIB_PROTECTED", str(tmp_path / "kept"))
    panel, star = people.own_panel(STUDY, own(), KPIS, "cs_rep"), people.open_ladder("H_star_ladder")
    made = report.protected_forms(people.present_course(panel, star, STUDY), STUDY, "2026-11")
    assert made.count > 0 and [path.name for path in made.forms] == ["forms-H_star_ladder-zh.html", "forms-H_star_ladder-en.html"]
    assert "晋升" in made.forms[0].read_text(encoding="utf-8") and "<html lang=\"en\"" in made.forms[1].read_text(encoding="utf-8")
    with made.sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    place = {name: i for i, name in enumerate(tables.spec("grade_proposals").columns)}
    assert all(row[place["decision"]] == row[place["decided_on"]] == row[place["decided_by"]] == "" for row in rows[1:])
    for row in rows[1:]:
        row[place["decision"]], row[place["decided_on"]], row[place["decided_by"]] = verdict, "2026-11-30", "经理"
    back = tmp_path / "proposals.csv"
    with back.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    desk = Desk(STUDY.params, STUDY.horizon, {person: person for person in PEOPLE}, STUDY.employees, STUDY.calendar)
    decided = STUDY.with_tables(grade_decisions=read_decisions(back, desk, STUDY.staff_grades))
    before, after = (people.grades(study).set_index("employee_id") for study in (STUDY, decided))
    changed = after["grade"].ne(before["grade"])
    assert int(changed.sum()) == (made.count if verdict else 0) and set(after.loc[changed, "move"]) <= {"up"}


def test_a_decided_change_starts_the_count_anew() -> None:
    """Three good months make a proposal; with the last one decided in November only that month counts."""
    panel, star = people.own_panel(STUDY, own(), KPIS, "cs_rep"), people.open_ladder("H_star_ladder")
    person = next(p for p, g in zip(STUDY.staff_grades["employee_id"], STUDY.staff_grades["grade"], strict=True) if g == "agent")
    changed = pd.DataFrame(
        [{"employee_id": person, "pay_month": "2026-11", "from_grade": "agent", "to_grade": "star1", "rule": "promote",
          "decided_on": pd.Timestamp("2026-10-30"), "decided_by": "manager"}]
    )  # fmt: skip
    for study, proposed in ((STUDY, True), (STUDY.with_tables(grade_decisions=changed), False)):
        found = people.proposals(people.present_course(panel, star, study), "2026-11")
        assert (person in set(found["employee_id"])) == proposed


def test_pass_rates_of_training_carry_their_interval() -> None:
    results = pd.DataFrame([("2026-11", "induction", n < 9) for n in range(10)], columns=["period", "training", "passed"])
    found = people.pass_table(dataclasses.replace(NONE, training=results), people.open_training())
    assert found["pass_share"].tolist() == [0.9] and found["pass_rate_target_share"].tolist() == [1.0]
    assert found["low"].iloc[0] == pytest.approx(0.596, abs=0.001) and found["high"].iloc[0] == pytest.approx(0.982, abs=0.001)  # Wilson, 9 of 10


def test_sessions_of_several_people_get_one_day_on_which_fewest_are_away() -> None:
    staff = pd.DataFrame({"employee_id": ["A", "B", "C"], "position": [1, 2, 3], "hired": pd.Timestamp("2025-01-01")})
    needs = pd.DataFrame({"employee_id": ["A", "B", "C"], "kind": "communication", "kpis": "csat"})
    leave = pd.DataFrame({"employee_id": "B", "date": pd.date_range("2026-12-01", "2026-12-30")})
    found = people.training_sessions(needs, people.open_training(), "2026-12", staff, leave)
    assert found["together"].all() and found["earliest"].eq(found["latest"]).all()
    assert found["earliest"].unique().tolist() == [pd.Timestamp("2026-12-31")]
