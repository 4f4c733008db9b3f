"""Erlang B, C and A against reference values: some typed in with their source, all of them where the reference files lie beside the checkout."""

from __future__ import annotations

import csv
import doctest
import json
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cslib.core.errors import StaffingError
from cslib.staffing import erlang, erlang_a, erlang_b, erlang_c
from cslib.staffing.erlang import agents_a, agents_c, agents_fractional_c, lines_b, offered_wait_a, wait_percentile_a, wait_percentile_c

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / ".." / "shared" / "reference"
compare = runpy.run_path(str(ROOT / "benchmarks" / "erlang.py"))["compare"]
NEAR = 1e-12

# load [Erlang], lines, blocking. Source: exact recursion with 60 digits; whole fractions by hand.
BLOCKING = [
    (1.0, 1, 0.5),
    (1.0, 2, 0.2),
    (0.1, 1, 0.090909090909090909),
    (10.0, 14, 0.056819143386520859),
    (10.0, 50, 1.4927267257774842e-19),
    (5.0, 200, 5.3166713795467384e-238),
    (50_000.0, 50_000, 0.003559774201536094),
    (500_000.0, 500_500, 0.00057752102577760547),
    (10.0, 10.5, 0.1879550163585267),
    (0.1, 0.6, 0.25864620845689423),
]
# load, agents, aht_s, target_s, wait probability, service level, ASA. Source: exact recursion with 60 digits.
WAITING = [
    (10.0, 14, 180, 20, 0.17413193359504984, 0.88835001917946688, 7.8359370117772429),
    (4.0, 5, 240, 20, 0.55411255411255411, 0.49019183951275595, 132.98701298701299),
    (5_000.0, 5_020, 180, 20, 0.69021347347368663, 0.92520293027853812, 6.2119212612631797),
    (50_000.0, 50_010, 180, 20, 0.94514842136395232, 0.68886376724927524, 17.012671584551142),
]
# load, agents, aht_s, patience_s, target_s, wait probability, abandonment, mean wait, served in time / offered, offered wait in time.
# Source: birth-death sums and Zeltyn-Mandelbaum integrals with 60 digits.
ABANDONING = [
    (10.0, 14, 180, 300, 20, 0.1452601142963612, 0.013983744122408938, 4.1951232367226813, 0.91679209186354687, 0.91871362379759844),
    (500.0, 400, 180, 180, 20, 0.99999835278073559, 0.2000000152524236, 36.000002745436248, 0.0097611697863562201, 0.010730111484712904),
    (4.0, 3, 240, 120, 20, 0.67788100781466653, 0.367697324067718, 44.12367888812616, 0.38496901330360432, 0.39040590045529995),
    (50_000.0, 49_500, 180, 120, 20, 0.96472839656508264, 0.010054923549409848, 1.2065908259291818, 0.98994507645059015, 1.0),
]


@pytest.mark.parametrize(("load", "lines", "blocked"), BLOCKING)
def test_erlang_b(load, lines, blocked):
    assert erlang.erlang_b(load, lines) == pytest.approx(blocked, rel=NEAR)


@pytest.mark.parametrize(("load", "agents", "aht", "target", "wait", "level", "asa"), WAITING)
def test_erlang_c(load, agents, aht, target, wait, level, asa):
    found = erlang.erlang_c(load, agents, aht, target)
    assert found.wait_probability == pytest.approx(wait, rel=NEAR)
    assert found.service_level_share == pytest.approx(level, rel=NEAR)
    assert found.asa_s == pytest.approx(asa, rel=NEAR)
    assert found.occupancy_share == pytest.approx(load / agents, rel=NEAR)


@pytest.mark.parametrize(("load", "agents", "aht", "patience", "target", "wait", "lost", "mean", "level", "offered"), ABANDONING)
def test_erlang_a(load, agents, aht, patience, target, wait, lost, mean, level, offered):
    found = erlang.erlang_a(load, agents, aht, patience, target)
    assert found.wait_probability == pytest.approx(wait, rel=NEAR)
    assert found.abandonment_share == pytest.approx(lost, rel=NEAR)
    assert found.asa_s == pytest.approx(mean, rel=NEAR)
    assert found.service_level_share == pytest.approx(level, rel=NEAR)
    assert offered_wait_a(load, agents, aht, patience, target) == pytest.approx(offered, rel=NEAR)
    assert found.occupancy_share == pytest.approx(load * (1 - lost) / agents, rel=NEAR)


