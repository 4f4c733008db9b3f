"""Raw call logs: counts, handle times and patience by hand, Chinese exports, chunks, and faults with their row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cslib import intake
from cslib.core.errors import IntakeError
from cslib.core.streams import stream
from cslib.intake.calls import read_calls
from cslib.intake.calls_patience import exponential, kaplan_meier_median
from cslib.intake.calls_times import durations, moments
from cslib.params import open_params

HEAD = "流水号,主叫号码,技能组,呼入时间,应答时间,结束时间,通话结果,坐席工号\n"
ROWS = (
    "1,13800000000,中文热线,2026-11-02 09:00:10,2026-11-02 09:00:30,2026-11-02 09:03:30,接通,1001\n"
    "2,13800000001,中文热线,2026/11/2 9:29:55,2026/11/2 9:30:05,2026/11/2 9:31:05,接通,1002\n"
    "3,13800000002,中文热线,2026年11月2日 09:10:00,,2026年11月2日 09:10:40,放弃,\n"
    "3,13800000002,中文热线,2026年11月2日 09:10:00,,2026年11月2日 09:10:40,放弃,\n"
    "4,13800000003,英文热线,2026-11-03 23:59:50,00:00:10,00:02:10,接通,1001\n"
)


@pytest.fixture
def params(tiny):
    assert tiny
    return open_params("tiny")


def _write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "calls.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
def test_counts_handle_times_and_patience_by_hand(params, tmp_path: Path, encoding: str, chunk_rows: int) -> None:
    log = read_calls([_write(tmp_path, HEAD + ROWS, encoding)], params, chunk_rows=chunk_rows)
    found = log.contacts.set_index(["queue", "interval_start"])
    nine = found.loc[("phone_zh", "2026-11-02 09:00")]
    assert nine[["offered", "handled", "abandoned"]].tolist() == [3, 2, 1]
    assert nine["aht_s"] == pytest.approx((180 + 60) / 2)
    assert found.loc[("phone_zh", "2026-11-02 10:00"), "offered"] == 0
    assert pd.isna(found.loc[("phone_zh", "2026-11-02 10:00"), "aht_s"])
    assert found.loc[("phone_en", "2026-11-03 23:30"), "aht_s"] == 120  # answered and ended after midnight
    assert set(log.contacts.loc[log.contacts["queue"] == "phone_zh", "interval_start"].dt.date.astype(str)) == {"2026-11-02"}
    patience = log.patience.set_index("queue")
    assert patience.loc["phone_zh", ["calls", "abandoned"]].tolist() == [3, 1]
    assert patience.loc["phone_zh", "patience_s"] == pytest.approx(20.5 + 10.5 + 40.5)  # 71.5 s of waiting for one who gave up
    assert pd.isna(patience.loc["phone_en", "patience_s"])
    assert log.notes and "1 rows" in log.notes[0]


def test_no_number_and_no_agent_is_kept(params, tmp_path: Path) -> None:
    log = read_calls([_write(tmp_path, HEAD + ROWS)], params)
    text = log.contacts.to_csv() + log.patience.to_csv() + "".join(log.notes)
    assert "13800000" not in text and "1001" not in text


def test_durations_instead_of_moments(params, tmp_path: Path) -> None:
    head = "start;queue;wait;talk time;wrap;status\n"
    text = head + "2026-11-02 09:00:00;phone_zh;00:20;0:03:00;30;answered\n2026-11-02 09:01:00;phone_zh;45;0;;abandoned\n"
    log = read_calls([_write(tmp_path, text)], params)
    nine = log.contacts.set_index("interval_start").loc["2026-11-02 09:00"]
    assert nine[["offered", "abandoned"]].tolist() == [2, 1] and nine["aht_s"] == 210
    assert log.patience["wait_s"].iloc[0] == pytest.approx((20.5 + 45.5) / 2)


def test_censored_patience_is_recovered() -> None:
    """Exponential patience of 180 s against exponential answers of 40 s: waits of those who gave up are far too short, the estimate is not."""
    rng = stream(3, "patience")
    patience, answer = rng.exponential(180, 60_000), rng.exponential(40, 60_000)
    waits = np.minimum(np.minimum(patience, answer), 3600).astype(np.int64)
    gave_up = np.bincount(waits[patience < answer], minlength=3601)
    answered = np.bincount(waits[patience >= answer], minlength=3601)
    mean, low, high = exponential(answered, gave_up)
    assert mean == pytest.approx(180, rel=0.03) and low < 180 < high
    assert (gave_up * np.arange(3601)).sum() / gave_up.sum() < 50
    assert kaplan_meier_median(answered, gave_up) == pytest.approx(180 * np.log(2), rel=0.05)
    assert np.isnan(kaplan_meier_median(answered, gave_up * 0)) and np.isnan(exponential(answered, gave_up * 0)[0])


@pytest.mark.parametrize(
    ("before", "after", "key", "words"),
    [
        ("呼入时间", "时刻甲", "intake.calls_columns", "start"),
        ("2026-11-02 09:00:10", "nine o'clock", "intake.calls_time", ":2"),
        ("2026/11/2 9:31:05", "2026/11/2 9:30:01", "intake.calls_order", ":3"),
        ("2026-11-02 09:00:30", "2026-11-02 08:59:30", "intake.calls_order", ":2"),
        ("英文热线", "法文热线", "intake.calls_queue", "phone_zh"),
        ("接通,1002", "转接,1002", "intake.calls_status", ":3"),
    ],
)
def test_faults_are_refused_with_their_row(params, tmp_path: Path, before: str, after: str, key: str, words: str) -> None:
    assert before in HEAD + ROWS
    with pytest.raises(IntakeError) as caught:
        read_calls([_write(tmp_path, (HEAD + ROWS).replace(before, after))], params, chunk_rows=2)
    assert caught.value.keys == [key]
    assert words in str(caught.value)
    assert "13800000" not in str(caught.value)


def test_an_empty_log_and_a_missing_one(params, tmp_path: Path) -> None:
    with pytest.raises(IntakeError) as caught:
        read_calls([_write(tmp_path, HEAD)], params)
    assert caught.value.keys == ["intake.calls_empty"]
    with pytest.raises(IntakeError):
        read_calls([tmp_path / "none.csv"], params)


def test_times_in_many_hands() -> None:
    cells = pd.Series(["2026-1-5 9:03", "2026.01.05 09:03:07.250", "2026-02-30 10:00", "", "5 Jan"])
    found = moments(cells, None)
    assert found[0] == pd.Timestamp("2026-01-05 09:03") and found[1] == pd.Timestamp("2026-01-05 09:03:07")
    assert found[2:].isna().all()
    assert durations(pd.Series(["90", "1:30", "1:02:03", "x"])).fillna(-1).tolist() == [90, 90, 3723, -1]


def test_a_site_may_bring_logs_in_place_of_counts(tiny) -> None:
    tiny.use("calls", "[log.csv]", HEAD + ROWS)
    study = intake.open_study("tiny", month="2026-12")
    found = study.contacts.set_index(["queue", "interval_start"])
    assert found.loc[("phone_zh", "2026-11-02 09:00"), "offered"] == 3
    assert any(name.endswith("log.csv") for name in study.files)
    assert any("repeat" in note for note in study.notes)
