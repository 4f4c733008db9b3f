"""Inequality of pay: Gini and Theil, the latter split exactly within and between grades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cslib.core.errors import PayError


def _positive(values: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    pay = np.asarray(values, dtype=float)
    heads = np.ones(len(pay)) if weights is None else np.asarray(weights, dtype=float)
    if not len(pay) or (pay < 0).any() or pay.sum() <= 0 or (heads < 0).any() or heads.sum() <= 0:
        raise PayError("pay.no_pay", where="inequality", given=len(pay))
    return pay, heads


def gini(values: np.ndarray, *, weights: np.ndarray | None = None, small_sample: bool = False) -> float:
    """Gini coefficient sum |x_i - x_j| / (2 n^2 mean); ``small_sample`` multiplies by n / (n - 1). ``weights``: people at each value.

    Raises
    ------
    PayError  if there is no pay, or pay or weights are negative.

    >>> gini(np.array([1, 2, 3, 4])), round(gini(np.array([1, 2, 3, 4]), small_sample=True), 4)
    (0.25, 0.3333)
    """
    pay, heads = _positive(values, weights)
    order = np.argsort(pay, kind="stable")
    pay, heads = pay[order], heads[order]
    n, total = heads.sum(), float((pay * heads).sum())
    middle = np.cumsum(heads) - heads / 2  # people below, and half of those at the value
    found = float((heads * pay * (2 * middle - n)).sum() / (n * total))
    return found * n / (n - 1) if small_sample else found


@dataclass(frozen=True)
class Theil:
    """Theil index; total = between + within."""

    total: float
    between: float
    within: float


def _theil(pay: np.ndarray) -> float:
    ratio = pay / pay.mean()
    positive = ratio[ratio > 0]
    return float((positive * np.log(positive)).sum() / len(pay))


def theil(values: np.ndarray, groups: np.ndarray) -> Theil:
    """Theil T = mean(x/m ln(x/m)), split between and within groups (grades).

    Raises
    ------
    PayError  if there is no pay, or pay is negative.
    """
    pay, _ = _positive(values, None)
    names = np.asarray(groups)
    between = within = 0.0
    for name in np.unique(names):
        mine = pay[names == name]
        share, relative = mine.sum() / pay.sum(), mine.mean() / pay.mean()
        if mine.sum() > 0:
            between += share * np.log(relative)
            within += share * _theil(mine)
    return Theil(_theil(pay), float(between), float(within))
