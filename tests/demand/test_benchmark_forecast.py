"""The benchmark's command line on files of its own."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from demand_series import daily, days_of, series

from cslib.core import words

MAIN = runpy.run_path(str(Path(__file__).resolve().parents[2] / "benchmarks" / "forecast.py"))["main"]
DAYS = days_of("2026-01-01", "2026-07-31")
KEYS = {"series", "model", "origin", "wape", "mase", "pinball", "cov80", "cov95", "day_wape", "total_error", "cpu_s"}
KEYS |= {"day_cov80", "day_cov95", "day_pinball", "total_in80"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    parts = []
    for name, level in (("calls", 900.0), ("chats", 60.0)):
        found = series(daily(DAYS, level=level), DAYS, interval_min=30, noise=name)
        parts.append(pd.DataFrame({"timestamp": found.index, "series": name, "volume": found.to_numpy()}))
    frame = pd.concat(parts).sample(frac=1.0, random_state=2)
    frame.loc[frame["timestamp"] == "2026-03-03 10:00", "volume"] = None
    frame.to_csv(tmp_path / "two.csv", index=False)
    return tmp_path / "two.csv"


def _run(path: Path, *more: str):
    return CliRunner().invoke(MAIN, [str(path), "--country", "CN", *more])


def test_one_line_per_series_model_and_origin(path: Path) -> None:
    result = _run(path, "--origin", "2026-05-04", "--origin", "2026-06-01", "--weeks", "2", "--peers", "all")
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    models = {"engine", "seasonal_naive", "mean_4", "mean_8", "median_6", "lightgbm"}
    assert {(line["series"], line["model"], line["origin"]) for line in lines} == {
        (name, model, origin) for name in ("calls", "chats") for model in models for origin in ("2026-05-04", "2026-06-01")
    }
    assert all(set(line) == KEYS for line in lines)
    june = {line["model"]: line["wape"] for line in lines if line["series"] == "calls" and line["origin"] == "2026-06-01"}
    assert min(june, key=june.__getitem__) == "engine"


def test_excel_peers_are_the_spreadsheet_s(path: Path) -> None:
    result = _run(path, "--origin", "2026-06-01", "--peers", "excel")
    assert {json.loads(line)["model"] for line in result.stdout.splitlines()} == {"engine", "mean_4", "mean_8", "median_6"}


def test_the_future_is_not_seen(path: Path) -> None:
    """Other volumes after the origin change the scores but not the forecast: its total is error-free against itself."""
    frame = pd.read_csv(path)
    before = json.loads(_run(path, "--origin", "2026-06-01").stdout.splitlines()[0])
    later = frame["timestamp"] >= "2026-06-01"
    actual = frame.loc[later & (frame["series"] == "calls") & (frame["timestamp"] < "2026-06-29"), "volume"].sum()
    frame.loc[later, "volume"] *= 2
    frame.to_csv(path, index=False)
    after = json.loads(_run(path, "--origin", "2026-06-01").stdout.splitlines()[0])
    assert (1 + after["total_error"]) * 2 * actual == pytest.approx((1 + before["total_error"]) * actual, rel=1e-4)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [("volume", "count", "columns are missing: volume"), ("chats", "calls", "twice"), (None, "-3", "below zero")],
)
def test_wrong_files_are_refused_in_words(path: Path, before: str | None, after: str, said: str) -> None:
    text = path.read_text()
    if before is None:
        head, first, rest = text.split("\n", 2)
        text = "\n".join([head, ",".join([*first.split(",")[:2], after]), rest])
    path.write_text(text.replace(before, after) if before else text)
    with words.speaking("en"):
        result = CliRunner().invoke(MAIN, [str(path), "--country", "CN", "--origin", "2026-06-01"])
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "columns are missing"),
        ("timestamp,series,volume\n", "no rows"),
        ("timestamp,series,volume\n2026-13-01 00:00,a,3\n", "row 2: timestamp 2026-13-01 00:00"),
        ("timestamp,series,volume\n2026-01-01T00:00+08:00,a,3\n", "time zone"),
        ("timestamp,series,volume\n2026-01-01 00:00,a,3\n2026-01-01 00:30,a,x4\n", "row 3: volume x4"),
        ("timestamp,series,volume\n2026-05-31 09:00,a,3\n2026-05-31 09:30,a,3\n2026-06-01 09:00,a,3\n", "1 days are recorded"),
        ("timestamp,series,volume\n2026-01-01 09:00+08:00,a,3\n2026-01-01 10:00,a,3\n", "row 2: timestamp 2026-01-01 09:00+08:00"),
        ("timestamp,series,volume\n1767225600,a,3\n", "row 2: timestamp 1767225600"),
        ("timestamp,series,volume\n2026-01-01 09:00,,3\n", "row 2: series"),
        ("timestamp,series,volume\n2026-01-01 09:00,a,1e300\n", "row 2: volume"),
        ("timestamp,series,volume\n2026-01-01 09:00,a,3\n", "series a: a single time"),
        ("timestamp,series,volume\n2026-01-01 09:00:07,a,1\n2026-01-01 09:00:44,a,1\n", "whole minutes"),
    ],
)
def test_files_that_tell_nothing_are_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "odd.csv").write_text(text, encoding="utf-8")
    result = _run(tmp_path / "odd.csv", "--origin", "2026-06-01")
    assert result.exit_code == 2
    assert said in result.stderr


def test_text_that_is_not_utf_8_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_bytes("timestamp,series,volume\n2026-01-01 09:00,客服,3\n".encode("gbk"))
    result = _run(tmp_path / "odd.csv", "--origin", "2026-06-01")
    assert result.exit_code == 2 and "UTF-8" in result.stderr


def test_a_series_that_tells_too_little_is_named_and_the_others_are_tested(path: Path) -> None:
    frame = pd.read_csv(path)
    frame[(frame["series"] == "chats") | (frame["timestamp"] >= "2026-05-25")].to_csv(path, index=False)
    result = _run(path, "--origin", "2026-06-01")
    assert result.exit_code == 2 and "series calls: origin 2026-06-01: 7 days are recorded" in result.stderr
    assert {json.loads(line)["series"] for line in result.stdout.splitlines()} == {"chats"}


@pytest.mark.parametrize("hourly", ["before", "after"])
def test_a_series_that_changes_its_interval_is_refused(path: Path, hourly: str) -> None:
    frame = pd.read_csv(path).query("series == 'calls'")
    early = frame["timestamp"] < "2026-02-15" if hourly == "before" else frame["timestamp"] >= "2026-06-01"
    frame[~early | frame["timestamp"].str.contains(":00:00")].to_csv(path, index=False)
    with words.speaking("en"):
        result = _run(path, "--origin", "2026-06-01")
    assert result.exit_code == 2 and "a row every 60 min, the rest every 30 min" in result.stderr


def test_seconds_are_off_the_grid(path: Path) -> None:
    """Two times a few seconds apart are no two intervals; one would hide the other."""
    frame = pd.read_csv(path).query("series == 'calls'").sort_values("timestamp")
    frame.loc[frame.index[7], "timestamp"] = str(pd.Timestamp(frame["timestamp"].iloc[8]) + pd.Timedelta(seconds=20))
    frame.to_csv(path, index=False)
    with words.speaking("en"):
        result = _run(path, "--origin", "2026-06-01")
    assert result.exit_code == 2 and "1 times are off the grid of 30 min" in result.stderr


def test_a_series_of_no_country(path: Path) -> None:
    result = CliRunner().invoke(MAIN, [str(path), "--country", "none", "--origin", "2026-06-01"])
    assert result.exit_code == 0
    assert json.loads(result.stdout.splitlines()[0])["wape"] < 0.2


def test_missing_intervals_are_not_closed_ones(path: Path) -> None:
    """With a fifth of all intervals lost, the engine still beats the habits, and its days are no further off."""
    frame = pd.read_csv(path).query("series == 'calls'")
    before = json.loads(_run(path, "--origin", "2026-06-01").stdout.splitlines()[0])
    frame.sample(frac=0.8, random_state=5).to_csv(path, index=False)
    lines = [json.loads(line) for line in _run(path, "--origin", "2026-06-01").stdout.splitlines()]
    wape = {line["model"]: line["wape"] for line in lines}
    assert min(wape, key=wape.__getitem__) == "engine"
    assert lines[0]["day_wape"] < 1.5 * before["day_wape"]


@pytest.mark.parametrize("more", [("--origin", "2030-01-01"), ("--origin", "2026-01-01"), ("--origin", "2026-06-01", "--country", "XX")])
def test_impossible_questions_are_refused(path: Path, more: tuple[str, ...]) -> None:
    result = _run(path, *more)
    assert result.exit_code == 2
    assert "two.csv" in result.stderr
