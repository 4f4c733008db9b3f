"""What planners type into cells, read strictly: dates, times, numbers, texts, marks. A value that can't be read raises ``ValueError``.

Each reader takes a raw cell (text, number, date, time or None) and returns a plain value; ``None`` stands for an empty cell.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from functools import lru_cache
from typing import Any

from cslib.core.units import MINUTES_PER_DAY

EMPTY_MARKS = {"", "-", "--", "—", "——", "/", "\\", "无", "無", "n/a", "na", "none", "nil"}
_EXCEL_ERRORS = {"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!"}
_SERIAL_ZERO = dt.datetime(1899, 12, 30)
_SERIAL_RANGE = (20000, 80000)  # 1954-10-03 .. 2119-01-11: what a planner can mean by a bare serial number
_SERIAL_1904 = 1462  # days between the two date systems of Excel
_YES = {"1", "y", "yes", "true", "是", "有", "√", "✓", "✔", "v", "x", "○", "●", "对"}
_NO = {"0", "n", "no", "false", "否", "没有", "×", "✗", *EMPTY_MARKS}
_DATE = re.compile(r"(\d{4})\s*(?:([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,2})|年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]?)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WEEKDAY = re.compile(r"\s*\(?(?:星期|周|週|礼拜)[一二三四五六日天]\)?$")
_CLOCK = re.compile(r"(上午|下午|am|pm)?(\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.0+)?)?|([点點时時])(?:(\d{1,2})分?|(半))?)?(am|pm)?")
_RANGE = re.compile(r"\s*(?:-|~|至|到|–|—|－)\s*")
_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?(?:e[+-]?\d+)?|[+-]?\.\d+")


def plain(value: Any) -> str:
    """A cell as text: full-width forms made half-width, outer blanks cut; whole numbers without ``.0``; empty for None.

    >>> plain("　００１２７ ")
    '00127'
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).replace("\u200b", "").replace("\ufeff", "").strip()


def text(value: Any) -> str | None:
    """A cell as text, None if empty.

    Raises
    ------
    ValueError  if it holds an error of Excel such as ``#N/A``.
    """
    found = plain(value)
    if found.casefold() in _EXCEL_ERRORS:
        raise ValueError(found)
    return found or None


def is_empty(value: Any) -> bool:
    """True for an empty cell and for the marks people write into one (``-``, ``/``, 无)."""
    return plain(value).casefold() in EMPTY_MARKS


def date(value: Any, *, epoch_1904: bool = False) -> dt.date | None:
    """A day: a date cell, an Excel serial number, or text such as 2026-12-01, 2026/12/1, 2026年12月1日, 20261201.

    Raises
    ------
    ValueError  if it is none of these, is no day of the calendar, or carries a time of day other than 00:00.
    """
    found = moment(value, epoch_1904=epoch_1904)
    if found is None:
        return None
    if found.time() != dt.time():
        raise ValueError(f"{value}")
    return found.date()


def moment(value: Any, *, epoch_1904: bool = False) -> dt.datetime | None:
    """A day with an optional time of day (00:00 if there is none); forms as in ``date`` followed by a clock time.

    Raises
    ------
    ValueError  if it can't be read.
    """
    if isinstance(value, (bool, dt.time)):
        raise ValueError(f"{value}")
    if isinstance(value, dt.datetime):
        return _to_minute(value)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    if isinstance(value, (int, float)):
        return _from_number(float(value), epoch_1904)
    found = plain(value)
    if found.casefold() in EMPTY_MARKS:
        return None
    if re.fullmatch(r"\d{5}(?:\.\d+)?", found):
        return _from_number(float(found), epoch_1904)
    return _moment_text(found)


@lru_cache(maxsize=65536)
def _moment_text(found: str) -> dt.datetime:
    head = _DATE.match(found) or _COMPACT.match(found)
    if head is None:
        raise ValueError(found)
    year, month, day = (int(part) for part in head.groups() if part and part.isdigit())
    rest = _WEEKDAY.sub("", found[head.end() :]).strip()
    rest = rest[1:] if rest[:1] in {"T", "t"} else rest
    if rest and rest[0].isdigit() and found[head.end()].isdigit():
        raise ValueError(found)
    start = dt.datetime(year, month, day)
    return start + dt.timedelta(minutes=clock(rest) or 0) if rest else start


def _from_number(number: float, epoch_1904: bool) -> dt.datetime:
    low, high = _SERIAL_RANGE
    if low <= number <= high:
        days = number + (_SERIAL_1904 if epoch_1904 else 0)
        return _to_minute(_SERIAL_ZERO + dt.timedelta(days=days))
    if number.is_integer() and 19000101 <= number <= 21991231:
        return _moment_text(str(int(number)))
    raise ValueError(f"{number:g}")


