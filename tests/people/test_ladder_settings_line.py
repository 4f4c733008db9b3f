"""Settings of a ladder written as one line, as the command and the notebook take them."""

from __future__ import annotations

import pytest

from cslib import people
from cslib.core.errors import ParamError


def test_a_line_of_settings() -> None:
    assert people.ladder_choice(" ") == ("", {}) and people.ladder_choice("as_written") == ("as_written", {})
    assert people.ladder_choice("review_window=from_entry, as_written, exactly_70 = down,") == (
        "as_written", {"review_window": "from_entry", "exactly_70": "down"},
    )  # fmt: skip


@pytest.mark.parametrize("line", ["as_written, review_window", "=down", "a=b, c=", "a, b, c=d"])
def test_a_part_that_is_no_setting_is_refused(line: str) -> None:
    with pytest.raises(ParamError) as caught:
        people.ladder_choice(line)
    assert caught.value.keys == ["params.setting_form"]
