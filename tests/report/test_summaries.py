"""Small tables for pages: sums and words, no person in them."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace

import made_up
import pandas as pd
import pytest

from cslib import report
from cslib.core import tables, words
from cslib.intake.study import Study
from cslib.params.events import Event, Span
from cslib.params.law import RULES
from cslib.params.source import Meaning
from cslib.report import privacy


def test_wage_table_is_in_words_with_the_total_last(desk: Study, language: str) -> None:
    table = report.wage_table(made_up.wage_cost(18), desk)
    assert list(table["amount_yuan"]) == [5600.0 * 18, 440.0 * 18, 180.0 * 18, 75.0 * 18, 6295.0 * 18]
    assert table["item"].iloc[0] == {"zh": "基本工资", "en": "base pay"}[language]
    assert table["item"].iloc[1] == desk.params.pay.items["meal"].meaning[language]
    assert table["item"].iloc[-1] == {"zh": "合计", "en": "total"}[language]


def test_cost_table_is_in_words_dearest_first(desk: Study, language: str) -> None:
    table = report.cost_table(made_up.cost_split(), desk)
    assert table["price"].iloc[0] == desk.params.prices.prices["overtime"].meaning[language]
    assert table["priced_yuan"].is_monotonic_decreasing
    assert table["priced_yuan"].sum() == made_up.cost_split()["priced_yuan"].sum()


def test_queue_summary_by_hand(line: Study) -> None:
    need = made_up.requirement(line)
    table = report.queue_summary(need, line)
    zh = need[need["queue"].eq("zh")]
    row = table[table["queue"].eq("普通话")].iloc[0]
    assert row["person_hours"] == pytest.approx(zh["scheduled"].sum() / 2)
    assert row["most_people"] == zh["scheduled"].max()


def test_hours_summary_adds_up(desk: Study) -> None:
    hours = made_up.hours(desk, made_up.roster(desk))
    table = report.hours_summary(hours)
    assert table["hours_h"].sum() == pytest.approx(hours["hours_h"].sum())
    assert "夜间工时" in set(table["premium"])


def test_special_days_of_the_month(desk: Study) -> None:
    table = report.special_days(desk)
    assert list(table["date"]) == [f"2026-10-{d:02d}" for d in (1, 2, 3, 4, 5, 6, 7, 10)]
    assert table["kind"].iloc[-1] == "调休上班"


def test_named_days_and_events_are_special_too(desk: Study) -> None:
    calendar = desk.calendar
    calendar["event"] = calendar["date"].dt.strftime("%m-%d").map({"10-20": "big_sale"})
    params = desk.params
    span = Span(first=dt.date(2026, 10, 20), last=dt.date(2026, 10, 21))
    campaign = Event(name=Meaning(zh="周年庆", en="anniversary"), spans=(span,))
    changed = replace(params, site=params.site.model_copy(update={"events": {"party": campaign}}))
    table = report.special_days(replace(desk.with_tables(calendar=calendar), params=changed)).set_index("date")["holiday"]
    assert table["2026-10-20"] == "big sale, 周年庆"
    assert table["2026-10-21"] == "周年庆"
    assert "2026-10-22" not in table.index


def test_rule_page_has_a_line_for_every_rule_and_counts_violations(desk: Study) -> None:
    row = {
        "rule": "rest_between_shifts",
        "employee_id": "A-1",
        "start": pd.Timestamp("2026-10-03"),
        "value": 8.0,
        "limit": 11.0,
        "unit": "h",
        "detail": "d",
        "source": "s",
    }
    table = report.rule_page(tables.check("violations", pd.DataFrame([row])), desk)
    assert len(table) == len(RULES)
    assert table["violations"].sum() == 1
    assert table.loc[list(RULES).index("rest_between_shifts"), "violations"] == 1


def test_provenance_names_every_file_and_change(desk: Study) -> None:
    table = report.provenance(desk)
    assert len(table) == len(desk.params.files) + len(desk.files) + len(desk.params.differences)
    assert not table["what"].str.startswith("/").any()


def test_titles_of_all_small_tables_pass_the_scan(desk: Study, line: Study, language: str) -> None:
    hours = made_up.hours(desk, made_up.roster(desk))
    small = [
        report.wage_table(made_up.wage_cost(18), desk), report.cost_table(made_up.cost_split(), desk), report.hours_summary(hours),
        report.queue_summary(made_up.requirement(line), line), report.special_days(desk), report.provenance(desk),
        report.rule_page(tables.empty("violations"), desk),
    ]  # fmt: skip
    titles = [report.heading(column) for table in small for column in table.columns]
    assert privacy.scan_headings(titles, language) == []


def test_a_small_table_is_shown_in_words_and_shortened(desk: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(sys.modules["cslib.report.tell"], "display", lambda item: shown.append(item.data))
    report.show(made_up.roster(desk))
    page = privacy.read_page(shown[0])
    assert {"人员代号", "日期"} <= set(page.headings)
    assert page.tables[0][1] == 21, "the header and 20 rows"
    assert "NaT" not in shown[0]
    assert "2026-10-01" in shown[0]
    assert "558" in shown[1], "how many there are in all"
    shown.clear()
    report.show(tables.empty("covers"))
    assert shown == [words.say("report.table.empty")]
