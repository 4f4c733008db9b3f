"""Contacts: long and wide, several files, grid, gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_site import TinySite

from cslib import intake
from cslib.core.errors import IntakeError
from cslib.intake import contacts
from cslib.intake.contacts import read_contacts
from cslib.params import open_params

BANK = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "bank_calls_30min.csv"
OPEN = range(8 * 60, 20 * 60, 30)


def history(days: int = 7, grid: int = 30, queue: str = "phone_zh") -> list[tuple[str, dt.datetime, int]]:
    """(queue, start, offered) from Monday 2026-11-02 on, every interval of the Chinese line's opening hours."""
    first = dt.datetime(2026, 11, 2)
    starts = [first + dt.timedelta(days=d, minutes=m) for d in range(days) for m in range(8 * 60, 20 * 60, grid)]
    return [(queue, start, i % 17) for i, start in enumerate(starts)]


def long_csv(rows: list[tuple[str, dt.datetime, int]]) -> str:
    return "队列,日期,时间,呼入量\n" + "".join(f"{q},{s:%Y/%m/%d},{s:%H:%M},{n}\n" for q, s, n in rows)


def read(tiny: TinySite, content: str) -> pd.DataFrame:
    tiny.use("contacts", "[calls.csv]", content)
    return intake.open_study("tiny", month="2026-12").contacts


def refused(tiny: TinySite, content: str) -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        read(tiny, content)
    return caught.value


def test_long_with_date_and_time_or_one_column_of_moments(tiny: TinySite) -> None:
    rows = history()
    first = read(tiny, long_csv(rows))
    second = read(
        tiny,
        "timestamp,split,volume\n"
        + "".join(f"{s:%Y-%m-%d %H:%M:%S},x,{n}\n" for _, s, n in rows).replace(",x,", ",中文热线,").replace("split", "队列"),
    )
    assert len(first) == 7 * len(OPEN) and first.equals(second)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 5000), min_size=24, max_size=24))
def test_wide_and_long_are_the_same_history(tiny: TinySite, counts: list[int]) -> None:
    day = dt.datetime(2026, 11, 2)
    rows = [("phone_zh", day + dt.timedelta(minutes=m), n) for m, n in zip(OPEN, counts, strict=True)]
    wide = "日期,队列," + ",".join(f"{m // 60}:{m % 60:02d}" for m in OPEN) + "\n2026-11-02,phone_zh," + ",".join(map(str, counts)) + "\n"
    params = open_params("tiny")
    as_long, as_wide = read_contacts([tiny.put("a.csv", long_csv(rows))], params), read_contacts([tiny.put("b.csv", wide)], params)
    assert as_long[0].equals(as_wide[0]) and list(as_long[0]["offered"]) == counts


