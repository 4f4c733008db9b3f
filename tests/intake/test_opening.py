"""open_study: parameters, tables and provenance together."""

from __future__ import annotations

from tiny_site import TinySite

from cslib import intake


def test_a_clean_site_opens(tiny: TinySite) -> None:
    study = intake.open_study("tiny", month="2026-12")
    assert study.site == "tiny" and tiny.folder.exists()
    assert set(study.employees["position"]) == {1, 2, 3}  # the fourth left on the last day of November
    assert set(study.skills["skill"]) == {"zh", "en", "desk"}
    assert study.calendar["date"].min() == study.calendar["date"].min().normalize()
