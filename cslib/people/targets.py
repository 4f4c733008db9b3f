"""Team and department figures, and team targets against a baseline with honest uncertainty: met, missed, or not yet known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import beta, norm

from cslib.params.kpi import Kpi, KpiFile, TeamTarget
from cslib.people.scoring import Z95, points


@dataclass(frozen=True)
class Pooled:
    """A KPI over several people: value, sample, standard deviation of one observation (means only)."""

    value: float
    sample: float
    sd: float = float("nan")


@dataclass(frozen=True)
class TargetResult:
    """A team target: measured figure (value, or change against the baseline), its 95 % interval, the target, and the state met, missed or open."""

    target: str
    figure: float
    low: float
    high: float
    goal: float
    state: str


def pooled(facts: pd.DataFrame, kpi: str) -> Pooled:
    """Value of a group: mean weighted with the samples; the spread of one observation is pooled within people."""
    part = facts[facts["kpi"].eq(kpi) & facts["sample"].gt(0)]
    n = part["sample"].to_numpy(dtype=float)
    if not len(part):
        return Pooled(float("nan"), 0.0)
    value = part["value"].to_numpy(dtype=float)
    sd = part["sd"].to_numpy(dtype=float) if "sd" in part else np.full(len(part), np.nan)
    total = n.sum()
    mean = float((n * value).sum() / total)
    spread = float(np.sqrt((n * np.nan_to_num(sd) ** 2).sum() / total + (n * (value - mean) ** 2).sum() / total))
    return Pooled(mean, float(total), spread)


def group_score(facts: pd.DataFrame, kpis: KpiFile, role_set: str) -> float:
    """Score of a team or department on a role set: points of the pooled KPIs, weighted; KPIs without figures hand on their weight (NaN: none)."""
    weights = kpis.role_sets[role_set].weights
    values = {code: pooled(facts, code).value for code in weights}
    known = {code: value for code, value in values.items() if not np.isnan(value)}
    total = sum(weights[code] for code in known)
    return float(sum(weights[code] * points(kpis.kpis[code], np.array(value)) for code, value in known.items()) / total) if total else float("nan")


def target_result(name: str, target: TeamTarget, kpi: Kpi, now: Pooled, base: Pooled | None = None) -> TargetResult:
    """Judge a target: *met* or *missed* only where the whole 95 % interval lies on one side, else *open*.

    Absolute shares: Wilson's interval. Change of a mean or share: ratio with a log-normal interval (delta method). Change of a rate: exact
    interval of the ratio of two Poisson rates, from the binomial split of the events.

    Raises
    ------
    ValueError  if a target against a baseline comes without one.

    Source: catalogue S000-10 (>= 95 %), S000-11 (+20 %), S000-12 (-30 %, relative).
    """
    if target.against == "absolute":
        low, high = wilson(now.value, now.sample) if kpi.kind == "share" else _mean_interval(now)
        goal = float(target.at_least or 0.0)
        return TargetResult(name, now.value, low, high, goal, _state(low, high, goal, kpi.better == "higher"))
    if base is None:
        raise ValueError(f"{name}: a target against a baseline needs the baseline's figures")
    low, high = _rate_ratio(now, base) if kpi.kind == "rate" else _ratio(now, base, kpi)
    goal = float(target.change_share or 0.0)
    change = now.value / base.value - 1 if base.value else float("nan")
    return TargetResult(name, change, low - 1, high - 1, goal, _state(low - 1, high - 1, goal, goal >= 0))


def wilson(share: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if n <= 0:
        return 0.0, 1.0
    middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 * np.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2)) / (1 + Z95**2 / n)
    return float(middle - half), float(middle + half)


def _mean_interval(now: Pooled) -> tuple[float, float]:
    half = Z95 * now.sd / np.sqrt(now.sample) if now.sample > 0 else np.inf
    return now.value - half, now.value + half


def _ratio(now: Pooled, base: Pooled, kpi: Kpi) -> tuple[float, float]:
    variance = 0.0
    for part in (now, base):
        spread = part.value * (1 - part.value) if kpi.kind == "share" else part.sd**2
        variance += spread / part.sample / part.value**2
    half = float(norm.ppf(0.975)) * np.sqrt(variance)
    centre = now.value / base.value
    return float(centre * np.exp(-half)), float(centre * np.exp(half))


def _rate_ratio(now: Pooled, base: Pooled) -> tuple[float, float]:
    """Clopper and Pearson on the share of events that fall into the present period."""
    events, before = now.value * now.sample / 100, base.value * base.sample / 100
    total, exposure = events + before, base.sample / now.sample
    low = float(beta.ppf(0.025, events, before + 1)) if events > 0 else 0.0
    high = float(beta.ppf(0.975, events + 1, before)) if before > 0 else 1.0
    return (low / (1 - low) * exposure if total else 0.0), (high / (1 - high) * exposure if high < 1 else float("inf"))


def _state(low: float, high: float, goal: float, upward: bool) -> str:
    if (low >= goal) if upward else (high <= goal):
        return "met"
    return "missed" if ((high < goal) if upward else (low > goal)) else "open"
