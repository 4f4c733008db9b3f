"""The alias table: no spelling means two things, and its words agree with the code."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cslib.core import tables, words
from cslib.intake import aliases

CATALOGUE = Path(__file__).resolve().parents[2] / ".." / "shared" / "rules" / "seed_catalogue.yaml"


@pytest.mark.parametrize("kind", sorted(aliases.table()["kinds"]))
def test_a_spelling_of_a_header_means_one_column(kind: str) -> None:
    found: dict[str, str] = {}
    for column, texts in aliases.columns(kind).items():
        for text in texts:
            assert found.setdefault(aliases.squeeze(text), column) == column, text


@pytest.mark.parametrize("section", ["roles", "hours_schemes", "grades", "leave_kinds", "calendar_kinds"])
def test_a_word_of_a_cell_means_one_thing(section: str) -> None:
    found: dict[str, str] = {}
    for name, texts in aliases.table()[section].items():
        for text in texts:
            assert found.setdefault(aliases.squeeze(text), name) == name, text


def test_canonical_words_are_those_of_the_data_dictionary() -> None:
    for section, table, column in (
        ("roles", "employees", "role"),
        ("hours_schemes", "employees", "hours_scheme"),
        ("leave_kinds", "leave", "kind"),
        ("calendar_kinds", "calendar", "kind"),
    ):
        assert set(aliases.table()[section]) == set(tables.spec(table).columns[column].limits["in"])
    assert set(aliases.columns("contacts")) - {"date", "time"} == set(tables.spec("contacts").columns)


def test_no_kept_column_is_private_or_excluded() -> None:
    for kind in ("staff", "leave", "wishes", "duties", "overtime"):
        for texts in (texts for column, texts in aliases.columns(kind).items() if column != "name"):  # read by ``names`` alone
            assert not [t for t in texts if aliases.private_class(t) or aliases.excluded_criterion(t)]


def test_every_kind_and_criterion_has_its_words() -> None:
    keys = [f"intake.kind.{kind}" for kind in aliases.table()["kinds"]] + [f"intake.excluded.{name}" for name in aliases.table()["excluded"]]
    assert [key for key in keys if not words.has(key)] == []


def test_units_in_brackets_and_parts_of_bilingual_headers() -> None:
    assert aliases.match("contacts", "平均处理时长（分钟）") == aliases.Header("aht_s", 60.0)
    assert aliases.match("contacts", "AHT (s)") == aliases.Header("aht_s")
    assert aliases.match("staff", "Employee  Number*") == aliases.match("staff", "工号\nStaff No.") == aliases.Header("staff_no")
    assert aliases.match("staff", "工作号码") is None


@pytest.mark.skipif(not CATALOGUE.exists(), reason="needs the public series/reference beside the checkout")
def test_ids_of_excluded_criteria_are_excluded_in_the_catalogue() -> None:
    entries = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["entries"]
    excluded = {entry["id"] for entry in entries if entry["use"] == "excluded_by_default"}
    named = {i for criterion in aliases.table()["excluded"].values() for i in criterion["ids"]}
    assert named and named <= excluded
