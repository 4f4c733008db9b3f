"""Pay gaps between groups: raw and adjusted gap with robust confidence interval, Oaxaca-Blinder parts; small cells are never shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cslib.core.errors import PayError
from cslib.pay.cost import LEAST_PEOPLE

_TOLD_APART = 1e-6  # mean squared part of the group that the controls must leave unexplained


@dataclass(frozen=True)
class Gap:
    """A pay gap as a share of the reference group's pay: value, 95 % interval, people in both groups."""

    value: float
    low: float
    high: float
    people: tuple[int, int]


@dataclass(frozen=True)
class Parts:
    """Oaxaca-Blinder (two-fold) of the gap in mean log pay: explained by the characteristics, and not; 95 % interval of the unexplained part."""

    gap: float
    explained: float
    unexplained: float
    low: float
    high: float


def raw_gap(pay: np.ndarray, group: np.ndarray) -> Gap:
    """1 - mean of the group / mean of the others, with the delta method's 95 % interval.

    Raises
    ------
    PayError  if one of both groups has fewer than 10 people.
    """
    mine, others = _both(pay, group)
    ratio = mine.mean() / others.mean()
    error = ratio * np.sqrt(mine.var(ddof=1) / len(mine) / mine.mean() ** 2 + others.var(ddof=1) / len(others) / others.mean() ** 2)
    reach = 1.959964 * error
    return Gap(1 - ratio, 1 - ratio - reach, 1 - ratio + reach, (len(mine), len(others)))


def adjusted_gap(pay: np.ndarray, group: np.ndarray, controls: pd.DataFrame) -> Gap:
    """1 - exp(beta) of the group in an OLS of log pay on group and controls; HC3 standard errors.

    Parameters
    ----------
    pay : float array (n,)  [yuan a month];  group : bool array (n,), the group looked at
    controls : n rows; numbers as they are, texts (grade) as dummies. Show the gap with and without grade: grade may carry bias itself.

    Raises
    ------
    PayError  if a group has fewer than 10 people, pay is not above 0, or the controls tell who is in the group, so that no gap can be told apart
        from them (each grade holds people of one group only).

    Source: MacKinnon & White (1985) HC3; equal pay: 妇女权益保障法 art. 45.
    """
    from scipy.stats import t as student  # slow to import: only where it is needed

    mine, others = _both(pay, group)
    design = _design(controls).to_numpy(dtype=float)
    x = np.column_stack([np.ones(len(pay)), np.asarray(group, dtype=float), design])
    y = np.log(np.asarray(pay, dtype=float))
    _told_apart(x)
    inverse = np.linalg.pinv(x.T @ x)
    beta = inverse @ x.T @ y
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    residual = (y - x @ beta) / np.clip(1 - leverage, 1e-9, None)
    covariance = inverse @ (x.T * residual**2) @ x @ inverse
    reach = float(student.ppf(0.975, len(y) - np.linalg.matrix_rank(x)) * np.sqrt(covariance[1, 1]))
    return Gap(1 - float(np.exp(beta[1])), 1 - float(np.exp(beta[1] + reach)), 1 - float(np.exp(beta[1] - reach)), (len(mine), len(others)))


def oaxaca_blinder(pay: np.ndarray, group: np.ndarray, controls: pd.DataFrame, *, rng: np.random.Generator, draws: int = 200) -> Parts:
    """Two-fold decomposition of mean log pay with the pooled model's coefficients; bootstrap interval of the unexplained part.

    ``gap`` = mean log pay of the others less that of the group; explained = difference of mean characteristics x pooled coefficients;
    the rest is unexplained (the same as ``OaxacaBlinder(...).two_fold("pooled")`` of statsmodels).

    Raises
    ------
    PayError  if a group has fewer than 10 people, or pay is not above 0.

    Source: Oaxaca (1973), Blinder (1973).
    """
    _both(pay, group)
    y, mask = np.log(np.asarray(pay, dtype=float)), np.asarray(group, dtype=bool)
    x = np.column_stack([np.ones(len(y)), _design(controls).to_numpy(dtype=float), mask.astype(float)])

    def parts(rows: np.ndarray) -> tuple[float, float]:
        """gap and explained part of some rows."""
        beta = np.linalg.lstsq(x[rows], y[rows], rcond=None)[0]
        mine = mask[rows]
        gap = y[rows][~mine].mean() - y[rows][mine].mean()
        means = x[rows][~mine].mean(axis=0) - x[rows][mine].mean(axis=0)
        return float(gap), float(means[:-1] @ beta[:-1])

    gap, explained = parts(np.arange(len(y)))
    places = [np.flatnonzero(mask), np.flatnonzero(~mask)]
    drawn = [parts(np.concatenate([rng.choice(place, len(place)) for place in places])) for _ in range(draws)]
    low, high = np.quantile([g - e for g, e in drawn], [0.025, 0.975])
    return Parts(gap, explained, gap - explained, float(low), float(high))


def _told_apart(x: np.ndarray) -> None:
    """Refuse a group (second column) that the other columns reproduce."""
    others = np.delete(x, 1, axis=1)
    left = x[:, 1] - others @ np.linalg.lstsq(others, x[:, 1], rcond=None)[0]
    if float(left @ left) < _TOLD_APART * len(left):
        raise PayError("pay.confounded", where="equity")


def _both(pay: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    values, mask = np.asarray(pay, dtype=float), np.asarray(group, dtype=bool)
    if min(int(mask.sum()), int((~mask).sum())) < LEAST_PEOPLE:
        raise PayError("pay.small_cell", where="equity", least=LEAST_PEOPLE)
    if not (values > 0).all():
        raise PayError("pay.no_pay", where="equity", given=len(values))
    return values[mask], values[~mask]


def _design(controls: pd.DataFrame) -> pd.DataFrame:
    """Controls as numbers; texts as dummies without their first level."""
    return pd.get_dummies(controls, drop_first=True, dtype=float) if len(controls.columns) else controls