def test_required_numbers_are_exact():
    # exact recursion with 60 digits and a linear scan
    assert lines_b([10, 10, 8.108], [0.02, 0.001, 0.01]).tolist() == [17, 21, 15]
    load = [10, 10, 10, 100, 100, 50_000, 500_000, 500 / 12_000, 5]
    aht = [180, 180, 180, 180, 180, 180, 180, 300, 900]
    target = [20, 20, 20, 20, 20, 20, 20, 20, 7200]
    level = [0.80, 0.80, 0.90, 0.80, 0.99, 0.95, 0.80, 0.80, 0.95]
    cap = [0.85, 0.70, 0.85, 1, 1, 1, 1, 1, 1]
    assert agents_c(load, aht, target, level, cap).tolist() == [14, 15, 15, 107, 117, 50_026, 500_015, 1, 6]
    assert agents_fractional_c(10, 180, [20, 19.8], 0.8) == pytest.approx([13.037206466407792, 13.042972159622104], rel=NEAR)


def test_float_noise_tips_no_head_count():
    assert agents_c(2.1, 3600, 20, 0.1, 0.70) == 3  # 2.1 / 0.7 is 3.0000000000000004 in floats
    assert agents_c(2 * 0.7, 180, 0, 0.5, 0.7) == agents_c(1.4, 180, 0, 0.5, 0.7) == 3
    assert agents_c(1, 180, 0, 2 / 3) == 2  # Erlang C of (1, 2) is exactly 1/3
    assert lines_b(1, 0.2) == 2
    assert agents_a(1, 180, 0, 0, 0.8) == 2  # no patience: Erlang B of (1, 2) is exactly 1/5


def test_nothing_offered_and_overload_are_defined():
    empty = [erlang.erlang_c(0, [0, 3], 180, 20), erlang.erlang_a(0, [0, 3], 180, 60, 20)]
    for found in empty:
        assert found.wait_probability.tolist() == found.asa_s.tolist() == found.occupancy_share.tolist() == [0, 0]
        assert found.service_level_share.tolist() == [1, 1]
    assert erlang.erlang_b(0, 0) == 0
    assert agents_c(0, 180, 20, 0.8) == agents_a(0, 180, 60, 20, 0.8) == lines_b(0, 0.01) == 0
    over = erlang.erlang_c([10, 10], [10, 0], 180, 20)
    assert over.service_level_share.tolist() == [0, 0]
    assert over.wait_probability.tolist() == over.occupancy_share.tolist() == [1, 1]
    assert np.isinf(over.asa_s).all()
    nobody = erlang.erlang_a(10, 0, 180, 60, 20)
    assert (nobody.abandonment_share, nobody.service_level_share, nobody.asa_s) == (1, 0, pytest.approx(60))
    assert offered_wait_a([0.5, 500, 500], 0, 180, [60, 60, 0.1], [20, 20, 1e6]).tolist() == [0, 0, 0]  # no agents: the offered wait never ends
    assert wait_percentile_c([10, 10], [9, 14], 180, 0.5).tolist() == [np.inf, 0.0]


