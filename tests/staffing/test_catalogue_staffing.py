"""Every entry of the requirement catalogue that staffing and recruitment have to do with is named where it is done, with its values."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cslib.core.paths import params_dir
from cslib.params.excluded import excluded_names
from cslib.params.hiring import EXCLUDED, HiringPost
from cslib.params.ladder_files import open_ladder
from cslib.params.site import Queue
from cslib.staffing.skills import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / ".." / "shared" / "rules" / "seed_catalogue.yaml"
OURS = {"S004-02", "S004-03", "S004-04", "S004-05", "S000-19"}
INFORMATION = "info"  # context only: nothing to do
needs_catalogue = pytest.mark.skipif(not CATALOGUE.exists(), reason="needs the public series/reference beside the checkout")


def catalogue() -> dict[str, dict]:
    entries = yaml.load(CATALOGUE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["entries"]
    return {entry["id"]: entry for entry in entries}


def literal(name: str) -> set[str]:
    """Values of a literal field of a queue."""
    return set(Queue.model_fields[name].annotation.__args__)


def text_of(*places: str) -> str:
    paths = [path for place in places for path in sorted((ROOT / place).rglob("*")) if path.suffix in {".py", ".yml"}]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)


@needs_catalogue
def test_every_staffing_and_recruitment_entry_is_named_in_code_or_params_and_in_a_test():
    found = catalogue()
    wanted = OURS | {name for name, entry in found.items() if entry["area"] == "recruitment" and entry["use"] != INFORMATION}
    assert {"S000-15", "S001-04", "S003-T3", "S003-G2"} <= wanted and wanted <= set(found)
    product, tests = text_of("cslib", "params"), text_of("tests")
    assert not sorted(name for name in wanted if name not in product)
    elsewhere = tests.replace(Path(__file__).read_text(encoding="utf-8"), "")
    assert not sorted(name for name in wanted - {"S003-T3"} if name not in elsewhere)  # the education points are tested below


@needs_catalogue
def test_the_values_are_those_of_the_catalogue():
    found = catalogue()
    values = {name: {key: one["value"] for key, one in entry.get("parameters", {}).items()} for name, entry in found.items()}
    assert set(values["S004-02"]["channels"]) <= literal("channel")
    assert (*values["S004-05"]["languages_core"], *values["S004-05"]["languages_optional"]) == LANGUAGES
    assert values["S003-T3"]["points"] == {"below_college": 0, "college": 1, "bachelor": 3, "above_bachelor": 5}
    recruitment = {name: entry["use"] for name, entry in found.items() if entry["area"] == "recruitment"}
    forbidden = {name for name, use in recruitment.items() if use == "excluded_by_default"}
    assert forbidden <= set(EXCLUDED) | set(excluded_names())
    customary = {name for name, use in recruitment.items() if use == "optional"} - {"S003-T3", "S003-G2"}  # points of a ladder; a post's fixed number
    assert customary == set(HiringPost.model_fields["standards"].annotation.__args__[0].__args__)


def test_education_points_of_the_ladder():
    """S003-T3: below college 0, college 1, bachelor 3, above 5; at most 5 of the table's points."""
    assert open_ladder("T_eleven_criteria") is not None
    words = yaml.safe_load((params_dir() / "ladders" / "T_eleven_criteria.yml").read_text(encoding="utf-8"))
    assert "S003-T3" in words["catalogue"]
    score = words["derived"]["table_score"]
    assert dict(zip(score["of"], score["most"], strict=True))["education"] == 5
    assert "0" in words["inputs"]["education"]["meaning"]["en"] and "bachelor 3" in words["inputs"]["education"]["meaning"]["en"]


def test_channels_and_priorities_have_their_place_in_a_queue():
    """S004-02: phone, e-mail, chat, social media; S004-03: a target each; S004-04 and S000-19: classes with limits and escalation."""
    assert literal("channel") == {"phone", "email", "chat", "social", "post"}
    assert {"service", "deadline_h", "priorities"} <= set(Queue.model_fields)
    assert {"level_share", "target_s", "escalate_after_s"} <= set(Queue.model_fields["priorities"].annotation.__args__[0].model_fields)
