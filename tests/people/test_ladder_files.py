"""Faults of a ladder file are refused with file, line and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cslib.core.errors import ParamError
from cslib.core.paths import params_dir
from cslib.core.words import speaking
from cslib.params.ladder_files import ladder_from, open_ladder
from cslib.params.source import read

# name -> (text of the star ladder, what stands in its place, key of the finding, word that the message must hold)
FAULTS = {
    "unknown key": ("review_months: 1", "review_month: 1", "params.unknown_key", "review_months"),
    "missing key": ("missing: pause\nappraised", "appraised", "params.missing_key", "missing"),
    "metric not there": ("metric: kpi_percent, op: \">=\"", "metric: kpi_percnt, op: \">=\"", "params.unknown_key", "kpi_percent"),
    "criterion not there": ("when: [high_streak]", "when: [hih_streak]", "params.unknown_key", "high_streak"),
    "grade not there": ("to: agent, when", "to: agnt, when", "params.unknown_key", "agent"),
    "grade without words": ("  star3: {zh", "  star9: {zh", "params.unknown_key", "star3"),
    "grade without pay": ("star3: 5700, ", "", "params.unknown_key", "star3"),
    "given without source": ("origin: given, catalogue: [S003-H3]}\n  high", "origin: given}\n  high", "params.value", "catalogue"),
    "two forms of criterion": ("of: high, streak: 3", "of: high, all: [low], streak: 3", "params.value", "streak"),
    "streak of nothing": ("of: high, streak: 3", "of: high, streak: 0", "params.value", ">= 1"),
    "comparison without value": ("op: \">=\", value: 110", "op: \">=\"", "params.value", "metric"),
    "move and outcome": ("step: 1, when", "step: 1, outcome: coaching, when", "params.value", "outcome"),
    "depends on itself": ("of: high, streak: 3", "of: high_streak, streak: 3", "params.circular", "high_streak"),
    "option changes nothing": ("criteria.low.value: 90", "criteria.lov.value: 90", "params.no_path", "criteria.lov.value"),
    "option removes nothing": ("remove: [rules.demote]", "remove: [rules.demot]", "params.no_path", "rules.demot"),
    "default that is no option": ("default: hold_band_90", "default: hold", "params.no_setting", "hold_band_90"),
    "reading of no setting": ("as_written: {demotion: below_110}", "as_written: {demotoin: below_110}", "params.no_setting", "demotion"),
    "entry that is no grade": ("review_months: 1", "review_months: 1\nentry: nobody", "params.unknown_key", "trial_agent"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused(fault: str, tmp_path: Path) -> None:
    text = (params_dir() / "ladders" / "H_star_ladder.yml").read_text(encoding="utf-8")
    old, new, key, word = FAULTS[fault]
    assert old in text
    path = tmp_path / "wrong.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        reading = "as_written" if "reading" in fault else ""
        ladder_from(read(path), "wrong", reading, {"demotion": "none"} if "removes" in fault else None)
    assert key in caught.value.keys
    for language in ("zh", "en"):
        with speaking(language):
            assert "wrong.yml:" in str(caught.value) and word in str(caught.value)


def test_unequal_lines_break_the_parity_that_is_promised(tmp_path: Path) -> None:
    """S003-B13: both lines have the same value step by step."""
    text = (params_dir() / "ladders" / "B_dual_channel.yml").read_text(encoding="utf-8")
    path = tmp_path / "wrong.yml"
    path.write_text(text.replace("team_leader: 5000, supervisor", "team_leader: 5200, supervisor"), encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        ladder_from(read(path), "wrong")
    assert caught.value.keys == ["params.unequal_lines"]


def test_bounds_ascend(tmp_path: Path) -> None:
    text = (params_dir() / "ladders" / "R_CBA.yml").read_text(encoding="utf-8")
    path = tmp_path / "wrong.yml"
    path.write_text(text.replace("B: 12, A: 36", "B: 36, A: 36"), encoding="utf-8")
    with pytest.raises(ParamError) as caught:
        ladder_from(read(path), "wrong")
    assert caught.value.keys == ["params.value"]


@pytest.mark.parametrize(
    ("name", "reading", "settings"),
    [("H_star", "", None), ("../law/cn_labour", "", None), ("H_star_ladder", "wrong", None), ("H_star_ladder", "", {"wrong": "x"}),
     ("H_star_ladder", "", {"demotion": "wrong"})],
)  # fmt: skip
def test_a_choice_that_is_not_there_is_refused(name, reading, settings):
    with pytest.raises(ParamError) as caught:
        open_ladder(name, reading, settings)
    assert caught.value.keys[0] in {"params.no_file", "params.no_setting"}
