"""The run folder: whole or absent."""

from __future__ import annotations

import os
from pathlib import Path

import made_up
import pandas as pd
import pytest

from cslib.core import words
from cslib.core.errors import RunError, TableError
from cslib.intake.study import Study
from cslib.report import (
    changed_files,
    clean_outputs,
    clean_partials,
    finished_runs,
    manifest,
    open_run,
    read_manifest,
    reusable,
    run,
    start_run,
    store,
)

FRAMES = ("forecast", "requirement", "roster", "covers", "coverage", "hours", "cost_split", "wage_cost")


def frames(study: Study) -> dict[str, pd.DataFrame]:
    roster = made_up.roster(study)
    return {
        "forecast": made_up.forecast(study), "requirement": made_up.requirement(study), "roster": roster, "covers": made_up.covers(study),
        "coverage": made_up.coverage(study), "hours": made_up.hours(study, roster), "cost_split": made_up.cost_split(),
        "wage_cost": made_up.wage_cost(len(study.employees)),
    }  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_a_saved_table_comes_back_as_it_was(desk: Study, name: str) -> None:
    opened, frame = start_run(desk), frames(desk)[name]
    assert not opened.has(name)
    path = opened.save(name, frame)
    assert opened.has(name)
    pd.testing.assert_frame_equal(opened.load(name), frame)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel needs the mark to show Chinese"


def test_a_finished_run_is_found_with_all_its_facts(desk: Study) -> None:
    opened = start_run(desk, {"gap": 0.01})
    for name, frame in frames(desk).items():
        opened.save(name, frame)
    opened.note("solver", {"status": "optimal", "gap_share": 0.0})
    opened.note("verdict", {"coverage_share": 0.98})
    assert finished_runs() == []
    staging = opened.path
    final = opened.publish()
    assert not staging.exists()
    assert final.name == opened.name
    (found,) = finished_runs("desk", made_up.MONTH)
    assert found.folder == final
    content = found.manifest
    assert content["complete"] is True
    assert content["tables"]["roster"]["rows"] == 18 * 31
    assert content["tables"]["roster"]["sha256"] == store.file_hash(final / "tables/roster.csv")
    assert content["verdict"] == {"coverage_share": 0.98}
    assert content["solver"]["status"] == "optimal"
    assert content["seed"] == 7
    assert content["synthetic"] is True
    assert set(content["versions"]) == {"python", *manifest.PACKAGES}
    assert set(content["params"]) == set(desk.params.files)
    assert content["settings"] == {"gap": 0.01}
    assert content["started"] <= content["ended"]
    assert changed_files(final) == []
