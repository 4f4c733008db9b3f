"""One broken file per error: ``tests/bad_inputs/params/table.csv`` lists file, what it stands in for, error, line and words of the message."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from cslib.core.errors import ParamError
from cslib.core.words import speaking
from cslib.params import open_params

BAD = Path(__file__).resolve().parents[1] / "bad_inputs" / "params"
TABLE = list(csv.DictReader((BAD / "table.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.usefixtures("project")
def test_the_site_without_fault_is_read():
    found = open_params("desk")
    assert [shift.code for shift in found.shifts] == ["E", "L"]


@pytest.mark.parametrize("row", TABLE, ids=[row["file"].removesuffix(".yml") for row in TABLE])
def test_broken_file_is_refused_with_place_and_way_out(row, project):
    shutil.copy(BAD / row["file"], project / row["replaces"])
    with pytest.raises(ParamError) as caught:
        open_params("desk", "what_if" if "scenarios" in row["replaces"] else "base")
    line = int(row["line"])
    place = f"params/{row['replaces']}" + (f":{line}" if line else "")
    with speaking("en"):
        fitting = [str(f) for f in caught.value.findings if f.key == row["error"] and (f.where == place or row["error"] == "params.no_file")]
        assert any(all(word in text for word in row["words"].split("|")) for text in fitting), str(caught.value)
    with speaking("zh"):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in str(caught.value))


def test_every_broken_file_is_in_the_table():
    assert sorted(row["file"] for row in TABLE) == sorted(path.name for path in BAD.glob("*.yml"))


def test_a_single_fault_gives_a_single_finding(project):
    """Where the file is complete but for its fault; the law files are not."""
    for row in TABLE:
        if row["replaces"].startswith("law/"):
            continue
        good = project / row["replaces"]
        kept = good.read_bytes() if good.exists() else None
        shutil.copy(BAD / row["file"], good)
        with pytest.raises(ParamError) as caught:
            open_params("desk", "what_if" if "scenarios" in row["replaces"] else "base")
        expected = 2 if row["file"] in {"site_unknown_key.yml", "prices_unknown.yml"} else 1  # the right key is then missing
        assert len(caught.value.findings) == expected, (row["file"], str(caught.value))
        good.unlink() if kept is None else good.write_bytes(kept)


def test_missing_file_and_site_list_their_neighbours(project):
    with pytest.raises(ParamError, match=r"scenarios/what\.yml: .*base") as caught:
        open_params("desk", "what")
    assert caught.value.keys == ["params.no_file"]
    with pytest.raises(ParamError, match="desk") as caught:
        open_params("dusk")
    assert caught.value.keys == ["params.no_site"]
    (project / "sites" / "desk" / "shifts.yml").unlink()
    with pytest.raises(ParamError, match=r"desk/shifts\.yml: .*site"):
        open_params("desk")


def test_several_faults_are_reported_together(project):
    text = (BAD / "good" / "site.yml").read_text(encoding="utf-8")
    (project / "sites/desk/site.yml").write_text(
        text.replace("seed: 1", "seed: -1").replace("city: shanghai\n", "town: shanghai\n"), encoding="utf-8"
    )
    with pytest.raises(ParamError) as caught:
        open_params("desk")
    assert sorted(caught.value.keys) == ["params.missing_key", "params.unknown_key", "params.value"]
    assert len(str(caught.value).splitlines()) == 3
