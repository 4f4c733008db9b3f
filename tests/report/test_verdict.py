"""The verdict: figures that can be checked by hand, and words that don't flatter."""

from __future__ import annotations

import json

import made_up
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cslib import report
from cslib.core import tables, words
from cslib.core.errors import RunError
from cslib.intake.study import Study
from cslib.report.verdict import OVERTIME, WORKED, cards, figures, gap, share, verdict_lines

TOTAL = pd.DataFrame([{"month": "2026-10", "item": "total", "people": 12, "amount_yuan": 66000.5}])


def coverage(*rows: tuple[int, float, float, bool]) -> pd.DataFrame:
    moments = pd.date_range("2026-10-01", periods=len(rows), freq="30min", unit="us")
    frame = pd.DataFrame(rows, columns=["needed", "short", "over", "peak"])
    return tables.check("coverage", frame.assign(queue="q", interval_start=moments, rostered=frame["needed"] - frame["short"] + frame["over"]))


def hours(**by_premium: float) -> pd.DataFrame:
    rows = [
        {"employee_id": "A-1", "date": pd.Timestamp("2026-10-01"), "premium": p, "hours_h": h, "shifts": 0, "basis": "planned"}
        for p, h in by_premium.items()
    ]
    return tables.check("hours", pd.DataFrame(rows))


def judged(found: pd.DataFrame, violations: pd.DataFrame | None = None, **solver) -> dict:
    worked = hours(normal=160.0, overtime_workday=6.0, overtime_holiday=8.0, night=40.0, paid_leave=8.0)
    broken = tables.empty("violations") if violations is None else violations
    return figures(found, broken, worked, made_up.cost_split(), TOTAL, {**made_up.SOLVER, **solver}, 30)


def test_figures_by_hand() -> None:
    found = judged(coverage((4, 1, 0, True), (4, 0, 0, True), (2, 0.5, 0, False), (0, 0, 3, False)))
    assert found["needed_h"] == 5.0
    assert found["short_h"] == 0.75
    assert found["over_h"] == 1.5
    assert found["coverage_share"] == pytest.approx(0.85)
    assert (found["needed_peak_h"], found["short_peak_h"]) == (4.0, 0.5)
    assert found["peak_coverage_share"] == pytest.approx(0.875)
    assert (found["worked_h"], found["overtime_h"]) == (174.0, 14.0)
    assert found["priced_yuan"] == made_up.cost_split()["priced_yuan"].sum()
    assert (found["wage_cost_yuan"], found["people"]) == (66000.5, 12)
    assert (found["status"], found["ended_by"], found["gap_share"], found["bound_yuan"]) == ("within_gap", "gap", 0.0083, 9590.0)
    json.dumps(found, allow_nan=False)


def test_where_nothing_is_needed_everything_is_covered() -> None:
    found = judged(coverage((0, 0, 1, False)))
    assert (found["coverage_share"], found["peak_coverage_share"]) == (1.0, 1.0)


def test_violations_are_counted_and_said() -> None:
    rows = [
        {"rule": rule, "start": pd.Timestamp("2026-10-01"), "employee_id": p, "unit": "h", "detail": "", "source": ""}
        for rule, p in (("a", "1"), ("a", "2"), ("b", "1"))
    ]
    found = judged(coverage((1, 0, 0, True)), tables.check("violations", pd.DataFrame(rows).assign(value=1.0, limit=2.0, detail="d", source="s")))
    assert (found["violations"], found["rules_broken"]) == (3, 2)
    with words.speaking("en"):
        assert "rule violations: 3 (of 2 rules); not fit for publication" in verdict_lines(found)
        assert next(card for card in cards(found) if card.label == "Rule violations").state == "bad"


@pytest.mark.parametrize("status", ["optimal", "within_gap", "stopped_early"])
@pytest.mark.parametrize("ended", ["gap", "work", "clock"])
def test_every_way_to_end_has_words(status: str, ended: str, language: str) -> None:
    lines = verdict_lines(judged(coverage((1, 0, 0, True)), status=status, ended_by=ended, replayable=ended != "clock"))
    assert len(lines) == (7 if ended == "clock" else 6)
    assert all(line and "{" not in line for line in lines)
    assert words.say(f"report.verdict.status.{status}") in lines[3]
    assert language == words.language()


@given(st.floats(0, 1))
def test_a_share_is_never_rounded_up_to_a_whole(value: float) -> None:
    text = share(value)
    assert float(text.rstrip("%")) <= value * 100 + 1e-6
    assert (text == "100.00%") == (value >= 1 - 1e-12)


@given(st.floats(0, 10))
def test_a_gap_is_never_rounded_down_to_a_proof(value: float) -> None:
    text = gap(value)
    assert float(text.rstrip("%")) >= value * 100 - 1e-6
    assert (text == "0.00%") == (value <= 1e-13)


def test_the_verdict_is_noted_for_the_manifest(desk: Study) -> None:
    opened, frames = report.start_run(desk), made_up.frames(desk)
    with pytest.raises(RunError) as caught:
        report.verdict(opened, desk, frames)
    assert caught.value.keys == ["report.no_solver"]
    opened.note("solver", made_up.SOLVER)
    found = report.verdict(opened, desk, frames)
    assert opened.notes()["verdict"] == found.figures
    assert found.lines() == report.verdict_lines(opened.notes()["verdict"])
    assert report.read_manifest(opened.publish())["verdict"] == found.figures


def test_no_verdict_no_cards() -> None:
    assert cards({}) == []


def test_premium_classes_of_the_verdict_are_those_of_the_dictionary() -> None:
    known = set(tables.spec("hours").columns["premium"].limits["in"])
    assert set(WORKED) <= known
    assert {p for p in known if p.startswith("overtime")} == set(OVERTIME)