def test_wide_excel_with_time_cells_ranges_and_totals(tiny: TinySite, workbook: Callable[..., Any]) -> None:
    times = [dt.time(m // 60, m % 60) for m in OPEN]
    spans = [f"{m // 60}:{m % 60:02d}-{(m + 30) // 60}:{(m + 30) % 60:02d}" for m in OPEN]
    body = [[dt.datetime(2026, 11, 2 + d), *range(d, d + 24), sum(range(d, d + 24))] for d in range(3)]
    for heads in (times, spans):
        rows = [["11月呼入量统计"], ["日期", *heads, "合计"], *body, ["合计", *range(24), 999]]
        workbook(tiny.folder / "calls.xlsx", {"中文热线": rows}, merge={"中文热线": ["A1:Z1"]})
        tiny.use("contacts", "[calls.xlsx]")
        found = intake.open_study("tiny", month="2026-12").contacts
        assert set(found["queue"]) == {"phone_zh"} and len(found) == 72  # the sheet's name is the queue
        assert found["offered"].sum() == sum(sum(row[1:-1]) for row in body)


def test_several_files_one_a_queue_named_by_the_file(tiny: TinySite) -> None:
    wide = "日期," + ",".join(f"{m // 60}:{m % 60:02d}" for m in OPEN) + "\n2026-11-02," + ",".join(["3"] * 24) + "\n"
    tiny.put("phone_zh.csv", wide)
    tiny.put("英文热线.csv", wide)
    tiny.use("contacts", "[phone_zh.csv, 英文热线.csv]")
    study = intake.open_study("tiny", month="2026-12")
    assert set(study.contacts["queue"]) == {"phone_zh", "phone_en"} and len(study.files) == 3
    assert "several" in str(refused(tiny, wide))  # a file named otherwise: the site has several queues


def test_a_finer_grid_is_added_up_with_handle_time_weighted(tiny: TinySite) -> None:
    rows = "".join(
        f"2026-11-02 {m // 60:02d}:{m % 60:02d},phone_zh,{n},{a}\n" for m, n, a in ((480, 10, 100), (495, 30, 200), (510, 0, 0), (525, 4, 50))
    )
    found = read(tiny, "时段开始,队列,呼入量,平均处理时长（秒）\n" + rows)
    assert list(found["offered"]) == [40, 4] and list(found["aht_s"]) == [175, 50]


def test_an_interval_with_a_part_missing_has_no_sum(tiny: TinySite) -> None:
    rows = [r for r in history(grid=15) if r[1] != dt.datetime(2026, 11, 3, 9, 15)]
    found = read(tiny, long_csv(rows)).set_index("interval_start")["offered"]
    assert np.isnan(found[pd.Timestamp("2026-11-03 09:00")]) and found.isna().sum() == 1


def test_minutes_are_converted_and_unknown_units_refused(tiny: TinySite) -> None:
    row = "\n2026-11-02 08:00,phone_zh,5,3.5\n2026-11-02 08:30,phone_zh,5,0.5\n"
    assert list(read(tiny, "时段开始,队列,呼入量,平均处理时长(分钟)" + row)["aht_s"]) == [210, 30]
    error = refused(tiny, "时段开始,队列,呼入量,平均处理时长(拍)" + row)
    assert error.keys == ["intake.unit"] and "D1" in str(error)


def test_a_coarser_or_odd_grid_is_refused(tiny: TinySite) -> None:
    for grid in (60, 20):
        error = refused(tiny, long_csv(history(grid=grid)))
        assert error.keys == ["intake.grid"] and f"every {grid} min" in str(error) and "30 min" in str(error)


def test_a_history_that_changes_its_interval_is_refused(tiny: TinySite) -> None:
    """Eight days by the hour, then three weeks by the half hour: the hours' counts are no counts of half hours."""
    rows = [row for row in history(days=29) if row[1] >= dt.datetime(2026, 11, 10) or row[1].minute == 0]
    error = refused(tiny, long_csv(rows))
    assert error.keys == ["intake.interval_changes"] and "60" in str(error) and "2026-11-02" in str(error)
    few = [row for row in history(days=29) if row[1] >= dt.datetime(2026, 11, 5) or row[1].minute == 0]
    assert len(read(tiny, long_csv(few)))  # three days with every second row missing are gaps


def test_a_stray_row_off_the_grid_is_named(tiny: TinySite) -> None:
    rows = [*history(), ("phone_zh", dt.datetime(2026, 11, 3, 9, 7), 4)]
    error = refused(tiny, long_csv(rows))
    assert error.keys == ["intake.off_grid"] and "2026-11-03 09:07" in str(error) and f"{len(rows) + 1}:{len(rows) + 1}" in str(error)
    assert refused(tiny, "日期,时段,队列,呼入量\n2026-11-02,9:00-10:00,phone_zh,4\n2026-11-02,9:30-10:00,phone_zh,4\n").keys == ["intake.off_grid"]


def test_a_small_gap_becomes_empty_rows_and_a_note(tiny: TinySite) -> None:
    rows = [r for r in history() if not (r[1].day == 4 and r[1].hour == 10)]
    tiny.use("contacts", "[calls.csv]", long_csv(rows))
    study = intake.open_study("tiny", month="2026-12")
    assert len(study.contacts) == 7 * 24 and study.contacts["offered"].isna().sum() == 2
    assert any("2026-11-04 10:00" in note and "1.19%" in note for note in study.notes)


def test_a_large_gap_is_refused_with_first_place_and_share(tiny: TinySite) -> None:
    tiny.change("interval_min: 30", "interval_min: 30\ndemand: {max_gap_share: 0.1}")
    error = refused(tiny, long_csv([r for r in history() if r[1].day not in (4, 5)]))
    assert error.keys == ["intake.gap"] and "2026-11-04 08:00" in str(error) and "28.57%" in str(error) and "10%" in str(error)
    tiny.change("max_gap_share: 0.1", "max_gap_share: 0.3")
    assert read(tiny, long_csv([r for r in history() if r[1].day not in (4, 5)]))["offered"].isna().sum() == 48


def test_closed_hours_are_no_gap(tiny: TinySite) -> None:
    rows = [(f"phone_en,{s:%Y-%m-%d %H:%M},{n}", s) for _, s, n in history() if 9 <= s.hour < 18 and s.weekday() < 5]
    content = "队列,时段开始,呼入量\n" + "\n".join(text for text, _ in rows) + "\n"
    assert read(tiny, content)["offered"].notna().all()


def test_a_day_marked_closed_is_no_gap(tiny: TinySite) -> None:
    lines = [f"{q},{s:%Y-%m-%d %H:%M},{'' if s.day == 5 else n},{'是' if s.day == 5 else ''}" for q, s, n in history()]
    tiny.use("contacts", "[calls.csv]", "队列,时段开始,呼入量,停业\n" + "\n".join(lines) + "\n")
    study = intake.open_study("tiny", month="2026-12")
    assert study.contacts["closed"].sum() == 24 and not any("missing" in note for note in study.notes)


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "2100-01-01", "9999-12-31"])
def test_a_wrong_year_is_refused_before_a_grid_is_built(tiny: TinySite, day: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "_on_grid", lambda *_: pytest.fail("a grid was built"))
    long = refused(tiny, long_csv(history(1)) + f"phone_zh,{day},08:00,3\n")
    wide = refused(tiny, f"队列,日期,08:00,08:30\nphone_zh,2026-11-02,1,2\nphone_zh,{day},1,2\n")
    moments = refused(tiny, f"队列,时段开始,呼入量\nphone_zh,{day} 08:00,1\n")
    for error, cell in ((long, "B26"), (wide, "B3"), (moments, "B2")):
        assert error.keys == ["intake.year"] and f"calls.csv {cell}" in str(error) and day in str(error) and "1990-01-01" in str(error)


