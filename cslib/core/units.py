"""Units and rounding that float noise can't tip: 2.1 / 0.7 is 3, not 4."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

MINUTES_PER_DAY = 1440


def _noise(value: Any) -> Any:
    """What a few float operations may be off by: 1e-9, or 1e-12 of a large value."""
    return np.maximum(1e-9, 1e-12 * np.abs(value))


def ceil_people(value: Any) -> Any:
    """Smallest whole number of people not below ``value`` [persons], ignoring float noise (see ``_noise``); scalar or array in, integers out."""
    value = np.asarray(value, dtype=float)
    result = np.ceil(value - _noise(value)).astype(np.int64)
    return int(result) if result.ndim == 0 else result


def floor_count(value: Any) -> Any:
    """Largest whole number not above ``value``, ignoring float noise (see ``_noise``); scalar or array in, integers out."""
    value = np.asarray(value, dtype=float)
    result = np.floor(value + _noise(value)).astype(np.int64)
    return int(result) if result.ndim == 0 else result


def fen(yuan: float | Decimal | str) -> int:
    """Yuan to whole fen, half up; a float counts as the nearest multiple of 1e-7 yuan, so that its noise can't tip the half fen.

    >>> fen(0.285), fen(1.005), fen(123.45499999999998)
    (29, 101, 12346)
    """
    exact = round(Decimal(str(yuan)), 7) if isinstance(yuan, float) else Decimal(yuan)
    return int((exact * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def yuan(amount_fen: int) -> Decimal:
    """Fen to yuan, exact."""
    return Decimal(int(amount_fen)) / 100


def clock(minute: int) -> str:
    """Minute of the day to ``HH:MM``; 1440 is 24:00, later minutes wrap."""
    if minute == MINUTES_PER_DAY:
        return "24:00"
    return f"{minute % MINUTES_PER_DAY // 60:02d}:{minute % 60:02d}"


def minute_of(text: str) -> int:
    """``HH:MM`` to the minute of the day; 24:00 is 1440.

    Raises
    ------
    ValueError  if the text is not a clock time from 00:00 to 24:00.
    """
    hours, _, minutes = str(text).strip().replace("：", ":").partition(":")
    if not (hours.isdigit() and minutes.isdigit() and len(minutes) == 2):
        raise ValueError(f"'{text}' is not a clock time HH:MM")
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > MINUTES_PER_DAY:
        raise ValueError(f"'{text}' is not between 00:00 and 24:00")
    return minute
