"""Tables and figures of the notebooks: no list of people, own band only, both languages, and a room that loads at first use."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from ladder_cases import opened

from cslib import people
from cslib.core.errors import PeopleError
from cslib.core.words import LANGUAGES, speaking
from cslib.people import story
from cslib.people.own import SHOWN_CHANGE
from cslib.report import figures

KPIS = people.open_kpis()
STAFF = pd.DataFrame({"employee_id": [f"P{i:02d}" for i in range(30)], "position": range(1, 31)})
FACTS = people.synthetic_facts(STAFF, KPIS, "2026-01", 4, seed=5, change=SHOWN_CHANGE)
STUDY = SimpleNamespace(
    params=SimpleNamespace(site=SimpleNamespace(name={"zh": "站", "en": "site"}, synthetic=True), scenario_meaning={"zh": "基准", "en": "base"}),
    month="2026-05",
)


def test_own_band_shows_one_person_and_small_groups_show_nothing():
    """P14: bands or own position only; P06: ten people at least."""
    latest = people.appraise(FACTS, KPIS, "cs_rep").query("period == '2026-04'")
    best = latest.sort_values("score").iloc[-1]["employee_id"]
    with speaking("en"):
        text = story.own_band(latest, best)
    assert "75–100%" in text and not any(person in text for person in STAFF["employee_id"])
    for group, person in ((latest, "nobody"), (latest.head(9), latest.iloc[0]["employee_id"])):
        with pytest.raises(PeopleError) as caught:
            story.own_band(group, person)
        assert caught.value.keys == ["people.no_own_band"]


def test_no_table_of_the_notebooks_names_a_person():
    panel = people.synthetic_panel(60, 12, seed=2)
    course, other = people.run_ladder(opened("H_star_ladder"), panel), people.run_ladder(opened("Q_quarter_80_70_50"), panel)
    both = people.compare_ladders(course, other)
    shown = [story.rule_names(both.why, [course.ladder, other.ladder]), both.moves, people.headcount(course), story.reach_table("as_written")]
    shown += [story.time_to_grades("repaired", 100, 10), story.target_table(FACTS, KPIS, ["2026-01"], ["2026-04"])]
    found = story.example(other)
    assert found is not None and story.example(course, "coaching") is None
    for frame in [*shown, found[1]]:
        assert "employee_id" not in frame.columns and "SYN-" not in frame.to_csv()


def test_sentences_on_bands():
    with speaking("en"):
        lines = story.band_lines(["Q_quarter_80_70_50", "T_eleven_criteria"])
    assert len(lines) == 8 and "70" in lines[0] and "two bands" in lines[0]


def test_a_quota_holds_moves_back():
    panel = people.synthetic_panel(60, 12, seed=2)
    found = story.quota_table("Q_quarter_80_70_50", "promote", panel, (1.0, 0.2, 0.05))
    assert found["moved_up"].is_monotonic_decreasing and found["moved_up"].iloc[-1] < found["moved_up"].iloc[0]


def test_a_narrower_hold_band_drifts_down():
    curve = story.drift_curves(["repaired"])
    hold = curve[curve["kind"].eq("hold")]
    assert hold["lowest"].is_monotonic_increasing and hold["lowest"].iloc[-1] == pytest.approx(0.986, abs=1e-3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_are_drawn_in_both_languages_without_people(language):
    latest = people.appraise(FACTS, KPIS, "cs_rep").query("period == '2026-04'")
    lines = people.kpi_points(FACTS[FACTS["period"].eq("2026-04")], KPIS)
    panel = people.synthetic_panel(40, 12, seed=2)
    course, other = people.run_ladder(opened("H_star_ladder"), panel), people.run_ladder(opened("R_CBA"), panel)
    with speaking(language):
        both = people.compare_ladders(course, other)
        made = [
            figures.kpi_points(lines, KPIS, "cs_rep", STUDY), figures.score_noise(latest, 80, STUDY), figures.fair_scores(latest, STUDY),
            figures.sample_cliff(story.cliff_curve(KPIS), STUDY),
            figures.team_targets(story.target_table(FACTS, KPIS, ["2026-01"], ["2026-04"]), KPIS, STUDY),
            figures.drift(story.drift_table(["as_written"], 100, 10), course.ladder, STUDY, title="x"),
            figures.drift_curve(story.drift_curves(["repaired"]), STUDY), figures.luck_curve(story.luck_table(["repaired"], 100, 10), STUDY),
            figures.headcount(people.headcount(course), course.ladder, STUDY), figures.two_ladders(both.cost, both.joint, STUDY),
        ]  # fmt: skip
    for figure in made:
        texts = [text.get_text() for axes in figure.axes for text in [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]]
        assert figure._repr_png_()[0][:4] == b"\x89PNG" and not any(text.startswith(("P0", "P1", "P2", "SYN")) for text in texts)
    with speaking(language):
        assert (
            len(figures.score_noise(latest.head(9), 80, STUDY).axes) == 0 and len(figures.kpi_points(lines.head(5), KPIS, "cs_rep", STUDY).axes) == 0
        )


def test_the_monthly_chain_does_not_pay_for_statistics():
    code = "import sys; from cslib import people; people.grades; sys.exit('cslib.people.chain' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert set(people.__all__) <= set(dir(people)) and callable(people.grades) and callable(people.chain)
    assert np.isclose(people.up_before_down(0.5, 0.5, 3, 3), 0.5)


def test_bands_stand_in_words_in_both_languages() -> None:
    for language, word, raw in (("zh", "降级 / 保持", "down"), ("en", "down / hold", "down_and")):
        with speaking(language):
            text = " ".join(story.band_lines(["Q_quarter_80_70_50"]))
        assert word in text and raw not in text
