"""``cslib appraise`` refuses wrong arguments before a notebook starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from cslib.batch import appraisal
from cslib.core.errors import CslibError
from cslib.core.words import speaking


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the notebooks that were started."""
    names: list[str] = []
    monkeypatch.setattr(appraisal, "execute", lambda *given: names.append(given[0]))
    return names


@pytest.mark.parametrize(
    ("given", "part"),
    [({"ladder": "nope"}, "nope"), ({"reading": "nope"}, "as_written"), ({"ladder": "R_CBA", "reading": "repaired"}, "R_CBA"),
     ({"scenario": "nope"}, "nope"), ({"month": "2026-13"}, "2026-13"), ({"site": "nope"}, "nope")],
)  # fmt: skip
def test_a_wrong_argument_is_refused_before_anything_runs(given: dict[str, str], part: str, started: list[str]) -> None:
    arguments = {"site": "front_desk", "month": "2026-12"} | given
    with speaking("en"), pytest.raises(CslibError) as caught:
        appraisal.appraise_month(arguments.pop("site"), arguments.pop("month"), **arguments)
    with speaking("en"):
        assert part in str(caught.value) and started == []


def test_a_protected_folder_inside_the_outputs_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[str]
) -> None:
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path))
    monkeypatch.setenv("CSLIB_PROTECTED", str(tmp_path / "kept"))
    with pytest.raises(CslibError) as caught:
        appraisal.appraise_month("front_desk", "2026-12", forms=True)
    assert caught.value.keys == ["report.not_protected"] and started == []


def test_the_terminal_says_that_the_forms_are_of_invented_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[str]) -> None:
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path / "out"))
    monkeypatch.setenv("CSLIB_PROTECTED", str(tmp_path / "kept"))
    monkeypatch.setattr(appraisal, "write_pages", lambda _: [])
    for language, word in (("en", "SYNTHETIC (invented)"), ("zh", "虚构")):
        with speaking(language):
            lines = appraisal.appraise_month("front_desk", "2026-12", forms=True).lines
        assert word in lines[-1]
    assert started == ["40_kpi", "45_grades"] * 2
