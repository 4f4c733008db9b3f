"""Dates, times, numbers as planners type them."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cslib.intake import values

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
MINUTES = st.integers(0, 1439)


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@given(DAYS)
def test_every_way_of_writing_a_day_gives_the_same_day(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    written = [
        day, dt.datetime(day.year, day.month, day.day), serial, float(serial), str(serial), int(f"{day:%Y%m%d}"), f"{day:%Y%m%d}", f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日", f"{day:%Y-%m-%d} 00:00:00",
        full_width(f"{day:%Y-%m-%d}"), f" {day:%Y/%m/%d} 星期一", f"{day:%Y-%m-%dT00:00}",
    ]  # fmt: skip
    assert {values.date(form) for form in written} == {day}
    assert values.date(serial - 1462, epoch_1904=True) == day or serial - 1462 < 20000


@given(MINUTES)
def test_every_way_of_writing_a_time_gives_the_same_minute(minute: int) -> None:
    hour, rest = divmod(minute, 60)
    written = [
        dt.time(hour, rest), dt.timedelta(minutes=minute), minute / 1440, f"{hour}:{rest:02d}", f"{hour:02d}:{rest:02d}:00", f"{hour}：{rest:02d}",
        f"{hour}点{rest}分", f"{hour}时{rest:02d}", f"{'上午' if hour < 12 else '下午'}{hour % 12 or 12}:{rest:02d}",
        f"{hour % 12 or 12}:{rest:02d} {'AM' if hour < 12 else 'PM'}", full_width(f"{hour}:{rest:02d}"), dt.datetime(1899, 12, 30, hour, rest),
    ]  # fmt: skip
    assert {values.clock(form) for form in written} == {minute}


@given(DAYS, MINUTES)
def test_a_moment_survives_excel_and_text(day: dt.date, minute: int) -> None:
    when = dt.datetime(day.year, day.month, day.day) + dt.timedelta(minutes=minute)
    serial = (day - dt.date(1899, 12, 30)).days + minute / 1440
    assert values.moment(serial) == values.moment(f"{when:%Y/%m/%d %H:%M}") == values.moment(f"{when:%Y年%m月%d日 %H:%M:%S}") == when


@given(st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 3)))
def test_a_number_survives_thousands_commas_and_full_width_digits(number: float) -> None:
    assert values.number(f"{number:,.3f}") == pytest.approx(number)
    assert values.number(full_width(f"{number:,.3f}")) == pytest.approx(number)


@given(st.text(max_size=12))
def test_reading_text_gives_a_value_or_value_error(text: str) -> None:
    for read in (values.date, values.moment, values.clock, values.clock_span, values.number, values.share, values.seconds, values.flag):
        try:
            read(text)
        except ValueError:
            continue


@pytest.mark.parametrize(
    "wrong",
    [
        "12/1/2026",
        "1.12.2026",
        "2026-13-01",
        "2026-02-30",
        "2026-12",
        "20261301",
        12,
        1.5,
        "soon",
        "2026-12-01 09:30",
        "2026-1201",
        True,
        "#N/A",
        "202612010",
    ],
)
def test_days_that_could_be_misread_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        values.date(wrong)


@pytest.mark.parametrize("wrong", ["9", 9, "25:00", "9:60", "9:5", "24:01", "13:00 PM", 1.2, -0.1, "09:00:30", "nine", True, "0900"])
def test_times_that_could_be_misread_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        values.clock(wrong)


@pytest.mark.parametrize("wrong", ["1,23", "12,3456", "1.234,5", "-", "—", "3 calls", "nan", "inf", float("inf"), dt.date(2026, 1, 1), "#DIV/0!"])
def test_numbers_that_could_be_misread_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        values.number(wrong)


def test_intervals_may_be_written_with_their_end() -> None:
    assert values.clock_span("9:00-9:30") == (540, 570)
    assert values.clock_span("23:30~24:00") == values.clock_span("23:30-00:00") == (1410, 1440)
    assert values.clock_span("9:00 至 10:00") == (540, 600)
    assert values.clock_span(dt.time(9, 0)) == (540, None)
    with pytest.raises(ValueError):
        values.clock_span("10:00-9:30")


def test_empty_cells_and_marks_of_nothing() -> None:
    assert values.date("-") is None and values.date("无") is None and values.date(None) is None and values.date("  ") is None
    assert values.number("") is None and values.clock("/") is None and values.text("") is None
    assert not values.flag("") and values.flag("√") and values.flag(1) and not values.flag("否")


def test_lengths_and_shares() -> None:
    assert values.seconds("0:03:25") == values.seconds(dt.time(0, 3, 25)) == values.seconds("205") == 205
    assert values.share("80%") == values.share("0.8") == 0.8
    assert values.plain("　００１２７ ") == "00127" and values.plain(127.0) == "127"
    assert unicodedata.is_normalized("NFKC", values.plain("ＡＢＣ"))
