"""Shift arithmetic at the places where it goes wrong: midnight, breaks, windows."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cslib.core.shifts import (
    Break,
    Shift,
    minutes_in_window,
    overlap_min,
    read_breaks,
    rest_h,
    shift_text,
    span_text,
    split_at_midnight,
    without,
    write_breaks,
)

NIGHT = (22 * 60, 6 * 60)
DAY = dt.date(2026, 12, 31)
T = pd.Timestamp
MINUTE = st.integers(0, 1439)


def span(start: str, end: str):
    return T(start), T(end)


def test_a_shift_over_midnight():
    shift = Shift("N", 23 * 60, 480, (Break(30, 150, 240, paid=True), Break(30, 300, 360)))
    assert shift.span(DAY) == span("2026-12-31 23:00", "2027-01-01 07:00") and shift.end_min == 31 * 60
    assert shift.paid_min == 450  # the paid break counts, the other does not
    assert shift.night_min(NIGHT) == 420 and shift.is_night(NIGHT, 420) and not shift.is_night(NIGHT, 421)
    assert shift_text(shift) == "N 23:00-07:00" and span_text(shift.span(DAY)) == "2026-12-31 23:00-07:00"


def test_break_positions_on_the_grid():
    assert Break(30, 120, 240).positions(30) == [120, 150, 180, 210, 240] and Break(30, 120, 120).positions(15) == [120]
    assert Break(30, 120, 200).positions(60) == [120, 180]


@pytest.mark.parametrize(
    ("start", "end", "window", "expected"),
    [
        ("00:00", "06:00", NIGHT, 360), ("06:00", "22:00", NIGHT, 0), ("21:00", "24:00", NIGHT, 120), ("05:59", "06:01", NIGHT, 1),
        ("09:00", "18:00", (12 * 60, 13 * 60), 60), ("00:00", "24:00", (0, 1440), 1440), ("10:00", "11:00", (8 * 60, 8 * 60), 60),
    ],
)  # fmt: skip
def test_minutes_in_a_daily_window(start, end, window, expected):
    """A window that starts and ends at one time is the whole day."""
    low, high = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
    assert minutes_in_window(low, high, window) == expected


@given(start=MINUTE, length=st.integers(1, 2000), low=MINUTE, high=MINUTE)
def test_minutes_in_a_window_are_counted_minute_by_minute(start, length, low, high):
    inside = (lambda m: low <= m < high) if low < high else (lambda m: m >= low or m < high)
    assert minutes_in_window(start, start + length, (low, high)) == sum(inside(m % 1440) for m in range(start, start + length))


def test_rest_between_duties():
    assert rest_h(span("2026-12-01 15:00", "2026-12-01 23:00"), span("2026-12-02 07:00", "2026-12-02 15:00")) == 8
    assert rest_h(span("2026-12-01 23:00", "2026-12-02 07:00"), span("2026-12-02 06:30", "2026-12-02 15:00")) == -0.5


SPANS = st.builds(
    lambda start, length: (T(DAY) + pd.Timedelta(minutes=start), T(DAY) + pd.Timedelta(minutes=start + length)),
    st.integers(0, 4000),
    st.integers(1, 3000),
)


def minutes(found) -> float:
    return sum((b - a).total_seconds() / 60 for a, b in found)


@given(SPANS)
def test_split_at_midnight_keeps_every_minute_and_its_day(whole):
    parts = split_at_midnight(whole)
    assert parts[0][1][0] == whole[0] and parts[-1][1][1] == whole[1] and minutes([part for _, part in parts]) == minutes([whole])
    for day, (low, high) in parts:
        assert low.date() == day and T(day) <= low < high <= T(day) + pd.Timedelta(days=1)
    assert len({day for day, _ in parts}) == len(parts)


@given(SPANS, st.lists(SPANS, max_size=4))
def test_cutting_out_gaps_keeps_the_rest(whole, gaps):
    left = without(whole, gaps)
    for low, high in left:
        assert whole[0] <= low < high <= whole[1] and all(overlap_min((low, high), gap) == 0 for gap in gaps)
    covered = sum(any(gap[0] <= moment < gap[1] for gap in gaps) for moment in pd.date_range(whole[0], whole[1], freq="min", inclusive="left"))
    assert minutes(left) == minutes([whole]) - covered


@given(SPANS, SPANS)
def test_overlap_is_symmetric_and_bounded(a, b):
    assert overlap_min(a, b) == overlap_min(b, a) <= min(minutes([a]), minutes([b]))
    assert overlap_min(a, b) == pytest.approx(minutes([a]) - minutes(without(a, [b])))


@given(start=MINUTE, length=st.integers(60, 1440), data=st.data())
def test_breaks_survive_text(start, length, data):
    """Breaks inside a shift of up to 24 h, past midnight too, are read back as written."""
    begin = T(DAY) + pd.Timedelta(minutes=start)
    edges = sorted(data.draw(st.lists(st.integers(0, length - 1), min_size=2, max_size=6, unique=True)))
    breaks = [(begin + pd.Timedelta(minutes=a), begin + pd.Timedelta(minutes=b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    assert read_breaks(write_breaks(breaks), begin) == breaks


def test_breaks_of_nothing_and_of_nonsense():
    assert read_breaks("", T(DAY)) == read_breaks(None, T(DAY)) == read_breaks(float("nan"), T(DAY)) == [] and write_breaks([]) == ""
    for text in ("12:00", "12-13", "12:00-13:00,14:00-15:00", "25:00-26:00"):
        with pytest.raises(ValueError, match="is not"):
            read_breaks(text, T(DAY))
    assert read_breaks("12:00-12:30; 16:00-16:15", T("2026-12-31 09:00"))[1] == span("2026-12-31 16:00", "2026-12-31 16:15")
