"""The cover page: sentences and tables of made-up results, and a picture of the ledger, in both languages."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from cslib import demand, intake, report, staffing
from cslib.core import tables, words
from cslib.params import law
from cslib.roster import life
from cslib.roster.life import Playbook, StandIn


@pytest.fixture(scope="module")
def study():
    return intake.open_study("front_desk", month="2026-12")


def ledger(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["post", "absent_id", "stand_in_id", "start", "end", "hours_h", "kind", "reason_class", "priced_yuan"])
    return tables.check("cover_ledger", frame.astype({"start": "datetime64[us]", "end": "datetime64[us]"}), source="cover_ledger")


@pytest.fixture(scope="module")
def entries() -> pd.DataFrame:
    night = pd.Timestamp("2026-12-03 23:00")
    return ledger(
        ("north_lobby", "P-A", "P-F", pd.Timestamp("2026-12-01 11:00"), pd.Timestamp("2026-12-01 11:30"), 0.5, "break_relief", None, 0.0),
        ("north_lobby", "P-B", None, night, night + pd.Timedelta(hours=3), 3.0, "absence", "sudden", 900.0),
    )


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_ledger_in_short(study, entries, language):
    with words.speaking(language):
        (line,) = report.cover_view.ledger_lines(entries)
        assert "0.5" in line and "3.0" in line
        assert report.cover_view.ledger_lines(entries.head(0)) != [line]
        table = report.cover_view.ledger_table(entries, study)
    assert table[["covers", "covered_h", "open_h", "priced_yuan"]].iloc[0].tolist() == [1, 0.5, 3.0, 900.0]


def test_the_picture_shows_what_nobody_covers(study, entries):
    with words.speaking("en"):
        covered, left = report.figures.cover_ledger(entries.head(1), study), report.figures.cover_ledger(entries, study)
        assert "3.5" in left.alt
    assert report.figures.cover_ledger(entries, study)._repr_png_()[0] != covered._repr_png_()[0]
    spans = [p.get_height() for p in left.axes[1].patches]
    assert len(spans) == 2 and [p.get_width() for p in left.axes[1].patches] == [0.5, 3.0]


def test_weak_days_are_framed_and_named(study):
    at = pd.to_datetime(["2026-12-05 08:00", "2026-12-06 08:00"]).astype("datetime64[us]")
    peaks = tables.check(
        "playbook_peaks",
        pd.DataFrame({"queue": "north_lobby", "interval_start": at, "held_share": [0.7, 1.0], "mended_share": [0.9, 1.0]}),
        source="playbook_peaks",
    )
    book = Playbook(tables.empty("playbook"), peaks, {})
    with words.speaking("en"):
        lines = report.cover_view.weakest_lines(book, study, 1)
        picture = report.figures.peaks_held(peaks, study)
        assert report.figures.peaks_held(peaks.head(0), study).alt == picture.alt
    assert len(lines) == 1 and "12-05" in lines[0] and "70%" in lines[0] and "90%" in lines[0]
    framed = [[p.get_y() for p in axes.patches] for axes in picture.axes[:2]]
    assert framed == [[-0.5], [-0.5]]


def test_reasons_are_grouped_and_in_words(study):
    out = [StandIn(f"P-{i}", "", 0.0, 0.0, 0.0, "skill") for i in range(12)] + [StandIn("P-X", "", 0.0, 0.0, 0.0, "rest_between_shifts")]
    with words.speaking("zh"):
        lines = report.cover_view.ruled_out_lines(out, study)
    assert "12" in lines[0] and "P-9" in lines[0] and "P-11" not in lines[0]
    assert "P-X" in lines[1] and study.params.law.rules["rest_between_shifts"].meaning.zh in lines[1]


def test_a_protection_is_told_as_nothing_of_its_own(study):
    reasons = ("fixed", "night_protection", "overtime_protection", "overtime_approval")
    out = [StandIn(f"P-{i}", "", 0.0, 0.0, 0.0, why) for i, why in enumerate(reasons)]
    for language in words.LANGUAGES:
        with words.speaking(language):
            (line,) = report.cover_view.ruled_out_lines(out, study)
            assert "P-0, P-1, P-2, P-3" in line
            for rule in law.PROTECTIONS:
                assert words.pick(study.params.law.rules[rule].meaning) not in line


def duty(who: str, day: str, code: str = "E", at: str = "07:00", meal: str = "11:00-11:30") -> dict[str, object]:
    start = pd.Timestamp(f"{day} {at}")
    end = start + pd.Timedelta(hours=8)
    span = {"employee_id": who, "date": pd.Timestamp(day), "kind": "work", "shift": code, "start": start, "end": end, "breaks": meal}
    return {**span, "queue": "floater", "pinned": False}


def test_whoever_is_chosen_in_the_lists_is_answered_for(study, monkeypatch):
    """Two people with a first duty on the same day: choosing the other one changes no day, and must change the answer."""
    one, two = study.employees["employee_id"].iloc[:2]
    rows = [duty(one, "2026-12-02"), duty(one, "2026-12-04", "M", "15:00", "18:00-18:30"), duty(two, "2026-12-02"), duty(two, "2026-12-06")]
    need = staffing.requirement(demand.forecast(study), study)
    board = life.Board(tables.check("roster", pd.DataFrame(rows)), tables.empty("covers"), need, study)
    told: list[tuple[str, int]] = []
    monkeypatch.setattr(report.cover_view, "absence_answer", lambda _board, who, day, _study: told.append((who, day.day)))
    assert report.cover_view.absence_widgets(board, study, live=False) is None and not told
    person, day = report.cover_view.absence_widgets(board, study).children[0].children
    assert set(person.options) == {one, two}
    person.value = one
    del told[:]
    person.value = two
    assert [d.day for d in day.options] == [2, 6]
    day.value = day.options[1]
    person.value = one
    assert [d.day for d in day.options] == [2, 4]
    assert told == [(two, 2), (two, 6), (one, 2)]


def test_a_page_of_the_playbook_carries_words_only(study):
    row = ("north_lobby", pd.Timestamp("2026-12-05"), "E", 1, "P-X", "exchanged", pd.Timestamp("2026-12-07"), 8.0, 600.0, 0.0)
    table = tables.check("playbook", pd.DataFrame([row], columns=list(tables.spec("playbook").columns)), source="playbook")
    book = Playbook(table, tables.empty("playbook_peaks"), {})
    with words.speaking("en"):
        shown = report.cover_view.page(book, dt.date(2026, 12, 5), study)
        assert set(map(report.heading, shown.columns)) <= report.privacy.allowed_headings()
    assert shown["post"].iloc[0] == "North lobby" and shown["left_yuan"].iloc[0] == 0.0
