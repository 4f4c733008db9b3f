"""Spellings: when two ways of writing a word count as one, and which words already mean a day off or an absence."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# On rosters these mean a day off or an absence; a shift that took one of them as its code or spelling would be misread.
TAKEN = (
    "OFF", "休", "休息", "休息日", "公休", "轮休", "輪休", "例休", "排休", "假", "请假", "請假",
    "rest", "rest day", "day off", "leave", "abs", "absent",
)  # fmt: skip


def squeeze(text: Any) -> str:
    """A spelling in the form in which spellings are compared.

    >>> squeeze("Employee_No. *") == squeeze("employee no")
    True
    """
    folded = unicodedata.normalize("NFKC", str(text)).casefold()
    return re.sub(r"[\s_\-*:.'\u200b\ufeff]+", "", folded)


def is_taken(text: str) -> bool:
    """True if the text means a day off or an absence on a roster, however it is spelt."""
    return squeeze(text) in {squeeze(word) for word in TAKEN}