@pytest.mark.parametrize("day", ["1990-01-01", "2099-12-31"])
def test_the_first_and_last_year_are_taken(tiny: TinySite, day: str) -> None:
    path = tiny.put("calls.csv", f"队列,日期,时间,呼入量\nphone_zh,{day},08:00,3\n")
    assert list(read_contacts([path], open_params("tiny", "base"))[0]["offered"]) == [3]


def test_wrong_cells_are_named(tiny: TinySite) -> None:
    head = "队列,时段开始,呼入量\n"
    error = refused(tiny, head + "phone_zh,2026-11-02 08:00,-3\n")
    assert error.keys == ["intake.negative"] and "C2" in str(error)
    error = refused(tiny, head + "phone_fr,2026-11-02 08:00,3\n")
    assert error.keys == ["intake.unknown_queue"] and "A2" in str(error) and "中文热线" in str(error) and "phone_en" in str(error)
    error = refused(tiny, head + "phone_zh,2026-11-02 08:00,3\nphone_zh,2026-11-02 08:30,3\nphone_zh,2026-11-02 08:00,4\n")
    assert error.keys == ["intake.interval_twice"] and "4:4" in str(error) and "2:2" in str(error)
    assert refused(tiny, head + "phone_zh,2026-11-02 08:00,many\n").keys == ["intake.cell"]
    assert refused(tiny, head + "phone_zh,,3\n").keys == refused(tiny, head + ",2026-11-02 08:00,3\n").keys == ["intake.cell_empty"]
    assert refused(tiny, head).keys == ["intake.no_rows"]


def test_negative_counts_in_a_wide_sheet_are_named_by_their_cell(tiny: TinySite) -> None:
    error = refused(tiny, "日期,队列,08:00,08:30,09:00\n2026-11-02,phone_zh,1,2,-3\n")
    assert error.keys == ["intake.negative"] and "E2" in str(error)


def test_the_planned_month_is_not_looked_at(tiny: TinySite) -> None:
    rows = [*history(), *[(q, s + dt.timedelta(days=28), n) for q, s, n in history()]]
    tiny.change("interval_min: 30", "interval_min: 30\ndemand: {max_gap_share: 0.9}")
    tiny.use("contacts", "[calls.csv]", long_csv(rows))
    study = intake.open_study("tiny", month="2026-12")
    assert study.contacts["interval_start"].max() < pd.Timestamp("2026-12-01")
    assert any("2026-12" in note and "not used" in note for note in study.notes)


def test_a_path_replaces_the_sites_contacts(tiny: TinySite, tmp_path: Path) -> None:
    tiny.use("contacts", "[calls.csv]", long_csv(history()))
    elsewhere = tmp_path / "other.csv"
    elsewhere.write_text(long_csv(history(days=3)), encoding="utf-8")
    study = intake.open_study("tiny", month="2026-12", contacts=str(elsewhere))
    assert len(study.contacts) == 72 and not any("calls.csv" in path for path in study.files)


@pytest.mark.skipif(not BANK.exists(), reason="needs the public series/reference beside the checkout")
def test_a_real_series_opens_as_it_is(tiny: TinySite) -> None:
    site = (tiny.folder / "site.yml").read_text(encoding="utf-8")
    english = site[site.index("  phone_en:") : site.index("  desk:")]
    tiny.put(
        "site.yml", site.replace(english, "").replace('from: "08:00", to: "20:00"', 'days: [mon, tue, wed, thu, fri], from: "07:00", to: "21:00"')
    )
    tiny.put("staff.csv", "工号,入职日期,技能\n1,2003-01-01,zh\n")
    study = intake.open_study("tiny", month="2003-11", contacts=str(BANK))
    found = study.contacts
    assert found["offered"].sum() == pd.read_csv(BANK)["volume"].sum() and set(found["queue"]) == {"phone_zh"}
    assert study.calendar["date"].min() == pd.Timestamp("2003-03-03")


@pytest.mark.parametrize(
    ("column", "value"), [("呼入量", "1e300"), ("呼入量", "1e-300"), ("呼入量", "1000001"), ("平均处理时长", "1e300"), ("平均处理时长", "1e-9")]
)
def test_a_count_that_nobody_can_have_had_is_refused(tiny: TinySite, column: str, value: str) -> None:
    cells = {"呼入量": "5", "平均处理时长": "200"} | {column: value}
    tiny.use("contacts", "[calls.csv]", f"队列,日期,时间,呼入量,平均处理时长\nphone_zh,2026-11-02,8:00,{cells['呼入量']},{cells['平均处理时长']}\n")
    with pytest.raises(IntakeError) as caught:
        intake.open_study("tiny", month="2026-12")
    assert caught.value.keys == ["intake.cell"] and ("D2" if column == "呼入量" else "E2") in str(caught.value), str(caught.value)
