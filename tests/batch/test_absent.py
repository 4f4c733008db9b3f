"""The command ``absent``: gap, moves, stand-ins by rank with reasons; the mended month goes to the protected folder alone."""

from __future__ import annotations

import datetime as dt
import stat

import pandas as pd
import pytest
from click.testing import CliRunner

from cslib import demand, intake, roster, staffing
from cslib.batch import absent as command
from cslib.batch.recorded import recorded
from cslib.core import words
from cslib.core.errors import RunError
from cslib.roster import life

SITE, MONTH = "front_desk", "2026-12"


@pytest.fixture(scope="module")
def plan():
    study = intake.open_study(SITE, month=MONTH)
    need = staffing.requirement(demand.forecast(study), study)
    return roster.solve(roster.problem(need, study), work=0.3), need


@pytest.fixture
def published(plan, tmp_path, monkeypatch):
    found, need = plan
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.setenv("CSLIB_PROTECTED", str(tmp_path / "protected"))
    monkeypatch.setattr(command, "published", lambda _: (found.roster, found.covers, need))
    return found.roster


def duty(roster: pd.DataFrame, at: int) -> pd.Series:
    work = roster[roster["kind"].eq("work") & roster["queue"].eq("north_lobby")].sort_values("start")
    return work.iloc[at]


def test_an_absence_is_told_and_kept_in_the_protected_folder_alone(published, tmp_path) -> None:
    row = duty(published, 30)
    texts = {}
    for language in words.LANGUAGES:
        with words.speaking(language):
            if language == "en":
                continue
            found = command.absent(SITE, MONTH, row["employee_id"], row["start"], row["end"], "sudden")
            texts[language] = "\n".join(found.lines)
            with words.speaking("en"):
                texts["en"] = "\n".join(command.told(found.found, found.ledger, intake.open_study(SITE, month=MONTH)))
    assert "缺勤" in texts["zh"] and "Left as it is" in texts["en"]
    assert "rank 1" in texts["en"] or not found.found.chains
    assert all(m.employee_id in texts["en"] for m in found.found.moves)
    assert {p.name for p in found.folder.iterdir()} == {"roster.csv", "covers.csv", "cover_ledger.csv", "absences.csv"}
    workbook = found.folder.with_suffix(".xlsx")
    for path in (workbook, *found.folder.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not (tmp_path / "outputs").exists()
    # a second absence builds on the first; the same one twice is refused
    again = duty(published, 60)
    more = command.absent(SITE, MONTH, again["employee_id"], again["start"], again["end"], "training")
    assert more.folder == found.folder and set(more.ledger["reason_class"].dropna()) <= {"sudden", "training"}
    assert len(pd.read_csv(found.folder / "absences.csv")) == 2
    with pytest.raises(RunError) as caught:
        command.absent(SITE, MONTH, row["employee_id"], row["start"], row["end"], "sudden")
    assert caught.value.keys == ["batch.known_absence"]


def test_where_nobody_can_cover_the_reasons_and_the_ways_out_are_told(plan, published, monkeypatch) -> None:
    from cslib.batch.cli import main

    found, need = plan
    row = duty(published, 30)
    fixed = found.roster.assign(pinned=True)  # nobody may be called in or moved
    monkeypatch.setattr(command, "published", lambda _: (fixed, found.covers, need))
    line = ["absent", SITE, "--month", MONTH, "--person", row["employee_id"], "--reason", "sudden", "--language", "zh"]
    done = CliRunner().invoke(main, [*line, "--from", f"{row['start']:%Y-%m-%dT%H:%M}", "--to", f"{row['end']:%Y-%m-%dT%H:%M}"])
    assert done.exit_code == 0, done.output
    for text in ("不能来，原因", "另有办法", "外聘具备技能的非全日制人员 8 小时", "仍缺 0.0 人时", "不违反法律"):
        assert text in done.output, done.output


@pytest.mark.usefixtures("published")
def test_what_cannot_be_used_is_named_all_at_once_and_nothing_is_written(tmp_path) -> None:
    with pytest.raises(RunError) as caught:
        command.absent(SITE, MONTH, "P-NOBODY", dt.datetime(2026, 12, 5, 9), dt.datetime(2026, 12, 5, 8), "flu")
    assert caught.value.keys == ["batch.no_person", "batch.absence_span", "batch.reason_class"]
    assert not (tmp_path / "protected").exists()


def test_the_verb_needs_a_class_of_the_list() -> None:
    from cslib.batch.cli import main

    line = ["absent", SITE, "--month", MONTH, "--person", "P-1", "--from", "2026-12-05T08:00", "--to", "2026-12-05T12:00"]
    assert CliRunner().invoke(main, [*line, "--reason", "illness"]).exit_code == 2
    assert CliRunner().invoke(main, line).exit_code == 2


def test_a_later_version_and_an_edited_workbook_know_the_absences_recorded_before(plan, published, monkeypatch) -> None:
    """Somebody is called in for an absence; that version is published; then the one called in falls ill: the first is still away."""
    study, need = intake.open_study(SITE, month=MONTH), plan[1]
    row = duty(published, 30)
    first = command.absent(SITE, MONTH, row["employee_id"], row["start"], row["end"], "sudden")
    assert first.found.gap_yuan > 1000 and first.found.moves, "the duty can't be left open, and somebody changes a day for it"
    took = next(m.employee_id for m in first.found.moves if m.after.home == "north_lobby" and m.day == row["date"].date())
    mended = first.found.board.roster(), first.found.board.cover_table()
    monkeypatch.setattr(command, "published", lambda _: (*mended, need))
    found = command.absent(SITE, MONTH, took, row["start"], row["end"], "sudden")
    with words.speaking("zh"):
        assert words.say("batch.absent.carried", count=1) in found.lines
    assert len(recorded(study)) == 2
    assert found.found.gap_yuan > 1000, "both are away, so that the post is empty again"
    # holes told as open are those of the ledger: none that somebody moved has closed
    left = sum((high - low) / 60 for made in found.found.chains for low, high in made.open_spans)
    assert left == pytest.approx(found.ledger.loc[found.ledger["stand_in_id"].isna(), "hours_h"].sum())
    # the next step names the workbook and whoever is concerned
    assert str(found.folder.with_suffix(".xlsx")) in found.lines[-1] and all(m.employee_id in found.lines[-1] for m in found.found.moves)


def test_stand_ins_of_an_absence_come_back_in_a_workbook_that_may_be_published(published, plan) -> None:
    """Two hours from a lobby, from the seventh minute: whoever stands in is legal where the absence is known, and illegal where it isn't."""
    study, need, rows = intake.open_study(SITE, month=MONTH), plan[1], published[published["queue"].eq("north_lobby") & published["kind"].eq("work")]
    for row in rows.sort_values("start").iloc[30:60].itertuples():
        start = row.start + pd.Timedelta(minutes=7)
        made = command.absent(SITE, MONTH, row.employee_id, start, start + pd.Timedelta(minutes=116), "planned")
        if made.found.chains and not made.found.moves and not any(c.open_spans for c in made.found.chains):
            break
    returned = intake.read_roster(made.folder.with_suffix(".xlsx"), study)
    found = life.review(returned, published, plan[0].covers, need, study, absences=recorded(study))
    assert found.changes and not found.broken and not found.faults
    blind = life.review(returned, published, plan[0].covers, need, study)
    assert {b.violation["rule"] for b in blind.broken} >= {"cover_stand_in"}
