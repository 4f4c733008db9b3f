"""Appraisal scores with the noise behind them: points per KPI, weighted score, sampling error, shrinkage estimate, flips within noise.

A KPI's points are clipped between 0 and its cap; its sampling error goes through that clip as the moments of a clipped normal, so that a value
near floor or cap does not look more certain or less certain than it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from cslib.core import tables
from cslib.core.errors import Finding, PeopleError
from cslib.params.kpi import Kpi, KpiFile

Z95 = float(norm.ppf(0.975))


def points(kpi: Kpi, value: np.ndarray) -> np.ndarray:
    """Points of values: 0 at the floor, 100 at the target, linear, clipped to [0, cap].

    Rule: catalogue S001-23, S004-10 (standard stated and measurable).
    """
    return np.clip(100 * (np.asarray(value, dtype=float) - kpi.floor) / (kpi.target - kpi.floor), 0, kpi.cap)


def attendance_share(workdays: float, leave_days: float, present_days: float) -> float:
    """Attendance of a month: days present of the days due; days of statutory leave are not due and cost nothing; NaN where no day was due.

    Rule: catalogue S003-Q4; Labour Law art. 45, 51 (statutory leave is paid as work).
    """
    due = workdays - leave_days
    return present_days / due if due > 0 else float("nan")


def value_error(kpi: Kpi, value: np.ndarray, sample: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Standard error of a KPI value from its sample, in the KPI's unit; NaN without a sample.

    share: sqrt(p (1 - p) / n) with p moved to (x + 2) / (n + 4), so that 100 % of few answers is not taken for certain (Agresti, Coull 1998);
    mean: sd / sqrt(n);  rate per 100: 100 sqrt(events + 1/2) / n.
    """
    n = np.where(np.asarray(sample, dtype=float) > 0, sample, np.nan)
    value = np.asarray(value, dtype=float)
    if kpi.kind == "share":
        p = (value * n + 2) / (n + 4)
        return np.sqrt(p * (1 - p) / (n + 4))
    if kpi.kind == "rate":
        return 100 * np.sqrt(value * n / 100 + 0.5) / n
    return np.asarray(sd, dtype=float) / np.sqrt(n)


def clipped_spread(mean: np.ndarray, sd: np.ndarray, low: float, high: float) -> np.ndarray:
    """Standard deviation of a normal figure clipped to [low, high]."""
    spread = np.maximum(sd, 1e-12)
    a, b = (low - mean) / spread, (high - mean) / spread
    inside, below, above = norm.cdf(b) - norm.cdf(a), norm.cdf(a), norm.sf(b)
    first = mean * inside + spread * (norm.pdf(a) - norm.pdf(b)) + low * below + high * above
    edge = np.where(np.isfinite(a), a * norm.pdf(a), 0.0) - np.where(np.isfinite(b), b * norm.pdf(b), 0.0)
    second = (mean**2 + spread**2) * inside + 2 * mean * spread * (norm.pdf(a) - norm.pdf(b)) + spread**2 * edge + low**2 * below + high**2 * above
    return np.sqrt(np.maximum(second - first**2, 0.0))


def appraise(facts: pd.DataFrame, kpis: KpiFile, role_set: str, *, cycle: str = "") -> pd.DataFrame:
    """Score everybody on a role set, month by month or quarter by quarter.

    Parameters
    ----------
    facts : DataFrame, table ``kpi_facts``
    role_set : weights to use;  cycle : ``month`` or ``quarter``; default as the definitions say

    Returns
    -------
    DataFrame, table ``appraisal``. A KPI without a figure (nothing to measure, statutory leave) hands its weight to the others;
    ``known_share`` says how much weight had figures. ``fair`` is the shrinkage estimate within the period.

    Raises
    ------
    PeopleError  if there is no such role set, or nobody has a figure for any of its KPIs.

    Source: catalogue S003-Q4, S003-Q5 (weights), S003-Q6 (monthly scores), S000-07, S001-16, S004-01 (sets).
    """
    if role_set not in kpis.role_sets:
        known = ", ".join(kpis.role_sets)
        raise PeopleError(findings=[Finding("people.no_role_set", "role_set", {"given": role_set, "allowed": known})])
    weights = kpis.role_sets[role_set].weights
    used = facts[facts["kpi"].isin(weights)]
    if used.empty:
        raise PeopleError(findings=[Finding("people.no_figures", "kpi_facts", {"given": role_set, "allowed": ", ".join(weights)})])
    lines = kpi_points(used, kpis)
    lines["weight"] = lines["kpi"].map(weights).astype(float)
    if (cycle or kpis.cycle) == "quarter":
        lines["period"] = lines["period"].map(quarter_of)
    lines = lines.assign(weighted=lines["weight"] * lines["points"], variance=(lines["weight"] * lines["error"]) ** 2)
    months = lines.groupby(["employee_id", "period", "month"], sort=False)[["weight", "weighted", "variance"]].sum(min_count=1).reset_index()
    months = months.assign(score=months["weighted"] / months["weight"], square=months["variance"] / months["weight"] ** 2)
    found = months.groupby(["employee_id", "period"]).agg(
        score=("score", "mean"), square=("square", "sum"), n=("score", "size"), weight=("weight", "mean")
    ).reset_index()  # fmt: skip
    found = found.assign(error=np.sqrt(found["square"]) / found["n"], role_set=role_set, known_share=found["weight"] / sum(weights.values()))
    found = found.assign(low=found["score"] - Z95 * found["error"], high=found["score"] + Z95 * found["error"])
    found["fair"] = np.concatenate([shrunk(part["score"].to_numpy(), part["error"].to_numpy()).estimate for _, part in found.groupby("period")])[
        np.argsort(np.concatenate([part.index.to_numpy() for _, part in found.groupby("period")]))
    ]
    return tables.check("appraisal", found[list(tables.spec("appraisal").columns)], source="people.appraise")


