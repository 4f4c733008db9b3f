"""Scheduling in the seed catalogue: what must be on is named by rules and tests, what is excluded is refused with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from places import ROOT

from cslib.core import words
from cslib.core.errors import ParamError
from cslib.params import open_params
from cslib.params.excluded import refuse_excluded
from cslib.params.roster_settings import RosterSettings
from cslib.params.source import read

CATALOGUE = Path(__file__).resolve().parents[2] / ".." / "shared" / "rules" / "seed_catalogue.yaml"
beside = pytest.mark.skipif(not CATALOGUE.exists(), reason="needs the public series/reference beside the checkout")
ON = {"S000-01", "S000-02", "S001-03", "S002-08", "S002-19", "S002-28", "S003-A4", "S003-H9", "S003-I1", "S003-P1", "S003-Q2", "S004-05"}


def texts(*folders: str) -> str:
    found = [p for folder in folders for p in sorted((ROOT / folder).rglob("*")) if p.suffix in {".py", ".yml"} and p.name != Path(__file__).name]
    return "\n".join(path.read_bytes().decode("utf-8", errors="ignore") for path in found)


@pytest.fixture(scope="module")
def named() -> tuple[str, str]:
    return texts("cslib", "params"), texts("tests")


@beside
def test_the_entries_that_must_be_on_are_those_of_the_catalogue():
    entries = yaml.load(CATALOGUE.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["entries"]
    assert {e["id"] for e in entries if e["area"] == "scheduling" and e["use"] == "default"} == ON
    assert {e["id"] for e in entries if e["area"] == "scheduling" and e["use"] == "excluded_by_default"} == {"S002-18"}
    cover = next(e for e in entries if e["id"] == "S002-19")["parameters"]["substitution_max"]
    duty = next(e for e in entries if e["id"] == "S002-08")["parameters"]["min_heads_on_duty"]
    law = open_params("front_desk").law
    first = next(iter(law.rules["cover_duration"].values))
    assert (first.value, cover["unit"]) == (cover["value"], "h per occasion")
    assert next(iter(law.rules["never_empty"].values)).value == duty["value"]


@pytest.mark.parametrize("entry", sorted(ON))
def test_each_entry_is_named_where_it_is_done_and_where_it_is_tested(named, entry):
    source, tests = named
    assert entry in source and entry in tests


def test_values_of_the_entries_of_a_rosters_life():
    params = open_params("front_desk")
    law, site = params.law, params.site
    assert site.repair.max_changes >= 1  # S000-02: a published roster may be mended after an unexpected event
    assert all(site.queues[q].never_empty for q in ("north_lobby", "south_lobby"))  # S002-08
    assert site.cover.basis == "stint" and site.cover.min_gap_h == 4.0  # S002-19
    assert (RosterSettings().owner, RosterSettings().horizon_months) == ("lead", 1)  # S002-28
    assert "S003-A4" in law.rules["leave_honoured"].catalogue and "S003-I2" in law.rules["overtime_approval"].catalogue


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_leave_ban_is_refused_with_its_reason(language, tmp_path):
    path = tmp_path / "site.yml"
    path.write_text("rules:\n  leave_ban: 1\n", encoding="utf-8")
    with words.speaking(language), pytest.raises(ParamError) as caught:
        refuse_excluded(read(path))
    with words.speaking(language):
        assert "S002-18" in str(caught.value) and "45" in str(caught.value)
