"""Settings of a ladder written as one line, as the command and the notebook take them."""

from __future__ import annotations

import pytest

from cslib import people
from cslib.core.errors import ParamError


def test_a_line_of_settings() -> None:
    assert people.ladder_settings(" ") == {}
    assert people.ladder_settings("review_window=from_entry, exactly_70 = down,") == {"review_window": "from_entry", "exactly_70": "down"}


@pytest.mark.parametrize("line", ["review_window", "=down", "a=b, c=", "a"])
def test_a_part_that_is_no_setting_is_refused(line: str) -> None:
    with pytest.raises(ParamError) as caught:
        people.ladder_settings(line)
    assert caught.value.keys == ["params.setting_form"]
