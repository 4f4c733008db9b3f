"""``cslib explain``: the published month, explained on the command line."""

from __future__ import annotations

import impossible
import pytest
from click.testing import CliRunner

from cslib import roster
from cslib.batch import explain
from cslib.batch.cli import main
from cslib.core.errors import RunError


@pytest.fixture
def month(monkeypatch: pytest.MonkeyPatch) -> roster.Problem:
    """A published month in which both holders of a skill are on leave on one day."""
    posed, _ = impossible.leave_collision()
    plan = roster.solve(posed)
    monkeypatch.setattr(explain.intake, "open_study", lambda *_, **__: posed.study)
    monkeypatch.setattr(explain, "published", lambda _: (plan.roster, plan.covers, posed.requirement))
    return posed


def test_the_command_names_the_clash_and_the_ways_out(month: roster.Problem) -> None:
    done = CliRunner().invoke(main, ["explain", "small", "--month", month.study.month, "--language", "en"])
    assert done.exit_code == 0, done.output
    assert "2026-03-05" in done.output and "-1,450" in done.output


def test_a_month_published_before_the_leave_was_granted_is_solved_anew(month: roster.Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    """The roster in force still has people work on their new days off: it can't be explained, but the month as it is now can."""
    plan = roster.solve(month)
    rows, leave = plan.roster.copy(), plan.roster["kind"].eq("leave")
    duty = rows[rows["kind"].eq("work")].iloc[0]
    shift = rows.loc[leave, "date"].iloc[0] - duty["date"]
    first = rows.index[leave][0]
    for column in ("kind", "shift", "breaks", "queue"):
        rows.loc[first, column] = duty[column]
    rows.loc[first, ["start", "end"]] = [duty["start"] + shift, duty["end"] + shift]
    monkeypatch.setattr(explain, "published", lambda _: (rows, plan.covers, month.requirement))
    done = CliRunner().invoke(main, ["explain", "small", "--month", month.study.month, "--language", "en"])
    assert done.exit_code == 0, done.output
    head, *rest = done.output.splitlines()
    assert "solved anew" in head and "leave" in head
    assert "2026-03-05" in "".join(rest) and "-1,450" in done.output


def test_without_a_published_month_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("CSLIB_OUTPUTS", str(tmp_path / "outputs"))
    with pytest.raises(RunError) as caught:
        explain.explain_month("front_desk", "2026-12")
    assert caught.value.keys == ["batch.nothing_published"]
