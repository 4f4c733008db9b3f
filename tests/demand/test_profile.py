"""Intraday profiles: shrinkage, robustness, season, missing intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cslib.core.streams import stream
from cslib.demand.profile import TYPES, day_weights, profile, season_weights
from cslib.demand.settings import Settings

WORK = np.array([0.1, 0.4, 0.3, 0.2])
REST = np.array([0.3, 0.3, 0.2, 0.2])
KINDS = np.tile(np.arange(7), 12)
TRUTH = np.where((KINDS < 5)[:, None], WORK, REST)


def _counts(size: float) -> np.ndarray:
    return stream(2, "profile", int(size)).poisson(TRUTH * size).astype(float)


def _profile(counts: np.ndarray, kinds: np.ndarray = KINDS, weights: np.ndarray | None = None) -> np.ndarray:
    totals = np.nansum(counts, axis=1)
    shares = counts / np.maximum(totals, 1)[:, None]
    return profile(shares, totals, kinds, np.ones(len(kinds)) if weights is None else weights, Settings())


def test_every_type_adds_up_to_one() -> None:
    np.testing.assert_allclose(_profile(_counts(1000)).sum(axis=1), 1.0)
    assert _profile(_counts(1000)).shape == (TYPES, 4)


def test_large_counts_show_the_truth() -> None:
    found = _profile(_counts(100_000))
    np.testing.assert_allclose(found[0], WORK, atol=0.005)
    np.testing.assert_allclose(found[6], REST, atol=0.005)


def test_unseen_types_take_their_group() -> None:
    found = _profile(_counts(100_000))
    np.testing.assert_allclose(found[7], REST, atol=0.02)  # weekday off like a rest day
    np.testing.assert_allclose(found[8], WORK, atol=0.02)  # make-up workday like a workday


def test_noise_is_shrunk_where_types_don_t_differ() -> None:
    truth = np.sin(np.pi * (np.arange(16) + 0.5) / 16)
    truth /= truth.sum()
    kinds = np.tile(np.arange(5), 6)
    counts = stream(2, "same").poisson(np.tile(truth * 80, (30, 1))).astype(float)
    shares = counts / counts.sum(axis=1, keepdims=True)
    own = np.stack([shares[kinds == kind].mean(axis=0) for kind in range(5)])
    found = _profile(counts, kinds)[:5]
    assert np.abs(found - truth).mean() < 0.5 * np.abs(own - truth).mean()


def test_intervals_with_few_contacts_lean_on_their_neighbours() -> None:
    flat = np.zeros(24)
    flat[6:18] = 1 / 12
    counts = stream(2, "few").poisson(np.tile(flat * 6, (30, 1))).astype(float)
    kinds = np.tile(np.arange(5), 6)
    rough = Settings(smooth_contacts=1e-9)
    totals = counts.sum(axis=1)
    shares = counts / np.maximum(totals, 1)[:, None]
    errors = [np.abs(profile(shares, totals, kinds, np.ones(30), s)[0] - flat)[7:17].mean() for s in (rough, Settings())]
    assert errors[1] < 0.8 * errors[0]


def test_missing_intervals_don_t_bend_the_profile() -> None:
    counts = _counts(100_000)
    totals = counts.sum(axis=1)
    shares = counts / totals[:, None]
    shares[::5, 2] = np.nan
    found = profile(shares, totals, KINDS, np.ones(len(KINDS)), Settings())
    np.testing.assert_allclose(found[0], WORK, atol=0.01)


def test_odd_days_lose_weight() -> None:
    counts = _counts(10_000)
    counts[5] = counts[5][::-1] * [3, 1, 1, 0]
    shares = counts / counts.sum(axis=1, keepdims=True)
    weights = day_weights(shares, KINDS)
    assert weights[5] < 0.2
    assert np.median(weights) == 1.0


def test_recent_days_count_more() -> None:
    drifted = np.where((np.arange(84) >= 42)[:, None], REST, WORK) * 1000
    kinds = np.zeros(84, dtype=int)
    weights = 0.5 ** (np.arange(83, -1, -1) / 10)
    found = _profile(drifted, kinds, weights)
    np.testing.assert_allclose(found[0], REST, atol=0.02)


def test_season_weights_look_around_the_day_of_the_year() -> None:
    dates = pd.DatetimeIndex(["2024-12-28", "2025-01-05", "2025-07-01"])
    weights = season_weights(dates, pd.Timestamp("2026-01-01"), Settings())
    assert weights[0] == pytest.approx(weights[1], rel=0.02)
    assert weights[2] == pytest.approx(Settings().season_floor, abs=1e-6)


def test_half_the_weight_is_the_same_evidence() -> None:
    """Weights say which days count more than others, not how much is known."""
    counts = _counts(1000)
    np.testing.assert_allclose(_profile(counts, weights=np.full(len(KINDS), 0.01)), _profile(counts))


@pytest.mark.parametrize("size", [300.0, 10_000.0])
def test_a_lasting_profile_moves_as_all_days_move_and_keeps_what_a_type_has_of_its_own(size: float) -> None:
    """A day type of which a season has four days: its lasting difference is better known than those four days tell."""
    busier_mornings = np.array([1.2, 1.1, 0.9, 0.9])
    own = np.where((np.arange(7) == 4)[:, None], np.array([0.7, 1.0, 1.0, 1.3]), 1.0)
    truth = np.array([(WORK * busier_mornings * row) / (WORK * busier_mornings * row).sum() for row in own])
    kinds = np.tile(np.arange(7), 60)
    before = np.array([(WORK * row) / (WORK * row).sum() for row in own])
    late = np.arange(len(kinds)) >= len(kinds) - 28
    rng = stream(2, "lasting", int(size))
    counts = rng.poisson(np.where(late[:, None], truth[kinds], before[kinds]) * size).astype(float)
    totals = counts.sum(axis=1)
    shares = counts / totals[:, None]
    weights = np.where(late, 1.0, 1e-4)
    lasting = profile(shares, totals, kinds, np.ones(len(kinds)), Settings())
    found = profile(shares, totals, kinds, weights, Settings(), lasting)
    alone = profile(shares, totals, kinds, weights, Settings())
    errors = [np.abs(guess[:7] - truth).sum(axis=1).mean() for guess in (found, alone, lasting)]
    assert errors[0] < min(errors[1:])
