"""What is missing in a month, as the reader of the roster page sees it."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from cslib import report
from cslib.core import words
from cslib.params.source import Meaning


def study() -> SimpleNamespace:
    queues = {name: SimpleNamespace(name=Meaning(zh=f"{name}队", en=f"queue {name}")) for name in ("a", "b")}
    return SimpleNamespace(
        site="trial", month="2026-12", horizon=SimpleNamespace(interval_min=30), params=SimpleNamespace(site=SimpleNamespace(queues=queues))
    )  # fmt: skip


def coverage(*short: float) -> pd.DataFrame:
    starts = pd.to_datetime(["2026-12-01 08:00", "2026-12-01 08:30", "2026-12-02 08:00", "2026-12-02 08:00"])
    return pd.DataFrame({"queue": ["a", "a", "a", "b"], "interval_start": starts, "short": short, "peak": [False, True, False, True]})


def test_missing_hours_are_summed_by_queue_and_day_the_worst_first() -> None:
    with words.speaking("en"):
        table = report.short_table(coverage(1.0, 2.0, 1.0, 4.0), study())
        assert table.to_numpy().tolist() == [
            ["2026-12-02", "queue b", 2.0, 2.0], ["2026-12-01", "queue a", 1.5, 1.0], ["2026-12-02", "queue a", 0.5, 0.0],
        ]  # fmt: skip
        (line,) = report.lines.shortage(coverage(1.0, 2.0, 1.0, 4.0), study())
        assert "4.0 person-hours" in line and "3.0 of them at peak" in line and "cslib explain trial --month 2026-12" in line


@pytest.mark.parametrize(("language", "told"), [("en", "nobody is missing"), ("zh", "没有缺人")])
def test_a_month_that_meets_its_need_says_so(language: str, told: str) -> None:
    with words.speaking(language):
        assert report.short_table(coverage(0.0, 0.0, 0.0, 0.0), study()).empty
        assert told in report.lines.shortage(coverage(0.0, 0.0, 0.0, 0.0), study())[0]


def test_months_and_days_stay_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(sys.modules["cslib.report.tell"], "display", lambda found: shown.append(found.data))
    report.show(pd.DataFrame({"period": ["2025-12", "2026-01"], "date": pd.to_datetime(["2026-12-01", "2026-12-02"]), "people": [3, 4]}))
    assert shown[0].count('<td class="day">') == 4 and "<td>3</td>" in shown[0]
