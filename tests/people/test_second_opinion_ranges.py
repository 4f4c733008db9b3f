"""The second opinion's cases on pay of the ladders: parity, bonus of the top share, market, ranges, minimum wage; and the points table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from independent_cases import Person, final, ladder_of, run
from ladder_cases import opened
from test_second_opinion_settings import case_of

from cslib import people
from cslib.core.errors import ParamError, PeopleError
from cslib.core.paths import params_dir
from cslib.params.ladder_files import Ladder, ladder_from
from cslib.params.source import read


# --- dual channel
def dual(tmp_path: Path, pay: dict[str, float]) -> Ladder:
    text = (params_dir() / "ladders" / "B_dual_channel.yml").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("pay_yuan:"))
    path = tmp_path / "dual.yml"
    path.write_text(text.replace(line, "pay_yuan: {" + ", ".join(f"{grade}: {yuan}" for grade, yuan in pay.items()) + "}"), encoding="utf-8")
    return ladder_from(read(path), "dual")


def test_parity_of_the_two_lines(tmp_path: Path) -> None:
    """B-04, B-05."""
    case = case_of("B-04")
    for row, equal in zip(case["history"], case["expect"]["parity_per_row"], strict=True):
        if equal:
            assert dual(tmp_path, row["pay"]).spec.parity
        else:
            with pytest.raises(ParamError) as caught:
                dual(tmp_path, row["pay"])
            assert caught.value.keys == ["params.unequal_lines"]
    case = case_of("B-05")
    ladder = dual(tmp_path, case_of("B-04")["history"][0]["pay"])
    facts = {"score": [100] * 6, "transfer_wanted": [0] * 6, "post_vacant": [1] * 6}
    team = [Person(row["grade"], "2025-01", facts) for row in case["start"]["rows"]]
    course = run(ladder, *team)
    assert [final(course, i) for i in (0, 1)] == list(case["expect"]["grade_after"].values())
    pay = ladder.spec.pay_yuan
    assert [pay[final(course, i)] - pay[team[i].grade] for i in (0, 1)] == list(case["expect"]["pay_gain"].values())


def test_bonus_of_the_top_share() -> None:
    """B-07, B-08, B-09."""
    case = case_of("B-07")
    scores = np.array(case["history"][0]["kpi"], dtype=float)
    for places in ("floor", "round", "ceil"):
        found = people.rank_bonus(ladder_of("B_dual_channel", bonus_places=places), scores)
        assert (found.places, found.yuan.sum(), found.yuan.tolist()) == (
            case["expect"]["winners"], case["expect"]["bonus_total"], case["expect"]["bonus_by_position"],
        )  # fmt: skip
        ladder = ladder_of("B_dual_channel", bonus_places=places)
        counted = [people.rank_bonus(ladder, np.arange(float(row["n"]))).places for row in case_of("B-08")["history"]]
        assert counted == case_of("B-08")["expect"][places]
    case = case_of("B-09")
    tied = np.array(case["history"][0]["kpi"], dtype=float)
    readings = {"all": "all_tied_paid", "excluded": "tied_excluded", "shared": "shared"}
    for option, reading in readings.items():
        found = people.rank_bonus(ladder_of("B_dual_channel", bonus_ties=option), tied)
        assert found.tie_at_cut and found.yuan.sum() == case["expect"]["bonus_total_by_reading"][reading]
    open_ = people.rank_bonus(ladder_of("B_dual_channel"), tied)
    assert open_.tie_at_cut and open_.yuan.tolist() == [300] + [0] * 9 and not people.rank_bonus(ladder_of("B_dual_channel"), scores).tie_at_cut


def test_position_in_the_market() -> None:
    """B-10."""
    found = [people.market_position(opened("B_dual_channel"), row["percentile"]) for row in case_of("B-10")["history"]]
    assert found == case_of("B-10")["expect"]["per_row"]


# --- pay ranges
def test_minimum_wage_levels_and_bounds() -> None:
    """S-02 to S-04b by the scheme's own check, S-06, S-07, S-09, S-10."""
    ladder = opened("S_base_allow_bonus")
    for name, item, option in (("S-02", "base", "not_possible"), ("S-03", "allowance", "not_possible"), ("S-04a", "bonus", "not_possible"),
                               ("S-04b", "bonus", "possible")):  # fmt: skip
        case = case_of(name)
        chosen = ladder_of("S_base_allow_bonus", zero_bonus=option)
        assert [people.in_range(chosen, item, row[item]) for row in case["history"]] == case["expect"]["in_range_per_row"], name
    assert people.least_total(ladder_of("S_base_allow_bonus", zero_bonus="possible")) == case_of("S-04b")["expect"]["total_min"]
    case = case_of("S-06")
    least = case["setting"]["minimum_wage"]
    assert [people.base_paid(row["base"], least[row["city"]]) for row in case["history"]] == case["expect"]["clamped_base_per_row"]
    case = case_of("S-07")
    assert people.least_total(ladder, least["Shanghai"]) == case["expect"]["total_row1"]
    middle = [next(r for r in people.pay_ranges(ladder, least[city]) if (r.level, r.item) == ("junior", "base")).middle for city in least]
    assert [round(m, 2) for m in middle] == [case["expect"]["clamped_base_row2"], case["expect"]["clamped_base_row3"]]
    case = case_of("S-09")
    assert list(ladder.grades) == case["expect"]["order"]
    for row in case["history"]:
        person = Person(row["level"], "2025-01", {"score": [50]})
        if row["want"] == "valid":
            assert final(run(ladder, person)) == row["level"]
        else:
            with pytest.raises(PeopleError) as caught:
                run(ladder, person)
            assert caught.value.keys == ["people.not_a_grade"]
    case = case_of("S-10")
    bound = 2500 * 2**0.25
    for option, level in (("upper", "middle"), ("lower", "junior")):
        chosen = ladder_of("S_base_allow_bonus", inner_bound=option)
        assert [people.level_of(chosen, row["base"]) for row in case["history"]] == case["expect"]["level_per_row"]
        assert people.level_of(chosen, bound) == level and people.level_of(chosen, 2499) is None


# --- points table
def test_the_whole_of_item_seven_dropped() -> None:
    """T-12."""
    wanted = case_of("T-12")["expect"]
    reached = people.reach(ladder_of("T_eleven_criteria", "as_written", criterion_7="dropped"))
    assert {r.best for r in reached} == {wanted["score"]} and [r.grade for r in reached if r.reachable] == [wanted["grade"]]
    made = ladder_of("T_eleven_criteria", "as_written", criterion_7="dropped").spec.derived["table_score"]
    assert sum(made.most) == wanted["total"] and "cooperation" not in made.of
