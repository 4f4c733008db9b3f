"""What holds for all tests: property tests draw the same examples everywhere and know no clock, so that a busy machine fails none; a test that
changes the language of messages changes it for itself alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from cslib.core import words

settings.register_profile("suite", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def language_is_left_as_found() -> Iterator[None]:
    """Commands called inside a test set the language for the rest of the process."""
    before = words._language.get()
    yield
    words._language.set(before)