def _to_minute(value: dt.datetime) -> dt.datetime:
    """To the whole minute; a serial number is off by less than a second."""
    rounded = (value.replace(tzinfo=None) + dt.timedelta(seconds=30)).replace(second=0, microsecond=0)
    if value.tzinfo is not None or abs((rounded - value).total_seconds()) > 1:
        raise ValueError(f"{value}")
    return rounded


def clock(value: Any) -> int | None:
    """A time of day as minutes after midnight, 0 .. 1440: a time cell, a fraction of a day, 9:00, 09:00:00, 9：00, 9点30分, 下午2:30.

    Raises
    ------
    ValueError  if it can't be read or has seconds.
    """
    if isinstance(value, bool):
        raise ValueError(f"{value}")
    if isinstance(value, dt.datetime):  # a time cell of Excel on its day zero
        if value.year > 1904:
            raise ValueError(f"{value}")
        value = value.time()
    if isinstance(value, dt.timedelta):
        value = value.total_seconds() / 86400
    if isinstance(value, dt.time):
        value = (value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6) / 86400
    if isinstance(value, (int, float)):
        return _fraction(float(value))
    found = plain(value).casefold()
    if found in EMPTY_MARKS:
        return None
    if re.fullmatch(r"0?\.\d+", found):
        return _fraction(float(found))
    return _clock_text(found)


@lru_cache(maxsize=8192)
def _clock_text(found: str) -> int:
    match = _CLOCK.fullmatch(found.replace(" ", ""))
    if match is None:
        raise ValueError(found)
    before, hours, minutes, seconds, hour_sign, spoken, half, after = match.groups()
    hour, minute = int(hours), int(minutes or spoken or (30 if half else 0))
    part = before or after
    if not (minutes or hour_sign or part):  # a bare 9 may be an hour or a day of the month
        raise ValueError(found)
    if part and (not 1 <= hour <= 12 or (before and after)):
        raise ValueError(found)
    if part in {"下午", "pm"}:
        hour = hour % 12 + 12
    elif part in {"上午", "am"}:
        hour %= 12
    total = hour * 60 + minute
    if minute > 59 or int(seconds or 0) or total > MINUTES_PER_DAY:
        raise ValueError(found)
    return total


def _fraction(number: float) -> int:
    minutes = round(number * MINUTES_PER_DAY)
    if not 0 <= number <= 1 or abs(number * MINUTES_PER_DAY - minutes) > 1 / 60:
        raise ValueError(f"{number:g}")
    return minutes


def clock_span(value: Any) -> tuple[int, int | None] | None:
    """An interval's start and, where it is written, its end: ``9:00`` or ``9:00-9:30`` (also ~, 至).

    Raises
    ------
    ValueError  if it can't be read or ends before it starts.
    """
    if isinstance(value, str):
        parts = _RANGE.split(plain(value))
        if len(parts) == 2 and all(parts):
            start, end = clock(parts[0]), clock(parts[1])
            if start is None or end is None:
                raise ValueError(value)
            end = MINUTES_PER_DAY if end == 0 else end
            if end <= start:
                raise ValueError(value)
            return start, end
    found = clock(value)
    return None if found is None else (found, None)


def number(value: Any) -> float | None:
    """A number: a number cell, or text with full-width digits and well-placed thousands commas; None if empty.

    Raises
    ------
    ValueError  if it can't be read; a dash is no number.
    """
    if isinstance(value, (bool, dt.date, dt.time, dt.timedelta)):
        raise ValueError(f"{value}")
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            raise ValueError(f"{value}")
        return float(value)
    found = plain(value).casefold()
    if not found:
        return None
    if not _NUMBER.fullmatch(found):
        raise ValueError(found)
    return float(found.replace(",", ""))


def share(value: Any) -> float | None:
    """A share: 0.8 or 80%.

    Raises
    ------
    ValueError  if it can't be read.
    """
    found = plain(value)
    if found.endswith("%"):
        percent = number(found[:-1])
        if percent is None:
            raise ValueError(found)
        return percent / 100
    return number(value)


def seconds(value: Any) -> float | None:
    """A length of time in seconds: a number, or 0:03:25 (h:mm:ss) as text or time cell.

    Raises
    ------
    ValueError  if it can't be read.
    """
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, dt.time):
        return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    match = re.fullmatch(r"(\d+):(\d{2}):(\d{2})", plain(value))
    if match:
        return float(int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3]))
    return number(value)


def flag(value: Any) -> bool:
    """A mark: 是 √ 1 Y for yes; 否 × 0 N or an empty cell for no.

    Raises
    ------
    ValueError  if it is neither.
    """
    if isinstance(value, bool):
        return value
    found = plain(value).casefold()
    if found in _YES:
        return True
    if found in _NO:
        return False
    raise ValueError(found)