def kpi_points(facts: pd.DataFrame, kpis: KpiFile) -> pd.DataFrame:
    """Points and their standard error, fact by fact: employee_id, period, month, kpi, points, error."""
    pieces = []
    for code, part in facts.groupby("kpi", sort=False):
        kpi = kpis.kpis[str(code)]
        value, sample = part["value"].to_numpy(dtype=float), part["sample"].to_numpy(dtype=float)
        sd = part["sd"].to_numpy(dtype=float) if "sd" in part else np.full(len(part), np.nan)
        slope = 100 / (kpi.target - kpi.floor)
        error = clipped_spread((value - kpi.floor) * slope, np.abs(slope) * value_error(kpi, value, sample, sd), 0.0, kpi.cap)
        pieces.append(part[["employee_id", "period", "kpi"]].assign(month=part["period"], points=points(kpi, value), error=error))
    return pd.concat(pieces, ignore_index=True)


def quarter_of(month: str) -> str:
    """``YYYY-Qn`` of ``YYYY-MM``."""
    return f"{month[:4]}-Q{(int(month[5:7]) + 2) // 3}"


@dataclass(frozen=True)
class Shrunk:
    """Shrinkage estimates: ``estimate`` of each true mean with its ``error``; ``mean`` and ``true_sd`` of the true means; ``reliability`` =
    share of the spread of scores that is true."""

    estimate: np.ndarray
    error: np.ndarray
    mean: float
    true_sd: float
    reliability: float


def shrunk(score: np.ndarray, error: np.ndarray) -> Shrunk:
    """Empirical Bayes with unequal errors: true variance after Paule and Mandel (1982), estimates pulled to the weighted mean.

    Raises
    ------
    ValueError  if there is no score.
    """
    score, variance = np.asarray(score, dtype=float), np.maximum(np.nan_to_num(np.asarray(error, dtype=float)) ** 2, 1e-12)
    if len(score) == 0:
        raise ValueError("shrunk needs at least one score")
    low, high = 0.0, max(1e-9, 4 * float(np.var(score)) + 1e-9)

    def excess(true: float) -> float:
        """Weighted spread of the scores beyond what a true variance explains; falls with it."""
        weight = 1 / (variance + true)
        centre = (weight * score).sum() / weight.sum()
        return float((weight * (score - centre) ** 2).sum() - (len(score) - 1))

    if excess(0.0) <= 0:
        high = 0.0
    for _ in range(200 if high else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    weight = 1 / (variance + high)
    centre = float((weight * score).sum() / weight.sum())
    kept = high / (high + variance)
    reliability = float(high / (high + variance.mean()))
    return Shrunk(centre + kept * (score - centre), np.sqrt(kept * variance), centre, float(np.sqrt(high)), reliability)


@dataclass(frozen=True)
class Cliff:
    """A score against a threshold: difference, standard error, probability that the true score is on the other side, and whether the difference is
    beyond the noise (5 %, two-sided)."""

    difference: float
    error: float
    other_side: float
    real: bool


def cliff(score: float, error: float, threshold: float) -> Cliff:
    """Is a score really on its side of a threshold?"""
    other = float(norm.sf(abs(score - threshold) / error)) if error > 0 else 0.0
    return Cliff(score - threshold, error, other, error == 0 or abs(score - threshold) > Z95 * error)


def share_cliff(kpi: Kpi, value: float, sample: float, threshold: float) -> Cliff:
    """A share such as 89.6 % of ``sample`` against a threshold of 90 %, with the KPI's own standard error."""
    return cliff(value, float(value_error(kpi, np.array([value]), np.array([sample]), np.array([np.nan]))[0]), threshold)


def flips(appraisal: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """By period: people, people whose interval holds the threshold, and expected number on the wrong side of it."""
    gap = (appraisal["score"] - threshold).abs()
    error = appraisal["error"].fillna(0.0)
    wrong = np.where(error > 0, norm.sf(gap / np.maximum(error, 1e-12)), 0.0)
    frame = appraisal.assign(within=(gap <= Z95 * error) & (error > 0), wrong=wrong)
    found = frame.groupby("period").agg(people=("score", "size"), within_noise=("within", "sum"), expected_wrong=("wrong", "sum")).reset_index()
    return found.assign(within_share=found["within_noise"] / found["people"])


def reliability(appraisal: pd.DataFrame) -> pd.DataFrame:
    """By period: reliability of the ranking (1 = all true, 0 = all noise), true spread and mean noise [points]."""
    rows = []
    for period, part in appraisal.groupby("period"):
        found = shrunk(part["score"].to_numpy(), part["error"].to_numpy())
        noise = float(np.sqrt((part["error"].fillna(0.0) ** 2).mean()))
        rows.append({"period": period, "people": len(part), "reliability": found.reliability, "true_sd": found.true_sd, "noise_sd": noise})
    return pd.DataFrame(rows)
