"""Synthetic people, panels from tables, two ladders side by side, proposals and forms; all fifteen schemes over two years."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from ladder_cases import opened

from benchmarks.ladders import measure
from cslib.core import tables
from cslib.core.errors import PeopleError
from cslib.core.words import speaking
from cslib.params.kpi import open_kpis
from cslib.params.ladder_files import ladder_names
from cslib.people import story
from cslib.people.compare import compare_ladders, headcount
from cslib.people.engine import run_ladder
from cslib.people.panel import panel_of
from cslib.people.proposals import application_forms, proposals
from cslib.people.synthetic import synthetic_facts, synthetic_panel

PANEL = synthetic_panel(80, 24, seed=11)


@pytest.mark.parametrize("name", ladder_names())
def test_every_scheme_runs_two_years_on_synthetic_people(name):
    course = run_ladder(opened(name), PANEL)
    counts = headcount(course).sum(axis=1)
    employed = ((np.arange(24)[None, :] >= PANEL.hired[:, None]) & (np.arange(24)[None, :] < PANEL.left[:, None])).sum(axis=0)
    assert (counts.to_numpy() == employed).all() and course.batches
    for batch in course.batches:
        assert (np.diff(batch.rows) > 0).all() and len(batch.before) == len(batch.after) == len(batch.rows)
    shown = proposals(course, course.panel.months_text[course.batches[0].month])
    assert shown["decision"].isna().all() and shown["decided_on"].isna().all() and shown["reason"].str.len().gt(5).all()


@pytest.mark.parametrize("name", ladder_names())
def test_every_reading_of_every_question_runs_on_synthetic_people(name):
    """Each option of each setting, one at a time: it opens, finds its facts and gives everybody in employment a grade in each month."""
    few = PANEL.take(range(20))
    employed = (np.arange(24)[None, :] >= few.hired[:, None]) & (np.arange(24)[None, :] < few.left[:, None])
    for setting, asked in opened(name).spec.settings.items():
        for option in asked.options:
            ladder = opened(name, "", ((setting, option),))
            course = run_ladder(ladder, few)
            assert ladder.chosen[setting] == option and ((course.grade >= 0) == employed).all(), (setting, option)
    table = story.settings_table(opened(name))
    assert list(table["ladder_setting"]) == list(opened(name).spec.settings) and (table.empty or table["other_readings"].str.len().gt(3).all())


def test_the_same_seed_gives_the_same_people():
    again = synthetic_panel(80, 24, seed=11)
    assert all(np.array_equal(PANEL.facts[name], again.facts[name], equal_nan=True) for name in PANEL.facts) and PANEL.synthetic
    assert not np.array_equal(synthetic_panel(80, 24, seed=12).facts["score"], PANEL.facts["score"], equal_nan=True)
    staff = pd.DataFrame({"employee_id": ["B", "A"], "position": [1, 2]})
    one, other = (synthetic_facts(staff, open_kpis(), "2026-01", 2, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_a_panel_from_tables():
    staff = tables.check(
        "employees",
        pd.DataFrame({"employee_id": ["A", "B"], "position": [2, 1], "site": "s", "role": "agent", "hired": ["2026-01-01", "2025-11-15"],
                      "left": [None, "2026-02-10"], "hours_scheme": "standard", "fte_share": 1.0}),
    )  # fmt: skip
    rows = [("A", "2026-02", "score", 80.0, 1), ("B", "2026-01", "score", 70.0, 1), ("A", "2025-12", "score", 1.0, 1)]
    facts = pd.DataFrame(rows, columns=["employee_id", "period", "kpi", "value", "sample"])
    made = panel_of(tables.check("kpi_facts", facts), staff, "2026-01", 3)
    assert made.people == ("B", "A") and list(made.hired) == [-1, 0] and list(made.left) == [2, 4]
    assert np.array_equal(made.facts["score"], [[70, np.nan, np.nan], [np.nan, 80, np.nan]], equal_nan=True)
    with pytest.raises(PeopleError) as caught:
        panel_of(tables.check("kpi_facts", facts.assign(employee_id="X", period=["2026-01", "2026-02", "2026-03"])), staff, "2026-01", 3)
    assert caught.value.keys == ["people.unknown_fact"]


def test_proposals_explain_every_criterion_in_both_languages():
    """P10: reasons by criterion, empty decision; figures and limits stand in the text."""
    course = run_ladder(opened("H_star_ladder"), PANEL)
    batch = next(batch for batch in course.batches if batch.rule == "promote")
    month = PANEL.months_text[batch.month]
    for language, sign in (("zh", "连续三个月"), ("en", "three months running")):
        with speaking(language):
            found = proposals(course, month)
        line = found[found["rule"].eq("promote")].iloc[0]
        assert sign in line["reason"] and "110" in line["reason"] and "S003-H5" in line["reason"]
        assert line["outcome"] == "move" and line["pay_month"] == line["effective_month"] > month


def test_the_form_has_empty_fields_for_humans_and_no_list_of_names():
    """S003-H14, P10, P14."""
    course = run_ladder(opened("H_star_ladder"), PANEL)
    batch = next(batch for batch in course.batches if batch.rule == "promote")
    month = PANEL.months_text[batch.month]
    for language, title in (("zh", "晋升/降级申请表"), ("en", "Application for promotion")):
        with speaking(language):
            page = application_forms(course, month)
            blind = application_forms(course, month, with_people=False)
        assert title in page and f'lang="{language}"' in page and "SYNTHETIC" in page
        assert page.count("</th><td></td></tr>") == 6 * page.count("<section>") > 0
        assert "SYN-" in page and "SYN-" not in blind and not re.search(r"(?:src|href)=", page)
    with speaking("zh"):
        assert "24" in page and "没有" in application_forms(course, "1999-01")


def test_two_ladders_on_the_same_people():
    one, other = run_ladder(opened("H_star_ladder"), PANEL), run_ladder(opened("H_star_ladder", "as_written"), PANEL)
    found = compare_ladders(one, other)
    assert found.joint.to_numpy().sum() == 80 and list(found.moves["people"]) == [80, 80]
    assert found.cost.shape == (24, 2) and (found.cost.iloc[-1] > 0).all() and set(found.why.columns) == {"scheme", "rule", "proposals"}
    assert found.moves["moved_down"][1] >= found.moves["moved_down"][0]
    with pytest.raises(ValueError, match="same people"):
        compare_ladders(one, run_ladder(opened("H_star_ladder"), PANEL.take([0, 1])))


def test_the_benchmark_runs_every_scheme_and_counts_what_it_did():
    """Figures of speed are the benchmark's own: python -m benchmarks.ladders."""
    found = measure(200, 24)
    assert found["ladders"] == len(found["each_cpu_s"]) == 15 and found["proposals"] > 1000