def test_percentiles_are_the_inverse_of_the_service_level():
    t = wait_percentile_c(10, 12, 180, [0.7, 0.9, 0.99])
    assert erlang.erlang_c(10, 12, 180, t).service_level_share == pytest.approx([0.7, 0.9, 0.99], rel=NEAR)
    t = wait_percentile_a(10, 9, 180, 60, [0.5, 0.9, 0.99])
    assert offered_wait_a(10, 9, 180, 60, t) == pytest.approx([0.5, 0.9, 0.99], rel=1e-10)
    assert wait_percentile_a([10, 10], [0, 9], 180, [60, np.inf], 0.5).tolist() == [np.inf, np.inf]
    assert wait_percentile_a(10, 14, 180, np.inf, 0.99) == pytest.approx(wait_percentile_c(10, 14, 180, 0.99), rel=1e-10)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: agents_c(-20, 180, 20, 0.8), "load"),
        (lambda: agents_c(10, 0, 20, 0.8), "aht_s"),
        (lambda: agents_c(10, 180, 20, 1.0), "level_share"),
        (lambda: agents_c(10, 180, 20, 0.8, 1.2), "max_occupancy_share"),
        (lambda: agents_a(10, 180, -1, 20, 0.8), "patience_s"),
        (lambda: agents_a(10, 180, 1e9, 20, 0.8), "patience_s"),
        (lambda: agents_a(10, 180, float("-inf"), 20, 0.8), "patience_s"),
        (lambda: erlang.erlang_b(float("nan"), 3), "load"),
        (lambda: erlang.erlang_c(10, [12, float("inf")], 180), "agents"),
        (lambda: lines_b(10, 1.1), "blocking_share"),
    ],
)
def test_numbers_outside_their_limits_are_refused(call, name):
    with pytest.raises(StaffingError) as caught:
        call()
    assert caught.value.keys == ["staffing.number"]
    assert caught.value.findings[0].facts["name"] == name
    assert isinstance(caught.value, ValueError)


def test_a_search_without_end_is_refused():
    with pytest.raises(StaffingError) as caught:
        agents_c(4_900_000, 180, 20, 0.8, 0.5)
    assert caught.value.keys == ["staffing.search_cap"]
    with pytest.raises(StaffingError) as caught:
        agents_a(4_900_000, 180, 60, 20, 0.8, 0.5)
    assert caught.value.keys == ["staffing.search_cap"]


@pytest.mark.parametrize("module", [erlang_a, erlang_b, erlang_c])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted > 0


@pytest.mark.skipif(not (SHARED / "erlang.csv").exists(), reason="needs the public series/reference beside the checkout")
def test_whole_reference_file():
    with (SHARED / "erlang.csv").open(encoding="utf-8", newline="") as file:
        found = compare(list(csv.DictReader(file)))
    assert found["rows"] == 199
    assert found["skipped"] == found["integer_mismatches"] == 0
    assert found["worst_relative_error"] < NEAR


def test_benchmark_sees_wrong_values():
    row = {"model": "erlang_c", "lambda_per_hour": "200", "aht_s": "180", "patience_s": "", "agents": "14", "target_s": "20"}
    computed = {**row, "quantity": "service_level", "value": "0.88835001917946688", "source": "mpmath 60 digits"}
    printed = {**computed, "value": "0.8884", "source": "a published table"}
    assert compare([computed, printed])["worst_relative_error"] < NEAR
    assert compare([{**printed, "value": "0.8882"}])["worst_relative_error"] > 1e-5
    assert compare([{**computed, "value": "0.8884"}])["worst_relative_error"] > 1e-5
    needed = {**row, "quantity": "required_agents|sl=0.80|occ=0.85", "value": "14", "source": "mpmath"}
    assert compare([needed, {**needed, "value": "13"}, {**needed, "quantity": "unheard of"}])["integer_mismatches"] == 1
    assert compare([{**needed, "quantity": "unheard of"}])["skipped"] == 1


def test_benchmark_prints_one_json_object(tmp_path):
    file = tmp_path / "reference.csv"
    head = "model,lambda_per_hour,aht_s,patience_s,agents,target_s,quantity,value,source"
    file.write_text(f"{head}\nerlang_b,60,60,,2,,blocking,0.2,exact\nerlang_c,1,1,,,,unheard of,1,exact\n", encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.erlang"]
    found = json.loads(subprocess.run([*command, str(file)], cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    assert (found["rows"], found["worst_relative_error"], found["integer_mismatches"], found["skipped"]) == (2, 0, 0, 1)
    assert found["by_model_and_quantity"]["erlang_b blocking"]["rows"] == 1
    wrong = subprocess.run([*command, str(tmp_path / "no.csv")], cwd=ROOT, check=False, capture_output=True, text=True)
    assert (wrong.returncode, wrong.stdout) == (2, "")
