"""Named random streams: independent of order, of each other, and stable for ever."""

from __future__ import annotations

import numpy as np

from cslib.core.streams import stream

RECORDED = {"a": [883, 316, 961, 261, 665], "queue": [990, 163, 202, 808, 676], "a7": [301, 433, 574, 438, 17]}


def test_recorded_values():
    """A change here changes every synthetic sample and every simulated result: it needs a line in the changelog."""
    assert stream(1, "a").integers(0, 1000, 5).tolist() == RECORDED["a"]
    assert stream(20260307, "front_desk", "2026-12", "queue").integers(0, 1000, 5).tolist() == RECORDED["queue"]
    assert stream(2**40 + 1, "a", 7).integers(0, 1000, 5).tolist() == RECORDED["a7"]


def test_same_name_same_numbers_whatever_else_is_drawn():
    first = stream(1, "demand").random(4)
    stream(1, "other").random(100)
    assert (stream(1, "demand").random(4) == first).all()


def test_seed_names_and_their_borders_matter():
    made = {
        stream(*key).bytes(16) for key in [(1, "a"), (2, "a"), (1, "b"), (1, "a", "b"), (1, "ab"), (1, "b", "a"), (1,), (1, "a", 1), (1 + 2**32, "a")]
    }
    assert len(made) == 9
    assert stream(1, "a", 1).bytes(8) == stream(1, "a", "1").bytes(8)


def test_streams_are_not_correlated():
    draws = np.array([stream(7, "s", number).standard_normal(4000) for number in range(6)])
    off_diagonal = np.corrcoef(draws)[~np.eye(6, dtype=bool)]
    assert np.abs(off_diagonal).max() < 0.08  # five standard errors
